"""From definitions and a snapshot to figures: one query an indicator and format, or a reason in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cached_property

from sqlglot import exp

from sightline.clocks import Limit, NoLimit
from sightline.facts.manifest import SourceFile
from sightline.facts.snapshot import Snapshot
from sightline.facts.tables import TABLES
from sightline.indicators.breakdowns import Split, in_order, split_of
from sightline.indicators.compose import compose
from sightline.indicators.data import Data
from sightline.indicators.definition import Basis, Breakdown, Indicator, Unit
from sightline.indicators.figures import Counted, Figure, Residents, value_of
from sightline.indicators.periods import Every, Period, in_words
from sightline.indicators.residents import Population, population
from sightline.indicators.returns import FORMAT, NOT_ASKED, Returns, returns
from sightline.indicators.support import cannot_split

_NOTHING = Counted(0, 0)
_Key = tuple[str, Breakdown | None, str | None]


def run(
    snapshot: Snapshot,
    indicators: Iterable[Indicator],
    periods: Sequence[Period],
    breakdowns: Sequence[Breakdown] | None = None,
    local_limits: Mapping[str, Limit] | None = None,
) -> list[Figure]:
    """Every indicator for every period: as a whole, then by each breakdown.

    `breakdowns` None takes each indicator's own; a breakdown asked for that an indicator does not have, or
    that the extract does not hold, is a refused figure. `local_limits` are the partnership's own limits by
    clock key. Raises DefinitionError for a definition that cannot be computed as it is written.
    """
    with closing(Engine(snapshot, local_limits)) as engine:
        return [figure for item in indicators for figure in engine.figures(item, periods, breakdowns)]


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a figure came about: the files that were read, the limits of its clocks, the SQL that ran."""

    figure: Figure
    files: tuple[SourceFile, ...]
    limits: Mapping[str, Limit]
    sql: str


class Engine:
    """Counts indicators over one snapshot; what it has read it keeps until it is closed."""

    def __init__(self, snapshot: Snapshot, local_limits: Mapping[str, Limit] | None = None) -> None:
        self._data = Data(snapshot, local_limits or {})

    def close(self) -> None:
        self._data.close()

    def figures(
        self, indicator: Indicator, periods: Sequence[Period], breakdowns: Sequence[Breakdown] | None = None
    ) -> list[Figure]:
        """The figures of one indicator, period by period, the whole before its groups."""
        asked = tuple(dict.fromkeys(indicator.breakdowns if breakdowns is None else breakdowns))
        blank = self._blank(indicator, periods[0])
        by_format, found = self._choose(indicator, periods, blank)
        for source_format, held in by_format.items():
            found |= self._from_format(indicator, replace(blank, format=source_format), held, asked)
        return [figure for period in periods for figure in found[period]]

    def latest(self, indicator: Indicator, every: Every = Every.MONTH) -> Period:
        """The last period that can be counted. Raises PeriodError when no file reaches a whole one."""
        return self._data.support.latest(indicator, every)

    def explain(self, indicator: Indicator, period: Period) -> Explanation:
        """The figure of one period as a whole, and all that it was made from."""
        figure = self.figures(indicator, [period], ())[0]
        files = tuple(self._data.snapshot.manifest.sources[index] for index in figure.sources)
        if indicator.returned or figure.format not in indicator.sources:
            return Explanation(figure, files, {}, "")
        query = self.query(indicator, figure.format, [period], ())
        return Explanation(figure, files, self._data.clocks(indicator), query.sql("duckdb", pretty=True))

    def query(
        self, indicator: Indicator, source_format: str, periods: Sequence[Period], splits: Sequence[Split]
    ) -> exp.Select:
        """The query that counts an indicator from one format, for all periods and breakdowns at once."""
        return compose(indicator, splits, self._data.tables(indicator, source_format, periods))

    @cached_property
    def _returns(self) -> Returns:
        return returns(self._data)

    @cached_property
    def _population(self) -> Population:
        return population(self._data)

    def _choose(
        self, indicator: Indicator, periods: Sequence[Period], blank: Figure
    ) -> tuple[dict[str, list[Period]], dict[Period, list[Figure]]]:
        """Which format answers for which period, and the refusals of the periods that none answers for."""
        by_format: dict[str, list[Period]] = defaultdict(list)
        refused: dict[Period, list[Figure]] = {}
        no_limit = self._no_limit(indicator)
        for period in periods:
            source_format, refusals = self._data.support.choose(indicator, period)
            if source_format is not None and not no_limit and not indicator.returned:
                by_format[source_format].append(period)
                continue
            words = no_limit or "; ".join(refusal.reason for refusal in refusals) or NOT_ASKED
            refused[period] = self._returned(indicator, replace(blank, period=period, refused=words))
        return by_format, refused

    def _returned(self, indicator: Indicator, refused: Figure) -> list[Figure]:
        """What agencies returned as plain figures, where no extract can answer; else the refusal alone."""
        answers = self._returns.of(indicator, refused.period)
        if not answers:
            return [refused]
        sources = tuple(sorted({answer.source for answer in answers}))
        blank = replace(refused, format=FORMAT, sources=sources, refused="")
        missing = [answer.missing for answer in answers if answer.counted is None]
        whole = Counted.total(answer.counted for answer in answers if answer.counted is not None)
        if missing:
            figures = [replace(blank, refused="; ".join(missing))]
        else:
            figures = [self._valued(indicator, blank, whole, whole)]
        for answer in answers:
            of_agency = replace(blank, breakdown=Breakdown.AGENCY, group=answer.agency)
            if answer.counted is None:
                figures.append(replace(of_agency, refused=answer.missing))
            else:
                figures.append(self._valued(indicator, of_agency, answer.counted, whole))
        return figures

    def _no_limit(self, indicator: Indicator) -> str:
        try:
            self._data.clocks(indicator)
        except NoLimit as error:
            return f"not computable: {error}"
        return ""

    def _blank(self, indicator: Indicator, period: Period) -> Figure:
        """A figure with nothing counted yet, with the definition that it is of."""
        definition = indicator.digest
        if self._data.local_limits and not self._no_limit(indicator):
            used = self._data.clocks(indicator).keys() & self._data.local_limits.keys()
            definition += "".join(f", {key} of {self._data.local_limits[key]}" for key in sorted(used))
        return Figure(indicator.key, definition, period, indicator.basis, indicator.unit)

    def _from_format(
        self, indicator: Indicator, blank: Figure, periods: Sequence[Period], asked: Sequence[Breakdown]
    ) -> dict[Period, list[Figure]]:
        """The figures of the periods that one format, that of `blank`, answers for."""
        source_format = str(blank.format)
        splits, unsplit = _splits(indicator, source_format, asked)
        counted = self._count(indicator, source_format, periods, splits)
        groups: dict[Breakdown, set[str]] = {split.breakdown: set() for split in splits}
        for _, breakdown, group in counted:
            if breakdown is not None and group is not None:
                groups[breakdown].add(group)
        found: dict[Period, list[Figure]] = {}
        for period in periods:
            owners = self._data.support.owners(indicator, source_format, period)
            blank = replace(blank, period=period, sources=owners)
            if _has_no_row(indicator, period, counted):
                day = in_words(period.last) if indicator.basis is Basis.SNAPSHOT else "the period"
                found[period] = [replace(blank, refused=f"no row of the extract is of {day}")]
                continue
            found[period] = [
                *self._of_period(indicator, blank, counted, groups),
                *(replace(blank, breakdown=breakdown, refused=words) for breakdown, words in unsplit),
            ]
        return found

    def _count(
        self, indicator: Indicator, source_format: str, periods: Sequence[Period], splits: Sequence[Split]
    ) -> dict[_Key, Counted]:
        """Run the query: what was counted by period, breakdown and group (None: the whole)."""
        found: dict[_Key, Counted] = {}
        for number, *values in self._data.fetch(self.query(indicator, source_format, periods, splits)):
            breakdown = group = None
            for n, split in enumerate(splits):
                name, is_rolled_up = values[2 * n : 2 * n + 2]
                if not is_rolled_up:
                    breakdown, group = split.breakdown, name
            found[periods[number].label, breakdown, group] = Counted.of(*values[2 * len(splits) :])
        return found

    def _of_period(
        self,
        indicator: Indicator,
        blank: Figure,
        counted: Mapping[_Key, Counted],
        groups: Mapping[Breakdown, set[str]],
    ) -> list[Figure]:
        """The whole and every group of one period: nought where the extract covers it and has no row."""
        label = blank.period.label
        whole = counted.get((label, None, None), _NOTHING)
        figures = [self._valued(indicator, blank, whole, whole)]
        for breakdown, names in groups.items():
            for name in in_order(breakdown, names):
                of_group = replace(blank, breakdown=breakdown, group=name)
                found = counted.get((label, breakdown, name), _NOTHING)
                figures.append(self._valued(indicator, of_group, found, whole))
        return figures

    def _valued(self, indicator: Indicator, blank: Figure, counted: Counted, whole: Counted) -> Figure:
        """The figure with its numbers and value; a rate or a comparison also needs residents."""
        figure = replace(
            blank,
            numerator=counted.numerator,
            denominator=counted.denominator,
            unknown=counted.unknown,
            unplaced=counted.unplaced,
        )
        if not indicator.is_per_resident:
            value, refused = value_of(indicator, blank.period, counted.numerator, counted.denominator)
            return replace(figure, value=value, refused=refused)
        residents, refused = self._population.on(blank.period.last, blank.breakdown, blank.group)
        figure = replace(figure, denominator=residents.count if residents else None, population=residents)
        if residents is None:
            return replace(figure, refused=refused)
        if indicator.unit is Unit.RATE:
            value, refused = value_of(indicator, blank.period, counted.numerator, residents.count)
            return replace(figure, value=value, refused=refused)
        return self._against_all(figure, residents, whole)

    def _against_all(self, figure: Figure, residents: Residents, whole: Counted) -> Figure:
        """How often for each child of a group, against how often for each child of all."""
        if figure.group is None:
            return replace(
                figure, refused="a comparison of groups: the whole has nothing to be compared with"
            )
        everyone, refused = self._population.on(figure.period.last)
        if everyone is None:
            return replace(figure, refused=refused)
        if not whole.numerator or not residents.count:
            return replace(figure, refused="there was nothing to divide by")
        assert figure.numerator is not None
        often = figure.numerator / residents.count
        return replace(figure, value=often / (whole.numerator / everyone.count))


def _splits(
    indicator: Indicator, source_format: str, asked: Sequence[Breakdown]
) -> tuple[list[Split], list[tuple[Breakdown, str]]]:
    """The breakdowns that can be made, and why the others cannot."""
    splits: list[Split] = []
    refused: list[tuple[Breakdown, str]] = []
    for breakdown in asked:
        split = split_of(indicator, breakdown) if breakdown in indicator.breakdowns else None
        if split is None:
            refused.append((breakdown, f"{indicator.title} is not split by {breakdown}"))
        elif words := cannot_split(indicator, source_format, split.column):
            refused.append((breakdown, words))
        else:
            splits.append(split)
    return splits, refused


def _has_no_row(indicator: Indicator, period: Period, counted: Mapping[_Key, Counted]) -> bool:
    """Whether no row is of a period where that is no nought: nothing to add up, or nothing stood that day."""
    is_episodes = bool(indicator.until or TABLES[indicator.table].ends)
    if not indicator.sums and (indicator.basis is not Basis.SNAPSHOT or is_episodes):
        return False
    return (period.label, None, None) not in counted
