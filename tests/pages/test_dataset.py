"""The dataset: what is stored of a snapshot, what each page says of it, and to whom."""

import re
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser

import holidays
import pyarrow.parquet as pq
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sightline.assurance.dataset import commands, counting, readings, storing, words
from sightline.assurance.dataset.models import (
    Baseline,
    Figure,
    LoadedFile,
    LoadedSnapshot,
    PublishedFigure,
    Query,
)
from sightline.assurance.dataset.pages.scorecard import rows_of
from sightline.assurance.dataset.view import view_of
from sightline.core.command import Refused
from sightline.core.flow import NotAllowed
from sightline.core.models import AuditEvent, Immutable, StatusChange
from sightline.facts.snapshot import SnapshotError
from sightline.indicators.definitions import INDICATORS
from tests.invented_dataset import invented_snapshot

INTERVIEWS = "return-interviews-in-72-hours"
QUERIES_ALLOWED = 15


class _Text(HTMLParser):
    """The words of a page, cell by cell."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.cells: list[str] = []
        self._in_cell = False

    def handle_starttag(self, tag, attrs):
        if tag in ("td", "th"):
            self.cells.append("")
        self._in_cell = tag in ("td", "th") or (self._in_cell and tag not in ("tr", "table"))

    def handle_endtag(self, tag):
        self._in_cell = self._in_cell and tag not in ("td", "th")

    def handle_data(self, data):
        self.said.append(data)
        if self._in_cell:
            self.cells[-1] += data


def read(response) -> _Text:
    assert response.status_code == 200
    page = _Text()
    page.feed(response.content.decode())
    return page


def text(response) -> str:
    return " ".join(" ".join(read(response).said).split())


@pytest.fixture
def facts(invented):
    """A function that gives the rows of a fact table of the invented snapshot."""

    def rows(table: str) -> list[dict[str, object]]:
        found = pq.read_table(invented.snapshot.parquet(table)).to_pylist()
        assert found
        return found

    return rows


# What is stored.


def test_a_loaded_snapshot_is_current_and_says_who_loaded_it(cast, dataset):
    assert dataset.state == "current"
    assert (dataset.first_on, dataset.last_on) == (date(2024, 4, 1), date(2026, 3, 31))
    assert dataset.loaded_by == cast.analyst
    events = StatusChange.objects.filter(
        subject_kind="dataset_loadedsnapshot", subject_key=str(dataset.pk)
    ).values_list("event", flat=True)
    assert list(events) == ["snapshot-loaded", "snapshot-made-current"]
    assert AuditEvent.objects.filter(action="dataset.load-snapshot", actor=cast.analyst).exists()


def test_every_indicator_has_a_figure_or_a_reason_in_every_month(dataset):
    stored = Figure.objects.filter(snapshot=dataset, breakdown="", every="month")
    assert stored.count() == 24 * len(INDICATORS)
    assert not stored.filter(value=None, refused="").exists()
    assert set(stored.values_list("indicator", flat=True)) == set(INDICATORS)


def test_a_figure_names_its_definition_files_and_counts(dataset):
    figure = Figure.objects.get(
        snapshot=dataset, indicator=INTERVIEWS, breakdown="", every="month", last_on=date(2026, 3, 31)
    )
    assert figure.definition == INDICATORS[INTERVIEWS].digest
    assert [LoadedFile.objects.get(position=p).format for p in figure.file_places] == ["missing-list"]
    assert figure.value == pytest.approx(100 * figure.numerator / figure.denominator)
    assert Query.objects.filter(snapshot=dataset, indicator=INTERVIEWS, sql__contains="SELECT").exists()


def test_the_newer_snapshot_supersedes_the_older(cast, dataset, load, tmp_path):
    newer = load(invented_snapshot(tmp_path, seed=8).folder, cast.analyst)
    dataset.refresh_from_db()
    assert (dataset.state, newer.state) == ("superseded", "current")
    again = load(dataset.folder, cast.analyst)
    newer.refresh_from_db()
    assert (again.pk, again.state, newer.state) == (dataset.pk, "current", "superseded")


def test_a_snapshot_loaded_again_is_counted_afresh(cast, dataset, load):
    count = Figure.objects.count()
    Figure.objects.update(value=0)
    again = load(dataset.folder, cast.analyst)
    assert again.pk == dataset.pk
    assert Figure.objects.count() == count
    assert Figure.objects.exclude(value=0).exists()


def test_a_withdrawn_snapshot_shows_nothing_and_does_not_come_back(cast, dataset, load, signed_in):
    with pytest.raises(NotAllowed):
        commands.withdraw_snapshot(dataset, reason=" ", by=cast.board_manager)
    commands.withdraw_snapshot(dataset, reason="The police list was of another year", by=cast.board_manager)
    assert "No snapshot is loaded yet" in text(signed_in(cast.member).get("/dataset/"))
    with pytest.raises(storing.NotLoaded, match="withdrawn"):
        load(dataset.folder, cast.analyst)


def test_a_plain_figure_that_an_agency_returned_is_stored_once_and_names_the_agency(cast, dataset):
    stored = Figure.objects.filter(
        snapshot=dataset, indicator="decision-in-one-working-day", last_on=date(2026, 3, 31), every="month"
    )
    assert [(f.breakdown, f.group, f.numerator, f.denominator) for f in stored] == [
        ("", "", 80, 100),
        ("agency", "CSC", 80, 100),
    ]


def test_an_altered_folder_is_refused_and_nothing_of_it_is_kept(cast, tmp_path):
    folder = invented_snapshot(tmp_path).folder
    (folder / "referrals.parquet").write_bytes(b"something else")
    with pytest.raises(SnapshotError, match="altered"):
        commands.load_snapshot(folder=folder, by=cast.analyst)
    assert not LoadedSnapshot.objects.exists()


def test_a_snapshot_of_another_authority_is_refused(cast, tmp_path):
    folder = invented_snapshot(tmp_path, authority="306").folder
    with pytest.raises(storing.NotLoaded, match="authority 306; expected 999"):
        commands.load_snapshot(folder=folder, by=cast.analyst)


@pytest.mark.parametrize("who", ["agency_lead", "member", "lay_member", "administrator", "leaver"])
def test_only_those_who_keep_the_dataset_change_it(cast, dataset, who):
    with pytest.raises(Refused):
        commands.withdraw_snapshot(dataset, reason="Because", by=getattr(cast, who))
    with pytest.raises(Refused):
        commands.load_snapshot(folder=dataset.folder, by=getattr(cast, who))


def test_a_baseline_needs_an_indicator_a_month_and_a_reason(cast, dataset):
    def reset(indicator=INTERVIEWS, from_on=date(2025, 8, 1), reason="A new provider"):
        return commands.reset_baseline(indicator=indicator, from_on=from_on, reason=reason, by=cast.analyst)

    for wrong in ({"indicator": "nothing"}, {"from_on": date(2025, 8, 2)}, {"reason": " "}):
        with pytest.raises(storing.NotLoaded):
            reset(**wrong)
    stored = reset()
    with pytest.raises(storing.NotLoaded, match="already"):
        reset()
    with pytest.raises(Immutable):
        stored.save()
    assert Baseline.objects.count() == 1


def test_published_figures_that_come_again_are_replaced(cast, dataset, benchmarks):
    before = PublishedFigure.objects.count()
    assert before > 100
    assert commands.load_benchmarks(rows=benchmarks, by=cast.analyst) == before
    assert PublishedFigure.objects.count() == before


# The figures on the pages, recounted from the snapshot's rows by other means.


def page_sentence(client, key: str) -> str:
    return re.split(r"Internal version", text(client.get(f"/dataset/{key}/")))[0]


def test_referrals_are_those_of_the_month(cast, dataset, facts, signed_in):
    count = sum(row["cine_referral_date"] >= date(2026, 3, 1) for row in facts("referrals"))
    assert f"In March 2026, {count} referrals were received." in page_sentence(
        signed_in(cast.analyst), "referrals"
    )


def test_interviews_in_time_are_those_held_within_72_hours(cast, dataset, facts, signed_in):
    ended = [
        row
        for row in facts("return_interviews")
        if row["miss_missing_episode_end_date"].strftime("%Y-%m") == "2026-03"
    ]
    in_time = [
        row
        for row in ended
        if row["held_at"] and row["held_at"] - row["miss_missing_episode_end_date"] <= timedelta(hours=72)
    ]
    share = 100 * len(in_time) / len(ended)
    assert f"{len(in_time)} of {len(ended)} episodes" in page_sentence(signed_in(cast.analyst), INTERVIEWS)
    assert f"{share:.1f}%" in page_sentence(signed_in(cast.analyst), INTERVIEWS)


def test_assessments_in_time_took_at_most_45_working_days(cast, dataset, facts, signed_in):
    bank = holidays.country_holidays("GB", subdiv="ENG", years=range(2023, 2027))

    def working_days(start: date, end: date) -> int:
        days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
        return sum(day.weekday() < 5 and day not in bank for day in days)

    def is_in_time(row: dict[str, object]) -> bool:
        start, end = row["cina_assessment_start_date"], row["cina_assessment_auth_date"]
        days = working_days(start, end)
        # Finished on a day off after the last working day is late.
        return days < 45 or (days == 45 and end.weekday() < 5 and end not in bank)

    done = [
        row
        for row in facts("assessments")
        if row["cina_assessment_auth_date"] and row["cina_assessment_auth_date"] >= date(2026, 3, 1)
    ]
    said = f"{sum(map(is_in_time, done))} of {len(done)} assessments"
    assert said in page_sentence(signed_in(cast.analyst), "assessments-in-45-working-days")


# The scorecard.


def test_the_scorecard_has_every_indicator_once(cast, dataset, signed_in):
    page = signed_in(cast.analyst).get("/dataset/").content.decode()
    for key in INDICATORS:
        assert page.count(f'href="/dataset/{key}/"') == 1, key


def test_a_twin_stands_under_the_indicator_that_it_is_read_with(cast, dataset):
    rows = rows_of(view_of(cast.analyst, {}))
    twins = {row.reading.indicator.key: row.twin for row in rows if row.twin}
    assert twins[INTERVIEWS].reading.indicator.key == "return-interviews-open-overdue"
    assert len(rows) + len(twins) == len(INDICATORS)


def test_a_signal_is_told_in_words_and_sorted_out_by_the_filter(cast, dataset, signed_in):
    client = signed_in(cast.analyst)
    page = text(client.get("/dataset/", {"show": "signals"}))
    assert "Return home interviews within 72 hours" in page
    assert "eight months below the mean" in page
    assert "Assessments completed" not in page


def test_the_filters_choose_question_set_theme_and_what_has_no_figure(cast, dataset, signed_in):
    client = signed_in(cast.analyst)
    assert "Social work posts vacant" not in text(client.get("/dataset/", {"question_set": "practice"}))
    themed = text(client.get("/dataset/", {"theme": "Missing children"}))
    assert "Return home interviews offered" in themed
    assert "Referrals accepted" not in themed
    refused = text(client.get("/dataset/", {"show": "refused"}))
    assert "No figure. No workforce months file is loaded." in refused
    assert "Select a valid choice" in text(client.get("/dataset/", {"theme": "Nothing"}))


def test_figures_of_other_places_name_their_year(cast, dataset, benchmarks, signed_in):
    row = next(
        r for r in benchmarks if r.measure == "re-referrals" and r.area_name == "England" and r.year == 2024
    )
    page = text(signed_in(cast.analyst).get("/dataset/", {"theme": "Front door and early help"}))
    assert f"England {row.value:.1f}%" in page
    assert "Year to 31 March 2024" in page


def test_the_number_of_queries_does_not_grow_with_the_indicators(cast, dataset, signed_in):
    client = signed_in(cast.analyst)
    client.get("/dataset/")
    with CaptureQueriesContext(
        connection,
    ) as all_of_them:
        client.get("/dataset/")
    Figure.objects.exclude(indicator__in=["referrals", INTERVIEWS]).delete()
    with CaptureQueriesContext(connection) as two:
        client.get("/dataset/")
    assert len(all_of_them) == len(two) <= QUERIES_ALLOWED


@pytest.mark.parametrize("path", ["/", f"/dataset/{INTERVIEWS}/", "/dataset/quality/", "/dataset/quality/0/"])
def test_every_page_keeps_to_its_queries(cast, dataset, signed_in, path):
    client = signed_in(cast.analyst)
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    assert len(queries) <= QUERIES_ALLOWED


# An indicator, explained.


def test_an_indicator_is_explained_down_to_its_definition_and_files(cast, dataset, signed_in):
    page = text(signed_in(cast.analyst).get(f"/dataset/{INTERVIEWS}/"))
    for said in (
        "Read with it: Return home interviews waited for past 72 hours",
        "the target of 100% is missed consistently",
        "Return home interview (C27): 72 hours, by",
        "Police missing list with return interviews, from Addiscombe Vale police",
        "1 April 2024 to 31 March 2026",
        "The SQL that counted it from Police missing list",
        INDICATORS[INTERVIEWS].why,
        INDICATORS[INTERVIEWS].digest,
    ):
        assert said in page, said


def test_the_groups_of_a_breakdown_add_up_to_the_whole(cast, dataset, signed_in):
    client = signed_in(cast.analyst)
    whole = Figure.objects.get(indicator=INTERVIEWS, breakdown="", every="year", last_on=date(2026, 3, 31))
    cells = read(client.get(f"/dataset/{INTERVIEWS}/", {"by": "missing from"})).cells
    care, home = (cells.index(name) for name in ("Care", "Home"))
    assert int(cells[care + 1]) + int(cells[home + 1]) == whole.numerator
    assert int(cells[care + 2]) + int(cells[home + 2]) == whole.denominator


def test_an_indicator_without_a_figure_says_why_and_has_no_chart(cast, dataset, signed_in):
    client = signed_in(cast.analyst)
    page = text(client.get("/dataset/looked-after-children/"))
    assert "There is no figure. No SSDA903 looked-after return file is loaded" in page
    assert client.get("/dataset/looked-after-children/chart.svg").status_code == 404


def test_twelve_months_that_overlap_are_not_judged(cast, dataset, signed_in):
    page = text(signed_in(cast.analyst).get("/dataset/re-referrals/"))
    assert "each twelve months share eleven with the one before" in page


def test_a_reset_baseline_stands_on_the_chart_with_its_reason(cast, dataset, signed_in):
    commands.reset_baseline(
        indicator=INTERVIEWS, from_on=date(2025, 3, 1), reason="A new provider began", by=cast.analyst
    )
    client = signed_in(cast.member)
    chart = client.get(f"/dataset/{INTERVIEWS}/chart.svg").content.decode()
    assert "A new provider began" in chart
    assert "March 2025" in chart


def test_a_changed_definition_cannot_pass_for_the_old(cast, dataset, signed_in):
    Figure.objects.filter(indicator=INTERVIEWS).update(definition="0123456789ab")
    page = text(signed_in(cast.analyst).get(f"/dataset/{INTERVIEWS}/"))
    assert "counted by an earlier definition" in page


def test_the_chart_is_an_image_that_names_what_it_shows(cast, dataset, signed_in):
    client = signed_in(cast.analyst)
    assert signed_in(cast.administrator).get(f"/dataset/{INTERVIEWS}/chart.svg").status_code == 404
    for size in ("", "?size=narrow"):
        response = client.get(f"/dataset/{INTERVIEWS}/chart.svg{size}")
        assert response["Content-Type"] == "image/svg+xml"
        assert b"<title>Return home interviews within 72 hours</title>" in response.content


def test_an_indicator_leads_to_its_clock_with_both_limits(cast, dataset, signed_in):
    response = signed_in(cast.member).get("/dataset/assessments-in-45-working-days/")
    assert 'href="/clocks/#assessment"' in response.content.decode()
    said = (
        "Assessment (section 17) (C04): 45 working days, by statutory guidance. Local limit: 40 working days."
    )
    assert said in text(response)


# Who may see what.


@pytest.mark.parametrize(
    "path",
    [
        "/dataset/",
        f"/dataset/{INTERVIEWS}/",
        "/dataset/quality/",
        "/dataset/quality/0/",
    ],
)
def test_everybody_but_the_administrator_reads_the_dataset(cast, dataset, signed_in, path):
    allowed = {"board_manager", "analyst", "agency_lead", "other_agency_lead", "member", "lay_member"}
    for who, user in cast:
        expected = 200 if who in allowed else 404
        assert signed_in(user).get(path).status_code == expected, who


@pytest.mark.parametrize("path", ["/dataset/nothing/", "/dataset/nothing/chart.svg", "/dataset/quality/99/"])
def test_what_there_is_not_is_missing(cast, dataset, signed_in, path):
    assert signed_in(cast.analyst).get(path).status_code == 404


@pytest.mark.parametrize("address", ["", "?version=internal", "?version=publishable"])
def test_small_numbers_are_shown_to_those_alone_who_may_see_them(cast, dataset, signed_in, address):
    small = Figure.objects.filter(
        indicator="allegation-contacts", every="month", breakdown="", numerator__gte=1, numerator__lte=5
    )
    labels = {words.period_name(figure.every, figure.last_on) for figure in small}
    assert labels

    def counts(who) -> dict[str, str]:
        cells = read(signed_in(who).get(f"/dataset/allegation-contacts/{address}")).cells
        return {cells[n]: cells[n + 1] for n, cell in enumerate(cells) if cell in labels}

    seen = counts(cast.board_manager)
    if address == "?version=publishable":
        assert not seen
    else:
        assert set(seen) == labels
        assert all(int(count) in range(1, 6) for count in seen.values())
    assert not counts(cast.member)


def test_the_publishable_scorecard_has_no_small_count_and_no_unknowns(cast, dataset):
    for row in rows_of(view_of(cast.lay_member, {})):
        for figure in row.reading.series:
            assert figure.unknown is None
            indicator = row.reading.indicator
            if figure.numerator is not None and not indicator.sums and indicator.table != "agency_returns":
                assert not 1 <= figure.numerator <= 5


def test_no_hidden_group_can_be_told_from_the_rest_of_its_year(dataset):
    """What is hidden in a breakdown of a shown year is never alone, or its total would tell it."""
    years: dict[tuple[str, str, date], list[Figure]] = defaultdict(list)
    for figure in Figure.objects.filter(snapshot=dataset, every="year").exclude(numerator=None):
        if not INDICATORS[figure.indicator].sums and figure.indicator != "dataset-returns-on-time":
            years[figure.indicator, figure.breakdown, figure.last_on].append(figure)
    seen = 0
    for (key, breakdown, last_on), groups in years.items():
        (whole,) = years[key, "", last_on]
        if not breakdown or whole.hidden:
            continue
        hidden = [group for group in groups if group.hidden]
        seen += bool(hidden)
        assert len(hidden) != 1, (key, breakdown, last_on)
    assert seen


def test_no_hidden_month_can_be_told_from_the_rest_of_its_year(dataset):
    hidden = Figure.objects.filter(snapshot=dataset, every="month", breakdown="").exclude(hidden="")
    years: dict[tuple[str, date], int] = defaultdict(int)
    for figure in hidden:
        if figure.numerator or figure.denominator:
            end = date(figure.last_on.year + (figure.last_on.month > 3), 3, 31)
            years[figure.indicator, end] += 1
    assert years
    for (key, end), count in years.items():
        year = Figure.objects.get(indicator=key, every="year", breakdown="", last_on=end)
        adds_up = INDICATORS[key].basis.name == "FLOW" and not INDICATORS[key].each
        assert count > 1 or year.hidden or not adds_up, (key, end)


# Home and data quality.


def test_home_says_what_changed_and_whose_return_is_late(cast, dataset, signed_in):
    page = text(signed_in(cast.member).get("/"))
    assert "Return home interviews within 72 hours: March 2026 is below the lower limit" in page
    assert "Addiscombe Vale housing: 3 of 12 returns not complete or not in time" in page
    assert "indicators have no figure" in page
    assert "Nothing is waiting for you." in page


def test_home_of_an_administrator_shows_no_figures(cast, dataset, signed_in):
    page = text(signed_in(cast.administrator).get("/"))
    assert "Return home interviews" not in page
    assert "Dataset" not in page


def test_data_quality_accounts_for_every_row(cast, dataset, invented, signed_in):
    sources = invented.snapshot.manifest.sources
    read_, accepted = sum(s.read for s in sources), sum(s.accepted for s in sources)
    page = text(signed_in(cast.member).get("/dataset/quality/"))
    assert f"{len(sources)} files were read: {read_:,} rows, of which {accepted:,} were accepted" in page
    file = text(signed_in(cast.member).get("/dataset/quality/0/"))
    assert f"{sources[0].read:,} rows were read" in file
    assert "1 April 2024" in file


def test_without_a_snapshot_the_pages_say_what_will_appear(cast, signed_in):
    client = signed_in(cast.member)
    assert "No snapshot is loaded yet" in text(client.get("/dataset/"))
    assert "No snapshot is loaded yet" in text(client.get("/dataset/quality/"))
    assert "There is no figure. It has not been counted yet" in text(client.get(f"/dataset/{INTERVIEWS}/"))


def test_an_indicator_defined_after_the_snapshot_was_loaded_says_that_it_was_not_counted(
    cast, dataset, signed_in, monkeypatch
):
    added = replace(INDICATORS["referrals"], key="added", title="Added since")
    monkeypatch.setattr(readings, "INDICATORS", {**INDICATORS, "added": added})
    page = text(signed_in(cast.member).get("/dataset/"))
    assert "Added since No figure. It has not been counted yet" in page


def test_the_months_counted_are_whole_and_at_most_36(invented):
    months = counting.months_of(invented.snapshot.manifest)
    assert [month.label for month in (months[0], months[-1])] == ["2024-04", "2026-03"]
    assert len(months) == 24 <= counting.MONTHS
