"""What can be done to the dataset: load and withdraw snapshots, load published figures, re-set baselines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import date
from pathlib import Path

from sightline.assurance.dataset.counting import Counted, count, months_of
from sightline.assurance.dataset.models import (
    Baseline,
    Figure,
    LoadedFile,
    LoadedSnapshot,
    PublishedFigure,
    Query,
)
from sightline.core import local
from sightline.core.audit import Actor, person
from sightline.core.command import command
from sightline.core.flow import NotAllowed, begin, move
from sightline.core.permissions import Permission
from sightline.facts.benchmark import Benchmark
from sightline.facts.manifest import source_as_json
from sightline.facts.snapshot import Snapshot, open_snapshot
from sightline.indicators.definitions import INDICATORS

States = LoadedSnapshot.States


class NotLoaded(Exception):
    """The dataset cannot take this in; the message says why."""


@command(Permission.KEEP_DATASET)
def load_snapshot(*, folder: Path, by: Actor) -> LoadedSnapshot:
    """Verify a snapshot, count every indicator from it, store the figures and make them the current ones.

    A snapshot that was loaded before is counted afresh: the same rows under the definitions and local limits
    of today. Raises `SnapshotError` when the folder is no whole snapshot, `NothingToCount` when it covers no
    month, `NotLoaded` when it is of another authority or has been withdrawn.
    """
    snapshot = open_snapshot(folder)
    ours = local.partnership().authority
    if snapshot.manifest.authority != ours.code:
        raise NotLoaded(
            f"{folder} is a snapshot of authority {snapshot.manifest.authority};"
            f" expected {ours.code} ({ours.name})"
        )
    loaded = _row(snapshot, by)
    _store_files(loaded, snapshot)
    months = months_of(snapshot.manifest)
    for counted in count(snapshot, INDICATORS.values(), months, local.partnership().local_limits):
        _store(loaded, counted)
    _make_current(loaded, by)
    return loaded


@command(Permission.KEEP_DATASET)
def withdraw_snapshot(snapshot: LoadedSnapshot, *, reason: str, by: Actor) -> LoadedSnapshot:
    """Take a snapshot's figures out of use, for a stated reason. Raises `NotAllowed` without one."""
    if not reason.strip():
        raise NotAllowed(f"{snapshot} cannot be withdrawn without a reason")
    move(snapshot, States.WITHDRAWN, by, reason)
    return snapshot


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
    if indicator not in INDICATORS:
        raise NotLoaded(f"there is no indicator {indicator!r}")
    if from_on.day != 1:
        raise NotLoaded(f"{from_on.isoformat()} is not the first day of a month")
    if not reason.strip():
        raise NotLoaded("a baseline is not re-set without a reason")
    if Baseline.objects.filter(indicator=indicator, from_on=from_on).exists():
        raise NotLoaded(f"{indicator} has a baseline from {from_on.isoformat()} already")
    return Baseline.objects.create(
        indicator=indicator, from_on=from_on, reason=reason.strip(), set_by=person(by)
    )


def _row(snapshot: Snapshot, by: Actor) -> LoadedSnapshot:
    """The stored snapshot, emptied of what was counted before. Raises `NotLoaded` for a withdrawn one."""
    months = months_of(snapshot.manifest)
    known = LoadedSnapshot.objects.filter(snapshot_id=snapshot.id).first()
    if known and known.state == States.WITHDRAWN:
        raise NotLoaded(f"{known} has been withdrawn; build it again from files that are right")
    loaded = known or LoadedSnapshot(snapshot_id=snapshot.id, loaded_by=person(by))
    loaded.folder = str(snapshot.folder.resolve())
    loaded.authority = snapshot.manifest.authority
    loaded.first_on, loaded.last_on = months[0].first, months[-1].last
    if known is None:
        begin(loaded, by)
        return loaded
    loaded.save()
    for model in (Figure, LoadedFile, Query):
        model.objects.filter(snapshot=loaded).delete()
    return loaded


def _store_files(loaded: LoadedSnapshot, snapshot: Snapshot) -> None:
    LoadedFile.objects.bulk_create(
        LoadedFile(
            snapshot=loaded,
            position=position,
            name=source.name,
            format=source.format,
            supplier=source.supplier,
            extracted_on=source.extracted_on,
            rows_read=source.read,
            rows_refused=source.refused,
            entry=source_as_json(source),
        )
        for position, source in enumerate(snapshot.manifest.sources)
    )


def _store(loaded: LoadedSnapshot, counted: Counted) -> None:
    Figure.objects.bulk_create(
        Figure(
            snapshot=loaded,
            indicator=figure.indicator,
            definition=figure.definition,
            every=figure.period.every.value,
            first_on=figure.period.first,
            last_on=figure.period.last,
            breakdown=figure.breakdown.value if figure.breakdown else "",
            group=figure.group or "",
            numerator=figure.numerator,
            denominator=figure.denominator,
            unknown=figure.unknown,
            unplaced=figure.unplaced,
            value=figure.value,
            residents_on=figure.population.stood_on if figure.population else None,
            format=figure.format or "",
            files=" ".join(str(place) for place in figure.sources),
            refused=figure.refused,
            hidden=hidden,
        )
        for figure, hidden in counted.figures
    )
    Query.objects.bulk_create(
        Query(snapshot=loaded, indicator=counted.indicator.key, format=format_, sql=sql)
        for format_, sql in counted.queries.items()
    )


def _make_current(loaded: LoadedSnapshot, by: Actor) -> None:
    before = LoadedSnapshot.objects.current()
    if before is not None and before.pk == loaded.pk:
        return
    if before is not None:
        move(before, States.SUPERSEDED, by, f"{loaded} was loaded")
    move(loaded, States.CURRENT, by)
