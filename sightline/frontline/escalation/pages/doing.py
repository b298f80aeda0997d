"""What is done about a decision that somebody disputes, each on a page of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from sightline.core.models import User
from sightline.core.opening import FORM, on_record
from sightline.core.pages.doing import done
from sightline.core.permissions import Permission
from sightline.core.trust.keeping import keeping
from sightline.core.trust.models import Dossier
from sightline.core.trust.panel import page_of
from sightline.frontline.escalation import commands, sides
from sightline.frontline.escalation.models import OPEN_STATES, Escalation, readable
from sightline.frontline.escalation.pages.reading import DISPUTES

Doing = Callable[[HttpRequest, Escalation, User], HttpResponse]
States = Escalation.States
LONGEST = 10_000


def _words(label: str, help_text: str = "", **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=LONGEST,
        widget=forms.Textarea({"rows": more.pop("rows", 6)}),
        **more,
    )


def to_do(
    theirs: Callable[[User], QuerySet[Escalation]], *states: str
) -> Callable[[Doing], Callable[..., HttpResponseBase]]:
    """A page on which one side does something with a dispute; it does not exist for anybody else.

    Whoever comes when the dispute has moved on is led back to it.
    """

    def decorate(view: Doing) -> Callable[..., HttpResponseBase]:
        @on_record(lambda user: theirs(user).select_related("dossier"), FORM)
        def run(request: HttpRequest, dispute: Escalation) -> HttpResponse:
            user = request.user
            assert isinstance(user, User)
            if dispute.state not in states and request.method != "POST":
                return redirect("escalation:escalation", dispute.pk)
            return view(request, dispute, user)

        return run

    return decorate


class RaiseForm(forms.Form):
    """What is disputed, and what keeps the child safe until it is answered."""

    disputed = _words(
        "What do you disagree with, and why?",
        "Say what was decided, what should be decided instead, and what makes you think so",
        rows=8,
        error_messages={"required": "Write what you disagree with, and why"},
    )
    safety_meanwhile = _words(
        "What keeps the child safe meanwhile?",
        "What you and others do until there is an answer. If a child is in danger now, ring 999",
        error_messages={"required": "Write what keeps the child safe meanwhile"},
    )


@on_record(lambda user: Dossier.objects.visible_to(user), FORM)
def raise_escalation(request: HttpRequest, dossier: Dossier) -> HttpResponse:
    """Dispute a decision in a record; the team that holds it is told by its worklist."""
    user = request.user
    assert isinstance(user, User)
    if not user.may(Permission.ESCALATE, dossier):
        Dossier.refused(dossier.pk, user, request)
        raise Http404
    form, made = RaiseForm(request.POST or None), list[Escalation]()
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if done(form, lambda: made.append(commands.raise_escalation(dossier, by=user, **given))):
            messages.success(request, f"{dossier.owner_team} was asked to answer")
            return redirect("escalation:escalation", made[0].pk)
    context = {
        "form": form,
        "kept": keeping(request, dossier, form),
        "title": "Disagree with a decision",
        "lead": f"{dossier.owner_team or 'The team that holds the record'} answers first. If that is not"
        " enough, or nobody answers, you can take it higher. Everybody who sees as much of the record as you"
        " do can read what you write.",
        "button": "Send it",
        "back": page_of(dossier.pk, user),
        "breadcrumbs": [DISPUTES, {"text": "Disagree with a decision"}],
    }
    return render(request, "core/form.html", context)


class AnswerForm(forms.Form):
    """The answer of a stage."""

    words = _words("Your answer", "What you looked at again, what follows from it, and why", rows=8)


@to_do(sides.to_answer, States.RAISED)
def answer(request: HttpRequest, dispute: Escalation, user: User) -> HttpResponse:
    """Answer it without changing the decision."""
    form = AnswerForm(request.POST or None)
    if form.is_valid() and done(
        form, lambda: commands.answer(dispute, words=form.cleaned_data["words"], by=user)
    ):
        return _back(request, dispute, user, "Your answer was sent")
    lead = "Talk to whoever disagrees before you write. They then accept your answer, or take it higher."
    return _page(request, dispute, form, "Answer this dispute", "Send the answer", lead + _by_link(dispute))


class HigherForm(forms.Form):
    """Why it goes to the next stage and, from the third on, to whom.

    `stage` is the one that the reader saw: sent twice, it goes one stage higher and not two.
    """

    to: forms.ModelChoiceField[User] = forms.ModelChoiceField(
        label="Who must answer", queryset=None, empty_label="Choose a manager"
    )
    words = _words(
        "Why is the answer not enough?",
        error_messages={"required": "Write why the answer is not enough"},
    )
    stage = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, dispute: Escalation) -> None:
        super().__init__(data, initial={"stage": dispute.stage})
        self.seen = dispute.stage
        if not sides.next_names_somebody(dispute):
            del self.fields["to"]
        else:
            self.fields["to"].queryset = sides.who_can_be_named(dispute)  # type: ignore[attr-defined]
        if dispute.state == States.RAISED:
            self.fields["words"].required = False
            self.fields["words"].label = "What do you want to add?"

    def clean(self) -> None:
        """Refuse what was written about an earlier stage."""
        if self.cleaned_data.get("stage") != str(self.seen):
            raise forms.ValidationError("The dispute has moved on meanwhile. Look at it again first")


@to_do(sides.to_take_further, *OPEN_STATES)
def raise_higher(request: HttpRequest, dispute: Escalation, user: User) -> HttpResponse:
    """Take it to the next stage; where nobody answered, and nobody need be named, one click does."""
    if request.method != "POST" and not sides.may_take_higher(user, dispute):
        return redirect("escalation:escalation", dispute.pk)
    form = HigherForm(request.POST or None, dispute=dispute)
    if form.is_valid():
        words, to = form.cleaned_data["words"], form.cleaned_data.get("to")
        if done(form, lambda: commands.raise_higher(dispute, words=words, to=to, by=user)):
            return _back(request, dispute, user, f"It was taken to stage {dispute.stage}")
    following = dispute.stage + 1
    whom = "whom you name" if sides.next_names_somebody(dispute) else "the managers of the same team"
    lead = f"Stage {following} is answered by {whom}. They see what was said in the dispute so far."
    return _page(request, dispute, form, f"Take it to stage {following}", "Take it higher", lead)


class ResolveForm(forms.Form):
    """How it ended, and what is learnt; whether it is upheld is asked of those who may say either."""

    is_upheld = forms.ChoiceField(
        label="Is the dispute upheld?",
        choices=[("yes", "Yes, the team decides again"), ("no", "No, the decision stands")],
        widget=forms.RadioSelect,
        error_messages={"required": "Select whether it is upheld"},
    )
    resolution = _words(
        "How did it end?",
        "What was agreed, and what happens now",
        error_messages={"required": "Write how it ended"},
    )
    learning = _words(
        "What should change in how we work?",
        "What others can learn from it, without naming anybody",
        required=False,
    )

    def __init__(self, data: Any = None, *, endings: frozenset[bool]) -> None:
        super().__init__(data)
        self.endings = endings
        if len(endings) == 1:
            del self.fields["is_upheld"]

    def ending(self) -> bool:
        """Whether it is upheld, as chosen or as the only way that there is."""
        if "is_upheld" in self.cleaned_data:
            return bool(self.cleaned_data["is_upheld"] == "yes")
        return True in self.endings


@to_do(sides.to_end, *OPEN_STATES)
def resolve(request: HttpRequest, dispute: Escalation, user: User) -> HttpResponse:
    """End it: uphold it, be content with the answer, or let it rest where nobody takes it further."""
    endings = sides.endings(user, dispute)
    if not endings and request.method != "POST":
        return redirect("escalation:escalation", dispute.pk)
    form = ResolveForm(request.POST or None, endings=endings)
    if form.is_valid() and done(form, lambda: _resolve(dispute, form, user)):
        return _back(request, dispute, user, "The dispute has ended")
    title, button, lead = _ending_words(dispute, endings)
    return _page(request, dispute, form, title, button, lead + _by_link(dispute))


def _by_link(dispute: Escalation) -> str:
    """What is to be minded where whoever raised it has no account."""
    if dispute.raised_by_id is not None:
        return ""
    return " The referrer reads this by a link, as can anybody who has it: name no child."


def _resolve(dispute: Escalation, form: ResolveForm, user: User) -> None:
    given = form.cleaned_data
    commands.resolve(
        dispute,
        resolution=given["resolution"],
        is_upheld=form.ending(),
        learning=given["learning"],
        by=user,
    )


def _ending_words(dispute: Escalation, endings: frozenset[bool]) -> tuple[str, str, str]:
    if endings == {True}:
        lead = "You agree with whoever raised it. The team that holds the record then decides again."
        return "Uphold this dispute", "Uphold it", lead
    if endings == {False} and dispute.state == States.ANSWERED:
        lead = "You are content with the answer. The decision stands."
        return "Accept the answer", "Accept it", lead
    if endings == {False}:
        return "Withdraw this dispute", "Withdraw it", "The decision stands, and nobody need answer."
    return "End this dispute", "End it", "Whoever raised it reads what you write."


@to_do(sides.to_decide_again, States.UPHELD)
def decided_again(request: HttpRequest, dispute: Escalation, user: User) -> HttpResponse:
    """Note that the team decided again."""
    form = forms.Form(request.POST if request.method == "POST" else None)
    if form.is_valid() and done(form, lambda: commands.note_decided_again(dispute, by=user)):
        return _back(request, dispute, user, "It was noted that you decided again")
    lead = "Decide again on the record's own page first, and tell whoever raised the dispute."
    return _page(request, dispute, form, "Note that it was decided again", "It was decided again", lead)


def _back(request: HttpRequest, dispute: Escalation, user: User, said: str) -> HttpResponse:
    """To the dispute or, where they see it no more, to the list."""
    messages.success(request, said)
    if readable(user).filter(pk=dispute.pk).exists():
        return redirect("escalation:escalation", dispute.pk)
    return redirect("escalation:escalations")


def _page(
    request: HttpRequest, dispute: Escalation, form: forms.Form, title: str, button: str, lead: str
) -> HttpResponse:
    here = reverse("escalation:escalation", args=[dispute.pk])
    context = {
        "form": form,
        "kept": keeping(request, dispute, form),
        "title": title,
        "lead": lead,
        "button": button,
        "back": here,
        "breadcrumbs": [DISPUTES, {"text": dispute.dossier.reference, "href": here}, {"text": title}],
    }
    return render(request, "core/form.html", context)
