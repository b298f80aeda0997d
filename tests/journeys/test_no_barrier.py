"""Every page, as every role that may open it, full, empty and filled in wrongly: no barrier, nothing cut off.

Each page is drawn once for each role and state. What differs only in a name or a token is one page, and a
browser looks at it once, at both widths; so it does at each header and footer that some page has. On every
push it looks at each page once, whoever opens it, for barriers at the width of a phone, where things go
wrong; at forms that were filled in wrongly `make prove` looks, which asks as everybody.
"""

import hashlib
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from http import HTTPStatus
from mimetypes import guess_type
from typing import Any
from urllib.parse import urlparse

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from cryptography.hazmat.primitives.asymmetric import ec
from django.contrib.auth.hashers import make_password
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from fido2.cose import ES256
from fido2.utils import sha256, websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)
from lxml.html import document_fromstring

from sightline.assurance.collection import commands
from sightline.assurance.collection.commands import Signed, Typed
from sightline.assurance.collection.models import Quality, Return
from sightline.assurance.collection.terms import Terms
from sightline.assurance.dataset.commands import receive_load
from sightline.assurance.dataset.models import Load
from sightline.clocks.calendar import add_months
from sightline.core.account_mail import password_link
from sightline.core.commands import delete_file
from sightline.core.models import Agency, RoleAssignment, Team, User
from sightline.core.permissions import ROLES, Role
from sightline.core.policy import ROUTES, Plane
from sightline.frontline.referral.commands import open_contact
from sightline.frontline.referral.pages.refer import limits
from tests.conftest import AS_EVERYBODY, PASSWORD, Cast
from tests.invented_cycle import NOT_LATE
from tests.invented_people import FrontLine, looking
from tests.journeys.browser import DESKTOP, PHONE
from tests.pages.test_access import KEYS, WHO_MAY_OPEN, a_file, an_unborn_child, at_work
from tests.pages.test_loads import POLICE as MISSING_LIST

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

People = dict[str, list[User | None]]
"""Who plays each role."""
Keys = dict[str, dict[str, Any]]
"""What to put into the address of a page."""

NOBODY = "nobody"
HOME, STATIC = "http://localhost", "/static/"
PLAYED_BY = {
    Role.BOARD_MANAGER: ("board_manager",),
    Role.ANALYST: ("analyst",),
    Role.AGENCY_LEAD: ("agency_lead", "other_agency_lead"),
    Role.MEMBER: ("member",),
    Role.LAY_MEMBER: ("lay_member",),
    Role.ADMINISTRATOR: ("administrator",),
    Role.HUB_MANAGER: ("hub_manager",),
    Role.DESIGNATED_LEAD: ("designated_lead",),
    Role.INFORMATION_GOVERNANCE: ("governance",),
}
"""Who of the cast and of the front line's people plays which role; the other roles are met in an empty
installation alone. Of the front line who sees all, a part, and who looked; with `make prove` others too."""

if AS_EVERYBODY:
    PLAYED_BY |= {
        Role.HUB_WORKER: ("hub_worker",),
        Role.POLICE_UNIT: ("police_unit",),
        Role.HEALTH_SAFEGUARDING: ("health",),
        Role.DESIGNATED_OFFICER: ("designated_officer",),
    }

OF_ONE_PERSON = re.compile(
    r'value="[A-Za-z0-9]{64}"|[0-9a-f-]{36}| d="[^"]+"|app-code">[^<]+<|data-app-options="[^"]+"'
    r'|name="kept" value="[^"]+"'
)
"""Tokens, keys, and what one person's app or passkey is asked: no two pages have the same."""

SHOWN = (HTTPStatus.OK, HTTPStatus.GONE)
"""What a page answers; one about a file that was deleted says that it is gone."""

WITH_FACTORS = "ana.lyst@addiscombe-vale.example"
"""Who signs in where a page comes before or after the password."""

WRONG: dict[str, dict[str, str]] = {
    "mfa_authenticate": {"code": "000000"},
    "mfa_reauthenticate_webauthn": {"credential": ""},
    "referral:refer-check": {"website": "https://spam.example"},
}
"""What is sent where there is more to it than an empty form."""

NO_PAGES = {
    "health", "dataset:chart", "dataset:download", "audit-export", "mfa_download_recovery_codes",
    "questionnaire:save", "mfa_login_webauthn", "referral:refer-save",
    "trust:keep", "referral:raise",
}  # fmt: skip
"""Routes that give something else than a page, only take what a page sends, or lead to another."""

IN_EMPTY: dict[str, Callable[[User | None], dict[str, Any]]] = {
    "account_reset_password_from_key": lambda user: {"uidb36": "1", "key": "no-such-key"},
    "collection:ask": lambda user: {"key": "referrals"},
    "dataset:indicator": lambda user: {"key": "referrals"},
    "dataset:definition-change": lambda user: {"key": "referrals"},
    "dataset:baseline": lambda user: {"key": "referrals"},
    "settings-limit": lambda user: {"clock": "assessment"},
    "locality-rename": lambda user: {"key": "north"},
    **{
        route: lambda user: {"pk": user.pk}
        for route in (
            "person",
            "person-correct",
            "role-give",
            "account-close",
            "account-reopen",
            "password-link",
            "second-factors-remove",
        )
    },
    "role-end": lambda user: {"pk": RoleAssignment.objects.get(user=user).pk},
}
"""The keys in addresses that there are in an installation without any record but a person."""


NEEDS_A_FACTOR = {
    "mfa_authenticate",
    "mfa_deactivate_totp",
    "mfa_edit_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_view_recovery_codes",
}
"""Pages that there are only for somebody with an app or a passkey."""

NEEDS_FIGURES = {"dataset:downloads", "dataset:definition-change", "dataset:baseline"}
"""Pages that there are only once there is a figure."""

WITH_GRANTS = {route for route, page in ROUTES.items() if page.plane is Plane.FRONT_LINE}
"""Pages that show records about people: the role is not enough, one needs a grant."""

SET_UP_ONCE = {"mfa_activate_totp"}
"""Pages that there are only for somebody without."""

NOTHING_TO_FILL_IN = {
    "account-close",
    "account-reopen",
    "account_logout",
    "agencies-enter",
    "consultation:call",
    "dataset:load-confirm",
    "dataset:publish-own",
    "escalation:decided-again",
    "mfa_deactivate_totp",
    "mfa_generate_recovery_codes",
    "mfa_remove_webauthn",
    "password-link",
    "questionnaire:evidence-remove",
    "referral:refer-disagree",
    "referral:refer-resume",
    "referral:close",
    "referral:reopen",
    "referral:withdraw",
    "second-factors-remove",
    "threshold:close",
    "threshold:consult",
    "threshold:open",
    "trust:grant-end",
    "trust:exclusion-end",
    "trust:search",
    "trust:disposal",
    "trust:disposal-new",
}
"""Pages that ask for a yes alone: nothing can be wrong with it."""


@dataclass(frozen=True)
class Seen:
    """A page as somebody sees it."""

    route: str
    role: str
    state: str
    address: str
    client: Client
    response: Any

    @property
    def name(self) -> str:
        """What it is called where something is wrong with it."""
        return f"{self.route} as {self.role}, {self.state}"

    @property
    def html(self) -> str:
        """The page."""
        return str(self.response.content.decode())

    @property
    def has_fields(self) -> bool:
        """Whether it has a form with something to fill in that is sent, not looked up."""
        (main,) = document_fromstring(self.html).xpath("//main")
        return bool(
            main.xpath(
                ".//form[@method='post']//*[self::textarea or self::select or self::input"
                " and not(@type='hidden' or @type='submit')]"
            )
        )

    @property
    def says_error(self) -> bool:
        """Whether its title says that something is wrong."""
        return "<title>Error: " in self.html

    def ids_twice(self) -> set[str]:
        """Ids that more than one element has."""
        ids = Counter(re.findall(r'\sid="([^"]+)"', self.html))
        return {one for one, times in ids.items() if times > 1}

    def parts(self) -> set[str]:
        """Its frame and the rest of it, each as a hash, without what is another's name or token.

        On every push a page counts as the same page for whoever opens it.
        """
        masked = OF_ONE_PERSON.sub("", self.html)
        for name, email in User.objects.values_list("name", "email"):
            masked = masked.replace(name, "").replace(email, "")
        frame = "".join(re.findall(r"<header class=.*?</header>|<footer.*?</footer>", masked, re.DOTALL))
        assert frame, f"{self.name} has no header"
        rest = re.sub(r"<header class=.*?</header>|<footer.*?</footer>", "", masked, flags=re.DOTALL)
        if not AS_EVERYBODY:
            frame, rest = (
                re.sub(r' aria-current="[^"]*"| govuk-[a-z-]+--active', "", frame),
                self.route + self.state,
            )
        return {hashlib.sha256(part.encode()).hexdigest() for part in (frame, rest)}


def pages() -> dict[str, Any]:
    """The routes that are pages, with what the policy says of each."""
    found = {route: page for route, page in ROUTES.items() if route not in NO_PAGES}
    assert len(found) > 80, "the policy has lost its pages"
    return found


FIRST_OF_A_KIND = list({card.permissions: role for role, card in reversed(ROLES.items())}.values())
"""One role for each set of permissions: who may do the same sees the same, but of a record about people."""


def roles_of(route: str) -> list[str]:
    """Who may open a page, from the policy; the pages before signing in are for nobody who has."""
    page = ROUTES[route]
    if page.permission is None:
        return [NOBODY] if route.startswith(("account_", "mfa_")) else [NOBODY, *FIRST_OF_A_KIND]
    roles = ROLES if route in WITH_GRANTS else FIRST_OF_A_KIND
    return [role for role in roles if page.opens_for(ROLES[role].permissions.__contains__)]


def expected(*, without: AbstractSet[str] = frozenset()) -> set[tuple[str, str]]:
    """Every page with every role that may open it."""
    return {(route, role) for route in pages() if route not in without for role in roles_of(route)}


def expected_of_players() -> set[tuple[str, str]]:
    """Every page with every role that somebody plays; a record about people, with those who have a grant."""
    return {
        (route, role)
        for route, role in expected(without=SET_UP_ONCE)
        if role == NOBODY
        or (role in PLAYED_BY and (route not in WITH_GRANTS or WHO_MAY_OPEN[route] & {*PLAYED_BY[role]}))
    }


REACH_TOO_LITTLE = {
    # Broken glass would show them a contact's reference alone.
    ("trust:break-glass", Role.DESIGNATED_OFFICER),
}
"""Pages that do not open to somebody whose role reaches the record too little."""

BY_BROKEN_GLASS = {
    (f"referral:{page}", Role.POLICE_UNIT)
    for page in ("contact", "screen", "acknowledge", "name-person", "add-intelligence", "protect-location")
    for page in ("contact", "name-person", "add-intelligence", "protect-location", "dissent")
}
"""Pages that the police see because they have broken the glass."""


def client_of(user: User | None) -> Client:
    """A browser in which somebody has just signed in, confirmed who they are, also with a code, and said what
    for, or that nobody uses yet.
    """
    client = Client()
    client.who = user  # type: ignore[attr-defined]
    if user is not None:
        client.force_login(user)
        client.post("/account/confirm/", {"password": PASSWORD})
        at_work(client)
        has_shown_a_code(client, user)
    return client


def has_shown_a_code(client: Client, user: User) -> None:
    """Let a session be one in which a second factor was just shown, besides what it was before."""
    session = client.session
    shown = {"method": "mfa", "type": "totp", "at": time.time(), "reauthenticated": True}
    before = session.get("account_authentication_methods", [])
    session["account_authentication_methods"] = [*before, shown]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


@pytest.fixture
def full(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    cast: Cast,
    dataset: Any,
    collection: Any,
    questionnaire: Any,
    people: Any,
    work: Any,
) -> dict[str, Any]:
    """An installation with something on every page; gives the keys in the addresses, by route."""
    processes = dict.fromkeys(route.rpartition(":")[0] for route in KEYS)
    made = {process: request.getfixturevalue(process or "cast") for process in processes}
    monkeypatch.setattr(limits, "LIMITS", dict.fromkeys(limits.LIMITS, (10**6, 10**6)))
    police, lead = Agency.objects.get(code="avpol"), cast.other_agency_lead
    given = Terms(
        kind="figure",
        item="conference-attendance-review",
        from_on=collection.quarter.first_on,
        limit=NOT_LATE,
        agreed_on=collection.quarter.first_on,
        agreed_by="Executive",
    )
    commands.agree(police, given=given, by=cast.board_manager)
    to_sign, to_check = Return.objects.filter(agreement__agency=police, agreement__kind="figure").order_by(
        "pk"
    )
    for item in (to_sign, to_check):
        months = [month.last for month in item.quarter.months]
        typed = [Typed(last, n, 20, Quality.COMPLETE) for last, n in zip(months, (17, 18, 16), strict=True)]
        commands.type_figures(item, figures=typed, by=lead)
    signed = [Signed(to_check, Quality.COMPLETE)]
    commands.sign_off(police, quarter=to_check.quarter, signed=signed, by=lead)
    earlier = commands.open_quarter(
        first_on=add_months(collection.quarter.first_on, -3), by=cast.board_manager
    )
    load = receive_load(
        cast.agency_lead.agency,
        uploads=[SimpleUploadedFile("missing-2026-04-20.csv", MISSING_LIST)],
        extracted_on=None,
        by=cast.agency_lead,
    )
    work()
    confirmed = Load.objects.create(agency=load.agency, state=Load.States.CONFIRMED)
    gone = a_file()
    delete_file(gone, reason="It names a child", by=cast.analyst)
    keys = {route: key(made[route.rpartition(":")[0]]) for route, key in KEYS.items()}
    undecided = raised_with(made["referral"].dossier.owner_team)
    of_load = {f"dataset:{name}": {"pk": load.pk} for name in ("load", "load-confirm", "load-discard")}
    return {
        **keys,
        **of_load,
        "dataset:load-withdraw": {"pk": confirmed.pk},
        "people:born": {"pk": an_unborn_child(people).pk},
        "collection:publish": {"pk": earlier.pk},
        "collection:figures": {"pk": to_sign.pk},
        "collection:check": {"pk": to_check.pk},
        "questionnaire:review": {"pk": questionnaire.handed_in.pk},
        "file": {"pk": gone.pk},
        "trust:break-glass": {"pk": held_by_others().dossier_id},
        **{f"referral:{name}": {"pk": undecided.pk} for name in ("screen", "acknowledge")},
    }


def held_by_others() -> Any:
    """A contact that no member of the hub sees."""
    return raised_with(Team.objects.create(name="Another hub"))


def raised_with(team: Any) -> Any:
    """A contact that a school has just made."""
    sender = User.objects.get(name="Des Lead")
    with looking(sender):
        return open_contact(
            team=team,
            told={},
            concern={"referrer": "Des Lead, school", "narrative": "Something else"},
            by=sender,
        )


def with_second_factors(user: User) -> None:
    """Give somebody an authenticator app, recovery codes and a passkey."""
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)
    key = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    made = AttestedCredentialData.create(b"\0" * 16, b"a passkey", key)
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT
    said = AuthenticatorData.create(sha256(b"localhost"), flags, 0, made)
    attested = AttestationObject.create("none", said, {})
    client = CollectedClientData.create("webauthn.create", b"challenge", "http://localhost")
    credential = {
        "id": websafe_encode(b"a passkey"),
        "rawId": websafe_encode(b"a passkey"),
        "type": "public-key",
        "response": {
            "attestationObject": websafe_encode(attested),
            "clientDataJSON": websafe_encode(client),
        },
    }
    data = {"name": "Work laptop", "credential": credential}
    Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=data)


def people_of(cast: Cast, front_line: FrontLine) -> People:
    """Who plays each role; nobody is nobody."""
    everybody = vars(front_line) | vars(cast)
    people: People = {role: [everybody[name] for name in names] for role, names in PLAYED_BY.items()}
    return {NOBODY: [None], **people}


def address_of(route: str, user: User | None, keys: Keys) -> str:
    """The address of a page; one's own passkey is in those about it."""
    if route in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        passkey = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).first()
        return reverse(route, kwargs={"pk": passkey.pk if passkey else 0})
    return reverse(route, kwargs=keys.get(route))


def before(client: Client, route: str, address: str) -> str:
    """Do what must come before a page that nobody reaches by its address alone; gives its address then."""
    if route == "mfa_authenticate":
        client.post("/account/login/", {"login": WITH_FACTORS, "password": PASSWORD})
    if route in ("referral:refer-check", "referral:refer-later", "referral:refer-page"):
        came = {"channel": "phone", "time": "00:01"}  # which the hub is asked, and nobody else
        day = dict(zip(("day_day", "day_month", "day_year"), (1, 3, 2026), strict=True))
        client.post("/refer/", {"danger": "no", "who": "professional", **came, **day})
    user = User.objects.filter(email=WITH_FACTORS).first()
    if route == "account_reset_password_from_key" and user is not None:
        return str(client.get(urlparse(password_link(user)).path)["Location"])
    return address


def drawn(
    routes: Iterable[str], people: dict[str, list[User]], keys: dict[str, Any], state: str
) -> list[Seen]:
    """The pages as everybody who may open them sees them; what does not exist for somebody is left out."""
    clients = {user: client_of(user) for users in people.values() for user in users if user}
    seen = []
    for route in routes:
        for role in roles_of(route):
            for user in people.get(role, []):
                client = clients[user] if user else client_of(None)
                address = before(client, route, address_of(route, user, keys))
                response = client.get(address)
                if response.status_code in SHOWN:
                    seen.append(Seen(route, role, state, address, client, response))
    return seen


def filled_in_wrongly(seen: Iterable[Seen]) -> Iterator[Seen]:
    """The pages with something to fill in, each sent with nothing filled in, or with what `WRONG` says."""
    for page in seen:
        if not page.has_fields and page.route not in WRONG:
            continue
        with transaction.atomic():
            client = client_of(page.client.who)  # type: ignore[attr-defined]
            address = before(client, page.route, page.address)
            given = {"csrfmiddlewaretoken": "x", **WRONG.get(page.route, {})}
            response = client.post(address, given)
            transaction.set_rollback(True)
        yield replace(page, state="wrong", client=client, response=response)


@pytest.fixture(scope="module")
def known() -> set[str]:
    """What a browser has looked at."""
    return set()


@pytest.fixture
def barriers(browser, axe_violations, screenshot, known):
    """A function that gives what is wrong with pages, one line each; it looks at each once."""
    from playwright.sync_api import Route

    page, shown = browser.new_page(), {}

    def serve(route: Route) -> None:
        seen, path = shown["page"], urlparse(route.request.url).path
        if route.request.is_navigation_request():
            route.fulfill(headers=dict(seen.response.headers), body=seen.html)
        elif path.startswith(STATIC):
            kind = guess_type(path)[0] or "text/plain"
            route.fulfill(content_type=kind, path=finders.find(path.removeprefix(STATIC)))
        else:
            got = seen.client.get(path)
            route.fulfill(status=got.status_code, headers=dict(got.headers), body=got.content)

    page.route("**/*", serve)

    def look(seen: Seen) -> Iterator[str]:
        shown["page"] = seen
        page.goto(f"{HOME}{seen.address}")
        page.wait_for_selector("body.govuk-frontend-supported")
        assert page.evaluate("getComputedStyle(document.body).fontFamily") != "", "the styles are not there"
        for width, size in {"phone": PHONE, "desktop": DESKTOP}.items():
            page.set_viewport_size(size)
            screenshot(page, f"{seen.name} {width}".replace(":", "-").replace(" ", "-"))
            if width == "phone" or AS_EVERYBODY:  # the narrow one is where things go wrong
                yield from (f"{seen.name}, {width}: {found}" for found in axe_violations(page))
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                yield f"{seen.name} scrolls sideways on a {width}"

    def find(pages: Iterable[Seen]) -> list[str]:
        found: list[str] = []
        for seen in pages:
            found += [f"{seen.name}: two elements have the id {one}" for one in seen.ids_twice()]
            new = seen.parts() - known
            if new and (seen.state != "wrong" or AS_EVERYBODY):
                found += look(seen)
                known.update(new)
        return found

    yield find
    page.close()


def opened(seen: Iterable[Seen]) -> set[tuple[str, str]]:
    """The pages, with the role in which each was opened."""
    return {(one.route, one.role) for one in seen}


def not_refused(wrong: Iterable[Seen]) -> list[str]:
    """Forms that were sent wrongly and did not say so, by name."""
    return [one.name for one in wrong if one.response.status_code != HTTPStatus.OK or not one.says_error]


def test_a_full_installation_has_no_barrier_and_neither_has_a_form_filled_in_wrongly(
    cast, front_line, full, barriers
):
    for user in User.objects.all():
        with_second_factors(user)
    seen = drawn(pages(), people_of(cast, front_line), full, "full")
    by_glass = {(route, role) for route, role in BY_BROKEN_GLASS if role in PLAYED_BY}
    assert opened(seen) == (expected_of_players() - REACH_TOO_LITTLE) | by_glass
    wrong = list(filled_in_wrongly(seen))
    assert not_refused(wrong) == []
    sent = {one.route for one in seen if "POST" in one.client.options(one.address).get("Allow", "")}
    assert {one.route for one in wrong} == sent - NOTHING_TO_FILL_IN, (
        "a form is not looked at when it is wrong"
    )
    assert barriers([*seen, *wrong]) == []


def test_an_empty_installation_has_no_barrier(db, barriers):
    keys = {route for route in KEYS if route not in IN_EMPTY}
    problems: list[str] = []
    for role in (NOBODY, *(role for role in FIRST_OF_A_KIND if AS_EVERYBODY or role in PLAYED_BY)):
        with transaction.atomic():
            user = None if role == NOBODY else alone(role)
            routes = [route for route in pages() if role in roles_of(route) and route not in keys]
            own = {route: IN_EMPTY[route](user) for route in routes if route in IN_EMPTY}
            drawn_here = drawn(routes, {role: [user]}, own, "empty")
            wanted = expected(without=keys | NEEDS_A_FACTOR | NEEDS_FIGURES)
            assert opened(drawn_here) == {(route, who) for route, who in wanted if who == role}
            wrong = list(filled_in_wrongly(one for one in drawn_here if one.route in SET_UP_ONCE))
            assert not_refused(wrong) == []
            problems += barriers([*drawn_here, *wrong])
            transaction.set_rollback(True)
    assert problems == []


def test_a_barrier_and_a_page_that_is_too_wide_are_found(cast, barriers):
    (page,) = drawn(["clocks"], {Role.MEMBER: [cast.member]}, {}, "spoiled")
    spoilt = page.html.replace("</h1>", f'</h1><img src="/x" id="main-content"><pre>{"x" * 400}</pre>', 1)
    found = "\n".join(barriers([replace(page, response=HttpResponse(spoilt))]))
    assert "two elements have the id main-content" in found
    assert "image-alt" in found
    assert "scrolls sideways on a phone" in found


def alone(role: Role) -> User:
    """The only person of an installation, in a role."""
    agency = Agency.objects.create(code="avcsc", name="Care") if role == Role.AGENCY_LEAD else None
    user = User.objects.create(
        email=WITH_FACTORS, name="Only One", agency=agency, password=make_password(PASSWORD)
    )
    RoleAssignment.objects.create(user=user, role=role, from_on=timezone.localdate())
    return user
