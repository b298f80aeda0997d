"""Finding the lists in a workbook: which sheet holds which, where its header is, which column is which."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from sightline.exchange.annex_a.columns import LISTS, AnnexList
from sightline.exchange.codes import CodeSet
from sightline.exchange.reading import Findings
from sightline.exchange.values import tidy
from sightline.exchange.workbook import Workbook
from sightline.facts.manifest import Severity, shape_of

HEADER_WITHIN = 20
"""Rows, from the top, among which a header is looked for: banners and titles stand above it."""

_TEMPLATE = frozenset({"front_sheet", "faq_and_changes", "guidance", "codes_used"})
"""The sheets with which Ofsted's own template begins; they hold no list."""
_COMMON = frozenset("child sex ethnicity born age disabled team worker adviser family uasc".split())
_NUMBERED = re.compile(r"list[\s_.:-]*0*(\d{1,2})(?!\d)", re.IGNORECASE)
_NUMBER_OF = re.compile(r"\bno\.? of\b", re.IGNORECASE)
_LEADING = re.compile(r"\s*0*(\d{1,2})[\s_.:-]+\D")


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header of a list is: its row (from 0) and the place of each column found."""

    row: int
    places: Mapping[str, int]
    contested: frozenset[str] = frozenset()
    """Columns for which two or more headings were found, none of them exact: none is used."""

    def distinctive(self) -> int:
        return len(self.places.keys() - _COMMON)


@dataclass(frozen=True, slots=True)
class Found:
    """One sheet that holds a list; `header` is None when the sheet's name says so and no header is there."""

    annex_list: AnnexList
    header: Header | None
    rows: Sequence[Sequence[object]]


def find_lists(workbook: Workbook, findings: Findings) -> Iterator[Found]:
    """The sheets that hold a list, in the workbook's order; the others are reported once each."""
    for position, sheet in enumerate(workbook.sheets, 1):
        rows = workbook.rows(sheet)
        found = _recognise(sheet, rows, findings)
        if found is not None:
            yield found
        elif sheet.lower().strip() not in _TEMPLATE and any(
            tidy(value) is not None for row in rows for value in row
        ):
            findings.note(
                "sheet-not-a-list",
                Severity.QUERY,
                f"sheet {position}",
                None,
                "",
                shape_of(sheet),
                "a list of Annex A, known by its sheet's name (List 1 to List 11) or by its header",
            )


def _recognise(sheet: str, rows: Sequence[Sequence[object]], findings: Findings) -> Found | None:
    named = _named(sheet)
    own = _header(named, rows) if named else None
    if named is not None and own is not None and own.distinctive() and named.identifier in own.places:
        return Found(named, own, rows)
    headers = {annex_list.number: _header(annex_list, rows) for annex_list in LISTS}
    by_header = _by_header(headers)
    if by_header is not None:
        if named is not None:
            _note_other_name(by_header, named, findings)
        return Found(by_header, headers[by_header.number], rows)
    return None if named is None else Found(named, own, rows)


def _note_other_name(by_header: AnnexList, named: AnnexList, findings: Findings) -> None:
    findings.note(
        "sheet-name-contradicts-header",
        Severity.QUERY,
        by_header.name,
        None,
        "",
        named.name,
        f"the sheet to be called {by_header.name}, because its header is that of {by_header.name}",
    )


def _named(sheet: str) -> AnnexList | None:
    """The list that a sheet's name says it is: "List 3", "List_4", "list5", "3 Referrals", "Referrals"."""
    numbered = _NUMBERED.search(sheet) or _LEADING.match(sheet)
    if numbered:
        return next((known for known in LISTS if known.number == int(numbered.group(1))), None)
    key = _sheet_names().match(sheet).code
    return next((known for known in LISTS if key == str(known.number)), None)


def _by_header(headers: Mapping[int, Header | None]) -> AnnexList | None:
    """The one list of which at least half the columns that no other list has stand in a header."""
    scored: list[tuple[float, AnnexList]] = []
    for annex_list in LISTS:
        header = headers[annex_list.number]
        if header is not None and annex_list.identifier in header.places:
            own = {field.key for field in annex_list.fields} - _COMMON - {annex_list.identifier}
            scored.append((len(header.places.keys() & own) / len(own), annex_list))
    scored.sort(key=lambda item: item[0], reverse=True)
    if not scored or scored[0][0] < 0.5 or (len(scored) > 1 and scored[0][0] == scored[1][0]):
        return None
    return scored[0][1]


def _header(annex_list: AnnexList, rows: Sequence[Sequence[object]]) -> Header | None:
    """The row among the first that names most of the list's columns, and at least two."""
    best: Header | None = None
    for number, row in enumerate(rows[:HEADER_WITHIN]):
        header = _places(annex_list, number, row)
        if len(header.places) >= 2 and (best is None or len(header.places) > len(best.places)):
            best = header
    return best


def _places(annex_list: AnnexList, number: int, row: Sequence[object]) -> Header:
    """Which cell of a row heads which column: exact headings first, then those that hold a column's words."""
    exact, loose = _headings(annex_list.number)
    texts = {
        place: text for place, value in enumerate(row) if isinstance(value, str) and (text := _heading(value))
    }
    matches = {place: exact.match(text).code for place, text in texts.items()}
    places, contested = _unique(matches)
    left = {
        place: loose.match(text).code
        for place, text in texts.items()
        if matches[place] is None and len(text) < 200
    }
    left = {place: key for place, key in left.items() if key not in places and key not in contested}
    more, quarrel = _unique(left)
    return Header(number, places | more, contested | quarrel)


def _heading(value: str) -> str | None:
    text = tidy(value)
    return None if text is None else _NUMBER_OF.sub("number of", text)


def _unique(matches: Mapping[int, str | None]) -> tuple[dict[str, int], frozenset[str]]:
    """The columns with one heading, and those with several."""
    found: dict[str, list[int]] = {}
    for place, key in matches.items():
        if key is not None:
            found.setdefault(key, []).append(place)
    single = {key: places[0] for key, places in found.items() if len(places) == 1}
    return single, frozenset(found.keys() - single.keys())


@cache
def _headings(number: int) -> tuple[CodeSet, CodeSet]:
    """The headings of a list as a code set, exact and loose."""
    fields = next(known for known in LISTS if known.number == number).fields
    phrases = {field.key: (field.title, *field.names) for field in fields}
    return (
        CodeSet("column", phrases, written=False),
        CodeSet("column", phrases, written=False, loose=True),
    )


@cache
def _sheet_names() -> CodeSet:
    return CodeSet("list", {str(known.number): known.names for known in LISTS}, written=False)


def unknown_headings(found: Found) -> Iterator[tuple[str, str]]:
    """The headed columns of a list that are none of its own: the column's letters, and the heading's shape.

    A heading may be anything, even somebody's name, so it is never repeated as it stands.
    """
    if found.header is None:
        return
    known = set(found.header.places.values())
    for place, value in enumerate(found.rows[found.header.row]):
        text = tidy(value)
        if text is not None and place not in known:
            yield letters_of(place), shape_of(text)


def letters_of(place: int) -> str:
    """The letters of a spreadsheet's column, counted from 0: A, B, ... Z, AA.

    >>> letters_of(0), letters_of(27)
    ('A', 'AB')
    """
    letters = ""
    number = place + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
