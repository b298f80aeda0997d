"""Without the front line, which is how Sightline comes: no table, no page and no role of it is there.

The tests run with it switched on, so each installation here is a program of its own, in a folder of its own.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import PARTNERSHIP

ROOT = Path(__file__).parents[2]

LOOK = """
import json
import django
django.setup()
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
settings.ALLOWED_HOSTS = ["testserver"]
call_command("migrate", verbosity=0)
call_command("check")
from sightline.core.models import RoleAssignment, User
def somebody(role):
    email = f"{role}@addiscombe-vale.example"
    user, is_new = User.objects.get_or_create(email=email, defaults={"name": role})
    if is_new:
        RoleAssignment.objects.create(user=user, role=role, from_on=timezone.localdate())
    client = Client()
    client.force_login(user)
    return client
worker, admin = somebody("hub-worker"), somebody("administrator")
home = worker.get("/").content.decode()
page = worker.get("/no/such/page/")
addresses = ["/referral/", "/referral/new/", "/people/", "/people/search/", "/trust/", "/trust/purpose/"]
addresses += ["/refer/", "/threshold/", "/threshold/exercises/1/"]
known = __KNOWN__
missing = {a: worker.get(a) for a in addresses + [f"/referral/{key}/" for key in known]}
print("SEEN" + json.dumps({
    "tables": sorted(connection.introspection.table_names()),
    "missing": {a: [r.status_code, r.content == page.content] for a, r in missing.items()},
    "home": home,
    "worklist": worker.get("/worklist/?scope=all").content.decode(),
    "roles": admin.get("/partnership/people/add/").content.decode(),
}))
"""

RAISE = """
from sightline.core.models import Team
from sightline.core.policy import Purpose
from sightline.core.trust.actor import Viewer, acting
from sightline.frontline.referral.commands import open_contact
sender = User.objects.get(email="hub-worker@addiscombe-vale.example")
with acting(Viewer(sender, Purpose.PROTECT)):
    raised = open_contact(
        team=Team.objects.create(name="Hub"),
        told={"family_name": "CANARY"},
        concern={"referrer": "A school", "narrative": "CANARY"},
        by=sender,
    )
print("RAISED" + str(raised.pk))
"""


def program(var: Path, *arguments: str, front_line: str = "") -> str:
    """What a program of this installation prints; it must end well."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "sightline.config.settings",
        "FRONT_LINE": front_line,
        "PYTHONPATH": str(ROOT),
        "SIGHTLINE_PARTNERSHIP": str(PARTNERSHIP),
        "SIGHTLINE_VAR": str(var),
    }
    environment.pop("DATABASE_URL", None)
    ended = subprocess.run(
        [sys.executable, *arguments], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def seen(var: Path, *known: str, front_line: str = "", then: str = "") -> tuple[dict, str]:
    """What there is to see in the installation, and the key of the contact that was raised, if any."""
    code = LOOK.replace("__KNOWN__", json.dumps(known)) + then
    lines = program(var, "-c", code, front_line=front_line).splitlines()
    (found,) = [line.removeprefix("SEEN") for line in lines if line.startswith("SEEN")]
    raised = [line.removeprefix("RAISED") for line in lines if line.startswith("RAISED")]
    return json.loads(found), raised[0] if raised else ""


def tables_of_the_plane(found: dict) -> list[str]:
    return [
        name for name in found["tables"] if name.startswith(("trust_", "people_", "contact_", "threshold_"))
    ]


def assert_nothing_reachable(found: dict) -> None:
    assert found["missing"], "no address was tried"
    assert {tuple(answer) for answer in found["missing"].values()} == {(404, True)}, found["missing"]
    for page in (found["home"], found["worklist"]):
        assert "Front door" not in page
        assert "Thresholds" not in page
        assert "/trust/" not in page
        assert "CANARY" not in page
    assert "Board manager" in found["roles"], "the form for a new person offers no role at all"
    for role in ("Hub worker", "Police unit", "Information governance lead"):
        assert role not in found["roles"]


def test_off_on_and_off_again(tmp_path):
    found, _ = seen(tmp_path)
    assert len(found["tables"]) > 30, "the installation has no tables"
    assert tables_of_the_plane(found) == []
    assert_nothing_reachable(found)
    assert "intact" in program(tmp_path, "-m", "sightline", "audit", "verify").lower()

    found, raised = seen(tmp_path, front_line="on", then=RAISE)
    assert raised
    assert len(tables_of_the_plane(found)) > 10
    assert found["missing"]["/trust/purpose/"][0] == 200
    assert "Hub worker" in found["roles"]
    assert "Front door" in found["home"]

    found, _ = seen(tmp_path, raised)
    assert tables_of_the_plane(found), "switching it off has thrown records away"
    assert_nothing_reachable(found)
    assert "intact" in program(tmp_path, "-m", "sightline", "audit", "verify").lower()
