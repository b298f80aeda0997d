"""What a person signs in with: allauth's views, with an audit event in the transaction of each change."""

from typing import Any, ClassVar

from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as passkeys
from allauth.mfa.webauthn.internal import auth
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse_lazy
from qrcode.main import QRCode

from sightline.core.audit import deed, record_event
from sightline.core.models import User
from sightline.core.second_factors import second_factors


def _signed_in(request: HttpRequest) -> User:
    assert not isinstance(request.user, AnonymousUser)
    return request.user


class Audited:
    """A view whose change is written together with its audit event."""

    action: ClassVar[str]
    request: HttpRequest

    def form_valid(self, form: Any) -> HttpResponse:
        """Change and audit, or neither."""
        with deed():
            user = _signed_in(self.request)
            response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
            record_event(f"account:{self.action}", user, subject=user)
        return response


class NothingThere:
    """A page about something that the person has not set up leads back to their account."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """As ever, or back to the account."""
        try:
            response: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        except Http404:
            return redirect("account")
        return response


class SetUpApp(Audited, app.ActivateTOTPView):  # type: ignore[misc]
    """Set up an authenticator app."""

    action = "set-up-app"
    success_url = reverse_lazy("account")

    def get_success_url(self) -> str:
        """The recovery codes, if these are new; otherwise the account."""
        return str(
            reverse_lazy("mfa_view_recovery_codes") if self.did_generate_recovery_codes else self.success_url
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the picture that the app reads, as the path of an SVG."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        code = QRCode(border=4)
        code.add_data(context["totp_url"])
        dots = code.get_matrix()
        path = "".join(
            f"M{x} {y}h1v1h-1z" for y, row in enumerate(dots) for x, dark in enumerate(row) if dark
        )
        secret = context["form"].secret
        groups = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
        return {**context, "size": len(dots), "path": path, "secret": groups}


class RemoveApp(NothingThere, Audited, app.DeactivateTOTPView):  # type: ignore[misc]
    """Remove the authenticator app."""

    action = "remove-app"
    success_url = reverse_lazy("account")


class ShowCodes(NothingThere, codes.ViewRecoveryCodesView):  # type: ignore[misc]
    """The recovery codes that are not used yet."""


class DownloadCodes(NothingThere, codes.DownloadRecoveryCodesView):  # type: ignore[misc]
    """The same as a text file."""

    def render_to_response(self, context: dict[str, Any], **response_kwargs: Any) -> HttpResponse:
        """Audit that they left, then let them."""
        record_event("account:download-recovery-codes", _signed_in(self.request))
        response: HttpResponse = super().render_to_response(context, **response_kwargs)
        return response


class MakeCodes(Audited, codes.GenerateRecoveryCodesView):  # type: ignore[misc]
    """New recovery codes; the old ones no longer work."""

    action = "make-recovery-codes"


class AddPasskey(Audited, passkeys.AddWebAuthnView):  # type: ignore[misc]
    """Add a passkey, of the kind that can sign in without a password."""

    action = "add-passkey"

    def get_success_url(self) -> str:
        """The recovery codes, if these are new; otherwise the passkeys."""
        route = "mfa_view_recovery_codes" if self.did_generate_recovery_codes else "mfa_list_webauthn"
        return str(reverse_lazy(route))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With what the browser is asked for, and the form as it was sent, which allauth leaves out."""
        context: dict[str, Any] = {**super().get_context_data(**kwargs), **kwargs}
        return {**context, "options": auth.begin_registration(_signed_in(self.request), True)}


class RenamePasskey(Audited, passkeys.EditWebAuthnView):  # type: ignore[misc]
    """Give a passkey another name."""

    action = "rename-passkey"


class RemovePasskey(Audited, passkeys.RemoveWebAuthnView):  # type: ignore[misc]
    """Remove a passkey."""

    action = "remove-passkey"


class EnterCode(factors.AuthenticateView):  # type: ignore[misc]
    """Enter a code, or show a passkey, after the password."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With whether the person has a passkey at all."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "has_passkeys": bool(second_factors(self.stage.login.user).passkeys)}


class SignInByPasskey(passkeys.LoginWebAuthnView):  # type: ignore[misc]
    """Sign in with a passkey alone; what went wrong is told on the page of sign-in."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """Back to sign-in, with the reason."""
        messages.error(self.request, " ".join(form.non_field_errors()))
        return redirect("account_login")


class ConfirmByPasskey(passkeys.ReauthenticateWebAuthnView):  # type: ignore[misc]
    """Show a passkey before what one signs in with is changed."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """The page again, with the reason."""
        response: HttpResponse = self.render_to_response(self.get_context_data(form=form))
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the form as it was sent, which allauth leaves out."""
        return {**super().get_context_data(**kwargs), **kwargs}


set_up_app = SetUpApp.as_view()
remove_app = RemoveApp.as_view()
show_codes = ShowCodes.as_view()
download_codes = DownloadCodes.as_view()
make_codes = MakeCodes.as_view()
add_passkey = AddPasskey.as_view()
rename_passkey = RenamePasskey.as_view()
remove_passkey = RemovePasskey.as_view()
enter_code = EnterCode.as_view()
sign_in_by_passkey = SignInByPasskey.as_view()
confirm_by_passkey = ConfirmByPasskey.as_view()
