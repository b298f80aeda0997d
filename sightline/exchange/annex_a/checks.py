"""Checks of a row against itself, of rows against each other, and of one list against another.

None of them changes a value but one: a day of birth that an event contradicts beyond doubt is left unknown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from sightline.exchange.annex_a.cells import Row
from sightline.exchange.annex_a.columns import AnnexList
from sightline.exchange.annex_a.facts import PREBIRTH
from sightline.exchange.reading import Findings
from sightline.facts.manifest import Severity, Window

_FIRST_EVENT = {
    1: "contact",
    2: "start",
    3: "referral",
    4: "start",
    5: "enquiry",
    6: "start",
    7: "start",
    8: "entered",
    10: "entered",
}
_SAME_EVERYWHERE = ("sex", "ethnicity", "born")


class _Is(Enum):
    GIVEN = "given"
    BLANK = "blank"


_CONTRADICTIONS: Mapping[int, tuple[tuple[str, object, str, object, str], ...]] = {
    5: (
        ("plan", True, "conference", _Is.BLANK, "the date of the conference that led to the plan"),
        ("unnecessary", True, "conference", _Is.GIVEN, "no conference, since it was deemed unnecessary"),
    ),
    6: (
        ("end", _Is.BLANK, "status", "closed", "a closure date, or another status"),
        ("end", _Is.GIVEN, "reason", _Is.BLANK, "a reason for closure, since there is a closure date"),
        ("reason", _Is.GIVEN, "end", _Is.BLANK, "a closure date, since there is a reason for closure"),
        *(
            ("end", _Is.GIVEN, "status", status, "the status of a closed episode, or no closure date")
            for status in ("looked-after", "protection-plan", "need-plan", "open-assessment")
        ),
    ),
    8: (
        ("ceased", _Is.GIVEN, "ceased_reason", _Is.BLANK, "a reason, since there is a date of ceasing"),
        ("ceased_reason", _Is.GIVEN, "ceased", _Is.BLANK, "a date of ceasing, since there is a reason"),
        ("offered", False, "accepted", True, "no acceptance of an interview that was not offered"),
    ),
    10: (
        ("reversed", _Is.GIVEN, "reversed_reason", _Is.BLANK, "a reason, since the decision was reversed"),
        ("reversed_reason", _Is.GIVEN, "reversed", _Is.BLANK, "a date, since there is a reason"),
    ),
}
"""For each list: a column, its value, another column and the value that it then cannot have, and why."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The accepted rows of one list."""

    annex_list: AnnexList
    window: Window
    rows: Sequence[Row]


class Checks:
    """Runs the checks of one delivery."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings

    def row(self, annex_list: AnnexList, window: Window, row: Row) -> Row:
        """Check a row against itself; returns it, without its day of birth where that cannot be right."""
        for earlier, later in annex_list.order:
            first, second = row.day(earlier), row.day(later)
            if first is not None and second is not None and first > second:
                expected = f"a date not before {annex_list.field(earlier).title}, {first:%d/%m/%Y}"
                self._query("dates-out-of-order", annex_list, row, later, f"{second:%d/%m/%Y}", expected)
        self._in_window(annex_list, window, row)
        for key, value, other, wrong, expected in _CONTRADICTIONS.get(annex_list.number, ()):
            if _holds(row.values.get(key), value) and _holds(row.values.get(other), wrong):
                self._query("answers-contradict", annex_list, row, other, row.values.get(other), expected)
        return self._birth(annex_list, row)

    def _in_window(self, annex_list: AnnexList, window: Window, row: Row) -> None:
        """Ended, or happened, before the first day that the list looks back to."""
        if annex_list.event is None or annex_list.months == 12:
            return
        key = annex_list.ends or annex_list.event
        day = row.day(key)
        if day is not None and day < window.first:
            expected = f"a date from {window.first:%d/%m/%Y}, as far as the list looks back"
            self._query("outside-window", annex_list, row, key, f"{day:%d/%m/%Y}", expected)

    def _birth(self, annex_list: AnnexList, row: Row) -> Row:
        born = row.day("born")
        key = _FIRST_EVENT.get(annex_list.number)
        event = row.day(key) if key else None
        if born is None or event is None or key is None or event >= born:
            return row
        if event < born - PREBIRTH:
            self._note(
                "event-long-before-birth",
                Severity.UNKNOWN,
                annex_list,
                row,
                "born",
                str(born),
                f"a day of birth that {annex_list.field(key).title} allows",
            )
            return replace(row, values={**row.values, "born": None, "age": None})
        expected = "a date not before the birth, unless it concerns an unborn child"
        self._query("event-before-birth", annex_list, row, key, f"{event:%d/%m/%Y}", expected)
        return row

    def across(self, lists: Mapping[int, Kept]) -> None:
        """Check the rows of each list against each other, and the lists against one another."""
        for kept in lists.values():
            self._repeated(kept)
        self._same_child(lists)
        self._counters(lists)
        self._statuses(lists)

    def _repeated(self, kept: Kept) -> None:
        annex_list = kept.annex_list
        rows: dict[tuple[object, ...], int] = {}
        subjects: dict[object, int] = {}
        for row in kept.rows:
            whole, subject = tuple(row.values.values()), row.values[annex_list.identifier]
            before = rows.setdefault(whole, row.number)
            once = subjects.setdefault(subject, row.number)
            if before != row.number:
                expected = f"each row once: in all that is read it says the same as row {before}"
                self._query("row-repeated", annex_list, row, annex_list.identifier, subject, expected)
            elif annex_list.one_row_a_child and once != row.number:
                expected = f"one row only: row {once} has the same identifier"
                self._query("child-repeated", annex_list, row, annex_list.identifier, subject, expected)

    def _same_child(self, lists: Mapping[int, Kept]) -> None:
        known: dict[tuple[object, str], tuple[object, str]] = {}
        for kept in lists.values():
            if kept.annex_list.identifier != "child":
                continue
            for row in kept.rows:
                for key in _SAME_EVERYWHERE:
                    value = row.values.get(key)
                    if value is None:
                        continue
                    place = f"{kept.annex_list.name}, row {row.number}"
                    first, where = known.setdefault((row.values["child"], key), (value, place))
                    if first != value:
                        expected = f"the same as in {where}, about the same child"
                        self._query("child-differs", kept.annex_list, row, key, value, expected)

    def _counters(self, lists: Mapping[int, Kept]) -> None:
        """The counters of lists 3 and 5 are no lower than the earlier rows of the child in the same list."""
        for number, event, counter in ((3, "referral", "referrals"), (5, "enquiry", "enquiries")):
            if number not in lists:
                continue
            by_child: dict[object, list[Row]] = defaultdict(list)
            for row in lists[number].rows:
                by_child[row.values["child"]].append(row)
            for rows in by_child.values():
                days = {row.day(event) for row in rows}
                latest = max(rows, key=lambda row: row.day(event) or date.min)
                counted = latest.values.get(counter)
                if isinstance(counted, int) and counted < len(days) - 1:
                    expected = f"at least {len(days) - 1}: so many earlier ones of this child are in the list"
                    self._query(
                        "counter-too-low", lists[number].annex_list, latest, counter, counted, expected
                    )

    def _statuses(self, lists: Mapping[int, Kept]) -> None:
        """List 6 holds every child of lists 7 and 8, and its status must agree with them."""
        if 6 not in lists:
            return
        need = lists[6]
        in_need = {row.values["child"] for row in need.rows}
        for number, status in ((7, "protection-plan"), (8, "looked-after")):
            if number not in lists:
                continue
            other = lists[number]
            open_rows = [row for row in other.rows if row.day(other.annex_list.ends or "") is None]
            for row in open_rows:
                if row.values["child"] not in in_need:
                    expected = "a row of the same child in List 6, which holds every child in need"
                    self._query(
                        "missing-from-list-6", other.annex_list, row, "child", row.values["child"], expected
                    )
            held = {row.values["child"] for row in open_rows}
            for row in need.rows:
                if row.values.get("status") == status and row.values["child"] not in held:
                    expected = f"an open row of the same child in {other.annex_list.name}"
                    self._query("status-contradicts-list", need.annex_list, row, "status", status, expected)

    def _query(
        self, rule: str, annex_list: AnnexList, row: Row, key: str, value: object, expected: str
    ) -> None:
        self._note(rule, Severity.QUERY, annex_list, row, key, value, expected)

    def _note(
        self,
        rule: str,
        severity: Severity,
        annex_list: AnnexList,
        row: Row,
        key: str,
        value: object,
        expected: str,
    ) -> None:
        title = annex_list.field(key).title
        self._findings.note(rule, severity, annex_list.name, row.number, title, value, expected)


def _holds(value: object, wanted: object) -> bool:
    if wanted is _Is.GIVEN:
        return value is not None
    if wanted is _Is.BLANK:
        return value is None
    return value == wanted and type(value) is type(wanted)
