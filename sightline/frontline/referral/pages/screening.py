"""The first look at a contact: rating it, and telling whoever made it what happens next."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from sightline.clocks import CLOCKS
from sightline.core import local
from sightline.core.models import User
from sightline.core.pages.doing import done
from sightline.core.permissions import Permission
from sightline.frontline.referral import gathering
from sightline.frontline.referral.models import Concern, Contact, Rating, Screening, Worry
from sightline.frontline.referral.pages.working import back_to, form_page, to_do
from sightline.frontline.referral.standing import UNDECIDED

MEANING = {
    Rating.RED: "A child may be at risk of serious harm: act today",
    Rating.AMBER: "A child may be at risk of harm, and is not in danger today",
    Rating.GREEN: "A child needs help, and there is no sign of harm",
    Rating.BLUE: "Nothing to find out from other agencies: advice, or a matter for somebody else",
}


class ScreenForm(forms.Form):
    """How soon it must be answered, and why."""

    rating = forms.ChoiceField(label="How soon it must be answered", widget=forms.RadioSelect)
    words = forms.CharField(
        label="Why",
        help_text="What makes it so, and what would make it more or less urgent",
        max_length=10_000,
        widget=forms.Textarea,
    )

    def __init__(self, data: Any = None, *, rating: str = "") -> None:
        super().__init__(data, initial={"rating": rating})
        field = self.fields["rating"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.value, f"{one.label}: {_answered_within(one)}") for one in Rating]


class AcknowledgeForm(forms.Form):
    """What whoever made the contact is told before there is a decision."""

    words = forms.CharField(
        label="What happens next",
        help_text="Say who looks at it, by when they will hear, and whom to ring if the child is not safe",
        max_length=10_000,
        widget=forms.Textarea,
    )


@to_do(Permission.SCREEN_CONTACT)
def screen(request: HttpRequest, contact: Contact, user: User) -> HttpResponse:
    """Rate a contact, with what was told beside the form; whoever comes after the decision is led back."""
    form = ScreenForm(request.POST or None, rating=contact.rating)
    if form.is_valid() and done(form, lambda: gathering.screen(contact, by=user, **form.cleaned_data)):
        said = f"The contact was rated {contact.get_rating_final_display().lower()}"
        return back_to(request, contact, said)
    title = "Rate it anew" if contact.rating else "Screen this contact"
    return _beside_what_was_told(request, contact, form, title, "Rate it", user)


@to_do(Permission.SCREEN_CONTACT)
def acknowledge(request: HttpRequest, contact: Contact, user: User) -> HttpResponse:
    """Tell whoever made the contact that it is being dealt with, and the next step."""
    form = AcknowledgeForm(request.POST or None)
    if form.is_valid() and done(form, lambda: gathering.acknowledge(contact, by=user, **form.cleaned_data)):
        return back_to(request, contact, "What happens next is on the page of whoever made the contact")
    title = "Tell the referrer what happens next"
    return _beside_what_was_told(request, contact, form, title, "Tell them", user)


def _beside_what_was_told(
    request: HttpRequest, contact: Contact, form: forms.Form, title: str, button: str, user: User
) -> HttpResponse:
    if request.method != "POST" and contact.state not in UNDECIDED:
        return redirect("referral:contact", contact.pk)
    of_it = {"dossier": contact.dossier_id}
    more = {
        "concern": Concern.objects.visible_to(user).filter(**of_it).select_related("agency").first(),
        "worries": list(Worry.objects.visible_to(user).filter(**of_it)),
        "screenings": list(Screening.objects.visible_to(user).filter(**of_it).select_related("by")),
    }
    return form_page(request, contact, form, title, button, "", "referral/screening.html", **more)


def _answered_within(rating: Rating) -> str:
    """What a rating means, and the partnership's own limit for it."""
    limit = local.limit(f"mash-response-{rating}") if f"mash-response-{rating}" in CLOCKS else None
    return f"{MEANING[rating]}. {f'Answer within {limit}' if limit else 'No limit is set for it'}"
