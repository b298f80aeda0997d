"""Finding people: who is shown to whom, what is said of the others, and what the log keeps of it."""

import re
from datetime import date

import pytest
from django.utils import timezone

from sightline.core.audit import System
from sightline.core.models import AuditEvent
from sightline.core.policy import Level
from sightline.core.trust import dossiers, merges
from sightline.core.trust.actor import system_actor
from sightline.core.vault import unseal_search
from sightline.people import particulars
from sightline.people.models import Person, PersonKey
from tests.pages.test_persons import BY, at_work, enter, words  # noqa: F401 (a fixture)

HINT = "A record exists of somebody exactly like this"
BORN = {"born_on_day": 4, "born_on_month": 3, "born_on_year": 2015}


@pytest.fixture
def known(front_line):
    """An invented child who is on record, held by the hub."""
    return enter(front_line.hub, given_names="Katherine", family_name="Sorrel", born_on=date(2015, 3, 4))


def look(client, **asked) -> str:
    return words(client.post("/people/search/", asked))


def found(page: str) -> list[str]:
    return re.findall(r'<a class="govuk-link" href="/people/[0-9a-f-]{36}/">([^<]+)</a>', page)


@pytest.mark.parametrize(
    "asked",
    [
        {"given_names": "Katherine", "family_name": "Sorrel"},
        {"family_name": "Sorrel"},
        {"family_name": "Sor"},
        {"given_names": "Kate", "family_name": "Sorell"},
        {"family_name": "Sorrel", "born_on_day": 3, "born_on_month": 4, "born_on_year": 2015},
        BORN,
        {"number": "999 123 4578"},
        {"postcode": "av1 2ab"},
    ],
    ids=str,
)
def test_a_person_is_found_by_whatever_is_known(known, front_line, at_work, asked):  # noqa: F811
    with system_actor("the tests"):
        particulars.add_identifier(known, kind="nhs-number", number="9991234578", by=BY)
        particulars.add_address(known, lines="3 Mint Close", postcode="AV1 2AB", by=BY)
    enter(front_line.hub, given_names="Tom", family_name="Bramble")
    page = look(at_work(front_line.hub_worker), **asked)
    assert found(page) == ["Katherine Sorrel"]
    assert "Matches: " in page


def test_who_may_not_see_the_record_is_told_only_of_the_very_person(known, front_line, at_work):  # noqa: F811
    with system_actor("the tests"):
        particulars.add_identifier(known, kind="nhs-number", number="9991234578", by=BY)
    officer = at_work(front_line.police_unit)
    exact = ({"given_names": "katherine", "family_name": "SORREL", **BORN}, {"number": "9991234578"})
    vague = ({"family_name": "Sorrel"}, BORN, {"given_names": "Kate", "family_name": "Sorrel", **BORN})
    for asked in exact:
        page = look(officer, **asked)
        assert HINT in page
        assert "Ring the hub on 020 7946 0123: it can tell you" in page
        assert found(page) == []
        assert known.dossier.reference not in page
    for asked in vague:
        assert HINT not in look(officer, **asked)
    told = AuditEvent.objects.filter(action="search:people:search", object_key=str(known.dossier_id))
    assert {event.actor for event in told} == {front_line.police_unit}
    assert told.count() == len(exact)


def page_without_token(client, asked) -> str:
    page = client.post("/people/search/", asked).content.decode()
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page)


@pytest.mark.parametrize("shut_out", ["sealed", "excluded"])
def test_nobody_learns_of_a_sealed_record_or_one_they_are_excluded_from(front_line, at_work, shut_out):  # noqa: F811
    officer = at_work(front_line.police_unit)
    asked = {"given_names": "Katherine", "family_name": "Sorrel", **BORN}
    before = page_without_token(officer, asked)
    hidden = enter(front_line.hub, given_names="Katherine", family_name="Sorrel", born_on=date(2015, 3, 4))
    assert HINT in page_without_token(officer, asked)
    with system_actor("the tests"):
        if shut_out == "sealed":
            merges.set_restriction(hidden.dossier, "sealed")
        else:
            dossiers.exclude(hidden.dossier, front_line.police_unit, "related", by=BY)
    assert page_without_token(officer, asked) == before


def test_an_address_one_may_not_see_finds_nobody(known, front_line, at_work):  # noqa: F811
    with system_actor("the tests"):
        particulars.add_address(known, lines="3 Mint Close", postcode="AV1 2AB", by=BY)
        dossiers.give(known.dossier, front_line.police_unit, Level.RECEIPT, dossiers.Source.INVITATION, by=BY)
    officer = at_work(front_line.police_unit)
    assert found(look(officer, postcode="AV1 2AB")) == []
    by_name = look(officer, family_name="Sorrel", postcode="")
    assert found(by_name) == ["Katherine Sorrel"]
    assert "Mint Close" not in by_name


def test_a_search_is_in_the_log_with_its_words_sealed_and_what_was_shown_is_a_look(
    known,
    front_line,
    at_work,  # noqa: F811
):
    look(at_work(front_line.hub_worker), family_name="Sorrel")
    searched = AuditEvent.objects.get(action="people.search-people")
    assert "Sorrel" not in str(searched.detail)
    assert unseal_search(searched.detail["words"]) == "family_name: Sorrel"
    shown = AuditEvent.objects.get(action="view:people:search")
    assert shown.object_key == str(known.dossier_id)
    assert shown.detail["sections"] == ["identity"]


def test_a_search_for_nothing_is_refused(front_line, at_work):  # noqa: F811
    assert "Enter a name, a date of birth, a number or a postcode" in look(at_work(front_line.hub_worker))
    assert not AuditEvent.objects.filter(action="people.search-people").exists()


def test_keys_follow_what_is_recorded_and_say_nothing_themselves(known, front_line, at_work):  # noqa: F811
    worker = at_work(front_line.hub_worker)
    with system_actor("the tests"):
        particulars.add_name(known, sort="former", given_names="Katherine", family_name="Fennel", by=BY)
        wrong = particulars.add_name(known, sort="used", given_names="", family_name="Wrongly", by=BY)
        particulars.end_particular(wrong, until_on=timezone.localdate(), is_mistake=True, by=BY)
        keys = set(PersonKey.objects.values_list("key", flat=True))
    assert len(keys) > 5
    assert all(re.fullmatch("[0-9a-f]{16}", key) for key in keys)
    assert found(look(worker, family_name="Fennel")) == ["Katherine Sorrel"]
    assert found(look(worker, family_name="Wrongly")) == []


# Search before create

NEW = {"kind": "child", "given_names": "Kathryn", "family_name": "Sorrel", "sex": "unknown", **BORN}


def test_who_may_be_known_already_is_shown_before_anything_is_stored(known, front_line, at_work):  # noqa: F811
    worker = at_work(front_line.hub_worker)
    page = words(worker.post("/people/enter/", NEW))
    assert "Who may be known already" in page
    assert found(page) == ["Katherine Sorrel"]
    assert "Matches: " in page
    assert how_many() == 1
    answer = worker.post("/people/enter/", {**NEW, "same": str(known.pk)})
    assert answer["Location"] == f"/people/{known.pk}/"
    assert how_many() == 1
    assert AuditEvent.objects.filter(action="people.recognise-person").count() == 1


def how_many() -> int:
    with system_actor("the tests"):
        return Person.objects.count()


def test_none_of_these_enters_a_new_person_and_the_log_says_who_was_looked_through(
    known,
    front_line,
    at_work,  # noqa: F811
):
    worker = at_work(front_line.hub_worker)
    unseen = words(worker.post("/people/enter/", {**NEW, "nobody": "yes"}))
    assert "Who may be known already" in unseen, "whoever was not looked through is shown first"
    answer = worker.post("/people/enter/", {**NEW, "nobody": "yes", "shown": str(known.pk)})
    assert answer.status_code == 302
    assert how_many() == 2
    entered = AuditEvent.objects.filter(action="people.enter-person").latest("seq")
    assert entered.detail["others"] == [known.dossier.reference]


def test_somebody_like_nobody_is_entered_at_once(known, front_line, at_work):  # noqa: F811
    worker = at_work(front_line.hub_worker)
    asked = {"kind": "child", "given_names": "Bryony", "family_name": "Thorn", "sex": "female"}
    answer = worker.post("/people/enter/", {**asked, "team": front_line.hub.pk, "lines": "5 Fir St"})
    assert answer.status_code == 302, words(answer)
    assert "Bryony Thorn" in words(at_work(front_line.hub_manager).get("/people/"))


def test_whoever_enters_somebody_hidden_is_told_to_ring_first(known, front_line, at_work):  # noqa: F811
    officer = at_work(front_line.police_unit)
    asked = {**NEW, "given_names": "Katherine"}
    assert HINT in words(officer.post("/people/enter/", asked))
    assert how_many() == 1
    assert officer.post("/people/enter/", {**asked, "nobody": "yes"}).status_code == 302
    assert how_many() == 2


def test_two_merged_records_are_found_once(known, front_line, at_work):  # noqa: F811
    other = enter(front_line.hub, given_names="Kate", family_name="Sorel")
    with system_actor("the tests"):
        merges.join(known.dossier, other.dossier, "The same child", by=System("the tests"))
    assert found(look(at_work(front_line.hub_worker), given_names="Kate", family_name="Sorrel")) == [
        "Katherine Sorrel"
    ]
