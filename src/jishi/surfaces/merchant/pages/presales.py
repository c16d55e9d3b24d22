"""Presales from a shop's side: how they go, the form with its preview, stopping."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.inventory import queries as inventory_queries
from jishi.goods.pricing import queries as pricing_queries
from jishi.kernel import http
from jishi.kernel.errors import N_, DomainError, NotFound
from jishi.promotions.gates.contracts import Gate
from jishi.promotions.presales import operations as presales
from jishi.promotions.presales import queries
from jishi.promotions.presales.contracts import PresalePlan, Preview
from jishi.surfaces.merchant import amounts, clashes, limits
from jishi.surfaces.merchant.desk import Desk, staff
from jishi.surfaces.shell import gate_words, refusals

WARNINGS = {
    "below_cost": N_("You lose money on every unit: after commission you keep less than it costs you."),
    "too_few_units": N_("There are fewer free units than you want to set aside."),
    "big_deposit": N_("A deposit above a fifth of the price keeps many people from reserving."),
    "thin_margin": N_("You keep less than five percent of the price."),
}
MOMENTS = ("starts", "deposit_until", "balance_from", "balance_until")
FIELDS = ("variant", "price", "deposit", "worth", "units", "limit", "cost", *MOMENTS)


@staff
@require_GET
def index(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The shop's presales, newest first."""
    found = queries.list_of_shop(desk.shop.id, language=desk.language)
    return render(request, "merchant/presales.html", {"found": found})


@staff
@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The form; "preview" says what it would mean, "open" opens it."""
    values = {name: request.POST.get(name, "").strip()[:40] for name in FIELDS}
    faults: list[str] = []
    seen: Preview | None = None
    warnings: list[tuple[str, str]] = []
    if request.method == "POST":
        gate = limits.parse(request, lambda name, fine: faults.append(name) if not fine else None)
        wish = None if faults else _wish(values, desk, gate)
        if wish is None:
            faults.clear()
            faults.append(
                gettext("Please check the prices, the deposit, the units and the order of the times.")
            )
        else:
            try:
                seen = queries.preview(shop_id=desk.shop.id, wish=wish)
                warnings = _warnings(wish, seen)
                if request.POST.get("do") == "open" and (not warnings or request.POST.get("agreed") == "1"):
                    presales.open_presale(shop_id=desk.shop.id, wish=wish, by=desk.person_id)
                    messages.success(request, gettext("Open. The units are set aside."))
                    return HttpResponseRedirect(reverse("merchant:presales"))
            except DomainError as error:
                faults.append(http.message_of(error))
    context = {
        "values": values,
        "faults": faults,
        "seen": seen,
        "warnings": warnings,
        "choices": _choices(desk),
        "forfeits": presales.forfeits(),
        **limits.context(request, desk),
    }
    return render(request, "merchant/presale_form.html", context, status=422 if faults else 200)


@staff
@require_GET
@never_cache
def watch(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """How one presale goes: reservations, deposits and balances; and the way to stop it."""
    found = queries.get_presale(code, language=desk.language)
    desk.own(found.shop_id)
    context = {
        "one": found,
        "figures": queries.get_figures(code),
        "gate": gate_words.say(f"presale:{code}"),
    }
    return render(request, "merchant/presale.html", context)


@staff
@require_POST
def stop(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """Stop a presale; every deposit goes back."""
    try:
        presales.stop_presale(
            presale_code=code,
            by=desk.person_id,
            reason=request.POST.get("reason", "").strip()[:200],
            shop_id=desk.shop.id,
        )
        messages.success(request, gettext("Stopped. Every deposit goes back."))
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(reverse("merchant:presales"))


def _warnings(wish: PresalePlan, seen: Preview) -> list[tuple[str, str]]:
    """What the shop should know first; it may go on all the same."""
    own = [(one, gettext(WARNINGS[one])) for one in seen.warnings if one in WARNINGS]
    period = {"starts_at": wish.starts_at, "ends_at": wish.balance_until_at}
    return own + [("clash", words) for words in clashes.say(wish.variant_id, but="presale", **period)]


def _wish(values: dict[str, str], desk: Desk, gate: Gate) -> PresalePlan | None:
    currency = desk.shop.currency
    price, deposit = (amounts.parse_minor(values[name], currency) for name in ("price", "deposit"))
    worth = amounts.parse_minor(values["worth"] or values["deposit"], currency)
    units, limit = (amounts.parse_count(values[name]) for name in ("units", "limit"))
    cost = amounts.parse_minor(values["cost"], currency) if values["cost"] else None
    moments = [amounts.parse_moment(values[name], desk.shop.time_zone) for name in MOMENTS]
    starts, until, first, last = moments
    is_whole = price and deposit and worth and units and limit and values["variant"].isdigit()
    if not is_whole or not (starts and until and first and last) or (values["cost"] and cost is None):
        return None
    assert price and deposit and worth and units and limit
    return PresalePlan(
        variant_id=int(values["variant"][:18]),
        price_minor=price,
        deposit_minor=deposit,
        multiplier_bps=-(-worth * 10_000 // deposit),  # rounded up, so that the worth comes out as typed
        units=units,
        starts_at=starts,
        deposit_until_at=until,
        balance_from_at=first,
        balance_until_at=last,
        limit_per_person=limit,
        cost_minor=cost,
        gate=gate,
    )


def _choices(desk: Desk) -> list[tuple[int, str, int, int]]:
    """Variants of the shop: id, name, price alone, free units."""
    page = catalog_queries.page_shelf(shop_id=desk.shop.id, language=desk.language, status="active", limit=40)
    variants = [one for product in page.items for one in product.variants]
    ids = [one.variant_id for one in variants]
    prices = pricing_queries.list_prices(ids, desk.shop.currency)
    free = inventory_queries.list_available(ids)
    return [
        (
            one.variant_id,
            " / ".join((one.product_title, *one.options)),
            prices[one.variant_id].amount_minor,
            free.get(one.variant_id, 0),
        )
        for one in variants
        if one.variant_id in prices
    ]
