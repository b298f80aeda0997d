"""The children of an SSDA903 return: from Header and UASC, or the other tables where Header is silent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sightline.exchange.fields import Codes, Fields, Place
from sightline.exchange.identifiers import upn_fault
from sightline.exchange.reading import Child, Context
from sightline.exchange.ssda903.layout import SEX_OF_CODE
from sightline.exchange.ssda903.records import Record


@dataclass(frozen=True, slots=True)
class Person:
    """A child, and until which day it is an unaccompanied asylum seeker.

    `uasc_until` is unknown (None) without a UASC table or with a date there that cannot be read, the first
    day of the calendar for a child who never was one, and the last while no end is recorded.
    """

    child: Child
    uasc_until: date | None

    def on(self, day: date) -> dict[str, object]:
        """The child's columns of a row about an event on `day`."""
        is_uasc = None if self.uasc_until is None else day < self.uasc_until
        return self.child.on(day) | {"is_uasc": is_uasc}


class People:
    """Who the rows are about. A row without a usable identifier is refused on the way."""

    def __init__(self, fields: Fields, codes: Mapping[str, Codes], context: Context) -> None:
        self._fields = fields
        self._codes = codes
        self._context = context
        self._people: dict[str, Person] = {}
        self._lines: dict[str, int | None] = {}
        self._upns: dict[str, int | None] = {}

    def __getitem__(self, identifier: str) -> Person:
        return self._people[identifier]

    def identified(self, records: Sequence[Record]) -> Iterator[tuple[str, Record]]:
        """The rows that say who they are about, each with the child's local identifier."""
        for record in records:
            identifier = self._fields.identifier(record.at, "CHILD", record.values.get("CHILD"))
            if identifier is not None:
                yield identifier, record

    def add(self, tables: Mapping[str, list[tuple[str, Record]]]) -> None:
        """Learn who the children are from the rows of all tables."""
        for identifier, record in tables.get("Header", ()):
            self._add_header(identifier, record)
        for table, rows in tables.items():
            for identifier, record in rows:
                self._complete(identifier, record, "Header" in tables and table != "Header")
        has_uasc = "UASC" in tables
        for identifier, person in self._people.items():
            self._people[identifier] = replace(person, uasc_until=date.min if has_uasc else None)
        for identifier, record in tables.get("UASC", ()):
            self._add_uasc(identifier, record)

    def _add_header(self, identifier: str, record: Record) -> None:
        at, fields = record.at, self._fields
        first = self._lines.setdefault(identifier, at.row)
        if first != at.row:
            expected = f"another child than that of row {first}, whose values are used"
            fields.query("id-duplicate", at, "CHILD", identifier, expected)
            return
        upn = record.values.get("UPN")
        fault = upn_fault(upn) if upn and len(upn) > 3 else None
        if fault is not None:
            fields.query(fault.rule, at, "UPN", upn, fault.expected)
        if upn and len(upn) > 3 and (first := self._upns.setdefault(upn, at.row)) != at.row:
            fields.query("id-duplicate", at, "UPN", upn, f"another UPN than that of row {first}")
        ethnic = self._codes["ETHNIC"]
        child = Child(
            self._context.pseudonyms.of(identifier),
            fields.day(at, "DOB", record.values.get("DOB")),
            self._sex(at, record.values.get("SEX")),
            fields.code(at, "ETHNIC", record.values.get("ETHNIC"), ethnic, "required"),
        )
        fields.filled("Header", child, {"DOB": "born", "SEX": "sex", "ETHNIC": "ethnicity"})
        self._people[identifier] = Person(child, None)

    def _complete(self, identifier: str, record: Record, has_header: bool) -> None:
        """Fill in what Header does not say from another table, and query what contradicts it."""
        known = self._people.get(identifier)
        if known is None:
            if has_header:
                expected = "a child of the table Header; sex and ethnicity are unknown"
                self._fields.query("child-not-in-header", record.at, "CHILD", identifier, expected)
            known = Person(Child(self._context.pseudonyms.of(identifier), None), None)
            self._people[identifier] = known
        text = record.values.get("DOB")
        if record.at.sheet == "Header" or text is None:
            return
        born = self._fields.day(record.at, "DOB", text)
        if known.child.born is None and born is not None:
            self._people[identifier] = replace(known, child=replace(known.child, born=born))
        elif born not in (None, known.child.born):
            expected = "the date of birth that the child has elsewhere in the return, which is used"
            self._fields.query("birth-differs", record.at, "DOB", text, expected)

    def _add_uasc(self, identifier: str, record: Record) -> None:
        text = record.values.get("DUC")
        until = self._fields.day(record.at, "DUC", text, planned=True) if text else date.max
        person = self._people[identifier]
        sex = person.child.sex or self._sex(record.at, record.values.get("SEX"))
        self._people[identifier] = Person(replace(person.child, sex=sex), until)

    def _sex(self, at: Place, text: str | None) -> str | None:
        sex = self._fields.code(at, "SEX", text, self._codes["SEX"], "required")
        return None if sex is None else SEX_OF_CODE.get(sex, sex)
