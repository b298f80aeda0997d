"""The eleven lists of Annex A and their columns, as data: the shapes of 2019 and 2024 together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How the values of a column are read."""

    ID = "identifier"
    DAY = "day"
    BIRTH = "day of birth"
    AGE = "age"
    CODE = "code"
    CLAIM = "yes or no"
    COUNT = "count"
    POSTCODE = "postcode"
    UNREAD = "not read"
    """Known, and of no use to any fact: often a name, so not even looked at."""


@dataclass(frozen=True, slots=True)
class Field:
    """One column: `title` as Ofsted writes it, `names` as others do, `codes` the key of its code set.

    `needed` columns may not be blank. The values of `secret` columns are told by their shape alone.
    """

    key: str
    title: str
    kind: Kind
    names: tuple[str, ...] = ()
    codes: str = ""
    needed: bool = False
    secret: bool = False


@dataclass(frozen=True, slots=True)
class AnnexList:
    """One list: `months` is how far it looks back (0: the day of the extract alone).

    `event` is the column that dates its rows, `identifier` the one that says who a row is about. `order`
    gives pairs of columns of which the first day may not be later than the second. `ends` is the column that
    says when the row's episode ended.
    """

    number: int
    title: str
    names: tuple[str, ...]
    tables: tuple[str, ...]
    fields: tuple[Field, ...]
    event: str | None
    ends: str | None = None
    months: int = 6
    identifier: str = "child"
    one_row_a_child: bool = False
    order: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        return f"List {self.number}"

    def field(self, key: str) -> Field:
        return next(field for field in self.fields if field.key == key)


def _id(key: str, title: str, *names: str, needed: bool = True) -> Field:
    return Field(key, title, Kind.ID, names, needed=needed, secret=True)


def _day(key: str, title: str, *names: str, needed: bool = False) -> Field:
    return Field(key, title, Kind.DAY, names, needed=needed)


def _code(key: str, title: str, codes: str, *names: str, needed: bool = False, secret: bool = False) -> Field:
    return Field(key, title, Kind.CODE, names, codes, needed, secret)


def _claim(key: str, title: str, *names: str, codes: str = "claim", needed: bool = False) -> Field:
    return Field(key, title, Kind.CLAIM, names, codes, needed)


def _count(key: str, title: str, *names: str, needed: bool = False) -> Field:
    return Field(key, title, Kind.COUNT, names, needed=needed)


def _unread(key: str, title: str, *names: str) -> Field:
    return Field(key, title, Kind.UNREAD, names, secret=True)


_CHILD = _id("child", "Child Unique ID", "child id", "child identifier", "child unique identifier")
_PERSON = (
    _code("sex", "Gender", "sex", "sex", needed=True),
    _code("ethnicity", "Ethnicity", "ethnicity", "ethnic origin", "ethnic group", needed=True),
)
_BORN = (
    Field("born", "Date of Birth", Kind.BIRTH, ("DOB", "birth date"), secret=True),
    Field("age", "Age of Child (Years)", Kind.AGE, ("age",), secret=True),
)
_FIVE = (_CHILD, *_PERSON, *_BORN)
_DISABLED = _claim(
    "disabled", "Does the Child have a Disability", "disability", "disabled", codes="disability", needed=True
)
_WORKERS = (_unread("team", "Allocated Team", "team"), _unread("worker", "Allocated Worker", "worker"))
_UASC_NAMES = ("UASC", "unaccompanied asylum seeking child")

LISTS: tuple[AnnexList, ...] = (
    AnnexList(
        1,
        "Contacts",
        ("contacts", "contact"),
        ("contacts",),
        (
            *_FIVE,
            _day("contact", "Date of Contact", "contact date", needed=True),
            _code("source", "Contact Source", "referral-source", "source of contact", needed=True),
        ),
        event="contact",
    ),
    AnnexList(
        2,
        "Early Help",
        ("early help", "early help assessments"),
        ("early_help_assessments",),
        (
            *_FIVE,
            _day("start", "Assessment start date", "start date", needed=True),
            _day("end", "Assessment completion date", "completion date", "assessment end date"),
            _code(
                "organisation",
                "Organisation completing assessment",
                "agency",
                "organisation",
                needed=True,
                secret=True,
            ),
        ),
        event="start",
        ends="end",
        order=(("start", "end"),),
    ),
    AnnexList(
        3,
        "Referrals",
        ("referrals", "referral"),
        ("referrals",),
        (
            *_FIVE,
            _day("referral", "Date of referral", "referral date", needed=True),
            _code("source", "Referral Source", "referral-source", "source of referral", needed=True),
            _claim(
                "nfa", "Referral NFA?", "NFA", "no further action", codes="no-further-action", needed=True
            ),
            _count("referrals", "Number of Referrals in Last 12 Months", "number of referrals", needed=True),
            *_WORKERS,
        ),
        event="referral",
    ),
    AnnexList(
        4,
        "Assessments",
        ("assessments", "assessment", "continuous assessments"),
        ("assessments",),
        (
            *_FIVE,
            _DISABLED,
            _day("start", "Continuous Assessment Start Date", "assessment start date", needed=True),
            _claim("seen", "Child Seen During Continuous Assessment", "child seen", codes="child-seen"),
            _day(
                "authorised",
                "Continuous Assessment Date of Authorisation",
                "date of authorisation",
                "authorisation date",
            ),
            _claim(
                "support",
                "Was the child assessed as requiring LA children's social care support?",
                "was the child assessed social care support",
                "was the child assessed as being in need at assessment",
            ),
            *_WORKERS,
        ),
        event="start",
        ends="authorised",
        order=(("start", "authorised"),),
    ),
    AnnexList(
        5,
        "Section 47 enquiries and initial child protection conferences",
        ("section 47", "s47", "section 47 enquiries", "section 47 and ICPC", "S47 and ICPC"),
        ("section_47_enquiries", "conferences"),
        (
            *_FIVE,
            _DISABLED,
            _day(
                "enquiry",
                "Strategy discussion initiating Section 47 Enquiry Start Date",
                "section 47 enquiry start date",
                "section 47 start date",
                "S47 start date",
                needed=True,
            ),
            _claim(
                "unnecessary",
                "Was an Initial Child Protection Conference deemed unnecessary?",
                "conference deemed unnecessary",
                "ICPC deemed unnecessary",
            ),
            _day(
                "conference",
                "Date of Initial Child Protection Conference",
                "date of ICPC",
                "ICPC date",
            ),
            _claim(
                "plan",
                "Did the Initial Child Protection Conference Result in a Child Protection Plan",
                "conference result in child protection plan",
                "ICPC result in plan",
            ),
            _count(
                "enquiries",
                "Number of Section 47 Enquiries in the last 12 months",
                "number of section 47 enquiries",
                "number of S47 enquiries",
                needed=True,
            ),
            _count("conferences", "Number of ICPCs in the last 12 months", "number of ICPCs", needed=True),
            *_WORKERS,
        ),
        event="enquiry",
        order=(("enquiry", "conference"),),
    ),
    AnnexList(
        6,
        "Children in need",
        ("children in need", "CIN", "child in need"),
        ("cin_episodes",),
        (
            *_FIVE,
            _DISABLED,
            _day("start", "CIN Start Date", "start date", needed=True),
            _code("need", "Primary Need Code", "need", "primary need", needed=True),
            _day("seen", "Date Child Was Last Seen", "date last seen", "last seen date"),
            _day("end", "CIN Closure Date", "closure date"),
            _code("reason", "Reason for Closure", "closure", "closure reason"),
            _code("status", "Case Status", "case-status", needed=True),
            *_WORKERS,
        ),
        event="start",
        ends="end",
        one_row_a_child=True,
        order=(("start", "end"), ("start", "seen")),
    ),
    AnnexList(
        7,
        "Child protection",
        ("child protection", "CP", "child protection plans"),
        ("protection_plans", "protection_reviews", "protection_visits"),
        (
            *_FIVE,
            _DISABLED,
            _day("start", "Child Protection Plan Start Date", "plan start date", needed=True),
            _code("initial", "Initial Category of Abuse", "abuse", "initial category", needed=True),
            _code("latest", "Latest Category of Abuse", "abuse", "latest category", needed=True),
            _day("visit", "Date of the Last Statutory Visit", "last statutory visit"),
            _claim("alone", "Was the Child Seen Alone?", "child seen alone", codes="seen-alone"),
            _day("review", "Date of latest review conference", "latest review conference"),
            _day("end", "Child Protection Plan End Date", "plan end date"),
            _unread(
                "emergency",
                "Subject to Emergency Protection Order or Protected Under Police Powers"
                " in Last Six Months (Y/N)",
                "subject to emergency protection order",
            ),
            _count(
                "previous",
                "Number of Previous Child Protection Plans",
                "number of previous plans",
                "previous child protection plans",
                needed=True,
            ),
            *_WORKERS,
        ),
        event="start",
        ends="end",
        one_row_a_child=True,
        order=(("start", "end"), ("start", "review"), ("start", "visit")),
    ),
    AnnexList(
        8,
        "Children in care",
        ("children in care", "looked after", "looked after children", "LAC", "CLA", "children looked after"),
        ("looked_after_episodes", "placements", "looked_after_reviews"),
        (
            *_FIVE,
            _claim(
                "uasc",
                "Unaccompanied Asylum Seeking Child (UASC) within the Last 12 Months (Y/N)",
                *_UASC_NAMES,
                codes="unaccompanied",
                needed=True,
            ),
            _DISABLED,
            _day("entered", "Date Started to be Looked After", "date started looked after", needed=True),
            _code("need", "Child's Category of Need", "need", "category of need", needed=True),
            _unread(
                "again",
                "Is this a second or subsequent period of being a Looked After Child"
                " within the last 12 months (Y/N)",
                "second or subsequent being looked after child",
            ),
            _day("status_from", "Start date of current legal status", needed=True),
            _code("legal", "Child's Legal Status", "legal-status", "child legal status", needed=True),
            _day("review", "Date of Latest Statutory Review", "latest statutory review"),
            _unread("visit", "Date of Last Social Work Visit", "last social work visit"),
            _unread("permanence", "What is the permanence plan for this child?", "permanence plan"),
            _unread("iro", "Date of Last IRO Visit / Contact to the Child", "last IRO visit"),
            _unread("health", "Date of Last Health Assessment", "last health assessment"),
            _unread("dental", "Date of Last Dental Check", "last dental check"),
            _count(
                "placements",
                "Number of Placements in the Last 12 months",
                "number of placements",
                needed=True,
            ),
            _day("ceased", "Date Ceased to be Looked After", "date ceased looked after"),
            _code(
                "ceased_reason",
                "Reason Ceased to be Looked After",
                "ceased-reason",
                "reason ceased looked after",
            ),
            _day(
                "placed",
                "Start Date of Most Recent Placement",
                "most recent placement start date",
                needed=True,
            ),
            _code("placement", "Placement Type", "placement-type", needed=True),
            _code("provider", "Placement Provider", "placement-provider", needed=True),
            Field("postcode", "Placement postcode", Kind.POSTCODE, ("postcode",), needed=True, secret=True),
            _unread("urn", "URN of Placement", "URN"),
            _code("location", "Placement Location", "location", needed=True),
            _unread("placed_with", "LA of Placement"),
            _unread(
                "missing",
                "Number of Episodes the Child has been 'Missing' from their Placement in the last 12 months",
                "number episodes child has been missing from their placement in last 12 months",
            ),
            _unread(
                "absent",
                "Number of Episodes the Child has been 'Absent' from their Placement in the last 12 months",
                "number episodes child has been absent from their placement in last 12 months",
            ),
            _claim(
                "offered",
                "Was the child offered a Return Interview after their last missing episode (Y/N)?",
                "offered return interview",
                codes="interview-offered",
            ),
            _claim(
                "accepted",
                "Did the child accept a Return Interview after their last missing episode (Y/N)?",
                "accept return interview",
                codes="interview-accepted",
            ),
            *_WORKERS,
        ),
        event="entered",
        ends="ceased",
        one_row_a_child=True,
        order=(
            ("entered", "status_from"),
            ("entered", "placed"),
            ("entered", "ceased"),
            ("placed", "ceased"),
            ("entered", "review"),
        ),
    ),
    AnnexList(
        9,
        "Care leavers",
        ("care leavers", "care leaver", "leaving care"),
        ("care_leavers",),
        (
            *_FIVE,
            _claim(
                "uasc",
                "Unaccompanied Asylum Seeking Child (UASC), or formerly UASC if 18 or over (Y/N)",
                *_UASC_NAMES,
                codes="unaccompanied",
            ),
            _DISABLED,
            *_WORKERS,
            _unread("adviser", "Allocated Personal Advisor", "personal adviser", "personal advisor"),
            _code("eligibility", "Eligibility Category", "eligibility", "eligibility", needed=True),
            _day(
                "pathway", "Latest Pathway Plan Review Date", "pathway plan review date", "pathway plan date"
            ),
            _code("touch", "LA in Touch", "in-touch", "in touch", needed=True),
            _day("contact", "Latest Date of Contact", "latest contact date"),
            _code("accommodation", "Type of Accommodation", "accommodation", "accommodation type"),
            _claim("suitable", "Suitability of Accommodation", "suitability", codes="suitability"),
            _code("activity", "Activity Status", "activity", "activity"),
        ),
        event=None,
        months=0,
        one_row_a_child=True,
    ),
    AnnexList(
        10,
        "Adoption",
        ("adoption", "adoptions", "children with adoption decision"),
        ("adoptions",),
        (
            _CHILD,
            _unread("family", "Family identifier", "family id"),
            *_PERSON,
            *_BORN,
            _DISABLED,
            _day("entered", "Date the Child Entered Care", "date entered care", needed=True),
            _day(
                "decision",
                "Date of Decision that Child Should be Placed for Adoption",
                "date of decision placed for adoption",
                needed=True,
            ),
            _day("order", "Date of Placement Order", "placement order date"),
            _day(
                "matched", "Date of Matching Child and Prospective Adopters", "date of matching", "match date"
            ),
            _day("placed", "Date Placed for Adoption"),
            _day("adopted", "Date of Adoption Order", "adoption order date"),
            _day(
                "reversed",
                "Date of Decision that Child Should No Longer be Placed for Adoption",
                "date of decision no longer placed for adoption",
            ),
            _code(
                "reversed_reason",
                "Reason Why Child No Longer Placed for Adoption",
                "reversal-reason",
                "reason no longer placed for adoption",
            ),
            _unread(
                "fostering",
                "Date the child was placed for fostering in FFA or concurrent planning placement",
                "date placed fostering FFA",
            ),
        ),
        event="decision",
        months=12,
        one_row_a_child=True,
        order=(
            ("entered", "decision"),
            ("decision", "matched"),
            ("matched", "placed"),
            ("placed", "adopted"),
            ("decision", "reversed"),
        ),
    ),
    AnnexList(
        11,
        "Adopters",
        ("adopters", "prospective adopters"),
        ("adopters",),
        (
            _id("adopter", "Individual adopter identifier", "adopter identifier", "adopter id"),
            _unread("family", "Family identifier", "family id"),
            _unread("sex", "Gender"),
            _unread("ethnicity", "Ethnicity"),
            _unread("disabled", "Disability"),
            _unread(
                "fostering", "Is the (prospective) adopter fostering for adoption?", "fostering for adoption"
            ),
            _day("enquired", "Date enquiry received", "enquiry date", needed=True),
            _day("stage_1_from", "Date Stage 1 started", "stage 1 start date"),
            _day("stage_1_to", "Date Stage 1 ended", "stage 1 end date"),
            _day("stage_2_from", "Date Stage 2 started", "stage 2 start date"),
            _day("stage_2_to", "Date Stage 2 ended", "stage 2 end date"),
            _day("applied", "Date application submitted", "application submitted"),
            _day("approved", "Date application approved", "application approved"),
            _day("matched", "Date adopter matched with child(ren)", "adopter matched with child"),
            _day("placed", "Date child/children placed with adopter(s)", "children placed with adopter"),
            _count("children", "No. of children placed", "number of children placed"),
            _day("ordered", "Date of Adoption Order", "adoption order date"),
            _day("left", "Date of leaving adoption process", "leaving date"),
            _unread("left_reason", "Reason for leaving adoption process", "leaving reason"),
        ),
        event="enquired",
        months=12,
        identifier="adopter",
        one_row_a_child=True,
        order=(
            ("enquired", "stage_1_from"),
            ("stage_1_from", "stage_1_to"),
            ("stage_1_to", "stage_2_from"),
            ("stage_2_from", "stage_2_to"),
            ("applied", "approved"),
            ("approved", "matched"),
            ("matched", "placed"),
            ("placed", "ordered"),
        ),
    ),
)

SECRET = frozenset(field.title for annex_list in LISTS for field in annex_list.fields if field.secret)
"""Titles of the columns whose values may identify somebody."""
