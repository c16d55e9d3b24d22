"""Settings of one's account: language, look, ways to sign in, and signing out everywhere."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from jishi.people.accounts import operations as accounts
from jishi.people.accounts import queries as people
from jishi.people.privacy import queries as privacy
from jishi.surfaces.shell import facts as request_facts


@login_required
@require_GET
def settings(request: HttpRequest) -> HttpResponse:
    """Show the settings."""
    person_id = _person(request)
    kinds = list(Authenticator.objects.filter(user_id=person_id).values_list("type", flat=True))
    context = {
        "profile": people.get_profile(person_id),
        "passkeys": kinds.count(Authenticator.Type.WEBAUTHN),
        "has_totp": Authenticator.Type.TOTP in kinds,
        "networks": SocialAccount.objects.filter(user_id=person_id).count(),
    }
    return render(request, "storefront/settings.html", context)


@login_required
@require_POST
def sign_out_elsewhere(request: HttpRequest) -> HttpResponse:
    """End every other session and every token; this browser stays."""
    accounts.revoke_tokens(person_id=_person(request))
    user: Any = request.user
    user.refresh_from_db()
    update_session_auth_hash(request, user)
    messages.success(request, gettext("You are signed out everywhere else"))
    return HttpResponseRedirect(reverse("storefront:settings"))


@login_required
@require_GET
def my_data(request: HttpRequest) -> JsonResponse:
    """Hand over what every part of the house holds about me."""
    data = privacy.export_person(person_id=_person(request))
    response = JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = 'attachment; filename="jishi-my-data.json"'
    return response


def _person(request: HttpRequest) -> int:
    person_id = request_facts.of(request).person_id
    assert person_id is not None, "login_required stands in front"
    return person_id
