"""What every sign-up asks besides the contact, also through an app: a name, and at least one contact.

The sign-in library builds its own form on top of this one, so it may import nothing of that library's forms.
"""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class SignUpExtras(forms.Form):
    """A name, and the rule that somebody must be reachable."""

    nickname = forms.CharField(label=_("What should we call you?"), max_length=40, required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse an account nobody could ever sign in to."""
        data: dict[str, Any] = super().clean() or {}
        if not self.errors and not (data.get("email") or data.get("phone")):
            raise forms.ValidationError(gettext("Enter an e-mail address or a phone number."))
        return data

    def signup(self, request: HttpRequest, user: Any) -> None:
        """Leave the rest to the adapter, which stores the name with the person."""
