"""Ways in: a code to a number or e-mail address, a password, a passkey, and one tap in the demo.

The sign-in library runs the flows; here are the forms it shows, the sign-up page and the demo's buttons.
"""

import secrets
from typing import Any

from allauth.account import views as library
from allauth.account.adapter import get_adapter
from allauth.account.forms import LoginForm
from allauth.core import context
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from jishi.kernel import http
from jishi.kernel.errors import DomainError
from jishi.people.accounts import operations as accounts
from jishi.people.accounts import queries as people
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell.views import safe_next

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
LOOPBACK = ("127.0.0.1", "::1")
CONTACT_ATTRS = {
    "autocomplete": "username",
    "inputmode": "email",
    "autocapitalize": "none",
    "spellcheck": "false",
    "placeholder": _("Phone number or e-mail address"),
}


class CodeForm(forms.Form):
    """Asks where to send a code. Somebody new gets an account, which only the code opens."""

    contact = forms.CharField(
        label=_("Phone number or e-mail address"), max_length=254, widget=forms.TextInput(attrs=CONTACT_ATTRS)
    )
    nickname = forms.CharField(
        label=_("What should we call you?"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )

    _user: Any = None

    def clean(self) -> dict[str, Any]:
        """Count the request and find the person; the library sends the code afterwards."""
        data: dict[str, Any] = super().clean() or {}
        contact = data.get("contact")
        if not contact or self.errors:
            return data
        request = context.request
        try:
            person = accounts.request_code(
                contact=contact,
                nickname=data.get("nickname") or "",
                sender=get_adapter().get_client_ip(request),
                language=request_facts.of(request).language,
            )
        except DomainError as error:
            self.add_error("contact", http.message_of(error))
            return data
        kind, value = people.read_contact(contact) or ("email", contact)
        # The adapter asks the same limits when it sends; this request is already counted.
        request.jishi_codes_counted = {value}
        if kind == "email":
            request.jishi_recipient = value
        self._user = get_user_model()._default_manager.get(pk=person.id)
        data[kind] = value
        return data


class SignUpForm(CodeForm):
    """The same, with a name first."""

    field_order = ["nickname", "contact"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["nickname"].required = True


class PasswordForm(LoginForm):
    """Signs in with a password; numbers may be written as people write them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Phone number or e-mail address")
        self.fields["login"].widget.attrs.update(CONTACT_ATTRS)

    def clean_login(self) -> str:
        """Return the number or address in its one spelling."""
        text: str = super().clean_login()
        contact = people.read_contact(text)
        return contact[1] if contact else text


class PasskeyForm(AddWebAuthnForm):
    """Adds a passkey, which signs in by itself unless somebody wants it as a second step only."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("A name, to tell it from others")
        self.fields["passwordless"].label = _("Signs in by itself")
        self.fields["passwordless"].help_text = _(
            "Without the tick it is a second step after a code or password."
        )
        self.fields["passwordless"].initial = True


class AskAgain:
    """Lets somebody who typed a wrong number go back and send another; the library would keep the first."""

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: Any) -> HttpResponse | None:
        if request.method == "POST":
            return None
        response: HttpResponse = super()._redirect_to_pending_stage(request, stage)  # type: ignore[misc]
        return response


class PasswordView(AskAgain, library.LoginView):
    """The sign-in page with all its ways; what it receives is a password."""


class CodeView(AskAgain, library.RequestLoginCodeView):
    """Sends a code."""


class SignUpView(AskAgain, library.RequestLoginCodeView):
    """Opens an account with a name and a contact; the code that follows proves it."""

    template_name = "account/signup.html"

    def get_form_class(self) -> type[forms.Form]:
        """Return the form with the name."""
        return SignUpForm


by_password = PasswordView.as_view()
by_code = CodeView.as_view()
sign_up = SignUpView.as_view()


@require_POST
def demo_sign_in(request: HttpRequest, role: str) -> HttpResponse:
    """Sign in as the demo's shopper, friend, merchant or one of its operators with one tap.

    Nobody but this machine, or a browser that came by the printed pass link, may do so.
    """
    if not (settings.JISHI_DEMO and is_trusted(request)):
        raise Http404
    person = accounts.choose_demo_person(role=role)
    user = get_user_model()._default_manager.get(pk=person.id)
    login(request, user, backend=BACKEND)
    home = {"merchant": "/m/", "operator": "/ops/", "colleague": "/ops/"}.get(role, "/")
    return HttpResponseRedirect(safe_next(request, default=home))


def is_trusted(request: HttpRequest) -> bool:
    """Tell whether the demo may open its doors to this browser.

    Behind a proxy every request seems to come from this machine, so there only the pass counts.
    """
    given = str(request.session.get("demo_pass", ""))
    passed = bool(settings.JISHI_PASS) and secrets.compare_digest(
        given.encode(), settings.JISHI_PASS.encode()
    )
    is_local = request.META.get("REMOTE_ADDR") in LOOPBACK and "HTTP_X_FORWARDED_FOR" not in request.META
    return passed or is_local
