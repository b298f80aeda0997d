"""Tells PostgreSQL who reads, so that row-level security (`sightline.core.trust.rls`) can hold the rule too.

Each connection carries what it was last told in settings of its session. Before a statement that names a
protected table it is told who reads, unless it was told so already; before any other statement, too, where it
still carries somebody else. What a rollback undid is not trusted: then it is told again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sightline.core.policy import Level

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    from sightline.core.trust.actor import Unguarded, Viewer

SETTINGS = ("system", "user_id", "teams", "purpose", *(f"kinds_{level.value}" for level in Level))
"""What a session is told, each under the name `sightline.NAME`."""
TELL = "SELECT {}, set_config('jit', 'off', false)".format(
    ", ".join(f"set_config('sightline.{name}', %s, false)" for name in SETTINGS)
)
"""The one statement that tells it. Compiling the many small conditions of the rule takes longer than they do:
of a list in nine seconds, seven were the compiler's."""

KEEPS = re.compile(r"\s*(SAVEPOINT|RELEASE)\b", re.IGNORECASE)
READS = re.compile(
    r"(\s|\(|--[^\n]*\n|/\*.*?\*/)*"
    r"(SELECT|UPDATE|DELETE|WITH|INSERT|REPLACE|COPY|TABLE|EXPLAIN|VALUES|DECLARE)\b",
    re.IGNORECASE | re.DOTALL,
)
"""Also after brackets and comments."""
MAY_SET = re.compile(r"set_config", re.IGNORECASE)

_UNKNOWN: Any = object()


def told(actor: Viewer | Unguarded | None) -> Mapping[str, str]:
    """The settings for whoever reads; for nobody all of them are empty, and nothing is visible."""
    from sightline.core.trust.actor import Unguarded  # Django makes connections before models

    empty = dict.fromkeys(SETTINGS, "")
    if actor is None:
        return empty
    if isinstance(actor, Unguarded):
        return {**empty, "system": "on"}
    kinds = {
        f"kinds_{level.value}": ",".join(kind for kind, ceiling in actor.reach.items() if ceiling >= level)
        for level in Level
    }
    teams = ",".join(str(team) for team in actor.user.team_ids)
    return {**empty, "user_id": str(actor.user.pk), "teams": teams, "purpose": actor.purpose or "", **kinds}


class Binding:
    """What one connection was last told of who reads, as far as that is sure."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._connection = connection
        self._bound: Viewer | Unguarded | None = _UNKNOWN
        self._is_telling = False

    def forget(self) -> None:
        """What the session was told may have been undone, or may be another's."""
        self._bound = _UNKNOWN

    @contextmanager
    def around(self, sql: str, *, is_protected: bool) -> Iterator[None]:
        """Let one statement run under whoever reads now, and under nobody else."""
        reads = READS.match(sql) is not None
        if reads and not self._is_telling:
            self._bring_up_to_date(is_protected=is_protected)
        try:
            yield
        finally:
            if MAY_SET.search(sql) or not (reads or KEEPS.match(sql)):
                self.forget()

    def _bring_up_to_date(self, *, is_protected: bool) -> None:
        from sightline.core.trust.actor import whoever

        actor = whoever()
        if self._bound is actor or (self._bound is None and not is_protected):
            return
        self._is_telling = True  # roles and teams may still have to be read, by this connection
        try:
            values = [told(actor)[name] for name in SETTINGS]
            self.forget()
            with self._connection.wrap_database_errors:
                self._connection.connection.execute(TELL, values)
        finally:
            self._is_telling = False
        self._bound = actor
