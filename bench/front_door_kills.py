"""Kills what works on contacts in the middle of a step, time and again: is anything half done?

    python -m bench.front_door_kills 200                       SQLite
    DATABASE_URL=postgresql://... python -m bench.front_door_kills 200

A process of its own makes contacts and takes each a step further: screened, asked about, answered, decided,
told, handed over, accepted, closed. It says when a step begins and ends, and is killed with SIGKILL after a
random time. A kill counts when a step was being done. After each one everything stored is held against the
laws below. The database is a scratch one of its own.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from bench.kills import HalfDone, prepare

LONGEST = 0.6
"""Seconds after its first step begins in which a process is killed at the latest."""
STEPS: dict[str, tuple[str, ...]] = {
    "received": ("screen",),
    "screened": ("ask", "decide"),
    "gathering": ("answer", "decide"),
    "decided": ("tell",),
    "fed-back": ("pass_on", "close"),
}
"""What may follow, by the state of a contact."""


def stage() -> None:
    """Agencies, a hub, a team that takes over, and thresholds in force."""
    from django.utils import timezone

    from sightline.core.models import Agency, RoleAssignment, Team, TeamMember, User
    from sightline.core.permissions import Role
    from tests.invented_contacts import thresholds_in_force

    today = timezone.localdate()
    for code, name, role in (
        ("avcsc", "Social care", Role.SOCIAL_WORKER),
        ("avpol", "Police", Role.POLICE_UNIT),
    ):
        agency = Agency.objects.create(code=code, name=name)
        team = Team.objects.create(name=f"{name}: front door", agency=agency)
        user = User.objects.create_user(f"{code}@addiscombe-vale.example", name=name, agency=agency)
        RoleAssignment.objects.create(user=user, role=role, from_on=today)
        TeamMember.objects.create(team=team, user=user, from_on=today)
    assessment = Team.objects.create(name="Assessment team", agency=Agency.objects.get(code="avcsc"))
    worker = User.objects.get(email="avcsc@addiscombe-vale.example")
    TeamMember.objects.create(team=assessment, user=worker, from_on=today)
    thresholds_in_force()


class Hub:
    """Takes one contact after another a step further, until somebody ends it."""

    def __init__(self, chance: random.Random, told: int) -> None:
        from sightline.core.audit import System

        self.by, self.chance, self.told = System("the test of kills"), chance, told

    def work(self, steps: int | None = None) -> None:
        """Begin a contact, or take one further, so many times or for good."""
        for _ in range(steps) if steps else count():
            contact = self._any()
            step = "open" if contact is None else self.chance.choice(STEPS[contact.state])
            os.write(self.told, f"begin {step}\n".encode())
            getattr(self, f"_{step}")(contact)
            os.write(self.told, f"end {step}\n".encode())

    def _any(self) -> Any:
        from sightline.frontline.referral.models import Contact

        waiting = list(Contact.objects.exclude(state="closed")[:20])
        return self.chance.choice([None, *waiting]) if len(waiting) < 20 else self.chance.choice(waiting)

    def _open(self, _: Any) -> None:
        from sightline.core.models import Team
        from sightline.frontline.referral import commands

        commands.open_contact(
            told=[{"given_names": "Amira"}, {"given_names": "Her father", "part": "carer"}],
            team=Team.objects.get(name="Social care: front door"),
            concern={"referrer": "A school", "narrative": "Something worries them"},
            worries=("T18", "T16"),
            by=self.by,
        )

    def _screen(self, contact: Any) -> None:
        from sightline.frontline.referral import gathering

        gathering.screen(
            contact, rating=self.chance.choice(("red", "amber", "green")), words="Why", by=self.by
        )

    def _ask(self, contact: Any) -> None:
        from sightline.core.models import Agency, Team
        from sightline.frontline.referral import gathering

        team = Team.objects.get(name="Police: front door")
        police = Agency.objects.get(code="avpol")
        gathering.ask(contact, agency=police, of=team, question="What do you know?", by=self.by)

    def _answer(self, contact: Any) -> None:
        from sightline.frontline.referral import gathering
        from sightline.frontline.referral.models import Request

        request = Request.objects.filter(dossier=contact.dossier_id, state="asked").first()
        if request is not None:
            gathering.answer(request, text="Two calls in May", by=self.by)

    def _decide(self, contact: Any) -> None:
        from sightline.frontline.referral import deciding

        is_refused = self.chance.random() < 0.4
        deciding.decide(
            contact,
            outcome="no-further-action" if is_refused else "assessment",
            level=2 if is_refused else 4,
            reasons="Why",
            not_accepted="below-threshold" if is_refused else "",
            by=self.by,
        )

    def _tell(self, contact: Any) -> None:
        from sightline.frontline.referral import deciding

        deciding.tell(contact, words="What follows", alternative="Early help", by=self.by)

    def _pass_on(self, contact: Any) -> None:
        from sightline.core.models import Team
        from sightline.frontline.referral import handing_over
        from sightline.frontline.referral.models import Decision, HandOver

        decision = Decision.objects.get(dossier=contact.dossier_id, replaced_at=None)
        offered = HandOver.objects.filter(dossier=contact.dossier_id, state="offered").first()
        if offered is not None:
            handing_over.accept(offered, by=self.by)
        elif decision.outcome != "no-further-action" and not _taken(contact):
            team = Team.objects.get(name="Assessment team")
            handing_over.hand_over(contact, to_team=team, words="Please see her", by=self.by)

    def _close(self, contact: Any) -> None:
        from sightline.core.command import NotDone
        from sightline.frontline.referral import commands

        try:
            commands.close_contact(contact, by=self.by)
        except NotDone:
            return


def warm_up(chance: random.Random) -> None:
    """Do each step a few times: what a process does first of all takes longest."""
    from sightline.core.trust.actor import unguarded

    with unguarded("the test of kills"), Path(os.devnull).open("wb") as nobody:
        Hub(chance, nobody.fileno()).work(100)


def _taken(contact: Any) -> bool:
    from sightline.frontline.referral.models import HandOver

    return bool(HandOver.objects.filter(dossier=contact.dossier_id, state="accepted").exists())


@contextmanager
def at_work(chance: random.Random) -> Iterator[tuple[int, int]]:
    """A process that works on contacts, and the pipe on which it says what it begins and ends."""
    from django.db import connections

    from sightline.core.trust.actor import unguarded

    connections.close_all()
    reading, writing = os.pipe()
    seed, child = chance.random(), os.fork()
    if not child:
        os.close(reading)
        with unguarded("the test of kills"):
            Hub(random.Random(seed), writing).work()  # noqa: S311  # which step comes next
    os.close(writing)
    yield child, reading
    os.close(reading)


def kill_one(chance: random.Random) -> str:
    """Let a process work for a while and kill it; which step it was in, or "" for none."""
    with at_work(chance) as (child, reading):
        said = os.read(reading, 65536)
        time.sleep(chance.uniform(0, LONGEST))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        while part := os.read(reading, 65536):
            said += part
    last = said.decode().splitlines()[-1:] or [""]
    return last[0].removeprefix("begin ") if last[0].startswith("begin ") else ""


def check() -> None:
    """Everything stored is whole. Raises `HalfDone`."""
    from sightline.core.trust.actor import unguarded
    from sightline.frontline.referral.models import Contact

    with unguarded("the test of kills"):
        contacts = list(Contact.objects.all())
        for contact in contacts:
            _check_contact(contact)
        _check_events(contacts)


def _check_contact(contact: Any) -> None:
    from sightline.core.models import ClockRun, StatusChange
    from sightline.core.trust.models import Grant
    from sightline.frontline.referral.models import (
        Concern,
        Decision,
        Feedback,
        Referrer,
        Request,
        Told,
        Worry,
    )

    of_it, it = {"dossier": contact.dossier_id}, f"the contact {contact.pk}, which is {contact.state},"
    rows = {
        model.__name__: model.objects.filter(**of_it).count() for model in (Concern, Referrer, Told, Worry)
    }
    _hold(rows == {"Concern": 1, "Referrer": 1, "Told": 2, "Worry": 2}, f"{it} has {rows}")
    _hold(Grant.objects.filter(**of_it, source="owner-team").count() == 1, f"{it} is held by nobody")
    subject = {"subject_kind": "referral_contact", "subject_key": str(contact.pk)}
    moved = StatusChange.objects.filter(**subject).order_by("pk").values_list("to_state", flat=True)
    _hold(moved and list(moved)[-1] == contact.state, f"{it} was moved {list(moved)}")
    running = set(ClockRun.objects.running().filter(**subject).values_list("clock", flat=True))
    decided = contact.state in ("decided", "fed-back", "closed")
    _hold(("referral-decision" in running) != decided, f"{it} has the clocks {running}")
    told = contact.state in ("fed-back", "closed")
    _hold(("referrer-acknowledged" in running) != told, f"{it} has the clocks {running}")
    _hold(Decision.objects.filter(**of_it, replaced_at=None).count() == decided, f"{it} is half decided")
    _hold(Feedback.objects.filter(**of_it).count() == told, f"{it} is half told")
    asked = Request.objects.filter(**of_it)
    _hold(not (decided and asked.filter(state="asked").exists()), f"{it} still waits for an agency")
    _hold((contact.decided_at is not None) == decided, f"{it} has the moment {contact.decided_at}")


def _check_events(contacts: list[Any]) -> None:
    from sightline.core import chain
    from sightline.core.models import AuditEvent
    from sightline.frontline.referral.models import Answer, Decision, HandOver, Request, Screening

    done = Counter(AuditEvent.objects.filter(outcome="done").values_list("action", flat=True))
    stored = {
        "referral.open-contact": len(contacts),
        "referral.screen": Screening.objects.count(),
        "referral.ask": Request.objects.count(),
        "referral.answer": Answer.objects.count(),
        "referral.decide": Decision.objects.count(),
        "referral.hand-over": HandOver.objects.count(),
        "referral.accept": HandOver.objects.filter(state="accepted").count(),
        "referral.close-contact": sum(contact.state == "closed" for contact in contacts),
    }
    wrong = {action: (done[action], count) for action, count in stored.items() if done[action] != count}
    _hold(not wrong, f"events and what is stored: {wrong}")
    verdict = chain.verify()
    _hold(verdict.is_intact, f"the audit log is broken: {verdict.wrong}")


def _hold(law: object, told: str) -> None:
    if not law:
        raise HalfDone(told)


def run(wanted: int, chance: random.Random) -> tuple[Counter[str], int]:
    """Kill until enough kills have landed in a step; gives how many in which, and how often was tried."""
    landed: Counter[str] = Counter()
    tries = 0
    while landed.total() < wanted:
        tries += 1
        if step := kill_one(chance):
            landed[step] += 1
        check()
    return landed, tries


def main() -> int:
    wanted = int(sys.argv[1]) if sys.argv[1:] else 200
    seed = int(sys.argv[2]) if sys.argv[2:] else 1
    os.environ["FRONT_LINE"] = "on"
    with tempfile.TemporaryDirectory(prefix="sightline-kills-") as folder:
        prepare(Path(folder))
        stage()
        from django.db import connection

        began = time.monotonic()
        chance = random.Random(seed)  # noqa: S311  # moments to kill at
        warm_up(chance)
        try:
            landed, tries = run(wanted, chance)
        except HalfDone as broken:
            sys.stdout.write(f"HALF DONE: {broken}\n")
            return 1
        told = ", ".join(f"{count} in {step}" for step, count in sorted(landed.items()))
        sys.stdout.write(
            f"{connection.vendor}: {landed.total()} kills landed in {tries} tries ({told}):"
            f" nothing half done, nothing twice; {time.monotonic() - began:.0f} s, seed {seed}\n"
        )
        connection.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
