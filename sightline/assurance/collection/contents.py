"""What is in a return, by its kind: when it is ready, and what accepting it or sending it back means.

Called inside the commands of the cycle alone, which have checked who may do it.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from django.urls import reverse

from sightline.assurance.collection.models import Agreement, Quality, Quarter, Return, TypedFigure
from sightline.assurance.collection.returns_file import days_of
from sightline.assurance.collection.terms import NotPossible
from sightline.assurance.dataset.commands import confirm_load, discard_load, withdraw_load
from sightline.assurance.dataset.models import Load, LoadedSnapshot
from sightline.assurance.dataset.words import title_of
from sightline.assurance.questionnaire import commands as questionnaire
from sightline.assurance.questionnaire.models import Response, Version
from sightline.core.audit import Actor, System
from sightline.indicators.definition import Indicator
from sightline.indicators.definitions import INDICATORS

Kinds, LoadStates, ResponseStates = Agreement.Kinds, Load.States, Response.States
LONGEST_KEY = 60
FORM = Path(__file__).parent / "commentary.yaml"
"""The quarterly commentary form; a question about each indicator is added to it."""


def days_asked(item: Return) -> list[tuple[date, date]]:
    """The days that each figure of a return is about; none for a return that is no figure."""
    if item.agreement.kind != Kinds.FIGURE:
        return []
    return days_of(INDICATORS[item.agreement.item], item.quarter)


def why_not_ready(item: Return) -> str:
    """Why a return cannot be signed off yet, in words; empty where it can."""
    match item.agreement.kind:
        case Kinds.EXTRACT:
            return _why_not_loaded(item)
        case Kinds.COMMENTARY:
            return _why_not_answered(item)
    typed = set(TypedFigure.objects.filter(made=item).values_list("last_on", flat=True))
    left = [f"{last:%B}" for _, last in days_asked(item) if last not in typed]
    return f"there is no figure for {', '.join(left)}" if left else ""


def quality_of(item: Return) -> Quality | None:
    """How complete typed figures are together, the least complete of them; None for what is not typed."""
    if item.agreement.kind != Kinds.FIGURE:
        return None
    found = set(TypedFigure.objects.filter(made=item).values_list("quality", flat=True))
    if found == {Quality.MISSING}:
        return Quality.MISSING
    if found & {Quality.MISSING, Quality.PARTIAL}:
        return Quality.PARTIAL
    return Quality.ESTIMATED if Quality.ESTIMATED in found else Quality.COMPLETE


def ask_for(item: Return, by: Actor) -> None:
    """Send the agency its commentary form; nothing has to be sent for the other kinds."""
    if item.agreement.kind == Kinds.COMMENTARY:
        _send_form(item, str(item.quarter), by)


def hand_over(item: Return, by: Actor) -> None:
    """Hand the answers in with the signature, where that has not been done yet."""
    if item.response is not None and item.response.is_open:
        questionnaire.submit(item.response, by=by)


def accept(item: Return, by: Actor) -> None:
    """Let an extract count, and let the commentary stand beside the figures that it is about.

    Raises `NotPossible` where what was signed off is no longer there to be accepted.
    """
    if item.load is not None and not _counts(item.load):
        confirm_load(item.load, by=by)
    if item.response is not None and item.response.state != ResponseStates.ACCEPTED:
        if item.response.state != ResponseStates.SUBMITTED:
            raise NotPossible("Changes have been asked for in the answers: send the commentary back")
        questionnaire.accept(item.response, by=by)


def send_back(item: Return, reason: str, by: Actor) -> None:
    """Take out what was handed in, so that the agency can hand in something better.

    An extract that counts already is withdrawn; answers that were accepted stay, and the form is sent anew.
    Raises `NotPossible` while an extract is being put into the dataset.
    """
    if item.load is not None:
        _take_out(item.load, reason, by)
    if item.response is None:
        return
    if item.response.state == ResponseStates.SUBMITTED:
        questionnaire.ask_for_changes(item.response, reason=reason, by=by)
    elif item.response.state == ResponseStates.ACCEPTED:
        label = f"{item.quarter}, corrected"
        before = Response.objects.filter(agency=item.agency, label__startswith=label).count()
        _send_form(item, f"{label} {before + 1}" if before else label, by)


def replace_load(item: Return, load: Load, by: Actor) -> None:
    """Let a later upload take the place of the one before, which never counts."""
    if item.load is not None and item.load.state == LoadStates.READ:
        discard_load(item.load, reason="A later upload took its place", by=by)
    item.load = load
    item.save(update_fields=["load"])


def label_of(quarter: Quarter) -> str:
    """The name under which a quarter's dataset is published; a correction says so."""
    before = LoadedSnapshot.objects.published().filter(label__startswith=str(quarter)).count()
    return str(quarter) + (f", corrected {before if before > 1 else ''}".rstrip() if before else "")


def commentary_form() -> str:
    """The commentary form as text: what every agency is asked, then a question about each indicator."""
    return FORM.read_text() + "".join(_question_about(one) for one in INDICATORS.values())


def _question_about(indicator: Indicator) -> str:
    title = indicator.title.replace('"', "'")
    return (
        f"\n      - key: {f'about-{indicator.key}'[:LONGEST_KEY].rstrip('-')}"
        "\n        kind: long-text"
        f'\n        text: "What should a reader know about: {title}?"'
        f"\n        about: {indicator.key}\n"
    )


def _send_form(item: Return, label: str, by: Actor) -> None:
    # The form is the software's own: its text is kept as the system, whoever opens the quarter.
    version = questionnaire.keep_version(text=commentary_form(), by=System("the commentary form"))
    item.response = questionnaire.assign(
        item.agency,
        version=version,
        label=label,
        due_on=item.due_on,
        about=item.agreement.about,
        previous=_last_response(item, version),
        within=reverse("collection:agency", args=[item.quarter_id, item.agency.code]),
        by=by,
    )
    item.save(update_fields=["response"])


def _last_response(item: Return, version: Version) -> Response | None:
    return Response.objects.last_of(item.agency, version.questionnaire)


def _why_not_loaded(item: Return) -> str:
    load = item.load
    if load is None:
        return "no file has been uploaded"
    if load.state == LoadStates.RECEIVED:
        return "the file is still being read"
    if load.state not in (LoadStates.READ, LoadStates.CONFIRMED):
        return f"the file {load.get_state_display().lower()}: upload another"
    formats = {said.format for said in load.outcomes if said.source is not None}
    if item.agreement.item not in formats:
        held = ", ".join(sorted(title_of(key) for key in formats)) or "nothing that is known"
        return f"what was uploaded is {held}; expected {item.agreement.title}"
    return ""


def _why_not_answered(item: Return) -> str:
    if item.response is None or not item.response.is_open:
        return ""
    left = len(item.response.unanswered())
    return f"{left} {'question is' if left == 1 else 'questions are'} still to be answered" if left else ""


def _counts(load: Load) -> bool:
    return load.state == LoadStates.CONFIRMED or load.asked == Load.Asked.CONFIRM


def _take_out(load: Load, reason: str, by: Actor) -> None:
    if load.asked:
        raise NotPossible("The extract is being put into the dataset: wait until that is done")
    if load.state == LoadStates.CONFIRMED:
        withdraw_load(load, reason=reason[:300], by=by)
    elif load.state == LoadStates.READ:
        discard_load(load, reason=reason[:300], by=by)
