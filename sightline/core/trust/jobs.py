"""What a worker does for the trust plane: e-mails that do not wait for the daily one."""

from __future__ import annotations

from sightline.core.audit import System
from sightline.core.jobs import job
from sightline.core.models import Notice
from sightline.core.trust import commands


@job("trust.tell-at-once")
def tell_at_once(key: int) -> None:
    """Send a person one piece of news; of an account that is closed, nothing."""
    notice = Notice.objects.select_related("user").filter(pk=key, user__is_active=True, sent_at=None).first()
    if notice is not None:
        commands.tell_at_once(notice, by=System("sending e-mail"))
