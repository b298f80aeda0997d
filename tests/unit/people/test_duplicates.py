"""Who may be known already: what a practitioner is told, what always holds, and how many are found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bench.duplicates import TWINS, Register, find, recall, silence
from sightline.example.people_mess import KNOWN, UNKNOWN, searches
from sightline.example.people_population import Population
from sightline.people.duplicates import Described, Suggestion, keys_of, suggest
from sightline.people.identifiers import IdentifierKind

NHS = (IdentifierKind.NHS_NUMBER, "9991234578")
CHIDI = Described(
    "Chidi", "Okafor", (), date(2015, 3, 7), None, "M", "12 Elm Road", "ZZ1 2CD", (NHS,), key=1
)  # fmt: skip
NAME_ONLY = Described("Chidi", "Okafor")


def asked(**changes: object) -> Described:
    """Chidi as somebody else describes him, who does not know his NHS number."""
    return replace(CHIDI, key=0, **{"identifiers": (), **changes})  # type: ignore[arg-type]


def only(found: list[Suggestion]) -> Suggestion:
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"identifiers": (NHS,)}, "same NHS number"),
        ({}, "same given name: Chidi"),
        ({}, "same family name: Okafor"),
        ({}, "same date of birth"),
        ({}, "same address"),
        ({"given_names": "Chidi James"}, "same first name: Chidi James and Chidi"),
        ({"given_names": "Chidy"}, "given name sounds the same: Chidy and Chidi"),
        ({"given_names": "James Chidi"},
         "first name of the one is a second name of the other: James Chidi and Chidi"),
        ({"family_name": "Okaphor"}, "family name sounds the same: Okaphor and Okafor"),
        ({"family_name": "Okaforr-Mensah"}, "family name sounds the same: Okaforr-Mensah and Okafor"),
        ({"family_name": "Mensah-Okafor"}, "part of the family name is the same: Mensah-Okafor and Okafor"),
        ({"family_name": "Okajor"}, "family name is spelled nearly the same: Okajor and Okafor"),
        ({"given_names": "Okafor", "family_name": "Chidi"},
         "given and family names swapped: Okafor Chidi and Chidi Okafor"),
        ({"date_of_birth": date(2015, 7, 3)}, "day and month of the date of birth swapped"),
        ({"date_of_birth": date(2016, 3, 7)}, "date of birth differs by 1 year, but only in one part"),
        ({"date_of_birth": date(2015, 3, 8)}, "date of birth differs by 1 day, but only in one part"),
        ({"date_of_birth": date(2015, 1, 1)}, "same year of birth; 1 January may stand for an unknown day"),
        ({"postcode": ""}, "same first line of the address: 12 Elm Road"),
        ({"address_line": ""}, "same postcode: ZZ1 2CD"),
        ({"address_line": "12, Elm Road, Ashton under Hill, Valeside"}, "same address"),
        ({"date_of_birth": date(2017, 9, 20), "is_birth_estimated": True},
         "date of birth differs by 3 years, but is estimated"),
    ],
)  # fmt: skip
def test_each_reason_is_said_in_words(changes: dict[str, object], reason: str) -> None:
    suggestion = only(suggest(asked(**changes), [CHIDI]))
    assert reason in suggestion.reasons
    assert suggestion.score >= 0.5


@pytest.mark.parametrize(
    ("changes", "against"),
    [
        ({"date_of_birth": date(2018, 5, 20)}, "date of birth differs by 3 years"),
        ({"date_of_birth": date(2015, 9, 20)}, "date of birth differs by 6 months"),
        ({"given_names": "Ada"}, "same address and date of birth, but another first name: may be twins"),
        ({"given_names": "Ada", "address_line": "", "postcode": "", "identifiers": (NHS,)},
         "same date of birth, but another first name: may be twins"),
        ({"family_name": "Mensah"}, "another family name: Mensah and Okafor"),
        ({"sex": "F"}, "recorded with another sex"),
        ({"address_line": "3 Oak Lane", "postcode": "ZZ9 9ZZ"}, "another address: may have moved"),
        ({"identifiers": ((IdentifierKind.NHS_NUMBER, "9990000018"),)}, "another NHS number"),
    ],
)  # fmt: skip
def test_what_speaks_against_is_said_as_well(changes: dict[str, object], against: str) -> None:
    assert against in only(suggest(asked(**changes), [CHIDI])).against


@pytest.mark.parametrize(
    "changes",
    [
        {"given_names": "Ada", "date_of_birth": date(2018, 5, 20)},  # a sister at the same address
        {
            "address_line": "3 Oak Lane",
            "postcode": "ZZ9 9ZZ",
            "date_of_birth": date(2011, 9, 1),
        },  # a namesake
        {
            "given_names": "Ada",
            "family_name": "Mensah",
            "address_line": "",
            "postcode": "",
        },  # the same birthday
        {"date_of_birth": date(1983, 1, 9)},  # a father of the same name
    ],
)
def test_a_sister_a_namesake_a_birthday_and_a_father_are_not_suggested(changes: dict[str, object]) -> None:
    assert suggest(asked(**changes), [CHIDI]) == []


def test_the_same_nhs_number_is_always_shown_however_little_else_agrees() -> None:
    wrong = asked(
        identifiers=(NHS,), given_names="Ada", family_name="Mensah", date_of_birth=date(1999, 9, 9), sex="F",
        address_line="3 Oak Lane", postcode="ZZ9 9ZZ",
    )  # fmt: skip
    suggestion = only(suggest(wrong, [CHIDI]))
    assert suggestion.reasons == ("same NHS number",)
    assert len(suggestion.against) == 5


def test_a_former_upn_finds_a_child_by_their_first_school() -> None:
    former, current = (IdentifierKind.UPN, "H801200001001"), (IdentifierKind.UPN, "N306123456789")
    known = replace(CHIDI, identifiers=(current, former))
    assert keys_of(Described(identifiers=(former,))) <= keys_of(known)
    assert "same unique pupil number (UPN)" in only(suggest(asked(identifiers=(former,)), [known])).reasons


def test_an_earlier_family_name_is_found_among_the_other_names() -> None:
    known = replace(CHIDI, family_name="Mensah", other_names=("Chidi Okafor",))
    assert "Okafor is among the other names: Chidi Okafor" in only(suggest(asked(), [known])).reasons


def test_a_child_recorded_before_birth_is_found_after_it_by_address_and_expected_date() -> None:
    unborn = Described(
        "Baby", "Mensah", expected_date=date(2015, 3, 16), address_line="12 Elm Road", postcode="ZZ12CD"
    )
    suggestion = only(suggest(asked(), [unborn]))
    assert suggestion.reasons == ("same address", "born 9 days before the expected date")
    assert suggest(asked(date_of_birth=date(2016, 3, 16)), [unborn]) == []


def test_a_name_alone_finds_the_same_name_and_the_same_sound_but_no_family_of_it() -> None:
    found = suggest(NAME_ONLY, [CHIDI, replace(CHIDI, given_names="Chidy", family_name="Okaphor", key=2)])
    assert [suggestion.described.key for suggestion in found] == [1, 2]
    assert suggest(Described(family_name="Okafor"), [CHIDI]) == []


def test_an_agencys_own_number_alone_is_a_reason_and_with_all_else_against_it_is_not() -> None:
    local = ((IdentifierKind.LOCAL, "P 123"),)
    known = replace(CHIDI, identifiers=local)
    assert only(suggest(Described(identifiers=local), [known])).reasons == ("same local number",)
    assert suggest(Described("Ada", "Mensah", (), date(1999, 9, 9), identifiers=local), [known]) == []


def test_twins_are_told_apart_by_name_and_both_shown_while_it_is_not_known() -> None:
    ada = replace(CHIDI, given_names="Ada", sex="F", identifiers=(), key=2)
    assert only(suggest(asked(), [ada, CHIDI])).described is CHIDI
    assert {one.described.key for one in suggest(asked(given_names="", sex=""), [ada, CHIDI])} == {1, 2}


def test_at_most_five_are_shown() -> None:
    assert len(suggest(NAME_ONLY, [replace(CHIDI, key=key) for key in range(1, 10)])) == 5


@pytest.mark.parametrize(
    "spellings",
    [
        "Mohammed Muhammad Mohamed Mohamad", "Hussain Hussein Husayn", "Yusuf Yousef Jusuf", "Nowak Novak",
        "Kowalski Kowalska Kovalsky", "Szymański Shimanski", "Qureshi Kureshi", "Catherine Kathryn Katherine",
        "Siobhan Shivaun", "Nguyen Ngyuen Nguyễn", "MacDonald McDonald", "O'Brien O’Brian", "Xu Hsu",
    ],
)  # fmt: skip
def test_spellings_of_one_name_share_a_key_whatever_its_origin(spellings: str) -> None:
    keys = [keys_of(Described("Zoe", spelling)) for spelling in spellings.split()]
    assert frozenset.intersection(*keys)


def test_keys_are_short_codes_that_another_secret_changes_altogether() -> None:
    keys = keys_of(CHIDI, b"one")
    assert keys
    assert all(len(key) == 16 and int(key, 16) >= 0 for key in keys)
    assert keys_of(CHIDI, b"one") == keys
    assert keys.isdisjoint(keys_of(CHIDI, b"another"))
    assert keys_of(Described()) == frozenset()


# --- What always holds -----------------------------------------

names = st.sampled_from(
    "Chidi Ada Chidy Mohammed Muhammad Mo Zofia Anne-Marie Ann Baby Ñandú 李 O'Neill de".split()
)
families = st.sampled_from(
    ["Okafor", "Okaphor", "Khan", "Mensah-Okafor", "al-Hassan", "Hassan", "Lee", "李", "", "X"]
)
dates = st.dates(date(2014, 12, 25), date(2016, 1, 7)) | st.dates(date(1950, 1, 1), date(2026, 1, 1))
addresses = st.sampled_from(["12 Elm Road", "Flat 1, 12 Elm Rd", "14 Elm Road", "The Old Mill", ""])
postcodes = st.sampled_from(["ZZ1 2CD", "zz12cd", "ZZ1 2CE", "ZZ9 9ZZ", ""])
numbers = st.sampled_from(
    [(), (NHS,), ((IdentifierKind.NHS_NUMBER, "9990000018"),), ((IdentifierKind.LOCAL, "P1"),)]
)
people = st.builds(
    Described,
    st.lists(names, max_size=2).map(" ".join), families, st.sampled_from([(), ("Okafor",), ("Mo Khan",)]),
    st.none() | dates, st.none() | dates, st.sampled_from(["", "F", "M"]), addresses, postcodes, numbers,
    is_birth_estimated=st.booleans(),
)  # fmt: skip


def numbered(described: Iterable[Described]) -> list[Described]:
    return [replace(one, key=key) for key, one in enumerate(described, start=1)]


@given(people, people)
def test_one_is_as_like_the_other_as_the_other_is_like_the_one(one: Described, other: Described) -> None:
    there, back = suggest(one, [other]), suggest(other, [one])
    assert [suggestion.score for suggestion in there] == pytest.approx(
        [suggestion.score for suggestion in back]
    )


@given(people, st.lists(people, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_candidates_does_not_matter(
    one: Described, others: list[Described], shuffle: object
) -> None:
    candidates = numbered(others)
    shuffled = candidates.copy()
    shuffle.shuffle(shuffled)  # type: ignore[attr-defined]
    assert suggest(one, candidates) == suggest(one, shuffled)


KNOWN_BY_ADDRESS = Described("Chidi", "Okafor", (), None, None, "", "12 Elm Road", "ZZ1 2CD")
"""Nobody knows when he was born; a child who is expected there needs less to be suggested."""


@given(people, st.lists(people, max_size=8))
@example(KNOWN_BY_ADDRESS, [replace(KNOWN_BY_ADDRESS, expected_date=date(2014, 12, 25))])
def test_nobody_comes_before_a_record_that_says_exactly_the_same(
    one: Described, others: list[Described]
) -> None:
    candidates = numbered([one, *others])
    found = suggest(one, candidates)
    assume(suggest(one, candidates[:1]))
    assert found[0].described.key == 1
    assert not found[0].against


@given(people)
def test_a_record_shares_all_its_keys_with_one_that_says_the_same(one: Described) -> None:
    assert keys_of(one) == keys_of(replace(one, key=7))
    assert keys_of(one) or not (one.postcode or one.identifiers or one.date_of_birth)


# --- How many are found -----------------------------------------


def test_of_invented_people_with_every_kind_of_mess_nearly_all_are_found() -> None:
    """A small part of `make bench-duplicates`, whose figures are the ones to quote."""
    population = Population(seed=3, half=1)
    population.grow(2_000)
    register = Register(person.described for person in population.people)
    found = [find(register, search) for search in searches(population, each=15)]
    known = [one for one in found if one.search.truth is not None]
    unknown = [one for one in found if one.search.truth is None and one.search.kind != TWINS]
    assert {one.search.kind for one in found} == {*KNOWN, *UNKNOWN}
    assert recall(known) >= 0.95
    assert silence(unknown) >= 0.8
