"""Loads: an agency hands in files, somebody looks at what was found, and they count or they do not."""

import re
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from uuid import uuid4
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from sightline.assurance.dataset import commands, jobs
from sightline.assurance.dataset.models import Figure, Load, LoadedFile, LoadedSnapshot
from sightline.core.audit import System
from sightline.core.command import Refused
from sightline.core.commands import delete_file
from sightline.core.files import NotTaken
from sightline.core.flow import NotAllowed
from sightline.core.models import AuditEvent, StatusChange, StoredFile
from sightline.exchange.templates import TEMPLATES
from sightline.indicators.definitions import INDICATORS
from tests.pages.test_dataset import text

INTERVIEWS = "return-interviews-in-72-hours"
EPISODES = "missing-episodes"


def missing_list(covers: tuple[str, str], *children: str, day: str = "04/03/2026") -> bytes:
    """The police's list of missing episodes: one for each child, on one day."""
    titles = TEMPLATES["missing-list"].titles
    rows = [
        {
            "Local child ID": child,
            "Date of birth": "13/07/2011",
            "Sex": "F",
            "Reported missing at": f"{day} 22:10",
            "Found at": f"{day} 23:10",
        }
        for child in children
    ]
    lines = [",".join(row.get(title, "") for title in titles) for row in rows]
    first = f"Covers,{covers[0]},{covers[1]},Supplied by,POL"
    return ("\n".join([first, ",".join(titles), *lines]) + "\n").encode()


MARCH = ("2026-01-01", "2026-03-31")
POLICE = missing_list(MARCH, "QX1", "QX2", "QX3")
LATER = missing_list(("2026-03-01", "2026-04-30"), "QX1", "QX2", "QX3", "QX4", "QX5")
WINTER = missing_list(("2025-10-01", "2025-12-31"), "QX8", "QX9", day="04/11/2025")


def file(content: bytes, name: str = "missing-2026-04-20.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.fixture(autouse=True)
def few_indicators(monkeypatch):
    """Two indicators are counted instead of all: these tests are about loads."""
    few = {key: one for key, one in INDICATORS.items() if one.table == "missing_episodes"}
    few = dict(list(few.items())[:2])
    assert few
    monkeypatch.setattr(jobs, "INDICATORS", few)
    return few


@pytest.fixture
def hand_in(cast, work):
    """A function by which the police's lead hands in files, which are read at once."""

    def hand_in(*uploads: SimpleUploadedFile, extracted_on: date | None = None, by=None) -> Load:
        by = by or cast.other_agency_lead
        load = commands.receive_load(by.agency, uploads=uploads, extracted_on=extracted_on, by=by)
        work()
        load.refresh_from_db()
        return load

    return hand_in


@pytest.fixture
def confirm(cast, work):
    """A function by which the analyst confirms a load, which is counted at once."""

    def confirm(load: Load) -> Load:
        commands.confirm_load(load, by=cast.analyst)
        work()
        load.refresh_from_db()
        return load

    return confirm


def current() -> LoadedSnapshot | None:
    return LoadedSnapshot.objects.current()


def counted_in_march(snapshot: LoadedSnapshot, few) -> float | None:
    key = next(key for key, one in few.items() if one.unit == "count")
    return Figure.objects.get(
        snapshot=snapshot, indicator=key, every="month", breakdown="", last_on=date(2026, 3, 31)
    ).numerator


# From a file to a figure.


def test_a_file_that_was_handed_in_is_read_and_waits_for_a_decision(cast, hand_in):
    load = hand_in(file(POLICE))
    assert load.state == "read"
    said = load.outcomes[0]
    assert (said.format, said.source.read, said.source.accepted) == ("missing-list", 3, 3)
    assert said.source.name == "missing-2026-04-20.csv"
    assert said.source.sha256 == StoredFile.objects.get().sha256
    assert current() is None
    assert not Figure.objects.exists()


def test_a_confirmed_load_is_counted_and_its_snapshot_becomes_current(cast, hand_in, confirm, few_indicators):
    load = confirm(hand_in(file(POLICE)))
    assert load.state == "confirmed"
    assert load.snapshot == current()
    assert load.decided_by == cast.analyst
    assert current().loaded_by == cast.analyst
    stored = set(Figure.objects.filter(snapshot=current()).values_list("indicator", flat=True))
    assert stored == set(few_indicators)
    events = StatusChange.objects.filter(subject_kind="dataset_load", subject_key=str(load.pk))
    assert list(events.values_list("event", flat=True)) == ["load-received", "load-read", "load-confirmed"]
    assert AuditEvent.objects.filter(action="dataset.confirm-load", actor=cast.analyst).exists()


def test_a_second_load_joins_the_first_and_the_earlier_snapshot_stays(hand_in, confirm):
    first = confirm(hand_in(file(POLICE)))
    second = confirm(hand_in(file(WINTER, "winter-2026-01-05.csv")))
    first.snapshot.refresh_from_db()
    assert first.snapshot.state == "superseded"
    assert current() == second.snapshot
    names = LoadedFile.objects.filter(snapshot=current()).values_list("name", flat=True)
    assert set(names) == {"missing-2026-04-20.csv", "winter-2026-01-05.csv"}
    assert Figure.objects.filter(snapshot=first.snapshot).exists()


def test_a_withdrawn_load_goes_and_the_figures_are_as_before_it_came(
    cast, hand_in, confirm, work, few_indicators
):
    first = confirm(hand_in(file(POLICE)))
    before = counted_in_march(first.snapshot, few_indicators)
    second = confirm(hand_in(file(LATER, "missing-2026-05-20.csv")))
    assert counted_in_march(second.snapshot, few_indicators) != before
    commands.withdraw_load(second, reason="Counted from a test system", by=cast.analyst)
    work()
    second.refresh_from_db()
    second.snapshot.refresh_from_db()
    assert (second.state, second.why) == ("withdrawn", "Counted from a test system")
    assert second.snapshot.state == "superseded"
    assert Figure.objects.filter(snapshot=second.snapshot).exists()
    assert current() == first.snapshot
    assert counted_in_march(current(), few_indicators) == before


def test_withdrawing_the_last_load_leaves_no_figures_and_says_so(cast, hand_in, confirm, work, signed_in):
    load = confirm(hand_in(file(POLICE)))
    page = text(signed_in(cast.analyst).get(f"/dataset/loads/{load.pk}/withdraw/"))
    assert "This is the only load of the dataset" in page
    commands.withdraw_load(load, reason="The wrong year", by=cast.analyst)
    work()
    load.snapshot.refresh_from_db()
    assert current() is None
    assert load.snapshot.state == "superseded"
    assert "No snapshot is loaded" in text(signed_in(cast.analyst).get("/dataset/"))


def test_what_the_command_line_loads_is_a_load_like_any_other(cast, dataset, load, hand_in, confirm, work):
    whole = Load.objects.get()
    assert (whole.state, whole.agency, whole.snapshot) == ("confirmed", None, dataset)
    joined = confirm(hand_in(file(POLICE)))
    assert LoadedFile.objects.filter(snapshot=joined.snapshot).count() == 6
    commands.withdraw_load(whole, reason="Only what agencies send", by=cast.analyst)
    work()
    assert LoadedFile.objects.filter(snapshot=current()).count() == 1


def test_a_folder_loaded_at_the_command_line_takes_the_place_of_everything(
    cast, invented, load, hand_in, confirm
):
    earlier = confirm(hand_in(file(POLICE)))
    snapshot = load(invented.snapshot.folder, System("the command line"))
    earlier.refresh_from_db()
    assert earlier.state == "withdrawn"
    assert f"{snapshot} took the place" in earlier.why
    assert Load.objects.confirmed().get().snapshot == snapshot
    load(invented.snapshot.folder, System("the command line"))
    assert Load.objects.confirmed().count() == 1


def test_a_discarded_load_never_counts(cast, hand_in):
    load = hand_in(file(POLICE))
    with pytest.raises(NotAllowed, match="reason"):
        commands.discard_load(load, reason=" ", by=cast.other_agency_lead)
    commands.discard_load(load, reason="The wrong export", by=cast.other_agency_lead)
    assert load.state == "discarded"
    with pytest.raises(NotAllowed, match="discarded"):
        commands.confirm_load(load, by=cast.analyst)
    assert current() is None


# Who may.


def test_an_agency_loads_for_itself_alone_and_decides_nothing(cast, hand_in):
    with pytest.raises(Refused):
        commands.receive_load(
            cast.agency_lead.agency, uploads=[file(POLICE)], extracted_on=None, by=cast.other_agency_lead
        )
    load = hand_in(file(POLICE))
    with pytest.raises(Refused):
        commands.confirm_load(load, by=cast.other_agency_lead)
    with pytest.raises(Refused):
        commands.discard_load(load, reason="Not ours", by=cast.agency_lead)
    assert list(Load.objects.visible_to(cast.other_agency_lead)) == [load]
    assert list(Load.objects.visible_to(cast.analyst)) == [load]
    for other in (cast.agency_lead, cast.member, cast.lay_member, cast.administrator, cast.stranger):
        assert not Load.objects.visible_to(other).exists()


# What is not taken.


def test_the_same_file_counts_once(cast, hand_in, confirm, signed_in):
    load = confirm(hand_in(file(POLICE)))
    with pytest.raises(NotTaken, match=rf"handed in already, as missing-2026-04-20.csv in load {load.pk}"):
        hand_in(file(POLICE, "again-2026-04-21.csv"))
    with pytest.raises(NotTaken, match="once more, byte for byte"):
        hand_in(file(WINTER, "a-2026-01-05.csv"), file(WINTER, "b-2026-01-05.csv"))
    assert Load.objects.count() == 1


def test_a_discarded_file_may_be_handed_in_again(cast, hand_in):
    commands.discard_load(hand_in(file(POLICE)), reason="Too early", by=cast.analyst)
    assert hand_in(file(POLICE)).state == "read"


def test_the_same_form_sent_twice_makes_one_load(cast, signed_in, work):
    client = signed_in(cast.other_agency_lead)
    token = str(uuid4())
    sent = [client.post("/dataset/loads/new/", {"uploads": file(POLICE), "token": token}) for _ in range(2)]
    assert (
        sent[0].headers["Location"]
        == sent[1].headers["Location"]
        == f"/dataset/loads/{Load.objects.get().pk}/"
    )
    assert DBTaskResult.objects.count() == 1


def test_a_load_confirmed_twice_is_counted_once(cast, hand_in, work):
    load = hand_in(file(POLICE))
    commands.confirm_load(load, by=cast.analyst)
    with pytest.raises(NotAllowed, match="to be confirmed"):
        commands.confirm_load(load, by=cast.board_manager)
    assert work() == 1
    jobs.settle_load(load.pk)
    jobs.read_load(load.pk)
    assert LoadedSnapshot.objects.count() == 1


def corrupt_workbook() -> bytes:
    made = BytesIO()
    with ZipFile(made, "w") as parts:
        parts.writestr("[Content_Types].xml", "<Types/>")
        parts.writestr("xl/workbook.xml", "no XML at all")
    return made.getvalue()


def zip_bomb() -> bytes:
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as parts:
        parts.writestr("[Content_Types].xml", "<Types/>")
        parts.writestr(
            "xl/workbook.xml",
            '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
            ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
            '<sheets><sheet name="List_1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        parts.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
            'worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        parts.writestr("xl/worksheets/sheet1.xml", b"<worksheet>" + b" " * (700 * 2**20))
    return made.getvalue()


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (corrupt_workbook, "annex-a-2026-04-20.xlsx"),
        (zip_bomb, "annex-a-2026-04-20.xlsx"),
        (lambda: b"SECRETNAME,b\n1,2\n", "rubbish-2026-04-20.csv"),
        (lambda: b"<html><body>1</body></html>", "census-2026-04-20.xml"),
    ],
    ids=["corrupt", "bomb", "unknown", "html"],
)
def test_a_bad_file_is_refused_in_one_sentence_and_nothing_of_it_is_kept(
    make, name, cast, hand_in, signed_in, settings
):
    load = hand_in(file(make(), name))
    assert load.state == "unreadable"
    assert load.part == ""
    (said,) = load.outcomes
    assert said.error.startswith(name)
    page = text(signed_in(cast.other_agency_lead).get(f"/dataset/loads/{load.pk}/"))
    assert said.error in page
    assert "Nothing of this load was kept but the files themselves" in page
    assert "SECRETNAME" not in page
    assert not list(Path(settings.WORKING).iterdir())
    assert not [path for path in Path(settings.SNAPSHOTS).rglob("*") if path.is_file()]
    assert len(list(Path(settings.FILES).iterdir())) == 1


def test_a_bad_file_does_not_hold_up_the_others(cast, hand_in, signed_in, confirm):
    load = hand_in(file(POLICE), file(b"a,b\n1,2\n", "rubbish-2026-04-20.csv"))
    assert load.state == "read"
    page = text(signed_in(cast.analyst).get(f"/dataset/loads/{load.pk}/"))
    assert "Files that were refused rubbish-2026-04-20.csv is no file that is known" in page
    assert confirm(load).state == "confirmed"


def test_what_cannot_be_counted_is_said_and_the_load_waits_as_before(cast, hand_in, confirm, signed_in):
    load = confirm(hand_in(file(missing_list(("2026-03-05", "2026-03-20"), "QX1"))))
    assert (load.state, load.asked) == ("read", "")
    page = text(signed_in(cast.analyst).get(f"/dataset/loads/{load.pk}/"))
    assert "What was asked was not done. No whole month ends by 2026-03-20" in page


def test_a_mistake_of_ours_stops_nothing_else_and_is_told(cast, hand_in, work, monkeypatch):
    load = hand_in(file(POLICE))
    commands.confirm_load(load, by=cast.analyst)
    with monkeypatch.context() as broken:
        broken.setattr(jobs, "months_of", lambda manifest: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            work()
    load.refresh_from_db()
    assert (load.state, load.asked) == ("read", "")
    assert "a mistake in Sightline" in load.trouble
    commands.confirm_load(load, by=cast.analyst)
    work()
    load.refresh_from_db()
    assert (load.state, load.trouble) == ("confirmed", "")


def test_a_file_deleted_before_it_was_read_is_told(cast, work):
    load = commands.receive_load(
        cast.agency_lead.agency, uploads=[file(POLICE)], extracted_on=None, by=cast.agency_lead
    )
    stored = StoredFile.objects.get()
    delete_file(stored, reason="Sent by mistake", by=cast.agency_lead)
    work()
    load.refresh_from_db()
    assert load.state == "unreadable"
    assert load.outcomes[0].error == "missing-2026-04-20.csv has been deleted"


# Two at once.


def test_a_load_that_came_in_meanwhile_is_counted_too(cast, hand_in, confirm, monkeypatch):
    """While one load is put together, another is confirmed: the first is put together again, with it."""
    first, second = hand_in(file(POLICE)), hand_in(file(WINTER, "winter-2026-01-05.csv"))
    real, counts = jobs.count, []

    def count_while_another_comes_in(*asked):
        counts.append(len(counts))
        if len(counts) == 1:
            confirm_meanwhile()
        return real(*asked)

    def confirm_meanwhile():
        commands.confirm_load(second, by=cast.analyst)
        jobs.settle_load(second.pk)

    monkeypatch.setattr(jobs, "count", count_while_another_comes_in)
    confirm(first)
    assert len(counts) == 3
    assert set(Load.objects.confirmed()) == {first, second}
    assert LoadedFile.objects.filter(snapshot=current()).count() == 2


# Pages.


def test_the_form_says_what_is_wrong_beside_the_field(cast, signed_in):
    client = signed_in(cast.analyst)
    page = client.post("/dataset/loads/new/", {})
    assert "<title>Error: Hand in files" in page.content.decode()
    assert "Choose at least one file" in text(page)
    assert "Choose the agency that the files come from" in text(page)
    undated = client.post(
        "/dataset/loads/new/", {"agency": cast.agency_lead.agency_id, "uploads": file(POLICE, "list.csv")}
    )
    assert "Enter the day on which list.csv was extracted: its name does not say it" in text(undated)
    ahead = timezone.localdate() + timedelta(days=1)
    given = {
        "extracted_on_day": ahead.day,
        "extracted_on_month": ahead.month,
        "extracted_on_year": ahead.year,
    }
    later = client.post("/dataset/loads/new/", {"uploads": file(POLICE), **given})
    assert "must be today or in the past" in text(later)
    lying = client.post(
        "/dataset/loads/new/",
        {"agency": cast.agency_lead.agency_id, "uploads": file(POLICE, "list-2026-04-20.xlsx")},
    )
    assert "list-2026-04-20.xlsx is a CSV file by its content, but its name ends in .xlsx" in text(lying)
    assert not Load.objects.exists()


def test_a_whole_load_in_the_pages(cast, signed_in, work, few_indicators):
    police, analyst = signed_in(cast.other_agency_lead), signed_in(cast.analyst)
    assert "For Addiscombe Vale police" in text(police.get("/dataset/loads/new/"))
    asked = {"uploads": [file(POLICE, "list.csv")], "extracted_on_day": "20"}
    asked |= {"extracted_on_month": "4", "extracted_on_year": "2026"}
    address = police.post("/dataset/loads/new/", asked).headers["Location"]
    waiting = police.get(address)
    assert "Waiting for its turn" in text(waiting)
    assert 'data-app-poll="2"' in waiting.content.decode()
    assert "Look again" in text(waiting)
    work()
    read = text(analyst.get(address))
    assert "list.csv" in read
    assert "as the form says" in read
    assert "Days that would be counted from these files" in read
    assert "Nothing: new days" in read
    assert f"Decide about load {address.split('/')[-2]} from Addiscombe Vale police" in text(analyst.get("/"))
    assert "analyst looks at them now" in text(police.get(address))
    assert analyst.post(f"{address}confirm/").headers["Location"] == address
    assert "To be confirmed" in text(analyst.get(address))
    work()
    done = text(analyst.get(address))
    assert "In the dataset" in done
    assert current().snapshot_id in done
    assert current().snapshot_id in text(analyst.get("/dataset/loads/"))
    refused = analyst.post(f"{address}withdraw/", {"reason": ""})
    assert "Enter why" in text(refused)
    analyst.post(f"{address}withdraw/", {"reason": "A test"})
    work()
    assert "Withdrawn" in text(police.get(address))


def test_a_load_says_which_days_it_takes_from_which_file(cast, hand_in, confirm, signed_in):
    confirm(hand_in(file(POLICE)))
    load = hand_in(file(LATER, "missing-2026-05-20.csv"))
    page = text(signed_in(cast.analyst).get(f"/dataset/loads/{load.pk}/"))
    assert "1 March 2026 31 March 2026 missing-2026-04-20.csv" in page
    assert "1 April 2026 30 April 2026 Nothing: new days" in page
    older = hand_in(file(missing_list(MARCH, "QX7"), "missing-2026-04-01.csv"))
    page = text(signed_in(cast.analyst).get(f"/dataset/loads/{older.pk}/"))
    assert "No figure would change: later files answer for every day that these cover" in page


def test_progress_moves_while_a_load_is_counted(cast, hand_in, work, monkeypatch, few_indicators):
    load = hand_in(file(POLICE))
    commands.confirm_load(load, by=cast.analyst)
    seen = []
    monkeypatch.setattr(jobs, "_EVERY", 0)
    real = jobs._notes

    def watched(load):
        note = real(load)

        def and_look(*said):
            note(*said)
            seen.append(tuple(Load.objects.values_list("doing", "done", "steps").get(pk=load.pk)))

        return and_look

    monkeypatch.setattr(jobs, "_notes", watched)
    work()
    assert seen == [
        ("Putting the loads together", 0, 1),
        ("Counting the indicators", 1, len(few_indicators)),
        ("Counting the indicators", 2, len(few_indicators)),
    ]


def test_after_a_minute_without_a_worker_the_page_says_whom_to_tell(cast, signed_in):
    load = commands.receive_load(
        cast.agency_lead.agency, uploads=[file(POLICE)], extracted_on=None, by=cast.agency_lead
    )
    client = signed_in(cast.agency_lead)
    assert "Nothing is working on this" not in text(client.get(f"/dataset/loads/{load.pk}/"))
    DBTaskResult.objects.update(enqueued_at=timezone.now() - timedelta(seconds=61))
    page = text(client.get(f"/dataset/loads/{load.pk}/"))
    assert "Nothing is working on this. Please tell the partnership's business unit" in page


def test_the_list_of_loads_says_when_it_is_empty(cast, signed_in):
    assert "Nothing has been handed in yet" in text(signed_in(cast.analyst).get("/dataset/loads/"))


def test_a_job_is_not_lost_when_its_worker_ends(cast, work):
    from sightline.core.jobs import put_back

    load = commands.receive_load(
        cast.agency_lead.agency, uploads=[file(POLICE)], extracted_on=None, by=cast.agency_lead
    )
    DBTaskResult.objects.get().claim("a worker that was killed")
    assert work() == 0
    assert put_back() == 1
    assert work() == 1
    load.refresh_from_db()
    assert load.state == "read"


def test_sheets_and_issues_are_told_with_their_cells(cast, hand_in, signed_in):
    bad = POLICE.replace(b"04/03/2026 22:10", b"31/02/2026 22:10", 1)
    load = hand_in(file(bad))
    page = text(signed_in(cast.other_agency_lead).get(f"/dataset/loads/{load.pk}/"))
    assert re.search(r"Row 3", page)
    assert "Expected:" in page
