"""The forms of sign-in, with labels in our words; allauth's own say the rest."""

from typing import Any

from allauth.account import forms


class SignInForm(forms.LoginForm):  # type: ignore[misc]
    """An e-mail address and a password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "E-mail address"
        self.fields["login"].error_messages["required"] = "Enter your e-mail address"
        self.fields["password"].error_messages["required"] = "Enter your password"


class ChangePasswordForm(forms.ChangePasswordForm):  # type: ignore[misc]
    """The present password, and a new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = "Present password"
        self.fields["password1"].label = "New password"
        self.fields["password1"].help_text = "At least 12 characters, and nothing that is easy to guess"
        self.fields["password2"].label = "New password again"
