"""Whether an identifier can be what it says: unique pupil numbers and NHS numbers.

Used to report a faulty identifier to its sender; identifiers themselves never reach a fact table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
"""The 23 letters a UPN may use: I, O and S look too much like digits."""

_NHS_WEIGHTS = range(10, 1, -1)
_DIGITS = re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with an identifier: a permanent rule key, and what would have been right."""

    rule: str
    expected: str


def upn_fault(upn: str) -> Fault | None:
    """The first fault of a unique pupil number, by the children in need census's rules 1510 to 1550.

    Those rules do not define the check letter of a temporary number (a letter in place 13), so only its
    pattern is checked. The authority (places 2 to 4) is not looked up in a list: children keep the numbers
    of abolished and of Welsh authorities.
    """
    if len(upn) != 13:
        return Fault("upn-length", "a UPN of 13 characters")
    if not _DIGITS.fullmatch(upn[1:4]):
        return Fault("upn-authority", "an authority's three digits in places 2 to 4 (DfE rule 1530)")
    if not _DIGITS.fullmatch(upn[4:12]):
        return Fault("upn-digits", "digits in places 5 to 12 (DfE rule 1540)")
    if not _DIGITS.fullmatch(upn[12]) and upn[12] not in UPN_LETTERS:
        return Fault("upn-last-character", "a digit, or a letter but I, O and S, in place 13 (DfE rule 1550)")
    if upn[0] not in UPN_LETTERS:
        return Fault("upn-check-letter", "a letter but I, O and S in place 1 (DfE rule 1510)")
    if _DIGITS.fullmatch(upn[12]) and upn[0] != upn_check_letter(upn[1:]):
        return Fault("upn-check-letter", "the check letter that the digits give in place 1 (DfE rule 1510)")
    return None


def upn_check_letter(digits: str) -> str:
    """The check letter of a UPN's other twelve: the sum of digit x place (2 to 13), modulo 23.

    The letter that ends a temporary UPN counts as its place among `UPN_LETTERS`, from 0.
    """
    values = (UPN_LETTERS.index(digit) if digit in UPN_LETTERS else int(digit) for digit in digits)
    return UPN_LETTERS[sum(place * value for place, value in enumerate(values, start=2)) % 23]


def nhs_number_fault(number: str) -> Fault | None:
    """The first fault of an NHS number: ten digits (spaces apart), the last a check by modulus 11."""
    digits = number.replace(" ", "")
    if len(digits) != 10 or not _DIGITS.fullmatch(digits):
        return Fault("nhs-number-digits", "an NHS number of ten digits")
    check = -sum(weight * int(digit) for weight, digit in zip(_NHS_WEIGHTS, digits, strict=False)) % 11
    if check != int(digits[9]):
        return Fault("nhs-number-check", "an NHS number whose tenth digit fits the nine before it")
    return None
