"""What each agency agreed to return: the list, a new agreement, the end of one."""

from __future__ import annotations

from itertools import groupby

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from sightline.assurance.collection import commands, words
from sightline.assurance.collection.models import Agreement
from sightline.assurance.collection.models.agreements import COMMENTARY
from sightline.assurance.collection.pages import finding
from sightline.assurance.collection.pages.agency import REFUSALS
from sightline.assurance.collection.pages.finding import READ_AND_WRITE, about, person
from sightline.assurance.collection.terms import Terms, can_be_returned
from sightline.core import local
from sightline.core.models import Agency
from sightline.core.permissions import Permission
from sightline.facts.sources import EXTRACTS
from sightline.govuk.forms import DateField
from sightline.indicators.definitions import INDICATORS

Kinds = Agreement.Kinds
CRUMBS = [{"text": "Returns", "href": "/collection/"}]
AGREEMENTS = {"text": "Agreements", "href": "/collection/agreements/"}


@require_safe
def agreements(request: HttpRequest) -> HttpResponse:
    """What is agreed, agency by agency: all for the business unit, their own for an agency's lead."""
    user = person(request)
    found = Agreement.objects.visible_to(user).select_related("agency")
    context = {
        "agencies": [(agency, list(rows)) for agency, rows in groupby(found, lambda one: one.agency)],
        "today": timezone.localdate(),
        "may_agree": user.may(Permission.AGREE_RETURNS),
        "words": words,
        "breadcrumbs": [*CRUMBS, {"text": "Agreements"}],
    }
    return render(request, "collection/agreements.html", context)


class AgreementForm(forms.Form):
    """The terms of an agreement, as the executive minuted them."""

    agency: forms.ModelChoiceField[Agency] = forms.ModelChoiceField(
        label="Agency", queryset=None, empty_label="Choose an agency"
    )
    kind = forms.ChoiceField(label="What it returns", choices=Kinds.choices, widget=forms.RadioSelect)
    extract = forms.ChoiceField(
        label="Which extract",
        help_text="Only for an extract",
        required=False,
        choices=[("", "Choose an extract"), *((key, one.title) for key, one in EXTRACTS.items())],
    )
    figure = forms.ChoiceField(
        label="Which figure",
        help_text="Only for a plain figure",
        required=False,
        choices=[
            ("", "Choose a figure"),
            *((key, one.title) for key, one in INDICATORS.items() if can_be_returned(one)),
        ],
    )
    about = forms.MultipleChoiceField(
        label="Which figures the commentary is asked about",
        help_text="Only for a commentary. The general questions are always asked",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(key, one.title) for key, one in INDICATORS.items()],
    )
    limit = forms.CharField(
        label="By when, after the end of the quarter",
        help_text="For example, 20 working days",
        max_length=40,
        initial="20 working days",
    )
    from_on = DateField(
        label="In force from",
        help_text="For example, 1 1 2026",
        error_messages={"required": "Enter the day from which it is in force"},
    )
    until_on = DateField(label="Until", help_text="Leave blank while no end is agreed", required=False)
    agreed_by = forms.ChoiceField(label="Agreed by")
    agreed_on = DateField(
        label="Agreed on",
        help_text="The day of the meeting. For example, 4 12 2025",
        error_messages={"required": "Enter the day of the meeting"},
    )

    def __init__(self, agencies: object, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.order_fields([name for name in self.fields if name != "about"])
        self.fields["agency"].queryset = agencies  # type: ignore[attr-defined]
        names = [body.name for body in local.partnership().bodies]
        self.fields["agreed_by"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, object]:
        """An extract names its format, a figure its indicator."""
        kind = self.cleaned_data.get("kind")
        if kind == Kinds.EXTRACT and not self.cleaned_data.get("extract"):
            self.add_error("extract", "Choose which extract")
        if kind == Kinds.FIGURE and not self.cleaned_data.get("figure"):
            self.add_error("figure", "Choose which figure")
        return self.cleaned_data

    def terms(self) -> Terms:
        """What was agreed."""
        given = self.cleaned_data
        kind = given["kind"]
        item = {Kinds.EXTRACT: given["extract"], Kinds.FIGURE: given["figure"]}.get(kind, COMMENTARY)
        return Terms(
            kind=kind,
            item=item,
            from_on=given["from_on"],
            until_on=given["until_on"],
            limit=given["limit"],
            agreed_on=given["agreed_on"],
            agreed_by=given["agreed_by"],
            about=given["about"] if kind == Kinds.COMMENTARY else [],
        )


@require_http_methods(READ_AND_WRITE)
def agreement_new(request: HttpRequest) -> HttpResponse:
    """Record what an agency agreed to return."""
    user = person(request)
    agencies = Agency.objects.visible_to(user)
    form = AgreementForm(agencies, *([request.POST] if request.method == "POST" else []))
    if request.method == "POST" and form.is_valid():
        try:
            made = commands.agree(form.cleaned_data["agency"], given=form.terms(), by=user)
        except REFUSALS as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Agreed: {made}")
            return redirect("collection:agreements")
    context = {"form": form, "breadcrumbs": [*CRUMBS, AGREEMENTS, {"text": "New agreement"}]}
    return render(request, "collection/agreement_new.html", context)


class EndForm(forms.Form):
    """The last day of an agreement."""

    last_on = DateField(label="Last day", help_text="Quarters that end later no longer ask for it")


@about(finding.agreement)
def agreement_end(request: HttpRequest, agreement: Agreement) -> HttpResponse:
    """Let an agreement end."""
    form = EndForm(request.POST or None)
    if form.is_valid():
        try:
            commands.end_agreement(agreement, last_on=form.cleaned_data["last_on"], by=person(request))
        except REFUSALS as error:
            form.add_error("last_on", str(error))
        else:
            return redirect(reverse("collection:agreements"))
    context = {
        "form": form,
        "agreement": agreement,
        "words": words,
        "breadcrumbs": [*CRUMBS, AGREEMENTS, {"text": "End"}],
    }
    return render(request, "collection/agreement_end.html", context)
