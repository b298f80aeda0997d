"""What the reader of the CSV templates must know of each beyond its columns, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sightline.facts.manifest import Severity


@dataclass(frozen=True, slots=True)
class Identity:
    """A column that says who the row is about, and the kind of pseudonym it becomes."""

    key: str
    kind: str


@dataclass(frozen=True, slots=True)
class Event:
    """The column that dates the row, and the one that ends its episode; `bound`: never after extraction."""

    key: str
    ends: str = ""
    bound: bool = True


@dataclass(frozen=True, slots=True)
class Order:
    """Two columns in time order; where `severity` is UNKNOWN a wrong later one is dropped."""

    first: str
    then: str
    severity: Severity


ABOUT_CHILD = ("born_on", "sex", "ethnicity", "is_disabled", "is_uasc", "locality")

IDENTITY: Mapping[str, tuple[Identity, ...]] = {
    "missing-list": (Identity("child_id", "child"), Identity("police_id", "police")),
    "private-fostering": (Identity("child_id", "child"),),
    "child-deaths": (Identity("child_id", "child"), Identity("case_id", "child-death")),
}
"""Best first. The council's own id makes the pseudonym that its extracts make, so that the lists join."""

PSEUDONYMS: Mapping[str, str] = {"allegation": "allegation", "person": "attendee"}
"""The other columns that become pseudonyms, and their kinds."""

FUTURE = frozenset({"due_on", "started_on", "period_start", "period_end"})
"""Days that may lie after the extraction: a return not yet due, an arrangement that will begin."""

EVENT: Mapping[str, Event] = {
    "missing-list": Event("reported_at", "found_at"),
    "allegations": Event("contacted_on", "concluded_on"),
    "private-fostering": Event("started_on", "ended_on", bound=False),
    "child-deaths": Event("died_on"),
    "training": Event("attended_on"),
    "workforce": Event("stood_on"),
    "agency-returns": Event("period_end", bound=False),
    "population": Event("stood_on"),
}

ORDERS: Mapping[str, tuple[Order, ...]] = {
    "missing-list": (
        Order("reported_at", "found_at", Severity.QUERY),
        Order("found_at", "held_at", Severity.UNKNOWN),
    ),
    "allegations": (
        Order("employer_aware_on", "contacted_on", Severity.QUERY),
        Order("contacted_on", "concluded_on", Severity.QUERY),
    ),
    "private-fostering": (
        Order("started_on", "ended_on", Severity.QUERY),
        Order("notified_on", "visited_on", Severity.UNKNOWN),
        Order("visited_on", "ended_on", Severity.QUERY),
    ),
    "child-deaths": (
        Order("died_on", "notified_on", Severity.UNKNOWN),
        Order("died_on", "reviewed_on", Severity.UNKNOWN),
    ),
    "agency-returns": (Order("period_start", "period_end", Severity.QUERY),),
}

KEYS: Mapping[str, tuple[str, ...]] = {
    "missing-list": ("reported_at", "child_id", "police_id"),
    "allegations": ("allegation",),
    "private-fostering": ("child_id", "notified_on", "visited_on"),
    "child-deaths": ("died_on", "child_id", "case_id"),
    "training": ("person", "course", "attended_on"),
    "workforce": ("stood_on", "agency", "team"),
    "agency-returns": ("agency", "item", "period_start", "period_end"),
    "population": ("stood_on", "age_band", "sex", "ethnic_group", "locality"),
}
"""The columns that together name one row: two rows that agree in them are reported.

A row without the first of them is compared with none."""
