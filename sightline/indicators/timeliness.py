"""A clock is also an indicator: the share done in time, and always beside it what is open and overdue.

Both come from the object that sets the due date on a page, so that a page and a percentage cannot disagree.
Counting only what was finished flatters: a case that is never closed is never late.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sightline.clocks import CLOCKS
from sightline.indicators.definition import (
    Basis,
    Breakdown,
    Evidence,
    Indicator,
    Polarity,
    QuestionSet,
    Target,
    Unit,
)


def timeliness(
    *,
    key: str,
    ref: str,
    title: str,
    open_title: str,
    clock: str,
    table: str,
    start: str,
    stop: str,
    sources: tuple[str, ...],
    things: str,
    done: str,
    why: str,
    owner: str,
    review_on: date,
    theme: str,
    population: str = "TRUE",
    lookback_months: int = 0,
    breakdowns: tuple[Breakdown, ...] = (),
    target: Target | None = None,
    open_ref: str = "",
    open_table: str = "",
    open_start: str = "",
    open_stop: str = "",
    open_population: str = "",
    notes: dict[str, str] | None = None,
) -> tuple[Indicator, Indicator]:
    """The share of `things` that were `done` by the due day of `clock`, and its twin: open and overdue.

    `start` and `stop` are the columns whose days start and stop the clock; the share counts in the period in
    which the thing was done. `open_...` say where the twin differs: what is open may stand in another table,
    and may be due under another population. KeyError when there is no such clock.
    """
    in_time = Indicator(
        key=key,
        ref=ref,
        title=title,
        question_set=QuestionSet.PRACTICE,
        evidence=Evidence.QUANTITATIVE,
        unit=Unit.PERCENT,
        polarity=Polarity.UP,
        basis=Basis.FLOW,
        table=table,
        sources=sources,
        population=population,
        at=stop,
        # A thing done before it began is a slip of the pen: it shows nothing, so it is unknown, not in time.
        numerator=f"CASE WHEN {stop} >= {start} THEN {stop} <= due('{clock}', {start}) END",
        plain=f"{{numerator}} of {{denominator}} {things} were {done} in time",
        why=why,
        owner=owner,
        review_on=review_on,
        lookback_months=lookback_months,
        breakdowns=breakdowns,
        target=target or _target(clock),
        clock=clock,
        twin=f"{key}-open-overdue",
        theme=theme,
        notes=notes or {},
    )
    begun = open_start or start
    overdue = replace(
        in_time,
        key=f"{key}-open-overdue",
        ref=open_ref or ref,
        title=open_title,
        polarity=Polarity.DOWN,
        basis=Basis.SNAPSHOT,
        table=open_table or table,
        population=open_population or population,
        at=begun,
        until=open_stop or stop,
        numerator=f"due('{clock}', {begun}) < period_end",
        plain=f"{{numerator}} of {{denominator}} open {things} were past their due day",
        target=Target(0.0, "nothing should be open past its due day"),
        twin=key,
    )
    return in_time, overdue


def _target(clock: str) -> Target:
    """The share that the clock's own authority expects within its limit."""
    found = CLOCKS[clock]
    return Target(float(found.expected_percent), f"{found.authority}: {found.citation}")
