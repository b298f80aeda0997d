"""Ways to tamper with the audit log, as somebody with full rights to the database would go about it.

Each function changes the stored log and leaves the end of the chain as a careful forger would; the guard of
the database has been lifted before.
"""

from collections.abc import Callable
from datetime import timedelta
from random import Random

from django.db import connection
from django.utils import timezone

from sightline.core import chain
from sightline.core.models import AuditEvent, ChainHead

WRONG_KEY = bytes(32)


def run(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def last() -> int:
    return ChainHead.objects.get().seq


def stored() -> list[AuditEvent]:
    return list(AuditEvent.objects.order_by("seq"))


def put_end() -> None:
    """Let the end of the chain name the last event that is stored."""
    end = stored()[-1]
    run("UPDATE core_chainhead SET seq = %s, mac = %s", end.seq, end.mac)


def shift(first: int, by: int) -> None:
    """Renumber from an event on, past the numbers that stand in the way."""
    run("UPDATE core_auditevent SET seq = -(seq + %s) WHERE seq >= %s", by, first)
    run("UPDATE core_auditevent SET seq = -seq WHERE seq < 0")


EDITS: tuple[Callable[[AuditEvent, Random], tuple[str, object]], ...] = (
    lambda event, random: ("at", event.at + timedelta(seconds=random.choice([-3600, -1, 1, 86400]))),
    lambda event, random: ("action", event.action + "x"),
    lambda event, random: ("object_kind", event.object_kind + "x"),
    lambda event, random: ("object_key", event.object_key + "1"),
    lambda event, random: ("outcome", "done" if event.outcome == "refused" else "refused"),
    lambda event, random: ("detail", f'{{"place": {random.randrange(1000, 9999)}}}'),
    lambda event, random: ("actor_id", None if event.actor_id else random.choice(accounts())),
    lambda event, random: ("mac", f"{random.getrandbits(256):064x}"),
)
"""Each column of an event, with another value for it."""


def accounts() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM core_user")
        return [pk for (pk,) in cursor.fetchall()]


def edit(random: Random) -> None:
    event = random.choice(stored())
    column, value = random.choice(EDITS)(event, random)
    if column == "at" and connection.vendor == "sqlite":
        value = value.replace(tzinfo=None)
    run(f"UPDATE core_auditevent SET {column} = %s WHERE seq = %s", value, event.seq)


def delete(random: Random) -> None:
    run("DELETE FROM core_auditevent WHERE seq = %s", random.randrange(1, last()))


def delete_and_renumber(random: Random) -> None:
    place = random.randrange(1, last())
    run("DELETE FROM core_auditevent WHERE seq = %s", place)
    shift(place + 1, -1)
    put_end()


def swap(random: Random) -> None:
    one, other = random.sample(range(1, last() + 1), 2)
    run("UPDATE core_auditevent SET seq = -1 WHERE seq = %s", one)
    run("UPDATE core_auditevent SET seq = %s WHERE seq = %s", one, other)
    run("UPDATE core_auditevent SET seq = %s WHERE seq = -1", other)
    put_end()


def forge(random: Random) -> None:
    """Make an event up between two, or after the last one."""
    place = random.randrange(1, last() + 2)
    shift(place, 1)
    made_up = AuditEvent(seq=place, action="core.close-account", outcome="done", at=timezone.now())
    made_up.mac = random.choice(
        [f"{random.getrandbits(256):064x}", chain.mac(WRONG_KEY, made_up, chain.START)]
    )
    AuditEvent.objects.bulk_create([made_up])
    put_end()


def rebuild_with(key: bytes, random: Random) -> None:
    """Change one event and seal it and all after it anew."""
    place = random.randrange(1, last() + 1)
    before = AuditEvent.objects.get(seq=place - 1).mac if place > 1 else chain.START
    run("UPDATE core_auditevent SET action = %s WHERE seq = %s", f"forged-{random.random()}", place)
    for event in AuditEvent.objects.filter(seq__gte=place).order_by("seq"):
        before = chain.mac(key, event, before)
        run("UPDATE core_auditevent SET mac = %s WHERE seq = %s", before, event.seq)
    put_end()


def rebuild_with_a_wrong_key(random: Random) -> None:
    rebuild_with(WRONG_KEY, random)


def rebuild_with_the_stolen_key(random: Random) -> None:
    rebuild_with(chain.key(), random)


def cut_the_tail(random: Random) -> None:
    run("DELETE FROM core_auditevent WHERE seq > %s", random.randrange(1, last()))
    put_end()


KINDS: dict[str, Callable[[Random], None]] = {
    "edit": edit,
    "delete": delete,
    "delete and renumber": delete_and_renumber,
    "swap": swap,
    "forge": forge,
    "rebuild, wrong key": rebuild_with_a_wrong_key,
    "rebuild, stolen key": rebuild_with_the_stolen_key,
    "cut the tail": cut_the_tail,
}
SHOWS_ONLY_WITH_AN_ANCHOR = {"rebuild, stolen key", "cut the tail"}
