"""The thresholds of need: from draft to superseded; and exercises in which nobody sees what others gave."""

import re
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from lxml.html import document_fromstring

from sightline.core import worklist
from sightline.core.audit import System
from sightline.core.command import NotDone, Refused
from sightline.core.models import AuditEvent, User
from sightline.core.permissions import ROLES, Permission, Role
from sightline.core.process import as_reader
from sightline.core.worklist import Asked
from sightline.frontline.threshold import commands
from sightline.frontline.threshold.cases import LONGEST, NotCases, read_cases
from sightline.frontline.threshold.daily import daily
from sightline.frontline.threshold.models import Case, Exercise, LevelText, Rating, Version
from tests.conftest import AS_EVERYBODY
from tests.invented_thresholds import TEXTS, VIGNETTES, given

TODAY = timezone.localdate
BY = System("the tests")


def text_of(client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def errors_of(response) -> str:
    page = response.content.decode()
    assert "<title>Error: " in page, "nothing is said to be wrong"
    return page


def days_of(field: str, on: date) -> dict[str, int]:
    """A date as its three boxes send it."""
    return {f"{field}_day": on.day, f"{field}_month": on.month, f"{field}_year": on.year}


def beside(field: str, page: str) -> str:
    """The error that stands beside a field."""
    (said,) = document_fromstring(page).xpath(f"//*[@id='id_{field}-error']")
    return said.text_content()


# Versions


def test_a_first_version_has_the_four_levels_and_nothing_written(cast):
    version = commands.draft_version(title="2026", by=cast.board_manager)
    assert [(text.level, text.descriptor) for text in version.texts.all()] == [(n, "") for n in (1, 2, 3, 4)]


def test_a_version_begins_with_the_texts_of_the_one_in_force(threshold, cast):
    commands.change_text(threshold.draft, level=2, name="Early help", descriptor="Other words", by=BY)
    new = commands.draft_version(title="2029", by=cast.board_manager)
    assert {text.level: text.descriptor for text in new.texts.all()} == TEXTS


def test_a_title_is_given_once(threshold, cast, signed_in):
    page = signed_in(cast.board_manager).post("/threshold/versions/new/", {"title": "2026"})
    assert "There is a version with the title 2026 already" in beside("title", errors_of(page))
    assert Version.objects.count() == 3


@pytest.mark.parametrize("state", ["consulted", "in_force"])
def test_only_a_draft_is_changed(threshold, state):
    version = getattr(threshold, state)
    with pytest.raises(NotDone, match="Only a draft can be changed"):
        commands.change_text(version, level=1, name="All", descriptor="Anything", by=BY)
    assert version.texts.get(level=1).descriptor == TEXTS[1]


def test_a_level_without_words_is_not_put_out_for_consultation(cast):
    version = commands.draft_version(title="2026", by=BY)
    commands.change_text(version, level=1, name="All", descriptor="Every family", by=BY)
    with pytest.raises(NotDone, match="level 2 and level 3 and level 4"):
        commands.consult(version, by=BY)
    assert Version.objects.get().state == Version.States.DRAFT


def approval(**changed):
    return {"body": "executive", "approved_on": TODAY(), "effective_from": TODAY()} | changed


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"body": "nobody"}, "Choose a body"),
        ({"approved_on": timezone.localdate() + timedelta(days=1)}, "must not lie ahead"),
        ({"effective_from": timezone.localdate() - timedelta(days=1)}, "before it was approved"),
        (
            {"approved_on": date(2020, 1, 6), "effective_from": date(2020, 2, 3)},
            "a later version begins after it",
        ),
    ],
)
def test_an_approval_that_cannot_be_is_refused(threshold, changed, why):
    with pytest.raises(NotDone, match=why):
        commands.approve(threshold.consulted, by=BY, **approval(**changed))
    assert Version.objects.get(pk=threshold.consulted.pk).state == Version.States.CONSULTED


def test_an_approval_that_cannot_be_says_so_beside_the_day(threshold, cast, signed_in):
    address = f"/threshold/versions/{threshold.consulted.pk}/approval/"
    before = days_of("approved_on", TODAY()) | days_of("effective_from", TODAY() - timedelta(days=1))
    page = errors_of(signed_in(cast.board_manager).post(address, {"body": "executive", **before}))
    assert "It cannot be in force before it was approved" in beside("effective_from", page)


def test_a_draft_is_not_approved(threshold):
    with pytest.raises(NotDone, match="out for consultation can be approved"):
        commands.approve(threshold.draft, by=BY, **approval())


def test_what_is_approved_for_today_supersedes_at_once(threshold):
    commands.approve(threshold.consulted, by=BY, **approval())
    assert threshold.consulted.state == Version.States.IN_FORCE
    assert Version.objects.get(pk=threshold.in_force.pk).state == Version.States.SUPERSEDED


def test_an_approved_version_is_in_force_on_its_day_and_not_before(threshold, monkeypatch):
    begins = TODAY() + timedelta(days=10)
    commands.approve(threshold.consulted, by=BY, **approval(effective_from=begins))
    assert daily() == "0 versions put in force"
    with pytest.raises(NotDone, match="Its day has not come"):
        commands.put_in_force(threshold.consulted, by=BY)
    assert Version.objects.in_force() == threshold.in_force
    monkeypatch.setattr(timezone, "localdate", lambda *_: begins)
    assert daily() == "1 version put in force"
    assert daily() == "0 versions put in force"
    assert Version.objects.in_force() == threshold.consulted
    assert Version.objects.get(pk=threshold.in_force.pk).state == Version.States.SUPERSEDED


def test_two_versions_whose_days_have_passed_end_with_the_later(threshold, monkeypatch):
    later = commands.draft_version(title="2030", by=BY)
    commands.consult(later, by=BY)
    for days, version in ((20, later), (10, threshold.consulted)):
        commands.approve(version, by=BY, **approval(effective_from=TODAY() + timedelta(days=days)))
    after = TODAY() + timedelta(days=30)
    monkeypatch.setattr(timezone, "localdate", lambda *_: after)
    assert daily() == "2 versions put in force"
    assert Version.objects.in_force() == later


def test_the_database_holds_one_version_in_force(threshold):
    with pytest.raises(IntegrityError), transaction.atomic():
        Version.objects.filter(pk=threshold.draft.pk).update(state=Version.States.IN_FORCE)


def test_a_draft_is_for_those_who_keep_the_thresholds(threshold, cast, front_line, signed_in):
    for user in (cast.member, cast.lay_member, front_line.hub_manager, front_line.governance):
        client = signed_in(user)
        start = text_of(client, "/threshold/")
        assert "Thresholds 2026" in start
        assert "Thresholds 2027" in start
        assert "Thresholds 2028" not in start
        assert client.get(f"/threshold/versions/{threshold.draft.pk}/").status_code == 404
        assert set(LevelText.objects.visible_to(user).values_list("version__title", flat=True)) == {
            "2026",
            "2027",
        }
        assert client.get(f"/threshold/exercises/{threshold.drafted.pk}/").status_code == 404
        assert not Case.objects.visible_to(user).filter(exercise=threshold.drafted).exists()
    assert "Thresholds 2028" in text_of(signed_in(cast.board_manager), "/threshold/")


def test_the_version_in_force_stands_in_full_on_the_first_page(threshold, cast, signed_in):
    page = text_of(signed_in(cast.member), "/threshold/")
    for level, words in TEXTS.items():
        assert f"Level {level}: " in page
        assert words.replace("'", "&#39;") in page
    assert "Approved by Executive" in page
    assert "Draft a version" not in page


def test_an_empty_installation_says_what_to_do(cast, front_line, signed_in):
    keeper, reader = (signed_in(who) for who in (cast.board_manager, front_line.hub_worker))
    assert "Draft one, put it out for consultation" in text_of(keeper, "/threshold/")
    assert "Whoever runs the business unit drafts one" in text_of(reader, "/threshold/")
    assert "An exercise appears here once it is open" in text_of(reader, "/threshold/")


def test_a_version_from_draft_to_in_force_on_its_pages(cast, signed_in):
    client, today = signed_in(cast.board_manager), TODAY()
    page = client.post("/threshold/versions/new/", {"title": "2026"})["Location"]
    for level, words in TEXTS.items():
        given_ = {"name": f"Name {level}", "descriptor": words}
        assert client.post(f"{page}levels/{level}/", given_)["Location"] == page
    assert client.get(f"{page}levels/5/").status_code == 404
    assert client.post(f"{page}consultation/")["Location"] == page
    days = days_of("approved_on", today) | days_of("effective_from", today)
    assert client.post(f"{page}approval/", {"body": "executive", **days})["Location"] == page
    assert "Level 3: Name 3" in text_of(client, "/threshold/")


def test_a_step_that_is_over_leads_back_to_the_version(threshold, cast, signed_in):
    client = signed_in(cast.board_manager)
    page = f"/threshold/versions/{threshold.in_force.pk}/"
    for step in ("levels/2/", "consultation/", "approval/"):
        assert client.get(page + step)["Location"] == page
    assert "It is out for consultation already" in errors_of(client.post(f"{page}consultation/"))


# Exercises


def test_cases_are_parted_by_a_line_of_three_hyphens():
    text = "One\r\n---\r\nTwo - and a half\n\n---\nThree\n --- \nFour\n---\nFive\nwith ---- a dash"
    assert read_cases(text) == [
        "One",
        "Two - and a half",
        "Three",
        "Four",
        "Five\nwith ---- a dash",
    ]


@pytest.mark.parametrize(
    ("cases", "why"),
    [
        (["a"] * 4, "4 cases were found; an exercise has at least 5 and at most 60"),
        (["a"], "1 case was found"),
        (["a"] * 61, "61 cases were found"),
        (["a", "b", " ", "d", "e"], "^Case 3 is empty"),
        (["a", "b", "c", "d", ""], "^Case 5 is empty"),
        (["a", "x" * (LONGEST + 1), "c", "d", "e"], f"^Case 2 has {LONGEST + 1} characters"),
        (["a", "", "x" * (LONGEST + 1), "d"], "Case 2 is empty.*Case 3 has"),
    ],
)
def test_cases_that_cannot_be_rated_are_named(cases, why):
    with pytest.raises(NotCases, match=why):
        read_cases("\n---\n".join(cases))


@pytest.mark.parametrize("count", [5, 60])
def test_as_few_and_as_many_cases_as_there_may_be(count):
    assert len(read_cases("\n---\n".join(["x" * LONGEST] * count))) == count


def test_what_was_typed_stays_when_a_case_is_empty(threshold, cast, signed_in):
    typed = "\n---\n".join([*VIGNETTES, ""])
    sent = {
        "title": "Winter",
        "version": threshold.in_force.pk,
        "cases": typed,
        **days_of("closes_on", TODAY()),
    }
    page = errors_of(signed_in(cast.board_manager).post("/threshold/exercises/new/", sent))
    assert "Case 7 is empty" in beside("cases", page)
    assert VIGNETTES[2] in page
    assert Exercise.objects.count() == 3


def test_an_exercise_from_draft_to_closed_on_its_pages(threshold, cast, front_line, signed_in):
    keeper, rater = signed_in(cast.board_manager), signed_in(front_line.police_unit)
    typed = "\n---\n".join(VIGNETTES)
    sent = {
        "title": "Winter",
        "version": threshold.in_force.pk,
        "cases": typed,
        **days_of("closes_on", TODAY()),
    }
    page = keeper.post("/threshold/exercises/new/", sent)["Location"]
    assert rater.get(page).status_code == 404
    assert keeper.post(f"{page}opening/")["Location"] == page
    assert rater.post(f"{page}rating/", {"case-1": "2", "case-3": "4"})["Location"] == page
    shown = text_of(rater, page)
    assert shown.count("Your level:") == 2
    assert shown.count("You have not rated this case") == 4
    assert rater.post(f"{page}rating/", {"case-1": "3"})["Location"] == page
    assert "3: Complex: several agencies" in text_of(rater, page)
    assert keeper.post(f"{page}closing/")["Location"] == page
    assert "Level 3 by 1" in text_of(keeper, page)
    assert rater.get(f"{page}rating/")["Location"] == page
    late = errors_of(rater.post(f"{page}rating/", {"case-1": "4"}))
    assert "This exercise is not open for rating" in late
    assert (
        Rating.objects.get(rater=front_line.police_unit, case__exercise__title="Winter", case__place=1).level
        == 3
    )


def test_an_exercise_is_not_rated_against_a_draft_nor_a_superseded_version(threshold):
    commands.approve(threshold.consulted, by=BY, **approval())
    for version in (threshold.draft, threshold.in_force):
        with pytest.raises(NotDone, match="Cases are rated against"):
            commands.draft_exercise(
                title="Winter", version=version, cases="\n---\n".join(VIGNETTES), closes_on=TODAY(), by=BY
            )


def test_the_last_day_to_rate_is_not_past(threshold, monkeypatch):
    with pytest.raises(NotDone, match="must not lie in the past"):
        commands.draft_exercise(
            title="Winter",
            version=threshold.in_force,
            cases="\n---\n".join(VIGNETTES),
            closes_on=TODAY() - timedelta(days=1),
            by=BY,
        )
    after = TODAY() + timedelta(days=15)
    monkeypatch.setattr(timezone, "localdate", lambda *_: after)
    with pytest.raises(NotDone, match="must not lie in the past"):
        commands.open_exercise(threshold.drafted, by=BY)


def test_nothing_is_rated_before_it_opens_nor_once_it_is_closed(threshold, front_line):
    for exercise in (threshold.drafted, threshold.closed):
        with pytest.raises(NotDone, match="not open for rating"):
            commands.rate(exercise, levels=given("111111"), by=front_line.police_unit)
    assert Rating.objects.filter(case__exercise=threshold.closed).count() == 24


def test_a_case_that_is_not_there_and_a_level_that_is_none_leave_nothing_behind(threshold, front_line):
    before = Rating.objects.count()
    with pytest.raises(NotDone, match="no case 7"):
        commands.rate(threshold.open, levels=given("1111111"), by=front_line.police_unit)
    with pytest.raises(ValueError, match="5 is not a valid Level"):
        commands.rate(threshold.open, levels={1: 2, 2: 5}, by=front_line.police_unit)
    assert Rating.objects.count() == before


def test_a_rating_keeps_the_agency_of_its_day(threshold, front_line):
    rater = User.objects.get(pk=front_line.police_unit.pk)
    was = rater.agency
    commands.rate(threshold.open, levels={1: 2}, by=rater)
    rater.agency = front_line.health.agency
    rater.save()
    commands.rate(threshold.open, levels={2: 2}, by=rater)
    kept = {
        one.case.place: one.agency
        for one in Rating.objects.filter(rater=rater, case__exercise=threshold.open)
    }
    assert kept == {1: was, 2: front_line.health.agency}


def test_whoever_belongs_to_no_agency_does_not_rate(threshold, front_line, signed_in):
    User.objects.filter(pk=front_line.police_unit.pk).update(agency=None)
    rater = User.objects.get(pk=front_line.police_unit.pk)
    page = signed_in(rater).post(f"/threshold/exercises/{threshold.open.pk}/rating/", {"case-1": "1"})
    assert "your account belongs to none" in errors_of(page)
    with pytest.raises(NotDone, match="for an agency"):
        commands.rate(threshold.open, levels={1: 1}, by=BY)


def test_who_may_rate_and_who_keeps_the_thresholds():
    raters = {role for role, card in ROLES.items() if Permission.RATE_CASES in card.permissions}
    assert raters == {
        Role.HUB_WORKER,
        Role.HUB_MANAGER,
        Role.SOCIAL_WORKER,
        Role.TEAM_MANAGER,
        Role.EARLY_HELP_WORKER,
        Role.POLICE_UNIT,
        Role.HEALTH_SAFEGUARDING,
        Role.DESIGNATED_LEAD,
    }
    keepers = {role for role, card in ROLES.items() if Permission.KEEP_THRESHOLDS in card.permissions}
    assert keepers == {Role.BOARD_MANAGER}


def test_commands_are_refused_to_others(threshold, cast, front_line):
    with pytest.raises(Refused):
        commands.rate(threshold.open, levels={1: 1}, by=cast.board_manager)
    with pytest.raises(Refused):
        commands.close_exercise(threshold.open, by=front_line.hub_manager)
    with pytest.raises(Refused):
        commands.consult(threshold.draft, by=cast.member)


# Blind rating


def everybody(cast, front_line):
    return [user for _, user in cast] + [
        getattr(front_line, part) for part in vars(front_line) if part != "hub"
    ]


def test_while_an_exercise_is_open_everybody_sees_their_own_ratings_alone(threshold, cast, front_line):
    commands.rate(threshold.open, levels=given("123412"), by=front_line.police_unit)
    in_it = {front_line.hub_worker: 6, front_line.police_unit: 6}
    for user in everybody(cast, front_line):
        fresh = User.objects.get(pk=user.pk)
        seen = Rating.objects.visible_to(fresh).filter(case__exercise=threshold.open)
        assert {one.rater_id for one in seen} <= {user.pk}
        assert seen.count() == in_it.get(user, 0)


def test_no_page_changes_with_what_others_gave(threshold, cast, front_line, signed_in):
    """Everybody opens every page before and after others rate: not a character may differ."""
    pk = threshold.open.pk
    addresses = ["/", "/worklist/", "/worklist/?scope=all", "/threshold/", f"/threshold/exercises/{pk}/"]
    addresses += [f"/threshold/exercises/{pk}/{page}/" for page in ("rating", "closing")]
    readers = [user for user in everybody(cast, front_line) if user not in (front_line.health, cast.stranger)]
    if not AS_EVERYBODY:
        readers = [cast.board_manager, cast.lay_member, front_line.hub_worker, front_line.police_unit]

    def pages() -> dict:
        clients = {user.pk: signed_in(user) for user in readers}
        return {
            (key, address): without_tokens(client.get(address))
            for key, client in clients.items()
            for address in addresses
        }

    pages()  # the worklist remembers what somebody last chose to see
    before = pages()
    commands.rate(threshold.open, levels=given("123412"), by=front_line.health)
    assert pages() == before
    commands.rate(threshold.open, levels=given("432143"), by=front_line.health)
    assert pages() == before


def without_tokens(response) -> tuple[int, str]:
    """A page without what is new each time: the token of a form."""
    page = response.content.decode()
    return response.status_code, re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page)


def test_the_audit_log_tells_that_somebody_rated_and_not_what(threshold, front_line):
    event = AuditEvent.objects.filter(action="threshold.rate", actor=front_line.hub_worker).latest("seq")
    assert event.detail == {}
    assert event.object_key in (str(threshold.open.pk), str(threshold.closed.pk))


def test_closing_shows_everybody_what_each_agency_gave(threshold, cast, front_line, signed_in):
    for user in (cast.lay_member, cast.board_manager, front_line.designated_lead):
        page = text_of(signed_in(user), f"/threshold/exercises/{threshold.closed.pk}/")
        assert "How far agencies agree" in page
        assert "Level 1 by 2" in page
        assert "Level 2 by 1" in page
        for name in ("Hu Worker", "Hea Lth", "Po Unit"):
            assert name not in page.split("<footer")[0].split("</header>")[-1], "a rater is named"


def test_the_figures_of_a_closed_exercise_are_those_worked_by_hand(threshold, cast, signed_in):
    """Police 223344 against care's two 123344 and health's 111222.

    Equal pairs, of three a case: none in the first, then two each: (0 + 5 * 2/3) / 6 = 0.556. The police give
    levels 2, 3 and 4 a third each; of the others' eighteen, five are 1, five are 2, four are 3, four are 4.
    By chance (5 + 4 + 4) / 54 = 0.241; (0.556 - 0.241) / (1 - 0.241) = 0.415.
    """
    page = text_of(signed_in(cast.member), f"/threshold/exercises/{threshold.closed.pk}/")
    assert "0.41, moderate" in page
    assert "56%" in page


def test_a_closed_exercise_that_nobody_rated_says_so(threshold, cast, signed_in):
    commands.open_exercise(threshold.drafted, by=BY)
    commands.close_exercise(threshold.drafted, by=BY)
    page = text_of(signed_in(cast.member), f"/threshold/exercises/{threshold.drafted.pk}/")
    assert "Nobody rated a case before it was closed" in page
    assert "kappa" not in page.lower()


# Work


def waiting(user) -> list[str]:
    fresh = User.objects.get(pk=user.pk)
    with as_reader(fresh):
        found = worklist.page(fresh, Asked(process="Thresholds"), 0, 10)
    assert {item.due_on for item in found} <= {TODAY() + timedelta(days=14)}
    return [item.about for item in found]


def test_cases_wait_until_a_person_has_rated_each(threshold, cast, front_line, signed_in):
    assert waiting(front_line.police_unit) == ["Summer"]
    assert waiting(front_line.hub_worker) == []
    assert waiting(cast.board_manager) == []
    commands.rate(threshold.open, levels=given("12341"), by=front_line.police_unit)
    assert waiting(front_line.police_unit) == ["Summer"]
    commands.rate(threshold.open, levels={6: 2}, by=front_line.police_unit)
    assert waiting(front_line.police_unit) == []
    assert "Rate the cases of Summer" in text_of(signed_in(front_line.designated_lead), "/worklist/")
    commands.close_exercise(threshold.open, by=BY)
    assert waiting(front_line.designated_lead) == []
