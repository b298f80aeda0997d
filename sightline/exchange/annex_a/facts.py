"""Turning the rows of each list into fact rows: one function a list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from sightline.exchange.annex_a.cells import Row
from sightline.exchange.annex_a.columns import AnnexList
from sightline.exchange.reading import Child, Context, Rows
from sightline.facts.manifest import Window

PREBIRTH = timedelta(days=300)
"""How long before a birth an event may concern the unborn child."""


class FactWriter:
    """Writes the rows of one list to its fact tables.

    A row that gives an age but no day of birth has its age on the day of the extract; that is taken for the
    age at an event within the list's window only, where it is at most as many months old.
    """

    def __init__(
        self, annex_list: AnnexList, window: Window, context: Context, tables: Mapping[str, Rows]
    ) -> None:
        self._window = window
        self._context = context
        self._tables = tables
        self._write = _WRITERS[annex_list.number]
        self._conferences: set[tuple[str, date]] = set()

    def write(self, row: Row) -> None:
        self._write(self, row)

    def repeats_conference(self, child: str, day: date) -> bool:
        """Whether this conference of this child was met before; one conference may follow two enquiries."""
        if (child, day) in self._conferences:
            return True
        self._conferences.add((child, day))
        return False

    def pseudonym(self, row: Row, key: str = "child") -> str:
        return self._context.pseudonyms.of(str(row.values[key]), key)

    def add(self, table: str, row: Row, event: date | None, values: Mapping[str, object]) -> None:
        """Add one row about the child; `event` is the day on which the age is told."""
        got = row.values.get
        child = Child(
            self.pseudonym(row),
            row.day("born"),
            _text(got("sex")),
            _text(got("ethnicity")),
            _claim(got("disabled")),
            _claim(got("uasc")),
        ).on(event)
        if child["age"] is None and event is not None and self._window.holds(event):
            child["age"] = got("age")
        self._tables[table].add({"source_row": row.number, **child, **values})

    def add_adopter(self, row: Row, values: Mapping[str, object]) -> None:
        self._tables["adopters"].add(
            {"source_row": row.number, "adopter": self.pseudonym(row, "adopter"), **values}
        )

    @property
    def stood_on(self) -> date:
        return self._context.extracted_on


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _claim(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _contact(to: FactWriter, row: Row) -> None:
    got = row.values.get
    to.add(
        "contacts",
        row,
        row.day("contact"),
        {"cont_contact_date": got("contact"), "cont_contact_source_code": got("source")},
    )


def _early_help(to: FactWriter, row: Row) -> None:
    got = row.values.get
    to.add(
        "early_help_assessments",
        row,
        row.day("start"),
        {
            "earl_episode_start_date": got("start"),
            "earl_episode_end_date": got("end"),
            "earl_episode_organisation": got("organisation"),
        },
    )


def _referral(to: FactWriter, row: Row) -> None:
    got = row.values.get
    to.add(
        "referrals",
        row,
        row.day("referral"),
        {
            "cine_referral_date": got("referral"),
            "cine_referral_source_code": got("source"),
            "cine_referral_nfa": got("nfa"),
            "referrals_in_12_months": got("referrals"),
        },
    )


def _assessment(to: FactWriter, row: Row) -> None:
    got = row.values.get
    support = got("support")
    to.add(
        "assessments",
        row,
        row.day("start"),
        {
            "cina_assessment_start_date": got("start"),
            "cina_assessment_auth_date": got("authorised"),
            "cina_assessment_child_seen": got("seen"),
            "cina_assessment_outcome_nfa": None if support is None else not support,
        },
    )


def _enquiry(to: FactWriter, row: Row) -> None:
    got = row.values.get
    conference = row.day("conference")
    to.add(
        "section_47_enquiries",
        row,
        row.day("enquiry"),
        {
            "s47e_s47_start_date": got("enquiry"),
            "icpc_icpc_date": conference,
            "is_icpc_unnecessary": got("unnecessary"),
            "icpc_icpc_outcome_cp_flag": got("plan"),
            "enquiries_in_12_months": got("enquiries"),
        },
    )
    if conference is not None and not to.repeats_conference(str(got("child")), conference):
        to.add(
            "conferences",
            row,
            conference,
            {
                "icpc_icpc_date": conference,
                "s47e_s47_start_date": got("enquiry"),
                "icpc_icpc_outcome_cp_flag": got("plan"),
            },
        )


def _need(to: FactWriter, row: Row) -> None:
    got = row.values.get
    to.add(
        "cin_episodes",
        row,
        row.day("start"),
        {
            "cine_referral_date": got("start"),
            "cine_close_date": got("end"),
            "cine_close_reason": got("reason"),
            "cine_cin_primary_need_code": got("need"),
            "case_status": got("status"),
            "last_seen_on": got("seen"),
        },
    )


def _plan(to: FactWriter, row: Row) -> None:
    got = row.values.get
    plan = {"cppl_cp_plan_start_date": got("start"), "cppl_cp_plan_end_date": got("end")}
    categories = {
        "cppl_cp_plan_initial_category": got("initial"),
        "cppl_cp_plan_latest_category": got("latest"),
        "previous_plans": got("previous"),
    }
    to.add("protection_plans", row, row.day("start"), {**plan, **categories})
    review = row.day("review")
    to.add("protection_reviews", row, review or row.day("start"), {**plan, "cppr_cp_review_date": review})
    if got("visit") is not None:
        visit = {
            "cppl_cp_plan_start_date": got("start"),
            "cppv_cp_visit_date": got("visit"),
            "cppv_cp_visit_seen_alone": got("alone"),
        }
        to.add("protection_visits", row, row.day("visit"), visit)


def _looked_after(to: FactWriter, row: Row) -> None:
    got = row.values.get
    entered, review = row.day("entered"), row.day("review")
    location = got("location")
    period = {"clae_entered_care_date": entered}
    shared = {
        **period,
        "clap_cla_placement_type": got("placement"),
        "is_out_of_area": None if location is None else location == "out",
    }
    began = _episode_began(row)
    to.add("looked_after_episodes", row, began, {**shared, **_episode(row, began)})
    if got("placed") is not None:
        to.add("placements", row, row.day("placed"), {**shared, **_placement(row)})
    reviews = {**period, "care_ended_on": got("ceased"), "clar_cla_review_date": review}
    to.add("looked_after_reviews", row, review or entered, reviews)


def _episode(row: Row, began: date | None) -> dict[str, object]:
    got = row.values.get
    return {
        "clae_cla_episode_start_date": began,
        "clae_cla_episode_ceased_date": got("ceased"),
        "clae_cla_episode_ceased_reason": got("ceased_reason"),
        "clae_cla_primary_need_code": got("need"),
        "legal_status": got("legal"),
    }


def _placement(row: Row) -> dict[str, object]:
    got = row.values.get
    return {
        "clap_cla_placement_start_date": got("placed"),
        "clap_cla_placement_end_date": got("ceased"),
        "clap_cla_placement_provider": got("provider"),
        "placements_in_12_months": got("placements"),
    }


def _episode_began(row: Row) -> date | None:
    """The day of the latest change of legal status or placement known: each begins a new episode of care."""
    changes = [day for key in ("entered", "status_from", "placed") if (day := row.day(key)) is not None]
    return max(changes, default=None)


def _care_leaver(to: FactWriter, row: Row) -> None:
    got = row.values.get
    to.add(
        "care_leavers",
        row,
        to.stood_on,
        {
            "stood_on": to.stood_on,
            "clea_care_leaver_eligibility": got("eligibility"),
            "clea_care_leaver_in_touch": got("touch"),
            "clea_care_leaver_accommodation": got("accommodation"),
            "clea_care_leaver_accom_suitable": got("suitable"),
            "clea_care_leaver_activity": got("activity"),
            "clea_pathway_plan_review_date": got("pathway"),
            "clea_care_leaver_latest_contact": got("contact"),
        },
    )


def _adoption(to: FactWriter, row: Row) -> None:
    got = row.values.get
    to.add(
        "adoptions",
        row,
        row.day("decision"),
        {
            "clae_entered_care_date": got("entered"),
            "perm_adm_decision_date": got("decision"),
            "perm_placement_order_date": got("order"),
            "perm_matched_date": got("matched"),
            "perm_placed_for_adoption_date": got("placed"),
            "perm_permanence_order_date": got("adopted"),
            "perm_decision_reversed_date": got("reversed"),
            "perm_decision_reversed_reason": got("reversed_reason"),
        },
    )


def _adopter(to: FactWriter, row: Row) -> None:
    got = row.values.get
    to.add_adopter(
        row,
        {
            "enquired_on": got("enquired"),
            "stage_1_started_on": got("stage_1_from"),
            "stage_1_ended_on": got("stage_1_to"),
            "stage_2_started_on": got("stage_2_from"),
            "stage_2_ended_on": got("stage_2_to"),
            "applied_on": got("applied"),
            "approved_on": got("approved"),
            "matched_on": got("matched"),
            "placed_on": got("placed"),
            "ordered_on": got("ordered"),
            "left_on": got("left"),
            "children_placed": got("children"),
        },
    )


_WRITERS: Mapping[int, Callable[[FactWriter, Row], None]] = {
    1: _contact,
    2: _early_help,
    3: _referral,
    4: _assessment,
    5: _enquiry,
    6: _need,
    7: _plan,
    8: _looked_after,
    9: _care_leaver,
    10: _adoption,
    11: _adopter,
}
