"""The front line of the example partnership: its teams, invented children, and what is known of them.

Everything is done by the commands that people use, as invented people, each for protecting a child.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sightline.config.cli.demo_families import CONTACTS, FAMILIES, Adult, Family, Told

if TYPE_CHECKING:
    from sightline.core.models import Team, User
    from sightline.frontline.referral.models import Contact
    from sightline.people.models import Person

Cast = Mapping[str, "User"]

ACCOUNTS: Mapping[str, tuple[str, str, str | None]] = {
    "hub-worker": ("Hetty Rowntree", "hub-worker", "csc"),
    "hub-manager": ("Humaira Siddiq", "hub-manager", "csc"),
    "social-worker": ("Sol Adeyemi", "social-worker", "csc"),
    "team-manager": ("Tamsin Okoro", "team-manager", "csc"),
    "conference-chair": ("Conor Abebe", "conference-chair", "csc"),
    "early-help": ("Esme Volkov", "early-help-worker", "eh"),
    "police-unit": ("Padraig Nandi", "police-unit", "pol"),
    "health-nurse": ("Hyacinth Moreau", "health-safeguarding", "chs"),
    "school-lead": ("Shirin Baptiste", "designated-lead", "edu"),
    "orchard-lead": ("Oona Villareal", "designated-lead", "orchard"),
    "quarry-lead": ("Quentin Asante", "designated-lead", "quarry"),
    "panel-chair": ("Pia Castellane", "panel-chair", "csp"),
    "allegations-officer": ("Alasdair Mensah", "designated-officer", "csc"),
    "child-death": ("Delphine Arkwright", "child-death-coordinator", "icb"),
    "information-governance": ("Ingrid Falola", "information-governance", "leg"),
}
"""Invented people of the front line by the first part of their e-mail address, as `demo.PEOPLE`."""

TEAMS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "Front door hub": ("csc", ("hub-worker", "hub-manager")),
    "Assessment team": ("csc", ("social-worker", "team-manager")),
}
"""Who is in which team, and whose agency's it is."""


def play(cast: Cast, today: date) -> None:
    """Make the teams, enter the families, raise the contacts and let each go as far as it has come."""
    from sightline.core.audit import deed

    with deed():
        hub = _teams(cast, today)["Front door hub"]
        children = {family.key: _enter(family, hub, cast, today) for family in FAMILIES}
        families = {family.key: family for family in FAMILIES}
        for told in CONTACTS:
            _contact(told, families[told.family], children[told.family], hub, cast)


@contextmanager
def working_as(user: User) -> Iterator[User]:
    """Work as this person does: to protect a child."""
    from sightline.core.policy import Purpose
    from sightline.core.trust.actor import Viewer, acting

    with acting(Viewer(user, Purpose.PROTECT)):
        yield user


def _teams(cast: Cast, today: date) -> dict[str, Team]:
    from sightline.core.models import Agency, Team, TeamMember

    teams = {}
    for name, (code, members) in TEAMS.items():
        team = Team.objects.create(name=name, agency=Agency.objects.get(code=code))
        for account in members:
            TeamMember.objects.create(team=team, user=cast[account], from_on=today)
        teams[name] = team
    return teams


def _enter(family: Family, hub: Team, cast: Cast, today: date) -> list[Person]:
    """Enter the children of a family as the hub's worker does."""
    from sightline.people.commands import enter_person
    from sightline.people.particulars import protect_address

    children = []
    with working_as(cast["hub-worker"]) as worker:
        for child in family.children:
            known = {**child.known(family.name, today), "language": family.language}
            address = {"lines": family.lines, "postcode": family.postcode}
            person = enter_person(team=hub, known=known, address=address, by=worker)
            for adult in family.adults:
                _relate(person, adult, worker)
            if family.protected:
                where, from_whom = family.protected, family.keep_from
                protect_address(person, text=where, keep_from=from_whom, by=worker)
            children.append(person)
    return children


def _relate(person: Person, adult: Adult, by: User) -> None:
    """Say who matters to a child; of a father whom nobody knows, that nobody does."""
    from sightline.people.particulars import add_relationship

    add_relationship(
        person,
        kind=adult.kind,
        name=adult.name,
        contact=adult.contact,
        is_in_household=adult.lives_there,
        has_parental_responsibility=adult.has_responsibility,
        reason=adult.reason,
        by=by,
    )


def _contact(told: Told, family: Family, children: list[Person], hub: Team, cast: Cast) -> None:
    """Raise a contact as whoever had it, and do what the hub has done with it since."""
    from sightline.core.trust.models import Link
    from sightline.frontline.referral import commands

    contact = _raise(told, family, children[told.child], hub, cast)
    with working_as(cast["hub-manager"]) as manager:
        for place, child in enumerate(children):
            part = Link.Part.SUBJECT if place == told.child else Link.Part.SIBLING
            commands.name_person(contact, person_dossier=child.dossier, part=part, by=manager)
        if told.intelligence:
            commands.add_intelligence(contact, text=told.intelligence, by=manager)
        if family.protected:
            commands.protect_location(contact, text=family.protected, keep_from=family.keep_from, by=manager)
        _decide(contact, told, cast, manager)


def _raise(told: Told, family: Family, child: Person, hub: Team, cast: Cast) -> Contact:
    from django.utils import timezone

    from sightline.frontline.referral import commands

    who = {
        "given_names": child.given_names,
        "family_name": child.family_name,
        "born_on": child.born_on,
        "address": f"{family.lines}, {family.postcode}",
    }
    sender = cast[told.sender]
    referral = {
        "referrer": f"{sender.name}, {sender.agency}",
        "narrative": told.narrative,
        "wishes": told.wishes,
    }
    at: datetime = timezone.now() - timedelta(days=told.days_ago)
    with working_as(sender):
        return commands.open_contact(team=hub, told=who, concern=referral, at=at, by=sender)


def _decide(contact: Contact, told: Told, cast: Cast, manager: User) -> None:
    from sightline.core.trust.commands import exclude, let_see, restrict
    from sightline.frontline.referral import commands

    for account, level in told.invited:
        reason = "Sees the children at the clinic"
        let_see(contact.dossier, holder=f"user-{cast[account].pk}", level=level, reason=reason, by=manager)
    if told.excluded:
        reason = "Their sister lives next door to the family"
        key = cast[told.excluded].pk
        exclude(contact.dossier, user=key, kind="related", reason=reason, by=manager)
    if told.allocated:
        commands.allocate(contact, to=cast[told.allocated], by=manager)
    if told.restriction:
        reason = "Somebody must not learn that it is known"
        restrict(contact.dossier, restriction=told.restriction, reason=reason, by=manager)
    if told.outcome:
        _close(contact, told.outcome, manager)


def _close(contact: Contact, outcome: str, manager: User) -> None:
    from sightline.frontline.referral import commands, deciding, gathering

    gathering.screen(contact, rating="green", words="Nobody is in danger", by=manager)
    deciding.decide(
        contact,
        outcome="no-further-action",
        level=2,
        reasons=outcome,
        not_accepted="below-threshold",
        by=manager,
    )
    deciding.tell(contact, words=outcome, alternative="Early help, if the family wishes", by=manager)
    commands.close_contact(contact, by=manager)
