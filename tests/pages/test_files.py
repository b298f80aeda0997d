"""Files that people hand in: what is taken, under which name, who may fetch them, and how they go."""

import os
import stat
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from sightline.core import files
from sightline.core.audit import System
from sightline.core.command import Refused
from sightline.core.commands import delete_file
from sightline.core.files import DATA, Kind, NotTaken, clean_name, open_file, store, sweep
from sightline.core.flow import NotAllowed
from sightline.core.models import AuditEvent, StoredFile
from tests.pages.test_dataset import text

BY = System("a test")
ROWS = b"a,b\n1,2\n"


def office(*names: str) -> bytes:
    made = BytesIO()
    with ZipFile(made, "w") as parts:
        for name in names:
            parts.writestr(name, "<x/>")
    return made.getvalue()


WORKBOOK = office("[Content_Types].xml", "xl/workbook.xml")
DOCUMENT = office("[Content_Types].xml", "word/document.xml")
OLD = bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 600
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 20


def taken(name: str, content: bytes, kinds=frozenset(Kind), agency=None) -> StoredFile:
    return store(SimpleUploadedFile(name, content), agency=agency, by=BY, kinds=kinds)


@pytest.fixture
def stored(cast) -> StoredFile:
    return taken("list.csv", ROWS, DATA, cast.agency_lead.agency)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.xlsx", WORKBOOK, Kind.XLSX),
        ("a.XLSM", WORKBOOK, Kind.XLSX),
        ("a.docx", DOCUMENT, Kind.DOCX),
        ("a.xls", OLD, Kind.XLS),
        ("a.csv", ROWS, Kind.CSV),
        ("a.csv", "Ruth's café,1\n".encode("cp1252"), Kind.CSV),
        ("a.xml", b"\xef\xbb\xbf<?xml version='1.0'?><Message/>", Kind.XML),
        ("a.xml", "\ufeff<Message/>".encode("utf-16-le"), Kind.XML),
        ("a.pdf", b"%PDF-1.7\n%\xe2\xe3\0", Kind.PDF),
        ("a.png", PNG, Kind.PNG),
        ("a.jpeg", b"\xff\xd8\xff\xe0\0", Kind.JPEG),
    ],
)
def test_a_file_is_what_its_content_says(name, content, kind):
    assert taken(name, content).content_type == kind.content_type


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv", WORKBOOK, "a.csv is an Excel workbook by its content, but its name ends in .csv"),
        ("a.xlsx", ROWS, "a.xlsx is a CSV file by its content, but its name ends in .xlsx: expected .csv"),
        ("a.csv", b"<html><script>1</script></html>", "a.csv is an XML file by its content"),
        ("a.xlsx", OLD, "has a password or is a workbook of the old kind"),
        ("a", ROWS, "its name has no ending"),
        ("a.pdf", b"%PDF-1.7", "a.pdf is a PDF; what is taken here is"),
        ("a.exe", b"MZ\x90\0\x03", "of no kind that is known, or is damaged: it holds NUL bytes"),
        ("a.csv", ROWS * 20000 + b"\0", "it holds NUL bytes"),
        ("a.xlsx", WORKBOOK[:-30], "a.xlsx is damaged"),
        ("a.xlsx", office("evil.exe"), "a.xlsx is damaged, or is no office document"),
        ("a.xlsx", b"PK" + b"x" * 50, "a.xlsx is damaged"),
        ("a.xlsb", office("xl/workbook.bin"), "save it as an Excel workbook"),
        ("a.csv", b"", "a.csv is empty: send it again"),
    ],
)
def test_a_file_that_lies_or_is_damaged_is_refused_in_words(name, content, told, settings):
    with pytest.raises(NotTaken) as refusal:
        taken(name, content, DATA)
    assert told in str(refusal.value)
    assert list(Path(settings.FILES).glob("*")) == []
    assert not StoredFile.objects.exists()


@pytest.mark.django_db
def test_a_file_that_is_too_large_is_refused(settings):
    settings.LARGEST_FILE = 2**20
    with pytest.raises(NotTaken, match="larger than 1 MB"):
        taken("a.csv", ROWS * 200_000)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.csv", "passwd.csv"),
        ("C:\\Users\\Bea\\list.csv", "list.csv"),
        ("list\r\nSet-Cookie: a.csv", "listSet-Cookie: a.csv"),
        ("annex\u202exslx.csv", "annexxslx.csv"),
        ("a\u200bb\x00c.csv", "abc.csv"),
        ("  .list.csv. ", "list.csv"),
        (f"{'x' * 400}.csv", f"{'x' * 200}.csv"),
    ],
)
def test_a_name_is_cleared_of_what_could_hide_in_it(given, kept):
    assert clean_name(given) == kept


@pytest.mark.parametrize("given", ["", "..", "/", "\u202e", " . "])
def test_a_file_without_a_name_is_refused(given):
    with pytest.raises(NotTaken, match="without a name"):
        clean_name(given)


def test_a_file_lies_under_a_random_name_for_our_eyes_alone(stored, settings):
    (path,) = Path(settings.FILES).iterdir()
    assert path.name == stored.id.hex
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with open_file(stored) as content:
        assert content.read() == ROWS
    assert (stored.size, len(stored.sha256)) == (len(ROWS), 64)


def test_a_file_is_fetched_as_an_attachment_that_nothing_keeps(cast, stored, signed_in):
    response = signed_in(cast.agency_lead).get(f"/files/{stored.pk}/")
    assert b"".join(response.streaming_content) == ROWS
    assert response.headers["Content-Disposition"] == 'attachment; filename="list.csv"'
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Type"] == "text/csv"
    event = AuditEvent.objects.get(action="export:file")
    assert (event.actor, event.detail) == (cast.agency_lead, {"pk": str(stored.pk)})


def test_a_file_of_another_agency_or_a_guessed_one_does_not_exist(cast, stored, signed_in):
    missing = signed_in(cast.analyst).get(f"/files/{uuid4()}/")
    assert missing.status_code == 404
    for address in (f"/files/{stored.pk}/", f"/files/{stored.pk}/delete/"):
        for other in (cast.other_agency_lead, cast.member, cast.administrator):
            assert signed_in(other).get(address).status_code == 404
        assert signed_in(cast.other_agency_lead).post(address, {"reason": "Mine"}).status_code == 404
    with pytest.raises(Refused):
        delete_file(stored, reason="Not mine", by=cast.other_agency_lead)


def test_a_file_is_deleted_for_a_reason_that_stays(
    cast, stored, signed_in, settings, django_capture_on_commit_callbacks
):
    client = signed_in(cast.agency_lead)
    assert "Enter why" in text(client.post(f"/files/{stored.pk}/delete/", {"reason": " "}))
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(f"/files/{stored.pk}/delete/", {"reason": "It names a child"})
    assert answer.headers["Location"] == f"/files/{stored.pk}/"
    assert list(Path(settings.FILES).iterdir()) == []
    gone = signed_in(cast.analyst).get(f"/files/{stored.pk}/")
    assert gone.status_code == 410
    page = gone.content.decode()
    for words in ("This file has been deleted", "It names a child", "Lee Care"):
        assert words in page
    assert signed_in(cast.other_agency_lead).get(f"/files/{stored.pk}/").status_code == 404
    stored.refresh_from_db()
    with pytest.raises(NotAllowed, match="deleted already"):
        delete_file(stored, reason="Again", by=cast.analyst)


def test_deleting_asks_for_a_reason(cast, stored):
    with pytest.raises(NotAllowed, match="without a reason"):
        delete_file(stored, reason="  ", by=cast.agency_lead)


@pytest.mark.django_db
def test_bytes_without_a_row_are_swept_away_after_a_day(cast, stored, settings):
    with pytest.raises(RuntimeError), transaction.atomic():  # noqa: PT012
        taken("left-over.csv", ROWS)
        raise RuntimeError("the process ended")
    assert len(list(Path(settings.FILES).iterdir())) == 2
    assert sweep() == 0
    for path in Path(settings.FILES).iterdir():
        os.utime(path, (0, 0))
    assert sweep() == 1
    with open_file(stored) as kept:
        assert kept.read() == ROWS
    assert sweep(timedelta(0)) == 0


def test_a_file_whose_bytes_are_missing_says_so(cast, stored, signed_in):
    files.remove(stored)
    gone = signed_in(cast.analyst).get(f"/files/{stored.pk}/")
    assert gone.status_code == 410
    assert "is missing from the place where files are kept" in gone.content.decode()
