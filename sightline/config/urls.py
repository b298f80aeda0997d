"""Every address of the application: the core pages, sign-in, and each process under its own name."""

from importlib import import_module

from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.webauthn.views import list_webauthn
from django.conf import settings
from django.urls import URLResolver, include, path

from sightline.core.pages import account as me
from sightline.core.pages import second_factor as ours

ACCOUNT = [
    path("account/login/", account.login, name="account_login"),
    path("account/logout/", account.logout, name="account_logout"),
    path("account/inactive/", account.account_inactive, name="account_inactive"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("account/password/forgotten/", account.password_reset, name="account_reset_password"),
    path("account/password/sent/", account.password_reset_done, name="account_reset_password_done"),
    path(
        "account/password/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path(
        "account/password/<slug:uidb36>/<str:key>/",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("account/confirm/", account.reauthenticate, name="account_reauthenticate"),
]

SECOND_FACTORS = [
    path("account/", me.account, name="account"),
    path("account/code/", ours.enter_code, name="mfa_authenticate"),
    path("account/confirm/code/", factors.reauthenticate, name="mfa_reauthenticate"),
    path("account/confirm/passkey/", ours.confirm_by_passkey, name="mfa_reauthenticate_webauthn"),
    path("account/app/set-up/", ours.set_up_app, name="mfa_activate_totp"),
    path("account/app/remove/", ours.remove_app, name="mfa_deactivate_totp"),
    path("account/recovery-codes/", ours.show_codes, name="mfa_view_recovery_codes"),
    path("account/recovery-codes/new/", ours.make_codes, name="mfa_generate_recovery_codes"),
    path("account/recovery-codes/download/", ours.download_codes, name="mfa_download_recovery_codes"),
    path("account/passkeys/", list_webauthn, name="mfa_list_webauthn"),
    path("account/passkeys/add/", ours.add_passkey, name="mfa_add_webauthn"),
    path("account/passkeys/<int:pk>/rename/", ours.rename_passkey, name="mfa_edit_webauthn"),
    path("account/passkeys/<int:pk>/remove/", ours.remove_passkey, name="mfa_remove_webauthn"),
    path("account/login/passkey/", ours.sign_in_by_passkey, name="mfa_login_webauthn"),
]


def _process(name: str) -> URLResolver:
    """The addresses of a process, beneath its name; what it shows to the public stands beside that."""
    pages = import_module(f"{name}.pages")
    own = path(f"{name.rpartition('.')[2].replace('_', '-')}/", include(pages.urlpatterns))
    return path("", include(([own, *getattr(pages, "public_urlpatterns", ())], pages.app_name)))


urlpatterns = [
    *ACCOUNT,
    *SECOND_FACTORS,
    path("", include("sightline.core.pages")),
    *(_process(name) for name in settings.PROCESSES),
]

handler400 = "sightline.core.pages.refusals.not_taken"
handler403 = handler404 = "sightline.core.pages.refusals.missing"
handler429 = "sightline.core.pages.refusals.too_often"
handler500 = "sightline.core.pages.refusals.broken"
