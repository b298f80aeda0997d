"""Step-up: pages that open only soon after the person has shown a second factor (`Page.step_up`)."""

from __future__ import annotations

import time
from datetime import timedelta
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from sightline.core.models import User
from sightline.core.second_factors import second_factors

FRESH = timedelta(minutes=5)
"""How long a second factor counts as just shown."""

_SHOWN = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""An app's code or a passkey; a recovery code is for signing in when both are lost."""


def stepped_up(request: HttpRequest, user: User) -> HttpResponse | None:
    """None for whoever has just shown a second factor; otherwise the way to show one, or to set one up.

    What was being sent is not kept: it may name a child, and would lie in the session.
    """
    if _is_fresh(request, user):
        return None
    has = second_factors(user)
    if not has:
        messages.warning(
            request, "That page asks for an authenticator app or a passkey. Set one up here, then try again"
        )
        return redirect("account")
    route = "mfa_reauthenticate" if has.app else "mfa_reauthenticate_webauthn"
    return redirect(f"{reverse(route)}?{urlencode({'next': request.get_full_path()})}")


def _is_fresh(request: HttpRequest, user: User) -> bool:
    since = time.time() - FRESH.total_seconds()
    shown = (one for one in get_authentication_records(request, user) if one.get("method") == "mfa")
    return any(one.get("type") in _SHOWN and float(one.get("at", 0)) > since for one in shown)
