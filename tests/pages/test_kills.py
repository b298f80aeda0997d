"""The laws to which the test of kills holds what is stored: each one finds what breaks it."""

import shutil
from pathlib import Path

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from bench.kills import HalfDone, check
from sightline.assurance.dataset import commands
from sightline.assurance.dataset.models import Figure, Load, LoadedFile, LoadedSnapshot
from sightline.core.models import AuditEvent, StatusChange
from tests.pages.test_loads import POLICE, WINTER, confirm, few_indicators, file, hand_in  # noqa: F401


@pytest.fixture
def whole(cast, hand_in, confirm):  # noqa: F811
    """One load in the dataset, and one that waits to be counted."""
    first = confirm(hand_in(file(POLICE)))
    second = hand_in(file(WINTER, "winter-2026-01-05.csv"))
    commands.confirm_load(second, by=cast.analyst)
    check()
    return first


BREAK = {
    "has figures of": lambda load: Figure.objects.filter(
        indicator=Figure.objects.values_list("indicator", flat=True)[0]
    ).delete(),
    "lacks files": lambda load: LoadedFile.objects.all().delete(),
    "0 snapshots are current": lambda load: LoadedSnapshot.objects.update(state="superseded"),
    "is not of the confirmed loads": lambda load: Load.objects.filter(pk=load.pk).update(said=[]),
    "is lost": lambda load: DBTaskResult.objects.filter(status="READY").delete(),
    "is read after": lambda load: Load.objects.filter(pk=load.pk).update(state="read"),
    "a job has failed": lambda load: DBTaskResult.objects.filter(status="SUCCESSFUL").update(status="FAILED"),
    "is not a snapshot": lambda load: shutil.rmtree(Path(load.part)),
}


@pytest.mark.parametrize("told", BREAK)
def test_what_is_half_done_is_found(told, whole):
    BREAK[told](whole)
    with pytest.raises(Exception, match=told):
        check()


def test_a_decision_carried_out_twice_is_found(whole):
    StatusChange.objects.create(
        subject_kind="dataset_load",
        subject_key=str(whole.pk),
        from_state="read",
        to_state="confirmed",
        event="x",
        at=timezone.now(),
    )
    with pytest.raises(HalfDone, match="is confirmed after"):
        check()


def test_an_audit_event_too_few_is_found(whole, monkeypatch):
    monkeypatch.setattr(AuditEvent.objects, "filter", lambda **asked: AuditEvent.objects.none())
    with pytest.raises(HalfDone, match="0 audit events of 1"):
        check()
