"""What every test of the web application stands on: an invented partnership, a cast, and a browser."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import timedelta
from pathlib import Path

import hypothesis
import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone

PARTNERSHIP = Path(__file__).parent / "pages" / "partnership.toml"
PASSWORD = "a-long-invented-phrase"

AS_EVERYBODY = os.environ.get("SIGHTLINE_ASK_AS") == "everybody"
"""Whether what takes minutes is asked as everybody (`make prove`), and not as a few of them."""

looked_at_once_more = pytest.mark.skipif(
    not AS_EVERYBODY,
    reason="`test_no_barrier` looks at these pages on every push, and `make prove` here, too",
)


# Every push tries the same examples, so that it fails by its own change; `make fuzz` tries others.
hypothesis.settings.register_profile("every-push", derandomize=True)
hypothesis.settings.register_profile("fuzz", max_examples=500)
hypothesis.settings.load_profile("every-push")


def pytest_configure() -> None:
    """Serve the invented partnership; fast password hashes and no sign-in limits, in tests only."""
    from django.conf import settings

    settings.PARTNERSHIP_FILE = PARTNERSHIP
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.ACCOUNT_RATE_LIMITS = settings.MFA_RATE_LIMITS = False
    settings.DATABASES["default"]["CONN_MAX_AGE"] = 0  # a server's idle connection would keep the database
    # A browser test runs Playwright's event loop in the thread that uses the database.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    settings.AUDIT_KEY = bytes(range(32))
    _let_the_audit_log_be_emptied()


def _let_the_audit_log_be_emptied() -> None:
    """Lift the database's guard on audit events while tables are emptied after a test that commits.

    A test empties them in no other way than by this method of Django's: so everything else in the tests
    runs with the guard, and the application itself needs no way around it.
    """
    from django.db import connection
    from django.test import TransactionTestCase

    from sightline.core.guard import lift_guard, set_guard
    from sightline.core.trust.actor import unguarded

    empty = TransactionTestCase._fixture_teardown

    def emptied(self) -> None:
        lift_guard(connection)
        with unguarded("emptying tables after a test"):
            empty(self)
        set_guard(connection)

    TransactionTestCase._fixture_teardown = emptied


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Try a test in a browser a second time, and say so: it hangs on how fast a busy machine draws."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))


@dataclass(frozen=True)
class Cast:
    """Invented people, one for each role, one of another agency, one without a role and one who has left."""

    board_manager: object
    analyst: object
    agency_lead: object
    other_agency_lead: object
    member: object
    lay_member: object
    administrator: object
    stranger: object
    leaver: object

    def __iter__(self) -> Iterator[tuple[str, object]]:
        for field in fields(self):
            yield field.name, getattr(self, field.name)


# Who plays which part: name, role, code of the agency.
PARTS = {
    "board_manager": ("Bo Manager", "board-manager", None),
    "analyst": ("Ana Lyst", "analyst", "avcsc"),
    "agency_lead": ("Lee Care", "agency-lead", "avcsc"),
    "other_agency_lead": ("Lou Police", "agency-lead", "avpol"),
    "member": ("Mem Ber", "member", "avpol"),
    "lay_member": ("Lay Ember", "lay-member", None),
    "administrator": ("Ad Min", "administrator", None),
    "stranger": ("Stran Ger", None, None),
    "leaver": ("Lea Ver", "board-manager", "avcsc"),
}


@pytest.fixture
def cast(db) -> Cast:
    """The cast, stored; everybody signs in with `PASSWORD`."""
    from sightline.core.models import Agency, RoleAssignment, User

    today = timezone.localdate()
    password = make_password(PASSWORD)
    agencies = {
        "avcsc": Agency.objects.create(code="avcsc", name="Addiscombe Vale children's social care"),
        "avpol": Agency.objects.create(code="avpol", name="Addiscombe Vale police"),
    }
    people = {}
    for part, (name, role, agency) in PARTS.items():
        email = f"{name.lower().replace(' ', '.')}@addiscombe-vale.example"
        user = User.objects.create(email=email, name=name, agency=agencies.get(agency), password=password)
        if role:
            until_on = today - timedelta(days=1) if part == "leaver" else None
            since = today - timedelta(days=30)
            RoleAssignment.objects.create(user=user, role=role, from_on=since, until_on=until_on)
        people[part] = user
    return Cast(**people)


@pytest.fixture
def signed_in():
    """A function that gives a client signed in as a member of the cast."""

    def sign_in(user) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path_factory) -> None:
    """Each test keeps files, snapshots, the key and the partnership's settings in a folder of its own."""
    var = tmp_path_factory.mktemp("var")
    for name, folder in (
        ("FILES", "files"),
        ("INCOMING", "incoming"),
        ("SNAPSHOTS", "snapshots"),
        ("WORKING", "working"),
    ):
        setattr(settings, name, var / folder)
        (var / folder).mkdir(parents=True)
    settings.FILE_UPLOAD_TEMP_DIR = settings.INCOMING
    settings.KEYS = var / "keys"
    settings.MASTER_KEYS = var / "master-keys"
    settings.KEY_FILE = var / "pseudonym.key"
    settings.PARTNERSHIP_FILE = var / "partnership.toml"
    shutil.copyfile(PARTNERSHIP, settings.PARTNERSHIP_FILE)


@pytest.fixture
def work(db):
    """A function that does every job in the queue, as the worker would; a job that fails raises."""
    from django_tasks_db.models import DBTaskResult

    def work() -> int:
        done = 0
        while (waiting := DBTaskResult.objects.ready().first()) is not None:
            waiting.claim("test")
            try:
                waiting.task.call(*waiting.args_kwargs["args"], **waiting.args_kwargs["kwargs"])
            except BaseException as error:
                waiting.set_failed(error)
                raise
            waiting.set_successful(None)
            done += 1
        return done

    return work


pytest_plugins = [
    "tests.journeys.browser",
    "tests.journeys.visitors",
    "tests.invented_dataset",
    "tests.invented_questionnaire",
    "tests.invented_cycle",
    "tests.invented_people",
    "tests.invented_thresholds",
    "tests.invented_escalations",
    "tests.application_role",
]
