"""What a fact table is: flat, pseudonymous rows that join the two storeys.

Front-line processes and partners' extracts fill the same tables; indicators read only these. A column keeps
the name that the Standard Safeguarding Dataset gives it (`ssd` names the field); a column of our own follows
the house rules (`_on` a date, `_at` a time in UTC, booleans read as claims).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import pyarrow as pa


class Kind(StrEnum):
    """What a column holds, and so how it is stored."""

    TEXT = "text"
    CODE = "code"
    DATE = "date"
    TIME = "time"
    WHOLE = "whole number"
    NUMBER = "number"
    CLAIM = "yes or no"

    @property
    def arrow(self) -> pa.DataType:
        return _ARROW[self]


_ARROW: dict[Kind, pa.DataType] = {
    Kind.TEXT: pa.string(),
    Kind.CODE: pa.string(),
    Kind.DATE: pa.date32(),
    Kind.TIME: pa.timestamp("us", tz="UTC"),
    Kind.WHOLE: pa.int32(),
    Kind.NUMBER: pa.float64(),
    Kind.CLAIM: pa.bool_(),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `title` completes the sentence "this extract does not hold ..."."""

    name: str
    kind: Kind
    title: str
    ssd: str | None = None
    codes: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One fact table. `columns` leaves out those that every row has (see `TRACE` and `CHILD`).

    `event` is the column that dates the row: the day on which an event happened, or an episode began. A row
    with `ends` is an episode, open until that day; a row without is an event. `event` is also how one day of
    the calendar is given to one source file (see `facts.coverage`).
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    event: str
    ends: str | None = None
    about_child: bool = True
    all_columns: tuple[Column, ...] = field(init=False)

    def __post_init__(self) -> None:
        common = TRACE + (CHILD if self.about_child else ())
        object.__setattr__(self, "all_columns", common + self.columns)
        for name in filter(None, (self.event, self.ends)):
            self.column(name)

    def column(self, name: str) -> Column:
        """The column called `name`; KeyError names the table when there is none."""
        for column in self.all_columns:
            if column.name == name:
                return column
        raise KeyError(f"fact table {self.name} has no column {name}")

    @property
    def arrow(self) -> pa.Schema:
        return pa.schema([(column.name, column.kind.arrow) for column in self.all_columns])


SEX = frozenset({"M", "F", "U"})
"""Male, female, unknown or not stated: the census codes from 2025. Unborn is no sex: it is U with age -1."""

ETHNICITY = frozenset(
    (
        "WBRI WIRI WIRT WROM WOTH MWBC MWBA MWAS MOTH AIND APKN ABAN AOTH BCRB BAFR BOTH CHNE OOTH REFU NOBT"
    ).split()
)
"""The national codes of the children in need census; REFU refused, NOBT not yet obtained."""

TRACE: tuple[Column, ...] = (
    Column("source", Kind.WHOLE, "which source file of the manifest the row came from, counted from 0"),
    Column("source_row", Kind.WHOLE, "which row of its sheet (or child of its file) the row came from"),
)

CHILD: tuple[Column, ...] = (
    Column("child", Kind.TEXT, "who the child is, as a keyed pseudonym", "ssd_person.pers_person_id"),
    Column("born_month", Kind.WHOLE, "the month of birth (year x 100 + month), or of the expected birth"),
    Column("age", Kind.WHOLE, "the age in whole years on the day of the event (-1: unborn)"),
    Column("sex", Kind.CODE, "the sex of the child", "ssd_person.pers_sex", SEX),
    Column("ethnicity", Kind.CODE, "the ethnicity of the child", "ssd_person.pers_ethnicity", ETHNICITY),
    Column("is_disabled", Kind.CLAIM, "whether the child is disabled", "ssd_disability.disa_disability_code"),
    Column("is_uasc", Kind.CLAIM, "whether the child is an unaccompanied asylum seeker"),
    Column("locality", Kind.CODE, "the locality in which the child lives"),
)
