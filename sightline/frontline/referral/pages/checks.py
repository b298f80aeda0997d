"""Asking agencies what they know, their answer in their own login, and who keeps how many waiting."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from sightline.core.command import Refused
from sightline.core.models import Agency, Team, User
from sightline.core.opening import FORM, on_record
from sightline.core.pages.doing import done
from sightline.core.permissions import Permission
from sightline.core.policy import Level
from sightline.core.trust.access import level_of
from sightline.core.trust.keeping import keeping
from sightline.frontline.referral import gathering
from sightline.frontline.referral.models import Answer, Concern, Contact, Question, Request, Told
from sightline.frontline.referral.pages.contacts import CONTACTS
from sightline.frontline.referral.pages.working import back_to, form_page, to_do
from sightline.frontline.referral.receivers import teams, who
from sightline.frontline.referral.standing import due_of

States = Request.States
ASKABLE = (Contact.States.SCREENED, Contact.States.GATHERING)


@dataclass(frozen=True)
class Check:
    """What an agency was asked, as far as the reader may know it, and what it answered."""

    request: Request
    question: Question | None
    answer: Answer | None
    due: str
    is_own: bool


def checks_of(user: User, contact: Contact) -> dict[str, Any]:
    """What the panel about the checks says: `checks`, `may_ask`. Nothing for who sees nothing of them.

    Whoever is asked sees what their own agency is asked, and not that others are; who contributes sees which
    agencies are; who sees all of it, the questions and answers as well.
    """
    level = level_of(contact.dossier_id)
    if level is None or level < Level.RECEIPT:
        return {}
    requests = Request.objects.visible_to(user).filter(dossier=contact.dossier_id).select_related("agency")
    if level < Level.CONTRIBUTE:
        requests = requests.filter(agency=user.agency_id)
    may_ask = contact.state in ASKABLE and user.may(Permission.SCREEN_CONTACT, contact)
    checks = list(_checks(user, list(requests), is_whole=level is Level.FULL))
    return {"checks": checks, "may_ask": may_ask} if checks or may_ask else {}


def _checks(user: User, requests: Sequence[Request], *, is_whole: bool) -> list[Check]:
    own = {one.pk for one in requests if one.agency_id == user.agency_id}
    told = {one.pk for one in requests} if is_whole else own
    asked = {one.request_id: one for one in Question.objects.visible_to(user).filter(request__in=list(told))}
    answers = {one.request_id: one for one in Answer.objects.visible_to(user).filter(request__in=list(told))}
    due = due_of(requests)
    return [
        Check(one, asked.get(one.pk), answers.get(one.pk), due.get(one.pk, ""), one.pk in own)
        for one in requests
    ]


class AskForm(forms.Form):
    """Whom to ask: of each agency a person or a team; and what."""

    of = forms.MultipleChoiceField(
        label="Whom do you ask?",
        help_text="One person or team of each agency. They see who the child is and what the worry is.",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Select at least one person or team",
            "invalid_choice": "One of them has been asked already, or cannot answer. Choose from the list",
        },
    )
    question = forms.CharField(
        label="What do you want to know?",
        help_text="Everybody whom you ask gets this question, and sees no other agency's answer",
        max_length=5_000,
        widget=forms.Textarea({"rows": 6}),
    )

    def __init__(self, data: Any = None, *, offered: Mapping[str, User | Team]) -> None:
        super().__init__(data)
        self.offered = offered
        field = self.fields["of"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(key, _named(one)) for key, one in offered.items()]

    def clean_of(self) -> list[User | Team]:
        """The people and teams; of each agency one."""
        chosen = [self.offered[key] for key in self.cleaned_data["of"]]
        agencies = [one.agency for one in chosen]
        if twice := {str(one) for one in agencies if agencies.count(one) > 1}:
            raise forms.ValidationError(f"Choose one person or team of {', '.join(sorted(twice))}")
        return chosen


@to_do(Permission.SCREEN_CONTACT)
def ask(request: HttpRequest, contact: Contact, user: User) -> HttpResponse:
    """Put a question to several agencies."""
    waiting = Request.objects.visible_to(user).filter(dossier=contact.dossier_id, state=States.ASKED)
    asked = [one.agency for one in waiting.select_related("agency")]
    form = AskForm(request.POST or None, offered=_offered(user, contact, asked))
    if form.is_valid() and done(form, lambda: gathering.ask_all(contact, by=user, **form.cleaned_data)):
        names = _listed(sorted(str(one.agency) for one in form.cleaned_data["of"]))
        return back_to(request, contact, f"Sent to {names} for checks")
    lead = "They see the contact until it is decided. What each must answer by follows from the rating."
    if contact.state == Contact.States.RECEIVED:
        lead = "Screen it first: the rating says by when an agency must answer."
    elif asked:
        lead = f"{_listed(sorted(map(str, asked)))} did not answer yet, and can be asked again after that."
    return form_page(request, contact, form, "Ask agencies", "Send for checks", lead)


def _offered(user: User, contact: Contact, asked: Sequence[Agency]) -> dict[str, User | Team]:
    """People of other agencies and teams who can answer, of agencies that do not keep a question waiting."""
    waits = {one.pk for one in asked}
    able = who(Permission.ANSWER_REQUEST).select_related("agency").exclude(agency=None)
    named: list[tuple[str, User | Team]] = [
        (f"team-{one.pk}", one)
        for one in teams(Permission.ANSWER_REQUEST).select_related("agency").exclude(agency=None)
        if one.pk != contact.dossier.owner_team_id
    ]
    named += [(f"user-{one.pk}", one) for one in able if one.agency_id != user.agency_id]
    named.sort(key=lambda pair: (str(pair[1].agency), isinstance(pair[1], User), str(pair[1])))
    return {key: one for key, one in named if one.agency_id not in waits}


def _named(one: User | Team) -> str:
    return f"{one.agency}: {one}{'' if isinstance(one, User) else ' (team)'}"


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def _seen(user: User) -> Any:
    return Request.objects.visible_to(user).select_related("agency", "dossier", "answered_by")


@on_record(_seen, FORM)
def withdraw(request: HttpRequest, asked: Request) -> HttpResponse:
    """Wait for an agency's answer no longer."""
    user = _may(request, asked, Permission.SCREEN_CONTACT)
    contact = Contact.objects.visible_to(user).get(dossier=asked.dossier_id)
    form = forms.Form(request.POST if request.method == "POST" else None)
    if form.is_valid() and done(form, lambda: gathering.withdraw_request(asked, by=user)):
        return back_to(request, contact, f"The question to {asked.agency} was withdrawn")
    lead = f"{asked.agency} is no longer asked, and sees the contact no more. It can be asked again."
    return form_page(request, contact, form, "Withdraw the question", "Withdraw it", lead)


class AnswerForm(forms.Form):
    """What one's agency knows."""

    text = forms.CharField(
        label="What does your agency know?",
        help_text="Facts with their dates, and where they are from. Say what is opinion.",
        max_length=20_000,
        required=False,
        widget=forms.Textarea({"rows": 10}),
    )
    is_nothing_known = forms.BooleanField(label="Nothing is known of them at my agency", required=False)
    may_be_shared = forms.ChoiceField(
        label="May the family be told this?",
        choices=[("yes", "Yes"), ("no", "No")],
        widget=forms.RadioSelect,
        error_messages={"required": "Select whether the family may be told this"},
    )
    marks_optional = False

    def given(self) -> dict[str, Any]:
        """What the command is told."""
        return {**self.cleaned_data, "may_be_shared": self.cleaned_data["may_be_shared"] == "yes"}


def answer(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Answer what one's agency is asked; whoever sends too late keeps what they wrote."""
    user = request.user
    assert isinstance(user, User)
    is_seen = Request.objects.visible_to(user).filter(pk=pk).exists()
    if request.method == "POST" and not is_seen and gathering.was_asked(user, pk):
        return _too_late(request)
    opened: HttpResponseBase = _answer(request, pk=pk)
    return opened


@on_record(lambda user: _seen(user).filter(agency=user.agency_id), FORM)
def _answer(request: HttpRequest, asked: Request) -> HttpResponse:
    user = _may(request, asked, Permission.ANSWER_REQUEST)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    try:
        if form.is_valid() and done(form, lambda: gathering.answer(asked, by=user, **form.given())):
            messages.success(request, "Your answer was sent to the front door")
            return redirect("referral:answer", asked.pk)
    except Refused:
        return _too_late(request)
    of_it = {"dossier": asked.dossier_id}
    context = {
        "asked": asked,
        "is_open": asked.state == States.ASKED or form.is_bound,
        "due": due_of([asked]).get(asked.pk, ""),
        "question": Question.objects.visible_to(user).filter(request=asked.pk).first(),
        "told": list(Told.objects.visible_to(user).filter(**of_it)),
        "concern": Concern.objects.visible_to(user).filter(**of_it).first(),
        "form": form,
        "kept": keeping(request, asked, form),
        "breadcrumbs": [CONTACTS, {"text": asked.dossier.reference}],
    }
    return render(request, "referral/answer.html", context)


def _too_late(request: HttpRequest) -> HttpResponse:
    """What was written, to be taken elsewhere; nothing of the contact, which the reader sees no more."""
    form = AnswerForm(request.POST)
    form.is_valid()
    form.add_error(None, "The front door asks this no more. Your answer was not sent")
    return render(request, "referral/answer.html", {"form": form, "breadcrumbs": [CONTACTS]})


def _may(request: HttpRequest, asked: Request, permission: Permission) -> User:
    """Who is reading, where they have the permission on it; to others the page does not exist."""
    user = request.user
    assert isinstance(user, User)
    if not user.may(permission, asked):
        Request.refused(asked.pk, user, request)
        raise Http404
    return user


@dataclass(frozen=True)
class Keeps:
    """What an agency keeps waiting, the oldest first: each contact, since when, and by when it is due."""

    agency: Agency
    waiting: Sequence[tuple[Contact, Request, str]]


@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    """Which agency keeps how many questions waiting, of the contacts that the reader may see."""
    user = request.user
    assert isinstance(user, User)
    waiting = list(_seen(user).filter(state=States.ASKED))
    contacts = {
        one.dossier_id: one
        for one in Contact.objects.visible_to(user)
        .select_related("dossier")
        .filter(dossier__in=[one.dossier_id for one in waiting])
    }
    waiting = [one for one in waiting if one.dossier_id in contacts]
    due, by_agency = due_of(waiting), defaultdict(list)
    for one in (one for one in waiting if one.dossier_id in contacts):
        by_agency[one.agency].append((contacts[one.dossier_id], one, due.get(one.pk, "no limit")))
    keeping = [Keeps(agency, rows) for agency, rows in by_agency.items()]
    keeping.sort(key=lambda one: (-len(one.waiting), one.agency.name))
    context = {"keeping": keeping, "breadcrumbs": [CONTACTS, {"text": "Waiting for agencies"}]}
    return render(request, "referral/asked.html", context)
