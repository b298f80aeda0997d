"""What nothing rests on any more: snapshots that were replaced, and the folders of what Sightline recorded.

The dataset changes every night where the front line is on. Kept for good are the current snapshot, each that
was published, and each that a load in which somebody handed files in, a quarter or another record names.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS
from django.db.models import ProtectedError
from django.db.models.deletion import Collector

from sightline.assurance.dataset.models import Load, LoadedSnapshot
from sightline.assurance.dataset.own import SOURCE
from sightline.core.audit import Actor
from sightline.core.command import command
from sightline.core.permissions import Permission
from sightline.facts.snapshot import MANIFEST

A_DAY = 86400


def clear(*, by: Actor) -> int:
    """Forget the snapshots on which nothing rests, and remove folders; gives how many were forgotten."""
    replaced = LoadedSnapshot.objects.filter(state=LoadedSnapshot.States.SUPERSEDED, published_at=None)
    free = [one.snapshot_id for one in replaced if _is_free(one)]
    if free:
        forget(snapshots=free, by=by)
    for folder in _left_over():
        shutil.rmtree(folder, ignore_errors=True)
    return len(free)


@command(Permission.KEEP_DATASET, detail=("snapshots",))
def forget(*, snapshots: Sequence[str], by: Actor) -> None:
    """Delete snapshots that were replaced, with their figures. Raises `ProtectedError` where one is named."""
    replaced = LoadedSnapshot.objects.select_for_update().filter(
        snapshot_id__in=snapshots, state=LoadedSnapshot.States.SUPERSEDED, published_at=None
    )
    for one in replaced:
        Load.objects.filter(snapshot=one).exclude(replaced_by=None).update(snapshot=None, part="")
        one.delete()


def _is_free(snapshot: LoadedSnapshot) -> bool:
    """Whether nothing names it but loads of Sightline's own records whose place was taken."""
    try:
        Collector(using=DEFAULT_DB_ALIAS).collect([snapshot])
    except ProtectedError as named:
        return all(isinstance(one, Load) and one.replaced_by_id for one in named.protected_objects)
    return True


def _left_over() -> Iterator[Path]:
    """Folders with records of Sightline's own that nothing names, from a day after they were made."""
    named = {*Load.objects.values_list("part", flat=True)}
    named |= {*LoadedSnapshot.objects.values_list("folder", flat=True)}
    held = {Path(one).resolve() for one in named if one}
    for manifest in (
        *settings.SNAPSHOTS.glob(f"*/{MANIFEST}"),
        *settings.SNAPSHOTS.glob(f"own/*/{MANIFEST}"),
    ):
        folder = manifest.parent
        is_old = time.time() - manifest.stat().st_mtime > A_DAY
        if is_old and folder.resolve() not in held and _has_own(manifest):
            yield folder


def _has_own(manifest: Path) -> bool:
    return any(source["format"] == SOURCE for source in json.loads(manifest.read_bytes())["sources"])
