"""The settings of one installation: one file, and environment variables for what differs between machines.

SIGHTLINE_HOSTS        names under which the installation is reached, with commas between. Without it the
                       application answers on this machine alone, over plain HTTP: for trying it out. With it
                       HTTPS is compulsory, ended by a proxy that sets X-Forwarded-Proto itself, and a secret
                       key must be set.
SIGHTLINE_SECRET_KEY   at least 50 random characters. For trying it out a key is made and kept in `var/`.
DATABASE_URL           postgresql://user:password@host:port/name. Without it SQLite, in `var/`.
SIGHTLINE_PARTNERSHIP  the partnership's settings file. Without it `var/partnership.toml`.
SIGHTLINE_VAR          the folder of everything that the installation writes. Without it `var/`.
SIGHTLINE_DEBUG        1 shows a programmer what went wrong; refused together with SIGHTLINE_HOSTS.
"""

from datetime import timedelta
from os import environ
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from sightline.config.environment import database, secret_key

BASE_DIR = Path(__file__).resolve().parents[2]
VAR = Path(environ.get("SIGHTLINE_VAR", BASE_DIR / "var"))
PARTNERSHIP_FILE = Path(environ.get("SIGHTLINE_PARTNERSHIP", VAR / "partnership.toml"))

HOSTS = [host.strip() for host in environ.get("SIGHTLINE_HOSTS", "").split(",") if host.strip()]
IS_DEPLOYED = bool(HOSTS)
DEBUG = environ.get("SIGHTLINE_DEBUG") == "1"
if DEBUG and IS_DEPLOYED:
    raise ImproperlyConfigured(
        "SIGHTLINE_DEBUG shows what only a programmer should see; unset it with SIGHTLINE_HOSTS"
    )
ALLOWED_HOSTS = HOSTS or ["127.0.0.1", "localhost", "[::1]"]
SECRET_KEY = secret_key(environ.get("SIGHTLINE_SECRET_KEY"), VAR / "secret-key", is_deployed=IS_DEPLOYED)
DATABASES = {"default": database(environ.get("DATABASE_URL"), VAR / "sightline.sqlite3")}

PROCESSES: list[str] = ["sightline.assurance.dataset"]
"""The processes that this installation has switched on: apps with a `pages.py` (see core.process)."""

INSTALLED_APPS = [
    "sightline.core",
    "sightline.govuk",
    *PROCESSES,
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "sightline.core.middleware.SecurityHeadersMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "sightline.core.middleware.SessionLengthMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "sightline.core.middleware.PolicyMiddleware",
]

ROOT_URLCONF = "sightline.config.urls"
WSGI_APPLICATION = "sightline.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": True,
        "OPTIONS": {
            "environment": "sightline.govuk.jinja.environment",
            "context_processors": [
                "django.contrib.messages.context_processors.messages",
                "sightline.core.frame.frame",
            ],
        },
    }
]
FORM_RENDERER = "sightline.govuk.forms.Renderer"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True

# Sign-in: an e-mail address and a password, on accounts that an administrator makes.
AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "sightline.core.sign_in.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_FORMS = {
    "login": "sightline.core.sign_in_forms.SignInForm",
    "change_password": "sightline.core.sign_in_forms.ChangePasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SESSION_REMEMBER = True  # keeps the session to SESSION_COOKIE_AGE; there is no "remember me"
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"

# Sessions end after 15 minutes without a request, and after 8 hours whatever happens.
SESSION_COOKIE_AGE = int(timedelta(minutes=15).total_seconds())
SESSION_GREATEST_LENGTH = timedelta(hours=8)
SESSION_SAVE_EVERY_REQUEST = True
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "sightline.core.pages.form_expired"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = IS_DEPLOYED
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_DEPLOYED else None
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if IS_DEPLOYED else 0  # limits count callers, not the proxy
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if IS_DEPLOYED else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_DEPLOYED
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_REDIRECT_EXEMPT = ["^health$"]
X_FRAME_OPTIONS = "DENY"

# Whatever goes wrong is on the server's standard error, without what people sent.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}

# Styles and scripts: straight from the packages while trying it out, by hashed names once deployed.
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static" if IS_DEPLOYED else None
WHITENOISE_USE_FINDERS = not IS_DEPLOYED
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if IS_DEPLOYED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
