"""The returns of a quarter at a glance; the quarter opened, published, reopened, discussed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from sightline.assurance.collection import commands, words
from sightline.assurance.collection.models import Agreement, Quarter, Return
from sightline.assurance.collection.pages import finding
from sightline.assurance.collection.pages.finding import READ_AND_WRITE, about, person
from sightline.assurance.collection.terms import NotPossible
from sightline.clocks.calendar import add_months
from sightline.core.flow import NotAllowed
from sightline.core.models import Agency, User
from sightline.core.permissions import Permission
from sightline.govuk.forms import DateField

CRUMB = {"text": "Returns", "href": "/collection/"}


@dataclass
class Row:
    """An agency, and what it owes for the quarter, by kind."""

    agency: Agency
    is_open: bool
    by_kind: dict[str, list[Return]] = field(default_factory=dict)


class Chooser(forms.Form):
    """Which quarter to show; the latest where the address does not say."""

    quarter = forms.ChoiceField(label="Quarter")

    def __init__(self, asked: Mapping[str, str], quarters: Sequence[Quarter]) -> None:
        self.by_key = {str(quarter.pk): quarter for quarter in quarters}
        super().__init__({"quarter": asked.get("quarter", next(iter(self.by_key)))})
        self.fields["quarter"].choices = [(key, str(one)) for key, one in self.by_key.items()]  # type: ignore[attr-defined]
        self.is_valid()

    @property
    def chosen(self) -> Quarter:
        """The quarter asked for; the latest for one that there is not."""
        return self.by_key.get(self.cleaned_data.get("quarter", ""), next(iter(self.by_key.values())))


@require_safe
def returns(request: HttpRequest) -> HttpResponse:
    """Agencies and what each owes for a quarter, with the state of each return."""
    user = person(request)
    quarters = list(Quarter.objects.visible_to(user).select_related("snapshot", "published_by"))
    context: dict[str, object] = {"words": words, "kinds": Agreement.Kinds, **_may(user)}
    if quarters:
        form = Chooser(request.GET, quarters)
        made = list(Return.objects.visible_to(user).filter(quarter=form.chosen))
        context |= {
            "form": form,
            "quarter": form.chosen,
            "rows": _rows(made, user),
            "counts": _counts(made),
        }
    return render(request, "collection/returns.html", context)


def _may(user: User) -> dict[str, object]:
    return {
        "may_check": user.may(Permission.CHECK_RETURNS),
        "may_agree": user.may(Permission.AGREE_RETURNS),
        "may_publish": user.may(Permission.PUBLISH_QUARTER),
        "may_close": user.may(Permission.CLOSE_QUESTION),
        "may_see_agreements": user.may(Permission.LOAD_EXTRACT),
    }


def _rows(made: Iterable[Return], user: User) -> list[Row]:
    rows: dict[int, Row] = {}
    for item in made:
        is_open = user.may(Permission.CHECK_RETURNS) or user.may(Permission.MAKE_RETURN, item)
        row = rows.setdefault(item.agency_id, Row(item.agency, is_open))
        row.by_kind.setdefault(item.agreement.kind, []).append(item)
    return list(rows.values())


def _counts(made: Sequence[Return]) -> dict[str, int]:
    late = [item for item in made if item.is_with_agency and words.lateness(item)]
    return {
        "all": len(made),
        "came": sum(item.received_at is not None for item in made),
        "late": len(late),
        "returned": sum(item.state == Return.States.RETURNED for item in made),
        "missing": sum(item.state == Return.States.MISSING for item in made),
    }


class OpenForm(forms.Form):
    """Which quarter to open: one of the last four, this one or the next."""

    first_on = forms.TypedChoiceField(
        label="Quarter", coerce=lambda text: can_be_opened()[text], widget=forms.RadioSelect
    )

    def __init__(self, *args: object, taken: Iterable[date] = ()) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        free = {key: first for key, first in can_be_opened().items() if first not in set(taken)}
        named = [(key, str(Quarter(first_on=f, last_on=add_months(f, 2)))) for key, f in free.items()]
        self.fields["first_on"].choices = named  # type: ignore[attr-defined]


def can_be_opened() -> dict[str, date]:
    """First days of the quarters that can be opened, by how an address writes them; the latest first."""
    today = timezone.localdate()
    this = today.replace(day=1, month=(today.month - 1) // 3 * 3 + 1)
    return {(first := add_months(this, 3 * n)).isoformat(): first for n in range(1, -5, -1)}


@require_http_methods(READ_AND_WRITE)
def quarter_new(request: HttpRequest) -> HttpResponse:
    """Open a quarter: every agency is then asked for what it agreed to return."""
    user = person(request)
    taken = Quarter.objects.visible_to(user).values_list("first_on", flat=True)
    form = OpenForm(request.POST or None, taken=taken)
    if form.is_valid():
        try:
            made = commands.open_quarter(first_on=form.cleaned_data["first_on"], by=user)
        except NotPossible as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{made} is open: every agency can see what it owes")
            return redirect(f"{reverse('collection:returns')}?quarter={made.pk}")
    context = {"form": form, "breadcrumbs": [CRUMB, {"text": "Open a quarter"}]}
    return render(request, "collection/quarter_new.html", context)


class PublishForm(forms.Form):
    """Whoever publishes with gaps says that they know."""

    although_missing = forms.BooleanField(
        label="I know that these are missing. They will be named as missing wherever the figures are shown",
        error_messages={"required": "Confirm that you know what is missing"},
    )

    def __init__(self, *args: object, missing: Sequence[Return]) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        if not missing:
            del self.fields["although_missing"]


@about(finding.quarter)
def publish(request: HttpRequest, quarter: Quarter) -> HttpResponse:
    """What is ready, what is missing and what still has to be checked; then publish."""
    user = person(request)
    made = list(Return.objects.visible_to(user).filter(quarter=quarter))
    missing = [item for item in made if item.state in Return.WITH_AGENCY]
    posted = request.POST if request.method == "POST" else None
    form = PublishForm(posted, missing=missing)
    if posted is not None and form.is_valid():
        try:
            commands.publish_quarter(quarter, although_missing=bool(missing), by=user)
        except (NotPossible, NotAllowed) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{quarter} is being published: nothing in it can be changed now")
            return redirect(f"{reverse('collection:returns')}?quarter={quarter.pk}")
    context = {
        "form": form,
        "quarter": quarter,
        "missing": missing,
        "waiting": [item for item in made if item.state == Return.States.SUBMITTED],
        "ready": [item for item in made if item.state == Return.States.CHECKED],
        "words": words,
        "breadcrumbs": [_crumb(quarter), {"text": "Publish"}],
    }
    return render(request, "collection/publish.html", context)


class ReasonForm(forms.Form):
    """Why a published quarter is opened again."""

    reason = forms.CharField(label="What is to be corrected", max_length=500, widget=forms.Textarea)


@about(finding.quarter)
def reopen(request: HttpRequest, quarter: Quarter) -> HttpResponse:
    """Open a published quarter again, for a correction."""
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            commands.reopen_quarter(quarter, reason=form.cleaned_data["reason"], by=person(request))
        except (NotPossible, NotAllowed) as error:
            form.add_error(None, str(error))
        else:
            return redirect(f"{reverse('collection:returns')}?quarter={quarter.pk}")
    context = {"form": form, "quarter": quarter, "breadcrumbs": [_crumb(quarter), {"text": "Reopen"}]}
    return render(request, "collection/reopen.html", context)


class DiscussForm(forms.Form):
    """The meeting that discussed a quarter."""

    meeting = forms.CharField(label="Meeting", help_text="For example, Executive", max_length=200)
    held_on = DateField(label="Held on", help_text="For example, 12 5 2026")


@about(finding.quarter)
def discuss(request: HttpRequest, quarter: Quarter) -> HttpResponse:
    """Record the meeting that discussed a published quarter."""
    form = DiscussForm(request.POST or None)
    if form.is_valid():
        try:
            commands.discuss_quarter(quarter, **form.cleaned_data, by=person(request))
        except (NotPossible, NotAllowed) as error:
            form.add_error(None, str(error))
        else:
            return redirect(f"{reverse('collection:returns')}?quarter={quarter.pk}")
    context = {"form": form, "quarter": quarter, "breadcrumbs": [_crumb(quarter), {"text": "Discussed"}]}
    return render(request, "collection/discuss.html", context)


def _crumb(quarter: Quarter) -> dict[str, str]:
    return {"text": f"Returns, {quarter}", "href": f"{reverse('collection:returns')}?quarter={quarter.pk}"}
