"""Who looked at a dossier: its events in the audit log, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sightline.core import audit_words
from sightline.core.audit import Outcome, kind
from sightline.core.models import AppendOnlyQuerySet, AuditEvent, Team, User
from sightline.core.permissions import ROLES, Role
from sightline.core.policy import PURPOSES, Purpose
from sightline.core.trust.models import Dossier

_SECTIONS = {"access": "who looked, and why"}
_HOW = {"view": "Looked", "export": "Took a copy", "search": "Found by a search", "open": "Tried to open"}


@dataclass(frozen=True)
class Look:
    """One event of a dossier, as the page shows it. `whom`: the person or team that it was done to."""

    event: AuditEvent
    whom: str = ""

    @property
    def who(self) -> str:
        """A person by name, or the system with its reason."""
        return audit_words.who(self.event)

    @property
    def agency(self) -> str:
        """The agency that the person belongs to."""
        actor = self.event.actor
        return actor.agency.name if actor is not None and actor.agency is not None else ""

    @property
    def roles(self) -> str:
        """The roles that the person held then."""
        held = [role for role in self.event.detail.get("roles", []) if role in set(Role)]
        return ", ".join(ROLES[Role(role)].title for role in held)

    @property
    def how(self) -> str:
        """Looked, took a copy, was refused, or what else was done to the record."""
        verb, _, route = self.event.action.partition(":")
        return _HOW[verb] if route and verb in _HOW else audit_words.what(self.event.action)

    @property
    def sections(self) -> str:
        """The sections that were shown: "identity, police intelligence"."""
        named = self.event.detail.get("sections", [])
        return ", ".join(_SECTIONS.get(one, one.replace("-", " ")) for one in named)

    @property
    def purpose(self) -> str:
        """What the session was for."""
        chosen = self.event.detail.get("purpose")
        return PURPOSES[Purpose(chosen)] if chosen in set(Purpose) else ""

    @property
    def is_refused(self) -> bool:
        """Whether nothing was shown or done."""
        return self.event.outcome == Outcome.REFUSED


def events_of(dossier: UUID) -> AppendOnlyQuerySet:
    """The events of a dossier, newest first; for a reader of whom `covers.reviewed_by` has said yes."""
    events: AppendOnlyQuerySet = AuditEvent.objects.filter(
        object_kind=kind(Dossier(pk=dossier)), object_key=str(dossier)
    )
    return events.select_related("actor__agency").order_by("-seq")


def looks_at(events: Iterable[AuditEvent]) -> list[Look]:
    """The events as the page shows them, with the names of those who were let in or shut out."""
    events = list(events)
    keys = {event.seq: _whom(event) for event in events}
    names: dict[tuple[str, str], str] = {}
    for what, model in (("user", User), ("team", Team)):
        asked = {key for named, key in keys.values() if named == what}
        found = model.objects.filter(pk__in=asked).values_list("pk", "name")
        names |= {(what, str(pk)): name for pk, name in found}
    return [Look(event, names.get(keys[event.seq], "")) for event in events]


def _whom(event: AuditEvent) -> tuple[str, str]:
    """What an event says of whom it was done to: "user" or "team", and the key."""
    if "user" in event.detail:
        return "user", str(event.detail["user"])
    what, _, key = str(event.detail.get("holder", "")).partition("-")
    return what, key


def lookers(dossier: UUID) -> list[User]:
    """Everybody who has an event of the dossier, by name."""
    actors = events_of(dossier).order_by().values("actor")
    return list(User.objects.filter(pk__in=actors).order_by("name", "pk"))
