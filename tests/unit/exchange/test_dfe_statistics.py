"""Published tables become benchmarks with the figures as published, and what was held back stays unknown."""

import csv
from pathlib import Path

import pytest

from sightline.exchange.dfe_statistics import MEASURES, read_statistics
from sightline.exchange.reading import Unreadable
from sightline.facts.benchmark import Benchmark, BenchmarkError, Level, read_benchmarks, write_benchmarks

PUBLISHED = next(
    (folder for parent in Path(__file__).parents if (folder := parent / "shared/data/benchmarks").is_dir()),
    Path("no-published-tables"),
)
PLACE = "time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name"
HEADER = f"{PLACE},old_la_code,new_la_code,la_name,category"
ENGLAND = "2024,Reporting year,National,E92000001,England,,,,,"
VALE = "2024,Reporting year,Local authority,E92000001,England,E12000007,London,399,E09999999,Addiscombe Vale"
SUBSEQUENT = "Child Protection Plans which are a second or subsequent plan"


def table(folder: Path, columns: str, *rows: str) -> Path:
    path = folder / "published.csv"
    path.write_text("\n".join([f"\ufeff{HEADER},{columns}", *rows]) + "\n", encoding="utf-8")
    return path


def one(rows: list[Benchmark], measure: str, old_la_code: str, year: int) -> Benchmark:
    (found,) = (
        row for row in rows if (row.measure, row.old_la_code, row.year) == (measure, old_la_code, year)
    )
    return found


def test_a_published_percentage_keeps_its_numerator_and_denominator(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "CPP_start,CPP_subsequent,CPP_subsequent_percent",
        f"{ENGLAND},{SUBSEQUENT},62110,15330,24.7",
        f"{VALE},{SUBSEQUENT},562,126,22.4",
    )
    rows = read_statistics(path)
    assert [(row.level, row.area_code, row.area_name) for row in rows] == [
        (Level.NATIONAL, "E92000001", "England"),
        (Level.AUTHORITY, "E09999999", "Addiscombe Vale"),
    ]
    found = one(rows, "repeat-protection-plans", "399", 2024)
    assert (found.numerator, found.denominator, found.value) == (126, 562, 22.4)
    assert (found.indicator_ref, found.is_computed, found.marks) == ("P_N25", False, "")


def test_a_figure_that_was_held_back_is_unknown_and_never_nought(tmp_path: Path) -> None:
    path = table(tmp_path, "CPP_start,CPP_subsequent,CPP_subsequent_percent", f"{VALE},{SUBSEQUENT},14,c,c")
    (found,) = read_statistics(path)
    assert (found.numerator, found.denominator, found.value) == (None, 14, None)
    assert found.marks == "numerator c; value c"


def test_one_band_held_back_makes_the_sum_unknown(tmp_path: Path) -> None:
    bands = "Same_day,1-10_days,11-20_days,21-30_days,31-40_days,41-45_days"
    path = table(
        tmp_path,
        f"Assessments_completed,Assessments_completed_rate,{bands}",
        f"{VALE},Duration of assessment,100,12.5,10,10,c,10,10,10",
    )
    found = one(read_statistics(path), "assessments-in-45-working-days", "399", 2024)
    assert (found.numerator, found.denominator, found.value, found.marks) == (None, 100, None, "numerator c")


def test_a_cell_that_is_no_figure_is_refused_by_line_and_column(tmp_path: Path) -> None:
    path = table(
        tmp_path, "CPP_start,CPP_subsequent,CPP_subsequent_percent", f"{VALE},{SUBSEQUENT},562,many,22.4"
    )
    with pytest.raises(
        Unreadable, match="line 2, column CPP_subsequent: 'many' is neither a number nor one of"
    ):
        read_statistics(path)


def test_another_file_is_refused_and_another_table_gives_no_benchmark(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("a,b\n1,2\n")
    with pytest.raises(Unreadable, match="no published table"):
        read_statistics(tmp_path / "list.csv")
    assert read_statistics(table(tmp_path, "Rhubarb", f"{VALE},Rhubarb,3")) == []


def test_benchmarks_come_back_from_their_file_as_they_were(tmp_path: Path) -> None:
    rows = read_statistics(
        table(
            tmp_path,
            "CPP_start,CPP_subsequent,CPP_subsequent_percent",
            f"{ENGLAND},{SUBSEQUENT},62110,15330,24.7",
            f"{VALE},{SUBSEQUENT},14,c,c",
        )
    )
    out = tmp_path / "benchmarks.csv"
    write_benchmarks(out, [*rows, *rows])
    assert sorted(read_benchmarks(out), key=lambda row: row.area_code) == sorted(
        rows, key=lambda row: row.area_code
    )
    text = out.read_text()
    out.write_text(text.replace("2024", "last year", 1))
    with pytest.raises(BenchmarkError, match="line 2"):
        read_benchmarks(out)
    out.write_text("a,b\n")
    with pytest.raises(BenchmarkError, match="sightline benchmarks load"):
        read_benchmarks(out)


@pytest.fixture(scope="module")
def published() -> dict[Path, list[Benchmark]]:
    if not PUBLISHED.exists():
        pytest.skip("the published tables are not on this machine")
    return {path: read_statistics(path) for path in sorted(PUBLISHED.glob("*.csv"))}


def test_the_published_figures_of_one_authority(published: dict[Path, list[Benchmark]]) -> None:
    """Worked by hand from the published rows of 2024: (35+195+583+430+1763+1299)/6228, (38+602)/748 ..."""
    rows = [row for found in published.values() for row in found]
    figures = {
        "assessments-in-45-working-days": (4305, 6228, 69.1),
        "initial-conferences-in-15-working-days": (640, 748, 85.6),
        "repeat-protection-plans": (126, 562, 22.4),
        "plans-open-two-years": (18, 610, 3.0),
        "protection-reviews-on-time": (464, 471, 98.5),
    }
    for measure, (numerator, denominator, value) in figures.items():
        found = one(rows, measure, "306", 2024)
        assert (found.numerator, found.denominator) == (numerator, denominator)
        assert found.value is not None
        assert round(found.value, 1) == value
    percentages = [row for row in rows if row.unit == "%" and row.numerator is not None and row.denominator]
    assert len(percentages) > 10_000
    for row in percentages:
        if (
            row.level is Level.AUTHORITY
            and row.value is not None
            and row.denominator
            and row.numerator is not None
        ):
            assert row.value == pytest.approx(100 * row.numerator / row.denominator, abs=0.051), row


def test_every_measure_is_found_and_no_row_of_its_table_is_lost(
    published: dict[Path, list[Benchmark]],
) -> None:
    """Counted again with the csv module alone."""
    assert {row.measure for rows in published.values() for row in rows} == {
        measure.key for measure in MEASURES
    }
    for path, rows in published.items():
        with path.open(encoding="utf-8-sig", newline="") as file:
            count = sum(1 for _ in csv.reader(file)) - 1
        for measure in {row.measure for row in rows}:
            assert sum(row.measure == measure for row in rows) == count, (path.name, measure)
