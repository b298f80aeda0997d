"""Events that start and stop clocks. A key is permanent and means one thing everywhere."""

from sightline.clocks.clock import Event

# Front door, assessment and child protection
REFERRAL_RECEIVED = Event("referral-received", "referral received")
REFERRAL_DECIDED = Event("referral-decided", "next steps decided by a social worker or manager")
REFERRAL_RATED = Event("referral-rated", "risk rating given to a referral, counted from its receipt")
AGENCY_ASKED = Event("agency-asked", "agency asked what it knows, by the referral's risk rating")
AGENCY_ANSWERED = Event("agency-answered", "agency answered what it knows")
AGENCY_ASKED_NO_MORE = Event("agency-asked-no-more", "question to an agency withdrawn")
REFERRER_TOLD = Event("referrer-told", "referrer acknowledged and told the next step")
ASSESSMENT_SIGNED_OFF = Event("assessment-signed-off", "assessment signed off by a manager")
REASONABLE_CAUSE_KNOWN = Event("reasonable-cause-known", "reasonable cause known to suspect significant harm")
STRATEGY_DISCUSSION_HELD = Event("strategy-discussion-held", "strategy discussion held")
SECTION_47_BEGUN = Event(
    "section-47-begun", "strategy discussion held that began the section 47 enquiry, not a later one"
)
INITIAL_CONFERENCE_HELD = Event("initial-conference-held", "initial child protection conference held")
REVIEW_CONFERENCE_HELD = Event("review-conference-held", "review child protection conference held")
CONFERENCE_REPORT_SHARED = Event(
    "conference-report-shared", "conference report with the parents and the chair"
)
CORE_GROUP_HELD = Event("core-group-held", "core group held")
PROTECTION_PLAN_STARTED = Event("protection-plan-started", "child protection plan started")
PROTECTION_VISIT_MADE = Event("protection-visit-made", "child seen under the child protection plan")
TRANSFER_NOTICE_RECEIVED = Event(
    "transfer-notice-received", "written notice received that a child on a plan has moved in"
)
TRANSFER_CONFERENCE_HELD = Event("transfer-conference-held", "transfer-in conference held")
EARLY_HELP_MEETING_HELD = Event("early-help-meeting-held", "team-around-the-child meeting held")
EARLY_HELP_REVIEWED = Event("early-help-reviewed", "early help plan reviewed")
EARLY_HELP_ASSESSMENT_STARTED = Event("early-help-assessment-started", "early help assessment started")
EARLY_HELP_ASSESSMENT_COMPLETED = Event("early-help-assessment-completed", "early help assessment completed")

# Care
LOOKED_AFTER_STARTED = Event("looked-after-started", "child becomes looked after")
FIRST_PLACEMENT_STARTED = Event("first-placement-started", "first placement started")
PLACEMENT_STARTED = Event("placement-started", "placement started")
CARE_PLAN_MADE = Event("care-plan-made", "care plan made")
PLACEMENT_PLAN_MADE = Event("placement-plan-made", "placement plan made")
PLACEMENT_NOTIFIED = Event("placement-notified", "written notice given to the listed persons")
LOOKED_AFTER_VISIT_MADE = Event("looked-after-visit-made", "looked-after child visited")
FIRST_LOOKED_AFTER_REVIEW_HELD = Event("first-looked-after-review-held", "first looked-after review held")
LOOKED_AFTER_REVIEW_HELD = Event("looked-after-review-held", "later looked-after review held")
HEALTH_ASSESSED = Event("health-assessed", "health assessment made")
EDUCATION_PLAN_MADE = Event("education-plan-made", "personal education plan made")
LEAVING_CARE_ELIGIBLE = Event(
    "leaving-care-eligible", "16th birthday or, if later, the day the young person becomes eligible"
)
LEAVING_CARE_NEEDS_ASSESSED = Event("leaving-care-needs-assessed", "leaving-care needs assessed")
PATHWAY_PLAN_MADE = Event("pathway-plan-made", "pathway plan made")
PATHWAY_PLAN_REVIEWED = Event("pathway-plan-reviewed", "pathway plan reviewed")
IRO_DISPUTE_RAISED = Event(
    "iro-dispute-raised", "dispute formally raised by the independent reviewing officer"
)
IRO_DISPUTE_RESOLVED = Event("iro-dispute-resolved", "dispute resolved")
UASC_ARRIVED = Event("uasc-arrived", "unaccompanied child arrived or referred for transfer")
UASC_TRANSFERRED = Event("uasc-transferred", "responsibility transferred under the national scheme")
AGE_ASSESSMENT_DECIDED = Event("age-assessment-decided", "age assessment decided")

# Missing, exploitation, allegations, private fostering and other risks
MISSING_ENDED = Event("missing-ended", "missing child found or returned")
SAFE_AND_WELL_CHECKED = Event("safe-and-well-checked", "child seen by police: safe-and-well check")
RETURN_INTERVIEW_HELD = Event("return-interview-held", "return home interview held")
RETURN_INTERVIEW_REFUSED = Event("return-interview-refused", "refusal of the interview recorded")
EXPLOITATION_CONCERN_RAISED = Event("exploitation-concern-raised", "concern about exploitation raised")
EXPLOITATION_PANEL_HELD = Event("exploitation-panel-held", "exploitation panel considered the child")
EXPLOITATION_REVIEWED = Event("exploitation-reviewed", "exploitation risk and plan reviewed")
EMPLOYER_AWARE = Event("employer-aware", "employer becomes aware of the allegation")
LADO_TOLD = Event("lado-told", "designated officer (LADO) told of the allegation")
ALLEGATION_THRESHOLD_MET = Event("allegation-threshold-met", "allegation judged to meet the threshold")
ALLEGATION_MEETING_HELD = Event("allegation-meeting-held", "allegation evaluation meeting held")
ALLEGATION_REFERRED = Event("allegation-referred", "allegation referred to the LADO")
ALLEGATION_CONCLUDED = Event("allegation-concluded", "outcome of the allegation recorded")
PRIVATE_FOSTERING_STARTED = Event("private-fostering-started", "private fostering arrangement starts")
PRIVATE_FOSTERING_PROPOSED = Event("private-fostering-proposed", "private fostering arrangement agreed")
PRIVATE_FOSTERING_NOTIFIED = Event("private-fostering-notified", "authority notified of the proposal")
PRIVATE_FOSTERING_KNOWN = Event(
    "private-fostering-known", "authority becomes aware of the existing arrangement"
)
PRIVATE_FOSTERING_VISITED = Event(
    "private-fostering-visited", "child visited and spoken to alone, and the household seen"
)
PRIVATE_FOSTERING_CHANGED = Event("private-fostering-changed", "arrangement ends or its circumstances change")
PRIVATE_FOSTERING_CHANGE_TOLD = Event(
    "private-fostering-change-told", "authority told of the ending or change"
)
FGM_IDENTIFIED = Event("fgm-identified", "known case of FGM in a girl under 18 identified")
FGM_REPORTED = Event("fgm-reported", "case reported to police, with a reference")
POLICE_PROTECTION_STARTED = Event("police-protection-started", "police protection power used")
POLICE_PROTECTION_ENDED = Event("police-protection-ended", "police protection ended")
EPO_MADE = Event("epo-made", "emergency protection order made")
EPO_ENDED = Event("epo-ended", "emergency protection order ended")
CHILD_DIED = Event("child-died", "child died")
CHILD_DEATH_NOTIFIED = Event("child-death-notified", "child-death coordinator told")
CHILD_DEATH_MEETING_REPORTED = Event(
    "child-death-meeting-reported", "report of the child death review meeting received"
)
CHILD_DEATH_REVIEWED = Event("child-death-reviewed", "child death overview panel completed its review")
RETURN_YEAR_ENDED = Event("return-year-ended", "year of the return ended (31 March)")
CHILD_DEATH_RETURN_SENT = Event("child-death-return-sent", "annual child-death return sent")

# The partnership
SERIOUS_INCIDENT_KNOWN = Event("serious-incident-known", "authority becomes aware of the incident")
SERIOUS_INCIDENT_NOTIFIED = Event(
    "serious-incident-notified", "notice given to the national Panel, Ofsted and partners"
)
RAPID_REVIEW_SENT = Event("rapid-review-sent", "rapid review sent to the national Panel")
PRACTICE_REVIEW_BEGUN = Event("practice-review-begun", "decision made to begin the practice review")
PRACTICE_REVIEW_PUBLISHED = Event("practice-review-published", "practice review published")
CASE_NOTIFIED = Event("case-notified", "case notified for a serious case review")
CASE_REVIEW_DECIDED = Event("case-review-decided", "chair decided whether to hold a serious case review")
NO_REVIEW_REPORTED = Event("no-review-reported", "decision not to hold a review sent to the national panel")
CASE_REVIEW_COMPLETED = Event("case-review-completed", "serious case review completed")
HOMICIDE_NOTIFIED = Event("homicide-notified", "domestic homicide notified")
HOMICIDE_REVIEW_DECIDED = Event(
    "homicide-review-decided", "decision made whether to hold a domestic homicide review"
)
HOMICIDE_REVIEW_REPORTED = Event(
    "homicide-review-reported", "report of the domestic homicide review completed"
)
COMPLAINT_ACCEPTED = Event("complaint-accepted", "complaint accepted at stage 1")
COMPLAINT_ANSWERED = Event("complaint-answered", "stage 1 response sent")
STAGE_2_REQUESTED = Event("stage-2-requested", "stage 2 requested")
STAGE_2_ADJUDICATED = Event("stage-2-adjudicated", "stage 2 adjudication sent")
STAGE_3_REQUESTED = Event("stage-3-requested", "review panel (stage 3) requested")
STAGE_3_PANEL_HELD = Event("stage-3-panel-held", "review panel held")
STAGE_3_REPORTED = Event("stage-3-reported", "review panel's report sent")
STAGE_3_ANSWERED = Event("stage-3-answered", "authority's response to the panel sent")
INSPECTION_REPORTED = Event("inspection-reported", "inspection report or letter received")
PRIORITY_ACTION_REPORTED = Event(
    "priority-action-reported", "report or letter received that names a priority action"
)
ACTION_PLAN_SENT = Event("action-plan-sent", "action plan sent to Ofsted")
DRAFT_ACTION_PLAN_SENT = Event("draft-action-plan-sent", "draft action plan sent to Ofsted")
REPORT_PERIOD_ENDED = Event("report-period-ended", "period of the partnership report ended")
PARTNERSHIP_REPORT_PUBLISHED = Event("partnership-report-published", "partnership's annual report published")
SECTION_11_RETURNED = Event("section-11-returned", "section 11 return received")
SCHOOL_AUDIT_RETURNED = Event("school-audit-returned", "school's safeguarding audit received")
ESCALATION_OPENED = Event("escalation-opened", "escalation stage opened")
ESCALATION_ANSWERED = Event("escalation-answered", "answer given at a stage of a disagreement")
ESCALATION_RESOLVED = Event("escalation-resolved", "disagreement resolved")
ESCALATION_RAISED = Event("escalation-raised", "disagreement raised to the next stage")
DECIDED_AGAIN = Event("decided-again", "decision taken again after a disagreement was upheld")
COURSE_ENDED = Event("course-ended", "training course ended")
TRAINING_FOLLOWED_UP = Event("training-followed-up", "stage 2 evaluation response received")
SCRUTINY_RECOMMENDED = Event("scrutiny-recommended", "scrutiny recommendation made")
SCRUTINY_EVIDENCED = Event("scrutiny-evidenced", "evidence reported to scrutiny")
RETURN_REQUESTED = Event("return-requested", "end of the quarter that an agency was asked to return")
RETURN_RECEIVED = Event("return-received", "return signed off by the agency")
RETURN_MISSED = Event("return-missed", "quarter published without the return")
QUESTIONNAIRE_SENT = Event("questionnaire-sent", "questionnaire sent to an agency")
QUESTIONNAIRE_SUBMITTED = Event("questionnaire-submitted", "agency handed in its answers")
CONCERN_OPENED = Event("concern-opened", "concern about a child opened")
CONCERN_CLOSED = Event("concern-closed", "concern about a child closed")
DISPOSAL_PROPOSED = Event("disposal-proposed", "disposal of a record proposed")
DISPOSAL_CERTIFIED = Event("disposal-certified", "disposal of a record certified")
DISPOSAL_WITHDRAWN = Event("disposal-withdrawn", "proposal to dispose of a record withdrawn")
GLASS_BROKEN = Event("glass-broken", "record opened by breaking the glass")
GLASS_REVIEWED = Event("glass-reviewed", "broken glass judged justified or not")
RECORD_RESTRICTED = Event("record-restricted", "record restricted or sealed, or kept so")
RESTRICTION_REVIEWED = Event("restriction-reviewed", "restriction reviewed: kept, changed or lifted")
CONFLICTS_DECLARED = Event("conflicts-declared", "conflicts of interest declared, or that there are none")
