"""The audit log: who did, tried or read what, newest first, and as a file."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from sightline.core import audit_words
from sightline.core.models import AppendOnlyQuerySet, AuditEvent, ChainHead, User
from sightline.core.pages.doing import crumbs
from sightline.govuk.forms import DateField

A_PAGE = 50
SHOWN_OF_A_CODE = 12
"""How much of the code of the chain the page shows: enough to compare by eye with an anchor."""


class Filters(forms.Form):
    """Which events to show; what is left out does not narrow them."""

    person = forms.CharField(
        label="Name or e-mail address",
        required=False,
        help_text="A part of it is enough",
        widget=forms.TextInput({"class": "govuk-input--width-20"}),
    )
    action = forms.ChoiceField(label="What was done", required=False)
    outcome = forms.ChoiceField(
        label="Outcome", required=False, choices=[("", "All"), *AuditEvent.Outcome.choices]
    )
    from_on = DateField(label="From", required=False, help_text="For example, 27 3 2026")
    until_on = DateField(label="To", required=False, help_text="This day is included")

    def __init__(self, asked: QueryDict) -> None:
        super().__init__(asked)
        self.fields["action"].choices = [("", "All"), *audit_words.actions()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The two days must be in order."""
        given = super().clean() or {}
        first, last = given.get("from_on"), given.get("until_on")
        if first and last and last < first:
            self.add_error("until_on", "The day to end with must not be before the day to begin with")
        return given

    def narrow(self, events: AppendOnlyQuerySet) -> AppendOnlyQuerySet:
        """The events asked for; none while something that was asked is wrong."""
        if not self.is_valid():
            return events.none()
        given = self.cleaned_data
        if given["person"]:
            asked = given["person"].strip()
            events = events.filter(Q(actor__name__icontains=asked) | Q(actor__email__icontains=asked))
        if given["action"] == audit_words.TRIED:
            events = events.filter(action__startswith=audit_words.TRIED)
        elif given["action"]:
            events = events.filter(action=given["action"])
        if given["outcome"]:
            events = events.filter(outcome=given["outcome"])
        if given["from_on"]:
            events = events.filter(at__gte=_midnight(given["from_on"]))
        if given["until_on"]:
            events = events.filter(at__lt=_midnight(given["until_on"] + timedelta(days=1)))
        return events


@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """Who did, tried or read what, newest first."""
    user = request.user
    assert isinstance(user, User)
    filters = Filters(request.GET)
    events = _asked(user, filters)
    before = request.GET.get("before", "")
    if before.isdecimal():
        events = events.filter(seq__lt=int(before[:18]))
    found = list(events.order_by("-seq")[: A_PAGE + 1])
    shown = found[:A_PAGE]
    asked = [(name, str(value)) for name, value in request.GET.items() if name != "before" and value]
    context = {
        "breadcrumbs": crumbs("Audit log"),
        "form": filters,
        "is_narrowed": bool(asked),
        "head": ChainHead.objects.visible_to(user).first(),
        "code": SHOWN_OF_A_CODE,
        "events": shown,
        "records": audit_words.records(shown, user),
        "words": audit_words,
        "export": _address("audit-export", asked),
        "newest": _address("audit", asked) if before else "",
        "older": _address("audit", [*asked, ("before", str(shown[-1].seq))]) if len(found) > A_PAGE else "",
    }
    return render(request, "core/audit.html", context)


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """The events asked for as CSV, the oldest first; the audit log itself where the filters are wrong."""
    user = request.user
    assert isinstance(user, User)
    filters = Filters(request.GET)
    if not filters.is_valid():
        return audit(request)
    events = _asked(user, filters).order_by("seq").iterator(chunk_size=2000)
    response = StreamingHttpResponse(audit_words.csv_lines(events), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="audit-log-{timezone.localdate()}.csv"'
    return response


def _asked(user: User, filters: Filters) -> AppendOnlyQuerySet:
    return filters.narrow(AuditEvent.objects.visible_to(user)).select_related("actor", "agency")


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _address(route: str, query: list[tuple[str, str]]) -> str:
    return f"{reverse(route)}?{urlencode(query)}" if query else reverse(route)
