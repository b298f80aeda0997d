"""What can be done with questionnaires: keep, send, answer, support with evidence, submit, review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from sightline.assurance.questionnaire.logic import clean, is_empty
from sightline.assurance.questionnaire.models import (
    Answer,
    ChangeAsked,
    Evidence,
    Question,
    Questionnaire,
    Response,
    Version,
)
from sightline.assurance.questionnaire.schema import Written, digest, read
from sightline.core.audit import Actor, person
from sightline.core.command import command
from sightline.core.commands import delete_file
from sightline.core.files import Kind, store
from sightline.core.flow import begin, move
from sightline.core.models import Agency
from sightline.core.permissions import Permission

States = Response.States

FILES = frozenset({Kind.PDF, Kind.DOCX, Kind.XLSX, Kind.CSV, Kind.PNG, Kind.JPEG})
"""The kinds of file that evidence may be."""


class NotPossible(Exception):
    """This cannot be done with the questionnaire as it stands; the message says why."""


class Unanswered(NotPossible):
    """Questions that must be answered are not; `questions` lists them."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self.questions = tuple(questions)
        super().__init__("Not answered yet: " + "; ".join(question.text for question in questions))


class Overtaken(NotPossible):
    """Somebody else has changed the answer meanwhile: `theirs` is what stands, `mine` what was not stored."""

    def __init__(self, theirs: Answer, mine: str | list[str]) -> None:
        self.theirs, self.mine = theirs, mine
        super().__init__(f"{theirs.saved_by or 'Somebody'} has changed this answer meanwhile")


@command(Permission.KEEP_QUESTIONNAIRES)
def keep_version(*, text: str, by: Actor) -> Version:
    """Keep a questionnaire as it is written in `text`; gives its version.

    The same text again changes nothing. A text that differs takes the place of a version that nobody has
    answered, and otherwise makes the next number. Raises `NotAQuestionnaire` with every mistake.
    """
    written = read(text)
    questionnaire, _ = Questionnaire.objects.get_or_create(key=written.key, defaults={"title": written.title})
    latest = Version.objects.select_for_update(of=("self",)).filter(questionnaire=questionnaire).newest()
    if latest is not None and latest.digest == digest(text):
        return latest
    questionnaire.title = written.title
    questionnaire.save(update_fields=["title"])
    if latest is None or latest.is_frozen:
        version = Version(questionnaire=questionnaire, number=latest.number + 1 if latest else 1)
        _write(version, written, text, by)
        begin(version, by)
    else:
        version = latest
        Question.objects.filter(version=version).delete()
        _write(version, written, text, by)
        version.save()
    Question.objects.bulk_create(_questions(version, written))
    return version


@command(Permission.KEEP_QUESTIONNAIRES, detail=("label",))
def assign(
    agency: Agency,
    *,
    version: Version,
    label: str,
    due_on: date,
    about: Sequence[str] = (),
    previous: Response | None = None,
    within: str = "",
    by: Actor,
) -> Response:
    """Send a version to an agency, to be answered by a day.

    `about`: the keys that this agency is asked about. `previous`: the response whose answers are offered
    again. `within`: the path of the page that this is a part of, if it is. Raises `NotPossible` without a
    label, for a second response of that label, and for a previous one of another agency or questionnaire.
    """
    label = label.strip()
    if not label:
        raise NotPossible("A questionnaire is not sent without a label that tells this round from others")
    twin = Response.objects.filter(
        agency=agency, version__questionnaire=version.questionnaire_id, label=label
    )
    if twin.exists():
        raise NotPossible(f"{agency} has been sent {version.questionnaire}: {label} already")
    if previous is not None and (
        previous.agency_id != agency.pk or previous.version.questionnaire_id != version.questionnaire_id
    ):
        raise NotPossible(f"{previous} is not an earlier response of {agency} to {version.questionnaire}")
    response = Response(
        agency=agency,
        version=version,
        label=label,
        about=list(about),
        due_on=due_on,
        within=within,
        previous=previous,
        assigned_by=person(by),
    )
    if version.state == Version.States.DRAFT:
        move(version, Version.States.LIVE, by)
    begin(response, by)
    return response


@command(Permission.ANSWER_QUESTIONNAIRE, detail=("question",))
def save_answer(
    response: Response, *, question: str, value: str | list[str], seen: int, by: Actor
) -> Answer | None:
    """Store the answer to the question of that key.

    `seen` is the revision that the writer saw, 0 for none. Raises `NotAnAnswer` for a value that the
    question does not take, `Overtaken` where somebody else changed the answer meanwhile, `NotPossible` once
    the response is handed in. The same value again changes nothing; None where there was and is none.
    """
    asked = _open_question(response, question)
    cleaned = clean(asked.kind, value, options=asked.texts, limits=asked.limits)
    return _put(response, asked, cleaned, seen, by)


@command(Permission.ANSWER_QUESTIONNAIRE, detail=("question",))
def carry_answer(response: Response, *, question: str, seen: int, by: Actor) -> Answer | None:
    """Answer a question as the previous response did; the answer is marked as carried forward from it.

    Raises `NotPossible` where there is no such answer, and as `save_answer` does. Evidence stays behind: it
    was true then.
    """
    asked = _open_question(response, question)
    earlier = response.earlier_answers().get(question)
    if earlier is None:
        raise NotPossible("There is no earlier answer to this question")
    return _put(response, asked, earlier.value, seen, by, carried_from=earlier.response)


@command(Permission.ANSWER_QUESTIONNAIRE, detail=("question",))
def add_evidence(
    response: Response,
    *,
    question: str,
    true_on: date,
    link: str = "",
    note: str = "",
    upload: UploadedFile[bytes] | None = None,
    by: Actor,
) -> Evidence:
    """Attach to an answer what it rests on: a file, a link or a note, with the day on which it was true.

    A note may also stand beside a file or a link. Raises `NotPossible` for none of the three, for a file and
    a link at once and for a day that lies ahead; `NotTaken` for a file that is not taken.
    """
    asked = _open_question(response, question)
    if not (link or note.strip() or upload) or (link and upload):
        raise NotPossible("Give a file, a link or a note: one piece of evidence at a time")
    if true_on > timezone.localdate():
        raise NotPossible("The day on which it was true cannot lie ahead")
    kept = store(upload, agency=response.agency, by=by, kinds=FILES) if upload else None
    kind = Evidence.Kinds.FILE if kept else Evidence.Kinds.LINK if link else Evidence.Kinds.NOTE
    _begun(response, by)
    return Evidence.objects.create(
        response=response,
        question=asked,
        kind=kind,
        file=kept,
        link=link,
        note=note.strip(),
        true_on=true_on,
        recorded_by=person(by),
    )


@command(Permission.ANSWER_QUESTIONNAIRE)
def remove_evidence(evidence: Evidence, *, by: Actor) -> Evidence:
    """Take evidence away again, while the response is open; its row stays, with who took it away.

    What a file held is deleted. Raises `NotPossible` once the response is handed in.
    """
    _open(evidence.response)
    if evidence.removed_at is None:
        if evidence.file is not None and evidence.file.deleted_at is None:
            delete_file(
                evidence.file, reason="Taken away as evidence before the answers were handed in", by=by
            )
        evidence.removed_by, evidence.removed_at = person(by), timezone.now()
        evidence.save(update_fields=["removed_by", "removed_at"])
    return evidence


@command(Permission.ANSWER_QUESTIONNAIRE)
def submit(response: Response, *, by: Actor) -> Response:
    """Hand a response in. Raises `Unanswered`, and `NotPossible` where it is handed in already.

    Answers to questions that are hidden are kept, and count for nothing.
    """
    _open(response)
    if still := response.unanswered():
        raise Unanswered(still)
    response.submitted_by, response.submitted_at = person(by), timezone.now()
    response.save(update_fields=["submitted_by", "submitted_at"])
    ChangeAsked.objects.filter(response=response, met_at=None).update(met_at=response.submitted_at)
    move(response, States.SUBMITTED, by)
    return response


@command(Permission.REVIEW_ANSWERS)
def ask_for_changes(
    response: Response, *, reason: str, questions: Mapping[str, str] | None = None, by: Actor
) -> Response:
    """Send a response back, with a reason for the whole, for single questions by their keys, or for both.

    Raises `NotPossible` without any reason, and `NotAllowed` for a response that is not handed in.
    """
    asked = {question.key: question for question in response.asked()}
    reasons = {key: text.strip() for key, text in (questions or {}).items() if text.strip()}
    if not reason.strip() and not reasons:
        raise NotPossible("Say what has to change")
    if stray := reasons.keys() - asked.keys():
        raise NotPossible(f"{', '.join(sorted(stray))}: no such question is asked here")
    move(response, States.CHANGES_REQUESTED, by, reason.strip())
    _decided(response, by)
    pairs = [
        *([(None, reason.strip())] if reason.strip() else []),
        *((asked[k], v) for k, v in reasons.items()),
    ]
    ChangeAsked.objects.bulk_create(
        ChangeAsked(response=response, question=question, reason=text, asked_by=person(by))
        for question, text in pairs
    )
    return response


@command(Permission.REVIEW_ANSWERS)
def accept(response: Response, *, by: Actor) -> Response:
    """Accept a response as it stands. Raises `NotAllowed` for one that is not handed in."""
    move(response, States.ACCEPTED, by)
    _decided(response, by)
    return response


def _write(version: Version, written: Written, text: str, by: Actor) -> None:
    version.text, version.digest = text, digest(text)
    version.introduction, version.declaration = written.introduction, written.declaration
    version.kept_by, version.kept_at = person(by), timezone.now()


def _questions(version: Version, written: Written) -> list[Question]:
    return [
        Question(
            version=version,
            position=position,
            section_number=asked.section_number,
            section=asked.section,
            key=asked.key,
            kind=asked.kind,
            text=asked.text,
            hint=asked.hint,
            is_required=asked.is_required,
            options=[asdict(option) for option in asked.options],
            unit=asked.unit,
            least=asked.least,
            most=asked.most,
            is_whole=asked.is_whole,
            shown_if=asked.shown_if,
            about=asked.about,
        )
        for position, asked in enumerate(written.questions, 1)
    ]


def _open(response: Response) -> None:
    """Lock the response until the transaction ends, and see that it can still be written in."""
    now = Response.objects.select_for_update(of=("self",)).get(pk=response.pk)
    response.state = now.state
    if not now.is_open:
        raise NotPossible(
            f"This has been handed in ({now.get_state_display().lower()}) and cannot be changed"
        )


def _open_question(response: Response, key: str) -> Question:
    """The question of that key, in a response that is open; its version cannot be rewritten meanwhile."""
    _open(response)
    response.version = Version.objects.select_for_update(of=("self",)).get(pk=response.version_id)
    for question in response.asked():
        if question.key == key:
            return question
    raise NotPossible(f"{key}: no such question is asked here")


def _put(
    response: Response,
    question: Question,
    value: str | list[str],
    seen: int,
    by: Actor,
    carried_from: Response | None = None,
) -> Answer | None:
    answer = Answer.objects.filter(response=response, question=question).first()
    if answer is None and is_empty(value):
        return None
    if answer is not None:
        if answer.value == value:
            return answer
        if answer.revision != seen:
            raise Overtaken(answer, value)
    _begun(response, by)
    answer = answer or Answer(response=response, question=question, revision=0)
    answer.value, answer.revision = value, answer.revision + 1
    answer.saved_by, answer.saved_at, answer.carried_from = person(by), timezone.now(), carried_from
    answer.save()
    return answer


def _begun(response: Response, by: Actor) -> None:
    """The first answer fixes the version for ever, and begins the response."""
    if response.version.state == Version.States.LIVE:
        move(response.version, Version.States.FROZEN, by)
    if response.state != States.IN_PROGRESS:
        move(response, States.IN_PROGRESS, by)


def _decided(response: Response, by: Actor) -> None:
    response.decided_by, response.decided_at = person(by), timezone.now()
    response.save(update_fields=["decided_by", "decided_at"])
