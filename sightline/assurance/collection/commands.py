"""Commands of the dataset cycle: from an agreement with an agency to what followed from a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from uuid import UUID

from django.core.files.base import File
from django.utils import timezone

from sightline.assurance.collection import contents, news, returns_file, terms
from sightline.assurance.collection.models import Agreement, Quality, Quarter, Question, Return, TypedFigure
from sightline.assurance.collection.terms import NotPossible, Terms
from sightline.assurance.dataset.commands import publish_snapshot, receive_load, withdraw_load
from sightline.assurance.dataset.models import Load, LoadedSnapshot
from sightline.clocks.calendar import add_months
from sightline.core.audit import Actor, person
from sightline.core.command import command
from sightline.core.flow import NotAllowed, begin, move
from sightline.core.jobs import enqueue
from sightline.core.models import Agency
from sightline.core.permissions import Permission

States, QuarterStates, QuestionStates = Return.States, Quarter.States, Question.States

REMINDED_DAYS_BEFORE = 7
"""How many days before it falls due an agency is first told of a return."""


@dataclass(frozen=True)
class Signed:
    """One return that an agency's lead signs off: how complete it is and, where it is not, why."""

    item: Return
    quality: Quality
    why: str = ""


@dataclass(frozen=True)
class Typed:
    """The figure of the month that ends with `last_on`, as typed; without numbers where it is missing."""

    last_on: date
    numerator: int | None
    denominator: int | None
    quality: Quality


@command(Permission.AGREE_RETURNS)
def agree(agency: Agency, *, given: Terms, by: Actor) -> Agreement:
    """Record what the executive agreed that an agency returns; quarters that are open ask for it at once.

    Raises `NotPossible` for terms that cannot be kept: see `terms.check`.
    """
    terms.check(agency, given)
    agreement = Agreement.objects.create(agency=agency, entered_by=person(by), **given.as_fields())
    for quarter in Quarter.objects.filter(state__in=Quarter.UNLOCKED):
        if given.covers(quarter.last_on):
            _ask_for(quarter, agreement, by)
    return agreement


@command(Permission.AGREE_RETURNS)
def end_agreement(agreement: Agreement, *, last_on: date, by: Actor) -> Agreement:
    """Let an agreement end; quarters that end after `last_on` no longer ask for it.

    Raises `NotPossible` for a day before it began.
    """
    if last_on < agreement.from_on:
        raise NotPossible(f"The last day must not be before {terms.day(agreement.from_on)}, the first")
    agreement.until_on = last_on
    agreement.save(update_fields=["until_on"])
    return agreement


@command(Permission.AGREE_RETURNS)
def open_quarter(*, first_on: date, by: Actor) -> Quarter:
    """Open a quarter and ask every agency for what it agreed to return.

    Its clocks count from the quarter's end, which may lie ahead. Raises `NotPossible` for a day that is no
    quarter's first, a quarter that was opened before, and where no agreement is in force.
    """
    if first_on.day != 1 or first_on.month % 3 != 1:
        raise NotPossible(f"{terms.day(first_on)} is not the first day of a quarter")
    if Quarter.objects.filter(first_on=first_on).exists():
        raise NotPossible("This quarter has been opened before")
    last_on = add_months(first_on, 3) - timedelta(days=1)
    agreements = list(Agreement.objects.in_force(last_on).select_related("agency"))
    if not agreements:
        raise NotPossible(f"No agreement is in force on {terms.day(last_on)}: agree first what is returned")
    quarter = Quarter(first_on=first_on, last_on=last_on, opened_by=person(by))
    begin(quarter, by)
    for agreement in agreements:
        _ask_for(quarter, agreement, by)
    return quarter


@command(Permission.LOAD_EXTRACT)
def hand_in(
    item: Return, *, uploads: Sequence[File[bytes]], extracted_on: date | None, token: UUID | None, by: Actor
) -> Return:
    """Hand in the files of an extract; they are read, and a later upload takes the place of this one.

    Raises `NotTaken` for a file that is not taken, `NotPossible` for a return that is no extract.
    """
    if item.agreement.kind != Agreement.Kinds.EXTRACT:
        raise NotPossible(f"{item.agreement.title} is not returned as a file")
    _with_agency(item)
    load = receive_load(item.agency, uploads=uploads, extracted_on=extracted_on, token=token, by=by)
    if item.load_id != load.pk:
        contents.replace_load(item, load, by)
    return item


@command(Permission.MAKE_RETURN)
def type_figures(item: Return, *, figures: Sequence[Typed], by: Actor) -> Return:
    """Keep the plain figures of a return as its agency typed them; what stood there before is replaced.

    Raises `NotPossible` for a figure that cannot be, and for a return that is not with its agency.
    """
    _with_agency(item)
    terms.check_figures(item, [(one.last_on, one.numerator, one.denominator) for one in figures])
    days = {last: first for first, last in contents.days_asked(item)}
    for one in figures:
        TypedFigure.objects.update_or_create(
            made=item,
            last_on=one.last_on,
            defaults={
                "first_on": days[one.last_on],
                "numerator": one.numerator,
                "denominator": one.denominator,
                "quality": one.quality,
                "typed_by": person(by),
                "typed_at": timezone.now(),
            },
        )
    return item


@command(Permission.MAKE_RETURN)
def sign_off(agency: Agency, *, quarter: Quarter, signed: Sequence[Signed], by: Actor) -> list[Return]:
    """Hand in an agency's returns of a quarter under its lead's name: all of these, or none.

    Raises `NotPossible` where one cannot be signed off yet, with the reason.
    """
    if not signed:
        raise NotPossible("Choose at least one return to sign off")
    if not quarter.has_ended:
        raise NotPossible(f"{quarter} has not ended: returns can be signed off from the day after its end")
    for one in signed:
        if one.item.agency_id != agency.pk or one.item.quarter_id != quarter.pk:
            raise NotPossible(f"{one.item.agreement.title} is not owed by {agency} for {quarter}")
        _with_agency(one.item)
        _sign(one, by)
    return [one.item for one in signed]


@command(Permission.CHECK_RETURNS)
def check(item: Return, *, note: str = "", by: Actor) -> Return:
    """Accept a return: its content goes into the dataset or beside it.

    Raises `NotAllowed` for a return that is not submitted, or of a quarter that is locked.
    """
    _unlocked(item.quarter)
    move(item, States.CHECKED, by, note)
    item.note = note.strip()
    item.save(update_fields=["note"])
    contents.accept(item, by)
    news.tell_of_return(item, f"Accepted: {item.agreement.title}, {item.quarter}")
    return item


@command(Permission.CHECK_RETURNS)
def send_back(item: Return, *, reason: str, by: Actor) -> Return:
    """Send a return back to its agency with what must be put right; its due day stays.

    What was published can be sent back once its quarter is reopened. Raises `NotPossible` without a reason.
    """
    if not reason.strip():
        raise NotPossible("Say what must be put right")
    _unlocked(item.quarter)
    move(item, States.RETURNED, by, reason.strip())
    item.note = reason.strip()
    item.save(update_fields=["note"])
    contents.send_back(item, reason.strip(), by)
    news.tell_of_return(item, f"Sent back: {item.agreement.title}, {item.quarter}")
    return item


@command(Permission.PUBLISH_QUARTER, detail=("although_missing",))
def publish_quarter(quarter: Quarter, *, although_missing: bool = False, by: Actor) -> Quarter:
    """Begin to publish a quarter: nothing in it can be changed from now on, and a job does the rest.

    What has not come, or was sent back, is missing from now on and named so. Asking again for a quarter that
    is being published only starts the job again. Raises `NotPossible` while a return waits to be checked, and
    for returns that are missing unless that is said to be known.
    """
    stored = Quarter.objects.select_for_update().get(pk=quarter.pk)
    if stored.state == QuarterStates.PUBLISHING:
        enqueue("collection.publish", quarter.pk)
        return quarter
    _unlocked(stored)
    made = list(Return.objects.filter(quarter=quarter).select_related("quarter", "agreement__agency"))
    missing = [item for item in made if item.state in Return.WITH_AGENCY]
    terms.check_publication(stored, made, missing if not although_missing else [])
    for item in missing:
        if item.state != States.MISSING:
            move(item, States.MISSING, by)
    quarter.published_by, quarter.published_at, quarter.trouble = person(by), None, ""
    quarter.save(update_fields=["published_by", "published_at", "trouble"])
    move(quarter, QuarterStates.PUBLISHING, by)
    enqueue("collection.publish", quarter.pk)
    return quarter


@command(Permission.PUBLISH_QUARTER)
def hand_in_returns(quarter: Quarter, *, by: Actor) -> Quarter:
    """Hand the file of a quarter's returns in as a load; the same returns again change nothing.

    The file of an earlier publication of the quarter is withdrawn. Done by the job. Raises `NotAllowed` where
    the quarter is not being published.
    """
    if Quarter.objects.select_for_update().get(pk=quarter.pk).state != QuarterStates.PUBLISHING:
        raise NotAllowed(f"{quarter} is not being published")
    upload = returns_file.upload_of(quarter)
    if returns_file.is_in_use(quarter.load, upload):
        return quarter
    before = quarter.load
    quarter.load = receive_load(None, uploads=[upload], extracted_on=timezone.localdate(), by=by)
    quarter.save(update_fields=["load"])
    if before is not None and before.state == Load.States.CONFIRMED and not before.asked:
        withdraw_load(before, reason=f"The returns of {quarter} were published anew", by=by)
    return quarter


@command(Permission.PUBLISH_QUARTER)
def finish_publication(quarter: Quarter, *, by: Actor) -> Quarter:
    """Publish the dataset as it now is, under the quarter's name, and lock what was accepted.

    Done by the job, in one transaction: snapshot, quarter, returns and news together. Raises `NotPossible`
    where something that was accepted is not in the dataset.
    """
    made = list(Return.objects.filter(quarter=quarter).select_related("load", "agreement__agency"))
    snapshot = LoadedSnapshot.objects.current()
    terms.check_dataset(quarter, made)
    assert snapshot is not None
    move(quarter, QuarterStates.PUBLISHED, by)
    if snapshot.published_at is None:
        publish_snapshot(snapshot, label=contents.label_of(quarter), by=by)
    quarter.snapshot, quarter.published_at = snapshot, timezone.now()
    quarter.save(update_fields=["snapshot", "published_at"])
    for item in made:
        if item.state == States.CHECKED:
            move(item, States.PUBLISHED, by)
    news.tell_of_publication(quarter)
    return quarter


@command(Permission.PUBLISH_QUARTER)
def stop_publication(quarter: Quarter, *, trouble: str, by: Actor) -> Quarter:
    """Open a quarter again that could not be published, and say why. Done by the job."""
    quarter.trouble = trouble[:500]
    quarter.save(update_fields=["trouble"])
    move(quarter, QuarterStates.REOPENED, by, trouble)
    return quarter


@command(Permission.PUBLISH_QUARTER)
def reopen_quarter(quarter: Quarter, *, reason: str, by: Actor) -> Quarter:
    """Open a published quarter again, for a correction. What was published stays as it is, to be read.

    Raises `NotPossible` without a reason.
    """
    if not reason.strip():
        raise NotPossible("Say what is to be corrected")
    move(quarter, QuarterStates.REOPENED, by, reason.strip())
    return quarter


@command(Permission.CLOSE_QUESTION)
def discuss_quarter(quarter: Quarter, *, meeting: str, held_on: date, by: Actor) -> Quarter:
    """Record that a meeting discussed a published quarter.

    Raises `NotPossible` for no meeting or a day ahead.
    """
    if not meeting.strip():
        raise NotPossible("Say which meeting discussed it")
    if held_on > timezone.localdate():
        raise NotPossible("The meeting must have been held")
    quarter.meeting, quarter.discussed_on = meeting.strip(), held_on
    quarter.save(update_fields=["meeting", "discussed_on"])
    move(quarter, QuarterStates.DISCUSSED, by, meeting.strip())
    for item in Return.objects.filter(quarter=quarter, state=States.PUBLISHED).select_related("agreement"):
        move(item, States.DISCUSSED, by)
    return quarter


@command(Permission.CLOSE_QUESTION, detail=("to",))
def conclude(item: Return, *, to: str, outcome: str, by: Actor) -> Return:
    """Say what the Board did about a return that it discussed: noted it, or acted on it, and how.

    Raises `NotPossible` for any other end, and for an action that is not said.
    """
    if to not in (States.ACCEPTED, States.ACTED_ON):
        raise NotPossible("Choose whether the Board noted the return or acted on it")
    if to == States.ACTED_ON and not outcome.strip():
        raise NotPossible("Say what the Board did about it")
    item.outcome = outcome.strip()
    item.save(update_fields=["outcome"])
    move(item, to, by, outcome.strip())
    return item


@command(Permission.CHECK_RETURNS)
def remind(*, by: Actor) -> int:
    """Tell agencies' leads what is due within a week and what is late; gives how many returns that were."""
    soon = timezone.localdate() + timedelta(days=REMINDED_DAYS_BEFORE)
    owed = Return.objects.filter(
        quarter__state__in=Quarter.UNLOCKED, state__in=[States.AWAITED, States.RETURNED], due_on__lte=soon
    )
    items = list(owed.select_related("quarter", "agreement__agency"))
    for item in items:
        news.remind(item)
    return len(items)


@command(Permission.ASK_QUESTION)
def ask(*, asked: terms.Asked, by: Actor) -> Question:
    """Raise a question about a figure, kept as it was shown. Raises `NotPossible` without a question."""
    question = Question(**asked.as_fields(), raised_by=person(by))
    if not question.text:
        raise NotPossible("Enter your question")
    begin(question, by)
    news.tell_of_question(question)
    return question


@command(Permission.ANSWER_QUESTION)
def answer(question: Question, *, text: str, by: Actor) -> Question:
    """Answer a question: its agency's lead, or the business unit. Raises `NotPossible` without an answer."""
    if not text.strip():
        raise NotPossible("Enter an answer")
    question.answer, question.answered_by, question.answered_at = text.strip(), person(by), timezone.now()
    question.save(update_fields=["answer", "answered_by", "answered_at"])
    move(question, QuestionStates.ANSWERED, by)
    news.tell_of_answer(question)
    return question


@command(Permission.CLOSE_QUESTION)
def close(question: Question, *, followed: terms.Followed, by: Actor) -> Question:
    """Say what followed from an answered question.

    Raises `NotPossible` where an outcome is not told whole.
    """
    terms.check_outcome(followed)
    for name, value in asdict(followed).items():
        setattr(question, name, value)
    question.closed_by, question.closed_at = person(by), timezone.now()
    question.save(update_fields=[*asdict(followed), "closed_by", "closed_at"])
    move(question, QuestionStates.CLOSED, by)
    return question


def _ask_for(quarter: Quarter, agreement: Agreement, by: Actor) -> None:
    limit = agreement.agreed_limit
    item = Return(quarter=quarter, agreement=agreement, due_on=terms.due_on(quarter, limit))
    begin(item, by, limits={"dataset-return": limit}, clocks_from=quarter.ends_at)
    contents.ask_for(item, by)


def _sign(one: Signed, by: Actor) -> None:
    item = one.item
    if reason := contents.why_not_ready(item):
        raise NotPossible(f"{item.agreement.title} cannot be signed off yet: {reason}")
    item.quality = contents.quality_of(item) or one.quality
    item.why = one.why.strip() if item.quality != Quality.COMPLETE else ""
    if item.quality != Quality.COMPLETE and not item.why:
        raise NotPossible(f"Say why {item.agreement.title} is not complete")
    item.signed_off_by, item.signed_off_at = person(by), timezone.now()
    item.save(update_fields=["quality", "why", "signed_off_by", "signed_off_at"])
    move(item, States.SUBMITTED, by)
    contents.hand_over(item, by)


def _unlocked(quarter: Quarter) -> None:
    """Raises `NotAllowed` for a quarter that is locked; the row stays ours until the transaction ends."""
    stored = Quarter.objects.select_for_update().get(pk=quarter.pk)
    if not stored.is_unlocked:
        raise NotAllowed(f"{stored} is {stored.get_state_display().lower()}, which locks it")


def _with_agency(item: Return) -> None:
    """Raises `NotAllowed` for a return on which its agency can no longer work."""
    _unlocked(item.quarter)
    if item.state not in Return.WITH_AGENCY:
        raise NotAllowed(f"{item} is {item.get_state_display().lower()}: its agency can no longer change it")
