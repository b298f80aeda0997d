"""Stores what was counted from a snapshot, inside the transaction of the command that asks for it."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from sightline.assurance.dataset.counting import Counted, months_of
from sightline.assurance.dataset.models import Figure, LoadedFile, LoadedSnapshot, Query
from sightline.assurance.dataset.words import with_names
from sightline.core.audit import Actor, person
from sightline.core.flow import begin, move
from sightline.facts.manifest import source_as_json
from sightline.facts.snapshot import Snapshot

States = LoadedSnapshot.States


class NotLoaded(Exception):
    """The dataset cannot take this in; the message says why."""


def store_snapshot(snapshot: Snapshot, counted: Iterable[Counted], by: Actor) -> LoadedSnapshot:
    """Store a snapshot with its files and figures, and make it the one that the pages show.

    What was stored of it before goes, unless it was published: then it becomes current as it stands. Raises
    `NotLoaded` for one that has been withdrawn, `NothingToCount` for one that covers no month.
    """
    loaded = _row(snapshot, by)
    if loaded.published_at is None:
        _store_files(loaded, snapshot)
        for one in counted:
            _store(loaded, one)
    _make_current(loaded, by)
    return loaded


def _row(snapshot: Snapshot, by: Actor) -> LoadedSnapshot:
    """The stored snapshot, emptied of what was counted before unless that was published.

    Raises `NotLoaded` for a withdrawn one.
    """
    months = months_of(snapshot.manifest)
    known = LoadedSnapshot.objects.filter(snapshot_id=snapshot.id).first()
    if known and known.state == States.WITHDRAWN:
        raise NotLoaded(f"{known} has been withdrawn; build it again from files that are right")
    if known and known.published_at is not None:
        return known
    loaded = known or LoadedSnapshot(snapshot_id=snapshot.id, loaded_by=person(by))
    loaded.folder = str(snapshot.folder.resolve())
    loaded.authority = snapshot.manifest.authority
    loaded.first_on, loaded.last_on = months[0].first, months[-1].last
    if known is None:
        begin(loaded, by)
        return loaded
    loaded.counted_at = timezone.now()
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
            refused=with_names(figure.refused),
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
