"""The pages that say no."""

from typing import Any

from django.contrib.sessions.exceptions import SessionInterrupted
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.backends.utils import csrf_input
from django.template.loader import render_to_string
from django.views.defaults import bad_request

from sightline.core.frame import names


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The answer for a page that does not exist, and for one that this person may not see: the same bytes."""
    return render(request, "core/missing.html", status=404)


def too_often(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The answer to somebody who tries the same thing too many times in a short while."""
    return render(request, "core/too_often.html", status=429)


def broken(request: HttpRequest) -> HttpResponse:
    """The answer when the software fails, with what was sent, to be sent again; needs no database."""
    return _given_back(request, "core/broken.html", 500)


def _given_back(request: HttpRequest, page: str, status: int) -> HttpResponse:
    context, held = names(), _held(request)
    if held is not None:
        why = "Sorry, there is a problem. Wait a minute, see whether it was stored, and if not send it again."
        page, context = "core/still_here.html", {**context, **held, "why": why, "is_broken": True}
        context["csrf_input"] = csrf_input(request)
    response = HttpResponse(render_to_string(page, context), status=status)
    response["Cache-Control"] = "no-store"
    return response


def not_taken(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The answer to a request that is wrong in itself, and where its session could not be stored."""
    return broken(request) if isinstance(exception, SessionInterrupted) else bad_request(request, exception)


def not_recorded(request: HttpRequest) -> HttpResponse:
    """The answer when a page whose reading must be in the audit log could not be entered there."""
    return _given_back(request, "core/not_recorded.html", 503)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The answer to a form that was not sent from our own page, or too late."""
    words = "You have signed in again since this page was opened, or it was open for too long."
    return still_here(request, words) or render(request, "core/form_expired.html", status=403)


def still_here(request: HttpRequest, why: str, first: str = "", address: str = "") -> HttpResponse | None:
    """A page that holds what was sent when it could not be taken, to be sent again; None where there is none.

    `first`: what to do before, at `address`. It is for a form of our own pages alone, as the browser says:
    another site could else have its words shown here. Nothing is stored, and passwords are not in it.
    """
    held = _held(request)
    if held is None:
        return None
    context = {**held, "why": why, "first": first, "address": address}
    response = render(request, "core/still_here.html", context, status=403)
    response["Cache-Control"] = "no-store"
    return response


def _held(request: HttpRequest) -> dict[str, Any] | None:
    """What a form of our own pages brought, to be sent again and to be read; None where there is nothing."""
    headers = request.headers
    is_own = headers.get("Sec-Fetch-Site") == "same-origin" and headers.get("Sec-Fetch-Mode") == "navigate"
    left_out = {"csrfmiddlewaretoken"}
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in left_out and "password" not in name
        for value in values
    ]
    if not is_own or not any(value.strip() for _, value in fields):
        return None
    shown = [value for name, value in fields if name != "kept" and " " in value.strip()]
    return {"fields": fields, "shown": shown}
