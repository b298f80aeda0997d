"""Closed contacts of the demo's months stored in bulk: the rows that the commands would have left, no other.

A thousand contacts by commands take minutes. What is left out is their audit events, which nobody may invent:
the log says of them what is so, that the software stored them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from sightline.config.cli import demo_contacts_told as told
from sightline.config.cli.demo_contacts_told import Door
from sightline.example import front_door_words as words
from sightline.example.front_door import Referral
from sightline.example.front_door_life import Checked, Decided, HandedOver

if TYPE_CHECKING:
    from django.db.models import Model

    from sightline.core.models import Team, User
    from sightline.core.trust.models import Dossier, Grant
    from sightline.frontline.referral.models import Contact, Request

M = TypeVar("M", bound="Model")
BATCH = 500


class Stored:
    """Rows that wait to be written, by model, in the order in which they may be."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self._rows: dict[type[Model], list[Model]] = {}
        self._derived: list[Grant] = []

    def write(self, referrals: Iterable[Referral]) -> None:
        """Store these contacts, each with all that became of it."""
        for one in referrals:
            _Closed(self, one).rows()
        self.save()

    def save(self) -> None:
        """Write what waits."""
        from sightline.core.trust.actor import unguarded
        from sightline.core.trust.models import Grant

        with unguarded("sixteen months at the invented front door"):
            for model, rows in self._rows.items():
                manager: Any = model._default_manager
                manager.bulk_create(rows, batch_size=BATCH)
            Grant.objects.bulk_create(self._derived, batch_size=BATCH)

    def add(self, row: M) -> M:
        """Keep a row to be written."""
        self._rows.setdefault(type(row), []).append(row)
        return row

    def dossier(self, kind: str, letter: str, at: datetime, **more: Any) -> Dossier:
        """A dossier that the hub opened at that moment."""
        from sightline.core.trust.models import Dossier

        hub = self.door.hub
        made = Dossier(kind=kind, owner_agency=hub.agency, owner_team=hub, opened_at=at, **more)
        made.reference = f"{letter}{at:%y}-{made.pk.hex[:8].upper()}"
        return self.add(made)

    def grant(
        self, dossier: Dossier, to: User | Team, level: int, source: str, at: datetime, by: User | None
    ) -> Grant:
        """Let somebody see a dossier from that moment on."""
        from sightline.core.models import Team
        from sightline.core.trust.models import Grant

        holder = {"team": to} if isinstance(to, Team) else {"user": to}
        grant = Grant(
            dossier=dossier, level=level, purpose="protect", source=source, from_at=at, given_by=by, **holder
        )
        return self.add(grant)

    def pass_on(self, grant: Grant, to: Dossier, at: datetime) -> Grant:
        """Let whoever works on a record see a person whom it is about."""
        from sightline.core.policy import Level
        from sightline.core.trust.models import Grant

        passed = Grant(
            dossier=to,
            team=grant.team,
            level=Level.CONTRIBUTE,
            purpose=grant.purpose,
            source=Grant.Source.LINK,
            from_at=at,
            given_by=grant.given_by,
            derived_from=grant,
        )
        self._derived.append(passed)
        return passed

    def changed(
        self, obj: Model, source: str | None, to: str, at: datetime, by: User | None, event: str = ""
    ) -> None:
        """A record passed from one state to another at that moment, or something happened to it."""
        from sightline.core.audit import kind
        from sightline.core.models import StatusChange

        transitions: Any = getattr(obj, "TRANSITIONS", {})
        self.add(
            StatusChange(
                subject_kind=kind(obj),
                subject_key=str(obj.pk),
                from_state=source or "",
                to_state=to,
                event=event or transitions[source, to],
                at=at,
                recorded_at=at,
                by=by,
            )
        )

    def ran(self, clock: str, obj: Model, start: datetime, stop: datetime | None) -> None:
        """A clock ran for a record; what is rated blue has none."""
        from django.utils import timezone

        from sightline.clocks import CLOCKS, NoLimit, due
        from sightline.core import local
        from sightline.core.audit import kind
        from sightline.core.models import ClockRun

        if clock not in CLOCKS:
            return
        run = ClockRun(
            clock=clock, subject_kind=kind(obj), subject_key=str(obj.pk), started_at=start, stopped_at=stop
        )
        try:
            when = due(CLOCKS[clock], timezone.localtime(start), local.limit(clock))
        except NoLimit:
            pass
        else:
            run.due_on, run.due_at = when.due_on, when.due_at
        self.add(run)


class _Closed:
    """One closed contact, as rows."""

    def __init__(self, stored: Stored, one: Referral) -> None:
        from sightline.core.audit import person
        from sightline.core.policy import Kind

        self.stored, self.one, self.door = stored, one, stored.door
        self.at = one.received_at
        assert one.decided is not None
        assert one.screened_at is not None
        assert one.told_at is not None
        self.decided: Decided = one.decided
        self.screened_at, self.told_at = one.screened_at, one.told_at
        self.sender = person(self.door.sender(one))
        self.dossier = stored.dossier(Kind.CONTACT, "C", self.at, closed_at=one.closed_at)
        self.people: list[Dossier] = []

    def rows(self) -> None:
        """Give all rows to what writes them."""
        from sightline.core.trust.models import Grant

        source, stored = Grant.Source, self.stored
        self.held = stored.grant(self.dossier, self.door.hub, 4, source.OWNER_TEAM, self.at, self.sender)
        if self.sender is not None:
            stored.grant(self.dossier, self.sender, 2, source.RECEIPT, self.at, self.sender)
        self._contact()
        self._told()
        self._screened()
        if at := told.named_at(self.one):
            self._named(at)
        for check in self.one.checks:
            self._asked(check)
        self._decided()
        self._fed_back()
        for offer in self.one.handed_over:
            self._handed_over(offer)

    def _contact(self) -> None:
        from sightline.frontline.referral.models import Contact

        one, told_first = self.one, self.one.acknowledged_at or self.told_at
        states = Contact.States
        self.contact: Contact = self.stored.add(
            Contact(
                dossier=self.dossier,
                state=states.CLOSED,
                received_at=self.at,
                channel=one.channel,
                is_immediate=one.is_immediate,
                rating_initial=one.rating,
                rating_final=one.rating,
                told_at=told_first,
                decided_at=self.decided.at,
            )
        )
        self.stored.changed(self.contact, None, states.RECEIVED, self.at, self.sender)
        self.stored.ran("referral-decision", self.contact, self.at, self.decided.at)
        self.stored.ran("referrer-acknowledged", self.contact, self.at, told_first)

    def _told(self) -> None:
        from sightline.frontline.referral.models import Concern, Referrer, Told, Worry

        add, of_it = self.stored.add, {"dossier": self.dossier}
        for place, known in enumerate(told.told_of(self.one)):
            add(Told(**of_it, place=place, **known))
        add(Concern(**of_it, **self.door.concern(self.one)))
        add(Referrer(**of_it, **told.referrer_of(self.one)))
        for kind in sorted(self.one.worries):
            add(Worry(**of_it, kind=kind))

    def _screened(self) -> None:
        from sightline.frontline.referral.models import Contact, Feedback, Screening

        states, at, worker = Contact.States, self.screened_at, self.door.worker
        changed = self.stored.changed
        changed(self.contact, states.RECEIVED, states.SCREENED, at, worker)
        changed(self.contact, states.SCREENED, states.SCREENED, at, worker, "referral-rated")
        self.stored.ran(f"mash-response-{self.one.rating}", self.contact, self.at, self.decided.at)
        said = {"rating": self.one.rating, "words": words.SCREENED}
        self.stored.add(Screening(dossier=self.dossier, at=at, by=worker, **said))
        if at_once := self.one.acknowledged_at:
            is_asked = any(check.asked_at < at_once for check in self.one.checks)
            state = states.GATHERING if is_asked else states.SCREENED
            changed(self.contact, state, state, at_once, worker, "referrer-told")
            said = {"words": words.ACKNOWLEDGED}
            self.stored.add(Feedback(dossier=self.dossier, at=at_once, by=worker, **said))

    def _named(self, at: datetime) -> None:
        from sightline.core.trust.models import Link

        known, number = self.door.known, self.one.family.number
        if number not in known:
            known[number] = [self._person(place, at) for place in range(len(self.one.family.children))]
        self.people = known[number]
        for place, person in enumerate(self.people):
            part = told.part_of(self.one, place)
            self.stored.add(Link(dossier=self.dossier, person_dossier=person, part=part, at=at))
            self.stored.pass_on(self.held, person, at)

    def _person(self, place: int, at: datetime) -> Dossier:
        """A child's own record, entered by the hub's worker."""
        from sightline.core.policy import Kind
        from sightline.people.duplicates import Described
        from sightline.people.finding import search_keys
        from sightline.people.models import Address, Person, PersonKey

        worker, known = self.door.worker, told.known_of(self.one.family.children[place])
        dossier = self.stored.dossier(Kind.PERSON, "P", at)
        for holder in (self.door.hub, worker):
            self.stored.grant(dossier, holder, 4, "owner-team", at, worker)
        self.stored.add(Person(dossier=dossier, **known))
        if home := told.home_of(self.one):
            self.stored.add(Address(dossier=dossier, **home))
        described = Described(
            given_names=known["given_names"],
            family_name=known["family_name"],
            date_of_birth=known["born_on"],
            sex="" if known["sex"] == "unknown" else known["sex"],
            address_line=home["lines"] if home else "",
            postcode=home["postcode"] if home else "",
        )
        for key in sorted(search_keys(described)):
            self.stored.add(PersonKey(dossier=dossier, key=key))
        return dossier

    def _asked(self, check: Checked) -> None:
        from sightline.frontline.referral.models import Answer, Contact, Request

        of, worker = self.door.cast[told.LEADS[check.agency]], self.door.worker
        answered, states = check.answered_at, Request.States
        ended = answered or self.decided.at
        request = self.stored.add(
            Request(
                dossier=self.dossier,
                agency=self.door.agencies[check.agency],
                rating=self.one.rating,
                state=states.ANSWERED if answered else states.WITHDRAWN,
                asked_at=check.asked_at,
                asked_by=worker,
                answered_at=answered,
                answered_by=of if answered else None,
            )
        )
        self.stored.changed(request, None, states.ASKED, check.asked_at, worker)
        self.stored.changed(
            request, states.ASKED, request.state, ended, of if answered else self.door.manager
        )
        self.stored.ran(f"mash-response-{self.one.rating}", request, check.asked_at, ended)
        self._question(request, of)
        if answered:
            self.stored.add(Answer(dossier=self.dossier, request=request, **told.answer_of(check)))
        if check is self.one.checks[0]:
            screened, gathering = Contact.States.SCREENED, Contact.States.GATHERING
            self.stored.changed(self.contact, screened, gathering, check.asked_at, worker)

    def _question(self, request: Request, of: User) -> None:
        from sightline.core.trust.models import Grant
        from sightline.frontline.referral.models import Question

        self.stored.add(Question(dossier=self.dossier, request=request, text=words.QUESTION))
        source, worker = Grant.Source.REQUEST, self.door.worker
        grant = self.stored.grant(self.dossier, of, 2, source, request.asked_at, worker)
        grant.until_at = self.decided.at

    def _decided(self) -> None:
        from sightline.frontline.referral.models import Contact, Decision, Dissent

        decided, manager, states = self.decided, self.door.manager, Contact.States
        said = told.decision_of(self.one, decided)
        self.stored.add(
            Decision(dossier=self.dossier, thresholds=self.door.thresholds, at=decided.at, by=manager, **said)
        )
        source = states.GATHERING if self.one.checks else states.SCREENED
        self.stored.changed(self.contact, source, states.DECIDED, decided.at, manager)
        if at := decided.dissent_at:
            worker = self.door.worker
            disagrees = {"words": words.DISSENT, "agency": worker.agency}
            self.stored.add(Dissent(dossier=self.dossier, at=at, by=worker, **disagrees))

    def _fed_back(self) -> None:
        from sightline.frontline.referral.models import Contact, Feedback

        decided, worker, states = self.decided, self.door.worker, Contact.States
        said = told.feedback_of(self.one, decided)
        said |= {
            "outcome": decided.outcome,
            "level": decided.level,
            "not_accepted": decided.not_accepted,
        }
        self.stored.add(Feedback(dossier=self.dossier, at=self.told_at, by=worker, **said))
        self.stored.changed(self.contact, states.DECIDED, states.FED_BACK, self.told_at, worker)
        if closed := self.one.closed_at:
            self.stored.changed(self.contact, states.FED_BACK, states.CLOSED, closed, self.door.manager)

    def _handed_over(self, offer: HandedOver) -> None:
        from sightline.frontline.referral.models import HandOver, HandOverWords

        team, receiver = self.door.receiver(self.decided.outcome)
        answered, manager, states = offer.answered_at, self.door.manager, HandOver.States
        assert answered is not None
        offered = self.stored.add(
            HandOver(
                dossier=self.dossier,
                state=states.ACCEPTED if offer.is_accepted else states.RETURNED,
                to_team=team,
                offered_at=offer.offered_at,
                offered_by=manager,
                answered_at=answered,
                answered_by=receiver,
            )
        )
        self.stored.changed(offered, None, states.OFFERED, offer.offered_at, manager)
        self.stored.changed(offered, states.OFFERED, offered.state, answered, receiver)
        self.stored.add(
            HandOverWords(
                dossier=self.dossier,
                hand_over=offered,
                route=self.decided.outcome,
                authority=told.authority_of(self.decided),
                words=words.OFFERED,
                answer=words.TAKEN_OVER if offer.is_accepted else words.SENT_BACK,
            )
        )
        if team is not None:
            self._let_in(team, offer)

    def _let_in(self, team: Team, offer: HandedOver) -> None:
        """Whom it is offered to sees it, and who it is about, until they send it back."""
        from sightline.core.trust.models import Grant

        at, source = offer.offered_at, Grant.Source.HAND_OVER
        grant = self.stored.grant(self.dossier, team, 4, source, at, self.door.manager)
        for one in [grant, *(self.stored.pass_on(grant, person, at) for person in self.people)]:
            if not offer.is_accepted:
                one.until_at = offer.answered_at
