"""Settings of one process serving one workspace; what a firm may change is in its environment."""

import os
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import unquote, urlsplit

from guanxi.platform.files.stores import address
from guanxi.platform.workspaces.home import workspace_home
from guanxi.platform.workspaces.roles import database_settings

ROOT = Path(__file__).resolve().parents[2]
HOME = workspace_home()

try:
    VERSION = version("guanxi")
except PackageNotFoundError:
    VERSION = "0.1.0"

DEBUG = os.environ.get("GUANXI_DEBUG") == "1"
SECRET_KEY = HOME.secret_key()

URL = os.environ.get("GUANXI_URL", "http://localhost:8000").rstrip("/")
_scheme, _, _host = URL.partition("://")
ALLOWED_HOSTS = [_host.rsplit(":", 1)[0], "localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [URL]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _scheme == "https"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_NAME = "guanxi_session"
SESSION_ENGINE = "guanxi.platform.access.sessions"
if _scheme == "https":
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Proxies whose word on who is asking is taken, as addresses or networks.
TRUSTED_PROXIES = [p for p in os.environ.get("GUANXI_TRUSTED_PROXIES", "").split(",") if p]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    "guanxi.platform",
    "guanxi.customers",
    "guanxi.interactions",
    "guanxi.products",
    "guanxi.sales",
    "guanxi.insight",
    "guanxi.demo",
]

MIDDLEWARE = [
    "guanxi.platform.http.middleware.request_id",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "guanxi.platform.http.middleware.content_security_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "guanxi.platform.access.middleware.identify",
    "guanxi.platform.http.middleware.user_language",
    "guanxi.platform.access.limits.limit_requests",
    "guanxi.platform.http.middleware.write_transaction",
]

ROOT_URLCONF = "guanxi.config.urls"

DATABASES = {"default": database_settings(os.environ.get("GUANXI_DATABASE_ROLE", "app"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

AUTH_USER_MODEL = "platform.User"
AUTHENTICATION_BACKENDS = ["guanxi.platform.access.sign_in.PasswordBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Without a mail server, whoever invites somebody hands the one-time link over.
_mail = urlsplit(os.environ.get("GUANXI_MAIL_URL", ""))
EMAIL_HOST = _mail.hostname or ""
EMAIL_USE_SSL = _mail.scheme == "smtps"
EMAIL_USE_TLS = _mail.scheme == "smtp+tls"
EMAIL_PORT = _mail.port or {"smtps": 465, "smtp+tls": 587}.get(_mail.scheme, 25)
EMAIL_HOST_USER = unquote(_mail.username or "")
EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("GUANXI_MAIL_FROM", f"guanxi@{_host.rsplit(':', 1)[0]}")

# Everybody of the sample firm signs in with this; the sign-in page offers it on loopback only.
DEMO_PASSWORD = "guanxi-demo"  # noqa: S105  made to be known

LANGUAGE_CODE = "en"
LANGUAGES = [("zh-hans", "简体中文"), ("zh-hant", "繁體中文"), ("en", "English")]
LOCALE_PATHS = [ROOT / "guanxi" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

CLIENT_DIST = ROOT / "web" / "dist"
STATIC_URL = "/static/"
WHITENOISE_ROOT = CLIENT_DIST if CLIENT_DIST.is_dir() else None
WHITENOISE_INDEX_FILE = False
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/assets/"

DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
# What is uploaded is written to the disk it will lie on, so that keeping it is giving it a name.
FILE_UPLOAD_HANDLERS = ["guanxi.platform.files.uploads.ToDisk"]
FILE_UPLOAD_TEMP_DIR = HOME.uploads
FILES_STORE = address(HOME.files)


def _hosts(variable: str) -> frozenset[str]:
    listed = os.environ.get(variable, "").split(",")
    return frozenset(host.strip().lower() for host in listed if host.strip())


# Hosts inside the firm that webhooks, and sign-in through identity providers, may reach; all others
# must be on the internet, by https.
WEBHOOK_HOSTS = _hosts("GUANXI_WEBHOOK_HOSTS")
SSO_HOSTS = _hosts("GUANXI_SSO_HOSTS")
# Requests a minute: of one person or token; of one address where nobody is signed in. 0: any.
RATE_LIMIT = int(os.environ.get("GUANXI_RATE_LIMIT", "1200"))
RATE_LIMIT_OPEN = int(os.environ.get("GUANXI_RATE_LIMIT_OPEN", "600"))
CUSTOM_OBJECTS_LIMIT = int(os.environ.get("GUANXI_CUSTOM_OBJECTS_LIMIT", 50))
UPLOAD_LIMIT_BYTES = int(os.environ.get("GUANXI_UPLOAD_LIMIT_BYTES", 2 * 1024**3))
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "guanxi.platform.http.logs.JsonFormatter"}},
    "handlers": {
        "file": {
            "class": "concurrent_log_handler.ConcurrentRotatingFileHandler",
            "filename": str(HOME.logs / "guanxi.log"),
            "maxBytes": 20 * 1024 * 1024,
            "backupCount": 5,
            "formatter": "json",
            "delay": True,
        },
        "console": {"class": "logging.StreamHandler", "formatter": "json", "level": "WARNING"},
    },
    "root": {"handlers": ["file", "console"], "level": "INFO"},
}
