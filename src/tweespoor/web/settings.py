"""Settings of the server; an installation chooses few of them, by the environment.

``TWEESPOOR_HOME``    folder with everything that is kept (default ``./var``)
``TWEESPOOR_ORIGIN``  the address people type, such as ``https://gesprek.example.nl`` (default ``http://localhost:8000``)
``TWEESPOOR_DATABASE``, ``TWEESPOOR_KEYRING``  ``postgresql://user:password@host:port/name``; without them SQLite
                      in the folder; two databases, for the keyring is backed up apart
``TWEESPOOR_DESTROYED``  the list of destroyed keys, when it is to lie on another disk than the folder
``TWEESPOOR_SMTP``    ``smtp://user:password@host:587`` or ``smtps://…:465``, and ``TWEESPOOR_MAIL_FROM`` the sender;
``TWEESPOOR_SMS``     an address that takes text messages, ``TWEESPOOR_SMS_TOKEN`` what it asks for; none: no messages
``TWEESPOOR_SEAL``    a PEM file with a seal that was bought: key, certificate, issuers; none: one of our own making
``TWEESPOOR_SEAL_MODULE``, ``TWEESPOOR_SEAL_TOKEN``, ``TWEESPOOR_SEAL_KEY``, ``TWEESPOOR_SEAL_PIN``
                      the library (PKCS #11) of the hardware in which the key of that seal lies, the labels of token and
                      key, and a file with the PIN; none: the key stands in the PEM file
``TWEESPOOR_TSA``     the address of a time-stamp authority (RFC 3161); none: no time stamps
``TWEESPOOR_DEBUG``   ``1`` shows tracebacks in the browser; never where people record

What the organisation promises (helpline, terms, offers) stands in ``house.toml`` in the folder.
"""

import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from tweespoor.web import databases, statics

TWEESPOOR_HOME = Path(os.environ.get("TWEESPOOR_HOME", "var")).resolve()
TWEESPOOR_ORIGIN = os.environ.get("TWEESPOOR_ORIGIN", "http://localhost:8000").rstrip("/")
TWEESPOOR_HOUSE = TWEESPOOR_HOME / "house.toml"
TWEESPOOR_DESTROYED = os.environ.get("TWEESPOOR_DESTROYED", "")
TWEESPOOR_SMTP = os.environ.get("TWEESPOOR_SMTP", "")
TWEESPOOR_MAIL_FROM = os.environ.get("TWEESPOOR_MAIL_FROM", "")
TWEESPOOR_SMS = os.environ.get("TWEESPOOR_SMS", "")
TWEESPOOR_SMS_TOKEN = os.environ.get("TWEESPOOR_SMS_TOKEN", "")
TWEESPOOR_SEAL = os.environ.get("TWEESPOOR_SEAL", "")
TWEESPOOR_SEAL_MODULE = os.environ.get("TWEESPOOR_SEAL_MODULE", "")
TWEESPOOR_SEAL_TOKEN = os.environ.get("TWEESPOOR_SEAL_TOKEN", "")
TWEESPOOR_SEAL_KEY = os.environ.get("TWEESPOOR_SEAL_KEY", "")
TWEESPOOR_SEAL_PIN = os.environ.get("TWEESPOOR_SEAL_PIN", "")
TWEESPOOR_TSA = os.environ.get("TWEESPOOR_TSA", "")
DEBUG = os.environ.get("TWEESPOOR_DEBUG") == "1"

_HERE = Path(__file__).parent
_SECRET = TWEESPOOR_HOME / "keys" / "django-secret"
_HTTPS = TWEESPOOR_ORIGIN.startswith("https://")

# Before set-up there is no file: then a key that lives as long as this process.
SECRET_KEY = _SECRET.read_text(encoding="ascii").strip() if _SECRET.is_file() else secrets.token_urlsafe(48)

ALLOWED_HOSTS = [urlsplit(TWEESPOOR_ORIGIN).hostname or "localhost", "localhost", "127.0.0.1", "[::1]"]

INSTALLED_APPS = [
    "tweespoor.casework",
    "tweespoor.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tweespoor.web.headers.Headers",
    "csp.middleware.CSPMiddleware",
    "tweespoor.web.origin.SameOrigin",
    "tweespoor.web.sizes.FormsOnly",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "tweespoor.web.factor.SecondFactorFirst",
    "tweespoor.web.refusals.Refusals",
]

ROOT_URLCONF = "tweespoor.web.urls"
ASGI_APPLICATION = "tweespoor.web.asgi.application"
APPEND_SLASH = False  # a moved address is no answer to a POST

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Before allauth's own, which have the same names.
        "DIRS": [_HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "tweespoor.web.frame.frame",
            ],
        },
    },
]

DATABASES = {
    "default": databases.chosen(
        os.environ.get("TWEESPOOR_DATABASE", ""), TWEESPOOR_HOME / "tweespoor.sqlite3", forgets=False
    ),
    "keyring": databases.chosen(
        os.environ.get("TWEESPOOR_KEYRING", ""), TWEESPOOR_HOME / "keyring.sqlite3", forgets=True
    ),
}
DATABASE_ROUTERS = ["tweespoor.casework.keyring.KeyringRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Limits must hold in every process, so they lie in the database.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "tweespoor_cache"},
}

AUTH_USER_MODEL = "casework.Staff"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("MinimumLengthValidator", {"min_length": 12}),
        ("UserAttributeSimilarityValidator", {}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "tweespoor.web.factor.Adapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ADAPTER = "tweespoor.web.factor.FactorAdapter"
MFA_PASSKEY_LOGIN_ENABLED = False  # the password stays the first factor
MFA_TOTP_ISSUER = "Tweespoor"
MFA_TOTP_TOLERANCE = 1  # a phone may be half a minute off
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _HTTPS  # http://localhost is the demonstration

SESSION_COOKIE_NAME = "s"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_SECURE = _HTTPS
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
LANGUAGE_COOKIE_NAME = "l"
LANGUAGE_COOKIE_SAMESITE = "Strict"
LANGUAGE_COOKIE_SECURE = _HTTPS
# «web.origin» takes the place of tokens in forms, so that pages are equal to the byte.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "media-src": [SELF, "blob:"],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}

LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", _("Nederlands")), ("en", _("English"))]
# The sentences that participants see are kept apart, so that a translator can add a language with those alone.
LOCALE_PATHS = [_HERE / "locale" / "participant", _HERE / "locale" / "staff"]
TIME_ZONE = "Europe/Amsterdam"
USE_TZ = True

STATIC_ROOT = TWEESPOOR_HOME / "static"
_VERSION = statics.marked(STATIC_ROOT)
STATIC_URL = f"/static/{_VERSION}/" if _VERSION else "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = _VERSION is None  # before set-up, and in tests, the files as they stand
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/[0-9a-f]{12}/"
# A scan stands in memory while it is looked at, never as a file (`web.sizes`).
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 11_000_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024  # forms are small; sound has an entrance of its own

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
