"""What a process says of the work that waits in it, so that one worklist can show that of all processes.

A process declares each kind of work as a `Work` in its `PROCESS` (see `core.process`)::

    Work(
        key="return-to-check",
        title="Returns to check",
        doing=Link("Check", "collection:check"),
        permission=Permission.CHECK_RETURNS,
        waiting=lambda user: Return.objects.visible_to(user).filter(state=Return.States.SUBMITTED),
        about=Concat(F("agreement__item"), ...),
        since=F("signed_off_at"),
        due=Due(on=F("due_on")),
        states=dict(Return.States.choices),
    )

`core.worklist` makes the rows of all kinds into one query, each with the same columns (`COLUMNS`). Rows come
from the process's own `visible_to`, so a guarded record stays guarded there; no row holds personal data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    BigIntegerField,
    DateField,
    DateTimeField,
    Expression,
    F,
    Field,
    Func,
    OuterRef,
    QuerySet,
    Subquery,
    TextField,
    UUIDField,
    Value,
)
from django.db.models.functions import Cast
from django.db.models.sql.compiler import SQLCompiler

from sightline.clocks import find
from sightline.core.models import ClockRun, User
from sightline.core.permissions import Permission

Column = Expression | F | Subquery

COLUMNS: Mapping[str, str] = {
    "work_kind": "key of the kind of work",
    "work_key": "key of the record, as its address has it; of several keys, with a slash between",
    "work_about": "what the record is, without personal data: words, or keys that the kind puts into words",
    "work_state": "stored value of its state",
    "work_due_on": "day by which it is due; empty where it has no limit",
    "work_due_at": "time by which it is due; empty where only the day counts",
    "work_since": "since when it waits",
    "work_for_user": "account of the person for whom it waits by name; empty where it is for several",
    "work_for_team": "team whose work it is, also where it waits for one of them by name; else empty",
    "work_for_agency": "agency that is to do it; empty where it is no agency's",
}
"""The columns of every row of the worklist, in their order. Their names are like no field's of any model."""

COUNTED = ("work_due_on", "work_due_at", "work_for_user", "work_for_team", "work_for_agency")
"""The columns that rows are narrowed and counted by."""


_UUID_PARTS = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))


class Key(Func):
    """A record's key as text, as an address has it: SQLite holds a UUID without its hyphens."""

    template = "CAST(%(expressions)s AS text)"
    output_field = TextField()
    arity = 1

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **more: Any) -> Any:
        """Put the hyphens of a UUID in."""
        (source,) = self.get_source_expressions()
        if isinstance(source.output_field, UUIDField):
            more["template"] = " || '-' || ".join(
                f"substr(%(expressions)s, {first}, {length})" for first, length in _UUID_PARTS
            )
        return self.as_sql(compiler, connection, **more)


def nothing(of: type[Field[Any, Any]]) -> Column:
    """An empty column of a type, which the rows of other kinds can be put beneath on every database."""
    return Cast(Value(None), of())


@dataclass(frozen=True)
class Due:
    """When the records of a kind fall due, as columns of their table; both empty where they never do."""

    on: Column = field(default_factory=lambda: nothing(DateField))
    at: Column = field(default_factory=lambda: nothing(DateTimeField))

    @classmethod
    def by_clock(cls, clock: str, table: str, key: str = "pk") -> Due:
        """When the clock falls due that runs for each record; `table` is the stored name of their kind.

        Raises `UnknownClock`, which names those that are near.
        """
        find(clock)
        runs = ClockRun.objects.running().filter(
            clock=clock, subject_kind=table, subject_key=Key(OuterRef(key))
        )
        return cls(Subquery(runs.values("due_on")[:1]), Subquery(runs.values("due_at")[:1]))


@dataclass(frozen=True)
class Link:
    """Where a row of the worklist leads: a verb that stands before what it is about, and a route.

    `has_key`: the address ends in the record's key; else it is one page for all.
    """

    verb: str
    route: str
    has_key: bool = True


@dataclass(frozen=True, kw_only=True)
class Work:
    """One kind of work that waits in a process.

    `doing` is for whoever may do it: who has the `permission`, and where that counts for the own agency
    alone, belongs to the agency that is to do it. `looking` is for everybody else who may see the record;
    without one they see no link. `waiting` gives the records, out of those that the reader may see. `words`
    puts `about` into words, where it holds keys of a registry.
    """

    key: str
    title: str
    doing: Link
    permission: Permission
    waiting: Callable[[User], QuerySet[Any]]
    about: Column
    since: Column
    looking: Link | None = None
    words: Callable[[str], str] = str
    due: Due = field(default_factory=Due)
    state: Column = field(default_factory=lambda: F("state"))
    states: Mapping[str, str] = field(default_factory=dict)
    record_key: Column = field(default_factory=lambda: Key(F("pk")))
    for_user: Column | None = None
    for_team: Column | None = None
    for_agency: Column | None = None

    def rows(self, user: User, columns: Iterable[str] = COLUMNS) -> QuerySet[Any, dict[str, Any]]:
        """The records that wait, of those that this person may see, in the columns of the worklist."""
        mine = self._columns()
        return self.waiting(user).order_by().values(**{name: mine[name] for name in columns})

    def _columns(self) -> dict[str, Column]:
        empty = nothing(BigIntegerField)
        columns = {
            "work_kind": Cast(Value(self.key), TextField()),
            "work_key": self.record_key,
            "work_about": self.about,
            "work_state": Cast(self.state, TextField()),
            "work_due_on": self.due.on,
            "work_due_at": self.due.at,
            "work_since": self.since,
            "work_for_user": self.for_user or empty,
            "work_for_team": self.for_team or empty,
            "work_for_agency": self.for_agency or empty,
        }
        assert tuple(columns) == tuple(COLUMNS)
        return columns


class DueWhen(StrEnum):
    """When something is due, seen from now: every row is in exactly one of these."""

    OVERDUE = "overdue"
    TODAY = "today"
    THIS_WEEK = "this-week"
    LATER = "later"
    NEVER = "no-limit"


@dataclass(frozen=True)
class Item:
    """One row of the worklist, in words."""

    work: Work
    key: str
    about: str
    state: str
    due_on: date | None
    due_at: datetime | None
    due_when: DueWhen
    since: datetime
    for_user: int | None
    for_team: int | None
    for_agency: int | None

    @property
    def keys(self) -> Sequence[str]:
        """The keys of its address."""
        return self.key.split("/")

    @classmethod
    def of(cls, work: Work, row: Mapping[str, Any]) -> Item:
        """A row as the database gives it."""
        return cls(
            work=work,
            key=row["work_key"],
            about=work.words(row["work_about"]),
            state=work.states.get(row["work_state"], row["work_state"]),
            due_on=row["work_due_on"],
            due_at=row["work_due_at"],
            due_when=DueWhen(row["due_when"]),
            since=row["work_since"],
            for_user=row["work_for_user"],
            for_team=row["work_for_team"],
            for_agency=row["work_for_agency"],
        )
