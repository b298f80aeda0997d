"""The files that people hand in: taken, named, told by their content, kept and opened.

A file lies under a random name in `settings.FILES`, outside whatever the web server shows, for this user's
eyes alone. Its type is what its bytes say; a name that says something else is refused. Nothing is unpacked
here: reading a file is the work of a limited child process (`sightline.exchange.sandbox`).
"""

from __future__ import annotations

import hashlib
import os
import re
import struct
import time
import unicodedata
from collections.abc import Collection
from datetime import timedelta
from enum import Enum
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from uuid import UUID, uuid4
from zipfile import BadZipFile, ZipFile

from django.conf import settings
from django.core.files.base import File

from sightline.core.audit import Actor, person
from sightline.core.models import Agency, StoredFile

_START = 65536
_DIRECTORY = 2**20
"""The largest list of contents of a zip file that is looked at: Excel's are a few kilobytes."""
_SHOWN_NAME = 200


class Kind(Enum):
    """What a file is: its name in words, its media type, the endings that its name may have."""

    XLSX = (
        "an Excel workbook",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        (".xlsx", ".xlsm"),
    )
    XLS = ("an Excel workbook of the old kind", "application/vnd.ms-excel", (".xls",))
    CSV = ("a CSV file", "text/csv", (".csv",))
    XML = ("an XML file", "application/xml", (".xml",))
    PDF = ("a PDF", "application/pdf", (".pdf",))
    DOCX = (
        "a Word document",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        (".docx",),
    )
    PNG = ("a PNG picture", "image/png", (".png",))
    JPEG = ("a JPEG picture", "image/jpeg", (".jpg", ".jpeg"))

    @property
    def words(self) -> str:
        """What people call it."""
        return str(self.value[0])

    @property
    def content_type(self) -> str:
        """Its media type."""
        return str(self.value[1])

    @property
    def endings(self) -> tuple[str, ...]:
        """The endings that the name of such a file may have."""
        return tuple(self.value[2])


DATA = frozenset({Kind.XLSX, Kind.XLS, Kind.CSV, Kind.XML})
"""The kinds in which agencies send data."""


class NotTaken(Exception):
    """The file is not kept; the message is a sentence for whoever sent it."""


class Gone(Exception):
    """The bytes of a file are no longer kept."""


def store(upload: File[bytes], *, agency: Agency | None, by: Actor, kinds: Collection[Kind]) -> StoredFile:
    """Keep a file that somebody handed in. Called inside a command, whose transaction keeps the row.

    The bytes are on the disk before the row is written; where the transaction fails they are left over, and
    `sweep` removes them. Raises `NotTaken` for a file that is empty, too large, of no kind in `kinds`, or not
    what its name says.
    """
    name = clean_name(upload.name or "")
    size = upload.size or 0
    if not size:
        raise NotTaken(f"{name} is empty: send it again")
    if size > settings.LARGEST_FILE:
        most = settings.LARGEST_FILE // 2**20
        raise NotTaken(f"{name} is larger than {most} MB, the most that is taken: send it in parts")
    identity = uuid4()
    path = _path(identity)
    try:
        digest, size = _write(upload, path, name)
        with path.open("rb") as file:
            kind = kind_of(name, file)
        _agree(name, kind, kinds)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return StoredFile.objects.create(
        id=identity,
        name=name,
        content_type=kind.content_type,
        size=size,
        sha256=digest,
        agency=agency,
        stored_by=person(by),
    )


def open_file(stored: StoredFile) -> BinaryIO:
    """The bytes of a file, from their beginning. Raises `Gone` where they are no longer kept."""
    try:
        return path_of(stored).open("rb")
    except FileNotFoundError:
        raise Gone(f"{stored.name} is no longer kept") from None


def path_of(stored: StoredFile) -> Path:
    """Where the bytes of a file lie. Raises `Gone` for a deleted one."""
    if stored.deleted_at is not None:
        raise Gone(f"{stored.name} has been deleted")
    return _path(stored.id)


def remove(stored: StoredFile) -> None:
    """Remove the bytes of a file, for good."""
    _path(stored.id).unlink(missing_ok=True)


def sweep(older_than: timedelta = timedelta(days=1)) -> int:
    """Remove bytes that no row knows, left by a process that was ended; gives how many files.

    Those of the last day stay: their row may be about to come.
    """
    last = time.time() - older_than.total_seconds()
    known = set(StoredFile.objects.filter(deleted_at=None).values_list("pk", flat=True))
    removed = 0
    for path in _folder().iterdir():
        is_old = path.stat().st_mtime < last
        if is_old and _identity(path) not in known:
            path.unlink()
            removed += 1
    return removed


def clean_name(name: str) -> str:
    """A file's name without its folders and without what could hide or turn its letters.

    Control and formatting characters go, among them those that turn the direction of writing. Raises
    `NotTaken` when nothing is left.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(char if unicodedata.category(char)[0] != "C" else "" for char in last)
    shown = " ".join(shown.split()).strip(". ")
    if not shown:
        raise NotTaken("A file was sent without a name: give it one and send it again")
    stem, dot, ending = shown.rpartition(".")
    return f"{stem[:_SHOWN_NAME]}{dot}{ending[:20]}" if stem else shown[:_SHOWN_NAME]


def kind_of(name: str, file: BinaryIO) -> Kind:
    """What a file is, by its content. Raises `NotTaken` for what is of no kind, or damaged."""
    start = file.read(_START)
    if start.startswith(b"PK"):
        return _zip_kind(name, file)
    if start.startswith(bytes.fromhex("D0CF11E0A1B11AE1")):
        return Kind.XLS
    if start.startswith(b"%PDF-"):
        return Kind.PDF
    if start.startswith(b"\x89PNG\r\n\x1a\n") and start[12:16] == b"IHDR":
        return Kind.PNG
    if start.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    return _text_kind(name, start, file)


def _text_kind(name: str, start: bytes, file: BinaryIO) -> Kind:
    if start.startswith((b"\xff\xfe<", b"\xfe\xff\0<")):
        return Kind.XML
    rest = start
    while rest:
        if b"\0" in rest:
            raise NotTaken(f"{name} is of no kind that is known, or is damaged: it holds NUL bytes")
        rest = file.read(_START)
    return Kind.XML if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else Kind.CSV


def _zip_kind(name: str, file: BinaryIO) -> Kind:
    """Which office document a zip file is, by the names of its parts; nothing is unpacked."""
    damaged = f"{name} is damaged, or is no office document: open it, save it again and send that"
    try:
        parts = set(ZipFile(_directory(file)).namelist())
    except (BadZipFile, ValueError, struct.error, NotImplementedError):
        raise NotTaken(damaged) from None
    for part, kind in (("xl/workbook.xml", Kind.XLSX), ("word/document.xml", Kind.DOCX)):
        if part in parts:
            return kind
    if "xl/workbook.bin" in parts:
        raise NotTaken(f"{name} is a binary Excel workbook: save it as an Excel workbook (.xlsx)")
    raise NotTaken(damaged)


def _directory(file: BinaryIO) -> BytesIO:
    """The list of contents alone, as a zip file without content. Raises `ValueError` for one that is none.

    A hostile list may be as large as the file: one of more than a megabyte is no office document's.
    """
    end = file.seek(0, os.SEEK_END)
    file.seek(max(0, end - 22 - 65535))
    tail = file.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0:
        raise ValueError("no list of contents")
    size, offset = struct.unpack("<II", tail[at + 12 : at + 20])
    if size > _DIRECTORY or offset + size > end:
        raise ValueError("no list of contents of an office document")
    file.seek(offset)
    listed = file.read(size)
    return BytesIO(listed + tail[at : at + 16] + struct.pack("<I", 0) + b"\0\0")


def _agree(name: str, kind: Kind, kinds: Collection[Kind]) -> None:
    """The name says what the content is, and that is what is taken here."""
    ending = Path(name).suffix.lower()
    if kind in kinds and ending in kind.endings:
        return
    accepted = " or ".join(sorted(ending for one in kinds for ending in one.endings))
    if kind not in kinds:
        raise NotTaken(f"{name} is {kind.words}; what is taken here is {accepted}")
    if kind is Kind.XLS and ending in Kind.XLSX.endings:
        raise NotTaken(
            f"{name} has a password or is a workbook of the old kind: take it off, or save it as .xlsx"
        )
    told = f"its name ends in {ending}" if ending else "its name has no ending"
    raise NotTaken(f"{name} is {kind.words} by its content, but {told}: expected {' or '.join(kind.endings)}")


def _write(upload: File[bytes], path: Path, name: str) -> tuple[str, int]:
    """Write the bytes, to the disk itself; gives their SHA-256 and how many they are."""
    digest, size = hashlib.sha256(), 0
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for chunk in upload.chunks():
            size += len(chunk)
            if size > settings.LARGEST_FILE:
                raise NotTaken(f"{name} is larger than it said: send it again")
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return digest.hexdigest(), size


def _folder() -> Path:
    folder = Path(settings.FILES)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _path(identity: UUID) -> Path:
    return _folder() / identity.hex


def _identity(path: Path) -> UUID | None:
    try:
        return UUID(path.name)
    except ValueError:
        return None
