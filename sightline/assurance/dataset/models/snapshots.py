"""Snapshots that were loaded, the figures counted from them, and what they are compared with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from sightline.core.models import AppendOnly, AppendOnlyQuerySet, User
from sightline.core.permissions import Permission
from sightline.facts.benchmark import Benchmark, Level
from sightline.facts.manifest import SourceFile, Window, source_from_json
from sightline.indicators.periods import Every


class DatasetQuerySet(models.QuerySet[Any]):
    """Rows that everybody may read who may read the dataset."""

    def visible_to(self, user: User) -> DatasetQuerySet:
        """All rows for whoever may read the dataset, none for anybody else."""
        return self.all() if user.may(Permission.READ_DATASET) else self.none()


class LoadedSnapshotQuerySet(models.QuerySet["LoadedSnapshot"]):
    def visible_to(self, user: User) -> LoadedSnapshotQuerySet:
        """All snapshots for whoever may read the dataset, none for anybody else."""
        return self.all() if user.may(Permission.READ_DATASET) else self.none()

    def current(self) -> LoadedSnapshot | None:
        """The snapshot that was loaded last and still holds, if one is loaded."""
        return self.filter(state=LoadedSnapshot.States.CURRENT).first()

    def published(self) -> LoadedSnapshotQuerySet:
        """The snapshots that were published, the latest first; a withdrawn one stays among them."""
        return self.exclude(published_at=None).order_by("-published_at", "-pk")


class LoadedSnapshot(models.Model):
    """A snapshot whose figures have been counted and stored. At most one is current.

    Publishing is no state: a snapshot that was published is superseded or withdrawn like any other, and stays
    readable under its label. Its figures are never counted again.
    """

    class States(models.TextChoices):
        LOADED = "loaded", "Loaded"
        CURRENT = "current", "Current"
        SUPERSEDED = "superseded", "Superseded"
        WITHDRAWN = "withdrawn", "Withdrawn"

    TRANSITIONS: ClassVar[Mapping[tuple[str | None, str], str]] = {
        (None, States.LOADED): "snapshot-loaded",
        (States.LOADED, States.CURRENT): "snapshot-made-current",
        (States.SUPERSEDED, States.CURRENT): "snapshot-made-current",
        (States.CURRENT, States.SUPERSEDED): "snapshot-superseded",
        (States.CURRENT, States.WITHDRAWN): "snapshot-withdrawn",
        (States.SUPERSEDED, States.WITHDRAWN): "snapshot-withdrawn",
    }

    snapshot_id = models.CharField("snapshot", max_length=16, unique=True)
    folder = models.CharField("folder that holds it", max_length=500)
    authority = models.CharField("authority", max_length=10)
    first_on = models.DateField("first day counted")
    last_on = models.DateField("last day counted")
    loaded_at = models.DateTimeField("loaded", default=timezone.now)
    loaded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    counted_at = models.DateTimeField("figures counted", default=timezone.now)
    state = models.CharField("state", max_length=20, choices=States.choices, default=States.LOADED)
    label = models.CharField("published as", max_length=100, blank=True)
    published_at = models.DateTimeField("published", null=True)
    published_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    objects = LoadedSnapshotQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-loaded_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_snapshot_is_current", fields=["state"], condition=Q(state="current")
            ),
            models.UniqueConstraint(
                name="a_label_names_one_snapshot_in_use",
                fields=["label"],
                condition=~Q(label="") & ~Q(state="withdrawn"),
            ),
            models.CheckConstraint(
                name="a_published_snapshot_has_a_label",
                condition=Q(label="", published_at=None) | (~Q(label="") & Q(published_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"snapshot {self.snapshot_id}"


class LoadedFileQuerySet(models.QuerySet["LoadedFile"]):
    def visible_to(self, user: User) -> LoadedFileQuerySet:
        """All files for whoever may read the dataset, none for anybody else."""
        return self.all() if user.may(Permission.READ_DATASET) else self.none()

    def in_short(self) -> LoadedFileQuerySet:
        """Without the rows that were wrong, of which an entry may list hundreds: for tables of files."""
        short = {"short_windows": F("entry__windows"), "short_counts": F("entry__issue_counts")}
        read: LoadedFileQuerySet = self.defer("entry").annotate(**short)
        return read


class LoadedFile(models.Model):
    """One source file of a snapshot: its counts, and the whole of its entry in the manifest."""

    snapshot = models.ForeignKey(LoadedSnapshot, models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField("place in the manifest, from 0")
    name = models.CharField("name", max_length=300)
    format = models.CharField("format", max_length=40)
    supplier = models.CharField("supplied by", max_length=20)
    extracted_on = models.DateField("extracted on")
    rows_read = models.PositiveIntegerField("rows read")
    rows_refused = models.PositiveIntegerField("rows refused")
    entry = models.JSONField("entry in the manifest")
    objects = LoadedFileQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["snapshot", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_file_has_one_place", fields=["snapshot", "position"]),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def rows_accepted(self) -> int:
        """The rows that are in the snapshot."""
        return self.rows_read - self.rows_refused

    @property
    def issue_total(self) -> int:
        """How many things were wrong with it, listed or not; of a file read in short."""
        return sum(count["count"] for count in self.short_counts)  # type: ignore[attr-defined]

    def window(self, table: str) -> Window | None:
        """The days of a table that it covers; of a file read in short."""
        found = self.short_windows.get(table)  # type: ignore[attr-defined]
        return found and Window(date.fromisoformat(found["first"]), date.fromisoformat(found["last"]))

    @property
    def source(self) -> SourceFile:
        """The file as the manifest describes it, with its windows, lists and issues."""
        return source_from_json(self.entry)


class Figure(models.Model):
    """One figure of a snapshot, as `sightline.indicators.figures` describes it, for the pages to read.

    `breakdown` and `group` are empty for the whole. `hidden` says why the publishable version leaves the
    figure out, if it does.
    """

    class Hidden(models.TextChoices):
        PRIMARY = "primary", "It is small itself"
        SECONDARY = "secondary", "It would tell one that is small"

    snapshot = models.ForeignKey(LoadedSnapshot, models.CASCADE, related_name="+")
    indicator = models.CharField("key of the indicator", max_length=100)
    definition = models.CharField("digest of the definition", max_length=200)
    every = models.CharField("length of the period", max_length=10, choices=[(e.value,) * 2 for e in Every])
    first_on = models.DateField("first day of the period")
    last_on = models.DateField("last day of the period")
    breakdown = models.CharField("split by", max_length=40, blank=True)
    group = models.CharField("group", max_length=100, blank=True)
    numerator = models.FloatField("numerator", null=True)
    denominator = models.FloatField("denominator", null=True)
    unknown = models.PositiveIntegerField("of which unknown", null=True)
    unplaced = models.PositiveIntegerField("rows that cannot be placed", null=True)
    value = models.FloatField("value in the indicator's unit", null=True)
    residents_on = models.DateField("day of the estimate of residents", null=True)
    format = models.CharField("format that was read", max_length=40, blank=True)
    files = models.CharField("places of the files that were counted", max_length=300, blank=True)
    refused = models.TextField("why there is no value", blank=True)
    hidden = models.CharField("why it is not published", max_length=10, blank=True, choices=Hidden.choices)
    objects = DatasetQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["indicator", "every", "last_on", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_figure_is_counted_once",
                fields=["snapshot", "indicator", "every", "last_on", "breakdown", "group"],
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["snapshot", "breakdown"])]

    def __str__(self) -> str:
        return f"{self.indicator} to {self.last_on}"

    @property
    def file_places(self) -> list[int]:
        """The places in the manifest of the files that were counted."""
        return [int(place) for place in self.files.split()]


class Query(models.Model):
    """The SQL that counted an indicator from one format, kept so that anybody can check it."""

    snapshot = models.ForeignKey(LoadedSnapshot, models.CASCADE, related_name="+")
    indicator = models.CharField("key of the indicator", max_length=100)
    format = models.CharField("format that was read", max_length=40)
    sql = models.TextField("SQL")
    objects = DatasetQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "queries"
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="an_indicator_is_queried_once", fields=["snapshot", "indicator", "format"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} from {self.format}"


class BaselineQuerySet(AppendOnlyQuerySet):
    def visible_to(self, user: User) -> BaselineQuerySet:
        """All baselines for whoever may read the dataset, none for anybody else."""
        return self if user.may(Permission.READ_DATASET) else self.none()


class Baseline(AppendOnly):
    """Limits of an indicator's chart are worked out afresh from the month that starts on `from_on`."""

    indicator = models.CharField("key of the indicator", max_length=100)
    from_on = models.DateField("first day of the month")
    reason = models.CharField("why", max_length=200)
    set_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    set_at = models.DateTimeField("when", default=timezone.now)
    objects: ClassVar = BaselineQuerySet.as_manager()

    class Meta(AppendOnly.Meta):
        ordering: ClassVar = ["indicator", "from_on"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_baseline_is_set_once", fields=["indicator", "from_on"]),
            models.CheckConstraint(name="a_baseline_has_a_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} from {self.from_on}"

    @property
    def on_chart(self) -> str:
        """The words beside the break."""
        return self.reason


class DefinitionChange(AppendOnly):
    """What an indicator counts changed in the month that starts on `from_on`.

    Figures before and after are two series: the chart breaks there, and its limits are worked out afresh.
    """

    indicator = models.CharField("key of the indicator", max_length=100)
    from_on = models.DateField("first day of the first month counted so")
    was = models.CharField("what was counted before", max_length=300)
    now = models.CharField("what is counted from then on", max_length=300)
    reason = models.CharField("why", max_length=300)
    set_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    set_at = models.DateTimeField("when", default=timezone.now)
    objects: ClassVar = BaselineQuerySet.as_manager()

    class Meta(AppendOnly.Meta):
        ordering: ClassVar = ["indicator", "from_on"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_definition_changes_once_a_month", fields=["indicator", "from_on"]
            ),
            models.CheckConstraint(
                name="a_definition_change_says_what_and_why",
                condition=~Q(reason="") & ~Q(was="") & ~Q(now=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} from {self.from_on}"

    @property
    def on_chart(self) -> str:
        """The words beside the break."""
        return f"Another definition: {self.now}"


class PublishedFigure(models.Model):
    """A published figure of another place and year (see `sightline.facts.benchmark`)."""

    measure = models.CharField("key of the indicator that it compares with", max_length=100)
    indicator_ref = models.CharField("reference of the indicator", max_length=10, blank=True)
    unit = models.CharField("unit", max_length=30)
    level = models.CharField("kind of place", max_length=20, choices=[(lv.value, lv.value) for lv in Level])
    area_code = models.CharField("ONS code", max_length=12)
    area_name = models.CharField("place", max_length=200)
    old_la_code = models.CharField("DfE code", max_length=10, blank=True)
    year = models.PositiveSmallIntegerField("year in which the reporting year ends")
    numerator = models.FloatField("numerator", null=True)
    denominator = models.FloatField("denominator", null=True)
    value = models.FloatField("value", null=True)
    is_computed = models.BooleanField("worked out from numerator and denominator")
    marks = models.CharField("what the publisher held back", max_length=100, blank=True)
    source = models.CharField("source", max_length=200)
    objects = DatasetQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["measure", "year", "level", "area_name"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_published_figure_stands_once", fields=["measure", "area_code", "year"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} of {self.area_name} in {self.year}"

    @property
    def benchmark(self) -> Benchmark:
        """The figure as the indicators' comparison reads it."""
        given = {field.name: getattr(self, field.name) for field in fields(Benchmark)}
        return Benchmark(**{**given, "level": Level(self.level)})
