"""What the sign-in library asks us: numbers, codes, limits, safe redirects and new people.

Invariant: a password or session belongs only to somebody who has proven the e-mail address or number
behind it.
"""

import re
import time
from typing import Any
from urllib.parse import urlsplit

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.fields import PhoneField
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.stages import EmailVerificationStage
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext

from jishi.kernel import crypto
from jishi.people.accounts import codes, names, operations, providers, rules
from jishi.people.accounts.models import User, default_nickname, login_digest, phone_index

ESCAPE = re.compile(r"\\u([0-9a-f]{4})|\\U000([0-9a-f]{5})")
# The page itself says so; a second notice would only push the form down.
SILENT_MESSAGES = {
    "account/messages/login_code_sent.txt",
    "account/messages/logged_in.txt",
    "account/messages/phone_verification_sent.txt",
    "account/messages/email_confirmation_sent.txt",
    "account/messages/email_confirmed.txt",
}
APP_CODE_REQUEST = "/auth/code/request"
CODE_MAILS = {
    "account/email/login_code",
    "account/email/email_confirmation",
    "account/email/password_reset_code",
}


class TolerantPhoneField(PhoneField):
    """A number as people write it; 11 digits are a Chinese mobile."""

    def clean(self, value: str | None) -> str:
        """Return the number in E.164."""
        text = forms.CharField.to_python(self, value)
        if not text:
            return super().clean(value)
        phone = rules.normalise_phone(text)
        if phone is None:
            raise ValidationError(gettext("This is not a phone number."), code="invalid_phone")
        return phone


class ProvenContactStage(EmailVerificationStage):
    """Ask for proof of an e-mail address only where there is one to prove.

    People known by their number, or by a network that told no address, have none.
    """

    def handle(self) -> Any:
        """Skip the stage for people without an address."""
        user = self.login.user
        if user is not None and not user.email and not self.login.email:
            return None, True
        return super().handle()


class AccountAdapter(DefaultAccountAdapter):
    """Connects the sign-in library with our people."""

    def phone_form_field(self, **kwargs: Any) -> TolerantPhoneField:
        """Return the field in which numbers are entered."""
        return TolerantPhoneField(**kwargs)

    def clean_phone(self, phone: str) -> str:
        """Return the number in its one spelling."""
        return rules.normalise_phone(phone) or phone

    def clean_email(self, email: str) -> str:
        """Return the address in its one spelling."""
        cleaned = rules.normalise_email(email)
        if cleaned is None:
            raise ValidationError(gettext("This is not an e-mail address."), code="invalid_email")
        return cleaned

    def clean_password(self, password: str, user: Any = None) -> str:
        """Refuse passwords at sign-up: whoever registers with another's address would keep a key to it."""
        if user is None or user.pk is None:
            raise ValidationError(gettext("Sign up with a code first; a password can be set afterwards."))
        return str(super().clean_password(password, user=user))

    def get_user_by_phone(self, phone: str) -> User | None:
        """Return the person with this number; a code asked for by an app opens an account, as here."""
        normalised = rules.normalise_phone(phone)
        user = User.objects.find_by_phone(normalised) if normalised else None
        request = context.request
        if user is None and normalised and request.path_info.endswith(APP_CODE_REQUEST):
            self._allow(normalised)
            opened = operations.open_unproven(contact=normalised, language=language_now())
            user = User.objects.get(pk=opened.id)
        return user

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        """Return a person's number and whether it is proven."""
        return (user.phone, user.phone_verified) if user.phone else None

    def set_phone(self, user: User, phone: str, verified: bool) -> None:
        """Store a number; one that somebody else proved meanwhile is refused."""
        user.phone, user.phone_index, user.phone_verified = phone, phone_index(phone), verified
        try:
            with transaction.atomic():
                user.save(update_fields=["phone", "phone_index", "phone_verified"])
        except IntegrityError as error:
            raise self.validation_error("phone_taken") from error

    def set_phone_verified(self, user: User, phone: str) -> None:
        """Store a number as proven."""
        self.set_phone(user, phone, True)

    def send_verification_code_sms(self, user: Any, phone: str, code: str, **kwargs: Any) -> None:
        """Text a code."""
        del user, kwargs
        self._allow(phone)
        text = gettext("[Jishi] Your code is %(code)s. It is good for a few minutes; tell it to nobody.")
        providers.send_text(phone=phone, text=text % {"code": code})

    def send_unknown_account_sms(self, phone: str, **kwargs: Any) -> None:
        """Answer a request for a number we do not know, so that the page can stay silent about it."""
        del kwargs
        self._allow(phone)
        providers.send_text(
            phone=phone,
            text=gettext("[Jishi] There is no account with this number yet. Sign up to open one."),
        )

    def send_account_already_exists_sms(self, phone: str) -> None:
        """Answer a sign-up with a number that already has an account."""
        self._allow(phone)
        providers.send_text(
            phone=phone, text=gettext("[Jishi] This number already has an account. Sign in with a code.")
        )

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail of the sign-in library; codes are counted."""
        if template_prefix in CODE_MAILS:
            self._allow(email)
        super().send_mail(template_prefix, email, context)

    def generate_login_code(self) -> str:
        """Return the code to mail: the one this browser already got for this address, while it is good."""
        request = context.request
        if not hasattr(request.allauth, "headless"):
            asked = getattr(request, "jishi_recipient", None) or codes.pending_email(request)
            known = codes.pending(request, email=asked) if asked else None
            if known:
                return known
        return str(super().generate_login_code())

    def generate_phone_verification_code(self, *, user: Any, phone: str) -> str:
        """Return the code to text: the one this browser already got for this number, while it is good."""
        known = codes.pending(context.request, phone=phone)
        return known or str(super().generate_phone_verification_code(user=user, phone=phone))

    def is_safe_url(self, url: str | None) -> bool:
        """Allow redirects within this site only; another of our hosts is already somewhere else."""
        request = context.request
        return stays_on_site(url, host=request.get_host(), secure=request.is_secure())

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask for proof again before changing how somebody signs in, unless they have just signed in."""
        request = context.request
        records = get_authentication_records(request, request.user)
        if records and time.time() - records[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT:
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def new_user(self, request: HttpRequest) -> User:
        """Return an empty person with a name to begin with."""
        del request
        user = User(language=language_now())
        user.nickname = default_nickname(user.code)
        return user

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Store somebody who signs up through an app."""
        nickname = rules.clean_text(str(form.cleaned_data.get("nickname") or ""))
        nickname = "" if names.find_pretence(nickname) else nickname
        user.nickname = nickname[: rules.NICKNAME_MAX] or user.nickname or default_nickname(user.code)
        saved: User = super().save_user(request, user, form, commit=commit)
        return saved

    def get_login_stages(self) -> list[str]:
        """Replace the library's e-mail stage by ours."""
        own = f"{__name__}.{ProvenContactStage.__name__}"
        stages: list[str] = super().get_login_stages()
        return [
            own if stage == "allauth.account.stages.EmailVerificationStage" else stage for stage in stages
        ]

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kw: Any
    ) -> None:
        """Pass on messages that say something the page does not."""
        if message_template not in SILENT_MESSAGES:
            super().add_message(request, level, message_template, *args, **kw)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # The library leaves the number out: five wrong passwords of anybody would lock out every phone.
        return f"{request.get_host()}:{login_name(request, credentials)}"

    def _allow(self, recipient: str) -> None:
        request = context.request
        codes.allow(request, recipient=recipient, sender=self.get_client_ip(request))


class SocialAdapter(DefaultSocialAccountAdapter):
    """Opens accounts for people from another network, whose identity that network's server told us."""

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> User:
        """Take over the name the network knows; nothing else."""
        user: User = super().populate_user(request, sociallogin, data)
        full = f"{data.get('first_name') or ''} {data.get('last_name') or ''}"
        name = rules.clean_text(_unescaped(str(data.get("name") or data.get("username") or full)))
        name = "" if names.find_pretence(name) else name
        user.nickname = name[: rules.NICKNAME_MAX] or default_nickname(user.code)
        return user


class FactorAdapter(DefaultMFAAdapter):
    """Keeps the secrets of second factors encrypted."""

    def encrypt(self, text: str) -> str:
        """Return what is stored."""
        return crypto.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret; without the key it fails."""
        return crypto.decrypt(encrypted_text)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Name us to the browser; passkeys belong to the host without its port."""
        return {"id": context.request.get_host().partition(":")[0], "name": "Jishi"}


def stays_on_site(url: str | None, *, host: str, secure: bool) -> bool:
    """Tell whether a redirect target is a page of this very host.

    Browsers read backslashes as slashes and skip control characters, so both are refused before parsing.
    """
    if not url or any(c <= " " or c == "\\" or c == "\x7f" for c in url):
        return False
    if url.startswith("//") or not (url.startswith("/") or urlsplit(url).netloc == host):
        return False
    return url_has_allowed_host_and_scheme(url, allowed_hosts={host}, require_https=secure)


def login_name(request: HttpRequest | None, credentials: dict[str, Any] | None) -> str:
    """Return a keyed digest of what somebody signs in with, so that failures count without addresses."""
    given = dict(credentials or {})
    if request is not None and not any(given.get(k) for k in ("email", "phone", "username", "login")):
        given["login"] = request.POST.get("login") or request.POST.get("username") or ""
    text = str(next((given[k] for k in ("email", "phone", "username", "login") if given.get(k)), ""))
    return login_digest(text)


def locked_out(request: HttpRequest, credentials: dict[str, Any] | None = None, *args: Any) -> HttpResponse:
    """Answer somebody who tried too many passwords."""
    del credentials, args
    minutes = max(1, round(float(settings.AXES_COOLOFF_TIME) * 60))
    response = render(request, "account/locked.html", {"minutes": minutes}, status=429)
    response["Retry-After"] = str(minutes * 60)
    return response


def _unescaped(name: str) -> str:
    # The library's Weixin client turns every character beyond Latin-1 into a written-out escape.
    return ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16)), name)


def language_now() -> str:
    """Return the language of this request as people keep it."""
    current = translation.get_language() or "zh-hans"
    return "en" if current.startswith("en") else "zh-hans"
