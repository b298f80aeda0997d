"""Calls to the consultation line of the invented borough: some forty a month, before anybody refers.

In the month in which the hub is slow callers wait longer, and more of them give up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from random import Random

from sightline.clocks.calendar import is_working_day
from sightline.example import front_door_life as life
from sightline.example.chance import events, stream
from sightline.example.days import DAY
from sightline.example.front_door import SENDERS, Sender, begins

_A_WORKING_DAY = 1.9
_CALLERS = [one for one in SENDERS if one.agency and not one.is_round_the_clock]
_WAIT, _WAIT_WHEN_SLOW = 30, 110
"""How many seconds a caller waits on average."""
_GIVES_UP, _GIVES_UP_WHEN_SLOW = 0.07, 0.24

QUESTIONS: tuple[tuple[str, str], ...] = (
    (
        "A pupil is tired and says that he sleeps on the floor. Do I refer?",
        "Talk with his mother first; ask what would help. Ring again if she will not talk.",
    ),
    (
        "A family asks us for food each Friday. Is that neglect?",
        "Not by itself. Offer an early help assessment, with the family's consent.",
    ),
    (
        "Two parents shout at each other at the gate, and their daughter hides.",
        "Write down what you saw and what she says. Ask the parents in, one at a time.",
    ),
    (
        "May I tell a school what I know of a brother?",
        "Yes, what they need to keep him safe, and no more. Write down why you told them.",
    ),
    (
        "A girl of fifteen has a boyfriend of nineteen whom nobody has met.",
        "Ask her who he is and how they met. If he gives her money or a telephone, refer today.",
    ),
)
"""What callers ask, and what they are advised."""


@dataclass(frozen=True, slots=True)
class Rang:
    """A call to the line that became no contact; whoever gave up was asked and told nothing."""

    called_at: datetime
    sender: Sender
    wait_seconds: int
    was_abandoned: bool
    question: str
    advice: str


def calls(today: date, seed: int = 1) -> Iterator[Rang]:
    """Give the calls of the months before `today`, the earliest first."""
    rng, slow, day = stream(seed, "consultation line"), life.slow_month(today), begins(today)
    while day < today:
        if is_working_day(day):
            came = sorted(life.moment_in(rng, day, True) for _ in range(events(rng, _A_WORKING_DAY)))
            yield from (_rang(rng, at, day.replace(day=1) == slow) for at in came)
        day += DAY


def wait(rng: Random, is_slow: bool) -> int:
    """How many seconds somebody waits for an answer."""
    return 4 + round(rng.expovariate(1 / (_WAIT_WHEN_SLOW if is_slow else _WAIT)))


def _rang(rng: Random, at: datetime, is_slow: bool) -> Rang:
    question, advice = rng.choice(QUESTIONS)
    gives_up = rng.random() < (_GIVES_UP_WHEN_SLOW if is_slow else _GIVES_UP)
    sender = rng.choices(_CALLERS, [one.share for one in _CALLERS])[0]
    return Rang(at, sender, wait(rng, is_slow), gives_up, question, advice)
