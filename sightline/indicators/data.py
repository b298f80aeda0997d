"""The data of a run: one in-memory DuckDB connection to which a snapshot's tables are added as asked for.

Every fact table is read once for each format; spans, periods and due days are small tables beside it. Days of
times are days in England: the session's time zone is Europe/London, and an engine that runs a query elsewhere
must set the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa
from sqlglot import exp, select

from sightline.clocks import CLOCKS, Clock, ClockError, Counts, Limit, Unit, due_days, limit_of
from sightline.clocks.calendar import FIRST_DAY
from sightline.facts.schema import Kind
from sightline.facts.snapshot import Snapshot
from sightline.facts.tables import TABLES
from sightline.indicators import expressions
from sightline.indicators.compose import Tables
from sightline.indicators.definition import Basis, Indicator
from sightline.indicators.periods import Period
from sightline.indicators.support import Support, counted_days

_YEARS_BEFORE, _YEARS_AFTER = 26, 1
"""Due days are computed for starts from so long before the first file's window to so long after the last
extraction: a start outside a childhood is a slip, and its due day unknown."""

_SPANS = pa.schema([("source", Kind.WHOLE.arrow), ("first", Kind.DATE.arrow), ("last", Kind.DATE.arrow)])
_PERIODS = pa.schema(
    [
        ("_period", Kind.WHOLE.arrow),
        ("_first", Kind.DATE.arrow),
        ("_last", Kind.DATE.arrow),
        ("_source", Kind.WHOLE.arrow),
    ]
)
_DUE = pa.schema([("start_on", Kind.DATE.arrow), ("due_on", Kind.DATE.arrow)])


class Data:
    """The tables of one snapshot that queries read; close it after use."""

    def __init__(self, snapshot: Snapshot, local_limits: Mapping[str, Limit]) -> None:
        self.snapshot = snapshot
        self.support = Support(snapshot.manifest.sources)
        self.local_limits = local_limits
        self._connection = duckdb.connect(":memory:")
        self._connection.execute("SET TimeZone = 'Europe/London'")
        self._names: dict[object, str] = {}

    def close(self) -> None:
        self._connection.close()

    def fetch(self, query: exp.Expr) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self._connection.execute(query.sql("duckdb")).fetchall()

    def tables(self, indicator: Indicator, source_format: str, periods: Sequence[Period]) -> Tables:
        """The names of all that an indicator's query reads. Raises ClockError when a clock has no limit."""
        rows = self.rows(indicator.table, source_format)
        clocks = self.clocks(indicator)
        return Tables(
            rows=rows,
            spans=self._spans(indicator.table, source_format),
            periods=self._periods(indicator, source_format, periods),
            due={key: self._due(key) for key, limit in clocks.items() if limit.unit is not Unit.HOURS},
            hours={key: _hours(key, limit) for key, limit in clocks.items() if limit.unit is Unit.HOURS},
        )

    def clocks(self, indicator: Indicator) -> Mapping[str, Limit]:
        """The limits of the clocks that the expressions name. Raises ClockError or DefinitionError."""
        parts = (expressions.read(indicator, part) for part in expressions.PARTS)
        keys = sorted(frozenset().union(*(part.clocks for part in parts if part)))
        unknown = [key for key in keys if key not in CLOCKS]
        if unknown:
            raise expressions.DefinitionError(f"{indicator.key}: there is no clock {unknown[0]}")
        return {key: limit_of(CLOCKS[key], self.local_limits.get(key)) for key in keys}

    def rows(self, table: str, source_format: str) -> str:
        """The rows of one fact table that came in one format."""
        name = f"{table}__{source_format.replace('-', '_')}"
        if name in self._names:
            return name
        path = self.snapshot.parquet(table)
        if path is None:
            return self._add(name, name, _empty(table))
        of_format = [
            index
            for index, source in enumerate(self.snapshot.manifest.sources)
            if source.format == source_format
        ]
        # Each row has a place of its own, later events after earlier ones: it says which row is the latest.
        numbered = exp.PropertyEQ(this=exp.to_identifier("file_row_number"), expression=exp.true())
        order = [exp.Ordered(this=exp.column(TABLES[table].event), nulls_first=True)]
        order += [exp.Ordered(this=exp.column(column)) for column in ("source", "file_row_number")]
        place = exp.Window(this=exp.RowNumber(), order=exp.Order(expressions=order))
        held = (
            select("*", exp.alias_(place, "_place"))
            .from_(exp.func("read_parquet", exp.Literal.string(str(path)), numbered))
            .where(exp.column("source").isin(*of_format) if of_format else exp.false())
        )
        self._connection.execute(held.ctas(name).sql("duckdb"))
        self._names[name] = name
        return name

    def _spans(self, table: str, source_format: str) -> str:
        owned = self.support.spans(table, source_format)
        rows = [(span.source, span.first, span.last) for span in owned]
        return self._table("spans", _SPANS, rows)

    def _periods(self, indicator: Indicator, source_format: str, periods: Sequence[Period]) -> str:
        """The days counted in each period; in a snapshot, once for each file that owns its last day."""
        rows: list[tuple[object, ...]] = []
        for number, period in enumerate(periods):
            first, last = counted_days(indicator, period)
            owners: Iterable[int | None] = (None,)
            if indicator.basis is Basis.SNAPSHOT:
                first, owners = period.first, self.support.owners(indicator, source_format, period)
            rows.extend((number, first, last, owner) for owner in owners)
        return self._table("periods", _PERIODS, rows)

    def _due(self, key: str) -> str:
        """The due day of every start day on which a clock was in force."""
        clock = CLOCKS[key]
        name = f"due__{key.replace('-', '_')}"
        if name in self._names:
            return name
        sources = self.snapshot.manifest.sources
        covered = min(window.first for source in sources for window in source.windows.values())
        taken = max(source.extracted_on for source in sources)
        first = max(date(covered.year - _YEARS_BEFORE, 1, 1), FIRST_DAY, clock.in_force_from or date.min)
        last = min(date(taken.year + _YEARS_AFTER, 12, 31), clock.in_force_to or date.max)
        rows = due_days(clock, first, last, self.local_limits.get(key))
        return self._add(name, name, _arrow(_DUE, rows))

    def _table(self, kind: str, schema: pa.Schema, rows: Sequence[tuple[object, ...]]) -> str:
        content = (kind, tuple(rows))
        known = self._names.get(content)
        return known or self._add(content, f"{kind}_{len(self._names) + 1}", _arrow(schema, rows))

    def _add(self, content: object, name: str, table: pa.Table) -> str:
        self._connection.register("_added", table)
        self._connection.execute(select("*").from_("_added").ctas(name).sql("duckdb"))
        self._connection.unregister("_added")
        self._names[content] = name
        return name


def _hours(key: str, limit: Limit) -> int:
    clock: Clock = CLOCKS[key]
    if clock.in_force_from or clock.in_force_to:
        raise ClockError(f"{key} counts hours and has dates in force: these two are not yet counted together")
    return limit.length if clock.counts is Counts.AFTER else -limit.length


def _empty(table: str) -> pa.Table:
    return TABLES[table].arrow.append(pa.field("_place", pa.int64())).empty_table()


def _arrow(schema: pa.Schema, rows: Sequence[tuple[object, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    return pa.table(
        [pa.array(column, type=field.type) for column, field in zip(columns, schema, strict=True)],
        schema=schema,
    )
