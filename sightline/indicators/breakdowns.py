"""The ways of splitting an indicator: which column each one reads, and the groups that it makes of it.

Every row falls in one group; a row whose column is empty falls in "unknown", never in none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from sightline.facts.schema import Kind, Table
from sightline.facts.tables import TABLES
from sightline.indicators.definition import Basis, Breakdown, Indicator

UNKNOWN = "unknown"

AGES = ("unborn", "0", "1-4", "5-9", "10-15", "16-17", "18+")
_AGE_BELOW = (0, 1, 5, 10, 16, 18)
"""Ages in years below which the bands end: the bands of the children in need census, and those after 17."""

_GROUPS: Mapping[Breakdown, Mapping[str, Sequence[str]]] = {
    Breakdown.SEX: {"female": ("F",), "male": ("M",)},
    Breakdown.ETHNICITY: {
        "white": ("WBRI", "WIRI", "WIRT", "WROM", "WOTH"),
        "mixed": ("MWBC", "MWBA", "MWAS", "MOTH"),
        # Chinese is counted with Asian, as the 2021 census (and so the population) counts it.
        "asian": ("AIND", "APKN", "ABAN", "AOTH", "CHNE"),
        "black": ("BCRB", "BAFR", "BOTH"),
        "other": ("OOTH",),
    },
    Breakdown.SOURCE: {
        "individuals": ("1A", "1B", "1C", "1D", "1"),
        "education": ("2A", "2B", "2"),
        "health": ("3A", "3B", "3C", "3D", "3E", "3F", "3"),
        "housing": ("4",),
        "council": ("5A", "5B", "5C", "5D", "5"),
        "police": ("6",),
        "other legal agency": ("7",),
        "other": ("8",),
        "anonymous": ("9",),
    },
    Breakdown.PLACEMENT: {
        "foster care": ("U1", "U2", "U3", "U4", "U5", "U6", "U1-U6"),
        "placed for adoption": ("A3", "A4", "A5", "A6", "A3-A6"),
        "children's home": ("K1", "K2"),
        "with parents": ("P1",),
    },
}
_REST: Mapping[Breakdown, str] = {Breakdown.PLACEMENT: "other placement"}
"""The group of every other code, where there is one: else a code of no group is unknown."""

_CLAIMS: Mapping[Breakdown, tuple[str, str]] = {
    Breakdown.DISABILITY: ("disabled", "not disabled"),
    Breakdown.UASC: ("unaccompanied", "local"),
}

_COLUMNS: Mapping[Breakdown, Sequence[str]] = {
    Breakdown.AGE: ("age",),
    Breakdown.SEX: ("sex",),
    Breakdown.ETHNICITY: ("ethnicity",),
    Breakdown.DISABILITY: ("is_disabled",),
    Breakdown.LOCALITY: ("locality",),
    Breakdown.SOURCE: ("cont_contact_source_code", "cine_referral_source_code"),
    Breakdown.AGENCY: ("agency", "referring_agency", "earl_episode_organisation"),
    Breakdown.UASC: ("is_uasc",),
    Breakdown.CATEGORY: ("cppl_cp_plan_latest_category", "category"),
    Breakdown.MISSING_FROM: ("missing_from",),
    Breakdown.AUTHORITY: ("responsible_authority",),
    Breakdown.SECTOR: ("employer_sector",),
    Breakdown.PLACEMENT: ("clap_cla_placement_type",),
    Breakdown.LEVEL: ("level",),
    Breakdown.RATING: ("rating",),
    Breakdown.TEAM: ("team",),
}
"""The column of each breakdown: the first of these that the table has."""


@dataclass(frozen=True, slots=True)
class Split:
    """One breakdown of one indicator: the column it reads and the expression that names a row's group."""

    breakdown: Breakdown
    column: str
    group: exp.Expr


def split_of(indicator: Indicator, breakdown: Breakdown) -> Split | None:
    """How a breakdown splits an indicator; None when the indicator's table has no column for it."""
    table = TABLES[indicator.table]
    held = {column.name for column in table.all_columns}
    if breakdown is Breakdown.AGE and indicator.basis is Basis.SNAPSHOT and "born_month" in held:
        return Split(breakdown, "born_month", _age_bands(months_old(), 12))
    column = next((name for name in _candidates(indicator, breakdown, table) if name in held), None)
    return None if column is None else Split(breakdown, column, _group(breakdown, column, table))


def in_order(breakdown: Breakdown, groups: Iterable[str]) -> list[str]:
    """Groups in their own order (ages by age), codes by the alphabet, the unknown last."""
    own = AGES if breakdown is Breakdown.AGE else (*_GROUPS.get(breakdown, ()), *_CLAIMS.get(breakdown, ()))
    places = {name: place for place, name in enumerate(own)}
    return sorted(groups, key=lambda name: (name == UNKNOWN, places.get(name, len(places)), name))


def _candidates(indicator: Indicator, breakdown: Breakdown, table: Table) -> Sequence[str]:
    """The columns to look for: a plan that begins is told by its first category, any other by its latest."""
    begins = indicator.basis is not Basis.SNAPSHOT and indicator.at in {"", table.event}
    if breakdown is Breakdown.CATEGORY and begins:
        return ("cppl_cp_plan_initial_category", *_COLUMNS[breakdown])
    return _COLUMNS[breakdown]


def _group(breakdown: Breakdown, column: str, table: Table) -> exp.Expr:
    read = exp.column(column)
    if breakdown is Breakdown.AGE:
        return _age_bands(read, 1)
    if breakdown in _CLAIMS:
        yes, no = _CLAIMS[breakdown]
        return exp.case().when(read, exp.Literal.string(yes)).when(read.not_(), exp.Literal.string(no)).else_(
            exp.Literal.string(UNKNOWN)
        )  # fmt: skip
    if breakdown in _GROUPS:
        case = exp.case()
        for name, codes in _GROUPS[breakdown].items():
            case = case.when(read.isin(*codes), exp.Literal.string(name))
        if breakdown in _REST:
            case = case.when(read.is_(exp.null()).not_(), exp.Literal.string(_REST[breakdown]))
        return case.else_(exp.Literal.string(UNKNOWN))
    assert table.column(column).kind in {Kind.CODE, Kind.TEXT}
    return exp.func("COALESCE", read, exp.Literal.string(UNKNOWN))


def months_old() -> exp.Expr:
    """The whole months from the month of birth to the period's end, exact at the end of a month."""
    end, born = exp.column("period_end"), exp.column("born_month")
    ends = exp.func("YEAR", end) * 12 + exp.func("MONTH", end)
    born_years = exp.IntDiv(this=born.copy(), expression=exp.Literal.number(100))
    return exp.paren(ends - (born_years * 12 + exp.paren(born % 100)))


def years_old() -> exp.Expr:
    """The age in whole years at the period's end; -1 for a child not yet born."""
    years = exp.IntDiv(this=months_old(), expression=exp.Literal.number(12))
    return exp.paren(exp.case().when(months_old() < 0, exp.Literal.number(-1)).else_(years))


def _age_bands(age: exp.Expr, months: int) -> exp.Expr:
    case = exp.case()
    for band, below in zip(AGES, _AGE_BELOW, strict=False):
        case = case.when(age.copy() < below * months, exp.Literal.string(band))
    last = exp.paren(age.copy()).is_(exp.null()).not_()
    return case.when(last, exp.Literal.string(AGES[-1])).else_(exp.Literal.string(UNKNOWN))
