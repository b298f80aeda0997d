"""Our own CSV templates, for what has no published format: their columns as data, and files to fill in.

Every file begins with a line that says which days it covers and which agency sends it, because no list can
tell by itself whether a quiet month was quiet or was left out:

    Covers,2025-04-01,2026-03-31,Supplied by,POL

The second line holds the column titles. A row that cannot be dated or has no id is refused; any other value
that is not understood stays unknown, and both are reported.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from pathlib import Path

from sightline.exchange.reading import Unreadable
from sightline.exchange.values import as_day, tidy
from sightline.facts.manifest import Window
from sightline.facts.schema import ETHNICITY, SEX
from sightline.facts.sources import FORMATS
from sightline.facts.tables import AGENCY, TABLES


class Kind(StrEnum):
    """How the values of a column are written."""

    ID = "a reference, never a name; it is kept only as a pseudonym"
    NHS_NUMBER = "ten digits; checked, then forgotten"
    DATE = "dd/mm/yyyy or yyyy-mm-dd"
    TIME = "dd/mm/yyyy hh:mm or yyyy-mm-dd hh:mm, as the clock on the wall showed it"
    MONTH = "yyyy-mm"
    CLAIM = "yes or no"
    CODE = "one of the codes"
    NAME = "up to 60 letters, digits and spaces; never a person's name"
    LOCALITY = "one of the partnership's localities, never an address"
    AUTHORITY = "the authority's three-digit DfE number"
    WHOLE = "a whole number"
    NUMBER = "a number"
    AGES = "an age or a span of ages, such as 5-9"


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a template; `key` names it in `exchange.template_reader`.

    `codes` maps each code to the words that explain it; the words are read as the code. A row is refused
    when a `required` column is blank, or when a required or `vital` one is not understood. `time_if_none` is
    the time of a day that is written without one.
    """

    key: str
    title: str
    kind: Kind
    help: str
    required: bool = False
    vital: bool = False
    codes: Mapping[str, str] | None = None
    time_if_none: time = time(0, 0)


@dataclass(frozen=True, slots=True)
class Template:
    """One template: `key` is also the source format's (see `facts.sources`)."""

    key: str
    title: str
    row_is: str
    columns: tuple[Field, ...]

    @property
    def titles(self) -> list[str]:
        return [column.title for column in self.columns]


def _words(codes: str) -> dict[str, str]:
    return {code: code.replace("-", " ") for code in codes.split()}


def _codes_of(table: str, column: str) -> dict[str, str]:
    return {code: code.replace("-", " ") for code in sorted(TABLES[table].column(column).codes or ())}


_AGENCIES = {code: code for code in sorted(AGENCY)}
_ETHNIC = {code: code for code in sorted(ETHNICITY)}
_SEXES = {"M": "male", "F": "female", "U": "not known"}
assert set(_SEXES) == SEX

_DOB = Field(
    "born_on", "Date of birth", Kind.DATE, "only the month is kept; ages are worked out while reading"
)
_ABOUT_CHILD = (
    _DOB,
    Field("sex", "Sex", Kind.CODE, "sex as in the children in need census", codes=_SEXES),
    Field(
        "ethnicity",
        "Ethnicity",
        Kind.CODE,
        "the national four-letter code; NOBT if not yet obtained",
        codes=_ETHNIC,
    ),
    Field("is_disabled", "Disabled", Kind.CLAIM, "whether the child is disabled; blank if not known"),
    Field(
        "is_uasc",
        "Unaccompanied asylum seeker",
        Kind.CLAIM,
        "whether the child is an unaccompanied asylum seeker",
    ),
    Field("locality", "Locality", Kind.LOCALITY, "where the child lives"),
)
_CHILD_ID = Field(
    "child_id",
    "Local child ID",
    Kind.ID,
    "the council's own id of the child, so that the lists of all agencies join; blank for a child of another"
    " authority",
)

_MISSING = Template(
    "missing-list",
    "Police missing list with return interviews",
    "a row for each time that a child was reported missing or away",
    (
        _CHILD_ID,
        Field("police_id", "Police reference", Kind.ID, "needed where there is no local child ID"),
        *_ABOUT_CHILD,
        Field(
            "reported_at",
            "Reported missing at",
            Kind.TIME,
            "when the police were told; a day without a time is read as 00:00",
            required=True,
        ),
        Field(
            "found_at",
            "Found at",
            Kind.TIME,
            "when the child was found; blank while missing; a day without a time is read as 00:00",
        ),
        Field(
            "kind",
            "Missing or away",
            Kind.CODE,
            "missing, or away without authorisation",
            codes={"M": "missing", "A": "away"},
        ),
        Field(
            "missing_from",
            "Missing from",
            Kind.CODE,
            "where the child lived",
            codes={
                "home": "home",
                "care": "care of this authority",
                "other-authority-care": "care of another authority",
            },
        ),
        Field("risk", "Risk", Kind.CODE, "the risk that the police gave", codes=_words("high medium low")),
        Field(
            "responsible_authority",
            "Responsible authority",
            Kind.AUTHORITY,
            "the authority that must offer the return interview",
        ),
        Field(
            "was_offered",
            "Return interview offered",
            Kind.CLAIM,
            "blank if not known, which counts as not shown to be offered",
        ),
        Field("was_accepted", "Return interview accepted", Kind.CLAIM, "no when it was offered and declined"),
        Field(
            "held_at",
            "Return interview held at",
            Kind.TIME,
            "a day without a time is read as 23:59, so that it never looks faster than it was",
            time_if_none=time(23, 59),
        ),
    ),
)

_ALLEGATIONS = Template(
    "allegations",
    "Allegations list (LADO)",
    "a row for each contact with the designated officer about an adult",
    (
        Field("allegation", "Allegation reference", Kind.ID, "the officer's own reference", required=True),
        Field(
            "contacted_on",
            "Designated officer told on",
            Kind.DATE,
            "the day of the first contact",
            required=True,
        ),
        Field("employer_aware_on", "Employer aware on", Kind.DATE, "the day the employer became aware"),
        Field("is_referral", "Met the threshold", Kind.CLAIM, "yes for a referral, no for a consultation"),
        Field(
            "had_strategy_meeting",
            "Strategy or evaluation meeting held",
            Kind.CLAIM,
            "whether a meeting was held",
        ),
        Field(
            "employer_sector",
            "Employer sector",
            Kind.CODE,
            "where the adult works",
            codes=_codes_of("allegations", "employer_sector"),
        ),
        Field(
            "referrer_sector",
            "Referrer sector",
            Kind.CODE,
            "who told the officer",
            codes=_codes_of("allegations", "referrer_sector"),
        ),
        Field(
            "outcome",
            "Outcome",
            Kind.CODE,
            "blank until it is concluded",
            codes=_codes_of("allegations", "outcome"),
        ),
        Field("concluded_on", "Concluded on", Kind.DATE, "the day of the outcome"),
    ),
)

_PRIVATE_FOSTERING = Template(
    "private-fostering",
    "Private fostering list",
    "a row for each visit, from the notice on; an arrangement without a visit has one row",
    (
        Field("child_id", "Local child ID", Kind.ID, "the council's own id of the child", required=True),
        *_ABOUT_CHILD,
        Field(
            "notified_on",
            "Notified on",
            Kind.DATE,
            "the day the authority became aware; repeat it on every row of the arrangement",
            required=True,
        ),
        Field(
            "started_on",
            "Started on",
            Kind.DATE,
            "the day the arrangement began or will begin; if nobody knows, the day of the notice",
            required=True,
        ),
        Field("ended_on", "Ended on", Kind.DATE, "blank while it goes on"),
        Field(
            "suitability",
            "Suitability",
            Kind.CODE,
            "the authority's decision",
            codes=_codes_of("private_fostering_arrangements", "suitability"),
        ),
        Field(
            "visited_on",
            "Visited on",
            Kind.DATE,
            "list all visits since the notice, also those before the days covered",
        ),
        Field("was_seen_alone", "Child seen alone", Kind.CLAIM, "whether the child was spoken to alone"),
    ),
)

_CHILD_DEATHS = Template(
    "child-deaths",
    "Child deaths list",
    "a row for each death that was notified",
    (
        _CHILD_ID,
        Field("case_id", "Case reference", Kind.ID, "needed where there is no local child ID"),
        Field("nhs_number", "NHS number", Kind.NHS_NUMBER, "lets a mistyped record be found at its source"),
        *_ABOUT_CHILD,
        Field("died_on", "Died on", Kind.DATE, "the day of the death", required=True),
        Field("notified_on", "Notified on", Kind.DATE, "the day of the notification"),
        Field("reviewed_on", "Reviewed on", Kind.DATE, "the day the panel completed its review"),
        Field("is_expected", "Expected", Kind.CLAIM, "whether the death was expected"),
        Field(
            "category",
            "Category",
            Kind.CODE,
            "the national category, 1 to 10",
            codes={str(n): str(n) for n in range(1, 11)},
        ),
        Field("is_modifiable", "Modifiable factors", Kind.CLAIM, "whether any were found"),
    ),
)

_TRAINING = Template(
    "training",
    "Training attendances",
    "a row for each person at each course",
    (
        Field("attended_on", "Attended on", Kind.DATE, "the (first) day of the course", required=True),
        Field(
            "person",
            "Attendee reference",
            Kind.ID,
            "the same for a person at every course, so that people can be counted; never a name",
        ),
        Field("course", "Course", Kind.NAME, "what the course is called", required=True),
        Field(
            "level",
            "Level",
            Kind.CODE,
            "the level of the course",
            codes=_codes_of("training_attendances", "level"),
        ),
        Field("agency", "Agency", Kind.CODE, "whose member of staff attended", codes=_AGENCIES),
        Field("has_completed", "Completed", Kind.CLAIM, "whether the person completed the course"),
    ),
)

_WORKFORCE = Template(
    "workforce",
    "Workforce months",
    "a row for each team and month; posts and people in full-time equivalents",
    (
        Field("stood_on", "Month", Kind.MONTH, "figures hold on its last day, or flow in it", required=True),
        Field("agency", "Agency", Kind.CODE, "whose team it is", codes=_AGENCIES),
        Field("team", "Team", Kind.NAME, "the kind of team or its area"),
        Field("established_posts", "Established posts", Kind.NUMBER, "posts in the structure"),
        Field("vacant_posts", "Vacant posts", Kind.NUMBER, "posts without a permanent holder"),
        Field("agency_workers", "Agency workers", Kind.NUMBER, "workers from an agency"),
        Field("starters", "Starters", Kind.NUMBER, "permanent workers who began in the month"),
        Field("leavers", "Leavers", Kind.NUMBER, "permanent workers who left in the month"),
        Field("converted", "Made permanent", Kind.NUMBER, "agency workers made permanent in the month"),
        Field("case_holders", "Case holders", Kind.WHOLE, "people who hold cases"),
        Field("above_ceiling", "Above the caseload ceiling", Kind.WHOLE, "of those, how many"),
    ),
)

_AGENCY_RETURNS = Template(
    "agency-returns",
    "Agency returns (plain figures)",
    "a row for each thing that an agency was asked to return for a period, also when nothing came",
    (
        Field("agency", "Agency", Kind.CODE, "which agency was asked", required=True, codes=_AGENCIES),
        Field("item", "Item", Kind.NAME, "an indicator's key or the name of an extract", required=True),
        Field("period_start", "Period start", Kind.DATE, "the first day of the period", required=True),
        Field("period_end", "Period end", Kind.DATE, "the last day of the period", required=True),
        Field("due_on", "Due on", Kind.DATE, "the day by which it was due"),
        Field("received_on", "Received on", Kind.DATE, "the day it came; blank if it has not"),
        Field("is_complete", "Complete", Kind.CLAIM, "whether all that was asked for came"),
        Field("numerator", "Numerator", Kind.NUMBER, "the figure, or what is counted of the denominator"),
        Field("denominator", "Denominator", Kind.NUMBER, "out of how many; blank for a plain count"),
    ),
)

_POPULATION = Template(
    "population",
    "Population by group",
    "a row for each group of residents under 18 in each year",
    (
        Field("stood_on", "Estimate for", Kind.DATE, "30 June of the year of the estimate", required=True),
        Field("age_band", "Ages", Kind.AGES, "blank for 0-17", vital=True),
        Field(
            "sex",
            "Sex",
            Kind.CODE,
            "blank for all",
            vital=True,
            codes={"M": "male", "F": "female", "all": "persons"},
        ),
        Field(
            "ethnic_group",
            "Ethnic group",
            Kind.CODE,
            "blank for all",
            vital=True,
            codes=_codes_of("population", "ethnic_group"),
        ),
        Field("locality", "Locality", Kind.LOCALITY, "blank for the whole authority", vital=True),
        Field("residents", "Residents", Kind.WHOLE, "how many", required=True),
    ),
)

TEMPLATES: Mapping[str, Template] = {
    template.key: template
    for template in (
        _MISSING,
        _ALLEGATIONS,
        _PRIVATE_FOSTERING,
        _CHILD_DEATHS,
        _TRAINING,
        _WORKFORCE,
        _AGENCY_RETURNS,
        _POPULATION,
    )
}
COLUMN_LIST = "columns.csv"
_PUNCTUATION = re.compile(r"[^a-z0-9]+")


def title_key(title: str) -> str:
    """A column title without what typing changes: case, spaces and punctuation."""
    return _PUNCTUATION.sub("", title.lower())


def coverage_line(window: Window | None, supplier: str) -> list[str]:
    """The cells of a file's first line; without a window, for its sender to complete."""
    days = [window.first.isoformat(), window.last.isoformat()] if window else ["FIRST DAY", "LAST DAY"]
    return ["Covers", *days, "Supplied by", supplier]


def coverage_of(name: str, template: Template, cells: list[str]) -> tuple[Window, str]:
    """The days covered and the supplier, from a file's first line; Unreadable shows the line to add."""
    usual = FORMATS[template.key].supplier
    example = ",".join(coverage_line(Window(date(2025, 4, 1), date(2026, 3, 31)), usual))
    told = [tidy(cell) or "" for cell in cells]
    if len(told) < 5 or told[0].lower() != "covers" or title_key(told[3]) != "suppliedby":
        raise Unreadable(f"{name} does not say which days it covers: add as its first line {example}")
    supplier = told[4].upper()
    if supplier not in AGENCY:
        raise Unreadable(f"{name} is supplied by '{told[4]}', which is no agency's code: write {example}")
    try:
        first, last = as_day(told[1]), as_day(told[2])
        if first is None or last is None:
            raise ValueError("two dates")
        return Window(first, last), supplier
    except ValueError:
        raise Unreadable(
            f"{name} covers '{told[1]}' to '{told[2]}', which is no period: write {example}"
        ) from None


def write_templates(folder: Path, window: Window | None = None) -> list[Path]:
    """Write each template, empty but for its two first lines, and `columns.csv`, which explains every column.

    Without a window the first line is left to complete, so that no file claims days that nobody has checked.
    Raises FileExistsError rather than overwrite a file that somebody may have filled in.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for template in TEMPLATES.values():
        lines = [coverage_line(window, FORMATS[template.key].supplier), template.titles]
        written.append(_write(folder / f"{template.key}.csv", lines))
    return [*written, _write(folder / COLUMN_LIST, column_list())]


def column_list() -> list[list[str]]:
    """Every column of every template, as the rows of a table with a header."""
    rows = [["File", "A row is", "Column", "Required", "Written as", "Codes", "What it means"]]
    for template in TEMPLATES.values():
        for column in template.columns:
            codes = " | ".join(
                code if code == words else f"{code} ({words})" for code, words in (column.codes or {}).items()
            )
            required = "yes" if column.required else "no"
            rows.append(
                [
                    f"{template.key}.csv",
                    template.row_is,
                    column.title,
                    required,
                    str(column.kind),
                    codes,
                    column.help,
                ]
            )
    return rows


def _write(path: Path, rows: list[list[str]]) -> Path:
    with path.open("x", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    return path
