"""The partner mirror: how an agency refers and what becomes of it, on a page that names no child."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from sightline.core.models import Agency, User
from sightline.core.permissions import Permission
from sightline.core.process import Panel
from sightline.core.trust.actor import system_actor
from sightline.frontline.referral.mirror import (
    FEWEST,
    InTime,
    Mirror,
    Period,
    by_agency,
    by_month,
    contacts_of,
    mirror_of,
    mirror_of_all,
    periods,
)
from sightline.frontline.referral.models import NOT_ACCEPTED, Contact
from sightline.frontline.threshold.models import Level
from sightline.govuk.paging import LongList, page_links

A_PAGE = 25

QUALITY: Mapping[int, str] = {
    0: "0: It could not be understood, or names no child",
    1: "1: Much is missing; the hub had to ask",
    2: "2: Enough to decide, with something missing",
    3: "3: Clear and complete, with the child's voice",
}
"""How good a referral was, in words."""

TOO_FEW = "Too few to compare"


class Filter(forms.Form):
    """Whose mirror, and of which days."""

    marks_optional = False

    agency: forms.ModelChoiceField[Agency] = forms.ModelChoiceField(
        label="Agency",
        queryset=None,
        to_field_name="code",
        required=False,
        empty_label="All agencies",
    )
    period = forms.ChoiceField(label="Period", required=False)

    def __init__(self, data: Any, *, choices: Iterable[Period], user: User) -> None:
        super().__init__(data)
        self.fields["period"].choices = [(one.key, one.title) for one in choices]  # type: ignore[attr-defined]
        if user.may(Permission.SEE_MIRRORS):
            self.fields["agency"].queryset = Agency.objects.visible_to(user)  # type: ignore[attr-defined]
        else:
            del self.fields["agency"]


@dataclass(frozen=True)
class Line:
    """One measure: the agency's own, and that of all agencies together."""

    title: str
    own: str
    all: str


@require_safe
def mirror(request: HttpRequest) -> HttpResponse:
    """An agency's mirror; whoever may see all of them chooses, and first sees them side by side."""
    user = request.user
    assert isinstance(user, User)
    choices = periods(timezone.localdate())
    form = Filter(request.GET, choices=choices, user=user)
    asked = form.cleaned_data if form.is_valid() else {}
    period = next((one for one in choices if one.key == asked.get("period")), choices[0])
    sees_all = user.may(Permission.SEE_MIRRORS)
    agency = asked.get("agency") if sees_all else user.agency
    context: dict[str, Any] = {"form": form, "period": period, "agency": agency, "sees_all": sees_all}
    if agency is not None:
        context |= _of_agency(agency, period, user, request.GET.get("page"))
    elif sees_all:
        context["agencies"] = _side_by_side(period, user)
    return render(request, "referral/mirror.html", context)


def on_the_scorecard(user: User, about: Mapping[str, object]) -> Panel | None:
    """On the scorecard: the way to the mirror, for whoever may open it there."""
    if user.may(Permission.SEE_MIRRORS):
        return Panel("referral/panels/mirror.html", {"text": "See how each agency refers"})
    if user.may(Permission.SEE_MIRROR):
        return Panel("referral/panels/mirror.html", {"text": "See how your agency refers"})
    return None


def _side_by_side(period: Period, user: User) -> list[tuple[Agency, int, str]]:
    """Every agency that referred in the period: how many, and how many of those decided were accepted."""
    with system_actor("the partner mirror"):
        counts = by_agency(period, user)
    agencies = Agency.objects.visible_to(user).filter(pk__in=counts)
    return [
        (one, sent, share(accepted, decided))
        for one in agencies
        for sent, decided, accepted in [counts[one.pk]]
    ]


def _of_agency(agency: Agency, period: Period, user: User, number: Any) -> dict[str, Any]:
    with system_actor("the partner mirror"):
        own, everybody = mirror_of(agency, period, user), mirror_of_all(period, user)
        months = list(by_month(agency, period, user))
        contacts = contacts_of(agency, period, user).select_related("dossier")
        page = LongList(contacts, A_PAGE).get_page(number)
        references = [(one.pk, one.dossier.reference, one.received_at) for one in page]
    here = urlencode({"agency": agency.code, "period": period.key, "page": ""})
    return {
        "own": own,
        "lines": list(lines(own, everybody)),
        "reasons": [(NOT_ACCEPTED[key], own.reasons[key]) for key in NOT_ACCEPTED if own.reasons.get(key)],
        "scores": [(words, own.scores.get(score, 0)) for score, words in QUALITY.items()],
        "levels": [(one, [own.levels.get((one, two), 0) for two in Level]) for one in Level],
        "level_names": list(Level),
        "months": months,
        "most": max(one.sent for one in months) or 1,
        "page": page,
        "references": _opened(references, user),
        "pages": page_links(page.number, page.paginator.num_pages, f"?{here}"),
        "fewest": FEWEST,
    }


def _opened(references: list[tuple[UUID, str, Any]], user: User) -> list[tuple[UUID | None, str, Any]]:
    """References, with a key to open those that the reader may."""
    keys = [pk for pk, _, _ in references]
    seen = set(Contact.objects.visible_to(user).filter(pk__in=keys).values_list("pk", flat=True))
    return [(pk if pk in seen else None, reference, at) for pk, reference, at in references]


def lines(own: Mirror, everybody: Mirror) -> Iterable[Line]:
    """The measures, each beside that of all agencies; of too few contacts of others nothing is said."""
    accepted = percent(everybody.accepted, everybody.decided)
    yield Line(
        "Accepted, of the referrals that were decided",
        share(own.accepted, own.decided),
        accepted if everybody.decided - own.decided >= FEWEST else TOO_FEW,
    )
    told = ("Told the next step in time", "Median time until they were told")
    yield from _timed(told, own.feedback, everybody.feedback)
    answered = ("Questions of the front door answered in time", "Median time until the answer")
    yield from _timed(answered, own.requests, everybody.requests)


def _timed(titles: tuple[str, str], own: InTime, everybody: InTime) -> Iterable[Line]:
    is_enough = everybody.of - own.of >= FEWEST
    both = (percent(everybody.done, everybody.of), took(everybody.median)) if is_enough else (TOO_FEW,) * 2
    yield Line(titles[0], share(own.done, own.of), both[0])
    yield Line(titles[1], took(own.median), both[1])


def share(part: int, whole: int) -> str:
    """A share with what it rests on: "12 of 20 (60%)"; in words where there is nothing."""
    return f"{part} of {whole} ({percent(part, whole)})" if whole else "None yet"


def percent(part: int, whole: int) -> str:
    """A share alone, in whole percent."""
    return f"{100 * part / whole:.0f}%" if whole else "None yet"


def took(time: timedelta | None) -> str:
    """A time as people say it, in hours, or in days from two days on."""
    if time is None:
        return "None yet"
    hours = time.total_seconds() / 3600
    if hours < 1:
        return "less than an hour"
    count, unit = (hours, "hour") if hours < 48 else (hours / 24, "day")
    return f"{count:.0f} {unit}{'' if round(count) == 1 else 's'}"
