"""The ONS mid-year population table as facts: one authority's children aged 0 to 17, year by year.

The other places of the table are benchmarks (see `exchange.dfe_statistics`), not facts.
"""

from __future__ import annotations

import csv
import io
from datetime import date

from sightline.exchange.reading import Context, Delivery, Findings, Reading, Rows, Unreadable
from sightline.exchange.text import text_of
from sightline.exchange.values import as_whole
from sightline.facts.manifest import Severity, Sheet, Window

_NEEDED = {"time_period", "old_la_code", "new_la_code", "age_group", "population_estimate"}
_AGES = {"Children aged 0 to 17 years": "0-17"}


def read(delivery: Delivery, context: Context) -> Reading:
    """Read the rows of the context's authority, which are all that is counted as read.

    The window runs from the first to the last estimate's day, each 30 June. Unreadable when the table has
    another shape or does not hold the authority.
    """
    text, _ = text_of(delivery.name, delivery.paths[0].read_bytes())
    rows = csv.DictReader(io.StringIO(text, newline=""))
    if missing := _NEEDED - set(rows.fieldnames or ()):
        raise Unreadable(f"{delivery.name} lacks the column {min(missing)} of the ONS population table")
    sheet, findings, facts, count = f"authority {context.authority}", Findings(), Rows("population"), 0
    for row in rows:
        if context.authority in (row["old_la_code"], row["new_la_code"]):
            count += 1
            _add(row, rows.line_num, sheet, findings, facts)
    if not len(facts):
        raise Unreadable(f"{delivery.name} holds no estimate for authority {context.authority}")
    table, accepted = facts.as_arrow(), len(facts)
    days = [day for day in table["stood_on"].to_pylist() if day is not None]
    return Reading(
        delivery.format,
        "INS",
        context.extracted_on,
        "the command",
        {"population": Window(min(days), max(days))},
        (Sheet(sheet, count, accepted, count - accepted, {"population_estimate": accepted}),),
        findings.issues,
        findings.counts,
        {"population": table},
    )


def _add(row: dict[str, str], number: int, sheet: str, findings: Findings, facts: Rows) -> None:
    try:
        stood_on = date(int(row["time_period"]), 6, 30)
        residents = as_whole(row["population_estimate"])
        if residents is None or residents < 0:
            raise ValueError
    except ValueError:
        told = "a year and a whole number of residents"
        value = f"{row['time_period']}, {row['population_estimate']}"
        findings.note("estimate-unknown", Severity.REFUSED, sheet, number, "population_estimate", value, told)
        return
    if row["age_group"] not in _AGES:
        told = "one of " + ", ".join(_AGES)
        findings.note("ages-unknown", Severity.REFUSED, sheet, number, "age_group", row["age_group"], told)
        return
    facts.add(
        {
            "source_row": number,
            "stood_on": stood_on,
            "age_band": _AGES[row["age_group"]],
            "sex": "all",
            "ethnic_group": "all",
            "locality": "all",
            "residents": residents,
        }
    )
