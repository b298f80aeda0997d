"""What a definition may say: only what DuckDB and Spark count alike, over columns that exist."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from sightline.facts.sources import FORMATS
from sightline.facts.tables import TABLES
from sightline.indicators import expressions
from sightline.indicators.breakdowns import split_of
from sightline.indicators.compose import Tables, compose
from sightline.indicators.definition import Breakdown, Indicator
from sightline.indicators.definitions import INDICATORS, by_key
from sightline.indicators.engine import run
from sightline.indicators.expressions import DefinitionError
from sightline.indicators.periods import parse_periods
from sightline.indicators.support import cannot, columns_used
from tests.snapshots import extract, make_snapshot
from tests.unit.indicators.examples import REFERRALS, YEAR


@pytest.mark.parametrize(
    ("numerator", "expected"),
    [
        ("no_such_column > 1", "referrals has no column no_such_column"),
        ("other.age > 1", "columns are named without their table"),
        ("age >", "cannot be read"),
        ("round(age, 2) > 1", "ROUND is not among the functions that every engine counts alike"),
        ("my_function(age)", "my_function is not among the functions"),
        ("EXISTS (SELECT 1 FROM referrals)", "is not among the functions"),
        ("date_diff('month', cine_referral_date, period_end) > 3", "date_diff counts days only"),
        ("period_end - cine_referral_date > 3", "subtract days with date_diff"),
        ("age / referrals_in_12_months > 1", "divide by nullif"),
        ("age / 0 > 1", "divide by nullif"),
        ("CAST(age AS VARCHAR) = '1'", "only casts of a time to its DATE"),
        ("count(*) > 1", "COUNT gathers rows: only with OVER"),
        ("lag(age) OVER (PARTITION BY child) > 1", "LAG needs ORDER BY"),
        ("count(*) OVER (ORDER BY period_end) > 1", "a window function sees all rows, before any period"),
        ("due('assessment')", "due takes a clock's key in quotes and a column"),
    ],
)
def test_what_engines_may_read_differently_is_refused_by_name(numerator: str, expected: str) -> None:
    with pytest.raises(DefinitionError, match=r"^referrals: numerator \(") as refusal:
        expressions.read(replace(REFERRALS, numerator=numerator), "numerator")
    assert expected in str(refusal.value)


@pytest.mark.parametrize(
    "numerator",
    [
        "age BETWEEN 5 AND 9 OR sex IN ('M', 'F')",
        "age / nullif(referrals_in_12_months, 0) > 1.5",
        "date_diff('day', cine_referral_date, period_end) > 90",
        "cine_referral_date + INTERVAL 3 MONTH <= period_end",
        "row_number() OVER (PARTITION BY child ORDER BY cine_referral_date) = 1",
        "coalesce(cine_referral_nfa, FALSE) IS NOT DISTINCT FROM TRUE",
    ],
)
def test_what_engines_read_alike_is_accepted_and_runs(tmp_path: Path, numerator: str) -> None:
    asked = replace(REFERRALS, numerator=numerator, sources=("annex-a",), breakdowns=())
    rows = [{"child": "a", "cine_referral_date": "2025-05-02", "age": 6, "referrals_in_12_months": 0}]
    snapshot = make_snapshot(tmp_path, extract("annex-a", "2026-04-20", referrals=(*YEAR, rows)))
    (figure,) = run(snapshot, [asked], parse_periods("2025-05"))
    assert figure.denominator == 1


def test_a_clock_that_is_not_in_the_registry_is_refused(tmp_path: Path) -> None:
    asked = replace(REFERRALS, numerator="due('no-such-clock', cine_referral_date) > period_end")
    with pytest.raises(DefinitionError, match="there is no clock no-such-clock"):
        run(make_snapshot(tmp_path, extract("cin-census", "2026-04-20")), [asked], parse_periods("2025-05"))


def test_a_clock_of_hours_needs_a_time(tmp_path: Path) -> None:
    asked = replace(REFERRALS, numerator="due('return-interview', cine_referral_date) > period_end")
    snapshot = make_snapshot(tmp_path, extract("cin-census", "2026-04-20", referrals=(*YEAR, [])))
    with pytest.raises(DefinitionError, match="return-interview counts hours from a time"):
        run(snapshot, [asked], parse_periods("2025-05"))


def test_the_columns_of_a_definition_are_known_from_its_expressions() -> None:
    asked = replace(REFERRALS, population="age < 5", numerator="NOT cine_referral_nfa", each=("child",))
    assert columns_used(asked) == {"age", "cine_referral_nfa", "child", "cine_referral_date"}


def test_there_are_definitions_to_check() -> None:
    assert len(INDICATORS) >= 40


def test_two_indicators_cannot_share_a_key_and_a_twin_must_exist() -> None:
    with pytest.raises(ValueError, match="two indicators have the key referrals"):
        by_key([REFERRALS, REFERRALS])
    with pytest.raises(ValueError, match="there is no indicator nobody to be its twin"):
        by_key([replace(REFERRALS, twin="nobody")])


@pytest.mark.parametrize("indicator", INDICATORS.values(), ids=INDICATORS.keys())
def test_every_definition_composes_and_parses_as_spark(indicator: Indicator) -> None:
    splits = [split for breakdown in indicator.breakdowns if (split := split_of(indicator, breakdown))]
    assert len(splits) == len(indicator.breakdowns), "a breakdown has no column in the table"
    keys = {
        key
        for part in expressions.PARTS
        if (read := expressions.read(indicator, part))
        for key in read.clocks
    }
    hours = {key: 72 for key in keys if key == "return-interview"}
    due = {key: f"due_{n}" for n, key in enumerate(sorted(keys - hours.keys()))}
    query = compose(indicator, splits, Tables("facts", "spans", "periods", due, hours))
    (spark,) = sqlglot.transpile(query.sql("duckdb"), read="duckdb", write="spark")
    parsed = sqlglot.parse_one(spark, read="spark")
    assert isinstance(parsed, exp.Select)
    assert len(list(parsed.find_all(exp.GroupingSets))) == 1
    unknown = {node.name for node in parsed.find_all(exp.Anonymous)}
    assert not unknown, f"Spark has no {unknown}"


@pytest.mark.parametrize("indicator", INDICATORS.values(), ids=INDICATORS.keys())
def test_every_format_of_a_definition_is_known_and_holds_its_table(indicator: Indicator) -> None:
    assert indicator.sources
    for key in indicator.sources:
        assert indicator.table in FORMATS[key].supplies, f"{key} holds no {indicator.table}"


def test_each_breakdown_has_a_column_somewhere() -> None:
    for breakdown in Breakdown:
        tables = [replace(REFERRALS, table=table) for table in TABLES]
        assert any(split_of(indicator, breakdown) for indicator in tables), (
            f"no table can be split by {breakdown}"
        )


def test_a_definition_that_no_format_can_ever_serve_is_a_known_one() -> None:
    never = {
        key
        for key, indicator in INDICATORS.items()
        if all(cannot(indicator, FORMATS[source]) for source in indicator.sources)
    }
    assert never <= {
        # No published extract says when a contact was decided, or which conferences were transfers in.
        "decision-in-one-working-day",
        "decision-in-one-working-day-open-overdue",
        "initial-conferences-in-15-working-days",
    }
