"""What the partnership has settled for itself: everybody signed in reads it, a few change it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.core.validators import RegexValidator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from sightline.clocks import CLOCKS
from sightline.core import commands, local, settings_file
from sightline.core.models import Team, User
from sightline.core.pages.doing import crumbs, done
from sightline.core.partnership import A_TELEPHONE, TELEPHONE
from sightline.core.permissions import Permission

SETTINGS = ("Settings", "settings")


class ContactForm(forms.Form):
    """Who looks after the installation."""

    name = forms.CharField(label="Who looks after it", max_length=200, help_text="As in “write to ...”")
    email = forms.EmailField(label="E-mail address for help")
    data_protection_email = forms.EmailField(label="E-mail address for questions about personal data")
    hub_telephone = forms.CharField(
        label="Telephone number of the hub",
        required=False,
        validators=[RegexValidator(TELEPHONE, f"Enter {A_TELEPHONE}".replace("'", ""))],
        help_text="For whoever finds that a record exists and must ask. Leave it empty to show none",
    )
    hub_team = forms.ChoiceField(
        label="Team that gets referrals",
        required=False,
        help_text="What is sent by the referral form goes to this team. Without one the form is closed",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(team.name, team.name) for team in Team.objects.visible_to(user)]
        field = self.fields["hub_team"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "No team: the form is closed"), *names]


class LimitForm(forms.Form):
    """The partnership's own limit for a clock."""

    limit = forms.CharField(
        label="Local limit",
        required=False,
        max_length=40,
        help_text="Such as 8 working days, 48 hours or 5 weeks. Leave it empty to have no limit of your own",
    )
    was = forms.CharField(required=False, widget=forms.HiddenInput)


class LocalityNameForm(forms.Form):
    """A locality's name."""

    name = forms.CharField(label="Name", max_length=200, help_text="As the agencies’ extracts spell it")


class LocalityForm(LocalityNameForm):
    """A new locality."""

    key = forms.CharField(
        label="Key",
        max_length=40,
        help_text="Small letters, digits and hyphens, such as north-east. It never changes",
    )


def _me(request: HttpRequest) -> User:
    assert not isinstance(request.user, AnonymousUser)
    return request.user


@require_safe
def settings(request: HttpRequest) -> HttpResponse:
    """Everything that the partnership settles, with what may be changed by whom reads it."""
    ours = local.partnership()
    context = {
        "limits": [(CLOCKS[key], limit) for key, limit in ours.local_limits.items()],
        "bodies": [{"key": {"text": body.name}, "value": {"text": body.duty}} for body in ours.bodies],
        "may_settle": _me(request).may(Permission.SETTLE),
        "is_writable": settings_file.is_writable(),
        "breadcrumbs": crumbs("Settings"),
    }
    return render(request, "core/settings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest) -> HttpResponse:
    """Change the contact details."""
    user, present = _me(request), local.partnership().contact
    was = {name: getattr(present, name) for name in ContactForm.base_fields}
    form = ContactForm(request.POST or None, initial=was, user=user)

    def act() -> None:
        changes = {name: value for name, value in form.cleaned_data.items() if value != was[name]}
        if changes:
            commands.change_contact(changes=changes, by=user)

    if form.is_valid() and done(form, act):
        messages.success(request, "The contact details are saved")
        return redirect("settings")
    return _form(request, form, "Change the contact details")


@require_http_methods(["GET", "HEAD", "POST"])
def limit(request: HttpRequest, clock: str) -> HttpResponse:
    """Set the partnership's own limit for a clock, beside the national one."""
    if clock not in CLOCKS:
        raise Http404
    user, present = _me(request), local.limit(clock)
    was = str(present) if present else ""
    form = LimitForm(request.POST or None, initial={"limit": was, "was": was})

    def act() -> None:
        commands.set_local_limit(clock=clock, by=user, **form.cleaned_data)

    if form.is_valid() and done(form, act):
        messages.success(request, f"The local limit is saved: {CLOCKS[clock].title}")
        return redirect("settings")
    return _form(request, form, f"Local limit: {CLOCKS[clock].title}", clock=CLOCKS[clock])


@require_http_methods(["GET", "HEAD", "POST"])
def add_locality(request: HttpRequest) -> HttpResponse:
    """Add a locality."""
    user, form = _me(request), LocalityForm(request.POST or None)
    if form.is_valid() and done(form, lambda: commands.add_locality(**form.cleaned_data, by=user)):
        messages.success(request, f"{form.cleaned_data['name']} is added")
        return redirect("settings")
    return _form(request, form, "Add a locality")


@require_http_methods(["GET", "HEAD", "POST"])
def rename_locality(request: HttpRequest, key: str) -> HttpResponse:
    """Give a locality another name."""
    names = {locality.key: locality.name for locality in local.partnership().localities}
    if key not in names:
        raise Http404
    user, form = _me(request), LocalityNameForm(request.POST or None, initial={"name": names[key]})
    if form.is_valid() and done(
        form, lambda: commands.rename_locality(key=key, **form.cleaned_data, by=user)
    ):
        messages.success(request, f"The locality is called {form.cleaned_data['name']} now")
        return redirect("settings")
    return _form(request, form, f"Rename the locality {names[key]}")


def _form(request: HttpRequest, form: forms.Form, title: str, **more: Any) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "button": "Save",
        "back": reverse("settings"),
        "is_readonly": not settings_file.is_writable(),
        "breadcrumbs": crumbs(title, SETTINGS),
    }
    return render(request, "core/form.html", {**context, **more})
