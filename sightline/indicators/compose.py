"""One query for one indicator: all periods and all breakdowns at once, composed as a syntax tree.

The query reads tables that `indicators.engine` registers: the rows of one fact table and format, the days
that each file owns (`spans`), the periods (with the owning file, for a snapshot) and the due days of clocks.
Its steps are named: `clocked` (due days joined), `dated` (each row with its day), `owned` (one day, one
file), `counted` (rows in periods and groups) and, where rows are gathered first, `gathered`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp, select

from sightline.facts.tables import TABLES
from sightline.indicators import expressions
from sightline.indicators.breakdowns import Split, years_old
from sightline.indicators.definition import Basis, Indicator

_PERIODS = {"period_start": "_first", "period_end": "_last"}
_EXACT = "DECIMAL(38, 12)"
_LAST_SECOND = 24 * 60 * 60 - 1


@dataclass(frozen=True, slots=True)
class Tables:
    """The names under which the engine registered what a query reads.

    `due` names the table of due days of a clock; `hours` holds instead the hours of a clock that counts them,
    negative where it counts backwards.
    """

    rows: str
    spans: str
    periods: str
    due: Mapping[str, str]
    hours: Mapping[str, int]


def compose(indicator: Indicator, splits: Sequence[Split], tables: Tables) -> exp.Select:
    """The query whose rows are `result_columns`. Raises DefinitionError."""
    return _Composer(indicator, splits, tables).query()


def result_columns(splits: Sequence[Split]) -> tuple[str, ...]:
    """The columns of the query's rows, in order.

    The period's number; for each breakdown its group and whether the row is rolled up over it (1) or of one
    group (0); then the four numbers of a figure.
    """
    pairs = (f"{prefix}{n}" for n in range(len(splits)) for prefix in ("_group_", "_rolled_up_"))
    return ("_period", *pairs, "_numerator", "_denominator", "_unknown", "_unplaced")


class _Composer:
    def __init__(self, indicator: Indicator, splits: Sequence[Split], tables: Tables) -> None:
        if indicator.each and indicator.denominator:
            raise expressions.DefinitionError(f"{indicator.key}: each and denominator do not go together")
        self.indicator, self.splits, self.tables = indicator, splits, tables
        self.table = TABLES[indicator.table]
        self.due: dict[tuple[str, str], tuple[str, exp.Expr]] = {}
        self.windows: dict[str, tuple[str, exp.Expr]] = {}
        self.parts = {part: self._part(part) for part in expressions.PARTS}
        at = self.parts["at"]
        used = {column.name for column in at.find_all(exp.Column)} if at else set()
        self.is_dated_by_period = not used.isdisjoint(_PERIODS.values())
        if self.is_dated_by_period and self.windows:
            raise expressions.DefinitionError(
                f"{indicator.key}: a window function cannot see rows whose date depends on the period"
            )

    def query(self) -> exp.Select:
        """The whole query."""
        steps: list[tuple[str, exp.Select]] = []
        if self.due:
            steps.append(("clocked", self._clocked()))
        steps.append(("dated", self._dated("clocked" if self.due else self.tables.rows)))
        steps.append(("owned", self._owned()))
        steps.append(("counted", self._counted()))
        if self.indicator.each:
            steps += [("gathered", self._gathered()), ("latest", self._latest())]
        final = self._figures(steps[-1][0])
        for name, step in steps:
            final = final.with_(name, step, copy=False)
        return final

    # The parts of the definition, with due days, windows and periods replaced by columns of earlier steps.

    def _part(self, part: str) -> exp.Expr | None:
        read = expressions.read(self.indicator, part)
        if read is None:
            return None
        tree = read.tree.transform(self._without_due)
        if part not in {"at", "until"}:
            tree = tree.transform(self._without_window)
        return tree.transform(self._with_period)

    def _without_due(self, node: exp.Expr) -> exp.Expr:
        if not expressions.is_due(node):
            return node
        key, day = node.expressions[0].name, node.expressions[1]
        has_time = expressions.is_time(day, self.table)
        if key in self.tables.hours:
            if not has_time:
                raise expressions.DefinitionError(f"{self.indicator.key}: {key} counts hours from a time")
            return exp.paren(day.copy() + _interval(self.tables.hours[key], "HOUR"))
        name = self.due.setdefault((key, day.sql()), (f"_due_{len(self.due) + 1}", day))[0]
        if has_time:
            # Times are compared with the last second of the due day, days with the day itself.
            return exp.paren(exp.cast(exp.column(name), "TIMESTAMP") + _interval(_LAST_SECOND, "SECOND"))
        return exp.column(name)

    def _without_window(self, node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Window):
            return node
        window = node.copy()
        if self.indicator.basis is Basis.SNAPSHOT:
            window.append("partition_by", exp.column("source"))
        name = self.windows.setdefault(window.sql(), (f"_window_{len(self.windows) + 1}", window))[0]
        return exp.column(name)

    def _with_period(self, node: exp.Expr) -> exp.Expr:
        """Periods by their own names, and the age at the period's end, in what is counted at it."""
        if not isinstance(node, exp.Column):
            return node
        held = {column.name for column in self.table.all_columns}
        if node.name in _PERIODS and node.name not in held:
            return exp.column(_PERIODS[node.name])
        if node.name == "age" and self.indicator.basis is Basis.SNAPSHOT:
            return years_old().transform(self._with_period)
        return node

    # The steps.

    def _clocked(self) -> exp.Select:
        """Every row with its due days, which `clocks` computed for each start day."""
        step = select("rows.*").from_(exp.to_table(self.tables.rows, alias="rows"))
        for (key, _), (name, day) in self.due.items():
            alias = f"{name}_days"
            started = exp.column("start_on", alias).eq(exp.cast(day, "DATE"))
            step = step.select(exp.alias_(exp.column("due_on", alias), name)).join(
                exp.to_table(self.tables.due[key], alias=alias), on=started, join_type="left"
            )
        return step

    def _dated(self, source: str) -> exp.Select:
        """Every row with the day that dates it and, in a snapshot, the day that ends it."""
        dates = [exp.alias_(exp.cast(self._required("at"), "DATE"), "_at")]
        until = self.parts["until"]
        if self.indicator.basis is Basis.SNAPSHOT and until is not None:
            dates.append(exp.alias_(exp.cast(until, "DATE"), "_until"))
        step = select("*", *dates).from_(exp.to_table(source))
        return step.join(self._periods, join_type="cross") if self.is_dated_by_period else step

    def _owned(self) -> exp.Select:
        """The rows of the file that owns their day; in a snapshot all, for its file is that of the period.

        Groups that no period changes are named here, before a row is counted in several periods.
        """
        windows = [exp.alias_(_qualified(window, "dated"), name) for name, window in self.windows.values()]
        step = select("dated.*", *windows, *self._groups(of_period=False)).from_("dated")
        if self.indicator.basis is Basis.SNAPSHOT:
            return step
        same = exp.column("source", "dated").eq(exp.column("source", "spans"))
        of_day = exp.column("_at", "dated").between(exp.column("first", "spans"), exp.column("last", "spans"))
        return step.join(exp.to_table(self.tables.spans, alias="spans"), on=exp.and_(same, of_day))

    def _counted(self) -> exp.Select:
        """Each row in each period that holds it, with its groups; `_member` is null where none can tell."""
        member, divisor = self._required("population"), self.parts["denominator"]
        claims = [exp.alias_(member, "_member"), exp.alias_(self._required("numerator"), "_claim")]
        if divisor is not None:
            claims.append(exp.alias_(divisor, "_divisor"))
        if self.indicator.each:
            kept: list[exp.Expr] = [exp.column(name) for name in (*self.indicator.each, "_place", "_last")]
        else:
            named = [
                exp.column(f"_group_{n}") for n, split in enumerate(self.splits) if not _of_period(split)
            ]
            kept = [*named, *self._groups(of_period=True)]
        step = select("_period", *claims, *kept).from_("owned")
        if self.is_dated_by_period:
            step = step.where(self._in_period())
        else:
            step = step.join(self._periods, on=self._in_period())
        return step if member == exp.true() else step.where(exp.func("COALESCE", member, exp.true()))

    @property
    def _periods(self) -> exp.Table:
        return exp.to_table(self.tables.periods, alias="periods")

    def _groups(self, *, of_period: bool) -> list[exp.Expr]:
        """The groups that a row's period does, or does not, decide; none where rows are gathered first."""
        if self.indicator.each:
            return []
        return [
            exp.alias_(split.group.transform(self._with_period), f"_group_{n}")
            for n, split in enumerate(self.splits)
            if _of_period(split) is of_period
        ]

    def _in_period(self) -> exp.Expr:
        at, first, last = exp.column("_at"), exp.column("_first"), exp.column("_last")
        if self.indicator.basis is not Basis.SNAPSHOT:
            return at.between(first, last)
        of_file = exp.column("source").eq(exp.column("_source"))
        if self.parts["until"] is None:
            return exp.and_(of_file, at.eq(last))
        until = exp.column("_until")
        return exp.and_(of_file, at <= last, exp.or_(until.is_(exp.null()), until > last))

    def _gathered(self) -> exp.Select:
        """One row for each `each` of a period: a member if any row is one, and its latest row's place."""
        member, claim = exp.column("_member"), exp.column("_claim")
        # Rows that may not belong have negative places, so that one that does belong is the latest.
        place = exp.case().when(member, exp.column("_place")).else_(exp.column("_place") * -1)
        gathered = {
            "_last": exp.func("MAX", exp.column("_last")),
            "_place": exp.func("MAX", place),
            "_member": exp.case().when(_count(member) > 0, exp.true()),
            "_claim": self._combined(member, claim),
        }
        step = select("_period", *(exp.alias_(tree, name) for name, tree in gathered.items()))
        return step.from_("counted").group_by("_period", *self.indicator.each)

    def _latest(self) -> exp.Select:
        """Each of the gathered with the groups of its latest row."""
        groups = (
            exp.alias_(split.group.transform(self._with_period), f"_group_{n}")
            for n, split in enumerate(self.splits)
        )
        of_place = exp.column("_place", "rows").eq(exp.func("ABS", exp.column("_place", "gathered")))
        step = select("_period", "_member", "_claim", *groups).from_("gathered")
        return step.join(exp.to_table(self.tables.rows, alias="rows"), on=of_place)

    def _combined(self, member: exp.Expr, claim: exp.Expr) -> exp.Expr:
        """What the rows of one of the gathered say together: unknown unless those that are known decide."""
        unknown = _count(exp.and_(member, claim.is_(exp.null())))
        if self.indicator.sums:
            total = exp.func("SUM", exp.case().when(member, exp.cast(claim, _EXACT)))
            return exp.case().when(unknown.eq(0), total)
        is_any = self.indicator.combine == "any"
        decides = _count(exp.and_(member, claim if is_any else claim.not_()))
        decided, otherwise = (exp.true(), exp.false()) if is_any else (exp.false(), exp.true())
        return exp.case().when(decides > 0, decided).when(unknown > 0, exp.null()).else_(otherwise)

    def _figures(self, source: str) -> exp.Select:
        """The four numbers for every period and group, and for the period as a whole, by grouping sets."""
        period = exp.column("_period")
        groups = [exp.column(f"_group_{n}") for n in range(len(self.splits))]
        columns: list[exp.Expr] = [period]
        for n, group in enumerate(groups):
            columns += [group, exp.alias_(exp.func("GROUPING", group), f"_rolled_up_{n}")]
        columns += [exp.alias_(number, name) for name, number in self._numbers().items()]
        sets = [
            exp.Tuple(expressions=[period.copy(), *held])
            for held in ([], *([group.copy()] for group in groups))
        ]
        step = select(*columns).from_(source)
        step.set("group", exp.Group(grouping_sets=[exp.GroupingSets(expressions=sets)]))
        return step

    def _numbers(self) -> dict[str, exp.Expr]:
        member, claim, divisor = exp.column("_member"), exp.column("_claim"), exp.column("_divisor")
        lacking: exp.Expr = claim.is_(exp.null())
        if self.parts["denominator"] is not None:
            lacking = exp.or_(lacking, divisor.is_(exp.null()))
        known = exp.and_(member, exp.not_(lacking))
        numerator, denominator = _count(exp.and_(member, claim)), _count(member)
        if self.indicator.sums:
            numerator = _sum(known, claim)
            denominator = _count(known) if self.parts["denominator"] is None else _sum(known, divisor)
        return {
            "_numerator": numerator,
            "_denominator": denominator,
            "_unknown": _count(exp.and_(member, lacking)),
            "_unplaced": _count(member.is_(exp.null())),
        }

    def _required(self, part: str) -> exp.Expr:
        tree = self.parts[part]
        if tree is None:
            raise expressions.DefinitionError(f"{self.indicator.key}: {part} is empty")
        return tree


def _of_period(split: Split) -> bool:
    """Whether the period decides a row's group: the age at its end."""
    return any(column.name in _PERIODS for column in split.group.find_all(exp.Column))


def _count(condition: exp.Expr) -> exp.Expr:
    counted = exp.case().when(condition, exp.Literal.number(1)).else_(exp.Literal.number(0))
    return exp.func("SUM", counted)


def _sum(condition: exp.Expr, number: exp.Expr) -> exp.Expr:
    """An exact sum: in decimals, so that the order of the rows cannot change it."""
    nought = exp.cast(exp.Literal.number(0), _EXACT)
    return exp.func("SUM", exp.case().when(condition, exp.cast(number, _EXACT)).else_(nought))


def _interval(length: int, unit: str) -> exp.Expr:
    return exp.Interval(this=exp.Literal.string(str(length)), unit=exp.var(unit))


def _qualified(tree: exp.Expr, table: str) -> exp.Expr:
    def qualify(node: exp.Expr) -> exp.Expr:
        return exp.column(node.name, table) if isinstance(node, exp.Column) else node

    return tree.transform(qualify)
