"""Every address of the application: the core pages, sign-in, and each process under its own name."""

from allauth.account import views as account
from django.conf import settings
from django.urls import include, path

urlpatterns = [
    path("account/login/", account.login, name="account_login"),
    path("account/logout/", account.logout, name="account_logout"),
    path("account/inactive/", account.account_inactive, name="account_inactive"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("", include("sightline.core.pages")),
    *(
        path(f"{name.rpartition('.')[2].replace('_', '-')}/", include(f"{name}.pages"))
        for name in settings.PROCESSES
    ),
]

handler403 = handler404 = "sightline.core.pages.missing"
handler429 = "sightline.core.pages.too_often"
handler500 = "sightline.core.pages.broken"
