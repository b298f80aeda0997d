"""`sightline database`: what PostgreSQL must be told by the owner of the tables."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from sightline.core.database_role import NotARole

PASSWORD = "SIGHTLINE_ROLE_PASSWORD"  # noqa: S105 (the name of a variable)
SHORTEST = 16

app = typer.Typer(
    add_completion=False,
    help="What PostgreSQL must be told by the owner of the tables.",
    epilog="Try: sightline database role sightline_app",
    no_args_is_help=True,
)


class NotMade(Exception):
    """No role was made; the message says why."""


REFUSALS: tuple[type[Exception], ...] = (ImproperlyConfigured, NotARole, NotMade)


@app.callback()
def _database() -> None:
    """Keep the command's name, though it is the only one."""


@app.command("role", epilog="Try: sightline database role sightline_app")
def role(name: Annotated[str, typer.Argument(metavar="NAME", help="The role's name.")]) -> None:
    """Make the role by which the application uses the database, or give it its rights anew.

    Run it as the owner of the tables, with DATABASE_URL set to the owner's address, after `migrate`. The
    application then runs with the role's own address. The password comes from SIGHTLINE_ROLE_PASSWORD, or is
    asked for.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sightline.config.settings")
    import django

    django.setup()
    from django.db import connection, transaction

    from sightline.core.database_role import make_role

    if connection.vendor != "postgresql":
        raise NotMade("DATABASE_URL names no PostgreSQL database; SQLite has no roles")
    try:
        with transaction.atomic():
            make_role(connection, name, _password(name))
    except DatabaseError as error:
        words = str(error).partition("\n")[0]
        raise NotMade(f"the role {name} was not made: {words}; run it as the owner, after migrate") from None
    sys.stdout.write(f"{name} may read and write rows, and no more; put it into the service's DATABASE_URL\n")


def _password(name: str) -> str:
    given = os.environ.get(PASSWORD) or typer.prompt(
        f"A password for {name}", hide_input=True, confirmation_prompt=True
    )
    if len(given) < SHORTEST:
        raise NotMade(f"the password is too short; expected at least {SHORTEST} characters")
    return str(given)
