"""`sightline keys`: whether the keys of sealed sections are all there, and a new master key for them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer
from django.core.exceptions import ImproperlyConfigured
from django.db import Error as DatabaseError

if TYPE_CHECKING:
    from sightline.core.vault import Check

app = typer.Typer(
    add_completion=False,
    help="The keys of sealed sections: whether all are there, and a new master key.",
    epilog="Try: sightline keys check",
    no_args_is_help=True,
)
REFUSALS: tuple[type[Exception], ...] = (ImproperlyConfigured,)
WRONG, NOT_RUN = 1, 3


@app.command("check", epilog="Try: sightline keys check")
def check() -> None:
    """Check that every key can be used, and that every key that a record names is there.

    Exit code 0 all is well, 1 a key is lost or altered, 3 could not run.
    """
    with _started():
        from sightline.core import vault

        found = vault.check(_named())
    sys.stdout.write(in_words(found))
    if found.wrong:
        raise typer.Exit(WRONG)


@app.command("rotate", epilog="Try: sightline keys rotate")
def rotate() -> None:
    """Make a new master key, wrap every key under it, and retire the one before.

    People may go on working. If it is interrupted, run it again: it goes on where it stopped. Back up the
    master keys and the key store together afterwards, and then let go of their earlier backups.
    """
    with _started():
        from sightline.core import vault
        from sightline.core.audit import System, record_event

        keys = vault.rotate()
        record_event("account:rotate-keys", System("the command line"), detail={"keys": keys})
    sys.stdout.write(f"{_counted(keys)} wrapped under a new master key; the one before is retired\n")


def _named() -> frozenset[str]:
    """The keys that records name; none where the front line is off."""
    from django.conf import settings

    if not settings.FRONT_LINE:
        return frozenset()
    from sightline.core.trust.retention.keys import named

    return named()


def in_words(found: Check) -> str:
    """What a check found, a line for each key that is wrong."""
    left = f", {len(found.orphans)} that no record names" if found.orphans else ""
    lines = [f"{_counted(found.keys)}, {found.destroyed} destroyed{left}"]
    lines += [f"wrong: {why}" for why in found.wrong.values()]
    return "".join(f"{line}\n" for line in lines)


def _counted(keys: int) -> str:
    return f"{keys} key{'' if keys == 1 else 's'}"


@contextmanager
def _started() -> Iterator[None]:
    """Start the application; whatever keeps it from running is one sentence and exit code 3."""
    try:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sightline.config.settings")
        import django

        django.setup()
        from sightline.core.chain import NoKey
        from sightline.core.vault import Altered, NoMasterKey
    except ImproperlyConfigured as error:
        raise _not_run(str(error)) from None
    try:
        yield
    except (Altered, NoKey, NoMasterKey) as error:
        raise _not_run(str(error)) from None
    except DatabaseError as error:
        raise _not_run(f"the database does not answer: {error}") from None
    except OSError as error:
        raise _not_run(f"{error.filename} cannot be used: {error.strerror}") from None


def _not_run(why: str) -> typer.Exit:
    sys.stderr.write(f"sightline: {why.strip()}\n")
    return typer.Exit(NOT_RUN)
