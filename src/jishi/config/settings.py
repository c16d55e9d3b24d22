"""Django settings, read once from the environment.

Safe by default: the demo (``JISHI_DEMO=1``) is the only mode that may run without TLS and real secrets.
"""

from __future__ import annotations

import os
from pathlib import Path

from csp.constants import NONE, SELF

from jishi.config import environment as env
from jishi.config.logs import logging_config
from jishi.config.sign_in import *

PACKAGE = Path(__file__).resolve().parent.parent

# --- Jishi's own -----------------------------------------------------------------------------------------

JISHI_HOME = env.home()
JISHI_DEMO = env.flag("JISHI_DEMO")
JISHI_BASE_URL = env.text("JISHI_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
JISHI_PAYMENT_WINDOW_S = env.number("JISHI_PAYMENT_WINDOW_S", 900)
JISHI_RULE_PACK = env.text("JISHI_RULE_PACK", "cn")
JISHI_FIELD_KEYS = [
    key for key in env.secret("JISHI_FIELD_KEYS", purpose="encrypts phones and addresses").split(",") if key
]
JISHI_SANDBOX_PSP_URL = env.text("JISHI_SANDBOX_PSP_URL", f"{JISHI_BASE_URL}/psp")
JISHI_SANDBOX_PSP_SECRET = env.text("JISHI_SANDBOX_PSP_SECRET") or (
    env.secret("JISHI_SANDBOX_PSP_SECRET", purpose="signs the demo payment provider's calls")
    if JISHI_DEMO
    else ""
)
# The files of behaviour events (and whatever is computed from them) lie here.
JISHI_LAKE_ROOT = Path(env.text("JISHI_LAKE_ROOT") or JISHI_HOME / "lake")
JISHI_HEAVY_MEMORY_MB = env.number("JISHI_HEAVY_MEMORY_MB", 4096)
JISHI_HEAVY_CORES = env.number("JISHI_HEAVY_CORES", min(os.cpu_count() or 1, 2))  # niced: pages go first
JISHI_PASS = env.text("JISHI_PASS")  # the link that lets another machine into the demo

SECRET_KEY = env.secret("JISHI_SECRET_KEY", purpose="signs sessions and tokens")
DEBUG = env.flag("JISHI_DEBUG")
ALLOWED_HOSTS = env.words("JISHI_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1],testserver" if JISHI_DEMO else "")
CSRF_TRUSTED_ORIGINS = env.words("JISHI_TRUSTED_ORIGINS", JISHI_BASE_URL)
ROOT_URLCONF = "jishi.config.urls"
WSGI_APPLICATION = "jishi.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEST_RUNNER = "django.test.runner.DiscoverRunner"

# --- Applications ----------------------------------------------------------------------------------------

DOMAINS = [
    "jishi.kernel.apps.KernelConfig",
    "jishi.people.accounts.apps.AccountsConfig",
    "jishi.people.privacy.apps.PrivacyConfig",
    "jishi.people.notifications.apps.NotificationsConfig",
    "jishi.money.ledger.apps.LedgerConfig",
    "jishi.money.payments.apps.PaymentsConfig",
    "jishi.money.escrow.apps.EscrowConfig",
    "jishi.money.wallet.apps.WalletConfig",
    "jishi.goods.merchants.apps.MerchantsConfig",
    "jishi.goods.catalog.apps.CatalogConfig",
    "jishi.goods.pricing.apps.PricingConfig",
    "jishi.goods.inventory.apps.InventoryConfig",
    "jishi.goods.imports.apps.ImportsConfig",
    "jishi.trade.orders.apps.OrdersConfig",
    "jishi.trade.fulfillment.apps.FulfillmentConfig",
    "jishi.trade.checkout.apps.CheckoutConfig",
    "jishi.social.shares.apps.SharesConfig",
    "jishi.social.messaging.apps.MessagingConfig",
    "jishi.social.graph.apps.GraphConfig",
    "jishi.social.previews.apps.PreviewsConfig",
    "jishi.social.notes.apps.NotesConfig",
    "jishi.social.polls.apps.PollsConfig",
    "jishi.social.reviews.apps.ReviewsConfig",
    "jishi.social.challenges.apps.ChallengesConfig",
    "jishi.social.feed.apps.FeedConfig",
    "jishi.social.communities.apps.CommunitiesConfig",
    "jishi.promotions.gates.apps.GatesConfig",
    "jishi.promotions.timed_prices.apps.TimedPricesConfig",
    "jishi.promotions.plays.apps.PlaysConfig",
    "jishi.promotions.lotteries.apps.LotteriesConfig",
    "jishi.promotions.flash_sales.apps.FlashSalesConfig",
    "jishi.promotions.community_buys.apps.CommunityBuysConfig",
    "jishi.promotions.presales.apps.PresalesConfig",
    "jishi.insight.behavior.apps.BehaviorConfig",
    "jishi.insight.metrics.apps.MetricsConfig",
    "jishi.insight.experiments.apps.ExperimentsConfig",
    "jishi.insight.portraits.apps.PortraitsConfig",
    "jishi.insight.surveys.apps.SurveysConfig",
    "jishi.insight.reports.apps.ReportsConfig",
    "jishi.insight.networks.apps.NetworksConfig",
    "jishi.insight.recommendation.apps.RecommendationConfig",
    "jishi.growth.teamwork.apps.TeamworkConfig",
    "jishi.growth.listening.apps.ListeningConfig",
    "jishi.growth.strategies.apps.StrategiesConfig",
    "jishi.growth.merchandising.apps.MerchandisingConfig",
    "jishi.growth.onboarding.apps.OnboardingConfig",
    "jishi.growth.publishing.apps.PublishingConfig",
    "jishi.growth.campaigns.apps.CampaignsConfig",
    "jishi.trust.moderation.apps.ModerationConfig",
]
# The first app that has a template wins, so ours stand before the libraries'.
SURFACES = [
    "jishi.surfaces.shell.apps.ShellConfig",
    "jishi.surfaces.storefront.apps.StorefrontConfig",
    "jishi.surfaces.merchant.apps.MerchantConfig",
    "jishi.surfaces.ops.apps.OpsConfig",
    "jishi.surfaces.api.apps.ApiConfig",
    "jishi.surfaces.webhooks.apps.WebhooksConfig",
]
LIBRARIES = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "csp",
    "axes",
    "procrastinate.contrib.django",
    *SIGN_IN_APPS,
]
# Wiring comes last: by the time it connects handlers and rules, every domain has loaded its models.
INSTALLED_APPS = [*DOMAINS, *SURFACES, *LIBRARIES, "jishi.config.apps.JishiConfig"]

MIDDLEWARE = [
    "jishi.config.metrics.Measured",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "jishi.surfaces.shell.middleware.RequestFacts",
    "jishi.surfaces.storefront.arrival.Arrival",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "jishi.surfaces.shell.middleware.DomainErrors",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
            ],
            # Literals, which nearly all texts and addresses of a page are, in a fraction of the time.
            "libraries": {
                "i18n": "jishi.surfaces.shell.templatetags.literals",
                "static": "jishi.surfaces.shell.templatetags.literals",
            },
        },
    }
]

# --- Database --------------------------------------------------------------------------------------------

DATABASES = {
    "default": env.database(env.text("DATABASE_URL"), pool_max=env.number("JISHI_DB_POOL", 0)),
}
DATABASE_OWNER_URL = env.text("DATABASE_OWNER_URL")

# --- People ----------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# --- Language and time -----------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "jishi_language"
LOCALE_PATHS = sorted(
    str(path)
    for pattern in ("*/locale", "surfaces/*/locale")
    for path in PACKAGE.glob(pattern)
    if path.is_dir()
)
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Files -----------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = JISHI_HOME / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(env.text("JISHI_MEDIA_ROOT") or JISHI_HOME / "media")
# In the demo static files are served from the package as they are; production collects and fingerprints them.
WHITENOISE_USE_FINDERS = JISHI_DEMO
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if JISHI_DEMO
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
FILE_UPLOAD_PERMISSIONS = 0o644
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# --- Mail and cache --------------------------------------------------------------------------------------

# A demo without a mail server catches everything in its inbox page.
EMAIL_BACKEND = env.text("JISHI_EMAIL_BACKEND") or (
    "jishi.people.notifications.providers.InboxMailBackend"
    if JISHI_DEMO and not env.text("JISHI_EMAIL_HOST")
    else "django.core.mail.backends.smtp.EmailBackend"
)
JISHI_SMS_URL = env.text("JISHI_SMS_URL")  # a gateway that takes {"phone", "text"} as JSON
JISHI_SMS_TOKEN = env.text("JISHI_SMS_TOKEN")
EMAIL_TIMEOUT = 10
EMAIL_HOST = env.text("JISHI_EMAIL_HOST")
EMAIL_PORT = env.number("JISHI_EMAIL_PORT", 587)
EMAIL_HOST_USER = env.text("JISHI_EMAIL_USER")
EMAIL_HOST_PASSWORD = env.text("JISHI_EMAIL_PASSWORD")
EMAIL_USE_TLS = env.flag("JISHI_EMAIL_TLS", default=True)
DEFAULT_FROM_EMAIL = env.text("JISHI_EMAIL_FROM", "Jishi <no-reply@localhost>")

# Counters of sign-in attempts and used one-time codes hold across processes; page fragments stay in memory.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_sharedcache",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    },
    "pages": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "jishi"},
}

# --- Security --------------------------------------------------------------------------------------------

_tls = JISHI_BASE_URL.startswith("https://")
_psp_origin = "/".join(JISHI_SANDBOX_PSP_URL.split("/")[:3])
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "media-src": [SELF, "blob:"],  # a film is looked at in the page before it is sent
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        # A form may end on the payment provider's hosted page.
        "form-action": [SELF, _psp_origin, *env.words("JISHI_FORM_TARGETS")],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = not JISHI_DEMO and env.flag("JISHI_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = 31_536_000 if _tls and not JISHI_DEMO else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_SECONDS > 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("JISHI_BEHIND_PROXY") else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = not JISHI_DEMO
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "jishi_session"
CSRF_COOKIE_NAME = "jishi_csrf"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30

AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 1 / 4  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_CALLABLE = "jishi.people.accounts.adapter.login_name"
AXES_LOCKOUT_CALLABLE = "jishi.people.accounts.adapter.locked_out"
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["login", "username", "email", "phone", "ip_address", "password"]
AXES_IPWARE_PROXY_COUNT = 1 if env.flag("JISHI_BEHIND_PROXY") else 0

# --- Logs and jobs ---------------------------------------------------------------------------------------

LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = logging_config(level=env.text("JISHI_LOG_LEVEL", "INFO"), plain=env.flag("JISHI_LOG_PLAIN"))
PROCRASTINATE_ON_APP_READY = None
SILENCED_SYSTEM_CHECKS = ["axes.W006"] if JISHI_DEMO else []
