"""PostgreSQL holds the rule by itself: what a session sees that was told who reads, and one that was not."""

from threading import Thread

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.backends.signals import connection_created
from django.urls import reverse
from django.utils import timezone

from bench.row_security import bare_rows, managed_rows, tell
from sightline.core.audit import System
from sightline.core.models import User
from sightline.core.policy import Level, Purpose
from sightline.core.trust import access, dossiers, guarded, tripwire
from sightline.core.trust.actor import Viewer, system_actor, unguarded
from sightline.core.trust.models import GLASS_LASTS, Dossier
from sightline.frontline.referral import commands
from sightline.frontline.referral.models import Concern, Contact, Feedback, Told
from tests.invented_contacts import close
from tests.invented_people import FRONT_LINE_PARTS, looking


def viewer(user, purpose=Purpose.PROTECT) -> Viewer:
    return Viewer(User.objects.get(pk=user.pk), purpose)


def everyone(front_line) -> dict[str, Viewer]:
    return {part: viewer(getattr(front_line, part)) for part in FRONT_LINE_PARTS}


def session_says() -> str:
    """Whom the session was last told of: a person's key, "system", or nothing."""
    asked = "SELECT current_setting('sightline.user_id', true), current_setting('sightline.system', true)"
    user, system = connection.connection.execute(asked).fetchone()
    return "system" if system == "on" else user or ""


@pytest.fixture
def records(on_postgresql, contact, people):
    """The contact and the child's own record, joined."""
    with system_actor("the tests"):
        commands.name_person(contact, person_dossier=people.dossier, part="subject", by=System("the tests"))
    return contact


class Failed(Exception):
    """What a test does on purpose."""


def read_and_fail() -> None:
    """Read in a transaction, or behind a savepoint of one, that is then undone."""
    with transaction.atomic():
        Concern.objects.count()
        raise Failed


def read_and_have_it_fail() -> None:
    """The same, undone because the database could not do what it was asked."""
    with transaction.atomic(), connection.cursor() as cursor:
        Concern.objects.count()
        cursor.execute("SELECT 1/0")


def restrict(contact, how) -> None:
    with system_actor("the tests"):
        Dossier.objects.filter(pk=contact.dossier_id).update(restriction=how)


def named(contact, front_line):
    dossiers.give(
        contact.dossier,
        front_line.hub_manager,
        Level.FULL,
        dossiers.Source.ALLOCATION,
        by=System("the tests"),
    )


def expired(contact, front_line):
    with system_actor("the tests"):
        dossiers.end(dossiers.holders(contact.dossier))


CASES = {
    "open": lambda contact, front_line: None,
    "restricted": lambda contact, front_line: (
        named(contact, front_line),
        restrict(contact, Dossier.Restriction.RESTRICTED),
    ),
    "sealed": lambda contact, front_line: (
        named(contact, front_line),
        restrict(contact, Dossier.Restriction.SEALED),
    ),
    "excluded": lambda contact, front_line: dossiers.exclude(
        contact.dossier, front_line.hub_worker, "related", by=System("the tests")
    ),
    "expired": expired,
    "broken glass": lambda contact, front_line: dossiers.give(
        contact.dossier,
        front_line.police_unit,
        Level.FULL,
        dossiers.Source.BREAK_GLASS,
        by=System("the tests"),
        until=timezone.now() + GLASS_LASTS,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_bare_select_gives_each_person_what_the_managers_give(case, records, front_line, request):
    CASES[case](records, front_line)
    expected = {part: managed_rows(one) for part, one in everyone(front_line).items()}
    assert any(rows for tables in expected.values() for rows in tables.values()) or case == "expired"
    request.getfixturevalue("as_application")
    for part, one in everyone(front_line).items():
        tell(connection, one)
        assert bare_rows(connection) == expected[part], part


def test_nobody_sees_anything(records, as_application):
    tell(connection, None)
    seen = bare_rows(connection)
    assert seen
    assert not any(seen.values())


def test_the_software_itself_sees_all(records, as_application):
    with system_actor("the tests"):
        assert Told.objects.count() == 1
    assert Concern.__name__ in {model.__name__ for model in guarded.guarded_models()}


def test_what_is_not_seen_is_not_changed_and_nobody_removes(records, front_line, as_application):
    tell(connection, viewer(front_line.police_unit))
    assert connection.connection.execute("UPDATE referral_told SET family_name = 'x'").rowcount == 0
    tell(connection, viewer(front_line.hub_manager))
    assert connection.connection.execute("UPDATE referral_told SET family_name = 'x'").rowcount == 1
    assert connection.connection.execute("DELETE FROM referral_told").rowcount == 0
    with system_actor("the tests"):
        assert Told.objects.all().delete()[0] == 1


def test_nobody_adds_a_row(records, as_application):
    tell(connection, None)
    new = (
        "INSERT INTO trust_dossier (id, kind, reference, restriction, opened_at, key_id)"
        " VALUES (gen_random_uuid(), 'person', 'x', 'open', now(), '')"
    )
    with pytest.raises(Exception, match="row-level security"), transaction.atomic():
        connection.connection.execute(new)


def test_a_person_works_on_a_record_under_row_level_security(records, front_line, as_application):
    """Commands written for the managers alone work on: raised, added to, allocated, closed."""
    with looking(front_line.designated_lead):
        raised = commands.open_contact(
            team=front_line.hub,
            told={"family_name": "Vale"},
            concern={"referrer": "School", "narrative": "Bruises"},
            by=front_line.designated_lead,
        )
    with looking(front_line.hub_manager):
        mine = Contact.objects.get(pk=raised.pk)
        commands.add_intelligence(mine, text="Known address", by=front_line.hub_manager)
        commands.allocate(mine, to=front_line.hub_worker, by=front_line.hub_manager)
        close(mine)
    with looking(front_line.designated_lead):
        assert Feedback.objects.get(dossier=raised.dossier_id).words == "No further action"
    with looking(front_line.police_unit):
        assert not Contact.objects.exists()


def test_a_forgotten_filter_and_a_dead_tripwire_show_nothing(
    records, front_line, as_application, monkeypatch
):
    monkeypatch.setattr(guarded, "seen_at", lambda level, dossier: None)
    monkeypatch.setattr(tripwire, "_check", lambda sql, named: None)
    assert access.seen_at is not guarded.seen_at
    with looking(front_line.police_unit):
        assert list(Concern.objects.all()) == []
    with looking(front_line.hub_worker):
        assert len(Concern.objects.all()) == 1


def test_whoever_shuts_themselves_out_must_do_it_as_the_software(records, front_line, as_application):
    """PostgreSQL refuses a change after which its maker sees the row no more; `unguarded` makes it."""
    with looking(front_line.hub_manager):
        dossier = Dossier.objects.get(pk=records.dossier_id)
        dossier.restriction = Dossier.Restriction.SEALED
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            dossier.save(update_fields=["restriction"])
        with unguarded("restricting a dossier"):
            dossier.save(update_fields=["restriction"])
        assert not Dossier.objects.filter(pk=records.dossier_id).exists()


# Whom the session was told of.


def test_two_people_on_one_connection_each_see_their_own(records, front_line, as_application):
    for _ in range(2):
        with looking(front_line.hub_worker):
            assert Concern.objects.count() == 1
            with looking(front_line.police_unit):
                assert Concern.objects.count() == 0
                assert session_says() == str(front_line.police_unit.pk)
            assert Concern.objects.count() == 1
            assert session_says() == str(front_line.hub_worker.pk)


def test_what_comes_after_a_person_runs_as_nobody(records, front_line):
    with looking(front_line.hub_worker):
        Concern.objects.count()
    assert User.objects.exists()
    assert session_says() == ""


def test_a_rollback_leaves_no_other_person_behind(records, front_line, as_application):
    """To go back to a savepoint takes back what the session was told after it."""
    with looking(front_line.hub_worker):
        assert Concern.objects.count() == 1
        with looking(front_line.police_unit):
            with pytest.raises(Failed):
                read_and_fail()
            assert session_says() == str(front_line.hub_worker.pk)
            assert Concern.objects.count() == 0
            assert session_says() == str(front_line.police_unit.pk)


def test_a_failed_statement_leaves_no_other_person_behind(records, front_line):
    with looking(front_line.hub_worker):
        Concern.objects.count()
        with looking(front_line.police_unit):
            with pytest.raises(DatabaseError):
                read_and_have_it_fail()
            Concern.objects.count()
            assert session_says() == str(front_line.police_unit.pk)


@pytest.mark.parametrize(
    "words",
    [
        "SELECT set_config('sightline.user_id', '1', false)",
        "RESET ALL",
        "DISCARD ALL",
        "SET sightline.system = 'on'",
    ],
)
@pytest.mark.django_db(transaction=True)
def test_what_sql_told_the_session_is_told_anew(words, records, front_line):
    with looking(front_line.hub_worker):
        Concern.objects.count()
        with connection.cursor() as cursor:
            cursor.execute(words)
        Concern.objects.count()
        assert session_says() == str(front_line.hub_worker.pk)


@pytest.mark.django_db(transaction=True)
def test_a_whole_transaction_rolled_back_leaves_nobody_behind(records, front_line):
    with looking(front_line.hub_worker):
        with pytest.raises(Failed):
            read_and_fail()
        Concern.objects.count()
        assert session_says() == str(front_line.hub_worker.pk)


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_fails_in_silence_is_noticed(records, front_line):
    """The server answers a commit after a swallowed failure with a rollback, and raises nothing."""
    with looking(front_line.hub_worker):
        Concern.objects.count()
        with looking(front_line.police_unit):
            with transaction.atomic(), connection.cursor() as cursor:
                Concern.objects.count()
                with pytest.raises(DatabaseError):
                    cursor.execute("SELECT 1/0")
            assert session_says() == str(front_line.hub_worker.pk)
            Concern.objects.count()
            assert session_says() == str(front_line.police_unit.pk)


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_knows_nobody(records, front_line):
    with looking(front_line.hub_worker):
        Concern.objects.count()
    connection.close()
    assert User.objects.exists()
    assert session_says() == ""


@pytest.mark.django_db(transaction=True)
def test_threads_do_not_mix_people_up(records, front_line, as_application):
    """Fifty reads each, at once: every one runs under the person who reads."""

    def become(connection, **kwargs) -> None:
        connection.connection.execute(f"SET ROLE {as_application}")

    wrong: list[str] = []

    def read(user, expected) -> None:
        for _ in range(50):
            with looking(user):
                if Concern.objects.count() != expected or session_says() != str(user.pk):
                    wrong.append(f"{user} saw something else than {expected}")
        connection.close()

    connection_created.connect(become)
    try:
        jobs = [(front_line.hub_worker, 1), (front_line.police_unit, 0)] * 2
        threads = [Thread(target=read, args=job) for job in jobs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        connection_created.disconnect(become)
    assert wrong == []


@pytest.fixture
def told(on_postgresql, monkeypatch) -> list[object]:
    """Each time that the session is told who reads."""
    told: list[object] = []
    session = connection.connection
    execute = session.execute
    monkeypatch.setattr(
        session, "execute", lambda *args, **more: (told.append(args), execute(*args, **more))[1]
    )
    return told


def test_a_session_is_told_once_however_much_is_read(records, front_line, told):
    with looking(front_line.hub_worker):
        for _ in range(20):
            list(Contact.objects.all())
            list(Told.objects.all())
            User.objects.count()
    assert len(told) == 1


def test_a_page_tells_the_session_a_few_times_and_not_for_each_query(
    records, front_line, signed_in, as_application, told
):
    client = signed_in(front_line.hub_worker)
    client.post("/trust/purpose/", {"purpose": "protect"})
    address = reverse("referral:contact", args=[records.pk])
    client.get(address)
    told.clear()
    page = client.get(address)
    assert b"CANARY-intelligence" in page.content
    assert 0 < len(told) <= 6, len(told)
