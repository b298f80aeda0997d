"""Finding people: those one works with, the search, and entering somebody who is not known yet."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from sightline.core.audit import Actor
from sightline.core.models import Team, User
from sightline.core.pages.doing import done
from sightline.core.permissions import Permission
from sightline.core.trust.models import Merge
from sightline.core.vault import seal_search
from sightline.govuk.forms import DateField
from sightline.govuk.paging import LongList
from sightline.people import commands
from sightline.people.duplicates import Described
from sightline.people.finding import Found
from sightline.people.identifiers import IdentifierKind, NotAnIdentifier, clean
from sightline.people.models import Person
from sightline.people.pages.opening import crumbs, reader

ON_A_PAGE = 25
FORM = ["GET", "HEAD", "POST"]
_OURS = {"csrfmiddlewaretoken", "nobody", "same", "shown"}
"""What a form sends besides what somebody filled in."""


class SearchForm(forms.Form):
    """Whom to look for. What is typed is sent, so that no name stands in an address or a server's log."""

    marks_optional = False

    given_names = forms.CharField(label="Given names", max_length=100, required=False)
    family_name = forms.CharField(label="Family name", max_length=100, required=False)
    born_on = DateField(label="Date of birth", required=False, help_text="For example, 27 3 2016")
    number = forms.CharField(
        label="Number",
        max_length=40,
        required=False,
        help_text="An NHS number, a unique pupil number (UPN) or another system’s number",
    )
    postcode = forms.CharField(label="Postcode", max_length=8, required=False)

    def clean(self) -> dict[str, Any]:
        """At least one thing must be known."""
        cleaned = super().clean() or {}
        if not self.errors and not any(cleaned.values()):
            raise forms.ValidationError("Enter a name, a date of birth, a number or a postcode")
        return cleaned


class EnterForm(forms.Form):
    """Somebody who is to be entered."""

    kind = forms.ChoiceField(
        label="Is this a child or an adult?", choices=Person.Kind.choices, widget=forms.RadioSelect
    )
    given_names = forms.CharField(
        label="Given names", max_length=100, required=False, help_text="Leave empty for a child not yet named"
    )
    family_name = forms.CharField(label="Family name", max_length=100, required=False)
    born_on = DateField(label="Date of birth", required=False, help_text="For example, 27 3 2016")
    expected_on = DateField(
        label="Expected date of birth", required=False, help_text="Of a child who is not born yet"
    )
    sex = forms.ChoiceField(
        label="Sex", choices=Person.Sex.choices, widget=forms.RadioSelect, initial=Person.Sex.UNKNOWN
    )
    nhs_number = forms.CharField(label="NHS number", max_length=20, required=False)
    upn = forms.CharField(label="Unique pupil number (UPN)", max_length=20, required=False)
    lines = forms.CharField(
        label="Address",
        max_length=300,
        required=False,
        help_text="Never one that must be kept from somebody: add that on the record, as protected",
    )
    postcode = forms.CharField(label="Postcode", max_length=8, required=False)
    team: forms.ModelChoiceField[Team] = forms.ModelChoiceField(
        label="Team that holds the record", queryset=None, required=False, empty_label="None: I alone"
    )

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        mine = Team.objects.visible_to(user).filter(pk__in=user.team_ids)
        team = self.fields["team"]
        assert isinstance(team, forms.ModelChoiceField)
        team.queryset = mine
        team.initial = mine.first()

    def clean_nhs_number(self) -> str:
        """Its digits must fit together."""
        return _checked(IdentifierKind.NHS_NUMBER, self.cleaned_data["nhs_number"])

    def clean_upn(self) -> str:
        """Its first letter must fit the rest."""
        return _checked(IdentifierKind.UPN, self.cleaned_data["upn"])

    def clean(self) -> dict[str, Any]:
        """A name is known, or the child is expected; nobody is both born and expected."""
        cleaned = super().clean() or {}
        check_birth(self, cleaned)
        is_named = cleaned.get("given_names") or cleaned.get("family_name")
        if not is_named and not cleaned.get("expected_on"):
            self.add_error("given_names", "Enter a given name or a family name, as far as it is known")
        return cleaned


def check_birth(form: forms.Form, cleaned: dict[str, Any]) -> None:
    """Only a child is expected, nobody is born as well as expected, and nobody is born in the future."""
    if cleaned.get("expected_on") and cleaned.get("born_on"):
        form.add_error("expected_on", "Enter a date of birth or an expected date, not both")
    if cleaned.get("expected_on") and cleaned.get("kind") == Person.Kind.ADULT:
        form.add_error("expected_on", "Only a child can have an expected date of birth")
    if (born := cleaned.get("born_on")) and born > timezone.localdate():
        form.add_error("born_on", "The date of birth must be today or in the past")


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """The people with whom one works oneself, or one's teams do, by name."""
    user = reader(request)
    merged = Merge.objects.filter(ended_at=None).values("other_dossier")
    rows = Person.objects.visible_to(user).exclude(dossier__in=merged).select_related("dossier")
    context = {
        "page": LongList(rows, ON_A_PAGE).get_page(request.GET.get("page")),
        "may_search": user.may(Permission.SEARCH_PEOPLE),
        "may_enter": user.may(Permission.KEEP_PERSON),
    }
    return render(request, "people/people.html", context)


@require_http_methods(FORM)
def search(request: HttpRequest) -> HttpResponse:
    """Look for somebody: those who may be seen are shown with why they match."""
    user = reader(request)
    form = SearchForm(request.POST if request.method == "POST" else None)
    found: Found | None = None
    if form.is_valid():
        given = form.cleaned_data
        asked = Described(
            given_names=given["given_names"],
            family_name=given["family_name"],
            date_of_birth=given["born_on"],
            postcode=given["postcode"],
            identifiers=_any_kind(given["number"]),
        )
        found = commands.search_people(asked=asked, words=_sealed(given), by=user)
    context = {
        "form": form,
        "found": found,
        "may_enter": user.may(Permission.KEEP_PERSON),
        "breadcrumbs": crumbs("Search for a person"),
    }
    return render(request, "people/search.html", context)


@require_http_methods(FORM)
def enter(request: HttpRequest) -> HttpResponse:
    """Enter somebody, once those who may be the same have been looked through."""
    user = reader(request)
    form = EnterForm(request.POST if request.method == "POST" else None, user=user)
    found: Found | None = None
    if form.is_valid():
        if known := request.POST.get("same"):
            return _recognised(request, known, user)
        found = _duplicates(form.cleaned_data, user)
        shown = {str(hit.person.pk) for hit in found.hits}
        # Whoever was looked through stands in the form: somebody who came in meanwhile is shown first.
        looked_through = request.POST.get("nobody") == "yes" and shown <= set(request.POST.getlist("shown"))
        if not (shown or found.hinted) or looked_through:
            entered = _entered(form, found, user)
            if entered is not None:
                messages.success(request, "The person is entered")
                return redirect("people:person", pk=entered.pk)
    context = {"form": form, "breadcrumbs": crumbs("Enter a person")}
    if found is None or not form.is_valid():
        return render(request, "people/enter.html", context)
    sent = [(name, value) for name, value in request.POST.items() if name not in _OURS]
    return render(request, "people/duplicates.html", {**context, "found": found, "sent": sent})


def _recognised(request: HttpRequest, known: str, user: User) -> HttpResponse:
    """Somebody who was about to be entered is on record: go there."""
    try:
        person = get_object_or_404(Person.objects.visible_to(user), pk=forms.UUIDField().clean(known))
    except forms.ValidationError:
        return redirect("people:enter")
    commands.recognise_person(person, by=user)
    messages.success(request, "Nobody was entered: this is the record that is there already")
    return redirect("people:person", pk=person.pk)


def _duplicates(given: dict[str, Any], user: Actor) -> Found:
    numbers = {IdentifierKind.NHS_NUMBER: given["nhs_number"], IdentifierKind.UPN: given["upn"]}
    asked = Described(
        given_names=given["given_names"],
        family_name=given["family_name"],
        date_of_birth=given["born_on"],
        expected_date=given["expected_on"],
        sex="" if given["sex"] == Person.Sex.UNKNOWN else given["sex"],
        address_line=given["lines"],
        postcode=given["postcode"],
        identifiers=tuple((kind, number) for kind, number in numbers.items() if number),
    )
    return commands.look_for_duplicates(asked=asked, words=_sealed(given), by=user)


def _entered(form: EnterForm, found: Found, user: User) -> Person | None:
    given, entered = form.cleaned_data, list[Person]()
    names = ("kind", "given_names", "family_name", "born_on", "expected_on", "sex")
    numbers = {IdentifierKind.NHS_NUMBER: given["nhs_number"], IdentifierKind.UPN: given["upn"]}
    lives_at = {"lines": given["lines"], "postcode": given["postcode"]}

    def act() -> None:
        entered.append(
            commands.enter_person(
                team=given["team"],
                known={name: given[name] for name in names},
                address=lives_at if any(lives_at.values()) else None,
                identifiers={kind: number for kind, number in numbers.items() if number},
                others=tuple(hit.person.dossier.reference for hit in found.hits),
                by=user,
            )
        )

    return entered[0] if done(form, act) else None


def _checked(kind: IdentifierKind, number: str) -> str:
    if not number:
        return ""
    try:
        return clean(kind, number)
    except NotAnIdentifier as error:
        raise forms.ValidationError(str(error)) from None


def _any_kind(number: str) -> tuple[tuple[IdentifierKind, str], ...]:
    """A number as each kind of number that it may be."""
    found = []
    for kind in IdentifierKind if number else ():
        try:
            found.append((kind, clean(kind, number)))
        except NotAnIdentifier:
            continue
    return tuple(found)


def _sealed(given: dict[str, Any]) -> str:
    """What was looked for, for the audit log: only whoever has the month's key reads it."""
    words = [f"{name}: {value}" for name, value in given.items() if value]
    return seal_search("; ".join(words), timezone.localdate())
