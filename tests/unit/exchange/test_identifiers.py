"""Unique pupil numbers and NHS numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.exchange.identifiers import UPN_LETTERS, nhs_number_fault, upn_check_letter, upn_fault

DIGITS = st.text("0123456789", min_size=12, max_size=12)


def test_check_letter_worked_by_hand() -> None:
    # 3x2 + 0x3 + 6x4 + 1x5 + 2x6 + 3x7 + 4x8 + 5x9 + 6x10 + 7x11 + 8x12 + 9x13 = 495; 495 mod 23 = 12
    assert upn_check_letter("306123456789") == "N"
    assert upn_fault("N306123456789") is None


@pytest.mark.parametrize(
    ("upn", "rule"),
    [
        ("A306123456789", "upn-check-letter"),
        ("I306123456789", "upn-check-letter"),
        ("n306123456789", "upn-check-letter"),
        ("N30612345678", "upn-length"),
        ("N30X123456789", "upn-authority"),
        ("N3061234X6789", "upn-digits"),
        ("N30612345678O", "upn-last-character"),
        ("N306٣23456789", "upn-digits"),
    ],
)
def test_each_fault_is_named(upn: str, rule: str) -> None:
    fault = upn_fault(upn)
    assert fault is not None
    assert fault.rule == rule


def test_temporary_number_is_checked_by_its_pattern_only() -> None:
    assert upn_fault("A30612345678B") is None


@given(DIGITS, st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_never_passes(digits: str, place: int, change: int) -> None:
    # Weights 2 to 13 and the modulus 23 share no factor, so one changed digit changes the letter.
    wrong = digits[:place] + str((int(digits[place]) + change) % 10) + digits[place + 1 :]
    assert upn_fault(upn_check_letter(digits) + digits) is None
    assert upn_fault(upn_check_letter(digits) + wrong) is not None


@given(DIGITS, st.sampled_from(UPN_LETTERS))
def test_one_letter_of_23_fits(digits: str, letter: str) -> None:
    assert (upn_fault(letter + digits) is None) == (letter == upn_check_letter(digits))


def test_nhs_number_worked_by_hand() -> None:
    # 9x10+4x9+3x8+4x7+7x6+6x5+5x4+9x3+1x2 = 299; 299 mod 11 = 2; 11-2 = 9
    assert nhs_number_fault("943 476 5919") is None
    assert nhs_number_fault("9434765918") is not None
    assert nhs_number_fault("943476591") is not None


def test_nhs_check_of_eleven_is_nought_and_of_ten_is_invalid() -> None:
    def remainder(nine: str) -> int:
        return sum(int(digit) * weight for digit, weight in zip(nine, range(10, 1, -1), strict=True)) % 11

    by_remainder = {remainder(f"{n:09d}"): f"{n:09d}" for n in range(400)}
    assert nhs_number_fault(by_remainder[0] + "0") is None
    assert all(nhs_number_fault(by_remainder[1] + str(last)) is not None for last in range(10))
