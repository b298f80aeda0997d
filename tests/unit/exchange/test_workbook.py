"""Workbooks that a stranger sent: good ones are read, bad ones are refused in one sentence and at once."""

from __future__ import annotations

import io
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
import xlwt

from sightline.exchange.reading import Unreadable
from sightline.exchange.workbook import open_workbook

SHEET = "xl/worksheets/sheet1.xml"


def xlsx(path: Path, *cells: tuple[int, int, object]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("List 1")
        for row, column, value in cells:
            sheet.write(row, column, value)
    return path


def xls(path: Path, *cells: tuple[int, int, object]) -> Path:
    book = xlwt.Workbook()
    sheet = book.add_sheet("List 1")
    for row, column, value in cells:
        sheet.write(row, column, value)
    book.save(str(path))
    return path


def rezipped(path: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """The same archive with each part changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, change(name, content))
    return path


def refusal(path: Path) -> str:
    with pytest.raises(Unreadable) as caught:
        open_workbook(path, path.name)
    sentence = str(caught.value)
    assert sentence.startswith(path.name)
    assert "\n" not in sentence
    return sentence


@pytest.mark.parametrize(("make", "name"), [(xlsx, "good.xlsx"), (xls, "good.xls"), (xlsx, "misnamed.xls")])
def test_a_good_workbook_is_read_from_its_first_cell(
    tmp_path: Path, make: Callable[..., Path], name: str
) -> None:
    path = make(tmp_path / name, (2, 1, "kept"), (3, 0, 7))
    book = open_workbook(path, name)
    assert book.sheets == ("List 1",)
    assert list(map(list, book.rows("List 1"))) == [["", ""], ["", ""], ["", "kept"], [7.0, ""]]


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty.xlsx").write_bytes(b"")
    assert "empty" in refusal(tmp_path / "empty.xlsx")


@pytest.mark.parametrize(
    "content", [b"child,sex\n1,M\n", b"%PDF-1.7", b"\x00" * 100, b"PK\x05\x06" + b"\0" * 18]
)
def test_a_file_of_another_kind(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "notes.xlsx").write_bytes(content)
    assert "not an Excel workbook" in refusal(tmp_path / "notes.xlsx")


def test_an_archive_that_is_no_workbook(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "letter.docx", "w") as archive:
        archive.writestr("word/document.xml", "<document/>")
    assert "not an Excel workbook" in refusal(tmp_path / "letter.docx")


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.95])
@pytest.mark.parametrize(("make", "name"), [(xlsx, "short.xlsx"), (xls, "short.xls")])
def test_a_file_cut_short(tmp_path: Path, make: Callable[..., Path], name: str, share: float) -> None:
    path = make(tmp_path / name, *((row, 0, f"value {row}") for row in range(3000)))
    content = path.read_bytes()
    path.write_bytes(content[: max(40, int(len(content) * share))])
    assert "damaged" in refusal(path)


def test_a_workbook_with_a_password_in_an_ole_container(tmp_path: Path) -> None:
    path = tmp_path / "secret.xlsx"
    path.write_bytes(_container({"EncryptionInfo": b"\0" * 200, "EncryptedPackage": b"\0" * 5000}))
    assert "password" in refusal(path)


def test_an_old_workbook_with_a_password(tmp_path: Path) -> None:
    records = struct.pack("<HH", 0x0809, 16) + b"\0" * 16 + struct.pack("<HH", 0x002F, 6) + b"\0" * 6
    path = tmp_path / "secret.xls"
    path.write_bytes(_container({"Workbook": records + b"\0" * 5000}))
    assert "password" in refusal(path)


def test_an_encrypted_archive(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "secret.xlsx", (0, 0, "x"))
    content = bytearray(path.read_bytes())
    at = content.find(b"PK\x01\x02")
    while at != -1:
        content[at + 8] |= 1
        at = content.find(b"PK\x01\x02", at + 4)
    path.write_bytes(bytes(content))
    assert "encrypted" in refusal(path)


@pytest.mark.parametrize("honest", [True, False])
def test_a_megabyte_that_unpacks_to_400(tmp_path: Path, honest: bool) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open(SHEET, "w") as part:
            for _ in range(400 if honest else 20):
                part.write(b" " * 1_000_000)
    if not honest:
        content = bytearray(path.read_bytes())
        at = content.rfind(b"PK\x01\x02")
        content[at + 24 : at + 28] = struct.pack("<I", 1000)
        path.write_bytes(bytes(content))
    assert path.stat().st_size < 2_000_000
    began = time.monotonic()
    tracemalloc.start()
    sentence = refusal(path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "200 MB" in sentence if honest else "damaged" in sentence
    assert time.monotonic() - began < 10
    assert most < 50_000_000


@pytest.mark.parametrize(
    ("make", "name", "row", "column"),
    [
        (xlsx, "far.xlsx", 1_048_575, 16_383),
        (xlsx, "wide.xlsx", 0, 16_383),
        (xlsx, "long.xlsx", 300_000, 0),
        (xlsx, "large.xlsx", 150_000, 150),
        (xls, "far.xls", 65_535, 255),
        (xls, "large.xls", 60_000, 150),
    ],
)
def test_one_cell_far_away(
    tmp_path: Path, make: Callable[..., Path], name: str, row: int, column: int
) -> None:
    sentence = refusal(make(tmp_path / name, (0, 0, "here"), (row, column, "there")))
    assert "has a sheet" in sentence
    assert "delete" in sentence


def test_a_dimension_that_lies_either_way(tmp_path: Path) -> None:
    def shrink(name: str, content: bytes) -> bytes:
        return content.replace(b'<dimension ref="A1:XFD1048576"/>', b'<dimension ref="A1"/>')

    def swell(name: str, content: bytes) -> bytes:
        return content.replace(b'<dimension ref="A1:B2"/>', b'<dimension ref="A1:XFD1048576"/>')

    far = rezipped(xlsx(tmp_path / "far.xlsx", (0, 0, "x"), (1_048_575, 16_383, "x")), shrink)
    assert "has a sheet" in refusal(far)
    near = rezipped(xlsx(tmp_path / "near.xlsx", (0, 0, "x"), (1, 1, "y")), swell)
    assert [list(row) for row in open_workbook(near, "near").rows("List 1")] == [["x", ""], ["", "y"]]


def test_a_far_cell_is_found_where_two_pieces_meet(tmp_path: Path) -> None:
    for before in range((1 << 20) - 20, (1 << 20), 5):
        path = tmp_path / "seam.xlsx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/workbook.xml", "<workbook/>")
            archive.writestr(SHEET, b" " * before + b'<c r="XFD1048576"/>')
        assert "has a sheet" in refusal(path)


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "[Content_Types].xml"])
def test_a_document_type_is_forbidden(tmp_path: Path, part: str) -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]>'

    def define(name: str, content: bytes) -> bytes:
        return content.replace(b"?>", b"?>" + bomb, 1) if name == part else content

    assert "XML definitions" in refusal(rezipped(xlsx(tmp_path / "dtd.xlsx", (0, 0, "x")), define))


def test_an_encoding_that_would_hide_what_is_looked_for(tmp_path: Path) -> None:
    def widen(name: str, content: bytes) -> bytes:
        return content.decode().encode("utf-16") if name == SHEET else content

    path = rezipped(xlsx(tmp_path / "wide.xlsx", (0, 0, "x")), widen)
    assert "encoding" in refusal(path)


def test_damaged_xml_ends_in_a_sentence_too(tmp_path: Path) -> None:
    def spoil(name: str, content: bytes) -> bytes:
        return content[: content.index(b"<v>")] if name == SHEET else content

    path = rezipped(xlsx(tmp_path / "spoilt.xlsx", (0, 0, "x")), spoil)
    with pytest.raises(Unreadable, match="damaged"):
        open_workbook(path, "spoilt.xlsx").rows("List 1")


def _container(streams: dict[str, bytes]) -> bytes:
    """A compound file with these streams, each of 4096 bytes or more or padded to that."""
    sectors: list[bytes] = []
    chain: list[int] = []
    entries = [_entry("Root Entry", 5, 0xFFFFFFFE, 0)]
    for title, content in streams.items():
        padded = content.ljust(4096, b"\0")
        pieces = [padded[at : at + 512].ljust(512, b"\0") for at in range(0, len(padded), 512)]
        first = len(sectors)
        sectors += pieces
        chain += [*range(first + 1, first + len(pieces)), 0xFFFFFFFE]
        entries.append(_entry(title, 2, first, len(padded)))
    directory = b"".join(entries).ljust(512, b"\0")
    sectors.append(directory)
    chain += [0xFFFFFFFE, 0xFFFFFFFD]
    table = struct.pack("<128I", *chain, *[0xFFFFFFFF] * (128 - len(chain)))
    sectors.append(table)
    header = io.BytesIO()
    header.write(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(24, b"\0"))
    header.write(struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6).ljust(20, b"\0"))
    header.write(struct.pack("<IIIIIIII", 1, len(sectors) - 2, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0))
    header.write(struct.pack("<109I", len(sectors) - 1, *[0xFFFFFFFF] * 108))
    return header.getvalue() + b"".join(sectors)


def _entry(title: str, kind: int, first: int, size: int) -> bytes:
    name = (title + "\0").encode("utf-16-le")
    return (
        name.ljust(64, b"\0")
        + struct.pack("<HBB", len(name), kind, 1)
        + struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
        + b"\0" * 36
        + struct.pack("<IQ", first, size)
    )
