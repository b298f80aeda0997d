"""The agencies of the partnership: everybody sees them, whoever keeps the accounts adds and renames them."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from sightline.core import commands, local, settings_file
from sightline.core.models import Agency, User
from sightline.core.pages.doing import crumbs, done
from sightline.core.partnership import AGENCY_KINDS, SAFEGUARDING_PARTNERS
from sightline.core.permissions import Permission


class NameForm(forms.Form):
    """An agency's name."""

    name = forms.CharField(label="Name", max_length=200)


class AgencyForm(NameForm):
    """A new agency."""

    code = forms.CharField(
        label="Code",
        max_length=20,
        help_text="Small letters, digits and hyphens, such as fire-service. It never changes",
    )
    kind = forms.ChoiceField(label="Kind", choices=[("", "Choose a kind"), *AGENCY_KINDS.items()])
    safeguarding_partner = forms.BooleanField(
        label="It is a safeguarding partner (the council, the police or the integrated care board)",
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """Only three kinds hold the joint duty."""
        cleaned = super().clean() or {}
        if cleaned.get("safeguarding_partner") and cleaned.get("kind") not in SAFEGUARDING_PARTNERS:
            kinds = ", ".join(AGENCY_KINDS[kind] for kind in SAFEGUARDING_PARTNERS)
            self.add_error("safeguarding_partner", f"Only these kinds are safeguarding partners: {kinds}")
        return cleaned


def _agencies(user: User | AnonymousUser) -> Any:
    assert isinstance(user, User)
    return Agency.objects.visible_to(user)


@require_safe
def agencies(request: HttpRequest) -> HttpResponse:
    """Every agency, with its kind; those of the settings file that are not entered yet are offered."""
    user = request.user
    assert not isinstance(user, AnonymousUser)
    settled = {one.code: one for one in local.partnership().agencies}
    found = list(_agencies(user))
    missing = [one for code, one in settled.items() if code not in {agency.code for agency in found}]
    context = {
        "lines": [(agency, settled.get(agency.code)) for agency in found],
        "kinds": AGENCY_KINDS,
        "missing": missing,
        "may_manage": user.may(Permission.MANAGE_PEOPLE),
        "is_writable": settings_file.is_writable(),
        "breadcrumbs": crumbs("Agencies"),
    }
    return render(request, "core/agencies.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Add an agency."""
    user = request.user
    assert not isinstance(user, AnonymousUser)
    form = AgencyForm(request.POST or None)
    if form.is_valid() and done(form, lambda: commands.add_agency(**form.cleaned_data, by=user)):
        messages.success(request, f"{form.cleaned_data['name']} is added")
        return redirect("agencies")
    context = {
        "form": form,
        "title": "Add an agency",
        "button": "Add",
        "back": reverse("agencies"),
        "breadcrumbs": crumbs("Add an agency", ("Agencies", "agencies")),
    }
    return render(request, "core/form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def rename(request: HttpRequest, code: str) -> HttpResponse:
    """Give an agency another name."""
    user = request.user
    assert not isinstance(user, AnonymousUser)
    agency = get_object_or_404(_agencies(user), code=code)
    form = NameForm(request.POST or None, initial={"name": agency.name})
    if form.is_valid() and done(form, lambda: commands.rename_agency(agency, **form.cleaned_data, by=user)):
        messages.success(request, f"The agency is called {agency.name} now")
        return redirect("agencies")
    context = {
        "form": form,
        "title": "Rename an agency",
        "lead": f"Its code stays {agency.code}: figures carry it.",
        "button": "Rename",
        "back": reverse("agencies"),
        "breadcrumbs": crumbs("Rename an agency", ("Agencies", "agencies")),
    }
    return render(request, "core/form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Enter the agencies of the settings file that are not there yet."""
    user = request.user
    assert not isinstance(user, AnonymousUser)
    if request.method == "POST":
        commands.enter_agencies(by=user)
        messages.success(request, "The agencies of the settings are entered")
        return redirect("agencies")
    context = {
        "title": "Enter the agencies of the settings",
        "lead": "Every agency of the settings file is entered, each with the name that it has there.",
        "button": "Enter them",
        "back": reverse("agencies"),
        "breadcrumbs": crumbs("Enter the agencies of the settings", ("Agencies", "agencies")),
    }
    return render(request, "core/form.html", context)
