"""A partnership's own limits: tighter than the national limit, never looser."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from sightline.clocks.calendar import LONDON
from sightline.clocks.clock import Clock, Counts, Limit, Unit
from sightline.clocks.errors import LooserThanStatute
from sightline.clocks.reckoning import due_moment

# Sixty years of start days, this decade first so that a refusal shows a familiar date; a limit of five
# years stays inside the calendar on either side.
_YEARS = (*range(2024, 2055), *range(1996, 2024))


def validate_local(clock: Clock, local: Limit) -> None:
    """Check that a local limit can never fall later than the clock's national limit.

    Each start day from 1996 to 2054 is tried, at its worst hour, and a working-day limit is held against
    calendar time as if one more bank holiday were proclaimed within it. So 14 days is looser than 10 working
    days: counted from a Saturday it ends a day later. For a clock that counts back, tighter means earlier.
    A clock without a national limit takes any. Raises LooserThanStatute with an example.
    """
    if clock.limit is None:
        return
    day = _first_later_day(local, clock.limit, clock.counts)
    if day is None:
        return
    delayed = local if clock.counts is Counts.AFTER else clock.limit
    allowed_for = local.unit is not clock.limit.unit and delayed.unit is Unit.WORKING_DAYS
    raise LooserThanStatute(
        f"{clock.key}: a local limit of {local} may be looser than the national {clock.limit}: it can fall"
        f" later from {day:%A} {day.day} {day:%B %Y}, for one"
        + (", if one more bank holiday is proclaimed" if allowed_for else "")
    )


@lru_cache(maxsize=1024)
def _first_later_day(local: Limit, national: Limit, counts: Counts) -> date | None:
    """Find a start day from which the local limit falls later than the national one, if there is any."""
    if local.unit is national.unit:
        longer = local.length > national.length
        differs = longer if counts is Counts.AFTER else local.length < national.length
        return date(_YEARS[0], 1, 1) if differs else None
    # A holiday to come delays working days counted forward, and advances those counted back.
    if counts is Counts.AFTER:
        local = _with_a_holiday_to_come(local)
    else:
        national = _with_a_holiday_to_come(national)
    # Local hours end latest from the last second of a day; national hours end earliest from its first.
    worst = time(23, 59, 59) if local.unit is Unit.HOURS else time(0)
    for day in _days():
        start = datetime.combine(day, worst, LONDON)
        if due_moment(start, local, counts) > due_moment(start, national, counts):
            return day
    return None


def _with_a_holiday_to_come(limit: Limit) -> Limit:
    return replace(limit, length=limit.length + 1) if limit.unit is Unit.WORKING_DAYS else limit


def _days() -> Iterator[date]:
    for year in _YEARS:
        first = date(year, 1, 1)
        for n in range((date(year + 1, 1, 1) - first).days):
            yield first + timedelta(n)
