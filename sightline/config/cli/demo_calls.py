"""Calls to the consultation line of the example partnership.

Those of the past are stored in bulk, as the commands would have stored them; today's are done by commands.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sightline.config.cli.demo_contacts_stored import Stored
from sightline.config.cli.demo_contacts_told import LEADS, Door
from sightline.config.cli.demo_people import working_as
from sightline.example import front_door_life as life
from sightline.example.chance import stream
from sightline.example.front_door_calls import QUESTIONS, Rang, calls, wait

if TYPE_CHECKING:
    from sightline.frontline.referral.models import Concern

TALKED = timedelta(minutes=10)
"""How long after it came a call was closed."""
TODAY = (("school-lead", 150, True), ("health-nurse", 95, True), ("quarry-lead", 25, False))
"""Who rang today, how many minutes ago, and whether it became a contact or waits to be finished."""


def play(door: Door, today: date) -> None:
    """Store the calls of the months before today, then let three people ring."""
    stored = Stored(door)
    for one in calls(today):
        keep(stored, one)
    _of_contacts(stored, today)
    stored.save()
    for (account, minutes, refers), (question, advice) in zip(TODAY, QUESTIONS, strict=False):
        _rings(door, account, minutes, refers, question, advice)


def keep(stored: Stored, one: Rang) -> None:
    """Add the rows of a call that was answered with advice, or that was given up."""
    from sightline.core.trust.models import Grant
    from sightline.frontline.consultation.models import Call, Caller, Consulted

    door, at, states = stored.door, one.called_at, Call.States
    ended = at if one.was_abandoned else at + TALKED
    dossier = stored.dossier("contact", "C", at, closed_at=ended)
    stored.grant(dossier, door.hub, 4, Grant.Source.OWNER_TEAM, at, door.worker)
    call = stored.add(
        Call(
            dossier=dossier,
            state=states.CLOSED,
            called_at=at,
            wait_seconds=one.wait_seconds,
            was_abandoned=one.was_abandoned,
            agency=door.agencies[one.sender.agency],
            logged_by=door.worker,
        )
    )
    if one.was_abandoned:
        stored.changed(call, None, states.CLOSED, at, door.worker)
        return
    stored.changed(call, None, states.LOGGED, at, door.worker)
    stored.changed(call, states.LOGGED, states.CLOSED, ended, door.worker)
    stored.add(Consulted(dossier=dossier, caller=one.sender.who, question=one.question, advice=one.advice))
    stored.add(Caller(dossier=dossier, role=one.sender.who))
    if account := LEADS.get(one.sender.agency):
        stored.grant(dossier, door.cast[account], 2, Grant.Source.RECEIPT, at, door.worker)


def _of_contacts(stored: Stored, today: date) -> None:
    """Add the call from which each contact of the line came."""
    from sightline.core.trust.actor import unguarded
    from sightline.frontline.referral.models import Channel, Concern, Contact

    rng, slow = stream(1, "calls that became contacts"), life.slow_month(today)
    with unguarded("sixteen months of invented calls"):
        contacts = list(Contact.objects.filter(channel=Channel.CONSULTATION).order_by("received_at", "pk"))
        of_them = Concern.objects.filter(dossier__in=[one.dossier_id for one in contacts])
        concerns = {one.dossier_id: one for one in of_them.select_related("agency", "dossier")}
    for contact in contacts:
        is_slow = contact.received_at.date().replace(day=1) == slow
        _became(stored, contact.received_at, wait(rng, is_slow), concerns[contact.dossier_id])


def _became(stored: Stored, at: datetime, seconds: int, concern: Concern) -> None:
    from sightline.frontline.consultation.models import Call, Caller, Consulted

    worker, states = stored.door.worker, Call.States
    call = stored.add(
        Call(
            dossier=concern.dossier,
            state=states.REFERRED,
            called_at=at,
            wait_seconds=seconds,
            agency=concern.agency,
            logged_by=worker,
        )
    )
    stored.changed(call, None, states.LOGGED, at, worker)
    stored.changed(call, states.LOGGED, states.REFERRED, at + TALKED, worker)
    said = {"caller": concern.referrer, "question": concern.narrative, "wishes": concern.wishes}
    stored.add(Consulted(dossier=concern.dossier, **said))
    stored.add(Caller(dossier=concern.dossier))


def _rings(door: Door, account: str, minutes: int, refers: bool, question: str, advice: str) -> None:
    """Let somebody ring today, and the hub's worker log it."""
    from django.utils import timezone

    from sightline.frontline.consultation import commands

    caller = door.cast[account]
    with working_as(door.worker) as worker:
        call = commands.log_call(
            said={"caller": f"{caller.name}, {caller.agency}", "question": question, "advice": advice},
            team=door.hub,
            account=caller.pk,
            wait_seconds=20,
            at=timezone.now() - timedelta(minutes=minutes),
            by=worker,
        )
        if refers:
            commands.refer(call, by=worker)
