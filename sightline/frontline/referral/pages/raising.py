"""The way from the front door to the referral form, for whoever is signed in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe


@require_safe
def raise_contact(request: HttpRequest) -> HttpResponse:
    """Lead to the form that everybody fills in; this page asks for the session's purpose before."""
    return redirect("referral:refer")
