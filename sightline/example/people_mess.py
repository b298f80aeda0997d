"""Searches for invented people, with the mess of real life: each labelled with whom it is for, if anyone.

Half of the searches are for people on record, each described with one kind of mess (or several); the other
half are for people who are not, described so that they look like somebody who is. Twins of a known child and
children expected in a known family are among them: they differ from that family's children in a name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from sightline.example.chance import between, stream
from sightline.example.people_names import PET_NAMES
from sightline.example.people_population import Person, Population, address, born, often
from sightline.people.duplicates import Described


@dataclass(frozen=True, slots=True)
class Search:
    """A description as somebody gives it; `truth` is the key of whom they mean, None if nobody on record."""

    asked: Described
    truth: int | None
    kind: str


@dataclass(slots=True)
class Describing:
    """What a kind of mess works with: chance, all people, the person meant, and how an agency describes them.

    A kind changes `asked`, or gives False where it does not fit this person.
    """

    rng: Random
    population: Population
    person: Person
    asked: Described

    def change(self, **fields: object) -> bool:
        """Describe them otherwise."""
        self.asked = replace(self.asked, **fields)  # type: ignore[arg-type]
        return True

    def respell(self, field: str, respelled: str) -> bool:
        """Write a name otherwise, if that changes it."""
        return respelled.casefold() != getattr(self.asked, field).casefold() and self.change(
            **{field: respelled}
        )

    @property
    def first(self) -> str:
        """The first of the given names."""
        return self.asked.given_names.split(" ")[0]


Kind = Callable[[Describing], bool]


def searches(population: Population, each: int) -> list[Search]:
    """Make so many searches of each kind for people on record, and as many in all for people who are not."""
    found: list[Search] = []
    for kind, spoil in KNOWN.items():
        found += _of_kind(population, kind, spoil, each, is_known=True)
    wanted = len(found)
    for kind, disguise in UNKNOWN.items():
        found += _of_kind(population, kind, disguise, -(-wanted // len(UNKNOWN)), is_known=False)
    return found


def _of_kind(population: Population, kind: str, spoil: Kind, wanted: int, is_known: bool) -> list[Search]:
    rng = stream(population.seed, kind)
    found: list[Search] = []
    for _ in range(wanted * 400):
        person = rng.choice(population.people)
        recorded = person.described
        describing = Describing(rng, population, person, replace(recorded, identifiers=(), key=0))
        if is_known and rng.random() < 0.3:
            describing.change(given_names=describing.first)
        if spoil(describing):
            found.append(Search(describing.asked, recorded.key if is_known else None, kind))
        if len(found) == wanted:
            return found
    raise ValueError(f"No {wanted} people fit the kind {kind}")


# --- People on record -----------------------------------------


def _as_recorded(d: Describing) -> bool:
    return bool(d.asked.given_names and d.asked.date_of_birth)


def _typing_slip(d: Describing) -> bool:
    field = d.rng.choice(("given_names", "family_name"))
    name = getattr(d.asked, field)
    return len(name) > 3 and bool(d.asked.date_of_birth) and d.respell(field, slip(d.rng, name))


def _day_and_month(d: Describing) -> bool:
    on = d.asked.date_of_birth
    return bool(on and on.day <= 12 and on.day != on.month) and d.change(
        date_of_birth=on and on.replace(day=on.month, month=on.day)
    )


def _date_slip(d: Describing) -> bool:
    on = d.asked.date_of_birth
    if on is None or on.day > 28:
        return False
    wrong = d.rng.choice(
        (
            on + timedelta(days=d.rng.choice((-10, -1, 1, 10))),
            on.replace(month=d.rng.randrange(1, 13)),
            on.replace(year=on.year + d.rng.choice((-10, -1, 1))),
        )
    )
    return wrong != on and d.change(date_of_birth=wrong)


def _sounds_like(d: Describing) -> bool:
    if not d.asked.date_of_birth:
        return False
    given = _otherwise(d, d.first, d.population.names(d.person.origin, d.asked.sex or "F"))
    family = _otherwise(d, d.asked.family_name, d.population.families(d.person.origin))
    both = d.rng.random() < 0.5
    changed = bool(given) and d.change(given_names=given)
    return (bool(family) and (both or not changed) and d.change(family_name=family)) or changed


def _otherwise(d: Describing, name: str, entries: tuple[tuple[str, ...], ...]) -> str | None:
    ways = next((entry[1:] for entry in entries if entry[0] == name), ())
    return d.rng.choice(ways) if ways else None


def _pet_name(d: Describing) -> bool:
    pets = PET_NAMES.get(d.first)
    return bool(pets and d.asked.date_of_birth) and d.change(given_names=d.rng.choice(pets or ("",)))


def _swapped_names(d: Describing) -> bool:
    given, family = d.asked.given_names, d.asked.family_name
    return bool(given) and d.change(given_names=family, family_name=given)


def _other_parents_name(d: Describing) -> bool:
    family = often(d.rng, d.population.families(d.person.origin))[0]
    return bool(d.asked.given_names and d.asked.date_of_birth) and d.respell("family_name", family)


def _double_barrelled(d: Describing) -> bool:
    halves = d.asked.family_name.split("-")
    if len(halves) == 2 and "Al" not in halves:
        return d.change(family_name=d.rng.choice(halves))
    other = often(d.rng, d.population.families(d.person.origin))[0]
    joined = [d.asked.family_name, other] if d.rng.random() < 0.5 else [other, d.asked.family_name]
    return bool(d.asked.given_names) and d.change(family_name=d.rng.choice("- ").join(joined))


def _moved(d: Describing) -> bool:
    line, postcode = address(d.rng)
    fits = bool(d.asked.given_names and d.asked.address_line)
    return fits and d.change(address_line=line, postcode=postcode)


def _moved_and_renamed(d: Describing) -> bool:
    return _moved(d) and _other_parents_name(d)


def _no_date(d: Describing) -> bool:
    return bool(d.asked.given_names) and d.change(date_of_birth=None)


def _no_address(d: Describing) -> bool:
    return bool(d.asked.given_names and d.asked.date_of_birth) and d.change(address_line="", postcode="")


def _name_and_street(d: Describing) -> bool:
    return bool(d.asked.given_names and d.asked.postcode) and d.change(
        given_names=d.first, date_of_birth=None, sex="", postcode=""
    )


def _second_name(d: Describing) -> bool:
    return len(d.asked.given_names.split()) > 1 and d.change(given_names=d.asked.given_names.split()[1])


def _twin(d: Describing) -> bool:
    return d.person.is_twin and bool(d.asked.date_of_birth)


def _born_since(d: Describing) -> bool:
    if (expected := d.asked.expected_date) is None:
        return False
    sex = d.rng.choice("FM")
    birth = expected + timedelta(days=round(d.rng.gauss(-4, 13)))
    given = d.population.given(d.rng, d.person.origin, sex)
    if d.rng.random() < 0.25:
        _other_name_only(d)
    return d.change(given_names=given, sex=sex, date_of_birth=birth, expected_date=None)


def _other_name_only(d: Describing) -> bool:
    return d.respell("family_name", often(d.rng, d.population.families(d.person.origin))[0])


def _unborn(d: Describing) -> bool:
    expected = d.asked.expected_date
    if expected is None:
        return False
    return d.change(given_names=d.rng.choice(("", "Baby", "Unborn")), expected_date=_later(d.rng, expected))


def _later(rng: Random, expected: date) -> date:
    return expected + timedelta(days=rng.choice((-14, -7, -5, -3, 0, 0, 2, 4, 10)))


def _first_of_january(d: Describing) -> bool:
    on = d.asked.date_of_birth
    return bool(on and d.asked.given_names) and d.change(date_of_birth=on and on.replace(day=1, month=1))


def _number_only(d: Describing) -> bool:
    numbers = d.person.described.identifiers
    return bool(numbers) and d.change(
        identifiers=numbers,
        address_line="",
        postcode="",
        given_names=slip(d.rng, d.first),
        date_of_birth=None,
    )


def _several(d: Describing) -> bool:
    light = (_typing_slip, _day_and_month, _date_slip, _sounds_like, _pet_name, _double_barrelled, _moved)
    fits = bool(d.asked.given_names and d.asked.date_of_birth)
    return fits and sum(spoil(d) for spoil in d.rng.sample(light, 2)) == 2


def _many(d: Describing) -> bool:
    rest = (_no_address, _moved, _other_parents_name, _first_of_january)
    return _several(d) and d.rng.choice(rest)(d)


def slip(rng: Random, name: str) -> str:
    """Type a name with one slip: a letter left out, doubled, taken for its neighbour, or two swapped."""
    place = rng.randrange(1, max(2, len(name) - 1))
    before, letter, after = name[:place], name[place : place + 1], name[place + 1 :]
    neighbours = dict(zip("qwertyuiopasdfghjklzxcvbnm", "wqrteyiuposadgfjhlkxzvcnbm", strict=True))
    return rng.choice(
        (
            before + after,
            before + letter + letter + after,
            before + neighbours.get(letter, "e") + after,
            before + after[:1] + letter + after[1:],
        )
    )


KNOWN: dict[str, Kind] = {
    "as recorded": _as_recorded,
    "typing slip in a name": _typing_slip,
    "day and month swapped": _day_and_month,
    "another slip in the date": _date_slip,
    "sounds-like spelling, transliteration": _sounds_like,
    "shortened given name": _pet_name,
    "given and family name swapped": _swapped_names,
    "changed family name": _other_parents_name,
    "double-barrelled or half of it": _double_barrelled,
    "moved": _moved,
    "moved, with changed family name": _moved_and_renamed,
    "no date of birth": _no_date,
    "no address": _no_address,
    "name and street only": _name_and_street,
    "goes by the second name": _second_name,
    "one of two known twins": _twin,
    "born since, recorded as expected": _born_since,
    "unborn, expected date revised": _unborn,
    "1 January for an unknown date": _first_of_january,
    "NHS number, name mistyped": _number_only,
    "two kinds at once": _several,
    "three kinds at once": _many,
}


# --- People who are not on record -----------------------------------------


def _stranger(d: Describing) -> bool:
    d.asked = d.population.stranger(d.rng)
    return True


def _stranger_without_date(d: Describing) -> bool:
    return _stranger(d) and d.change(date_of_birth=None)


def _stranger_by_name(d: Describing) -> bool:
    return _stranger_without_date(d) and d.change(address_line="", postcode="", given_names=d.first)


def _new_name(d: Describing) -> bool:
    """A given name, at least its first word, that nobody of the household has."""
    used = {one.described.given_names.split(" ")[0] for one in _household(d)}
    names = [entry[0] for entry in d.population.names(d.person.origin, d.asked.sex or "M")]
    free = [name for name in names if name not in used]
    return bool(d.asked.given_names) and d.change(given_names=d.rng.choice(free))


def _household(d: Describing) -> list[Person]:
    near = d.population.people[max(0, d.person.described.key - 15) : d.person.described.key + 15]
    return [one for one in near if one.household == d.person.household]


def _unknown_sibling(d: Describing) -> bool:
    birthdays = [one.described.date_of_birth for one in _household(d)]
    birth = born(d.rng)
    apart = all(abs((birth - known).days) > 280 for known in birthdays if known)
    return d.person.is_child and apart and _new_name(d) and d.change(date_of_birth=birth)


def _unknown_twin(d: Describing) -> bool:
    return d.person.is_child and not d.person.is_twin and bool(d.asked.date_of_birth) and _new_name(d)


def _namesake(d: Describing) -> bool:
    line, postcode = address(d.rng)
    return bool(d.asked.given_names and d.asked.date_of_birth) and d.change(
        date_of_birth=born(d.rng), address_line=line, postcode=postcode
    )


def _same_birthday(d: Describing) -> bool:
    birth = d.asked.date_of_birth
    return bool(birth) and _stranger(d) and d.change(date_of_birth=birth)


def _same_first_name_and_birthday_month(d: Describing) -> bool:
    birth, given = d.asked.date_of_birth, d.first
    if not birth or not given:
        return False
    day = between(d.rng, birth.replace(day=1), birth.replace(day=28))
    return _stranger(d) and d.change(given_names=given, date_of_birth=day)


def _next_tenant(d: Describing) -> bool:
    line, postcode = d.asked.address_line, d.asked.postcode
    return bool(postcode) and _stranger(d) and d.change(address_line=line, postcode=postcode)


def _named_after_a_parent(d: Describing) -> bool:
    return not d.person.is_child and d.change(date_of_birth=born(d.rng))


def _expected_in_known_family(d: Describing) -> bool:
    expecting = any(one.described.expected_date for one in _household(d))
    expected = between(d.rng, date(2026, 4, 1), date(2026, 11, 1))
    fits = d.person.is_child and bool(d.asked.postcode) and not expecting
    return fits and d.change(given_names="", sex="", date_of_birth=None, expected_date=expected)


UNKNOWN: dict[str, Kind] = {
    "not known: a stranger": _stranger,
    "not known: a stranger, no date of birth": _stranger_without_date,
    "not known: a stranger, name only": _stranger_by_name,
    "not known: brother or sister of a known child": _unknown_sibling,
    "not known: twin of a known child": _unknown_twin,
    "not known: a namesake, born another day": _namesake,
    "not known: born the same day": _same_birthday,
    "not known: same first name, born the same month": _same_first_name_and_birthday_month,
    "not known: moved in after a known family": _next_tenant,
    "not known: named after a known parent": _named_after_a_parent,
    "not known: expected in a known family": _expected_in_known_family,
}
