"""What a session with records about people is for: asked once, before the first of them opens."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from sightline.core.audit import record_event
from sightline.core.models import User
from sightline.core.policy import PURPOSES, REACH, Purpose
from sightline.core.trust.middleware import PURPOSE


class PurposeForm(forms.Form):
    """What for, out of what one's roles allow."""

    purpose = forms.ChoiceField(label="What are you working on?", widget=forms.RadioSelect)

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        allowed = {purpose for role in user.roles & set(REACH) for purpose in REACH[role].purposes}
        field = self.fields["purpose"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.value, PURPOSES[one]) for one in Purpose if one in allowed]


@require_http_methods(["GET", "HEAD", "POST"])
def purpose(request: HttpRequest) -> HttpResponse:
    """Choose the purpose of the session; choosing another later is allowed, and is an event too."""
    user = request.user
    assert isinstance(user, User)
    form = PurposeForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        request.session[PURPOSE] = form.cleaned_data["purpose"]
        record_event("session:purpose", user, detail={"purpose": form.cleaned_data["purpose"]})
        return redirect(_next(request))
    context = {
        "form": form,
        "title": "What is this session for?",
        "button": "Continue",
        "back": reverse("home"),
    }
    return render(request, "core/form.html", context)


def _next(request: HttpRequest) -> str:
    """Where the person was going, if that is a page of ours."""
    asked = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(asked, None, require_https=request.is_secure())
    return asked if asked and is_ours else reverse("home")
