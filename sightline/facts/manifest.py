"""The manifest of a snapshot: which files it was made from, what was read of each, and what was wrong.

Nothing in it can identify a child: a value that might is told by its shape alone (`shape_of`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """What became of the row that an issue is about."""

    REFUSED = "refused"
    """The row is not in the snapshot."""
    CORRECTED = "corrected"
    """The row is in, with the value read as `expected` says; the file itself is never altered."""
    UNKNOWN = "unknown"
    """The row is in, with this value left unknown."""
    QUERY = "query"
    """The row is in as it stands; somebody should look at it."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing wrong with one place in a file, in words that its sender can act on.

    `rule` is kebab-case and permanent; `row` is the row as the sender sees it (a spreadsheet's row number, or
    the line of a CSV or XML file); `expected` says what would have been right.
    """

    rule: str
    severity: Severity
    sheet: str
    row: int | None
    column: str
    value: str
    expected: str


@dataclass(frozen=True, slots=True)
class IssueCount:
    """How often one rule was broken in one column: the total, of which `issues` lists the first only."""

    rule: str
    severity: Severity
    sheet: str
    column: str
    count: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """What became of the rows of one sheet, list, module or table: read = accepted + refused, always.

    `filled` counts, for each column, the accepted rows that hold a usable value: completeness without a copy
    of the data.
    """

    name: str
    read: int
    accepted: int
    refused: int
    filled: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.read != self.accepted + self.refused:
            raise ValueError(
                f"{self.name}: read {self.read} is not accepted {self.accepted} + refused {self.refused}"
            )


@dataclass(frozen=True, slots=True)
class Window:
    """The days, both included, for which a source says that it holds everything of one table."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"a window cannot end ({self.last}) before it begins ({self.first})")

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file (or one set of files read together) and what was read of it.

    `extracted_from` tells how the extraction date is known: "the file", "the file name" or "the command".
    """

    name: str
    sha256: str
    format: str
    supplier: str
    extracted_on: date
    extracted_from: str
    windows: Mapping[str, Window]
    sheets: Sequence[Sheet]
    issues: Sequence[Issue]
    issue_counts: Sequence[IssueCount]

    @property
    def read(self) -> int:
        return sum(sheet.read for sheet in self.sheets)

    @property
    def accepted(self) -> int:
        return sum(sheet.accepted for sheet in self.sheets)

    @property
    def refused(self) -> int:
        return sum(sheet.refused for sheet in self.sheets)


@dataclass(frozen=True, slots=True)
class FactFile:
    """One Parquet file of a snapshot."""

    table: str
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """All that a snapshot says of itself, but for its id, which is the hash of this."""

    authority: str
    sources: Sequence[SourceFile]
    files: Sequence[FactFile]

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values: dates in ISO form, enumerations as their words."""
        plain = _plain(asdict(self))
        assert isinstance(plain, dict)
        return plain

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Manifest:
        """The manifest that `as_json` wrote; KeyError, TypeError or ValueError when it is something else."""
        return cls(
            authority=data["authority"],
            sources=tuple(source_from_json(source) for source in data["sources"]),
            files=tuple(FactFile(**file) for file in data["files"]),
        )


def source_from_json(data: Mapping[str, Any]) -> SourceFile:
    """One source file's entry, from its plain JSON form."""
    return SourceFile(
        **{
            **data,
            "extracted_on": date.fromisoformat(data["extracted_on"]),
            "windows": {
                table: Window(date.fromisoformat(window["first"]), date.fromisoformat(window["last"]))
                for table, window in data["windows"].items()
            },
            "sheets": tuple(Sheet(**sheet) for sheet in data["sheets"]),
            "issues": tuple(
                Issue(**{**issue, "severity": Severity(issue["severity"])}) for issue in data["issues"]
            ),
            "issue_counts": tuple(
                IssueCount(**{**count, "severity": Severity(count["severity"])})
                for count in data["issue_counts"]
            ),
        }
    )


def source_as_json(source: SourceFile) -> dict[str, Any]:
    """One source file's entry as plain JSON values."""
    plain = _plain(asdict(source))
    assert isinstance(plain, dict)
    return plain


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def shape_of(value: str) -> str:
    """The shape of a value that might identify somebody: letters become A or a, digits 9, at most 40 long.

    >>> shape_of("31/02/2010")
    '99/99/9999'
    >>> shape_of("SW1A 2AA")
    'AA9A 9AA'
    """
    return "".join(
        "9" if char.isdigit() else char if not char.isalpha() else "A" if char.isupper() else "a"
        for char in value[:40]
    )
