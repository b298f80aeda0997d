"""Contacts that repeat: about the same child, or another of the family, under whatever name, by anybody.

A pattern is missed where each contact is looked at by itself. So those count as well that the reader may not
see: of them they learn that there are some, and nothing else. What is sealed from the reader, and what they
are excluded from, is passed over as if it were not there, people as well as contacts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from sightline.clocks.calendar import add_months
from sightline.core.models import User
from sightline.core.policy import Level
from sightline.core.trust.access import seen_at
from sightline.core.trust.actor import unguarded
from sightline.core.trust.dossiers import held_by_name, shut_out
from sightline.core.trust.models import Dossier
from sightline.frontline.referral.models import Contact

MANY = 3
"""From so many contacts in twelve months on a family stands out."""


@dataclass(frozen=True)
class Repeat:
    """What came before a contact about the same family.

    `earlier`: the dossiers of those before it, whenever that was, the latest first. `in_a_year`: those of
    them in the twelve months before.
    """

    earlier: tuple[UUID, ...]
    in_a_year: frozenset[UUID]

    @property
    def number(self) -> int:
        """Which one in twelve months it is, counted from 1."""
        return len(self.in_a_year) + 1

    @property
    def is_alert(self) -> bool:
        """Whether it stands out."""
        return self.number >= MANY


def repeats(contacts: Collection[Contact], user: User) -> Mapping[UUID, Repeat]:
    """What came before each of these, by their dossiers, in as many statements however many they are.

    Only of those on which the reader works: whoever sent one need not learn what others sent. Which of those
    before it the reader sees, the page asks for itself.
    """
    found = defaultdict[UUID, list[tuple[datetime, UUID]]](list)
    received = {one.dossier_id: one.received_at for one in worked_on(contacts, user)}
    for of, other, at in _same_family(received, user) if received else ():
        if other != of and at <= received[of]:
            found[of].append((at, other))
    return {key: _repeat(found[key], _a_year_before(at)) for key, at in received.items()}


def worked_on(contacts: Collection[Contact], user: User) -> list[Contact]:
    """Those of the contacts on which this person works, more than having sent them or been asked."""
    if not contacts:
        return []
    seen = Contact.objects.visible_to(user).filter(seen_at(Level.CONTRIBUTE, "dossier_id") or Q())
    keys = set(seen.filter(pk__in=[one.pk for one in contacts]).values_list("pk", flat=True))
    return [one for one in contacts if one.pk in keys]


def _repeat(before: list[tuple[datetime, UUID]], since: datetime) -> Repeat:
    latest_first = sorted(before, reverse=True)
    return Repeat(
        tuple(key for _, key in latest_first), frozenset(key for at, key in latest_first if at >= since)
    )


def _a_year_before(at: datetime) -> datetime:
    """The same day and time a year earlier, as a calendar has it."""
    local = timezone.localtime(at)
    return datetime.combine(add_months(local.date(), -12), local.timetz())


def _same_family(dossiers: Collection[UUID], user: User) -> Iterator[tuple[UUID, UUID, datetime]]:
    """Of each contact and each one about the same family: their dossiers, and when the other came."""
    by_name = held_by_name(user).filter(dossier__restriction=Dossier.Restriction.SEALED)
    visible = Dossier.objects.visible_to(user).filter(pk__in=by_name.values("dossier"))
    opened = list(visible.values_list("pk", flat=True))
    asked, of_asked = _listed("asked", dossiers)
    sealed, of_sealed = _listed("opened", opened)
    given = {
        **of_asked,
        **of_sealed,
        "user": user.pk,
        "now": connection.ops.adapt_datetimefield_value(timezone.now()),
        "today": connection.ops.adapt_datefield_value(timezone.localdate()),
    }
    statement = _SAME_FAMILY.replace("(asked)", asked).replace("(opened)", sealed)
    with unguarded("repeat contacts"), connection.cursor() as cursor:
        cursor.execute(statement, given)
        found = [(UUID(str(of)), UUID(str(other))) for of, other in cursor.fetchall()]
        # By their keys: in one statement, PostgreSQL went through every contact that there is.
        received = _received({other for _, other in found}, opened, user)
    yield from ((of, other, received[other]) for of, other in found if other in received)


def _received(contacts: Collection[UUID], opened: Collection[UUID], user: User) -> Mapping[UUID, datetime]:
    """When these came, less what the reader must not know of."""
    knowable = ~Q(dossier__restriction=Dossier.Restriction.SEALED) | Q(dossier__in=opened)
    found = Contact.objects.filter(knowable, dossier__in=list(contacts))
    known = found.exclude(dossier__in=shut_out(user).values("dossier")).order_by()
    return dict(known.values_list("dossier_id", "received_at"))


def _listed(name: str, keys: Iterable[UUID]) -> tuple[str, dict[str, Any]]:
    """A list of keys as a statement has it, and its parameters; an empty one holds what no key is."""
    stored = [Contact._meta.pk.get_db_prep_value(key, connection) for key in keys] or [None]
    given = {f"{name}_{place}": key for place, key in enumerate(stored)}
    return f"({', '.join(f'%({one})s' for one in given)})", given


_SAME_FAMILY = """
WITH RECURSIVE
knowable AS NOT MATERIALIZED (
    SELECT id FROM trust_dossier
    WHERE (restriction <> 'sealed' OR id IN (opened)) AND NOT EXISTS (
        SELECT 1 FROM trust_exclusion e
        WHERE e.dossier_id = trust_dossier.id AND e.user_id = %(user)s
        AND e.from_at <= %(now)s AND (e.until_at IS NULL OR e.until_at > %(now)s)
    )
),
-- children whom a contact is about: who is named in it, and who is told of until somebody is named
named AS NOT MATERIALIZED (
    SELECT dossier_id AS contact, person_dossier_id AS person FROM trust_link
    WHERE part IN ('subject', 'sibling')
),
told AS NOT MATERIALIZED (
    SELECT t.dossier_id AS contact, t.key FROM referral_told t
    WHERE t.key <> '' AND t.part IN ('subject', 'sibling') AND NOT EXISTS (
        SELECT 1 FROM trust_link l WHERE l.dossier_id = t.dossier_id AND l.part = t.part
    )
),
-- what leads from one record to another, either way
merged AS NOT MATERIALIZED (
    SELECT dossier_id AS one, other_dossier_id AS other FROM trust_merge WHERE ended_at IS NULL
    UNION ALL SELECT other_dossier_id, dossier_id FROM trust_merge WHERE ended_at IS NULL
),
at_home AS NOT MATERIALIZED (
    SELECT dossier_id AS person, household_id FROM people_address
    WHERE NOT is_mistake AND (until_on IS NULL OR until_on > %(today)s)
),
sibling AS NOT MATERIALIZED (
    SELECT dossier_id AS one, person_dossier_id AS other, kind, is_mistake, until_on FROM people_relationship
    UNION ALL
    SELECT person_dossier_id, dossier_id, kind, is_mistake, until_on FROM people_relationship
),
child(asked, person) AS (
    SELECT n.contact, n.person FROM named n JOIN knowable k ON k.id = n.person WHERE n.contact IN (asked)
    UNION
    SELECT t.contact, p.dossier_id FROM told t JOIN people_personkey p ON p.key = t.key
    JOIN knowable k ON k.id = p.dossier_id WHERE t.contact IN (asked)
    UNION
    SELECT c.asked, m.other FROM child c JOIN merged m ON m.one = c.person JOIN knowable k ON k.id = m.other
),
family(asked, person) AS (
    SELECT asked, person FROM child
    UNION
    SELECT c.asked, b.person FROM child c JOIN at_home a ON a.person = c.person
    JOIN at_home b ON b.household_id = a.household_id JOIN knowable k ON k.id = b.person
    UNION
    SELECT c.asked, s.other FROM child c JOIN sibling s ON s.one = c.person JOIN knowable k ON k.id = s.other
    WHERE s.kind = 'sibling' AND NOT s.is_mistake AND (s.until_on IS NULL OR s.until_on > %(today)s)
    UNION
    SELECT f.asked, m.other FROM family f JOIN merged m ON m.one = f.person JOIN knowable k ON k.id = m.other
),
about(asked, contact) AS (
    SELECT f.asked, n.contact FROM family f JOIN named n ON n.person = f.person
    UNION
    SELECT f.asked, t.contact FROM family f
    JOIN people_personkey p ON p.dossier_id = f.person JOIN told t ON t.key = p.key
    UNION
    SELECT a.contact, t.contact FROM told a JOIN told t ON t.key = a.key WHERE a.contact IN (asked)
)
SELECT asked, contact FROM about
"""
"""From the children of each contact to all their records, from these to household, brothers and sisters and
all the records of those, and from there to the contacts that they are named in or told of in."""
