"""What can be done to agencies, people and roles, the partnership's settings, files, and daily e-mails."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone

from sightline.clocks import CLOCKS, ClockError, Limit, validate_local
from sightline.core import digest, files, local, settings_file
from sightline.core.account_mail import send_password_link
from sightline.core.audit import Actor, kind, person
from sightline.core.command import NotDone, Refused, command
from sightline.core.flow import NotAllowed
from sightline.core.models import (
    EVERY_DAY,
    Agency,
    AuditEvent,
    Notice,
    NoticeChoice,
    NoticeKind,
    RoleAssignment,
    StoredFile,
    User,
)
from sightline.core.partnership import KEY
from sightline.core.permissions import ROLES, Permission, Role
from sightline.core.second_factors import forget_second_factors

SIGHT = frozenset({Permission.READ_DATASET, Permission.USE_FRONT_LINE, Permission.REVIEW_ACCESS})
"""What nobody may give themselves, whoever keeps the accounts."""

TRIALS_AN_HOUR = 3
"""How many test e-mails a person may ask for."""


class NotDue(Exception):
    """No daily e-mail is due: nothing to say, none wanted, sent already, or another run is sending it."""


class TooOften(Exception):
    """The same was asked for too many times in a short while."""


# Agencies


@command(Permission.MANAGE_PEOPLE, detail=("code", "kind"))
def add_agency(
    *, code: str, name: str, kind: str = "", safeguarding_partner: bool = False, by: Actor
) -> Agency:
    """Add an agency, to the settings file as well unless it stands there.

    One of the settings file needs no kind, and gets its present name. Raises `NotDone` where another agency
    has the code or the name.
    """
    known = {agency.code for agency in local.partnership().agencies}
    if code in known:
        return Agency.objects.update_or_create(code=code, defaults={"name": name})[0]
    if not KEY.fullmatch(code):
        raise NotDone(f"The code {code!r} must be small letters, digits and hyphens, such as 'fire-service'")
    if taken := Agency.objects.filter(code=code).first():
        raise NotDone(f"The code {code!r} belongs to {taken.name} already")
    _refuse_name_of_another(name, code)
    agency = Agency.objects.create(code=code, name=name)
    entry: dict[str, Any] = {"code": code, "name": name, "kind": kind}
    if safeguarding_partner:
        entry["safeguarding_partner"] = True
    _settle(settings_file.add, "agencies", entry)
    return agency


@command(Permission.MANAGE_PEOPLE)
def enter_agencies(*, by: Actor) -> list[Agency]:
    """Enter every agency of the partnership's settings file that is not there yet, each with its name."""
    return [add_agency(code=one.code, name=one.name, by=by) for one in local.partnership().agencies]


@command(Permission.MANAGE_PEOPLE)
def rename_agency(agency: Agency, *, name: str, by: Actor) -> Agency:
    """Give an agency another name, in the settings file as well. Its code stays: figures carry it."""
    _refuse_name_of_another(name, agency.code)
    agency.name = name
    agency.save(update_fields=["name"])
    _settle(settings_file.rename, "agencies", {"code": agency.code}, name)
    return agency


# People


@command(Permission.MANAGE_PEOPLE)
def add_person(
    *, email: str, name: str, agency: Agency | None, password: str | None = None, by: Actor
) -> User:
    """Give a person an account. It can do nothing until it is given a role.

    Without a password the person gets an e-mail with a link to choose one. Raises `NotDone` where the
    address has an account already, or the password is too easy to guess.
    """
    if User.objects.filter(email=email.strip().lower()).exists():
        raise NotDone(f"{email} has an account already")
    if password is not None:
        try:
            validate_password(password, User(email=email, name=name))
        except ValidationError as error:
            raise NotDone(" ".join(error.messages)) from None
    user = User.objects.create_user(email, password, name=name, agency=agency)
    if password is None:
        send_password_link.enqueue(user.pk, True)
    return user


@command(Permission.MANAGE_PEOPLE, detail=("role",))
def invite_person(
    *, email: str, name: str, agency: Agency | None, role: Role, from_on: date, by: Actor
) -> User:
    """Give a person an account and a first role, and send the link to choose a password."""
    user = add_person(email=email, name=name, agency=agency, by=by)
    give_role(user, role=role, from_on=from_on, by=by)
    return user


@command(Permission.MANAGE_PEOPLE)
def make_first_administrator(*, email: str, name: str, by: Actor) -> User:
    """Give an installation its first administrator, who then makes all other accounts in the pages.

    No e-mail is sent: whoever does this hands over the link. Raises `NotDone` where there is one already.
    """
    if _administrators().exists():
        raise NotDone("There is an administrator already, who can add people in the pages")
    if User.objects.filter(email=email.strip().lower()).exists():
        raise NotDone(f"{email} has an account already")
    user = User.objects.create_user(email, None, name=name)
    give_role(user, role=Role.ADMINISTRATOR, from_on=timezone.localdate(), by=by)
    return user


@command(Permission.MANAGE_PEOPLE)
def correct_person(user: User, *, name: str, agency: Agency | None, by: Actor) -> User:
    """Put a person's name or agency right."""
    user.name, user.agency = name, agency
    user.save(update_fields=["name", "agency"])
    return user


@command(Permission.MANAGE_PEOPLE)
def send_link(user: User, *, by: Actor) -> User:
    """Send a person another link to choose a password. Raises `NotDone` for a closed account."""
    if not user.is_active:
        raise NotDone(f"The account of {user.name} is closed: reopen it first")
    send_password_link.enqueue(user.pk, not user.has_usable_password())
    return user


@command(Permission.MANAGE_PEOPLE)
def remove_second_factors(user: User, *, by: Actor) -> User:
    """Remove a person's authenticator app, passkeys and recovery codes: for one who has lost them all."""
    forget_second_factors(user)
    return user


@command(Permission.MANAGE_PEOPLE)
def close_account(user: User, *, by: Actor) -> User:
    """Stop a person from signing in, and end their sessions. The account stays, since what they did stays.

    The password goes: sessions and links that rest on it are void, also when the account is opened again.
    Raises `NotDone` for one's own account and for the last administrator's.
    """
    if user == by:
        raise NotDone("You cannot close your own account: ask another administrator")
    _refuse_without_administrator(user, "The account cannot be closed")
    user.is_active = False
    user.set_unusable_password()
    user.save(update_fields=["is_active", "password"])
    return user


@command(Permission.MANAGE_PEOPLE)
def reopen_account(user: User, *, by: Actor) -> User:
    """Let a person sign in again, with a new password, for which they get a link."""
    user.is_active = True
    user.save(update_fields=["is_active"])
    send_password_link.enqueue(user.pk, False)
    return user


# Roles


@command(Permission.MANAGE_PEOPLE, detail=("role",))
def give_role(
    user: User, *, role: Role, from_on: date, until_on: date | None = None, by: Actor
) -> RoleAssignment:
    """Let a person hold a role from one day, until another if that is known already (both included).

    Raises `NotDone` where it ends before it begins, where they hold it then already, and where somebody
    would give themselves sight of figures, or of who looks at records about people.
    """
    card = ROLES[role]
    if user == by and card.permissions & SIGHT:
        raise NotDone(
            f"You cannot make yourself {card.title.lower()}, a role that reads figures or records: "
            "ask another administrator"
        )
    if until_on is not None and until_on < from_on:
        raise NotDone("The role would end before it begins")
    if RoleAssignment.objects.filter(user=user, role=role).overlapping(from_on, until_on).exists():
        raise NotDone(f"{user.name} is {card.title.lower()} in that time already: end that role first")
    return RoleAssignment.objects.create(
        user=user, role=role, from_on=from_on, until_on=until_on, given_by=person(by)
    )


@command(Permission.MANAGE_PEOPLE)
def end_role(assignment: RoleAssignment, *, last_on: date, by: Actor) -> RoleAssignment:
    """Let a role end; it counts for the last time on `last_on`, so yesterday ends it at once.

    One that would end before it began is taken back: the audit log keeps that it was given. Raises `NotDone`
    for the last administrator's.
    """
    if assignment.role == Role.ADMINISTRATOR:
        _refuse_without_administrator(assignment.user, "The role cannot end")
    if last_on < assignment.from_on:
        RoleAssignment.objects.filter(pk=assignment.pk).delete()
        return assignment
    assignment.until_on = last_on
    assignment.save(update_fields=["until_on"])
    return assignment


def _administrators() -> Any:
    """Today's administrators with an open account and no day on which they cease to be."""
    live = RoleAssignment.objects.live(timezone.localdate()).filter(role=Role.ADMINISTRATOR, until_on=None)
    return live.filter(user__is_active=True)


def _refuse_without_administrator(leaving: User, what: str) -> None:
    # Locked, so that two administrators cannot remove each other at the same moment.
    held = list(_administrators().select_for_update().values_list("user", flat=True))
    if leaving.pk in held and set(held) == {leaving.pk}:
        raise NotDone(
            f"{what}: {leaving.name} is the last administrator. Give the role to somebody else first"
        )


# Settings


@command(Permission.SETTLE, detail=("changes",))
def change_contact(*, changes: Mapping[str, str], by: Actor) -> None:
    """Change the contact details: fields of `Contact`; an empty one is taken away."""
    _settle(settings_file.put, "contact", {key: value or None for key, value in changes.items()})


@command(Permission.SETTLE, detail=("clock", "was", "limit"))
def set_local_limit(*, clock: str, was: str, limit: str, by: Actor) -> None:
    """Set the partnership's own limit for a clock; without one, the national limit counts again.

    `was` is the limit that the change starts from ("" for none): if another stands there meanwhile, nothing
    is changed. A limit counts for what starts from now on. Raises `NotDone` with the reason where the limit
    cannot be read or could fall later than the national one.
    """
    present = local.limit(clock)
    if was != (str(present) if present else ""):
        raise NotDone(f"Somebody has set the limit to {present or 'none'} meanwhile: look again")
    if limit:
        try:
            validate_local(CLOCKS[clock], Limit.parse(limit))
        except ClockError as error:
            raise NotDone(str(error)) from None
    _settle(settings_file.put, "local_limits", {clock: limit or None})


@command(Permission.SETTLE, detail=("key",))
def add_locality(*, key: str, name: str, by: Actor) -> None:
    """Add a part of the area that figures are broken down by."""
    if not KEY.fullmatch(key):
        raise NotDone(f"The key {key!r} must be small letters, digits and hyphens, such as 'north-east'")
    for locality in local.partnership().localities:
        if key == locality.key or name.casefold() == locality.name.casefold():
            raise NotDone(f"There is a locality {locality.name}, with the key {locality.key!r}, already")
    _settle(settings_file.add, "localities", {"key": key, "name": name})


@command(Permission.SETTLE, detail=("key",))
def rename_locality(*, key: str, name: str, by: Actor) -> None:
    """Give a locality another name. Its key stays: figures carry it."""
    for locality in local.partnership().localities:
        if key != locality.key and name.casefold() == locality.name.casefold():
            raise NotDone(f"There is a locality {locality.name} already")
    _settle(settings_file.rename, "localities", {"key": key}, name)


def _refuse_name_of_another(name: str, code: str) -> None:
    if taken := Agency.objects.filter(name__iexact=name).exclude(code=code).first():
        raise NotDone(f"There is an agency {taken.name}, with the code {taken.code!r}, already")


def _settle(change: Callable[..., None], *what: object) -> None:
    try:
        change(*what)
    except settings_file.NotChanged as error:
        raise NotDone(str(error)) from None


# Files and e-mails


@command(Permission.OPEN_FILES)
def delete_file(file: StoredFile, *, reason: str, by: Actor) -> StoredFile:
    """Delete what a file held, for a stated reason; that it was there, and who deleted it, stays.

    Raises `NotAllowed` without a reason, and for a file that is deleted already.
    """
    if not reason.strip():
        raise NotAllowed(f"{file} cannot be deleted without a reason")
    deleted = StoredFile.objects.filter(pk=file.pk, deleted_at=None).update(
        deleted_at=timezone.now(), deleted_by=person(by), deleted_why=reason.strip()
    )
    if not deleted:
        raise NotAllowed(f"{file} is deleted already")
    transaction.on_commit(partial(files.remove, file))
    file.refresh_from_db()
    return file


@command(Permission.USE)
def choose_notices(user: User, *, wanted: Collection[str], by: Actor) -> None:
    """Settle which kinds of news a person gets by e-mail, and with `EVERY_DAY` among them, whether any.

    What waits to be sent and is not wanted any more is dealt with. Raises `Refused` for another person's.
    """
    _only_oneself(user, by)
    for choice in (EVERY_DAY, *NoticeKind.values):
        NoticeChoice.objects.update_or_create(
            user=user, kind=choice, defaults={"is_wanted": choice in wanted}
        )
    unsent = Notice.objects.filter(user=user, sent_at=None)
    unwanted = unsent.exclude(kind__in=wanted) if EVERY_DAY in wanted else unsent
    unwanted.update(sent_at=timezone.now())


@command(Permission.USE, detail=("day",))
def send_digest(user: User, *, day: str, through: BaseEmailBackend, by: Actor) -> None:
    """Send a person the e-mail of a day, such as 2026-03-31, and mark the news in it as sent.

    Nobody is sent two of one day: the event of this command says that it was sent, so if the machine stops
    between the sending and the event the next run repeats this one e-mail, and none is lost. Raises `NotDue`;
    `OSError` when the mail server does not take it.
    """
    not_taken = User.objects.select_for_update(skip_locked=True, no_key=True)
    free = not_taken.filter(pk=user.pk, is_active=True).first()
    sent = AuditEvent.objects.filter(
        action="core.send-digest", object_kind=kind(user), object_key=str(user.pk), detail__day=day
    )
    wanted = NoticeChoice.objects.filter(user=user).wanted()
    if free is None or EVERY_DAY not in wanted or sent.exists():
        raise NotDue
    news = list(Notice.objects.filter(user=user, sent_at=None))
    with_waiting = NoticeKind.DUE.value in wanted
    message = digest.daily(free, news, date.fromisoformat(day), with_waiting=with_waiting)
    if message is None:
        raise NotDue
    through.send_messages([message])
    Notice.objects.filter(pk__in=[notice.pk for notice in news]).update(sent_at=timezone.now())


@command(Permission.USE)
def send_test_email(user: User, *, by: Actor) -> None:
    """Send a person an e-mail that says only that it arrived.

    Raises `Refused` for another person, `TooOften`, and `OSError` when the mail server does not take it.
    """
    _only_oneself(user, by)
    hour_ago = timezone.now() - timedelta(hours=1)
    before = AuditEvent.objects.filter(
        action="core.send-test-email", object_key=str(user.pk), at__gte=hour_ago
    )
    if before.count() >= TRIALS_AN_HOUR:
        raise TooOften
    digest.trial(user).send()


def _only_oneself(user: User, by: Actor) -> None:
    if isinstance(by, User) and by.pk != user.pk:
        raise Refused("what a person is sent is for that person to choose")
