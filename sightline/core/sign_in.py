"""How people sign in: allauth does it; this says who may, and leaves an audit event of each attempt."""

from collections.abc import Mapping
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse

from sightline.core.account_mail import tell_of_change
from sightline.core.audit import Outcome, deed, record_event
from sightline.core.models import User

LOCKED = "There were too many wrong attempts. Wait 15 minutes before you try again"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by an administrator; nobody signs up."""

    error_messages: ClassVar = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "Check your e-mail address and password: one of the two is not right",
        "enter_current_password": "Enter your present password",
        "incorrect_password": "This is not your password",
        "rate_limited": LOCKED,
        "too_many_login_attempts": LOCKED,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """The account's page, where a message says that it is done."""
        return reverse("account")

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Sign in, and say so in the audit log, with what was shown: password, totp, webauthn or another."""
        assert isinstance(user, User)
        with deed():
            super().login(request, user)
            records = get_authentication_records(request, user)
            shown = [str(record.get("type") or record["method"]) for record in records]
            record_event("account:sign-in", user, detail={"with": shown} if shown else {})

    def logout(self, request: HttpRequest) -> None:
        """Sign out, and say so in the audit log."""
        user = request.user
        with deed():
            super().logout(request)
            if isinstance(user, User):
                record_event("account:sign-out", user)

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Give an account another password, and say so in the audit log."""
        assert isinstance(user, User)
        with deed():
            super().set_password(user, password)
            record_event("account:change-password", user, subject=user)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Audit a failed attempt; on an account that exists it names the account, never what was typed."""
        _refused("wrong", credentials)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Audit an attempt that came after too many others, too."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            _refused("too often", credentials)
            raise

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        """Audit the right password of a closed account."""
        _refused("closed", {"email": user.get_username()})
        response: HttpResponse = super().respond_user_inactive(request, user)
        return response

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # allauth's own key holds the host that the caller names, ports and all: a new count for each.
        return str(credentials.get("email", "")).strip().lower()

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell a person by e-mail that what they sign in with was changed, in case it was not them."""
        assert isinstance(user, User)
        tell_of_change(
            user, render_to_string(f"{template_prefix.replace('/email/', '/messages/')}.txt").strip()
        )


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The authenticator app and passkeys, in our words."""

    error_messages: ClassVar = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "The code is not right. Enter the one that the app shows now, "
        "or a recovery code that you have not used",
        "cannot_generate_recovery_codes": "Set up an authenticator app or a passkey first",
    }

    def get_totp_issuer(self) -> str:
        """What an authenticator app calls this service."""
        return "Sightline"

    def _get_site_name(self) -> str:
        # What a browser calls this service when it asks for a passkey.
        return "Sightline"

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        """A name for a new passkey, until the person gives it a better one."""
        return f"Passkey {Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1}"


def _refused(why: str, credentials: Mapping[str, Any]) -> None:
    account = User.objects.filter(email=str(credentials.get("email", "")).strip().lower()).first()
    record_event("account:sign-in", None, outcome=Outcome.REFUSED, subject=account, detail={"why": why})
