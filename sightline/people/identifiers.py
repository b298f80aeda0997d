"""What tells one person from all others: NHS numbers, unique pupil numbers and agencies' own numbers.

`clean` gives an identifier its one normal form, so that equal numbers are equal texts, and refuses what
cannot be one. Its sentences go to the person who typed: they say what was expected, never what was typed or
whom a number belongs to, since a page with an error is shown, printed and logged.

**NHS number** (NHS Data Dictionary, "NHS NUMBER"): ten digits, written 3-3-4. The first nine are weighted 10
to 2; the tenth is 11 less the remainder of their sum by 11, where 11 counts as 0, and 10 means that the
number was never issued. Numbers that begin with 999 are valid and never issued: they are for tests.

**UPN** (DfE, "Unique pupil numbers: guidance for schools and local authorities"; Government Data Standards
Catalogue, "Unique Pupil Number" 2.0): a check letter, the authority's three digits, the school's four, two of
the year and three of a series. Weigh the twelve by their places, 2 to 13; the remainder of the sum by 23 is
the letter's place in the alphabet without I, O and S. A *temporary* UPN ends in a letter, which counts as its
own place in that alphabet. A *former* UPN is a UPN: a person may hold several, and is found by each.

**Local** numbers, of an agency's own system, have no check digit.
"""

from __future__ import annotations

from enum import StrEnum

from sightline.exchange.identifiers import nhs_number_fault, upn_check_letter, upn_fault

LONGEST_LOCAL = 30


class IdentifierKind(StrEnum):
    """Whose numbers they are."""

    NHS_NUMBER = "nhs-number"
    UPN = "upn"
    LOCAL = "local"

    @property
    def words(self) -> str:
        """What people call such a number, within a sentence."""
        return {"nhs-number": "NHS number", "upn": "unique pupil number (UPN)", "local": "local number"}[self]


class NotAnIdentifier(ValueError):
    """The text cannot be an identifier of this kind. Its message is a sentence for who typed it."""


def clean(kind: IdentifierKind, text: str) -> str:
    """Give an identifier's normal form: no spaces around or (but in local numbers) within, capitals."""
    squeezed = " ".join(text.upper().split())
    if kind is IdentifierKind.LOCAL:
        return _local(squeezed)
    bare = squeezed.replace(" ", "").replace("-", "")
    return _nhs_number(bare) if kind is IdentifierKind.NHS_NUMBER else _upn(bare)


def is_temporary_upn(upn: str) -> bool:
    """Whether a clean UPN is temporary: a school gave it until it learns the permanent one."""
    return upn[-1].isalpha()


def _nhs_number(number: str) -> str:
    fault = nhs_number_fault(number)
    if fault and fault.rule == "nhs-number-digits":
        raise NotAnIdentifier("An NHS number has 10 digits, like 999 123 4578.")
    # The weights 10 to 1 add up to 55, so ten equal digits fit the rule; they are typed to fill a field.
    if fault or len(set(number)) == 1:
        raise NotAnIdentifier("This is not an NHS number: its digits do not fit together. Check each digit.")
    return number


def _upn(upn: str) -> str:
    fault = upn_fault(upn)
    if fault and fault.rule != "upn-check-letter":
        raise NotAnIdentifier(
            "A UPN has 13 characters: a letter, then 12 digits, like H801200001001. "
            "Only the last may be a letter too. The letters I, O and S are not used."
        )
    if fault or upn[0] != upn_check_letter(upn[1:]):
        raise NotAnIdentifier(
            "This is not a UPN: its first letter does not fit the rest. Check each letter and digit."
        )
    return upn


def _local(number: str) -> str:
    if not number or len(number) > LONGEST_LOCAL:
        raise NotAnIdentifier(
            f"Enter the number as the other system shows it, in 1 to {LONGEST_LOCAL} characters."
        )
    return number
