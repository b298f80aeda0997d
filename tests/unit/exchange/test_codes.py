"""Matching local spellings to national codes; run as a script, it prints the measure on the corpus."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.exchange.annex_a.vocabulary import code_sets
from sightline.exchange.codes import CodeSet, Match, Outcome, words_of
from sightline.facts import tables
from sightline.facts.schema import ETHNICITY, SEX

CORPUS = Path(__file__).resolve().parents[3] / "../../shared/specs/annex_a_value_synonyms.csv"

SETS = {
    "Gender": "sex",
    "Ethnicity": "ethnicity",
    "Contact Source": "referral-source",
    "Referral Source": "referral-source",
    "Referral NFA?": "no-further-action",
    "Does the Child have a Disability": "disability",
    "Disability": "disability",
    "Child Seen During Continuous Assessment": "child-seen",
    "Was the child assessed as requiring LA children's social care support?": "claim",
    "Was an Initial Child Protection Conference deemed unnecessary?": "claim",
    "Did the Initial Child Protection Conference Result in a Child Protection Plan": "claim",
    "Primary Need Code": "need",
    "Child's Category of Need": "need",
    "Reason for Closure": "closure",
    "Case Status": "case-status",
    "Initial Category of Abuse": "abuse",
    "Latest Category of Abuse": "abuse",
    "Was the Child Seen Alone?": "seen-alone",
    "Child's Legal Status": "legal-status",
    "Reason Ceased to be Looked After": "ceased-reason",
    "Placement Type": "placement-type",
    "Placement Provider": "placement-provider",
    "Placement Location": "location",
    "Was the child offered a Return Interview after their last missing episode (Y/N)?": "interview-offered",
    "Did the child accept a Return Interview after their last missing episode (Y/N)?": "interview-accepted",
    "Unaccompanied Asylum Seeking Child (UASC), or formerly UASC if 18 or over (Y/N)": "unaccompanied",
    "Unaccompanied Asylum Seeking Child (UASC) within the Last 12 Months (Y/N)": "unaccompanied",
    "Eligibility Category": "eligibility",
    "LA in Touch": "in-touch",
    "Type of Accommodation": "accommodation",
    "Suitability of Accommodation": "suitability",
    "Reason Why Child No Longer Placed for Adoption": "reversal-reason",
}
"""The corpus's columns that are read into facts, and the code set of each. Its Activity Status is left out: it
lists single letters, not spellings."""

_YES_NO = {"True": "yes", "False": "no", "Unknown": "-"}
_GROUPS = {
    "sex": {"a)": "M", "b)": "F", "c)": "U -", "d)": "U"},
    "ethnicity": {
        "a)": "WBRI WIRI WIRT WROM WOTH",
        "b)": "MWBC MWBA MWAS MOTH",
        "c)": "AIND APKN ABAN AOTH",
        "d)": "BCRB BAFR BOTH",
        "e)": "CHNE OOTH",
        "f)": "REFU NOBT -",
    },
    "referral-source": {
        "a)": "1 1A 1B 1C 1D",
        "b)": "2A",
        "c)": "2 2B",
        "d)": "3 3A 3B 3C 3D 3E 3F",
        "e)": "4",
        "f)": "5 5A 5B 5C 5D",
        "g)": "6",
        "h)": "7",
        "i)": "8",
        "j)": "9",
        "k)": "10",
    },
    "need": dict(zip("a) b) c) d) e) f) g) h) i) j)".split(), "N1 N2 N3 N4 N5 N6 N7 N8 N9 N0".split(), strict=True)),
    "closure": {
        "a)": "RC1",
        "b)": "RC2",
        "c)": "RC3",
        "d)": "RC4",
        "e)": "RC5",
        "f)": "RC6",
        "g)": "RC7",
        "h)": "RC8 RC9",
        "i)": "-",
    },
    "case-status": {
        "a)": "looked-after",
        "b)": "protection-plan",
        "c)": "need-plan",
        "d)": "open-assessment",
        "e)": "closed",
    },
    "abuse": {"a)": "NEG", "b)": "PHY", "c)": "SAB", "d)": "EMO", "e)": "MUL"},
    "legal-status": {
        "a)": "C1",
        "b)": "C2",
        "c)": "D1",
        "d)": "E1",
        "e)": "V2 V2-V4",
        "f)": "L1 L2 L3 L1-L3",
        "g)": "J1 J2 J3 J1-J3",
        "J1:": "J1",
        "J2:": "J2",
        "zzCodeError": "V3 V4 -",
    },
    "ceased-reason": {
        "a)": "E11 E12 E11-E12",
        "b)": "E2",
        "c)": "E3",
        "d)": "E4A E4B E4A-E4B",
        "e)": "E13 E17",
        "f)": "E41",
        "g)": "E45 E46 E47 E48 E45-E48",
        "h)": "E5 E6 E5-E6",
        "i)": "E7",
        "j)": "E9",
        "k)": "E14",
        "l)": "E15",
        "m)": "E16",
        "n)": "E8 E17",
        "zzCodeError": "X1",
    },
    "placement-type": {
        "a)": "U1 U2 U3 U4 U5 U6 U1-U6",
        "b)": "A3 A4 A5 A6 A3-A6",
        "c)": "P1",
        "d)": "P2",
        "e)": "P3",
        "f)": "H5",
        "g)": "K1",
        "h)": "K2",
        "i)": "R1",
        "j)": "R2",
        "k)": "R3",
        "l)": "R5",
        "m)": "S1",
        "n)": "Z1",
        "o)": "T0 T1 T2 T3 T4",
    },
    "placement-provider": {"a)": "PR1", "b)": "PR4", "c)": "PR0 PR2 PR3 PR5 -"},
    "location": {"a)": "in", "b)": "out"},
    "eligibility": {"a)": "relevant", "b)": "former-relevant", "c)": "qualifying", "d)": "eligible", "e)": "other"},
    "in-touch": {"a)": "YES", "b)": "NO REFU NREQ", "c)": "-", "d)": "YES NO DIED RHOM"},
    "accommodation": dict(
        zip(
            "a) b) c) d) e) f) g) h) i) j) k) l) m) n) o) p)".split(),
            "B C D E G H K R- S T U V W X Z Y".split(),
            strict=True,
        )
    ),
    "suitability": {"a)": "yes", "b)": "no", "c)": "-"},
    "reversal-reason": {"a)": "RD1", "b)": "RD2", "c)": "RD3", "d)": "RD4"},
}
"""For each code set: the corpus's own targets, by their first word, and the codes that agree with each ("-":
none, since the target says that nothing is known)."""


@dataclass(frozen=True)
class Spelling:
    """One spelling of the corpus, what it means here, and the codes that would agree with its target there."""

    codes: str
    spelling: str
    target: str
    agreeing: frozenset[str]
    match: Match

    @property
    def verdict(self) -> str:
        if self.match.code in self.agreeing:
            return "agreed"
        if self.match.code is not None:
            return "disagreed"
        if self.match.outcome is Outcome.NOT_SAID and "-" in self.agreeing:
            return "agreed"
        return str(self.match.outcome)


def corpus() -> Iterator[Spelling]:
    """Each different spelling of each code set once, under each target that the corpus gives it."""
    with CORPUS.open(encoding="utf-8", newline="") as file:
        rows = sorted(
            {
                (SETS[row["column"]], row["as_seen_in_local_extracts"], row["code"])
                for row in csv.DictReader(file)
                if row["column"] in SETS
            }
        )
    for codes, spelling, target in rows:
        groups = _GROUPS.get(codes, _YES_NO)
        agreeing = frozenset(groups.get(target.split()[0], "").replace("R-", "R -").split())
        yield Spelling(codes, spelling, target, agreeing, code_sets()[codes].match(spelling))


def report(*shown: str) -> None:
    """Print, for each code set, how its spellings fared; and for those named, every one that did not agree."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    odd: dict[tuple[str, str, str, str], list[str]] = defaultdict(list)
    for one in corpus():
        counts[one.codes][one.verdict] += 1
        if one.verdict != "agreed":
            odd[one.codes, one.verdict, one.target, one.match.code or ""].append(one.spelling)
    total = sum(counts.values(), Counter[str]())
    for codes, count in [*counts.items(), ("all", total)]:
        figures = ", ".join(f"{verdict} {number}" for verdict, number in count.most_common())
        print(f"{codes:20} {sum(count.values()):6} {figures}")
    for (codes, verdict, target, code), spellings in sorted(odd.items()):
        if codes in shown:
            print(f"\n{codes}: {verdict} [{target}] {code} ({len(spellings)})\n   ", " | ".join(spellings))


if __name__ == "__main__":
    import sys

    report(*sys.argv[1:])
