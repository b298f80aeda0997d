"""What is done with a person's record: put details right, record a birth, add and end what is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from sightline.core.models import User
from sightline.core.pages.doing import overtaken
from sightline.core.permissions import Permission
from sightline.govuk.forms import DateField
from sightline.people import commands, particulars
from sightline.people.identifiers import IdentifierKind, NotAnIdentifier, clean
from sightline.people.models import Address, Identifier, OtherName, Person, ProtectedAddress, Relationship
from sightline.people.models.people import Ending
from sightline.people.pages.finding import check_birth
from sightline.people.pages.opening import asked, person_of, to_do
from sightline.people.record import revision


class CorrectForm(forms.Form):
    """What is recorded of a person themselves."""

    kind = forms.ChoiceField(
        label="Is this a child or an adult?", choices=Person.Kind.choices, widget=forms.RadioSelect
    )
    given_names = forms.CharField(label="Given names", max_length=100, required=False)
    family_name = forms.CharField(label="Family name", max_length=100, required=False)
    is_new_name = forms.BooleanField(
        label="The name has changed: keep the one before as a former name", required=False
    )
    born_on = DateField(label="Date of birth", required=False, help_text="For example, 27 3 2016")
    is_birth_estimated = forms.BooleanField(label="The date of birth is an estimate", required=False)
    expected_on = DateField(
        label="Expected date of birth", required=False, help_text="Of a child who is not born yet"
    )
    sex = forms.ChoiceField(label="Sex", choices=Person.Sex.choices, widget=forms.RadioSelect)
    language = forms.CharField(label="First language", max_length=50, required=False)
    needs_interpreter = forms.BooleanField(label="Needs an interpreter", required=False)
    died_on = DateField(label="Date of death", required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean(self) -> dict[str, Any]:
        """Nobody is both born and expected, and nobody dies before they are born."""
        cleaned = super().clean() or {}
        check_birth(self, cleaned)
        born, died = cleaned.get("born_on"), cleaned.get("died_on")
        if died and (died > timezone.localdate() or (born and died < born)):
            self.add_error("died_on", "The date of death must be after the date of birth, and not ahead")
        return cleaned


class BirthForm(forms.Form):
    """A child who was born."""

    born_on = DateField(label="Date of birth", help_text="For example, 27 3 2026")
    given_names = forms.CharField(label="Given names", max_length=100, required=False)
    family_name = forms.CharField(label="Family name", max_length=100, required=False)
    sex = forms.ChoiceField(label="Sex", choices=Person.Sex.choices, widget=forms.RadioSelect)

    def clean(self) -> dict[str, Any]:
        """A birth is recorded once it has happened."""
        cleaned = super().clean() or {}
        check_birth(self, cleaned)
        return cleaned


class NameForm(forms.Form):
    """Another name."""

    sort = forms.ChoiceField(
        label="What sort of name is it?", choices=OtherName.Sort.choices, widget=forms.RadioSelect
    )
    given_names = forms.CharField(label="Given names", max_length=100, required=False)
    family_name = forms.CharField(label="Family name", max_length=100, required=False)


class IdentifierForm(forms.Form):
    """A number."""

    kind = forms.ChoiceField(
        label="Which number is it?",
        choices=[(kind.value, kind.words[:1].upper() + kind.words[1:]) for kind in IdentifierKind],
        widget=forms.RadioSelect,
    )
    number = forms.CharField(label="Number", max_length=40)
    issuer = forms.CharField(
        label="Whose number it is", max_length=100, required=False, help_text="For another system’s number"
    )

    def clean(self) -> dict[str, Any]:
        """It must be able to be one."""
        cleaned = super().clean() or {}
        if {"kind", "number"} <= set(cleaned):
            try:
                clean(IdentifierKind(cleaned["kind"]), cleaned["number"])
            except NotAnIdentifier as error:
                self.add_error("number", str(error))
        return cleaned


class AddressForm(forms.Form):
    """Where somebody lives."""

    lines = forms.CharField(
        label="Address",
        max_length=300,
        help_text="Never one that must be kept from somebody: add that as a protected address",
    )
    postcode = forms.CharField(label="Postcode", max_length=8, required=False)
    from_on = DateField(label="From", required=False, help_text="The day they moved in, if that is known")
    is_move = forms.BooleanField(label="They no longer live where they lived", required=False, initial=True)


class EndForm(forms.Form):
    """From when something no longer holds."""

    why = forms.ChoiceField(
        label="Why does it end?",
        choices=[("over", "It no longer holds"), ("mistake", "It was entered by mistake")],
        widget=forms.RadioSelect,
    )
    until_on = DateField(label="Until", required=False, help_text="If it held, such as 27 3 2026; or today")


class ProtectedForm(forms.Form):
    """An address that must be kept from somebody."""

    text = forms.CharField(label="Address", max_length=1000, widget=forms.Textarea({"rows": 4}))
    keep_from = forms.CharField(label="From whom must it be kept?", max_length=300)


@to_do(Permission.KEEP_PERSON, Person)
def correct(request: HttpRequest, shown: Person, user: User) -> HttpResponse:
    """Put right what is recorded of a person; what stood there is kept."""
    initial = {name: getattr(shown, name) for name in commands.DETAILS}
    now = revision(shown)
    form = CorrectForm(request.POST or None, initial={**initial, "seen": now})
    differing = overtaken(form, "seen", now, initial)

    def act() -> None:
        given = form.cleaned_data
        known = {name: given[name] for name in commands.DETAILS}
        is_new_name, seen = given["is_new_name"], given["seen"]
        commands.correct_person(shown, known=known, is_new_name=is_new_name, seen=seen, by=user)

    lead = "What is recorded now is kept, and stands in the timeline."
    title = f"Correct the details of {shown.name}"
    return asked(
        request,
        shown,
        form,
        act,
        "The details are corrected",
        title=title,
        button="Save",
        lead=lead,
        differing=differing,
    )


@to_do(Permission.KEEP_PERSON, Person)
def born(request: HttpRequest, shown: Person, user: User) -> HttpResponse:
    """Say that an unborn child was born; whoever comes too late is led back to the record."""
    if not shown.is_unborn and request.method != "POST":
        return redirect("people:person", pk=shown.pk)
    initial = {"given_names": shown.given_names, "family_name": shown.family_name, "sex": shown.sex}
    form = BirthForm(request.POST or None, initial=initial)
    return asked(
        request,
        shown,
        form,
        lambda: commands.record_birth(shown, **form.cleaned_data, by=user),
        "The birth is recorded",
        title="Record the birth",
        button="Record the birth",
        lead="A child who has no name yet stays “Not yet named” until the details are corrected.",
    )


def _adding(
    form_of: type[forms.Form], add: Callable[..., object], told: str, title: str, lead: str = ""
) -> Callable[..., HttpResponseBase]:
    """A page that adds one more thing that is known of a person, with the command that does."""

    @to_do(Permission.KEEP_PERSON, Person)
    def page(request: HttpRequest, shown: Person, user: User) -> HttpResponse:
        form = form_of(request.POST if request.method == "POST" else None)
        return asked(
            request,
            shown,
            form,
            lambda: add(shown, **form.cleaned_data, by=user),
            told,
            title=title,
            button=title,
            lead=lead,
        )

    return page


add_name = _adding(
    NameForm, particulars.add_name, "The name is added", "Add another name", "They are found by it as well."
)
add_identifier = _adding(IdentifierForm, particulars.add_identifier, "The number is added", "Add a number")
add_address = _adding(AddressForm, particulars.add_address, "The address is added", "Add an address")


@to_do(Permission.WORK_CLOSELY_HELD, Person)
def protect(request: HttpRequest, shown: Person, user: User) -> HttpResponse:
    """Add an address that must be kept from somebody."""
    form = ProtectedForm(request.POST or None)
    return asked(
        request,
        shown,
        form,
        lambda: particulars.protect_address(shown, **form.cleaned_data, by=user),
        "The protected address is added",
        title="Add a protected address",
        button="Add the address",
        lead="Only those who work on the whole record see it, on a page of its own. It is in no list, "
        "print or file, and nobody is found by it.",
    )


def _ending(
    model: type[Ending], what: str, permission: Permission = Permission.KEEP_PERSON
) -> Callable[..., HttpResponseBase]:
    """A page that ends something that is known of a person; it stays on the record."""

    @to_do(permission, model)
    def page(request: HttpRequest, record: Ending, user: User) -> HttpResponse:
        shown = person_of(record)
        form = EndForm(request.POST or None)

        def act() -> None:
            given = form.cleaned_data
            until_on = given["until_on"] or timezone.localdate()
            particulars.end_particular(
                record, until_on=until_on, is_mistake=given["why"] == "mistake", by=user
            )

        told = f"The {what} has ended"
        is_hidden = isinstance(record, ProtectedAddress)
        lead = "" if is_hidden else f"{record}. "
        return asked(
            request,
            shown,
            form,
            act,
            told,
            title=f"End a {what}",
            button=f"End the {what}",
            lead=f"{lead}It stays on the record, as former; what was a mistake is no longer shown.",
        )

    return page


end_name = _ending(OtherName, "name")
end_identifier = _ending(Identifier, "number")
end_address = _ending(Address, "home")
end_relationship = _ending(Relationship, "relationship")
end_protected = _ending(ProtectedAddress, "protected address", Permission.WORK_CLOSELY_HELD)
