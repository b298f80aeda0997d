"""A command asks for its permission, happens as a whole or not at all, and leaves an audit event."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sightline.core import commands
from sightline.core.audit import System
from sightline.core.command import COMMANDS, Refused, command
from sightline.core.models import Agency, AuditEvent, Immutable, RoleAssignment, User
from sightline.core.permissions import ROLES, Permission, Role

SYSTEM = System("setting up a test")


@command(Permission.LOAD_EXTRACT, detail=("rows",))
def rename(agency: Agency, *, name: str, rows: int, by) -> Agency:
    """Give an agency another name: a command of these tests, for an agency's own lead."""
    agency.name = name
    agency.save()
    if rows < 0:
        raise ValueError("fewer than no rows")
    return agency


def events() -> list[tuple]:
    return list(AuditEvent.objects.values_list("action", "outcome", "actor__name", "detail"))


def test_an_administrator_gives_a_role_and_the_log_says_so(cast):
    commands.give_role(cast.stranger, role=Role.MEMBER, from_on=timezone.localdate(), by=cast.administrator)
    assert User.objects.get(pk=cast.stranger.pk).may(Permission.READ_DATASET)
    assert events() == [("core.give-role", "done", "Ad Min", {"role": "member"})]


def test_a_refusal_changes_nothing_and_is_in_the_log(cast):
    with pytest.raises(Refused):
        commands.give_role(cast.member, role=Role.ADMINISTRATOR, from_on=timezone.localdate(), by=cast.member)
    assert not cast.member.may(Permission.MANAGE_PEOPLE)
    assert events() == [("core.give-role", "refused", "Mem Ber", {"role": "administrator"})]


def test_a_failure_half_way_leaves_nothing_behind(cast):
    agency = Agency.objects.get(code="avcsc")
    with pytest.raises(ValueError, match="fewer than no rows"):
        rename(agency, name="Another name", rows=-1, by=cast.analyst)
    assert Agency.objects.get(code="avcsc").name == "Addiscombe Vale children's social care"
    assert events() == []


def test_an_agency_lead_acts_for_the_own_agency_alone(cast):
    care = Agency.objects.get(code="avcsc")
    rename(care, name="Children's services", rows=3, by=cast.agency_lead)
    with pytest.raises(Refused):
        rename(care, name="Taken over", rows=3, by=cast.other_agency_lead)
    assert Agency.objects.get(code="avcsc").name == "Children's services"
    event = AuditEvent.objects.first()
    assert (event.object_kind, event.object_key, event.agency) == ("core_agency", str(care.pk), care)


def test_a_record_given_by_name_is_checked_all_the_same(cast):
    with pytest.raises(Refused):
        rename(agency=Agency.objects.get(code="avcsc"), name="Taken over", rows=3, by=cast.other_agency_lead)


def test_a_role_for_the_own_agency_gives_nothing_on_a_record_of_no_agency(cast):
    assert cast.agency_lead.may(Permission.LOAD_EXTRACT)
    assert not cast.agency_lead.may(Permission.LOAD_EXTRACT, AuditEvent())


def test_a_new_record_is_named_in_the_event(db):
    agency = commands.add_agency(
        code="avfire", name="Addiscombe Vale fire and rescue", kind="FIRE", by=SYSTEM
    )
    event = AuditEvent.objects.get()
    assert (event.object_kind, event.object_key, event.actor) == ("core_agency", str(agency.pk), None)
    assert event.detail == {"code": "avfire", "kind": "FIRE", "system": "setting up a test"}


def test_the_agencies_of_the_settings_are_entered_once(db):
    for _ in range(2):
        commands.enter_agencies(by=SYSTEM)
    codes = Agency.objects.order_by("code").values_list("code", flat=True)
    assert list(codes) == ["avcsc", "avhousing", "avicb", "avpol"]


def test_no_personal_data_goes_into_the_log(db):
    person = commands.add_person(
        email="New.Comer@Addiscombe-Vale.example",
        name="New Comer",
        agency=None,
        password="xylophones-at-dusk",
        by=SYSTEM,
    )
    stored = str(AuditEvent.objects.values().get())
    assert person.email == "new.comer@addiscombe-vale.example"
    assert not any(word in stored.lower() for word in ("comer", "addiscombe", "xylophone"))


def test_an_ended_role_counts_for_the_last_time_on_its_last_day(cast):
    today = timezone.localdate()
    assignment = RoleAssignment.objects.get(user=cast.analyst)
    commands.end_role(assignment, last_on=today, by=cast.administrator)
    assert User.objects.get(pk=cast.analyst.pk).may(Permission.READ_DATASET)
    commands.end_role(assignment, last_on=today - timedelta(days=1), by=cast.administrator)
    assert not User.objects.get(pk=cast.analyst.pk).may(Permission.READ_DATASET)
    assert not cast.leaver.may(Permission.USE)


def test_a_closed_account_may_do_nothing(cast, signed_in):
    client = signed_in(cast.analyst)
    assert client.get("/").status_code == 200
    commands.close_account(cast.analyst, by=cast.administrator)
    assert client.get("/").status_code == 302
    assert not cast.analyst.may(Permission.USE)


@pytest.mark.parametrize(
    "change",
    [
        lambda event: event.save(),
        lambda event: event.delete(),
        lambda event: AuditEvent.objects.update(outcome="done"),
        lambda event: AuditEvent.objects.all().delete(),
        lambda event: AuditEvent.objects.filter(pk=event.pk).bulk_update([event], ["action"]),
        lambda event: AuditEvent._base_manager.all().delete(),
    ],
)
def test_the_log_only_grows(db, change):
    commands.add_agency(code="avfire", name="Addiscombe Vale fire and rescue", kind="FIRE", by=SYSTEM)
    with pytest.raises(Immutable):
        change(AuditEvent.objects.get())


def test_a_command_that_does_not_say_who_is_a_mistake_at_import():
    with pytest.raises(TypeError, match="'by' must be a keyword-only argument"):

        @command(Permission.USE)
        def nameless(agency: Agency) -> None: ...


def test_two_commands_of_one_name_are_a_mistake_at_import():
    with pytest.raises(TypeError, match="defined twice"):
        command(Permission.USE)(rename)


def test_every_command_that_is_loaded_asks_for_a_permission():
    assert {"core.give-role", "core.add-person", "core.close-account"} <= set(COMMANDS)
    assert all(isinstance(permission, Permission) for permission in COMMANDS.values())


def test_every_role_has_a_card_and_every_permission_somebody():
    assert set(ROLES) == set(Role)
    held = set().union(*(card.permissions for card in ROLES.values()))
    assert held == set(Permission)
    assert all(Permission.USE in card.permissions and card.held_by.endswith(".") for card in ROLES.values())
