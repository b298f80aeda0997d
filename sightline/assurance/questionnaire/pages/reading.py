"""Responses as they are read: the list, one response section by section, its answers, its review."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from sightline.assurance.questionnaire import commands
from sightline.assurance.questionnaire.commands import NotPossible, Unanswered
from sightline.assurance.questionnaire.models import Answer, ChangeAsked, Evidence, Question, Response
from sightline.core.flow import NotAllowed
from sightline.core.models import User
from sightline.core.permissions import Permission

States = Response.States

COLOURS = {
    States.ASSIGNED: "govuk-tag--grey",
    States.IN_PROGRESS: "govuk-tag--light-blue",
    States.SUBMITTED: "govuk-tag--blue",
    States.CHANGES_REQUESTED: "govuk-tag--yellow",
    States.ACCEPTED: "govuk-tag--green",
}


@dataclass
class Said:
    """A question with all that is known of it: the answer, the earlier one, evidence, what was asked for."""

    question: Question
    answer: Answer | None = None
    earlier: Answer | None = None
    evidence: Sequence[Evidence] = ()
    changes: Sequence[ChangeAsked] = ()

    @property
    def is_answered(self) -> bool:
        """Something is said."""
        return self.answer is not None and not self.answer.is_empty


@dataclass
class Section:
    """One section of a response: its number and title, and its questions that are shown."""

    number: int
    title: str
    said: list[Said] = field(default_factory=list)

    @property
    def status(self) -> str:
        """How far it has come, in words."""
        if any(one.changes for one in self.said):
            return "Changes asked for"
        if not any(one.is_answered for one in self.said):
            return "Not started"
        needed = [one for one in self.said if one.question.is_required]
        return "Completed" if all(one.is_answered for one in needed) else "In progress"


class Filters(forms.Form):
    """Which responses to list."""

    state = forms.ChoiceField(
        label="State", choices=[("all", "All"), ("open", "With the agency"), *States.choices]
    )

    def __init__(self, asked: Mapping[str, str]) -> None:
        super().__init__({"state": asked.get("state", "all")})
        self.is_valid()

    @property
    def states(self) -> Sequence[str] | None:
        """The states asked for; None for all."""
        state = self.cleaned_data.get("state", "all")
        return {"all": None, "open": Response.OPEN}.get(state, (state,))


class SubmitForm(forms.Form):
    """The declaration with which a response is handed in."""

    declared = forms.BooleanField()

    def __init__(self, declaration: str, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        said = declaration or "To the best of my knowledge these answers are right and complete"
        self.fields["declared"].label = said
        self.fields["declared"].error_messages["required"] = "Confirm the declaration before you submit"


class ReviewForm(forms.Form):
    """Accept, or ask for changes: with a reason for the whole, for single questions, or for both."""

    decision = forms.ChoiceField(
        label="What do you decide?",
        choices=[("accept", "Accept the answers as they stand"), ("changes", "Ask for changes")],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label="What has to change",
        help_text="Leave it empty if you have said so beside the questions.",
        widget=forms.Textarea,
        required=False,
        max_length=5_000,
    )

    def __init__(self, questions: Sequence[Question], data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.keys = [question.key for question in questions]
        for key in self.keys:
            self.fields[f"reason-{key}"] = forms.CharField(
                label="Ask for a change here", widget=forms.Textarea, required=False, max_length=5_000
            )

    @property
    def reasons(self) -> dict[str, str]:
        """The reasons by the questions' keys."""
        return {key: self.cleaned_data.get(f"reason-{key}", "") for key in self.keys}


def of_response(*methods: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Make a view one of a response: it is given the reader and the response that its address names.

    To whoever may not see the response it does not exist, whatever the method; only then comes the question
    whether the page takes that.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        taken = require_http_methods(methods)(view)

        @wraps(view)
        def run(request: HttpRequest, pk: int, **keys: object) -> HttpResponse:
            user = request.user
            assert isinstance(user, User)
            together = ("agency", "version__questionnaire", "previous__version")
            found = Response.objects.visible_to(user).select_related(*together).filter(pk=pk).first()
            if found is None:
                raise Http404
            return taken(request, user, found, **keys)

        return run

    return decorate


def may_write(user: User, found: Response) -> bool:
    """Whether this person can change the answers now."""
    return found.is_open and user.may(Permission.ANSWER_QUESTIONNAIRE, found)


def sections(user: User, found: Response, *, with_hidden: bool = False) -> list[Section]:
    """The response section by section, with all that is known of each question."""
    answers, earlier = found.answers(), found.earlier_answers()
    evidence = list(
        Evidence.objects.visible_to(user)
        .standing()
        .filter(response=found)
        .select_related("file", "recorded_by")
    )
    changes = list(ChangeAsked.objects.visible_to(user).waiting().filter(response=found))
    ordered: dict[int, Section] = {}
    for question in found.asked() if with_hidden else found.shown():
        section = ordered.setdefault(
            question.section_number, Section(question.section_number, question.section)
        )
        section.said.append(
            Said(
                question,
                answers.get(question.key),
                earlier.get(question.key),
                [one for one in evidence if one.question_id == question.pk],
                [one for one in changes if one.question_id == question.pk],
            )
        )
    return list(ordered.values())


def crumbs(found: Response | None = None, here: str = "") -> list[dict[str, str]]:
    """The breadcrumbs of a page about a response."""
    items = [{"text": "Questionnaires", "href": reverse("questionnaire:responses")}]
    if found is not None:
        items.append({"text": str(found), "href": reverse("questionnaire:response", args=[found.pk])})
    return [*items, {"text": here}] if here else items


@require_safe
def responses(request: HttpRequest) -> HttpResponse:
    """What was sent to whom, and how far it has come: one's own agency's, or everybody's."""
    user = request.user
    assert isinstance(user, User)
    filters = Filters(request.GET)
    found = Response.objects.visible_to(user).select_related("agency", "version__questionnaire")
    if filters.states is not None:
        found = found.filter(state__in=filters.states)
    context = {
        "form": filters,
        "responses": found,
        "today": timezone.localdate(),
        "colours": COLOURS,
        "may_review": user.may(Permission.REVIEW_ANSWERS),
        "may_keep": user.may(Permission.KEEP_QUESTIONNAIRES),
    }
    return render(request, "questionnaire/responses.html", context)


@of_response("GET", "HEAD")
def response(request: HttpRequest, user: User, found: Response) -> HttpResponse:
    """One response: its sections as a list of tasks."""
    context = {
        "response": found,
        "sections": sections(user, found),
        "may_write": may_write(user, found),
        "may_review": user.may(Permission.REVIEW_ANSWERS, found),
        "unanswered": found.unanswered() if found.is_open else [],
        "changes": ChangeAsked.objects.visible_to(user).waiting().filter(response=found, question=None),
        "colours": COLOURS,
        "today": timezone.localdate(),
        "breadcrumbs": crumbs(None, str(found)),
    }
    return render(request, "questionnaire/response.html", context)


@of_response("GET", "HEAD", "POST")
def answers(request: HttpRequest, user: User, found: Response) -> HttpResponse:
    """Every answer on one page: to check and submit, to read, to print."""
    form = None
    if may_write(user, found):
        form = SubmitForm(found.version.declaration, request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid() and _submitted(request, user, found, form):
            return redirect("questionnaire:response", pk=found.pk)
    elif request.method == "POST":
        return redirect("questionnaire:answers", pk=found.pk)
    context = {
        "response": found,
        "sections": sections(user, found),
        "hidden": _hidden(found),
        "form": form,
        "colours": COLOURS,
        "breadcrumbs": crumbs(found, "Check and submit" if form else "Answers"),
    }
    return render(request, "questionnaire/answers.html", context)


@of_response("GET", "HEAD", "POST")
def review(request: HttpRequest, user: User, found: Response) -> HttpResponse:
    """The answers beside the earlier ones, to accept them or to ask for changes."""
    parts = sections(user, found)
    form = None
    if found.state == States.SUBMITTED:
        questions = [one.question for part in parts for one in part.said]
        form = ReviewForm(questions, request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid() and _decided(request, user, found, form):
            return redirect("questionnaire:response", pk=found.pk)
    context = {
        "response": found,
        "sections": parts,
        "form": form,
        "colours": COLOURS,
        "breadcrumbs": crumbs(found, "Review"),
    }
    return render(request, "questionnaire/review.html", context)


def _hidden(found: Response) -> int:
    """How many answers are kept to questions that are hidden now."""
    shown = {question.key for question in found.shown()}
    return sum(not answer.is_empty and key not in shown for key, answer in found.answers().items())


def _submitted(request: HttpRequest, user: User, found: Response, form: SubmitForm) -> bool:
    try:
        commands.submit(found, by=user)
    except Unanswered as error:
        for question in error.questions:
            form.add_error(None, f"Answer “{question.text}”")
        return False
    except (NotPossible, NotAllowed) as error:
        form.add_error(None, str(error))
        return False
    messages.success(
        request,
        "Submitted. You can read your answers here; they cannot be changed unless they are sent back.",
    )
    return True


def _decided(request: HttpRequest, user: User, found: Response, form: ReviewForm) -> bool:
    try:
        if form.cleaned_data["decision"] == "accept":
            if form.cleaned_data["reason"] or any(form.reasons.values()):
                form.add_error(
                    "decision", "You have asked for a change: choose “Ask for changes”, or clear it"
                )
                return False
            commands.accept(found, by=user)
            messages.success(request, "Accepted.")
        else:
            commands.ask_for_changes(
                found, reason=form.cleaned_data["reason"], questions=form.reasons, by=user
            )
            messages.success(request, f"Sent back to {found.agency}.")
    except NotPossible as error:
        form.add_error("reason", str(error))
        return False
    except NotAllowed as error:
        form.add_error(None, str(error))
        return False
    return True
