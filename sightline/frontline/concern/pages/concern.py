"""The page of one concern: what was told, then the people, then each section that the reader may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sightline.core.models import User
from sightline.core.opening import on_record
from sightline.core.permissions import Permission
from sightline.core.policy import NEEDS, Level
from sightline.core.trust.models import Link
from sightline.core.trust.panel import access_to
from sightline.frontline.concern.models import Concern, PoliceIntelligence, ProtectedLocation, Referral, Told
from sightline.frontline.concern.pages.concerns import CONCERNS
from sightline.people.models import Person

DOING: Mapping[Permission, tuple[str, str]] = {
    Permission.WORK_CONCERN: ("concern:name-person", "Name a person"),
    Permission.WORK_CLOSELY_HELD: ("concern:add-intelligence", "Add police intelligence"),
    Permission.GIVE_ACCESS: ("concern:allocate", "Allocate it"),
    Permission.CLOSE_CONCERN: ("concern:close", "Close it"),
}


@dataclass(frozen=True)
class Named:
    """A person in a concern whom the reader may see, and the part that they play."""

    person: Person
    part: str


@on_record(
    lambda user: Concern.objects.visible_to(user).select_related("dossier__owner_team", "allocated_to")
)
def show(request: HttpRequest, concern: Concern) -> HttpResponse:
    """What the reader may see of a concern, and what they may do; nothing tells of the rest."""
    user = request.user
    assert isinstance(user, User)
    of_it = {"dossier": concern.dossier_id}
    access = access_to(concern.dossier, user)
    may = what_may_be_done(user, concern, access.level)
    context = {
        "concern": concern,
        "told": Told.objects.visible_to(user).filter(**of_it).first(),
        "referral": Referral.objects.visible_to(user).filter(**of_it).first(),
        "people": people_in(user, concern),
        "intelligence": list(PoliceIntelligence.objects.visible_to(user).filter(**of_it)),
        "locations": list(ProtectedLocation.objects.visible_to(user).filter(**of_it)),
        "may": {permission.name: permission in may for permission in DOING},
        "access": access,
        "breadcrumbs": [CONCERNS, {"text": concern.dossier.reference}],
    }
    return render(request, "concern/concern.html", context)


def what_may_be_done(user: User, concern: Concern, level: Level | None) -> frozenset[Permission]:
    """What a reader who sees this much may do with it; a closed concern is only read."""
    if concern.state == Concern.States.CLOSED or level is None:
        return frozenset()
    return frozenset(one for one in DOING if level >= NEEDS[one] and user.may(one))


def people_in(user: User, concern: Concern) -> list[Named]:
    """Who is named in it, of the people whom the reader may see, the child first."""
    links = {
        one.person_dossier_id: one for one in Link.objects.visible_to(user).filter(dossier=concern.dossier_id)
    }
    found = Person.objects.visible_to(user).filter(dossier__in=list(links))
    named = [(links[person.dossier_id], person) for person in found]
    order = list(Link.Part)
    named.sort(key=lambda pair: (order.index(Link.Part(pair[0].part)), pair[0].at))
    return [Named(person, link.get_part_display()) for link, person in named]
