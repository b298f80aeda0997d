"""What one reader sees of the dataset: which snapshot, and whether with small numbers.

Those who keep the dataset see the current snapshot and may turn to any that was published. Everybody else
sees what was published, the latest first; until something is, the current one. A published snapshot that was
withdrawn stays readable under its label, beside the reason why it was withdrawn.

**An agency's own small numbers.** Whoever leads an agency sees the publishable version like a member, but for
the indicators whose figures, all of them, were counted from what that agency itself supplied: there the small
numbers are the agency's own, and nothing can be worked out from them that it has not told itself. The whole
indicator must be its own, not the one figure: of a year shown to everybody, eleven months of one's own would
tell the twelfth, which another agency supplied. Where two agencies are of one kind, and a file says the kind
alone, nobody can say whose it is, so it is neither's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from urllib.parse import urlencode

from sightline.assurance.dataset.models import (
    Baseline,
    DefinitionChange,
    Figure,
    LoadedFile,
    LoadedSnapshot,
)
from sightline.core import local
from sightline.core.audit import kind
from sightline.core.models import StatusChange, User
from sightline.core.permissions import Permission, Role
from sightline.indicators.definition import Breakdown
from sightline.indicators.returns import FORMAT

PUBLISHABLE = "publishable"

Break = Baseline | DefinitionChange
"""What ends one stretch of a series and begins another: decided here, for a stated reason."""


class NoSuchSnapshot(Exception):
    """There is no snapshot of that name that this reader may see."""


@dataclass(frozen=True)
class View:
    """A snapshot as one reader sees it at one request.

    `usual` is the snapshot that the reader sees unasked, `choices` the published ones to turn to, the latest
    first. `own` holds the keys of the indicators whose small numbers are the reader's agency's own.
    """

    user: User
    snapshot: LoadedSnapshot | None
    choices: Sequence[LoadedSnapshot]
    usual: LoadedSnapshot | None
    with_small: bool
    own: frozenset[str]
    may_choose_version: bool
    asked_version: str = ""

    @property
    def asked(self) -> dict[str, str]:
        """What an address must say to show this view again; empty for what the reader sees unasked."""
        asked = {}
        if self.snapshot and self.snapshot != self.usual:
            asked["snapshot"] = self.snapshot.snapshot_id
        if self.may_choose_version and self.asked_version == PUBLISHABLE:
            asked["version"] = PUBLISHABLE
        return asked

    @property
    def query(self) -> str:
        """The end of an address that shows this view: "?version=publishable", or nothing."""
        return f"?{urlencode(self.asked)}" if self.asked else ""

    @cached_property
    def breaks(self) -> Sequence[Break]:
        """The baselines re-set and the changes of definition, of every indicator; read once a request."""
        return [
            *Baseline.objects.visible_to(self.user),
            *DefinitionChange.objects.visible_to(self.user),
        ]

    def may_show(self, figure: Figure) -> bool:
        """Whether this reader may see a figure whatever its size, and its unknowns."""
        return self.with_small or figure.indicator in self.own

    def withdrawn_because(self) -> str:
        """Why the snapshot was withdrawn; empty where it was not."""
        snapshot = self.snapshot
        if snapshot is None or snapshot.state != LoadedSnapshot.States.WITHDRAWN:
            return ""
        changes = StatusChange.objects.filter(subject_kind=kind(snapshot), subject_key=str(snapshot.pk))
        return str(changes.filter(to_state=snapshot.state).values_list("reason", flat=True).last() or "")


def view_of(user: User, asked: Mapping[str, str]) -> View:
    """What a reader sees who asked for this in the address: `snapshot`, `version`.

    Raises `NoSuchSnapshot` for a snapshot that is not there for this reader.
    """
    readable = LoadedSnapshot.objects.visible_to(user)
    current, published = readable.current(), list(readable.published())
    usual = current
    if published and not user.may(Permission.SEE_SMALL_NUMBERS):
        withdrawn = LoadedSnapshot.States.WITHDRAWN
        usual = next((one for one in published if one.state != withdrawn), published[0])
    choices = {one.snapshot_id: one for one in [*([usual] if usual else []), *published]}
    snapshot = usual
    if "snapshot" in asked:
        snapshot = choices.get(asked["snapshot"])
        if snapshot is None:
            raise NoSuchSnapshot(asked["snapshot"])
    own = _own(user, snapshot)
    version = asked.get("version", "")
    is_internal = version != PUBLISHABLE
    may_see_all = user.may(Permission.SEE_SMALL_NUMBERS)
    return View(
        user,
        snapshot,
        published,
        usual,
        with_small=may_see_all and is_internal,
        own=own if is_internal else frozenset(),
        may_choose_version=may_see_all or bool(own),
        asked_version=version,
    )


def suppliers(user: User, snapshot: LoadedSnapshot) -> Mapping[str, frozenset[str]]:
    """By indicator, who supplied what its figures were counted from: codes of agencies or of their kinds.

    A plain figure comes from the agency that returned it, whoever sent the file. Kept in memory: it never
    changes until the snapshot is counted again.
    """
    return _suppliers(_Counted(snapshot.pk, snapshot.counted_at.isoformat(), user))


def names_of(agency: str) -> frozenset[str]:
    """The code of an agency of the partnership, and its kind: what suppliers are called by."""
    kinds = {one.code: one.kind for one in local.partnership().agencies}
    return frozenset({agency, kinds[agency]}) if agency in kinds else frozenset()


def led_agency(user: User) -> str:
    """The code of the agency that somebody leads; empty for who leads none."""
    return user.agency.code if Role.AGENCY_LEAD in user.roles and user.agency else ""


@dataclass(frozen=True)
class _Counted:
    """The figures of one counting of a snapshot; who asks makes no difference to what they are."""

    snapshot: int
    counted_at: str
    user: User = field(compare=False)


@lru_cache(maxsize=8)
def _suppliers(of: _Counted) -> Mapping[str, frozenset[str]]:
    files = LoadedFile.objects.visible_to(of.user).filter(snapshot=of.snapshot)
    by_place = dict(files.values_list("position", "supplier"))
    found: dict[str, set[str]] = defaultdict(set)
    figures = Figure.objects.visible_to(of.user).filter(snapshot=of.snapshot).exclude(numerator=None)
    told = figures.values_list("indicator", "format", "breakdown", "group", "files").order_by().distinct()
    for indicator, format_, breakdown, group, places in told:
        if format_ != FORMAT:
            found[indicator].update(by_place[int(place)] for place in places.split())
        elif breakdown == Breakdown.AGENCY:
            found[indicator].add(group)
    return {indicator: frozenset(names) for indicator, names in found.items()}


def _own(user: User, snapshot: LoadedSnapshot | None) -> frozenset[str]:
    """The indicators whose figures all come from what the reader's agency, and no other, supplied."""
    agency = led_agency(user)
    if snapshot is None or not agency:
        return frozenset()
    mine = set(names_of(agency))
    for shared in _shared_kinds(agency):
        mine.discard(shared)
    return frozenset(key for key, told in suppliers(user, snapshot).items() if told and told <= mine)


def _shared_kinds(agency: str) -> Iterable[str]:
    """The kinds that other agencies of the partnership are of as well."""
    return {one.kind for one in local.partnership().agencies if one.code != agency}
