"""The e-mails that people get: the daily one, one for what cannot wait, and one to try whether they arrive.

Plain text, and the same as simple HTML: no picture, nothing that tells the sender who has read it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from sightline.core import local
from sightline.core.models import Notice, NoticeKind, User
from sightline.core.process import as_reader
from sightline.core.worklist_words import waiting
from sightline.govuk.jinja import day

HEADERS = {"Auto-Submitted": "auto-generated"}
"""Asks other people's out-of-office replies to keep quiet (RFC 3834)."""


MOST = 30
"""How many of the things that wait an e-mail names; the worklist has them all."""


@dataclass(frozen=True)
class Line:
    """One thing in an e-mail: what it is, by when or since when, and the address of its page."""

    text: str
    note: str
    address: str


def daily(
    user: User, news: Iterable[Notice], on: date, *, with_waiting: bool
) -> EmailMultiAlternatives | None:
    """A person's e-mail of one day; None where there is nothing to say.

    That something is due is not said twice where its page is among what is waiting.
    """
    waiting = _waiting(user) if with_waiting else []
    listed = {line.address for line in waiting}
    told = [
        Line(notice.text, day(notice.at), absolute(notice.href))
        for notice in news
        if notice.kind != NoticeKind.DUE or absolute(notice.href) not in listed
    ]
    parts = [("Waiting for you", waiting), ("News", told)]
    about = [title.lower() for title, lines in parts if lines]
    if not about:
        return None
    return _message(user, f"Sightline: {' and '.join(about)}, {day(on)}", [part for part in parts if part[1]])


def at_once(notice: Notice) -> EmailMultiAlternatives:
    """An e-mail of one piece of news that does not wait for tomorrow's."""
    line = Line(notice.text, day(notice.at), absolute(notice.href))
    return _message(notice.user, "Sightline: news that cannot wait", [("News", [line])])


def trial(user: User) -> EmailMultiAlternatives:
    """An e-mail that says only that e-mails arrive."""
    said = Line("E-mails from Sightline reach you", "", absolute(reverse("notices")))
    return _message(user, "Sightline: a test e-mail", [("You asked for a test", [said])])


def absolute(path: str) -> str:
    """The whole address of one of our pages."""
    return f"{settings.SITE}{path}"


def _waiting(user: User) -> list[Line]:
    """What waits for the person, as their home page says it."""
    with as_reader(user):
        return [Line(item.text, item.note, absolute(item.href)) for item in waiting(user, MOST)]


def _message(user: User, subject: str, parts: Sequence[tuple[str, Sequence[Line]]]) -> EmailMultiAlternatives:
    ours = local.partnership()
    context = {
        "subject": subject,
        "name": " ".join(user.name.split()),
        "parts": parts,
        "choices": absolute(reverse("notices")),
        "partnership": ours,
    }
    message = EmailMultiAlternatives(
        subject,
        render_to_string("core/mail/message.txt", context),
        to=[user.email],
        reply_to=[ours.contact.email],
        headers=HEADERS,
    )
    message.attach_alternative(render_to_string("core/mail/message.html", context), "text/html")
    return message
