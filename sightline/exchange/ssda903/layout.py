"""The tables and code sets of the SSDA903 return, 2017 to 2026 (the year is that of its 31 March)."""

from __future__ import annotations

from sightline.exchange.fields import Spans

FIRST_YEAR, LAST_YEAR = 2017, 2026

COLUMNS: dict[str, tuple[str, ...]] = {
    "Header": ("CHILD", "SEX", "DOB", "ETHNIC", "UPN", "MOTHER", "MC_DOB"),
    "Episodes": (
        "CHILD",
        "DECOM",
        "RNE",
        "LS",
        "CIN",
        "PLACE",
        "PLACE_PROVIDER",
        "DEC",
        "REC",
        "REASON_PLACE_CHANGE",
        "HOME_POST",
        "PL_POST",
        "URN",
    ),
    "Reviews": ("CHILD", "DOB", "REVIEW", "REVIEW_CODE"),
    "UASC": ("CHILD", "SEX", "DOB", "DUC"),
    "Missing": ("CHILD", "DOB", "MISSING", "MIS_START", "MIS_END"),
    "OC2": (
        "CHILD",
        "DOB",
        "SDQ_SCORE",
        "SDQ_REASON",
        "CONVICTED",
        "HEALTH_CHECK",
        "IMMUNISATIONS",
        "TEETH_CHECK",
        "HEALTH_ASSESSMENT",
        "SUBSTANCE_MISUSE",
        "INTERVENTION_RECEIVED",
        "INTERVENTION_OFFERED",
    ),
    "OC3": ("CHILD", "DOB", "IN_TOUCH", "ACTIV", "ACCOM"),
    "AD1": (
        "CHILD",
        "DOB",
        "DATE_INT",
        "DATE_MATCH",
        "FOSTER_CARE",
        "NB_ADOPTR",
        "SEX_ADOPTR",
        "LS_ADOPTR",
    ),
    "PlacedAdoption": ("CHILD", "DOB", "DATE_PLACED", "DATE_PLACED_CEASED", "REASON_PLACED_CEASED"),
    "PrevPerm": ("CHILD", "DOB", "PREV_PERM", "LA_PERM", "DATE_PERM"),
    "SWEpisodes": ("CHILD", "DOB", "SW_ID", "SW_DECOM", "SW_DEC", "SW_REASON"),
    "DoLo": ("CHILD", "DOB", "DOLO_START", "DOLO_END"),
}

KEYS: dict[str, str] = {
    "ETHNIC": "Header",
    "RNE": "Episodes",
    "REVIEW": "Reviews",
    "DUC": "UASC",
    "MIS_START": "Missing",
    "SDQ_SCORE": "OC2",
    "IN_TOUCH": "OC3",
    "DATE_INT": "AD1",
    "DATE_PLACED": "PlacedAdoption",
    "PREV_PERM": "PrevPerm",
    "SW_DECOM": "SWEpisodes",
    "DOLO_START": "DoLo",
}
"""The column by which a table is known, whatever its file is called."""

ALIASES = {"CHILDID": "CHILD", "PL": "PLACE"}
"""Names that a column bears in the XML form of the return."""

BLOCKS = {
    "EPISODE": "Episodes",
    "AREVIEW": "Reviews",
    "AMISSING": "Missing",
    "AD_PLACED": "PlacedAdoption",
    "PERMANENCE": "PrevPerm",
    "OC2": "OC2",
}
"""The elements of the XML form that are rows of a table; HEADER holds Header, UASC, AD1 and OC3 in one."""

WANTED = {
    "Header": "sex and ethnicity are unknown without it",
    "Episodes": "who was looked after, and where, is unknown without it",
    "Reviews": "reviews are unknown without it",
    "UASC": "who came as an unaccompanied asylum seeker is unknown without it",
    "Missing": "missing episodes are unknown without it",
}
"""What is lost when a set lacks a table."""

SECRET = frozenset({"CHILD", "UPN", "DOB", "MC_DOB", "HOME_POST", "PL_POST", "URN", "SW_ID"})

_ETHNIC = (
    "WBRI WIRI WIRT WOTH WROM MWBC MWBA MWAS MOTH AIND APKN ABAN AOTH BCRB BAFR BOTH CHNE OOTH REFU NOBT"
)
SETS: dict[str, Spans] = {
    "SEX": ((2017, 2024, "1 2"), (2025, 2026, "M F U")),
    "ETHNIC": ((2017, 2026, _ETHNIC),),
    "RNE": ((2017, 2026, "S L P T B U"),),
    "LS": ((2017, 2026, "C1 C2 D1 E1 V2 V3 V4 L1 L2 L3 J1 J2 J3"),),
    "CIN": ((2017, 2026, "N1 N2 N3 N4 N5 N6 N7 N8"),),
    "PLACE": (
        (2017, 2026, "A3 A4 A5 A6 K1 K2 P1 P3 R1 R2 R3 R5 S1 T0 T1 T2 T3 T4 U1 U2 U3 U4 U5 U6 Z1"),
        (2017, 2024, "H5 P2"),
        (2025, 2026, "K3"),
        (2026, 2026, "Z11 Z12 Z13 Z14"),
    ),
    "PLACE_PROVIDER": ((2017, 2026, "PR0 PR1 PR2 PR3 PR4 PR5"),),
    "REC": (
        (2017, 2026, "X1 E2 E3 E4A E4B E5 E6 E7 E8 E9 E11 E12 E13 E14 E15 E16 E17 E41"),
        (2017, 2018, "E43 E44"),
        (2019, 2026, "E45 E46 E47 E48"),
    ),
    "REASON_PLACE_CHANGE": (
        (2017, 2026, "CARPL CLOSE ALLEG STAND APPRR CREQB CREQO CHILD LAREQ PLACE OTHER"),
        (2019, 2026, "CUSTOD"),
    ),
    "REVIEW_CODE": ((2017, 2026, "PN0 PN1 PN2 PN3 PN4 PN5 PN6 PN7"),),
    "MISSING": ((2017, 2026, "M A"),),
    "REASON_PLACED_CEASED": ((2017, 2026, "RD1 RD2 RD3 RD4"),),
}
SEX_OF_CODE = {"1": "M", "2": "F"}
"""The codes of SEX to 2024 in those from 2025."""
