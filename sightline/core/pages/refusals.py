"""The pages that say no."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from sightline.core.frame import names


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The answer for a page that does not exist, and for one that this person may not see: the same bytes."""
    return render(request, "core/missing.html", status=404)


def too_often(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The answer to somebody who tries the same thing too many times in a short while."""
    return render(request, "core/too_often.html", status=429)


def broken(request: HttpRequest) -> HttpResponse:
    """The answer when the software fails; needs no database."""
    return HttpResponse(render_to_string("core/broken.html", names()), status=500)


def not_recorded(request: HttpRequest) -> HttpResponse:
    """The answer when a page whose reading must be in the audit log could not be entered there."""
    return HttpResponse(render_to_string("core/not_recorded.html", names()), status=503)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The answer to a form that was not sent from our own page, or too late."""
    return render(request, "core/form_expired.html", status=403)
