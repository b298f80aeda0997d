"""The children in need census: what an analyst sends, what becomes of it, and what is said of it."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.exchange import cin_census
from sightline.exchange.cin_census.codes import SETS
from sightline.exchange.cin_census.facts import review_intervals
from sightline.exchange.cin_census.model import ProtectionPlan, Review
from sightline.exchange.fields import codes_of_year
from sightline.exchange.identifiers import upn_check_letter
from sightline.exchange.reading import Context, Delivery, Reading, Unreadable
from sightline.facts.manifest import Severity, Window
from sightline.facts.person import Pseudonyms
from sightline.facts.sources import FORMATS

SAMPLES = sorted(
    path for parent in Path(__file__).resolve().parents for path in (parent / "shared/data/cin").glob("*.xml")
)
SPECS = [
    path
    for parent in Path(__file__).resolve().parents
    if (path := parent / "shared/specs/cin_codes_by_year.csv").is_file()
]
OUR_SETS = {
    "gendertype": "GenderCurrent",
    "sextype": "Sex",
    "ethnicitytype": "Ethnicity",
    "disabilitytype": "Disability",
    "referralsourcetype": "ReferralSource",
    "categoryofabusetype": "CategoryOfAbuse",
    "primaryneedcodetype": "PrimaryNeedCode",
    "reasonforclosuretype": "ReasonForClosure",
    "assessmentfactorstype": "AssessmentFactors",
}
YEAR = Window(date(2025, 4, 1), date(2026, 3, 31))
UPN = upn_check_letter("306123456789") + "306123456789"
HEADER = """<Header><CollectionDetails><Collection>CIN</Collection><Year>2026</Year>
<ReferenceDate>2026-03-31</ReferenceDate></CollectionDetails>
<Source><LEA>306</LEA><DateTime>2026-04-20T09:00:00</DateTime></Source></Header>"""
ROWS_OF_SHEET = {
    "Child": "Child",
    "CINdetails": "CINdetails",
    "Assessments": "Assessments",
    "Section47": "Section47",
    "CINPlanDates": "CINPlanDates",
    "ChildProtectionPlans": "ChildProtectionPlans",
    "Reviews": "CPPreviewDate",
    "Disabilities": "Disability",
    "Factors": "AssessmentFactors",
}


def child(
    modules: str, identifier: str = "C1", born: str = "2015-06-15", sex: str = "<Sex>F</Sex>", more: str = ""
) -> str:
    return f"""<Child><ChildIdentifiers><LAchildID>{identifier}</LAchildID>
<PersonBirthDate>{born}</PersonBirthDate>{sex}{more}</ChildIdentifiers>
<ChildCharacteristics><Ethnicity>BCRB</Ethnicity><Disabilities><Disability>NONE</Disability></Disabilities>
</ChildCharacteristics>{modules}</Child>"""


def episode(inside: str = "", referred: str = "2025-05-01", more: str = "", nfa: str = "0") -> str:
    return f"""<CINdetails><CINreferralDate>{referred}</CINreferralDate><ReferralSource>6</ReferralSource>
<PrimaryNeedCode>N1</PrimaryNeedCode>{more}<ReferralNFA>{nfa}</ReferralNFA>{inside}</CINdetails>"""


def assessment(start: str, authorised: str = "", factors: tuple[str, ...] = ()) -> str:
    end = f"<AssessmentAuthorisationDate>{authorised}</AssessmentAuthorisationDate>" if authorised else ""
    codes = "".join(f"<AssessmentFactors>{code}</AssessmentFactors>" for code in factors)
    return f"""<Assessments><AssessmentActualStartDate>{start}</AssessmentActualStartDate>{end}
<FactorsIdentifiedAtAssessment>{codes}</FactorsIdentifiedAtAssessment></Assessments>"""


def enquiry(start: str, conference: str = "", required: str = "false") -> str:
    held = f"<DateOfInitialCPC>{conference}</DateOfInitialCPC>" if conference else ""
    return f"""<Section47><S47ActualStartDate>{start}</S47ActualStartDate>{held}
<ICPCnotRequired>{required}</ICPCnotRequired></Section47>"""


def plan(start: str, reviews: str = "", end: str = "") -> str:
    ended = f"<CPPendDate>{end}</CPPendDate>" if end else ""
    return f"""<ChildProtectionPlans><CPPstartDate>{start}</CPPstartDate>{ended}
<InitialCategoryOfAbuse>NEG</InitialCategoryOfAbuse><LatestCategoryOfAbuse>EMO</LatestCategoryOfAbuse>
<NumberOfPreviousCPP>1</NumberOfPreviousCPP>{reviews}</ChildProtectionPlans>"""


def context(extracted_on: date = date(2026, 4, 20)) -> Context:
    return Context("306", extracted_on, Pseudonyms(b"k" * 32, "306"))


def read_path(path: Path, told: Context | None = None) -> Reading:
    return cin_census.read(Delivery("cin-census", path.name, (path,)), told or context())


@pytest.fixture
def read(tmp_path: Path):
    """Reads a census of these children."""

    def of(*children: str, header: str = HEADER, told: Context | None = None, start: str = "") -> Reading:
        path = tmp_path / "census.xml"
        text = f"{start}<Message>{header}<Children>{''.join(children)}</Children></Message>"
        path.write_text(text, encoding="utf-8")
        return read_path(path, told)

    return of


def rules(reading: Reading) -> set[str]:
    return {issue.rule for issue in reading.issues}


def rows(reading: Reading, table: str) -> list[dict[str, object]]:
    return reading.tables[table].to_pylist() if table in reading.tables else []


def values(reading: Reading, table: str, *columns: str) -> list[tuple[object, ...]]:
    return [tuple(row[column] for column in columns) for row in rows(reading, table)]


class TestOneChild:
    """A worked example: one girl, referred by the police on 1 May 2025, whose case closed in January."""

    @pytest.fixture
    def reading(self, read) -> Reading:
        inside = (
            assessment("2025-05-02", "2025-06-20", ("3B", "16A"))
            + enquiry("2025-05-12", "2025-05-28")
            + plan("2025-05-28", "<Reviews><CPPreviewDate>2025-08-20</CPPreviewDate></Reviews>", "2025-12-01")
        )
        closed = "<CINclosureDate>2026-01-10</CINclosureDate><ReasonForClosure>RC7</ReasonForClosure>"
        return read(child(episode(inside, more=closed), more=f"<UPN>{UPN}</UPN>"))

    def test_nothing_is_wrong_with_it(self, reading: Reading) -> None:
        assert reading.issues == ()
        assert all(sheet.refused == 0 for sheet in reading.sheets)

    def test_every_table_covers_the_census_year(self, reading: Reading) -> None:
        assert set(reading.windows) == set(FORMATS["cin-census"].supplies)
        assert set(reading.windows.values()) == {YEAR}
        assert (reading.extracted_on, reading.extracted_from) == (date(2026, 4, 20), "the file")

    def test_who_she_is_stands_beside_each_event_with_her_age_on_that_day(self, reading: Reading) -> None:
        columns = ("born_month", "age", "sex", "ethnicity", "is_disabled")
        assert values(reading, "referrals", *columns) == [(201506, 9, "F", "BCRB", False)]
        assert values(reading, "section_47_enquiries", "age") == [(9,)]
        # She turned ten on 15 June 2025, so at the review that the interval from August begins with.
        assert values(reading, "protection_reviews", "reviewed_from", "age")[1] == (date(2025, 8, 20), 10)

    def test_her_events(self, reading: Reading) -> None:
        assert values(
            reading, "referrals", "cine_referral_date", "cine_referral_source_code", "cine_referral_nfa"
        ) == [(date(2025, 5, 1), "6", False)]
        assert values(reading, "cin_episodes", "cine_close_date", "cine_close_reason") == [
            (date(2026, 1, 10), "RC7")
        ]
        assert values(
            reading,
            "assessments",
            "cine_referral_date",
            "cinf_assessment_factors",
            "cina_assessment_outcome_nfa",
        ) == [(date(2025, 5, 1), " 3B 16A ", False)]
        assert values(
            reading, "conferences", "icpc_icpc_date", "s47e_s47_start_date", "icpc_icpc_outcome_cp_flag"
        ) == [(date(2025, 5, 28), date(2025, 5, 12), True)]
        assert values(
            reading,
            "protection_plans",
            "cppl_cp_plan_initial_category",
            "cppl_cp_plan_latest_category",
            "previous_plans",
        ) == [("NEG", "EMO", 1)]

    def test_a_row_names_the_line_it_came_from(self, reading: Reading) -> None:
        assert values(reading, "referrals", "source_row") == [(6,)]


class TestReviews:
    """A plan's time is cut into intervals from start to first review, review to review, and on to today."""

    def test_one_block_with_many_dates_and_many_blocks_are_read_alike(self, read) -> None:
        dates = [f"<CPPreviewDate>2025-0{month}-20</CPPreviewDate>" for month in (8, 9)]
        one = f"<Reviews>{''.join(dates)}</Reviews>"
        many = "".join(f"<Reviews>{day}</Reviews>" for day in dates)
        for reviews in (one, many):
            reading = read(child(episode(plan("2025-06-02", reviews))))
            assert values(
                reading, "protection_reviews", "reviewed_from", "is_first", "cppr_cp_review_date"
            ) == [
                (date(2025, 6, 2), True, date(2025, 8, 20)),
                (date(2025, 8, 20), False, date(2025, 9, 20)),
                (date(2025, 9, 20), False, None),
            ]

    def test_a_plan_that_ended_at_a_review_has_no_open_interval(self, read) -> None:
        review = "<Reviews><CPPreviewDate>2025-08-20</CPPreviewDate></Reviews>"
        reading = read(child(episode(plan("2025-06-02", review, "2025-08-20"))))
        assert values(reading, "protection_reviews", "cppr_cp_review_date") == [(date(2025, 8, 20),)]

    def test_an_old_plan_starts_with_the_window_when_earlier_reviews_are_not_in_the_file(self, read) -> None:
        review = "<Reviews><CPPreviewDate>2025-08-20</CPPreviewDate></Reviews>"
        reading = read(child(episode(plan("2024-01-10", review), referred="2023-12-01")))
        assert values(reading, "protection_reviews", "reviewed_from", "is_first") == [
            (date(2025, 4, 1), False),
            (date(2025, 8, 20), False),
        ]

    def test_a_late_first_review_of_a_plan_from_just_before_the_year_stays_late(self, read) -> None:
        # Due on 10 June 2025, within the year: a review held in time would be in the file.
        review = "<Reviews><CPPreviewDate>2025-08-20</CPPreviewDate></Reviews>"
        reading = read(child(episode(plan("2025-03-10", review), referred="2025-02-01")))
        assert values(reading, "protection_reviews", "reviewed_from", "is_first")[0] == (
            date(2025, 3, 10),
            True,
        )

    def test_a_review_on_the_day_of_the_plan_is_refused(self, read) -> None:
        review = "<Reviews><CPPreviewDate>2025-06-02</CPPreviewDate></Reviews>"
        reading = read(child(episode(plan("2025-06-02", review))))
        assert next(sheet for sheet in reading.sheets if sheet.name == "Reviews").refused == 1
        assert "review-before-plan" in rules(reading)

    @given(
        start=st.dates(date(2023, 1, 1), date(2026, 3, 1)),
        offsets=st.lists(st.integers(1, 900), max_size=6),
        length=st.none() | st.integers(1, 900),
    )
    def test_the_intervals_follow_one_another_and_lose_no_review(
        self, start: date, offsets: list[int], length: int | None
    ) -> None:
        held = [start + timedelta(days) for days in offsets]
        end = None if length is None else start + timedelta(length)
        reviews = tuple(Review(0, day) for day in held)
        found = list(review_intervals(ProtectionPlan(0, start, end, None, None, None, reviews), YEAR))
        assert [day for _, _, day in found if day is not None] == sorted(set(held))
        for (_, _, ended), (begun, is_first, _) in pairwise(found):
            assert begun == ended
            assert not is_first
        if end is None:
            assert found[-1][2] is None


class TestOutcomes:
    @pytest.mark.parametrize(
        ("closure", "reason", "expected"),
        [
            ("2025-09-01", "RC8", [False, True, None]),
            ("2025-09-01", "RC9", [False, True, None]),
            ("2025-09-01", "RC7", [False, False, None]),
            ("2025-09-01", "", [False, None, None]),
            ("", "RC8", [False, None, None]),
            ("", "", [False, False, None]),
        ],
    )
    def test_an_assessment_ends_in_no_action_when_the_case_closed_after_it(
        self, read, closure: str, reason: str, expected: list[bool | None]
    ) -> None:
        more = f"<CINclosureDate>{closure}</CINclosureDate><ReasonForClosure>{reason}</ReasonForClosure>"
        inside = (
            assessment("2025-05-02", "2025-05-20")
            + assessment("2025-06-02", "2025-07-20")
            + assessment("2025-07-25")
        )
        reading = read(child(episode(inside, more=more)))
        assert [row["cina_assessment_outcome_nfa"] for row in rows(reading, "assessments")] == expected

    def test_a_conference_is_read_wherever_it_stands_and_once(self, read) -> None:
        more = "<DateOfInitialCPC>2025-05-28</DateOfInitialCPC>"
        alone = read(child(episode(enquiry("2025-05-12"), more=more)))
        both = read(child(episode(enquiry("2025-05-12", "2025-05-28"), more=more)))
        columns = ("icpc_icpc_date", "s47e_s47_start_date", "icpc_icpc_outcome_cp_flag")
        assert values(alone, "conferences", *columns) == [(date(2025, 5, 28), None, False)]
        assert values(both, "conferences", *columns) == [(date(2025, 5, 28), date(2025, 5, 12), False)]
        assert "conference-in-two-places" in rules(both)

    @pytest.mark.parametrize(
        ("disabilities", "expected"),
        [(("NONE",), False), (("AUT", "LD"), True), (("NONE", "AUT"), True), ((), None), (("XX",), None)],
    )
    def test_disability(self, read, disabilities: tuple[str, ...], expected: bool | None) -> None:
        codes = "".join(f"<Disability>{code}</Disability>" for code in disabilities)
        text = child(episode()).replace("<Disability>NONE</Disability>", codes)
        assert values(read(text), "referrals", "is_disabled") == [(expected,)]

    @pytest.mark.parametrize(
        ("element", "expected", "rule"),
        [
            ("<Sex>M</Sex>", "M", None),
            ("<Sex>U</Sex>", "U", None),
            ("<GenderCurrent>2</GenderCurrent>", "F", None),
            ("<GenderCurrent>9</GenderCurrent>", "U", None),
            ("<GenderCurrent>0</GenderCurrent>", "U", None),
            ("<Sex>1</Sex>", "M", "sex-in-other-codes"),
            ("<Sex>X</Sex>", None, "code-unknown"),
            ("", None, "value-missing"),
        ],
    )
    def test_sex_in_the_codes_of_any_year(
        self, read, element: str, expected: str | None, rule: str | None
    ) -> None:
        reading = read(child(episode(), sex=element))
        assert values(reading, "referrals", "sex") == [(expected,)]
        assert rules(reading) == ({rule} if rule else set())

    @pytest.mark.parametrize("spelling", ["1", "true", "TRUE", "True"])
    def test_yes_in_every_spelling(self, read, spelling: str) -> None:
        assert values(read(child(episode(nfa=spelling))), "referrals", "cine_referral_nfa") == [(True,)]


class TestTraits:
    def test_namespaces_comments_and_stray_text_do_not_matter(self, read, tmp_path: Path) -> None:
        path = tmp_path / "namespaced.xml"
        text = child(episode(), more="PersonBirthDate <!-- a comment -->")
        path.write_text(
            f'<c:Message xmlns:c="urn:x" xmlns="urn:x">{HEADER}<Children>{text}</Children></c:Message>'
        )
        reading = read_path(path)
        assert values(reading, "referrals", "cine_referral_date") == [(date(2025, 5, 1),)]
        assert reading.issues == ()

    def test_an_impossible_date_is_called_impossible_never_missing(self, read) -> None:
        reading = read(child(episode(assessment("2025-05-02", "31/02/2025")), born="2015-02-30"))
        found = {(issue.rule, issue.column, issue.severity) for issue in reading.issues}
        assert ("date-impossible", "AssessmentAuthorisationDate", Severity.UNKNOWN) in found
        assert ("date-impossible", "PersonBirthDate", Severity.UNKNOWN) in found
        assert values(reading, "referrals", "born_month", "age") == [(None, None)]
        assert not {rule for rule, column, _ in found if rule.endswith("missing")}

    def test_a_child_without_identifier_is_refused_with_all_its_rows(self, read) -> None:
        inside = assessment("2025-05-02", "2025-05-20", ("3B",)) + plan(
            "2025-06-02", "<Reviews><CPPreviewDate>2025-08-20</CPPreviewDate></Reviews>"
        )
        reading = read(child(episode(inside), identifier=""), child(episode(), identifier="C2"))
        refused = {sheet.name: sheet.refused for sheet in reading.sheets}
        expected = ("Child", "CINdetails", "Assessments", "Factors", "ChildProtectionPlans", "Reviews")
        assert {name: refused[name] for name in expected} == dict.fromkeys(expected, 1)
        assert len(rows(reading, "referrals")) == 1
        listed = Counter(issue.severity for issue in reading.issues)
        assert listed[Severity.REFUSED] == sum(refused.values())

    def test_a_case_without_referral_date_is_refused_but_not_what_is_in_it(self, read) -> None:
        reading = read(child(episode(assessment("2025-05-02"), referred="")))
        assert rows(reading, "referrals") == []
        assert values(reading, "assessments", "cine_referral_date") == [(None,)]

    def test_what_has_not_happened_yet_is_refused_or_unknown(self, read) -> None:
        reading = read(child(episode(assessment("2026-05-02") + assessment("2026-03-02", "2027-03-01"))))
        assert values(reading, "assessments", "cina_assessment_start_date", "cina_assessment_auth_date") == [
            (date(2026, 3, 2), None)
        ]

    def test_a_code_of_another_year_is_kept_and_queried(self, read) -> None:
        reading = read(child(episode(assessment("2025-05-02", "2025-05-20", ("18A", "ZZ")))))
        assert values(reading, "assessments", "cinf_assessment_factors") == [(" 18A ",)]
        assert {"code-not-of-year", "code-unknown"} <= rules(reading)

    def test_identifier_that_a_spreadsheet_made_a_number(self, read) -> None:
        mended = read(child(episode(), identifier="12345.0"))
        assert rules(mended) == {"id-made-number"}
        plain = read(child(episode(), identifier="12345"))
        assert values(mended, "referrals", "child") == values(plain, "referrals", "child")

    def test_an_unborn_child_is_minus_one(self, read) -> None:
        text = child(episode(), sex="<Sex>U</Sex>", born="").replace(
            "<PersonBirthDate></PersonBirthDate>",
            "<ExpectedPersonBirthDate>2025-09-09</ExpectedPersonBirthDate>",
        )
        reading = read(text)
        assert values(reading, "referrals", "born_month", "age") == [(202509, -1)]
        assert reading.issues == ()

    def test_an_empty_module_is_a_row_without_a_date(self, read) -> None:
        reading = read(child(episode("<Assessments/><Section47></Section47>")))
        assert {sheet.name for sheet in reading.sheets if sheet.refused} == {"Assessments", "Section47"}
        assert rules(reading) == {"date-missing"}

    def test_a_module_that_is_not_known_is_reported_not_passed_over(self, read) -> None:
        inside = "<PreProceedingsandFGDM><PPStartDate>2025-06-01</PPStartDate></PreProceedingsandFGDM>"
        reading = read(child(episode(inside)))
        assert [(issue.rule, issue.column) for issue in reading.issues] == [
            ("module-not-read", "PreProceedingsandFGDM")
        ]


class TestHeader:
    def test_without_header_the_year_is_the_last_that_had_ended(self, read) -> None:
        reading = read(child(episode()), header="", told=context(date(2026, 2, 1)))
        assert set(reading.windows.values()) == {Window(date(2024, 4, 1), date(2025, 3, 31))}
        assert reading.extracted_from == "the command"
        assert "header-missing" in rules(reading)

    def test_another_authority_is_a_query(self, read) -> None:
        reading = read(child(episode()), header=HEADER.replace("306", "201"))
        assert rules(reading) == {"authority-differs"}

    def test_a_file_taken_within_the_year_answers_up_to_that_day_only(self, read) -> None:
        reading = read(child(episode()), header=HEADER.replace("2026-04-20T", "2026-01-15T"))
        assert set(reading.windows.values()) == {Window(date(2025, 4, 1), date(2026, 1, 15))}
        assert rules(reading) == {"taken-before-year-end"}

    def test_a_reference_date_that_is_no_year_end_gives_way_to_the_year(self, read) -> None:
        reading = read(child(episode()), header=HEADER.replace("2026-03-31", "2026-07-21"))
        assert set(reading.windows.values()) == {YEAR}
        assert rules(reading) == {"reference-date"}


class TestBadFiles:
    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("<Report><Child/></Report>", "its root is 'Report'"),
            ("<Message><Children></Children></Message>", "holds no Child"),
            (f"<Message>{HEADER}<Children><Child><ChildIdenti", "breaks off"),
            ("", "breaks off"),
            ('<!DOCTYPE x [<!ENTITY a "b">]><Message><Child>&a;</Child></Message>', "document type"),
            ("<Message>" + "<a>" * 100_000, "breaks off"),
            (
                f"<Message>{HEADER.replace('>CIN<', '>AFT<')}<Children><Child/></Children></Message>",
                "another",
            ),
        ],
    )
    def test_it_is_refused_in_one_sentence(self, tmp_path: Path, text: str, said: str) -> None:
        path = tmp_path / "bad.xml"
        path.write_text(text)
        with pytest.raises(Unreadable, match=said) as caught:
            read_path(path)
        assert "bad.xml" in str(caught.value)
        assert "\n" not in str(caught.value)

    def test_an_entity_is_never_resolved(self, tmp_path: Path) -> None:
        secret = tmp_path / "secret.txt"
        secret.write_text("C9")
        path = tmp_path / "bad.xml"
        path.write_text(
            f'<!DOCTYPE m [<!ENTITY x SYSTEM "file://{secret}">]><Message><Child>&x;</Child></Message>'
        )
        with pytest.raises(Unreadable, match="document type"):
            read_path(path)


CHECKS = [
    ("assessment-before-referral", episode(assessment("2025-04-20"))),
    ("authorised-before-start", episode(assessment("2025-06-20", "2025-06-10"))),
    ("factors-before-authorisation", episode(assessment("2025-06-20", "", ("3B",)))),
    ("factors-missing", episode(assessment("2025-06-20", "2025-06-25"))),
    ("no-factors-among-factors", episode(assessment("2025-06-20", "2025-06-25", ("21", "3B")))),
    ("factor-duplicate", episode(assessment("2025-06-20", "2025-06-25", ("3B", "3B")))),
    ("assessments-overlap", episode(assessment("2025-06-20") + assessment("2025-07-20"))),
    ("enquiry-before-referral", episode(enquiry("2025-04-20"))),
    ("enquiry-without-assessment", episode(enquiry("2025-06-20"))),
    ("conference-before-enquiry", episode(enquiry("2025-06-20", "2025-06-10"))),
    ("conference-at-weekend", episode(enquiry("2025-06-20", "2025-06-28"))),
    ("conference-outside-window", episode(enquiry("2025-06-20", "2026-04-10"))),
    ("conference-unnecessary-but-held", episode(enquiry("2025-06-20", "2025-06-25", "true"))),
    ("enquiries-overlap", episode(enquiry("2025-06-20") + enquiry("2025-07-20"))),
    ("plan-before-referral", episode(plan("2025-04-20"))),
    ("plan-end-before-start", episode(plan("2025-06-20", "", "2025-06-10"))),
    ("plan-of-one-day", episode(plan("2025-06-20", "", "2025-06-20"))),
    ("plan-without-conference", episode(plan("2025-06-20"))),
    ("plans-overlap", episode(plan("2025-06-20") + plan("2025-07-20"))),
    ("review-after-plan", episode(plan("2025-06-20", "<CPPreviewDate/>", "2025-07-20"))),
    ("closure-before-referral", episode(more="<CINclosureDate>2025-04-20</CINclosureDate>")),
    ("closure-without-reason", episode(more="<CINclosureDate>2025-06-20</CINclosureDate>")),
    ("reason-without-closure", episode(more="<ReasonForClosure>RC1</ReasonForClosure>")),
    ("activity-after-no-action", episode(assessment("2025-05-20"), nfa="1")),
    ("episodes-overlap", episode() + episode(referred="2025-07-01")),
    ("duplicate", episode() + episode()),
    ("duplicate", episode(assessment("2025-06-20", "2025-06-25") * 2)),
    (
        "module-not-read",
        episode() + "<Section47><S47ActualStartDate>2025-05-05</S47ActualStartDate></Section47>",
    ),
    ("element-not-read", episode("<Assesments>2025-05-05</Assesments>")),
    ("referral-long-before-birth", episode(referred="2014-01-01")),
    ("child-without-episode", ""),
]


@pytest.mark.parametrize(
    ("rule", "modules"), CHECKS, ids=[f"{rule}-{at}" for at, (rule, _) in enumerate(CHECKS)]
)
def test_each_contradiction_is_asked_about_and_stays_in(read, rule: str, modules: str) -> None:
    if rule == "review-after-plan":
        modules = modules.replace(
            "<CPPreviewDate/>", "<Reviews><CPPreviewDate>2025-08-01</CPPreviewDate></Reviews>"
        )
    reading = read(child(modules))
    assert rule in rules(reading)
    assert {issue.severity for issue in reading.issues if issue.rule == rule} == {Severity.QUERY}
    assert all(sheet.refused == 0 for sheet in reading.sheets)


def test_duplicate_identifiers_name_the_first(read) -> None:
    reading = read(child(episode(), more=f"<UPN>{UPN}</UPN>"), child(episode(), more=f"<UPN>{UPN}</UPN>"))
    assert [issue.column for issue in reading.issues if issue.rule == "id-duplicate"] == ["LAchildID", "UPN"]
    assert len(rows(reading, "referrals")) == 2


def test_nothing_that_identifies_reaches_a_table_or_an_issue(read) -> None:
    canaries = ("Q7X9Z8", "A306123456780", "B306123456780", "2015-06-15", "15/06/2015", "CR0 1EA", "Zebedee")
    more = "<UPN>A306123456780</UPN><FormerUPN>B306123456780</FormerUPN>"
    inside = assessment("Zebedee") + assessment("2025-05-02", "CR0 1EA", ("Zebedee",)) + enquiry("Q7X9Z8")
    text = child(episode(inside, more="<ReasonForClosure>Zebedee</ReasonForClosure>"), "Q7X9Z8", more=more)
    reading = read(text, text, child(episode(), "Q7X9Z8-", born="2035-06-15"))
    told = repr(reading.issues) + "".join(repr(table.to_pydict()) for table in reading.tables.values())
    assert reading.issues
    assert not [canary for canary in canaries if canary in told]
    assert "datetime.date(2015, 6, 15)" not in told


def test_only_columns_that_the_format_supplies_are_filled(read) -> None:
    more = "<CINclosureDate>2025-12-20</CINclosureDate><ReasonForClosure>RC1</ReasonForClosure>"
    inside = (
        assessment("2025-05-02", "2025-06-01", ("3B",))
        + enquiry("2025-05-12", "2025-05-28")
        + plan("2025-05-28", "<Reviews><CPPreviewDate>2025-08-20</CPPreviewDate></Reviews>", "2025-12-01")
        + "<CINPlanDates><CINPlanStartDate>2025-12-02</CINPlanStartDate></CINPlanDates>"
    )
    reading = read(child(episode(inside, more=more)))
    supplies = FORMATS["cin-census"].supplies
    assert set(reading.tables) == set(supplies)
    for name, table in reading.tables.items():
        filled = {column for column in table.column_names if table[column].null_count < len(table)}
        assert filled - {"source"} <= supplies[name].columns


@pytest.mark.skipif(not SPECS, reason="the code lists are not here")
def test_the_code_sets_are_those_of_each_year() -> None:
    published: dict[tuple[str, int], set[str]] = defaultdict(set)
    with SPECS[0].open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            published[row["code_set"], int(row["census_year"])].add(row["code"])
    compared = 0
    for (name, year), codes in published.items():
        if name not in OUR_SETS:
            continue
        ours = set(codes_of_year(SETS, year)[OUR_SETS[name]].current)
        # The list keeps two factors that DfE withdrew in 2025 (its rules 8945Q and 8950Q ask about them).
        withdrawn = {"18A", "19A"} if name == "assessmentfactorstype" and year >= 2025 else set()
        assert ours == codes - withdrawn, (name, year)
        compared += 1
    assert compared == 80


@pytest.mark.skipif(not SAMPLES, reason="the public samples are not here")
class TestPublicSamples:
    @pytest.mark.parametrize("path", SAMPLES, ids=[path.stem for path in SAMPLES])
    def test_every_row_is_accepted_or_refused(self, path: Path) -> None:
        counted = Counter(element.tag for element in ElementTree.parse(path).iter())
        reading = read_path(path)
        assert {sheet.name: sheet.read for sheet in reading.sheets} == {
            sheet: counted[tag] for sheet, tag in ROWS_OF_SHEET.items() if counted[tag]
        }
        refused = Counter(issue.sheet for issue in reading.issues if issue.severity is Severity.REFUSED)
        assert refused == {sheet.name: sheet.refused for sheet in reading.sheets if sheet.refused}
        accepted = {sheet.name: sheet.accepted for sheet in reading.sheets}
        for sheet, table in (
            ("CINdetails", "referrals"),
            ("Assessments", "assessments"),
            ("Section47", "section_47_enquiries"),
            ("CINPlanDates", "cin_plans"),
            ("ChildProtectionPlans", "protection_plans"),
        ):
            assert len(rows(reading, table)) == accepted.get(sheet, 0)
        taken_on = [row for row in rows(reading, "referrals") if not row["cine_referral_nfa"]]
        assert len(rows(reading, "cin_episodes")) == len(taken_on)

    @pytest.mark.parametrize("path", SAMPLES, ids=[path.stem for path in SAMPLES])
    def test_no_identifier_leaves_the_file(self, path: Path) -> None:
        tree = ElementTree.parse(path)
        secret = {"LAchildID", "UPN", "FormerUPN", "PersonBirthDate", "ExpectedPersonBirthDate"}
        held = {element.text for element in tree.iter() if element.tag in secret and element.text}
        events = {element.text for element in tree.iter() if element.tag not in secret}
        reading = read_path(path)
        told = repr(reading.issues) + "".join(repr(table.to_pydict()) for table in reading.tables.values())
        assert held - events
        assert not [value for value in held - events if value in told]

    def test_referrals_by_month_recounted(self) -> None:
        path = next(path for path in SAMPLES if path.stem == "fake_CIN_data")
        reading = read_path(path)
        days = [element.text or "" for element in ElementTree.parse(path).iter("CINreferralDate")]
        expected = Counter(day[:7] for day in days if day <= "2026-04-20")
        found = Counter(row["cine_referral_date"].isoformat()[:7] for row in rows(reading, "referrals"))  # type: ignore[attr-defined]
        assert found == expected
        assert len(found) > 12
