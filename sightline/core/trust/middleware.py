"""Around every request: who looks, what for, and an audit event for each dossier that was shown."""

from __future__ import annotations

import logging
from collections.abc import Callable
from hashlib import blake2b
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from sightline.core.audit import deed, record_event
from sightline.core.chain import NoKey
from sightline.core.models import User
from sightline.core.opening import SAFE
from sightline.core.pages.refusals import not_recorded, still_here
from sightline.core.permissions import Permission
from sightline.core.policy import PURPOSES, ROUTES, Plane, Purpose, Read
from sightline.core.trust.actor import Looks, Viewer, acting
from sightline.core.trust.keeping import forget
from sightline.core.trust.models import Dossier

PURPOSE = "purpose"
"""Where a session keeps what it is for."""

_log = logging.getLogger(__name__)


def viewer(request: HttpRequest) -> Viewer | None:
    """Who makes the request, for what they chose; None for nobody.

    How far they see a record is asked once where nothing can change it: by a page that is only read.
    """
    user = request.user
    if not isinstance(user, User):
        return None
    key = request.session.session_key or ""
    session = blake2b(key.encode(), digest_size=8).hexdigest()
    return Viewer(user, purpose_of(request), session, levels={} if request.method in SAFE else None)


def purpose_of(request: HttpRequest) -> Purpose | None:
    """What the session is for; None until it is chosen."""
    chosen = request.session.get(PURPOSE)
    return Purpose(chosen) if chosen else None


class LookMiddleware:
    """Sets who looks; what was looked at is in the audit log before the response leaves, or it does not."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        looker = viewer(request)
        if looker is None:
            return self.get_response(request)
        if looker.purpose is not None:
            request.purpose = PURPOSES[looker.purpose]  # type: ignore[attr-defined]  # for the frame
        with acting(looker) as looks:
            response = self.get_response(request)
            if getattr(request, "is_form_sent", False) and response.status_code == HTTPStatus.FOUND:
                _forget(request)
        if not looks:
            return response
        try:
            _record(request, looker, looks)
        except (DatabaseError, NoKey):
            _log.exception("a look could not be written into the audit log, and was withheld")
            response.close()
            return not_recorded(request)
        return response

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """A page about people opens once the session has a purpose.

        Whoever reviews access and sees no record is not asked for one.
        """
        route = request.resolver_match.view_name if request.resolver_match else ""
        page, user = ROUTES.get(route), request.user
        has_purpose = page is None or page.plane is not Plane.FRONT_LINE or purpose_of(request) is not None
        works = isinstance(user, User) and user.may(Permission.USE_FRONT_LINE)
        if has_purpose or route == "trust:purpose" or not works:
            request.is_form_sent = request.method == "POST" and route != "trust:keep"  # type: ignore[attr-defined]
            return None
        asked = request.get_full_path() if request.method == "GET" else reverse("home")
        choosing = f"{reverse('trust:purpose')}?{urlencode({'next': asked})}"
        words = "Your session has no purpose yet."
        return still_here(request, words, "Say what it is for", choosing) or redirect(choosing)


def _forget(request: HttpRequest) -> None:
    """What was typed is kept no longer; where that fails what was done is done all the same."""
    try:
        forget(request)
    except DatabaseError:
        _log.exception("a text that was sent is still kept")


def _record(request: HttpRequest, looker: Viewer, looks: Looks) -> None:
    """One event for each dossier, so that its own page can say who looked."""
    route = request.resolver_match.view_name if request.resolver_match else "?"
    page = ROUTES.get(route)
    action = Read.EXPORT if page is not None and page.read is Read.EXPORT else Read.VIEW
    told = {"purpose": looker.purpose, "session": looker.session, "roles": sorted(looker.user.roles)}
    with deed():
        for key, sections in looks.items():
            record_event(
                f"{action}:{route}",
                looker.user,
                subject=Dossier(pk=key),
                detail={"sections": sorted(sections), **told},
            )
