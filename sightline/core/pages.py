"""Home, the pages that every installation must have, and the pages that say no."""

from django.contrib.auth.models import AnonymousUser
from django.db import Error as DatabaseError
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path
from django.views.decorators.http import require_safe

from sightline.clocks import THEMES
from sightline.core import local
from sightline.core.frame import names
from sightline.core.process import Block, processes


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What waits for this person, what changed, and what is not yet shown."""
    user = request.user
    assert not isinstance(user, AnonymousUser)
    items = [item for process in processes() for item in process.home_items(user)]
    blocks = [(block, [item for item in items if item.block is block]) for block in Block]
    return render(request, "core/home.html", {"blocks": blocks})


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """How far the pages are accessible, what was tested, and whom to tell."""
    return render(request, "core/accessibility.html")


@require_safe
def clocks(request: HttpRequest) -> HttpResponse:
    """Every clock: its national limit beside the partnership's own, and whether its source is confirmed."""
    themes = {
        theme: [(clock, local.limit(clock.key)) for clock in of_theme] for theme, of_theme in THEMES.items()
    }
    lines = [line for of_theme in themes.values() for line in of_theme]
    context = {
        "themes": themes,
        "count": len(lines),
        "confirmed": sum(clock.verified for clock, _ in lines),
        "set_here": sum(limit is not None for _, limit in lines),
        "without": sum(clock.limit is None and limit is None for clock, limit in lines),
    }
    return render(request, "core/clocks.html", context)


@require_safe
def data_protection(request: HttpRequest) -> HttpResponse:
    """What the installation keeps about children and about its users, and who answers for it."""
    return render(request, "core/data_protection.html")


@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Whether the application and its database answer; for the monitoring of whoever runs it."""
    try:
        connection.ensure_connection()
    except DatabaseError:
        return JsonResponse({"status": "failing", "database": "does not answer"}, status=503)
    return JsonResponse({"status": "ok"})


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The answer for a page that does not exist, and for one that this person may not see: the same bytes."""
    return render(request, "core/missing.html", status=404)


def too_often(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The answer to somebody who tries the same thing too many times in a short while."""
    return render(request, "core/too_often.html", status=429)


def broken(request: HttpRequest) -> HttpResponse:
    """The answer when the software fails; needs no database."""
    return HttpResponse(render_to_string("core/broken.html", names()), status=500)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The answer to a form that was not sent from our own page, or too late."""
    return render(request, "core/form_expired.html", status=403)


urlpatterns = [
    path("", home, name="home"),
    path("accessibility", accessibility, name="accessibility"),
    path("clocks/", clocks, name="clocks"),
    path("data-protection", data_protection, name="data-protection"),
    path("health", health, name="health"),
]
