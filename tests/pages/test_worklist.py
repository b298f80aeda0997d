"""The worklist: what waits, for whom, in which order; in one query however many rows, on both databases."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import lxml.html
import pytest
from django.core import mail
from django.db import connection, models
from django.db.models import F, TextField, Value
from django.db.models.functions import Cast, Concat
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sightline.assurance.collection import commands
from sightline.assurance.collection.commands import Signed, Typed
from sightline.assurance.collection.models import Quality
from sightline.assurance.dataset.models import Load
from sightline.assurance.questionnaire.models import Response
from sightline.clocks import UnknownClock
from sightline.clocks.calendar import add_working_days, end_of_day, working_days_between
from sightline.core import process as process_module
from sightline.core import worklist
from sightline.core.audit import System
from sightline.core.command import Refused
from sightline.core.due_words import due_in_words
from sightline.core.models import AuditEvent, ClockRun, WorklistChoice
from sightline.core.notices import send_digests
from sightline.core.pages import worklist as page_module
from sightline.core.permissions import Permission, Role
from sightline.core.policy import ROUTES
from sightline.core.process import Process, as_reader, processes
from sightline.core.trust import dossiers
from sightline.core.trust.actor import system_actor
from sightline.core.work import Due, DueWhen, Link, Work
from sightline.core.worklist import Asked, Order, Scope
from sightline.core.worklist_choice import as_query, choose_worklist, from_query
from sightline.core.worklist_words import Line, lines, waiting
from sightline.frontline.referral import commands as contact_commands
from sightline.frontline.referral.models import Contact
from tests.invented_people import looking

CONFERENCES = "Police attendance at child protection conferences"
MINE, ALL = Asked(Scope.MINE), Asked(Scope.ALL)


def rows(user, asked=MINE, first=0, count=1000) -> list[Line]:
    """A page of the worklist as this person reads it."""
    with looking(user):
        return lines(user, worklist.page(user, asked, first, count))


def read(user, asked=MINE) -> list[str]:
    """What the rows say."""
    return [row.text for row in rows(user, asked)]


def sign_off_figures(collection, by) -> None:
    """The police type the figures of their return and sign them off."""
    type_figures(collection, by)
    item = collection.of("avpol", "figure")
    commands.sign_off(item.agency, quarter=item.quarter, signed=[Signed(item, Quality.COMPLETE)], by=by)


def type_figures(collection, by) -> None:
    item = collection.of("avpol", "figure")
    typed = [Typed(month.last, 9, 20, Quality.COMPLETE) for month in item.quarter.months]
    commands.type_figures(item, figures=typed, by=by)


# What waits for whom


def test_work_that_is_due_by_a_clock_that_there_is_not_is_a_mistake():
    with pytest.raises(UnknownClock, match="did you mean referral-decision"):
        Due.by_clock("referral-decisions", "referral_contact")


def test_an_agencys_lead_is_asked_for_what_the_agency_owes(cast, collection):
    quarter = str(collection.quarter)
    assert read(cast.other_agency_lead) == [
        f"Make the return: Commentary, {quarter}",
        f"Make the return: {CONFERENCES}, {quarter}",
        f"Answer a question about {CONFERENCES}",
    ]
    assert read(cast.agency_lead) == [f"Make the return: Allegations list (LADO), {quarter}"]


def test_a_return_goes_from_its_agency_to_whoever_checks_it_and_back(cast, collection):
    lead, title = cast.other_agency_lead, f"{CONFERENCES}, {collection.quarter}"
    type_figures(collection, lead)
    assert f"Sign off {title}" in read(lead)
    assert f"Make the return: {title}" not in read(lead)
    sign_off_figures(collection, lead)
    assert not [said for said in read(lead) if title in said]
    check = f"Check {CONFERENCES} from Addiscombe Vale police, {collection.quarter}"
    assert check in read(cast.analyst)
    assert check in read(cast.board_manager)
    item = collection.of("avpol", "figure")
    commands.send_back(item, reason="One month is twice as high.", by=cast.analyst)
    assert f"Put right: {title}" in read(lead)
    assert check not in read(cast.analyst)


def test_a_question_waits_for_who_was_asked_then_for_who_says_what_followed(cast, collection):
    answer, close = (
        f"Answer a question about {CONFERENCES}",
        f"Say what followed from the question about {CONFERENCES}",
    )
    assert answer in read(cast.other_agency_lead)
    assert answer not in read(cast.analyst), "it was put to the police"
    commands.answer(collection.question, text="By report.", by=cast.other_agency_lead)
    assert answer not in read(cast.other_agency_lead)
    assert close in read(cast.board_manager)
    assert close not in read(cast.analyst)


def test_a_questionnaire_waits_for_its_agency_then_for_whoever_checks_it(cast, questionnaire):
    assert read(cast.agency_lead) == ["Answer Garden check: Year 2"]
    assert read(cast.analyst) == ["Check Garden check: Year 3 from Addiscombe Vale children's social care"]


def test_a_load_waits_for_whoever_keeps_the_dataset(cast):
    load = Load.objects.create(agency=cast.agency_lead.agency, state=Load.States.READ)
    said = f"load {load.pk} from Addiscombe Vale children's social care"
    assert read(cast.analyst) == [f"Decide about {said}"]
    assert read(cast.agency_lead) == []
    assert read(cast.agency_lead, ALL) == [f"See {said}"]
    assert read(cast.other_agency_lead, ALL) == []


def test_the_board_manager_sees_which_agencies_are_late(cast, collection):
    late = rows(cast.board_manager, replace(ALL, due=DueWhen.OVERDUE))
    assert [row.waits_for for row in late] == ["Addiscombe Vale housing"]


def test_who_has_no_part_in_it_has_nothing_to_do(cast, collection, questionnaire):
    for person in (cast.administrator, cast.stranger, cast.leaver):
        assert read(person, ALL) == []
    for person in (cast.member, cast.lay_member):
        assert read(person) == []
        assert all(said.startswith("See ") for said in read(person, ALL))


def test_every_row_leads_to_a_page_that_opens_for_its_reader(cast, collection, questionnaire, signed_in):
    sign_off_figures(collection, cast.other_agency_lead)
    Load.objects.create(agency=cast.agency_lead.agency, state=Load.States.READ)
    followed = 0
    for _, person in cast:
        for row in rows(person, ALL):
            assert signed_in(person).get(row.href).status_code == 200, (person, row)
            followed += 1
    assert followed > 20


def test_home_and_the_worklist_say_the_same(cast, collection, questionnaire, signed_in):
    for _, person in cast:
        with as_reader(person):
            assert [item.text for item in waiting(person, 100)] == read(person)
    with as_reader(cast.other_agency_lead):
        items = list(waiting(cast.other_agency_lead, 1))
    assert items[-1].text == "3 more on your worklist"
    assert len(items) == 2


def test_every_kind_of_work_is_entered_whole():
    works = [work for process in processes() for work in process.work]
    assert len(works) >= 10, "hardly a kind of work was found"
    assert len({work.key for work in works}) == len(works), "two kinds have the same key"
    for work in works:
        for link in (work.doing, work.looking):
            assert link is None or link.route in ROUTES, work.key


# Narrowing and order


def test_the_rows_are_narrowed_by_what_is_asked(cast, collection, questionnaire):
    manager, police = cast.board_manager, cast.other_agency_lead.agency
    everything = read(manager, ALL)
    asked = {
        "process": replace(ALL, process="Questionnaires"),
        "agency": replace(ALL, who=f"agency-{police.pk}"),
        "role": replace(ALL, who=f"role-{Role.BOARD_MANAGER}"),
        "overdue": replace(ALL, due=DueWhen.OVERDUE),
        "no limit": replace(ALL, due=DueWhen.NEVER),
    }
    found = {name: read(manager, one) for name, one in asked.items()}
    assert all(0 < len(rows) < len(everything) for rows in found.values()), found
    assert all("Garden check" in said for said in found["process"])
    assert f"Answer a question about {CONFERENCES}" in found["agency"]
    assert found["role"] == ["Check Garden check: Year 3 from Addiscombe Vale children's social care"]


def test_ones_agencys_work_is_what_waits_for_that_agency(cast, collection, questionnaire):
    police = read(cast.member, Asked(Scope.AGENCY))
    assert police, "the member belongs to the police"
    assert f"See the question about {CONFERENCES}" in police
    assert not [said for said in police if "Allegations" in said]
    assert read(cast.board_manager, Asked(Scope.AGENCY)) == [], "belongs to no agency"


def test_the_counts_are_of_the_rows_whatever_is_asked(cast, collection, questionnaire):
    for asked in (ALL, MINE, replace(ALL, process="Returns"), Asked(Scope.AGENCY)):
        for _, person in cast:
            with looking(person):
                found = worklist.counts(person, asked)
            whole = rows(person, asked)
            for due in DueWhen:
                assert found.of(due) == len([row for row in whole if row.item.due_when is due])
                assert found.of(due) == len(rows(person, replace(asked, due=due)))
            assert found.of(None) == len(whole)


def test_pages_put_together_are_the_whole_in_order(cast, collection, questionnaire):
    whole = rows(cast.board_manager, ALL)
    assert len(whole) > 6
    pieces = [rows(cast.board_manager, ALL, first, 3) for first in range(0, len(whole) + 3, 3)]
    assert [row for piece in pieces for row in piece] == whole
    days = [row.item.due_on or date.max for row in whole]
    assert days == sorted(days), "what has no limit comes last"
    oldest = rows(cast.board_manager, replace(ALL, order=Order.OLDEST))
    assert [row.item.since for row in oldest] == sorted(row.item.since for row in whole)


# How the rows are put together


@pytest.fixture
def planted(monkeypatch):
    """A process whose records wait for a person by name, with a clock that counts hours."""
    work = Work(
        key="planted",
        title="Planted",
        doing=Link("Look at", "notices", has_key=False),
        permission=Permission.USE,
        waiting=lambda user: ClockRun.objects.visible_to(user).filter(clock="planted"),
        about=Concat(Value("record "), F("subject_key"), output_field=TextField()),
        since=F("started_at"),
        state=Value("open"),
        states={"open": "Open"},
        due=Due(F("due_on"), F("due_at")),
        for_user=Cast(F("subject_key"), models.BigIntegerField()),
    )
    process = Process("Planted", "notices", work=(work,))
    monkeypatch.setattr(worklist, "processes", lambda: (process,))
    return work


def run_of_clock(user, due_at: datetime | None) -> ClockRun:
    return ClockRun.objects.create(
        clock="planted",
        subject_kind="planted",
        subject_key=str(user.pk),
        started_at=timezone.now() - timedelta(days=3),
        due_on=due_at and timezone.localdate(due_at),
        due_at=due_at,
    )


def test_what_waits_for_a_person_by_name_is_theirs_alone(cast, planted):
    run_of_clock(cast.member, None)
    assert [len(read(user)) for user in (cast.member, cast.analyst)] == [1, 0]
    (seen,) = rows(cast.analyst, ALL)
    assert seen.waits_for == "Mem Ber"
    (own,) = rows(cast.member)
    assert (own.waits_for, own.item.state) == ("You", "Open")


def test_a_limit_of_hours_is_overdue_on_its_own_day(cast, planted):
    run_of_clock(cast.member, timezone.now() - timedelta(seconds=1))
    (row,) = rows(cast.member)
    assert row.item.due_when is DueWhen.OVERDUE


@pytest.mark.parametrize(
    ("days", "due"),
    [
        (None, DueWhen.NEVER),
        (-1, DueWhen.OVERDUE),
        (0, DueWhen.TODAY),
        (8, DueWhen.LATER),
        (400, DueWhen.LATER),
    ],
)
def test_every_row_is_due_at_one_of_five_times(cast, planted, days, due):
    at = None if days is None else end_of_day(timezone.localdate() + timedelta(days=days))
    run_of_clock(cast.member, at)
    (row,) = rows(cast.member)
    assert row.item.due_when is due


def test_a_clock_gives_each_record_its_own_due_time(cast, monkeypatch, questionnaire):
    """As a process does that keeps no copy of the due day."""
    response = questionnaire.response
    at = end_of_day(date(2031, 5, 6))
    ClockRun.objects.create(
        clock="referral-decision",
        subject_kind="questionnaire_response",
        subject_key=str(response.pk),
        started_at=timezone.now(),
        due_on=date(2031, 5, 6),
        due_at=at,
    )
    (kind,) = (work for work in worklist.kinds().values() if work.key == "questionnaire-to-answer")
    clocked = replace(kind, due=Due.by_clock("referral-decision", "questionnaire_response"))
    monkeypatch.setattr(
        worklist, "processes", lambda: (Process("Planted", "questionnaire:responses", work=(clocked,)),)
    )
    items = [row.item for row in rows(cast.board_manager, ALL)]
    found = {item.key: (item.due_on, item.due_at) for item in items}
    assert found.pop(str(response.pk)) == (date(2031, 5, 6), at)
    assert set(found.values()) == {(None, None)}


# Records about people


@pytest.fixture
def contacts(contact, monkeypatch):
    """The process of contacts as it would declare its work; the other processes as they are."""
    work = Work(
        key="contact-to-decide",
        title="Contacts to decide",
        doing=Link("Decide", "referral:contact"),
        permission=Permission.WORK_CONTACT,
        waiting=lambda user: Contact.objects.visible_to(user).exclude(state=Contact.States.CLOSED),
        about=F("dossier__reference"),
        states=dict(Contact.States.choices),
        since=F("received_at"),
        due=Due.by_clock("referral-decision", "referral_contact"),
        for_user=F("allocated_to_id"),
        for_team=F("dossier__owner_team_id"),
        for_agency=F("dossier__owner_agency_id"),
    )
    every = [
        replace(one, work=(work,)) if one.title == "Front door" else one for one in process_module.processes()
    ]
    for module in (worklist, page_module, process_module):
        monkeypatch.setattr(module, "processes", lambda: tuple(every))
    return contact


def test_a_contact_waits_for_its_team_and_is_hidden_from_everybody_else(contacts, front_line, cast):
    said = f"Decide {contacts.dossier.reference}"
    (row,) = rows(front_line.hub_worker, Asked(Scope.TEAM))
    assert (row.text, row.waits_for) == (said, "Front door hub")
    assert read(front_line.hub_worker) == [], "it is given to nobody by name yet"
    for stranger in (front_line.police_unit, front_line.designated_officer, cast.board_manager, cast.member):
        assert contacts.dossier.reference not in " ".join(read(stranger, ALL))
        with looking(stranger):
            assert worklist.counts(stranger, replace(ALL, process="Front door")).of(None) == 0


def test_a_contact_that_is_allocated_is_ones_own(contacts, front_line):
    with looking(front_line.hub_manager):
        contact_commands.allocate(contacts, to=front_line.hub_worker, by=front_line.hub_manager)
    (row,) = rows(front_line.hub_worker)
    assert row.waits_for == "You"
    assert [row.waits_for for row in rows(front_line.hub_manager, Asked(Scope.TEAM))] == ["Hu Worker"]
    assert read(front_line.hub_manager) == []


def test_who_is_excluded_has_no_row_and_no_count(contacts, front_line):
    with system_actor("a test"):
        dossiers.exclude(contacts.dossier, front_line.hub_worker, "related", by=System("a test"))
    for asked in (Asked(Scope.TEAM), ALL):
        assert read(front_line.hub_worker, asked) == []
        with looking(front_line.hub_worker):
            assert worklist.counts(front_line.hub_worker, asked).of(None) == 0


def test_before_a_session_has_a_purpose_work_about_people_is_said_to_be_missing(
    contacts, front_line, cast, signed_in
):
    client = signed_in(front_line.hub_worker)
    for page in ("/", "/worklist/?scope=team"):
        before = client.get(page)
        assert "Work about people is not listed yet." in text(before)
        assert contacts.dossier.reference not in text(before)
        assert "Work about people" not in text(signed_in(cast.member).get(page))
    client.post("/trust/purpose/", {"purpose": "protect"})
    after = text(client.get("/worklist/?scope=team"))
    assert f"Decide {contacts.dossier.reference}" in after
    assert "Work about people is not listed yet." not in after


def test_the_worklist_shows_nothing_of_a_person_and_is_no_look_at_them(contacts, front_line):
    with looking(front_line.hub_worker) as looks:
        found = lines(front_line.hub_worker, worklist.page(front_line.hub_worker, ALL, 0, 10))
    assert looks == {}
    assert "Amira" not in str(found)
    assert "CANARY" not in str(found)


def test_the_daily_email_names_a_contact_by_its_reference_and_nobody_in_it(contacts, front_line):
    with looking(front_line.hub_manager):
        contact_commands.allocate(contacts, to=front_line.hub_worker, by=front_line.hub_manager)
    send_digests(timezone.now())
    (mine,) = [email for email in mail.outbox if email.to == [front_line.hub_worker.email]]
    assert f"Decide {contacts.dossier.reference}" in mine.body
    assert all(contacts.dossier.reference not in email.body for email in mail.outbox if email is not mine)
    assert all("Amira" not in email.body and "CANARY" not in email.body for email in mail.outbox)


def many(questionnaire, count: int) -> None:
    """So many more questionnaires that an agency was sent."""
    like = questionnaire.response
    Response.objects.bulk_create(
        Response(
            agency=like.agency,
            version=like.version,
            label=f"Round {number}",
            due_on=date(2026, 1, 1) + timedelta(days=number % 700),
        )
        for number in range(count)
    )


def test_the_page_asks_the_database_as_often_for_ten_thousand_rows_as_for_ten(
    cast, collection, questionnaire, signed_in
):
    client = signed_in(cast.board_manager)
    asked: dict[int, int] = {}
    for more in (10, 9_990):
        many(questionnaire, more)
        client.get("/worklist/?scope=all")
        with CaptureQueriesContext(connection) as queries:
            html = client.get("/worklist/?scope=all&page=2").content.decode()
        asked[more] = len(queries)
        asked_for = [one["sql"] for one in queries if "core_roleassignment" not in one["sql"]]
        of_rows = [sql for sql in asked_for if "UNION ALL" in sql]
        assert len(of_rows) == 2, "one query for the rows, one for the counts"
        assert sum("LIMIT 25" in sql for sql in of_rows) == 1
    assert "10,009 things wait" in html
    assert asked[10] == asked[9_990] <= 15


# In words


NOW = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
TODAY = date(2026, 3, 3)


@pytest.mark.parametrize(
    ("due_on", "due_at", "said"),
    [
        (None, None, "no limit"),
        (TODAY, None, "due today"),
        (TODAY, end_of_day(TODAY), "due today"),
        (TODAY, datetime(2026, 3, 3, 16, 20, tzinfo=UTC), "due today by 16:20"),
        (TODAY, datetime(2026, 3, 3, 9, 5, tzinfo=UTC), "late: was due today by 09:05"),
        (date(2026, 3, 6), None, "due Friday 6 March"),
        (date(2026, 3, 6), datetime(2026, 3, 6, 9, 0, tzinfo=UTC), "due Friday 6 March by 09:00"),
        (date(2027, 1, 4), None, "due Monday 4 January 2027"),
        (date(2026, 3, 2), None, "1 working day late"),
        (date(2026, 2, 26), None, "3 working days late"),
        (date(2026, 2, 28), None, "2 working days late"),
    ],
)
def test_when_something_is_due_is_said_as_people_say_it(due_on, due_at, said):
    assert due_in_words(due_on, due_at, NOW) == said


def test_what_was_due_on_a_friday_is_a_day_late_on_the_saturday_and_no_working_day():
    saturday = datetime(2026, 3, 7, 12, 0, tzinfo=UTC)
    assert due_in_words(date(2026, 3, 6), None, saturday) == "1 day late"


def test_lateness_on_the_page_counts_working_days(cast, collection, signed_in):
    item = collection.of("avhousing", "commentary")
    item.due_on = add_working_days(timezone.localdate(), -4)
    item.save(update_fields=["due_on"])
    client = signed_in(cast.board_manager)
    page = lxml.html.fromstring(client.get("/worklist/?scope=all&due=overdue").content)
    (row,) = page.xpath("//tbody/tr")
    late = working_days_between(item.due_on, timezone.localdate())
    assert f"{late} working days late" in row.text_content()
    assert "Addiscombe Vale housing" in row.text_content()


# The page


def text(response) -> str:
    return " ".join(lxml.html.fromstring(response.content).text_content().split())


def test_the_worklist_stands_after_home_in_the_navigation(cast, signed_in):
    page = lxml.html.fromstring(signed_in(cast.analyst).get("/").content)
    names = [link.text_content().strip() for link in page.xpath("//nav//a")]
    assert names[:4] == ["Home", "Worklist", "Thresholds", "Dataset"]


def test_an_empty_worklist_says_what_will_appear(cast, signed_in):
    client = signed_in(cast.analyst)
    assert "Nothing is waiting for you." in text(client.get("/worklist/"))
    assert "Nothing is waiting for your agency." in text(client.get("/worklist/?scope=agency"))
    assert "Nothing is waiting for anybody." in text(client.get("/worklist/?scope=all"))
    page = client.get("/worklist/?scope=all&due=overdue")
    assert "Nothing that waits fits the filters. Clear filters" in text(page)


def test_who_belongs_to_no_agency_is_not_offered_its_work(cast, signed_in):
    assert "My agency" not in text(signed_in(cast.board_manager).get("/worklist/?scope=agency"))
    assert "My agency" in text(signed_in(cast.analyst).get("/worklist/"))


def test_what_is_chosen_is_remembered_until_it_is_cleared(cast, collection, signed_in):
    client = signed_in(cast.board_manager)
    chosen = "/worklist/?scope=all&due=overdue&process=Returns&order=oldest"
    first = text(client.get(chosen))
    assert "1 thing waits and fits the filters. 1 overdue, 0 due today." in first
    again = client.get("/worklist/")
    assert text(again) == first
    assert text(signed_in(cast.analyst).get("/worklist/")) != first, "remembered for one person alone"
    page = lxml.html.fromstring(again.content)
    (clear,) = page.xpath("//a[text()='Clear filters']/@href")
    assert clear == "/worklist/?scope=all"
    client.get(clear)
    assert WorklistChoice.objects.get().query == "scope=all"
    assert "fit the filters" not in text(client.get("/worklist/"))


def test_looking_again_or_ahead_changes_nothing_that_is_remembered(cast, signed_in):
    client = signed_in(cast.analyst)
    client.get("/worklist/?scope=all")
    before = AuditEvent.objects.count()
    client.get("/worklist/?scope=all&page=3")
    client.get("/worklist/")
    client.head("/worklist/?scope=agency")
    assert AuditEvent.objects.count() == before
    assert WorklistChoice.objects.get().query == "scope=all"


@pytest.mark.parametrize(
    "query",
    ["scope=theirs", "due=yesterday", "process=home", "who=agency-0", "who=agency-x", "who=me",
     "order=random", "page=0", "page=-1", "page=x", "page=999999999999", "scope=all&who=role-"],
)  # fmt: skip
def test_a_mistyped_address_shows_what_it_can(cast, collection, signed_in, query):
    response = signed_in(cast.board_manager).get(f"/worklist/?{query}")
    assert response.status_code == 200
    assert "<title>Worklist" in response.content.decode()


def test_an_address_says_all_that_is_asked_for():
    asked = Asked(Scope.ALL, DueWhen.TODAY, "Dataset", "agency-3", Order.OLDEST)
    assert from_query(QueryDict(as_query(asked))) == asked
    assert as_query(Asked()) == "scope=mine"


def test_nobody_chooses_for_another(cast):
    with pytest.raises(Refused):
        choose_worklist(cast.member, asked=ALL, by=cast.board_manager)
    choose_worklist(cast.member, asked=ALL, by=System("a test"))
    assert WorklistChoice.objects.get().query == "scope=all"


def test_a_long_list_has_pages(cast, questionnaire, signed_in):
    many(questionnaire, 120)
    client = signed_in(cast.agency_lead)
    page = lxml.html.fromstring(client.get("/worklist/?scope=mine&page=3").content)
    assert len(page.xpath("//tbody/tr")) == 25
    numbers = [link.text_content().strip() for link in page.xpath("//nav[contains(@class,'pagination')]//a")]
    assert [number for number in numbers if number.isdecimal()] == ["1", "2", "3", "4", "5"]
    last = client.get("/worklist/?scope=mine&page=99")
    assert "Page 5 of 5." in text(last)
