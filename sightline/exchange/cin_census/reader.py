"""Reads a children in need census into facts, child by child, in flat memory."""

from __future__ import annotations

from sightline.exchange.cin_census.checks import check_child, check_identifiers
from sightline.exchange.cin_census.codes import FIRST_YEAR, LAST_YEAR, SETS
from sightline.exchange.cin_census.facts import TABLES, add_facts
from sightline.exchange.cin_census.header import SHEET, Header, header_of, settle
from sightline.exchange.cin_census.modules import SECRET, SHEETS, Modules
from sightline.exchange.fields import Fields, Place, codes_of_year
from sightline.exchange.reading import Context, Delivery, Reading, Rows, Unreadable
from sightline.exchange.xml_stream import Element, check_root, elements, local, xml_path
from sightline.facts.sources import FORMATS

FORMAT = "cin-census"


def read(delivery: Delivery, context: Context) -> Reading:
    """The facts, counts and issues of one census; Unreadable when the file as a whole cannot be used.

    The reference date of the header (31 March) decides the window, which no table outruns: it ends on the day
    the file was taken if that is earlier. A file of another authority is read, with a query: pseudonyms are
    made under the authority of `context`.
    """
    path = xml_path(delivery)
    check_root(path, delivery.name, "Message", "a children in need census")
    census: _Census | None = None
    for element in elements(path, delivery.name, (SHEET, "Child")):
        if local(element) == SHEET:
            if census is not None:
                raise Unreadable(f"{delivery.name} has a second Header, or one after its children")
            census = _Census(delivery.name, header_of(element), context)
        else:
            census = census or _Census(delivery.name, Header(None, {}), context)
            census.add(element)
    if census is None or not census.has_children:
        raise Unreadable(f"{delivery.name} holds no Child, so there is nothing to read: export it again")
    return census.reading()


class _Census:
    """One census while it is read."""

    def __init__(self, name: str, header: Header, context: Context) -> None:
        latest = max(context.extracted_on, header.taken_on or context.extracted_on)
        self._fields = Fields(SHEETS, SECRET, latest)
        self._coverage = settle(header, name, context, self._fields)
        year = min(max(self._coverage.year, FIRST_YEAR), LAST_YEAR)
        if year != self._coverage.year:
            expected = f"a census of {FIRST_YEAR} to {LAST_YEAR}; the codes of {year} are used"
            at = Place(SHEET, header.line)
            self._fields.query("year-not-known", at, "ReferenceDate", self._coverage.year, expected)
        self._modules = Modules(self._fields, codes_of_year(SETS, year), context.pseudonyms)
        self._rows = {table: Rows(table) for table in TABLES}
        self._lines: dict[tuple[str, str], int] = {}
        self.has_children = False

    def add(self, element: Element) -> None:
        self.has_children = True
        found = self._modules.person(element)
        if found is None:
            return
        person, identifiers = found
        check_identifiers(identifiers, person.line, self._lines, self._fields)
        check_child(person, self._coverage.window, self._fields)
        add_facts(person, self._coverage.window, self._rows)

    def reading(self) -> Reading:
        coverage = self._coverage
        return Reading(
            format=FORMAT,
            supplier=FORMATS[FORMAT].supplier,
            extracted_on=coverage.extracted_on,
            extracted_from=coverage.extracted_from,
            windows=dict.fromkeys(TABLES, coverage.window),
            sheets=self._fields.sheets,
            issues=self._fields.findings.issues,
            issue_counts=self._fields.findings.counts,
            tables={table: rows.as_arrow() for table, rows in self._rows.items() if len(rows)},
        )
