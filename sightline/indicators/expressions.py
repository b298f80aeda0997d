"""Reading the short SQL expressions of a definition: what they may say, and what they use.

An expression is accepted only if every part of it is on a white list of what gives equal results on DuckDB
and on Spark. Known traps are refused by name: differences of months or years (one engine counts boundaries,
the other whole units), subtraction of days, rounding, division that may meet a nought.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from sightline.facts.schema import Kind, Table
from sightline.facts.tables import TABLES
from sightline.indicators.definition import Indicator

PERIOD_COLUMNS = frozenset({"period_start", "period_end"})


class DefinitionError(ValueError):
    """A definition cannot be computed as it is written; the message names indicator, expression and part."""


_ALLOWED: tuple[type[exp.Expr], ...] = (
    exp.Add, exp.And, exp.Between, exp.Boolean, exp.Case, exp.Cast, exp.Coalesce, exp.Column, exp.Count,
    exp.DataType, exp.DateDiff, exp.Div, exp.EQ, exp.Filter, exp.GT, exp.GTE, exp.Greatest, exp.Identifier,
    exp.If, exp.In, exp.IntDiv, exp.Interval, exp.Is, exp.LT, exp.LTE, exp.Lag, exp.Lead, exp.Least,
    exp.Like, exp.Literal, exp.Max, exp.Min, exp.Mod, exp.Month, exp.Mul, exp.NEQ, exp.Neg, exp.Not,
    exp.Null, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Nullif, exp.Or, exp.Order, exp.Ordered, exp.Paren,
    exp.RowNumber, exp.Star, exp.Sub, exp.Sum, exp.Var, exp.Where, exp.Window, exp.WindowSpec, exp.Year,
)  # fmt: skip
_IN_WINDOW_ONLY = (exp.Count, exp.Lag, exp.Lead, exp.Max, exp.Min, exp.RowNumber, exp.Sum)
_NEEDS_ORDER = (exp.Lag, exp.Lead, exp.RowNumber)
_CASTS = frozenset({"DATE"})
PARTS = ("population", "numerator", "denominator", "at", "until")


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked expression: its tree (copy it before changing it), fact columns and clocks."""

    tree: exp.Expr
    columns: frozenset[str]
    clocks: frozenset[str]


def is_due(node: exp.Expr) -> bool:
    """Whether a part of an expression is `due('clock-key', day)`."""
    return isinstance(node, exp.Anonymous) and node.name.lower() == "due"


def read(indicator: Indicator, part: str) -> Expression | None:
    """One part of a definition as a checked tree, with the table's own columns for an empty `at` or `until`.

    None for a part that the definition leaves out. Raises DefinitionError.
    """
    table = TABLES[indicator.table]
    text = getattr(indicator, part) or {"at": table.event, "until": table.ends}.get(part) or ""
    if not text:
        return None
    try:
        return _read(text, table.name, part)
    except DefinitionError as error:
        raise DefinitionError(f"{indicator.key}: {part} ({text}): {error}") from None


@lru_cache(maxsize=4096)
def _read(text: str, table_name: str, part: str) -> Expression:
    table = TABLES[table_name]
    try:
        tree = sqlglot.parse_one(text, read="duckdb")
    except SqlglotError as error:
        raise DefinitionError(f"cannot be read: {str(error).splitlines()[0]}") from None
    for node in tree.walk():
        _check(node, table)
    if part in {"at", "until"} and tree.find(exp.Window):
        raise DefinitionError("a window function cannot date a row")
    names = frozenset(column.name for column in tree.find_all(exp.Column))
    own = frozenset(column.name for column in table.all_columns)
    clocks = frozenset(node.expressions[0].name for node in tree.find_all(exp.Anonymous))
    return Expression(tree, names & own, clocks)


def _check(node: exp.Expr, table: Table) -> None:
    """Refuse a part that is not on the white list, or that the two engines would read differently."""
    if is_due(node):
        if len(node.expressions) != 2 or not node.expressions[0].is_string:
            raise DefinitionError("due takes a clock's key in quotes and a column: due('assessment', day)")
    elif isinstance(node, exp.Anonymous) or not isinstance(node, _ALLOWED):
        raise DefinitionError(f"{_named(node)} is not among the functions that every engine counts alike")
    if isinstance(node, exp.Column):
        _check_column(node, table)
    if isinstance(node, _IN_WINDOW_ONLY) and not _in_window(node):
        raise DefinitionError(f"{_named(node)} gathers rows: only with OVER (...), or let `each` gather them")
    if isinstance(node, exp.Window):
        _check_window(node, table)
    _check_arithmetic(node, table)


def _check_column(node: exp.Column, table: Table) -> None:
    if node.table:
        raise DefinitionError(f"{node.sql()}: columns are named without their table")
    known = {column.name for column in table.all_columns} | PERIOD_COLUMNS
    if node.name not in known:
        raise DefinitionError(f"{table.name} has no column {node.name}")


def _in_window(node: exp.Expr) -> bool:
    parent = node.parent
    return isinstance(parent, exp.Window) or (
        isinstance(parent, exp.Filter) and isinstance(parent.parent, exp.Window)
    )


def _check_window(node: exp.Window, table: Table) -> None:
    own = {column.name for column in table.all_columns}
    periods = {column.name for column in node.find_all(exp.Column)} - own
    if periods:
        raise DefinitionError(f"{sorted(periods)[0]}: a window function sees all rows, before any period")
    if isinstance(node.this, _NEEDS_ORDER) and not node.args.get("order"):
        raise DefinitionError(f"{_named(node.this)} needs ORDER BY, or its answer is left to chance")


def _check_arithmetic(node: exp.Expr, table: Table) -> None:
    if isinstance(node, exp.Cast) and node.to.sql() not in _CASTS:
        raise DefinitionError(f"cast to {node.to.sql()}: only casts of a time to its DATE are needed")
    if isinstance(node, (exp.Div, exp.IntDiv, exp.Mod)) and not _never_nought(node.expression):
        raise DefinitionError("divide by nullif(..., 0): engines differ on division by nought")
    if isinstance(node, exp.Sub) and _is_dated(node.this, table) and _is_dated(node.expression, table):
        raise DefinitionError("subtract days with date_diff('day', from, to)")
    if isinstance(node, exp.DateDiff):
        if node.args.get("unit") is None or node.args["unit"].name.upper() != "DAY":
            raise DefinitionError("date_diff counts days only: engines count months and years differently")
        if any(_kind(side, table) is Kind.TIME for side in (node.this, node.expression)):
            raise DefinitionError("date_diff counts days between days: cast times to DATE")


def _never_nought(node: exp.Expr) -> bool:
    node = node.unnest()
    return isinstance(node, exp.Nullif) or (isinstance(node, exp.Literal) and node.to_py() != 0)


def _is_dated(node: exp.Expr, table: Table) -> bool:
    node = node.unnest()
    return isinstance(node, exp.Cast) or is_due(node) or _kind(node, table) in {Kind.DATE, Kind.TIME}


def _kind(node: exp.Expr, table: Table) -> Kind | None:
    """The kind of a bare column; None for anything else."""
    node = node.unnest()
    if not isinstance(node, exp.Column):
        return None
    return Kind.DATE if node.name in PERIOD_COLUMNS else table.column(node.name).kind


def is_time(node: exp.Expr, table: Table) -> bool:
    """Whether a part of an expression is a bare column that holds a time."""
    return _kind(node, table) is Kind.TIME


def _named(node: exp.Expr) -> str:
    name = (
        node.name
        if isinstance(node, exp.Anonymous)
        else node.sql_name()
        if isinstance(node, exp.Func)
        else ""
    )
    return name or type(node).__name__.upper()
