"""The rule once more, in PostgreSQL itself: row-level security on every guarded table.

A net under the guarded managers and the tripwire: a filter that was forgotten, raw SQL and a bare connection
see nothing but what the rule of `sightline.core.trust.access` shows to whoever the session was told of
(`sightline.core.trust.binding`), and nothing at all where it was told of nobody. The policies know no role:
what a person's roles reach is in the settings. They are made from the registry after every `migrate`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from sightline.core.policy import Level
from sightline.core.trust.access import OPEN
from sightline.core.trust.grants import Exclusion, Grant
from sightline.core.trust.guarded import Guarded, guarded_models, needed_for
from sightline.core.trust.models import Dossier

CLOCKS_DIFFER = "interval '1 minute'"
"""How far the application's clock may be ahead of the database's: what starts now has then started."""

_DOSSIER, _GRANT, _EXCLUSION = (model._meta.db_table for model in (Dossier, Grant, Exclusion))


def _set(name: str, made: str = "{}") -> str:
    """A setting of the session, in a subselect so that it is read once a statement; null where empty."""
    stored = f"nullif(current_setting('sightline.{name}', true), '')"
    return f"(SELECT {made.format(stored)})"


_SYSTEM = _set("system", "coalesce({}, '') = 'on'")
_USER = _set("user_id", "{}::bigint")
_LIST = "string_to_array({}, ',')"
_TEAMS = f"({_set('teams', _LIST)})::bigint[]"
_PURPOSE = _set("purpose")
_SOMEBODY = f"({_SYSTEM} OR {_USER} IS NOT NULL)"


@dataclass(frozen=True)
class Policy:
    """What PostgreSQL asks of each row before one verb: `using` of a stored row, `check` of a new one."""

    verb: str
    using: str = ""
    check: str = ""

    @property
    def name(self) -> str:
        """Its name in the database."""
        return f"sightline_{self.verb.lower()}"

    @property
    def digest(self) -> str:
        """A name for its words, kept beside it in the database."""
        return sha256(f"{self.verb}|{self.using}|{self.check}".encode()).hexdigest()[:16]

    def making(self, table: str) -> str:
        """The statement that makes it."""
        using = f" USING ({self.using})" if self.using else ""
        check = f" WITH CHECK ({self.check})" if self.check else ""
        return f'CREATE POLICY {self.name} ON "{table}" FOR {self.verb}{using}{check}'


def policies(model: type[Guarded]) -> list[Policy]:
    """The policies of a guarded table.

    A new row is asked only that somebody stands behind it: nobody has been given a grant on a dossier that is
    just being opened. Only the software itself removes a row.
    """
    seen = f"{_SYSTEM} OR {_seen(model)}"
    return [
        Policy("SELECT", using=seen),
        Policy("INSERT", check=_SOMEBODY),
        Policy("UPDATE", using=seen, check=_SOMEBODY),
        Policy("DELETE", using=_SYSTEM),
    ]


def _seen(model: type[Guarded]) -> str:
    """The condition on a row that whoever the session was told of sees it.

    A row of a section is seen where its dossier's own policy shows the dossier, which also looks at
    exclusions, and the section's level is reached.
    """
    level = needed_for(model)
    if model is Dossier:
        excluded = (
            f"EXISTS (SELECT 1 FROM {_EXCLUSION} e WHERE e.dossier_id = {_DOSSIER}.id"
            f" AND e.user_id = {_USER} AND {_live('e')})"
        )
        return f"({_reached(_DOSSIER, level)} AND NOT {excluded})"
    reached = "" if level is Level.STUB else f" AND {_reached('d', level)}"
    key = f"{_table(model)}.{model.dossier_column}"
    own = f" AND {_table(model)}.{model.only_of} = {_USER}" if model.only_of else ""
    return f"(EXISTS (SELECT 1 FROM {_DOSSIER} d WHERE d.id = {key}{reached}){own})"


def _reached(dossier: str, level: Level) -> str:
    """The condition that a role reaches the dossier's kind at this level, and a live grant gives it."""
    kinds = _set(f"kinds_{level.value}", _LIST)
    named = _granted(dossier, level, f"g.user_id = {_USER}")
    team = _granted(dossier, level, f"g.team_id = ANY ({_TEAMS})")
    by_team = f"({dossier}.restriction = '{OPEN}' AND {team})"
    return f"{dossier}.kind = ANY (({kinds})::text[]) AND ({named} OR {by_team})"


def _granted(dossier: str, level: Level, holder: str) -> str:
    return (
        f"EXISTS (SELECT 1 FROM {_GRANT} g WHERE g.dossier_id = {dossier}.id AND {holder}"
        f" AND g.level >= {level.value} AND g.purpose = {_PURPOSE} AND {_live('g')})"
    )


def _live(timed: str) -> str:
    now = "statement_timestamp()"
    ended = f"({timed}.until_at IS NULL OR {timed}.until_at > {now})"
    return f"{timed}.from_at <= {now} + {CLOCKS_DIFFER} AND {ended}"


def protect_all(connection: BaseDatabaseWrapper) -> list[str]:
    """Make the policies of every guarded table that is there and has not got them; gives those tables.

    May be called at any time, by the owner of the tables: a table that is as it must be is left alone.
    """
    found = _found(connection)
    wrong = [
        model for model in guarded_models() if (kept := found.get(_table(model))) and _wrong(model, kept)
    ]
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for model in wrong:
            for old in found[_table(model)].policies:
                cursor.execute(f'DROP POLICY "{old.name}" ON "{_table(model)}"')
            cursor.execute(
                f'ALTER TABLE "{_table(model)}" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY'
            )
            for policy in policies(model):
                cursor.execute(policy.making(_table(model)))
        made = _found(connection) if wrong else {}
        for model in wrong:
            for policy, stored in zip(_by_name(policies(model)), made[_table(model)].policies, strict=True):
                remark = f"{policy.digest} {stored.digest}"
                cursor.execute(f"""COMMENT ON POLICY {policy.name} ON "{_table(model)}" IS '{remark}'""")
    return [_table(model) for model in wrong]


def wrong_with(connection: BaseDatabaseWrapper) -> list[str]:
    """What is wrong with the policies in the database, a sentence for each table; none is right.

    A table that is not there at all is wrong, too, and so is having found no guarded table to look at.
    """
    models, found = guarded_models(), _found(connection)
    if not models:
        return ["No guarded table was found, so none was checked."]
    said = []
    for model in models:
        kept = found.get(_table(model))
        words = "is not there" if kept is None else _wrong(model, kept)
        if words:
            said.append(f"{_table(model)} {words}")
    return said


@dataclass(frozen=True)
class _Kept:
    """A policy as it stands in the database. `remark`: digests of its words and of what became of them."""

    name: str
    verb: str
    digest: str
    remark: str


@dataclass(frozen=True)
class _Table:
    is_enabled: bool
    is_forced: bool
    policies: Sequence[_Kept]


_STANDS = """
SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, p.polname, p.polcmd::text,
    concat_ws('|', p.polpermissive, p.polroles::text, pg_get_expr(p.polqual, p.polrelid),
        pg_get_expr(p.polwithcheck, p.polrelid)),
    coalesce(obj_description(p.oid, 'pg_policy'), '')
FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid
WHERE c.relname = ANY (%s) AND c.relkind IN ('r', 'p') AND pg_table_is_visible(c.oid)
ORDER BY c.relname, p.polname
"""


def _found(connection: BaseDatabaseWrapper) -> Mapping[str, _Table]:
    """How the guarded tables that are there stand in the database."""
    found: dict[str, _Table] = {}
    names = [_table(model) for model in guarded_models()]
    with connection.cursor() as cursor:
        cursor.execute(_STANDS, [names])
        for table, is_enabled, is_forced, name, verb, words, remark in cursor.fetchall():
            kept = found.setdefault(table, _Table(is_enabled, is_forced, []))
            if name is not None:
                digest = sha256(words.encode()).hexdigest()[:16]
                found[table] = _Table(
                    is_enabled, is_forced, [*kept.policies, _Kept(name, verb, digest, remark)]
                )
    return found


def _wrong(model: type[Guarded], kept: _Table) -> str:
    """What is wrong with a table as it stands, in words; empty for nothing."""
    if not (kept.is_enabled and kept.is_forced):
        return "has row-level security switched off"
    expected = {policy.name: policy.digest for policy in policies(model)}
    if missing := expected.keys() - {policy.name for policy in kept.policies}:
        return f"lacks {', '.join(sorted(missing))}"
    for policy in kept.policies:
        if policy.remark != f"{expected.get(policy.name)} {policy.digest}":
            return f"has a policy, {policy.name}, that is not what the policy file says"
    return ""


def _by_name(made: Sequence[Policy]) -> Iterator[Policy]:
    yield from sorted(made, key=lambda policy: policy.name)


def _table(model: type[Guarded]) -> str:
    return model._meta.db_table
