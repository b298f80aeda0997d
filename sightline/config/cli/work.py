"""`sightline work`: does the jobs that pages leave in the queue, one after the other."""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import SystemCheckError

LOCK = 0x5167_4C6E
"""The number by which PostgreSQL knows the lock of an installation's one worker."""


class NotAlone(Exception):
    """Another worker of this installation runs; the message says so."""


REFUSALS: tuple[type[Exception], ...] = (ImproperlyConfigured, SystemCheckError, NotAlone)
app = typer.Typer(add_completion=False)


@app.command(epilog="Try: sightline work")
def work(
    once: Annotated[bool, typer.Option("--once", help="Do what waits, then leave.")] = False,
) -> None:
    """Do the work that pages leave: read what agencies hand in, count figures. Stop it with Ctrl+C.

    An installation needs one worker, beside the server of its pages; a second one leaves at once.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sightline.config.settings")
    import django

    django.setup()
    from sightline.config.start import check_the_database

    check_the_database()
    from django.conf import settings

    with _alone(Path(settings.VAR)):
        run(once=once)


def run(*, once: bool, interval: float = 1.0) -> None:
    """Take up what a worker before this one left, then do job after job, until there is none or for good."""
    from django.conf import settings
    from django_tasks_db.management.commands.db_worker import Worker

    from sightline.core.jobs import put_back

    clear(Path(settings.WORKING))
    if taken_up := put_back():
        sys.stderr.write(f"{taken_up} job(s) taken up again, whose worker had ended\n")
    worker = Worker(
        queue_names=["*"],
        interval=interval,
        batch=once,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=f"worker-{os.getpid()}",
        excluded_queue_names=[],
    )
    worker.configure_signals()
    worker.run()


def clear(working: Path) -> None:
    """Empty the worker's folder of what one before it left; what this one puts aside lies there, too."""
    shutil.rmtree(working, ignore_errors=True)
    working.mkdir(mode=0o700, parents=True)
    tempfile.tempdir = str(working)


@contextmanager
def _alone(var: Path) -> Iterator[None]:
    """Be the only worker on this machine and, with PostgreSQL, of this database. Raises `NotAlone`."""
    from django.db import connection

    with (var / "work.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotAlone(f"a worker of this installation runs already, in {var}") from None
        if connection.vendor != "postgresql":
            yield
            return
        # A connection of its own, held open: the worker's may be closed and opened again between jobs.
        guard = connection.copy()
        with guard.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
            if not cursor.fetchone()[0]:
                raise NotAlone("a worker of this database runs already, on another machine")
            try:
                yield
            finally:
                guard.close()
