"""The labelled set that duplicate finding is measured by."""

from __future__ import annotations

from itertools import product

from sightline.example.people_mess import KNOWN, UNKNOWN, searches
from sightline.example.people_names import ORIGINS
from sightline.example.people_population import Population
from sightline.people.duplicates import Described
from sightline.people.identifiers import clean


def population(seed: int = 5, half: int = 0) -> Population:
    made = Population(seed, half)
    made.grow(2_000)
    return made


def test_the_same_seed_gives_the_same_people_and_searches() -> None:
    one, again = population(), population()
    assert one.people == again.people
    assert searches(one, 5) == searches(again, 5)
    assert searches(one, 5) != searches(population(seed=6), 5)


def test_half_of_the_searches_are_for_people_who_are_known_and_every_kind_is_there() -> None:
    people = population()
    made = searches(people, 10)
    known = [search for search in made if search.truth is not None]
    assert {search.truth for search in known} <= {one.described.key for one in people.people}
    assert {search.kind for search in known} == {*KNOWN}
    assert {search.kind for search in made} - {*KNOWN} == {*UNKNOWN}
    assert 2 * len(known) == len(made)
    assert all(search.asked.key == 0 for search in made)


def test_a_known_persons_search_is_messy_and_an_unknown_ones_is_nobodys_record() -> None:
    people = population()
    records = {_all_but_key(one.described) for one in people.people}
    unknown = [search.asked for search in searches(people, 10) if search.truth is None]
    assert unknown
    assert not [asked for asked in unknown if asked.date_of_birth and _all_but_key(asked) in records]


def test_the_two_halves_have_no_spelling_in_common() -> None:
    halves = [
        {
            spelling
            for origin in ORIGINS
            for names in (made.names(origin, "F"), made.names(origin, "M"), made.families(origin))
            for entry in names
            for spelling in entry
        }
        for made in (Population(1, 0), Population(1, 1))
    ]
    assert all(len(half) > 500 for half in halves)
    assert not [pair for pair in product(*halves) if pair[0] == pair[1]]


def test_every_number_is_valid_and_never_issued() -> None:
    numbers = [number for one in population().people for number in one.described.identifiers]
    assert numbers
    assert all(clean(kind, value) == value and value.startswith("999") for kind, value in numbers)


def _all_but_key(one: Described) -> tuple[object, ...]:
    return one.given_names, one.family_name, one.date_of_birth, one.address_line
