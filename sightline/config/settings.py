"""The settings of one installation: one file, and environment variables for what differs between machines.

SIGHTLINE_HOSTS        names under which the installation is reached, with commas between. Without it the
                       application answers on this machine alone, over plain HTTP: for trying it out. With it
                       HTTPS is compulsory, ended by a proxy that sets X-Forwarded-Proto itself, and a secret
                       key must be set.
SIGHTLINE_SECRET_KEY   at least 50 random characters. For trying it out a key is made and kept in `var/`.
SIGHTLINE_AUDIT_KEY    64 hexadecimal digits that seal the audit log; compulsory with SIGHTLINE_HOSTS. For
                       trying it out a key is made and kept in `var/`.
SIGHTLINE_ANCHORS_TO   e-mail addresses, with commas between, that get the anchor of the audit log once a day.
DATABASE_URL           postgresql://user:password@host:port/name. Without it SQLite, in `var/`.
SIGHTLINE_PARTNERSHIP  the partnership's settings file. Without it `var/partnership.toml`.
SIGHTLINE_VAR          the folder of everything that the installation writes. Without it `var/`.
SIGHTLINE_PORT         while trying it out, the port that links in e-mails lead to. Without it 8000.
SIGHTLINE_LARGEST_FILE how many megabytes a file that is handed in may have. Without it 200.
SIGHTLINE_KEY_FILE     the file of the key by which children are told apart without being named, kept away
                       from the snapshots. Without it `var/pseudonym.key`.
SIGHTLINE_MASTER_KEYS  the file of the master keys of sealed sections, kept away from the rest; readable by
                       its owner alone, one `id:key` a line, 8 and 64 hexadecimal digits, the last in use.
                       Compulsory with SIGHTLINE_HOSTS where the front line is on; for trying it out
                       `var/master-keys`, which is made.
SIGHTLINE_EMAIL_URL    smtp+tls://user:password@host:port, smtps:// or smtp://. Without it, or with console:,
                       e-mails are printed and not sent.
SIGHTLINE_EMAIL_FROM   the address that e-mails come from; must be set with a mail server.
FRONT_LINE             on switches on the front line: records about identified people. Without it no page, no
                       menu and no table of theirs is there.
SIGHTLINE_DEBUG        1 shows a programmer what went wrong; refused together with SIGHTLINE_HOSTS.
"""

from datetime import timedelta
from os import environ
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from sightline.config.environment import (
    audit_key,
    database,
    email,
    is_on,
    master_keys,
    secret_key,
    whole_number,
)

BASE_DIR = Path(__file__).resolve().parents[2]
VAR = Path(environ.get("SIGHTLINE_VAR", BASE_DIR / "var"))
PARTNERSHIP_FILE = Path(environ.get("SIGHTLINE_PARTNERSHIP", VAR / "partnership.toml"))

# What people hand in, what is made of it, and the key that must not lie beside that.
FILES = VAR / "files"
INCOMING = VAR / "incoming"
WORKING = VAR / "working"
SNAPSHOTS = VAR / "snapshots"
KEY_FILE = Path(environ.get("SIGHTLINE_KEY_FILE", VAR / "pseudonym.key"))
KEYS = VAR / "keys"
LARGEST_FILE = whole_number("SIGHTLINE_LARGEST_FILE", environ.get("SIGHTLINE_LARGEST_FILE"), 200) * 2**20
INCOMING.mkdir(mode=0o700, parents=True, exist_ok=True)
FILE_UPLOAD_TEMP_DIR = INCOMING
FILE_UPLOAD_PERMISSIONS = 0o600

HOSTS = [host.strip() for host in environ.get("SIGHTLINE_HOSTS", "").split(",") if host.strip()]
IS_DEPLOYED = bool(HOSTS)
DEBUG = environ.get("SIGHTLINE_DEBUG") == "1"
if DEBUG and IS_DEPLOYED:
    raise ImproperlyConfigured(
        "SIGHTLINE_DEBUG shows what only a programmer should see; unset it with SIGHTLINE_HOSTS"
    )
ALLOWED_HOSTS = HOSTS or ["127.0.0.1", "localhost", "[::1]"]
SECRET_KEY = secret_key(environ.get("SIGHTLINE_SECRET_KEY"), VAR / "secret-key", is_deployed=IS_DEPLOYED)
AUDIT_KEY = audit_key(environ.get("SIGHTLINE_AUDIT_KEY"), is_deployed=IS_DEPLOYED)
ANCHORS_TO = [to.strip() for to in environ.get("SIGHTLINE_ANCHORS_TO", "").split(",") if to.strip()]
FRONT_LINE = is_on("FRONT_LINE", environ.get("FRONT_LINE"))
MASTER_KEYS = master_keys(
    environ.get("SIGHTLINE_MASTER_KEYS"), VAR / "master-keys", must_be_set=IS_DEPLOYED and FRONT_LINE
)
DATABASES = {
    "default": database(environ.get("DATABASE_URL"), VAR / "sightline.sqlite3", is_guarded=FRONT_LINE)
}

SITE = f"https://{HOSTS[0]}" if IS_DEPLOYED else f"http://localhost:{environ.get('SIGHTLINE_PORT', '8000')}"
"""Where the pages are: what the links of an e-mail begin with."""

_mail = email(environ.get("SIGHTLINE_EMAIL_URL"), environ.get("SIGHTLINE_EMAIL_FROM"))
globals().update(_mail)
IS_EMAIL_SENT = "EMAIL_HOST" in _mail

ASSURANCE = [
    "sightline.assurance.dataset",
    "sightline.assurance.questionnaire",
    "sightline.assurance.collection",
]
PLANE = [
    "sightline.frontline.referral",
    "sightline.frontline.escalation",
    "sightline.frontline.consultation",
    "sightline.frontline.threshold",
    "sightline.people",
    "sightline.core.trust",
]
"""The plane of identified people, in the order of the service navigation."""

PROCESSES: list[str] = [*(PLANE if FRONT_LINE else []), *ASSURANCE]
"""The processes that this installation has switched on: apps with a `pages.py` (see core.process)."""

INSTALLED_APPS = [
    "sightline.core",
    "sightline.config",
    "sightline.govuk",
    *PROCESSES,
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_tasks_db",
    "allauth",
    "allauth.account",
    "allauth.mfa",
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
    *(["sightline.core.trust.middleware.LookMiddleware"] if FRONT_LINE else []),
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

# Work that takes longer than a page may: kept in the database, done by `sightline work`.
TASKS: dict[str, dict[str, str]] = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True

# What all worker processes must know of each other: failed attempts to sign in, and codes that were used.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "config_cache",  # made by the migrations of sightline.config
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# Sign-in: an e-mail address and a password, on accounts that an administrator makes; or a passkey. Whoever
# has set up an authenticator app or a passkey needs it besides the password.
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
    "reauthenticate": "sightline.core.sign_in_forms.ConfirmPasswordForm",
    "reset_password": "sightline.core.sign_in_forms.ForgottenPasswordForm",
    "reset_password_from_key": "sightline.core.sign_in_forms.ChoosePasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
# Five wrong passwords or codes lock an account, and twenty lock the address that they come from, until the
# first of them is a quarter of an hour old. The pages say "15 minutes".
ACCOUNT_RATE_LIMITS = {"login_failed": "20/15m/ip,5/15m/key", "reset_password": "20/15m/ip,5/15m/key"}
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
PASSWORD_RESET_TIMEOUT = int(timedelta(days=1).total_seconds())
ACCOUNT_SESSION_REMEMBER = True  # keeps the session to SESSION_COOKIE_AGE; there is no "remember me"
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
MFA_ADAPTER = "sightline.core.sign_in.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "authenticate": "sightline.core.sign_in_forms.CodeForm",
    "reauthenticate": "sightline.core.sign_in_forms.ConfirmCodeForm",
    "activate_totp": "sightline.core.sign_in_forms.ActivateAppForm",
    "add_webauthn": "sightline.core.sign_in_forms.AddPasskeyForm",
    "edit_webauthn": "sightline.core.sign_in_forms.RenamePasskeyForm",
    "authenticate_webauthn": "sightline.core.sign_in_forms.PasskeyForm",
    "login_webauthn": "sightline.core.sign_in_forms.PasskeySignInForm",
    "reauthenticate_webauthn": "sightline.core.sign_in_forms.ConfirmPasskeyForm",
}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"

# Sessions end after 15 minutes without a request, and after 8 hours whatever happens.
SESSION_COOKIE_AGE = int(timedelta(minutes=15).total_seconds())
SESSION_GREATEST_LENGTH = timedelta(hours=8)
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "sightline.core.pages.refusals.form_expired"
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
