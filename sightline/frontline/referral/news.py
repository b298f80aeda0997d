"""Telling a referrer that there is news: by an e-mail that names no child and says nothing of what it is."""

from __future__ import annotations

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from sightline.core import local
from sightline.core.digest import HEADERS
from sightline.core.jobs import enqueue
from sightline.core.models import NoticeKind, User
from sightline.core.notices import notify
from sightline.core.trust import dossiers
from sightline.frontline.referral.models import Contact, Feedback, Referrer


def tell_referrer(contact: Contact, said: Feedback) -> None:
    """Send whoever made a contact word that there is news of it, to their account or else to their address.

    It goes once what was said is stored; what it is stands on their own page alone.
    """
    senders = _senders(contact)
    text = f"There is news of your referral {contact.dossier.reference}"
    page = reverse("referral:contact", args=[contact.pk])
    for notice in notify(senders, NoticeKind.RETURNED, text, page):
        enqueue("trust.tell-at-once", notice.pk)
    if not senders and Referrer.objects.filter(dossier=contact.dossier).exclude(email="").exists():
        enqueue("referral.tell-referrer", str(said.pk))


def news_of(reference: str, to: str) -> EmailMessage:
    """The e-mail to a referrer without an account."""
    ours = local.partnership()
    return EmailMessage(
        f"News of your referral {reference}",
        render_to_string("referral/email/news.txt", {"reference": reference, "partnership": ours}),
        to=[to],
        reply_to=[ours.contact.email],
        headers=HEADERS,
    )


def _senders(contact: Contact) -> list[User]:
    """The accounts that sent it and still hold its receipt."""
    receipts = dossiers.holders(contact.dossier).filter(source=dossiers.Source.RECEIPT, user__isnull=False)
    excluded = dossiers.excluded(contact.dossier).values("user")
    return list(User.objects.filter(pk__in=receipts.values("user"), is_active=True).exclude(pk__in=excluded))
