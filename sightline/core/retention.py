"""How long records about people are kept: what a partnership has settled, and what others do.

Plain Python. Councils differ widely, and no law gives one figure: so nothing falls due for disposal until the
partnership has set its own, in the table `[retention]` of its settings file::

    [retention.contact]
    years = 25
    from = "birth"
    basis = "Retention schedule 4.2, agreed by the executive on 4 December 2025"
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sightline.core.policy import Kind
from sightline.core.toml_table import Table


class Start(StrEnum):
    """From when the years count."""

    CLOSED = "closed"
    BIRTH = "birth"


STARTS: Mapping[Start, str] = {
    Start.CLOSED: "from the day on which the record was closed",
    Start.BIRTH: "from the birth of the child whom the record is about",
}

KINDS: Mapping[Kind, str] = {
    Kind.PERSON: "The record of a person",
    Kind.CONTACT: "A concern about a child",
    Kind.PANEL: "A panel’s record",
    Kind.ALLEGATION: "An allegation against somebody who works with children",
    Kind.DEATH: "The review of a child’s death",
}


@dataclass(frozen=True)
class Suggestion:
    """What another council does, in words alone: nothing is worked out from it."""

    words: str
    source: str


SUGGESTED: Mapping[Kind, tuple[Suggestion, ...]] = {
    Kind.PERSON: (Suggestion("75 years for a child who was looked after", "Blackpool"),),
    Kind.CONTACT: (Suggestion("35 years for child protection", "Blackpool"),),
    Kind.ALLEGATION: (
        Suggestion("reviewed 10 years after closing", "Blackpool and the North West"),
        Suggestion("100 years from birth for some outcomes", "Devon"),
    ),
}
"""As published by these councils; to be verified before anybody relies on them."""


@dataclass(frozen=True)
class Rule:
    """How long one kind of record is kept, and on which basis."""

    years: int
    counted_from: Start
    basis: str

    @property
    def words(self) -> str:
        """The limit in words: "25 years from the day on which the record was closed"."""
        return f"{self.years} year{'' if self.years == 1 else 's'} {STARTS[self.counted_from]}"

    def due_on(self, closed_on: date | None, born_on: date | None) -> date | None:
        """The first day on which a record may go; None where it counts from a day that is not known."""
        start = closed_on if self.counted_from is Start.CLOSED else born_on
        if start is None:
            return None
        if (start.month, start.day) == (2, 29) and not isleap(start.year + self.years):
            return date(start.year + self.years, 3, 1)
        return start.replace(year=start.year + self.years)

    def last_start(self, today: date) -> date:
        """The last day from which the years have passed today."""
        if (today.month, today.day) == (2, 29):
            return date(today.year - self.years, 3, 1) - timedelta(days=1)
        return today.replace(year=today.year - self.years)


def read_rules(table: Table) -> Mapping[Kind, Rule]:
    """The rules of the settings file by kind; mistakes are noted in the table."""
    rules = {}
    for name in table.names():
        if name not in KINDS:
            table.wrong(name, "...", f"one of {', '.join(KINDS)}")
            continue
        one = table.table(name)
        years, start, basis = one.number("years", 1, 150), one.choice("from", tuple(Start)), one.text("basis")
        one.no_other_keys()
        if start == Start.CLOSED and name == Kind.PERSON:
            one.wrong("from", start, "birth: the record of a person is never closed")
        if start in STARTS:
            rules[Kind(name)] = Rule(years, Start(start), basis)
    return rules
