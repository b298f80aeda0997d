"""What each outside format can and cannot tell: the contract between the readers and the indicators.

A reader may fill only the columns that its format supplies here; an indicator that needs another column, or
every row where a format holds only the latest of each child, is refused with the reason in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sightline.facts.tables import TABLES


class Rows(StrEnum):
    """Which rows of a table a format holds within its window."""

    EVERY = "every"
    """Every event in the window, and every episode open on any day of it."""
    LATEST = "latest"
    """One row a child: the latest episode, review or visit only."""


@dataclass(frozen=True, slots=True)
class Supply:
    """What one format supplies to one fact table.

    `rows_note` says in words which rows it lacks; `limits` says of a column why it is not there.
    """

    table: str
    columns: frozenset[str]
    rows: Rows = Rows.EVERY
    rows_note: str = ""
    limits: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in (*self.columns, *self.limits):
            TABLES[self.table].column(name)


@dataclass(frozen=True, slots=True)
class SourceFormat:
    """One outside format that a partner produces, or the records that Sightline's own processes keep.

    `supplier` is the agency that usually sends it.
    """

    key: str
    title: str
    supplier: str
    supplies: Mapping[str, Supply]


_FIVE = frozenset({"source", "source_row", "child", "born_month", "age", "sex", "ethnicity"})
_SIX = _FIVE | {"is_disabled"}
_TRACE = frozenset({"source", "source_row"})
_NO_REVIEWS = "reviews and visits hold the latest date only"
_ONE_ROW = "it holds one row a child, the latest only"


def _format(key: str, title: str, supplier: str, *supplies: Supply) -> SourceFormat:
    return SourceFormat(key, title, supplier, {supply.table: supply for supply in supplies})


def _supply(
    table: str,
    common: frozenset[str],
    columns: str,
    rows: Rows = Rows.EVERY,
    rows_note: str = "",
    **limits: str,
) -> Supply:
    return Supply(table, common | frozenset(columns.split()), rows, rows_note, limits)


_ANNEX_A = _format(
    "annex-a",
    "Ofsted Annex A",
    "CSC",
    _supply("contacts", _FIVE, "cont_contact_date cont_contact_source_code"),
    _supply(
        "early_help_assessments",
        _FIVE,
        "earl_episode_start_date earl_episode_end_date earl_episode_organisation",
    ),
    _supply(
        "referrals",
        _FIVE,
        "cine_referral_date cine_referral_source_code cine_referral_nfa referrals_in_12_months",
    ),
    _supply(
        "assessments",
        _SIX,
        "cina_assessment_start_date cina_assessment_auth_date cina_assessment_child_seen"
        " cina_assessment_outcome_nfa",
        cine_referral_date="list 4 does not say which referral an assessment follows",
    ),
    _supply(
        "section_47_enquiries",
        _SIX,
        "s47e_s47_start_date icpc_icpc_date is_icpc_unnecessary icpc_icpc_outcome_cp_flag"
        " enquiries_in_12_months",
    ),
    _supply("conferences", _SIX, "icpc_icpc_date s47e_s47_start_date icpc_icpc_outcome_cp_flag"),
    _supply(
        "cin_episodes",
        _SIX,
        "cine_referral_date cine_close_date cine_close_reason cine_cin_primary_need_code case_status"
        " last_seen_on",
        Rows.LATEST,
        rows_note=_ONE_ROW,
    ),
    _supply(
        "protection_plans",
        _SIX,
        "cppl_cp_plan_start_date cppl_cp_plan_end_date cppl_cp_plan_initial_category"
        " cppl_cp_plan_latest_category previous_plans",
        Rows.LATEST,
        rows_note=_ONE_ROW,
    ),
    _supply(
        "protection_reviews",
        _SIX,
        "cppl_cp_plan_start_date cppl_cp_plan_end_date cppr_cp_review_date",
        Rows.LATEST,
        rows_note=_NO_REVIEWS,
    ),
    _supply(
        "protection_visits",
        _SIX,
        "cppl_cp_plan_start_date cppv_cp_visit_date cppv_cp_visit_seen_alone",
        Rows.LATEST,
        rows_note=_NO_REVIEWS,
    ),
    _supply(
        "looked_after_episodes",
        _SIX | {"is_uasc"},
        "clae_entered_care_date clae_cla_episode_start_date clae_cla_episode_ceased_date"
        " clae_cla_episode_ceased_reason clae_cla_primary_need_code legal_status clap_cla_placement_type"
        " is_out_of_area",
        Rows.LATEST,
        rows_note=_ONE_ROW,
    ),
    _supply(
        "placements",
        _SIX | {"is_uasc"},
        "clae_entered_care_date clap_cla_placement_start_date clap_cla_placement_end_date"
        " clap_cla_placement_type clap_cla_placement_provider is_out_of_area placements_in_12_months",
        Rows.LATEST,
        rows_note=_ONE_ROW,
    ),
    _supply(
        "looked_after_reviews",
        _SIX | {"is_uasc"},
        "clae_entered_care_date care_ended_on clar_cla_review_date",
        Rows.LATEST,
        rows_note=_NO_REVIEWS,
    ),
    _supply(
        "care_leavers",
        _SIX | {"is_uasc"},
        "stood_on clea_care_leaver_eligibility clea_care_leaver_in_touch clea_care_leaver_accommodation"
        " clea_care_leaver_accom_suitable clea_care_leaver_activity clea_pathway_plan_review_date"
        " clea_care_leaver_latest_contact",
    ),
    _supply(
        "adoptions",
        _SIX,
        "clae_entered_care_date perm_adm_decision_date perm_placement_order_date perm_matched_date"
        " perm_placed_for_adoption_date perm_permanence_order_date perm_decision_reversed_date"
        " perm_decision_reversed_reason",
    ),
    _supply(
        "adopters",
        _TRACE,
        "adopter enquired_on stage_1_started_on stage_1_ended_on stage_2_started_on stage_2_ended_on"
        " applied_on approved_on matched_on placed_on ordered_on left_on children_placed",
    ),
)

_CIN = _format(
    "cin-census",
    "Children in need census",
    "CSC",
    _supply(
        "referrals",
        _SIX,
        "cine_referral_date cine_referral_source_code cine_referral_nfa cine_cin_primary_need_code",
    ),
    _supply(
        "assessments",
        _SIX,
        "cine_referral_date cina_assessment_start_date cina_assessment_auth_date"
        " cina_assessment_outcome_nfa cine_close_reason cinf_assessment_factors",
    ),
    _supply(
        "section_47_enquiries",
        _SIX,
        "cine_referral_date s47e_s47_start_date icpc_icpc_target_date icpc_icpc_date is_icpc_unnecessary"
        " icpc_icpc_outcome_cp_flag",
    ),
    _supply("conferences", _SIX, "icpc_icpc_date s47e_s47_start_date icpc_icpc_outcome_cp_flag"),
    _supply(
        "cin_episodes",
        _SIX,
        "cine_referral_date cine_close_date cine_close_reason cine_cin_primary_need_code",
    ),
    _supply("cin_plans", _SIX, "cine_referral_date cinp_cin_plan_start_date cinp_cin_plan_end_date"),
    _supply(
        "protection_plans",
        _SIX,
        "cppl_cp_plan_start_date cppl_cp_plan_end_date cppl_cp_plan_initial_category"
        " cppl_cp_plan_latest_category previous_plans",
    ),
    _supply(
        "protection_reviews",
        _SIX,
        "cppl_cp_plan_start_date cppl_cp_plan_end_date reviewed_from is_first cppr_cp_review_date",
    ),
)

_SSDA903 = _format(
    "ssda903",
    "SSDA903 looked-after return",
    "CSC",
    _supply(
        "looked_after_episodes",
        _FIVE | {"is_uasc"},
        "clae_entered_care_date clae_cla_episode_start_date clae_cla_episode_start_reason"
        " clae_cla_episode_ceased_date clae_cla_episode_ceased_reason clae_cla_primary_need_code"
        " legal_status clap_cla_placement_type",
        is_out_of_area="postcodes are never kept, and no file says which authority a placement lies in",
    ),
    _supply(
        "placements",
        _FIVE | {"is_uasc"},
        "clae_entered_care_date clap_cla_placement_start_date clap_cla_placement_end_date"
        " clap_cla_placement_type clap_cla_placement_provider clap_cla_placement_change_reason",
    ),
    _supply(
        "looked_after_reviews",
        _FIVE | {"is_uasc"},
        "clae_entered_care_date care_ended_on reviewed_from review_number clar_cla_review_date"
        " clar_cla_review_participation",
    ),
    _supply(
        "missing_episodes",
        _FIVE | {"is_uasc"},
        "miss_missing_episode_start_date miss_missing_episode_end_date miss_missing_episode_type"
        " missing_from",
        rows_note="it holds children looked after only",
    ),
    _supply(
        "adoptions",
        _FIVE | {"is_uasc"},
        "clae_entered_care_date perm_adm_decision_date perm_matched_date perm_placed_for_adoption_date"
        " perm_permanence_order_date perm_decision_reversed_date perm_decision_reversed_reason",
    ),
)

_CHILD = _SIX | {"is_uasc", "locality"}

_TEMPLATES = (
    _format(
        "missing-list",
        "Police missing list with return interviews",
        "POL",
        _supply(
            "missing_episodes",
            _CHILD,
            "miss_missing_episode_start_date miss_missing_episode_end_date miss_missing_episode_type"
            " missing_from risk responsible_authority",
        ),
        _supply(
            "return_interviews",
            _CHILD,
            "miss_missing_episode_end_date miss_missing_rhi_offered miss_missing_rhi_accepted held_at"
            " missing_from responsible_authority",
        ),
    ),
    _format(
        "allegations",
        "Allegations list (LADO)",
        "CSC",
        Supply("allegations", frozenset(column.name for column in TABLES["allegations"].all_columns)),
    ),
    _format(
        "private-fostering",
        "Private fostering list",
        "CSC",
        _supply("private_fostering_arrangements", _CHILD, "notified_on started_on ended_on suitability"),
        _supply(
            "private_fostering_visits",
            _CHILD,
            "notified_on ended_on visited_from visited_on was_seen_alone",
        ),
    ),
    _format(
        "child-deaths",
        "Child deaths list",
        "PH",
        _supply("child_deaths", _CHILD, "died_on notified_on reviewed_on is_expected category is_modifiable"),
    ),
    *(
        _format(
            key,
            title,
            supplier,
            Supply(table, frozenset(column.name for column in TABLES[table].all_columns)),
        )
        for key, title, supplier, table in (
            ("training", "Training attendances", "CSC", "training_attendances"),
            ("workforce", "Workforce months", "CSC", "workforce_months"),
            ("agency-returns", "Agency returns (plain figures)", "CSC", "agency_returns"),
            ("population", "Population by group", "CSC", "population"),
        )
    ),
    _format(
        "ons-population",
        "ONS mid-year population estimates",
        "INS",
        Supply("population", frozenset(column.name for column in TABLES["population"].all_columns)),
    ),
)

_FRONT_DOOR = _format(
    "front-door",
    "Sightline front door",
    "CSC",
    _supply(
        "contacts",
        _TRACE | {"child", "born_month", "age", "sex"},
        "cont_contact_date cont_contact_source_code decided_on contact referring_agency received_at rating"
        " level_asked has_early_help_assessment decision level_decided not_accepted_reason decided_at"
        " feedback_at quality_score",
    ),
    *(
        Supply(table, frozenset(column.name for column in TABLES[table].all_columns))
        for table in ("information_requests", "consultation_calls", "threshold_ratings")
    ),
)

EXTRACTS: Mapping[str, SourceFormat] = {
    source_format.key: source_format for source_format in (_ANNEX_A, _CIN, _SSDA903, *_TEMPLATES)
}
"""What partners hand in as files."""

FORMATS: Mapping[str, SourceFormat] = {**EXTRACTS, _FRONT_DOOR.key: _FRONT_DOOR}
"""The extracts, and Sightline's own records where the front line is on: a figure names either alike."""
