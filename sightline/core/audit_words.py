"""Audit events in words for people, and as lines of a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC

from django.apps import apps

from sightline.core.command import COMMANDS
from sightline.core.models import Agency, AuditEvent, User
from sightline.core.policy import ROUTES, Read
from sightline.core.process import processes
from sightline.facts.formula import formula_safe

WORDS: Mapping[str, str] = {
    "account:add-passkey": "Added a passkey",
    "account:change-password": "Changed the password",
    "account:export-audit-log": "Exported the audit log at the command line",
    "account:confirm": "Confirmed who they are",
    "account:download-recovery-codes": "Downloaded the recovery codes",
    "account:forgot-password": "Asked for a link to choose a password",
    "account:make-recovery-codes": "Made new recovery codes",
    "account:remove-app": "Removed the authenticator app",
    "account:remove-passkey": "Removed a passkey",
    "account:rename-passkey": "Renamed a passkey",
    "account:rotate-keys": "Wrapped the keys of sealed sections under a new master key",
    "account:send-password-link": "Sent a link to choose a password",
    "account:set-up-app": "Set up an authenticator app",
    "account:session-end": "Was signed out: the session had reached its greatest length",
    "account:sign-in": "Sign-in",
    "export:audit-export": "Downloaded the audit log",
    "export:file": "Opened or downloaded a file",
    "session:purpose": "Chose what the session is for",
    "system:read": "Read records about people as the system",
    "view:audit": "Read the audit log",
    "account:sign-out": "Signed out",
    "core.add-agency": "Added an agency, or gave it its present name",
    "core.add-locality": "Added a locality",
    "core.add-person": "Added a person",
    "core.choose-worklist": "Chose what their worklist shows",
    "core.change-contact": "Changed the contact details",
    "core.choose-notices": "Chose what e-mails to get",
    "core.close-account": "Closed an account",
    "core.correct-person": "Corrected a name or agency",
    "core.delete-file": "Deleted a file",
    "core.end-role": "Set the last day of a role",
    "core.enter-agencies": "Entered the agencies of the settings",
    "core.give-role": "Gave a role",
    "core.invite-person": "Added a person with a role",
    "core.make-first-administrator": "Made the first administrator",
    "core.remove-second-factors": "Removed somebody’s authenticator app and passkeys",
    "core.rename-agency": "Renamed an agency",
    "core.rename-locality": "Renamed a locality",
    "core.reopen-account": "Opened an account again",
    "core.send-link": "Had a link to choose a password sent",
    "core.make-team": "Made a team",
    "core.correct-team": "Changed the name or agency of a team",
    "core.join-team": "Put somebody into a team",
    "core.leave-team": "Set somebody’s last day in a team",
    "core.set-local-limit": "Set a local limit",
    "core.send-digest": "Sent the daily e-mail",
    "core.send-test-email": "Sent a test e-mail",
}
"""What was done, by the key of the action. A process says the same of its own (`Process.deeds`)."""

TRIED = "open:"
"""How the action of somebody begins who asked for a page that they may not see."""

_READS = {"view": "Looked at", "export": "Downloaded", "open": "Tried to open"}

HEADINGS = (
    "number",
    "when (UTC)",
    "who",
    "account",
    "what",
    "action",
    "kind of record",
    "record",
    "agency",
    "outcome",
    "detail",
    "code of the chain",
)


def what(action: str) -> str:
    """An action in words: "Gave a role"; where nobody has words for it, its key: "Dataset: load"."""
    said = WORDS.get(action) or next((one.deeds[action] for one in processes() if action in one.deeds), "")
    if said:
        return said
    verb, _, route = action.partition(":")
    if verb in _READS and route:
        return f"{_READS[verb]}: {route.replace(':', ', ').replace('_', ' ').replace('-', ' ')}"
    process, _, verb = action.replace(":", ".").replace("_", " ").replace("-", " ").partition(".")
    return f"{process[:1].upper()}{process[1:]}: {verb}"


def actions() -> list[tuple[str, str]]:
    """Every action that can stand in the log, with its words, in the order of the words.

    Refusals of pages are one: `TRIED`.
    """
    reads = (f"{page.read}:{route}" for route, page in ROUTES.items() if page.read is not Read.UNAUDITED)
    known = {action: what(action) for action in {*WORDS, *COMMANDS, *reads}}
    known[TRIED] = "Tried to open a page without the right to"
    return sorted(known.items(), key=lambda pair: (pair[1].lower(), pair[0]))


def who(event: AuditEvent) -> str:
    """Who it was: a person by name, the system with its reason, or nobody known."""
    if event.actor is not None:
        return event.actor.name
    reason = event.detail.get("system")
    return f"The system: {reason}" if reason else "Somebody not signed in"


def detail(event: AuditEvent) -> str:
    """What the event says besides: "role: member; code: avfire"."""
    said = {name: value for name, value in event.detail.items() if name != "system"}
    return "; ".join(f"{name.replace('_', ' ')}: {_listed(value)}" for name, value in said.items())


def _listed(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def records(events: Iterable[AuditEvent], reader: User) -> dict[int, str]:
    """Which record each event is about, by its number; people and agencies by name where the reader may."""
    events = [event for event in events if event.object_kind]
    names = {
        (model._meta.db_table, str(one.pk)): one.name
        for model in (User, Agency)
        for one in model.objects.visible_to(reader).filter(pk__in=_keys(events, model._meta.db_table))
    }
    kinds = {model._meta.db_table: str(model._meta.verbose_name) for model in apps.get_models()}
    kinds[User._meta.db_table] = "account"
    said = {}
    for event in events:
        kind = kinds.get(event.object_kind, event.object_kind)
        name = names.get((event.object_kind, event.object_key))
        said[event.seq] = f"{kind[:1].upper()}{kind[1:]} {event.object_key}{f' ({name})' if name else ''}"
    return said


def _keys(events: Iterable[AuditEvent], kind: str) -> set[int]:
    return {int(event.object_key) for event in events if event.object_kind == kind}


def csv_lines(events: Iterable[AuditEvent]) -> Iterator[str]:
    """The events as lines of a CSV file in which no text can become a formula."""
    yield _line(HEADINGS)
    for event in events:
        yield _line(
            (
                event.seq,
                event.at.astimezone(UTC).isoformat(timespec="microseconds"),
                who(event),
                event.actor.email if event.actor else "",
                what(event.action),
                event.action,
                event.object_kind,
                event.object_key,
                event.agency.name if event.agency else "",
                event.outcome,
                json.dumps(event.detail, ensure_ascii=False, sort_keys=True),
                event.mac,
            )
        )


def _line(values: Iterable[object]) -> str:
    """One line of CSV. What a spreadsheet would take for a formula gets an apostrophe before it (OWASP)."""
    line = io.StringIO()
    csv.writer(line).writerow(formula_safe(value) if isinstance(value, str) else value for value in values)
    return line.getvalue()
