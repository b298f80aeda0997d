"""What a person chooses to see of the worklist, as an address says it, and as it is remembered."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from django.http import QueryDict

from sightline.core.audit import Actor
from sightline.core.command import Refused, command
from sightline.core.models import User, WorklistChoice
from sightline.core.permissions import Permission
from sightline.core.work import DueWhen
from sightline.core.worklist import Asked, Order, Scope

ANY = "any"
"""What an address says of a filter that does not narrow, for a form always says something."""
NAMES = ("scope", "due", "process", "who", "order")

E = TypeVar("E", bound=StrEnum)


def from_query(query: Mapping[str, str]) -> Asked:
    """What an address asks for; what it does not say, or says wrongly, is taken as the usual."""
    return Asked(
        scope=_one_of(Scope, query.get("scope", "")) or Scope.MINE,
        due=_one_of(DueWhen, query.get("due", "")),
        process=_unless_any(query.get("process", ANY)),
        who=_unless_any(query.get("who", ANY)),
        order=_one_of(Order, query.get("order", "")) or Order.DUE,
    )


def as_query(asked: Asked) -> str:
    """What is asked for, as an address says it; the scope always, so that an address is never empty."""
    said = {name: getattr(asked, name) for name in NAMES}
    usual = {"scope": "", "order": Order.DUE}
    return urlencode({name: value for name, value in said.items() if value and value != usual.get(name)})


def kept_by(user: User) -> Asked:
    """What a person chose last; their own work where they never chose."""
    kept = WorklistChoice.objects.visible_to(user).filter(user=user).first()
    return from_query(QueryDict(kept.query)) if kept else Asked()


@command(Permission.USE)
def choose_worklist(user: User, *, asked: Asked, by: Actor) -> None:
    """Remember what a person wants to see of the worklist. Raises `Refused` for another person's."""
    if isinstance(by, User) and by.pk != user.pk:
        raise Refused("what a person's worklist shows is for that person to choose")
    WorklistChoice.objects.update_or_create(user=user, defaults={"query": as_query(asked)})


def _unless_any(value: str) -> str:
    return "" if value == ANY else value


def _one_of(choices: type[E], value: str) -> E | None:
    return choices(value) if value in set(choices) else None
