"""Reads an SSDA903 return into facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sightline.exchange.fields import Fields, Place, codes_of_year
from sightline.exchange.reading import Context, Delivery, Reading, Rows
from sightline.exchange.ssda903.episodes import periods_by_child
from sightline.exchange.ssda903.facts import Care, add_adoptions, add_episodes, add_missing, add_reviews
from sightline.exchange.ssda903.layout import COLUMNS, FIRST_YEAR, LAST_YEAR, SECRET, SETS, WANTED
from sightline.exchange.ssda903.people import People
from sightline.exchange.ssda903.records import Record, records_of
from sightline.exchange.values import as_day
from sightline.facts.manifest import Window
from sightline.facts.sources import FORMATS

FORMAT = "ssda903"
_TENTH = 10
_DATED = (("Episodes", "DECOM"), ("Reviews", "REVIEW"), ("Missing", "MIS_START"))
_NEEDS: Mapping[str, tuple[frozenset[str], ...]] = {
    "looked_after_episodes": (frozenset({"Episodes"}),),
    "placements": (frozenset({"Episodes"}),),
    "looked_after_reviews": (frozenset({"Episodes", "Reviews"}),),
    "missing_episodes": (frozenset({"Missing"}),),
    "adoptions": (frozenset({"PlacedAdoption"}), frozenset({"AD1"})),
}
"""Which tables of the return answer for a fact table: all of one of these sets."""


def read(delivery: Delivery, context: Context) -> Reading:
    """The facts, counts and issues of one return; Unreadable when it cannot be used as a whole.

    A return does not say which year it is of: see `window_of`. A set may lack tables: what only they hold is
    unknown, and a fact table that needs them has no window. OC2, OC3, PrevPerm, SWEpisodes and DoLo are
    counted and looked at for identifiers and birth dates; no fact table takes them.
    """
    fields = Fields(COLUMNS, SECRET, context.extracted_on)
    records = records_of(delivery, fields)
    for table, loss in WANTED.items():
        if table not in records:
            fields.query("table-missing", Place(table, None), "", None, f"the table {table}: {loss}")
    window = window_of(records, context.extracted_on)
    rows = _facts(records, window, context, fields)
    return Reading(
        format=FORMAT,
        supplier=FORMATS[FORMAT].supplier,
        extracted_on=context.extracted_on,
        extracted_from="the command",
        windows={
            table: window for table, needs in _NEEDS.items() if any(need <= records.keys() for need in needs)
        },
        sheets=fields.sheets,
        issues=fields.findings.issues,
        issue_counts=fields.findings.counts,
        tables={table: held.as_arrow() for table, held in rows.items() if len(held)},
    )


def _facts(
    records: Mapping[str, Sequence[Record]], window: Window, context: Context, fields: Fields
) -> dict[str, Rows]:
    codes = codes_of_year(SETS, min(max(_year(window.last), FIRST_YEAR), LAST_YEAR))
    people = People(fields, codes, context)
    tables = {table: list(people.identified(found)) for table, found in records.items()}
    people.add(tables)
    periods = periods_by_child(tables.get("Episodes", ()), fields, codes, window)
    care = Care(fields, codes, window, people, periods)
    rows = {table: Rows(table) for table in _NEEDS}
    add_episodes(care, rows["looked_after_episodes"], rows["placements"])
    if "Reviews" in tables:  # without it, no interval can be said to be still open
        add_reviews(care, tables["Reviews"], rows["looked_after_reviews"])
    add_missing(care, tables.get("Missing", ()), rows["missing_episodes"])
    add_adoptions(care, tables.get("PlacedAdoption", ()), tables.get("AD1", ()), rows["adoptions"])
    return rows


def window_of(records: Mapping[str, Sequence[Record]], extracted_on: date) -> Window:
    """The financial year of a return: the latest that holds a tenth as many of its days as the fullest one.

    A return holds every episode open on some day of its year, so all of its ends (DEC) fall in that year or,
    where the extract was taken later or a date is wrong, a few after it: these must not move the year. Where
    no episode has ended, the starts, reviews and missing episodes decide. Days after the extraction do not
    count. The window ends on the day of extraction when that is within the year. Without a usable date it is
    the last financial year that had ended.
    """
    ends = _years(records, (("Episodes", "DEC"),), extracted_on)
    years = ends or _years(records, _DATED, extracted_on)
    fullest = max(years.values(), default=0)
    held = [year for year, count in years.items() if count * _TENTH >= fullest]
    last = date(max(held) if held else _year(extracted_on) - 1, 3, 31)
    return Window(date(last.year - 1, 4, 1), min(last, extracted_on))


def _years(
    records: Mapping[str, Sequence[Record]], columns: Iterable[tuple[str, str]], extracted_on: date
) -> Counter[int]:
    """How many days of these columns lie in each financial year, up to the extraction."""
    return Counter(
        _year(day)
        for table, column in columns
        for record in records.get(table, ())
        if (day := _day(record.values.get(column))) is not None and day <= extracted_on
    )


def _year(day: date) -> int:
    """The calendar year in which the financial year of `day` ends."""
    return day.year + (day >= date(day.year, 4, 1))


def _day(text: str | None) -> date | None:
    try:
        return as_day(text)
    except ValueError:
        return None
