"""The invented child by whom `bench.row_security` looks whether PostgreSQL holds the rule."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

PEOPLE = {
    "hub worker": ("hub-worker", "council"),
    "hub manager": ("hub-manager", "council"),
    "police officer": ("police-unit", "police"),
    "school lead": ("designated-lead", "school"),
    "nurse": ("health-safeguarding", "health"),
    "designated officer": ("designated-officer", "council"),
    "governance lead": ("information-governance", "council"),
}
"""The seven, by part: role and agency."""

CASES: Mapping[str, tuple[str, str, str]] = {
    # case: restriction, who sees it, who does not
    "open": ("open", "hub worker", "nurse"),
    "restricted": ("restricted", "hub manager", "hub worker"),
    "sealed": ("sealed", "hub manager", "hub worker"),
    "excluded": ("open", "hub manager", "hub worker"),
    "expired": ("open", "hub worker", "nurse"),
    "broken glass": ("open", "police officer", "nurse"),
}
"""The contacts about the child."""


def invent() -> None:
    """Seven people, and a child known to them by five contacts, with something in every section of each."""
    from django.utils import timezone

    from sightline.core.audit import System
    from sightline.core.models import Agency, RoleAssignment, Team, TeamMember, User
    from sightline.core.trust.actor import system_actor

    today = timezone.localdate()
    agencies = {
        code: Agency.objects.create(code=code, name=code) for code in {code for _, code in PEOPLE.values()}
    }
    people = {}
    for part, (role, agency) in PEOPLE.items():
        email = f"{part.replace(' ', '.')}@addiscombe-vale.example"
        people[part] = User.objects.create(email=email, name=part, agency=agencies[agency])
        RoleAssignment.objects.create(user=people[part], role=role, from_on=today)
    hub = Team.objects.create(name="Hub", agency=agencies["council"])
    for part in ("hub worker", "hub manager"):
        TeamMember.objects.create(team=hub, user=people[part], from_on=today)
    with system_actor("the check of row-level security"):
        _invent_records(people, hub, System("the check of row-level security"))


def _invent_records(people: Mapping[str, Any], hub: Any, by: Any) -> None:
    """The child's own record, and one contact for each way in which a person may or may not see it."""
    from django.utils import timezone

    from sightline.core.policy import Kind, Level
    from sightline.core.trust import dossiers
    from sightline.core.trust.models import Dossier
    from sightline.frontline.referral import commands
    from sightline.people.commands import enter_person

    child = enter_person(team=hub, known={"given_names": "Amira", "family_name": "Vale"}, by=by)
    now, source = timezone.now(), dossiers.Source
    for case in CASES:
        raised = commands.open_contact(
            team=hub, told={"family_name": "Vale"}, concern={"referrer": "School", "narrative": case}, by=by
        )
        commands.add_intelligence(raised, text=case, by=by)
        commands.protect_location(raised, text=case, keep_from="", by=by)
        commands.name_person(raised, person_dossier=child.dossier, part="subject", by=by)
        Dossier.objects.filter(pk=raised.dossier_id).update(reference=case, restriction=CASES[case][0])
    of = {dossier.reference: dossier for dossier in Dossier.objects.filter(kind=Kind.CONTACT)}
    dossiers.give(of["open"], people["school lead"], Level.RECEIPT, source.RECEIPT, by=by)
    for case in ("restricted", "sealed"):
        dossiers.give(of[case], people["hub manager"], Level.FULL, source.ALLOCATION, by=by)
    dossiers.give(of["restricted"], people["nurse"], Level.CONTRIBUTE, source.INVITATION, by=by)
    dossiers.give(of["open"], people["designated officer"], Level.FULL, source.INVITATION, by=by)
    dossiers.exclude(of["excluded"], people["hub worker"], "related", by=by)
    dossiers.give(of["expired"], people["nurse"], Level.FULL, source.INVITATION, by=by)
    dossiers.end(dossiers.holders(of["expired"]).filter(user=people["nurse"]))
    until = now + timedelta(hours=2)
    dossiers.give(
        of["broken glass"], people["police officer"], Level.FULL, source.BREAK_GLASS, by=by, until=until
    )
    _fill_every_table(Dossier.objects.all())


def _fill_every_table(dossiers: Any) -> None:
    """A row of each guarded table for each dossier but the last: a new table is looked at unasked."""
    from sightline.core.trust.guarded import Protected, guarded_models

    every = list(dossiers)
    chain = list(pairwise(every))  # no two rows lead to one dossier, and none leads back
    for model in guarded_models():
        for dossier, other in chain if issubclass(model, Protected) else ():
            if not model.objects.filter(dossier=dossier).exists():
                filled = {f.name: _something(f, other) for f in model._meta.fields if _must_be_given(f)}
                model(dossier=dossier, **filled).save(force_insert=True)


def _must_be_given(field: Any) -> bool:
    return not (field.null or field.primary_key or field.name == "dossier" or _has_meaning(field))


def _has_meaning(field: Any) -> bool:
    """Whether a field has a default that says something; an empty name may break a rule of its table."""
    return field.has_default() and field.default not in ("", None)


def _something(field: Any, other: Any) -> Any:
    """A value of a field's kind; a key into the plane leads to another dossier."""
    from django.db import models
    from django.utils import timezone

    if field.choices:
        return field.choices[0][0]
    kinds: Mapping[type[models.Field[Any, Any]], Any] = {
        models.ForeignKey: other,
        models.DateTimeField: timezone.now(),
        models.DateField: timezone.localdate(),
        models.BooleanField: False,
        models.IntegerField: 1,
        models.BinaryField: b"x",
        models.JSONField: {},
    }
    return next(
        (value for kind, value in kinds.items() if isinstance(field, kind)),
        uuid4().hex[: field.max_length or 32],
    )
