"""What must hold of the database before a deployed application starts: it holds the rule up by itself.

`migrate` does not run these, since it is the owner who migrates, and what it finds missing it makes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from sightline.core.database_role import too_mighty
from sightline.core.trust.rls import wrong_with


@register(Tags.database, deploy=True)
def the_application_is_an_ordinary_role(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Row-level security holds against a role that is neither administrator nor owner, and no other."""
    return [
        Error(
            f"The application is connected to PostgreSQL as a role that is {mighty}, against which row-level"
            " security does not hold.",
            hint="Make a role for it with 'sightline database role NAME', and put that into DATABASE_URL.",
            id="sightline.E016",
        )
        for alias in _on_postgresql(databases)
        if (mighty := too_mighty(connections[alias]))
    ]


@register(Tags.database, deploy=True)
def every_guarded_table_has_its_policies(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Each has the policies that the registry says, word for word, and they are switched on."""
    return [
        Error(
            f"Row-level security: {words}.",
            hint="Run 'manage.py migrate' as the owner of the tables: it makes the policies.",
            id="sightline.E017",
        )
        for alias in _on_postgresql(databases)
        for words in wrong_with(connections[alias])
    ]


def _on_postgresql(databases: Sequence[str] | None) -> list[str]:
    return [alias for alias in databases or () if connections[alias].vendor == "postgresql"]


def on_start(databases: Sequence[str]) -> list[CheckMessage]:
    """Everything here, together."""
    return [
        *the_application_is_an_ordinary_role(None, databases),
        *every_guarded_table_has_its_policies(None, databases),
    ]
