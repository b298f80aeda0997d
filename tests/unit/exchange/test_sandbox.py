"""A file from outside may be anything: it ends in one sentence, in time, in little memory."""

import json
import os
import resource
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa
import pytest

from sightline.exchange.build import FileOutcome, build
from sightline.exchange.reading import Delivery, Unreadable
from sightline.exchange.recognise import recognise
from sightline.exchange.sandbox import Job, Limits, _environment, _reading, read_in_sandbox
from sightline.exchange.worker import READERS

KEY = b"k" * 32
TAKEN = date(2026, 4, 20)
OLE = bytes.fromhex("D0CF11E0A1B11AE1")
MISSING = (
    "Local child ID,Police reference,Date of birth,Sex,Ethnicity,Disabled,Unaccompanied asylum seeker,"
    "Locality,Reported missing at,Found at,Missing or away,Missing from,Risk,Responsible authority,"
    "Return interview offered,Return interview accepted,Return interview held at"
)
COVERS = "Covers,2025-04-01,2026-03-31,Supplied by,POL"


def has_reader(key: str) -> bool:
    try:
        return find_spec(READERS[key]) is not None
    except ModuleNotFoundError:
        return False


def job(path: Path, source_format: str = "missing-list") -> Job:
    return Job(Delivery(source_format, path.name, (path,)), "306", TAKEN, KEY)


def sheet(cells: str, dimension: str = "A1:C3", name: str = "List 1") -> dict[str, str]:
    """The parts of the smallest workbook that has one sheet with these rows."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    book = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{book}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{book}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="r1" Type="{kind}/officeDocument"'
        ' Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{kind}"><sheets>'
        f'<sheet name="{name}" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}"><Relationship Id="r1"'
        f' Type="{kind}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><dimension ref="{dimension}"/>'
        f"<sheetData>{cells}</sheetData></worksheet>",
    }


def packed(path: Path, parts: dict[str, str]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name, text)


def far_cell(path: Path) -> None:
    cell = '<row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row>'
    packed(path, sheet(cell, "A1:XFD1048576"))


def unpacks_to_400_mb(path: Path) -> None:
    parts = sheet("")
    head, tail = parts.pop("xl/worksheets/sheet1.xml").split("</sheetData>")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name, text)
        with file.open("xl/worksheets/sheet1.xml", "w") as part:
            part.write(head.encode())
            row = b'<row><c t="n"><v>1</v></c><c t="n"><v>2</v></c></row>' * 20000
            for _ in range(400 * 2**20 // len(row)):
                part.write(row)
            part.write(b"</sheetData>" + tail.encode())


def zip_of_zips(path: Path) -> None:
    packed(path, dict.fromkeys([f"{n}.zip" for n in range(50)], "0" * 4_000_000))


def encrypted_entries(path: Path) -> None:
    packed(path, sheet(""))
    data = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = data.find(mark)
        while start >= 0:
            data[start + place] |= 1
            start = data.find(mark, start + 4)
    path.write_bytes(data)


def truncated(path: Path) -> None:
    packed(path, sheet("<row><c><v>1</v></c></row>" * 5000))
    path.write_bytes(path.read_bytes()[:600])


def entities(path: Path) -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    path.write_text(
        f'<?xml version="1.0"?><!DOCTYPE Message [<!ENTITY e0 "ha">{levels}]><Message>&e11;</Message>'
    )


def deep(path: Path) -> None:
    path.write_text("<Message><Children><Child>" + "<a>" * 200_000)


def text(content: str, encoding: str = "utf-8") -> Callable[[Path], None]:
    return lambda path: path.write_bytes(content.encode(encoding)) and None


ANYTIME: dict[str, Callable[[Path], object]] = {
    "empty.csv": text(""),
    "blank.csv": text(" \n\n"),
    "report.csv": text("%PDF-1.7 ..."),
    "other.csv": text("a,b,c\n1,2,3\n"),
    "utf-16.csv": text(f"{COVERS}\n{MISSING}\n", "utf-16"),
    "nul.csv": text(f"{COVERS}\n{MISSING}\nC1,\0\n"),
    "nul-later.csv": text(f"{COVERS}\n{MISSING}\n" + "C1\n" * 40000 + "\0"),
    "no-text.csv": lambda path: path.write_bytes(b"\x81\x8d\x8f\x90\x9d" * 50),
    "no-coverage.csv": text(f"{MISSING}\nC1\n"),
    "long-cell.csv": text(f'{COVERS}\n{MISSING}\n"' + "x" * 5_000_000),
    "entities.xml": entities,
    "external.xml": text('<!DOCTYPE m SYSTEM "file:///etc/passwd"><Message>&x;</Message>'),
    "other.xml": text("<School><Pupil/></School>"),
    "no-root.xml": text("<?xml version='1.0'?>"),
}
WORKBOOKS: dict[str, Callable[[Path], object]] = {
    "far-cell.xlsx": far_cell,
    "unpacks.xlsx": unpacks_to_400_mb,
    "zips.xlsx": zip_of_zips,
    "encrypted.xlsx": encrypted_entries,
    "encrypted.xls": lambda path: path.write_bytes(
        OLE + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le") * 40
    ),
    "truncated.xlsx": truncated,
    "no-lists.xlsx": lambda path: packed(path, sheet("<row><c><v>1</v></c></row>", name="Sheet1")),
}
CENSUSES: dict[str, Callable[[Path], object]] = {
    "deep.xml": deep,
    "cut.xml": text("<Message><Header><CollectionDetails><Collection>CIN</Coll"),
    "utf-7.xml": text('<?xml version="1.0" encoding="rhubarb"?><Message><Children/></Message>'),
}


def built_apart(path: Path, out: Path) -> tuple[bool, list[FileOutcome], float, float]:
    """Whether a snapshot was made, what was said, and the seconds and greatest megabytes that it took."""
    begun = time.perf_counter()
    snapshot, outcomes = build([path], "306", TAKEN, out, KEY)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return snapshot is not None, outcomes, time.perf_counter() - begun, peak


@pytest.fixture(scope="module")
def slim() -> Iterator[ProcessPoolExecutor]:
    """A process of its own to build from: a child is said to have used what its parent held, at the least."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield pool


def ends_in_one_sentence(
    slim: ProcessPoolExecutor, tmp_path: Path, name: str, make: Callable[[Path], object]
) -> None:
    path = tmp_path / "in" / name
    path.parent.mkdir()
    make(path)
    out = tmp_path / "out"
    is_made, (outcome,), seconds, peak = slim.submit(built_apart, path, out).result()
    print(f"{name}: {seconds:.2f} s, children so far at most {peak:.0f} MB: {outcome.error}")
    assert not is_made
    assert outcome.error.startswith(name)
    assert "\n" not in outcome.error
    assert len(outcome.error) < 400
    assert "mistake in its reader" not in outcome.error
    assert seconds < 10
    assert peak < 512
    assert not out.exists()


@pytest.mark.parametrize("name", ANYTIME)
def test_a_bad_file_ends_in_one_sentence(slim: ProcessPoolExecutor, tmp_path: Path, name: str) -> None:
    ends_in_one_sentence(slim, tmp_path, name, ANYTIME[name])


@pytest.mark.skipif(not has_reader("annex-a"), reason="the workbook reader is not here")
@pytest.mark.parametrize("name", WORKBOOKS)
def test_a_bad_workbook_ends_in_one_sentence(slim: ProcessPoolExecutor, tmp_path: Path, name: str) -> None:
    ends_in_one_sentence(slim, tmp_path, name, WORKBOOKS[name])


@pytest.mark.skipif(not has_reader("cin-census"), reason="the census reader is not here")
@pytest.mark.parametrize("name", CENSUSES)
def test_a_bad_census_ends_in_one_sentence(slim: ProcessPoolExecutor, tmp_path: Path, name: str) -> None:
    ends_in_one_sentence(slim, tmp_path, name, CENSUSES[name])


def good(path: Path, rows: int = 1) -> Path:
    lines = [f"C{n},,01/02/2010,F,WBRI,no,no,,04/06/2025 22:10,,,,,,,," for n in range(rows)]
    path.write_text("\n".join([COVERS, MISSING, *lines]))
    return path


def test_a_good_file_is_read_in_the_child_as_in_the_parent(tmp_path: Path) -> None:
    reading = read_in_sandbox(job(good(tmp_path / "list.csv", 50)))
    assert reading.tables["missing_episodes"].num_rows == 50
    assert (reading.supplier, reading.sheets[0].read) == ("POL", 50)


def test_a_file_that_needs_too_much_memory_is_refused(tmp_path: Path) -> None:
    path = good(tmp_path / "list.csv", 200_000)
    with pytest.raises(Unreadable, match="needs more than 130 MB of memory"):
        read_in_sandbox(job(path), Limits(130 * 2**20, 60, 2**30))


def test_a_file_that_takes_too_long_is_refused_and_its_reader_ended(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    os.mkfifo(path)
    begun = time.perf_counter()
    with pytest.raises(Unreadable, match="could not be read within 1 seconds"):
        read_in_sandbox(job(path), Limits(2**29, 1, 2**29))
    assert time.perf_counter() - begun < 3


def test_a_mistake_of_ours_is_told_by_its_place_and_not_by_the_files_content(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.mkdir()
    with pytest.raises(
        Unreadable, match=r"mistake in its reader \(IsADirectoryError at template_reader.py:\d+\)"
    ):
        read_in_sandbox(job(path))


def test_a_file_is_given_memory_and_time_by_its_size() -> None:
    assert Limits.for_size(1000) == Limits(512 * 2**20, 9, 512 * 2**20)
    large = Limits.for_size(200 * 2**20)
    assert (large.memory, large.seconds) == (1600 * 2**20, 100)


def test_the_child_knows_nothing_of_the_parents_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    given = _environment(tmp_path)
    assert "secret" not in str(given)
    assert set(given).isdisjoint({"DATABASE_URL", "SIGHTLINE_KEY_FILE", "PATH"})
    assert KEY.hex() not in " ".join(given.values())


def test_nothing_of_the_child_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temp"))
    (tmp_path / "temp").mkdir()
    read_in_sandbox(job(good(tmp_path / "list.csv")))
    with pytest.raises(Unreadable):
        read_in_sandbox(job(tmp_path / "temp"))
    assert list((tmp_path / "temp").iterdir()) == []


def test_what_the_child_hands_back_is_not_believed(tmp_path: Path) -> None:
    """A child that was taken over might write anything: other columns, or columns that a list cannot know."""
    delivery = Delivery("missing-list", "list.csv", ())
    for forged in ({}, {"source": {}, "tables": []}, {"source": 1, "tables": ["../../etc/passwd"]}):
        with pytest.raises(Unreadable, match="no reading"):
            _reading(delivery, tmp_path, forged)
    reading = read_in_sandbox(job(good(tmp_path / "good.csv")))
    table = reading.tables["missing_episodes"]
    told = {
        "name": "", "sha256": "", "format": "missing-list", "supplier": "POL", "extracted_on": "2026-04-20",
        "extracted_from": "the command", "windows": {}, "sheets": [], "issues": [], "issue_counts": [],
    }  # fmt: skip
    for wrong in (table.append_column("name", pa.array(["Jane"])), table.slice(0, 0).drop_columns(["age"])):
        with (
            pa.OSFile(str(tmp_path / "missing_episodes.arrow"), "wb") as file,
            pa.ipc.new_file(file, wrong.schema) as out,
        ):
            out.write_table(wrong)
        with pytest.raises(Unreadable, match="no reading"):
            _reading(delivery, tmp_path, {"source": told, "tables": ["missing_episodes"]})
    (tmp_path / "missing_episodes.arrow").write_bytes(b"ARROW1\0\0rubbish")
    with pytest.raises(Unreadable, match="no reading"):
        _reading(delivery, tmp_path, json.loads(json.dumps({"source": told, "tables": ["missing_episodes"]})))


def test_the_files_of_one_return_are_read_together(tmp_path: Path) -> None:
    folder = tmp_path / "ssda903-2026-04-20"
    folder.mkdir()
    for year in ("2024", "2025"):
        (folder / f"{year}-header.csv").write_text("\ufeffCHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n")
        (folder / f"{year}-episodes.csv").write_text("CHILD,DECOM,RNE,LS,CIN\n")
    found, refused = recognise(sorted(folder.iterdir()))
    assert [(item.delivery.format, item.delivery.name) for item in found] == [
        ("ssda903", "ssda903-2026-04-20 2024 (2 files)"),
        ("ssda903", "ssda903-2026-04-20 2025 (2 files)"),
    ]
    assert {item.extracted_on for item in found} == {TAKEN}
    assert refused == []
    (folder / "2025-episodes (1).csv").write_text("CHILD,DECOM,RNE,LS,CIN\n")
    found, refused = recognise(sorted(folder.iterdir()))
    assert len(found) == 1
    assert "holds the table 'episodes' more than once" in refused[0].sentence


def test_a_date_in_the_name_is_the_day_of_extraction_only_when_there_is_one(tmp_path: Path) -> None:
    for name, taken in (
        ("missing-2026-04-01.csv", date(2026, 4, 1)),
        ("missing-2025-04-01-to-2026-03-31.csv", None),
        ("missing-2026-13-01.csv", None),
        ("missing.csv", None),
    ):
        (found,), _ = recognise([good(tmp_path / name)])
        assert found.extracted_on == taken, name
    (tmp_path / "2026-02-03").mkdir()
    (found,), _ = recognise([good(tmp_path / "2026-02-03" / "missing.csv")])
    assert found.extracted_on == date(2026, 2, 3)
