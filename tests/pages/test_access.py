"""Who may open what: every route, by every member of the cast and by nobody, against a table kept by hand."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, path, reverse

from sightline.core import checks
from sightline.core.models import AuditEvent
from sightline.core.permissions import Permission
from sightline.core.policy import PUBLIC, ROUTES, Page, Plane, Read
from sightline.core.routes import all_routes

PEOPLE = {
    "board_manager",
    "analyst",
    "agency_lead",
    "other_agency_lead",
    "member",
    "lay_member",
    "administrator",
}
READERS = PEOPLE - {"administrator"}
EVERYBODY = PEOPLE | {"stranger", "leaver", "anonymous"}

# Written down from what each person needs, not from the policy: a mistake there must show here.
WHO_MAY_OPEN: dict[str, set[str]] = {
    "home": PEOPLE,
    "clocks": PEOPLE,
    "accessibility": EVERYBODY,
    "data-protection": EVERYBODY,
    "health": EVERYBODY,
    "account_login": EVERYBODY,
    "account_inactive": EVERYBODY,
    "account_logout": PEOPLE,
    "account_change_password": PEOPLE,
    "dataset:scorecard": READERS,
    "dataset:indicator": READERS,
    "dataset:chart": READERS,
    "dataset:quality": READERS,
    "dataset:file": READERS,
}

# What to put into the address of a route that needs it, from what the fixture named after its process made.
KEYS: dict[str, Callable[[Any], dict[str, object]]] = {
    "dataset:indicator": lambda made: {"key": "referrals"},
    "dataset:chart": lambda made: {"key": "referrals"},
    "dataset:file": lambda made: {"position": 0},
}


def test_every_route_has_a_row_in_the_table():
    routes = set(all_routes())
    assert routes, "no route was found: nothing would be checked"
    assert routes == set(WHO_MAY_OPEN), "write into WHO_MAY_OPEN who needs the page (and its KEYS, if any)"


@pytest.mark.parametrize("route", sorted(WHO_MAY_OPEN))
@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_a_page_opens_for_those_who_need_it_and_does_not_exist_for_others(
    route, method, cast, signed_in, request
):
    process = route.rpartition(":")[0]
    made = request.getfixturevalue(process) if process else None
    address = reverse(route, kwargs=KEYS[route](made) if route in KEYS else None)
    checked = 0
    for name, user in [("anonymous", None), *cast]:
        client = signed_in(user) if user else Client()
        response = getattr(client, method)(address)
        checked += 1
        if name in WHO_MAY_OPEN[route]:
            assert response.status_code in (200, 302, 405), (name, response.status_code)
            assert not response.headers.get("Location", "").startswith("/account/login/?next="), name
        elif name == "anonymous":
            assert response.headers["Location"] == f"/account/login/?next={address}"
        else:
            assert response.status_code == 404, name
            missing = getattr(client, method)(f"{address.rstrip('/')}/no/such/page")
            assert response.content == missing.content, f"{name} can tell a withheld page from a missing one"
    assert checked == len(EVERYBODY)


def test_a_withheld_page_is_in_the_audit_log(cast, signed_in):
    signed_in(cast.stranger).get("/")
    event = AuditEvent.objects.get()
    assert (event.action, event.outcome, event.actor) == ("open:home", "refused", cast.stranger)


def planted_page(request):  # pragma: no cover: must never be reached
    raise AssertionError("the page was opened")


@pytest.fixture
def planted_route(monkeypatch):
    """A route that somebody forgot to enter into the policy, in the real list of routes."""
    from django.urls import clear_url_caches

    from sightline.config import urls

    route: URLPattern = path("planted", planted_page, name="planted")
    monkeypatch.setattr(urls, "urlpatterns", [*urls.urlpatterns, route])
    clear_url_caches()
    yield route
    monkeypatch.undo()
    clear_url_caches()


def test_a_route_outside_the_policy_stops_the_start(planted_route):
    errors = checks.every_route_is_in_the_policy(None)
    assert [(error.id, error.msg) for error in errors] == [
        ("sightline.E001", "The route 'planted' is not in the policy.")
    ]


def test_a_route_outside_the_policy_opens_for_nobody(planted_route, cast, signed_in):
    for _, user in cast:
        assert signed_in(user).get("/planted").status_code == 404
    assert Client().get("/planted").status_code == 302


def test_a_policy_entry_without_a_route_stops_the_start(monkeypatch):
    monkeypatch.setitem(ROUTES, "gone", PUBLIC)
    assert [error.id for error in checks.every_route_is_in_the_policy(None)] == ["sightline.E002"]


def test_an_application_without_routes_stops_the_start(monkeypatch):
    monkeypatch.setattr(checks, "all_routes", dict)
    assert [error.id for error in checks.every_route_is_in_the_policy(None)] == ["sightline.E003"]


def test_a_missing_settings_file_stops_the_start(settings, tmp_path):
    settings.PARTNERSHIP_FILE = tmp_path / "partnership.toml"
    assert [error.id for error in checks.the_partnership_is_settled(None)] == ["sightline.E004"]


def test_the_application_as_it_is_starts():
    assert checks.every_route_is_in_the_policy(None) == []
    assert checks.the_partnership_is_settled(None) == []


def test_an_audited_page_leaves_an_event_each_time_it_is_opened(cast, signed_in, monkeypatch):
    monkeypatch.setitem(ROUTES, "home", Page(Plane.ASSURANCE, Permission.USE, Read.VIEW))
    client = signed_in(cast.analyst)
    for _ in range(3):
        client.get("/")
    client.post("/")
    assert list(AuditEvent.objects.values_list("action", "outcome")) == [("view:home", "done")] * 3


def test_only_a_public_page_goes_without_a_permission():
    with pytest.raises(ValueError, match="public page has no permission"):
        Page(Plane.ASSURANCE)
    with pytest.raises(ValueError, match="public page has no permission"):
        Page(Plane.PUBLIC, Permission.USE)
