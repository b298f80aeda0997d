"""The partnership's settings in the pages: one file is the truth, and no change leaves it wrong."""

import os
import re
import time

import pytest
from django.conf import settings

from sightline.core import commands, local
from sightline.core.audit import System
from sightline.core.command import NotDone
from sightline.core.models import Agency, AuditEvent
from sightline.core.partnership import read

SYSTEM = System("a test")


@pytest.fixture
def manager(cast, signed_in):
    return signed_in(cast.board_manager)


def words(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode()).replace("&#39;", "'")


def last() -> tuple:
    event = AuditEvent.objects.last()
    return event.action, event.outcome, event.detail


def test_everybody_reads_the_settings_and_a_few_may_change_them(cast, signed_in):
    for user in (cast.member, cast.board_manager):
        html = words(signed_in(user).get("/partnership/settings/"))
        for said in ("Addiscombe Vale, London (999, E09999999)", "302, 316", "40 working days", "Executive"):
            assert said in html
        assert ("Change the contact details" in html) == (user == cast.board_manager)


def test_the_contact_details_are_changed_everywhere_at_once(manager):
    new = {"name": "the hub", "email": "hub@example.org", "data_protection_email": "dp@example.org"}
    assert manager.post("/partnership/settings/contact/", new).status_code == 302
    assert "Looked after by the hub" in words(manager.get("/"))
    assert last() == (
        "core.change-contact",
        "done",
        {"changes": ["data_protection_email", "email", "hub_team", "hub_telephone", "name"]},
    )
    assert "No telephone number is set" in words(manager.get("/partnership/settings/"))
    assert "No team: the referral form is closed" in words(manager.get("/partnership/settings/"))
    manager.post("/partnership/settings/contact/", {**new, "name": "the office"})
    assert last()[2] == {"changes": ["name"]}


def test_the_hub_has_a_telephone_number_that_is_one(manager):
    new = {"name": "the hub", "email": "hub@example.org", "data_protection_email": "dp@example.org"}
    address = "/partnership/settings/contact/"
    assert "Enter a telephone number" in words(manager.post(address, {**new, "hub_telephone": "ask for Jo"}))
    assert manager.post(address, {**new, "hub_telephone": "020 7946 0958"}).status_code == 302
    assert "020 7946 0958" in words(manager.get("/partnership/settings/"))


def test_a_tighter_limit_counts_from_now_on_and_the_log_holds_both(manager):
    page = words(manager.get("/partnership/settings/limits/assessment/"))
    assert "45 working days" in page
    assert "Statutory guidance: Working Together" in page
    new = {"limit": "30 working days", "was": "40 working days"}
    assert manager.post("/partnership/settings/limits/assessment/", new).status_code == 302
    assert str(local.limit("assessment")) == "30 working days"
    assert last() == (
        "core.set-local-limit",
        "done",
        {"clock": "assessment", "was": "40 working days", "limit": "30 working days"},
    )
    manager.post("/partnership/settings/limits/assessment/", {"limit": "", "was": "30 working days"})
    assert local.limit("assessment") is None


@pytest.mark.parametrize(
    ("limit", "was", "said"),
    [
        ("50 working days", "40 working days", "may be looser than the national 45 working days"),
        ("soon", "40 working days", "'soon' is no limit: expected a whole number"),
        ("30 working days", "35 working days", "Somebody has set the limit to 40 working days meanwhile"),
    ],
)
def test_a_limit_that_cannot_be_is_refused_with_the_reason(limit, was, said, manager):
    before = settings.PARTNERSHIP_FILE.read_text()
    answer = manager.post("/partnership/settings/limits/assessment/", {"limit": limit, "was": was})
    assert "<title>Error: Local limit" in words(answer)
    assert said in words(answer)
    assert settings.PARTNERSHIP_FILE.read_text() == before
    assert not AuditEvent.objects.filter(action="core.set-local-limit").exists()


def test_the_first_local_limit_of_all_makes_its_table(manager):
    text = settings.PARTNERSHIP_FILE.read_text()
    settings.PARTNERSHIP_FILE.write_text(text.replace('[local_limits]\nassessment = "40 working days"\n', ""))
    assert local.limit("assessment") is None
    manager.post("/partnership/settings/limits/assessment/", {"limit": "8 days", "was": ""})
    assert str(read(settings.PARTNERSHIP_FILE).local_limits["assessment"]) == "8 days"


def test_localities_are_added_and_renamed(manager):
    manager.post("/partnership/settings/localities/add/", {"key": "east", "name": "East"})
    manager.post("/partnership/settings/localities/east/rename/", {"name": "Far East"})
    assert [locality.name for locality in local.partnership().localities] == ["North", "South", "Far East"]
    again = manager.post("/partnership/settings/localities/add/", {"key": "north", "name": "Upper"})
    assert "There is a locality North, with the key 'north', already" in words(again)
    wrong = manager.post("/partnership/settings/localities/add/", {"key": "Up North", "name": "Upper"})
    assert "must be small letters, digits and hyphens" in words(wrong)
    taken = manager.post("/partnership/settings/localities/east/rename/", {"name": "north"})
    assert "There is a locality North already" in words(taken)


def test_what_is_not_there_is_not_found(manager):
    assert manager.get("/partnership/settings/limits/no-such-clock/").status_code == 404
    assert manager.get("/partnership/settings/localities/no-such/rename/").status_code == 404


def test_comments_order_and_rights_of_the_file_survive(manager):
    path = settings.PARTNERSHIP_FILE
    path.chmod(0o640)
    before = path.read_text().splitlines()
    manager.post("/partnership/settings/localities/south/rename/", {"name": "Souther"})
    after = path.read_text().splitlines()
    assert [(old, new) for old, new in zip(before, after, strict=True) if old != new] == [
        ('name = "South"', 'name = "Souther"')
    ]
    assert path.stat().st_mode & 0o777 == 0o640
    assert [file.name for file in path.parent.glob("*partnership*")] == ["partnership.toml"]


def test_a_change_that_would_leave_the_whole_wrong_changes_nothing(db):
    """Somebody has broken the file by hand meanwhile: what a command adds must not hide that."""
    path = settings.PARTNERSHIP_FILE
    local.partnership()
    path.write_text(path.read_text().replace('region = "London"', 'region = "Londen"'))
    before = path.read_text()
    with pytest.raises(NotDone, match="region is 'Londen'; expected one of"):
        commands.add_agency(code="avfire", name="Fire", kind="FIRE", by=SYSTEM)
    assert path.read_text() == before
    assert not Agency.objects.exists()
    assert not AuditEvent.objects.exists()


def test_every_process_notices_a_changed_file_and_keeps_the_last_good_one(caplog):
    path = settings.PARTNERSHIP_FILE
    assert local.partnership().contact.name == "the partnership's business unit"
    good = path.read_text()
    path.write_text(good.replace("the partnership's business unit", "the hub"))
    assert local.partnership().contact.name == "the hub"
    path.write_text("name = ")
    assert local.partnership().contact.name == "the hub"
    assert "The settings stay as they were" in caplog.text
    path.write_text(good)
    os.utime(path, ns=(time.time_ns(), time.time_ns() + 10))
    assert local.partnership().contact.name == "the partnership's business unit"


def test_a_file_that_cannot_be_changed_is_said_to_be_so(manager, monkeypatch):
    monkeypatch.setattr("sightline.core.settings_file.is_writable", lambda: False)
    html = words(manager.get("/partnership/settings/"))
    assert "The settings cannot be changed from here" in html
    assert "Change the contact details" not in html


def test_a_full_disk_leaves_the_old_file(manager, monkeypatch):
    before = settings.PARTNERSHIP_FILE.read_text()

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sightline.core.settings_file.os.fsync", full)
    answer = manager.post("/partnership/settings/localities/south/rename/", {"name": "Souther"})
    assert "The settings file cannot be changed: No space left on device" in words(answer)
    assert settings.PARTNERSHIP_FILE.read_text() == before
