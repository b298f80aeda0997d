"""No canary where the truth table has none: every page, everybody, every state of access, every output.

Each protected text holds a canary that tells its dossier and its section. Pages are found by walking the
resolver, so that a new one is looked at without being named here.
"""

import json
import time
import zipfile
from dataclasses import replace
from io import BytesIO

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, transaction
from django.forms.models import model_to_dict
from django.test import Client
from django.urls import reverse
from jinja2 import Template
from lxml.html import document_fromstring

from sightline.core.models import AuditEvent
from sightline.core.policy import ROUTES, Plane, Section
from sightline.core.routes import all_routes
from sightline.core.trust.actor import unguarded
from sightline.core.trust.guarded import Guarded
from sightline.frontline.escalation.models import Escalation
from tests.canaries import beginning, canary, found_in, section_models
from tests.conftest import AS_EVERYBODY
from tests.invented_states import ROLE_OF, STATES, Standing, every_state
from tests.oracle import sees
from tests.pages.test_access import KEYS, WHO_MAY_OPEN, at_work, is_about_people

ASSURANCE = ("dataset:", "collection:", "questionnaire:", "threshold:", "file")
"""Pages about what cannot know a person: no import and no key leads there from a record of one."""

SENT = {"", "own", "foreign", "sealed, by team", "excluded"}
"""The states in which forms are sent, and in which the trust plane's pages are asked for of persons too."""

NOT_ASKED = {"account_logout", "mfa_download_recovery_codes", "people:born", "people:unmerge"}
"""The last two are about records that are made for the asking, and would change who sees what."""


@pytest.fixture
def states(front_line, cast) -> list[Standing]:
    made = every_state(front_line, cast)
    school = front_line.designated_lead  # who raised a dispute takes it further
    with unguarded("the tests: the school disputes"):
        Escalation.objects.update(raised_by=school, raised_by_agency=school.agency)
    assert len(made) == 2 * len(STATES)
    return made


def someone(part, front_line, cast):
    return getattr(front_line, part, None) or getattr(cast, part)


def browser_of(user) -> Client:
    """Signed in, with a purpose, and a second factor shown just now."""
    client = Client()
    client.force_login(user)
    at_work(client)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": time.time()}]
    session.save()
    return client


def allowed(part: str, states: list[Standing]) -> set[tuple[int, Section]]:
    """Whose sections somebody may see, says the truth table.

    Whoever reviews a broken glass reads why it was broken, and nothing else of the record. What somebody has
    typed and not sent is theirs alone, and here that is somebody who looks at no page.
    """
    if part == "governance":
        return {(one.number, Section.ACCESS) for one in states}
    return {
        (one.number, section)
        for one in states
        for section in Section
        if section is not Section.UNFINISHED
        and sees(replace(one.case, role=ROLE_OF[part], session="protect"), section)
    }


def text_of(response) -> str:
    """All that a response tells: its headers, and its content in whatever form it is."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    kind = response.headers.get("Content-Type", "")
    if content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(BytesIO(content)) as parts:
            content = b"\n".join(name.encode() + parts.read(name) for name in parts.namelist())
    if "pdf" in kind:
        content = pdf_text(content).encode()
    return f"{response.headers}\n{content.decode(errors='replace')}"


def pdf_text(content: bytes) -> str:
    from pypdf import PdfReader

    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


def addresses(route: str, states: list[Standing], cast) -> list[tuple[str, str]]:
    """A route's addresses: of each dossier where it is about one; with the state that it is in."""
    if route not in KEYS:
        return [("", reverse(route))]
    if ROUTES[route].plane is not Plane.FRONT_LINE:
        return [("", reverse(route, kwargs=KEYS[route](cast)))]
    with unguarded("the tests: keys of records"):
        return [
            (one.state, reverse(route, kwargs=KEYS[route](about(route, one))))
            for one in states
            if one.case.kind in kinds_of(route)
            and (one.case.kind == "contact" or not route.startswith("trust:") or one.state in SENT)
        ]


def kinds_of(route: str) -> set[str]:
    """The kinds of dossier that a page is about."""
    return {"people": {"person"}, "trust": {"person", "contact"}}.get(route.partition(":")[0], {"contact"})


def about(route: str, one: Standing) -> object:
    """What the address of a page is made from."""
    return one.access if route.startswith("trust:") else one.record


def asked() -> list[str]:
    """The routes that are asked for."""
    routes = [route for route in all_routes() if not route.startswith(ASSURANCE) and route not in NOT_ASKED]
    assert sum(ROUTES[route].plane is Plane.FRONT_LINE for route in routes) > 2, "no page about people"
    return routes


def searches(client: Client, address: str, html: str) -> list[str]:
    """The addresses that the search forms of a page lead to, each filled with the beginnings of canaries.

    A beginning is no canary, so that a page may say again what was looked for.
    """
    if "<main" not in html:
        return []
    found = []
    for form in document_fromstring(html).xpath("//main//form[@method='get' or not(@method)]"):
        names = form.xpath(".//input[@type='text' or @type='search' or not(@type)]/@name")
        found += [
            f"{address}?{name}={beginning(number)}" for name in names for number in range(2 * len(STATES))
        ]
    return found


def own_pages(part: str) -> set[str]:
    """The pages about a record that somebody may open: one that never opened was not looked at."""
    return {
        route for route in asked() if is_about_people(route) and route in KEYS and part in WHO_MAY_OPEN[route]
    }


ASKED_AS = [part for part in ROLE_OF if AS_EVERYBODY or part in ("designated_lead", "governance")]
"""As whom: `make prove` asks as everybody, which takes minutes; `make test` as two of them."""


@pytest.mark.parametrize("part", ASKED_AS)
def test_nobody_is_shown_what_is_withheld_from_them(part, states, front_line, cast, caplog):
    client = browser_of(someone(part, front_line, cast))
    mine = allowed(part, states)
    cells, shown, wrong, opened = 0, set(), [], set()
    for route in asked():
        for state, address in addresses(route, states, cast):
            asks = [("get", address)] + [("post", address)] * (state in SENT)
            for method, where in asks:
                with transaction.atomic():
                    response = getattr(client, method)(where)
                    text = text_of(response)
                    transaction.set_rollback(method == "post")
                if (method, where) == ("get", address) and is_about_people(route):
                    asks += [("get", search) for search in searches(client, address, text)]
                cells += 1
                opened |= {route} if response.status_code != 404 else set()
                canaries = found_in(text)
                shown |= canaries
                wrong += [(route, method, state, leak) for leak in canaries - mine]
    print(
        f"\n{part}: {cells} requests, {len(shown)} of {len(mine)} sections shown, {len(wrong)} withheld shown"
    )
    assert wrong == []
    assert shown or not mine, "a person who sees something was shown nothing: nothing was checked"
    assert own_pages(part) - opened == set(), (
        "found no record in any state: let its KEYS look it up by dossier"
    )
    assert found_in(caplog.text) == set(), "a log tells"
    assert mail.outbox == [] or found_in(repr([vars(one) for one in mail.outbox])) == set(), "an e-mail tells"
    assert tables_that_tell() == set()


def tables_that_tell() -> set[str]:
    """The tables outside the plane that hold a canary; sessions are read as the application reads them."""
    told, looked = set(), 0
    for model in apps.get_models():
        if issubclass(model, Guarded):
            continue
        for row in model._default_manager.all():
            looked += 1
            held = row.get_decoded() if isinstance(row, Session) else model_to_dict(row)
            plain = {name: str(value) for name, value in vars(row).items()} | {"": held}
            if found_in(json.dumps(plain, cls=DjangoJSONEncoder, default=str)):
                told.add(model._meta.label)
    assert looked > 20, "no row was found outside the plane"
    return told


def test_the_truth_table_lets_some_see_and_some_not(states):
    """The matrix would pass if nobody were ever shown anything: so that is not so."""
    may = {part: allowed(part, states) for part in ROLE_OF}
    assert {part for part, sections in may.items() if not sections} == {
        "board_manager",
        "administrator",
    }
    assert len({len(sections) for sections in may.values()}) > 3, "everybody sees the same"
    seen = {section for sections in may.values() for _, section in sections}
    assert seen == set(Section) - {Section.UNFINISHED}


def test_a_canary_that_gets_out_is_found(states, front_line, cast, monkeypatch):
    """A page that reads past the rule, planted: the scan must see it in every form of output."""
    import io

    from openpyxl import Workbook

    number, book, file = states[0].number, Workbook(), io.BytesIO()
    book.active["A1"] = canary(number, Section.IDENTITY)
    book.save(file)
    from django.http import HttpResponse

    for content, kind in (
        (file.getvalue(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (f"a,b\nx,{canary(number, Section.IDENTITY).upper()}\n".encode(), "text/csv"),
        (f"born 3 February 18{number:02d}".encode(), "text/html"),
    ):
        told = found_in(text_of(HttpResponse(content, content_type=kind)))
        assert told == {(number, Section.IDENTITY)}, kind
    name = f"attachment; filename={canary(number, Section.IDENTITY)}.csv"
    told = HttpResponse(b"", headers={"Content-Disposition": name})
    assert found_in(text_of(told)) == {(number, Section.IDENTITY)}


@pytest.mark.parametrize("page", ["missing", "broken", "not recorded"])
def test_an_error_page_tells_nothing(page, states, front_line, monkeypatch, caplog, kept_open):
    """Also where it comes after everything has been read, and in what is logged about it."""
    own = next(one for one in states if one.state == "own" and one.case.kind == "contact")
    client = browser_of(front_line.hub_manager)
    client.raise_request_exception = False
    address = reverse("referral:contact", kwargs={"pk": own.record.pk})
    first = AuditEvent.objects.count()
    assert found_in(client.get(address).content.decode()), "the page shows nothing: nothing would be checked"
    before = AuditEvent.objects.count()
    looks = before - first
    if page == "missing":
        address += "no-such-part/"
    elif page == "broken":
        monkeypatch.setattr("jinja2.environment.Template.render", broken(Template.render))
    else:
        monkeypatch.setattr("sightline.core.chain.append", not_written)
    response = client.get(address)
    assert response.status_code == {"missing": 404, "broken": 500, "not recorded": 503}[page]
    assert found_in(text_of(response)) == set()
    assert found_in(caplog.text) == set()
    assert AuditEvent.objects.count() == before + looks * (page == "broken"), "what was read is a look"


def broken(render):
    """A page that is drawn to its end, and then fails."""

    def draw(self, *args, **kwargs):
        drawn = render(self, *args, **kwargs)
        if self.name == "referral/contact.html":
            raise RuntimeError("broken on purpose")
        return drawn

    return draw


def not_written(events):
    if events:
        raise DatabaseError("the audit log cannot be written")


def test_every_section_has_a_table_and_every_table_a_canary(states):
    held = {
        (one.case.kind, section) for one in states for section in Section if section is not Section.OUTLINE
    }
    assert held
    with unguarded("the tests"):
        empty = [
            model.__name__
            for model in section_models()
            if not model.objects.exists() and not model.__name__.startswith("Merge")
        ]
    assert empty == []
