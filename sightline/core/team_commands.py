"""What can be done to teams: make and rename them, and say who is in them from when until when."""

from __future__ import annotations

from datetime import date

from sightline.core.audit import Actor, person
from sightline.core.command import NotDone, command
from sightline.core.models import Agency, Team, TeamMember, User
from sightline.core.permissions import Permission


@command(Permission.KEEP_TEAMS)
def make_team(*, name: str, agency: Agency | None, by: Actor) -> Team:
    """Make a team, of one agency or of several. Raises `NotDone` where there is one of that name."""
    _refuse_name_of_another(name, None)
    return Team.objects.create(name=name, agency=agency)


@command(Permission.KEEP_TEAMS)
def correct_team(team: Team, *, name: str, agency: Agency | None, by: Actor) -> Team:
    """Give a team another name or agency. Raises `NotDone` where another team has the name."""
    _refuse_name_of_another(name, team)
    team.name, team.agency = name, agency
    team.save(update_fields=["name", "agency"])
    return team


@command(Permission.KEEP_TEAMS, detail=("user", "from_on", "until_on"))
def join_team(team: Team, *, user: int, from_on: date, until_on: date | None = None, by: Actor) -> TeamMember:
    """Put a person into a team from one day, until another if that is known already (both included).

    They see what the team sees, as far as their own roles reach. Raises `NotDone` where it ends before it
    begins, where they are in it then already, and for oneself.
    """
    joining = User.objects.get(pk=user)
    if joining == by:
        raise NotDone("You cannot put yourself into a team: ask another administrator")
    if until_on is not None and until_on < from_on:
        raise NotDone("It would end before it begins")
    if TeamMember.objects.filter(team=team, user=joining).overlapping(from_on, until_on).exists():
        raise NotDone(f"{joining.name} is in {team.name} in that time already")
    return TeamMember.objects.create(
        team=team, user=joining, from_on=from_on, until_on=until_on, given_by=person(by)
    )


@command(Permission.KEEP_TEAMS, detail=("last_on",))
def leave_team(member: TeamMember, *, last_on: date, by: Actor) -> TeamMember:
    """Let a person leave a team; `last_on` is their last day in it, so yesterday ends it at once.

    Who would leave before joining is taken out: the audit log keeps that they were put in.
    """
    if last_on < member.from_on:
        TeamMember.objects.filter(pk=member.pk).delete()
        return member
    member.until_on = last_on
    member.save(update_fields=["until_on"])
    return member


def _refuse_name_of_another(name: str, own: Team | None) -> None:
    taken = Team.objects.filter(name__iexact=name).first()
    if taken is not None and taken != own:
        raise NotDone(f"There is a team {name} already")
