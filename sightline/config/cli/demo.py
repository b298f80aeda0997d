"""`sightline demo`: the invented partnership, from extracts to pages, served on this machine alone."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from django.core.exceptions import ImproperlyConfigured

from sightline.config.cli import demo_contacts, demo_cycle, demo_people, demo_thresholds
from sightline.config.cli.serve import HOST, Ended, run_both
from sightline.example.making import DEMO, FORMATS, Order, make
from sightline.exchange.build import build
from sightline.exchange.pseudonym_key import read_or_make_key
from sightline.facts.benchmark import read_benchmarks

if TYPE_CHECKING:
    from sightline.core.audit import System
    from sightline.core.models import User

EPILOG = "Try: sightline demo; then open the address that it prints"
ORDER = Order(DEMO, 3, date(2026, 3, 31), 1, False, FORMATS)
Accounts = Mapping[str, tuple[str, str, str | None]]

ASSURANCE: Accounts = {
    "board-manager": ("Bea Marlow", "board-manager", None),
    "analyst": ("Ana Lindqvist", "analyst", "csc"),
    "agency-lead": ("Lee Okonjo", "agency-lead", "pol"),
    "care-lead": ("Cai Brannigan", "agency-lead", "csc"),
    "housing-lead": ("Hal Petrou", "agency-lead", "hou"),
    "health-lead": ("Hana Verity", "agency-lead", "mht"),
    "member": ("Mina Farrow", "member", "icb"),
    "lay-member": ("Lal Winters", "lay-member", None),
    "administrator": ("Ada Stone", "administrator", None),
}
PEOPLE: Accounts = {**ASSURANCE, **demo_people.ACCOUNTS}
"""Invented people by the first part of their e-mail address: name, role and the code of their agency."""


class NoDemo(Exception):
    """The demo cannot be shown here; the message says why."""


REFUSALS: tuple[type[Exception], ...] = (ImproperlyConfigured, NoDemo, Ended)
app = typer.Typer(add_completion=False)


@app.command(epilog=EPILOG)
def demo(
    port: Annotated[int, typer.Option(help="The port to serve on.")] = 8000,
    afresh: Annotated[
        bool, typer.Option("--afresh", help="Throw the demo's data away and begin again.")
    ] = False,
    serve: Annotated[bool, typer.Option(help="Serve the pages once they are ready.")] = True,
) -> None:
    """Prepare the example partnership, unless that has been done, and serve its pages on this machine.

    Everything is kept in `var/`. Each person, agency and figure in it is invented.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sightline.config.settings")
    os.environ["FRONT_LINE"] = "on"
    from django.conf import settings

    os.environ["SIGHTLINE_PORT"] = str(port)
    var = Path(settings.VAR)
    engine = settings.DATABASES["default"]["ENGINE"]
    check_place(settings.PARTNERSHIP_FILE, var, is_sqlite="sqlite" in engine)
    if serve:
        check_port(port)
    if afresh:
        clear(var)
    prepare(var)
    _announce(var, port, serve)
    if serve:
        run_both(port)


def check_place(partnership_file: Path, var: Path, *, is_sqlite: bool) -> None:
    """The demo must not mix with a partnership's own data. Raises `NoDemo`."""
    if not is_sqlite:
        raise NoDemo("the demo keeps its data in var/, in SQLite: unset DATABASE_URL to see it")
    if partnership_file != var / "partnership.toml":
        raise NoDemo(f"the demo keeps its settings in {var}: unset SIGHTLINE_PARTNERSHIP to see it")
    from sightline.core.partnership import read

    if partnership_file.exists() and not read(partnership_file).example:
        raise NoDemo(
            f"{partnership_file} is of a real partnership: give the demo another folder, SIGHTLINE_VAR"
        )


def check_port(port: int) -> None:
    """Raises `NoDemo` where something else listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise NoDemo(f"port {port} is taken; choose another: sightline demo --port {port + 1}") from None


def clear(var: Path) -> None:
    """Remove what the demo has made, and nothing else."""
    for name in ("anchors", "example", "files", "incoming", "snapshots", "working"):
        shutil.rmtree(var / name, ignore_errors=True)
    for path in (var / "partnership.toml", var / "demo-password", *var.glob("sightline.sqlite3*")):
        path.unlink(missing_ok=True)


def prepare(var: Path) -> None:
    """Every step that has not been done yet, each with a line that says so."""
    if not (var / "example").exists():
        with _step("Inventing three years of a partnership's extracts"):
            _extracts(var)
    if not (var / "partnership.toml").exists():
        shutil.copyfile(var / "example" / "partnership.toml", var / "partnership.toml")
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from sightline.assurance.dataset.models import LoadedSnapshot
    from sightline.core.audit import System
    from sightline.core.models import User

    by = System("the demo")
    call_command("migrate", verbosity=0)
    if LoadedSnapshot.objects.current() is None:
        with _step("Reading them into a snapshot"):
            folder = _snapshot(var)
        with _step("Counting every indicator"):
            _load(folder, by)
    if not User.objects.exists():
        _accounts(ASSURANCE, password(var), by)
        with _step("Opening a quarter and letting four agencies make their returns"):
            _play(demo_cycle.play)
    if settings.FRONT_LINE:
        _front_line(var, by)


def _front_line(var: Path, by: System) -> None:
    from sightline.assurance.dataset.own import publish
    from sightline.core.models import Team
    from sightline.frontline.threshold.models import Version

    if not Version.objects.exists():
        _accounts(demo_people.ACCOUNTS, password(var), by)
        with _step("Writing thresholds of need and letting seven people rate cases"):
            _play(demo_thresholds.play)
    if not Team.objects.exists():
        with _step("Raising contacts about invented children"):
            _play(demo_people.play)
    if not demo_contacts.is_played():
        with _step("Inventing sixteen months at the front door"):
            _play(demo_contacts.play)
            publish(by=by)  # the worker counts it, once the pages are up


def _extracts(var: Path) -> None:
    part = var / "example.part"
    shutil.rmtree(part, ignore_errors=True)
    make(part, ORDER)
    part.rename(var / "example")


def _snapshot(var: Path) -> Path:
    from django.conf import settings

    from sightline.core import local

    ours = local.partnership()
    out = var / "snapshots"
    key, _ = read_or_make_key(settings.KEY_FILE, apart_from=out)
    localities = frozenset(locality.name for locality in ours.localities)
    snapshot, outcomes = build([var / "example"], ours.authority.code, None, out, key, localities)
    if snapshot is None:
        raise NoDemo("; ".join(outcome.error for outcome in outcomes))
    return snapshot.folder


def _load(folder: Path, by: System) -> None:
    from sightline.assurance.dataset.commands import load_benchmarks, load_snapshot

    with as_file(files("sightline.indicators") / "published.csv") as published:
        load_benchmarks(rows=read_benchmarks(published), by=by)
    load_snapshot(folder=folder, by=by)


def _accounts(accounts: Accounts, secret: str, by: System) -> None:
    from django.utils import timezone

    from sightline.core.commands import add_person, enter_agencies, give_role
    from sightline.core.permissions import Role

    agencies = {agency.code: agency for agency in enter_agencies(by=by)}
    for account, (name, role, code) in accounts.items():
        agency = agencies[code] if code else None
        person = add_person(email=_email(account), name=name, agency=agency, password=secret, by=by)
        give_role(person, role=Role(role), from_on=timezone.localdate(), by=by)


def password(var: Path) -> str:
    """The one password of the demo's accounts, made once."""
    path = var / "demo-password"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(f"demo-{secrets.token_urlsafe(9)}\n")
    return path.read_text().strip()


def _play(story: Callable[[Mapping[str, User], date], None]) -> None:
    from django.utils import timezone

    from sightline.core.models import User

    people = {user.email.partition("@")[0]: user for user in User.objects.all()}
    story(people, timezone.localdate())


def _email(account: str) -> str:
    return f"{account}@addiscombe-vale.example"


def _announce(var: Path, port: int, serve: bool) -> None:
    lines = [
        "",
        f"Sightline is ready at http://localhost:{port}" if serve else "The demo is ready: sightline demo",
        f"Sign in with any of these e-mail addresses and the password {password(var)}",
        *_listed("The dataset and the board", ASSURANCE),
        *_listed("The front line: records about invented children", demo_people.ACCOUNTS),
        "Every agency, person and figure is invented. Stop with Ctrl+C; what you do is kept."
        if serve
        else "",
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _listed(heading: str, accounts: Accounts) -> list[str]:
    """A group of accounts: address, name, and the role that it shows."""
    from sightline.core.permissions import ROLES, Role

    lines = (
        f"  {_email(account):<49}{name:<20}{ROLES[Role(role)].title}"
        for account, (name, role, _) in accounts.items()
    )
    return ["", heading, *lines]


@contextmanager
def _step(words: str) -> Iterator[None]:
    """Say what is being done, and how long it took."""
    began = time.monotonic()
    sys.stdout.write(f"{words} ... ")
    sys.stdout.flush()
    yield
    sys.stdout.write(f"{time.monotonic() - began:.0f} s\n")
