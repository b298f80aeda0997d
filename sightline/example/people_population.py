"""Invented people in their households, as an agency's system records them: parents, siblings, twins.

Every tenth or so shares a family name with strangers, brothers and sisters share an address, twins a date of
birth: what makes one person look like another.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import TypeVar

from sightline.example.chance import between, stream
from sightline.example.people_names import ORIGINS, STREETS, Origin
from sightline.exchange.identifiers import nhs_number_fault
from sightline.people.duplicates import Described
from sightline.people.identifiers import IdentifierKind

TODAY = date(2026, 4, 1)
_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Person:
    """One invented person: as recorded, their household's number, where their names are from."""

    described: Described
    household: int
    origin: Origin
    is_twin: bool = False
    is_child: bool = True


@dataclass(slots=True)
class Population:
    """People, drawn from one half of all names (`half` 0 or 1): the halves have no spelling in common."""

    seed: int
    half: int
    people: list[Person] = field(default_factory=list)
    _households: int = 0

    def grow(self, size: int) -> None:
        """Add households until there are so many people."""
        while len(self.people) < size:
            self._add_household()

    def names(self, origin: Origin, sex: str) -> tuple[tuple[str, ...], ...]:
        """The given names of this population's half, each with its other spellings."""
        return _half(origin.girls if sex == "F" else origin.boys, self.half)

    def families(self, origin: Origin) -> tuple[tuple[str, ...], ...]:
        """The family names of this population's half, each with its other spellings."""
        return _half(origin.families, self.half)

    def given(self, rng: Random, origin: Origin, sex: str) -> str:
        """Draw one or two given names."""
        first, second = (often(rng, self.names(origin, sex))[0] for _ in range(2))
        return f"{first} {second}" if rng.random() < 0.4 and first != second else first

    def stranger(self, rng: Random) -> Described:
        """Draw a child whom nobody knows."""
        origin = _origin(rng)
        sex = rng.choice("FM")
        line, postcode = address(rng)
        return Described(
            self.given(rng, origin, sex), often(rng, self.families(origin))[0], (),
            born(rng), None, sex, line, postcode,
        )  # fmt: skip

    def _add_household(self) -> None:
        self._households += 1
        rng = stream(self.seed, "household", self._households)
        origin = _origin(rng)
        family = often(rng, self.families(origin))[0]
        if rng.random() < 0.06:
            family += "-" + often(rng, self.families(origin))[0]
        home = address(rng)
        for _ in range(rng.choice((0, 1, 1, 2))):
            sex = rng.choice("FM")
            self._add(
                rng,
                origin,
                sex,
                family,
                home,
                between(rng, date(1966, 1, 1), date(2004, 1, 1)),
                is_child=False,
            )
        self._add_children(rng, origin, family, home)

    def _add_children(self, rng: Random, origin: Origin, family: str, home: tuple[str, str]) -> None:
        taken: set[str] = set()
        for _ in range(rng.choice((1, 1, 2, 2, 3, 4))):
            birth, twins = born(rng), rng.random() < 0.04
            for _ in range(1 + twins):
                sex = rng.choice("FM")
                while (given := self.given(rng, origin, sex)).split()[0] in taken:
                    pass
                taken.add(given.split()[0])
                self._add(rng, origin, sex, family, home, birth, given=given, is_twin=twins)
        if rng.random() < 0.04:
            expected = between(rng, TODAY - timedelta(days=120), TODAY + timedelta(days=150))
            self._add(rng, origin, "", family, home, None, given="", expected=expected)

    def _add(
        self, rng: Random, origin: Origin, sex: str, family: str, home: tuple[str, str], birth: date | None,
        given: str | None = None, expected: date | None = None, is_twin: bool = False, is_child: bool = True,
    ) -> None:  # fmt: skip
        described = Described(
            self.given(rng, origin, sex) if given is None else given, family, (), birth, expected,
            sex if rng.random() < 0.95 else "", *(home if rng.random() < 0.93 else ("", "")),
            ((IdentifierKind.NHS_NUMBER, nhs_number(rng)),) if birth and rng.random() < 0.6 else (),
            len(self.people) + 1,
        )  # fmt: skip
        if birth and rng.random() < 0.02:
            described = replace(described, date_of_birth=None)
        self.people.append(Person(described, self._households, origin, is_twin, is_child))


@cache
def _half(entries: tuple[tuple[str, ...], ...], half: int) -> tuple[tuple[str, ...], ...]:
    """Give every other entry of a list; of the second half none that has a spelling of the first."""
    taken = _first_spellings() if half else frozenset()
    return tuple(entry for entry in entries[half::2] if taken.isdisjoint(entry))


@cache
def _first_spellings() -> frozenset[str]:
    lists = (names for origin in ORIGINS for names in (origin.girls, origin.boys, origin.families))
    return frozenset(spelling for names in lists for entry in names[::2] for spelling in entry)


def often(rng: Random, values: tuple[T, ...]) -> T:
    """Draw one of the values; the tenth in the list half as often as the first, as names go."""
    return values[int(9 * ((len(values) + 9) / 9) ** rng.random()) - 9]


def born(rng: Random) -> date:
    """Draw a child's date of birth."""
    return between(rng, TODAY - timedelta(days=18 * 365), TODAY)


def address(rng: Random) -> tuple[str, str]:
    """Draw an address: (first line, postcode). A postcode is of one street, and none real begins with ZZ."""
    street = rng.randrange(len(STREETS))
    block = rng.randrange(18)
    postcode = f"ZZ{street % 12 + 1} {block % 9 + 1}{_LETTERS[street % 20]}{_LETTERS[street // 20]}"
    if block >= 9:
        postcode = postcode[:-1] + _LETTERS[(street // 20 + 15) % 20]
    flat = f"Flat {rng.randrange(1, 12)}, " if rng.random() < 0.15 else ""
    return f"{flat}{block * 12 + rng.randrange(1, 13)} {STREETS[street]}", postcode


def nhs_number(rng: Random) -> str:
    """Draw an NHS number that is never issued."""
    while True:
        nine = f"999{rng.randrange(10**6):06}"
        for check in range(10):
            if nhs_number_fault(number := f"{nine}{check}") is None and len(set(number)) > 1:
                return number


def _origin(rng: Random) -> Origin:
    return rng.choices(ORIGINS, [origin.share for origin in ORIGINS])[0]
