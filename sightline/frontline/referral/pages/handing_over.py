"""Offering a decided contact to the team that takes over, and their answer in their own login."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from sightline.core.models import Team, User
from sightline.core.opening import FORM, on_record
from sightline.core.pages.doing import done
from sightline.core.permissions import Permission
from sightline.core.policy import Level
from sightline.core.trust.access import level_of
from sightline.core.trust.keeping import keeping
from sightline.frontline.referral import handing_over
from sightline.frontline.referral.models import (
    Concern,
    Contact,
    Decision,
    HandOver,
    HandOverWords,
    Outcome,
    Told,
)
from sightline.frontline.referral.pages.contacts import CONTACTS
from sightline.frontline.referral.pages.working import back_to, form_page, to_do
from sightline.frontline.referral.receivers import teams
from sightline.frontline.referral.standing import handed_over

States = HandOver.States


def hand_over_of(user: User, contact: Contact) -> dict[str, Any]:
    """What the panel about handing over says: `offers`, each with its words, and what the reader may do."""
    level = level_of(contact.dossier_id)
    if level is None or level < Level.CONTRIBUTE:
        return {}
    of_it = {"dossier": contact.dossier_id}
    found = HandOver.objects.visible_to(user).filter(**of_it).select_related("to_team", "answered_by")
    words = {one.hand_over_id: one for one in HandOverWords.objects.visible_to(user).filter(**of_it)}
    offers = [(one, words.get(one.pk)) for one in found]
    waits = next((one for one, _ in offers if one.state == States.OFFERED), None)
    may_offer = waits is None and _may_offer(user, contact)
    if not offers and not may_offer:
        return {}
    return {
        "offers": offers,
        "may_offer": may_offer,
        "to_answer": waits if waits and may_answer(user, waits) else None,
    }


def _may_offer(user: User, contact: Contact) -> bool:
    if contact.state not in handing_over.DECIDED or not user.may(Permission.DECIDE_CONTACT, contact):
        return False
    decision = Decision.objects.visible_to(user).get(dossier=contact.dossier_id, replaced_at=None)
    return decision.outcome != Outcome.NO_FURTHER_ACTION and not handed_over(contact)


def may_answer(user: User, offered: HandOver) -> bool:
    """Whether this person accepts it or sends it back: of the team that it is offered to, or of the sender's
    where it goes to another authority.
    """
    team = offered.to_team_id or offered.dossier.owner_team_id
    return team in user.team_ids and user.may(Permission.TAKE_OVER, offered)


class OfferForm(forms.Form):
    """To whom, and what is asked of them."""

    to_team: forms.ModelChoiceField[Team] = forms.ModelChoiceField(
        label="Which team takes it over?",
        queryset=None,
        required=False,
        empty_label="Choose a team",
    )
    authority = forms.CharField(label="Which authority takes it over?", max_length=200, required=False)
    words = forms.CharField(
        label="What do you ask them to do?",
        help_text="And what they must know before the first visit",
        max_length=10_000,
        widget=forms.Textarea({"rows": 6}),
    )
    marks_optional = False

    def __init__(self, data: Any = None, *, contact: Contact, goes_outside: bool) -> None:
        super().__init__(data)
        del self.fields["to_team" if goes_outside else "authority"]
        if not goes_outside:
            others = teams(Permission.TAKE_OVER).exclude(pk=contact.dossier.owner_team_id or 0)
            self.fields["to_team"].queryset = others  # type: ignore[attr-defined]


@to_do(Permission.DECIDE_CONTACT)
def offer(request: HttpRequest, contact: Contact, user: User) -> HttpResponse:
    """Offer a decided contact to the team that it leads to, or note which authority was asked."""
    decision = Decision.objects.visible_to(user).filter(dossier=contact.dossier_id, replaced_at=None).first()
    goes_outside = decision is not None and decision.outcome == Outcome.OTHER_AUTHORITY
    form = OfferForm(request.POST or None, contact=contact, goes_outside=goes_outside)
    if form.is_valid():
        given = {"to_team": None, **form.cleaned_data}
        if done(form, lambda: handing_over.hand_over(contact, by=user, **given)):
            to = given["to_team"] or given["authority"]
            return back_to(request, contact, f"Offered to {to}. Your team holds it until they accept")
    lead = (
        "Ask the authority as you agreed with it, and note here what you asked. Your team holds it until the"
        " authority accepts, and notes the answer."
        if goes_outside
        else "They see all of it from now on. Your team holds it until they accept."
    )
    if decision is not None:
        lead = f"Decided: {decision.get_outcome_display()}. {lead}"
    return form_page(request, contact, form, "Hand it over", "Offer it", lead)


class ReplyForm(forms.Form):
    """Accepted, or sent back and why."""

    reply = forms.ChoiceField(
        label="What do you answer?",
        choices=[("accept", "Accept it"), ("send-back", "Send it back")],
        widget=forms.RadioSelect,
        error_messages={"required": "Select whether you accept it"},
    )
    words = forms.CharField(
        label="What do you want to say?",
        help_text="To send it back you must say why",
        max_length=10_000,
        required=False,
        widget=forms.Textarea,
    )
    marks_optional = False

    def send(self, offered: HandOver, user: User) -> None:
        """Give the answer."""
        words = self.cleaned_data["words"]
        if self.cleaned_data["reply"] == "accept":
            handing_over.accept(offered, words=words, by=user)
        else:
            handing_over.send_back(offered, words=words, by=user)


@on_record(lambda user: HandOver.objects.visible_to(user).select_related("dossier", "to_team"), FORM)
def reply(request: HttpRequest, offered: HandOver) -> HttpResponse:
    """Accept what is offered to one's team, or send it back."""
    user = request.user
    assert isinstance(user, User)
    if not may_answer(user, offered):
        HandOver.refused(offered.pk, user, request)
        raise Http404
    contact = Contact.objects.visible_to(user).get(dossier=offered.dossier_id)
    if request.method != "POST" and offered.state != States.OFFERED:
        return redirect("referral:contact", contact.pk)
    form = ReplyForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and done(form, lambda: form.send(offered, user)):
        if form.cleaned_data["reply"] == "accept":
            return back_to(request, contact, "You accepted it: your team has the work now")
        messages.success(request, "It was sent back. The front door holds it, and decides anew")
        return redirect("referral:contacts")
    of_it = {"dossier": offered.dossier_id}
    context = {
        "offered": offered,
        "words": HandOverWords.objects.visible_to(user).filter(hand_over=offered.pk).first(),
        "decision": Decision.objects.visible_to(user).filter(replaced_at=None, **of_it).first(),
        "told": list(Told.objects.visible_to(user).filter(**of_it)),
        "concern": Concern.objects.visible_to(user).filter(**of_it).first(),
        "contact": contact,
        "form": form,
        "kept": keeping(request, offered, form),
        "breadcrumbs": [CONTACTS, {"text": offered.dossier.reference}],
    }
    return render(request, "referral/reply.html", context)
