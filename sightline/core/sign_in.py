"""How people sign in: allauth does it; this says who may, and leaves an audit event of each attempt."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.urls import reverse

from sightline.core.audit import Outcome, record_event
from sightline.core.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by an administrator; nobody signs up."""

    error_messages: ClassVar = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "Check your e-mail address and password: one of the two is not right",
        "enter_current_password": "Enter your present password",
        "too_many_login_attempts": "There were too many attempts. Wait five minutes before you try again",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Home, where a message says that it is done."""
        return reverse("home")

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Sign in, and say so in the audit log."""
        super().login(request, user)
        assert isinstance(user, User)
        record_event("account:sign-in", user)

    def logout(self, request: HttpRequest) -> None:
        """Sign out, and say so in the audit log."""
        user = request.user
        super().logout(request)
        if isinstance(user, User):
            record_event("account:sign-out", user)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Audit a failed attempt; on an account that exists it names the account, never what was typed."""
        account = User.objects.filter(email=str(credentials.get("email", "")).strip().lower()).first()
        record_event("account:sign-in", None, outcome=Outcome.REFUSED, subject=account)
