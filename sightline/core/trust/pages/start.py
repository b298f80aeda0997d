"""Access: the way to everything about who sees which record."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sightline.core.policy import ROUTES
from sightline.core.trust.pages.doing import me


@dataclass(frozen=True)
class Part:
    """One page about access: its title, its route, and what it is for."""

    title: str
    route: str
    words: str


PARTS = (
    Part("Purpose of this session", "trust:purpose", "What you work on now decides what you see."),
    Part("Conflicts of interest", "trust:conflicts", "Declare once a year whether you know anybody."),
    Part("Break the glass", "trust:glass", "Open a record in an emergency, for two hours."),
    Part("Restricted and sealed records", "trust:restrictions", "Review whether they must stay so."),
    Part("Retention", "trust:retention", "How long records are kept, legal holds and disposal."),
    Part("Reviews of access", "trust:governance", "Broken glass to judge, and who looked at a record."),
)


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """The parts that this person may open."""
    parts = [part for part in PARTS if ROUTES[part.route].opens_for(me(request).may)]
    return render(request, "trust/start.html", {"parts": parts})
