"""The worklist: what waits for a person, their agency, or anybody whose records they may see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from sightline.core import worklist as query
from sightline.core.models import Agency, Team, User
from sightline.core.permissions import ROLES
from sightline.core.policy import ROUTES
from sightline.core.process import Process, panels, processes
from sightline.core.work import DueWhen
from sightline.core.worklist import Asked, Order, Scope
from sightline.core.worklist_choice import ANY, NAMES, as_query, choose_worklist, from_query, kept_by
from sightline.core.worklist_words import lines
from sightline.govuk.paging import page_links

A_PAGE = 25

SCOPES: Mapping[Scope, str] = {
    Scope.MINE: "Mine",
    Scope.TEAM: "My team’s",
    Scope.AGENCY: "My agency’s",
    Scope.ALL: "Everything I may see",
}
DUE: Mapping[DueWhen, str] = {
    DueWhen.OVERDUE: "Overdue",
    DueWhen.TODAY: "Due today",
    DueWhen.THIS_WEEK: "Due later this week",
    DueWhen.LATER: "Due after this week",
    DueWhen.NEVER: "No limit",
}


class Filters(forms.Form):
    """What of a scope to show; the first choice of each does not narrow it."""

    due = forms.ChoiceField(label="When it is due", choices=[(ANY, "Any time"), *DUE.items()])
    process = forms.ChoiceField(label="Part of the work")
    who = forms.ChoiceField(label="Waits for")
    order = forms.ChoiceField(
        label="Sort by",
        choices=[(Order.DUE, "What is due first"), (Order.OLDEST, "What has waited longest")],
    )

    def __init__(self, user: User, asked: Asked) -> None:
        super().__init__({name: getattr(asked, name) or ANY for name in NAMES})
        with_work = [one for one in processes() if _has_work_for(user, one)]
        asked_for = {work.permission for one in with_work for work in one.work}
        roles = [(f"role-{role}", card.title) for role, card in ROLES.items() if card.permissions & asked_for]
        teams = [(f"team-{one.pk}", one.name) for one in Team.objects.visible_to(user)]
        agencies = [(f"agency-{one.pk}", one.name) for one in Agency.objects.visible_to(user)]
        self._offer("process", "All", [(one.title, one.title) for one in with_work])
        self._offer("who", "Anybody", [*teams, *agencies, *roles])

    def _offer(self, name: str, every: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = [(ANY, every), *choices]  # type: ignore[attr-defined]

    def without_errors(self, asked: Asked) -> Asked:
        """What was asked for, less what there is no such choice of: an agency that is gone, say."""
        process = "" if "process" in self.errors else asked.process
        return replace(asked, process=process, who="" if "who" in self.errors else asked.who)


def _has_work_for(user: User, process: Process) -> bool:
    """Whether a row of this process could lead the person anywhere."""
    links = [link for work in process.work for link in (work.doing, work.looking) if link is not None]
    return any(ROUTES[link.route].opens_for(user.may) for link in links)


@require_safe
def worklist(request: HttpRequest) -> HttpResponse:
    """What waits, a page at a time; what is chosen is remembered until something else is."""
    user = request.user
    assert isinstance(user, User)
    asked, filters = _asked(request, user)
    found = query.counts(user, asked)
    total = found.of(asked.due)
    last = max(1, -(-total // A_PAGE))
    number = min(max(1, _number(request)), last)
    items = query.page(user, asked, (number - 1) * A_PAGE, A_PAGE) if total else []
    context = {
        "lines": lines(user, items),
        "panels": panels("worklist", user, session=request.session),
        "asked": asked,
        "filters": filters,
        "is_narrowed": asked != Asked(asked.scope),
        "scopes": list(_scopes(user, asked)),
        "scope": SCOPES[asked.scope],
        "total": total,
        "overdue": found.of(DueWhen.OVERDUE),
        "today": found.of(DueWhen.TODAY),
        "clear": _address(Asked(asked.scope)),
        "everything": _address(Asked(Scope.ALL)),
        "number": number,
        "last": last,
        "pages": page_links(number, last, f"{_address(asked)}&page="),
    }
    return render(request, "core/worklist.html", context)


def _asked(request: HttpRequest, user: User) -> tuple[Asked, Filters]:
    """What the address asks for, or what this person chose last, and the form that says so."""
    kept = kept_by(user)
    said = from_query(request.GET) if set(NAMES) & set(request.GET) else kept
    if said.scope not in _scopes_of(user):
        said = replace(said, scope=Scope.MINE)
    filters = Filters(user, said)
    asked = filters.without_errors(said)
    if asked != kept and request.method == "GET":
        choose_worklist(user, asked=asked, by=user)
    return asked, filters if asked == said else Filters(user, asked)


def _scopes_of(user: User) -> list[Scope]:
    """The scopes that this person has: who is in no team has no team's work."""
    lacks = {Scope.TEAM: not user.team_ids, Scope.AGENCY: user.agency_id is None}
    return [scope for scope in SCOPES if not lacks.get(scope)]


def _scopes(user: User, asked: Asked) -> Iterator[dict[str, Any]]:
    """The scopes that this person has, as links that keep what is asked for besides."""
    for scope in _scopes_of(user):
        href = _address(replace(asked, scope=scope))
        yield {"title": SCOPES[scope], "href": href, "is_current": scope is asked.scope}


def _address(asked: Asked) -> str:
    return f"{reverse('worklist')}?{as_query(asked)}"


def _number(request: HttpRequest) -> int:
    given = request.GET.get("page", "")
    return int(given[:9]) if given.isdecimal() else 1
