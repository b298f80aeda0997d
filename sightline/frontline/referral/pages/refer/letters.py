"""The two e-mails to a referrer. Neither names a child, nor says what was told.

They are sent while the page waits, and by no job: a job is stored with what it is about, and the address and
the key are not to be stored.
"""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from sightline.core import local
from sightline.frontline.referral.sending import KEPT

_log = logging.getLogger(__name__)


def send_link(address: str, key: str) -> bool:
    """Send the link by which a form is gone on with; False where the mail server does not take it."""
    link = urljoin(settings.SITE, reverse("referral:refer-resume", args=[key]))
    return _send(address, "Your unfinished form", "link", link=link, days=KEPT.days)


def send_receipt(address: str, reference: str, key: str) -> bool:
    """Send the link by which a referrer sees what became of what they told."""
    link = urljoin(settings.SITE, reverse("referral:refer-receipt", args=[key]))
    return _send(
        address, f"We have received what you told us: {reference}", "sent", link=link, reference=reference
    )


def _send(address: str, subject: str, template: str, **about: Any) -> bool:
    partnership = local.partnership()
    body = render_to_string(f"referral/refer/mail/{template}.txt", {**about, "partnership": partnership})
    mail = EmailMessage(subject=subject, body=body, to=[address], reply_to=[partnership.contact.email])
    try:
        mail.send()
    except (SMTPException, OSError) as error:
        _log.error("an e-mail to a referrer was not sent: %s", type(error).__name__)
        return False
    return True
