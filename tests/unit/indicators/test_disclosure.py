"""Disclosure control: worked examples, and an attacker who tries to work hidden figures out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.indicators.disclosure import (
    DFE_RULE,
    Figure,
    FigureTable,
    Key,
    Label,
    Protected,
    Rule,
    Sum,
    nest,
    protect,
    protect_figures,
)

TOTAL = "total"


# --- the attacker -------------------------------------------------------------------------------------
# Written on its own: equations, intervals and search, none of it shared with the code under test.


def equations(table: FigureTable) -> list[tuple[Key, list[Key]]]:
    """Every sum of the table, as (whole, parts)."""
    across = {row: None for row, _ in table.cells}, {column: None for _, column in table.cells}
    rows = [((s.whole, c), [(p, c) for p in s.parts]) for s in table.rows for c in across[1]]
    columns = [((r, s.whole), [(r, p) for p in s.parts]) for s in table.columns for r in across[0]]
    return rows + columns


Bounds = dict[Key, tuple[int, int]]


def narrowed(bounds: Bounds, sums: list[tuple[Key, list[Key]]]) -> Bounds | None:
    """Bounds that the sums imply, to a fixed point; None where they cannot all hold."""
    bounds, before = dict(bounds), None
    while bounds != before:
        before = dict(bounds)
        for whole, parts in sums:
            low = sum(bounds[p][0] for p in parts)
            high = sum(bounds[p][1] for p in parts)
            bounds[whole] = max(bounds[whole][0], low), min(bounds[whole][1], high)
            for part in parts:
                least = bounds[whole][0] - (high - bounds[part][1])
                most = bounds[whole][1] - (low - bounds[part][0])
                bounds[part] = max(bounds[part][0], least), min(bounds[part][1], most)
            if any(a > b for a, b in (bounds[key] for key in (whole, *parts))):
                return None
    return bounds


def solve(bounds: Bounds, sums: list[tuple[Key, list[Key]]], truth: Mapping[Key, int]) -> Bounds | None:
    """A table within the bounds for which all sums hold, by exhaustive search; None where there is none."""
    found = narrowed(bounds, sums)
    if found is None:
        return None
    open_keys = [key for key, (low, high) in found.items() if low < high]
    if not open_keys:
        return found
    key = min(open_keys, key=lambda k: found[k][1] - found[k][0])
    for value in sorted(range(found[key][0], found[key][1] + 1), key=lambda v: abs(v - truth[key])):
        solution = solve({**found, key: (value, value)}, sums, truth)
        if solution is not None:
            return solution
    return None


def possible(table: FigureTable, hidden: Iterable[Key], target: Key, layer: int, most: int = 5) -> set[int]:
    """Values from 1 to `most` that a reader cannot rule out for the target.

    The reader knows that no hidden figure is zero; other layers are held at their true values.
    """
    concealed = set(hidden)
    truth = {key: counts[layer] for key, counts in table.cells.items()}
    rest = {key: sum(counts) - counts[layer] for key, counts in table.cells.items()}
    bounds = {
        key: (max(0, 1 - rest[key]), value + 8) if key in concealed else (value, value)
        for key, value in truth.items()
    }
    sums = equations(table)
    return {v for v in range(1, most + 1) if solve({**bounds, target: (v, v)}, sums, truth) is not None}


def told(table: FigureTable, protected: Protected) -> list[tuple[Key, int, set[int]]]:
    """Small counts for which the attacker rules out all but one value, or any that was claimed open."""
    found = []
    for key, (low, high) in protected.candidates.items():
        layers = [layer for layer, count in enumerate(table.cells[key]) if 1 <= count <= 5]
        for layer in layers:
            values = possible(table, protected.hidden, key, layer, max(5, high))
            claimed = set(range(low, high + 1)) if len(layers) == 1 else set()
            if len(values) < 2 or not claimed <= values:
                found.append((key, layer, values))
    return found


def with_totals(inner: Sequence[Sequence[int]]) -> FigureTable:
    cells: dict[Key, tuple[int, ...]] = {
        (r, c): (count,) for r, line in enumerate(inner) for c, count in enumerate(line)
    }
    rows, columns = range(len(inner)), range(len(inner[0]))
    for r in rows:
        cells[r, TOTAL] = (sum(inner[r]),)
    for c in columns:
        cells[TOTAL, c] = (sum(line[c] for line in inner),)
    cells[TOTAL, TOTAL] = (sum(map(sum, inner)),)
    return FigureTable(cells, [Sum(TOTAL, tuple(rows))], [Sum(TOTAL, tuple(columns))])


# --- worked examples ----------------------------------------------------------------------------------


def one_line(*counts: int) -> FigureTable:
    """Groups a, b, c ... of one period with their total."""
    names = "abcdefgh"[: len(counts)]
    cells: dict[Key, tuple[int, ...]] = {("2025", n): (v,) for n, v in zip(names, counts, strict=True)}
    cells["2025", TOTAL] = (sum(counts),)
    return FigureTable(cells, columns=[Sum(TOTAL, tuple(names))])


def hidden_of(table: FigureTable, rule: Rule = DFE_RULE) -> dict[Label, str]:
    return {column: reason for (_, column), reason in protect(table, rule).hidden.items()}


def test_a_lone_small_group_takes_the_smallest_sufficient_group_with_it() -> None:
    assert hidden_of(one_line(3, 40, 9, 100)) == {"a": "primary", "c": "secondary"}


def test_two_small_groups_can_hide_each_other() -> None:
    assert hidden_of(one_line(3, 4, 100)) == {"a": "primary", "b": "primary"}


def test_two_groups_of_one_cannot_hide_each_other() -> None:
    # 102 less 100 leaves 2, and hidden figures are not zero: both would be 1.
    assert hidden_of(one_line(1, 1, 100)) == {"a": "primary", "b": "primary", "c": "secondary"}


def test_zeros_are_shown_and_six_is_shown() -> None:
    assert hidden_of(one_line(0, 6, 100)) == {}
    assert hidden_of(one_line(0, 2, 100)) == {"b": "primary", "c": "secondary"}


def test_one_group_among_zeros_takes_its_total_with_it() -> None:
    assert hidden_of(one_line(0, 4, 0)) == {"b": "primary", TOTAL: "primary"}


def test_a_part_of_a_part_is_covered_on_every_level() -> None:
    # b is zero, so hiding a takes its subtotal along, and c covers for the subtotal.
    counts = {"a": 3, "b": 0, "sub": 3, "c": 50, "d": 90, TOTAL: 143}
    cells: dict[Key, tuple[int, ...]] = {("2025", name): (count,) for name, count in counts.items()}
    table = FigureTable(cells, columns=[Sum("sub", ("a", "b")), Sum(TOTAL, ("sub", "c", "d"))])
    assert hidden_of(table) == {"a": "primary", "sub": "primary", "c": "secondary"}


def test_the_threshold_is_a_rule() -> None:
    assert hidden_of(one_line(6, 30, 100), Rule(largest=9)) == {"a": "primary", "b": "secondary"}


def test_without_totals_nothing_more_is_hidden() -> None:
    cells: dict[Key, tuple[int, ...]] = {("2025", "a"): (3,), ("2025", "b"): (40,)}
    assert hidden_of(FigureTable(cells)) == {"a": "primary"}


def test_a_table_of_two_sides_hides_a_rectangle() -> None:
    protected = protect(with_totals([[3, 20, 30], [10, 40, 50], [60, 70, 80]]))
    assert set(protected.hidden) == {(0, 0), (0, 1), (1, 0), (1, 1)}
    assert protected.candidates == {(0, 0): (1, 4)}


def test_five_single_children_against_one_group_of_five_is_told_to_be_five_or_more() -> None:
    groups = ["g1", "g2", "g3", "g4", "g5"]
    cells: dict[Key, tuple[int, ...]] = {("2025", g): (1,) for g in groups}
    cells |= {("2025", "boys"): (5,), ("2025", "girls"): (0,), ("2025", TOTAL): (5,)}
    columns = [Sum(TOTAL, tuple(groups)), Sum(TOTAL, ("boys", "girls"))]
    protected = protect(FigureTable(cells, columns=columns))
    assert protected.candidates["2025", "boys"] == (5, 6)
    assert ("2025", "girls") not in protected.hidden


def test_what_released_parts_leave_of_a_total_is_protected_too() -> None:
    # 53 less 50 tells of 3 children whose group is not released.
    cells: dict[Key, tuple[int, ...]] = {("2025", "a"): (30,), ("2025", "b"): (20,), ("2025", TOTAL): (53,)}
    assert hidden_of(FigureTable(cells, columns=[Sum(TOTAL, ("a", "b"))])) == {"b": "secondary"}


@pytest.mark.parametrize(
    ("cells", "columns", "message"),
    [
        ({("y", "a"): (9,), ("y", TOTAL): (8,)}, [Sum(TOTAL, ("a",))], "exceed it by 1 in y"),
        ({("y", "a"): (9,)}, [Sum(TOTAL, ("a",))], "has a figure and its whole, total, has none"),
        (
            {("y", "a"): (9,), ("y", "s"): (9,), ("y", TOTAL): (9,)},
            [Sum(TOTAL, ("a",)), Sum("s", ("a",))],
            "a part of both",
        ),
    ],
)
def test_a_table_that_does_not_add_up_is_refused(
    cells: dict[Key, tuple[int, ...]], columns: list[Sum], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        protect(FigureTable(cells, columns=columns))


# --- figures of indicators ----------------------------------------------------------------------------


def figure(period: str, group: str | None, numerator: int, denominator: int) -> Figure:
    return Figure("seen-alone", period, "sex" if group else None, group, numerator, denominator)


def test_a_small_rest_of_the_denominator_hides_the_share() -> None:
    figures = [figure("2025", None, 180, 200), figure("2025", "F", 97, 100), figure("2025", "M", 83, 100)]
    assert protect_figures(figures) == (None, "primary", "secondary")


def test_a_share_of_none_among_many_is_shown() -> None:
    figures = [figure("2025", None, 60, 200), figure("2025", "F", 0, 100), figure("2025", "M", 60, 100)]
    assert protect_figures(figures) == (None, None, None)


def test_a_group_with_a_numerator_of_nought_cannot_cover_for_another() -> None:
    numerators, denominators = {"F": 3, "M": 0, "unknown": 20}, {"F": 50, "M": 40, "unknown": 60}
    figures = [figure("2025", group, numerators[group], denominators[group]) for group in numerators]
    figures.append(figure("2025", None, 23, 150))
    assert protect_figures(figures) == ("primary", None, "secondary", None)


def test_an_average_over_few_children_is_hidden() -> None:
    average = Figure("days", "2025", None, None, 57.5, 4, "average")
    many = Figure("days", "2026", None, None, 3.5, 40, "average")
    assert protect_figures([average, many]) == ("primary", None)


def test_a_rate_over_a_known_population_hides_only_small_counts() -> None:
    rate = Figure("rate", "2025", None, None, 95_998, 96_000, "count")
    assert protect_figures([rate]) == (None,)


def test_a_small_month_is_not_told_by_its_quarter() -> None:
    months = {"Apr": 3, "May": 30, "Jun": 9}
    figures = [Figure("referrals", m, None, None, n, None, "count") for m, n in months.items()]
    figures.append(Figure("referrals", "Q1", None, None, 42, None, "count"))
    quarter = [Sum("Q1", ("Apr", "May", "Jun"))]
    assert protect_figures(figures, quarter) == ("primary", None, "secondary", None)
    assert protect_figures(figures) == ("primary", None, None, None)


def test_a_small_month_is_not_told_by_its_year_where_the_quarter_is_not_released() -> None:
    counts = {"Apr": 3, "May": 30, "Jun": 9, "Q2": 50, "2025": 92}
    figures = [Figure("referrals", p, None, None, n, None, "count") for p, n in counts.items()]
    sums = [Sum("2025", ("Q1", "Q2")), Sum("Q1", ("Apr", "May", "Jun"))]
    assert protect_figures(figures, sums) == ("primary", None, "secondary", None, None)


def test_a_small_quarter_is_not_told_by_two_year_to_date_figures() -> None:
    spans = {
        "to June": (date(2025, 4, 1), date(2025, 6, 30)),
        "to September": (date(2025, 4, 1), date(2025, 9, 30)),
    }
    figures = [
        Figure("referrals", "to June", None, None, 20, None, "count"),
        Figure("referrals", "to September", None, None, 23, None, "count"),
    ]
    assert "secondary" in protect_figures(figures, nest(spans))


def test_indicators_are_protected_apart_and_named_in_errors() -> None:
    other = Figure("other", "2025", None, None, 3, 90)
    assert protect_figures([figure("2025", None, 90, 200), other]) == (None, "primary")
    with pytest.raises(ValueError, match=r"seen-alone: parts of .* exceed it by 10"):
        protect_figures([figure("2025", None, 90, 200), figure("2025", "F", 100, 200)])


@pytest.mark.parametrize(
    "wrong",
    [
        Figure("i", "2025", None, None, 9, 8),
        Figure("i", "2025", None, None, 9, None),
        Figure("i", "2025", None, None, 1.5, 8),
        Figure("i", "2025", None, None, -1, 8),
    ],
)
def test_figures_that_count_no_children_are_refused(wrong: Figure) -> None:
    with pytest.raises(ValueError, match=r"expected whole counts|needs a denominator"):
        protect_figures([wrong])


def test_a_figure_given_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="given twice"):
        protect_figures([figure("2025", None, 9, 20), figure("2025", None, 9, 20)])


def test_months_nest_in_quarters_and_quarters_in_years() -> None:
    spans = {
        "Apr": (date(2025, 4, 1), date(2025, 4, 30)),
        "2025-26": (date(2025, 4, 1), date(2026, 3, 31)),
        "Q1": (date(2025, 4, 1), date(2025, 6, 30)),
        "May": (date(2025, 5, 1), date(2025, 5, 31)),
        "Q2": (date(2025, 7, 1), date(2025, 9, 30)),
    }
    assert set(nest(spans)) == {Sum("2025-26", ("Q1", "Q2")), Sum("Q1", ("Apr", "May"))}


def test_a_group_missing_from_one_month_of_its_quarter_is_refused() -> None:
    figures = [figure(p, None, 9, 50) for p in ("Apr", "May")] + [figure("Q1", None, 18, 100)]
    figures += [figure("Apr", "F", 4, 20), figure("Q1", "F", 8, 40)]
    with pytest.raises(ValueError, match=r"the rest of Q1, .*F.* has a figure and its whole"):
        protect_figures(figures, [Sum("Q1", ("Apr", "May"))])


def test_rolling_periods_are_refused() -> None:
    spans = {"a": (date(2025, 1, 1), date(2025, 12, 31)), "b": (date(2025, 2, 1), date(2026, 1, 31))}
    with pytest.raises(ValueError, match="periods a and b overlap"):
        nest(spans)


# --- the attack ---------------------------------------------------------------------------------------

small = st.one_of(st.integers(0, 6), st.integers(0, 6), st.integers(0, 25))


def grid(rows: int, columns: int) -> st.SearchStrategy[list[list[int]]]:
    return st.lists(st.lists(small, min_size=columns, max_size=columns), min_size=rows, max_size=rows)


def test_the_attacker_recovers_figures_where_only_small_ones_are_hidden() -> None:
    table = with_totals([[3, 20, 30], [10, 40, 2], [60, 70, 80]])
    primary = [key for key, counts in table.cells.items() if DFE_RULE.is_small(counts[0])]
    assert primary == [(0, 0), (1, 2)]
    assert possible(table, primary, (0, 0), 0) == {3}
    assert told(table, Protected(dict.fromkeys(primary, "primary"), dict.fromkeys(primary, (1, 4)))) != []


@settings(max_examples=60, deadline=None)
@given(st.one_of(grid(2, 2), grid(3, 2), grid(2, 4), grid(3, 3)))
def test_no_small_count_of_a_table_is_told(inner: list[list[int]]) -> None:
    table = with_totals(inner)
    protected = protect(table)
    assert {k for k, (v,) in table.cells.items() if 1 <= v <= 5} == set(protected.candidates)
    assert told(table, protected) == []
    assert all(table.cells[key] != (0,) for key in protected.hidden)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1)), max_size=30))
def test_no_small_count_is_told_where_breakdowns_share_a_total(children: list[tuple[int, int]]) -> None:
    ages, sexes = ["0-4", "5-9", "10-17"], ["F", "M"]
    cells: dict[Key, tuple[int, ...]] = {("y", TOTAL): (len(children),)}
    cells |= {("y", name): (sum(a == i for a, _ in children),) for i, name in enumerate(ages)}
    cells |= {("y", name): (sum(s == i for _, s in children),) for i, name in enumerate(sexes)}
    table = FigureTable(cells, columns=[Sum(TOTAL, tuple(ages)), Sum(TOTAL, tuple(sexes))])
    assert told(table, protect(table)) == []


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.tuples(small, small), min_size=2, max_size=2), min_size=4, max_size=4))
def test_no_small_count_of_shares_by_month_quarter_and_half_year_is_told(
    months: list[list[tuple[int, int]]],
) -> None:
    lines = {f"m{i}": counts for i, counts in enumerate(months)}
    for whole, first, second in (("q0", "m0", "m1"), ("q1", "m2", "m3"), ("half", "q0", "q1")):
        pairs = zip(lines[first], lines[second], strict=True)
        lines[whole] = [(a[0] + b[0], a[1] + b[1]) for a, b in pairs]
    cells: dict[Key, tuple[int, ...]] = {}
    for period, (girls, boys) in lines.items():
        cells |= {(period, "F"): girls, (period, "M"): boys}
        cells[period, TOTAL] = girls[0] + boys[0], girls[1] + boys[1]
    rows = [Sum("half", ("q0", "q1")), Sum("q0", ("m0", "m1")), Sum("q1", ("m2", "m3"))]
    table = FigureTable(cells, rows, [Sum(TOTAL, ("F", "M"))])
    assert told(table, protect(table)) == []


@settings(max_examples=30, deadline=None)
@given(grid(3, 3))
def test_the_choice_is_the_same_every_time(inner: list[list[int]]) -> None:
    table = with_totals(inner)
    assert protect(table) == protect(table)


def test_every_table_of_two_by_two_up_to_three_is_safe() -> None:
    tables = [with_totals([[a, b], [c, d]]) for a, b, c, d in product(range(4), repeat=4)]
    attacked = [(table, protect(table)) for table in tables]
    assert sum(len(protected.candidates) for _, protected in attacked) > 1000
    assert all(told(table, protected) == [] for table, protected in attacked)
