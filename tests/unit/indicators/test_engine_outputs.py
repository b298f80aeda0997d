"""The dataset as it leaves the program: JSON, spreadsheet, web page, public copy, explanation."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner, Result

from sightline.config.cli import app, main
from sightline.facts.benchmark import Benchmark, Level, write_benchmarks
from sightline.facts.snapshot import Snapshot
from sightline.indicators.comparison import compare
from sightline.indicators.definition import Basis, Breakdown, Unit
from sightline.indicators.engine import run
from sightline.indicators.figures import Figure
from sightline.indicators.html_out import as_html
from sightline.indicators.periods import Every, PeriodError, parse_periods
from sightline.indicators.release import public
from sightline.indicators.scorecard import ROLLING, Scorecard
from sightline.indicators.workbook_out import write_workbook
from tests.snapshots import extract, make_snapshot
from tests.unit.indicators.examples import ACCEPTED, REFERRALS, YEAR, one, referred

MAY = parse_periods("2025-05")


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    rows = [
        referred(f"c{n}", "2025-05-02", sex=sex, cine_referral_nfa=n % 3 == 0)
        for n, sex in enumerate(["F"] * 20 + ["M"] * 3 + ["U"] * 9)
    ]
    return make_snapshot(tmp_path, extract("cin-census", "2026-04-20", referrals=(*YEAR, rows)))


def sightline(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["indicators", *(str(argument) for argument in arguments)])


class TestCommand:
    def test_json_has_a_row_for_each_figure_and_a_reason_for_each_refusal(self, snapshot: Snapshot) -> None:
        asked = (
            "--period",
            "2025-05",
            "--indicator",
            "referrals",
            "--indicator",
            "contacts",
            "--by",
            "sex",
            "--json",
        )
        rows = json.loads(sightline("run", snapshot.folder, *asked).stdout)
        assert [(row["indicator"], row["period"], row["breakdown"]) for row in rows] == [
            ("referrals", "2025-05", None),
            ("referrals", "2025-05", {"by": "sex", "group": "female"}),
            ("referrals", "2025-05", {"by": "sex", "group": "male"}),
            ("referrals", "2025-05", {"by": "sex", "group": "unknown"}),
            ("contacts", "2025-05", None),
        ]
        names = ("numerator", "denominator", "unknown", "value")
        assert [rows[1][name] for name in names] == [20, 20, 0, 20]
        refused = "no Ofsted Annex A file is loaded; the Sightline front door is not in use"
        assert rows[4]["refused"] == refused
        assert "refused" not in rows[0]

    def test_groups_are_printed_when_they_are_asked_for(self, snapshot: Snapshot) -> None:
        asked = ("--period", "2025-05", "--indicator", "referrals")
        wholes = sightline("run", snapshot.folder, *asked).stdout
        split = sightline("run", snapshot.folder, *asked, "--by", "sex").stdout
        assert "sex" not in wholes
        assert [line.split()[:5] for line in split.splitlines()[2:]] == [
            ["sex:", "female", "2025-05", "20", "20"],
            ["sex:", "male", "2025-05", "3", "3"],
            ["sex:", "unknown", "2025-05", "9", "9"],
        ]

    def test_the_latest_figure_is_explained_when_no_period_is_asked_for(self, snapshot: Snapshot) -> None:
        told = sightline("explain", "referrals", snapshot.folder).stdout
        assert "1 March 2026 to 31 March 2026" in told

    def test_an_explanation_names_definition_clock_file_window_numbers_and_sql(self, tmp_path: Path) -> None:
        rows = [
            {
                "child": "a",
                "cina_assessment_start_date": "2025-05-01",
                "cina_assessment_auth_date": "2025-06-02",
            }
        ]
        made = make_snapshot(tmp_path, extract("cin-census", "2026-04-20", assessments=(*YEAR, rows)))
        asked = ("assessments-in-45-working-days", made.folder, "--period", "2025-06")
        words = sightline("explain", *asked).stdout
        for part in (
            "Clock       C04, statutory guidance", "(confirmed)", "Limit       assessment: 45 working days",
            "cin-census-2026-04-20", "Window      1 April 2025 to 31 March 2026", "Numbers     1 of 1",
            "Unknown     0", "Value       100 %", "GROUPING SETS",
        ):  # fmt: skip
            assert part in words
        answer = json.loads(sightline("explain", *asked, "--json").stdout)
        assert answer["limits"] == {"assessment": "45 working days"}
        assert answer["files"][0]["window"] == ["2025-04-01", "2026-03-31"]

    def test_a_refused_figure_is_explained_by_its_reason(self, snapshot: Snapshot) -> None:
        words = sightline("explain", "contacts", snapshot.folder, "--period", "2025-05").stdout
        assert "Refused     no Ofsted Annex A file is loaded" in words

    def test_list_names_every_indicator(self) -> None:
        rows = json.loads(sightline("list", "--json").stdout)
        assert {"key", "definition", "clock", "twin", "target"} <= rows[0].keys()
        assert "assessments-in-45-working-days" in sightline("list").stdout

    @pytest.mark.parametrize(
        ("arguments", "expected"),
        [
            (["--period", "May 2025"], "expected a first and a last month, such as 2025-04..2026-03"),
            (["--period", "2025-05", "--every", "year"], "a year cannot start there"),
            (["--period", "2025-05..2025-04"], "the last month is before the first"),
            (["--period", "2025-05", "--indicator", "nope"], "no indicator is called 'nope'"),
            (["--period", "2025-05", "--by", "nope"], "no breakdown is called 'nope'"),
        ],
    )
    def test_bad_input_ends_in_one_sentence(
        self, snapshot: Snapshot, capsys: pytest.CaptureFixture[str], arguments: list[str], expected: str
    ) -> None:
        with pytest.raises(SystemExit) as left:
            main(["indicators", "run", str(snapshot.folder), *arguments])
        assert left.value.code == 2
        assert expected in " ".join(capsys.readouterr().err.split())


class TestPublicCopy:
    def shown(self, snapshot: Snapshot) -> list[Figure]:
        asked = [replace(REFERRALS, breakdowns=(Breakdown.SEX,))]
        return public(run(snapshot, asked, MAY), {"referrals": asked[0]})

    def test_a_small_count_and_one_that_would_give_it_away_are_hidden(self, snapshot: Snapshot) -> None:
        shown = self.shown(snapshot)
        assert one(shown).value == 32
        male = one(shown, Breakdown.SEX, "male")
        assert (male.is_hidden, male.numerator, male.value) == (True, None, None)
        assert sum(figure.is_hidden for figure in shown) == 2

    def test_unknowns_are_left_out(self, snapshot: Snapshot) -> None:
        assert {(figure.unknown, figure.unplaced) for figure in self.shown(snapshot)} == {(None, None)}

    def test_parts_without_a_whole_and_parts_of_sums_are_left_out(self, tmp_path: Path) -> None:
        contacts = replace(REFERRALS, key="contacts", table="contacts", sources=("annex-a",), breakdowns=())
        posts = replace(
            REFERRALS, key="posts", table="workforce_months", sources=("workforce",), sums=True,
            numerator="vacant_posts", breakdowns=(Breakdown.TEAM,),
        )  # fmt: skip
        asked = {
            "item": "contacts", "period_start": "2025-05-01", "period_end": "2025-05-31",
            "due_on": "2025-06-05",
        }  # fmt: skip
        returned = [
            asked | {"agency": "POL", "received_on": "2025-06-01", "numerator": 80},
            asked | {"agency": "CHS"},
        ]
        teams = [{"stood_on": "2025-05-31", "team": team, "vacant_posts": 2.5} for team in ("hub", "care")]
        snapshot = make_snapshot(
            tmp_path,
            extract("agency-returns", "2026-04-20", agency_returns=(*YEAR, returned)),
            extract("workforce", "2026-04-20", workforce_months=(*YEAR, teams)),
        )
        both = {"contacts": contacts, "posts": posts}
        shown = public(run(snapshot, both.values(), MAY), both)
        assert one([f for f in shown if f.indicator == "contacts"], Breakdown.AGENCY, "POL").is_hidden
        assert [f.value for f in shown if f.indicator == "posts"] == [5, None, None]

    def test_the_command_hides_too(self, snapshot: Snapshot) -> None:
        asked = ("--period", "2025-05", "--indicator", "referrals", "--by", "sex", "--public", "--json")
        rows = json.loads(sightline("run", snapshot.folder, *asked).stdout)
        hidden = [row for row in rows if row.get("refused") == "hidden to protect children"]
        assert len(hidden) == 2
        assert all(row["numerator"] is row["value"] is None for row in hidden)


class TestFiles:
    def scorecard(self, snapshot: Snapshot) -> Scorecard:
        odd = replace(ACCEPTED, title="=1+1 <b>accepted</b>", breakdowns=(Breakdown.SEX, Breakdown.LOCALITY))
        return Scorecard(snapshot, {"accepted": odd}, run(snapshot, [odd], MAY))

    def test_the_spreadsheet_holds_typed_cells_and_no_formula(
        self, snapshot: Snapshot, tmp_path: Path
    ) -> None:
        path = tmp_path / "dataset.xlsx"
        write_workbook(path, self.scorecard(snapshot))
        book = openpyxl.load_workbook(path)
        assert book.sheetnames == ["Scorecard", "Figures", "Definitions", "Notes"]
        headings = [cell.value for cell in book["Scorecard"][1]]
        row = dict(zip(headings, book["Scorecard"][2], strict=True))
        assert (row["Indicator"].value, row["Indicator"].data_type) == ("=1+1 <b>accepted</b>", "s")
        assert (row["Numerator"].value, row["Denominator"].value) == (21, 32)
        assert row["Value"].value == pytest.approx(100 * 21 / 32)
        assert not [cell for sheet in book for line in sheet for cell in line if cell.data_type == "f"]

    def test_the_notes_name_snapshot_files_windows_and_refusals(
        self, snapshot: Snapshot, tmp_path: Path
    ) -> None:
        path = tmp_path / "dataset.xlsx"
        write_workbook(path, self.scorecard(snapshot))
        notes = {tuple(cell.value for cell in line) for line in openpyxl.load_workbook(path)["Notes"]}
        assert ("Snapshot", snapshot.id) in notes
        assert ("Source file 0", "referrals: covers 1 April 2025 to 31 March 2026") in notes
        assert any(about == "Refused: accepted by locality" for about, _ in notes)
        assert ("Small numbers", "Not for publication: small numbers are shown.") in notes

    def test_the_same_scorecard_makes_the_same_spreadsheet(self, snapshot: Snapshot, tmp_path: Path) -> None:
        paths = [tmp_path / "one.xlsx", tmp_path / "two.xlsx"]
        for path in paths:
            write_workbook(path, self.scorecard(snapshot))
        assert paths[0].read_bytes() == paths[1].read_bytes()

    def test_the_page_escapes_text_and_stands_alone(self, snapshot: Snapshot) -> None:
        page = as_html(self.scorecard(snapshot))
        assert "=1+1 &lt;b&gt;accepted&lt;/b&gt;" in page
        assert "<script" not in page
        assert "http" not in page
        assert page.count("<caption>") == 4

    def test_the_page_holds_the_groups_of_the_last_period_alone_and_says_so(self, snapshot: Snapshot) -> None:
        by_sex = replace(REFERRALS, breakdowns=(Breakdown.SEX,))
        figures = run(snapshot, [by_sex], parse_periods("2025-04..2025-05"))
        page = as_html(Scorecard(snapshot, {"referrals": by_sex}, figures))
        assert page.count("<td>female</td>") == 1
        assert "Every period as a whole, and the groups of the last" in page

    def test_the_command_writes_both(self, snapshot: Snapshot, tmp_path: Path) -> None:
        written = [tmp_path / "dataset.xlsx", tmp_path / "dataset.html"]
        done = sightline(
            "run",
            snapshot.folder,
            "--period",
            "2025-05",
            "--xlsx",
            written[0],
            "--html",
            written[1],
            "--public",
        )
        assert done.exit_code == 0, done.output
        assert all(path.stat().st_size for path in written)
        assert "(public copy)" in written[1].read_text(encoding="utf-8")


class TestComparison:
    ENGLAND = Benchmark(
        "accepted", "P_N02", "%", Level.NATIONAL, "E92000001", "England", "", 2024, 1, 2, 50.0, False, "",
        "C1",
    )  # fmt: skip

    def test_the_latest_year_that_had_ended_is_compared(self) -> None:
        later = replace(self.ENGLAND, year=2026, value=60.0)
        place = replace(self.ENGLAND, level=Level.AUTHORITY, old_la_code="306", value=40.0)
        other = replace(place, old_la_code="307", value=44.0)
        found = compare(ACCEPTED, MAY[0].last, [self.ENGLAND, later, place, other], ["306", "307"])
        assert found is not None
        assert (found.year, found.england, found.neighbours_median) == (2024, self.ENGLAND, 42.0)

    def test_a_count_is_never_compared(self) -> None:
        counted = replace(self.ENGLAND, measure="referrals")
        assert compare(REFERRALS, MAY[0].last, [counted]) is None

    def test_the_command_reads_published_figures(self, snapshot: Snapshot, tmp_path: Path) -> None:
        path = tmp_path / "benchmarks.csv"
        write_benchmarks(path, [replace(self.ENGLAND, measure="referrals-accepted")])
        book = tmp_path / "dataset.xlsx"
        asked = ("--indicator", "referrals-accepted", "--benchmarks", path, "--xlsx", book)
        assert sightline("run", snapshot.folder, "--period", "2025-05", *asked).exit_code == 0
        sheet = openpyxl.load_workbook(book)["Scorecard"]
        row = {heading.value: cell.value for heading, cell in zip(sheet[1], sheet[2], strict=True)}
        assert (row["England"], row["Published year ending 31 March"]) == (50, "2024")


def test_overlapping_twelve_months_are_not_judged_as_a_run(snapshot: Snapshot) -> None:
    rolling = replace(REFERRALS, key="rolling", unit=Unit.COUNT, basis=Basis.ROLLING)
    (line,) = Scorecard(
        snapshot, {"rolling": rolling}, run(snapshot, [rolling], parse_periods("2026-03"), ())
    ).lines
    assert line.chart is None
    assert ROLLING in line.signal


class TestPeriods:
    def test_labels_sort_as_time_does(self) -> None:
        for every in Every:
            labels = [period.label for period in parse_periods("2024-04..2027-03", every)]
            assert labels == sorted(labels)
            assert len(labels) == 36 // every.months

    def test_periods_touch_and_cover_the_whole(self) -> None:
        periods = parse_periods("2024-04..2026-03", Every.QUARTER)
        assert (periods[0].first.isoformat(), periods[-1].last.isoformat()) == ("2024-04-01", "2026-03-31")
        assert all((b.first - a.last).days == 1 for a, b in pairwise(periods))

    @pytest.mark.parametrize("text", ["", "2025", "2025-13", "2025-04...2025-06", "2025-04..", "2025-04-01"])
    def test_a_period_that_is_not_written_so_is_refused(self, text: str) -> None:
        with pytest.raises(PeriodError, match=r"such as 2025-04\.\.2026-03"):
            parse_periods(text)


def test_the_partnerships_settings_give_its_own_limits(tmp_path: Path) -> None:
    settings = Path(__file__).parents[2] / "pages" / "partnership.toml"
    assert 'assessment = "40 working days"' in settings.read_text(encoding="utf-8")
    snapshot = make_snapshot(tmp_path, extract("cin-census", "2026-04-20", assessments=(*YEAR, [])))
    asked = (
        "assessments-in-45-working-days",
        snapshot.folder,
        "--period",
        "2025-06",
        "--partnership",
        settings,
    )
    assert "Limit       assessment: 40 working days" in sightline("explain", *asked).stdout
