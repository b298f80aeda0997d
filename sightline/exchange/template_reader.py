"""Reading a CSV template: every row accepted or refused, every cell understood or left unknown and reported.

A private fostering list has a row a visit; its arrangements and the intervals between visits (notice to first
visit, each visit to the next, and the one still open) are made here.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sightline.exchange.reading import Child, Context, Delivery, Findings, Reading, Rows, Unreadable
from sightline.exchange.template_rules import ABOUT_CHILD, EVENT, FUTURE, IDENTITY, KEYS, ORDERS, PSEUDONYMS
from sightline.exchange.template_values import LONDON, read_value
from sightline.exchange.templates import TEMPLATES, Field, Template, coverage_of, title_key
from sightline.exchange.text import text_of
from sightline.exchange.values import tidy
from sightline.facts.manifest import Severity, Sheet, Window, shape_of
from sightline.facts.sources import FORMATS

Values = dict[str, object]
_SECRET = frozenset({"", "Date of birth"})
"""Columns of which not even an understood value is told; a value not understood is told by its shape alone,
because a name that slipped into another column would not be understood there."""


def read(delivery: Delivery, context: Context) -> Reading:
    """Read one filled-in template; Unreadable when its first two lines are not as the template has them."""
    template = TEMPLATES[delivery.format]
    name = delivery.name
    text, encoding = text_of(name, delivery.paths[0].read_bytes())
    lines = _lines(name, text)
    _, first = next(lines, (0, []))
    window, supplier = coverage_of(name, template, first)
    number, header = next(lines, (0, []))
    reader = _Reader(template, context, window, Findings(_SECRET))
    if encoding != "utf-8":
        reader.note("encoding", Severity.QUERY, None, "", encoding, "a file saved as 'CSV UTF-8'")
    columns = reader.columns(name, number, header)
    for number, cells in lines:
        reader.row(number, cells, columns)
    return reader.reading(supplier)


def _lines(name: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, with their line numbers."""
    rows = csv.reader(io.StringIO(text, newline=""))
    try:
        for cells in rows:
            if any(cell.strip() for cell in cells):
                yield rows.line_num, cells
    except csv.Error:
        raise Unreadable(
            f"{name} breaks off being a table at line {rows.line_num}: a cell there never ends; look for a"
            " stray quotation mark"
        ) from None


@dataclass(slots=True)
class _Reader:
    template: Template
    context: Context
    window: Window
    findings: Findings
    read: int = 0
    refused: int = 0
    filled: Counter[str] = field(default_factory=Counter)
    tables: dict[str, Rows] = field(init=False)
    seen: set[tuple[object, ...]] = field(default_factory=set)
    arrangements: dict[tuple[object, ...], list[tuple[int, Values]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tables = {table: Rows(table) for table in FORMATS[self.template.key].supplies}

    def note(
        self, rule: str, severity: Severity, row: int | None, column: str, value: object, expected: str
    ) -> None:
        self.findings.note(rule, severity, self.template.key, row, column, value, expected)

    def columns(self, name: str, number: int, header: Sequence[str]) -> list[Field | None]:
        """The template's column at each place of the header (None: not ours, reported once)."""
        by_key = {title_key(column.title): column for column in self.template.columns}
        found = [by_key.get(title_key(title)) for title in header]
        held = [column for column in found if column is not None]
        if missing := [column.title for column in self.template.columns if column not in held]:
            raise Unreadable(
                f"{name} lacks on line {number or 2}: {', '.join(missing)};"
                f" see 'sightline templates show {self.template.key}'"
            )
        titles = Counter(column.title for column in held)
        if twice := [title for title, count in titles.items() if count > 1]:
            raise Unreadable(f"{name} has the column {twice[0]} twice: keep one of them")
        for title, column in zip(header, found, strict=True):
            if column is None and title.strip():
                self.note("column-unknown", Severity.QUERY, number, "", title, "a column of the template")
        return found

    def row(self, number: int, cells: Sequence[str], columns: Sequence[Field | None]) -> None:
        """Read one row: either it is accepted whole or it is refused, and both are counted."""
        self.read += 1
        values = self._values(number, cells, columns)
        if values is None or not self._stands(number, values):
            self.refused += 1
            return
        self._check(number, values)
        self.filled.update(
            column.title for column in self.template.columns if values.get(column.key) is not None
        )
        if self.template.key == "private-fostering":
            key = (values["child_id"], values["notified_on"])
            self.arrangements.setdefault(key, []).append((number, values))
        else:
            self._add(number, values)

    def _values(self, number: int, cells: Sequence[str], columns: Sequence[Field | None]) -> Values | None:
        """The row's values by column key, unknown ones left out; None when it has to be refused."""
        if any(cell.strip() for cell in cells[len(columns) :]):
            told = f"{len(cells)} cells"
            self.note("row-too-long", Severity.REFUSED, number, "", told, "no more cells than columns")
            return None
        values: Values = {}
        for column, cell in zip(columns, cells, strict=False):
            text = tidy(cell)
            if column is None or text is None:
                continue
            try:
                values[column.key], mended = read_value(column, text, self.context)
            except ValueError as error:
                vital = column.required or column.vital
                severity = Severity.REFUSED if vital else Severity.UNKNOWN
                self.note("value-not-understood", severity, number, column.title, shape_of(text), str(error))
                if vital:
                    return None
                continue
            if mended:
                told = shape_of(text)
                self.note("value-mended", Severity.CORRECTED, number, column.title, told, mended)
        return values

    def _stands(self, number: int, values: Values) -> bool:
        """Whether the row has what it cannot do without: what is required, an id, and a possible date."""
        for column in self.template.columns:
            if column.required and column.key not in values:
                self.note("required-missing", Severity.REFUSED, number, column.title, "", str(column.kind))
                return False
        identity = IDENTITY.get(self.template.key, ())
        if identity and not any(known.key in values for known in identity):
            titles = " or ".join(self._title(known.key) for known in identity)
            self.note("id-missing", Severity.REFUSED, number, self._title(identity[0].key), "", titles)
            return False
        event = EVENT[self.template.key]
        for column in self.template.columns:
            needed = (column.required and column.key not in FUTURE) or (
                event.bound and column.key == event.key
            )
            if needed and (day := _day(values.get(column.key))) and day > self.context.extracted_on:
                told = f"a day up to the extraction ({self.context.extracted_on})"
                self.note("event-after-extraction", Severity.REFUSED, number, column.title, day, told)
                return False
        return True

    def _check(self, number: int, values: Values) -> None:
        """Report what does not fit together; a value that would flatter a figure becomes unknown."""
        for order in ORDERS.get(self.template.key, ()):
            first, then = _day_or_time(values, order.first), _day_or_time(values, order.then)
            if first is not None and then is not None and _before(then, first):
                title = self._title(order.then)
                told = f"not before '{self._title(order.first)}'"
                self.note("dates-out-of-order", order.severity, number, title, _day(then), told)
                if order.severity is Severity.UNKNOWN:
                    del values[order.then]
        self._check_future(number, values)
        self._check_birth(number, values)
        self._check_window(number, values)
        self._check_twice(number, values)

    def _check_future(self, number: int, values: Values) -> None:
        for column in self.template.columns:
            day = _day(values.get(column.key))
            if day is None or column.key in FUTURE or day <= self.context.extracted_on:
                continue
            told = f"a day up to the extraction ({self.context.extracted_on})"
            self.note("date-after-extraction", Severity.UNKNOWN, number, column.title, day, told)
            del values[column.key]

    def _check_birth(self, number: int, values: Values) -> None:
        born, day = values.get("born_on"), _day(values[EVENT[self.template.key].key])
        if not isinstance(born, date) or day is None:
            return
        if born > day:
            self.note(
                "birth-after-event", Severity.UNKNOWN, number, "Date of birth", born, "a day before the event"
            )
            del values["born_on"]
        elif (day.year - born.year - ((day.month, day.day) < (born.month, born.day))) >= 18:
            told = "a child under 18 on the day of the event"
            self.note("not-a-child", Severity.QUERY, number, "Date of birth", born, told)

    def _check_window(self, number: int, values: Values) -> None:
        event = EVENT[self.template.key]
        begun, ended = _day(values[event.key]), _day(values.get(event.ends)) if event.ends else None
        inside = begun is not None and self.window.holds(begun)
        goes_on = event.ends and begun is not None and begun < self.window.first
        if inside or (goes_on and (ended is None or ended >= self.window.first)):
            return
        told = f"a day of the period covered ({self.window.first} to {self.window.last})"
        self.note("outside-period", Severity.QUERY, number, self._title(event.key), begun, told)

    def _check_twice(self, number: int, values: Values) -> None:
        names = KEYS[self.template.key]
        if values.get(names[0]) is None:
            return
        key = tuple(values.get(name) for name in names)
        if key in self.seen:
            titles = ", ".join(self._title(name) for name in names)
            self.note("row-twice", Severity.QUERY, number, "", "", f"one row for the same {titles}")
        self.seen.add(key)

    def _title(self, key: str) -> str:
        return next(column.title for column in self.template.columns if column.key == key)

    def _pseudonym(self, values: Values) -> str:
        """Of the council's own id where there is one, so that lists join; else of the sender's reference."""
        known = next(known for known in IDENTITY[self.template.key] if known.key in values)
        return self.context.pseudonyms.of(str(values[known.key]), known.kind)

    def _child(self, values: Values) -> Child:
        about = {name: values.get(name) for name in ABOUT_CHILD}
        return Child(self._pseudonym(values), about.pop("born_on"), **about)  # type: ignore[arg-type]

    def _add(self, number: int, values: Values) -> None:
        key = self.template.key
        if key == "missing-list":
            self._add_missing(number, values)
        elif key == "child-deaths":
            names = ("died_on", "notified_on", "reviewed_on", "is_expected", "category", "is_modifiable")
            about = self._child(values).on(_day(values["died_on"]))
            self._put("child_deaths", number, {**about, **_only(values, names)})
        else:
            (table,) = self.tables
            named = {"age_band": "0-17", "sex": "all", "ethnic_group": "all", "locality": "all"}
            row = {**(named if key == "population" else {}), **values}
            for name in PSEUDONYMS.keys() & row.keys():
                row[name] = self.context.pseudonyms.of(str(row[name]), PSEUDONYMS[name])
            self._put(table, number, row)

    def _add_missing(self, number: int, values: Values) -> None:
        about = self._child(values)
        shared = _only(values, ("missing_from", "responsible_authority"))
        episode = {
            **about.on(_day(values["reported_at"])),
            **shared,
            "miss_missing_episode_start_date": values["reported_at"],
            "miss_missing_episode_end_date": values.get("found_at"),
            "miss_missing_episode_type": values.get("kind"),
            "risk": values.get("risk"),
        }
        self._put("missing_episodes", number, episode)
        if found := values.get("found_at"):
            interview = {
                **about.on(_day(found)),
                **shared,
                "miss_missing_episode_end_date": found,
                "miss_missing_rhi_offered": values.get("was_offered"),
                "miss_missing_rhi_accepted": values.get("was_accepted"),
                "held_at": values.get("held_at"),
            }
            self._put("return_interviews", number, interview)

    def _add_arrangement(self, rows: Sequence[tuple[int, Values]]) -> None:
        number, values = rows[0]
        names = ("notified_on", "started_on", "ended_on", "suitability")
        for other, repeated in rows[1:]:
            for name in names:
                if repeated.get(name) != values.get(name):
                    told = f"the same as on line {number}, which was used"
                    self.note("rows-disagree", Severity.QUERY, other, self._title(name), "", told)
        about = self._child(values)
        self._put(
            "private_fostering_arrangements",
            number,
            {**about.on(_day(values["started_on"])), **_only(values, names)},
        )
        self._add_intervals(about, values, rows)

    def _add_intervals(self, about: Child, values: Values, rows: Sequence[tuple[int, Values]]) -> None:
        notified, ended = _day(values["notified_on"]), _day(values.get("ended_on"))
        made = {
            day: (row, seen.get("was_seen_alone"))
            for row, seen in rows
            if (day := _day(seen.get("visited_on")))
        }
        began, number = notified, rows[0][0]
        for day in sorted(made):
            row, alone = made[day]
            self._put_interval(row, about, notified, ended, began, day, alone)
            began, number = day, row
        if began is not None and (ended is None or ended > began):
            self._put_interval(number, about, notified, ended, began, None, None)

    def _put_interval(
        self,
        number: int,
        about: Child,
        notified: date | None,
        ended: date | None,
        began: date | None,
        visited: date | None,
        alone: object,
    ) -> None:
        row = {
            **about.on(began),
            "notified_on": notified,
            "ended_on": ended,
            "visited_from": began,
            "visited_on": visited,
            "was_seen_alone": alone,
        }
        self._put("private_fostering_visits", number, row)

    def _put(self, table: str, number: int, row: Mapping[str, object]) -> None:
        self.tables[table].add({"source_row": number, **row})

    def reading(self, supplier: str) -> Reading:
        for rows in self.arrangements.values():
            self._add_arrangement(rows)
        sheet = Sheet(self.template.key, self.read, self.read - self.refused, self.refused, self._filled())
        return Reading(
            self.template.key,
            supplier,
            self.context.extracted_on,
            "the command",
            dict.fromkeys(self.tables, self.window),
            (sheet,),
            self.findings.issues,
            self.findings.counts,
            {name: rows.as_arrow() for name, rows in self.tables.items()},
        )

    def _filled(self) -> dict[str, int]:
        return {title: self.filled[title] for title in self.template.titles}


def _only(values: Values, names: Sequence[str]) -> Values:
    return {name: values.get(name) for name in names}


def _day(value: object) -> date | None:
    """The day of a date or time, as the calendar in London had it."""
    if isinstance(value, datetime):
        return value.astimezone(LONDON).date()
    return value if isinstance(value, date) else None


def _day_or_time(values: Values, key: str) -> date | datetime | None:
    value = values.get(key)
    return value if isinstance(value, date) else None


def _before(one: date | datetime, other: date | datetime) -> bool:
    if isinstance(one, datetime) and isinstance(other, datetime):
        return one < other
    return bool(_day(one) < _day(other))  # type: ignore[operator]
