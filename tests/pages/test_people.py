"""People, roles and agencies in the pages: who gets in, who no longer does, and what is refused in words."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone

from sightline.core import commands, local
from sightline.core.audit import System
from sightline.core.command import NotDone
from sightline.core.models import Agency, AuditEvent, RoleAssignment, User
from sightline.core.partnership import read
from sightline.core.permissions import Role
from tests.conftest import PASSWORD

SYSTEM = System("a test")


@pytest.fixture
def admin(cast, signed_in) -> Client:
    return signed_in(cast.administrator)


def day(name: str, value) -> dict[str, int]:
    return {f"{name}_day": value.day, f"{name}_month": value.month, f"{name}_year": value.year}


def role_of(user) -> RoleAssignment:
    return RoleAssignment.objects.get(user=user)


def words(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def person(admin: Client, user) -> str:
    return words(admin.get(f"/partnership/people/{user.pk}/"))


def test_a_new_person_gets_a_link_chooses_a_password_and_sees_what_the_role_may(cast, admin, work):
    new = {"name": "Nia Newby", "email": "Nia.Newby@addiscombe-vale.example", "role": "member"}
    agency = Agency.objects.get(code="avpol")
    answer = admin.post(
        "/partnership/people/add/",
        {**new, "agency": agency.pk, **day("from_on", timezone.localdate())},
        follow=True,
    )
    assert "A link to choose a password was sent to Nia.Newby@addiscombe-vale.example" in words(answer)
    work()
    (message,) = mail.outbox
    assert message.to == ["nia.newby@addiscombe-vale.example"]
    assert "you have an account in Sightline" in message.body
    client = Client()
    link = re.search(r"http://localhost:8000(\S+)", message.body)[1]
    phrase = {"password1": "a-new-invented-phrase", "password2": "a-new-invented-phrase"}
    client.post(client.get(link).headers["Location"], phrase)
    client.post("/account/login/", {"login": new["email"], "password": "a-new-invented-phrase"})
    assert client.get("/dataset/").status_code == 200
    assert client.get("/partnership/people/").status_code == 404
    stored = str(list(AuditEvent.objects.values_list("detail", flat=True))).lower()
    assert "newby" not in stored


def test_an_address_that_has_an_account_is_refused_beside_the_form(cast, admin):
    answer = admin.post(
        "/partnership/people/add/",
        {
            "name": "Ana Again",
            "email": cast.analyst.email.upper(),
            "role": "member",
            **day("from_on", timezone.localdate()),
        },
    )
    assert "<title>Error: Add a person" in words(answer)
    assert "has an account already" in words(answer)


def test_an_ended_role_bites_at_the_next_request(cast, admin, signed_in):
    analyst = signed_in(cast.analyst)
    assert analyst.get("/dataset/").status_code == 200
    end = f"/partnership/roles/{role_of(cast.analyst).pk}/end/"
    assert admin.post(end, {"when": "now"}).status_code == 302
    assert analyst.get("/dataset/").status_code == 404
    assert role_of(cast.analyst).until_on == timezone.localdate() - timedelta(days=1)


def test_a_role_that_ends_after_a_day_still_counts_on_it(cast, admin, signed_in):
    end = f"/partnership/roles/{role_of(cast.analyst).pk}/end/"
    today = timezone.localdate()
    late = words(admin.post(end, {"when": "day", **day("last_on", today - timedelta(days=1))}))
    assert "Enter today or a day to come" in late
    admin.post(end, {"when": "day", **day("last_on", today)})
    assert signed_in(cast.analyst).get("/dataset/").status_code == 200


def test_a_role_given_today_and_ended_at_once_is_taken_back(cast, admin):
    today = timezone.localdate()
    given = {"role": "member", **day("from_on", today)}
    admin.post(f"/partnership/people/{cast.stranger.pk}/role/", given)
    admin.post(f"/partnership/roles/{role_of(cast.stranger).pk}/end/", {"when": "now"})
    assert not RoleAssignment.objects.filter(user=cast.stranger).exists()
    actions = AuditEvent.objects.filter(action__startswith="core.").values_list("action", "object_kind")
    assert list(actions) == [
        ("core.give-role", "core_user"),
        ("core.end-role", "core_roleassignment"),
    ]


def test_a_role_held_already_is_refused(cast, admin):
    given = {"role": "analyst", **day("from_on", timezone.localdate())}
    answer = words(admin.post(f"/partnership/people/{cast.analyst.pk}/role/", given))
    assert "Ana Lyst is analyst in that time already: end that role first" in answer


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMINISTRATOR}))
def test_an_administrator_gives_nobody_less_than_themselves_sight_of_figures_or_records(role, cast, admin):
    given = {"role": role, **day("from_on", timezone.localdate())}
    answer = words(admin.post(f"/partnership/people/{cast.administrator.pk}/role/", given))
    assert "a role that reads figures or records: ask another administrator" in answer
    assert role_of(cast.administrator).role == Role.ADMINISTRATOR


def test_the_last_administrator_cannot_go(cast, admin):
    ended = words(admin.post(f"/partnership/roles/{role_of(cast.administrator).pk}/end/", {"when": "now"}))
    assert "Ad Min is the last administrator. Give the role to somebody else first" in ended
    with pytest.raises(NotDone, match="the last administrator"):
        commands.close_account(cast.administrator, by=SYSTEM)
    today = timezone.localdate()
    commands.give_role(cast.stranger, role=Role.ADMINISTRATOR, from_on=today, by=cast.administrator)
    admin.post(f"/partnership/roles/{role_of(cast.administrator).pk}/end/", {"when": "now"})
    assert admin.get("/partnership/people/").status_code == 404


def test_an_administrator_whose_role_will_end_does_not_count_as_another(cast):
    today = timezone.localdate()
    commands.give_role(
        cast.stranger, role=Role.ADMINISTRATOR, from_on=today, until_on=today, by=cast.administrator
    )
    with pytest.raises(NotDone, match="the last administrator"):
        commands.end_role(role_of(cast.administrator), last_on=today, by=SYSTEM)


def test_closing_an_account_asks_first_and_ends_every_session_for_good(cast, admin, signed_in, work):
    theirs = signed_in(cast.analyst)
    address = f"/partnership/people/{cast.analyst.pk}/close/"
    assert "is signed out and cannot sign in any more" in words(admin.get(address))
    assert User.objects.get(pk=cast.analyst.pk).is_active
    admin.post(address)
    assert theirs.get("/").status_code == 302
    assert "Closed" in person(admin, cast.analyst)
    admin.post(f"/partnership/people/{cast.analyst.pk}/reopen/")
    assert theirs.get("/").status_code == 302, "the session has come back"
    back = Client().post("/account/login/", {"login": cast.analyst.email, "password": PASSWORD})
    assert back.status_code == 200, "the old password has come back"
    work()
    assert [message.to for message in mail.outbox] == [[cast.analyst.email]]


def test_nobody_closes_their_own_account(cast, admin):
    answer = admin.post(f"/partnership/people/{cast.administrator.pk}/close/")
    assert "You cannot close your own account" in words(answer)
    assert admin.get("/").status_code == 200


def test_another_link_can_be_sent_but_not_to_a_closed_account(cast, admin, work):
    admin.post(f"/partnership/people/{cast.analyst.pk}/link/")
    admin.post(f"/partnership/people/{cast.member.pk}/close/")
    refused = words(admin.post(f"/partnership/people/{cast.member.pk}/link/"))
    assert "The account of Mem Ber is closed: reopen it first" in refused
    work()
    assert [message.to for message in mail.outbox] == [[cast.analyst.email]]


def test_whoever_has_lost_everything_signs_in_with_the_password_alone_again(cast, admin):
    Authenticator.objects.create(user=cast.analyst, type="webauthn", data={"name": "A key"})
    assert "An authenticator app or a passkey" in person(admin, cast.analyst)
    address = f"/partnership/people/{cast.analyst.pk}/second-factors/"
    assert "telephone them" in words(admin.get(address))
    admin.post(address)
    assert not Authenticator.objects.exists()
    assert AuditEvent.objects.get(action="core.remove-second-factors").object_key == str(cast.analyst.pk)


def test_a_name_and_agency_are_put_right(cast, admin):
    agency = Agency.objects.get(code="avcsc")
    admin.post(f"/partnership/people/{cast.member.pk}/correct/", {"name": "Mem Berry", "agency": agency.pk})
    html = person(admin, cast.member)
    assert "Mem Berry" in html
    assert agency.name.replace("'", "&#39;") in html


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"Bo Manager", "Lea Ver", "Mem Ber", "Stran Ger", "Ana Lyst"}),
        ("?words=lyst", {"Ana Lyst"}),
        ("?words=ANA.LYST@", {"Ana Lyst"}),
        ("?agency=avpol", {"Lou Police", "Mem Ber"}),
        ("?role=board-manager", {"Bo Manager"}),
        ("?accounts=closed", {"Lee Care"}),
        ("?words=nobody", set()),
    ],
)
def test_people_are_found_by_name_agency_role_and_state(query, found, cast, admin):
    commands.close_account(cast.agency_lead, by=SYSTEM)
    html = words(admin.get(f"/partnership/people/{query}"))
    shown = set(re.findall(r'href="/partnership/people/\d+/">([^<]+)<', html))
    assert found <= shown
    if query:
        assert shown == found
    assert ("Nobody is found" in html) == (not found)


def test_many_people_are_shown_fifty_on_a_page_with_few_questions(cast, admin, django_assert_max_num_queries):
    User.objects.bulk_create(User(email=f"p{n}@example.org", name=f"Person {n:03}") for n in range(120))
    with django_assert_max_num_queries(15):
        html = words(admin.get("/partnership/people/?words=person&page=2"))
    assert "120 people, page 2 of 3" in html
    assert "Person 050" in html
    assert 'href="?words=person&amp;page=3"' in html


def test_a_password_given_by_hand_must_not_be_easy(db):
    with pytest.raises(NotDone, match="at least 12 characters"):
        commands.add_person(email="a@example.org", name="A", agency=None, password="short", by=SYSTEM)
    assert not User.objects.exists()


# Agencies


def test_a_new_agency_stands_in_the_table_and_in_the_settings(cast, admin):
    new = {"name": "Addiscombe Vale fire service", "code": "avfire", "kind": "FIRE"}
    assert admin.post("/partnership/agencies/add/", new).status_code == 302
    assert Agency.objects.get(code="avfire").name == "Addiscombe Vale fire service"
    settled = {one.code: one for one in read(settings.PARTNERSHIP_FILE).agencies}
    assert (settled["avfire"].name, settled["avfire"].kind) == ("Addiscombe Vale fire service", "FIRE")
    assert local.partnership().agencies[-1].code == "avfire"
    assert "Fire and rescue" in words(admin.get("/partnership/agencies/"))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"code": "Fire Service"}, "must be small letters, digits and hyphens"),
        ({"name": "addiscombe vale POLICE"}, "There is an agency Addiscombe Vale police"),
        ({"kind": ""}, "Select kind"),
        ({"safeguarding_partner": "on"}, "Only these kinds are safeguarding partners"),
    ],
)
def test_an_agency_that_cannot_be_is_refused_and_nothing_is_half_done(changed, said, cast, admin):
    before = settings.PARTNERSHIP_FILE.read_text()
    new = {"name": "Fire service", "code": "avfire", "kind": "FIRE", **changed}
    answer = words(admin.post("/partnership/agencies/add/", new))
    assert said in answer.replace("&#39;", "'")
    assert "<title>Error: " in answer
    assert Agency.objects.count() == 2
    assert settings.PARTNERSHIP_FILE.read_text() == before


def test_a_renamed_agency_keeps_its_code_and_the_comments_of_the_file(cast, admin):
    admin.post("/partnership/agencies/avpol/rename/", {"name": "Valeside Police"})
    assert Agency.objects.get(code="avpol").name == "Valeside Police"
    text = settings.PARTNERSHIP_FILE.read_text()
    assert text.startswith("# The settings of an invented partnership")
    assert 'name = "Valeside Police"' in text
    assert "Addiscombe Vale police" not in text


def test_agencies_of_the_settings_that_are_not_entered_are_offered(cast, admin, signed_in):
    offer = "The settings file names 2 more"
    assert offer in words(admin.get("/partnership/agencies/"))
    assert offer not in words(signed_in(cast.member).get("/partnership/agencies/"))
    admin.post("/partnership/agencies/enter/")
    assert offer not in words(admin.get("/partnership/agencies/"))
    assert Agency.objects.count() == 4


def test_the_partnership_page_lists_what_one_may_open(cast, signed_in):
    def titles(user) -> set[str]:
        html = words(signed_in(user).get("/partnership/"))
        return set(re.findall(r'class="app-list__item"> <a class="govuk-link" href="[^"]+">([^<]+)<', html))

    everybody = {"Agencies", "Settings", "Clocks"}
    assert titles(cast.member) == everybody
    assert titles(cast.board_manager) == everybody | {"Audit log"}
    assert titles(cast.administrator) == everybody | {"Audit log", "People and roles", "Teams"}
