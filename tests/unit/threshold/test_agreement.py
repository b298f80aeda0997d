"""Kappa: published and hand-worked examples, an independent computation, what holds for any ratings."""

from collections import defaultdict
from itertools import combinations, product
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.frontline.threshold.agreement import Given, among_all, by_agency, in_words, with_others

# Ten subjects, fourteen raters, five categories: the worked table by which Fleiss' kappa is usually shown.
TEN_BY_FOURTEEN = """
0 0 0 0 14
0 2 6 4 2
0 0 3 5 6
0 3 9 2 0
2 2 8 1 1
7 7 0 0 0
3 2 6 3 0
2 5 3 2 2
6 5 2 1 0
0 2 2 3 7
"""


def rated(table: str) -> list[Given]:
    """Ratings from a table of counts: a row for each case, a column for each level."""
    found = []
    for case, row in enumerate(table.split("\n")[1:-1]):
        levels = [level for level, count in enumerate(row.split()) for _ in range(int(count))]
        found += [Given(case, rater, "one agency", level) for rater, level in enumerate(levels)]
    return found


def between(ours: str, others: str) -> list[Given]:
    """One rater of the police and one of health, each with a level for every case."""
    both = (("police", ours), ("health", others))
    return [Given(n, agency, agency, int(level)) for agency, text in both for n, level in enumerate(text)]


def test_fleiss_published_table() -> None:
    """Fourteen raters of ten subjects: kappa 0.210."""
    found = among_all(rated(TEN_BY_FOURTEEN))
    assert found.value == pytest.approx(0.210, abs=0.0005)
    assert found.share == pytest.approx(0.378, abs=0.0005)
    assert (found.cases, found.pairs, found.words) == (10, 10 * 91, "fair")


def test_cohen_by_hand() -> None:
    """Seven of ten equal; level 2 by six and five, level 3 by four and five: (0.7 - 0.5) / (1 - 0.5)."""
    ratings = between("2222223333", "2222333332")
    found = with_others(ratings, "police")
    assert found.value == pytest.approx(0.4)
    assert found.share == pytest.approx(0.7)
    assert (found.cases, found.pairs, found.words) == (10, 10, "fair")
    assert with_others(ratings, "health") == found


def test_each_case_weighs_the_same() -> None:
    """Twenty officers who differ on one case of five count as one case, not as twenty."""
    ratings = between("22334", "22334")
    ratings += [Given(0, f"officer {n}", "police", 3) for n in range(19)]
    found = with_others(ratings, "police")
    assert found.share == pytest.approx((1 / 20 + 4) / 5)
    assert found.pairs == 20 + 4


@pytest.mark.parametrize(
    ("ours", "others", "why_not"),
    [
        ("1234", "1234", "4 cases were rated by this agency and by another; a kappa needs at least 5"),
        ("1", "1", "1 case was rated by this agency and by another; a kappa needs at least 5"),
        ("33333", "12333", "This agency gave every case the same level"),
        ("12333", "33333", "The others gave every case the same level"),
    ],
)
def test_no_kappa_where_none_can_be_said(ours: str, others: str, why_not: str) -> None:
    """Too few cases, or a side that never varies: the reason in words, and the share all the same."""
    found = with_others(between(ours, others), "police")
    assert found.value is None
    assert found.words == ""
    assert found.why_not.startswith(why_not)
    assert found.share is not None


def test_no_kappa_without_pairs() -> None:
    """An agency that rated alone, and cases that one person rated."""
    alone = [Given(n, "rater", "police", 2) for n in range(8)]
    for found in (with_others(alone, "police"), among_all(alone)):
        assert (found.cases, found.pairs, found.share, found.value) == (0, 0, None, None)
        assert found.why_not.startswith("No case was rated by")


def test_no_kappa_where_everybody_gave_one_level() -> None:
    """Chance alone would give as much."""
    found = among_all(between("22222", "22222"))
    assert (found.value, found.share) == (None, 1.0)
    assert found.why_not.startswith("Every rating is the same level")


@pytest.mark.parametrize(
    ("kappa", "words"),
    [
        (-0.01, "poor"),
        (0.0, "slight"),
        (0.2, "slight"),
        (0.21, "fair"),
        (0.41, "moderate"),
        (0.61, "substantial"),
        (0.81, "almost perfect"),
        (1.0, "almost perfect"),
    ],
)
def test_words_of_landis_and_koch(kappa: float, words: str) -> None:
    """Their six bands, each with its upper end."""
    assert in_words(kappa) == words


AGENCIES = ("police", "health", "schools")
RATERS = tuple((agency, number) for agency in AGENCIES for number in range(3))
ANY = st.dictionaries(
    st.tuples(st.integers(0, 9), st.sampled_from(RATERS)), st.integers(1, 4), max_size=60
).map(lambda found: [Given(case, rater, rater[0], level) for (case, rater), level in found.items()])


def all_of(ratings: list[Given]) -> list:
    """Every agreement that can be told of ratings."""
    return [among_all(ratings), *(with_others(ratings, agency) for agency in AGENCIES)]


@given(ANY)
def test_range(ratings: list[Given]) -> None:
    """A kappa lies between -1 and 1, a share between 0 and 1; there is a kappa or a reason, never both."""
    for found in all_of(ratings):
        assert found.share is None or 0 <= found.share <= 1
        assert found.value is None or -1 <= found.value <= 1
        assert (found.value is None) == bool(found.why_not)


@given(ANY, st.permutations(RATERS), st.randoms())
def test_who_a_rater_is_changes_nothing(ratings: list[Given], others: list, chance) -> None:
    """Other names for raters and cases, and another order, give the same."""
    names = dict(zip(RATERS, others, strict=True))
    renamed = [Given(f"case {one.case}", names[one.rater], one.agency, one.level) for one in ratings]
    chance.shuffle(renamed)
    assert all_of(renamed) == all_of(ratings)


@given(ANY, st.lists(st.integers(1, 4), min_size=10, max_size=10))
def test_perfect_agreement_is_one(ratings: list[Given], levels: list[int]) -> None:
    """Where all give a case the same level kappa is 1, unless there is no variation or too little."""
    agreed = [Given(one.case, one.rater, one.agency, levels[one.case]) for one in ratings]
    for found in all_of(agreed):
        assert found.share in (None, 1.0)
        assert found.value in (None, 1.0)


@given(ANY)
def test_equals_a_count_of_every_pair(ratings: list[Given]) -> None:
    """Both kappas from the pairs one by one, and from the chance of drawing two equal ratings."""
    cases = defaultdict(list)
    for one in ratings:
        cases[one.case].append(one)
    for agency, found in by_agency(ratings).items():
        parted = [
            ([a.level for a in case if a.agency == agency], [b.level for b in case if b.agency != agency])
            for case in cases.values()
        ]
        assert_as(found, [(a, b) for a, b in parted if a and b], product)
    many = [[one.level for one in case] for case in cases.values() if len(case) > 1]
    assert_as(among_all(ratings), [(one, one) for one in many], lambda one, _: combinations(one, 2))


def assert_as(found, sides: list, pairs_of) -> None:
    """What was found is the mean over cases of equal pairs, less what two draws from any cases give."""
    if not sides:
        assert found.share is None
        return
    equal = mean(mean(a == b for a, b in pairs_of(*case)) for case in sides)
    assert found.share == pytest.approx(equal)
    if found.value is not None:
        by_chance = mean(
            mean(a == b for a, b in product(ours, others)) for (ours, _), (_, others) in product(sides, sides)
        )
        assert found.value == pytest.approx((equal - by_chance) / (1 - by_chance))
