"""States, days and clocks of the dataset cycle in the words that a page shows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.utils import timezone

from sightline.assurance.collection.models import Quarter, Question, Return
from sightline.assurance.dataset import words as figure_words
from sightline.assurance.dataset.readings import read
from sightline.assurance.dataset.view import View
from sightline.clocks import Standing
from sightline.indicators.definition import Indicator
from sightline.indicators.definitions import INDICATORS
from sightline.indicators.periods import in_words

_COLOURS = {
    Return.States.AWAITED: "govuk-tag--grey",
    Return.States.SUBMITTED: "govuk-tag--purple",
    Return.States.CHECKED: "govuk-tag--green",
    Return.States.RETURNED: "govuk-tag--orange",
    Return.States.MISSING: "govuk-tag--red",
    Return.States.PUBLISHED: "govuk-tag--blue",
    Return.States.DISCUSSED: "govuk-tag--blue",
    Return.States.ACCEPTED: "govuk-tag--blue",
    Return.States.ACTED_ON: "govuk-tag--blue",
}
_QUARTER_COLOURS = {
    Quarter.States.OPEN: "govuk-tag--green",
    Quarter.States.PUBLISHING: "govuk-tag--purple",
    Quarter.States.REOPENED: "govuk-tag--orange",
}
_QUESTION_COLOURS = {
    Question.States.RAISED: "govuk-tag--yellow",
    Question.States.ANSWERED: "govuk-tag--purple",
    Question.States.CLOSED: "govuk-tag--grey",
}

DEEDS: Mapping[str, str] = {
    "collection.agree": "Agreed with an agency what it returns",
    "collection.answer": "Answered a question about a figure",
    "collection.ask": "Raised a question about a figure",
    "collection.check": "Accepted a return",
    "collection.close": "Said what followed from a question",
    "collection.conclude": "Said what the Board did with a return",
    "collection.discuss-quarter": "Said when a quarter was discussed",
    "collection.end-agreement": "Ended an agreement",
    "collection.finish-publication": "Finished publishing a quarter",
    "collection.hand-in": "Uploaded an extract for a return",
    "collection.hand-in-returns": "Put a quarter's plain figures into the dataset",
    "collection.open-quarter": "Opened a quarter",
    "collection.publish-quarter": "Published a quarter",
    "collection.remind": "Reminded agencies of their returns",
    "collection.reopen-quarter": "Reopened a quarter",
    "collection.send-back": "Sent a return back",
    "collection.sign-off": "Signed off an agency's returns",
    "collection.stop-publication": "Could not finish publishing a quarter",
    "collection.type-figures": "Typed the figures of a return",
}
"""What people do in the dataset cycle, in the words of the audit log."""


def day(value: date) -> str:
    """A day without its weekday: "31 March 2026"; a time shows its day in England."""
    return in_words(timezone.localdate(value) if isinstance(value, datetime) else value)


def weekday(value: date) -> str:
    """A day that somebody has to keep: "Friday 5 June"; with its year where that is not this one."""
    year = "" if value.year == timezone.localdate().year else f" {value.year}"
    return f"{value:%A} {value.day} {value:%B}{year}"


def tag(item: Return) -> dict[str, str]:
    """A return's state as a tag."""
    return {"text": item.get_state_display(), "classes": _COLOURS[Return.States(item.state)]}


def quarter_tag(quarter: Quarter) -> dict[str, str]:
    """A quarter's state as a tag."""
    colour = _QUARTER_COLOURS.get(Quarter.States(quarter.state), "govuk-tag--blue")
    return {"text": quarter.get_state_display(), "classes": colour}


def question_tag(question: Question) -> dict[str, str]:
    """A question's state as a tag."""
    return {
        "text": question.get_state_display(),
        "classes": _QUESTION_COLOURS[Question.States(question.state)],
    }


def lateness(item: Return) -> str:
    """How late a return is or was: "3 working days late"; empty where it is not late."""
    standing = item.standing(timezone.now())
    if standing.standing not in (Standing.OVERDUE, Standing.LATE):
        return ""
    if standing.working_days_late:
        count, unit = standing.working_days_late, "working day"
    else:
        count, unit = standing.days_late, "day"
    return f"{count} {unit}{'' if count == 1 else 's'} late"


def clock(item: Return) -> str:
    """How a return's clock stands: "due Friday 5 June", "3 working days late", "came 1 working day late"."""
    late = lateness(item)
    match item.standing(timezone.now()).standing:
        case Standing.LATE:
            return f"came {late}"
        case Standing.MET:
            return "came in time"
        case Standing.DUE_TODAY:
            return "due today"
        case Standing.OVERDUE:
            # What a published quarter lacks is never late: it did not come.
            return f"was due {weekday(item.due_on)}" if not item.is_with_agency else late
    if item.quarter.has_ended:
        return f"due {weekday(item.due_on)}"
    return f"due {weekday(item.due_on)}, after the quarter has ended"


def gap(item: Return) -> str:
    """What stands in place of a return that is not there: a sentence that names the agency."""
    what = f"{item.agreement.title} for {item.quarter}"
    if item.state == Return.States.RETURNED:
        return f"{item.agency}: {what} was sent back and has not come again (due {weekday(item.due_on)})."
    late = lateness(item)
    when = f"due {weekday(item.due_on)}{', ' + late if late and item.is_with_agency else ''}"
    return f"{item.agency} has not returned {what} ({when})."


def indicator_title(key: str) -> str:
    """What an indicator is called."""
    return INDICATORS[key].title if key in INDICATORS else key


def figure_as_shown(indicator: Indicator, view: View) -> Mapping[str, object]:
    """The latest figure as a reader sees it, as a question keeps it: in the words that stand on its page."""
    if view.snapshot is None:
        return {}
    latest = read(view, indicator.key)[0].latest
    if latest is None:
        return {"snapshot_id": view.snapshot.snapshot_id}
    return {
        "snapshot_id": view.snapshot.snapshot_id,
        "period": figure_words.when(latest, indicator.basis),
        "value": figure_words.sentence(indicator, latest),
        "is_small": bool(latest.hidden),
    }
