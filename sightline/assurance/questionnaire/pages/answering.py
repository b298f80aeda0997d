"""Where an agency answers: a section at a time, saved as it is typed, with the evidence for each answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from sightline.assurance.questionnaire import commands
from sightline.assurance.questionnaire.commands import NotPossible, Overtaken
from sightline.assurance.questionnaire.logic import in_words
from sightline.assurance.questionnaire.models import Answer, Evidence, Question, Response, shown_questions
from sightline.assurance.questionnaire.pages.form import SectionForm
from sightline.assurance.questionnaire.pages.reading import (
    Said,
    Section,
    crumbs,
    may_write,
    of_response,
    sections,
)
from sightline.core.files import NotTaken
from sightline.core.models import User
from sightline.govuk.forms import DateField


class EvidenceForm(forms.Form):
    """A file, a link or a note, with the day on which it was true."""

    upload = forms.FileField(
        label="File", required=False, help_text="A PDF, a Word or Excel document, a CSV file or a picture."
    )
    link = forms.URLField(
        label="Link",
        required=False,
        max_length=500,
        help_text="The address of a page, starting with https://",
        assume_scheme="https",
        error_messages={"invalid": "Enter a full address, such as https://www.example.org/page"},
    )
    note = forms.CharField(
        label="Note", required=False, max_length=5_000, widget=forms.Textarea, help_text="What it shows."
    )
    true_on = DateField(
        label="When was it true?",
        help_text="The day that it is about, not the day on which you add it. For example, 27 3 2026.",
    )


@of_response("GET", "HEAD", "POST")
def section(request: HttpRequest, user: User, found: Response, number: int) -> HttpResponse:
    """One section, to be answered."""
    if not may_write(user, found):
        return redirect("questionnaire:answers", pk=found.pk)
    parts = sections(user, found, with_hidden=True)
    part = next((one for one in parts if one.number == number), None)
    if part is None:
        raise Http404
    part.said = _that_can_show(found, part)
    if not _shown_here(found, part):
        return redirect("questionnaire:response", pk=found.pk)
    form = _form(part, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        before = _shown_here(found, part)
        overtaken = _save(form, user, found)
        if not form.errors:
            return _onward(request, found, part, before)
    else:
        overtaken = {}
    context = {
        "response": found,
        "section": part,
        "number_of_sections": len(parts),
        "shown": _shown_here(found, part),
        "revisions": {key: theirs.revision for key, theirs in overtaken.items()},
        "form": form,
        "breadcrumbs": crumbs(found, part.title),
    }
    return render(request, "questionnaire/section.html", context)


@of_response("POST")
def save(request: HttpRequest, user: User, found: Response) -> HttpResponse:
    """Save one answer as it is typed, for our own script: what was saved and when, or why it was not."""
    key = request.POST.get("question", "")
    asked = next((one for one in found.asked() if one.key == key), None)
    if asked is None:
        return JsonResponse({"error": "no such question is asked here"})
    form = SectionForm([asked], {}, request.POST)
    if not form.is_valid():
        return JsonResponse({"error": str(form.errors[key][0])})
    value = form.cleaned_data[key]
    try:
        answer = commands.save_answer(found, question=key, value=value, seen=form.seen(key), by=user)
    except Overtaken as error:
        return JsonResponse({"overtaken": _both(asked, error)})
    except NotPossible as error:
        return JsonResponse({"error": str(error)})
    at = timezone.localtime(timezone.now())
    return JsonResponse({"saved": f"{at:%H:%M}", "revision": answer.revision if answer else 0})


@of_response("GET", "HEAD", "POST")
def evidence(request: HttpRequest, user: User, found: Response, question: str) -> HttpResponse:
    """What an answer rests on, and a form to add to it."""
    asked = next((one for one in found.asked() if one.key == question), None)
    if asked is None or not may_write(user, found):
        raise Http404
    posted = request.method == "POST"
    form = EvidenceForm(request.POST if posted else None, request.FILES if posted else None)
    if posted and form.is_valid():
        try:
            commands.add_evidence(found, question=question, by=user, **form.cleaned_data)
        except (NotPossible, NotTaken) as error:
            form.add_error("true_on" if "ahead" in str(error) else "upload", str(error))
        else:
            messages.success(request, "Added.")
            return redirect("questionnaire:evidence", pk=found.pk, question=question)
    standing = Evidence.objects.visible_to(user).standing().filter(response=found, question=asked)
    context = {
        "response": found,
        "question": asked,
        "answer": found.answers().get(question),
        "evidence": standing.select_related("file", "recorded_by"),
        "form": form,
        "breadcrumbs": crumbs(found, "Evidence"),
    }
    return render(request, "questionnaire/evidence.html", context)


@of_response("GET", "HEAD", "POST")
def evidence_remove(request: HttpRequest, user: User, found: Response, evidence: int) -> HttpResponse:
    """Ask once more, then take a piece of evidence away."""
    standing = Evidence.objects.visible_to(user).standing().select_related("question", "file", "response")
    piece = get_object_or_404(standing, pk=evidence, response=found)
    if not may_write(user, found):
        raise Http404
    if request.method == "POST":
        commands.remove_evidence(piece, by=user)
        messages.success(request, "Removed.")
        return redirect("questionnaire:evidence", pk=found.pk, question=piece.question.key)
    context = {"response": found, "piece_of": piece, "breadcrumbs": crumbs(found, "Remove evidence")}
    return render(request, "questionnaire/evidence_remove.html", context)


def _form(part: Section, data: Mapping[str, Any] | None) -> SectionForm:
    answers = {one.question.key: one.answer for one in part.said if one.answer is not None}
    return SectionForm([one.question for one in part.said], answers, data)


def _shown_here(found: Response, part: Section) -> set[str]:
    return {question.key for question in found.shown() if question.section_number == part.number}


def _save(form: SectionForm, user: User, found: Response) -> dict[str, Answer]:
    """Save what can be saved; what cannot has an error. Gives the answers that others changed meanwhile.

    Questions that the answers on this very page hide are left as they were.
    """
    form.is_valid()
    values: dict[str, object] = {key: one.value for key, one in found.answers().items()}
    values |= form.cleaned_data
    shown = {question.key for question in shown_questions(found.asked(), values)}
    carried = str(form.data.get("carry", ""))
    overtaken: dict[str, Answer] = {}
    for question in form.questions:
        key = question.key
        if key not in form.cleaned_data or (key not in shown and key != carried):
            continue
        try:
            if key == carried:
                commands.carry_answer(found, question=key, seen=form.seen(key), by=user)
            else:
                commands.save_answer(
                    found, question=key, value=form.cleaned_data[key], seen=form.seen(key), by=user
                )
        except Overtaken as error:
            overtaken[key] = error.theirs
            form.add_error(key, _overtaken(question, error))
        except NotPossible as error:
            form.add_error(key, str(error))
    return overtaken


def _overtaken(question: Question, error: Overtaken) -> str:
    at = timezone.localtime(error.theirs.saved_at)
    return (
        f"{error.theirs.saved_by or 'Somebody'} changed this answer at {at:%H:%M}, while you were writing. "
        f"It now says: “{error.theirs.in_words or 'nothing'}”. Yours is not saved. "
        "To put it in that one’s place, save again"
    )


def _both(question: Question, error: Overtaken) -> dict[str, object]:
    return {
        "by": str(error.theirs.saved_by or "Somebody"),
        "at": f"{timezone.localtime(error.theirs.saved_at):%H:%M}",
        "theirs": error.theirs.in_words,
        "value": error.theirs.value,
        "mine": in_words(question.kind, error.mine, question.texts, question.unit),
        "revision": error.theirs.revision,
    }


def _that_can_show(found: Response, part: Section) -> list[Said]:
    """The questions of a section that its own answers can bring up or that are shown already."""
    shown, here = _shown_here(found, part), {}
    for one in part.said:
        condition = one.question.condition
        if one.question.key in shown or (condition is not None and condition.question in here):
            here[one.question.key] = one
    return list(here.values())


def _onward(request: HttpRequest, found: Response, part: Section, before: set[str]) -> HttpResponse:
    """Where to go after saving: stay where an answer was carried or brought new questions, else go on."""
    if "carry" in request.POST:
        messages.success(request, "Taken over from last time. Change it if it is no longer right.")
        return redirect("questionnaire:section", pk=found.pk, number=part.number)
    new = len(_shown_here(found, part) - before)
    if new and request.POST.get("unveiled") != "yes":
        more = "one more question" if new == 1 else f"{new} more questions"
        messages.info(request, f"Saved. Your answers bring up {more} on this page.")
        return redirect("questionnaire:section", pk=found.pk, number=part.number)
    if "stay" in request.POST:
        messages.success(request, "Saved.")
        return redirect("questionnaire:response", pk=found.pk)
    for question in found.shown():
        if question.section_number > part.number:
            return redirect("questionnaire:section", pk=found.pk, number=question.section_number)
    return redirect("questionnaire:response", pk=found.pk)
