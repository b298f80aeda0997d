"""The calls that the reader may see, and how the line did today."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from statistics import median
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from sightline.core.models import Agency, User
from sightline.core.permissions import Permission
from sightline.frontline.consultation.models import Call
from sightline.frontline.referral.models import Told
from sightline.govuk.paging import LongList, page_links

A_PAGE = 25

CALLS = {"text": "Calls", "href": "/consultation/"}
"""The first step of the way to every page of a call."""

WHICH = {
    "open": ("Not finished", Q(state=Call.States.LOGGED)),
    "referred": ("Became a referral", Q(state=Call.States.REFERRED)),
    "advised": ("Advice given", Q(state=Call.States.CLOSED, was_abandoned=False)),
    "abandoned": ("Caller gave up", Q(was_abandoned=True)),
}


class Filter(forms.Form):
    """Which calls to show; what is left out does not narrow them."""

    marks_optional = False

    which = forms.ChoiceField(
        label="What became of them",
        required=False,
        choices=[("", "All"), *((key, words) for key, (words, _) in WHICH.items())],
    )
    agency: forms.ModelChoiceField[Agency] = forms.ModelChoiceField(
        label="Agency", queryset=None, required=False, empty_label="All agencies"
    )
    reference = forms.CharField(
        label="Reference",
        required=False,
        max_length=30,
        widget=forms.TextInput({"class": "govuk-input--width-10"}),
    )

    def __init__(self, data: object = None, *, user: User) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.fields["agency"].queryset = Agency.objects.visible_to(user)  # type: ignore[attr-defined]

    def narrow(self, calls: QuerySet[Call]) -> QuerySet[Call]:
        """The calls asked for; none while something that was asked is wrong."""
        if not self.is_valid():
            return calls.none()
        asked = self.cleaned_data
        if asked["which"]:
            calls = calls.filter(WHICH[asked["which"]][1])
        if asked["agency"]:
            calls = calls.filter(agency=asked["agency"])
        if asked["reference"]:
            calls = calls.filter(dossier__reference__icontains=asked["reference"].strip())
        return calls


@dataclass(frozen=True)
class Day:
    """How the line did on a day: calls, those that were given up, and the median wait in seconds."""

    calls: int
    abandoned: int
    median_wait: float | None


def how_it_did(calls: QuerySet[Call], day: date) -> Day:
    """The counts of a day, of these calls; a call whose wait nobody knows has none."""
    start = timezone.make_aware(datetime.combine(day, time.min))
    end = timezone.make_aware(datetime.combine(day, time.max))
    found = list(
        calls.order_by().filter(called_at__range=(start, end)).values_list("wait_seconds", "was_abandoned")
    )
    waits = [wait for wait, _ in found if wait is not None]
    return Day(len(found), sum(gave_up for _, gave_up in found), median(waits) if waits else None)


def wait_in_words(seconds: float | None) -> str:
    """A wait as people say it: "2 minutes 30 seconds"; "Not known" for none."""
    if seconds is None:
        return "Not known"
    minutes, rest = divmod(round(seconds), 60)
    parts = [(minutes, "minute"), (rest, "second")]
    said = [f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in parts if count]
    return " ".join(said) or "None"


@require_safe
def calls(request: HttpRequest) -> HttpResponse:
    """The calls that the reader may see, the latest first."""
    user = request.user
    assert isinstance(user, User)
    form = Filter(request.GET, user=user)
    seen = Call.objects.visible_to(user).select_related("dossier", "agency")
    page = LongList(form.narrow(seen), A_PAGE).get_page(request.GET.get("page"))
    told = _told(user, (call.dossier_id for call in page))
    asked = [(name, value) for name in form.fields if (value := request.GET.get(name, ""))]
    may_log = user.may(Permission.LOG_CALL)
    context = {
        "form": form,
        "rows": [(call, told.get(call.dossier_id), wait_in_words(call.wait_seconds)) for call in page],
        "page": page,
        "pages": page_links(page.number, page.paginator.num_pages, f"?{urlencode([*asked, ('page', '')])}"),
        "is_narrowed": bool(asked),
        "may_log": may_log,
        "today": how_it_did(Call.objects.visible_to(user), timezone.localdate()) if may_log else None,
        "wait_in_words": wait_in_words,
    }
    return render(request, "consultation/calls.html", context)


def _told(user: User, dossiers: Iterable[UUID]) -> dict[UUID, Told]:
    """Who the children are, as far as the reader may see that; of several the first that was told."""
    found = Told.objects.visible_to(user).filter(dossier__in=list(dossiers)).order_by("-place")
    return {one.dossier_id: one for one in found}
