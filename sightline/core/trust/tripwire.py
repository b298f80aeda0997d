"""A tripwire on every statement: protected tables are not read past the rule by accident.

It knows a table by its name and the rule by the name of the table of grants: a net under the guarded managers
for raw SQL, hand-made queries and whatever Django does that nobody thought of. No proof: on PostgreSQL
row-level security is the second net (`sightline.core.trust.rls`); SQLite has none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from sightline.core.trust.binding import READS, Binding

REBUILDS = re.compile(r'\s*INSERT INTO "new__\w+"')
"""How SQLite changes a table in a migration."""
NEEDS_NO_GRANT = re.compile(r"\s*INSERT\b(?!.*\bSELECT\b)", re.IGNORECASE | re.DOTALL)
GRANTS = '"trust_grant"'


class PastTheRule(Exception):
    """A statement would have read a protected table past the rule."""


def trip(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Let a statement through, unless it names a protected table and not the grants (an execute wrapper)."""
    named = _protected_in(sql)
    if named:
        _check(sql, named)
    binding: Binding | None = getattr(context["connection"], "binding", None)
    if binding is None:
        return execute(sql, params, many, context)
    with binding.around(sql, is_protected=bool(named)):
        return execute(sql, params, many, context)


def _check(sql: str, named: list[str]) -> None:
    from sightline.core.trust.actor import Unguarded, current  # Django makes connections before models

    actor = current()
    if isinstance(actor, Unguarded) or NEEDS_NO_GRANT.match(sql):
        return
    if GRANTS not in sql:
        raise PastTheRule(f"a statement reads {', '.join(named)} without asking for a grant")


def _protected_in(sql: str) -> list[str]:
    if not READS.match(sql) or REBUILDS.match(sql):
        return []
    return sorted(set(_tables().findall(sql)))


@cache
def _tables() -> re.Pattern[str]:
    from sightline.core.trust.guarded import guarded_models

    tables = "|".join(re.escape(model._meta.db_table) for model in guarded_models())
    return re.compile(rf"\b(?:{tables})\b", re.IGNORECASE)
