"""Two worlds that differ only in rows which somebody may not see look the same to them, byte for byte.

The same person does the same in both: opens pages, also of what is hidden, looks for names, fills in forms.
In one of the worlds there is more: records that are sealed, or from which they are excluded; and, where
nothing is looked for, any record without a grant. (Of those a search may say that they exist; that is the
policy, `EXISTENCE_KNOWN`.)
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from difflib import unified_diff
from random import Random
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from lxml.html import document_fromstring

from sightline.core.policy import ROUTES, Plane
from sightline.core.trust import dossiers
from sightline.core.trust.actor import system_actor, unguarded
from sightline.core.trust.models import Link
from tests.canaries import beginning, canary
from tests.invented_people import looking
from tests.invented_states import STATES, Standing, everybody, stand, team_of
from tests.oracle import Case
from tests.pages.test_access import KEYS
from tests.pages.test_trust_canaries import about, asked, browser_of, kinds_of

SEQUENCES = int(os.environ.get("SIGHTLINE_SEQUENCES", "50"))
"""How many sequences are tried; `make soak` tries a thousand."""
ACTORS = ("hub_worker", "hub_manager", "police_unit", "designated_lead", "health", "designated_officer")
VISIBLE = ("own", "receipt", "restricted, by name", "sealed, by name", "broken glass")
TEXTS = st.sampled_from(["Zqx", "Amira", "1 February 2020", "SW1A 1AA", "999 000 0001"])
UNKNOWABLE = {
    "sealed, of others": Case("", None, "", restriction="sealed", holder="other-team"),
    "sealed, by team": STATES["sealed, by team"],
    "sealed, expired": Case("", None, "", restriction="sealed", time="ended"),
    "excluded": STATES["excluded"],
    "excluded, by team": STATES["excluded, by team"],
}
HIDDEN = {
    **UNKNOWABLE,
    **{name: STATES[name] for name in ("foreign", "restricted, by team", "expired", "not yet")},
}


@dataclass(frozen=True)
class Step:
    """One thing that somebody does: `what` is open, search or fill; the numbers are taken round the clock."""

    what: str
    route: int
    record: int
    form: int
    text: str


def steps(*kinds: str) -> st.SearchStrategy[list[Step]]:
    number = st.integers(0, 99)
    name = st.integers(0, 20).map(lambda n: canary(n, section_of_names()))
    text = TEXTS | name | st.integers(0, 20).map(beginning)
    return st.lists(
        st.builds(Step, st.sampled_from(kinds), number, number, number, text), min_size=2, max_size=7
    )


def section_of_names():
    from sightline.core.policy import Section

    return Section.IDENTITY


def more(whys: dict[str, Case]) -> st.SearchStrategy[list[tuple[str, str, int, int]]]:
    """What else there is in one of the worlds: why it is hidden, its kind, whose name it has, about whom."""
    kinds = st.sampled_from(["person", "contact"])
    one = st.tuples(st.sampled_from(sorted(whys)), kinds, st.integers(0, 20), st.integers(0, 4))
    return st.lists(one, min_size=1, max_size=4)


@pytest.fixture
def base(front_line, cast) -> list[Standing]:
    """What both worlds have: a child and a contact in each state in which somebody may see them."""
    people = everybody(front_line, cast)
    team_of("other-team", people, front_line)  # which teams there are is known to all
    with system_actor("the tests"):
        made = []
        for at, state in enumerate(VISIBLE):
            child = stand(2 * at, state, replace(STATES[state], kind="person"), people, front_line)
            contact = stand(2 * at + 1, state, replace(STATES[state], kind="contact"), people, front_line)
            Link(dossier=contact.dossier, person_dossier=child.dossier).save(force_insert=True)
            made += [child, contact]
    return made


@contextmanager
def same_chances(number: int) -> Iterator[None]:
    """The same random keys in both worlds."""
    chances, urandom = Random(number), os.urandom
    os.urandom = chances.randbytes
    try:
        yield
    finally:
        os.urandom = urandom


def hide(extra, base, people, front_line) -> list[Standing]:
    """Store what only one of the worlds has; some of it is about a child that both have."""
    made = []
    children = [one for one in base if one.case.kind == "person"]
    with unguarded("the tests"), same_chances(len(extra)):
        for at, (why, kind, number, child) in enumerate(extra):
            case = replace(HIDDEN[why], kind=kind)
            made.append(stand(number, why, case, people, front_line, reference=f"X26-{at:04d}"))
            if kind == "contact":
                # Of contacts that are only not theirs somebody may learn that a third came (`repeats`): so
                # no child has two of these. Of what is sealed, or excludes them, there may be any number.
                about = children[(child if why in UNKNOWABLE else at) % len(children)].dossier
                if why == "sealed, of others":  # its grants pass on to the child
                    dossiers.link(made[-1].dossier, about, Link.Part.SUBJECT)
                else:
                    Link(dossier=made[-1].dossier, person_dossier=about).save(force_insert=True)
    return made


def acted(user, sequence: list[Step], base: list[Standing], hidden: list[Standing], known: dict) -> list[str]:
    """What a person sees who does all of this, one response after the other, without tokens.

    `known`: the addresses of pages about what is hidden, filled in the world that has it, for the one that
    has not.
    """
    client, shown, page, address, places = browser_of(user), [], "", "/", dict(known)
    with same_chances(1):
        for at, step in enumerate(sequence):
            if step.what == "open":
                route, record = place_of(step, [*base, *hidden])
                place = (route, record and record.dossier.pk)
                if place not in places:
                    with same_chances(1000 + at):
                        places[place] = address_of(route, record)
                address = places[place]
                response = client.get(address)
            else:
                address, response = filled_in(client, address, page, step)
            page = response.content.decode(errors="replace") if not response.streaming else ""
            shown.append(
                f"{step} {address} {response.status_code} {masked(str(response.headers))}\n{masked(page)}"
            )
    of_hidden = {one.dossier.pk for one in hidden}
    known |= {place: where for place, where in places.items() if place[1] in of_hidden}
    return shown


def place_of(step: Step, records: list[Standing]) -> tuple[str, Standing | None]:
    """The page that a step opens, and the record that it is about."""
    routes = [route for route in asked() if route not in KEYS or ROUTES[route].plane is Plane.FRONT_LINE]
    routes = [route for route in routes if not route.startswith(("mfa", "account", "audit", "health"))]
    route = routes[step.route % len(routes)]
    if route not in KEYS:
        return route, None
    fitting = [one for one in records if one.case.kind in kinds_of(route)]
    return route, fitting[step.record % len(fitting)]


def address_of(route: str, record: Standing | None) -> str:
    """The address of a page, of the record if it is about one."""
    if record is None:
        return reverse(route)
    with unguarded("the tests: keys of records"):
        return reverse(route, kwargs=KEYS[route](about(route, record)))


def filled_in(client, address: str, page: str, step: Step):
    """Fill one of the forms of the page that is shown, and send it; go home where there is none."""
    forms = document_fromstring(page).xpath("//main//form") if "<main" in page else []
    if not forms:
        return "/", client.get("/")
    form = forms[step.form % len(forms)]
    data = {name: value for name, value in form.form_values() if name != "csrfmiddlewaretoken"}
    for entry in form.xpath(".//input[not(@type) or @type='text' or @type='search'] | .//textarea"):
        if entry.get("name"):
            data[entry.get("name")] = step.text
    for choice in form.xpath(".//input[@type='radio' and not(@value='')]"):
        data.setdefault(choice.get("name"), choice.get("value"))
    to = form.get("action") or address
    if not to.startswith("/") or to.startswith("//"):
        to = address
    if form.method.lower() == "get":
        return to, client.get(to.partition("?")[0], data)
    return to, client.post(to, data)


TOKENS = re.compile(r'(name="csrfmiddlewaretoken" value=")[^"]+|(csrftoken=|sessionid=|messages=)[^;]+')


def masked(text: str) -> str:
    """A response without tokens."""
    return TOKENS.sub(lambda found: found[1] or found[2] or "", text)


def compare(part, sequence, extra, base, front_line, cast) -> int:
    """Do the same in both worlds; gives how many responses were shown. Fails where they differ."""
    user = getattr(front_line, part)
    people = everybody(front_line, cast)
    worlds, known = [], {}
    with transaction.atomic():
        hidden = hide(extra, base, people, front_line)
        worlds.append(acted(user, sequence, base, hidden, known))
        transaction.set_rollback(True)
    with transaction.atomic():
        worlds.append(acted(user, sequence, base, hidden, known))
        transaction.set_rollback(True)
    for with_more, without in zip(*worlds, strict=True):
        assert with_more == without, difference(with_more, without)
    return len(worlds[0])


def difference(one: str, other: str) -> str:
    """The lines that differ, below what was done."""
    lines = unified_diff(one.splitlines(), other.splitlines(), "with more", "without", n=0, lineterm="")
    return "\n".join([one.partition("{")[0], *list(lines)[:12]])


@pytest.mark.parametrize("whys", ["unknowable", "hidden"])
def test_what_may_not_be_seen_changes_nothing(whys, base, front_line, cast, monkeypatch):
    """Where something is looked for, what is hidden is what a search may not say exists either."""
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    kinds = ("open", "fill") if whys == "unknowable" else ("open",)
    told = {"sequences": 0, "responses": 0}

    @seed(20261122)
    @settings(
        max_examples=SEQUENCES // 2,
        deadline=None,
        database=None,
        phases=(Phase.generate,),  # a difference tells by its lines what it is; to shrink it takes minutes
        suppress_health_check=list(HealthCheck),
    )
    @given(st.sampled_from(ACTORS), steps(*kinds), more(UNKNOWABLE if whys == "unknowable" else HIDDEN))
    def try_it(part, sequence, extra):
        told["responses"] += compare(part, sequence, extra, base, front_line, cast)
        told["sequences"] += 1

    try_it()
    print(f"\n{connection.vendor}: two worlds, {whys}: {told}")
    assert told["sequences"] >= SEQUENCES // 2
    assert told["responses"] > SEQUENCES


def test_a_difference_is_found(base, front_line, cast, monkeypatch):
    """A page that counts what it does not show, planted: the worlds must differ."""
    from sightline.core.trust.models import Dossier

    def counting(self, *args, **kwargs):
        with unguarded("planted"):
            count = Dossier.objects.count()
        return f"<main>{count}</main>"

    monkeypatch.setattr("jinja2.environment.Template.render", counting)
    sequence = [Step("open", n, 0, 0, "") for n in range(3)]
    with pytest.raises(AssertionError):
        compare("hub_worker", sequence, [("sealed, of others", "person", 0, 0)], base, front_line, cast)


def test_both_worlds_show_something(base, front_line):
    """Were everything hidden, the worlds would be alike for no good reason."""
    with looking(front_line.hub_worker):
        from sightline.people.models import Person

        assert Person.objects.count() == len(VISIBLE)
    assert all(isinstance(one.dossier.pk, UUID) for one in base)
