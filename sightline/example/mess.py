"""Planted mess: each error that an extract is given is written down, so that a quality report can be checked.

Nothing is planted by chance alone: in each sheet the kinds that fit its rows take turns, every so many rows,
until each has been planted `TIMES` times. `reported` says whether a good reader has anything to report; where
it has not, it should simply understand the value.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from random import Random
from typing import TypeAlias

Row: TypeAlias = dict[str, object]
TIMES = 2
EVERY = 25
"""At most one row in so many is spoilt: four in a hundred."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of mess. `spoil` changes a row and names the column, or gives None where it does not fit."""

    key: str
    what: str
    spoil: Callable[[Random, Row], str | None]
    reported: bool = True
    repeats: bool = False
    """Whether the row is written twice."""


@dataclass(frozen=True, slots=True)
class Planted:
    """One planted error: the row as the sheet's reader sees it, and the value as it was written."""

    file: str
    sheet: str
    row: int | None
    column: str
    kind: str
    written: str
    reported: bool


@dataclass(slots=True)
class Ledger:
    """All the mess of one example."""

    planted: list[Planted] = field(default_factory=list)
    whats: dict[str, str] = field(default_factory=dict)

    def note(
        self, file: str, sheet: str, row: int | None, column: str, kind: str, written: object, what: str,
        reported: bool = True,
    ) -> None:  # fmt: skip
        self.whats[kind] = what
        text = written.isoformat() if isinstance(written, date) else "" if written is None else str(written)
        self.planted.append(Planted(file, sheet, row, column, kind, text, reported))

    def write(self, folder: Path) -> None:
        """Write an error down; `what` explains its kind."""
        """Write `mess.json`, every planted error, and `MESS.md`, the same counted by kind."""
        entries = sorted(self.planted, key=lambda p: (p.file, p.sheet, p.row or 0, p.column, p.kind))
        told = {"kinds": dict(sorted(self.whats.items())), "planted": [asdict(entry) for entry in entries]}
        (folder / "mess.json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8")
        counts = Counter((entry.kind, entry.reported) for entry in entries)
        lines = [
            "# Planted mess",
            "",
            "These errors were put into the extracts on purpose. `mess.json` lists each with file, sheet,",
            "row, column and the value written. Where nothing is to be reported, a reader should understand",
            "the value.",
            "",
            "| kind | what is wrong | how often | to be reported |",
            "|---|---|---|---|",
        ]
        for (kind, reported), count in sorted(counts.items()):
            lines.append(f"| {kind} | {self.whats[kind]} | {count} | {'yes' if reported else 'no'} |")
        (folder / "MESS.md").write_text("\n".join(lines) + "\n", "utf-8")


class Spoiler:
    """Spoils the rows of one sheet, in turn and at most `EVERY`th, and writes it into the ledger."""

    def __init__(
        self,
        ledger: Ledger,
        file: str,
        sheet: str,
        kinds: Sequence[Kind],
        rng: Random,
        titles: Mapping[str, str] | None = None,
    ) -> None:
        self._ledger, self._file, self._sheet, self._rng = ledger, file, sheet, rng
        self._titles = titles or {}
        self._waiting = [kind for _ in range(TIMES) for kind in kinds]
        self._rest = rng.randrange(3, EVERY)

    def rows(self, number: int, row: Row) -> list[Row]:
        """Give the rows to write from row `number` on instead of `row`: one, or two for a row repeated."""
        self._rest -= 1
        if self._rest > 0 or not self._waiting:
            return [row]
        for place, kind in enumerate(self._waiting):
            spoilt = dict(row)
            column = kind.spoil(self._rng, spoilt)
            if column is None:
                continue
            del self._waiting[place]
            self._rest = EVERY
            at = number + 1 if kind.repeats else number
            self._ledger.note(
                self._file, self._sheet, at, self._titles.get(column, column), kind.key, spoilt.get(column),
                kind.what, kind.reported,
            )  # fmt: skip
            return [row, spoilt] if kind.repeats else [spoilt]
        return [row]


def put(column: str, written: Callable[[Random, object], object]) -> Callable[[Random, Row], str | None]:
    """Give a `Kind.spoil` that writes something else into a column that holds a value."""

    def spoil(rng: Random, row: Row) -> str | None:
        before = row.get(column)
        if before in (None, ""):
            return None
        row[column] = written(rng, before)
        return None if row[column] == before else column

    return spoil


def swap(first: str, then: str) -> Callable[[Random, Row], str | None]:
    """Give a `Kind.spoil` that puts the later of two dates before the earlier."""

    def spoil(_: Random, row: Row) -> str | None:
        start, end = row.get(first), row.get(then)
        if not (isinstance(start, date) and isinstance(end, date) and start < end):
            return None
        row[then] = date.fromordinal(start.toordinal() - 5)
        return then

    return spoil


def blank(column: str, where: Mapping[str, object] | None = None) -> Callable[[Random, Row], str | None]:
    """Give a `Kind.spoil` that empties a column that holds a value, in rows that hold `where`."""

    def spoil(_: Random, row: Row) -> str | None:
        fits = all(row.get(name) == value for name, value in (where or {}).items())
        if not fits or row.get(column) in (None, ""):
            return None
        row[column] = None
        return column

    return spoil


def repeat(column: str) -> Callable[[Random, Row], str | None]:
    """Give a `Kind.spoil` for a row that is written twice; `column` is the one that names it."""

    def spoil(_: Random, row: Row) -> str | None:
        return None if row.get(column) in (None, "") else column

    return spoil


def impossible(rng: Random, value: object) -> str:
    """Give a day of the same year that no calendar has."""
    year = value.year if isinstance(value, date) else 2024
    return f"{rng.choice(('31/02', '30/02', '31/06', '31/11'))}/{year}"


def as_decimal(_: Random, value: object) -> str:
    """Give an id as a spreadsheet leaves it that took it for a number."""
    return f"{value}.0"


def other_letter(value: object) -> str:
    """Give a whole UPN with a wrong check letter; anything else as it is."""
    upn = str(value)
    return ("B" if upn[0] == "A" else "A") + upn[1:] if len(upn) == 13 else upn


def as_text(_: Random, value: object) -> str:
    """Give a date as somebody types it."""
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)
