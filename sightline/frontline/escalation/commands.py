"""What can be done with a dispute: raise it, answer it, take it higher, end it, note the new decision."""

from __future__ import annotations

from django.utils import timezone

from sightline.core import flow
from sightline.core.audit import Actor, person
from sightline.core.command import NotDone, command
from sightline.core.models import User
from sightline.core.permissions import Permission
from sightline.core.policy import Level
from sightline.core.trust import dossiers
from sightline.core.trust.access import level_of
from sightline.core.trust.models import Dossier
from sightline.frontline.escalation import sides
from sightline.frontline.escalation.models import LAST_STAGE, OPEN_STATES, Escalation, Said

States, What = Escalation.States, Said.What


@command(Permission.ESCALATE)
def raise_escalation(
    dossier: Dossier, *, disputed: str, safety_meanwhile: str, raised_as: str = "", by: Actor
) -> Escalation:
    """Dispute a decision in a record; the team that holds the record answers.

    `raised_as` names a referrer who has no account. Raises `NotDone` without words, while such a dispute is
    open, and where no team holds the record.
    """
    who = person(by)
    _asked(disputed, "disputed", "Write what you disagree with, and why")
    if who is not None:
        _asked(safety_meanwhile, "safety_meanwhile", "Write what keeps the child safe meanwhile")
    if dossier.owner_team_id is None:
        raise NotDone("No team holds this record, so nobody could answer. Ring the hub")
    sees = level_of(dossier.pk) if who is not None else Level.RECEIPT
    is_among_workers = sees is not None and sees >= Level.CONTRIBUTE
    earlier = Escalation.objects.filter(dossier=dossier, is_among_workers=is_among_workers)
    if earlier.exclude(state=States.CLOSED).exists():
        raise NotDone("A decision in this record is disputed already. See the open dispute")
    dispute = Escalation(
        dossier=dossier,
        is_among_workers=is_among_workers,
        raised_by=who,
        raised_by_agency=who.agency if who else None,
    )
    flow.begin(dispute, by)
    _say(dispute, What.DISPUTED, disputed, by, raised_as)
    _say(dispute, What.SAFETY, safety_meanwhile, by, raised_as)
    return dispute


@command(Permission.ANSWER_ESCALATION)
def answer(escalation: Escalation, *, words: str, by: Actor) -> None:
    """Answer a dispute at its stage, without changing the decision; whoever raised it then has the word.

    Raises `NotDone` for somebody whose turn it is not, where it was answered meanwhile, and without words.
    """
    _in_state(escalation, States.RAISED)
    if not sides.answers(by, escalation):
        raise NotDone("It is not yours to answer at this stage")
    _asked(words, "words", "Write your answer")
    escalation.answered_at, escalation.answered_by = timezone.now(), person(by)
    escalation.save(update_fields=["answered_at", "answered_by"])
    flow.move(escalation, States.ANSWERED, by)
    _say(escalation, What.ANSWER, words, by)


@command(Permission.ESCALATE)
def raise_higher(escalation: Escalation, *, words: str, to: User | None = None, by: Actor) -> None:
    """Take a dispute to its next stage: its answer is not enough, or nobody answered in time.

    From the third stage on `to` is who must answer; they see the words of the dispute from then on, and
    whoever had to answer before does so no longer. Raises `NotDone` for anybody but who raised it, after the
    last stage, before an answer that may still come, and without a reason where there is an answer.
    """
    _in_state(escalation, *OPEN_STATES)
    if not sides.speaks_for_raiser(by, escalation):
        raise NotDone("Only whoever raised it can take it higher")
    if escalation.stage == LAST_STAGE:
        raise NotDone("This was the last stage. Talk to the partnership's business unit")
    if escalation.state == States.ANSWERED:
        _asked(words, "words", "Write why the answer is not enough")
    elif not sides.is_silent(escalation):
        raise NotDone("The time to answer has not passed yet. Ring them meanwhile")
    _check_named(escalation, to)
    _end_grants(escalation)
    _next_stage(escalation, to)
    _say(escalation, What.HIGHER, words, by)
    if to is not None:
        dossiers.give(escalation.dossier, to, escalation.level, dossiers.Source.ESCALATION, by=by)
    flow.move(escalation, States.RAISED, by)


@command(Permission.ESCALATE, detail=("is_upheld",))
def resolve(
    escalation: Escalation, *, resolution: str, is_upheld: bool, learning: str = "", by: Actor
) -> None:
    """End a dispute: upheld, and then the team decides again; or the decision stands.

    `sides.endings` says who may end it how. Raises `NotDone` for anybody else, and without words.
    """
    _in_state(escalation, *OPEN_STATES)
    _asked(resolution, "resolution", "Write how it ended")
    _check_ending(escalation, is_upheld, by)
    _say(escalation, What.RESOLUTION, resolution, by)
    _say(escalation, What.LEARNING, learning, by)
    escalation.is_upheld, escalation.has_learning = is_upheld, bool(learning.strip())
    escalation.resolved_at = timezone.now()
    escalation.save(update_fields=["is_upheld", "has_learning", "resolved_at"])
    flow.move(escalation, States.UPHELD if is_upheld else States.CLOSED, by)
    _end_grants(escalation)


@command(Permission.ANSWER_ESCALATION)
def note_decided_again(escalation: Escalation, *, by: Actor) -> None:
    """Note that the team decided again after a dispute was upheld. Raises `NotDone` for another team."""
    _in_state(escalation, States.UPHELD)
    if not sides.holds(by, escalation.dossier):
        raise NotDone("Only the team that holds the record can note this")
    flow.move(escalation, States.CLOSED, by)


def _check_ending(escalation: Escalation, is_upheld: bool, by: Actor) -> None:
    """Raises `NotDone` where it is not theirs to end it so."""
    if is_upheld in sides.endings(by, escalation):
        return
    if is_upheld:
        raise NotDone("Only whoever answers it can uphold it", field="is_upheld")
    if sides.answers(by, escalation):
        raise NotDone(
            "Answer it first, and leave whoever raised it the time to take it further", field="is_upheld"
        )
    raise NotDone("Only whoever raised it, or whoever answers it, can end it")


def _check_named(escalation: Escalation, to: User | None) -> None:
    """Raises `NotDone` where the next stage needs a person and has none, or one who cannot answer it."""
    if not sides.next_names_somebody(escalation):
        if to is not None:
            raise NotDone("The managers of the team answer the second stage", field="to")
    elif to is None:
        raise NotDone("Choose who must answer", field="to")
    elif not sides.who_can_be_named(escalation).filter(pk=to.pk).exists():
        raise NotDone(f"{to} cannot answer this. Choose somebody else", field="to")


def _next_stage(escalation: Escalation, to: User | None) -> None:
    """Put it to its next stage. Raises `NotDone` where somebody did so at the same moment."""
    now = timezone.now()
    before = escalation.stage
    rows = Escalation.objects.filter(pk=escalation.pk, stage=before, state=escalation.state)
    if not rows.update(stage=before + 1, stage_at=now, answerer=to, answered_at=None, answered_by=None):
        raise NotDone("Somebody took it higher meanwhile")
    escalation.refresh_from_db()


def _in_state(escalation: Escalation, *states: str) -> None:
    escalation.refresh_from_db(from_queryset=Escalation.objects.select_for_update())
    if escalation.state not in states:
        raise NotDone(f"The dispute has moved on meanwhile: {escalation.get_state_display().lower()}")


def _asked(words: str, field: str, otherwise: str) -> None:
    if not words.strip():
        raise NotDone(otherwise, field=field)


def _say(escalation: Escalation, what: str, text: str, by: Actor, name: str = "") -> None:
    """Keep what was said; nothing where nothing was."""
    if text.strip():
        escalation.words(
            dossier=escalation.dossier,
            escalation=escalation,
            stage=escalation.stage,
            what=what,
            text=text,
            name=name,
            by=person(by),
        ).save(force_insert=True)


def _end_grants(escalation: Escalation) -> None:
    """Let those who were named to answer see the record no longer, unless they do for another reason."""
    of_it = dossiers.holders(escalation.dossier).filter(user=escalation.answerer_id)
    dossiers.end(of_it.filter(source=dossiers.Source.ESCALATION))
