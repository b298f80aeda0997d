"""Which file answers for which day and period, and what is said when none can."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sightline.facts.sources import Rows
from sightline.indicators.engine import run
from sightline.indicators.periods import Every, parse_periods
from sightline.indicators.scorecard import chart_of, places_of
from tests.snapshots import extract, make_snapshot
from tests.unit.indicators.examples import IN_TIME, PLANS, REFERRALS, YEAR, one, plan, referred

NEXT = ("2026-04-01", "2027-03-31")


def test_overlapping_files_are_not_added_up(tmp_path: Path) -> None:
    # Each quarter's extract repeats three months of the one before, and knows them better.
    july = [referred("a", "2025-03-10"), referred("b", "2025-05-10"), referred("c", "2025-06-10")]
    october = [referred("b", "2025-05-10"), referred("x", "2025-05-11"), referred("c", "2025-06-10")]
    snapshot = make_snapshot(
        tmp_path,
        extract("annex-a", "2025-07-01", referrals=("2025-01-01", "2025-06-30", july)),
        extract("annex-a", "2025-10-01", referrals=("2025-04-01", "2025-09-30", october)),
    )
    figures = run(snapshot, [REFERRALS], parse_periods("2025-03..2025-06"), ())
    assert [(f.value, f.sources) for f in figures] == [(1, (0,)), (0, (1,)), (2, (1,)), (1, (1,))]


def test_a_plan_that_stands_in_two_censuses_is_one_plan(tmp_path: Path) -> None:
    snapshot = make_snapshot(
        tmp_path,
        extract("cin-census", "2026-04-20", protection_plans=(*YEAR, [plan("a", "2025-06-01")])),
        extract(
            "cin-census", "2027-04-20", protection_plans=(*NEXT, [plan("a", "2025-06-01", "2026-05-10")])
        ),
    )
    figures = run(snapshot, [PLANS], parse_periods("2026-03..2026-05"), ())
    assert [(f.period.label, f.value) for f in figures] == [("2026-03", 1), ("2026-04", 1), ("2026-05", 0)]


def test_an_assessment_finished_in_the_next_census_counts_there_once(tmp_path: Path) -> None:
    opened = {"child": "a", "cina_assessment_start_date": "2026-03-02"}
    snapshot = make_snapshot(
        tmp_path,
        extract("cin-census", "2026-04-20", assessments=(*YEAR, [opened])),
        extract(
            "cin-census",
            "2027-04-20",
            assessments=(*NEXT, [opened | {"cina_assessment_auth_date": "2026-04-10"}]),
        ),
    )
    years = run(snapshot, [IN_TIME], parse_periods("2025-04..2027-03", Every.YEAR))
    assert [(f.numerator, f.denominator) for f in years] == [(0, 0), (1, 1)]


def test_two_agencies_files_of_one_day_are_both_counted(tmp_path: Path) -> None:
    trained = replace(
        REFERRALS, key="trained", table="training_attendances", sources=("training",), breakdowns=()
    )
    row = {"attended_on": "2025-05-01", "person": "p"}
    police = extract("training", "2026-04-20", "POL", training_attendances=(*YEAR, [row]))
    health = ("2025-04-01", "2025-12-31", [row, row])
    snapshot = make_snapshot(
        tmp_path, police, extract("training", "2026-04-20", "CHS", training_attendances=health)
    )
    assert one(run(snapshot, [trained], parse_periods("2025-05"))).value == 3
    late = one(run(snapshot, [trained], parse_periods("2026-01")))
    assert late.refused == (
        "no training attendances file from CHS covers 1 to 31 January 2026"
        " (loaded: 1 April to 31 December 2025)"
    )


def test_days_that_no_file_covers_are_refused_in_words(tmp_path: Path) -> None:
    snapshot = make_snapshot(
        tmp_path,
        extract("cin-census", "2025-04-20", referrals=("2024-04-01", "2025-03-31", [])),
    )
    figure = one(run(snapshot, [REFERRALS], parse_periods("2025-04..2025-06", Every.QUARTER)))
    assert figure.numerator is None
    assert figure.refused == (
        "no children in need census file covers 1 April to 30 June 2025"
        " (loaded: 1 April 2024 to 31 March 2025); no Ofsted Annex A file is loaded"
    )


def test_what_nothing_was_recorded_of_yet_is_told_from_what_is_not_in_use(tmp_path: Path) -> None:
    calls = replace(
        REFERRALS, key="calls", table="consultation_calls", sources=("front-door",), breakdowns=()
    )
    census = make_snapshot(
        tmp_path / "census",
        extract("cin-census", "2026-04-20", referrals=(*YEAR, [referred("a", "2025-05-10")])),
    )
    contact = {"child": "a", "cont_contact_date": "2025-05-10"}
    hub = make_snapshot(tmp_path / "hub", extract("front-door", "2026-04-20", contacts=(*YEAR, [contact])))
    refused = [one(run(snapshot, [calls], parse_periods("2025-05"))).refused for snapshot in (census, hub)]
    assert refused == [
        "the Sightline front door is not in use",
        "the Sightline front door is in use, but holds no calls to the consultation line yet",
    ]


def test_a_definition_that_looks_back_needs_the_year_before(tmp_path: Path) -> None:
    returned = replace(
        REFERRALS,
        key="returned",
        numerator=(
            "count(*) OVER (PARTITION BY child ORDER BY cine_referral_date"
            " RANGE BETWEEN INTERVAL 12 MONTH PRECEDING AND INTERVAL 1 DAY PRECEDING) > 0"
        ),
        sources=("cin-census",),
        lookback_months=12,
        breakdowns=(),
    )
    earlier = [referred("a", "2024-05-03"), referred("b", "2024-05-02"), referred("c", "2024-05-03")]
    later = [referred("a", "2025-05-03"), referred("b", "2025-05-03"), referred("d", "2025-05-03")]
    last_year = extract(
        "cin-census", "2025-04-20", referrals=("2024-04-01", "2025-03-31", [*earlier, *earlier[:1]])
    )
    this_year = extract("cin-census", "2026-04-20", referrals=(*YEAR, later))
    alone = one(run(make_snapshot(tmp_path / "one", this_year), [returned], parse_periods("2025-05")))
    assert alone.refused == (
        "needs referrals to children's social care from 1 May 2024 as well: no children in need census file"
        " covers 1 May 2024 to 31 March 2025 (loaded: 1 April 2025 to 31 March 2026)"
    )
    # On 3 May 2025 the twelve months before begin on 3 May 2024: b's referral of 2 May is too early.
    both = make_snapshot(tmp_path / "two", last_year, this_year)
    assert one(run(both, [returned], parse_periods("2025-05"))).numerator == 1


def test_a_list_of_the_latest_rows_serves_a_snapshot_near_its_extraction_only(tmp_path: Path) -> None:
    rows = [plan("a", "2025-01-10")]
    window = ("2025-01-01", "2025-06-30")
    snapshot = make_snapshot(tmp_path, extract("annex-a", "2025-07-15", protection_plans=(*window, rows)))
    figures = run(snapshot, [PLANS], parse_periods("2025-05..2025-06"), ())
    assert [f.value for f in figures] == [None, 1]
    assert figures[0].refused.endswith(
        "not computable from Ofsted Annex A at 31 May 2025: the first extract after it was taken on"
        " 15 July 2025, and it holds one row a child, the latest only"
    )
    every = one(run(snapshot, [replace(PLANS, rows=Rows.EVERY)], parse_periods("2025-06"), ()))
    assert every.refused.endswith(
        "not computable from Ofsted Annex A: it holds one row a child, the latest only"
    )


def test_of_two_lists_of_latest_rows_the_first_after_the_day_tells_what_stood_on_it(tmp_path: Path) -> None:
    april = ("2024-10-18", "2025-04-17", [plan("a", "2025-01-10"), plan("b", "2025-01-10")])
    july = ("2025-01-18", "2025-07-17", [plan("a", "2025-01-10"), plan("b", "2025-06-20")])
    snapshot = make_snapshot(
        tmp_path,
        extract("annex-a", "2025-04-17", protection_plans=april),
        extract("annex-a", "2025-07-17", protection_plans=july),
    )
    march, june = run(snapshot, [PLANS], [*parse_periods("2025-03"), *parse_periods("2025-06")], ())
    assert (march.value, march.sources, june.value, june.sources) == (2, (0,), 2, (1,))


def test_numbers_that_are_not_there_do_not_add_up_to_nought(tmp_path: Path) -> None:
    lived = replace(
        REFERRALS, key="lived", table="population", sources=("population",), breakdowns=(), sums=True,
        numerator="residents",
    )  # fmt: skip
    rows = [{"stood_on": "2025-06-30", "residents": 900}]
    snapshot = make_snapshot(tmp_path, extract("population", "2026-04-20", population=(*YEAR, rows)))
    june, july = run(snapshot, [lived], parse_periods("2025-06..2025-07"))
    assert (june.value, july.value, july.refused) == (900, None, "no row of the extract is of the period")


def test_a_column_that_the_format_does_not_hold_is_named(tmp_path: Path) -> None:
    needs = replace(REFERRALS, sources=("annex-a",), population="cine_cin_primary_need_code = 'N1'")
    snapshot = make_snapshot(tmp_path, extract("annex-a", "2026-04-20", referrals=(*YEAR, [])))
    figure = one(run(snapshot, [needs], parse_periods("2025-06"), ()))
    assert figure.refused == "not computable from Ofsted Annex A: it does not hold the primary need"


def test_one_figure_never_mixes_formats_and_the_chart_breaks_where_they_change(tmp_path: Path) -> None:
    census = extract("cin-census", "2026-04-20", referrals=(*YEAR, [referred("a", "2026-03-03")]))
    annex = extract(
        "annex-a",
        "2026-05-05",
        referrals=("2026-03-01", "2026-04-30", [referred("z", "2026-03-03"), referred("b", "2026-04-03")]),
    )
    figures = run(make_snapshot(tmp_path, census, annex), [REFERRALS], parse_periods("2026-03..2026-04"), ())
    assert [(f.format, f.value) for f in figures] == [("cin-census", 1), ("annex-a", 1)]
    (reset,) = [s.reset for s in chart_of(REFERRALS, places_of(figures)).segments if s.reset]
    assert (reset.at, reset.reason) == ("2026-04", "from here: Ofsted Annex A")


def test_a_table_of_single_days_says_nothing_of_another_day(tmp_path: Path) -> None:
    posts = replace(
        PLANS, key="posts", table="workforce_months", sources=("workforce",), breakdowns=(), sums=True,
        at="stood_on",
        numerator="vacant_posts",
    )  # fmt: skip
    rows = [{"stood_on": "2025-04-30", "vacant_posts": 3.5}]
    snapshot = make_snapshot(tmp_path, extract("workforce", "2026-04-20", workforce_months=(*YEAR, rows)))
    april, may = run(snapshot, [posts], parse_periods("2025-04..2025-05"))
    assert (april.value, may.value, may.refused) == (3.5, None, "no row of the extract is of 31 May 2025")
