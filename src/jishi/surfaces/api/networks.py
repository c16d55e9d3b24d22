"""Signing in with another network's token from an app.

The library takes a token's header on trust: without a key's name it fails where it should refuse.
"""

from typing import Any

import jwt
from allauth.headless.adapter import get_adapter
from allauth.headless.socialaccount.inputs import ProviderTokenInput
from allauth.headless.socialaccount.views import ProviderTokenView


class TokenInput(ProviderTokenInput):
    """What an app sends, with an identity token whose header can be read."""

    def clean_token(self) -> Any:
        """Refuse an identity token that does not name its key and its algorithm."""
        token = self.cleaned_data["token"]
        identity = token.get("id_token") if isinstance(token, dict) else None
        if isinstance(identity, str) and identity and not _is_readable(identity):
            raise get_adapter().validation_error("invalid_token")
        return token


def _is_readable(identity: str) -> bool:
    try:
        header = jwt.get_unverified_header(identity)
    except jwt.PyJWTError:
        return False
    return isinstance(header.get("kid"), str) and isinstance(header.get("alg"), str)


class TokenView(ProviderTokenView):
    """The library's view behind that check."""

    input_class = TokenInput
