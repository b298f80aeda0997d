"""What can be done to agencies, people and their roles."""

from datetime import date

from sightline.core import local
from sightline.core.audit import Actor, person
from sightline.core.command import command
from sightline.core.models import Agency, RoleAssignment, User
from sightline.core.permissions import Permission, Role


@command(Permission.MANAGE_PEOPLE, detail=("code",))
def add_agency(*, code: str, name: str, by: Actor) -> Agency:
    """Add an agency, or give a known one its present name."""
    return Agency.objects.update_or_create(code=code, defaults={"name": name})[0]


@command(Permission.MANAGE_PEOPLE)
def enter_agencies(*, by: Actor) -> list[Agency]:
    """Enter every agency of the partnership's settings file that is not there yet, each with its name."""
    return [add_agency(code=one.code, name=one.name, by=by) for one in local.partnership().agencies]


@command(Permission.MANAGE_PEOPLE)
def add_person(*, email: str, name: str, agency: Agency | None, password: str, by: Actor) -> User:
    """Give a person an account. It can do nothing until it is given a role."""
    return User.objects.create_user(email, password, name=name, agency=agency)


@command(Permission.MANAGE_PEOPLE, detail=("role",))
def give_role(
    user: User, *, role: Role, from_on: date, until_on: date | None = None, by: Actor
) -> RoleAssignment:
    """Let a person hold a role from one day, until another if that is known already (both included)."""
    return RoleAssignment.objects.create(
        user=user, role=role, from_on=from_on, until_on=until_on, given_by=person(by)
    )


@command(Permission.MANAGE_PEOPLE)
def end_role(assignment: RoleAssignment, *, last_on: date, by: Actor) -> RoleAssignment:
    """Let a role end; it counts for the last time on `last_on`."""
    assignment.until_on = last_on
    assignment.save(update_fields=["until_on"])
    return assignment


@command(Permission.MANAGE_PEOPLE)
def close_account(user: User, *, by: Actor) -> User:
    """Stop a person from signing in. The account stays, since what they did stays."""
    user.is_active = False
    user.save(update_fields=["is_active"])
    return user
