"""What can be done: a command checks the permission, opens the transaction and writes the audit event.

Views, the command line, imports and jobs all call the same commands::

    @command(Permission.MANAGE_PEOPLE, detail=("role",))
    def give_role(user: User, *, role: Role, by: Actor) -> RoleAssignment: ...

The record acted on comes first; everything else is named. A command that makes a record for an agency takes
the agency first, so that a role for one's own agency alone counts for that.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from django.core.exceptions import PermissionDenied
from django.db import models

from sightline.core.audit import Actor, Outcome, deed, record_event
from sightline.core.permissions import Permission

P = ParamSpec("P")
R = TypeVar("R")

COMMANDS: dict[str, Permission] = {}
"""Every command that has been imported, as `process.verb`, with the permission that it asks for."""


class Refused(PermissionDenied):
    """The actor may not do this, on this record. A page answers as if the record did not exist."""


class NotDone(Exception):
    """Nothing was changed; the message says why, and what to do instead.

    `field` names what was given wrongly, where it is one thing.
    """

    def __init__(self, words: str, *, field: str = "") -> None:
        super().__init__(words)
        self.field = field


def command(
    permission: Permission, *, detail: tuple[str, ...] = ()
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function a command that asks for `permission`.

    The permission is checked on the first argument where that is a record. `detail` names those arguments
    whose values go into the audit event: codes and keys, never personal data; of a mapping, its keys alone.
    A refusal is audited too, and raises `Refused`; it stays in the log when it undoes what called the
    command. Raises `TypeError` at import for a function without `by`.
    """

    def decorate(do: Callable[P, R]) -> Callable[P, R]:
        action, first = _register(do, permission, detail)

        @wraps(do)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            by = cast(Actor, kwargs["by"])
            subject = _record(args[0] if args else kwargs.get(first))
            noted = {name: _noted(kwargs[name]) for name in detail if name in kwargs}
            if not by.may(permission, subject):
                record_event(action, by, outcome=Outcome.REFUSED, subject=subject, detail=noted)
                raise Refused(f"{action} asks for: {permission}")
            with deed():
                result = do(*args, **kwargs)
                record_event(action, by, subject=subject or _record(result), detail=noted)
            return result

        return run

    return decorate


def _noted(value: Any) -> Any:
    return sorted(value) if isinstance(value, Mapping) else value


def _record(value: object) -> models.Model | None:
    return value if isinstance(value, models.Model) else None


def _register(do: Callable[..., object], permission: Permission, detail: tuple[str, ...]) -> tuple[str, str]:
    """Enter a command into `COMMANDS`; gives its action and the name of its first argument."""
    action = f"{do.__module__.split('.')[-2]}.{do.__name__.replace('_', '-')}"
    parameters = inspect.signature(do).parameters
    for name in ("by", *detail):
        if name not in parameters or parameters[name].kind is not inspect.Parameter.KEYWORD_ONLY:
            raise TypeError(f"command {action}: {name!r} must be a keyword-only argument")
    if action in COMMANDS:
        raise TypeError(f"command {action} is defined twice")
    COMMANDS[action] = permission
    return action, next(iter(parameters))
