"""Teams: whoever keeps them says who is in which, and what a team holds is seen while one is in it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from sightline.core import team_commands
from sightline.core.command import NotDone
from sightline.core.models import AuditEvent, Team, TeamMember, User
from sightline.frontline.referral.models import Contact
from tests.invented_people import looking


@pytest.fixture
def keeper(cast, signed_in):
    return signed_in(cast.administrator)


def in_boxes(name, day):
    return {f"{name}_{part}": getattr(day, part) for part in ("day", "month", "year")}


def test_an_administrator_makes_a_team_and_puts_somebody_into_it(cast, keeper):
    assert "There are no teams yet" in keeper.get(reverse("teams")).content.decode()
    keeper.post(reverse("team-add"), {"name": "Duty team", "agency": cast.agency_lead.agency_id})
    team = Team.objects.get()
    today = timezone.localdate()
    sent = {"user": cast.member.pk, **in_boxes("from_on", today)}
    assert keeper.post(reverse("team-join", args=[team.pk]), sent)["Location"] == reverse(
        "team", args=[team.pk]
    )
    assert "Mem Ber" in keeper.get(reverse("team", args=[team.pk])).content.decode()
    assert User.objects.get(pk=cast.member.pk).team_ids == (team.pk,)
    event = AuditEvent.objects.get(action="core.join-team")
    assert event.detail == {"user": cast.member.pk, "from_on": str(today), "until_on": None}


def test_who_leaves_a_team_sees_no_more_what_it_holds(contact, front_line, cast, signed_in):
    with looking(front_line.hub_worker):
        assert Contact.objects.count() == 1
    member = TeamMember.objects.get(user=front_line.hub_worker)
    signed_in(cast.administrator).post(reverse("team-leave", args=[member.pk]), {"when": "now"})
    with looking(front_line.hub_worker):
        assert Contact.objects.count() == 0


def test_nobody_puts_themselves_into_a_team(cast, keeper):
    team = Team.objects.create(name="Hub")
    with pytest.raises(NotDone, match="yourself"):
        team_commands.join_team(
            team, user=cast.administrator.pk, from_on=timezone.localdate(), by=cast.administrator
        )
    assert not TeamMember.objects.exists()


def test_one_is_in_a_team_once_at_a_time(cast):
    team, today = Team.objects.create(name="Hub"), timezone.localdate()
    join = {"user": cast.member.pk, "by": cast.administrator}
    team_commands.join_team(team, from_on=today, until_on=today + timedelta(days=5), **join)
    with pytest.raises(NotDone, match="in that time already"):
        team_commands.join_team(team, from_on=today + timedelta(days=5), **join)
    team_commands.join_team(team, from_on=today + timedelta(days=6), **join)
    with pytest.raises(NotDone, match="end before it begins"):
        team_commands.join_team(team, from_on=today, until_on=today - timedelta(days=1), **join)


def test_two_teams_do_not_have_one_name(cast, keeper):
    Team.objects.create(name="Hub")
    assert "There is a team hub already" in keeper.post(reverse("team-add"), {"name": "hub"}).content.decode()


def test_a_team_is_renamed(cast, keeper):
    team = Team.objects.create(name="Hub")
    keeper.post(reverse("team-correct", args=[team.pk]), {"name": "Front door"})
    assert Team.objects.get().name == "Front door"
