"""What can be done with what is known of a person: names, numbers, homes, who matters to them.

Nothing is removed: what no longer holds ends on a day, and what was never so is marked as a mistake.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone

from sightline.core.audit import Actor, person
from sightline.core.command import NotDone, command
from sightline.core.permissions import Permission
from sightline.core.trust.models import Dossier
from sightline.people.finding import remember
from sightline.people.identifiers import IdentifierKind, NotAnIdentifier, clean
from sightline.people.models import (
    Address,
    Household,
    Identifier,
    OtherName,
    Person,
    ProtectedAddress,
    Relationship,
)
from sightline.people.models.people import Ending


@command(Permission.KEEP_PERSON, detail=("sort",))
def add_name(shown: Person, *, sort: str, given_names: str, family_name: str, by: Actor) -> OtherName:
    """Add another name that they have, had or use."""
    if not given_names and not family_name:
        raise NotDone("Enter a given name or a family name")
    added = OtherName(dossier=shown.dossier, sort=sort, given_names=given_names, family_name=family_name)
    added.save(force_insert=True)
    remember(shown.dossier_id)
    return added


@command(Permission.KEEP_PERSON, detail=("kind",))
def add_identifier(shown: Person, *, kind: str, number: str, issuer: str = "", by: Actor) -> Identifier:
    """Add a number by which others know them; one that had ended holds again."""
    try:
        value = clean(IdentifierKind(kind), number)
    except NotAnIdentifier as error:
        raise NotDone(str(error)) from None
    same = Identifier.objects.filter(dossier=shown.dossier_id, kind=kind, value=value, issuer=issuer)
    added: Identifier = same.first() or Identifier(
        dossier=shown.dossier, kind=kind, value=value, issuer=issuer
    )
    if not added._state.adding and added.is_current:
        raise NotDone("This number is on the record already")
    added.until_on, added.is_mistake = None, False
    added.save(force_insert=added._state.adding)
    remember(shown.dossier_id)
    return added


@command(Permission.KEEP_PERSON)
def add_address(
    shown: Person,
    *,
    lines: str,
    postcode: str,
    from_on: date | None = None,
    lives_with: Address | None = None,
    is_move: bool = True,
    by: Actor,
) -> Address:
    """Add where they live. `is_move`: where they lived until now ends the day that this begins.

    `lives_with`: an address of somebody in whose household they live.
    """
    if is_move:
        ended = from_on or timezone.localdate()
        for home in Address.objects.filter(dossier=shown.dossier_id, until_on=None, is_mistake=False):
            home.until_on = ended
            home.save(update_fields=["until_on"])
    added = Address(dossier=shown.dossier, lines=lines, postcode=postcode, from_on=from_on)
    if lives_with is not None:
        added.household = _household(lives_with, by)
    added.save(force_insert=True)
    remember(shown.dossier_id)
    return added


@command(Permission.KEEP_PERSON)
def join_household(home: Address, *, of: Address, by: Actor) -> None:
    """Say that a person lives in the household of somebody else."""
    home.household = _household(of, by)
    home.save(update_fields=["household"])


@command(Permission.KEEP_PERSON)
def leave_household(home: Address, *, by: Actor) -> None:
    """Say that a person lives by themselves at an address, or with others than was thought."""
    if home.household_id is None:
        raise NotDone("No household is recorded at this address")
    home.household = None
    home.save(update_fields=["household"])


@command(Permission.KEEP_PERSON, detail=("kind", "contact"))
def add_relationship(
    shown: Person,
    *,
    kind: str,
    contact: str,
    name: str = "",
    reason: str = "",
    person_dossier: Dossier | None = None,
    has_parental_responsibility: bool | None = None,
    is_in_household: bool | None = None,
    by: Actor,
) -> Relationship:
    """Say who somebody is to a child: also a father whom nobody knows, with what was done to find him."""
    told = {"name": name, "contact": contact, "reason": reason}
    _check(told)
    added = Relationship(
        dossier=shown.dossier,
        kind=kind,
        person_dossier=person_dossier,
        has_parental_responsibility=has_parental_responsibility,
        is_in_household=is_in_household,
        **told,
    )
    added.save(force_insert=True)
    return added


@command(Permission.KEEP_PERSON, detail=("known",))
def correct_relationship(relationship: Relationship, *, known: Mapping[str, Any], by: Actor) -> Relationship:
    """Record anew who somebody is to a child, as it was checked now; what was known before stays, ended."""
    kept = ("kind", "name", "contact", "reason", "has_parental_responsibility", "is_in_household")
    fields = {name: getattr(relationship, name) for name in kept} | dict(known)
    _check(fields)
    added = Relationship(
        dossier_id=relationship.dossier_id, person_dossier_id=relationship.person_dossier_id, **fields
    )
    added.save(force_insert=True)
    relationship.until_on = timezone.localdate()
    relationship.save(update_fields=["until_on"])
    return added


@command(Permission.KEEP_PERSON)
def end_particular(particular: Ending, *, until_on: date, is_mistake: bool, by: Actor) -> None:
    """End a name, number, address or relationship; it stays on the record, as former or as a mistake."""
    particular.until_on, particular.is_mistake = until_on, is_mistake
    particular.save(update_fields=["until_on", "is_mistake"])
    remember(particular.dossier_key)


@command(Permission.WORK_CLOSELY_HELD)
def protect_address(shown: Person, *, text: str, keep_from: str, by: Actor) -> ProtectedAddress:
    """Add an address that must be kept from somebody."""
    added = ProtectedAddress(dossier=shown.dossier, text=text, keep_from=keep_from, added_by=person(by))
    added.save(force_insert=True)
    return added


def _check(told: Mapping[str, Any]) -> None:
    """Somebody who is known has a name, and whoever is not in touch a reason."""
    if told["contact"] != Relationship.Contact.UNIDENTIFIED and not told["name"]:
        raise NotDone("Enter the name, or say that nobody knows who they are")
    if told["contact"] != Relationship.Contact.ENGAGED and not told["reason"]:
        raise NotDone("Say what was done to find or reach them, or why they must not be contacted")


def _household(of: Address, by: Actor) -> Household:
    """The household at an address of somebody; made when the first other person joins it."""
    if not by.may(Permission.KEEP_PERSON, of):
        raise NotDone("You cannot change the other person’s record, so their household cannot be joined")
    if of.household is None:
        of.household = Household()
        of.household.save(force_insert=True)
        of.save(update_fields=["household"])
    return of.household
