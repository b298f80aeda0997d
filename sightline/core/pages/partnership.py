"""The partnership: the way to its agencies, people, settings and clocks."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sightline.core.policy import ROUTES


@dataclass(frozen=True)
class Part:
    """One page of the partnership: its title, its route, and what it holds."""

    title: str
    route: str
    words: str


PARTS = (
    Part("Agencies", "agencies", "The organisations that take part."),
    Part("People and roles", "people", "Who has an account, and what each person may do."),
    Part("Teams", "teams", "Who holds records together, and who is in which team."),
    Part("Settings", "settings", "What the partnership has settled for itself."),
    Part("Clocks", "clocks", "Every time limit: the national one beside the partnership’s own."),
    Part("Audit log", "audit", "Who did, tried or read what, and when."),
)


@require_safe
def partnership(request: HttpRequest) -> HttpResponse:
    """The parts that this person may open."""
    user = request.user
    assert not isinstance(user, AnonymousUser)
    parts = []
    for part in PARTS:
        permission = ROUTES[part.route].permission
        if permission is not None and user.may(permission):
            parts.append(part)
    return render(request, "core/partnership.html", {"parts": parts})
