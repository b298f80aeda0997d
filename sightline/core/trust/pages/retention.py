"""What is kept how long and why, what is on hold, what may go: covers of records alone, never a section."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from sightline.core import local
from sightline.core.forms import ReasonForm
from sightline.core.models import User
from sightline.core.opening import FORM, on_record
from sightline.core.pages.doing import done
from sightline.core.permissions import Permission
from sightline.core.policy import Kind
from sightline.core.retention import KINDS, SUGGESTED
from sightline.core.trust.middleware import PURPOSE
from sightline.core.trust.models import Disposal, Dossier, Hold
from sightline.core.trust.pages.doing import crumbs, me
from sightline.core.trust.retention import commands, kept
from sightline.govuk.forms import DateField

AT_ONCE = 50
"""How many records of a list are shown."""


class HoldForm(forms.Form):
    """Which record must stay, why, and until when."""

    reference = forms.CharField(
        label="Reference of the record",
        max_length=30,
        help_text="Such as C26-1A2B3C4D",
        error_messages={"required": "Enter the reference of the record"},
    )
    reason = forms.CharField(
        label="Why it must be kept",
        max_length=300,
        widget=forms.Textarea,
        help_text="The inquiry, claim or investigation that asks for it. Name nobody whom it is about",
    )
    until = DateField(
        label="Last day of the hold",
        required=False,
        help_text="Leave it empty to keep the record until somebody lifts the hold",
    )


def _with_purpose(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Whoever sees these records by their grants chooses a purpose first: without one there would be none."""

    @wraps(view)
    def run(request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
        if me(request).may(Permission.KEEP_RETENTION) or PURPOSE in request.session:
            return view(request, *args, **named)
        asked = urlencode({"next": request.get_full_path()})
        return redirect(f"{reverse('trust:purpose')}?{asked}")

    return run


@_with_purpose
@require_safe
def retention(request: HttpRequest) -> HttpResponse:
    """The rules, what is due, what is on hold and what has gone, of what the reader may know of."""
    user = me(request)
    due, count = kept.due(user, AT_ONCE)
    proposed = {one.dossier_id: one for one in _disposals(user, Disposal.States.PROPOSED)}
    holds = list(Hold.objects.visible_to(user).in_force().select_related("placed_by"))
    held = {one.pk: one for one in kept.known(user, pk__in={hold.dossier_id for hold in holds})}
    rules = local.partnership().retention
    context = {
        "rules": [(KINDS[kind], rules.get(kind), SUGGESTED.get(kind, ())) for kind in Kind],
        "due": [(one, proposed.get(one.dossier.pk)) for one in due],
        "kinds": KINDS,
        "count": count,
        "holds": [(hold, held[hold.dossier_id]) for hold in holds if hold.dossier_id in held],
        "certificates": _disposals(user, Disposal.States.CERTIFIED)[:AT_ONCE],
        "may_hold": user.may(Permission.KEEP_RETENTION),
        "may_dispose": user.may(Permission.DISPOSE),
        "me": user,
        "breadcrumbs": crumbs("Retention"),
    }
    return render(request, "trust/retention.html", context)


@require_http_methods(FORM)
def hold_new(request: HttpRequest) -> HttpResponse:
    """Place a hold."""
    form = HoldForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and done(form, lambda: commands.place_hold(**form.cleaned_data, by=me(request))):
        messages.success(request, "The record is on hold")
        return redirect("trust:retention")
    return _form(request, form, "Place a legal hold", "Place the hold")


@on_record(lambda user: Hold.objects.visible_to(user), FORM)
def hold_lift(request: HttpRequest, hold: Hold) -> HttpResponse:
    """Lift a hold, for a reason that stays."""
    dossier, user = _known(me(request), hold.dossier_id), me(request)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    lift = lambda: commands.lift_hold(hold, reason=form.cleaned_data["reason"], by=user)  # noqa: E731
    if form.is_valid() and done(form, lift):
        messages.success(request, f"The hold on {dossier} is lifted")
        return redirect("trust:retention")
    return _form(request, form, f"Lift the hold on {dossier}", "Lift the hold")


@_with_purpose
@require_http_methods(FORM)
def disposal_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Propose that a record goes."""
    user = me(request)
    dossier, form = _known(user, pk), forms.Form(request.POST if request.method == "POST" else None)
    if form.is_valid() and done(form, lambda: commands.propose_disposal(dossier.reference, by=user)):
        messages.success(request, f"The disposal of {dossier} is proposed. Somebody else must certify it")
        return redirect("trust:retention")
    rule = local.partnership().retention.get(Kind(dossier.kind))
    context = {"dossier": dossier, "kind": KINDS[Kind(dossier.kind)], "rule": rule, "form": form}
    context["breadcrumbs"] = _crumbs(dossier.reference)
    return render(request, "trust/disposal_new.html", context)


@_with_purpose
@on_record(lambda user: Disposal.objects.visible_to(user).select_related("proposed_by", "certified_by"), FORM)
def disposal(request: HttpRequest, found: Disposal) -> HttpResponse:
    """A proposal, to certify or to withdraw; once it is certified, the certificate."""
    user = me(request)
    form = forms.Form(request.POST if request.method == "POST" else None)
    act = commands.withdraw_disposal if "withdraw" in request.POST else commands.certify_disposal
    if form.is_valid() and done(form, lambda: act(found, by=user)):
        return redirect("trust:disposal", pk=found.pk)
    context = {"disposal": found, "form": form, "me": user, "breadcrumbs": _crumbs(found.reference)}
    return render(request, "trust/disposal.html", context)


def _crumbs(here: str) -> list[dict[str, Any]]:
    return crumbs(here, ("Retention", reverse("trust:retention")))


def _known(user: User, pk: UUID) -> Dossier:
    found = kept.known(user, pk=pk)
    if not found:
        raise Http404
    return found[0]


def _disposals(user: User, state: str) -> list[Disposal]:
    rows = Disposal.objects.visible_to(user).filter(state=state)
    return list(rows.select_related("proposed_by", "certified_by"))


def _form(request: HttpRequest, form: forms.Form, title: str, button: str) -> HttpResponse:
    context = {"form": form, "title": title, "button": button, "back": reverse("trust:retention")}
    context["breadcrumbs"] = _crumbs(title)
    return render(request, "core/form.html", context)
