"""The policies of row-level security, and the role against which they hold."""

import pytest
from django.core.management.base import SystemCheckError
from django.db import connection

from sightline.config.start import check_the_database
from sightline.core.database_role import NotARole, make_role
from sightline.core.policy import Level
from sightline.core.trust import guarded, rls


def test_every_guarded_table_has_its_policies(on_postgresql):
    assert guarded.guarded_models()
    assert rls.wrong_with(connection) == []


@pytest.mark.parametrize(
    "flaw",
    [
        "ALTER POLICY sightline_select ON referral_told USING (true)",
        "DROP POLICY sightline_update ON referral_told",
        "CREATE POLICY another ON referral_told USING (true)",
        "ALTER TABLE referral_told DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE referral_told NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE referral_told RENAME TO contact_heard",
    ],
)
def test_a_flaw_in_the_policies_shows_and_is_mended(flaw, on_postgresql):
    with connection.cursor() as cursor:
        cursor.execute(flaw)
    (words,) = rls.wrong_with(connection)
    assert words.startswith("referral_told ")
    if "RENAME" not in flaw:
        assert rls.protect_all(connection) == ["referral_told"]
        assert rls.wrong_with(connection) == []


def test_another_level_in_the_policy_file_makes_other_policies(on_postgresql, monkeypatch):
    monkeypatch.setattr(rls, "needed_for", lambda model: Level.FULL)
    assert any(words.startswith("referral_told ") for words in rls.wrong_with(connection))


def test_to_find_no_guarded_table_is_wrong(on_postgresql, monkeypatch):
    monkeypatch.setattr(rls, "guarded_models", list)
    assert rls.wrong_with(connection) == ["No guarded table was found, so none was checked."]


def test_a_deployed_start_is_refused_to_an_administrator(on_postgresql, settings):
    settings.IS_DEPLOYED = True
    with pytest.raises(SystemCheckError, match=r"(?s)a superuser.*sightline database role NAME"):
        check_the_database()
    settings.IS_DEPLOYED = False
    check_the_database()


def test_a_deployed_start_is_refused_to_the_owner(as_application, settings):
    settings.IS_DEPLOYED = True
    check_the_database()
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(f"ALTER TABLE referral_told OWNER TO {as_application}")
        cursor.execute(f"SET ROLE {as_application}")
    with pytest.raises(SystemCheckError, match="the owner of the tables"):
        check_the_database()


def test_a_deployed_start_is_refused_where_a_policy_is_missing(as_application, settings):
    settings.IS_DEPLOYED = True
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("DROP POLICY sightline_select ON referral_told")
        cursor.execute(f"SET ROLE {as_application}")
    with pytest.raises(SystemCheckError, match=r"(?s)referral_told lacks sightline_select.*migrate"):
        check_the_database()


@pytest.mark.parametrize("power", ["SUPERUSER", "BYPASSRLS", "CREATEROLE", "CREATEDB"])
def test_a_mighty_role_cannot_become_the_application_s(power, on_postgresql):
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE sightline_mighty {power}")
    with pytest.raises(NotARole, match="the role sightline_mighty is "):
        make_role(connection, "sightline_mighty", "a-long-invented-phrase")


def test_a_role_is_made_once_and_then_given_its_rights_anew(on_postgresql):
    for password in ("a-long-invented-phrase", "another-long-invented-phrase"):
        make_role(connection, "sightline_made", password)
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolpassword FROM pg_authid WHERE rolname = 'sightline_made'")
            assert cursor.fetchone()[0].startswith("SCRAM-SHA-256$")
            asked = (
                "SELECT privilege_type FROM information_schema.role_table_grants"
                " WHERE grantee = %s AND table_name = %s"
            )
            for table, expected in (
                ("referral_told", {"SELECT", "INSERT", "UPDATE", "DELETE"}),
                ("core_auditevent", {"SELECT", "INSERT"}),
            ):
                cursor.execute(asked, ["sightline_made", table])
                assert {row[0] for row in cursor.fetchall()} == expected
