"""The families of whom the front door of the invented borough is told, some of them again and again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from random import Random

from sightline.example.days import DAY
from sightline.example.people_population import TODAY, Population

ENOUGH = 7_500
"""People from whom the families of sixteen months are drawn."""


@dataclass(frozen=True, slots=True)
class Child:
    """A child of a family; `sex` is F, M or empty where nobody wrote it down."""

    given_names: str
    family_name: str
    born_on: date
    sex: str


@dataclass(frozen=True, slots=True)
class Family:
    """Children who live together, the adults with them, and where."""

    number: int
    children: tuple[Child, ...]
    adults: tuple[tuple[str, str], ...]
    """Their given and family names."""
    lines: str
    postcode: str


class Families:
    """Every family with children; `draw` gives one, and says whether it was drawn before."""

    def __init__(self, today: date, seed: int, size: int = ENOUGH) -> None:
        population = Population(seed, 0)
        population.grow(size)
        later = (today - TODAY).days * DAY
        found = []
        for number, of_it in groupby(population.people, key=lambda one: one.household):
            household = list(of_it)
            known = [one.described for one in household]
            children = tuple(
                Child(one.given_names, one.family_name, one.date_of_birth + later, one.sex)
                for one, person in zip(known, household, strict=True)
                if person.is_child and one.date_of_birth
            )
            adults = tuple(
                (one.given_names, one.family_name)
                for one, person in zip(known, household, strict=True)
                if not person.is_child
            )
            at_home = next((one for one in known if one.postcode), known[0])
            if children:
                found.append(Family(number, children, adults, at_home.address_line, at_home.postcode))
        self._fresh = found
        self._told: list[Family] = []

    def draw(self, rng: Random, returning: float, day: date) -> tuple[Family, bool]:
        """A family with a child who is born by then, with that chance one that was told of before."""
        if self._told and rng.random() < returning:
            return rng.choice(self._told), True
        while True:
            family = self._fresh.pop()
            if born := tuple(one for one in family.children if one.born_on <= day):
                family = replace(family, children=born)
                self._told.append(family)
                return family, False
