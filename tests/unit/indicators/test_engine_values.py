"""Values: gathered children, sums, rates, comparisons of groups, hours, and what agencies return."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sightline.clocks import Limit
from sightline.indicators.definition import Basis, Breakdown, Indicator, Unit
from sightline.indicators.engine import run
from sightline.indicators.periods import Every, parse_periods
from tests.snapshots import Extract, Row, extract, make_snapshot
from tests.unit.indicators.examples import PLANS, REFERRALS, YEAR, numbers, one, plan, referred

YEARS = parse_periods("2025-04..2026-03", Every.YEAR)
CHILDREN = replace(REFERRALS, key="children", each=("child",), breakdowns=(Breakdown.SEX, Breakdown.LOCALITY))
ANY_NFA = replace(CHILDREN, key="any-nfa", unit=Unit.PERCENT, numerator="cine_referral_nfa")
RATE = replace(
    REFERRALS, key="rate", unit=Unit.RATE, basis=Basis.ROLLING, breakdowns=(Breakdown.SEX, Breakdown.SOURCE)
)


def census(*rows: Row) -> Extract:
    return extract("cin-census", "2026-04-20", referrals=(*YEAR, rows))


def estimate(stood_on: str, residents: int, sex: str = "all") -> Row:
    return {
        "stood_on": stood_on, "age_band": "0-17", "sex": sex, "ethnic_group": "all", "locality": "all",
        "residents": residents,
    }  # fmt: skip


def estimates(*rows: Row) -> Extract:
    return extract("ons-population", "2025-10-01", population=("2020-01-01", "2025-12-31", rows))


class TestGathered:
    """Rows gathered into one for each child."""

    def test_a_child_counts_once_in_the_period_and_in_the_group_of_its_latest_row(
        self, tmp_path: Path
    ) -> None:
        rows = [
            referred("a", "2025-04-02", sex="U"),
            referred("a", "2025-04-20", sex="F"),
            referred("b", "2025-04-03", sex="M"),
        ]
        figures = run(make_snapshot(tmp_path, census(*rows)), [CHILDREN], parse_periods("2025-04"))
        assert one(figures).value == 2
        assert {f.group: f.value for f in figures if f.breakdown is Breakdown.SEX} == {"female": 1, "male": 1}

    @pytest.mark.parametrize(
        ("combine", "expected"),
        [("any", {"yes": True, "mixed": True, "no": False, "unsure": None, "yes-unsure": True}),
         ("every", {"yes": True, "mixed": False, "no": False, "unsure": None, "yes-unsure": None})],
    )  # fmt: skip
    def test_the_claims_of_a_childs_rows_combine_as_three_valued_logic(
        self, tmp_path: Path, combine: str, expected: dict[str, bool | None]
    ) -> None:
        held = {
            "yes": (True, True), "mixed": (True, False), "no": (False, False), "unsure": (False, None),
            "yes-unsure": (True, None),
        }  # fmt: skip
        if combine == "every":
            held["unsure"] = (True, None)
        rows = [
            referred(child, day, cine_referral_nfa=nfa)
            for child, claims in held.items()
            for day, nfa in zip(("2025-04-02", "2025-04-03"), claims, strict=True)
        ]
        snapshot = make_snapshot(tmp_path, census(*rows))
        figure = one(run(snapshot, [replace(ANY_NFA, combine=combine)], parse_periods("2025-04"), ()))
        answers = list(expected.values())
        assert numbers(figure) == (answers.count(True), len(answers), answers.count(None))


class TestSums:
    """Numbers added up, and what is not known left out of both sides."""

    VACANT = replace(
        REFERRALS, key="vacant", table="workforce_months", sources=("workforce",), unit=Unit.PERCENT,
        sums=True, numerator="vacant_posts", denominator="established_posts",
        breakdowns=(Breakdown.TEAM,),
    )  # fmt: skip

    def test_an_unknown_number_is_in_neither_sum(self, tmp_path: Path) -> None:
        rows = [
            {"stood_on": "2025-04-30", "team": team, "vacant_posts": vacant, "established_posts": posts}
            for team, vacant, posts in (("hub", 0.1, 10.0), ("care", 0.2, 20.0), ("night", None, 5.0))
        ]
        workforce = extract("workforce", "2026-04-20", workforce_months=(*YEAR, rows))
        figures = run(make_snapshot(tmp_path, workforce), [self.VACANT], parse_periods("2025-04"))
        assert numbers(one(figures)) == (0.3, 30, 1)
        assert one(figures).value == pytest.approx(1)
        assert one(figures, Breakdown.TEAM, "night").refused == "there was nothing to divide by"


class TestRates:
    """Rates per 10,000 children, with the residents that they were divided by."""

    def test_the_latest_estimate_not_after_the_end_is_used_and_named(self, tmp_path: Path) -> None:
        held = estimates(
            estimate("2024-06-30", 20_000), estimate("2025-06-30", 25_000), estimate("2023-06-30", 1)
        )
        snapshot = make_snapshot(tmp_path, census(*[referred(c, "2025-05-02") for c in "abcde"]), held)
        figure = one(run(snapshot, [RATE], YEARS, ()))
        assert (figure.numerator, figure.denominator, figure.value) == (5, 25_000, 2)
        assert figure.population is not None
        assert figure.population.stood_on.isoformat() == "2025-06-30"

    def test_an_estimate_more_than_two_years_old_is_refused_and_the_count_kept(self, tmp_path: Path) -> None:
        snapshot = make_snapshot(
            tmp_path, census(referred("a", "2025-05-02")), estimates(estimate("2023-06-30", 9))
        )
        figure = one(run(snapshot, [RATE], YEARS, ()))
        assert (figure.numerator, figure.value) == (1, None)
        assert figure.refused == (
            "no rate: there is no estimate of residents under 18 from the 2 years before 31 March 2026"
            " (the latest loaded is of 30 June 2023)"
        )

    def test_a_month_has_its_count_and_no_rate(self, tmp_path: Path) -> None:
        snapshot = make_snapshot(
            tmp_path, census(referred("a", "2025-05-02")), estimates(estimate("2025-06-30", 9))
        )
        monthly = replace(RATE, basis=Basis.FLOW)
        figure = one(run(snapshot, [monthly], parse_periods("2025-07"), ()))
        assert (figure.numerator, figure.value) == (0, None)
        assert figure.refused == "a rate is of a whole year: for a month only the count is given"
        assert one(run(snapshot, [monthly], YEARS, ())).value == pytest.approx(10_000 / 9)

    def test_a_group_is_divided_by_its_own_residents_or_by_none(self, tmp_path: Path) -> None:
        held = estimates(estimate("2025-06-30", 100), estimate("2025-06-30", 40, "F"))
        rows = [referred(child, "2025-05-02", sex=sex) for child, sex in zip("abc", "FFM", strict=True)]
        figures = run(make_snapshot(tmp_path, census(*rows), held), [RATE], YEARS)
        assert one(figures, Breakdown.SEX, "female").value == 500
        assert one(figures, Breakdown.SEX, "male").refused.startswith(
            "no rate: there is no estimate of residents of the group male"
        )
        assert one(figures, Breakdown.SOURCE, "unknown").refused == "residents are not known by source"

    def test_a_ratio_compares_how_often_for_a_group_with_how_often_for_all(self, tmp_path: Path) -> None:
        ratio = replace(RATE, key="ratio", unit=Unit.RATIO, breakdowns=(Breakdown.SEX,))
        held = estimates(estimate("2025-06-30", 100), estimate("2025-06-30", 40, "F"))
        rows = [referred(child, "2025-05-02", sex=sex) for child, sex in zip("abcd", "FFFM", strict=True)]
        figures = run(make_snapshot(tmp_path, census(*rows), held), [ratio], YEARS)
        assert one(figures, Breakdown.SEX, "female").value == pytest.approx((3 / 40) / (4 / 100))
        assert one(figures).refused.startswith("a comparison of groups")


class TestClocksOfHours:
    """A clock of hours counts elapsed time, also in the night when the clocks change."""

    INTERVIEWS = replace(
        REFERRALS, key="interviews", table="return_interviews", sources=("missing-list",), breakdowns=(),
        numerator="held_at <= due('return-interview', miss_missing_episode_end_date)",
    )  # fmt: skip

    @staticmethod
    def interviews(*pairs: tuple[str, str | None]) -> Extract:
        rows = [
            {"child": "a", "miss_missing_episode_end_date": found, "held_at": held} for found, held in pairs
        ]
        return extract("missing-list", "2026-04-20", return_interviews=(*YEAR, rows))

    def test_seventy_two_hours_elapse_across_the_end_of_summer_time(self, tmp_path: Path) -> None:
        found = "2025-10-25T12:00:00"
        pairs = [(found, "2025-10-28T12:00:00"), (found, "2025-10-28T12:00:01"), (found, None)]
        snapshot = make_snapshot(tmp_path, self.interviews(*pairs))
        assert numbers(one(run(snapshot, [self.INTERVIEWS], parse_periods("2025-10")))) == (1, 3, 1)

    def test_a_time_belongs_to_its_day_in_england(self, tmp_path: Path) -> None:
        # 23:30 in universal time on 31 July is half past midnight on 1 August in England.
        snapshot = make_snapshot(tmp_path, self.interviews(("2025-07-31T23:30:00", None)))
        july, august = run(snapshot, [self.INTERVIEWS], parse_periods("2025-07..2025-08"))
        assert (july.denominator, august.denominator) == (0, 1)

    def test_a_local_limit_in_days_lasts_to_the_end_of_the_day(self, tmp_path: Path) -> None:
        found = "2025-07-01T09:00:00"
        pairs = [(found, "2025-07-02T22:59:59"), (found, "2025-07-02T23:00:00")]
        local = {"return-interview": Limit.parse("1 day")}
        snapshot = make_snapshot(tmp_path, self.interviews(*pairs))
        figure = one(run(snapshot, [self.INTERVIEWS], parse_periods("2025-07"), local_limits=local))
        assert numbers(figure) == (1, 2, 0)


def test_a_clock_without_a_limit_is_refused_in_words(tmp_path: Path) -> None:
    waits = replace(REFERRALS, numerator="due('exploitation-review', cine_referral_date) > period_end")
    figure = one(run(make_snapshot(tmp_path, census()), [waits], parse_periods("2025-04"), ()))
    assert "exploitation-review has no limit in force until the partnership sets one" in figure.refused


def test_a_date_that_depends_on_the_period_counts_whoever_was_there_in_it(tmp_path: Path) -> None:
    at_any_time = replace(
        PLANS, key="at-any-time", basis=Basis.FLOW, sources=("cin-census",), each=("child",), breakdowns=(),
        at=(
            "CASE WHEN cppl_cp_plan_end_date IS NULL OR cppl_cp_plan_end_date >= period_start"
            " THEN greatest(cppl_cp_plan_start_date, period_start) END"
        ),
    )  # fmt: skip
    rows = [plan("a", "2024-01-01"), plan("b", "2024-01-01", "2025-05-10"), plan("c", "2025-06-30")]
    plans = extract("cin-census", "2026-04-20", protection_plans=(*YEAR, rows))
    figures = run(make_snapshot(tmp_path, plans), [at_any_time], parse_periods("2025-04..2025-07"))
    assert [f.value for f in figures] == [2, 2, 2, 2]


class TestReturns:
    """Plain figures of agencies, when no extract can answer."""

    CONTACTS = replace(REFERRALS, key="contacts", table="contacts", sources=("annex-a",), breakdowns=())

    @staticmethod
    def answered(agency: str, numerator: float | None, received_on: str | None) -> Row:
        return {
            "agency": agency, "item": "contacts", "period_start": "2025-04-01", "period_end": "2025-04-30",
            "due_on": "2025-05-05", "received_on": received_on, "numerator": numerator,
        }  # fmt: skip

    def figures(self, folder: Path, indicator: Indicator, *rows: Row) -> list[tuple[object, ...]]:
        returned = extract("agency-returns", "2026-04-20", agency_returns=(*YEAR, rows))
        figures = run(make_snapshot(folder, returned), [indicator], parse_periods("2025-04"))
        return [(f.format, f.group, f.value, f.refused) for f in figures]

    def test_they_are_named_by_agency_and_add_up_when_all_have_come(self, tmp_path: Path) -> None:
        rows = [self.answered("POL", 7, "2025-05-02"), self.answered("CHS", 5, "2025-05-09")]
        assert self.figures(tmp_path, self.CONTACTS, *rows) == [
            ("agency-returns", None, 12, ""),
            ("agency-returns", "CHS", 5, ""),
            ("agency-returns", "POL", 7, ""),
        ]

    def test_an_agency_that_has_not_answered_is_named_and_the_whole_is_not_known(
        self, tmp_path: Path
    ) -> None:
        rows = [self.answered("POL", 7, "2025-05-02"), self.answered("CHS", None, None)]
        words = "CHS has not returned it (due 5 May 2025)"
        assert self.figures(tmp_path, self.CONTACTS, *rows) == [
            ("agency-returns", None, None, words),
            ("agency-returns", "CHS", None, words),
            ("agency-returns", "POL", 7, ""),
        ]

    def test_they_are_not_used_where_an_extract_can_answer(self, tmp_path: Path) -> None:
        returned = extract(
            "agency-returns", "2026-04-20", agency_returns=(*YEAR, [self.answered("POL", 7, "2025-05-02")])
        )
        annex = extract(
            "annex-a", "2026-04-20", contacts=(*YEAR, [{"child": "a", "cont_contact_date": "2025-04-02"}])
        )
        figures = run(make_snapshot(tmp_path, returned, annex), [self.CONTACTS], parse_periods("2025-04"))
        assert [(f.format, f.value) for f in figures] == [("annex-a", 1)]
