"""The page of one call: what was asked and advised, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from sightline.core.models import User
from sightline.core.opening import FORM, on_record
from sightline.core.pages.doing import done
from sightline.core.permissions import Permission
from sightline.core.trust.panel import access_to
from sightline.frontline.consultation import commands
from sightline.frontline.consultation.models import Call, Caller, Consulted
from sightline.frontline.consultation.pages.calls import CALLS, wait_in_words
from sightline.frontline.referral.models import Contact, Told

REFER, URGENT, CLOSE = "refer", "urgent", "close"
"""What a button of the page says."""


@on_record(lambda user: Call.objects.visible_to(user).select_related("dossier__owner_team", "agency"), FORM)
def show(request: HttpRequest, call: Call) -> HttpResponse:
    """What the reader may see of a call; whoever finishes it does so here, with one press."""
    user = request.user
    assert isinstance(user, User)
    form = forms.Form(request.POST if request.method == "POST" else None)
    if form.is_valid() and (answer := _finish(request, form, call, user)):
        return answer
    of_it = {"dossier": call.dossier_id}
    said = Consulted.objects.visible_to(user).filter(**of_it).first()
    told = Told.objects.visible_to(user).filter(**of_it).first()
    may_finish = call.state == Call.States.LOGGED and user.may(Permission.LOG_CALL, call)
    context = {
        "form": form,
        "call": call,
        "wait": wait_in_words(call.wait_seconds),
        "said": said,
        "told": told,
        "caller": Caller.objects.visible_to(user).filter(**of_it).first(),
        "contact": Contact.objects.visible_to(user).filter(**of_it).first(),
        "missing": list(missing(said, told)) if may_finish and said else [],
        "may_finish": may_finish,
        "access": access_to(call.dossier, user),
        "breadcrumbs": [CALLS, {"text": call.dossier.reference}],
    }
    return render(request, "consultation/call.html", context)


def missing(said: Consulted, told: Told | None) -> Iterator[str]:
    """What the hub will have to find out if the call becomes a referral; nobody is asked for it here."""
    child = told or Told()
    if not (child.given_names or child.family_name):
        yield "the child's name"
    if child.born_on is None:
        yield "the child's date of birth"
    if not child.address:
        yield "where the child lives"
    if not said.wishes:
        yield "what the child says and wants"
    yield "what the parents were told, and whether they agree"


def _finish(request: HttpRequest, form: forms.Form, call: Call, user: User) -> HttpResponse | None:
    """Do what the button says; None where it was refused, or no button was pressed."""
    asked = request.POST.get("do", "")
    made: list[Contact] = []
    if asked in (REFER, URGENT):
        urgent = asked == URGENT
        if done(form, lambda: made.append(commands.refer(call, is_immediate=urgent, by=user))):
            messages.success(request, f"The call became referral {call.dossier.reference}")
            return redirect("referral:contact", made[0].pk)
    elif asked == CLOSE and done(form, lambda: commands.close_call(call, by=user)):
        messages.success(request, "The call was closed")
        return redirect("consultation:calls")
    return None
