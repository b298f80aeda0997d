"""The rules and pages of the dataset cycle: what may be agreed, typed, signed, sent back, asked and shown."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest
from django.urls import reverse
from django.utils import timezone

from sightline.assurance.collection import commands, contents, words
from sightline.assurance.collection.commands import Signed, Typed
from sightline.assurance.collection.models import Agreement, Quality, Quarter, Question, Return, TypedFigure
from sightline.assurance.collection.returns_file import upload_of
from sightline.assurance.collection.terms import Asked, Followed, NotPossible, Terms
from sightline.assurance.questionnaire.schema import read
from sightline.core.audit import System
from sightline.core.command import Refused
from sightline.core.flow import NotAllowed, move
from sightline.core.models import Agency, ClockRun, Notice, RoleAssignment, StatusChange, User
from sightline.core.process import panels
from sightline.exchange.templates import TEMPLATES
from sightline.indicators.definitions import INDICATORS

SYSTEM = System("a test")
TERMS = Terms(
    kind="figure",
    item="referrals",
    from_on=date(2024, 1, 1),
    limit="20 working days",
    agreed_on=date(2023, 12, 4),
    agreed_by="Executive",
)

SPLIT = Followed(
    "definition", "Split in two", definition="conference-attendance", definition_from=date(2026, 1, 1)
)


@pytest.mark.parametrize("model", [Return, Quarter, Question])
def test_a_record_passes_only_where_the_table_says(model, cast, collection):
    """Every step of the table is possible, and every other one is refused."""
    makers = {
        Return: lambda: collection.of("avhousing", "commentary"),
        Quarter: collection.now,
        Question: lambda: Question.objects.get(pk=collection.question.pk),
    }
    allowed = {(source, to) for source, to in model.TRANSITIONS if source is not None}
    assert len(allowed) > 1
    for source, to in product(model.States.values, model.States.values):
        record = makers[model]()
        written = {"outcome": "accepted", "answer": "So"} if model is Question else {}
        model.objects.filter(pk=record.pk).update(state=source, **written)
        record.refresh_from_db()
        if (source, to) in allowed:
            move(record, to, SYSTEM)
        else:
            with pytest.raises(NotAllowed):
                move(record, to, SYSTEM)


def test_a_quarter_asks_each_agency_and_its_clock_counts_from_the_quarters_end(cast, collection):
    assert Return.objects.count() == 5
    item = collection.of("avhousing", "commentary")
    run = ClockRun.objects.get(subject_kind="collection_return", subject_key=str(item.pk))
    assert (run.clock, run.due_on) == ("dataset-return", collection.quarter.last_on)
    assert item.due_on == collection.quarter.last_on
    assert words.clock(item).endswith("late")
    assert words.clock(collection.of("avpol", "figure")).startswith("due ")


def test_a_quarter_is_opened_once_and_only_where_something_is_agreed(cast, collection):
    with pytest.raises(NotPossible, match="opened before"):
        commands.open_quarter(first_on=collection.quarter.first_on, by=cast.board_manager)
    with pytest.raises(NotPossible, match="No agreement is in force on 31 March 2020"):
        commands.open_quarter(first_on=date(2020, 1, 1), by=cast.board_manager)
    with pytest.raises(NotPossible, match="not the first day of a quarter"):
        commands.open_quarter(first_on=date(2026, 2, 1), by=cast.board_manager)


def test_an_agreement_that_is_made_later_is_asked_for_at_once_and_an_ended_one_no_more(cast, collection):
    police = Agency.objects.get(code="avpol")
    made = commands.agree(police, given=TERMS, by=cast.board_manager)
    assert Return.objects.filter(agreement=made, quarter=collection.quarter).exists()
    commands.end_agreement(made, last_on=collection.quarter.last_on, by=cast.board_manager)
    following = collection.quarter.last_on + timedelta(days=1)
    ahead = commands.open_quarter(first_on=following, by=cast.board_manager)
    assert not Return.objects.filter(agreement=made, quarter=ahead).exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"item": "conference-attendance"}, "Addiscombe Vale police has agreed to return .* already"),
        ({"item": "no-such-figure"}, "'no-such-figure' cannot be returned"),
        ({"item": "referral-rate"}, "cannot be returned as figure"),
        ({"kind": "extract", "item": "referrals"}, "'referrals' cannot be returned as extract"),
        ({"limit": "soon"}, "'soon' is no limit"),
        ({"until_on": date(2023, 1, 1)}, "must not be before the first"),
        ({"agreed_by": "The pub"}, "no body of this partnership"),
        (
            {"kind": "commentary", "item": "commentary", "about": ["nothing"]},
            "There is no indicator 'nothing'",
        ),
    ],
)
def test_terms_that_cannot_be_kept_are_refused_in_words(cast, collection, change, said):
    before = Agreement.objects.count()
    with pytest.raises(NotPossible, match=said):
        commands.agree(
            Agency.objects.get(code="avpol"), given=replace(TERMS, **change), by=cast.board_manager
        )
    assert Agreement.objects.count() == before


def test_two_agencies_of_one_kind_do_not_owe_the_same_figure(cast, collection, monkeypatch):
    from sightline.assurance.collection import terms

    monkeypatch.setattr(terms, "kind_of", lambda agency: "POL")
    given = replace(TERMS, item="conference-attendance")
    with pytest.raises(NotPossible, match="Two agencies of one kind cannot both return the same figure"):
        commands.agree(Agency.objects.get(code="avhousing"), given=given, by=cast.board_manager)


@pytest.mark.parametrize(
    ("numerator", "denominator", "said"),
    [(9, 8, "9 cannot be more than 8"), (9, None, "enter out of how many"), (None, 9, "enter how many")],
)
def test_a_figure_that_cannot_be_is_refused_by_its_month(cast, collection, numerator, denominator, said):
    item = collection.of("avpol", "figure")
    last = collection.quarter.last_on
    typed = [Typed(last, numerator, denominator, Quality.COMPLETE)]
    with pytest.raises(NotPossible, match=f"{last:%B %Y}: {said}"):
        commands.type_figures(item, figures=typed, by=cast.other_agency_lead)
    assert not TypedFigure.objects.exists()


def test_an_agency_acts_for_itself_alone(cast, collection):
    item = collection.of("avpol", "figure")
    with pytest.raises(Refused):
        commands.type_figures(item, figures=[], by=cast.agency_lead)
    with pytest.raises(Refused):
        commands.sign_off(item.agency, quarter=item.quarter, signed=[], by=cast.agency_lead)
    with pytest.raises(Refused):
        commands.answer(collection.question, text="Because", by=cast.agency_lead)
    own = Agency.objects.get(code="avcsc")
    with pytest.raises(NotPossible, match="is not owed by"):
        commands.sign_off(
            own, quarter=item.quarter, signed=[Signed(item, Quality.COMPLETE)], by=cast.agency_lead
        )


def test_what_was_sent_back_counts_as_not_come_and_says_why(cast, collection):
    item = collection.of("avpol", "figure")
    _type_and_sign(item, cast.other_agency_lead)
    with pytest.raises(NotPossible, match="Say what must be put right"):
        commands.send_back(item, reason=" ", by=cast.analyst)
    commands.send_back(item, reason="February is a percentage", by=cast.analyst)
    again = collection.of("avpol", "figure")
    assert again.received_at is None
    assert "was sent back and has not come again" in words.gap(again)
    change = StatusChange.objects.filter(subject_kind="collection_return").last()
    assert change.reason == "February is a percentage"
    notice = Notice.objects.get(user=cast.other_agency_lead, kind="returned")
    assert "percentage" not in notice.text, "an e-mail repeats nobody's reason"


def test_the_file_of_a_quarter_names_what_never_came(cast, collection):
    _type_and_sign(collection.of("avpol", "figure"), cast.other_agency_lead)
    lines = upload_of(collection.quarter).read().decode().splitlines()
    first, last = collection.quarter.first_on.isoformat(), collection.quarter.last_on.isoformat()
    assert lines[0] == f"Covers,{first},{last},Supplied by,CSC"
    assert lines[1] == ",".join(TEMPLATES["agency-returns"].titles)
    rows = [line.split(",") for line in lines[2:]]
    assert len(rows) == 3 + 2 * 3, "three returns that are one row each, two figures of three months each"
    today = timezone.localdate().isoformat()
    assert [row[5:] for row in rows if row[:2] == ["POL", "conference-attendance"]][1] == [
        today,
        "yes",
        "11",
        "20",
    ]
    assert [row[5:] for row in rows if row[0] == "HOU"] == [["", "", "", ""]]


def test_daily_tells_an_agency_once_that_a_return_is_late(cast, collection):
    housing = Agency.objects.get(code="avhousing")
    lead = User.objects.create(email="h@addiscombe-vale.example", name="Hou Sing", agency=housing)
    RoleAssignment.objects.create(user=lead, role="agency-lead", from_on=timezone.localdate())
    for _ in range(2):
        commands.remind(by=SYSTEM)
        Notice.objects.filter(user=lead).update(sent_at=timezone.now())
    told = Notice.objects.filter(user=lead, kind="due")
    assert [one.text for one in told] == [
        f"Commentary for {collection.quarter} was due on {words.day(collection.quarter.last_on)}"
    ]


def test_a_question_is_answered_and_closed_with_what_followed(cast, collection):
    question = collection.question
    with pytest.raises(NotAllowed):
        commands.close(question, followed=Followed("accepted"), by=cast.board_manager)
    commands.answer(question, text="Reviews are attended by report.", by=cast.other_agency_lead)
    assert Notice.objects.filter(user=cast.member, kind="question").exists()
    for followed, said in (
        (Followed(""), "Choose what followed"),
        (Followed("action", "Split it"), "who owns it and by when"),
        (Followed("definition"), "Choose the indicator"),
    ):
        with pytest.raises(NotPossible, match=said):
            commands.close(question, followed=followed, by=cast.board_manager)
    split = Followed(
        "definition", "Split in two", definition="conference-attendance", definition_from=date(2026, 1, 1)
    )
    commands.close(question, followed=split, by=cast.board_manager)
    assert Question.objects.get().state == "closed"
    with pytest.raises(NotAllowed):
        commands.answer(question, text="Another answer", by=cast.other_agency_lead)


def test_the_commentary_form_asks_about_every_indicator():
    written = read(contents.commentary_form())
    about = [question.about for question in written.questions if question.about]
    assert about == list(INDICATORS)
    assert any(option.key == "none-gathered" for q in written.questions for option in q.options)


# The pages


def test_an_agency_types_figures_and_is_told_beside_the_box_what_is_wrong(cast, collection, signed_in):
    client = signed_in(cast.other_agency_lead)
    item = collection.of("avpol", "figure")
    address = reverse("collection:figures", args=[item.pk])
    given = {f"quality_{place}": "complete" for place in range(3)}
    given |= {"numerator_0": "45%", "denominator_0": "20", "numerator_1": "30", "denominator_1": "20"}
    given |= {"numerator_2": "1.5", "denominator_2": "20"}
    page = client.post(address, given).content.decode()
    assert "<title>Error: " in page
    assert "Enter how many, not a percentage" in page
    assert "30 cannot be more than 20" in page
    assert "Enter a whole number" in page
    given |= {"numerator_0": "9", "numerator_1": "11", "numerator_2": "10"}
    assert client.post(address, given).status_code == 302
    assert list(TypedFigure.objects.values_list("numerator", flat=True)) == [9, 11, 10]
    tasks = client.get(reverse("collection:agency", args=[item.quarter_id, "avpol"])).content.decode()
    assert "ready to be signed off" in tasks
    sign = reverse("collection:sign-off", args=[item.quarter_id, "avpol"])
    refused = client.post(sign, {"items": [item.pk]}).content.decode()
    assert "Confirm that you have checked the returns" in refused
    assert client.post(sign, {"items": [item.pk], "declaration": "on"}).status_code == 302
    assert collection.of("avpol", "figure").state == "submitted"
    locked = client.get(address).content.decode()
    assert "It can no longer be changed" in locked
    assert 'name="numerator_0"' not in locked


def test_the_analyst_sends_back_with_a_reason_and_the_agency_reads_it(cast, collection, signed_in):
    item = collection.of("avpol", "figure")
    _type_and_sign(item, cast.other_agency_lead)
    client = signed_in(cast.analyst)
    address = reverse("collection:check", args=[item.pk])
    page = client.get(address).content.decode()
    assert "45.0%" in page
    assert "Say what must be put right" in client.post(address, {"decision": "send-back"}).content.decode()
    given = {"decision": "send-back", "text": "Count the reviews too"}
    assert client.post(address, given).status_code == 302
    tasks = signed_in(cast.other_agency_lead).get(
        reverse("collection:agency", args=[item.quarter_id, "avpol"])
    )
    assert "was sent back: Count the reviews too" in tasks.content.decode()


def test_everybody_who_reads_figures_sees_who_has_not_returned(cast, collection, signed_in):
    page = signed_in(cast.lay_member).get("/collection/").content.decode()
    assert "Addiscombe Vale housing" in page
    assert "late" in page
    assert f"/collection/quarters/{collection.quarter.pk}/agencies/" not in page, (
        "no link to what is withheld"
    )
    (panel,) = panels("dataset:scorecard", cast.member)
    assert panel.lines == [words.gap(collection.of("avhousing", "commentary"))]


def test_a_small_number_in_a_question_is_shown_to_nobody_who_may_not_see_it(cast, collection, signed_in):
    figure = {
        "value": "In March 2026, 3 of 4 came: 75%.",
        "is_small": True,
        "snapshot_id": "abc",
        "period": "x",
    }
    asked = Asked(indicator="referrals", text="Why?", raised_on=timezone.localdate(), figure=figure)
    question = commands.ask(asked=asked, by=cast.analyst)
    address = reverse("collection:question", args=[question.pk])
    assert "3 of 4" in signed_in(cast.analyst).get(address).content.decode()
    assert "3 of 4" not in signed_in(cast.member).get(address).content.decode()


def test_a_figure_carries_its_questions_and_what_followed(cast, collection, dataset, signed_in):
    commands.answer(collection.question, text="By report, as agreed.", by=cast.other_agency_lead)
    split = Followed(
        "definition", "Split in two", definition="conference-attendance", definition_from=date(2026, 1, 1)
    )
    commands.close(collection.question, followed=split, by=cast.board_manager)
    page = signed_in(cast.member).get("/dataset/conference-attendance/").content.decode()
    for said in (
        "Why do the police come",
        "By report, as agreed.",
        "Split in two",
        "Ask a question about this",
    ):
        assert said in page


def test_a_member_asks_from_the_page_of_a_figure(cast, dataset, signed_in):
    client = signed_in(cast.member)
    given = {"text": "Why do they fall?", "meeting": "Executive"}
    day = timezone.localdate()
    given |= {"raised_on_day": day.day, "raised_on_month": day.month, "raised_on_year": day.year}
    address = "/collection/questions/about/return-interviews-in-72-hours/"
    assert client.get(address).status_code == 200
    assert client.post(address, given).status_code == 302
    question = Question.objects.get()
    assert question.snapshot_id == dataset.snapshot_id
    assert "episodes that ended" in question.value
    assert client.get("/collection/questions/about/no-such-figure/").status_code == 404


def test_home_says_what_awaits_each_of_them(cast, collection, signed_in):
    _type_and_sign(collection.of("avpol", "figure"), cast.other_agency_lead)
    owed = f"Make the return: Allegations list (LADO), {collection.quarter}"
    assert owed in _home(signed_in(cast.agency_lead))
    assert "Answer a question about Police attendance" in _home(signed_in(cast.other_agency_lead))
    assert "Check Police attendance at child protection conferences" in _home(signed_in(cast.analyst))
    assert "1 return is late" in _home(signed_in(cast.board_manager))


def test_the_matrix_asks_the_database_as_often_for_many_returns_as_for_few(
    cast, collection, signed_in, django_assert_max_num_queries
):
    client = signed_in(cast.board_manager)
    client.get("/collection/")
    for key in ("referrals", "assessments-started", "allegations"):
        if key in INDICATORS:
            commands.agree(
                Agency.objects.get(code="avicb"), given=replace(TERMS, item=key), by=cast.board_manager
            )
    with django_assert_max_num_queries(15):
        client.get("/collection/")


def _home(client) -> str:
    return client.get("/").content.decode()


def _type_and_sign(item, by) -> None:
    months = [month.last for month in item.quarter.months]
    typed = [Typed(last, n, 20, Quality.COMPLETE) for last, n in zip(months, (9, 11, 10), strict=True)]
    commands.type_figures(item, figures=typed, by=by)
    commands.sign_off(item.agency, quarter=item.quarter, signed=[Signed(item, Quality.COMPLETE)], by=by)
