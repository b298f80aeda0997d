"""An invented dispute: a school disagrees with what was decided about a contact."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.invented_contacts import tell
from tests.invented_people import looking


@pytest.fixture
def escalation(contact, front_line):
    """A dispute that the school raised about a contact that was not accepted, with a canary in its words."""
    from sightline.core.trust.actor import system_actor

    with system_actor("the tests"):
        tell(contact)
    return disputed(contact.dossier, front_line.designated_lead, words="CANARY-disputed")


def disputed(dossier, by, words="The bruise was not asked about"):
    """A dispute that somebody raises in a record."""
    from sightline.frontline.escalation import commands

    with looking(by):
        return commands.raise_escalation(dossier, disputed=words, safety_meanwhile="CANARY-safety", by=by)


def answered(dispute, by, words="We looked at it again: it stands"):
    """Answer a dispute as this person."""
    from sightline.frontline.escalation import commands

    with looking(by):
        commands.answer(dispute, words=words, by=by)


def taken_higher(dispute, by, to=None, words="That is no answer"):
    """Take a dispute to its next stage as this person."""
    from sightline.frontline.escalation import commands

    with looking(by):
        commands.raise_higher(dispute, words=words, to=to, by=by)


def ended(dispute, by, is_upheld, learning=""):
    """End a dispute as this person."""
    from sightline.frontline.escalation import commands

    with looking(by):
        commands.resolve(dispute, resolution="Talked", is_upheld=is_upheld, learning=learning, by=by)


def run_late(dispute):
    """Let the limit of the stage that runs have passed an hour ago."""
    due = timezone.now() - timedelta(hours=1)
    clock_of(dispute).update(due_on=due.date(), due_at=due)


def run_in_time(dispute):
    """Let the limit of the stage that runs pass in three days."""
    due = timezone.now() + timedelta(days=3)
    clock_of(dispute).update(due_on=due.date(), due_at=due)


def clock_of(dispute):
    """The clock of a dispute that runs."""
    from sightline.core.models import ClockRun

    return ClockRun.objects.running().filter(clock="escalation-stage", subject_key=str(dispute.pk))
