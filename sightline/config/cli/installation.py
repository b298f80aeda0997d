"""`sightline pages`: what the pages of this installation show: snapshots, published figures, baselines."""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from django.core.exceptions import ImproperlyConfigured

from sightline.exchange.pseudonym_key import KeyFileError
from sightline.facts.benchmark import BenchmarkError, read_benchmarks
from sightline.facts.snapshot import SnapshotError

if TYPE_CHECKING:
    from sightline.core.audit import System

app = typer.Typer(
    add_completion=False,
    help="What the pages of this installation show: snapshots, published figures, baselines.",
    epilog="Try: sightline pages load snapshots/0123456789abcdef",
    no_args_is_help=True,
)
Reason = Annotated[str, typer.Option(metavar="WORDS", help="Why; it is stored, and shown with the figures.")]


class NotDone(Exception):
    """The installation did not do what it was asked; the message says why."""


REFUSALS: tuple[type[Exception], ...] = (
    BenchmarkError,
    ImproperlyConfigured,
    KeyFileError,
    NotDone,
    SnapshotError,
)


@app.command("load", epilog="Try: sightline pages load snapshots/0123456789abcdef")
def load(
    folder: Annotated[
        Path, typer.Argument(metavar="SNAPSHOT", exists=True, file_okay=False, help="A snapshot's folder.")
    ],
) -> None:
    """Count every indicator from a snapshot and make its figures the ones that the pages show."""
    by = _installation()
    from sightline.assurance.dataset.commands import load_snapshot
    from sightline.assurance.dataset.counting import NothingToCount
    from sightline.assurance.dataset.storing import NotLoaded

    try:
        loaded = load_snapshot(folder=folder, by=by)
    except (NotLoaded, NothingToCount) as refusal:
        raise NotDone(str(refusal)) from None
    sys.stdout.write(f"The pages show {loaded}: {loaded.first_on} to {loaded.last_on}\n")


@app.command("publish", epilog="Try: sightline pages publish")
def publish() -> None:
    """Publish what the front line recorded until yesterday, as the daily run does: a worker counts it.

    Where nothing has changed since the last time, nothing is made.
    """
    by = _installation()
    from sightline.assurance.dataset import own
    from sightline.core import process

    if not process.publishes():
        raise NotDone("the front line is off (FRONT_LINE), so there are no records to publish")
    sys.stdout.write(f"The front line's facts: {own.publish(by=by)}\n")


@app.command(
    "withdraw", epilog="Try: sightline pages withdraw 0123456789abcdef --reason 'An old police list'"
)
def withdraw(
    snapshot: Annotated[str, typer.Argument(metavar="ID", help="A snapshot's id.")], reason: Reason
) -> None:
    """Take a snapshot's figures out of use. Until another is loaded the pages show none."""
    by = _installation()
    from sightline.assurance.dataset.commands import withdraw_snapshot
    from sightline.assurance.dataset.models import LoadedSnapshot
    from sightline.core.flow import NotAllowed

    found = LoadedSnapshot.objects.filter(snapshot_id=snapshot).first()
    if found is None:
        raise NotDone(f"no snapshot {snapshot} has been loaded")
    try:
        withdraw_snapshot(found, reason=reason, by=by)
    except NotAllowed as refusal:
        raise NotDone(str(refusal)) from None
    sys.stdout.write(f"{found} is withdrawn\n")


@app.command("benchmarks", epilog="Try: sightline pages benchmarks published.csv")
def benchmarks(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", exists=True, help="What 'sightline benchmarks load' has written."),
    ],
) -> None:
    """Compare with these published figures; those that are known already are replaced."""
    by = _installation()
    from sightline.assurance.dataset.commands import load_benchmarks

    sys.stdout.write(f"{load_benchmarks(rows=read_benchmarks(file), by=by)} published figures\n")


@app.command("baseline", epilog="Try: sightline pages baseline contacts 2025-04 --reason 'The hub opened'")
def baseline(
    indicator: Annotated[str, typer.Argument(metavar="KEY", help="An indicator's key.")],
    month: Annotated[str, typer.Argument(metavar="MONTH", help="The month to begin with: 2025-04.")],
    reason: Reason,
) -> None:
    """Work the limits of an indicator's chart out afresh from a month on."""
    by = _installation()
    from sightline.assurance.dataset.commands import reset_baseline
    from sightline.assurance.dataset.storing import NotLoaded

    try:
        from_on = date.fromisoformat(f"{month}-01")
    except ValueError:
        raise NotDone(f"month {month!r}: expected a year and a month, such as 2025-04") from None
    try:
        reset_baseline(indicator=indicator, from_on=from_on, reason=reason, by=by)
    except NotLoaded as refusal:
        raise NotDone(str(refusal)) from None
    sys.stdout.write(f"{indicator}: limits afresh from {month}\n")


def _installation() -> System:
    """Start the application, and act as whoever runs commands on its machine."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sightline.config.settings")
    import django

    django.setup()
    from django.core.management import call_command

    from sightline.core.audit import System

    call_command("migrate", verbosity=0)
    return System("the command line")
