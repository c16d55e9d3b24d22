"""Flash sales from a shop's side: what was enrolled and how it goes, and the form with its honest preview."""

from dataclasses import dataclass, field

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.catalog.contracts import ProductView
from jishi.goods.inventory import queries as inventory_queries
from jishi.goods.pricing import queries as pricing_queries
from jishi.kernel import audit
from jishi.kernel.errors import N_, DomainError, NotFound
from jishi.promotions.flash_sales import operations as flash
from jishi.promotions.flash_sales import queries
from jishi.promotions.flash_sales.contracts import Preview, Wish
from jishi.promotions.gates.contracts import Gate
from jishi.surfaces.merchant import amounts, clashes, limits
from jishi.surfaces.merchant.desk import Desk, staff
from jishi.surfaces.shell import refusals

WARNINGS = {
    "below_cost": N_("You lose money on every unit: after commission you keep less than it costs you."),
    "too_few_units": N_("There are fewer free units than you want to set aside. Approval would fail."),
    "clash": N_("The product has another offer or flash sale at that time."),
    "not_the_lowest": N_("It was as cheap or cheaper in the days before. Shoppers will see that."),
    "thin_margin": N_("You keep less than five percent of the price."),
}


@dataclass
class Form:
    """What somebody typed."""

    slot: str = ""
    variant: str = ""
    price: str = ""
    units: str = ""
    limit: str = "1"
    cost: str = ""
    faults: list[str] = field(default_factory=list)

    def need(self, name: str, is_fine: bool) -> None:
        """Note what makes no sense."""
        if not is_fine:
            self.faults.append(gettext("Please check: %(name)s.") % {"name": name})


@staff
@require_GET
def index(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Everything the shop enrolled, newest first, and the slots that take more."""
    context = {
        "items": queries.list_of_shop(desk.shop.id, language=desk.language),
        "slots": queries.list_enrollable(language=desk.language),
    }
    return render(request, "merchant/flash.html", context)


@staff
@require_GET
def choose(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Choose the product to enrol."""
    page = catalog_queries.page_shelf(
        shop_id=desk.shop.id,
        language=desk.language,
        text=request.GET.get("q", "").strip()[:60],
        status="active",
        cursor=request.GET.get("cursor") or None,
        limit=30,
    )
    return render(request, "merchant/flash_choose.html", {"page": page})


@staff
@require_http_methods(["GET", "POST"])
def enrol(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """The form; "preview" says what it would mean, "enrol" asks for the place."""
    product = catalog_queries.find_product_by_code(code, language=desk.language)
    if product is None:
        raise Http404
    desk.own(product.shop_id)
    form, seen = _form(request), None
    warnings: list[tuple[str, str]] = []
    if request.method == "POST":
        wish = _wish(form, desk, product, limits.parse(request, form.need))
        if wish is not None:
            seen = _preview(request, desk, wish)
            warnings = _warnings(desk, wish, seen)
            agreed = not warnings or request.POST.get("agreed") == "1"
            wanted = agreed and request.POST.get("do") == "enrol"
            if wanted and (answer := _enrol(request, desk, wish)):
                return answer
    ids = [variant.variant_id for variant in product.variants]
    alone = pricing_queries.list_prices(ids, desk.shop.currency)
    free = inventory_queries.list_available(ids)
    context = {
        "product": product,
        "form": form,
        "slots": queries.list_enrollable(language=desk.language),
        "rows": [
            (one, alone[one.variant_id], free[one.variant_id])
            for one in product.variants
            if one.variant_id in alone
        ],
        "seen": seen,
        "warnings": warnings,
        "most": range(1, 11),
        **limits.context(request, desk),
    }
    return render(request, "merchant/flash_form.html", context, status=422 if form.faults else 200)


@staff
@require_POST
def withdraw(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """Take an enrolment back; what was set aside is free again."""
    try:
        flash.withdraw(item_code=code, shop_id=desk.shop.id)
        audit.record(actor_id=desk.person_id, action="flash.withdraw", subject=f"flash:{code}")
        messages.success(request, gettext("Taken back. The units are free again."))
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(reverse("merchant:flash"))


@staff
@require_POST
def stop(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """End the sale of an item now; what people have already stays theirs to pay."""
    desk.own(queries.get_item(code, viewer_id=None, language=desk.language).shop_id)
    try:
        flash.stop_item(item_code=code, by=desk.person_id, reason="")
        messages.success(request, gettext("Stopped. Units that people have already stay theirs to pay."))
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(reverse("merchant:flash"))


def _form(request: HttpRequest) -> Form:
    data = request.POST if request.method == "POST" else request.GET
    form = Form()
    for name in ("slot", "variant", "price", "units", "limit", "cost"):
        if data.get(name):
            setattr(form, name, data[name].strip()[:40])
    return form


def _warnings(desk: Desk, wish: Wish, seen: Preview | None) -> list[tuple[str, str]]:
    """What the shop should know first; it may go on all the same."""
    if seen is None:
        return []
    own = [(one, gettext(WARNINGS[one])) for one in seen.warnings]
    slots = queries.list_enrollable(language=desk.language)
    slot = next((one for one in slots if one.code == wish.slot_code), None)
    if slot is None or "clash" in seen.warnings:
        return own
    period = {"starts_at": slot.starts_at, "ends_at": slot.ends_at}
    return own + [("clash", words) for words in clashes.say(wish.variant_id, but="flash", **period)]


def _wish(form: Form, desk: Desk, product: ProductView, gate: Gate) -> Wish | None:
    currency = desk.shop.currency
    variants = {str(one.variant_id): one.variant_id for one in product.variants}
    price = amounts.parse_minor(form.price, currency)
    cost = amounts.parse_minor(form.cost, currency) if form.cost else None
    units, limit = amounts.parse_count(form.units), amounts.parse_count(form.limit)
    form.need(gettext("Time"), bool(form.slot))
    form.need(gettext("Choice"), form.variant in variants)
    form.need(gettext("Flash sale price"), price is not None)
    form.need(gettext("Units"), bool(units))
    form.need(gettext("Limit per person"), bool(limit))
    form.need(gettext("Cost of a piece"), not form.cost or cost is not None)
    if form.faults or price is None or not units or not limit:
        return None
    return Wish(
        slot_code=form.slot,
        variant_id=variants[form.variant],
        price_minor=price,
        allocation=units,
        limit_per_person=limit,
        cost_minor=cost,
        gate=gate,
    )


def _preview(request: HttpRequest, desk: Desk, wish: Wish) -> Preview | None:
    try:
        return queries.preview(shop_id=desk.shop.id, wish=wish)
    except DomainError as error:
        refusals.tell(request, error)
        return None


def _enrol(request: HttpRequest, desk: Desk, wish: Wish) -> HttpResponse | None:
    try:
        code = flash.enrol(shop_id=desk.shop.id, wish=wish)
    except DomainError as error:
        refusals.tell(request, error)
        return None
    audit.record(actor_id=desk.person_id, action="flash.enrol", subject=f"flash:{code}")
    messages.success(request, gettext("Enrolled. You hear from us as soon as it is decided."))
    return HttpResponseRedirect(reverse("merchant:flash"))
