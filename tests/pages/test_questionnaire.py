"""Questionnaires: kept, sent, answered, handed in, checked; what each step does, and what it refuses."""

import json
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from sightline.assurance.questionnaire import commands
from sightline.assurance.questionnaire.answers import answers_about
from sightline.assurance.questionnaire.commands import NotPossible, Overtaken, Unanswered
from sightline.assurance.questionnaire.logic import NotAnAnswer
from sightline.assurance.questionnaire.models import (
    Answer,
    ChangeAsked,
    Evidence,
    Question,
    Response,
    Version,
)
from sightline.assurance.questionnaire.schema import NotAQuestionnaire, read
from sightline.core.command import Refused
from sightline.core.files import NotTaken
from sightline.core.flow import NotAllowed, move
from sightline.core.models import AuditEvent, ClockRun, Immutable
from tests.invented_questionnaire import TEXT

HOUSE = Path(__file__).parents[2] / "sightline/assurance/questionnaire"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(30)


def fresh(response: Response) -> Response:
    return Response.objects.get(pk=response.pk)


def value_of(response: Response, key: str) -> object:
    return response.answers()[key].value


def test_the_engine_knows_no_word_of_what_it_is_used_for():
    words = re.compile(
        r"child|safeguard|police|audit(?!ed|s? event)|section 11|dataset|indicator|course|quarter(?! 1)",
        re.IGNORECASE,
    )
    files = [*HOUSE.rglob("*.py"), *HOUSE.rglob("*.html")]
    assert len(files) > 15
    for file in files:
        for line in file.read_text().splitlines():
            plain = line.replace("sightline.core.audit", "")
            assert not words.search(plain), f"{file.name}: {line.strip()}"


# Keeping


def test_the_same_text_again_changes_nothing(cast):
    first = commands.keep_version(text=TEXT, by=cast.board_manager)
    again = commands.keep_version(text=TEXT.replace("\n", "\r\n"), by=cast.analyst)
    assert (again.pk, again.kept_by, Version.objects.count()) == (first.pk, cast.board_manager, 1)


def test_a_text_that_nobody_has_answered_is_replaced_in_place(cast):
    first = commands.keep_version(text=TEXT, by=cast.analyst)
    second = commands.keep_version(text=TEXT.replace("late frost", "frost in May"), by=cast.analyst)
    assert (second.pk, second.number) == (first.pk, 1)
    assert second.questions()[0].text == "Was there a frost in May?"
    assert Question.objects.count() == 9


def test_the_first_answer_fixes_a_version_for_ever(cast, questionnaire):
    version = questionnaire.version
    version.refresh_from_db()
    assert version.state == "frozen"
    assert (questionnaire.newer.number, version.questions()[0].text) == (2, "Was there a late frost?")
    question = version.questions()[0]
    question.text = "Something else?"
    for change in (
        question.save,
        question.delete,
        version.save,
        lambda: Question.objects.filter(version=version).update(text="x"),
        lambda: Question.objects.filter(version=version).delete(),
        lambda: Question(version=version, position=99, key="more", section_number=1).save(),
    ):
        with pytest.raises(Immutable):
            change()


def test_somebody_who_answers_may_not_write_questions(cast):
    with pytest.raises(Refused):
        commands.keep_version(text=TEXT, by=cast.agency_lead)
    assert not Version.objects.exists()


# Sending


def test_sending_starts_the_clock_and_handing_in_stops_it(cast, questionnaire):
    runs = ClockRun.objects.filter(clock="questionnaire-answer")
    running = {run.subject_key for run in runs.running()}
    assert running == {str(questionnaire.response.pk), str(questionnaire.other.pk)}
    assert runs.count() == 4


def test_the_limit_of_the_clock_is_the_partnerships_own(cast, questionnaire, monkeypatch):
    from sightline.clocks import Limit
    from sightline.core import local

    monkeypatch.setattr(local, "limit", lambda key: Limit.parse("20 working days"))
    sent = commands.assign(
        cast.agency_lead.agency,
        version=questionnaire.newer,
        label="Now",
        due_on=date(2026, 9, 1),
        by=cast.analyst,
    )
    run = ClockRun.objects.get(subject_key=str(sent.pk), clock="questionnaire-answer")
    assert run.due_on is not None
    assert run.due_on > timezone.localdate() + timedelta(days=25)


@pytest.mark.parametrize(
    ("change", "said"),
    [({"label": " "}, "without a label"), ({"label": "Year 2"}, "already")],
)
def test_a_round_has_a_label_of_its_own(cast, questionnaire, change, said):
    usual = {"version": questionnaire.newer, "due_on": date(2026, 6, 5), "by": cast.analyst}
    with pytest.raises(NotPossible, match=said):
        commands.assign(cast.agency_lead.agency, **{**usual, **change})


def test_a_previous_response_is_the_agencys_own(cast, questionnaire):
    with pytest.raises(NotPossible, match="not an earlier response"):
        commands.assign(
            cast.other_agency_lead.agency,
            version=questionnaire.newer,
            label="Year 9",
            due_on=date(2026, 6, 5),
            previous=questionnaire.earlier,
            by=cast.analyst,
        )


def test_a_question_about_something_is_asked_only_where_that_is_named(questionnaire):
    assert [one.key for one in questionnaire.response.asked()][-1] == "about-roses"
    assert all(not one.about for one in questionnaire.other.asked())


# Answering


@pytest.mark.parametrize(
    ("question", "value", "said"),
    [
        ("lost", "seven", "Enter a number, in figures"),
        ("lost", "1.5", "Enter a whole number"),
        ("lost", "-1", "Enter 0 or more"),
        ("lost", "NaN", "at most 14 figures"),
        ("lost", "1e99", "at most 14 figures"),
        ("frost", "perhaps", "Choose one from the list"),
        ("frost", ["yes"], "Enter a text"),
        ("tools", "spade", "Choose from the list"),
        ("tools", ["axe"], "Choose from the list"),
        ("visited", "2026-02-31", "Enter a real date"),
        ("motto", "x" * 501, "500 characters or fewer"),
    ],
)
def test_an_answer_that_its_question_does_not_take_is_refused_in_words(
    cast, questionnaire, question, value, said
):
    with pytest.raises(NotAnAnswer, match=said):
        commands.save_answer(
            questionnaire.response, question=question, value=value, seen=0, by=cast.agency_lead
        )
    assert question == "frost" or question not in questionnaire.response.answers()


@pytest.mark.parametrize(
    ("question", "value", "stored", "words"),
    [
        ("lost", " 1,200 ", "1200", "1200 plants"),
        ("lost", "7.0", "7", "7 plants"),
        ("tools", ["hoe", "spade"], ["spade", "hoe"], "Spade; Hoe"),
        ("visited", "2026-03-07", "2026-03-07", "7 March 2026"),
        ("story", "One.\r\nTwo.", "One.\nTwo.", "One.\nTwo."),
        ("trust", "partly", "partly", "Partly"),
    ],
)
def test_an_answer_is_kept_as_its_kind_and_read_in_words(cast, questionnaire, question, value, stored, words):
    answer = commands.save_answer(
        questionnaire.response, question=question, value=value, seen=0, by=cast.agency_lead
    )
    assert (answer.value, answer.in_words, answer.revision) == (stored, words, 1)


def test_nobody_overwrites_what_they_have_not_seen(cast, questionnaire):
    lead, response = cast.agency_lead, questionnaire.response
    first = commands.save_answer(response, question="story", value="Mine", seen=0, by=lead)
    with pytest.raises(Overtaken) as caught:
        commands.save_answer(response, question="story", value="Theirs", seen=0, by=lead)
    assert (caught.value.theirs.value, caught.value.mine) == ("Mine", "Theirs")
    assert value_of(response, "story") == "Mine"
    again = commands.save_answer(response, question="story", value="Mine", seen=0, by=lead)
    assert again.revision == first.revision, "a save that is repeated after a lost reply is no change"
    after = commands.save_answer(response, question="story", value="Both", seen=1, by=lead)
    assert (after.value, after.revision) == ("Both", 2)


def test_another_agency_and_a_reviewer_cannot_answer(cast, questionnaire):
    for person in (cast.other_agency_lead, cast.analyst, cast.member):
        with pytest.raises(Refused):
            commands.save_answer(questionnaire.response, question="story", value="x", seen=0, by=person)
        with pytest.raises(Refused):
            commands.submit(questionnaire.response, by=person)


def test_a_question_that_is_not_asked_cannot_be_answered(cast, questionnaire):
    for key in ("about-lawns", "no-such-question"):
        with pytest.raises(NotPossible, match="no such question is asked here"):
            commands.save_answer(questionnaire.response, question=key, value="x", seen=0, by=cast.agency_lead)


def test_hidden_answers_are_kept_and_do_not_count(cast, questionnaire):
    lead, response = cast.agency_lead, questionnaire.response
    commands.save_answer(response, question="lost", value="12", seen=0, by=lead)
    assert [one.key for one in response.unanswered()] == ["trust"]
    commands.save_answer(response, question="frost", value="no", seen=1, by=lead)
    assert [one.key for one in response.unanswered()] == ["trust"]
    assert value_of(response, "lost") == "12"
    assert "lost" not in {one.key for one in response.shown()}


def test_what_must_be_answered_and_is_shown_must_be_answered_first(cast, questionnaire):
    with pytest.raises(Unanswered) as caught:
        commands.submit(questionnaire.response, by=cast.agency_lead)
    assert [one.key for one in caught.value.questions] == ["lost", "trust"]
    assert fresh(questionnaire.response).state == "in-progress"


def test_every_save_is_in_the_audit_log_without_its_text(cast, questionnaire):
    commands.save_answer(
        questionnaire.response, question="story", value="Private words", seen=0, by=cast.agency_lead
    )
    event = AuditEvent.objects.order_by("seq").last()
    assert (event.action, event.detail, event.agency) == (
        "questionnaire.save-answer",
        {"question": "story"},
        cast.agency_lead.agency,
    )


# Last time's answers


def test_an_earlier_answer_is_offered_never_copied(cast, questionnaire):
    response = questionnaire.response
    assert set(response.answers()) == {"frost"}
    offered = {key: one.in_words for key, one in response.earlier_answers().items()}
    assert offered["lost"] == "12 plants"
    taken = commands.carry_answer(response, question="lost", seen=0, by=cast.agency_lead)
    assert (taken.value, taken.carried_from) == ("12", questionnaire.earlier)
    changed = commands.save_answer(response, question="lost", value="13", seen=1, by=cast.agency_lead)
    assert changed.carried_from is None


def test_an_earlier_answer_that_no_longer_fits_is_not_offered(cast, questionnaire):
    text = TEXT.replace("key: spade, text: Spade", "key: fork, text: Fork").replace(
        "kind: short-text", "kind: long-text"
    )
    version = commands.keep_version(text=text, by=cast.analyst)
    response = commands.assign(
        cast.agency_lead.agency,
        version=version,
        label="Year 4",
        due_on=date(2027, 6, 4),
        previous=questionnaire.earlier,
        by=cast.analyst,
    )
    assert set(response.earlier_answers()) == {"frost", "lost", "story", "trust"}
    with pytest.raises(NotPossible, match="no earlier answer"):
        commands.carry_answer(response, question="tools", seen=0, by=cast.agency_lead)


# Evidence


def test_evidence_has_the_day_on_which_it_was_true_beside_that_of_recording(cast, questionnaire, signed_in):
    page = signed_in(cast.agency_lead).get(f"/questionnaire/{questionnaire.response.pk}/answers/")
    html = page.content.decode()
    assert "True on Tuesday 12 May 2026. Recorded on" in html


def test_evidence_is_one_thing_and_was_true_already(cast, questionnaire):
    response, lead = questionnaire.response, cast.agency_lead
    yesterday = timezone.localdate() - timedelta(days=1)
    for given, said in [
        ({}, "a file, a link or a note"),
        ({"note": "  "}, "a file, a link or a note"),
        ({"note": "x", "true_on": timezone.localdate() + timedelta(days=1)}, "cannot lie ahead"),
    ]:
        with pytest.raises(NotPossible, match=said):
            commands.add_evidence(response, question="frost", by=lead, **{"true_on": yesterday, **given})


def test_a_file_is_kept_as_evidence_and_its_bytes_go_with_it(
    cast, questionnaire, tmp_path, settings, signed_in, django_capture_on_commit_callbacks
):
    settings.FILES = tmp_path / "files"
    response, lead = questionnaire.response, cast.agency_lead
    upload = SimpleUploadedFile("pond.png", PNG)
    piece = commands.add_evidence(
        response, question="frost", true_on=date(2026, 5, 12), upload=upload, by=lead
    )
    assert (piece.kind, piece.file.name, piece.file.agency) == ("file", "pond.png", lead.agency)
    assert len(list(settings.FILES.iterdir())) == 1
    page = signed_in(lead).get(f"/questionnaire/{response.pk}/section/1/").content.decode()
    assert f'href="{reverse("file", kwargs={"pk": piece.file.pk})}"' in page
    with django_capture_on_commit_callbacks(execute=True):
        commands.remove_evidence(piece, by=lead)
    assert list(settings.FILES.iterdir()) == []
    assert Evidence.objects.get(pk=piece.pk).removed_by == lead
    with pytest.raises(NotTaken, match="what is taken here"):
        commands.add_evidence(
            response,
            question="frost",
            true_on=date(2026, 5, 12),
            upload=SimpleUploadedFile("a.xml", b"<a/>"),
            by=lead,
        )


def test_evidence_stays_once_the_answers_are_handed_in(cast, questionnaire):
    lead, response = cast.agency_lead, questionnaire.response
    for key, value in {"lost": "1", "trust": "fully"}.items():
        commands.save_answer(response, question=key, value=value, seen=0, by=lead)
    commands.submit(response, by=lead)
    with pytest.raises(NotPossible, match="has been handed in"):
        commands.remove_evidence(questionnaire.evidence, by=lead)


# Handing in and checking


def test_every_step_that_is_not_in_the_table_is_refused(cast, questionnaire):
    checked = 0
    for source in Response.States:
        for target in Response.States:
            Response.objects.filter(pk=questionnaire.earlier.pk).update(state=source)
            response = fresh(questionnaire.earlier)
            checked += 1
            if (source, target) in Response.TRANSITIONS:
                move(response, target, cast.analyst)
                assert fresh(response).state == target
            else:
                with pytest.raises(NotAllowed):
                    move(response, target, cast.analyst)
    assert checked == 25


def test_what_is_handed_in_cannot_be_changed(cast, questionnaire):
    for act in (
        lambda: commands.save_answer(
            questionnaire.handed_in, question="lost", value="1", seen=1, by=cast.agency_lead
        ),
        lambda: commands.carry_answer(questionnaire.handed_in, question="lost", seen=1, by=cast.agency_lead),
        lambda: commands.submit(questionnaire.handed_in, by=cast.agency_lead),
    ):
        with pytest.raises(NotPossible, match="has been handed in"):
            act()


def test_a_response_goes_back_with_a_reason_for_each_question_and_comes_again(cast, questionnaire):
    response = questionnaire.handed_in
    with pytest.raises(NotPossible, match="Say what has to change"):
        commands.ask_for_changes(response, reason=" ", questions={"lost": ""}, by=cast.analyst)
    commands.ask_for_changes(response, reason="Nearly.", questions={"lost": "Nine?"}, by=cast.analyst)
    waiting = ChangeAsked.objects.waiting().filter(response=response)
    assert [(one.question and one.question.key, one.reason) for one in waiting] == [
        (None, "Nearly."),
        ("lost", "Nine?"),
    ]
    commands.save_answer(response, question="lost", value="8", seen=1, by=cast.agency_lead)
    commands.submit(response, by=cast.agency_lead)
    assert not waiting.all().exists()
    commands.accept(response, by=cast.board_manager)
    assert (fresh(response).state, fresh(response).decided_by) == ("accepted", cast.board_manager)
    with pytest.raises(NotAllowed):
        commands.ask_for_changes(response, reason="Too late", by=cast.analyst)


def test_an_agency_does_not_check_its_own_answers(cast, questionnaire):
    with pytest.raises(Refused):
        commands.accept(questionnaire.handed_in, by=cast.agency_lead)


def test_accepted_answers_about_a_thing_are_found_by_its_key(cast, questionnaire):
    found = answers_about("roses", cast.member)
    assert [(one.in_words, one.response.agency) for one in found] == [
        ("They came late.", cast.agency_lead.agency)
    ]
    assert answers_about("roses", cast.stranger) == []
    assert answers_about("lawns", cast.member) == []


# Pages


def test_each_sees_their_own_agencys_responses(cast, questionnaire, signed_in):
    def listed(user) -> set[int]:
        html = signed_in(user).get("/questionnaire/").content.decode()
        return {int(pk) for pk in re.findall(r"/questionnaire/(\d+)/\"", html)}

    made = questionnaire
    own = {made.earlier.pk, made.response.pk, made.handed_in.pk}
    assert listed(cast.agency_lead) == own
    assert listed(cast.other_agency_lead) == {made.other.pk}
    assert listed(cast.analyst) == own | {made.other.pk}


def test_home_names_what_to_answer_and_what_to_check(cast, questionnaire, signed_in):
    lead = signed_in(cast.agency_lead).get("/").content.decode()
    assert "Answer Garden check: Year 2" in lead
    assert "Check Garden check" not in lead
    analyst = signed_in(cast.analyst).get("/").content.decode()
    assert "Check Garden check: Year 3 from Addiscombe Vale children&#39;s social care" in analyst


def test_the_page_of_a_section_says_who_wrote_meanwhile_and_keeps_both_texts(cast, questionnaire, signed_in):
    response = questionnaire.response
    commands.save_answer(response, question="story", value="Theirs", seen=0, by=cast.agency_lead)
    address = f"/questionnaire/{response.pk}/section/1/"
    posted = {"frost": "yes", "seen-frost": "1", "story": "Mine", "seen-story": "0"}
    html = signed_in(cast.agency_lead).post(address, posted).content.decode()
    assert "Lee Care changed this answer at" in html
    assert "It now says: “Theirs”" in html
    assert ">Mine</textarea>" in html
    assert 'name="seen-story" value="1"' in html
    assert "<title>Error: " in html
    signed_in(cast.agency_lead).post(address, {**posted, "seen-story": "1"})
    assert value_of(response, "story") == "Mine"


@pytest.mark.parametrize(
    ("posted", "said"),
    [
        ({"question": "story", "story": "New", "seen-story": "0"}, {"saved", "revision"}),
        ({"question": "lost", "lost": "x", "seen-lost": "0"}, {"error"}),
        ({"question": "none"}, {"error"}),
        ({"question": "frost", "frost": "no", "seen-frost": "0"}, {"overtaken"}),
        ({"question": "frost", "frost": "no", "seen-frost": "1" * 50}, {"overtaken"}),
    ],
)
def test_a_field_is_saved_as_it_is_typed(cast, questionnaire, signed_in, posted, said):
    client = signed_in(cast.agency_lead)
    reply = client.post(f"/questionnaire/{questionnaire.response.pk}/save/", posted)
    assert set(json.loads(reply.content)) == said


def test_a_section_asks_the_database_little(cast, questionnaire, signed_in, django_assert_max_num_queries):
    client = signed_in(cast.agency_lead)
    with django_assert_max_num_queries(30):
        client.get(f"/questionnaire/{questionnaire.response.pk}/section/1/")


def test_a_questionnaire_is_written_with_its_mistakes_by_line_then_previewed_then_kept(cast, signed_in):
    client = signed_in(cast.board_manager)
    html = client.post("/questionnaire/kept/new/", {"text": TEXT.replace("yes-no", "maybe")}).content.decode()
    assert "Line 9: kind: maybe; expected one of short-text" in html
    html = client.post("/questionnaire/kept/new/", {"text": TEXT, "preview": "yes"}).content.decode()
    assert "It is not kept yet" in html
    assert not Version.objects.exists()
    kept = client.post("/questionnaire/kept/new/", {"text": TEXT})
    assert kept.headers["Location"] == "/questionnaire/kept/garden-check/"
    other = {"text": TEXT.replace("garden-check", "park-check")}
    html = client.post("/questionnaire/kept/garden-check/edit/", other).content.decode()
    assert "expected garden-check, which stays" in html


def test_versions_are_compared_question_by_question(cast, questionnaire, signed_in):
    html = signed_in(cast.analyst).get("/questionnaire/kept/garden-check/").content.decode()
    assert "<del>Was there a late frost?</del> <ins>Was there a frost in May?</ins>" in html


def test_a_questionnaire_is_sent_to_several_agencies_with_what_they_said_last(cast, questionnaire, signed_in):
    agencies = [cast.agency_lead.agency_id, cast.other_agency_lead.agency_id]
    posted = {
        "agencies": agencies,
        "label": "Year 5",
        "due_on_day": "1",
        "due_on_month": "6",
        "due_on_year": "2028",
    }
    posted["about"] = ["lawns"]
    reply = signed_in(cast.analyst).post("/questionnaire/kept/garden-check/send/", posted)
    assert reply.headers["Location"] == reverse("questionnaire:responses")
    sent = {one.agency_id: one for one in Response.objects.filter(label="Year 5")}
    assert set(sent) == set(agencies)
    assert sent[agencies[0]].previous == questionnaire.handed_in
    assert sent[agencies[1]].previous is None
    assert sent[agencies[0]].about == ["lawns"]
    html = signed_in(cast.analyst).post("/questionnaire/kept/garden-check/send/", posted).content.decode()
    assert "has been sent Garden check: Year 5 already" in html


# The text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Line 1: the questionnaire: expected entries"),
        ("- a", "Line 1: the questionnaire: expected entries"),
        ("key: a\n  b: [", "this is not YAML"),
        ("a: &x 1", "anchors (&) and aliases (*) are not taken"),
        ("a: !!python/object:os.system x", "tags (!) are not taken"),
        ("[" * 40, "nested deeper than 12 levels"),
        ("x" * 200_001, "longer than 200,000 bytes"),
        (TEXT.replace("key: lost", "key: frost"), "Line 12: key: frost stands twice"),
        (TEXT.replace("key: lost", "key: Lost!"), "Line 12: key: “Lost!”; expected small letters"),
        (TEXT.replace("least: 0", "least: none"), "least: none; expected a number"),
        (TEXT.replace("least: 0", "lest: 0"), "a question: lest is unknown; expected key, kind"),
        (TEXT.replace("kind: scale", "kind: date"), "options: not for date"),
        (TEXT.replace("kind: date", "kind: one-of"), "one-of needs options"),
        (TEXT.replace("{question: frost, is: yes}", "{question: trust, is: fully}", 1), "looks back only"),
        (TEXT.replace("{question: frost, is: yes}", "{question: lost, is: 1}", 1), "looks back only"),
        (TEXT.replace("is: yes}", "is: perhaps}", 1), "value: perhaps; expected one of yes, no"),
        (TEXT.replace("is: yes}", "is: yes, any: [no]}", 1), "either is, with one value, or any"),
        (TEXT.replace("required: yes", "required: maybe", 1), "required: maybe; expected yes or no"),
    ],
)
def test_what_is_wrong_with_a_text_is_said_with_its_line(text, said):
    with pytest.raises(NotAQuestionnaire) as caught:
        read(text)
    assert said in str(caught.value)


def test_every_mistake_is_reported_at_once():
    text = TEXT.replace("yes-no", "maybe").replace("least: 0", "least: none").replace("scale", "scales")
    with pytest.raises(NotAQuestionnaire) as caught:
        read(text)
    assert [mistake.line for mistake in caught.value.mistakes if "expected" in mistake.said] == [9, 17, 38]


def test_answers_are_seen_by_nobody_else(cast, questionnaire):
    for model in (Answer, Evidence, ChangeAsked, Response, Version, Question):
        for person in (cast.member, cast.lay_member, cast.administrator, cast.stranger):
            assert not model.objects.visible_to(person).exists(), (model, person)
    assert not Answer.objects.visible_to(cast.other_agency_lead).exists()
    assert Answer.objects.visible_to(cast.analyst).exists()
