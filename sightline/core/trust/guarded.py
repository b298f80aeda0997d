"""Protected records: what hangs off a dossier is read only through its section's level, by every way in.

A model of a front-line process is protected by saying where it belongs::

    class Referral(Protected):
        section = Section.REFERRAL
        narrative = models.TextField()

Its managers, the default one and the base one that Django uses behind foreign keys and on saving, add the
rule of `sightline.core.trust.access` to every query; what is read is noted for the audit log as it is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar, Self
from uuid import UUID, uuid4

from django.apps import apps
from django.db import models
from django.db.models.expressions import BaseExpression, Col, Combinable, F, Subquery
from django.db.models.sql import Query
from django.db.models.sql.datastructures import Join
from django.http import HttpRequest

from sightline.core.audit import Outcome, record_event
from sightline.core.models import User
from sightline.core.permissions import Permission
from sightline.core.policy import NEEDS, SECTIONS, Level, Section
from sightline.core.trust.access import level_of, seen_at
from sightline.core.trust.actor import Unguarded, current, note, unguarded


class Withheld(Exception):
    """Values were asked for in a way that nobody could note as a look."""


class GuardedQuery(Query):
    """A query that leads from a record to its own dossier, and to that of nobody else."""

    def get_compiler(self, *args: Any, **kwargs: Any) -> Any:
        """Raises `Withheld` for a person's join to another's dossier, whose cover would be told."""
        used = (join for alias, join in self.alias_map.items() if self.alias_refcount.get(alias))
        fields: list[Any] = [join.join_field for join in used if isinstance(join, Join)]
        for field in fields:
            is_another = issubclass(field.related_model, Guarded) and field.name != "dossier"
            if is_another and not isinstance(current(), Unguarded):
                raise Withheld(f"{field} leads to the dossier of another: ask for that by its key")
        return super().get_compiler(*args, **kwargs)


class GuardedQuerySet(models.QuerySet[Any]):
    """Rows that the actor may see, and no other."""

    def __init__(self, model: Any = None, query: Any = None, **more: Any) -> None:
        super().__init__(model, query or GuardedQuery(model), **more)

    def select_related(self, *fields: Any) -> Self:
        """As Django's, by names alone, and not to another's dossier. Raises `Withheld`."""
        if not fields:
            raise Withheld(f"name what to read with {self.model.__name__}")
        for name in filter(None, fields):
            key: Any = self.model._meta.get_field(name.partition("__")[0])
            is_another = issubclass(key.related_model, Guarded) and key.name != "dossier"
            if is_another and not isinstance(current(), Unguarded):
                raise Withheld(f"{key} leads to the dossier of another: ask for that by its key")
        result: Self = super().select_related(*fields)
        return result

    def visible_to(self, user: User) -> Self:
        """What this person sees; they must be the one who is looking. Raises `Withheld` for another."""
        actor = current()
        if not isinstance(actor, Unguarded) and actor.user.pk != user.pk:
            raise Withheld(f"{actor.user.pk} is looking, not {user.pk}")
        return self.all()

    def _values(self, *fields: Any, **expressions: Any) -> Self:
        """Bare values are noted by nobody, so they may only be of columns that hold no personal data."""
        if not fields and not expressions:
            raise Withheld(f"every column of {self.model.__name__} was asked for: name the plain ones")
        named = (field for field in fields if field not in expressions)  # Django names those as well
        self._refuse_personal((*named, *expressions.values()))
        result: Self = super()._values(*fields, **expressions)  # type: ignore[misc]
        return result

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """As Django's, of plain columns alone: a greatest name is a name. Raises `Withheld`."""
        self._refuse_personal((*args, *kwargs.values()))
        result: dict[str, Any] = super().aggregate(*args, **kwargs)
        return result

    def _refuse_personal(self, asked: Iterable[Any]) -> None:
        model: type[Guarded] = self.model
        for name in _named(asked):
            root, _, beyond = name.partition("__")
            is_plain = root in model.plain and (not beyond or root == "dossier")
            if root in self.query.annotations:
                is_plain = all(_is_plain(column) for column in _columns(self.query.annotations[root]))
            if not is_plain and name != "*":
                raise Withheld(f"{model.__name__}.{name} is no plain column: read records, not values")


def _columns(expression: Any) -> Iterator[Col]:
    """The columns that an expression of a query reads; what a subquery reads is guarded by itself."""
    if isinstance(expression, Col):
        yield expression
    elif not isinstance(expression, Subquery):
        for inner in expression.get_source_expressions():
            if inner is not None:
                yield from _columns(inner)


def _is_plain(column: Col) -> bool:
    model = column.target.model
    return not issubclass(model, Guarded) or column.target.name in model.plain


def _named(asked: Iterable[Any]) -> Iterable[str]:
    """The columns that names and expressions speak of; what a subquery reads is guarded by itself."""
    for one in asked:
        if isinstance(one, str):
            yield one
        elif isinstance(one, F):
            yield str(vars(one)["name"])
        elif isinstance(one, BaseExpression) and not isinstance(one, Subquery):
            yield from _named(inner for inner in one.get_source_expressions() if inner is not None)
        elif isinstance(one, models.Q):
            yield from _named(child[0] for child in one.children if isinstance(child, Sequence))
        elif not isinstance(one, Combinable):
            raise Withheld(f"{one!r} cannot be told to be plain")


class GuardedManager(models.Manager.from_queryset(GuardedQuerySet)):  # type: ignore[misc]
    """Adds the rule to every query. Raises `NoActor` where nobody stands behind it."""

    def get_queryset(self) -> GuardedQuerySet:
        """The rows that the actor sees."""
        rows: GuardedQuerySet = super().get_queryset()
        model: type[Guarded] = self.model
        seen = seen_at(SECTIONS[model.section], model.dossier_column)
        if seen is None:
            return rows
        actor = current()
        if model.only_of and not isinstance(actor, Unguarded):
            seen &= models.Q(**{model.only_of: actor.user.pk})
        return rows.filter(seen)


class Guarded(models.Model):
    """What dossiers and the records of their sections have in common.

    `section` says where the rows belong; `dossier_column` which column holds the dossier's key; `plain` which
    columns hold no personal data, and so may be read as bare values; `born` which column holds the birth of
    whom the dossier is about, from which the years count that it is kept. `only_of` names the column of the
    one person who sees a row, of those who see the section, where a row is theirs alone. `page` is the route
    of the page about one, for the model whose page is the record's own. Keys are random, so that an address
    tells nothing and guesses find nothing.
    """

    section: ClassVar[Section]
    dossier_column: ClassVar[str] = "dossier_id"
    born: ClassVar[str] = ""
    only_of: ClassVar[str] = ""
    plain: ClassVar[frozenset[str]] = frozenset({"pk", "id", "dossier", "dossier_id"})
    page: ClassVar[str] = ""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    objects = GuardedManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
        default_manager_name = "objects"

    @classmethod
    def from_db(cls, db: str | None, field_names: Any, values: Any, **more: Any) -> Self:
        """A stored row, noted as a look at its section."""
        found = super().from_db(db, field_names, values, **more)
        note(getattr(found, cls.dossier_column), cls.section)
        return found

    @property
    def dossier_key(self) -> UUID:
        """The key of the dossier that this belongs to."""
        key: UUID = getattr(self, self.dossier_column)
        return key

    @classmethod
    def refused(cls, key: Any, user: User, request: HttpRequest) -> None:
        """Note in the audit log that somebody asked for a record that they may not see, if it is there."""
        with unguarded("who asked for a record in vain"):
            found = cls._base_manager.filter(pk=key).values_list(cls.dossier_column, flat=True).first()
        route = request.resolver_match.view_name if request.resolver_match else "?"
        if found is not None:
            subject = apps.get_model("trust", "Dossier")(pk=found)
            record_event(f"open:{route}", user, outcome=Outcome.REFUSED, subject=subject)

    def lets(self, user: User, permission: Permission) -> bool:
        """Whether this person, who must be the one who is acting, sees enough to use the permission on it."""
        actor = current()
        if isinstance(actor, Unguarded):
            return True
        seen, needed = level_of(self.dossier_key), NEEDS.get(permission)
        if seen is None or needed is None:
            return False
        return actor.user.pk == user.pk and seen >= needed


class Protected(Guarded):
    """A record of one section of a dossier."""

    dossier = models.ForeignKey("trust.Dossier", models.PROTECT, related_name="+")

    class Meta(Guarded.Meta):
        abstract = True


def guarded_models() -> list[type[Guarded]]:
    """Every model whose rows are guarded, the dossier first."""
    found = [model for model in apps.get_models() if issubclass(model, Guarded)]
    return sorted(found, key=lambda model: (model.dossier_column != "pk", model._meta.db_table))


def needed_for(model: type[Guarded]) -> Level:
    """The level from which rows of a guarded model are seen."""
    return SECTIONS[model.section]
