"""What e-mails a person gets, and whether e-mails arrive."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from sightline.core.commands import TRIALS_AN_HOUR, TooOften, choose_notices, send_test_email
from sightline.core.models import EVERY_DAY, NoticeChoice, NoticeKind, User

NOT_SET_UP = "This installation is not set up to send e-mails yet"


class Choices(forms.Form):
    """Whether somebody wants e-mails, and about what."""

    every_day = forms.ChoiceField(
        label="Do you want e-mails from Sightline?",
        widget=forms.RadioSelect,
        choices=[
            ("yes", "Yes: at most one a day, on days when there is something to say"),
            ("no", "No: none at all"),
        ],
    )
    kinds = forms.MultipleChoiceField(
        label="About what?",
        widget=forms.CheckboxSelectMultiple,
        choices=NoticeKind.choices,
        error_messages={"required": "Select at least one, or choose to get no e-mails at all"},
    )

    def __init__(self, given: Mapping[str, object] | None = None, *, wanted: Collection[str] = ()) -> None:
        initial = {"every_day": "yes" if EVERY_DAY in wanted else "no", "kinds": list(wanted)}
        super().__init__(given, initial=initial)
        self.fields["kinds"].required = given is None or given.get("every_day") != "no"

    def wanted(self) -> set[str]:
        """What was chosen: kinds, and `EVERY_DAY` for any e-mails at all."""
        any_at_all = {EVERY_DAY} if self.cleaned_data["every_day"] == "yes" else set()
        return any_at_all | set(self.cleaned_data["kinds"])


class Trial(forms.Form):
    """Asks for a test e-mail; its errors say why none was sent."""


@require_http_methods(["GET", "HEAD", "POST"])
def notices(request: HttpRequest) -> HttpResponse:
    """Show and change what one is sent; send oneself a test."""
    user = request.user
    assert isinstance(user, User)
    choices = Choices(wanted=NoticeChoice.objects.visible_to(user).wanted())
    form: forms.Form = Trial({})
    if "trial" in request.POST:
        if _tried(request, user, form):
            return redirect("notices")
    elif request.method == "POST":
        form = choices = Choices(request.POST)
        if choices.is_valid():
            choose_notices(user, wanted=choices.wanted(), by=user)
            messages.success(request, "Your choices are saved")
            return redirect("notices")
    context = {
        "form": form,
        "choices": choices,
        "breadcrumbs": [{"text": "Your account", "href": reverse("account")}, {"text": "E-mails you get"}],
        "not_set_up": "" if settings.IS_EMAIL_SENT else NOT_SET_UP,
    }
    return render(request, "core/notices.html", context)


def _tried(request: HttpRequest, user: User, trial: forms.Form) -> bool:
    """Whether a test e-mail was sent; if not, the form says why."""
    if not settings.IS_EMAIL_SENT:
        trial.add_error(None, NOT_SET_UP)
        return False
    try:
        send_test_email(user, by=user)
    except TooOften:
        trial.add_error(
            None, f"You have asked for {TRIALS_AN_HOUR} test e-mails within an hour: wait before the next"
        )
    except OSError as error:
        trial.add_error(
            None,
            f"The mail server did not take the test e-mail ({type(error).__name__}):"
            " tell whoever runs the server",
        )
    else:
        messages.success(request, f"A test e-mail is on its way to {user.email}")
    return not trial.errors
