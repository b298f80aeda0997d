"""The page of one contact: what was told and the child's voice first, then people, checks and the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from sightline.core.models import User
from sightline.core.opening import on_record
from sightline.core.permissions import Permission
from sightline.core.policy import NEEDS, Level
from sightline.core.trust.panel import Access, access_to
from sightline.frontline.escalation.panel import disputes_of
from sightline.frontline.referral.models import (
    Concern,
    Contact,
    PoliceIntelligence,
    ProtectedLocation,
    Referrer,
    Screening,
    Worry,
)
from sightline.frontline.referral.pages.checks import checks_of
from sightline.frontline.referral.pages.contacts import CONTACTS, dues
from sightline.frontline.referral.pages.deciding import decision_of
from sightline.frontline.referral.pages.earlier import earlier_of
from sightline.frontline.referral.pages.family import family_of, told_in
from sightline.frontline.referral.pages.handing_over import hand_over_of
from sightline.frontline.referral.standing import UNDECIDED
from sightline.frontline.referral.timeline import of_contact

DOING = (
    Permission.WORK_CONTACT,
    Permission.WORK_CLOSELY_HELD,
    Permission.GIVE_ACCESS,
    Permission.CLOSE_CONTACT,
    Permission.SCREEN_CONTACT,
)

_seen = on_record(
    lambda user: Contact.objects.visible_to(user).select_related("dossier__owner_team", "allocated_to")
)


@_seen
def show(request: HttpRequest, contact: Contact) -> HttpResponse:
    """What the reader may see of a contact, and what they may do; nothing tells of the rest."""
    return render(request, "referral/contact.html", _context(request, contact))


@_seen
def pack(request: HttpRequest, contact: Contact) -> HttpResponse:
    """All that the reader may see of a contact, for paper. Whoever only sent it has no use for one."""
    context = _context(request, contact)
    if not context["may"]["READ_ALL"]:
        raise Http404
    on_paper = {name: value for name, value in context.items() if not name.startswith("may_")}
    more = {"may": {"READ_ALL": True}, "is_paper": True, "suggested": [], "to_answer": None}
    return render(request, "referral/pack.html", {**on_paper, **more, "printed_at": timezone.now()})


def _context(request: HttpRequest, contact: Contact) -> dict[str, Any]:
    user = request.user
    assert isinstance(user, User)
    access, told = access_to(contact.dossier, user), told_in(user, contact)
    return {
        "contact": contact,
        "told": told,
        "access": access,
        "may": what_may_be_done(user, contact, access.level),
        "clocks": dues(user, [contact])[contact.pk],
        "happened": of_contact(user, contact, access.level),
        "breadcrumbs": [CONTACTS, {"text": contact.dossier.reference}],
        **_sections(user, contact, access),
        **family_of(user, contact, told),
        **earlier_of(user, contact),
        **checks_of(user, contact),
        **decision_of(user, contact),
        **hand_over_of(user, contact),
        "disputes": disputes_of(user, contact.dossier, may_disagree=contact.decided_at is not None),
    }


def _sections(user: User, contact: Contact, access: Access) -> dict[str, Any]:
    """What was told, who told it, how it was rated, and what is closely held."""
    of_it = {"dossier": contact.dossier_id}
    is_whole = access.is_whole
    held = (PoliceIntelligence, ProtectedLocation)
    intelligence, locations = (
        list(model.objects.visible_to(user).filter(**of_it).select_related("added_by")) if is_whole else []
        for model in held
    )
    return {
        "concern": Concern.objects.visible_to(user).filter(**of_it).select_related("agency").first(),
        "worries": list(Worry.objects.visible_to(user).filter(**of_it)),
        "referrer": Referrer.objects.visible_to(user).filter(**of_it).first(),
        "screenings": list(Screening.objects.visible_to(user).filter(**of_it).select_related("by")),
        "intelligence": intelligence,
        "locations": locations,
    }


def what_may_be_done(user: User, contact: Contact, level: Level | None) -> Mapping[str, bool]:
    """What a reader who sees this much may do with it; a closed contact is only read."""
    is_open = contact.state != Contact.States.CLOSED and level is not None
    may = {one.name: is_open and level >= NEEDS[one] and user.may(one) for one in DOING}  # type: ignore[operator]
    is_undecided = contact.state in UNDECIDED
    return {
        **may,
        "SCREEN_CONTACT": may["SCREEN_CONTACT"] and is_undecided,
        "CLOSE_CONTACT": may["CLOSE_CONTACT"] and contact.state == Contact.States.FED_BACK,
        "READ_ALL": level is not None and level >= Level.CONTRIBUTE and user.may(Permission.WORK_CONTACT),
    }
