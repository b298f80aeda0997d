"""Who is looking: whoever reads a protected record stands behind it by name, or nothing is read.

A request is made by a `Viewer`, set by the middleware. A job says what it is for, which is audited::

    with system_actor("publishing facts"):
        ...
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from sightline.core.audit import System, record_event
from sightline.core.models import User
from sightline.core.policy import REACH, Kind, Level, Purpose, Section

Looks = dict[UUID, set[Section]]
"""What has been read of each dossier."""


class NoActor(Exception):
    """A protected record was about to be read, and nobody stands behind it."""


@dataclass(frozen=True)
class Viewer:
    """A person at work, for the purpose of this session; without one they see nothing."""

    user: User
    purpose: Purpose | None
    session: str = ""
    prepared: dict[Level, tuple[str, Sequence[Any]]] = field(default_factory=dict, compare=False, repr=False)
    """What `access` has prepared of the rule for this person; nothing else looks at it."""
    levels: dict[UUID, Level | None] | None = field(default=None, compare=False, repr=False)
    """How far they see each dossier, as `access` found it; None where that may change while they look."""

    @cached_property
    def reach(self) -> Mapping[Kind, Level]:
        """The highest level for each kind of dossier, of the roles that allow this purpose."""
        found: dict[Kind, Level] = {}
        if not self.user.is_active:
            return found
        for role in self.user.roles & set(REACH):
            if self.purpose in REACH[role].purposes:
                for kind, level in REACH[role].kinds.items():
                    found[kind] = max(level, found.get(kind, level))
        return found


@dataclass(frozen=True)
class Unguarded:
    """The software itself: it sees everything, for a reason."""

    reason: str


@dataclass(frozen=True)
class _Acting:
    actor: Viewer | Unguarded
    looks: Looks = field(default_factory=dict)


_acting: ContextVar[_Acting | None] = ContextVar("who reads protected records", default=None)


def current() -> Viewer | Unguarded:
    """Who reads now. Raises `NoActor`."""
    acting = _acting.get()
    if acting is None:
        raise NoActor(
            "nobody stands behind this read of a protected record: pages are opened by a signed-in person, "
            "jobs say `with system_actor(reason)`"
        )
    return acting.actor


def whoever() -> Viewer | Unguarded | None:
    """Who reads now, or None for nobody."""
    acting = _acting.get()
    return acting.actor if acting is not None else None


def note(dossier: UUID, section: Section) -> None:
    """Remember that something of a dossier's section was read; the outline holds no personal data."""
    acting = _acting.get()
    if acting is not None and section is not Section.OUTLINE:
        acting.looks.setdefault(dossier, set()).add(section)


@contextmanager
def acting(viewer: Viewer) -> Iterator[Looks]:
    """Read as this person; gives what is read meanwhile, for the audit log."""
    with _as(viewer) as looks:
        yield looks


@contextmanager
def at_work(user: User) -> Iterator[None]:
    """Read what this person would see at their usual work, to tell them that it waits; only outlines are."""
    with acting(Viewer(user, Purpose.PROTECT)):
        yield


@contextmanager
def system_actor(reason: str) -> Iterator[None]:
    """Read and write as the software itself, for a stated reason; that it did is an audit event."""
    with _as(Unguarded(reason)) as looks:
        yield
    sections = sorted({section for of_one in looks.values() for section in of_one})
    record_event("system:read", System(reason), detail={"dossiers": len(looks), "sections": sections})


@contextmanager
def unguarded(reason: str) -> Iterator[None]:
    """As `system_actor`, without an event: for the trust plane's own work inside a command or an audited
    search. Nothing that is read here may reach a page but what that command or search decides.
    """
    with _as(Unguarded(reason)):
        yield


@contextmanager
def _as(actor: Viewer | Unguarded) -> Iterator[Looks]:
    now = _Acting(actor)
    token = _acting.set(now)
    try:
        yield now.looks
    finally:
        _acting.reset(token)
