"""Protect small numbers in figures that leave the partnership.

The Department for Education's rule: counts of 1 to 5 are shown as "c", zeros are shown. That alone protects
little, because tables add up: a hidden cell is its row's total less the others. So further cells are hidden,
with the same mark, until each small count could have other values that fit everything released.

**What is hidden.** A figure is hidden as a whole: numerator, denominator and rate or average together. A
figure is small ("primary") when one of its counts is: of a share, the numerator or the rest of the
denominator; of a count, itself; of an average, the number of children averaged.

**How others are chosen.** For each small count the cheapest *move* is sought: a set of figures, all hidden,
in which some rise and some fall together by the same amount while every published total stays true. Both
ends of a move are another table that fits what was released, so a move is the proof that the count cannot
be told. (This is the hypercube method of statistical disclosure control, extended to hierarchies: the
corners of a rectangle in two dimensions.) Cheapest means fewest further figures, then the smallest. Hiding
more later never breaks a proof.

**What the reader is assumed to know.** All released figures, the sums between them, that a hidden figure is
not zero, and for the count in question that it is 1 to 5; not which other hidden figures are small. Where
possible four values of the count remain, else three or two. One case cannot give two: five children, all in
one group, where another breakdown of them shows five groups with one each. There the reader learns "five or
more", and the mark, which secondary figures share, leaves open whether it is five.

**What sums.** Groups of a breakdown add to the total; periods add as declared (`nest` finds which). Parts
that are not released, such as the second quarter between two year-to-date figures, are counted in as
remainders and protected like the rest.

**Not covered.** Differencing against earlier releases, other indicators or other publishers' tables; rolling
periods that overlap; sums of hidden figures that are no figure of the release, such as an unreleased quarter
of two hidden months; what 0% and 100% tell about a whole group; counts of unknowns (release them as figures
of their own); knowledge of who the children are. Disclosure control reduces risk, never to nothing: a person
approves each release.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from math import inf
from typing import Literal

Label = Hashable
Key = tuple[Label, Label]
Counts = tuple[int, ...]
Move = tuple[tuple[Label, int], ...]
Reason = Literal["primary", "secondary"]

# One more hidden figure always costs more than the size of any figure.
_FIGURE = 10**9


@dataclass(frozen=True)
class Rule:
    """Which counts are too small to show (inclusive), how many values each must leave open, and the mark."""

    smallest: int = 1
    largest: int = 5
    open_values: int = 4
    mark: str = "c"

    def is_small(self, count: int) -> bool:
        """Say whether a count may not be shown."""
        return self.smallest <= count <= self.largest


DFE_RULE = Rule()


@dataclass(frozen=True)
class Sum:
    """A label whose figure is the sum of those of its parts, in every line across."""

    whole: Label
    parts: tuple[Label, ...]


@dataclass(frozen=True)
class FigureTable:
    """Figures by row and column, each with the counts that are hidden together, and what adds up.

    A column may be the whole of several sums (one per breakdown), a row of one. A label is a part of one sum
    at most. A figure that is absent from a line whose sum holds without it is taken as known to be zero.
    """

    cells: Mapping[Key, Counts]
    rows: Sequence[Sum] = ()
    columns: Sequence[Sum] = ()


@dataclass(frozen=True)
class Protected:
    """What to hide and why; `candidates` has for each small figure the fewest values left open, low to high.

    The reason stays inside: primary and secondary figures carry the same mark outside.
    """

    hidden: Mapping[Key, Reason]
    candidates: Mapping[Key, tuple[int, int]]


@dataclass(frozen=True)
class Figure:
    """One figure of an indicator: the total of a period, or one group of a breakdown of it.

    `measure` says what is counted: "share" is `numerator` out of `denominator` children; "count" is
    `numerator`, with no denominator or a population known to all; "average" is over `denominator` children.
    """

    indicator: str
    period: str
    breakdown: str | None
    group: str | None
    numerator: float
    denominator: float | None
    measure: Literal["share", "count", "average"] = "share"

    def counts(self) -> Counts:
        """Give the counts of children behind the figure; ValueError when they are no such counts."""
        counts: tuple[float, ...] = (self.numerator,)
        if self.measure != "count":
            if self.denominator is None:
                raise ValueError(f"{self}: a figure of measure {self.measure!r} needs a denominator")
            averaged = self.measure == "average"
            counts = (self.denominator,) if averaged else (self.numerator, self.denominator - self.numerator)
        if any(count < 0 or count != int(count) for count in counts):
            raise ValueError(f"{self}: expected whole counts, the numerator not above the denominator")
        return tuple(int(count) for count in counts)


@dataclass(frozen=True)
class _Remainder:
    """The label of what a whole has beyond its released parts."""

    sum: Sum

    def __repr__(self) -> str:
        return f"the rest of {self.sum.whole}"


def protect_figures(
    figures: Sequence[Figure], periods: Sequence[Sum] = (), rule: Rule = DFE_RULE
) -> tuple[Reason | None, ...]:
    """Say for each figure, in order, why it is hidden, or None where it may be shown.

    Give everything of an indicator that is released together, and in `periods` what adds up over time (see
    `nest`): nothing for stocks such as children on a plan at a month's end. Raises ValueError for a figure
    given twice, for parts that exceed their whole, and for a group that is absent from some periods only
    although it has children there (release it throughout or not at all).
    """
    tables: dict[str, dict[Key, Counts]] = defaultdict(dict)
    for figure in figures:
        key = (figure.period, (figure.breakdown, figure.group))
        if key in tables[figure.indicator]:
            raise ValueError(f"{figure}: given twice")
        tables[figure.indicator][key] = figure.counts()
    reasons = {}
    for indicator, cells in tables.items():
        try:
            table = FigureTable(cells, _present(periods, cells), _breakdowns(cells))
            hidden = protect(table, rule).hidden
        except ValueError as error:
            raise ValueError(f"indicator {indicator}: {error}") from error
        reasons.update({(indicator, key): reason for key, reason in hidden.items()})
    return tuple(reasons.get((f.indicator, (f.period, (f.breakdown, f.group)))) for f in figures)


def protect(table: FigureTable, rule: Rule = DFE_RULE) -> Protected:
    """Choose the figures of a table to hide, so that no small count can be told from what is shown.

    Raises ValueError when parts exceed their whole, a part lacks its whole, a label is a part of two sums,
    or a row is the whole of two.
    """
    search = _Search(table, rule)
    small = [
        (key, layer)
        for key, counts in search.cells.items()
        for layer, count in enumerate(counts)
        if rule.is_small(count)
    ]
    search.hidden.update(key for key, _ in small)
    candidates: dict[Key, tuple[int, int]] = {}
    for key, layer in small:
        low, high = search.protect(key, layer)
        known = candidates.get(key, (low, high))
        if key in table.cells:
            candidates[key] = min(known, (low, high), key=lambda ends: ends[1] - ends[0])
    hidden: dict[Key, Reason] = {
        key: "primary" if key in candidates else "secondary" for key in table.cells if key in search.hidden
    }
    return Protected(hidden, candidates)


def nest(spans: Mapping[str, tuple[date, date]]) -> tuple[Sum, ...]:
    """Find which periods, given by first and last day, are parts of which.

    A period is a part of the shortest one that holds it. Raises ValueError for periods that overlap without
    one holding the other, such as rolling years: their differences cannot be protected here.
    """
    parts: dict[str, list[str]] = defaultdict(list)
    ordered = sorted(spans, key=lambda name: (spans[name][0], -spans[name][1].toordinal()))
    open_: list[str] = []
    for name in ordered:
        first, last = spans[name]
        while open_ and spans[open_[-1]][1] < first:
            open_.pop()
        if open_ and (spans[open_[-1]][1] < last or spans[open_[-1]] == (first, last)):
            raise ValueError(f"periods {open_[-1]} and {name} overlap and neither is a part of the other")
        if open_:
            parts[open_[-1]].append(name)
        open_.append(name)
    return tuple(Sum(whole, tuple(names)) for whole, names in parts.items())


def _present(sums: Sequence[Sum], cells: Mapping[Key, Counts]) -> list[Sum]:
    """Sums of released wholes, with their released parts; the parts of an unreleased part stand for it."""
    rows, below = {row for row, _ in cells}, {item.whole: item.parts for item in sums}

    def released(label: Label) -> list[Label]:
        if label in rows:
            return [label]
        return [part for child in below.get(label, ()) for part in released(child)]

    kept = [
        Sum(s.whole, tuple(p for part in s.parts for p in released(part))) for s in sums if s.whole in rows
    ]
    return [item for item in kept if item.parts]


def _breakdowns(cells: Mapping[Key, Counts]) -> list[Sum]:
    groups: dict[str, list[Label]] = defaultdict(list)
    columns = dict.fromkeys(column for _, column in cells)
    total = (None, None)
    for column in columns:
        if isinstance(column, tuple) and column != total:
            groups[column[0]].append(column)
    return [Sum(total, tuple(parts)) for parts in groups.values()] if total in columns else []


def _add_remainders(cells: dict[Key, Counts], sums: Sequence[Sum], across: int) -> list[Sum]:
    """Complete each sum with what its released parts leave, as a part of its own.

    `across` is 0 where sums run over rows and 1 over columns. Adds cells of remainders to `cells`.
    """
    completed = []
    for item in sums:
        left = {key[1 - across]: counts for key, counts in cells.items() if key[across] == item.whole}
        members = set(item.parts)
        for key, counts in cells.items():
            if key[across] not in members:
                continue
            if key[1 - across] not in left:
                raise ValueError(f"{key} has a figure and its whole, {item.whole}, has none")
            left[key[1 - across]] = tuple(a - b for a, b in zip(left[key[1 - across]], counts, strict=True))
        rest = _Remainder(item)
        for line, counts in left.items():
            if min(counts) < 0:
                raise ValueError(f"parts of {item.whole} exceed it by {-min(counts)} in {line}")
            if any(counts):
                cells[(rest, line) if across == 0 else (line, rest)] = counts
        found = any(any(counts) for counts in left.values())
        completed.append(Sum(item.whole, (*item.parts, rest)) if found else item)
    return completed


class _Hierarchy:
    """What adds up along one side of a table, and the moves that keep it true."""

    def __init__(self, sums: Sequence[Sum]) -> None:
        self.below: dict[Label, list[Sum]] = defaultdict(list)
        self.above: dict[Label, Sum] = {}
        for item in sums:
            self.below[item.whole].append(item)
            for part in item.parts:
                if part in self.above:
                    raise ValueError(f"{part} is a part of both {self.above[part].whole} and {item.whole}")
                self.above[part] = item

    def moves(self, label: Label) -> Iterator[Move]:
        """Every move that raises `label`, where each whole has one sum; near ones first."""
        for down in self._down(label, 1):
            for up in self._up(label):
                yield down + up

    def _down(self, label: Label, sign: int) -> Iterator[Move]:
        if label not in self.below:
            yield ((label, sign),)
            return
        (item,) = self.below[label]
        for part in item.parts:
            for move in self._down(part, sign):
                yield ((label, sign), *move)

    def _up(self, label: Label) -> Iterator[Move]:
        item = self.above.get(label)
        if item is None:
            yield ()
            return
        for part in item.parts:
            if part != label:
                yield from self._down(part, -1)
        for move in self._up(item.whole):
            yield ((item.whole, 1), *move)

    def cheapest(self, label: Label, price: Callable[[Label, int], float]) -> tuple[float, Move]:
        """The move that raises `label` at the lowest sum of prices; infinity where there is none."""
        down = self._cheapest_down(label, 1, price, None)
        if down[0] == inf:
            return down
        up = self._cheapest_up(label, price)
        return down[0] + up[0], down[1] + up[1]

    def _cheapest_down(
        self, label: Label, sign: int, price: Callable[[Label, int], float], settled: Sum | None
    ) -> tuple[float, Move]:
        """Change `label` and, in each of its sums but the settled one, a part of it."""
        cost: float = price(label, sign)
        move: Move = ((label, sign),)
        for item in self.below.get(label, ()):
            if item is settled or cost == inf:
                continue
            options = (self._cheapest_down(part, sign, price, None) for part in item.parts)
            more, further = min(options, key=lambda option: option[0])
            cost, move = cost + more, move + further
        return cost, move

    def _cheapest_up(self, label: Label, price: Callable[[Label, int], float]) -> tuple[float, Move]:
        """Keep the sum true that `label` is a part of: lower another part, or raise the whole."""
        item = self.above.get(label)
        if item is None:
            return 0, ()
        options = [self._cheapest_down(part, -1, price, None) for part in item.parts if part != label]
        cost, move = self._cheapest_down(item.whole, 1, price, item)
        if cost < inf:
            more, further = self._cheapest_up(item.whole, price)
            cost, move = cost + more, move + further
        return min([*options, (cost, move)], key=lambda option: option[0])


class _Search:
    """The cells of a table with their remainders, those hidden so far, and the search for moves."""

    def __init__(self, table: FigureTable, rule: Rule) -> None:
        self.rule = rule
        self.cells = dict(table.cells)
        rows = _add_remainders(self.cells, table.rows, 0)
        columns = _add_remainders(self.cells, table.columns, 1)
        self.hidden = {key for key in self.cells if key not in table.cells}
        self.rows, self.columns = _Hierarchy(rows), _Hierarchy(columns)
        if twice := [whole for whole, sums in self.rows.below.items() if len(sums) > 1]:
            raise ValueError(f"row {twice[0]} is the whole of two sums")
        self.row_moves = cache(lambda row: tuple(self.rows.moves(row)))

    def protect(self, key: Key, layer: int) -> tuple[int, int]:
        """Hide the cheapest move that leaves open as many values as can be; give the lowest and highest."""
        count = self.cells[key][layer]
        for windows in self._windows(count):
            best: tuple[float, list[Key], tuple[int, int]] = (inf, [], (count, count))
            for low, high in windows:
                for row_move in self.row_moves(key[0]):
                    found = self._cheapest(key, layer, row_move, count - low, high - count)
                    if found[0] < best[0]:
                        best = (*found, (low, high))
                    if best[0] == 0:
                        return best[2]
            if best[0] < inf:
                self.hidden.update(best[1])
                return best[2]
        raise AssertionError(f"no move protects {key}")

    def _windows(self, count: int) -> Iterator[list[tuple[int, int]]]:
        """Ranges of values round a small count, widest first, and at last one that leaves the small ones."""
        least, most = self.rule.smallest, self.rule.largest
        for width in range(self.rule.open_values - 1, 0, -1):
            lows = range(max(least, count - width), min(count, most - width) + 1)
            yield [(low, low + width) for low in lows]
        yield [(count, count + 1)]

    def _cheapest(self, key: Key, layer: int, row_move: Move, down: int, up: int) -> tuple[float, list[Key]]:
        def price(column: Label, sign: int) -> float:
            return sum(self._price((row, column), layer, up if s * sign < 0 else down) for row, s in row_move)

        cost, columns = self.columns.cheapest(key[1], price)
        return cost, [(row, column) for row, _ in row_move for column, _ in columns]

    def _price(self, key: Key, layer: int, fall: int) -> float:
        """The price of hiding a figure that must be able to fall by so much and still not be zero."""
        counts = self.cells.get(key)
        if counts is None or counts[layer] < fall or sum(counts) <= fall:
            return inf
        return 0 if key in self.hidden else _FIGURE + sum(counts)
