"""What a worker does with loads: reads their files, puts what was confirmed together, counts it.

Each job looks at the load first, because it may have been begun before by a worker that ended in the middle.
How far it has come is written down outside any transaction, for the load's page to say.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from sightline.assurance.dataset import commands, own
from sightline.assurance.dataset.counting import Counted, NothingToCount, count, months_of
from sightline.assurance.dataset.models import Load, LoadFile
from sightline.assurance.dataset.storing import NotLoaded
from sightline.core import local
from sightline.core.audit import System
from sightline.core.files import Gone, path_of
from sightline.core.jobs import job
from sightline.core.models import User
from sightline.exchange.build import FileOutcome, build
from sightline.exchange.merge import merge
from sightline.exchange.pseudonym_key import read_or_make_key
from sightline.facts.manifest import source_as_json
from sightline.facts.snapshot import Snapshot, SnapshotError, open_snapshot
from sightline.indicators.definitions import INDICATORS

BY = System("the worker")
_EVERY = 0.5
"""Seconds between two notes of how far the work has come."""


@job("dataset.read-load")
def read_load(key: int) -> None:
    """Read the files of a load into a snapshot of their own, and note what became of each."""
    load = Load.objects.get(pk=key)
    if load.state != Load.States.RECEIVED:
        return
    try:
        part, outcomes = _read(load)
        said = [_said(outcome) for outcome in outcomes]
    except Gone as gone:
        part, said = None, [{"name": "", "format": "", "entry": None, "error": f"{gone}"}]
    except Exception:
        commands.finish_reading(load, part=None, said=[_our_mistake()], by=BY)
        raise
    commands.finish_reading(load, part=part.folder if part else None, said=said, by=BY)


@job("dataset.settle-load")
def settle_load(key: int) -> None:
    """Put all confirmed loads together, with this one or without it, count them and store the figures.

    Counting needs no transaction, so that pages go on; where the dataset has changed meanwhile, all is done
    again.
    """
    load = Load.objects.get(pk=key)
    while load.asked:
        try:
            together, made = _made(load)
            commands.settle_load(load, together=together, made=made, by=BY)
        except commands.Overtaken:
            load.refresh_from_db()
        except (NotLoaded, NothingToCount, SnapshotError) as refusal:
            commands.give_up(load, trouble=f"{str(refusal)[:1].upper()}{str(refusal)[1:]}.", by=BY)
        except Exception:
            commands.give_up(Load.objects.get(pk=key), trouble=_our_mistake()["error"], by=BY)
            raise


@job("dataset.publish-own")
def publish_own(key: int) -> None:
    """Publish what Sightline recorded, for the person of this key; begun twice it finds nothing changed."""
    own.publish(by=User.objects.filter(pk=key).first() or BY)


def _read(load: Load) -> tuple[Snapshot | None, list[FileOutcome]]:
    note = _notes(load)
    ours = local.partnership()
    key, _ = read_or_make_key(settings.KEY_FILE, apart_from=settings.SNAPSHOTS)
    with _by_their_names(load) as paths:
        note("Reading the files", 0, len(paths))
        return build(
            paths,
            ours.authority.code,
            load.extracted_on,
            settings.SNAPSHOTS / "loads",
            key,
            frozenset(locality.name for locality in ours.localities),
            told=lambda done, of: note("Reading the files" if done < of else "Looking across", done, of),
        )


@contextmanager
def _by_their_names(load: Load) -> Iterator[list[Path]]:
    """The files of a load in a folder of their own, under the names that their senders gave them."""
    working = Path(settings.WORKING)
    working.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="load-", dir=working))
    try:
        named = folder / (load.agency.code if load.agency else "files")
        named.mkdir()
        paths = []
        for place in LoadFile.objects.filter(load=load).select_related("file"):
            path = named / place.file.name
            os.link(path_of(place.file), path)
            paths.append(path)
        yield paths
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _made(load: Load) -> tuple[list[int], tuple[Snapshot, Sequence[Counted]] | None]:
    """What is in the dataset once the load's decision is carried out, and what is counted of that."""
    loads = list(Load.objects.beside(load))
    if load.asked == Load.Asked.CONFIRM:
        loads = sorted([*loads, load], key=lambda one: one.pk)
    keys = [one.pk for one in loads]
    if not loads:
        return keys, None
    note = _notes(load)
    note("Putting the loads together", 0, len(loads))
    parts = [open_snapshot(Path(one.part)) for one in loads]
    whole = merge(parts, local.partnership().authority.code, settings.SNAPSHOTS) if parts[1:] else parts[0]
    counted = []
    months = months_of(whole.manifest)
    for one in count(whole, INDICATORS.values(), months, local.partnership().local_limits):
        counted.append(one)
        note("Counting the indicators", len(counted), len(INDICATORS))
    return keys, (whole, counted)


def _notes(load: Load) -> Callable[[str, int, int], None]:
    """A function that notes how far the work on a load has come: each new step at once, else now and then.

    It is no command: nothing is decided by it, and an audit event for each step would bury the others.
    """
    step, at = "", 0.0

    def note(doing: str, done: int, steps: int) -> None:
        nonlocal step, at
        now = time.monotonic()
        if doing == step and done < steps and now - at < _EVERY:
            return
        step, at = doing, now
        Load.objects.filter(pk=load.pk).update(doing=doing, done=done, steps=steps, moved_at=timezone.now())

    return note


def _said(outcome: FileOutcome) -> dict[str, Any]:
    entry = source_as_json(outcome.source) if outcome.source else None
    return {"name": outcome.name, "format": outcome.format, "entry": entry, "error": outcome.error}


def _our_mistake() -> dict[str, Any]:
    contact = local.partnership().contact
    told = (
        "This could not be done because of a mistake in Sightline. Nothing was changed. Please tell"
        f" {contact.name}: {contact.email}."
    )
    return {"name": "", "format": "", "entry": None, "error": told}
