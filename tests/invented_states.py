"""One invented child after another, each in another state of access: mine, another's, sealed, excluded ...

Every state has a person's own dossier and a contact about them, each with a canary in every text of every
protected table. The same people stand before all of them, so that what one of them is shown can be held
against the truth table.
"""

from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from sightline.core.models import TeamMember, User
from sightline.core.policy import Level
from sightline.core.trust.actor import system_actor
from sightline.core.trust.models import AccessReason, Dossier, Exclusion, GlassReview, Grant, Link
from sightline.frontline.referral.models import Contact
from sightline.people.finding import remember
from sightline.people.models import Person, Relationship
from tests.canaries import rows
from tests.invented_people import FRONT_LINE_PARTS
from tests.oracle import Case
from tests.pages.times import span

STATES = {
    "own": Case("", None, "", holder="my-team"),
    "receipt": Case("", None, "", level="receipt"),
    "contribute": Case("", None, "", level="contribute"),
    "foreign": Case("", None, "", holder="other-team"),
    "restricted, by team": Case("", None, "", restriction="restricted", holder="my-team"),
    "restricted, by name": Case("", None, "", restriction="restricted"),
    "sealed, by team": Case("", None, "", restriction="sealed", holder="my-team"),
    "sealed, by name": Case("", None, "", restriction="sealed"),
    "excluded": Case("", None, "", exclusion="live"),
    "excluded, by team": Case("", None, "", holder="my-team", exclusion="live"),
    "expired": Case("", None, "", time="ended"),
    "not yet": Case("", None, "", time="not-yet"),
    "for another purpose": Case("", None, "", purpose="request"),
    "broken glass": Case("", None, ""),
    "broken glass, past its end": Case("", None, "", time="ended"),
}
"""How everybody of the front line stands to a child, whatever role they hold."""

ROLE_OF = {part: role for part, (_, role, _) in FRONT_LINE_PARTS.items()}
ROLE_OF |= {"board_manager": "board-manager", "administrator": "administrator"}


@dataclass(frozen=True)
class Standing:
    """A dossier in a state: its number, which its canaries carry, and what to open pages of it with.

    `record` is the person or the contact; `access` names what the trust plane's own pages are about.
    """

    number: int
    state: str
    case: Case
    dossier: Dossier
    record: Any
    access: Any


def every_state(front_line: Any, cast: Any) -> list[Standing]:
    """Store a child and a contact in each state, for all whom `ROLE_OF` names."""
    people = everybody(front_line, cast)
    with system_actor("the tests"):
        made = []
        for at, (state, case) in enumerate(STATES.items()):
            child = stand(2 * at, state, replace(case, kind="person"), people, front_line)
            contact = stand(2 * at + 1, state, replace(case, kind="contact"), people, front_line)
            Link(dossier=contact.dossier, person_dossier=child.dossier).save(force_insert=True)
            made += [child, contact]
        _sibling_of(made, "own", "foreign")
        _sibling_of(made, "contribute", "sealed, by team")
    return made


def everybody(front_line: Any, cast: Any) -> dict[str, User]:
    """All who stand before a child, by part."""
    return {part: getattr(front_line, part, None) or getattr(cast, part) for part in ROLE_OF}


def stand(number: int, state: str, case: Case, people: Any, front_line: Any, reference: str = "") -> Standing:
    """Store a dossier in a state, with a row in every table of its own."""
    dossier = Dossier(
        kind=case.kind,
        restriction=case.restriction,
        reference=reference or f"{case.kind[0].upper()}26-{number:04d}",
        owner_team=front_line.hub,
        owner_agency=front_line.hub.agency,
    )
    dossier.save(force_insert=True)
    about = Person if case.kind == "person" else Contact
    other = Contact if about is Person else Person
    stored = [row for row in rows(dossier, number) if not isinstance(row, other)]
    for row in stored:
        row.save(force_insert=True)
    if about is Person:
        remember(dossier.pk)  # so that a search can find the child
    _grant(dossier, case, "break-glass" if "glass" in state else "invitation", people, front_line)
    (record,) = [row for row in stored if type(row) is about]
    return Standing(number, state, case, dossier, record, _access(dossier, stored, people))


def _access(dossier: Dossier, stored: list[Any], people: dict[str, User]) -> Any:
    """The keys of a grant, an exclusion and a review of a dossier; its reason is one of the stored rows."""
    other = User.objects.get(name="Lea Ver")
    excluded = Exclusion.objects.create(dossier=dossier, user=other, reason="related")
    (reason,) = [row for row in stored if isinstance(row, AccessReason)]
    review = GlassReview.objects.create(
        dossier=dossier,
        category="danger",
        reason_key=reason.pk,
        broken_by=people["police_unit"],
        until_at=timezone.now(),
    )
    grant = Grant.objects.filter(dossier=dossier).first()
    keys = {"grant": grant.pk, "exclusion": excluded.pk, "review": review.pk}
    return SimpleNamespace(dossier_id=dossier.pk, dossier=dossier, **keys)


def _grant(dossier: Dossier, case: Case, source: str, people: Any, front_line: Any) -> None:
    given = {
        "dossier": dossier,
        "level": Level[case.level.upper()],
        "purpose": case.purpose,
        "source": source,
        **span(case.time),
    }
    if case.holder == "me":
        Grant.objects.bulk_create(Grant(user=user, **given) for user in people.values())
    else:
        Grant.objects.create(team=team_of(case.holder, people, front_line), **given)
    if case.exclusion != "none":
        Exclusion.objects.bulk_create(
            Exclusion(dossier=dossier, user=user, reason="risk", **span(case.exclusion))
            for user in people.values()
        )


def team_of(holder: str, people: dict[str, User], front_line: Any) -> Any:
    """Everybody's team, or another that nobody is in."""
    from sightline.core.models import Team

    name = {"my-team": "Everybody", "other-team": "Nobody"}[holder]
    team, is_new = Team.objects.get_or_create(name=name)
    if is_new and holder == "my-team":
        since = timezone.localdate()
        TeamMember.objects.bulk_create(
            TeamMember(team=team, user=user, from_on=since) for user in people.values()
        )
    return team


def _sibling_of(made: list[Standing], state: str, other: str) -> None:
    """Let a child's record name a child of another state, by key alone."""
    child, sibling = (
        next(one for one in made if one.state == wanted and one.case.kind == "person")
        for wanted in (state, other)
    )
    Relationship.objects.filter(dossier=child.dossier).update(person_dossier=sibling.dossier)
