"""The registry: all of C01 to C56, each honest about who says so."""

import re
from datetime import date
from pathlib import Path

import pytest

from sightline.clocks import (
    CLOCKS,
    THEMES,
    Authority,
    Counts,
    Limit,
    Unit,
    UnknownClock,
    by_ref,
    find,
    in_force,
)
from sightline.clocks.registry import _by_key

REFS = [f"C{n:02}" for n in range(1, 57)]
DOMAIN = Path(__file__).resolve().parents[3] / "../shared/reference/domain.md"
# References whose limits are not all numbers of the limit column, and why.
IN_OTHER_WORDS = {
    "C03": "Merton's hours stand in the source column",
    "C14": "before the placement: 0 days",
    "C15": "before the placement: 0 days",
    "C16": "before the placement: 0 days",
    "C17": "year 1, and placements to 18",
    "C21": "the first review, itself due in 20 working days; ages",
    "C23": "the plan's review stands in the source column",
    "C31": "percentages",
    "C34": "year 1",
    "C36": "the next working day; one month",
    "C40": "since 2018",
    "C41": "30 May is 60 days after the year's end",
    "C52": "the end of September is six months after the year's end",
    "C54": "the number of stages; one week",
    "C56": "the source column: six months, quarterly",
}


def rows_of_the_reference() -> dict[str, tuple[str, str]]:
    if not DOMAIN.exists():
        pytest.skip("the domain reference is not at hand")
    lines = re.findall(r"^\| (C\d\d) \|(.*)\|$", DOMAIN.read_text(encoding="utf-8"), re.MULTILINE)
    cells = {ref: [cell.strip() for cell in rest.split("|")] for ref, rest in lines}
    return {ref: (row[-2], row[-1]) for ref, row in cells.items()}


def test_every_reference_from_c01_to_c56_has_a_clock_and_no_reference_is_left_out():
    refs = {clock.ref for clock in CLOCKS.values()}
    assert refs >= set(REFS)
    assert sorted(refs) == [f"C{n:02}" for n in range(1, len(refs) + 1)]


@pytest.mark.parametrize("theme", THEMES)
def test_the_clocks_of_a_theme_stand_in_the_order_of_their_references(theme):
    refs = [clock.ref for clock in THEMES[theme]]
    assert refs
    assert refs == sorted(refs)


def test_the_references_are_those_of_the_domain_reference():
    assert sorted(rows_of_the_reference()) == REFS


def readings(limit: Limit) -> set[int]:
    """The numbers by which a text may call a limit: 84 days is 12 weeks, 24 months are 2 years."""
    per = {Unit.DAYS: 7, Unit.MONTHS: 12}.get(limit.unit, 1)
    return {limit.length} | ({limit.length // per} if limit.length % per == 0 else set())


@pytest.mark.parametrize("ref", REFS)
def test_limits_are_the_numbers_of_the_domain_reference(ref):
    theirs = {int(n) for n in re.findall(r"\d+", rows_of_the_reference()[ref][0])}
    national = [clock.limit for clock in by_ref(ref) if clock.limit]
    ours = [readings(each) for each in national + [s.limit for c in by_ref(ref) for s in c.suggested]]
    agree = all(each & theirs for each in ours) and theirs <= set().union(*ours)
    assert agree != (ref in IN_OTHER_WORDS), (theirs, ours)


@pytest.mark.parametrize("ref", REFS)
def test_a_clock_is_confirmed_only_where_the_domain_reference_says_so(ref):
    _, status = rows_of_the_reference()[ref]
    confirmed = [clock for clock in by_ref(ref) if clock.verified]
    if "confirmed" not in status:
        assert not confirmed
    elif not re.search(r"verify|procedures|configure|local", status):
        assert len(confirmed) == len(by_ref(ref))


def test_keys_are_kebab_case_and_so_are_the_events():
    events = {event for clock in CLOCKS.values() for event in (*clock.starts, *clock.stops)}
    assert len(events) > 80
    assert len({event.key for event in events}) == len(events), "one event key has two meanings"
    for key in [*CLOCKS, *(event.key for event in events)]:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", key), key


@pytest.mark.parametrize("clock", CLOCKS.values(), ids=str)
def test_every_clock_says_what_starts_and_stops_it_and_who_says_so(clock):
    assert clock.starts
    assert clock.stops
    assert clock.title
    assert clock.citation
    assert all(suggestion.source for suggestion in clock.suggested)
    assert 0 < clock.expected_percent <= 100
    is_local = clock.authority is Authority.LOCAL_POLICY
    assert not (is_local and clock.limit), "local policy sets no national limit: move it to `suggested`"


def test_a_local_clock_is_never_shown_as_confirmed():
    local = [clock for clock in CLOCKS.values() if clock.authority is Authority.LOCAL_POLICY]
    assert len(local) > 15
    unsaid = [clock.key for clock in local if clock.verified]
    assert not unsaid, "each needs `to_verify`: a partnership confirms its policy, not this registry"


def test_a_reference_with_several_limits_has_an_entry_for_each():
    assert [clock.key for clock in by_ref("C34")] == [
        "private-fostering-visit-first-year",
        "private-fostering-visit-later-years",
    ]
    assert [str(clock.limit) for clock in by_ref("C50")] == [
        "30 working days",
        "5 working days",
        "15 working days",
    ]
    assert [(clock.expected_percent, str(clock.limit)) for clock in by_ref("C31")] == [
        (80, "1 month"),
        (90, "3 months"),
        (100, "12 months"),
    ]
    assert all(clock.counts is Counts.BEFORE for clock in by_ref("C07"))
    assert {clock.limit.unit for clock in by_ref("C37")} == {Unit.HOURS}


def test_the_law_of_a_day_is_found_by_the_start_day():
    def keys(ref: str, on: date) -> list[str]:
        return [clock.key for clock in in_force(ref, on)]

    assert keys("C40", date(2015, 1, 1)) == ["child-death-review"]
    assert keys("C40", date(2024, 1, 1)) == ["child-death-review-after-meeting"]
    assert keys("assessment", date(2013, 4, 14)) == []
    assert keys("assessment", date(2013, 4, 15)) == ["assessment"]
    assert keys("C46", date(2019, 9, 28)) == ["serious-case-review"]
    assert keys("C46", date(2019, 9, 29)) == []


def test_a_clock_is_found_by_key_or_by_reference_in_either_case():
    assert find("assessment") == find("C04") == find("c04") == (CLOCKS["assessment"],)


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("C99", "references run from C01 to C"),
        ("asessment", "did you mean assessment"),
        ("xyzzy", "'sightline clocks list' shows them all"),
        ("", "no clock has the key ''"),
    ],
)
def test_an_unknown_clock_is_refused_with_the_nearest_names(asked, answer):
    with pytest.raises(UnknownClock, match=re.escape(answer)):
        find(asked)


def test_two_clocks_cannot_share_a_key():
    with pytest.raises(ValueError, match="two clocks have the key assessment"):
        _by_key([CLOCKS["assessment"], CLOCKS["assessment"]])


def test_the_registry_cannot_be_changed():
    with pytest.raises(TypeError):
        CLOCKS["assessment"] = CLOCKS["rapid-review"]
