"""The code sets of the children in need census, 2017 to 2026 (the year is that of its reference date)."""

from __future__ import annotations

from sightline.exchange.fields import Spans

FIRST_YEAR, LAST_YEAR = 2017, 2026

SETS: dict[str, Spans] = {
    "GenderCurrent": ((2017, 2024, "0 1 2 9"),),
    "Sex": ((2025, 2026, "M F U"),),
    "Ethnicity": (
        (
            2017,
            2026,
            "WBRI WIRI WIRT WOTH WROM MWBC MWBA MWAS MOTH AIND APKN ABAN AOTH BCRB BAFR BOTH CHNE OOTH"
            " REFU NOBT",
        ),
    ),
    "Disability": ((2017, 2026, "NONE MOB HAND PC INC COMM LD HEAR VIS BEH CON AUT DDA"),),
    "ReferralSource": (
        (2017, 2026, "1A 1B 1C 1D 2A 2B 3A 3B 3C 3D 3E 3F 4 5A 5B 5C 6 7 8 9 10"),
        (2023, 2026, "5D"),
    ),
    "PrimaryNeedCode": ((2017, 2026, "N0 N1 N2 N3 N4 N5 N6 N7 N8 N9"),),
    "ReasonForClosure": ((2017, 2026, "RC1 RC2 RC3 RC4 RC5 RC6 RC7 RC8"), (2023, 2026, "RC9")),
    "AssessmentFactors": (
        (
            2017,
            2026,
            "1A 1B 1C 2A 2B 2C 3A 3B 3C 4A 4B 4C 5A 5B 5C 6A 6B 6C 7A 8B 8C 8D 8E 8F 9A 10A 11A 12A 13A"
            " 14A 15A 16A 17A 20 21 22A 23A",
        ),
        (2017, 2024, "18A 19A"),
        (2021, 2026, "18B 18C 19B 19C"),
        (2022, 2026, "24A"),
    ),
    "CategoryOfAbuse": ((2017, 2026, "NEG PHY SAB EMO MUL"),),
}

SEX_OF_GENDER = {"1": "M", "2": "F", "0": "U", "9": "U"}
"""GenderCurrent (to 2024) in the codes of Sex (from 2025): 0 not recorded and 9 neither are both U."""
