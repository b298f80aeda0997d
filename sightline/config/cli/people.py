"""`sightline people`: the very first account of an installation; all others are made in the pages."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer
from django.core.exceptions import ImproperlyConfigured, ValidationError

if TYPE_CHECKING:
    from sightline.core.models import User

app = typer.Typer(
    add_completion=False,
    help="The very first account of an installation; all others are made in the pages.",
    epilog="Try: sightline people first-administrator ada@example.org 'Ada Stone'",
    no_args_is_help=True,
)


class NotMade(Exception):
    """No account was made; the message says why."""


REFUSALS: tuple[type[Exception], ...] = (ImproperlyConfigured, NotMade)


@app.callback()
def _people() -> None:
    """Keep the command's name, though it is the only one."""


@app.command(
    "first-administrator", epilog="Try: sightline people first-administrator a@example.org 'Ada Stone'"
)
def first_administrator(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="Their e-mail address.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="Their full name.")],
) -> None:
    """Make the first administrator, and print the link by which they choose a password.

    Whoever has the link can choose the password: hand it to nobody else. It works once, for a day.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sightline.config.settings")
    import django

    django.setup()
    from django.core.management import call_command

    from sightline.core.account_mail import password_link

    call_command("migrate", verbosity=0)
    link = password_link(_made(email, name))
    sys.stdout.write(f"{name} is administrator. To choose a password, within a day:\n{link}\n")


def _made(email: str, name: str) -> User:
    from django.core.validators import validate_email

    from sightline.core.audit import System
    from sightline.core.command import NotDone
    from sightline.core.commands import enter_agencies, make_first_administrator

    by = System("the command line")
    try:
        validate_email(email)
    except ValidationError:
        raise NotMade(f"{email!r} is no e-mail address; expected one such as ada@example.org") from None
    if not name.strip():
        raise NotMade("the name is empty; expected the person's full name")
    try:
        user = make_first_administrator(email=email, name=name.strip(), by=by)
    except NotDone as refusal:
        raise NotMade(str(refusal)) from None
    enter_agencies(by=by)
    return user
