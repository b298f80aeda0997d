"""Work that takes longer than a page may: a command puts a job into the queue, `sightline work` does it.

A process with jobs has a `jobs.py`, in which each says its name::

    @job("dataset.read-load")
    def read_load(key: int) -> None: ...

A job may be begun twice, when its worker ended in the middle: it looks at its record's state first. The queue
holds the names of jobs, never of Python functions.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django_tasks import task
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

Job = Callable[[Any], None]

JOBS: dict[str, Job] = {}
"""Every job that has been imported, by its name."""


def job(name: str) -> Callable[[Job], Job]:
    """Make a function of a record's key the job of this name. Raises `TypeError` for a name given twice."""

    def decorate(do: Job) -> Job:
        if name in JOBS:
            raise TypeError(f"job {name} is defined twice")
        JOBS[name] = do
        return do

    return decorate


def enqueue(name: str, key: int | str) -> None:
    """Put a job into the queue, as part of the transaction that is open: both happen or neither."""
    _do.enqueue(name, key)


def put_back() -> int:
    """Put every job that a worker had begun back into the queue, since no worker runs; gives how many."""
    return int(
        DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING).update(status=TaskResultStatus.READY)
    )


def waiting_since() -> datetime | None:
    """When the oldest job came that nobody has begun; None where none waits or a worker is busy."""
    if DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING).exists():
        return None
    waiting = DBTaskResult.objects.filter(status=TaskResultStatus.READY)
    found: datetime | None = waiting.order_by("enqueued_at").values_list("enqueued_at", flat=True).first()
    return found


@task()
def _do(name: str, key: int | str) -> None:
    _import_all()
    JOBS[name](key)


@cache
def _import_all() -> None:
    for process in settings.PROCESSES:
        if find_spec(f"{process}.jobs"):
            import_module(f"{process}.jobs")
