"""How far two descriptions of a person agree, field by field, in figures and in words.

Each comparison gives *evidence*: a weight in bits, and what a practitioner would say of it. Ten bits for a
date of birth mean: so much more often do two records of one person agree in it than two records of any two
(2 to the tenth, about a thousand times). Weights of fields are added, as Fellegi and Sunter showed (1969).
They are set by judgement of how often strangers share a value and how often one is written down wrongly, and
checked by `make bench-duplicates`. What one of the two lacks says nothing: its weight is 0.

Every comparison is symmetric in its weight; its words name the first before the second.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from rapidfuzz.distance import OSA, JaroWinkler

from sightline.people.identifiers import IdentifierKind, is_temporary_upn
from sightline.people.names import forms, sound, words

FAMILY, GIVEN, BORN, EXPECTED, SEX, ADDRESS = 6.0, 6.5, 9.0, 5.0, 1.0, 6.0
"""The most that each field can weigh: when both are the same."""
IDENTIFIER, LOCAL_NUMBER = 45.0, 8.0
"""A shared NHS number or UPN weighs more than all else can weigh against it; two agencies' own numbers can be
equal by chance."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one field says: above 0 for the same person, below 0 against; in words, if it is worth a word."""

    weight: float = 0.0
    words: str = ""


SILENT = Evidence()


def similar(one: str, other: str) -> Evidence:
    """How far two words of names are one name: same, a shorter form, the same sound, a slip of the finger."""
    if one == other:
        return Evidence(1.0, "is the same")
    shorter, longer = sorted((one, other), key=len)
    if forms(one) & forms(other):
        return Evidence(0.85, "can be a form of one name")
    likeness = JaroWinkler.similarity(one, other)
    if likeness >= 0.7 and sound(one) == sound(other):
        return Evidence(0.8, "sounds the same")
    slips = OSA.distance(one, other, score_cutoff=2)
    if slips <= (0 if len(shorter) < 4 else 1 if len(shorter) < 8 else 2):
        return Evidence(0.65, "is spelled nearly the same")
    if len(shorter) >= 3 and (longer.startswith(shorter) or (len(shorter) >= 4 and longer.endswith(shorter))):
        return Evidence(0.65, "may be shortened")
    if likeness >= 0.9:
        return Evidence(0.5, "is spelled much the same")
    if len(shorter) == 1 and longer.startswith(shorter):
        return Evidence(0.25, "begins with the same letter")
    return SILENT


def of_given_names(one: str, other: str) -> Evidence:
    """Compare given names: the first names, and then whether one goes by the other's second name."""
    ones, others = words(one), words(other)
    if not ones or not others:
        return SILENT
    if ones == others:
        return Evidence(GIVEN, f"same given name: {one}" if len(ones) == 1 else f"same given names: {one}")
    first = similar(ones[0], others[0])
    if first.weight == 1.0:
        both_go_on = len(ones) > 1 and len(others) > 1 and not {*ones[1:]} & {*others[1:]}
        return Evidence(4.0 if both_go_on else GIVEN - 0.5, f"same first name: {one} and {other}")
    if "".join(ones) == "".join(others):
        return Evidence(GIVEN - 0.5, f"same given name, written apart: {one} and {other}")
    if first.weight:
        return Evidence((GIVEN - 0.5) * first.weight, f"given name {first.words}: {one} and {other}")
    if {*ones[1:]} & {others[0]} or {*others[1:]} & {ones[0]}:
        return Evidence(3.5, f"first name of the one is a second name of the other: {one} and {other}")
    return Evidence(-5.0, f"another first name: {one} and {other}")


def of_family_names(one: str, other: str) -> Evidence:
    """Compare family names: whole, in part (double-barrelled), by sound and spelling."""
    ones, others = words(one), words(other)
    if not ones or not others:
        return SILENT
    if "".join(sorted(ones)) == "".join(sorted(others)) or "".join(ones) == "".join(others):
        return Evidence(FAMILY, f"same family name: {other}")
    if {*ones} & {*others}:
        return Evidence(4.5, f"part of the family name is the same: {one} and {other}")
    pairs = [(a, b) for a in ones for b in others if len(a) > 1 and len(b) > 1]
    best = max((similar(a, b) for a, b in [*pairs, ("".join(ones), "".join(others))]), key=_weight)
    if best.weight:
        weight = FAMILY * best.weight - (0 if len(ones) == len(others) else 1)
        return Evidence(weight, f"family name {best.words}: {one} and {other}")
    return Evidence(-2.5, f"another family name: {one} and {other}")


def of_swapped_names(one: tuple[str, str], other: tuple[str, str]) -> Evidence:
    """Compare (given, family) with (family, given): which is which is a guess for many who write it down."""
    if not all((*map(words, one), *map(words, other))):
        return SILENT
    crosswise = of_family_names(one[0], other[1]), of_family_names(one[1], other[0])
    if min(evidence.weight for evidence in crosswise) < 3:
        return SILENT
    weight = sum(evidence.weight for evidence in crosswise) - 2
    return Evidence(weight, f"given and family names swapped: {' '.join(one)} and {' '.join(other)}")


def of_other_names(name: str, others: Collection[str]) -> Evidence:
    """Look for a name among the earlier and other names of the other record."""
    known = {word: other for other in others for word in words(other)}
    for word in words(name):
        if word in known:
            return Evidence(4.5, f"{name} is among the other names: {known[word]}")
    for word in words(name):
        for candidate, other in known.items():
            if len(word) > 1 and similar(word, candidate).weight >= 0.65:
                return Evidence(3.0, f"{name} is like one of the other names: {other}")
    return SILENT


def of_birth(one: date, other: date, is_estimated: bool = False) -> Evidence:
    """Compare two dates of birth, of which one may be estimated, as an age is that somebody disputes."""
    found = _of_dates(one, other)
    if is_estimated and found.weight < 0 and abs((one - other).days) <= 3 * 366:
        return Evidence(0.5, f"date of birth differs by {_apart(one, other)}, but is estimated")
    return found


def _of_dates(one: date, other: date) -> Evidence:
    """Compare dates with the slips that people make when they write one down."""
    if one == other:
        if (one.day, one.month) == (1, 1):
            return Evidence(BORN - 3, "same date of birth, 1 January, which may stand for an unknown day")
        return Evidence(BORN, "same date of birth")
    if one.year == other.year and (one.day, one.month) == (other.month, other.day):
        return Evidence(7.0, "day and month of the date of birth swapped")
    apart = f"date of birth differs by {_apart(one, other)}"
    if one.year == other.year and (1, 1) in {(one.day, one.month), (other.day, other.month)}:
        return Evidence(3.0, "same year of birth; 1 January may stand for an unknown day")
    same = (one.year == other.year) + (one.month == other.month) + (one.day == other.day)
    slips = OSA.distance(one.strftime("%Y%m%d"), other.strftime("%Y%m%d"))
    if same == 2:
        return Evidence(4.5 if slips == 1 else 3.0, f"{apart}, but only in one part")
    if slips == 1 or abs((one - other).days) <= 2:
        return Evidence(3.0, f"{apart}, perhaps a slip")
    if abs((one - other).days) <= 31:
        return Evidence(-2.0, apart)
    years = abs(one.year - other.year)
    return Evidence(-6.0 if years <= 10 else -10.0, apart)


def of_expected(expected: date | None, other: date | None, other_is_born: bool) -> Evidence:
    """Compare an expected date with a date of birth, or with another expected date.

    Most births fall within two weeks of it, nearly all from sixteen weeks before it to four after.
    """
    if expected is None or other is None:
        return SILENT
    days = (other - expected).days
    what = "born" if other_is_born else "expected"
    if abs(days) <= 14:
        return Evidence(EXPECTED, f"{what} {_days(days)} the expected date")
    if (-112 <= days <= 28) if other_is_born else abs(days) <= 28:
        return Evidence(3.0, f"{what} {_days(days)} the expected date")
    return Evidence(-8.0, f"{what} {_days(days)} the expected date")


def of_sex(one: str, other: str) -> Evidence:
    """Compare what is recorded as sex; "" is not recorded."""
    if not one or not other:
        return SILENT
    return Evidence(SEX) if one == other else Evidence(-3.0, "recorded with another sex")


def of_address(one: tuple[str, str], other: tuple[str, str]) -> Evidence:
    """Compare (address line, postcode) with another."""
    (line, postcode), (line2, postcode2) = map(_address, (one, other))
    same_line = _is_one_line(line, line2)
    if postcode and postcode == postcode2:
        if same_line:
            return Evidence(ADDRESS, "same address")
        return Evidence(4.0 if not line or not line2 else 2.5, f"same postcode: {other[1].upper()}")
    if same_line:
        slip = postcode and postcode2 and OSA.distance(postcode, postcode2) > 1
        return Evidence(2.0 if slip else 4.5, f"same first line of the address: {other[0]}")
    if (postcode and postcode2) or (line and line2):
        return Evidence(-1.5, "another address: may have moved")
    return SILENT


def of_identifiers(
    ones: Collection[tuple[IdentifierKind, str]], others: Collection[tuple[IdentifierKind, str]]
) -> list[Evidence]:
    """Compare identifiers, kind by kind: a shared one nearly settles it, another one speaks against."""
    found = []
    for kind in IdentifierKind:
        mine = {value for its, value in ones if its is kind}
        theirs = {value for its, value in others if its is kind}
        if mine & theirs:
            weight = LOCAL_NUMBER if kind is IdentifierKind.LOCAL else IDENTIFIER
            found.append(Evidence(weight, f"same {kind.words}"))
        elif mine and theirs and kind is IdentifierKind.NHS_NUMBER:
            found.append(Evidence(-8.0, "another NHS number"))
        elif kind is IdentifierKind.UPN and _permanent(mine) and _permanent(theirs):
            found.append(Evidence(-4.0, "another UPN"))
    return found


def _permanent(upns: Collection[str]) -> bool:
    return any(not is_temporary_upn(upn) for upn in upns)


def _weight(evidence: Evidence) -> float:
    return evidence.weight


def _address(address: tuple[str, str]) -> tuple[str, str]:
    line = "".join(letter if letter.isalnum() else " " for letter in address[0].casefold())
    return " ".join(line.split()), plain_postcode(address[1])


def plain_postcode(postcode: str) -> str:
    """A postcode in capitals, without spaces."""
    return "".join(postcode.upper().split())


def _is_one_line(line: str, other: str) -> bool:
    """Whether two lines are of one home: the same numbers, and much the same or one with a town as well."""
    if not line or not other or _number(line) != _number(other):
        return False
    goes_on = line.startswith(f"{other} ") or other.startswith(f"{line} ")
    return goes_on or JaroWinkler.similarity(line, other) >= 0.9


def _number(line: str) -> str:
    return " ".join(word for word in line.split() if word[0].isdigit())


def _apart(one: date, other: date) -> str:
    days = abs((one - other).days)
    for length, unit in ((365.25, "year"), (30.44, "month"), (1, "day")):
        if (count := round(days / length)) and days >= length * 0.95:
            return f"{count} {unit}" + ("s" if count > 1 else "")
    return "a day"


def _days(days: int) -> str:
    if not days:
        return "on"
    size = f"{abs(days)} day" + ("s" if abs(days) > 1 else "")
    return f"{size} {'after' if days > 0 else 'before'}"
