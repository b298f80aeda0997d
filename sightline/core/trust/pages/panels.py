"""What the trust plane shows on the pages of the core."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from django.contrib.sessions.backends.base import SessionBase
from django.urls import reverse

from sightline.core.models import User
from sightline.core.permissions import Permission
from sightline.core.process import Panel
from sightline.core.trust.middleware import PURPOSE
from sightline.core.trust.queue import declaration_due


def purpose_not_chosen(route: str, user: User, about: Mapping[str, object]) -> Panel | None:
    """That work about people is not listed yet, so that nobody thinks there is none."""
    session = about["session"]
    if not user.may(Permission.USE_FRONT_LINE) or not isinstance(session, SessionBase) or PURPOSE in session:
        return None
    return Panel("trust/panels/purpose.html", {"back": reverse(route)})


def home(user: User, about: Mapping[str, object]) -> Panel | None:
    """That, and that the yearly declaration of conflicts is due."""
    unchosen = purpose_not_chosen("home", user, about)
    declare = declaration_due(user) if user.may(Permission.DECLARE_CONFLICT) else ""
    if unchosen is None and not declare:
        return None
    return Panel("trust/panels/home.html", {**(unchosen.context if unchosen else {}), "declare": declare})


PANELS: Mapping[str, Callable[[User, Mapping[str, object]], Panel | None]] = {
    "home": home,
    "worklist": partial(purpose_not_chosen, "worklist"),
}
"""By the route of the page that shows it."""
