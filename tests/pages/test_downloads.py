"""What is taken away is what the pages show: compared cell by cell, and opened by other programs."""

import csv
import re
from datetime import date, datetime
from io import BytesIO, StringIO
from zipfile import ZipFile

import openpyxl
import pytest
from django.db import connection
from django.template import engines
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sightline.assurance.dataset import words
from sightline.assurance.dataset.models import Figure, LoadedFile, LoadedSnapshot
from sightline.core.models import AuditEvent
from sightline.core.process import Panel, Process
from sightline.indicators.definitions import INDICATORS
from tests.pages.test_dataset import INTERVIEWS, read, text

GAP = "Addiscombe Vale housing has not sent its return for quarter 4 (due 20 April 2026)"


def address(dataset, *, indicator="scorecard", agency="all", version="publishable", form="xlsx") -> str:
    return f"/dataset/downloads/{indicator}/{agency}/{version}/{dataset.snapshot_id}.{form}"


def workbook(response):
    assert response.status_code == 200
    return openpyxl.load_workbook(BytesIO(response.content))


def table(book, name: str) -> list[dict[str, object]]:
    head, *rows = book[name].iter_rows(values_only=True)
    assert rows, f"{name} is empty"
    return [dict(zip(head, row, strict=True)) for row in rows]


def lines(response) -> list[dict[str, str]]:
    content = response.content.decode()
    assert content.startswith("\ufeff")
    rows = list(csv.DictReader(StringIO(content[1:])))
    assert rows
    return rows


@pytest.mark.parametrize("version", ["internal", "publishable"])
def test_page_spreadsheet_and_csv_hold_the_same_figures_cell_by_cell(cast, dataset, signed_in, version):
    client = signed_in(cast.analyst)
    checked = 0
    for key in (INTERVIEWS, "allegation-contacts", "referral-rate"):
        indicator = INDICATORS[key]
        cells = read(client.get(f"/dataset/{key}/", {"version": version})).cells
        sheet = table(workbook(client.get(address(dataset, indicator=key, version=version))), "Figures")
        plain = lines(client.get(address(dataset, indicator=key, version=version, form="csv")))
        assert len(sheet) == len(plain) == Figure.objects.filter(indicator=key).count()
        for row, line in zip(sheet, plain, strict=True):
            for name, value in row.items():
                told = value.date().isoformat() if isinstance(value, datetime) else value
                same = line[name] == ("" if told is None else str(told))
                assert same or float(line[name]) == pytest.approx(float(told)), (key, name)
            place = next((n for n, cell in enumerate(cells) if cell == row["Period"]), None)
            if row["Split by"] or place is None:
                continue
            if row["Numerator"] == "c":
                assert cells[place + 1] == "Hidden to protect children"
            elif row["Value"] is not None:
                shown = cells[place + 1 : place + 5]
                expected = [
                    words.number(row["Numerator"]),
                    words.number(row["Denominator"]) if indicator.unit != "count" else "",
                    words.number(row["Not recorded"]) or "–",
                    words.aligned(indicator, row["Value"]),
                ]
                assert shown == expected, (key, row["Period"])
                checked += 1
    assert checked > 20


def test_the_first_sheet_is_the_scorecard_row_for_row(cast, dataset, signed_in):
    client = signed_in(cast.member)
    cells = read(client.get("/dataset/")).cells
    rows = table(workbook(client.get(address(dataset))), "Scorecard")
    assert [row["Key"] for row in rows] == sorted(INDICATORS, key=[row["Key"] for row in rows].index)
    page = [re.sub(r"^\s*Read with it:\s*", "", cell).strip() for cell in cells]
    for row in rows:
        shown = page[page.index(row["Indicator"]) + 1]
        if row["Value"] is None:
            assert row["Not shown because"], row["Indicator"]
        else:
            assert shown.split()[0] == words.aligned(INDICATORS[row["Key"]], row["Value"]).split()[0]


@pytest.fixture
def planted(monkeypatch):
    """A process that shows a named gap on the pages of the dataset, and says what it was told of them."""
    told = []

    def panel(user, about):
        told.append((user, dict(about)))
        template = engines["jinja2"].env.from_string("<p>{{ panel.context.said }}</p>")
        return Panel(template, {"said": GAP}, [GAP])

    shown = {"dataset:scorecard": panel, "dataset:indicator": panel}
    process = Process(title="Planted", opens_at="home", panels=shown)
    monkeypatch.setattr("sightline.core.process.processes", lambda: (process,))
    return told


def test_pages_and_downloads_show_what_another_process_says_of_them(cast, dataset, signed_in, planted):
    client = signed_in(cast.member)
    assert GAP in text(client.get("/dataset/"))
    assert GAP in text(client.get("/dataset/referrals/"))
    assert planted == [
        (cast.member, {"snapshot": dataset}),
        (cast.member, {"indicator": "referrals", "snapshot": dataset}),
    ]
    for indicator in ("scorecard", "referrals"):
        notes = table(workbook(client.get(address(dataset, indicator=indicator))), "Notes")
        assert {"About": "Missing, late or sent back", "Note": GAP} in notes


def test_the_notes_say_what_it_is_from_what_and_what_is_hidden(cast, dataset, signed_in):
    book = workbook(signed_in(cast.member).get(address(dataset)))
    assert book.sheetnames == ["Scorecard", "Figures", "Definitions", "Notes"]
    notes = [tuple(row.values()) for row in table(book, "Notes")]
    assert ("Partnership", "Addiscombe Vale Safeguarding Children Partnership") in notes
    said = " ".join(str(note) for _, note in notes)
    assert dataset.snapshot_id in said
    assert "Counts of 1 to 5 are hidden" in said
    assert "seven in a row on one side of the mean" in said
    for file in LoadedFile.objects.filter(snapshot=dataset):
        assert file.name in said
        assert f"{file.rows_read} rows read, {file.rows_accepted} accepted" in said
    digests = {row["Key"]: row["Digest"] for row in table(book, "Definitions")}
    assert digests == {key: indicator.digest for key, indicator in INDICATORS.items()}


def test_a_spreadsheet_names_no_author_and_hides_no_sheet(cast, dataset, signed_in):
    response = signed_in(cast.analyst).get(address(dataset, version="internal"))
    book = workbook(response)
    assert {sheet.sheet_state for sheet in book.worksheets} == {"visible"}
    with ZipFile(BytesIO(response.content)) as parts:
        said = parts.read("docProps/core.xml").decode()
    assert re.findall(r"<dc:creator>(.*?)</dc:creator>", said) in ([], [""])
    assert cast.analyst.name not in said
    assert book.properties.created.date() == date(2026, 4, 20)


def test_the_internal_version_is_for_those_alone_who_may_see_small_numbers(cast, dataset, signed_in):
    for who, user in cast:
        allowed = who in {"board_manager", "analyst"}
        for indicator in ("scorecard", "allegation-contacts"):
            asked = address(dataset, indicator=indicator, version="internal")
            assert signed_in(user).get(asked).status_code == (200 if allowed else 404), who
    rows = lines(signed_in(cast.member).get(address(dataset, indicator="allegation-contacts", form="csv")))
    assert {row["Numerator"] for row in rows if row["Period"] == "March 2026"} <= {"c"}
    assert not [row for row in rows if row["Not recorded"] or row["Not placed"]]


def test_every_download_is_in_the_audit_log_with_what_was_chosen(cast, dataset, signed_in):
    signed_in(cast.analyst).get(address(dataset, agency="avpol", version="internal", form="csv"))
    event = AuditEvent.objects.get(action="export:dataset:download")
    assert (event.actor, event.outcome) == (cast.analyst, "done")
    assert event.detail == {
        "indicator": "scorecard",
        "agency": "avpol",
        "version": "internal",
        "snapshot": dataset.snapshot_id,
        "form": "csv",
    }


def test_the_choices_lead_to_the_file(cast, dataset, signed_in):
    client = signed_in(cast.analyst)
    page = client.get("/dataset/downloads/", {"indicator": "referrals"}).content.decode()
    assert '<option value="referrals" selected>' in page
    chosen = {"download": "yes", "indicator": "referrals", "version": "internal", "form": "csv"}
    response = client.get("/dataset/downloads/", chosen)
    assert response.headers["Location"] == address(
        dataset, indicator="referrals", version="internal", form="csv"
    )
    file = client.get(response.headers["Location"])
    assert file.headers["Content-Disposition"].startswith('attachment; filename="dataset-referrals-internal-')
    assert file.headers["Cache-Control"] == "no-store"
    assert "Internal" not in text(signed_in(cast.member).get("/dataset/downloads/"))


@pytest.mark.parametrize(
    "wrong", [{"indicator": "nothing"}, {"agency": "nobody"}, {"version": "secret"}, {"form": "pdf"}]
)
def test_there_is_no_download_of_what_there_is_not(cast, dataset, signed_in, wrong):
    assert signed_in(cast.analyst).get(address(dataset, **wrong)).status_code == 404


def test_a_download_of_one_agency_holds_what_it_supplied(cast, dataset, signed_in):
    rows = lines(signed_in(cast.analyst).get(address(dataset, agency="avpol", form="csv")))
    keys = {row["Key"] for row in rows}
    assert INTERVIEWS in keys
    assert "referrals" not in keys
    assert date.fromisoformat(rows[0]["Last day"])


@pytest.mark.parametrize("path", ["/", "/dataset/", f"/dataset/{INTERVIEWS}/", "/dataset/quality/"])
def test_a_page_asks_the_database_as_often_for_ten_rows_as_for_ten_thousand(cast, dataset, signed_in, path):
    def queries() -> int:
        # Counted again, so that nothing which was read before serves.
        LoadedSnapshot.objects.filter(pk=dataset.pk).update(counted_at=timezone.now())
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200
        return len(asked)

    client = signed_in(cast.analyst)
    client.get(path)  # stores the session, which is done once a minute
    Figure.objects.exclude(pk__in=Figure.objects.filter(indicator=INTERVIEWS).values("pk")[:10]).delete()
    few = queries()
    month = {"every": "month", "first_on": date(2026, 3, 1), "last_on": date(2026, 3, 31)}
    Figure.objects.bulk_create(
        Figure(snapshot=dataset, indicator=INTERVIEWS, breakdown="locality", group=f"g{n}", value=1, **month)
        for n in range(10_000)
    )
    assert queries() == few
