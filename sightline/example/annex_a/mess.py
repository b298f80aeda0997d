"""The mess of Annex A workbooks: what really happens to sheet names, headers, ids, dates and codes."""

from __future__ import annotations

from datetime import date
from random import Random

from sightline.example.annex_a import words
from sightline.example.mess import Kind, Row, as_decimal, as_text, blank, impossible, put, repeat, swap

ID = "Child Unique ID"
_SEEN_CLAIM = "Was the child assessed as requiring LA children's social care support?"
_OFFERED = "Was the child offered a Return Interview after their last missing episode (Y/N)?"

SHEET_NAMES = {3: "List 3", 4: "List4", 7: "List_7 ", 8: "list 8"}
HEADERS = {
    "Age of Child (Years)": "Age",
    "Date of referral": "Date of Referral",
    "LA in Touch": "LA In Touch ",
    "Date of Adoption Order": "Date of Adoption Order ",
    "Unaccompanied Asylum Seeking Child (UASC) within the Last 12 Months (Y/N)": (
        "Unaccompanied Asylum Seeking Child (UASC) within the Last 12 Months (Y/N))"
    ),
    "Number of Episodes the Child has been 'Missing' from their Placement in the last 12 months": (
        "Number of Episodes the Child has been ‘Missing’ from their Placement in the last 12 months"
    ),
    "Number of Episodes the Child has been 'Absent' from their Placement in the last 12 months": (
        "Number of Episodes the Child has been ‘Absent’ from their Placement in the last 12 months"
    ),
    "Subject to Emergency Protection Order or Protected Under Police Powers in Last Six Months (Y/N)": (
        "Subject to Emergency Protection Order or Protected Under Police\xa0Powers in Last Six Months (Y/N)"
    ),
}
BANNER = "OFFICIAL-SENSITIVE: extract of the case system"
_ETHNIC_WORDS = {
    words.ETHNICITY["WBRI"]: "White - British",
    words.ETHNICITY["BAFR"]: "Black African",
    words.ETHNICITY["BCRB"]: "BLACK CARIBBEAN",
    words.ETHNICITY["MWBC"]: "White and Black  Caribbean",
    words.ETHNICITY["AIND"]: "Asian - Indian",
}
_START_END = {
    2: ("Assessment start date", "Assessment completion date"),
    4: ("Continuous Assessment Start Date", "Continuous Assessment Date of Authorisation"),
    6: ("CIN Start Date", "CIN Closure Date"),
    7: ("Child Protection Plan Start Date", "Child Protection Plan End Date"),
    8: ("Date Started to be Looked After", "Date Ceased to be Looked After"),
}
_EVENT = {
    1: "Date of Contact",
    2: "Assessment start date",
    3: "Date of referral",
    4: "Continuous Assessment Start Date",
    5: "Strategy discussion initiating Section 47 Enquiry Start Date",
    7: "Child Protection Plan Start Date",
}


def _ethnic_words(_: Random, row: Row) -> str | None:
    told = _ETHNIC_WORDS.get(str(row.get("Ethnicity")))
    if told is None:
        return None
    row["Ethnicity"] = told
    return "Ethnicity"


def _born_after(_: Random, row: Row) -> str | None:
    start, born = row.get("Continuous Assessment Start Date"), row.get("Date of Birth")
    if not (isinstance(start, date) and isinstance(born, date)) or born > start:
        return None
    row["Date of Birth"] = start.replace(day=1, year=start.year + 1)
    return "Date of Birth"


def _part_year(rng: Random, age: object) -> object:
    return round(age + rng.random() * 0.9 + 0.05, 3) if isinstance(age, int) else age


_COMMON = (
    Kind("id-number", "the id is a number, not text", put(ID, lambda _, v: int(str(v))), reported=False),
    Kind("id-decimal", "a spreadsheet made the id a number with '.0'", put(ID, as_decimal)),
    Kind(
        "code-alone", "the code without its letter", put("Ethnicity", lambda _, v: str(v)[3:]), reported=False
    ),
    Kind("code-in-words", "the words of a code, in a local spelling", _ethnic_words, reported=False),
    Kind("code-unknown", "a code that no set has", put("Ethnicity", lambda *_: "z) ZZZZ")),
    Kind("not-available", "a failed look-up", put("Gender", lambda *_: "#N/A")),
    Kind("birth-missing", "no date of birth, but an age", blank("Date of Birth"), reported=False),
    Kind("birth-as-text", "the date of birth is text", put("Date of Birth", as_text), reported=False),
    Kind("birth-impossible", "a date of birth that no calendar has", put("Date of Birth", impossible)),
    Kind(
        "age-part-years",
        "an age with parts of years",
        put("Age of Child (Years)", _part_year),
    ),
    Kind("row-twice", "the row is there twice", repeat(ID), repeats=True),
)


def kinds(number: int) -> list[Kind]:
    """Give the kinds of mess that list `number` may have."""
    if number == 11:
        return []
    found = list(_COMMON)
    if number in _EVENT:
        found.append(Kind("event-impossible", "the row's own date is none", put(_EVENT[number], impossible)))
    if number in _START_END:
        found.append(Kind("end-before-start", "the end is before the start", swap(*_START_END[number])))
    if number in {1, 3}:
        source = "Contact Source" if number == 1 else "Referral Source"
        found.append(
            Kind("source-unknown", "a source that no set has", put(source, lambda *_: "y) 99: Walk-in"))
        )
    if number == 3:
        found.append(Kind("id-missing", "no id", blank(ID)))
    if number == 4:
        told = put(_SEEN_CLAIM, lambda *_: "Step down to early help")
        found.append(Kind("outcome-in-claim", "an outcome in a yes or no column", told))
        found.append(Kind("birth-after-event", "born after the assessment began", _born_after))
    if number == 8:
        found.append(Kind("postcode-none", "no postcode", put("Placement postcode", lambda *_: "nope")))
        found.append(Kind("interview-blank", "missing, but nothing on the interview", blank(_OFFERED), False))
    return found
