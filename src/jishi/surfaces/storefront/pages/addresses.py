"""The address book, in the order of the country: largest unit first in China, smallest first elsewhere."""

from typing import Any

from babel import Locale
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jishi.kernel import http
from jishi.kernel.errors import DomainError
from jishi.people.accounts import operations as accounts
from jishi.people.accounts import queries as people
from jishi.people.accounts.contracts import AddressView
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell.views import safe_next

LIST_URL = "/me/addresses/"
PROVINCES = [
    "北京市",
    "上海市",
    "天津市",
    "重庆市",
    "河北省",
    "山西省",
    "辽宁省",
    "吉林省",
    "黑龙江省",
    "江苏省",
    "浙江省",
    "安徽省",
    "福建省",
    "江西省",
    "山东省",
    "河南省",
    "湖北省",
    "湖南省",
    "广东省",
    "海南省",
    "四川省",
    "贵州省",
    "云南省",
    "陕西省",
    "甘肃省",
    "青海省",
    "内蒙古自治区",
    "广西壮族自治区",
    "西藏自治区",
    "宁夏回族自治区",
    "新疆维吾尔自治区",
    "香港特别行政区",
    "澳门特别行政区",
    "台湾省",
]
NAMES = ("recipient", "phone", "region", "city", "district", "line", "postal_code", "country")


class AddressForm(forms.Form):
    """An address in mainland China."""

    recipient = forms.CharField(
        label=_("Recipient"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    region = forms.CharField(
        label=_("Province"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "address-level1", "list": "provinces"}),
    )
    city = forms.CharField(
        label=_("City"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "address-level2"})
    )
    district = forms.CharField(
        label=_("District"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "address-level3"}),
    )
    line = forms.CharField(
        label=_("Street, house, flat"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    postal_code = forms.CharField(
        label=_("Postal code"),
        max_length=16,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code"}),
    )
    country = forms.CharField(widget=forms.HiddenInput, initial="CN", max_length=2)
    is_default = forms.BooleanField(label=_("Use this address first"), required=False)


class InternationalForm(AddressForm):
    """An address elsewhere: the street first, the country last."""

    field_order = [
        "recipient",
        "phone",
        "line",
        "district",
        "city",
        "region",
        "postal_code",
        "country",
        "is_default",
    ]

    def __init__(self, *args: Any, language: str = "en", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].required = False
        self.fields["region"].label = _("State or region")
        self.fields["region"].widget.attrs.pop("list", None)
        self.fields["district"].label = _("Address line 2")
        self.fields["country"] = forms.ChoiceField(
            label=_("Country"),
            choices=countries(language),
            widget=forms.Select(attrs={"autocomplete": "country"}),
        )
        self.order_fields(self.field_order)


def countries(language: str) -> list[tuple[str, str]]:
    """Return the countries by their names in this language."""
    territories = Locale.parse("zh_Hans" if language == "zh-hans" else "en").territories
    chosen = [
        (c, n)
        for c, n in territories.items()
        if len(c) == 2 and c.isalpha() and c not in {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"}
    ]
    return sorted(chosen, key=lambda pair: pair[1])


@login_required
@require_GET
def addresses(request: HttpRequest) -> HttpResponse:
    """Show the address book."""
    book = people.list_addresses(_person(request))
    return render(request, "storefront/addresses.html", {"addresses": book})


@login_required
@require_http_methods(["GET", "POST"])
def address(request: HttpRequest, code: str = "") -> HttpResponse:
    """Show one address, or an empty one, and save it."""
    known = _own(request, code) if code else None
    form = _form(request, known)
    if request.method == "POST" and form.is_valid() and _saved(request, form, known):
        messages.success(request, gettext("Saved"))
        return HttpResponseRedirect(safe_next(request, default=LIST_URL))
    context = {
        "form": form,
        "address": known,
        "provinces": PROVINCES,
        "is_international": isinstance(form, InternationalForm),
        "next": safe_next(request, default=""),
    }
    return render(request, "storefront/addresses_form.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def remove(request: HttpRequest, code: str) -> HttpResponse:
    """Remove an address from the book; orders keep their own copy."""
    accounts.remove_address(person_id=_person(request), address_id=_own(request, code).id)
    messages.success(request, gettext("The address was removed"))
    return HttpResponseRedirect(safe_next(request, default=LIST_URL))


@login_required
@require_POST
def make_default(request: HttpRequest, code: str) -> HttpResponse:
    """Let checkout offer this address first."""
    accounts.make_default(person_id=_person(request), address_id=_own(request, code).id)
    return HttpResponseRedirect(safe_next(request, default=LIST_URL))


def _form(request: HttpRequest, known: AddressView | None) -> AddressForm:
    language = request_facts.of(request).language
    initial: dict[str, Any] = {name: getattr(known, name) for name in NAMES} if known else {}
    if known:
        initial["is_default"] = known.is_default
    country = request.POST.get("country") or request.GET.get("country") or initial.get("country") or "CN"
    data = request.POST if request.method == "POST" else None
    if country == "CN":
        return AddressForm(data, initial={**initial, "country": "CN"})
    # `other` asks for the international order without naming a country yet.
    named = country if country in dict(countries(language)) else "US"
    return InternationalForm(data, initial={**initial, "country": named}, language=language)


def _saved(request: HttpRequest, form: AddressForm, known: AddressView | None) -> bool:
    fields = {name: form.cleaned_data[name] for name in NAMES}
    try:
        accounts.save_address(
            person_id=_person(request),
            address_id=known.id if known else None,
            is_default=form.cleaned_data["is_default"],
            **fields,
        )
    except DomainError as error:
        field = error.fields.get("field")
        form.add_error(field if field in form.fields else None, http.message_of(error))
        return False
    return True


def _own(request: HttpRequest, code: str) -> AddressView:
    found = people.find_address_by_code(_person(request), code)
    if found is None:
        raise Http404
    return found


def _person(request: HttpRequest) -> int:
    person_id = request_facts.of(request).person_id
    assert person_id is not None, "login_required stands in front"
    return person_id
