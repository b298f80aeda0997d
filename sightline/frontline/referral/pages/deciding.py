"""Deciding on a contact beside all that is known, disagreeing, telling the referrer, and deciding anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse

from sightline.core.models import User
from sightline.core.pages.doing import done
from sightline.core.permissions import Permission
from sightline.core.policy import Level
from sightline.core.trust.access import level_of
from sightline.frontline.referral import deciding
from sightline.frontline.referral.models import (
    NOT_ACCEPTED,
    Concern,
    Contact,
    Decision,
    Dissent,
    Feedback,
    NotAccepted,
    Outcome,
    Told,
)
from sightline.frontline.referral.pages.checks import checks_of
from sightline.frontline.referral.pages.earlier import earlier_of
from sightline.frontline.referral.pages.working import back_to, form_page, to_do
from sightline.frontline.referral.standing import UNDECIDED
from sightline.frontline.threshold.models import LevelText, Version

States = Contact.States
DECIDED = (States.DECIDED, States.FED_BACK)

QUALITY: Mapping[int, str] = {
    0: "0: It could not be understood, or names no child",
    1: "1: Much is missing; the hub had to ask",
    2: "2: Enough to decide, with something missing",
    3: "3: Clear and complete, with the child's voice",
}
"""How good a referral was, in words."""


def decision_of(user: User, contact: Contact) -> dict[str, Any]:
    """What the panel about the decision says: `decision`, what came before it, dissent, what the referrer was
    told (`feedback`), and what the reader may do. Whoever sent it sees what they were told alone.
    """
    level = level_of(contact.dossier_id)
    if level is None or level < Level.RECEIPT:
        return {}
    of_it = {"dossier": contact.dossier_id}
    told = {"feedback": list(Feedback.objects.visible_to(user).filter(**of_it).select_related("by"))}
    if level < Level.CONTRIBUTE:
        return told
    taken = Decision.objects.visible_to(user).filter(**of_it).select_related("by", "thresholds")
    decisions = list(taken)
    now = next((one for one in decisions if one.replaced_at is None), None)
    texts = LevelText.objects.visible_to(user)
    name = texts.filter(version=now.thresholds, level=now.level).first() if now else None
    decided = contact.state in DECIDED
    may_decide = user.may(Permission.DECIDE_CONTACT, contact)
    return {
        **told,
        "decision": now,
        "level_name": str(name or "") or (f"Level {now.level}" if now else ""),
        "quality": QUALITY.get(now.quality_score) if now and now.quality_score is not None else "",
        "replaced": [one for one in decisions if one.replaced_at is not None],
        "dissents": list(Dissent.objects.visible_to(user).filter(**of_it).select_related("by", "agency")),
        "may_decide": contact.state in UNDECIDED and may_decide,
        "may_dissent": decided and user.may(Permission.DISSENT, contact),
        "may_tell": contact.state == States.DECIDED and user.may(Permission.SCREEN_CONTACT, contact),
        "may_reopen": decided and may_decide,
    }


class DecideForm(forms.Form):
    """What is decided, against which level, why, and how good the referral was."""

    level = forms.TypedChoiceField(
        label="Level of need",
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "Select the level of need"},
    )
    outcome = forms.ChoiceField(
        label="What is decided?",
        choices=Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Select what is decided"},
    )
    not_accepted = forms.ChoiceField(
        label="Why is it not accepted?",
        help_text="Only where no further action is decided. The referrer reads it.",
        choices=NotAccepted.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    reasons = forms.CharField(
        label="Why?",
        help_text="What weighs for and against, and what the child says. Whoever reads this in a year must be"
        " able to follow it.",
        max_length=20_000,
        widget=forms.Textarea({"rows": 8}),
        error_messages={"required": "Write why"},
    )
    quality_score = forms.TypedChoiceField(
        label="How good was the referral?",
        coerce=int,
        empty_value=None,
        choices=list(QUALITY.items()),
        widget=forms.RadioSelect,
        required=False,
    )
    thresholds = forms.IntegerField(widget=forms.HiddenInput, required=False)
    marks_optional = False

    def __init__(self, data: Any = None, *, version: Version | None, texts: Sequence[LevelText]) -> None:
        super().__init__(data, initial={"thresholds": version and version.pk})
        self.version = version
        field = self.fields["level"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [(one.level, f"{one.level}: {one.name}") for one in texts]
        field.widget.attrs["hints"] = {str(one.level): one.descriptor for one in texts}

    def clean_thresholds(self) -> None:
        """The texts that were read are those in force."""
        read = self.cleaned_data["thresholds"]
        if self.version is not None and read not in (None, self.version.pk):
            raise forms.ValidationError("changed")

    def clean(self) -> dict[str, Any]:
        """A reason against that was chosen before another outcome counts no more."""
        given = self.cleaned_data
        given.pop("thresholds", None)
        if self.errors.pop("thresholds", None):
            self.add_error("level", "Other thresholds came into force since you opened this page. Read them")
        if given.get("outcome") != Outcome.NO_FURTHER_ACTION:
            given["not_accepted"] = ""
        elif not given.get("not_accepted") and "not_accepted" not in self.errors:
            self.add_error("not_accepted", "Select why it is not accepted")
        return given


@to_do(Permission.DECIDE_CONTACT)
def decide(request: HttpRequest, contact: Contact, user: User) -> HttpResponse:
    """Decide, with the child's voice, earlier contacts and what agencies know on the same page."""
    version = Version.objects.visible_to(user).in_force()
    texts = list(LevelText.objects.visible_to(user).filter(version=version))
    form = DecideForm(request.POST or None, version=version, texts=texts)
    if form.is_valid() and done(form, lambda: deciding.decide(contact, by=user, **form.cleaned_data)):
        said = Outcome(form.cleaned_data["outcome"]).label
        return back_to(request, contact, f"Decided: {said}. Tell the referrer next")
    more = {"rulebook": version, **_known(user, contact)}
    return form_page(
        request, contact, form, "Decide on this contact", "Decide", "", "referral/decide.html", **more
    )


def _known(user: User, contact: Contact) -> dict[str, Any]:
    """What a decision rests on."""
    of_it = {"dossier": contact.dossier_id}
    return {
        "told": list(Told.objects.visible_to(user).filter(**of_it)),
        "concern": Concern.objects.visible_to(user).filter(**of_it).first(),
        **earlier_of(user, contact),
        **checks_of(user, contact),
        "may_ask": False,
    }


class DissentForm(forms.Form):
    """Why somebody does not agree."""

    words = forms.CharField(
        label="Why do you not agree?", max_length=10_000, widget=forms.Textarea({"rows": 8})
    )


@to_do(Permission.DISSENT)
def dissent(request: HttpRequest, contact: Contact, user: User) -> HttpResponse:
    """Say that one does not agree with the decision."""
    form = DissentForm(request.POST or None)
    if form.is_valid() and done(form, lambda: deciding.dissent(contact, by=user, **form.cleaned_data)):
        return back_to(request, contact, "Your words stand beside the decision")
    lead = "The decision stands. Your words stand beside it, with your name, for whoever reads it later."
    return form_page(request, contact, form, "Put your dissent on record", "Add your words", lead)


class TellForm(forms.Form):
    """What the referrer reads."""

    words = forms.CharField(
        label="What was decided, and why",
        help_text="In words that the referrer understands, and nothing that they may not know",
        max_length=10_000,
        widget=forms.Textarea({"rows": 8}),
    )
    alternative = forms.CharField(
        label="What is offered instead",
        help_text="Needed where the referral was not accepted: who can help, and how to reach them",
        max_length=10_000,
        required=False,
        widget=forms.Textarea,
    )
    quality = forms.CharField(
        label="What was good in the referral, and what was missing",
        max_length=10_000,
        required=False,
        widget=forms.Textarea,
    )


@to_do(Permission.SCREEN_CONTACT)
def tell(request: HttpRequest, contact: Contact, user: User) -> HttpResponse:
    """Write what the referrer reads, look at it as they will see it, then send it."""
    decision = Decision.objects.visible_to(user).filter(dossier=contact.dossier_id, replaced_at=None).first()
    form = TellForm(request.POST or None)
    is_whole = form.is_valid()
    if "send" in request.POST and is_whole and done(form, partial(_tell, contact, form, user)):
        return back_to(request, contact, "The referrer was told. They get an e-mail that names no child")
    if is_whole and decision and decision.not_accepted and not form.cleaned_data["alternative"]:
        form.add_error("alternative", "Say what is offered instead: nobody is turned away without")
    more = {
        "decision": decision,
        "why_not": NOT_ACCEPTED.get(decision.not_accepted) if decision else "",
        "is_preview": form.is_bound and form.is_valid() and "change" not in request.POST,
    }
    template, button = "referral/tell.html", "See what they will read"
    return form_page(request, contact, form, "Tell the referrer", button, "", template, **more)


def _tell(contact: Contact, form: TellForm, user: User) -> None:
    deciding.tell(contact, by=user, **form.cleaned_data)


@to_do(Permission.DECIDE_CONTACT)
def reopen(request: HttpRequest, contact: Contact, user: User) -> HttpResponse:
    """Take up a decided contact once more."""
    form = forms.Form(request.POST if request.method == "POST" else None)
    if form.is_valid() and done(form, lambda: deciding.reopen(contact, by=user)):
        return back_to(request, contact, "It is taken up once more, and waits for another decision")
    lead = "The decision stands until another takes its place. Agencies can be asked again."
    return form_page(request, contact, form, "Decide anew", "Take it up once more", lead)
