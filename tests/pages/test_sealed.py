"""Sealed sections: the application reads them, and no copy of the database does."""

import io
import os
import shutil
import sqlite3
import subprocess
import threading
from contextlib import closing
from pathlib import Path

import pytest
from django.core.exceptions import FieldError
from django.db import connection
from django.urls import reverse

from sightline.core import vault
from sightline.core.audit import System
from sightline.core.policy import Section
from sightline.core.trust import checks
from sightline.core.trust.actor import system_actor, unguarded
from sightline.core.trust.models import Dossier
from sightline.core.trust.sealed import UNREADABLE
from sightline.frontline.referral import commands
from sightline.frontline.referral.models import Concern, PoliceIntelligence, ProtectedLocation
from tests.invented_people import looking

BY = System("the tests")
SEALED = ("CANARY-intelligence", "CANARY-location", "CANARY-never-tell")
PLAIN = "CANARY-referral"


@pytest.fixture
def sealed(contact):
    """A contact with something in every sealed column."""
    with system_actor("the tests"):
        commands.protect_location(contact, text="CANARY-location", keep_from="CANARY-never-tell", by=BY)
    return contact


def stored(model) -> list[bytes]:
    """What a column holds, past every guard."""
    with unguarded("the tests"), connection.cursor() as cursor:
        cursor.execute(f"SELECT text FROM {model._meta.db_table} ORDER BY added_at, id")
        return [bytes(value) for (value,) in cursor.fetchall()]


def test_a_sealed_text_is_read_by_whoever_may_see_the_section(sealed, front_line, signed_in):
    with looking(front_line.hub_worker):
        assert [one.text for one in PoliceIntelligence.objects.all()] == ["CANARY-intelligence"]
        assert {one.keep_from for one in ProtectedLocation.objects.all()} == {"", "CANARY-never-tell"}
    client = signed_in(front_line.hub_worker)
    client.post(reverse("trust:purpose"), {"purpose": "protect"})
    html = client.get(reverse("referral:contact", args=[sealed.pk])).content.decode()
    assert "CANARY-intelligence" in html
    assert "CANARY-location" in html


def test_the_texts_of_one_dossier_are_sealed_under_its_one_key(sealed):
    with unguarded("the tests"):
        (key,) = {dossier.key_id for dossier in Dossier.objects.filter(pk=sealed.dossier_id)}
    held = [*stored(PoliceIntelligence), *stored(ProtectedLocation)]
    assert len(held) == 3
    assert all(value.startswith(key.encode()) and b"CANARY" not in value for value in held)


def test_a_record_that_is_saved_again_keeps_its_text(sealed):
    with unguarded("the tests"):
        one = PoliceIntelligence.objects.get()
        before = stored(PoliceIntelligence)
        one.save()
        assert stored(PoliceIntelligence) == before
        one.text = "Another"
        assert one.text == "Another"
        one.save()
        assert PoliceIntelligence.objects.get().text == "Another"
        assert PoliceIntelligence.objects.defer("text").get().text == "Another"


def test_a_sealed_text_that_was_moved_to_another_row_is_not_read(sealed, caplog):
    with unguarded("the tests"):
        first, second = ProtectedLocation.objects.all()
        with connection.cursor() as cursor:
            table = ProtectedLocation._meta.db_table
            moved = f"UPDATE {table} SET text = (SELECT text FROM {table} WHERE id = %s) WHERE id = %s"
            keys = [second.pk, first.pk]
            cursor.execute(moved, keys if connection.vendor == "postgresql" else [key.hex for key in keys])
        assert [one.text for one in ProtectedLocation.objects.all()] == [UNREADABLE, "CANARY-location"]
    assert "cannot be read" in caplog.text


def test_a_page_with_a_key_that_is_lost_still_shows_the_rest(sealed, front_line, signed_in, settings, caplog):
    shutil.rmtree(settings.KEYS)
    client = signed_in(front_line.hub_worker)
    client.post(reverse("trust:purpose"), {"purpose": "protect"})
    html = client.get(reverse("referral:contact", args=[sealed.pk])).content.decode()
    assert UNREADABLE in html
    assert PLAIN in html
    assert "nobody destroyed it" in caplog.text


def test_what_was_disposed_of_says_when(sealed):
    with unguarded("the tests"):
        vault.destroy(Dossier.objects.get(pk=sealed.dossier_id).key_id)
        (one,) = PoliceIntelligence.objects.all()
        assert one.text.startswith("Disposed of on ")
        one.text = "Something new"
        with pytest.raises(vault.KeyGone):
            one.save()


def test_a_sealed_column_is_neither_searched_nor_changed_in_bulk(sealed):
    with unguarded("the tests"):
        for name in ("text", "text__contains", "text__startswith"):
            with pytest.raises(FieldError):
                PoliceIntelligence.objects.filter(**{name: "CANARY-intelligence"})
        with pytest.raises(TypeError, match="sealed"):
            PoliceIntelligence.objects.update(text="in the clear")


def test_an_empty_text_needs_no_key(front_line):
    with looking(front_line.designated_lead):
        raised = commands.open_contact(
            team=front_line.hub, told={}, concern={"referrer": "School"}, by=front_line.designated_lead
        )
    with unguarded("the tests"):
        PoliceIntelligence(dossier=raised.dossier).save(force_insert=True)
        assert PoliceIntelligence.objects.get().text == ""
        assert Dossier.objects.get(pk=raised.dossier_id).key_id == ""


def test_plain_text_in_a_sealed_section_stops_the_start(monkeypatch):
    assert checks.sealed_sections_hold_no_plain_text(None) == []
    monkeypatch.setattr(Concern, "section", Section.POLICE_INTELLIGENCE)
    assert {error.id for error in checks.sealed_sections_hold_no_plain_text(None)} == {"sightline.E017"}
    monkeypatch.setattr(checks, "guarded_models", list)
    assert {error.id for error in checks.sealed_sections_hold_no_plain_text(None)} == {"sightline.E016"}


# Copies of the database


def copies(folder: Path) -> dict[str, bytes]:
    """The database as a thief or a backup has it."""
    if connection.vendor == "postgresql":
        return {"pg_dump": dump_of_postgresql()}
    file = Path(str(connection.settings_dict["NAME"]))
    # By a process of its own: one that closes a file gives up every lock that it holds on it, SQLite's too.
    subprocess.run(["cp", *file.parent.glob(f"{file.name}*"), folder], check=True)
    found = {path.name: path.read_bytes() for path in folder.glob(f"{file.name}*")}
    backup = folder / "backup.sqlite3"
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(backup)) as target:
        source.backup(target)
        dump = io.StringIO()
        dump.writelines(f"{line}\n" for line in target.iterdump())
    return {**found, "backup": backup.read_bytes(), "dump": dump.getvalue().encode()}


def dump_of_postgresql() -> bytes:
    if not shutil.which("pg_dump"):
        pytest.skip("pg_dump is not installed")
    told = connection.settings_dict
    options = ["-h", told["HOST"], "-p", told["PORT"] or "5432", "-U", told["USER"], told["NAME"]]
    environment = {**os.environ, "PGPASSWORD": told["PASSWORD"]}
    return subprocess.run(["pg_dump", *options], capture_output=True, check=True, env=environment).stdout


def forms(canary: str) -> set[bytes]:
    """A text as it might stand in a file: as it is, and as a dump writes bytes."""
    plain = canary.encode()
    return {plain, plain.hex().encode(), plain.hex().upper().encode(), canary.encode("utf-16-le")}


def test_no_copy_of_the_database_shows_what_is_sealed(transactional_db, sealed, tmp_path):
    found = copies(tmp_path)
    assert all(content for name, content in found.items() if not name.endswith("-shm"))
    if connection.vendor == "sqlite":
        assert any(name.endswith("-wal") for name in found)
    where = {
        canary: [name for name, content in found.items() if any(form in content for form in forms(canary))]
        for canary in (*SEALED, PLAIN)
    }
    assert [where[canary] for canary in SEALED] == [[], [], []]
    assert where[PLAIN], "the search finds nothing at all, and so proves nothing"
    dumps = [name for name in found if name in ("dump", "backup", "pg_dump")]
    assert set(dumps) <= set(where[PLAIN])


def test_records_are_read_while_the_keys_are_rotated(sealed):
    stop, wrong = threading.Event(), []

    def rotate():
        try:
            while not stop.is_set():
                vault.rotate()
        except Exception as error:
            wrong.append(error)

    rotating = threading.Thread(target=rotate)
    rotating.start()
    with unguarded("the tests"):
        for number in range(60):
            assert PoliceIntelligence.objects.first().text == "CANARY-intelligence"
            added = commands.add_intelligence(sealed, text=f"More {number}", by=BY)
            assert PoliceIntelligence.objects.get(pk=added.pk).text == f"More {number}"
    stop.set()
    rotating.join()
    assert wrong == []
    assert vault.check(set()).wrong == {}
