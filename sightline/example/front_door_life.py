"""What becomes of a contact, moment by moment: from its receipt until it is closed.

The hub works on working days from nine to five, and at once where a child is in danger.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from sightline.clocks.calendar import add_working_days, is_working_day, london
from sightline.example.chance import Mix
from sightline.example.days import DAY, working_day_from

OPENS, SHUTS = 9, 17
IN_TIME, IN_TIME_ON_LEAVE, IN_TIME_WHEN_SLOW = 0.95, 0.82, 0.5
"""The share of contacts decided by the end of the next working day, and when fewer are at work."""
ON_LEAVE = frozenset({8, 12})
"""The months in which many of the hub are on leave."""
TOLD_IN_TIME = 0.9
_HOURS = {"red": 4, "amber": 24, "green": 72, "blue": 72}
_ANSWERS_IN_TIME = {"pol": 0.92, "chs": 0.8, "eh": 0.88}
_ASKED = Mix({"pol": 40, "chs": 35, "edu": 15, "eh": 10})
_RATED = {
    1: Mix({"blue": 80, "green": 20}),
    2: Mix({"green": 70, "blue": 30}),
    3: Mix({"amber": 62, "green": 38}),
    4: Mix({"red": 42, "amber": 58}),
}
_OUTCOMES = {
    2: Mix({"early-help": 94, "open-case": 6}),
    3: Mix({"early-help": 28, "assessment": 62, "open-case": 8, "other-authority": 2}),
    4: Mix({"assessment": 66, "strategy-discussion": 28, "open-case": 6}),
}
_NOT_ACCEPTED = Mix(
    {
        "below-threshold": 70,
        "insufficient-information": 13,
        "duplicate": 7,
        "wrong-area": 5,
        "no-consent": 5,
    }
)


@dataclass(frozen=True, slots=True)
class Checked:
    """An agency that was asked; `answer` is empty where it knows nothing, unanswered without a moment."""

    agency: str
    asked_at: datetime
    answered_at: datetime | None
    answer: int | None
    """The place of its words among `front_door_words.ANSWERS`; None where the agency knows nothing."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision; `score` is None where nobody scored the referral."""

    at: datetime
    outcome: str
    level: int
    not_accepted: str
    score: int | None
    dissent_at: datetime | None


@dataclass(frozen=True, slots=True)
class HandedOver:
    """An offer to whoever takes it over, and what was answered."""

    offered_at: datetime
    answered_at: datetime | None
    is_accepted: bool


def midnight(day: date) -> datetime:
    """The moment at which a day begins."""
    return london(day, time(0))


def in_hours(moment: datetime) -> datetime:
    """That moment, or the next at which the hub works."""
    local = moment
    if is_working_day(local.date()) and local.hour < SHUTS:
        return max(local, london(local.date(), time(OPENS, local.minute, local.second)))
    return london(working_day_from(local.date() + DAY), time(OPENS, local.minute, local.second))


def later(rng: Random, moment: datetime, hours: float) -> datetime:
    """A working moment so many hours later on average, and never the same."""
    return in_hours(moment + timedelta(seconds=60 + round(rng.expovariate(1 / (3600 * hours)))))


def slow_month(today: date) -> date:
    """The first day of the month in which the hub is slow: the last March, once April is over as well."""
    return date(today.year - (today.month < 5), 3, 1)


def in_time(received: date, slow: date) -> float:
    """The share of what is received in a month that is decided in time."""
    if received.replace(day=1) == slow:
        return IN_TIME_WHEN_SLOW
    return IN_TIME_ON_LEAVE if received.month in ON_LEAVE else IN_TIME


def decided_at(
    rng: Random, received: datetime, screened: datetime, is_immediate: bool, is_in_time: bool
) -> datetime:
    """When it was decided: by the end of the next working day, or some days too late."""
    if is_immediate:
        return screened + timedelta(minutes=rng.randrange(20, 170))
    due = add_working_days(received.date(), 1)
    if is_in_time:
        latest = max(london(due, time(SHUTS, 30)), screened + timedelta(minutes=30))
        return _between(rng, screened + timedelta(minutes=20), latest)
    late = add_working_days(due, 1 + min(8, int(rng.expovariate(0.5))))
    return london(late, time(OPENS + rng.randrange(8), rng.randrange(60), rng.randrange(60)))


def _between(rng: Random, first: datetime, last: datetime) -> datetime:
    """A working moment between two."""
    seconds = max(1, round((last - first).total_seconds()))
    drawn = first + timedelta(seconds=rng.randrange(seconds))
    return drawn if OPENS <= drawn.hour <= SHUTS and is_working_day(drawn.date()) else last


def rating(rng: Random, level: int) -> str:
    """The rating of a contact about a need of this level."""
    return _RATED[level].draw(rng)


def outcome(rng: Random, is_refused: bool, is_immediate: bool) -> tuple[int, str, str]:
    """The level, the decision, and why it was not accepted."""
    if is_immediate:
        return 4, "strategy-discussion", ""
    if is_refused:
        return rng.choice((1, 1, 2)), "no-further-action", _NOT_ACCEPTED.draw(rng)
    level = rng.choices((2, 3, 4), (28, 50, 22))[0]
    return level, _OUTCOMES[level].draw(rng), ""


def checks(
    rng: Random, given: str, sender: str, school: str, screened: datetime, decided: datetime
) -> tuple[Checked, ...]:
    """The agencies that were asked, and when they answered, if that was before the decision."""
    count = {"red": 2, "amber": rng.choice((1, 2, 3)), "green": rng.choice((0, 0, 1)), "blue": 0}[given]
    asked, found = {sender}, []
    moment = screened
    for _ in range(count):
        agency = _ASKED.draw(rng)
        agency = school if agency == "edu" else agency
        if agency in asked:
            continue
        asked.add(agency)
        moment += timedelta(seconds=rng.randrange(60, 400))
        if moment < decided:
            found.append(_answered(rng, agency, given, moment, decided))
    return tuple(found)


def _answered(rng: Random, agency: str, given: str, asked: datetime, decided: datetime) -> Checked:
    hours = _HOURS[given] * (0.1 + 0.8 * rng.random())
    if rng.random() > _ANSWERS_IN_TIME.get(agency, 0.85):
        hours *= 3
    answered = asked + timedelta(hours=hours)
    knows = rng.randrange(5) if rng.random() < 0.5 else None
    # Who can wait for a partner does: what comes too late is answered just before the decision, or never.
    if answered >= decided:
        room = (decided - asked).total_seconds()
        is_pressed = rng.random() < 0.8 and room > 600
        return Checked(
            agency, asked, decided - timedelta(seconds=rng.randrange(300)) if is_pressed else None, knows
        )
    return Checked(agency, asked, answered, knows)


def told_at(rng: Random, decided: datetime) -> datetime:
    """When the referrer was told of the decision."""
    return later(rng, decided, 2.0 if rng.random() < TOLD_IN_TIME else 30.0)


def handed_over(rng: Random, decided: datetime) -> tuple[HandedOver, ...]:
    """The offers: one in thirty comes back and is made once more."""
    offers, moment = [], decided
    for is_accepted in (False, True) if rng.random() < 0.033 else (True,):
        offered = later(rng, moment, 0.7)
        moment = later(rng, offered, 14.0)
        offers.append(HandedOver(offered, moment, is_accepted))
    return tuple(offers)


def closed_at(rng: Random, *moments: datetime) -> datetime:
    """When it was closed, after all of these."""
    return later(rng, max(moments), 26.0)


def before(by: datetime) -> Callable[[datetime | None], datetime | None]:
    """What gives a moment before that one, and None for a later one."""
    return lambda moment: moment if moment is not None and moment < by else None


def is_holiday(day: date) -> bool:
    """Whether schools are shut: in the holidays of an ordinary year, or because nobody works."""
    spans: Sequence[tuple[tuple[int, int], tuple[int, int]]] = (
        ((7, 22), (9, 1)),
        ((12, 20), (12, 31)),
        ((1, 1), (1, 3)),
        ((2, 15), (2, 20)),
        ((4, 1), (4, 13)),
        ((5, 26), (5, 30)),
        ((10, 25), (10, 31)),
    )
    return not is_working_day(day) or any(a <= (day.month, day.day) <= b for a, b in spans)


def moment_in(rng: Random, day: date, by_day: bool) -> datetime:
    """A moment of a day: in office hours, or at any hour, most of them in the evening."""
    hour = rng.triangular(8, 18, 12) if by_day else rng.triangular(0, 24, 20)
    seconds = min(86_399, int(3600 * hour))
    return london(day, time(seconds // 3600, seconds // 60 % 60, seconds % 60))
