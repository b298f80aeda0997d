"""Contacts of the demo's months done by the commands that people use, step by step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from sightline.config.cli import demo_contacts_told as told
from sightline.config.cli.demo_contacts_told import Door
from sightline.config.cli.demo_people import working_as
from sightline.example import front_door_words as words
from sightline.example.front_door import Referral
from sightline.example.front_door_life import Checked, Decided, HandedOver

if TYPE_CHECKING:
    from sightline.core.trust.models import Dossier
    from sightline.frontline.referral.models import Contact, HandOver, Request

Step = tuple[datetime, Callable[[], None]]


def steps(door: Door, one: Referral) -> list[Step]:
    """What is done with a contact, in the order in which it happened, each with its moment."""
    done = _Done(door, one)
    todo: list[tuple[datetime | None, Callable[[], None]]] = [
        (one.received_at, done.open),
        (one.screened_at, done.screen),
        (told.named_at(one), done.name),
        (one.acknowledged_at, done.acknowledge),
    ]
    for check in one.checks:
        todo += [(check.asked_at, partial(done.ask, check)), (check.answered_at, partial(done.answer, check))]
    if one.decided is not None:
        todo += [
            (one.decided.at, partial(done.decide, one.decided)),
            (one.decided.dissent_at, done.dissent),
            (one.told_at, partial(done.tell, one.decided)),
        ]
        for offer in one.handed_over:
            todo += [
                (offer.offered_at, partial(done.hand_over, one.decided)),
                (offer.answered_at, partial(done.take, one.decided, offer)),
            ]
    happened = [(at, do) for at, do in (*todo, (one.closed_at, done.close)) if at is not None]
    return sorted(happened, key=lambda step: step[0])


@dataclass
class _Done:
    """A contact and what has been made of it so far."""

    door: Door
    one: Referral
    requests: dict[str, Request] = field(default_factory=dict)

    def open(self) -> None:
        from sightline.core.models import User
        from sightline.frontline.referral import commands

        sender = self.door.sender(self.one)
        with working_as(sender if isinstance(sender, User) else self.door.worker):
            self.contact: Contact = commands.open_contact(
                team=self.door.hub,
                told=told.told_of(self.one),
                concern=self.door.concern(self.one),
                referrer=told.referrer_of(self.one),
                worries=self.one.worries,
                channel=self.one.channel,
                is_immediate=self.one.is_immediate,
                at=self.one.received_at,
                by=sender,
            )

    def screen(self) -> None:
        from sightline.frontline.referral import gathering

        with working_as(self.door.worker) as worker:
            gathering.screen(self.contact, rating=self.one.rating, words=words.SCREENED, by=worker)

    def name(self) -> None:
        from sightline.frontline.referral import commands

        number = self.one.family.number
        with working_as(self.door.worker) as worker:
            if number not in self.door.known:
                self.door.known[number] = self._enter()
            for place, dossier in enumerate(self.door.known[number]):
                part = told.part_of(self.one, place)
                commands.name_person(self.contact, person_dossier=dossier, part=part, by=worker)

    def _enter(self) -> list[Dossier]:
        from sightline.people.commands import enter_person

        return [
            enter_person(
                team=self.door.hub,
                known=told.known_of(child),
                address=told.home_of(self.one),
                by=self.door.worker,
            ).dossier
            for child in self.one.family.children
        ]

    def acknowledge(self) -> None:
        from sightline.frontline.referral import gathering

        with working_as(self.door.worker) as worker:
            gathering.acknowledge(self.contact, words=words.ACKNOWLEDGED, by=worker)

    def ask(self, check: Checked) -> None:
        from sightline.frontline.referral import gathering

        with working_as(self.door.worker) as worker:
            self.requests[check.agency] = gathering.ask(
                self.contact,
                agency=self.door.agencies[check.agency],
                of=self.door.cast[told.LEADS[check.agency]],
                question=words.QUESTION,
                by=worker,
            )

    def answer(self, check: Checked) -> None:
        from sightline.frontline.referral import gathering

        with working_as(self.door.cast[told.LEADS[check.agency]]) as asked:
            gathering.answer(self.requests[check.agency], **told.answer_of(check), by=asked)

    def decide(self, decided: Decided) -> None:
        from sightline.frontline.referral import deciding

        with working_as(self.door.manager) as manager:
            deciding.decide(self.contact, **told.decision_of(self.one, decided), by=manager)

    def dissent(self) -> None:
        from sightline.frontline.referral import deciding

        with working_as(self.door.worker) as worker:
            deciding.dissent(self.contact, words=words.DISSENT, by=worker)

    def tell(self, decided: Decided) -> None:
        from sightline.frontline.referral import deciding

        with working_as(self.door.worker) as worker:
            deciding.tell(self.contact, **told.feedback_of(self.one, decided), by=worker)

    def hand_over(self, decided: Decided) -> None:
        from sightline.frontline.referral import handing_over

        team, _ = self.door.receiver(decided.outcome)
        with working_as(self.door.manager) as manager:
            self.offered: HandOver = handing_over.hand_over(
                self.contact,
                to_team=team,
                words=words.OFFERED,
                authority=told.authority_of(decided),
                by=manager,
            )

    def take(self, decided: Decided, offer: HandedOver) -> None:
        from sightline.frontline.referral import handing_over

        with working_as(self.door.receiver(decided.outcome)[1]) as receiver:
            if offer.is_accepted:
                handing_over.accept(self.offered, words=words.TAKEN_OVER, by=receiver)
            else:
                handing_over.send_back(self.offered, words=words.SENT_BACK, by=receiver)

    def close(self) -> None:
        from sightline.frontline.referral import commands

        with working_as(self.door.manager) as manager:
            commands.close_contact(self.contact, by=manager)
