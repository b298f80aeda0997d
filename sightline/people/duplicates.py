"""Whether a person is known already: who may be the same, how likely, and why.

A second record of one child is how a pattern is missed, so nobody is recorded before they have been looked
for. Two steps keep that quick and honest. `keys_of` gives each person a few short keys such that two records
of one person nearly always share one; an indexed query fetches those who share a key with the person asked
for. `suggest` then compares each in full, and gives the likeliest with the reasons for and against. It only
ever suggests: which are the same a person decides, who is shown the reasons.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import blake2b
from itertools import product

from sightline.people import likeness
from sightline.people.identifiers import IdentifierKind
from sightline.people.likeness import Evidence, plain_postcode
from sightline.people.names import forms, sound, words

ENOUGH, SHARE, LEAST, UNBORN, BEHIND = 12.0, 0.75, 7.0, 9.0, 6.0
"""How many bits of evidence are enough to show somebody, by the figures of `make bench-duplicates`.

ENOUGH of them is one first name, sex and date of birth for a child who has moved and changed family name: a
little more would hide that child, whose pattern is the likeliest to be missed; from 13 recall falls steeply.
Where less can be compared, SHARE of what could have agreed is enough (a name alone, both parts sounding the
same), but never under LEAST (a family name alone). UNBORN is for records of which one has an expected date:
the same address and nearly the date, whatever the names. Whoever is BEHIND the likeliest by so much, 64 times
less likely, is left out: mostly the twins and namesakes of somebody who was found.
"""


@dataclass(frozen=True, slots=True)
class Described:
    """A person as somebody describes them, or as they are recorded; what is not known stays empty.

    Unborn children have an expected date and no date of birth. `other_names` are earlier, married, alias and
    pet names. Identifiers are clean (`identifiers.clean`). `sex` is any code, the same throughout, or "" if
    not recorded. `key` is the record's, as a number, and 0 for somebody who is asked for.
    """

    given_names: str = ""
    family_name: str = ""
    other_names: tuple[str, ...] = ()
    date_of_birth: date | None = None
    expected_date: date | None = None
    sex: str = ""
    address_line: str = ""
    postcode: str = ""
    identifiers: tuple[tuple[IdentifierKind, str], ...] = ()
    key: int = 0
    is_birth_estimated: bool = False

    @property
    def is_unborn(self) -> bool:
        """Whether they are recorded as expected and not as born."""
        return self.date_of_birth is None and self.expected_date is not None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Somebody who may be the person asked for: 0.5 is just likely enough to be shown, 1 certain.

    `reasons` speak for it, the weightiest first; `against` speaks against it.
    """

    described: Described
    score: float
    reasons: tuple[str, ...]
    against: tuple[str, ...]


def keys_of(described: Described, secret: bytes = b"") -> frozenset[str]:
    """Give the short keys of which two records of one person nearly always share one.

    They leave the identity section, so they are hashes. But who has the table can try every date and every
    name: an installation gives its own `secret` (up to 64 bytes), kept with its other keys.
    """
    hashed = (blake2b(text.encode(), digest_size=8, key=secret) for text in _key_texts(described))
    return frozenset(key.hexdigest() for key in hashed)


def suggest(
    asked: Described, candidates: Iterable[Described], most: int = 5, enough: float = ENOUGH
) -> list[Suggestion]:
    """Give those of the candidates who may be the person asked for, the likeliest first.

    Whoever is recorded exactly as asked comes before all: less is enough for a child who is not born yet.
    """
    weighed = [(_surplus(asked, candidate, enough), candidate) for candidate in candidates]
    least = max(0.0, max((surplus for surplus, _ in weighed), default=0.0) - BEHIND)
    likely = [(known != replace(asked, key=known.key), surplus, known) for surplus, known in weighed]
    ranked = sorted(
        (one for one in likely if one[1] >= (least if one[0] else 0.0)),
        key=lambda one: (one[0], -one[1], one[2].key),
    )
    return [_suggestion(surplus, known, _compare(asked, known)) for _, surplus, known in ranked[:most]]


def _surplus(asked: Described, known: Described, enough: float) -> float:
    """How many bits of evidence there are beyond what is enough for these two."""
    gathered = sum(evidence.weight for evidence in _compare(asked, known))
    if asked.is_unborn or known.is_unborn:
        return gathered - UNBORN
    return gathered - min(enough, max(LEAST, SHARE * _comparable(asked, known)))


def _suggestion(surplus: float, known: Described, evidence: list[Evidence]) -> Suggestion:
    ranked = sorted((one for one in evidence if one.words), key=lambda one: -abs(one.weight))
    return Suggestion(
        known,
        1 / (1 + math.exp2(-surplus / 4)),
        tuple(one.words for one in ranked if one.weight > 0),
        tuple(one.words for one in ranked if one.weight < 0),
    )


def _comparable(asked: Described, known: Described) -> float:
    """How many bits the fields that both have could weigh."""
    return sum(
        weight
        for weight, one, other in (
            (likeness.GIVEN, asked.given_names, known.given_names),
            (likeness.FAMILY, asked.family_name, known.family_name),
            (likeness.BORN, asked.date_of_birth, known.date_of_birth),
            (likeness.ADDRESS, asked.postcode or asked.address_line, known.postcode or known.address_line),
        )
        if one and other
    )


def _compare(asked: Described, known: Described) -> list[Evidence]:
    names, birth = _compare_names(asked, known), _compare_births(asked, known)
    address = likeness.of_address((asked.address_line, asked.postcode), (known.address_line, known.postcode))
    evidence = [
        *names,
        birth,
        address,
        likeness.of_sex(asked.sex, known.sex),
        *likeness.of_identifiers(asked.identifiers, known.identifiers),
    ]
    if birth.weight >= likeness.BORN and names[0].weight < 0 < max(names[1].weight, address.weight):
        shared = "same address and date of birth" if address.weight >= 4 else "same date of birth"
        evidence[0] = Evidence(names[0].weight - 2, f"{shared}, but another first name: may be twins")
    return evidence


def _compare_names(asked: Described, known: Described) -> list[Evidence]:
    """Compare given and family names, whichever way round: [given, family], or [both swapped, nothing]."""
    given = likeness.of_given_names(asked.given_names, known.given_names)
    family = likeness.of_family_names(asked.family_name, known.family_name)
    if given.weight <= 0:
        given = _among_others(asked, known, "given_names", given)
    if family.weight <= 0:
        family = _among_others(asked, known, "family_name", family)
    if asked.is_unborn or known.is_unborn:  # names before birth are plans, and a mother's name a stopgap
        given, family = _planned(given, 0.0), _planned(family, -1.0)
    swapped = likeness.of_swapped_names(
        (asked.given_names, asked.family_name), (known.given_names, known.family_name)
    )
    is_swapped = swapped.weight > max(0, given.weight + family.weight)
    return [swapped, Evidence()] if is_swapped else [given, family]


def _planned(evidence: Evidence, least: float) -> Evidence:
    return replace(evidence, weight=max(evidence.weight, least))


def _among_others(asked: Described, known: Described, field: str, otherwise: Evidence) -> Evidence:
    found = (
        likeness.of_other_names(getattr(asked, field), known.other_names),
        likeness.of_other_names(getattr(known, field), asked.other_names),
    )
    best = max(found, key=lambda evidence: evidence.weight)
    return best if best.weight > 0 else otherwise


def _compare_births(asked: Described, known: Described) -> Evidence:
    if asked.date_of_birth and known.date_of_birth:
        is_estimated = asked.is_birth_estimated or known.is_birth_estimated
        return likeness.of_birth(asked.date_of_birth, known.date_of_birth, is_estimated)
    if known.is_unborn:
        other, is_born = asked.date_of_birth or asked.expected_date, bool(asked.date_of_birth)
        return likeness.of_expected(known.expected_date, other, is_born)
    if asked.is_unborn:
        return likeness.of_expected(asked.expected_date, known.date_of_birth, True)
    return Evidence()


def _key_texts(described: Described) -> Iterator[str]:
    """The keys in plain text: each names what it is of, so that a name is never taken for a district."""
    given = {sound(word) for word in words(described.given_names)[:2]}
    given |= {form for word in words(described.given_names)[:1] for form in forms(word)}
    family = {sound(word) for word in words(described.family_name) if len(word) > 1}
    others = {sound(word) for name in described.other_names for word in words(name) if len(word) > 1}
    yield from (f"{kind} {value}" for kind, value in described.identifiers)
    for one, other in product(given | others, family | others):
        yield f"names {min(one, other)} {max(one, other)}"
    postcode = plain_postcode(described.postcode)
    if postcode:
        yield f"postcode {postcode}"
        yield from (f"district {postcode[:-3]} {name}" for name in given)
    yield from _date_texts(described, given | family | others)


def _date_texts(described: Described, names: set[str]) -> Iterator[str]:
    if born := described.date_of_birth:
        low, high = sorted((born.day, born.month)) if born.day <= 12 else (born.month, born.day)
        yield f"born {born.year} {low} {high}"
        for name in names:
            yield f"month {born:%Y %m} {name}"
            yield f"day {born:%m %d} {name}"
            yield f"year {born:%Y %d} {name}"
            yield f"expected {born:%Y %m} {name}"
    elif expected := described.expected_date:
        months = {f"{expected + timedelta(days=days):%Y %m}" for days in (-112, -84, -56, -28, 0, 28)}
        yield from (f"expected {month} {name}" for month in months for name in names)
