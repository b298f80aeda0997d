"""What the dataset cycle says on home pages of what is not yet shown; and what is done once a day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.urls import reverse
from django.utils import timezone

from sightline.assurance.collection import commands
from sightline.assurance.collection.models import Quarter, Return
from sightline.core.audit import System
from sightline.core.models import User
from sightline.core.permissions import Permission
from sightline.core.process import Block, HomeItem

QUARTER_STATES = Quarter.UNLOCKED


def home_items(user: User) -> Iterable[HomeItem]:
    """What agencies have not returned; what waits for a person stands in `collection.work`."""
    return _gaps(user) if user.may(Permission.CHECK_RETURNS) else ()


def daily() -> str:
    """Tell agencies' leads what is due within a week and what is late; gives how many returns that were."""
    return f"{commands.remind(by=System('the daily run'))} returns that are due soon or late"


def _gaps(user: User) -> Iterator[HomeItem]:
    """Returns of open quarters that are late: what is not yet shown."""
    late = Return.objects.visible_to(user).filter(
        quarter__state__in=QUARTER_STATES,
        state__in=Return.WITH_AGENCY,
        due_on__lt=timezone.localdate(),
    )
    count = late.count()
    if count:
        yield HomeItem(
            Block.NOT_SHOWN,
            f"{count} {'return is' if count == 1 else 'returns are'} late",
            reverse("collection:returns"),
            f"{'It is' if count == 1 else 'Each is'} named on the page of returns.",
        )
