"""Where questionnaires are written, compared and sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from sightline.assurance.questionnaire import commands
from sightline.assurance.questionnaire.commands import NotPossible
from sightline.assurance.questionnaire.models import Kind, Question, Questionnaire, Response, Version
from sightline.assurance.questionnaire.schema import Asked, NotAQuestionnaire, Written, read
from sightline.assurance.questionnaire.tree import LARGEST, Mistake
from sightline.core.models import Agency, User
from sightline.govuk.forms import DateField

COMPARED = {
    "text": "Words",
    "hint": "Hint",
    "kind": "Kind",
    "section": "Section",
    "is_required": "Must be answered",
    "texts": "Options",
    "unit": "Unit",
    "least": "Smallest",
    "most": "Largest",
    "is_whole": "Whole numbers only",
    "shown_if": "Shown if",
    "about": "About",
}
"""What of a question is compared between two versions, and what to call it."""

START = """\
key: a-short-name
title: What people will see
sections:
  - title: First section
    questions:
      - key: first-question
        kind: yes-no
        text: The question?
        required: yes
"""


class TextForm(forms.Form):
    """A questionnaire as text."""

    text = forms.CharField(
        label="The questionnaire, as YAML",
        widget=forms.Textarea({"rows": 24, "class": "app-code", "spellcheck": "false"}),
        max_length=LARGEST,
        strip=False,
    )


class SendForm(forms.Form):
    """To whom a questionnaire is sent, under which label, and by when it is due."""

    agencies = forms.MultipleChoiceField(label="Agencies", widget=forms.CheckboxSelectMultiple)
    label = forms.CharField(
        label="Label",
        max_length=200,
        help_text="What tells this round from others, such as Quarter 1 of 2026/27.",
    )
    due_on = DateField(label="Due on", help_text="For example, 5 6 2026.")
    about = forms.MultipleChoiceField(
        label="Also ask about",
        help_text="Questions about these are asked only if you choose them.",
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(
        self, agencies: Sequence[Agency], about: Sequence[str], data: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(data)
        self.fields["agencies"].choices = [(str(one.pk), one.name) for one in agencies]  # type: ignore[attr-defined]
        self.fields["about"].choices = [(key, key) for key in about]  # type: ignore[attr-defined]
        if not about:
            del self.fields["about"]


@dataclass(frozen=True)
class Difference:
    """What became of one question from one version to another; `changes` are (what, before, after)."""

    text: str
    verdict: str
    changes: Sequence[tuple[str, str, str]] = ()


@require_safe
def questionnaires(request: HttpRequest) -> HttpResponse:
    """Every questionnaire with its newest version and how many were sent."""
    user = _user(request)
    rows = []
    for one in Questionnaire.objects.visible_to(user):
        newest = Version.objects.visible_to(user).filter(questionnaire=one).newest()
        sent = Response.objects.visible_to(user).filter(version__questionnaire=one)
        rows.append((one, newest, sent.count(), sent.filter(state=Response.States.ACCEPTED).count()))
    context = {"rows": rows, "breadcrumbs": _crumbs()}
    return render(request, "questionnaire/questionnaires.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Write a new questionnaire."""
    return _writing(request, START, None)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Write a questionnaire anew: in place while nobody has answered, else as its next version."""
    version = _newest(request, key)
    return _writing(request, version.text, version)


@require_safe
def versions(request: HttpRequest, key: str) -> HttpResponse:
    """The versions of a questionnaire, the questions of the newest, and what differs between two."""
    user = _user(request)
    one = get_object_or_404(Questionnaire.objects.visible_to(user), key=key)
    found = list(Version.objects.visible_to(user).filter(questionnaire=one).select_related("kept_by"))
    numbers = {str(version.number): version for version in found}
    after = numbers.get(request.GET.get("after", ""), found[0])
    before = numbers.get(request.GET.get("before", ""), found[1] if len(found) > 1 else found[0])
    context = {
        "questionnaire": one,
        "versions": found,
        "before": before,
        "after": after,
        "differences": differences(before.questions(), after.questions()),
        "questions": after.questions(),
        "kinds": dict(Kind.choices),
        "breadcrumbs": _crumbs(one),
    }
    return render(request, "questionnaire/versions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest, key: str) -> HttpResponse:
    """Send the newest version to agencies."""
    user = _user(request)
    version = _newest(request, key)
    agencies = list(Agency.objects.visible_to(user))
    about = list(dict.fromkeys(one.about for one in version.questions() if one.about))
    form = SendForm(agencies, about, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        chosen = [one for one in agencies if str(one.pk) in form.cleaned_data["agencies"]]
        if _sent(form, version, chosen, user):
            messages.success(
                request, f"Sent to {len(chosen)} {'agency' if len(chosen) == 1 else 'agencies'}."
            )
            return redirect("questionnaire:responses")
    context = {
        "kept": version,
        "form": form,
        "breadcrumbs": _crumbs(version.questionnaire, "Send"),
    }
    return render(request, "questionnaire/send.html", context)


def differences(before: Sequence[Question], after: Sequence[Question]) -> list[Difference]:
    """What was added, taken away and changed between two versions, in the order of the later one."""
    old = {question.key: question for question in before}
    kept = {question.key for question in after}
    found = [Difference(question.text, "Taken away") for question in before if question.key not in kept]
    for question in after:
        earlier = old.get(question.key)
        if earlier is None:
            found.append(Difference(question.text, "Added"))
        elif changes := _changes(earlier, question):
            found.append(Difference(question.text, "Changed", changes))
    return found


def _changes(before: Question, after: Question) -> list[tuple[str, str, str]]:
    found = []
    for name, title in COMPARED.items():
        old, new = _plain(getattr(before, name)), _plain(getattr(after, name))
        if old != new:
            found.append((title, old, new))
    return found


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, dict):
        if set(value) == {"question", "any"}:
            return f"{value['question']} is {' or '.join(value['any'])}"
        return "; ".join(value.values()) or "–"
    return "–" if value in (None, "") else str(value)


def _sent(form: SendForm, version: Version, agencies: Sequence[Agency], user: User) -> bool:
    """Send to every agency, or to none where one cannot be sent to."""
    given = form.cleaned_data
    try:
        with transaction.atomic():
            for agency in agencies:
                commands.assign(
                    agency,
                    version=version,
                    label=given["label"],
                    due_on=given["due_on"],
                    about=given.get("about", ()),
                    previous=Response.objects.visible_to(user).last_of(agency, version.questionnaire),
                    by=user,
                )
    except NotPossible as error:
        form.add_error("label", f"{error}. Nothing was sent to anybody")
        return False
    return True


def _writing(request: HttpRequest, text: str, version: Version | None) -> HttpResponse:
    posted = request.method == "POST"
    form = TextForm(request.POST if posted else None, initial={"text": text})
    written: Written | None = None
    mistakes: Sequence[Mistake] = ()
    if posted and form.is_valid():
        written, mistakes = _read(form)
        if written is not None and version and written.key != version.questionnaire.key:
            form.add_error("text", f"key: {written.key}; expected {version.questionnaire.key}, which stays")
        elif written is not None and "preview" not in request.POST:
            kept = commands.keep_version(text=form.cleaned_data["text"], by=_user(request))
            messages.success(request, f"Kept as version {kept.number}.")
            return redirect("questionnaire:versions", key=written.key)
    lines = str(form["text"].value() or "").splitlines() or [""]
    context = {
        "form": form,
        "kept": version,
        "mistakes": [(one, lines[min(one.line, len(lines)) - 1]) for one in mistakes],
        "preview": _preview(written) if written else [],
        "kinds": dict(Kind.choices),
        "breadcrumbs": _crumbs(version.questionnaire if version else None, "Write"),
    }
    return render(request, "questionnaire/write.html", context)


def _read(form: TextForm) -> tuple[Written | None, Sequence[Mistake]]:
    try:
        return read(form.cleaned_data["text"]), ()
    except NotAQuestionnaire as error:
        for mistake in error.mistakes:
            form.add_error("text", str(mistake))
        return None, error.mistakes


def _preview(written: Written) -> list[tuple[str, list[Asked]]]:
    found: dict[int, tuple[str, list[Asked]]] = {}
    for asked in written.questions:
        found.setdefault(asked.section_number, (asked.section, []))[1].append(asked)
    return list(found.values())


def _newest(request: HttpRequest, key: str) -> Version:
    user = _user(request)
    one = get_object_or_404(Questionnaire.objects.visible_to(user), key=key)
    found = Version.objects.visible_to(user).filter(questionnaire=one).newest()
    assert found is not None
    return found


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _crumbs(one: Questionnaire | None = None, here: str = "") -> list[dict[str, str]]:
    items = [
        {"text": "Questionnaires", "href": reverse("questionnaire:responses")},
        {"text": "Written here", "href": reverse("questionnaire:questionnaires")},
    ]
    if one is not None:
        items.append({"text": one.title, "href": reverse("questionnaire:versions", args=[one.key])})
    return [*items, {"text": here}] if here else items
