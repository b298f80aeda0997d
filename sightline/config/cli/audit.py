"""`sightline audit`: whether the audit log is whole, its anchors, and the log as a file."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from django.core.exceptions import ImproperlyConfigured
from django.db import Error as DatabaseError

if TYPE_CHECKING:
    from sightline.core.chain import Verdict

app = typer.Typer(
    add_completion=False,
    help="Whether the audit log is whole, its anchors, and the log as a file.",
    epilog="Try: sightline audit verify --anchor anchor-2026-03-31.json",
    no_args_is_help=True,
)
REFUSALS: tuple[type[Exception], ...] = (ImproperlyConfigured,)
BROKEN, DIFFERS, NOT_RUN = 1, 2, 3


@app.command("verify", epilog="Try: sightline audit verify --anchor anchor-2026-03-31.json")
def verify(
    anchor: Annotated[
        Path | None, typer.Option(metavar="FILE", help="An anchor of an earlier day, kept elsewhere.")
    ] = None,
) -> None:
    """Check that no event of the audit log was changed, removed or made up.

    Without an anchor nothing shows that the newest events were cut off, or that a thief of the key wrote the
    log anew. Exit code 0 intact, 1 broken, 2 different from the anchor or shorter, 3 could not run.
    """
    with _started():
        from sightline.core import chain
        from sightline.core.anchors import read_anchor

        against = read_anchor(anchor) if anchor else None
        verdict = chain.verify(against)
    sys.stdout.write(f"{in_words(verdict, anchor)}\n")
    if not verdict.is_intact:
        raise typer.Exit(DIFFERS if verdict.differs else BROKEN)


@app.command("anchor", epilog="Try: sightline audit anchor --out /media/anchors")
def anchor(
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Where to write it.")],
) -> None:
    """Write today's anchor: the number and code of the last event. Keep it outside the installation."""
    with _started():
        from sightline.core.anchors import anchor_now, write_anchor

        file = write_anchor(anchor_now(), out)
    sys.stdout.write(f"{file}\n")


@app.command("export", epilog="Try: sightline audit export audit-log.csv")
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The CSV file to write.")],
) -> None:
    """Write every event as CSV, the oldest first, with its code. The export is an event itself."""
    with _started():
        from sightline.core.audit import System, record_event
        from sightline.core.audit_words import csv_lines
        from sightline.core.models import AuditEvent

        record_event("account:export-audit-log", System("the command line"))
        events = AuditEvent.objects.order_by("seq").select_related("actor", "agency")
        with file.open("w", encoding="utf-8", newline="") as out:
            out.writelines(csv_lines(events.iterator(chunk_size=2000)))
    sys.stdout.write(f"{file}\n")


def in_words(verdict: Verdict, anchor: Path | None) -> str:
    """A verdict in one sentence, with what it does not say."""
    events = f"{verdict.events} event{'' if verdict.events == 1 else 's'}"
    if verdict.broken_at is not None:
        return f"Broken at event {verdict.broken_at}: {verdict.wrong}"
    if verdict.differs:
        return f"{events}, intact in themselves, but {verdict.wrong}"
    if anchor is None:
        return f"{events}, intact. Nothing was compared with an anchor: a cut end would not show"
    return f"{events}, intact, as {anchor.name} says"


@contextmanager
def _started() -> Iterator[None]:
    """Start the application; whatever keeps a check from running is one sentence and exit code 3."""
    try:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sightline.config.settings")
        import django

        django.setup()
        from sightline.core.anchors import BadAnchor
        from sightline.core.chain import NoKey
    except ImproperlyConfigured as error:
        raise _not_run(str(error)) from None
    try:
        yield
    except (BadAnchor, NoKey) as error:
        raise _not_run(str(error)) from None
    except DatabaseError as error:
        raise _not_run(f"the database does not answer, or holds no audit log yet: {error}") from None
    except OSError as error:
        raise _not_run(f"{error.filename} cannot be used: {error.strerror}") from None


def _not_run(why: str) -> typer.Exit:
    sys.stderr.write(f"sightline: {why.strip()}\n")
    return typer.Exit(NOT_RUN)
