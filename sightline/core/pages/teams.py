"""The teams of the partnership: whoever keeps them says who is in which, from when until when."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from sightline.core import team_commands
from sightline.core.models import Agency, Team, TeamMember, User
from sightline.core.pages.doing import crumbs, done
from sightline.core.pages.people import EndForm
from sightline.govuk.forms import DateField

TEAMS = ("Teams", "teams")


class TeamForm(forms.Form):
    """What a team is called, and whose it is."""

    name = forms.CharField(label="Name", max_length=200)
    agency: forms.ModelChoiceField[Agency] = forms.ModelChoiceField(
        label="Agency", queryset=None, required=False, empty_label="Several agencies"
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agency = self.fields["agency"]
        assert isinstance(agency, forms.ModelChoiceField)
        agency.queryset = Agency.objects.visible_to(user)


class MemberForm(forms.Form):
    """Who joins, and when."""

    user = forms.ChoiceField(label="Who")
    from_on = DateField(label="From", help_text="The first day in the team, such as 27 3 2026")
    until_on = DateField(label="Until", required=False, help_text="The last day, if that is known already")

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["user"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Choose a person"), *((str(one.pk), _named(one)) for one in people)]


def _named(user: User) -> str:
    return f"{user.name} ({user.agency.name})" if user.agency else user.name


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _team(request: HttpRequest, pk: int) -> Team:
    found: Team = get_object_or_404(Team.objects.visible_to(_me(request)).select_related("agency"), pk=pk)
    return found


@require_safe
def teams(request: HttpRequest) -> HttpResponse:
    """Every team, with how many are in it today."""
    user, today = _me(request), timezone.localdate()
    live = TeamMember.objects.visible_to(user).live(today).values_list("team_id", flat=True)
    sizes: dict[int, int] = {}
    for team_id in live:
        sizes[team_id] = sizes.get(team_id, 0) + 1
    found = Team.objects.visible_to(user).select_related("agency")
    context = {"lines": [(team, sizes.get(team.pk, 0)) for team in found], "breadcrumbs": crumbs("Teams")}
    return render(request, "core/teams.html", context)


@require_safe
def team(request: HttpRequest, pk: int) -> HttpResponse:
    """One team: who is in it now, was before and will be."""
    shown, today = _team(request, pk), timezone.localdate()
    members = TeamMember.objects.visible_to(_me(request)).filter(team=shown).select_related("user__agency")
    context = {
        "shown": shown,
        "members": [
            (one, one.until_on is not None and one.until_on < today)
            for one in members.order_by("-from_on", "-pk")
        ],
        "breadcrumbs": crumbs(shown.name, TEAMS),
    }
    return render(request, "core/team.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Make a team."""
    user = _me(request)
    form = TeamForm(request.POST or None, user=user)
    act = _once_valid(form, lambda: team_commands.make_team(**form.cleaned_data, by=user))
    return _form(request, None, form, act, title="Make a team", button="Make it", told="The team is made")


@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a team another name or agency."""
    user, shown = _me(request), _team(request, pk)
    form = TeamForm(request.POST or None, user=user, initial={"name": shown.name, "agency": shown.agency_id})
    act = _once_valid(form, lambda: team_commands.correct_team(shown, **form.cleaned_data, by=user))
    words = {"title": f"Rename {shown.name}", "button": "Save", "told": "The team is corrected"}
    return _form(request, shown, form, act, **words)


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a person into a team."""
    user, shown = _me(request), _team(request, pk)
    people = User.objects.visible_to(user).filter(is_active=True).select_related("agency").order_by("name")
    form = MemberForm(request.POST or None, people=people, initial={"from_on": timezone.localdate()})

    def act() -> object:
        given = form.cleaned_data
        return team_commands.join_team(shown, **{**given, "user": int(given["user"])}, by=user)

    lead = "They see what the team may see, as far as their own role reaches."
    words = {"title": f"Put somebody into {shown.name}", "button": "Add", "told": "They are in the team"}
    return _form(request, shown, form, _once_valid(form, act), lead=lead, **words)


@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a person leave a team, at once or after a day."""
    user = _me(request)
    members = TeamMember.objects.visible_to(user).select_related("user", "team")
    member = get_object_or_404(members, pk=pk)
    form = EndForm(request.POST or None)
    act = _once_valid(
        form, lambda: team_commands.leave_team(member, last_on=form.cleaned_data["last_on"], by=user)
    )
    title = f"Take {member.user.name} out of {member.team.name}"
    told = f"{member.user.name} leaves the team"
    return _form(request, member.team, form, act, title=title, button="Take out", told=told)


def _once_valid(form: forms.Form, act: Callable[[], object]) -> Callable[[], bool]:
    return lambda: form.is_valid() and done(form, act)


def _form(
    request: HttpRequest,
    shown: Team | None,
    form: forms.Form,
    act: Callable[[], bool],
    *,
    told: str,
    title: str,
    **more: Any,
) -> HttpResponse:
    back = reverse("team", kwargs={"pk": shown.pk}) if shown else reverse("teams")
    if act():
        messages.success(request, told)
        return redirect(back)
    above = [{"text": shown.name, "href": back}] if shown else []
    way = [*crumbs("", TEAMS)[:-1], *above, {"text": title}]
    context = {"form": form, "title": title, "back": back, "breadcrumbs": way}
    return render(request, "core/form.html", {**context, **more})
