"""Sixteen months of contacts at the front door of the example partnership.

Whatever is closed by now is stored in bulk, as the commands would have stored it; what is open still is done
by the commands, as invented people.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta

from sightline.config.cli import demo_calls, demo_people
from sightline.config.cli.demo_contacts_done import steps
from sightline.config.cli.demo_contacts_stored import Stored
from sightline.config.cli.demo_contacts_told import Cast, Door
from sightline.example.front_door import Referral, referrals

EARLY_HELP = "Early help team"
NEW_MINUTES = (200, 70, 15)
"""How many minutes ago the contacts came that nobody has looked at yet."""


def is_played() -> bool:
    """Whether they are stored already."""
    from sightline.core.models import Team

    return Team.objects.filter(name=EARLY_HELP).exists()


def play(cast: Cast, today: date) -> None:
    """Store contacts and calls: those that are finished in bulk, then the open ones by the commands."""
    from sightline.core.audit import deed

    whole = referrals(today)
    with deed():
        door = open_door(cast, today)
        Stored(door).write(one for one in whole if not one.is_open)
        for one in _lately(one for one in whole if one.is_open):
            for _, do in steps(door, one):
                do()
        demo_calls.play(door, today)


def open_door(cast: Cast, today: date) -> Door:
    """The hub, the teams that take over from it (early help is made here) and the thresholds in force."""
    from sightline.core.models import Agency, Team, TeamMember
    from sightline.frontline.threshold.models import Version

    agencies = {agency.code: agency for agency in Agency.objects.all()}
    early_help = Team.objects.create(name=EARLY_HELP, agency=agencies["eh"])
    TeamMember.objects.create(team=early_help, user=cast["early-help"], from_on=today)
    hub, assessment = (Team.objects.get(name=name) for name in demo_people.TEAMS)
    thresholds = Version.objects.in_force()
    assert thresholds is not None
    return Door(cast, hub, assessment, early_help, agencies, thresholds)


def _lately(still_open: Iterable[Referral]) -> Iterator[Referral]:
    """The open contacts; those that nobody has looked at came in the last hours, whatever the hour is now."""
    from django.utils import timezone

    minutes = iter(NEW_MINUTES)
    for one in still_open:
        ago = next(minutes, None) if one.screened_at is None else None
        at = timezone.now() - timedelta(minutes=ago) if ago else one.received_at
        yield replace(one, received_at=at)
