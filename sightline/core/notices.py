"""News for people: commands tell it, and the daily e-mail takes it to whoever wants its kind."""

from __future__ import annotations

import logging
import textwrap
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from sightline.core.audit import System
from sightline.core.commands import NotDue, send_digest
from sightline.core.models import EVERY_DAY, Notice, NoticeChoice, NoticeKind, RoleAssignment, User

LONGEST = 300
"""Characters of a notice; a longer one ends in "…", since the page that it leads to says the whole."""

BY = System("the daily e-mail")

log = logging.getLogger(__name__)


def notify(users: Iterable[User], kind: NoticeKind, text: str, href: str) -> list[Notice]:
    """Tell people something, inside the command that makes it true: if that fails, nobody is told.

    Gives the news that is new and wanted.

    `text` names no child, gives no figure and repeats nobody's reason: an e-mail leaves the installation.
    `href` is the path of the page that says more. Who has not been sent the same text yet is not told twice.
    A kind that somebody does not want is kept for them as dealt with, so that it does not come later either.
    Raises `ValueError` for an `href` that is no path of this site.
    """
    if not href.startswith("/") or href.startswith("//"):
        raise ValueError(f"{href!r} is no path of this site; expected one such as /dataset/")
    told = {user.pk for user in users}
    line = textwrap.shorten(text, LONGEST, placeholder=" …")
    waiting = Notice.objects.filter(user__in=told, sent_at=None, kind=kind, text=line, href=href)
    new = told - set(waiting.values_list("user_id", flat=True))
    unwanted = _without(kind, new)
    now = timezone.now()
    told_now = Notice.objects.bulk_create(
        Notice(user_id=pk, kind=kind, text=line, href=href, at=now, sent_at=now if pk in unwanted else None)
        for pk in sorted(new)
    )
    return [notice for notice in told_now if notice.sent_at is None]


def _without(kind: NoticeKind, users: Iterable[int]) -> set[int]:
    """Those who do not want this kind, or no e-mail at all."""
    refused = NoticeChoice.objects.filter(user__in=users, kind__in=[kind, EVERY_DAY], is_wanted=False)
    return set(refused.values_list("user_id", flat=True))


@dataclass(frozen=True)
class Sent:
    """What came of one run: the e-mails sent, and those that must wait for the next run."""

    sent: int
    failed: int

    def __str__(self) -> str:
        emails = f"{self.sent} {'e-mail' if self.sent == 1 else 'e-mails'} sent"
        return f"{emails}, {self.failed} not sent: see the log" if self.failed else emails


def send_digests(now: datetime) -> Sent:
    """Send everybody today's e-mail who has not had it, who wants it, and for whom there is something to say.

    Run it as often as you like. One that fails is logged, the others go on, and the next run tries again;
    once the mail server does not answer at all, the rest waits for that too.
    """
    on = timezone.localdate(now)
    live = RoleAssignment.objects.live(on).values("user")
    people = list(User.objects.filter(is_active=True, pk__in=live).order_by("pk"))
    through = get_connection()
    tally = Counter[bool | None]()
    for user in people:
        end = _send(user, on, through)
        tally[end] += 1
        if end is False and not _answers(through):
            break
    through.close()
    return Sent(sent=tally[True], failed=tally[False])


def _send(user: User, on: date, through: BaseEmailBackend) -> bool | None:
    """Whether one person's e-mail was sent; None where none was due. The log names the account's number."""
    try:
        send_digest(user, day=on.isoformat(), through=through, by=BY)
    except NotDue:
        return None
    except OSError as error:
        log.error("account %s: the daily e-mail was not sent: %s", user.pk, type(error).__name__)
    except Exception:
        log.exception("account %s: the daily e-mail was not made", user.pk)
    else:
        return True
    return False


def _answers(through: BaseEmailBackend) -> bool:
    """Whether the mail server takes a fresh connection; the one that failed is not used again."""
    try:
        through.close()
        through.open()
    except OSError as error:
        log.error("the mail server does not answer: %s", type(error).__name__)
        return False
    return True
