"""A whole quarter: four agencies, one late, one sent back; published, corrected, discussed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sightline.assurance.collection import commands, words
from sightline.assurance.collection.commands import Signed, Typed
from sightline.assurance.collection.models import Quality, Return
from sightline.assurance.collection.terms import NotPossible
from sightline.assurance.dataset.models import Figure, LoadedSnapshot
from sightline.assurance.questionnaire import commands as questionnaire
from sightline.core.flow import NotAllowed
from sightline.core.models import Agency, AuditEvent, Notice
from tests.invented_cycle import allegations_file

States = Return.States
NAMED = {"what-changed": "Two posts stood empty.", "trust": "mostly"}
ANSWERS = NAMED | {"recording-changed": "no", "voice-gathered": "none-gathered"}


def answer_all(response, by, more=None) -> None:
    """Answer what must be answered of a commentary."""
    for key, value in (ANSWERS | (more or {})).items():
        known = response.answers().get(key)
        seen = known.revision if known else 0
        questionnaire.save_answer(response, question=key, value=value, seen=seen, by=by)


def type_months(item, pairs, by) -> None:
    """Type a numerator and a denominator for each month."""
    months = [month.last for month in item.quarter.months]
    typed = [Typed(last, n, d, Quality.COMPLETE) for last, (n, d) in zip(months, pairs, strict=True)]
    commands.type_figures(item, figures=typed, by=by)


def sign(item, by, quality=Quality.COMPLETE, why="") -> None:
    """Sign one return off."""
    commands.sign_off(item.agency, quarter=item.quarter, signed=[Signed(item, quality, why)], by=by)


@pytest.fixture
def other_lead(cast):
    """A function that makes the lead of another agency."""
    from sightline.core.models import RoleAssignment, User

    def make(code: str):
        user = User.objects.create(
            email=f"lead.{code}@addiscombe-vale.example",
            name=f"Lead {code}",
            agency=Agency.objects.get(code=code),
        )
        RoleAssignment.objects.create(user=user, role="agency-lead", from_on=timezone.localdate())
        return user

    return make


def test_a_quarter_from_request_to_what_the_board_said(cast, collection, dataset, work, other_lead):
    police, care, analyst, manager = (
        cast.other_agency_lead,
        cast.agency_lead,
        cast.analyst,
        cast.board_manager,
    )

    # The police type a figure that is their percentage, not their count; it is sent back and made again.
    attendance = collection.of("avpol", "figure")
    type_months(attendance, [(9, 20), (11, 20), (10, 20)], police)
    sign(attendance, police)
    commands.send_back(attendance, reason="Reviews are counted as initial conferences", by=analyst)
    assert collection.of("avpol", "figure").state == States.RETURNED
    type_months(attendance, [(17, 31), (18, 30), (16, 29)], police)
    sign(collection.of("avpol", "figure"), police)

    # Social care uploads; the health board's figures are partly estimated and it says so.
    extract = collection.of("avcsc", "extract")
    upload = allegations_file(collection.quarter)
    commands.hand_in(extract, uploads=[upload], extracted_on=None, token=None, by=care)
    with pytest.raises(NotPossible, match="still being read"):
        sign(collection.of("avcsc", "extract"), care)
    work()
    assert collection.of("avcsc", "extract").load.state == "read", collection.of("avcsc", "extract").load.said
    sign(collection.of("avcsc", "extract"), care)
    health = other_lead("avicb")
    initial = collection.of("avicb", "figure")
    months = [month.last for month in initial.quarter.months]
    typed = [Typed(months[0], 5, 6, Quality.COMPLETE), Typed(months[1], 4, 6, Quality.ESTIMATED)]
    commands.type_figures(initial, figures=[*typed, Typed(months[2], None, None, Quality.MISSING)], by=health)
    with pytest.raises(NotPossible, match="Say why"):
        sign(initial, health)
    sign(collection.of("avicb", "figure"), health, why="The third month's register was lost")

    # The police comment; housing sends nothing and is late.
    commentary = collection.of("avpol", "commentary")
    answer_all(commentary.response, police, {"about-conference-attendance": "Reviews are by report."})
    sign(collection.of("avpol", "commentary"), police)
    housing = collection.of("avhousing", "commentary")
    assert words.lateness(housing)
    assert "Addiscombe Vale housing has not returned Commentary" in words.gap(housing)

    # Nothing is published while something waits to be checked; then the gap must be known.
    with pytest.raises(NotPossible, match="have not been checked"):
        commands.publish_quarter(collection.now(), by=manager)
    for key in (("avpol", "figure"), ("avpol", "commentary"), ("avcsc", "extract"), ("avicb", "figure")):
        commands.check(collection.of(*key), by=analyst)
    work()
    with pytest.raises(NotPossible, match="Commentary from Addiscombe Vale housing"):
        commands.publish_quarter(collection.now(), by=manager)
    commands.publish_quarter(collection.now(), although_missing=True, by=manager)
    assert collection.now().state == "publishing"
    work()

    # Published: the snapshot is the dataset's, members read it, the gap has its name, everything is locked.
    quarter = collection.now()
    assert (quarter.state, quarter.trouble) == ("published", "")
    assert quarter.snapshot == LoadedSnapshot.objects.current()
    assert quarter.snapshot.label == str(quarter)
    assert collection.of("avhousing", "commentary").state == States.MISSING
    assert collection.of("avcsc", "extract").state == States.PUBLISHED
    figures = Figure.objects.filter(
        snapshot=quarter.snapshot, indicator="conference-attendance", every="month", breakdown=""
    )
    counted = {one.last_on: (one.numerator, one.denominator) for one in figures if one.value is not None}
    assert [counted[month.last] for month in quarter.months] == [(17, 31), (18, 30), (16, 29)]
    third = Figure.objects.get(
        snapshot=quarter.snapshot, indicator="conference-attendance-initial", last_on=quarter.last_on,
        every="month", breakdown="",
    )  # fmt: skip
    assert third.value is None
    assert "has not returned it" in third.refused
    assert Notice.objects.filter(kind="published", user=cast.member).exists()
    for attempt in (
        lambda: type_months(collection.of("avpol", "figure"), [(1, 2)] * 3, police),
        lambda: commands.send_back(collection.of("avpol", "figure"), reason="Late thought", by=analyst),
        lambda: commands.check(collection.of("avhousing", "commentary"), by=analyst),
        lambda: commands.publish_quarter(collection.now(), although_missing=True, by=manager),
        lambda: commands.hand_in(
            collection.of("avcsc", "extract"), uploads=[upload], extracted_on=None, token=None, by=care
        ),
    ):
        with pytest.raises(NotAllowed, match="which locks it"):
            attempt()

    # Reopened for a correction: the published snapshot stays, the corrected one has a label of its own.
    commands.reopen_quarter(collection.now(), reason="February's invitations were counted twice", by=manager)
    commands.send_back(collection.of("avpol", "figure"), reason="Correct February", by=analyst)
    type_months(collection.of("avpol", "figure"), [(17, 31), (18, 25), (16, 29)], police)
    sign(collection.of("avpol", "figure"), police)
    commands.check(collection.of("avpol", "figure"), by=analyst)
    first = quarter.snapshot
    commands.publish_quarter(collection.now(), although_missing=True, by=manager)
    work()
    again = collection.now()
    assert again.state == "published"
    assert again.snapshot != first
    assert again.snapshot.label == f"{again}, corrected"
    february = {"indicator": "conference-attendance", "last_on": again.months[1].last, "every": "month"}
    was = Figure.objects.get(snapshot=first, breakdown="", **february)
    now = Figure.objects.get(snapshot=again.snapshot, breakdown="", **february)
    assert (was.denominator, now.denominator) == (30, 25)

    # Discussed, and what the Board did.
    commands.discuss_quarter(again, meeting="Executive", held_on=timezone.localdate(), by=manager)
    item = collection.of("avpol", "figure")
    assert item.state == States.DISCUSSED
    with pytest.raises(NotPossible, match="Say what the Board did"):
        commands.conclude(item, to=States.ACTED_ON, outcome="", by=manager)
    commands.conclude(item, to=States.ACTED_ON, outcome="The figure is split", by=manager)
    assert collection.of("avpol", "figure").outcome == "The figure is split"

    # The log tells the story under each name.
    done = set(AuditEvent.objects.filter(outcome="done").values_list("action", "actor__name"))
    assert {
        ("collection.sign-off", police.name),
        ("collection.send-back", analyst.name),
        ("collection.publish-quarter", manager.name),
        ("collection.reopen-quarter", manager.name),
    } <= done
    assert ("collection.finish-publication", None) in done


def test_publishing_again_after_a_worker_died_does_nothing_twice(
    cast, collection, dataset, work, monkeypatch
):
    from sightline.assurance.collection import jobs

    commands.publish_quarter(collection.now(), although_missing=True, by=cast.board_manager)

    def die(*given, **named):
        raise SystemExit("the worker was killed")

    with monkeypatch.context() as broken:
        broken.setattr(jobs.commands, "finish_publication", die)
        with pytest.raises(SystemExit):
            jobs.publish(collection.quarter.pk)
    half = collection.now()
    assert half.state == "publishing"
    load = half.load
    jobs.publish(collection.quarter.pk)
    work()
    assert collection.now().state == "published"
    assert collection.now().load == load
    assert LoadedSnapshot.objects.published().count() == 1
    jobs.publish(collection.quarter.pk)
    assert LoadedSnapshot.objects.published().count() == 1


def test_a_publication_that_cannot_be_finished_opens_the_quarter_again_and_says_why(
    cast, collection, dataset, work
):
    from sightline.assurance.dataset.models import Load

    extract = collection.of("avcsc", "extract")
    upload = allegations_file(collection.quarter)
    commands.hand_in(extract, uploads=[upload], extracted_on=None, token=None, by=cast.agency_lead)
    work()
    sign(collection.of("avcsc", "extract"), cast.agency_lead)
    commands.check(collection.of("avcsc", "extract"), by=cast.analyst)
    load = collection.of("avcsc", "extract").load
    Load.objects.filter(pk=load.pk).update(part="/nowhere")
    commands.publish_quarter(collection.now(), although_missing=True, by=cast.board_manager)
    work()
    quarter = collection.now()
    assert quarter.state == "reopened"
    assert "Allegations" in quarter.trouble or "allegations" in quarter.trouble
    assert LoadedSnapshot.objects.published().count() == 0


def test_nobody_publishes_a_quarter_that_has_not_ended(cast, collection):
    first = collection.quarter.last_on + timedelta(days=1)
    ahead = commands.open_quarter(first_on=first, by=cast.board_manager)
    assert not ahead.has_ended
    item = Return.objects.filter(quarter=ahead).first()
    assert words.clock(item).endswith("after the quarter has ended")
    with pytest.raises(NotPossible, match="has not ended"):
        commands.publish_quarter(ahead, although_missing=True, by=cast.board_manager)
    with pytest.raises(NotPossible, match="has not ended"):
        commands.sign_off(
            item.agency, quarter=ahead, signed=[Signed(item, Quality.COMPLETE)], by=cast.agency_lead
        )
