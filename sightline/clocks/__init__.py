"""Clocks: the time limits of safeguarding as data, and the calendar that they count on.

    >>> from datetime import date
    >>> from sightline.clocks import CLOCKS, due
    >>> due(CLOCKS["assessment"], date(2026, 3, 27)).due_on
    datetime.date(2026, 6, 4)

The lowest floor: it knows nothing of children, agencies, web pages or databases.
"""

from sightline.clocks.clock import Authority, Clock, Counts, Event, Limit, Suggestion, Unit
from sightline.clocks.due_dates import Due, Standing, State, due, due_days, limit_of, state
from sightline.clocks.errors import (
    ClockError,
    LooserThanStatute,
    NeedsTime,
    NoLimit,
    OutsideCalendar,
    UnknownClock,
)
from sightline.clocks.local_limits import validate_local
from sightline.clocks.registry import CLOCKS, THEMES, by_ref, find, in_force

__all__ = [
    "CLOCKS",
    "THEMES",
    "Authority",
    "Clock",
    "ClockError",
    "Counts",
    "Due",
    "Event",
    "Limit",
    "LooserThanStatute",
    "NeedsTime",
    "NoLimit",
    "OutsideCalendar",
    "Standing",
    "State",
    "Suggestion",
    "Unit",
    "UnknownClock",
    "by_ref",
    "due",
    "due_days",
    "find",
    "in_force",
    "limit_of",
    "state",
    "validate_local",
]
