"""What can be done with the records of people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sightline.core.audit import Actor, person, record_event
from sightline.core.command import NotDone, command
from sightline.core.models import Agency, Team, User
from sightline.core.permissions import Permission
from sightline.core.policy import Kind, Level
from sightline.core.trust import dossiers
from sightline.core.trust.models import Dossier
from sightline.govuk.jinja import moment
from sightline.people.duplicates import Described
from sightline.people.finding import Found, find, remember
from sightline.people.identifiers import IdentifierKind, NotAnIdentifier, clean
from sightline.people.models import Address, EarlierDetails, Identifier, OtherName, Person
from sightline.people.record import last_correction

SHOWN = 25
"""How many people a search shows: whoever is not among them is asked for more exactly."""
SUGGESTED = 5
"""How many people who may be the same are shown before somebody is entered."""

DETAILS = (
    "kind",
    "given_names",
    "family_name",
    "born_on",
    "is_birth_estimated",
    "expected_on",
    "sex",
    "language",
    "needs_interpreter",
    "died_on",
)
"""What is recorded of a person themselves: fields of `Person`."""


@command(Permission.SEARCH_PEOPLE, detail=("words",))
def search_people(*, asked: Described, words: str, by: Actor) -> Found:
    """Look for somebody. `words`: what was typed, sealed, for the audit log."""
    return _told(find(asked, SHOWN), by)


@command(Permission.KEEP_PERSON, detail=("words",))
def look_for_duplicates(*, asked: Described, words: str, by: Actor) -> Found:
    """Look for those who may be somebody who is about to be entered."""
    return _told(find(asked, SUGGESTED, only_likely=True), by)


@command(Permission.SEARCH_PEOPLE)
def recognise_person(known: Person, *, by: Actor) -> None:
    """Say that somebody who was about to be entered is known already."""


@command(Permission.KEEP_PERSON, detail=("others",))
def enter_person(
    *,
    known: Mapping[str, Any],
    team: Team | None,
    by: Actor,
    address: Mapping[str, Any] | None = None,
    identifiers: Mapping[IdentifierKind, str] | None = None,
    others: tuple[str, ...] = (),
) -> Person:
    """Store a person who is not known yet, held by a team.

    `known` are fields of `Person`, `address` of `Address`; `others`: the references of the people who were
    suggested, and are somebody else. Raises `NotDone` for a number that cannot be one.
    """
    me = person(by)
    agency: Agency | None = me.agency if me is not None else None
    dossier = dossiers.open_dossier(Kind.PERSON, by=by, agency=agency, team=team)
    holders: list[User | Team] = [holder for holder in (team, me) if holder is not None]
    for holder in holders:
        dossiers.give(dossier, holder, Level.FULL, dossiers.Source.OWNER_TEAM, by=by)
    entered = Person(dossier=dossier, **known)
    entered.save(force_insert=True)
    if address:
        Address(dossier=dossier, **address).save(force_insert=True)
    for kind, number in (identifiers or {}).items():
        Identifier(dossier=dossier, kind=kind, value=_number(kind, number)).save(force_insert=True)
    remember(dossier.pk)
    return entered


@command(Permission.KEEP_PERSON, detail=("known",))
def correct_person(
    shown: Person, *, known: Mapping[str, Any], is_new_name: bool, by: Actor, seen: str | None = None
) -> None:
    """Put right what is recorded of a person; `known` are fields of `Person`.

    What stood there before is kept. `is_new_name`: they have changed their name, and are found by the old one
    as well. `seen`: the revision that the writer saw. Raises `NotDone` where somebody has changed it since.
    """
    if seen is not None:
        _refuse_overtaken(shown, seen)
    before = {name: getattr(shown, name) for name in DETAILS}
    if all(before[name] == value for name, value in known.items()):
        raise NotDone("Nothing is different from what is recorded")
    if is_new_name and shown.name != "Not yet named":
        names = {name: before[name] for name in ("given_names", "family_name")}
        OtherName(dossier=shown.dossier, sort=OtherName.Sort.FORMER, **names).save(force_insert=True)
    _keep(shown, before, known, by)


def _refuse_overtaken(shown: Person, seen: str) -> None:
    Person.objects.select_for_update(of=("self",)).get(pk=shown.pk)
    last = last_correction(shown)
    if last is not None and str(last.pk) != seen:
        who = last.replaced_by.name if last.replaced_by else "The system"
        raise NotDone(
            f"{who} changed these details on {moment(last.replaced_at)}, after you had opened this page. "
            "Look at what is recorded now, put yours right, and save again"
        )


@command(Permission.KEEP_PERSON)
def record_birth(
    shown: Person, *, born_on: date, sex: str, given_names: str, family_name: str, by: Actor
) -> None:
    """Say that an unborn child was born. The expected date is kept; a name may still be missing."""
    if not shown.is_unborn:
        raise NotDone("This child was born already: correct the details instead")
    before = {name: getattr(shown, name) for name in DETAILS}
    known = {
        "born_on": born_on,
        "expected_on": None,
        "is_birth_estimated": False,
        "sex": sex,
        "given_names": given_names,
        "family_name": family_name,
    }
    _keep(shown, before, known, by)


def _keep(shown: Person, before: Mapping[str, Any], known: Mapping[str, Any], by: Actor) -> None:
    EarlierDetails(dossier=shown.dossier, replaced_by=person(by), **before).save(force_insert=True)
    for name, value in known.items():
        setattr(shown, name, value)
    shown.save(update_fields=list(known))
    remember(shown.dossier_id)


def _number(kind: IdentifierKind, number: str) -> str:
    try:
        return clean(kind, number)
    except NotAnIdentifier as error:
        raise NotDone(str(error)) from None


def _told(found: Found, by: Actor) -> Found:
    """Enter into the log of each record that somebody learned of it and did not see it."""
    for key in found.hinted:
        record_event("search:people:search", by, subject=Dossier(pk=key))
    return found
