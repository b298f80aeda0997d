"""The pages that every installation must have."""

from django.contrib.auth.models import AnonymousUser
from django.db import Error as DatabaseError
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sightline.clocks import THEMES
from sightline.core import local, settings_file
from sightline.core.permissions import Permission


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
    assert not isinstance(request.user, AnonymousUser)
    lines = [line for of_theme in themes.values() for line in of_theme]
    context = {
        "themes": themes,
        "count": len(lines),
        "confirmed": sum(clock.verified for clock, _ in lines),
        "set_here": sum(limit is not None for _, limit in lines),
        "without": sum(clock.limit is None and limit is None for clock, limit in lines),
        "may_settle": request.user.may(Permission.SETTLE) and settings_file.is_writable(),
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
