"""The forms of sign-in, with labels in our words; allauth's own say the rest."""

from collections.abc import Callable
from typing import Any

from allauth.account import forms
from allauth.mfa.base import forms as code_forms
from allauth.mfa.totp import forms as app_forms
from allauth.mfa.webauthn import forms as passkey_forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from sightline.core.account_mail import NOBODY, send_password_link
from sightline.core.audit import Outcome, record_event
from sightline.core.models import User
from sightline.core.sign_in import LOCKED

RULES = "At least 12 characters, and nothing that is easy to guess"
CODE_HELP = "The six figures that your authenticator app shows now, or one of your recovery codes"
LOCKING = ("too_many_login_attempts", "rate_limited")
PASSKEY_REFUSED = "The passkey was not accepted. Try again, or use another way"


class SignInForm(forms.LoginForm):  # type: ignore[misc]
    """An e-mail address and a password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "E-mail address"
        self.fields["login"].error_messages["required"] = "Enter your e-mail address"
        self.fields["password"].help_text = ""
        self.fields["password"].error_messages["required"] = "Enter your password"


class ConfirmPasswordForm(forms.ReauthenticateForm):  # type: ignore[misc]
    """The password once more, before what one signs in with is changed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""
        self.fields["password"].error_messages["required"] = "Enter your password"


class ChangePasswordForm(forms.ChangePasswordForm):  # type: ignore[misc]
    """The present password, and a new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = "Present password"
        self.fields["oldpassword"].help_text = ""
        _new_password_twice(self)


class ChoosePasswordForm(forms.ResetPasswordKeyForm):  # type: ignore[misc]
    """A new password twice, by the link of an e-mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _new_password_twice(self)


class ForgottenPasswordForm(forms.ResetPasswordForm):  # type: ignore[misc]
    """An e-mail address, whether it has an account or not."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "E-mail address"
        self.fields["email"].error_messages["required"] = "Enter your e-mail address"

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Have a link sent; for an address without an account the same work is done, and nothing sent."""
        user: User | None = self.users[0] if self.users else None
        record_event("account:forgot-password", None, subject=user)
        send_password_link.enqueue(user.pk if user else NOBODY, False)
        return str(self.cleaned_data["email"])


def _new_password_twice(form: Any) -> None:
    form.fields["password1"].label = "New password"
    form.fields["password1"].help_text = RULES
    form.fields["password2"].label = "New password again"


class _AuditsRefusals:
    """A wrong code is in the audit log, and so is one more than may be tried; never what was typed."""

    user: Any
    action: str

    def clean_code(self) -> str:
        try:
            code: str = super().clean_code()  # type: ignore[misc]
        except ValidationError as refusal:
            _record_refusal(self.action, self.user, refusal)
            raise
        return code

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]  # type: ignore[attr-defined]
        field.label, field.help_text = "Code", CODE_HELP
        field.error_messages["required"] = "Enter a code"


class CodeForm(_AuditsRefusals, code_forms.AuthenticateForm):  # type: ignore[misc]
    """A code of the authenticator app, or a recovery code, after the password."""

    action = "account:sign-in"


class ConfirmCodeForm(_AuditsRefusals, code_forms.ReauthenticateForm):  # type: ignore[misc]
    """A code, before what one signs in with is changed."""

    action = "account:confirm"


class ActivateAppForm(_AuditsRefusals, app_forms.ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new authenticator app, which shows that it works."""

    action = "account:set-up-app"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = "The six figures that the app shows now"


class _Passkey:
    """What the browser answers for a passkey comes in a hidden field. What is wrong is told in words."""

    user: Any
    action = "account:sign-in"

    def clean(self) -> Any:
        cleaned, refusal = _whole(super().clean)  # type: ignore[misc]
        if errors := self._errors.pop("credential", None):  # type: ignore[attr-defined]
            refusal = errors.as_data()[0]
        if refusal is not None:
            _record_refusal(self.action, self.user, refusal)
            raise ValidationError(LOCKED if refusal.code in LOCKING else PASSKEY_REFUSED)
        return cleaned


class _ShownPasskey(_Passkey):
    """A passkey that is there already."""

    def clean_credential(self) -> Any:
        shown, refusal = _whole(super().clean_credential)  # type: ignore[misc]
        if refusal is not None:
            raise refusal
        return shown


class PasskeyForm(_ShownPasskey, passkey_forms.AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey after the password."""


class PasskeySignInForm(_ShownPasskey, passkey_forms.LoginWebAuthnForm):  # type: ignore[misc]
    """A passkey instead of the password."""


class ConfirmPasskeyForm(_ShownPasskey, passkey_forms.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey, before what one signs in with is changed."""

    action = "account:confirm"


class AddPasskeyForm(_Passkey, passkey_forms.AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey, and what to call it."""

    action = "account:add-passkey"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["passwordless"]
        _name(self)


class RenamePasskeyForm(passkey_forms.EditWebAuthnForm):  # type: ignore[misc]
    """What to call a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name(self)


def _name(form: Any) -> None:
    field = form.fields["name"]
    field.label, field.help_text, field.max_length = (
        "Name",
        "Such as the device that keeps it: work laptop",
        100,
    )


def _whole(check: Callable[[], Any]) -> tuple[Any, ValidationError | None]:
    """What a check gives, or why it refuses: also an answer with parts missing, which no browser sends."""
    try:
        return check(), None
    except ValidationError as refusal:
        return None, refusal
    except (AttributeError, KeyError, TypeError, ValueError):
        return None, ValidationError(PASSKEY_REFUSED)


def _record_refusal(action: str, user: User | None, refusal: ValidationError) -> None:
    why = "too often" if refusal.code in LOCKING else "wrong"
    record_event(action, None, outcome=Outcome.REFUSED, subject=user, detail={"why": why})
