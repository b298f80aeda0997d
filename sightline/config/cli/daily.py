"""`sightline daily`: what must be done once a day, for the server's clock to call."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import typer
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import SystemCheckError

REFUSALS: tuple[type[Exception], ...] = (ImproperlyConfigured, SystemCheckError)
app = typer.Typer(add_completion=False)


class StepFailed(Exception):
    """A step could not do its work; the message says why."""


@app.command(epilog="Try: sightline daily")
def daily() -> None:
    """Anchor the audit log, do each process's work of the day, send e-mails, and check the audit log.

    One line a step. A step that fails does not keep the next from running; then the exit code is 1. It may
    run again on the same day.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sightline.config.settings")
    import django

    django.setup()
    from sightline.config.start import check_the_database

    check_the_database()
    results = [_do(title, step) for title, step in steps()]
    if not all(results):
        raise typer.Exit(1)


def steps() -> Iterator[tuple[str, Callable[[], str]]]:
    """The steps of a day, in order: what each is called, and what does it and says so."""
    from sightline.core.process import processes

    yield "Anchor of the audit log", write_todays_anchor
    yield "Anchor by e-mail", send_todays_anchor
    for process in processes():
        if process.daily is not None:
            yield process.title, process.daily
    yield "Files", sweep_files
    yield "E-mails of the day", send_digests
    yield "Audit log", check_log


def sweep_files() -> str:
    """Remove what was left of files that a process was about to keep when it ended."""
    from sightline.core.files import sweep

    return f"{sweep()} left over, removed"


def write_todays_anchor() -> str:
    """Write today's anchor into `var/anchors/`, unless it has been."""
    from django.utils import timezone

    from sightline.core.anchors import anchor_now, anchor_of, write_anchor

    there = anchor_of(timezone.localdate(), _folder())
    if there is not None:
        return f"{there} was written earlier today"
    return f"written to {write_anchor(anchor_now(), _folder())}"


def send_todays_anchor() -> str:
    """E-mail today's anchor to those who keep it, once. Raises `StepFailed` where it cannot be sent."""
    from django.conf import settings
    from django.utils import timezone

    from sightline.core.anchors import anchor_of, send_anchor

    if not settings.ANCHORS_TO:
        return "not sent: SIGHTLINE_ANCHORS_TO names nobody, so a cut end of the audit log would not show"
    file = anchor_of(timezone.localdate(), _folder())
    if file is None:
        raise StepFailed("there is no anchor of today")
    if not settings.IS_EMAIL_SENT:
        raise StepFailed("SIGHTLINE_ANCHORS_TO names somebody, but SIGHTLINE_EMAIL_URL no mail server")
    sent = file.with_suffix(".sent")
    if sent.exists():
        return "was sent earlier today"
    try:
        send_anchor(file, settings.ANCHORS_TO)
    except OSError as error:  # smtplib's errors are among them
        raise StepFailed(f"the mail server did not take it: {error}") from None
    sent.touch()
    return f"sent to {', '.join(settings.ANCHORS_TO)}"


def send_digests() -> str:
    """Send everybody their news. Raises `StepFailed` where some of it could not be sent."""
    from django.utils import timezone

    from sightline.core import notices

    sent = notices.send_digests(timezone.now())
    if sent.failed:
        raise StepFailed(str(sent))
    return str(sent)


def check_log() -> str:
    """Check the whole chain against the latest anchor of an earlier day. Raises `StepFailed`."""
    from django.utils import timezone

    from sightline.config.cli.audit import in_words
    from sightline.core import chain
    from sightline.core.anchors import anchor_of, latest_before, read_anchor

    today = timezone.localdate()
    file = latest_before(today, _folder()) or anchor_of(today, _folder())
    verdict = chain.verify(read_anchor(file) if file else None)
    if not verdict.is_intact:
        raise StepFailed(in_words(verdict, file))
    return in_words(verdict, file)


def _do(title: str, step: Callable[[], str]) -> bool:
    """Run a step and say how it ended; a mistake of ours leaves its traceback."""
    try:
        sys.stdout.write(f"{title}: {step()}\n")
    except Exception as error:
        if not isinstance(error, StepFailed):
            traceback.print_exc()
        sys.stdout.write(f"{title}: FAILED: {error}\n")
        return False
    return True


def _folder() -> Path:
    from django.conf import settings

    return Path(settings.VAR) / "anchors"
