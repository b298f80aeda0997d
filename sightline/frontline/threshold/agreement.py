"""How far people agree who rated the same cases: kappa, which takes off what chance alone would give.

Plain Python over ratings. Every case has the same weight, however many people rated it; fractions are exact
until the end, so that "no variation" is told from "hardly any".

Cohen, J. (1960), "A coefficient of agreement for nominal scales", Educational and Psychological Measurement
20, 37-46. Fleiss, J. L. (1971), "Measuring nominal scale agreement among many raters", Psychological Bulletin
76, 378-382. Landis, J. R. and Koch, G. G. (1977), "The measurement of observer agreement for categorical
data", Biometrics 33, 159-174.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

FEWEST_CASES = 5
"""With fewer cases rated by both sides no kappa is given: one case more or less would turn it round."""

Shares = Mapping[int, Fraction]


@dataclass(frozen=True)
class Given:
    """One rating: the level that one rater of an agency gave one case."""

    case: Hashable
    rater: Hashable
    agency: Hashable
    level: int


@dataclass(frozen=True)
class Kappa:
    """How far raters agree: the kappa, or in words why none can be given, and what it rests on.

    `share` is the share of pairs of ratings that are equal, each case with the same weight; None without any.
    """

    cases: int
    pairs: int
    share: float | None
    value: float | None
    why_not: str = ""

    @property
    def words(self) -> str:
        """What the kappa is called."""
        return "" if self.value is None else in_words(self.value)


def in_words(kappa: float) -> str:
    """The strength of agreement in the words of Landis and Koch (1977): a convention, no finding."""
    if kappa < 0:
        return "poor"
    for most, words in ((0.2, "slight"), (0.4, "fair"), (0.6, "moderate"), (0.8, "substantial")):
        if kappa <= most:
            return words
    return "almost perfect"


def among_all(ratings: Iterable[Given]) -> Kappa:
    """Fleiss' kappa (1971) over all raters, for numbers of raters that may differ from case to case.

    Where every case has the same number of raters it is Fleiss' own. A case with one rating says nothing of
    agreement and is left out.
    """
    cases = [Counter(one.level for one in given) for given in _by_case(ratings).values() if len(given) > 1]
    pairs = sum(_pairs(counts.total()) for counts in cases)
    equal = [
        Fraction(sum(_pairs(count) for count in counts.values()), _pairs(counts.total())) for counts in cases
    ]
    overall = _mean_shares(cases)
    by_chance = sum((share**2 for share in overall.values()), Fraction())
    why_not = _too_few(len(cases), "two people or more")
    if not why_not and len(overall) == 1:
        why_not = "Every rating is the same level, so agreement cannot be told from chance"
    return _kappa(equal, pairs, by_chance, why_not)


def by_agency(ratings: Iterable[Given]) -> dict[Hashable, Kappa]:
    """For each agency, the agreement of its raters with those of all others."""
    given = list(ratings)
    agencies = dict.fromkeys(one.agency for one in given)
    return {agency: with_others(given, agency) for agency in agencies}


def with_others(ratings: Iterable[Given], agency: Hashable) -> Kappa:
    """Cohen's kappa (1960) between an agency's raters and all others.

    In each case every rater of the agency is paired with every other agency's; the pairs of a case share
    the weight of one. With one rater on each side it is Cohen's own. Where one side always gave the same
    level the formula gives 0 whatever was given: no kappa is said then.
    """
    both = []
    for given in _by_case(ratings).values():
        ours = Counter(one.level for one in given if one.agency == agency)
        others = Counter(one.level for one in given if one.agency != agency)
        if ours and others:
            both.append((ours, others))
    pairs = sum(ours.total() * others.total() for ours, others in both)
    equal = [
        Fraction(sum(ours[level] * others[level] for level in ours), ours.total() * others.total())
        for ours, others in both
    ]
    ours_overall = _mean_shares([ours for ours, _ in both])
    others_overall = _mean_shares([others for _, others in both])
    by_chance = sum(
        (share * others_overall.get(level, Fraction()) for level, share in ours_overall.items()), Fraction()
    )
    why_not = _too_few(len(both), "this agency and by another")
    if not why_not and min(len(ours_overall), len(others_overall)) == 1:
        side = "This agency" if len(ours_overall) == 1 else "The others"
        why_not = f"{side} gave every case the same level, so agreement cannot be told from chance"
    return _kappa(equal, pairs, by_chance, why_not)


def _by_case(ratings: Iterable[Given]) -> Mapping[Hashable, Sequence[Given]]:
    cases: dict[Hashable, list[Given]] = defaultdict(list)
    for one in ratings:
        cases[one.case].append(one)
    return cases


def _pairs(count: int) -> int:
    return count * (count - 1) // 2


def _mean_shares(cases: Sequence[Counter[int]]) -> Shares:
    """How often each level was given, every case with the same weight."""
    shares: dict[int, Fraction] = defaultdict(Fraction)
    for counts in cases:
        for level, count in counts.items():
            shares[level] += Fraction(count, counts.total() * len(cases))
    return shares


def _too_few(cases: int, by_whom: str) -> str:
    if cases >= FEWEST_CASES:
        return ""
    rated = "No case was" if cases == 0 else "1 case was" if cases == 1 else f"{cases} cases were"
    return f"{rated} rated by {by_whom}; a kappa needs at least {FEWEST_CASES}"


def _kappa(equal: Sequence[Fraction], pairs: int, by_chance: Fraction, why_not: str) -> Kappa:
    if not equal:
        return Kappa(0, 0, None, None, why_not)
    observed = sum(equal, Fraction()) / len(equal)
    kappa = None if why_not else float((observed - by_chance) / (1 - by_chance))
    return Kappa(len(equal), pairs, float(observed), kappa, why_not)
