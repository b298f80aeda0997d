"""A front line of 50,000 dossiers and a hundred people, for `python -m bench.web --plane front-line`.

Half of the dossiers are children's own and half are contacts about them, held by forty teams. Rows are stored
in bulk, as the software itself: what is measured is reading. The first person sees ten contacts, the second
ten thousand: so a page's queries can be counted at few rows and at many.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sightline.example.people_population import Population
from sightline.people.duplicates import Described

TEAMS = 40
BATCH = 2_000
SLOW_SECONDS = 0.05
ROLES = ("hub-worker",) * 6 + ("hub-manager", "police-unit", "social-worker", "team-manager")
SEARCHES = 40
"""How many people each looks for: half of them strangers to the records, half on record with some team."""


def seed(dossiers: int, people: int) -> None:
    """Store it all and print a session of each person, with the addresses of what they see, as JSON."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from sightline.core.routes import all_routes
    from sightline.core.trust.actor import system_actor

    call_command("migrate", verbosity=0)
    users, teams = _people(people)
    with system_actor("a measurement of speed"):
        held = _dossiers(dossiers, teams)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as the database does by itself within minutes
    looked_for = _searches(dossiers // 2)
    sessions = [_session(user, held[at % TEAMS]) | {"posts": looked_for} for at, user in enumerate(users)]
    _count_queries(sessions)
    json.dump({"people": sessions, "routes": sorted(all_routes())}, sys.stdout)


def _count_queries(sessions: list[dict[str, Any]]) -> None:
    """Print how many statements each page takes for whoever sees ten contacts and who sees ten thousand."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    for path in ("/", "/worklist/", "/referral/", "referral:contact", "people:person"):
        counts = []
        for session in sessions[:2]:
            client = Client(headers={"host": "localhost"})
            client.cookies["sessionid"] = session["cookie"]
            address = session["paths"].get(path, [path])[0]
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                status = client.get(address).status_code
            counts.append(f"{len(queries)} ({status})")
            slow = max(queries.captured_queries, key=lambda one: float(one["time"]))
            if float(slow["time"]) > SLOW_SECONDS:
                print(f"{path}: {slow['time']} s: {slow['sql'][:600]}", file=sys.stderr)
        print(f"{path}: queries at 10 and at 10,000 rows: {', '.join(counts)}", file=sys.stderr)


def _people(count: int) -> tuple[list[Any], list[Any]]:
    from django.utils import timezone

    from sightline.core.models import Agency, RoleAssignment, Team, TeamMember, User

    since = timezone.localdate() - timedelta(days=30)
    agency = Agency.objects.create(code="avcsc", name="Addiscombe Vale children's social care")
    teams = [Team.objects.create(name=f"Team {number}", agency=agency) for number in range(TEAMS)]
    users = [
        User.objects.create_user(f"person{at}@addiscombe-vale.example", name=f"Person {at}", agency=agency)
        for at in range(count)
    ]
    for at, user in enumerate(users):
        RoleAssignment.objects.create(user=user, role=ROLES[at % len(ROLES)], from_on=since)
        TeamMember.objects.create(user=user, team=teams[at % TEAMS], from_on=since)
    return users, teams


def _dossiers(count: int, teams: list[Any]) -> list[list[tuple[str, str]]]:
    """Store a child and a contact at a time; gives the keys of some of what each team holds."""
    children, some = _children(count // 2), [[] for _ in teams]
    for begin in range(0, count // 2, BATCH):
        rows: dict[type, list[Any]] = {}
        for number in range(begin, min(begin + BATCH, count // 2)):
            # One team holds hardly anything, and another two fifths of everything.
            place = 0 if number < 10 else 1 if number % 5 < 2 else 2 + number % (len(teams) - 2)
            made = list(_child_and_contact(number, teams[place], children[number]))
            for row in made:
                rows.setdefault(type(row), []).append(row)
            if len(some[place]) < 40:
                some[place].append((str(made[2].pk), str(made[3].pk)))
        for model, of_it in rows.items():
            manager = getattr(model, "objects", None) or model._default_manager
            manager.bulk_create(of_it, batch_size=BATCH)
    return some


def _children(count: int) -> list[Described]:
    """So many invented children, with names as common as in a borough."""
    population = Population(4, 0)
    population.grow(4 * count)
    children = [one.described for one in population.people if one.is_child and one.described.date_of_birth]
    return children[:count]


def _searches(children: int) -> dict[str, list[dict[str, str]]]:
    """What people type into the search for a person: names, half of them with a date of birth."""
    known, strangers = _children(children), Population(5, 1)
    chance = random.Random(4)  # noqa: S311
    typed = []
    for number in range(SEARCHES):
        one = chance.choice(known) if number % 2 else strangers.stranger(chance)
        said = {"given_names": one.given_names, "family_name": one.family_name}
        if number % 4 < 2 and one.date_of_birth:
            said |= {
                f"born_on_{part}": str(getattr(one.date_of_birth, part)) for part in ("day", "month", "year")
            }
        typed.append(said)
    return {"people:search (search)": typed}


def _child_and_contact(number: int, team: Any, told: Described) -> Iterator[Any]:
    """A child's dossier, a contact's, the child, the contact, and what else hangs off them."""
    from sightline.core.trust.models import Dossier, Grant, Link
    from sightline.frontline.referral.models import Concern, Contact, Told
    from sightline.people.finding import search_keys
    from sightline.people.models import Address, OtherName, Person, PersonKey, Relationship

    child, contact = (
        Dossier(kind=kind, owner_team=team, owner_agency=team.agency, reference=f"{letter}26-{number:08X}")
        for kind, letter in (("person", "P"), ("contact", "C"))
    )
    who = {
        "given_names": told.given_names,
        "family_name": told.family_name,
        "born_on": told.date_of_birth,
    }
    yield child
    yield contact
    yield Person(dossier=child, **who)
    yield Contact(dossier=contact)
    yield Told(dossier=contact, **who)
    yield Concern(dossier=contact, referrer="A school", narrative="Something worries them. " * 20)
    yield Link(dossier=contact, person_dossier=child)
    yield OtherName(dossier=child, given_names="Al", family_name=told.family_name)
    yield Address(dossier=child, lines=told.address_line, postcode=told.postcode)
    yield Relationship(dossier=child, name="A parent", kind="mother", contact="engaged")
    for key in sorted(search_keys(told)):
        yield PersonKey(dossier=child, key=key)
    for dossier in (child, contact):
        yield Grant(dossier=dossier, team=team, level=4, purpose="protect", source="owner-team")


def _session(user: Any, held: list[tuple[str, str]]) -> dict[str, Any]:
    from django.test import Client

    from sightline.core.trust.middleware import PURPOSE

    client = Client()
    client.force_login(user)
    session = client.session
    session[PURPOSE] = "protect"
    session.save()
    paths = {
        "people:person": [f"/people/{person}/" for person, _ in held],
        "referral:contact": [f"/referral/{contact}/" for _, contact in held],
    }
    return {"role": "front-line", "cookie": client.cookies["sessionid"].value, "paths": paths}
