"""My page: what I am in the middle of, and the doors that are open to me. And the profile others see."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from jishi.goods.merchants import queries as merchants
from jishi.kernel import http
from jishi.kernel.errors import DomainError
from jishi.people.accounts import operations as accounts
from jishi.people.accounts import queries as people
from jishi.people.notifications import operations as notifications
from jishi.people.notifications import queries as notices
from jishi.social.messaging import queries as talks
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import talk as shown
from jishi.surfaces.storefront import slots
from jishi.trade.orders import queries as orders

# State, label, symbol of the shortcuts into the order list.
SHORTCUTS = (
    ("awaiting_payment", _("To pay"), "wallet"),
    ("paid", _("To ship"), "box"),
    ("shipped", _("To receive"), "truck"),
    ("received", _("Received"), "check"),
    ("refunding", _("Refunds"), "refund"),
)


class ProfileForm(forms.Form):
    """Name and picture; anything else a request sends is not looked at."""

    nickname = forms.CharField(
        label=_("Name"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "nickname"})
    )
    avatar = forms.FileField(
        label=_("Profile picture"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    birth_month = forms.TypedChoiceField(
        label=_("Month"), required=False, coerce=int, empty_value=None,
        choices=[("", "–"), *((number, number) for number in range(1, 13))],
    )  # fmt: skip
    birth_day = forms.TypedChoiceField(
        label=_("Day of the month"), required=False, coerce=int, empty_value=None,
        choices=[("", "–"), *((number, number) for number in range(1, 32))],
    )  # fmt: skip
    birth_agreed = forms.BooleanField(required=False)


@login_required
@require_GET
def me(request: HttpRequest) -> HttpResponse:
    """Show my page."""
    facts = request_facts.of(request)
    person_id = _person(request)
    counts = orders.state_counts(buyer_id=person_id)
    shortcuts = [(state, label, symbol, counts.get(state, 0)) for state, label, symbol in SHORTCUTS]
    shops = merchants.list_shops(merchants.shops_of(person_id), language=facts.language)
    shown = slots.fill(request, "me")
    context = {
        "profile": people.get_profile(person_id),
        "shortcuts": shortcuts,
        "shops": list(shops.values()),
        "address": people.find_default_address(person_id),
        "unread": notices.count_unread(person_id=person_id),
        "slots": shown,
        "private": True,
    }
    return slots.noted(request, render(request, "storefront/me.html", context), shown)


@login_required
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Show and change the profile."""
    person_id = _person(request)
    current = people.get_profile(person_id)
    month, day = people.find_birthday(person_id) or (0, 0)
    form = ProfileForm(
        request.POST or None,
        request.FILES or None,
        initial={
            "nickname": current.nickname,
            "birth_month": month or "",
            "birth_day": day or "",
            "birth_agreed": month > 0,
        },
    )
    if request.method == "POST" and form.is_valid() and _saved(request, person_id, form):
        messages.success(request, gettext("Saved"))
        return HttpResponseRedirect(reverse("storefront:me"))
    status = 422 if form.is_bound else 200
    return render(request, "storefront/me_profile.html", {"profile": current, "form": form}, status=status)


@login_required
@require_GET
def news(request: HttpRequest) -> HttpResponse:
    """Show what I was told; having seen it makes it old."""
    person_id = _person(request)
    entries = [
        (notice, notices.worded(notice.kind, notice.params, notice.others))
        for notice in notices.list_notices(person_id=person_id)
    ]
    notifications.mark_read(person_id=person_id)
    shown.keep_unread(request, talks.count_unread(person_id))
    return render(request, "storefront/me_news.html", {"entries": entries})


def _saved(request: HttpRequest, person_id: int, form: ProfileForm) -> bool:
    """Write the profile; a refusal is shown at its field."""
    upload = form.cleaned_data.get("avatar")
    field = "nickname"
    try:
        accounts.update_profile(person_id=person_id, nickname=form.cleaned_data["nickname"])
        field = "avatar"
        if upload:
            accounts.set_avatar(person_id=person_id, data=upload.read())
        elif request.POST.get("remove_avatar"):
            accounts.remove_avatar(person_id=person_id)
        field = "birth_day"
        if "birth_month" in request.POST:
            _keep_birthday(person_id, form.cleaned_data)
    except DomainError as error:
        form.add_error(field, http.message_of(error))
        return False
    return True


def _keep_birthday(person_id: int, said: dict[str, Any]) -> None:
    """Keep the day somebody named, or forget the one before.

    :raises BirthdayInvalid: no year has such a day.
    :raises BirthdayNotAgreed: the tick is missing.
    """
    month, day = said["birth_month"] or 0, said["birth_day"] or 0
    if month or day:
        accounts.keep_birthday(person_id=person_id, month=month, day=day, agrees=said["birth_agreed"])
    else:
        accounts.forget_birthday(person_id=person_id)


def _person(request: HttpRequest) -> int:
    person_id = request_facts.of(request).person_id
    assert person_id is not None, "login_required stands in front"
    return person_id
