"""Writing our own CSV templates as an agency fills them in: the coverage line, the titles, then the rows."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from sightline.clocks.calendar import add_months
from sightline.example.chance import stream
from sightline.example.mess import (
    Kind,
    Ledger,
    Row,
    Spoiler,
    as_decimal,
    blank,
    impossible,
    put,
    repeat,
    swap,
)
from sightline.example.partners import PARTNER_LISTS, about, missing_elsewhere, missing_row
from sightline.example.periods import Year
from sightline.example.record import Child
from sightline.example.world import World
from sightline.exchange.templates import TEMPLATES, Template, coverage_line
from sightline.facts.manifest import Window
from sightline.facts.sources import FORMATS

_MESS: dict[str, tuple[Kind, ...]] = {
    "missing-list": (
        Kind("interview-blank", "nothing on the interview's offer", blank("was_offered"), reported=False),
        Kind("held-before-found", "an interview before the child was found", swap("found_at", "held_at")),
        Kind("found-before-reported", "found before reported", swap("reported_at", "found_at")),
        Kind("risk-unknown", "a risk that no list has", put("risk", lambda *_: "severe")),
        Kind("event-impossible", "reported on a day that is none", put("reported_at", impossible)),
        Kind("id-decimal", "a spreadsheet made the id a number with '.0'", put("child_id", as_decimal)),
        Kind("row-twice", "the row is there twice", repeat("child_id"), repeats=True),
    ),
    "allegations": (
        Kind("outcome-unknown", "an outcome that no list has", put("outcome", lambda *_: "Closed")),
        Kind("concluded-before-contact", "concluded before it began", swap("contacted_on", "concluded_on")),
        Kind("event-impossible", "told on a day that is none", put("contacted_on", impossible)),
    ),
    "private-fostering": (
        Kind("id-missing", "no id", blank("child_id")),
        Kind("visit-impossible", "a visit on a day that is none", put("visited_on", impossible)),
    ),
    "training": (
        Kind("level-unknown", "a level that no list has", put("level", lambda *_: "4")),
        Kind("agency-in-words", "an agency by its name", put("agency", lambda *_: "St Somewhere school")),
        Kind("event-impossible", "a course on a day that is none", put("attended_on", impossible)),
    ),
    "agency-returns": (
        Kind("received-impossible", "received on a day that is none", put("received_on", impossible)),
    ),
}  # fmt: skip


_REACHES_BACK = {"missing-list": 3, "child-deaths": 1200, "agency-returns": 1200}
"""Months before its year that a list reaches back, if the world does: what came of an event is told later."""
_ESTIMATED_BEFORE = 24


class Lists:
    """The lists of a world, a file a financial year; `add` each child, then `close`."""

    def __init__(
        self, folder: Path, world: World, years: list[Year], ledger: Ledger | None, keys: Iterable[str]
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._world, self._years, self._ledger = folder, world, years, ledger
        self._keys = set(keys)
        self._missing = self._missing_files() if "missing-list" in self._keys else []

    def add(self, child: Child) -> None:
        """Write the child's missing episodes into the police's lists."""
        if self._missing and child.missing:
            known = about(child)
            for episode in child.missing:
                for file in self._missing:
                    if file.holds(episode.reported_at.date()):
                        file.write({**known, **missing_row(episode, file.taken)})

    def close(self) -> list[Path]:
        """Write what is no child's own, and close the files; gives their paths."""
        if self._missing:
            for known, episode in missing_elsewhere(self._world):
                for file in self._missing:
                    if file.holds(episode.reported_at.date()):
                        file.write({**known, **missing_row(episode, file.taken)})
        paths = [file.close() for file in self._missing]
        for key, rows in PARTNER_LISTS.items():
            for year in self._reaching(key) if key in self._keys else ():
                file = self._file(key, year)
                for row in rows(self._world, year.first, year.last, year.taken):
                    file.write(row)
                paths.append(file.close())
        return paths

    def _missing_files(self) -> list[_File]:
        return [self._file("missing-list", year) for year in self._reaching("missing-list")]

    def _reaching(self, key: str) -> list[Year]:
        """The years, each from the day on which its list begins."""
        begins = self._years[0].first
        if key == "population":
            return [replace(year, first=add_months(begins, -_ESTIMATED_BEFORE)) for year in self._years]
        months = _REACHES_BACK.get(key, 0)
        return [replace(year, first=max(begins, add_months(year.first, -months))) for year in self._years]

    def _file(self, key: str, year: Year) -> _File:
        return _File(self._folder, TEMPLATES[key], year, self._ledger, self._world.seed)


class _File:
    def __init__(
        self, folder: Path, template: Template, year: Year, ledger: Ledger | None, seed: int
    ) -> None:
        self.taken = year.taken
        self._year, self._template = year, template
        self.path = folder / f"{template.key}-{year.taken.isoformat()}.csv"
        self._out = self.path.open("w", encoding="utf-8-sig", newline="")
        self._csv = csv.writer(self._out, lineterminator="\r\n")
        supplier = FORMATS[template.key].supplier
        self._csv.writerow(coverage_line(Window(year.first, year.last), supplier))
        self._csv.writerow(template.titles)
        titles = {column.key: column.title for column in template.columns}
        kinds = _MESS.get(template.key)
        rng = stream(seed, template.key, year.last.year)
        self._spoiler = (
            Spoiler(ledger, self.path.name, template.key, kinds, rng, titles) if ledger and kinds else None
        )
        self._line = 3

    def holds(self, day: date) -> bool:
        return self._year.holds(day)

    def write(self, row: Row) -> None:
        for written in self._spoiler.rows(self._line, row) if self._spoiler else [row]:
            self._csv.writerow([_cell(written.get(column.key)) for column in self._template.columns])
            self._line += 1

    def close(self) -> Path:
        self._out.close()
        return self.path


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y %H:%M}"
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else value
