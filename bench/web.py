"""The web application under load: `make bench-web`.

Makes the example partnership's three years in a scratch PostgreSQL database, serves it with gunicorn as
`make run` does, and lets a hundred signed-in people of every role read and write, each with three seconds to
think between two pages. Prints the middle, the 95th and the 99th percentile of each page beside the limit,
and how many requests went wrong; then has the audit log verified. Options: `python -m bench.web --help`.

The people are threads of a process of their own, on the same machine: what they cost is in the figures.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from bench.frontline import seed

PARTNERSHIP = Path(__file__).parents[1] / "tests/pages/partnership.toml"
P95_LIMIT_MS = 300
SEARCH, SEARCH_LIMIT_MS = "(search)", 800
"""A visit with this word in its route is a search."""
THINK_SECONDS = 3.0
WARM_UP_SECONDS = 15.0
PEOPLE = {
    "board-manager": 10,
    "analyst": 15,
    "agency-lead": 45,
    "member": 20,
    "lay-member": 8,
    "administrator": 2,
}
"""How many of a hundred people hold each role."""


@dataclass(frozen=True)
class Visit:
    """One thing that people do: how often, by whom, and the addresses that a browser then asks for."""

    route: str
    weight: int
    paths: Sequence[str]
    roles: frozenset[str] = frozenset(PEOPLE) - {"administrator"}
    post: Mapping[str, str] = field(default_factory=dict)


FRONT_LINE = (
    Visit("home", 10, ["/"], frozenset({"front-line"})),
    Visit("worklist", 15, ["/worklist/"], frozenset({"front-line"})),
    Visit("referral:contacts", 20, ["/referral/", "/referral/?state=open"], frozenset({"front-line"})),
    Visit(
        "referral:contacts (search)",
        10,
        ["/referral/?reference=C26-00001", "/referral/?reference=AF3&state=open"],
        frozenset({"front-line"}),
    ),
    Visit("people:search (search)", 5, ["/people/search/"], frozenset({"front-line"})),
    Visit("referral:contact", 25, [], frozenset({"front-line"})),
    Visit("people:person", 20, [], frozenset({"front-line"})),
)
"""What people of the front line do; the records that they open are their own."""
KEEPERS = frozenset({"board-manager", "analyst"})
INDICATORS = ("referrals", "return-interviews-in-72-hours", "assessments-in-45-working-days", "re-referrals")
VISITS = (
    Visit("home", 14, ["/"], frozenset(PEOPLE)),
    Visit("dataset:scorecard", 20, ["/dataset/", "/dataset/?show=signals", "/dataset/?agency=all"]),
    Visit("dataset:indicator", 18, [f"/dataset/{key}/" for key in INDICATORS]),
    Visit("dataset:chart", 18, [f"/dataset/{key}/chart.svg" for key in INDICATORS]),
    Visit("dataset:quality", 4, ["/dataset/quality/"]),
    Visit("dataset:file", 3, ["/dataset/quality/0/", "/dataset/quality/3/"]),
    Visit("dataset:downloads", 2, ["/dataset/downloads/"]),
    Visit("dataset:download", 2, ["/dataset/downloads/?download=yes&version=publishable&form=csv"]),
    Visit(
        "dataset:download (xlsx)",
        2,
        ["/dataset/downloads/?download=yes&indicator=referrals&version=publishable&form=xlsx"],
    ),
    Visit(
        "dataset:definition-change",
        2,
        ["/dataset/referrals/definition-change/"],
        KEEPERS,
        {"from_on": "2025-06-01", "was": "Before", "now": "After", "reason": "A trial that is never stored"},
    ),
    Visit("clocks", 3, ["/clocks/"], frozenset(PEOPLE)),
    Visit("collection:returns", 8, ["/collection/"]),
    Visit("audit", 2, ["/audit/"], frozenset({"board-manager", "administrator"})),
)
"""What people do. A visit to a page that this installation does not have is left out, and said to be."""


@dataclass
class Person:
    """Somebody with a session, and what they have asked for: route, seconds, whether it went well."""

    role: str
    cookie: str
    paths: Mapping[str, Sequence[str]] = field(default_factory=dict)
    posts: Mapping[str, Sequence[Mapping[str, str]]] = field(default_factory=dict)
    asked: list[tuple[float, str, float, bool]] = field(default_factory=list)


class _Asked:
    """How many requests were made, warm-up and redirects included."""

    count = 0


_CPU: list[float] = []
"""Processor seconds that the server used while it served."""


def main() -> None:
    asked = _options()
    if asked.command == "people":
        (_people if asked.plane == "assurance" else partial(seed, asked.dossiers))(asked.users)
        return
    if asked.command == "visit":
        _visit(asked)
        return
    with tempfile.TemporaryDirectory() as folder, _database(asked.server) as database:
        env = {
            "DATABASE_URL": database,
            "SIGHTLINE_VAR": folder,
            "DJANGO_SETTINGS_MODULE": "sightline.config.settings",
            "FRONT_LINE": "on" if asked.plane == "front-line" else "off",
            **({"SIGHTLINE_PARTNERSHIP": str(PARTNERSHIP)} if asked.plane == "front-line" else {}),
        }
        plane = ("--plane", asked.plane, "--dossiers", str(asked.dossiers))
        people = json.loads(_run(env, "-m", "bench.web", "people", "--users", str(asked.users), *plane))
        with _application_role(env, asked) as served, _serving(served, asked) as port:
            told = _run(
                served, "-m", "bench.web", "visit", "--port", str(port), "--seconds", str(asked.seconds),
                *plane, given=json.dumps(people),
            )  # fmt: skip
        sys.stdout.write(told)
        per_request = 1000 * _CPU[0] / int(re.search(r"(\d+) requests in all", told)[1])  # type: ignore[index]
        print(f"the server used {per_request:.1f} ms of processor time for a request")
        kept = _audit_is_whole(env) and "MISSED" not in told
    raise SystemExit(0 if kept else 1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the pages under load, beside their limit.")
    parser.add_argument("command", nargs="?", default="all", choices=["all", "people", "visit"])
    parser.add_argument("--plane", default="assurance", choices=["assurance", "front-line"])
    parser.add_argument("--dossiers", type=int, default=50_000, help="how many the front line has")
    parser.add_argument("--users", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=180.0, help="how long, after the warm-up")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument(
        "--server",
        default="postgresql://postgres@127.0.0.1:5432/postgres",
        help="a PostgreSQL server on which a scratch database may be made",
    )
    return parser.parse_args()


@contextmanager
def _database(server: str) -> Iterator[str]:
    """A scratch database, dropped at the end."""
    import psycopg

    name = f"sightline_bench_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def _application_role(env: Mapping[str, str], asked: argparse.Namespace) -> Iterator[Mapping[str, str]]:
    """The environment in which the front line is served: by a role that row-level security binds."""
    if asked.plane != "front-line":
        yield env
        return
    import psycopg

    name, password = f"bench_app_{os.getpid()}", "a-scratch-database-only"
    cli = "from sightline.config.cli import main; main()"
    _run({**env, "SIGHTLINE_ROLE_PASSWORD": password}, "-c", cli, "database", "role", name)
    address = urlsplit(env["DATABASE_URL"])
    host = f"{name}:{password}@{address.hostname}:{address.port or 5432}"
    try:
        yield {**env, "DATABASE_URL": address._replace(netloc=host).geturl()}
    finally:
        with psycopg.connect(env["DATABASE_URL"], autocommit=True) as connection:
            connection.execute(f'DROP OWNED BY "{name}"')
            connection.execute(f'DROP ROLE "{name}"')


def _run(env: Mapping[str, str], *command: str, given: str = "") -> str:
    done = subprocess.run(
        [sys.executable, *command],
        input=given,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **env},
        check=True,
    )
    return done.stdout


def _people(count: int) -> None:
    """Make the example partnership and its people, and print a session of each as JSON."""
    from contextlib import redirect_stdout

    from sightline.config.cli.demo import prepare

    with redirect_stdout(sys.stderr):
        prepare(Path(os.environ["SIGHTLINE_VAR"]))
    from django.test import Client
    from django.utils import timezone

    from sightline.core.audit import System
    from sightline.core.commands import add_person, give_role
    from sightline.core.models import Agency
    from sightline.core.permissions import Role
    from sightline.core.routes import all_routes

    agencies, by = list(Agency.objects.order_by("code")), System("a measurement of speed")
    roles = [role for role, share in PEOPLE.items() for _ in range(share)]
    sessions = []
    for number in range(count):
        role = roles[number % len(roles)]
        email, agency = f"person{number}@addiscombe-vale.example", agencies[number % len(agencies)]
        person = add_person(email=email, name=f"Person {number}", agency=agency, password=None, by=by)
        give_role(person, role=Role(role), from_on=timezone.localdate(), by=by)
        client = Client()
        client.force_login(person)
        sessions.append({"role": role, "cookie": client.cookies["sessionid"].value})
    json.dump({"people": sessions, "routes": sorted(all_routes())}, sys.stdout)


@contextmanager
def _serving(env: Mapping[str, str], asked: argparse.Namespace) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [
        sys.executable, "-m", "gunicorn", "sightline.config.wsgi", "--bind", f"127.0.0.1:{port}",
        "--workers", str(asked.workers), "--threads", str(asked.threads), "--log-level", "warning",
    ]  # fmt: skip
    print(f"gunicorn with {asked.workers} workers of {asked.threads} threads, PostgreSQL", flush=True)
    print(f"{os.cpu_count()} cores, of which others kept {os.getloadavg()[0]:.1f} busy", flush=True)
    server = subprocess.Popen(command, env={**os.environ, **env})
    try:
        _wait_for(port)
        started = _cpu_seconds(server.pid)
        yield port
    finally:
        server.terminate()
        _, _, used = os.wait4(server.pid, 0)
        _CPU.append(used.ru_utime + used.ru_stime - started)


def _cpu_seconds(master: int) -> float:
    """The processor time that a server and its workers have used so far: of starting, not of serving."""
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    ticks = 0
    for pid in (str(master), *children):
        fields_ = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields_[11]) + int(fields_[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _wait_for(port: int) -> None:
    for _ in range(120):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.5)
    raise SystemExit("the server did not start")


def _visit(asked: argparse.Namespace) -> None:
    """Let everybody visit pages until the time is over, and print what it took."""
    told = json.load(sys.stdin)
    has = set(told["routes"])
    asked_for = VISITS if asked.plane == "assurance" else FRONT_LINE
    visits = [visit for visit in asked_for if visit.route.partition(" ")[0] in has]
    people = [Person(**one) for one in told["people"]]
    began = time.monotonic()
    until = began + WARM_UP_SECONDS + asked.seconds
    threads = [
        threading.Thread(target=_live, args=(person, visits, asked.port, until, number))
        for number, person in enumerate(people)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counted = [one for person in people for one in person.asked if one[0] >= began + WARM_UP_SECONDS]
    _report(
        counted, asked.seconds, len(people), sorted({v.route for v in asked_for} - {v.route for v in visits})
    )


def _live(person: Person, visits: Sequence[Visit], port: int, until: float, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 (what people click on is no secret)
    mine = [visit for visit in visits if person.role in visit.roles]
    weights = [visit.weight for visit in mine]
    time.sleep(chance.uniform(0, THINK_SECONDS))
    while time.monotonic() < until:
        (visit,) = chance.choices(mine, weights)
        started = time.monotonic()
        try:
            went_well, seconds = _ask(port, person, visit, chance)
        except (OSError, http.client.HTTPException):
            went_well, seconds = False, time.monotonic() - started
        person.asked.append((started, visit.route, seconds, went_well))
        time.sleep(chance.uniform(0.5, 1.5) * THINK_SECONDS)


def _ask(port: int, person: Person, visit: Visit, chance: random.Random) -> tuple[bool, float]:
    """Ask for a page, follow one redirect, send a form where there is one: whether it went well, and the
    seconds of its last step."""
    path = chance.choice(person.paths.get(visit.route) or visit.paths)
    status, seconds, body, location = _request(port, person, "GET", path)
    if status == 302 and location and not location.startswith("/account/login"):
        status, seconds, body, _ = _request(port, person, "GET", location)
    if post := chance.choice(person.posts.get(visit.route) or [visit.post]):
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', body)
        form = {**post, "csrfmiddlewaretoken": token[1] if token else ""}
        status, seconds, body, _ = _request(port, person, "POST", path, urlencode(form))
    return status == 200 and len(body) > 200, seconds


def _request(
    port: int, person: Person, method: str, path: str, body: str = ""
) -> tuple[int, float, str, str | None]:
    """One request on a connection of its own, as a proxy before the application makes it."""
    _Asked.count += 1
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Cookie": person.cookie if "=" in person.cookie else f"sessionid={person.cookie}"}
    if body:
        headers |= {"Content-Type": "application/x-www-form-urlencoded"}
    started = time.monotonic()
    connection.request(method, path, body or None, headers)
    response = connection.getresponse()
    text = response.read().decode("utf-8", "replace")
    seconds = time.monotonic() - started
    connection.close()
    for name, value in response.getheaders():
        if name.lower() == "set-cookie" and value.startswith("csrftoken="):
            session = next(part for part in person.cookie.split("; ") if not part.startswith("csrftoken="))
            session = session if "=" in session else f"sessionid={session}"
            person.cookie = f"{session}; {value.partition(';')[0]}"
    return response.status, seconds, text, response.getheader("Location")


def _report(
    asked: Sequence[tuple[float, str, float, bool]], seconds: float, people: int, left_out: Sequence[str]
) -> None:
    by_route: dict[str, list[float]] = defaultdict(list)
    for _, route, took, _ in asked:
        by_route[route].append(1000 * took)
    print(f"{'page':<28}{'requests':>9}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}")
    for route, times in sorted(by_route.items()):
        print(f"{route:<28}{len(times):>9,}{_percentiles(times)}")
    every = [1000 * took for _, _, took, _ in asked]
    print(f"{'all':<28}{len(every):>9,}{_percentiles(every)}")
    print(f"{_Asked.count} requests in all, those of the warm-up and redirects included")
    errors = sum(not went_well for *_, went_well in asked)
    print(
        f"{people} people, {THINK_SECONDS:g} s to think, {seconds:g} s: {len(every) / seconds:.1f} requests/s"
    )
    _print_kept("pages", P95_LIMIT_MS, [1000 * took for _, route, took, _ in asked if SEARCH not in route])
    _print_kept("searches", SEARCH_LIMIT_MS, [1000 * took for _, route, took, _ in asked if SEARCH in route])
    print(f"errors {errors}, limit 0: {'kept' if not errors else 'MISSED'}")
    if left_out:
        print(f"not in this installation, so not asked for: {', '.join(left_out)}")


def _print_kept(what: str, limit: int, times: Sequence[float]) -> None:
    if times:
        p95 = _percentile(times, 95)
        print(f"{what}: p95 {p95:.0f} ms, limit {limit} ms: {'kept' if p95 <= limit else 'MISSED'}")


def _percentile(times: Sequence[float], percent: int) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[percent - 1] if len(times) > 1 else times[0]


def _percentiles(times: Sequence[float]) -> str:
    return "".join(f"{_percentile(times, percent):>9.0f}" for percent in (50, 95, 99))


def _audit_is_whole(env: Mapping[str, str]) -> bool:
    """Have the audit log verified, where this installation can."""
    sightline = shutil.which("sightline") or str(Path(sys.executable).with_name("sightline"))
    done = subprocess.run(
        [sightline, "audit", "verify"], capture_output=True, text=True, env={**os.environ, **env}
    )
    if "No such command" in done.stderr:
        print("the audit log has no chain to verify yet")
        return True
    print(f"audit log: {(done.stdout or done.stderr).strip()}")
    return done.returncode == 0


if __name__ == "__main__":
    main()
