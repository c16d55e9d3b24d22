"""Settings of the sign-in library: ways in, codes, second factors and the networks configured by environment.

A network is offered only when both its id and its secret are set (``JISHI_LOGIN_GOOGLE_ID`` and so on).
"""

from __future__ import annotations

from typing import Any

from jishi.config import environment as env

NETWORKS = ("weixin", "weibo", "google", "apple", "facebook", "tiktok")


def network_settings() -> dict[str, dict[str, Any]]:
    """Return the settings of every network whose credentials are in the environment."""
    chosen: dict[str, dict[str, Any]] = {}
    for name in NETWORKS:
        prefix = f"JISHI_LOGIN_{name.upper()}"
        client_id, secret = env.text(f"{prefix}_ID"), env.text(f"{prefix}_SECRET")
        if not (client_id and secret):
            continue
        app: dict[str, Any] = {"client_id": client_id, "secret": secret, "key": env.text(f"{prefix}_KEY")}
        if name == "apple":
            app["settings"] = {"certificate_key": env.text(f"{prefix}_CERTIFICATE").replace("\\n", "\n")}
        chosen[name] = {"APPS": [app]}
    return chosen


SIGN_IN_APPS = [
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.headless",
    "allauth.socialaccount",
    *(f"allauth.socialaccount.providers.{name}" for name in NETWORKS),
]

ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.flag("JISHI_BEHIND_PROXY") else 0

ACCOUNT_ADAPTER = "jishi.people.accounts.adapter.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "jishi.people.accounts.adapter.SocialAdapter"
ACCOUNT_SIGNUP_FORM_CLASS = "jishi.people.accounts.signup_form.SignUpExtras"
ACCOUNT_FORMS = {
    "login": "jishi.surfaces.storefront.pages.sign_in.PasswordForm",
    "request_login_code": "jishi.surfaces.storefront.pages.sign_in.CodeForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email", "phone"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "phone", "password1"]  # for apps; the pages have a form of their own
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = 5
ACCOUNT_PHONE_VERIFICATION_SUPPORTS_RESEND = 5
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = 5
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_PHONE_VERIFICATION_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 300
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
# On top of these come our own limits per recipient and sender (people/accounts/codes.py).
ACCOUNT_RATE_LIMITS = {
    "verify_phone": "5/m/key,20/m/ip",
    "change_phone": "5/m/user",
    "confirm_email": "5/m/key",
}
ACCOUNT_REAUTHENTICATION_REQUIRED = False

MFA_ADAPTER = "jishi.people.accounts.adapter.FactorAdapter"
MFA_FORMS = {"add_webauthn": "jishi.surfaces.storefront.pages.sign_in.PasskeyForm"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_TOTP_ISSUER = "Jishi"
MFA_TOTP_TOLERANCE = 1
# Browsers treat a loopback address as secure; anywhere else passkeys need TLS.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = env.flag("JISHI_DEMO")

HEADLESS_CLIENTS = ("app",)
HEADLESS_SERVE_SPECIFICATION = True
HEADLESS_ONLY = False

SOCIALACCOUNT_PROVIDERS = network_settings()
SOCIALACCOUNT_EMAIL_REQUIRED = False  # Weixin tells none
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_LOGIN_ON_GET = False

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
