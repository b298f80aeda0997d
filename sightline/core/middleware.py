"""What happens around every request: the policy, the length of a session, and the security headers."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.db import Error as DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from sightline.core.audit import Outcome, deed, record_event
from sightline.core.chain import NoKey
from sightline.core.models import User
from sightline.core.pages.refusals import not_recorded, still_here
from sightline.core.policy import ROUTES, Plane, Read
from sightline.core.step_up import stepped_up

GetResponse = Callable[[HttpRequest], HttpResponse]

_log = logging.getLogger(__name__)

SIGNED_IN_AT = "signed-in-at"
SEEN_AT = "seen-at"
SEEN_EVERY = timedelta(minutes=1)
"""How often at most a session in use is stored anew, which starts its idle limit again."""

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)


class PolicyMiddleware(LoginRequiredMiddleware):
    """Holds every route to `sightline.core.policy`, whatever its view says about itself."""

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Send the anonymous to sign in; a page that the policy withholds does not exist."""
        route = _route(request)
        page = ROUTES.get(route)
        if page is not None and page.plane is Plane.PUBLIC:
            return None
        user = request.user
        if not isinstance(user, User):
            sign_in: HttpResponseBase = self.handle_no_permission(request, view_func)
            words = "You have been signed out."
            return still_here(request, words, "Sign in again", sign_in["Location"]) or sign_in
        if page is None or not page.opens_for(user.may):
            record_event(f"open:{route}", user, outcome=Outcome.REFUSED)
            raise Http404
        return stepped_up(request, user) if page.step_up else None

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Write the event of an audited read before the response leaves; otherwise it does not leave."""
        if request.resolver_match is None or response.status_code >= 400:
            return response
        page = ROUTES.get(_route(request))
        if page is not None and page.read is not Read.UNAUDITED and isinstance(request.user, User):
            keys = {name: str(value) for name, value in request.resolver_match.kwargs.items()}
            try:
                record_event(f"{page.read}:{_route(request)}", request.user, detail=keys)
            except (DatabaseError, NoKey):
                _log.exception("a read could not be written into the audit log, and was withheld")
                response.close()
                return not_recorded(request)
        return response


def _route(request: HttpRequest) -> str:
    assert request.resolver_match is not None
    return request.resolver_match.view_name


class SessionLengthMiddleware:
    """Ends a session at its greatest length; the idle limit is the life of the session's cookie."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = timezone.now()
            began = request.session.setdefault(SIGNED_IN_AT, now.isoformat())
            seen = datetime.fromisoformat(request.session.get(SEEN_AT, began))
            if now - datetime.fromisoformat(began) > settings.SESSION_GREATEST_LENGTH:
                self._end(request)
            elif now - seen >= SEEN_EVERY:
                request.session[SEEN_AT] = now.isoformat()
        return self.get_response(request)

    def _end(self, request: HttpRequest) -> None:
        user = request.user
        assert isinstance(user, User)
        with deed():
            logout(request)
            record_event("account:session-end", user)


class SecurityHeadersMiddleware:
    """Only our own files may run, load or frame; nothing that a signed-in person saw stays in a cache."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        response["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        if request.user.is_authenticated or request.path.startswith("/account/"):
            response["Cache-Control"] = "no-store"
        return response
