"""Settings: everything from the environment, production-safe where nothing is said."""

import os
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from cs_platform.embedded import (
    broker_url,
    cache_url,
    data_folder,
    persisted_secret,
    port_of,
    result_url,
    service_urls,
)

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()
TESTING = "pytest" in sys.modules or env.bool("CS_TESTING", False)

# Local mode: nothing was configured, so this is a demo or a developer's machine.
IS_LOCAL = not env.str("DATABASE_URL", "") and not env.str("SECRET_KEY", "")
DEBUG = env.bool("DEBUG", False)

SERVICES = service_urls(os.environ, base_dir=BASE_DIR)
DATA_DIR = data_folder(os.environ, base_dir=BASE_DIR)

if IS_LOCAL:
    SECRET_KEY = persisted_secret(DATA_DIR, "secret_key")
else:
    SECRET_KEY = env.str("SECRET_KEY", "")
    if not SECRET_KEY:
        raise ImproperlyConfigured(
            "Set SECRET_KEY (or SECRET_KEY_FILE) to a long random text. It signs "
            "sessions and links; keep it secret and keep it the same on every host."
        )
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

PUBLIC_URL = env.str("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS",
    default=["127.0.0.1", "localhost", "[::1]", urlsplit(PUBLIC_URL).hostname or ""],
)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[PUBLIC_URL])
IS_HTTPS = PUBLIC_URL.startswith("https://")

INSTALLED_APPS = [
    "cs_platform.apps.PlatformConfig",
    "core.apps.CoreConfig",
    "events.apps.EventsConfig",
    "organisation.apps.OrganisationConfig",
    "accounts.apps.AccountsConfig",
    "usage.apps.UsageConfig",
    "playbooks.apps.PlaybooksConfig",
    "revenue.apps.RevenueConfig",
    "tickets.apps.TicketsConfig",
    "surveys.apps.SurveysConfig",
    "health.apps.HealthConfig",
    "reports.apps.ReportsConfig",
    "integrations.apps.IntegrationsConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.forms",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "template_partials",
    "csp",
    "django_structlog",
]

MIDDLEWARE = [
    "cs_platform.probes.ProbeMiddleware",
    "core.http.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "organisation.middleware.PersonMiddleware",
    "accounts.access.MergedAccountMiddleware",
]

ROOT_URLCONF = "cs_platform.urls"
WSGI_APPLICATION = "cs_platform.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.context_processors.navigation",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "core.templatetags.cs",
                "template_partials.templatetags.partials",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {
    "default": {
        **env.db_url_config(SERVICES.database_url),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }
}
# A socket folder stands percent-encoded in the address.
DATABASES["default"]["HOST"] = unquote(DATABASES["default"]["HOST"] or "")
DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c jit=off"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": cache_url(SERVICES.redis_url),
        "KEY_PREFIX": env.str("CS_CACHE_PREFIX", "cs"),
    },
    # Pieces of pages under keys that name all they say. Each process keeps its own, so
    # a new version never meets those of an old one; templates being worked on show.
    "fragments": {
        "BACKEND": "django.core.cache.backends."
        + ("dummy.DummyCache" if DEBUG else "locmem.LocMemCache"),
        "OPTIONS": {"MAX_ENTRIES": 2000},
    },
}
SESSION_ENGINE = "organisation.sessions"

CELERY_BROKER_URL = broker_url(SERVICES.redis_url)
CELERY_RESULT_BACKEND = result_url(SERVICES.redis_url)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 25 * 60
CELERY_TASK_SOFT_TIME_LIMIT = 24 * 60
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Longer than the longest task; lost work is found by the sweep, not by waiting.
    "visibility_timeout": 30 * 60,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "global_keyprefix": env.str("CS_BROKER_PREFIX", ""),
}
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TIMEZONE = "UTC"

AUTH_USER_MODEL = "organisation.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "organisation.adapter.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/300s/key"}

PASSWORD_RESET_TIMEOUT = 24 * 60 * 60

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.path("STATIC_ROOT", default=BASE_DIR / "staticfiles")
MEDIA_ROOT = env.path("MEDIA_ROOT", default=DATA_DIR / "media")
IS_STATIC_COLLECTED = Path(STATIC_ROOT, "staticfiles.json").exists() and not TESTING
WHITENOISE_USE_FINDERS = not IS_STATIC_COLLECTED
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if IS_STATIC_COLLECTED or "collectstatic" in sys.argv
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024
# A scorecard is edited as one form: some twenty fields for each indicator.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
IMPORT_MAX_BYTES = env.int("IMPORT_MAX_BYTES", 200 * 1024 * 1024)
ATTACHMENT_MAX_BYTES = env.int("ATTACHMENT_MAX_BYTES", 20 * 1024 * 1024)

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

_EMPTY_STYLE = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        # Plotly adds one empty style element; its hash lets it fill it later.
        "style-src": [SELF, NONCE, _EMPTY_STYLE],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    "camera": [],
    "geolocation": [],
    "microphone": [],
    "payment": [],
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = IS_HTTPS
# Browsers share cookies among the ports of a host; ours carry the port in their names.
SESSION_COOKIE_NAME = (
    "__Host-session" if IS_HTTPS else f"cs_session_{port_of(os.environ)}"
)
CSRF_COOKIE_NAME = "__Host-csrf" if IS_HTTPS else f"cs_csrf_{port_of(os.environ)}"
CSRF_COOKIE_HTTPONLY = False
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS
if env.bool("BEHIND_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1

_MAIL = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(_MAIL)
if IS_LOCAL and not env.str("EMAIL_URL", ""):
    # Nothing leaves the machine: mails become files one can open.
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(DATA_DIR / "mail")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "CS Platform <cs@localhost>")
EMAIL_TIMEOUT = 10

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "organisation.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["organisation.api_permissions.ScopePermission"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.api.StrictJSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "core.api.CursorPages",
    "DEFAULT_THROTTLE_CLASSES": ["core.throttling.TokenThrottle"],
    "DEFAULT_SCHEMA_CLASS": "core.api_schema.ResourceSchema",
    "EXCEPTION_HANDLER": "core.problems.problem_response",
    "DEFAULT_METADATA_CLASS": None,
    "COERCE_DECIMAL_TO_STRING": False,
    "PAGE_SIZE": 50,
}
API_RATE_PER_MINUTE = env.int("API_RATE_PER_MINUTE", 600)
# Webhooks go to public https addresses only, unless a test or an intranet says so.
HOOKS_ALLOW_PRIVATE = env.bool("HOOKS_ALLOW_PRIVATE", False)
HOOKS_ALLOW_HTTP = env.bool("HOOKS_ALLOW_HTTP", False)
# Says what events hold by the names that fields were given here.
EVENT_READER = "accounts.custom_words.told_data"
# Accounts whose health commits together: fewer is gentler, more is faster.
HEALTH_SHARD_SIZE = env.int("HEALTH_SHARD_SIZE", 10_000)
SPECTACULAR_SETTINGS = {
    "TITLE": "CS Platform API",
    "DESCRIPTION": "Accounts, health, alerts and what feeds them.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SERVE_AUTHENTICATION": None,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "AUTHENTICATION_WHITELIST": ["organisation.authentication.TokenAuthentication"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "core.api_schema.add_problems",
    ],
    "ENUM_NAME_OVERRIDES": {
        "BandEnum": "accounts.models.Account.Band",
        "ChannelKindEnum": "health.models.ChannelKind",
        "DeliveryStatusEnum": "health.models.DeliveryStatus",
        "PriorityEnum": "tickets.models.Ticket.Priority",
        "TicketStatusEnum": "tickets.models.Ticket.Status",
        "ClockStateEnum": "tickets.models.ClockState",
        "DifferenceStateEnum": "health.serializers.scorecard_drafts.STATES",
        "VersionStatusEnum": "health.models.ScorecardVersion.Status",
        "MessageKindEnum": "tickets.models.MessageKind",
        "TicketLinkKindEnum": "tickets.models.LinkKind",
    },
}

LOGGING_CONFIG = "cs_platform.logs.configure"
LOGGING = {"json": not DEBUG and not IS_LOCAL, "level": env.str("LOG_LEVEL", "INFO")}

SENTRY_DSN = env.str("SENTRY_DSN", "")
# E-mail is unique through a case-insensitive constraint, which the check cannot see.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
