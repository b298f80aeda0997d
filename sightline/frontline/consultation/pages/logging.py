"""Logging a call: who rang, how long they waited, what they asked and what they were advised."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from sightline.core.models import Agency, Team, User
from sightline.core.opening import FORM
from sightline.core.pages.doing import done
from sightline.core.policy import Kind
from sightline.core.trust.choices import people_within_reach
from sightline.core.trust.keeping import keeping
from sightline.frontline.consultation import commands
from sightline.frontline.consultation.models import Call
from sightline.frontline.consultation.pages.calls import CALLS
from sightline.govuk.forms import DateField

SHORT = {"class": "govuk-input--width-5"}
_WAIT = re.compile(r"(\d{1,3})(?:[:.](\d{2}))?")

LEAD = (
    "Write while you talk: only who rang and what they asked must be filled in. What you write goes into"
    " the referral, if the call becomes one, and nobody types it again. If a child is in danger now, tell"
    " the caller to ring 999 first."
)
GAVE_UP_LEAD = "Nobody spoke to the caller, so there is nothing to write down but when it was."


class WaitField(forms.CharField):
    """A wait in minutes and seconds, such as 2:30; a figure alone is minutes. Gives seconds, or None."""

    def clean(self, value: Any) -> int | None:
        """Raises `ValidationError` for what is no wait."""
        text = str(super().clean(value)).strip()
        if not text:
            return None
        found = _WAIT.fullmatch(text)
        seconds = int(found[2] or 0) if found else 60
        if found is None or seconds > 59:
            raise ValidationError("Enter the wait as minutes and seconds, such as 2:30")
        return int(found[1]) * 60 + seconds


class WhenForm(forms.Form):
    """When somebody rang, how long they waited, from which agency, and whose line it was.

    The `key` is the call's, so that a form that is sent twice is one call.
    """

    key = forms.UUIDField(required=False, initial=uuid4, widget=forms.HiddenInput)
    wait_seconds = WaitField(
        label="How long they waited",
        help_text="Minutes and seconds, such as 2:30",
        required=False,
        max_length=6,
        widget=forms.TextInput(SHORT),
    )
    agency: forms.ModelChoiceField[Agency] = forms.ModelChoiceField(
        label="Their agency", queryset=None, required=False, empty_label="None, or not known"
    )
    day = DateField(label="Day of the call")
    time = forms.TimeField(
        label="Time of the call",
        help_text="For example, 14:05",
        input_formats=["%H:%M", "%H.%M"],
        widget=forms.TextInput(SHORT),
        error_messages={"invalid": "Enter a time, such as 14:05"},
    )
    team: forms.ModelChoiceField[Team] = forms.ModelChoiceField(
        label="Your team", queryset=None, empty_label="Choose a team"
    )

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        now, own = timezone.localtime(), Team.objects.visible_to(user).filter(pk__in=user.team_ids)
        self.fields["agency"].queryset = Agency.objects.visible_to(user)  # type: ignore[attr-defined]
        self.fields["day"].initial, self.fields["time"].initial = now.date(), f"{now:%H:%M}"
        self.fields["team"].queryset = own  # type: ignore[attr-defined]
        self._team = own.get() if own.count() == 1 else None
        if self._team is not None:
            del self.fields["team"]
        elif not own:
            self.fields["team"].help_text = "You are in no team. Whoever keeps the teams can add you"

    def clean(self) -> dict[str, Any]:
        """The moment of the call; it has come."""
        given = self.cleaned_data
        day: date | None = given.get("day")
        at: time | None = given.get("time")
        if day and at:
            given["at"] = timezone.make_aware(datetime.combine(day, at))
            if given["at"] > timezone.now():
                self.add_error("day", "The call must not lie ahead")
        return given

    def when(self) -> dict[str, Any]:
        """What both kinds of call tell, as the commands take it."""
        given = self.cleaned_data
        told = {name: given[name] for name in ("key", "wait_seconds", "agency", "at")}
        return {**told, "team": self._team or given["team"]}


class CallForm(WhenForm):
    """A call that was answered."""

    caller = forms.CharField(label="Who rang", help_text="Their name", max_length=200)
    role = forms.CharField(label="Their role", max_length=200, required=False)
    telephone = forms.CharField(label="Their telephone number", max_length=50, required=False)
    email = forms.EmailField(label="Their e-mail address", required=False)
    account = forms.ChoiceField(
        label="Their account here",
        help_text="They then see in it what they asked and what you advised",
        required=False,
    )
    question = forms.CharField(
        label="What they told you and asked", max_length=20_000, widget=forms.Textarea({"rows": 6})
    )
    wishes = forms.CharField(
        label="What the child says and wants", max_length=10_000, required=False, widget=forms.Textarea
    )
    given_names = forms.CharField(label="The child's given names", max_length=100, required=False)
    family_name = forms.CharField(label="The child's family name", max_length=100, required=False)
    born_on = DateField(label="The child's date of birth", help_text="For example, 27 3 2016", required=False)
    address = forms.CharField(label="Where the child lives", max_length=300, required=False)
    school = forms.CharField(label="The child's school or nursery", max_length=200, required=False)
    advice = forms.CharField(
        label="What you advised", max_length=10_000, required=False, widget=forms.Textarea({"rows": 6})
    )
    field_order = (
        "wait_seconds caller agency role telephone email account question wishes given_names family_name"
        " born_on address school advice day time team"
    ).split()

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data, user=user)
        people = [(key.removeprefix("user-"), words) for key, words in people_within_reach(Kind.CONTACT)]
        named = [(key, words.rpartition(":")[0]) for key, words in people]
        self.fields["account"].choices = [("", "None, or not known"), *named]  # type: ignore[attr-defined]

    def clean_born_on(self) -> date | None:
        """A child who has been born was not born tomorrow."""
        day: date | None = self.cleaned_data["born_on"]
        if day and day > timezone.localdate():
            raise ValidationError("The date of birth must not lie ahead. For an unborn child leave it blank")
        return day

    def _of(self, names: str) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in names.split()}

    def logged(self, user: User) -> Any:
        """Keep the call. Raises `NotDone`."""
        account = self.cleaned_data["account"]
        return commands.log_call(
            said=self._of("caller question wishes advice"),
            told=self._of("given_names family_name born_on address school"),
            reached=self._of("role telephone email"),
            account=int(account) if account else None,
            by=user,
            **self.when(),
        )


@require_http_methods(FORM)
def log(request: HttpRequest) -> HttpResponse:
    """Log a call that was answered; its page then asks what becomes of it."""
    user = request.user
    assert isinstance(user, User)
    form = CallForm(request.POST if request.method == "POST" else None, user=user)
    made: list[Any] = []
    if form.is_valid() and saved(form, user, lambda: made.append(form.logged(user).pk)):
        messages.success(request, "The call was saved. Say below what becomes of it")
        return redirect("consultation:call", *(made or [form.cleaned_data["key"]]))
    return _page(request, form, "Log a call", "Save the call", LEAD)


def saved(form: WhenForm, user: User, act: Callable[[], object]) -> bool:
    """Keep the call, as `done`; of the same form sent twice the first time counts."""
    try:
        return done(form, act)
    except IntegrityError:
        if Call.objects.visible_to(user).filter(pk=form.cleaned_data["key"]).exists():
            return True
        raise


@require_http_methods(FORM)
def abandoned(request: HttpRequest) -> HttpResponse:
    """Log a call whose caller gave up."""
    user = request.user
    assert isinstance(user, User)
    form = WhenForm(request.POST if request.method == "POST" else None, user=user)
    act: Callable[[], Any] = lambda: commands.log_abandoned(by=user, **form.when())  # noqa: E731
    if form.is_valid() and saved(form, user, act):
        messages.success(request, "The call was counted")
        return redirect("consultation:calls")
    return _page(request, form, "Log a call that nobody answered", "Count the call", GAVE_UP_LEAD)


def _page(request: HttpRequest, form: forms.Form, title: str, button: str, lead: str) -> HttpResponse:
    context = {
        "form": form,
        "kept": keeping(request, None, form),
        "title": title,
        "lead": lead,
        "button": button,
        "back": reverse("consultation:calls"),
        "breadcrumbs": [CALLS, {"text": title}],
    }
    return render(request, "core/form.html", context)
