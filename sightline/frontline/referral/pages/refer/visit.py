"""What a request to the form brings along, and what its answer gives the browser to keep."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from sightline.core import local
from sightline.core.models import User
from sightline.core.permissions import Permission
from sightline.core.trust.middleware import purpose_of
from sightline.frontline.referral import sending
from sightline.frontline.referral.pages.refer.entering import HUB
from sightline.frontline.referral.pages.refer.limits import is_too_often
from sightline.frontline.referral.pages.refer.steps import DANGER, STEPS
from sightline.frontline.referral.sending import Draft, Given

COOKIE, COOKIE_PATH = "sightline-refer", "/refer/"
LARGEST_BODY = 400_000
NOT_TYPED = {"csrfmiddlewaretoken", "turn", "add", "website", "page", "who"}
FORM = ("GET", "HEAD", "POST")
View = Callable[..., HttpResponse]
R = TypeVar("R", bound=HttpResponse)


def form_page(view: View) -> View:
    """A page of the form: of no more than a form's size, and left in no cache."""

    @require_http_methods(FORM)
    @wraps(view)
    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
            return HttpResponse("This is more than the form can take. Nothing was stored.", status=413)
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    return run


def known(request: HttpRequest) -> User | None:
    """Whoever is signed in, at work with records, and may open contacts."""
    user = request.user
    if not isinstance(user, User) or purpose_of(request) is None:
        return None
    return user if user.may(Permission.OPEN_CONTACT) else None


def enters(request: HttpRequest) -> User | None:
    """Whoever is signed in for the hub, and enters what others told it."""
    user = known(request)
    return user if user and user.may(Permission.SCREEN_CONTACT) else None


def draft_of(request: HttpRequest) -> Draft | None:
    """The form of this browser, unless it is that of somebody who signed in here before."""
    draft = sending.read(request.COOKIES.get(COOKIE, ""))
    user = request.user
    is_others = draft is not None and isinstance(user, User) and draft.user not in (None, user.pk)
    return None if is_others else draft


def begun_anew(request: HttpRequest, step: str) -> Draft | None:
    """A form in the place of one that is gone, so that what was typed meanwhile is not."""
    who = request.POST.get("who", "")
    is_sent = to_receipt(request) is not None
    if who not in STEPS or is_sent or is_too_often(request, "begin"):
        return None
    if who == HUB and not enters(request):
        who = "professional"
    return sending.begin(who, is_immediate=step == DANGER)


def to_receipt(request: HttpRequest) -> HttpResponse | None:
    """The way to the receipt of the form that this browser has sent a moment ago."""
    key = request.COOKIES.get(COOKIE, "")
    if not key:
        return None
    receipt = sending.receipt_key(key)
    contact = sending.contact_of(receipt)
    if contact is None:
        return None
    if known(request):
        return redirect("referral:contact", contact.pk)
    return redirect("referral:refer-receipt", receipt)


def refused(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """The same page with what was typed, to somebody who sends too often."""
    telephone = local.partnership().contact.hub_telephone
    ring = f", or ring us on {telephone}" if telephone else ""
    form = context["form"]
    form.is_valid()
    form.add_error(
        None, f"Too much came from your connection. Try again in 15 minutes{ring}. Nothing is lost"
    )
    return quiet(render(request, template, context, status=429))


def quiet(response: R) -> R:
    """An answer of which the log says nothing: the address of the page may be a key."""
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def typed(request: HttpRequest) -> Given:
    """What was typed, without what the page adds."""
    return {
        name: [str(one) for one in values] for name, values in request.POST.lists() if name not in NOT_TYPED
    }


def turn_of(request: HttpRequest) -> int:
    """Which saving of its page this is."""
    turn = request.POST.get("turn", "")
    return int(turn) if turn.isascii() and turn.isdigit() and len(turn) < 10 else 0


def with_cookie(response: HttpResponse, key: str, *, minutes: int = 0) -> HttpResponse:
    """Have the browser keep the key of the form: for as long as the form is, or for some minutes."""
    age = minutes * 60 or int(sending.KEPT.total_seconds())
    response.set_cookie(
        COOKIE,
        key,
        max_age=age,
        path=COOKIE_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response
