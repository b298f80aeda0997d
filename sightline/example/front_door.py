"""Sixteen months at the front door of the invented borough: who told of which child, and what came of it.

The shape follows published reports: 41% of what schools refer is not accepted, demand rises, agencies ask for
another level than is decided. Two schools stand out, one that refers well and one below the threshold; and in
one March the hub is slow. The same seed and day give the same contacts. Sixteen, because a control chart
judges thirteen months, and what is decided in the first was in part received before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random

from sightline.clocks.calendar import add_months, is_working_day
from sightline.example import front_door_life as life
from sightline.example.chance import Mix, events, stream
from sightline.example.days import DAY, age_at
from sightline.example.front_door_families import Families, Family
from sightline.example.front_door_life import Checked, Decided, HandedOver
from sightline.example.front_door_words import EARLY_HELP, PARENTS_TOLD, STORIES

MONTHS = 16
"""How many whole months come before the one of today; in twelve there are some 1,500 contacts."""
NEW, SCREENED, GATHERING = 3, 4, 6
"""How many of the latest contacts wait at each step, whatever the day of the week."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who refers: an agency of the borough or, with an empty code, the public.

    `refused`: the share of what they refer that is not accepted. `scores`: how good it is, from 0 to 3.
    `asks_above`: how often they ask for a higher level than is decided.
    """

    agency: str
    who: str
    sources: Mapping[str, float]
    share: float
    refused: float
    scores: Mapping[int, float]
    asks_above: float = 0.3
    is_school: bool = False
    is_round_the_clock: bool = False


_USUAL = {0: 8, 1: 27, 2: 45, 3: 20}
SENDERS: tuple[Sender, ...] = (
    Sender("pol", "Officer on duty", {"6": 1}, 26, 0.50, {0: 1, 1: 4, 2: 4, 3: 1}, is_round_the_clock=True),
    Sender("edu", "Designated lead", {"2A": 9, "2B": 1}, 12, 0.355, _USUAL, is_school=True),
    Sender("orchard", "Designated lead", {"2A": 1}, 5, 0.12, {2: 22, 3: 78}, 0.04, is_school=True),
    Sender("quarry", "Head of year", {"2A": 1}, 5, 0.78, {0: 48, 1: 44, 2: 8}, 0.92, is_school=True),
    Sender("chs", "Health visitor", {"3B": 5, "3C": 3, "3E": 4}, 12, 0.30, _USUAL),
    Sender("gp", "General practitioner", {"3A": 1}, 4, 0.38, {0: 15, 1: 45, 2: 35, 3: 5}),
    Sender("mht", "Mental health nurse", {"3F": 1}, 4, 0.33, _USUAL),
    Sender("eh", "Family worker", {"5B": 1}, 6, 0.20, {1: 10, 2: 50, 3: 40}, 0.1),
    Sender("hou", "Housing officer", {"4": 1}, 3, 0.45, _USUAL),
    Sender("asc", "Social worker for adults", {"5A": 1}, 3, 0.38, _USUAL),
    Sender("pro", "Probation officer", {"7": 1}, 2, 0.35, _USUAL),
    Sender("yos", "Youth justice worker", {"5B": 1}, 2, 0.28, _USUAL, 0.1),
    Sender("vcs", "Youth worker", {"8": 1}, 3, 0.40, _USUAL),
    Sender("amb", "Paramedic", {"3D": 1}, 2, 0.40, _USUAL, is_round_the_clock=True),
    Sender("", "Somebody who knows the family", {"1A": 5, "1B": 4, "1D": 1, "9": 3}, 11, 0.58, {}),
)  # fmt: skip
"""Everybody who refers, with their share of all contacts."""

_BY_SHARE = Mix({place: sender.share for place, sender in enumerate(SENDERS)})
_CHANNELS = {
    "pol": Mix({"police-notice": 92, "phone": 5, "out-of-hours": 3}),
    "": Mix({"phone": 60, "form": 30, "email": 10}),
}
_CHANNEL = Mix({"form": 72, "phone": 16, "email": 9, "consultation": 3})
_CONSENT = Mix({"given": 62, "refused": 9, "unsafe-to-seek": 15, "not-required": 14})
_WEEKDAY = (1.16, 1.05, 1.02, 1.0, 1.1)
_A_WORKING_DAY, _ROUND_THE_CLOCK = 4.4, 1.2
"""How many contacts come on an average day, from those who keep office hours and those who do not."""
RETURNING = 0.27
"""The share of contacts about a family that was told of before."""


@dataclass(frozen=True, slots=True)
class Referral:
    """One contact, and what became of it; what has not happened by the day is None or empty."""

    number: int
    received_at: datetime
    sender: Sender
    source: str
    channel: str
    family: Family
    subjects: tuple[int, ...]
    """The places in the family of the children whom it is about."""
    worries: tuple[str, ...]
    narrative: str
    wishes: str
    early_help: str
    has_assessment: bool | None
    parents_told: str
    consent: str
    level_asked: int | None
    is_immediate: bool
    is_named: bool
    """Whether the hub enters the children, or names those whom it knows."""
    rating: str = ""
    screened_at: datetime | None = None
    acknowledged_at: datetime | None = None
    checks: tuple[Checked, ...] = ()
    decided: Decided | None = None
    told_at: datetime | None = None
    handed_over: tuple[HandedOver, ...] = ()
    closed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether the hub still has work with it."""
        return self.closed_at is None


def begins(today: date) -> date:
    """The first day of which `referrals` tells."""
    return add_months(today.replace(day=1), -MONTHS)


def referrals(today: date, seed: int = 1) -> list[Referral]:
    """Give the contacts of the months before `today` as they stand when it begins, the earliest first."""
    families, quota = Families(today, seed), _Quota(today)
    by = life.midnight(today)
    whole = [
        _referral(stream(seed, "referral", number), number, at, sender, families, quota)
        for number, (at, sender) in enumerate(_comers(today, seed), 1)
    ]
    held = _held_up(whole, by)
    return [_as_of(held.get(one.number, one), by) for one in whole]


def _held_up(whole: list[Referral], by: datetime) -> dict[int, Referral]:
    """The latest contacts, which still wait: for the hub, for a partner's answer, for the manager."""
    latest = whole[::-1]
    wait = {one.number: _undecided(replace(one, rating="", screened_at=None)) for one in latest[:NEW]}
    read = [one for one in latest[NEW:] if one.screened_at and one.screened_at < by]
    wait |= {one.number: _undecided(one) for one in read[:SCREENED]}
    may_wait = [one for one in read[SCREENED:] if one.checks and not one.is_immediate]
    for place, one in enumerate([one for one in may_wait if one.checks[-1].asked_at < by][:GATHERING]):
        *before, last = one.checks
        waits = replace(last, answered_at=None) if place % 3 else last
        wait[one.number] = replace(_undecided(one), checks=(*before, waits))
    return wait


def _undecided(one: Referral) -> Referral:
    """The contact before anything was asked, said or decided."""
    return replace(
        one,
        acknowledged_at=None,
        checks=(),
        decided=None,
        told_at=None,
        handed_over=(),
        closed_at=None,
    )


class _Quota:
    """Who is not accepted, and what is decided in time: a sender's and a month's share, not luck alone."""

    def __init__(self, today: date) -> None:
        self._slow = life.slow_month(today)
        self._owed: dict[str, float] = {}

    def is_refused(self, rng: Random, sender: Sender) -> bool:
        return self._is_one(rng, sender.agency, sender.refused)

    def is_in_time(self, rng: Random, received: date) -> bool:
        return self._is_one(rng, f"{received:%Y-%m}", life.in_time(received, self._slow))

    def _is_one(self, rng: Random, of: str, share: float) -> bool:
        owed = self._owed.get(of, 0.5) + share
        # The more are owed, the likelier it is the next; so they do not come at a beat.
        is_one = owed >= 1 or rng.random() < owed * share
        self._owed[of] = owed - is_one
        return is_one


def _comers(today: date, seed: int) -> Iterator[tuple[datetime, Sender]]:
    """When somebody turns to the front door, and who: in the order in which they come."""
    rng = stream(seed, "front door")
    days = (today - begins(today)).days
    for back in range(days, 0, -1):
        day = today - back * DAY
        rises = 1.06 - 0.12 * back / days
        works = _WEEKDAY[day.weekday()] if is_working_day(day) else 0.0
        came = []
        for mean, by_day in ((_A_WORKING_DAY * works, True), (_ROUND_THE_CLOCK, False)):
            for _ in range(events(rng, mean * rises)):
                sender = _sender(rng, by_day)
                if not (sender.is_school and life.is_holiday(day)):
                    came.append((life.moment_in(rng, day, by_day), sender))
        yield from sorted(came, key=lambda one: one[0])


def _sender(rng: Random, by_day: bool) -> Sender:
    while True:
        sender = SENDERS[_BY_SHARE.draw(rng)]
        if by_day != sender.is_round_the_clock:
            return sender


def _referral(
    rng: Random, number: int, at: datetime, sender: Sender, families: Families, quota: _Quota
) -> Referral:
    """A contact with all that ever becomes of it."""
    family, is_known = families.draw(rng, RETURNING, at.date())
    is_refused = quota.is_refused(rng, sender)
    is_immediate = not is_refused and rng.random() < 0.02
    level, outcome, not_accepted = life.outcome(rng, is_refused, is_immediate)
    if sender.agency == "quarry" and not_accepted:
        not_accepted = "below-threshold"
    told = _told(rng, number, at, sender, family, level, is_immediate, is_known or not is_refused)
    in_time = quota.is_in_time(rng, at.date())
    return _lived(rng, told, in_time, level, outcome, not_accepted)


def _told(
    rng: Random, number: int, at: datetime, sender: Sender, family: Family, level: int, now: bool, named: bool
) -> Referral:
    """What was told of a family by this sender, at the level that they ask for."""
    children = len(family.children)
    first = rng.randrange(children)
    others = [place for place in range(children) if place != first] if rng.random() < 0.25 else []
    age = age_at(family.children[first].born_on, at.date())
    story = rng.choice([one for one in STORIES if one.youngest <= age <= one.oldest])
    asked = None if not sender.agency or rng.random() < 0.05 else level
    if asked is not None and rng.random() < sender.asks_above:
        asked = min(4, level + rng.choice((1, 1, 2)))
    return Referral(
        number=number,
        received_at=at,
        sender=sender,
        source=Mix(sender.sources).draw(rng),
        channel=_CHANNELS.get(sender.agency, _CHANNEL).draw(rng),
        family=family,
        subjects=(first, *others),
        worries=story.worries,
        narrative=story.narrative.format(name=family.children[first].given_names.split()[0]),
        wishes=story.wishes,
        early_help=rng.choice(EARLY_HELP),
        has_assessment=None if not sender.agency else rng.random() < 0.16 + 0.4 * (sender.agency == "eh"),
        parents_told=rng.choice(PARENTS_TOLD),
        consent=_CONSENT.draw(rng),
        level_asked=asked,
        is_immediate=now,
        is_named=named,
    )


def _lived(
    rng: Random, told: Referral, in_time: bool, level: int, outcome: str, not_accepted: str
) -> Referral:
    """The contact with what the hub made of it."""
    sender, now = told.sender, told.is_immediate
    screened = _screened(rng, told)
    decided_at = life.decided_at(rng, told.received_at, screened, now, in_time)
    acknowledged = life.later(rng, screened, 1.5) if rng.random() < 0.6 else None
    rating = "red" if now else life.rating(rng, level)
    school = sender.agency if sender.is_school else rng.choice(("edu", "edu", "orchard", "quarry"))
    dissent_at = life.later(rng, decided_at, 0.5) if rng.random() < 0.015 else None
    score = Mix(sender.scores).draw(rng) if sender.scores and rng.random() < 0.85 else None
    told_at = life.told_at(rng, decided_at)
    offers = life.handed_over(rng, decided_at) if outcome != "no-further-action" else ()
    ends = [one.answered_at for one in offers if one.answered_at is not None]
    return replace(
        told,
        rating=rating,
        screened_at=screened,
        acknowledged_at=acknowledged if acknowledged and acknowledged < decided_at else None,
        checks=life.checks(rng, rating, sender.agency, school, screened, decided_at),
        decided=Decided(decided_at, outcome, level, not_accepted, score, dissent_at),
        told_at=told_at,
        handed_over=offers,
        closed_at=life.closed_at(rng, told_at, *([dissent_at] if dissent_at else []), *ends),
    )


def _screened(rng: Random, told: Referral) -> datetime:
    if told.is_immediate:
        return told.received_at + timedelta(minutes=rng.randrange(2, 15))
    return life.later(rng, told.received_at, 1.2)


def _as_of(one: Referral, by: datetime) -> Referral:
    """The contact as it stood then."""
    kept = life.before(by)
    if kept(one.closed_at):
        return one
    decided = one.decided if one.decided and one.decided.at < by else None
    if decided:
        decided = replace(decided, dissent_at=kept(decided.dissent_at))
    return replace(
        one,
        rating=one.rating if kept(one.screened_at) else "",
        screened_at=kept(one.screened_at),
        acknowledged_at=kept(one.acknowledged_at),
        checks=tuple(
            replace(check, answered_at=kept(check.answered_at)) for check in one.checks if check.asked_at < by
        ),
        decided=decided,
        told_at=kept(one.told_at),
        handed_over=tuple(
            replace(offer, answered_at=kept(offer.answered_at))
            for offer in one.handed_over
            if offer.offered_at < by
        ),
        closed_at=None,
    )
