"""The invented borough's looked-after returns (SSDA903): a folder of CSV files for each financial year.

A file holds the year's own: episodes open in it, its reviews and missing episodes. So the start of a period
of care that began earlier is not in it, as in a real return.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path

from sightline.example.annex_a.rows import turn
from sightline.example.chance import stream
from sightline.example.days import age_at, birthday
from sightline.example.mess import (
    Kind,
    Ledger,
    Row,
    Spoiler,
    as_decimal,
    blank,
    impossible,
    other_letter,
    put,
    repeat,
)
from sightline.example.periods import Year
from sightline.example.record import Care, Child, seen
from sightline.example.world import World


def _sex(child: Child, year: Year) -> str:
    return child.sex if year.has_sex else "1" if child.sex == "M" else "2"


def _header(child: Child, year: Year) -> Iterator[Row]:
    yield {
        "CHILD": child.id, "SEX": _sex(child, year), "DOB": child.born, "ETHNIC": child.ethnicity,
        "UPN": child.upn if child.upn else "UN3", "MOTHER": 0 if child.sex == "F" else None, "MC_DOB": None,
    }  # fmt: skip


def _episodes(child: Child, year: Year) -> Iterator[Row]:
    for care in child.care:
        for episode in care.episodes:
            if episode.started_on > year.last or episode.ended_on < year.first:
                continue
            ended = seen(episode.ended_on, year.last)
            yield {
                "CHILD": child.id, "DECOM": episode.started_on, "RNE": episode.began_for,
                "LS": episode.legal_status, "CIN": care.need, "PLACE": episode.kind,
                "PLACE_PROVIDER": episode.provider, "DEC": ended, "REC": episode.ended_for if ended else None,
                "REASON_PLACE_CHANGE": episode.change_reason if ended else None,
                "HOME_POST": care.home_postcode if not child.is_uasc else None, "PL_POST": episode.postcode,
                "URN": episode.urn or "XXXXXXX",
            }  # fmt: skip


def _reviews(child: Child, year: Year) -> Iterator[Row]:
    for care in child.care:
        for day, code in care.reviews:
            if year.holds(day):
                yield {"CHILD": child.id, "DOB": child.born, "REVIEW": day, "REVIEW_CODE": code}


def _uasc(child: Child, year: Year) -> Iterator[Row]:
    if child.is_uasc:
        eighteen = birthday(child.born, 18)
        ended = [care.ended_on for care in child.care if care.ended_for in {"E15", "E3"}]
        ceased = seen(min([eighteen, *ended]), year.last)
        yield {"CHILD": child.id, "SEX": _sex(child, year), "DOB": child.born, "DUC": ceased or eighteen}


def _missing(child: Child, year: Year) -> Iterator[Row]:
    for episode in child.missing:
        start, end = episode.reported_at.date(), episode.found_at.date()
        if episode.missing_from == "care" and start <= year.last and end >= year.first:
            yield {
                "CHILD": child.id, "DOB": child.born, "MISSING": "M" if episode.is_missing else "A",
                "MIS_START": start, "MIS_END": seen(end, year.last),
            }  # fmt: skip


def _health(child: Child, year: Year) -> Iterator[Row]:
    """Give the outcomes of children looked after for the whole year."""
    for care in child.care:
        if care.started_on > year.first or care.ended_on <= year.last:
            continue
        age = age_at(child.born, year.last)
        has_score = 4 <= age <= 16 and turn(child, 7) > 0
        yield {
            "CHILD": child.id, "DOB": child.born, "SDQ_SCORE": turn(child, 29, 3) if has_score else None,
            "SDQ_REASON": "SDQ2" if 4 <= age <= 16 and not has_score else None,
            "CONVICTED": int(turn(child, 40) == 0) if age >= 10 else None,
            "HEALTH_CHECK": 1 if age < 5 else None, "IMMUNISATIONS": int(turn(child, 9) > 0),
            "TEETH_CHECK": int(turn(child, 8) > 0), "HEALTH_ASSESSMENT": int(turn(child, 16) > 0),
            "SUBSTANCE_MISUSE": int(turn(child, 30) == 1),
            "INTERVENTION_RECEIVED": None, "INTERVENTION_OFFERED": None,
        }  # fmt: skip


def _adoptions(child: Child, year: Year) -> Iterator[Row]:
    for care in child.care:
        road = care.adoption
        if road and road.adopted_on and year.holds(road.adopted_on):
            yield {
                "CHILD": child.id, "DOB": child.born, "DATE_INT": road.decided_on,
                "DATE_MATCH": road.matched_on, "FOSTER_CARE": 0, "NB_ADOPTR": 2, "SEX_ADOPTR": "MF",
                "LS_ADOPTR": "L0",
            }  # fmt: skip


def _placed(child: Child, year: Year) -> Iterator[Row]:
    for care in child.care:
        road = care.adoption
        if road and year.holds(road.placed_on) and road.placed_on < care.ended_on:
            given_up = seen(road.reversed_on, year.last)
            yield {
                "CHILD": child.id, "DOB": child.born, "DATE_PLACED": road.placed_on,
                "DATE_PLACED_CEASED": given_up, "REASON_PLACED_CEASED": "RD1" if given_up else None,
            }  # fmt: skip


_TABLES: dict[str, tuple[str, Callable[[Child, Year], Iterator[Row]]]] = {
    "header": ("CHILD SEX DOB ETHNIC UPN MOTHER MC_DOB", _header),
    "episodes": (
        "CHILD DECOM RNE LS CIN PLACE PLACE_PROVIDER DEC REC REASON_PLACE_CHANGE HOME_POST PL_POST URN",
        _episodes,
    ),
    "reviews": ("CHILD DOB REVIEW REVIEW_CODE", _reviews),
    "uasc": ("CHILD SEX DOB DUC", _uasc),
    "missing": ("CHILD DOB MISSING MIS_START MIS_END", _missing),
    "oc2": (
        "CHILD DOB SDQ_SCORE SDQ_REASON CONVICTED HEALTH_CHECK IMMUNISATIONS TEETH_CHECK HEALTH_ASSESSMENT"
        " SUBSTANCE_MISUSE INTERVENTION_RECEIVED INTERVENTION_OFFERED",
        _health,
    ),
    "ad1": ("CHILD DOB DATE_INT DATE_MATCH FOSTER_CARE NB_ADOPTR SEX_ADOPTR LS_ADOPTR", _adoptions),
    "placed_for_adoption": ("CHILD DOB DATE_PLACED DATE_PLACED_CEASED REASON_PLACED_CEASED", _placed),
}

_MESS: dict[str, tuple[Kind, ...]] = {
    "header": (
        Kind(
            "upn-check-letter",
            "the UPN has a wrong check letter",
            put("UPN", lambda _, v: other_letter(v)),
        ),
        Kind("ethnicity-unknown", "an ethnicity that no set has", put("ETHNIC", lambda *_: "ZZZZ")),
        Kind("birth-impossible", "a date of birth that no calendar has", put("DOB", impossible)),
        Kind("id-decimal", "a spreadsheet made the id a number with '.0'", put("CHILD", as_decimal)),
    ),
    "episodes": (
        Kind("placement-unknown", "a placement that no set has", put("PLACE", lambda *_: "Q9")),
        Kind("status-unknown", "a legal status that no set has", put("LS", lambda *_: "XX")),
        Kind("provider-blank", "no provider of the placement", blank("PLACE_PROVIDER"), reported=False),
        Kind("row-twice", "the row is there twice", repeat("CHILD"), repeats=True),
        Kind("event-impossible", "the episode's own date is none", put("DECOM", impossible)),
    ),
    "reviews": (
        Kind("participation-unknown", "a code that no set has", put("REVIEW_CODE", lambda *_: "PN9")),
        Kind("event-impossible", "the review's own date is none", put("REVIEW", impossible)),
    ),
    "missing": (Kind("kind-unknown", "neither missing nor away", put("MISSING", lambda *_: "Y")),),
}


class Ssda903:
    """The returns of a world; `add` each child, then `close`."""

    def __init__(self, folder: Path, world: World, years: list[Year], ledger: Ledger | None) -> None:
        self._returns = [_Return(folder, year, world.seed, ledger) for year in years]

    def add(self, child: Child) -> None:
        """Write the child into each year in which it was looked after."""
        if child.care:
            for return_ in self._returns:
                return_.add(child)

    def close(self) -> list[Path]:
        """Finish the files; gives the folder of each year."""
        return [return_.close() for return_ in self._returns]


class _Return:
    def __init__(self, folder: Path, year: Year, seed: int, ledger: Ledger | None) -> None:
        self._year = year
        self.path = folder / f"ssda903-{year.taken.isoformat()}"
        self.path.mkdir(parents=True, exist_ok=True)
        self._open = ExitStack()
        self._tables = {}
        for name, (columns, rows) in _TABLES.items():
            file = self._open.enter_context(
                (self.path / f"{name}.csv").open("w", encoding="utf-8", newline="")
            )
            out = csv.DictWriter(file, columns.split(), lineterminator="\r\n")
            out.writeheader()
            rng = stream(seed, "ssda903", year.last.year, name)
            where = f"{self.path.name}/{name}.csv"
            kinds = _MESS.get(name)
            spoiler = Spoiler(ledger, where, name, kinds, rng) if ledger and kinds else None
            self._tables[name] = _Table(rows, out, spoiler)

    def add(self, child: Child) -> None:
        if any(_is_in(care, self._year) for care in child.care):
            for table in self._tables.values():
                table.add(child, self._year)

    def close(self) -> Path:
        self._open.close()
        return self.path


def _is_in(care: Care, year: Year) -> bool:
    return any(e.started_on <= year.last and e.ended_on >= year.first for e in care.episodes)


class _Table:
    def __init__(
        self,
        rows: Callable[[Child, Year], Iterator[Row]],
        out: csv.DictWriter[str],
        spoiler: Spoiler | None,
    ) -> None:
        self._rows, self._out, self._spoiler = rows, out, spoiler
        self._line = 2

    def add(self, child: Child, year: Year) -> None:
        for row in self._rows(child, year):
            for written in self._spoiler.rows(self._line, row) if self._spoiler else [row]:
                self._out.writerow({name: _cell(value) for name, value in written.items()})
                self._line += 1


def _cell(value: object) -> object:
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else value
