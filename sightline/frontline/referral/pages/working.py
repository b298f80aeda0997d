"""What is done with an open contact: add what is closely held, name people, allocate it, close it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from sightline.core.models import User
from sightline.core.opening import FORM, on_record
from sightline.core.pages.doing import done
from sightline.core.permissions import Permission
from sightline.core.trust.choices import who_may_hold
from sightline.core.trust.keeping import keeping
from sightline.frontline.referral import commands
from sightline.frontline.referral.models import Contact
from sightline.frontline.referral.pages.contacts import CONTACTS

Doing = Callable[[HttpRequest, Contact, User], HttpResponse]


def to_do(permission: Permission) -> Callable[[Doing], Callable[..., HttpResponseBase]]:
    """A page on which something is done with a contact, for whoever may; it does not exist for others.

    A closed contact is only read: whoever comes too late is led back to it.
    """

    def decorate(view: Doing) -> Callable[..., HttpResponseBase]:
        @on_record(lambda user: Contact.objects.visible_to(user).select_related("dossier"), FORM)
        def run(request: HttpRequest, contact: Contact) -> HttpResponse:
            user = request.user
            assert isinstance(user, User)
            if not user.may(permission, contact):
                Contact.refused(contact.pk, user, request)
                raise Http404
            if contact.state == Contact.States.CLOSED and request.method != "POST":
                return redirect("referral:contact", contact.pk)
            return view(request, contact, user)

        return run

    return decorate


class IntelligenceForm(forms.Form):
    """What the police know."""

    text = forms.CharField(
        label="Police intelligence", max_length=20_000, widget=forms.Textarea({"rows": 10})
    )


@to_do(Permission.WORK_CLOSELY_HELD)
def add_intelligence(request: HttpRequest, contact: Contact, user: User) -> HttpResponse:
    """Add what the police know."""
    form = IntelligenceForm(request.POST or None)
    if form.is_valid() and done(
        form, lambda: commands.add_intelligence(contact, text=form.cleaned_data["text"], by=user)
    ):
        return back_to(request, contact, "The intelligence was added")
    lead = (
        "Only those who work on the whole contact see it: not whoever raised it, nor who is asked for a part."
    )
    return form_page(request, contact, form, "Add police intelligence", "Add it", lead)


class LocationForm(forms.Form):
    """An address that must be kept from somebody."""

    text = forms.CharField(label="Address", max_length=1000, widget=forms.Textarea)
    keep_from = forms.CharField(
        label="Who must never learn it",
        help_text="Name them, and say who they are to the child",
        max_length=500,
    )


@to_do(Permission.WORK_CLOSELY_HELD)
def protect_location(request: HttpRequest, contact: Contact, user: User) -> HttpResponse:
    """Add an address that must be kept from somebody."""
    form = LocationForm(request.POST or None)
    if form.is_valid() and done(
        form, lambda: commands.protect_location(contact, by=user, **form.cleaned_data)
    ):
        return back_to(request, contact, "The address was added, and is protected")
    lead = "It stands on this page alone: in no list, no e-mail and no download."
    return form_page(request, contact, form, "Protect an address", "Protect it", lead)


class AllocateForm(forms.Form):
    """Who answers for it, out of the team that holds it."""

    to: forms.ModelChoiceField[User] = forms.ModelChoiceField(
        label="Who answers for it", queryset=None, empty_label=None, widget=forms.RadioSelect
    )

    def __init__(self, data: Any = None, *, contact: Contact) -> None:
        super().__init__(data)
        self.fields["to"].queryset = who_may_hold(contact.dossier)  # type: ignore[attr-defined]


@to_do(Permission.GIVE_ACCESS)
def allocate(request: HttpRequest, contact: Contact, user: User) -> HttpResponse:
    """Make one person answer for it."""
    form = AllocateForm(request.POST or None, contact=contact)
    if form.is_valid() and done(
        form, lambda: commands.allocate(contact, to=form.cleaned_data["to"], by=user)
    ):
        return back_to(request, contact, f"Allocated to {form.cleaned_data['to']}")
    lead = (
        "They then see the whole contact. Whoever had it before no longer does, unless their team holds it."
    )
    return form_page(request, contact, form, "Allocate this contact", "Allocate it", lead)


@to_do(Permission.CLOSE_CONTACT)
def close(request: HttpRequest, contact: Contact, user: User) -> HttpResponse:
    """Close what was decided, told and taken over; from then on it is only read."""
    form = forms.Form(request.POST if request.method == "POST" else None)
    if form.is_valid() and done(form, lambda: commands.close_contact(contact, by=user)):
        return back_to(request, contact, "The contact was closed")
    lead = "Nothing can be added to it afterwards."
    return form_page(request, contact, form, "Close this contact", "Close it", lead)


def back_to(request: HttpRequest, contact: Contact, said: str) -> HttpResponse:
    """To the page of a contact, where it says what was done."""
    messages.success(request, said)
    return redirect("referral:contact", contact.pk)


def form_page(
    request: HttpRequest,
    contact: Contact,
    form: forms.Form,
    title: str,
    button: str,
    lead: str,
    template: str = "core/form.html",
    **more: Any,
) -> HttpResponse:
    """A page with a form about a contact; a template of its own may show `more` beside it."""
    here = reverse("referral:contact", args=[contact.pk])
    context = {
        "contact": contact,
        "form": form,
        "kept": keeping(request, contact, form),
        "title": title,
        "lead": lead,
        "button": button,
        "back": here,
        "breadcrumbs": [CONTACTS, {"text": contact.dossier.reference, "href": here}, {"text": title}],
        **more,
    }
    return render(request, template, context)
