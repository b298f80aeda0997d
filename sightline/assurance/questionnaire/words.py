"""What people do with questionnaires, as the log of events tells it."""

from collections.abc import Mapping

DEEDS: Mapping[str, str] = {
    "questionnaire.accept": "Accepted the answers to a questionnaire",
    "questionnaire.add-evidence": "Added evidence to an answer",
    "questionnaire.ask-for-changes": "Asked for changes to the answers of a questionnaire",
    "questionnaire.assign": "Sent a questionnaire to an agency",
    "questionnaire.carry-answer": "Used last time’s answer",
    "questionnaire.keep-version": "Kept a version of a questionnaire",
    "questionnaire.remove-evidence": "Removed evidence from an answer",
    "questionnaire.save-answer": "Saved an answer",
    "questionnaire.submit": "Submitted a questionnaire",
}
