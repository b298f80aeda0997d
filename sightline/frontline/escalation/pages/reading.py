"""The pages of disputes that are read: the list, one dispute stage by stage, and who disputes how often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from sightline.core.due_words import due_in_words
from sightline.core.models import Agency, User
from sightline.core.opening import on_record
from sightline.core.permissions import Permission
from sightline.core.trust.panel import access_to, page_of
from sightline.frontline.escalation import sides
from sightline.frontline.escalation.counting import COUNTED_DAYS, use_by_agency
from sightline.frontline.escalation.models import INFORMAL_STAGES, OPEN_STATES, Escalation, Said, readable
from sightline.govuk.paging import LongList, page_links

A_PAGE = 25

DISPUTES = {"text": "Disputes", "href": "/escalation/"}
"""The first step of the way to every page of a dispute."""


@dataclass(frozen=True)
class Stage:
    """A stage of a dispute with what was said at it; `due` says by when it is to be settled, if it runs."""

    number: int
    said: Sequence[Said]
    due: str = ""
    is_late: bool = False

    @property
    def title(self) -> str:
        """The stage in words."""
        return f"Stage {self.number}, {'informal' if self.number <= INFORMAL_STAGES else 'formal'}"


@require_safe
def escalations(request: HttpRequest) -> HttpResponse:
    """The disputes that the reader may see, the latest first; of their words it shows none."""
    user = request.user
    assert isinstance(user, User)
    rows = readable(user).select_related("dossier__owner_team", "answerer", "raised_by_agency")
    page = LongList(rows, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": list(page),
        "page": page,
        "pages": page_links(page.number, page.paginator.num_pages, "?page="),
        "may_count": user.may(Permission.SEE_MIRRORS),
    }
    return render(request, "escalation/escalations.html", context)


@require_safe
def use(request: HttpRequest) -> HttpResponse:
    """How often each agency disputed a decision in a year."""
    user = request.user
    assert isinstance(user, User)
    context = {
        "rows": use_by_agency(list(Agency.objects.visible_to(user))),
        "days": COUNTED_DAYS,
        "breadcrumbs": [DISPUTES, {"text": "By agency"}],
    }
    return render(request, "escalation/use.html", context)


@on_record(
    lambda user: readable(user).select_related(
        "dossier__owner_team", "answerer", "raised_by", "raised_by_agency"
    )
)
def escalation(request: HttpRequest, dispute: Escalation) -> HttpResponse:
    """What was said at each stage, whose turn it is, and what the reader may do about it."""
    user = request.user
    assert isinstance(user, User)
    said = list(
        dispute.words.objects.visible_to(user).filter(escalation=dispute).select_related("by__agency")
    )
    context = {
        "dispute": dispute,
        "stages": stages_of(dispute, said, timezone.now()),
        "safety": next((one for one in said if one.what == Said.What.SAFETY), None),
        "may": what_may_be_done(user, dispute),
        "names_somebody": sides.next_names_somebody(dispute),
        "record": page_of(dispute.dossier_id, user),
        "access": access_to(dispute.dossier, user),
        "breadcrumbs": [DISPUTES, {"text": dispute.dossier.reference}],
    }
    return render(request, "escalation/escalation.html", context)


def stages_of(dispute: Escalation, said: Sequence[Said], now: datetime) -> list[Stage]:
    """Each stage in its order, also one at which nobody has said anything yet; what keeps the child safe
    stands above them.
    """
    told = [one for one in said if one.what != Said.What.SAFETY]
    by_stage = {number: list(group) for number, group in groupby(told, key=lambda one: one.stage)}
    due = sides.due_at(dispute) if dispute.state in OPEN_STATES else None
    stages = []
    for number in range(1, dispute.stage + 1):
        runs = due is not None and number == dispute.stage
        words = due_in_words(timezone.localdate(due), due, now) if runs else ""
        stages.append(
            Stage(number, by_stage.get(number, []), words, is_late=runs and due is not None and due < now)
        )
    return stages


def what_may_be_done(user: User, dispute: Escalation) -> dict[str, bool]:
    """What the reader may do with a dispute now, by the page on which it is done."""
    may_escalate = user.may(Permission.ESCALATE, dispute)
    may_answer = user.may(Permission.ANSWER_ESCALATION, dispute)
    endings = sides.endings(user, dispute) if may_escalate else frozenset()
    is_raised, is_upheld = dispute.state == "raised", dispute.state == "upheld"
    return {
        "answer": may_answer and is_raised and sides.answers(user, dispute),
        "take_higher": may_escalate and sides.may_take_higher(user, dispute),
        "uphold": endings == {True},
        "end": endings == {True, False},
        "rest": endings == {False},
        "note": may_answer and is_upheld and sides.holds(user, dispute.dossier),
    }
