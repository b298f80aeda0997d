"""What every page about a record says of access to it: how far it is closed, who is in, what to do.

A page shows it with the macro of `trust/parts.html`::

    context["access"] = access_to(contact.dossier, user)

    {% from "trust/parts.html" import access_banner, access_panel %}
    {{ access_banner(access) }}  before the heading    {{ access_panel(access) }}  at the end
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.apps import apps
from django.urls import reverse
from django.utils import timezone

from sightline.core.models import User
from sightline.core.permissions import Permission
from sightline.core.policy import Level
from sightline.core.trust import dossiers
from sightline.core.trust.access import level_of
from sightline.core.trust.guarded import Guarded
from sightline.core.trust.models import Dossier, Grant


@dataclass(frozen=True)
class Access:
    """How far a record is closed, who holds access, and what this reader may do about it.

    `holders` is empty for a reader who does not contribute: the sender of a contact need not know who works
    on it. `glass_until`: the reader is in by broken glass alone, until then.
    """

    dossier: Dossier
    level: Level | None
    holders: Sequence[Grant]
    glass_until: datetime | None
    may_give: bool
    may_restrict: bool

    @property
    def restriction(self) -> str:
        """What a banner says of it: "Sealed record", or nothing of an open one."""
        said = {"restricted": "Restricted record", "sealed": "Sealed record"}
        return said.get(self.dossier.restriction, "")

    @property
    def glass(self) -> str:
        """What a banner says of broken glass: "Glass broken until 14:05"."""
        return f"Glass broken until {timezone.localtime(self.glass_until):%H:%M}" if self.glass_until else ""

    @property
    def is_whole(self) -> bool:
        """Whether the reader sees all of it, and so who looked."""
        return self.level is Level.FULL


def _counts(grant: Grant, dossier: Dossier) -> bool:
    """Whether a grant lets anybody in: that of a team does not on a record that is closed off."""
    return grant.team_id is None or dossier.restriction == Dossier.Restriction.OPEN


def access_to(dossier: Dossier, user: User) -> Access:
    """What the page of a record says of access to it, for the person who is looking."""
    level = level_of(dossier.pk)
    grants = [one for one in dossiers.shown_holders(dossier) if _counts(one, dossier)] if level else []
    own = [grant for grant in grants if grant.user_id == user.pk or grant.team_id in user.team_ids]
    glass = [grant for grant in own if grant.source == Grant.Source.BREAK_GLASS]
    lasting = [grant for grant in own if grant not in glass and grant.level == Level.FULL]
    is_whole = level is Level.FULL
    return Access(
        dossier=dossier,
        level=level,
        holders=grants if level and level >= Level.CONTRIBUTE else [],
        glass_until=None if lasting or not glass else glass[-1].until_at,
        may_give=is_whole and bool(lasting) and user.may(Permission.GIVE_ACCESS),
        may_restrict=is_whole and bool(lasting) and user.may(Permission.RESTRICT),
    )


def page_of(key: UUID, user: User) -> str:
    """The address of the record's own page, if this person sees it; else of the page about access to it.

    Where a record has grown into another, as a call into a contact, the process that stands first in the
    settings has the page.
    """
    for model in apps.get_models():
        if issubclass(model, Guarded) and model.page:
            found = model._default_manager.filter(**{model.dossier_column: key}).values_list("pk", flat=True)
            if pk := found.first():
                return reverse(model.page, kwargs={"pk": pk})
    return reverse("trust:access", kwargs={"pk": key})
