"""What can be done with a call to the consultation line: log it, make it a contact, or close it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from sightline.core import flow
from sightline.core.audit import Actor, person
from sightline.core.command import NotDone, command
from sightline.core.models import Agency, Team, User
from sightline.core.permissions import Permission
from sightline.core.policy import Kind, Level
from sightline.core.trust import dossiers
from sightline.core.trust.models import Dossier
from sightline.frontline.consultation.models import Call, Caller, Consulted
from sightline.frontline.referral.commands import open_contact
from sightline.frontline.referral.models import Channel, Contact, Told

States = Call.States


@command(Permission.LOG_CALL)
def log_call(
    *,
    said: Mapping[str, Any],
    team: Team,
    told: Mapping[str, Any] | None = None,
    reached: Mapping[str, Any] | None = None,
    agency: Agency | None = None,
    account: int | None = None,
    wait_seconds: int | None = None,
    at: datetime | None = None,
    key: UUID | None = None,
    by: Actor,
) -> Call:
    """Keep a call that was answered, with the team that advised.

    `said`, `told` and `reached` are fields of `Consulted`, `Told` and `Caller`; of a child of whom nothing
    was told nothing is stored. A caller of whose `account` the key is given sees question and advice in it,
    and their agency is the account's where none is named. `key`: the one that the call gets. Raises `NotDone`
    for a call that lies ahead, `IntegrityError` for one of this key that is kept already.
    """
    holder = User.objects.get(pk=account) if account else None
    call = Call(
        pk=key or uuid4(),
        dossier=_dossier(team, by=by),
        called_at=_moment(at),
        wait_seconds=wait_seconds,
        agency=agency or (holder.agency if holder else None),
        logged_by=person(by),
    )
    flow.begin(call, by, at=call.called_at)
    Consulted(**{"dossier": call.dossier, **said}).save(force_insert=True)
    Caller(**{"dossier": call.dossier, **(reached or {})}).save(force_insert=True)
    if any((told or {}).values()):
        Told(**{"dossier": call.dossier, **(told or {})}).save(force_insert=True)
    if holder is not None:
        dossiers.give(call.dossier, holder, Level.RECEIPT, dossiers.Source.RECEIPT, by=by)
    return call


@command(Permission.LOG_CALL)
def log_abandoned(
    *,
    wait_seconds: int | None,
    team: Team,
    agency: Agency | None = None,
    at: datetime | None = None,
    key: UUID | None = None,
    by: Actor,
) -> Call:
    """Keep that somebody rang and gave up before anybody answered. Raises `NotDone` as `log_call` does."""
    call = Call(
        pk=key or uuid4(),
        dossier=_dossier(team, by=by),
        state=States.CLOSED,
        called_at=_moment(at),
        wait_seconds=wait_seconds,
        was_abandoned=True,
        agency=agency,
        logged_by=person(by),
    )
    flow.begin(call, by, at=call.called_at)
    dossiers.close(call.dossier)
    return call


@command(Permission.LOG_CALL, detail=("is_immediate",))
def refer(call: Call, *, is_immediate: bool = False, by: Actor) -> Contact:
    """Make a call a contact, with what was written: the caller is the referrer, and nothing is asked again.

    The contact was received when the call came: the hub has known since then, so its clocks count from
    there. Raises `NotDone` for a call that is finished.
    """
    _unfinished(call)
    said = Consulted.objects.get(dossier=call.dossier)
    reached = Caller.objects.get(dossier=call.dossier)
    team = call.dossier.owner_team
    assert team is not None, "a call is logged for a team"
    contact = open_contact(
        told=(),
        team=team,
        concern={
            "referrer": said.caller,
            "agency": call.agency,
            "narrative": said.question,
            "wishes": said.wishes,
        },
        referrer={name: getattr(reached, name) for name in ("role", "telephone", "email")},
        channel=Channel.CONSULTATION,
        is_immediate=is_immediate,
        at=call.called_at,
        dossier=call.dossier,
        by=by,
    )
    flow.move(call, States.REFERRED, by)
    return contact


@command(Permission.LOG_CALL)
def close_call(call: Call, *, by: Actor) -> None:
    """Close a call for which advice was enough. Raises `NotDone` without advice, and for a finished one."""
    _unfinished(call)
    if not Consulted.objects.get(dossier=call.dossier).advice.strip():
        raise NotDone("No advice was written down, so it cannot be closed as advice. Make it a referral")
    flow.move(call, States.CLOSED, by)
    dossiers.close(call.dossier)


def _dossier(team: Team, *, by: Actor) -> Dossier:
    """A call has the dossier from its beginning that its contact will have."""
    dossier = dossiers.open_dossier(Kind.CONTACT, by=by, agency=team.agency, team=team)
    dossiers.give(dossier, team, Level.FULL, dossiers.Source.OWNER_TEAM, by=by)
    return dossier


def _moment(at: datetime | None) -> datetime:
    if at is not None and at > timezone.now():
        raise NotDone("The call must not lie ahead", field="day")
    return at or timezone.now()


def _unfinished(call: Call) -> None:
    call.refresh_from_db(from_queryset=Call.objects.select_for_update())
    if call.state != States.LOGGED:
        raise NotDone(f"This call was finished meanwhile: {call.outcome[:1].lower()}{call.outcome[1:]}")
