"""E-mails about a person's own account: the link to choose a password, and news of a change.

Jobs send them, so that a page takes as long for an address without an account as for one with it. A link is
made when it is sent, so that it is stored nowhere; it works once, since it is signed over the present
password, and for a day (`PASSWORD_RESET_TIMEOUT`).
"""

from urllib.parse import urljoin

from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django_tasks import task

from sightline.core import local
from sightline.core.audit import System, record_event
from sightline.core.models import User

NOBODY = 0
"""Stands for the account of an address that has none: asking takes the same time and says the same."""


def password_link(user: User) -> str:
    """A link for this person. Whoever has it can choose the password: it goes to the person alone."""
    keys = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return urljoin(settings.SITE, reverse("account_reset_password_from_key", kwargs=keys))


@task()
def send_password_link(user_pk: int, is_new: bool) -> None:
    """Send the person an e-mail with a link; a closed account, or `NOBODY`, gets none."""
    user = User.objects.filter(pk=user_pk, is_active=True).first()
    if user is None:
        return
    partnership = local.partnership()
    context = {"user": user, "link": password_link(user), "is_new": is_new, "partnership": partnership}
    EmailMessage(
        subject=f"{'Your account' if is_new else 'Choose a new password'}: Sightline",
        body=render_to_string("account/email/password_link.txt", context),
        to=[user.email],
        reply_to=[partnership.contact.email],
    ).send()
    record_event("account:send-password-link", System("sending e-mail"), subject=user)


def tell_of_change(user: User, what: str) -> None:
    """Have a person told that what they sign in with was changed, in case it was not them."""
    send_news_of_change.enqueue(user.pk, what, timezone.now().isoformat())


@task()
def send_news_of_change(user_pk: int, what: str, at: str) -> None:
    """Send the person an e-mail that says what was changed, and when."""
    user = User.objects.filter(pk=user_pk).first()
    if user is None:
        return
    partnership = local.partnership()
    context = {"user": user, "what": what, "at": parse_datetime(at), "partnership": partnership}
    EmailMessage(
        subject="A change to your account: Sightline",
        body=render_to_string("account/email/changed.txt", context),
        to=[user.email],
        reply_to=[partnership.contact.email],
    ).send()
