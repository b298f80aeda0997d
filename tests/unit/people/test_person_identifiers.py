"""Whether a number can be what it says: the worked examples of its source, and every slip of one finger."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.exchange.identifiers import UPN_LETTERS, upn_check_letter
from sightline.people.identifiers import IdentifierKind, NotAnIdentifier, clean, is_temporary_upn

NHS, UPN, LOCAL = IdentifierKind.NHS_NUMBER, IdentifierKind.UPN, IdentifierKind.LOCAL


def with_check_digit(nine: str) -> str | None:
    """Write out an NHS number by its rule, apart from the code under test; None where none is issued."""
    left = 11 - sum(int(digit) * (10 - place) for place, digit in enumerate(nine)) % 11
    return None if left == 10 else nine + str(left % 11)


nine_digits = st.text("0123456789", min_size=9, max_size=9)
nhs_numbers = nine_digits.map(with_check_digit).filter(lambda n: n is not None and len(set(n)) > 1).map(str)
upns = st.builds(
    lambda digits, last: upn_check_letter(digits + last) + digits + last,
    st.text("0123456789", min_size=11, max_size=11),
    st.sampled_from("0123456789" + UPN_LETTERS),
)


def is_refused(kind: IdentifierKind, text: str) -> bool:
    try:
        clean(kind, text)
    except NotAnIdentifier:
        return True
    return False


@pytest.mark.parametrize(
    ("kind", "typed", "normal"),
    [
        (NHS, "943 476 5919", "9434765919"),
        (NHS, " 999-123-4578 ", "9991234578"),
        (NHS, "9990000018", "9990000018"),
        (UPN, "p207000016049", "P207000016049"),
        (UPN, "B 801 2000 05001", "B801200005001"),
        (LOCAL, " p  00123/a ", "P 00123/A"),
    ],
)
def test_a_number_gets_one_normal_form(kind: IdentifierKind, typed: str, normal: str) -> None:
    assert clean(kind, typed) == normal


@pytest.mark.parametrize(
    ("kind", "typed", "expected"),
    [
        (NHS, "", "10 digits"),
        (NHS, "943 476 591", "10 digits"),
        (NHS, "٩٤٣٤٧٦٥٩١٩", "10 digits"),
        (NHS, "943 476 5918", "do not fit together"),
        (NHS, "0000000000", "do not fit together"),
        (NHS, "9999999999", "do not fit together"),
        (UPN, "B20700001604", "13 characters"),
        (UPN, "I207000016049", "first letter"),
        (UPN, "B207000016049", "first letter"),
        (UPN, "B20700001604S", "13 characters"),
        (LOCAL, "   ", "1 to 30 characters"),
        (LOCAL, "1" * 31, "1 to 30 characters"),
    ],
)
def test_what_cannot_be_one_is_refused_in_words_that_repeat_nothing(
    kind: IdentifierKind, typed: str, expected: str
) -> None:
    with pytest.raises(NotAnIdentifier, match=expected) as refused:
        clean(kind, typed)
    assert not typed.strip() or typed not in str(refused.value)


def test_the_examples_in_the_words_of_a_refusal_are_themselves_valid() -> None:
    assert clean(NHS, "999 123 4578")
    assert clean(UPN, "H801200001001")


@given(upns)
def test_a_temporary_upn_is_one_that_ends_in_a_letter(upn: str) -> None:
    assert is_temporary_upn(clean(UPN, upn)) == (upn[12] in UPN_LETTERS)


@given(nhs_numbers, st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_of_an_nhs_number_is_always_found(number: str, place: int, off: int) -> None:
    """Weights 10 to 1 and differences 1 to 9 have no factor 11, so no one digit can be wrong unnoticed."""
    wrong = str((int(number[place]) + off) % 10)
    assert is_refused(NHS, number[:place] + wrong + number[place + 1 :])


@given(nhs_numbers, st.integers(0, 8), st.integers(1, 9))
def test_any_two_digits_of_an_nhs_number_swapped_are_found_unless_they_are_equal(
    number: str, first: int, apart: int
) -> None:
    """Neighbours or not: two weights differ by 1 to 9. Only equal digits, where nothing changes, pass."""
    digits = list(number)
    second = min(first + apart, 9)
    digits[first], digits[second] = digits[second], digits[first]
    swapped = "".join(digits)
    assert is_refused(NHS, swapped) == (swapped != number)


def test_two_wrong_digits_of_an_nhs_number_can_pass() -> None:
    """What one check digit cannot do: of two slips, one pair in about eleven cancels out."""
    assert clean(NHS, "943 476 5919") != clean(NHS, "033 476 5919")


@given(upns, st.integers(1, 12), st.integers(1, 22))
def test_one_wrong_character_of_a_upn_is_always_found(upn: str, place: int, off: int) -> None:
    """23 is prime and larger than every weight and every difference of two values."""
    known = UPN_LETTERS if upn[place] in UPN_LETTERS else "0123456789"
    wrong = known[(known.index(upn[place]) + off) % len(known)]
    assert is_refused(UPN, upn[:place] + wrong + upn[place + 1 :]) == (wrong != upn[place])


@given(upns, st.integers(0, 11))
def test_two_neighbours_of_a_upn_swapped_are_found_unless_they_are_equal(upn: str, place: int) -> None:
    swapped = upn[:place] + upn[place + 1] + upn[place] + upn[place + 2 :]
    assert is_refused(UPN, swapped) == (swapped != upn)


@given(upns, st.sampled_from(UPN_LETTERS))
def test_a_wrong_check_letter_of_a_upn_is_always_found(upn: str, letter: str) -> None:
    assert is_refused(UPN, letter + upn[1:]) == (letter != upn[0])
