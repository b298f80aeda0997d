"""What can be done to the dataset.

Take loads in and out; load, publish and withdraw snapshots; load published figures; re-set baselines; say
that a definition changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.core.files.base import File
from django.utils import timezone

from sightline.assurance.dataset.counting import Counted, count, months_of
from sightline.assurance.dataset.models import (
    Baseline,
    DefinitionChange,
    Load,
    LoadedFile,
    LoadedSnapshot,
    LoadFile,
    PublishedFigure,
)
from sightline.assurance.dataset.storing import NotLoaded, store_snapshot
from sightline.core import local
from sightline.core.audit import Actor, person
from sightline.core.command import command
from sightline.core.files import DATA, NotTaken, store
from sightline.core.flow import NotAllowed, begin, move
from sightline.core.jobs import enqueue
from sightline.core.models import Agency, StoredFile
from sightline.core.permissions import Permission
from sightline.facts.benchmark import Benchmark
from sightline.facts.snapshot import Snapshot, open_snapshot
from sightline.indicators.definitions import INDICATORS

SnapshotStates = LoadedSnapshot.States


class Overtaken(Exception):
    """Other loads are in the dataset now than those that were put together: put them together again."""


@command(Permission.KEEP_DATASET)
def load_snapshot(*, folder: Path, by: Actor) -> LoadedSnapshot:
    """Verify a snapshot, count every indicator from it, store the figures and make them the current ones.

    It takes the place of all that is in the dataset, and stands as a load of its own, to be withdrawn as any.
    A snapshot that was loaded before is counted afresh: the same rows under the definitions and local limits
    of today. One that was published becomes the current one as it stands: its figures never change. Raises
    `SnapshotError` when the folder is no whole snapshot, `NothingToCount` when it covers no month,
    `NotLoaded` when it is of another authority or has been withdrawn.
    """
    snapshot = open_snapshot(folder)
    ours = local.partnership().authority
    if snapshot.manifest.authority != ours.code:
        raise NotLoaded(
            f"{folder} is a snapshot of authority {snapshot.manifest.authority};"
            f" expected {ours.code} ({ours.name})"
        )
    months = months_of(snapshot.manifest)
    counted = count(snapshot, INDICATORS.values(), months, local.partnership().local_limits)
    loaded = store_snapshot(snapshot, counted, by)
    _take_the_place_of_all(loaded, by)
    return loaded


@command(Permission.PUBLISH_QUARTER, detail=("label",))
def publish_snapshot(snapshot: LoadedSnapshot, *, label: str, by: Actor) -> LoadedSnapshot:
    """Publish a snapshot under a label ("2025 to 2026, quarter 4"): members read it from now on.

    Its figures never change again. Raises `NotAllowed` without a label, for a snapshot that is not in use or
    was published before, and for a label that another published snapshot bears.
    """
    label = " ".join(label.split())
    stored = LoadedSnapshot.objects.select_for_update().get(pk=snapshot.pk)
    if not label:
        raise NotAllowed(f"{snapshot} cannot be published without a label")
    if stored.published_at is not None:
        raise NotAllowed(f"{snapshot} was published before, as {stored.label}")
    if stored.state not in (LoadedSnapshot.States.CURRENT, LoadedSnapshot.States.SUPERSEDED):
        raise NotAllowed(f"{snapshot} is {stored.state}; expected a snapshot that is in use")
    if LoadedSnapshot.objects.filter(label=label).exclude(state=LoadedSnapshot.States.WITHDRAWN).exists():
        raise NotAllowed(f"another snapshot was published as {label} already")
    snapshot.label, snapshot.published_at, snapshot.published_by = label, timezone.now(), person(by)
    snapshot.save(update_fields=["label", "published_at", "published_by"])
    return snapshot


@command(Permission.KEEP_DATASET)
def withdraw_snapshot(snapshot: LoadedSnapshot, *, reason: str, by: Actor) -> LoadedSnapshot:
    """Take a snapshot's figures out of use, for a stated reason. Raises `NotAllowed` without one.

    One that was published stays readable under its label, with the reason beside it.
    """
    if not reason.strip():
        raise NotAllowed(f"{snapshot} cannot be withdrawn without a reason")
    move(snapshot, SnapshotStates.WITHDRAWN, by, reason)
    return snapshot


@command(Permission.LOAD_EXTRACT)
def receive_load(
    agency: Agency | None,
    *,
    uploads: Sequence[File[bytes]],
    extracted_on: date | None,
    by: Actor,
    token: UUID | None = None,
) -> Load:
    """Keep what an agency hands in, and have it read. The same form sent twice gives the load of the first.

    What the partnership writes itself is of no agency. Raises `NotTaken` for a file that is not taken (see
    `core.files.store`), that is in the dataset already or comes twice.
    """
    if token and (known := Load.objects.filter(token=token).first()):
        return known
    stored = [store(upload, agency=agency, by=by, kinds=DATA) for upload in uploads]
    _refuse_twice(stored)
    load = Load(agency=agency, extracted_on=extracted_on, received_by=person(by), token=token or uuid4())
    begin(load, by)
    LoadFile.objects.bulk_create(
        LoadFile(load=load, file=file, position=position) for position, file in enumerate(stored)
    )
    enqueue("dataset.read-load", load.pk)
    return load


@command(Permission.KEEP_DATASET)
def confirm_load(load: Load, *, by: Actor) -> Load:
    """Let a load count: a worker puts it together with the others, and counts every indicator afresh.

    The state changes when that is done. Raises `NotAllowed` unless the load waits for a decision.
    """
    return _ask(load, Load.States.READ, Load.Asked.CONFIRM, "", by)


@command(Permission.LOAD_EXTRACT)
def discard_load(load: Load, *, reason: str, by: Actor) -> Load:
    """Let a load that was read never count. Raises `NotAllowed` without a reason."""
    if load.asked:
        raise NotAllowed(f"{load} is being confirmed")
    _decide(load, by, _reason(load, reason))
    move(load, Load.States.DISCARDED, by, load.why)
    return load


@command(Permission.KEEP_DATASET)
def withdraw_load(load: Load, *, reason: str, by: Actor) -> Load:
    """Take a load out of the dataset: a worker puts the others together without it, into a new snapshot.

    The snapshots that it was in stay as they are. Raises `NotAllowed` without a reason, and unless the load
    is in the dataset.
    """
    return _ask(load, Load.States.CONFIRMED, Load.Asked.WITHDRAW, _reason(load, reason), by)


@command(Permission.KEEP_DATASET)
def finish_reading(load: Load, *, part: Path | None, said: Sequence[Mapping[str, Any]], by: Actor) -> Load:
    """Note what the reading of a load's files gave: the snapshot of them alone, or none."""
    load.part, load.said, load.doing = str(part or ""), list(said), ""
    load.save(update_fields=["part", "said", "doing"])
    move(load, Load.States.READ if part else Load.States.UNREADABLE, by)
    return load


@command(Permission.KEEP_DATASET)
def settle_load(
    load: Load, *, together: Collection[int], made: tuple[Snapshot, Sequence[Counted]] | None, by: Actor
) -> Load:
    """Do what was decided on a load: store what was counted of all loads together, in one step.

    `together` are the keys of the loads that were put together; `made` is what came of it, or None where no
    load is left. Raises `Overtaken` where other loads are in the dataset meanwhile.
    """
    is_confirmed = load.asked == Load.Asked.CONFIRM
    now = set(Load.objects.select_for_update().beside(load).values_list("pk", flat=True))
    if (now | {load.pk} if is_confirmed else now) != set(together):
        raise Overtaken(f"the dataset has changed while {load} was put together with it")
    behind = load.decided_by or by
    if made is not None:
        loaded: LoadedSnapshot | None = store_snapshot(*made, behind)
    else:
        loaded = None
        if current := LoadedSnapshot.objects.current():
            move(current, SnapshotStates.SUPERSEDED, behind, f"{load} was withdrawn, the last there was")
    load.asked, load.doing = Load.Asked.NOTHING, ""
    load.snapshot = loaded if is_confirmed else load.snapshot
    load.save(update_fields=["asked", "doing", "snapshot"])
    for replaced in Load.objects.confirmed().exclude(pk__in=[*now, load.pk]) if is_confirmed else ():
        replaced.replaced_by, replaced.asked = load, Load.Asked.NOTHING
        replaced.save(update_fields=["replaced_by", "asked"])
        _decide(replaced, behind, f"{load} took its place")
        move(replaced, Load.States.WITHDRAWN, behind, replaced.why)
    move(load, Load.States.CONFIRMED if is_confirmed else Load.States.WITHDRAWN, behind, load.why)
    return load


@command(Permission.KEEP_DATASET)
def give_up(load: Load, *, trouble: str, by: Actor) -> Load:
    """Note why what was asked for a load cannot be done; it stays as it was, and can be decided anew."""
    load.asked, load.doing, load.trouble = Load.Asked.NOTHING, "", trouble
    load.save(update_fields=["asked", "doing", "trouble"])
    return load


@command(Permission.KEEP_DATASET)
def load_benchmarks(*, rows: Iterable[Benchmark], by: Actor) -> int:
    """Take in published figures; one that is known already, by measure, place and year, is replaced.

    Returns how many there were.
    """
    figures = [PublishedFigure(**{**asdict(row), "level": row.level.value}) for row in rows]
    key = ("measure", "area_code", "year")
    PublishedFigure.objects.bulk_create(
        figures,
        update_conflicts=True,
        unique_fields=key,
        update_fields=[field.name for field in fields(Benchmark) if field.name not in key],
    )
    return len(figures)


@command(Permission.KEEP_DATASET, detail=("indicator",))
def reset_baseline(*, indicator: str, from_on: date, reason: str, by: Actor) -> Baseline:
    """Work an indicator's limits out afresh from a month on; the reason stands on its chart.

    Raises `NotLoaded` for an unknown indicator, a day that is not the first of a month, a month that has a
    baseline already, and no reason.
    """
    _check_month(indicator, from_on)
    if not reason.strip():
        raise NotLoaded("a baseline is not re-set without a reason")
    if Baseline.objects.filter(indicator=indicator, from_on=from_on).exists():
        raise NotLoaded(f"{indicator} has a baseline from {from_on.isoformat()} already")
    return Baseline.objects.create(
        indicator=indicator, from_on=from_on, reason=reason.strip(), set_by=person(by)
    )


@command(Permission.KEEP_DATASET, detail=("indicator",))
def change_definition(
    *, indicator: str, from_on: date, was: str, now: str, reason: str, by: Actor
) -> DefinitionChange:
    """Say that an indicator counts something else from a month on: its series breaks there.

    The figures before stay as they are. Raises `NotLoaded` for an unknown indicator, a day that is not the
    first of a month, a month that has a change already, and where it is not said what changed, or why.
    """
    _check_month(indicator, from_on)
    if not (was.strip() and now.strip() and reason.strip()):
        raise NotLoaded("a change of definition says what was counted, what is counted now, and why")
    if DefinitionChange.objects.filter(indicator=indicator, from_on=from_on).exists():
        raise NotLoaded(f"the definition of {indicator} changes from {from_on.isoformat()} already")
    return DefinitionChange.objects.create(
        indicator=indicator,
        from_on=from_on,
        was=was.strip(),
        now=now.strip(),
        reason=reason.strip(),
        set_by=person(by),
    )


def _check_month(indicator: str, from_on: date) -> None:
    if indicator not in INDICATORS:
        raise NotLoaded(f"there is no indicator {indicator!r}")
    if from_on.day != 1:
        raise NotLoaded(f"{from_on.isoformat()} is not the first day of a month")


def _take_the_place_of_all(loaded: LoadedSnapshot, by: Actor) -> None:
    """Enter a snapshot from elsewhere as the one load of the dataset."""
    same = None
    for load in Load.objects.confirmed():
        if load.agency_id is None and load.part == loaded.folder:
            same = load
            continue
        _decide(load, by, f"{loaded} took the place of all that was loaded")
        move(load, Load.States.WITHDRAWN, by, load.why)
    if same is None:
        begin(
            Load(
                state=Load.States.CONFIRMED,
                part=loaded.folder,
                snapshot=loaded,
                received_by=person(by),
                decided_by=person(by),
                decided_at=timezone.now(),
            ),
            by,
        )


def _ask(load: Load, state: str, asked: str, why: str, by: Actor) -> Load:
    """Have a worker do what somebody decided, once."""
    asking = Load.objects.filter(pk=load.pk, state=state, asked=Load.Asked.NOTHING).update(asked=asked)
    load.refresh_from_db()
    if not asking:
        now = Load.Asked(load.asked).label if load.asked else load.get_state_display()
        raise NotAllowed(f"{load} cannot be decided so: it is {now.lower()}")
    _decide(load, by, why)
    enqueue("dataset.settle-load", load.pk)
    return load


def _decide(load: Load, by: Actor, why: str) -> None:
    load.decided_by, load.decided_at, load.why, load.trouble = person(by), timezone.now(), why, ""
    load.done, load.steps, load.doing, load.moved_at = 0, 0, "", timezone.now()
    load.save(
        update_fields=[
            "decided_by", "decided_at", "why", "trouble", "done", "steps", "doing", "moved_at",
        ]
    )  # fmt: skip


def _reason(load: Load, reason: str) -> str:
    if not reason.strip():
        raise NotAllowed(f"{load} cannot be taken out without a reason")
    return reason.strip()


def _refuse_twice(stored: Sequence[StoredFile]) -> None:
    """Raises `NotTaken` for a file that comes twice, or is in the dataset or on its way there."""
    names, contents = set(), set()
    for file in stored:
        if file.name in names:
            raise NotTaken(f"two of the files are called {file.name}: give each a name of its own")
        if file.sha256 in contents:
            raise NotTaken(f"{file.name} is another of these files once more, byte for byte: leave it out")
        names.add(file.name)
        contents.add(file.sha256)
        used = LoadFile.objects.filter(file__sha256=file.sha256, load__in=Load.objects.in_use())
        if known := used.select_related("load", "file").first():
            raise NotTaken(
                f"{file.name} was handed in already, as {known.file.name} in {known.load}"
                f" ({known.load.get_state_display().lower()}): the same file counts once"
            )
        held = LoadedFile.objects.filter(snapshot__state=LoadedSnapshot.States.CURRENT)
        if there := held.filter(entry__sha256=file.sha256).first():
            raise NotTaken(
                f"{file.name} is in the dataset already, as {there.name}: the same file counts once"
            )
