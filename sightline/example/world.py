"""The invented children, one after the other: the same seed gives the same children in any writer.

Each child is drawn from a stream of random numbers of its own, so a borough of any size is made child by
child in flat memory. Exactly `size` children have an episode of need open on a day from `first` to `until`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from random import Random

from sightline.clocks.calendar import add_months
from sightline.example import borough, rates
from sightline.example.care import look_after
from sightline.example.chance import Mix, between, events, lasting, stream
from sightline.example.days import DAY, birthday, working_day_from
from sightline.example.missing import go_missing
from sightline.example.needs import day_of_birth, end_by, refer, referred_again
from sightline.example.record import Child, Contact, EarlyHelp, Need

_LOCALITY = Mix(borough.LOCALITIES)
_NUMBER_LATER = "a UPN"
"""Stands for the UPN of a child who has one until `people` numbers the child."""
_IDS = 7_999_993
"""Local ids are 2,000,000 and more, in an order that tells nothing."""


@dataclass(frozen=True)
class World:
    """The borough from `first` to `until`, and on to `horizon`, the day of the last extract."""

    size: int
    first: date
    until: date
    horizon: date
    seed: int

    @cached_property
    def stories(self) -> rates.Stories:
        """Give what changes over the years."""
        return rates.Stories(self.first, self.until)

    @property
    def years(self) -> float:
        """Give the length of the period in years."""
        return ((self.until - self.first).days + 1) / 365.25

    @property
    def scale(self) -> float:
        """The size of the borough: 1 has the population and the yearly numbers that `rates` are for."""
        return self.size / (rates.STOCK + rates.ENTRIES * self.years)

    def people(self) -> Iterator[Child]:
        """Give every child of the borough whom some extract may name."""
        for number, child in enumerate(self._streams()):
            child.id = str(2_000_000 + (number * 611_953 + self.seed * 7919) % _IDS)
            child.upn = _upn(number) if child.upn == _NUMBER_LATER else ""
            yield child

    def _streams(self) -> Iterator[Child]:
        after = (self.horizon - self.until).days / 365.25
        yield from (self._known(n) for n in range(self.size))
        yield from (self._newly_known(n) for n in range(self._many(rates.ENTRIES * after)))
        whole = self.years + after + 0.21
        yield from (self._contact_only(n) for n in range(self._many(rates.CONTACTS_ONLY * whole)))
        yield from (self._early_help(n) for n in range(self._many(rates.EARLY_HELP * whole)))
        yield from (self._leaver(n) for n in range(self._many(rates.LEAVERS)))
        yield from (self._runaway(n) for n in range(self._many(rates.MISSING_FROM_HOME / 1.6 * self.years)))

    def _many(self, full: float) -> int:
        return round(full * self.scale)

    def _known(self, number: int) -> Child:
        rng = stream(self.seed, "child", number)
        while True:
            path, entered = self._enters(rng)
            child = self._live(rng, path, entered)
            if any(n.referred_on <= self.until and n.closed_on >= self.first for n in child.needs):
                return child

    def _newly_known(self, number: int) -> Child:
        rng = stream(self.seed, "new", number)
        path, _ = self._enters(rng)
        return self._live(rng, path, between(rng, self.until + DAY, self.horizon))

    @cached_property
    def _paths(self) -> Mix[str]:
        days = (self.until - self.first).days + 1
        return Mix({key: path.share * (path.run_in + days) for key, path in rates.PATHS.items()})

    def _enters(self, rng: Random) -> tuple[str, date]:
        while True:
            path = self._paths.draw(rng)
            day = between(rng, self.first - timedelta(days=rates.PATHS[path].run_in), self.until)
            if rng.random() * 1.08 < self.stories.demand(day):
                return path, day

    def _person(self, rng: Random, path: str, on: date) -> Child:
        is_uasc = path == "unaccompanied"
        born = day_of_birth(rng, path, on)
        sex = "M" if rng.random() < (rates.MALE_UNACCOMPANIED if is_uasc else rates.MALE) else "F"
        ethnicity = (rates.ETHNICITY_UNACCOMPANIED if is_uasc else rates.ETHNICITY).draw(rng)
        disabilities: set[str] = set()
        if path == "disabled" or rng.random() < rates.DISABLED:
            disabilities = {rates.DISABILITY.draw(rng) for _ in range(rng.choice((1, 1, 2, 3)))}
        has_upn = not is_uasc and rng.random() < 0.97
        locality = _LOCALITY.draw(rng)
        return Child(
            "",
            sex,
            born,
            ethnicity,
            tuple(sorted(disabilities)),
            _NUMBER_LATER if has_upn else "",
            locality,
            is_uasc,
        )

    def _live(self, rng: Random, path: str, entered: date) -> Child:
        child = self._person(rng, path, entered)
        eighteen = birthday(child.born, 18)
        day: date | None = entered
        while day and day <= self.horizon and day < eighteen - 30 * DAY:
            need = refer(rng, child, path, day, self.stories)
            self._care(rng, child, path, need)
            if need.closed_on >= eighteen:
                end_by(need, eighteen)
            child.needs.append(need)
            self._contact(rng, child, need)
            day = referred_again(rng, need)
            path = rates.AGAIN.draw(rng)
        self._missing(rng, child)
        return child

    def _care(self, rng: Random, child: Child, path: str, need: Need) -> None:
        begins: date | None = None
        if path == "unaccompanied":
            begins = need.referred_on + rng.choice((0, 0, 1, 2)) * DAY
        elif path == "care":
            begins = need.referred_on + lasting(rng, 25)
        elif need.plans and rng.random() < 0.13:
            begins = need.plans[-1].ended_on
            need.support.clear()
        if begins and max(begins, child.born) < birthday(child.born, 18):
            care = look_after(rng, child, need.code, max(begins, child.born))
            child.care.append(care)
            need.closed_on = max(care.ended_on, need.closed_on)
            need.closed_for = "RC1" if care.ended_for in {"E11", "E12"} else "RC7"

    def _contact(self, rng: Random, child: Child, need: Need) -> None:
        child.contacts.append(Contact(need.referred_on - rng.choice((0, 0, 0, 1)) * DAY, need.source))
        for _ in range(events(rng, 0.4 * min(3.0, (need.closed_on - need.referred_on).days / 365))):
            later = Contact(between(rng, need.referred_on, need.closed_on), rates.SOURCE.draw(rng))
            if later not in child.contacts:
                child.contacts.append(later)

    def _missing(self, rng: Random, child: Child) -> None:
        ten = birthday(child.born, 10)
        for care in child.care:
            if rng.random() < (0.28 if child.is_uasc else 0.5):
                begins = max(care.started_on + DAY, ten, self.first)
                ends = min(care.ended_on - DAY, self.horizon)
                yearly = rng.choice((2, 4)) if child.is_uasc else rng.choice((3, 8, 18))
                child.missing += go_missing(rng, self.stories, begins, ends, yearly, "care", borough.CODE)
        for need in child.needs:
            if not child.care and rng.random() < 0.11:
                begins = max(need.referred_on, ten, self.first)
                ends = min(need.closed_on + 60 * DAY, self.horizon, birthday(child.born, 18))
                yearly = rng.choice((2, 5, 14))
                child.missing += go_missing(rng, self.stories, begins, ends, yearly, "home", borough.CODE)
        child.missing.sort(key=lambda episode: episode.reported_at)

    def _contact_only(self, number: int) -> Child:
        rng = stream(self.seed, "contact", number)
        first = add_months(self.first, -3)
        day = between(rng, first, self.horizon)
        child = self._person(rng, "general", day)
        child.contacts = [Contact(day, rates.SOURCE.draw(rng))]
        for _ in range(events(rng, 0.25)):
            again = Contact(between(rng, first, self.horizon), rates.SOURCE.draw(rng))
            if again not in child.contacts:
                child.contacts.append(again)
        return child

    def _early_help(self, number: int) -> Child:
        rng = stream(self.seed, "early-help", number)
        start = working_day_from(between(rng, add_months(self.first, -3), self.horizon))
        child = self._person(rng, "general", start)
        end = start + lasting(rng, 42, 3)
        child.early_help.append(EarlyHelp(start, end, rates.EARLY_HELP_BY.draw(rng)))
        return child

    def _leaver(self, number: int) -> Child:
        """Give a young person who left care at 18 before the first day and was then under 25."""
        rng = stream(self.seed, "leaver", number)
        path = "unaccompanied" if rng.random() < 0.5 else "care"
        born = between(rng, add_months(self.first, -25 * 12) + DAY, add_months(self.first, -18 * 12))
        child = self._person(rng, path, born + timedelta(days=16 * 365))
        child.born = born
        entered = birthday(born, 18) - lasting(rng, 600)
        child.care.append(look_after(rng, child, "N8" if child.is_uasc else "N1", entered))
        child.care[0].ended_on = birthday(born, 18)
        child.care[0].episodes = child.care[0].episodes[-1:]
        return child

    def _runaway(self, number: int) -> Child:
        """Give a child unknown to social care who goes missing from home."""
        rng = stream(self.seed, "runaway", number)
        on = between(rng, self.first, self.until)
        child = self._person(rng, "general", on)
        child.born = between(rng, add_months(on, -17 * 12), add_months(on, -11 * 12))
        last = min(on + 90 * DAY, self.horizon)
        child.missing = go_missing(rng, self.stories, on, last, 6.5, "home", borough.CODE)
        return child


def _upn(number: int) -> str:
    """Give a UPN with the right check letter; no real one has the borough's code in it."""
    digits = f"{borough.CODE}{number:09d}"
    total = sum(place * int(digit) for place, digit in enumerate(digits, start=2))
    return "ABCDEFGHJKLMNPQRTUVWXYZ"[total % 23] + digits
