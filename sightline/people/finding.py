"""How a person is found: by keys that stand beside each record, and by evidence weighed in full.

Whoever searches is shown those alone whom they may see, found by what they may see of them. Of the others
they learn, where the policy lets existence be known and they asked for one person exactly, only that there is
a record.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from uuid import UUID

from django.db.models import Count

from sightline.core import chain
from sightline.core.policy import EXISTENCE_KNOWN
from sightline.core.trust.actor import Viewer, current, unguarded
from sightline.core.trust.dossiers import shut_out
from sightline.core.trust.merges import survivors
from sightline.core.trust.models import Dossier
from sightline.people.duplicates import Described, Suggestion, keys_of, suggest
from sightline.people.identifiers import IdentifierKind
from sightline.people.likeness import plain_postcode
from sightline.people.models import Address, Identifier, OtherName, Person, PersonKey
from sightline.people.names import sound, words

WEIGHED = 200
"""How many of those who share a key are compared in full: the ones that share most."""
BEGINNING = 3
"""So many letters of a name are enough to find it by its beginning."""
NATIONAL = frozenset({IdentifierKind.NHS_NUMBER, IdentifierKind.UPN})
"""The numbers that one person alone has."""


@dataclass(frozen=True)
class Hit:
    """Somebody who was found, and may be seen: why it may be them, and what speaks against."""

    person: Person
    address: str
    reasons: tuple[str, ...]
    against: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """What a search found. `more`: how many further ones; `hinted`: records of which only that is said."""

    hits: tuple[Hit, ...] = ()
    more: int = 0
    hinted: tuple[UUID, ...] = ()


def remember(dossier: UUID) -> None:
    """Bring the keys by which a person is found up to date; every command that changes them does it."""
    with unguarded("keys of a person"):
        variants = _described([dossier], [dossier])[dossier]
        wanted = {key for described in variants for key in search_keys(described)}
        rows = PersonKey.objects.filter(dossier=dossier)
        known = set(rows.values_list("key", flat=True))
        if gone := known - wanted:
            rows.filter(key__in=gone).delete()
        PersonKey.objects.bulk_create(
            PersonKey(dossier_id=dossier, key=key) for key in sorted(wanted - known)
        )


def find(asked: Described, most: int, *, only_likely: bool = False) -> Found:
    """Look for somebody as the person who acts.

    `only_likely`: those alone who may be the very person, as somebody who is about to be entered.
    """
    seen = _sharing_a_key(asked)
    ranked = _ranked(asked, seen, only_likely)
    return Found(
        tuple(_hits(ranked[:most])),
        max(0, len(ranked) - most),
        tuple(_hinted(asked)),
    )


def _sharing_a_key(asked: Described) -> list[UUID]:
    """Those whom the actor may see and who share most keys with the one asked for."""
    rows = (
        PersonKey.objects.filter(key__in=search_keys(asked)).values("dossier_id").annotate(shared=Count("pk"))
    )
    return sorted(row["dossier_id"] for row in rows.order_by("-shared", "dossier_id")[:WEIGHED])


def _ranked(asked: Described, seen: Sequence[UUID], only_likely: bool) -> list[tuple[UUID, Suggestion]]:
    """Each person once, under the survivor of their records: the likely ones, then whoever fits the words."""
    at_home = set(Address.objects.filter(dossier__in=seen).values_list("dossier_id", flat=True))
    with unguarded("search"):
        known = _described(seen, at_home)
    into = survivors(seen)
    candidates = [
        replace(variant, key=place) for place, key in enumerate(seen) for variant in known.get(key, ())
    ]
    found = suggest(asked, candidates, most=len(candidates))
    if not only_likely:
        fitting = [one for one in candidates if _fits(asked, one)]
        fitting.sort(key=lambda one: (one.family_name.casefold(), one.given_names.casefold()))
        found += [Suggestion(one, 0.5, (_why(asked),), ()) for one in fitting]
    ranked: dict[UUID, Suggestion] = {}
    for suggestion in found:
        ranked.setdefault(into[seen[suggestion.described.key]], suggestion)
    return list(ranked.items())


def _hits(ranked: Iterable[tuple[UUID, Suggestion]]) -> Iterator[Hit]:
    """What the actor sees of them: from here on it is a look."""
    found = list(ranked)
    keys = [key for key, _ in found]
    people = {
        one.dossier_id: one for one in Person.objects.filter(dossier__in=keys).select_related("dossier")
    }
    lived_in = Address.objects.filter(dossier__in=keys, is_mistake=False, until_on=None).order_by("pk")
    homes = {one.dossier_id: str(one) for one in lived_in}
    for key, suggestion in found:
        if key in people:
            yield Hit(people[key], homes.get(key, ""), suggestion.reasons, suggestion.against)


def _hinted(asked: Described) -> list[UUID]:
    """The records of exactly the person asked for that the actor may know of and not see."""
    actor = current()
    if not isinstance(actor, Viewer) or not _is_exact(asked):
        return []
    kinds = [kind for kind in actor.reach if kind in EXISTENCE_KNOWN]
    with unguarded("search"):
        sharing = PersonKey.objects.filter(key__in=search_keys(asked), dossier__kind__in=kinds)
        open_to_hint = sharing.exclude(dossier__restriction=Dossier.Restriction.SEALED)
        keys = set(open_to_hint.values_list("dossier_id", flat=True))
        known = _described(keys, ())
    same = {key for key, variants in known.items() if any(_is_same(asked, one) for one in variants)}
    seen = Person.objects.filter(dossier__in=same).values_list("dossier_id", flat=True)
    excluded = shut_out(actor.user).filter(dossier__in=same)
    return sorted(same - set(seen) - set(excluded.values_list("dossier_id", flat=True)))


def _is_exact(asked: Described) -> bool:
    """Whether one person is asked for: by a number of theirs alone, or by full name and date of birth."""
    is_named = bool(words(asked.given_names) and words(asked.family_name) and asked.date_of_birth)
    return is_named or any(kind in NATIONAL for kind, _ in asked.identifiers)


def _is_same(asked: Described, known: Described) -> bool:
    numbers = {one for one in asked.identifiers if one[0] in NATIONAL}
    if numbers & set(known.identifiers):
        return True
    is_named = bool(words(asked.given_names) and words(asked.family_name) and asked.date_of_birth)
    return is_named and (
        words(asked.given_names) == words(known.given_names)
        and words(asked.family_name) == words(known.family_name)
        and asked.date_of_birth == known.date_of_birth
    )


def _fits(asked: Described, known: Described) -> bool:
    """Whether everything that was asked is so of them, names by beginning or sound."""
    names = [known.given_names, known.family_name, *known.other_names]
    theirs = {word for name in names for word in words(name)}
    numbers = {value for _, value in known.identifiers}
    return (
        all(
            any(word == other or sound(word) == sound(other) or _begins(word, other) for other in theirs)
            for word in (*words(asked.given_names), *words(asked.family_name))
        )
        and asked.date_of_birth in (None, known.date_of_birth)
        and plain_postcode(asked.postcode) in ("", plain_postcode(known.postcode))
        and (not asked.identifiers or any(value in numbers for _, value in asked.identifiers))
    )


def _begins(word: str, other: str) -> bool:
    return len(word) >= BEGINNING and other.startswith(word)


def _why(asked: Described) -> str:
    """What fits where nobody weighed it: everything that was typed."""
    typed = (
        ("name begins or sounds like what you typed", asked.given_names or asked.family_name),
        ("same date of birth", asked.date_of_birth),
        ("same number", asked.identifiers),
        ("same postcode", asked.postcode),
    )
    return ", ".join(said for said, is_typed in typed if is_typed)


def whole_keys(described: Described) -> frozenset[str]:
    """The keys of a full name and a date of birth together: whoever shares one is described as the same.

    Each is of one first name and one last name, in either order, so that a middle name parts nobody.
    """
    given, born = words(described.given_names), described.date_of_birth
    others = [words(name) for name in described.other_names]
    pairs = [(given, words(described.family_name)), *((given, name) for name in others)]
    pairs += [(name[:1], name[1:]) for name in others]
    texts = {
        f"whole {born} {' '.join(sorted((first[0], last[-1])))}" for first, last in pairs if first and last
    }
    return _hashed(texts) if born else frozenset()


def search_keys(described: Described) -> frozenset[str]:
    """Its keys for duplicates, of each single name by sound and by beginning, and of the whole."""
    names = (described.given_names, described.family_name, *described.other_names)
    texts = set()
    for word in {word for name in names for word in words(name)}:
        texts |= {f"name {sound(word)}", f"begins {word[:BEGINNING]}"}
    return keys_of(described, _secret()) | _hashed(texts) | whole_keys(described)


def _hashed(texts: Iterable[str]) -> frozenset[str]:
    secret = _secret()
    return frozenset(blake2b(text.encode(), digest_size=8, key=secret).hexdigest() for text in texts)


def _secret() -> bytes:
    return blake2b(b"the keys by which people are found", key=chain.key(make=True), digest_size=32).digest()


def _described(keys: Collection[UUID], at_home: Collection[UUID]) -> dict[UUID, list[Described]]:
    """What is recorded of people, once for each address of theirs; addresses of those in `at_home` alone."""
    names, numbers, homes = defaultdict(list), defaultdict(list), defaultdict(list)
    for name in OtherName.objects.filter(dossier__in=keys, is_mistake=False):
        names[name.dossier_id].append(str(name))
    for number in Identifier.objects.filter(dossier__in=keys, is_mistake=False):
        numbers[number.dossier_id].append((IdentifierKind(number.kind), number.value))
    for home in Address.objects.filter(dossier__in=at_home, is_mistake=False):
        homes[home.dossier_id].append((home.lines, home.postcode))
    found = {}
    for one in Person.objects.filter(dossier__in=keys):
        described = Described(
            given_names=one.given_names,
            family_name=one.family_name,
            other_names=tuple(names[one.dossier_id]),
            date_of_birth=one.born_on,
            expected_date=one.expected_on,
            sex="" if one.sex == Person.Sex.UNKNOWN else one.sex,
            identifiers=tuple(numbers[one.dossier_id]),
        )
        found[one.dossier_id] = [
            replace(described, address_line=lines, postcode=postcode)
            for lines, postcode in homes[one.dossier_id] or [("", "")]
        ]
    return found
