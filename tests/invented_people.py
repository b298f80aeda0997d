"""An invented child, known to some and not to others: what the tests of the plane of people stand on."""

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from sightline.core.audit import System

FRONT_LINE_PARTS = {
    "hub_worker": ("Hu Worker", "hub-worker", "avcsc"),
    "hub_manager": ("Hu Manager", "hub-manager", "avcsc"),
    "police_unit": ("Po Unit", "police-unit", "avpol"),
    "designated_lead": ("Des Lead", "designated-lead", "avsch"),
    "health": ("Hea Lth", "health-safeguarding", "avicb"),
    "designated_officer": ("Lad Officer", "designated-officer", "avcsc"),
    "governance": ("In Gov", "information-governance", None),
}


@dataclass(frozen=True)
class FrontLine:
    """People of the front line, by part, and their teams."""

    hub_worker: object
    hub_manager: object
    police_unit: object
    designated_lead: object
    health: object
    designated_officer: object
    governance: object
    hub: object


@pytest.fixture
def front_line(cast) -> FrontLine:
    """The front line's people, stored beside the cast; the hub is a team of its worker and its manager."""
    from sightline.core.models import Agency, RoleAssignment, Team, TeamMember, User

    since = timezone.localdate() - timedelta(days=30)
    names = {"avsch": "Addiscombe Vale schools", "avicb": "Addiscombe Vale health"}
    for code, name in names.items():
        Agency.objects.create(code=code, name=name)
    agencies = {agency.code: agency for agency in Agency.objects.all()}
    people = {}
    for part, (name, role, agency) in FRONT_LINE_PARTS.items():
        email = f"{name.lower().replace(' ', '.')}@addiscombe-vale.example"
        user = User.objects.create(
            email=email, name=name, agency=agencies.get(agency), password=cast.member.password
        )
        RoleAssignment.objects.create(user=user, role=role, from_on=since)
        people[part] = user
    hub = Team.objects.create(name="Front door hub", agency=agencies["avcsc"])
    for part in ("hub_worker", "hub_manager"):
        TeamMember.objects.create(team=hub, user=people[part], from_on=since)
    return FrontLine(**people, hub=hub)


@contextmanager
def looking(user, purpose="protect"):
    """Read protected records as this person, as the middleware lets them; gives what they looked at."""
    from sightline.core.models import User
    from sightline.core.policy import Purpose
    from sightline.core.trust.actor import Viewer, acting

    fresh = User.objects.get(pk=user.pk)  # roles and teams are read once a request
    with acting(Viewer(fresh, Purpose(purpose) if purpose else None)) as looks:
        yield looks


@pytest.fixture
def contact(front_line):
    """A contact about an invented child, raised by a school with the hub, with something in every section."""
    from sightline.core.trust.actor import system_actor
    from sightline.frontline.referral import commands

    by = System("the tests")
    with looking(front_line.designated_lead):
        raised = commands.open_contact(
            team=front_line.hub,
            told={"given_names": "Amira", "family_name": "CANARY-identity"},
            concern={"referrer": "Des Lead, school", "narrative": "CANARY-referral"},
            by=front_line.designated_lead,
        )
    with system_actor("the tests"):
        commands.add_intelligence(raised, text="CANARY-intelligence", by=by)
        commands.protect_location(raised, text="CANARY-location", keep_from="", by=by)
    return raised


@pytest.fixture
def referral(contact):
    """What the pages of contacts are about: the contact."""
    return contact


@pytest.fixture
def people(front_line):
    """The record of an invented child, held by the hub."""
    from sightline.core.trust.actor import system_actor
    from sightline.people.commands import enter_person

    with system_actor("the tests"):
        return enter_person(
            team=front_line.hub,
            known={"given_names": "Amira", "family_name": "CANARY-person"},
            by=System("the tests"),
        )


@pytest.fixture
def trust(contact, front_line):
    """What the trust plane's own pages are about: the keys of a contact's dossier and of what hangs on it.

    The police have broken the glass, and health is excluded.
    """
    from sightline.core.trust.actor import unguarded
    from sightline.core.trust.commands import break_glass
    from sightline.core.trust.dossiers import exclude
    from sightline.core.trust.models import Dossier, GlassReview, Grant

    with looking(front_line.police_unit):
        break_glass(
            key=contact.dossier_id, category="danger", reason="CANARY-glass", by=front_line.police_unit
        )
    with unguarded("the tests"):
        dossier = Dossier.objects.get(pk=contact.dossier_id)
        exclusion = exclude(dossier, front_line.health, "related", by=System("the tests"))
    return SimpleNamespace(
        dossier_id=contact.dossier_id,
        grant=Grant.objects.filter(dossier=dossier).first().pk,
        exclusion=exclusion.pk,
        review=GlassReview.objects.get().pk,
    )


@pytest.fixture
def kept_open(monkeypatch):
    """Keep the database open where a page withholds its answer, which ends the request in its middle."""
    from django.db import connection

    monkeypatch.setattr(connection, "close_if_unusable_or_obsolete", lambda: None)


@pytest.fixture
def consultation(front_line):
    """A call for advice to the hub by a school's designated lead, with something in every section."""
    from sightline.frontline.consultation import commands

    with looking(front_line.hub_worker):
        return commands.log_call(
            said={"caller": "Des Lead", "question": "CANARY-question", "advice": "CANARY-advice"},
            told={"given_names": "Amira", "family_name": "CANARY-told"},
            reached={"role": "Teacher", "telephone": "CANARY-telephone"},
            team=front_line.hub,
            account=front_line.designated_lead.pk,
            wait_seconds=150,
            by=front_line.hub_worker,
        )
