"""The fact tables: one entry a table, in the order of a child's journey, then the partnership's own."""

from __future__ import annotations

from collections.abc import Mapping

from sightline.facts.schema import Column, Kind, Table

ABUSE = frozenset({"NEG", "PHY", "SAB", "EMO", "MUL"})
REFERRAL_SOURCE = frozenset("1 1A 1B 1C 1D 2 2A 2B 3 3A 3B 3C 3D 3E 3F 4 5 5A 5B 5C 5D 6 7 8 9 10".split())
"""The census's codes, and 1, 2, 3 and 5 alone where an extract says only that the source was an individual,
an education, a health or a council service."""
PRIMARY_NEED = frozenset(f"N{n}" for n in range(10))
CLOSURE = frozenset(f"RC{n}" for n in range(1, 10))
PARTICIPATION = frozenset(f"PN{n}" for n in range(8))
AGENCY = frozenset(
    (
        "CSC EH EDU HOU PH ASC LEG CSP YOS POL ICB CHS MHT GP AMB PRO CAF HO FIRE COR VCS FAI YP LAY"
        " OLA INS DEM"
    ).split()
)

RATING = frozenset({"red", "amber", "green", "blue"})
LEVEL = frozenset({"1", "2", "3", "4"})
DECISION = frozenset(
    "no-further-action early-help assessment strategy-discussion open-case other-authority".split()
)
NOT_ACCEPTED = frozenset("below-threshold insufficient-information duplicate wrong-area no-consent".split())


def _date(name: str, title: str, ssd: str | None = None) -> Column:
    return Column(name, Kind.DATE, title, ssd)


def _claim(name: str, title: str, ssd: str | None = None) -> Column:
    return Column(name, Kind.CLAIM, title, ssd)


def _code(name: str, title: str, ssd: str | None = None, codes: frozenset[str] | None = None) -> Column:
    return Column(name, Kind.CODE, title, ssd, codes)


def _whole(name: str, title: str) -> Column:
    return Column(name, Kind.WHOLE, title)


def _number(name: str, title: str) -> Column:
    return Column(name, Kind.NUMBER, title)


def _time(name: str, title: str, ssd: str | None = None) -> Column:
    return Column(name, Kind.TIME, title, ssd)


_REFERRED = _date("cine_referral_date", "the date of the referral", "ssd_cin_episodes.cine_referral_date")
_PLAN_START = _date(
    "cppl_cp_plan_start_date",
    "the start of the child protection plan",
    "ssd_cp_plans.cppl_cp_plan_start_date",
)
_PLAN_END = _date(
    "cppl_cp_plan_end_date", "the end of the child protection plan", "ssd_cp_plans.cppl_cp_plan_end_date"
)
_CLOSE_REASON = _code(
    "cine_close_reason", "why the episode of need closed", "ssd_cin_episodes.cine_close_reason", CLOSURE
)
_S47_START = _date(
    "s47e_s47_start_date", "the start of the section 47 enquiry", "ssd_s47_enquiry.s47e_s47_start_date"
)
_ICPC_DATE = _date(
    "icpc_icpc_date",
    "the date of the initial child protection conference",
    "ssd_initial_cp_conference.icpc_icpc_date",
)
_ICPC_PLAN = _claim(
    "icpc_icpc_outcome_cp_flag",
    "whether the conference led to a plan",
    "ssd_initial_cp_conference.icpc_icpc_outcome_cp_flag",
)
_ENTERED_CARE = _date(
    "clae_entered_care_date", "the day the period of care began", "ssd_cla_episodes.clae_entered_care_date"
)

_CONTACT = Column(
    "contact", Kind.TEXT, "which contact it is, as a keyed pseudonym", "ssd_contacts.cont_contact_id"
)
_RATING = _code("rating", "the risk rating", None, RATING)

_TABLES = (
    Table(
        "contacts",
        "Contacts at the front door",
        (
            _date("cont_contact_date", "the date of the contact", "ssd_contacts.cont_contact_date"),
            _code(
                "cont_contact_source_code",
                "who made the contact",
                "ssd_contacts.cont_contact_source_code",
                REFERRAL_SOURCE,
            ),
            _date("decided_on", "the day on which next steps were decided"),
            _CONTACT,
            _code("referring_agency", "which agency made the contact", None, AGENCY),
            _time("received_at", "the moment at which the contact was received"),
            _RATING,
            _code("level_asked", "the level of need that the referrer asked for", None, LEVEL),
            _claim("has_early_help_assessment", "whether an early help assessment came with the contact"),
            _code("decision", "what was decided", None, DECISION),
            _code("level_decided", "the level of need that was decided", None, LEVEL),
            _code("not_accepted_reason", "why the contact was not accepted", None, NOT_ACCEPTED),
            _time("decided_at", "the moment at which next steps were decided"),
            _time("feedback_at", "the moment at which the referrer was told the next step"),
            _whole("quality_score", "the score of the referral's quality, from 0 to 3"),
        ),
        event="cont_contact_date",
    ),
    Table(
        "information_requests",
        "What the front door asked of other agencies about a contact",
        (
            _CONTACT,
            _code("agency", "which agency was asked", None, AGENCY),
            _RATING,
            _time("asked_at", "the moment at which the agency was asked"),
            _time("due_at", "the moment by which the answer was due, by the contact's rating"),
            _time("answered_at", "the moment at which the agency answered"),
            _time("withdrawn_at", "the moment at which the question was withdrawn"),
        ),
        event="asked_at",
        ends="answered_at",
        about_child=False,
    ),
    Table(
        "consultation_calls",
        "Calls to the consultation line",
        (
            _time("called_at", "the moment of the call"),
            _code("agency", "the agency of the caller", None, AGENCY),
            _whole("wait_seconds", "how many seconds the caller waited"),
            _claim("was_abandoned", "whether the caller gave up before anybody answered"),
            _claim("became_contact", "whether the call became a contact"),
        ),
        event="called_at",
        about_child=False,
    ),
    Table(
        "threshold_ratings",
        "Invented cases rated blind against the thresholds of need",
        (
            _date("closed_on", "the day the exercise closed"),
            Column("exercise", Kind.TEXT, "which exercise it was, as a keyed pseudonym"),
            Column("vignette", Kind.TEXT, "which invented case was rated, as a keyed pseudonym"),
            Column("rater", Kind.TEXT, "who rated, as a keyed pseudonym"),
            _code("agency", "the agency of the rater", None, AGENCY),
            _code("level", "the level of need that the rater gave", None, LEVEL),
        ),
        event="closed_on",
        about_child=False,
    ),
    Table(
        "early_help_assessments",
        "Early help assessments",
        (
            _date(
                "earl_episode_start_date",
                "the start of the early help assessment",
                "ssd_early_help_episodes.earl_episode_start_date",
            ),
            _date(
                "earl_episode_end_date",
                "the completion of the early help assessment",
                "ssd_early_help_episodes.earl_episode_end_date",
            ),
            _code(
                "earl_episode_organisation",
                "which agency completes the assessment",
                "ssd_early_help_episodes.earl_episode_organisation",
                AGENCY,
            ),
        ),
        event="earl_episode_start_date",
    ),
    Table(
        "referrals",
        "Referrals to children's social care",
        (
            _REFERRED,
            _code(
                "cine_referral_source_code",
                "who referred",
                "ssd_cin_episodes.cine_referral_source_code",
                REFERRAL_SOURCE,
            ),
            _claim(
                "cine_referral_nfa",
                "whether the referral ended in no further action",
                "ssd_cin_episodes.cine_referral_nfa",
            ),
            _code(
                "cine_cin_primary_need_code",
                "the primary need",
                "ssd_cin_episodes.cine_cin_primary_need_code",
                PRIMARY_NEED,
            ),
            _whole(
                "referrals_in_12_months",
                "how many referrals the child had in the 12 months before the latest",
            ),
        ),
        event="cine_referral_date",
    ),
    Table(
        "assessments",
        "Social care assessments",
        (
            _REFERRED,
            _date(
                "cina_assessment_start_date",
                "the start of the assessment",
                "ssd_cin_assessments.cina_assessment_start_date",
            ),
            _date(
                "cina_assessment_auth_date",
                "the day a manager authorised the assessment",
                "ssd_cin_assessments.cina_assessment_auth_date",
            ),
            _claim(
                "cina_assessment_child_seen",
                "whether the child was seen",
                "ssd_cin_assessments.cina_assessment_child_seen",
            ),
            _claim(
                "cina_assessment_outcome_nfa",
                "whether the assessment ended in no further social care action",
                "ssd_cin_assessments.cina_assessment_outcome_nfa",
            ),
            _CLOSE_REASON,
            Column(
                "cinf_assessment_factors",
                Kind.TEXT,
                "the factors found, as codes between spaces (' 3B 16A ')",
                "ssd_assessment_factors.cinf_assessment_factors_json",
            ),
        ),
        event="cina_assessment_start_date",
        ends="cina_assessment_auth_date",
    ),
    Table(
        "section_47_enquiries",
        "Section 47 enquiries",
        (
            _REFERRED,
            _S47_START,
            _date(
                "icpc_icpc_target_date",
                "the target date of the initial conference",
                "ssd_initial_cp_conference.icpc_icpc_target_date",
            ),
            _ICPC_DATE,
            _claim("is_icpc_unnecessary", "whether an initial conference was judged unnecessary"),
            _ICPC_PLAN,
            _whole(
                "enquiries_in_12_months", "how many enquiries the child had in the 12 months before this one"
            ),
        ),
        event="s47e_s47_start_date",
    ),
    Table(
        "conferences",
        "Initial child protection conferences",
        (
            _ICPC_DATE,
            _S47_START,
            _ICPC_PLAN,
            _claim(
                "icpc_icpc_transfer_in",
                "whether the child moved in on another authority's plan",
                "ssd_initial_cp_conference.icpc_icpc_transfer_in",
            ),
        ),
        event="icpc_icpc_date",
    ),
    Table(
        "cin_episodes",
        "Episodes of need",
        (
            _REFERRED,
            _date(
                "cine_close_date", "the day the episode of need closed", "ssd_cin_episodes.cine_close_date"
            ),
            _CLOSE_REASON,
            _code(
                "cine_cin_primary_need_code",
                "the primary need",
                "ssd_cin_episodes.cine_cin_primary_need_code",
                PRIMARY_NEED,
            ),
            _code(
                "case_status",
                "the status of the case",
                None,
                frozenset({"looked-after", "protection-plan", "need-plan", "open-assessment", "closed"}),
            ),
            _date("last_seen_on", "the day the child was last seen"),
        ),
        event="cine_referral_date",
        ends="cine_close_date",
    ),
    Table(
        "cin_plans",
        "Child in need plans",
        (
            _REFERRED,
            _date(
                "cinp_cin_plan_start_date",
                "the start of the child in need plan",
                "ssd_cin_plans.cinp_cin_plan_start_date",
            ),
            _date(
                "cinp_cin_plan_end_date",
                "the end of the child in need plan",
                "ssd_cin_plans.cinp_cin_plan_end_date",
            ),
        ),
        event="cinp_cin_plan_start_date",
        ends="cinp_cin_plan_end_date",
    ),
    Table(
        "protection_plans",
        "Child protection plans",
        (
            _PLAN_START,
            _PLAN_END,
            _code(
                "cppl_cp_plan_initial_category",
                "the first category of abuse",
                "ssd_cp_plans.cppl_cp_plan_initial_category",
                ABUSE,
            ),
            _code(
                "cppl_cp_plan_latest_category",
                "the latest category of abuse",
                "ssd_cp_plans.cppl_cp_plan_latest_category",
                ABUSE,
            ),
            _whole("previous_plans", "how many plans the child had before this one"),
        ),
        event="cppl_cp_plan_start_date",
        ends="cppl_cp_plan_end_date",
    ),
    Table(
        "protection_reviews",
        "Intervals between child protection reviews, each from the one before",
        (
            _PLAN_START,
            _PLAN_END,
            _date("reviewed_from", "the conference or review that began the interval"),
            _claim("is_first", "whether the interval is the one after the initial conference"),
            _date("cppr_cp_review_date", "the day the review was held", "ssd_cp_reviews.cppr_cp_review_date"),
        ),
        event="reviewed_from",
        ends="cppl_cp_plan_end_date",
    ),
    Table(
        "protection_visits",
        "Visits to children on protection plans",
        (
            _PLAN_START,
            _date("cppv_cp_visit_date", "the day of the visit", "ssd_cp_visits.cppv_cp_visit_date"),
            _claim("cppv_cp_visit_seen", "whether the child was seen", "ssd_cp_visits.cppv_cp_visit_seen"),
            _claim(
                "cppv_cp_visit_seen_alone",
                "whether the child was seen alone",
                "ssd_cp_visits.cppv_cp_visit_seen_alone",
            ),
        ),
        event="cppv_cp_visit_date",
    ),
    Table(
        "looked_after_episodes",
        "Looked-after episodes",
        (
            _ENTERED_CARE,
            _date(
                "clae_cla_episode_start_date",
                "the start of the episode",
                "ssd_cla_episodes.clae_cla_episode_start_date",
            ),
            _code(
                "clae_cla_episode_start_reason",
                "why the episode began",
                "ssd_cla_episodes.clae_cla_episode_start_reason",
            ),
            _date(
                "clae_cla_episode_ceased_date",
                "the end of the episode",
                "ssd_cla_episodes.clae_cla_episode_ceased_date",
            ),
            _code(
                "clae_cla_episode_ceased_reason",
                "why the episode ended",
                "ssd_cla_episodes.clae_cla_episode_ceased_reason",
            ),
            _code(
                "clae_cla_primary_need_code",
                "the category of need",
                "ssd_cla_episodes.clae_cla_primary_need_code",
                PRIMARY_NEED,
            ),
            _code("legal_status", "the legal status"),
            _code(
                "clap_cla_placement_type",
                "the kind of placement",
                "ssd_cla_placement.clap_cla_placement_type",
            ),
            _claim("is_out_of_area", "whether the placement is outside the authority"),
        ),
        event="clae_cla_episode_start_date",
        ends="clae_cla_episode_ceased_date",
    ),
    Table(
        "placements",
        "Placements of looked-after children",
        (
            _ENTERED_CARE,
            _date(
                "clap_cla_placement_start_date",
                "the start of the placement",
                "ssd_cla_placement.clap_cla_placement_start_date",
            ),
            _date(
                "clap_cla_placement_end_date",
                "the end of the placement",
                "ssd_cla_placement.clap_cla_placement_end_date",
            ),
            _code(
                "clap_cla_placement_type",
                "the kind of placement",
                "ssd_cla_placement.clap_cla_placement_type",
            ),
            _code(
                "clap_cla_placement_provider",
                "who provides the placement",
                "ssd_cla_placement.clap_cla_placement_provider",
            ),
            _code(
                "clap_cla_placement_change_reason",
                "why the placement changed",
                "ssd_cla_placement.clap_cla_placement_change_reason",
            ),
            _claim("is_out_of_area", "whether the placement is outside the authority"),
            _whole("placements_in_12_months", "how many placements the child had in 12 months"),
        ),
        event="clap_cla_placement_start_date",
        ends="clap_cla_placement_end_date",
    ),
    Table(
        "looked_after_reviews",
        "Intervals between looked-after reviews, each from the one before",
        (
            _ENTERED_CARE,
            _date("care_ended_on", "the day the period of care ended"),
            _date("reviewed_from", "the start of care or the review that began the interval"),
            _whole(
                "review_number",
                "which review of the period of care ends the interval (1 first, 2 second, 3 any later)",
            ),
            _date(
                "clar_cla_review_date", "the day the review was held", "ssd_cla_reviews.clar_cla_review_date"
            ),
            _code(
                "clar_cla_review_participation",
                "how the child took part",
                "ssd_cla_reviews.clar_cla_review_participation",
                PARTICIPATION,
            ),
        ),
        event="reviewed_from",
        ends="care_ended_on",
    ),
    Table(
        "missing_episodes",
        "Missing episodes",
        (
            _time(
                "miss_missing_episode_start_date",
                "when the child was reported missing",
                "ssd_missing.miss_missing_episode_start_date",
            ),
            _time(
                "miss_missing_episode_end_date",
                "when the child was found",
                "ssd_missing.miss_missing_episode_end_date",
            ),
            _code(
                "miss_missing_episode_type",
                "missing (M) or away without authorisation (A)",
                "ssd_missing.miss_missing_episode_type",
                frozenset({"M", "A"}),
            ),
            _code(
                "missing_from",
                "where the child went missing from",
                None,
                frozenset({"home", "care", "other-authority-care"}),
            ),
            _code("risk", "the risk that the police gave", None, frozenset({"high", "medium", "low"})),
            _code("responsible_authority", "which authority is responsible for the child"),
        ),
        event="miss_missing_episode_start_date",
        ends="miss_missing_episode_end_date",
    ),
    Table(
        "return_interviews",
        "Return home interviews: one row for each missing episode that ended",
        (
            _time(
                "miss_missing_episode_end_date",
                "when the child was found",
                "ssd_missing.miss_missing_episode_end_date",
            ),
            _claim(
                "miss_missing_rhi_offered",
                "whether an interview was offered",
                "ssd_missing.miss_missing_rhi_offered",
            ),
            _claim(
                "miss_missing_rhi_accepted",
                "whether the interview was accepted",
                "ssd_missing.miss_missing_rhi_accepted",
            ),
            _time("held_at", "when the interview was held"),
            _code(
                "missing_from",
                "where the child went missing from",
                None,
                frozenset({"home", "care", "other-authority-care"}),
            ),
            _code("responsible_authority", "which authority is responsible for the child"),
        ),
        event="miss_missing_episode_end_date",
    ),
    Table(
        "care_leavers",
        "Care leavers receiving services, as they stood at the extraction",
        (
            _date("stood_on", "the day on which the row was true"),
            _code(
                "clea_care_leaver_eligibility",
                "the eligibility of the care leaver",
                "ssd_care_leavers.clea_care_leaver_eligibility",
            ),
            _code(
                "clea_care_leaver_in_touch",
                "whether the authority is in touch",
                "ssd_care_leavers.clea_care_leaver_in_touch",
            ),
            _code(
                "clea_care_leaver_accommodation",
                "the kind of accommodation",
                "ssd_care_leavers.clea_care_leaver_accommodation",
            ),
            _claim(
                "clea_care_leaver_accom_suitable",
                "whether the accommodation is suitable",
                "ssd_care_leavers.clea_care_leaver_accom_suitable",
            ),
            _code(
                "clea_care_leaver_activity",
                "education, employment or training",
                "ssd_care_leavers.clea_care_leaver_activity",
            ),
            _date(
                "clea_pathway_plan_review_date",
                "the latest review of the pathway plan",
                "ssd_care_leavers.clea_pathway_plan_review_date",
            ),
            _date(
                "clea_care_leaver_latest_contact",
                "the latest contact",
                "ssd_care_leavers.clea_care_leaver_latest_contact",
            ),
        ),
        event="stood_on",
    ),
    Table(
        "adoptions",
        "Children with an adoption decision",
        (
            _ENTERED_CARE,
            _date(
                "perm_adm_decision_date",
                "the decision that the child should be adopted",
                "ssd_permanence.perm_adm_decision_date",
            ),
            _date(
                "perm_placement_order_date", "the placement order", "ssd_permanence.perm_placement_order_date"
            ),
            _date("perm_matched_date", "the match with adopters", "ssd_permanence.perm_matched_date"),
            _date(
                "perm_placed_for_adoption_date",
                "the placement for adoption",
                "ssd_permanence.perm_placed_for_adoption_date",
            ),
            _date(
                "perm_permanence_order_date",
                "the adoption order",
                "ssd_permanence.perm_permanence_order_date",
            ),
            _date(
                "perm_decision_reversed_date",
                "the decision against adoption",
                "ssd_permanence.perm_decision_reversed_date",
            ),
            _code(
                "perm_decision_reversed_reason",
                "why the decision was reversed",
                "ssd_permanence.perm_decision_reversed_reason",
            ),
        ),
        event="perm_adm_decision_date",
    ),
    Table(
        "adopters",
        "Prospective adopters",
        (
            Column("adopter", Kind.TEXT, "who the adopter is, as a keyed pseudonym"),
            _date("enquired_on", "the enquiry"),
            _date("stage_1_started_on", "the start of stage 1"),
            _date("stage_1_ended_on", "the end of stage 1"),
            _date("stage_2_started_on", "the start of stage 2"),
            _date("stage_2_ended_on", "the end of stage 2"),
            _date("applied_on", "the application"),
            _date("approved_on", "the approval"),
            _date("matched_on", "the match"),
            _date("placed_on", "the placement of the child"),
            _date("ordered_on", "the adoption order"),
            _date("left_on", "the day the adopter left the process"),
            _whole("children_placed", "how many children were placed"),
        ),
        event="enquired_on",
        about_child=False,
    ),
    Table(
        "child_deaths",
        "Child deaths notified to the child death review partners",
        (
            _date("died_on", "the day of the death"),
            _date("notified_on", "the day of the notification"),
            _date("reviewed_on", "the day the panel completed its review"),
            _claim("is_expected", "whether the death was expected"),
            _code(
                "category",
                "the national category of the death",
                None,
                frozenset(str(n) for n in range(1, 11)),
            ),
            _claim("is_modifiable", "whether modifiable factors were found"),
        ),
        event="died_on",
    ),
    Table(
        "private_fostering_arrangements",
        "Private fostering arrangements",
        (
            _date("notified_on", "the day the authority became aware"),
            _date("started_on", "the start of the arrangement"),
            _date("ended_on", "the end of the arrangement"),
            _code(
                "suitability",
                "whether the arrangement is suitable",
                None,
                frozenset({"suitable", "requirements", "prohibited", "pending"}),
            ),
        ),
        event="started_on",
        ends="ended_on",
    ),
    Table(
        "private_fostering_visits",
        "Intervals between visits to privately fostered children, each from the one before",
        (
            _date("notified_on", "the day the authority became aware"),
            _date("ended_on", "the end of the arrangement"),
            _date("visited_from", "the notice or visit that began the interval"),
            _date("visited_on", "the day of the visit"),
            _claim("was_seen_alone", "whether the child was spoken to alone"),
        ),
        event="visited_from",
        ends="ended_on",
    ),
    Table(
        "allegations",
        "Allegations against people who work with children (LADO)",
        (
            Column("allegation", Kind.TEXT, "which allegation it is, as a keyed pseudonym"),
            _date("contacted_on", "the day the designated officer was told"),
            _date("employer_aware_on", "the day the employer became aware"),
            _claim("is_referral", "whether the contact met the threshold for a referral"),
            _claim("had_strategy_meeting", "whether a strategy or evaluation meeting was held"),
            _code(
                "employer_sector",
                "the sector of the employer",
                None,
                frozenset(
                    "education early-years health social-care foster faith voluntary transport other".split()
                ),
            ),
            _code(
                "referrer_sector",
                "the sector of the referrer",
                None,
                frozenset(
                    (
                        "education early-years health social-care police foster faith voluntary"
                        " transport family other"
                    ).split()
                ),
            ),
            _code(
                "outcome",
                "the outcome",
                None,
                frozenset("substantiated unsubstantiated unfounded false malicious".split()),
            ),
            _date("concluded_on", "the day of the outcome"),
        ),
        event="contacted_on",
        ends="concluded_on",
        about_child=False,
    ),
    Table(
        "training_attendances",
        "Attendances at the partnership's training",
        (
            _date("attended_on", "the day of the course"),
            Column("person", Kind.TEXT, "who attended, as a keyed pseudonym"),
            _code("course", "which course it was"),
            _code(
                "level", "the level of the course", None, frozenset({"1", "2", "3", "refresher", "online"})
            ),
            _code("agency", "the agency of the person", None, AGENCY),
            _claim("has_completed", "whether the person completed the course"),
        ),
        event="attended_on",
        about_child=False,
    ),
    Table(
        "workforce_months",
        "The social work workforce, month by month",
        (
            _date("stood_on", "the last day of the month"),
            _code("agency", "the agency", None, AGENCY),
            _code("team", "the team"),
            _number("established_posts", "posts established (full-time equivalents)"),
            _number("vacant_posts", "posts vacant (full-time equivalents)"),
            _number("agency_workers", "agency workers (full-time equivalents)"),
            _number("starters", "permanent starters in the month (full-time equivalents)"),
            _number("leavers", "permanent leavers in the month (full-time equivalents)"),
            _number("converted", "agency workers made permanent in the month (full-time equivalents)"),
            _whole("case_holders", "workers who hold cases"),
            _whole("above_ceiling", "workers whose caseload is above the local ceiling"),
        ),
        event="stood_on",
        about_child=False,
    ),
    Table(
        "agency_returns",
        "What each agency was asked to return, when it came, and the plain figure returned",
        (
            _code("agency", "the agency", None, AGENCY),
            _code("item", "what was asked for: an indicator's key or an extract's name"),
            _date("period_start", "the first day of the period returned"),
            _date("period_end", "the last day of the period returned"),
            _date("due_on", "the day by which the return was due"),
            _date("received_on", "the day the return was received"),
            _claim("is_complete", "whether the return was complete"),
            _number("numerator", "the numerator of the figure returned"),
            _number("denominator", "the denominator of the figure returned"),
        ),
        event="period_end",
        about_child=False,
    ),
    Table(
        "population",
        "Residents under 18, by year and group",
        (
            _date("stood_on", "the day for which the estimate holds (30 June of the year)"),
            _code("age_band", "the age band ('0-17' where the estimate is not split)"),
            _code("sex", "the sex", None, frozenset({"M", "F", "all"})),
            _code(
                "ethnic_group",
                "the ethnic group",
                None,
                frozenset({"white", "mixed", "asian", "black", "other", "all"}),
            ),
            _code("locality", "the locality ('all' where the estimate is not split)"),
            _whole("residents", "how many residents"),
        ),
        event="stood_on",
        about_child=False,
    ),
)

TABLES: Mapping[str, Table] = {table.name: table for table in _TABLES}
