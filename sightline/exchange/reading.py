"""What every reader is given and what it gives back.

A reader turns one delivery (one file, or the files of one set) into fact rows, counts and issues. It runs in
a child process with limits on memory and time (`exchange.sandbox`), so it may trust its input no more than
that, and it raises `Unreadable` with one clear sentence when the file as a whole cannot be used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyarrow as pa

from sightline.facts.manifest import Issue, IssueCount, Severity, Sheet, Window, shape_of
from sightline.facts.person import Pseudonyms, age_on, month_of
from sightline.facts.tables import TABLES

EXAMPLES = 200
"""How many issues of one rule, sheet and column are listed one by one; all are counted. Refusals are all
listed, because each is a row that is not in the figures."""


class Unreadable(Exception):
    """The whole delivery is refused; the message is one sentence that its sender can act on."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a reader must be told because the file does not say it.

    `extracted_on` is the day the extract was taken, from the command or the file's name.
    """

    authority: str
    extracted_on: date
    pseudonyms: Pseudonyms
    localities: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Child:
    """A child as a reader knows it while reading; only what `on` returns may reach a table.

    `born` is the date of birth, or the expected date of an unborn child.
    """

    pseudonym: str
    born: date | None
    sex: str | None = None
    ethnicity: str | None = None
    is_disabled: bool | None = None
    is_uasc: bool | None = None
    locality: str | None = None

    def on(self, day: date | None) -> dict[str, object]:
        """The child's columns of a row about an event on `day`, with the age on that day."""
        return {
            "child": self.pseudonym,
            "born_month": month_of(self.born),
            "age": age_on(self.born, day),
            "sex": self.sex,
            "ethnicity": self.ethnicity,
            "is_disabled": self.is_disabled,
            "is_uasc": self.is_uasc,
            "locality": self.locality,
        }


@dataclass(slots=True)
class Reading:
    """What a reader found: who sent it, the days it covers table by table, rows, counts and issues."""

    format: str
    supplier: str
    extracted_on: date
    extracted_from: str
    windows: Mapping[str, Window]
    sheets: Sequence[Sheet]
    issues: Sequence[Issue]
    issue_counts: Sequence[IssueCount]
    tables: Mapping[str, pa.Table]


class Rows:
    """The rows of one fact table, gathered one by one.

    `add` takes the columns by name; those not given stay unknown. The `source` column is filled when the
    snapshot is put together.
    """

    def __init__(self, table: str) -> None:
        self.table = TABLES[table]
        self._names = tuple(column.name for column in self.table.all_columns if column.name != "source")
        self._known = frozenset(self._names)
        self._rows: list[tuple[object, ...]] = []

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, values: Mapping[str, object]) -> None:
        """Add one row; KeyError for a name that the table does not have, which is a reader's mistake."""
        if not values.keys() <= self._known:
            raise KeyError(f"{self.table.name} has no column {sorted(values.keys() - self._known)}")
        self._rows.append(tuple(map(values.get, self._names)))

    def as_arrow(self) -> pa.Table:
        """The rows with the table's own column types, less `source`."""
        schema = self.table.arrow.remove(self.table.arrow.get_field_index("source"))
        columns = zip(*self._rows, strict=True) if self._rows else ((),) * len(self._names)
        arrays = [pa.array(column, type=field.type) for column, field in zip(columns, schema, strict=True)]
        return pa.Table.from_arrays(arrays, schema=schema)


@dataclass(slots=True)
class Findings:
    """The issues of one delivery, counted all and listed up to `EXAMPLES` of a kind.

    `secret` names the columns whose values may identify somebody: they are told by their shape alone.
    """

    secret: frozenset[str] = frozenset()
    _listed: list[Issue] = field(default_factory=list)
    _counts: Counter[tuple[str, Severity, str, str]] = field(default_factory=Counter)

    def note(
        self,
        rule: str,
        severity: Severity,
        sheet: str,
        row: int | None,
        column: str,
        value: object,
        expected: str,
    ) -> None:
        """Record one issue; `value` as the file has it, `expected` in words its sender understands."""
        kind = (rule, severity, sheet, column)
        self._counts[kind] += 1
        if severity is not Severity.REFUSED and self._counts[kind] > EXAMPLES:
            return
        text = "" if value is None else str(value)
        shown = shape_of(text) if column in self.secret else text[:80]
        self._listed.append(Issue(rule, severity, sheet, row, column, shown, expected))

    @property
    def issues(self) -> tuple[Issue, ...]:
        return tuple(self._listed)

    @property
    def counts(self) -> tuple[IssueCount, ...]:
        return tuple(
            IssueCount(rule, severity, sheet, column, count)
            for (rule, severity, sheet, column), count in sorted(self._counts.items())
        )


@dataclass(frozen=True, slots=True)
class Delivery:
    """One file, or the files of one set that are read together, of a known format."""

    format: str
    name: str
    paths: tuple[Path, ...]
