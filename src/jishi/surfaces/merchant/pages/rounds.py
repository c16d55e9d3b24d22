"""Community purchase from a shop's side: planning a round, its goods with their preview, demand, arrival."""

from dataclasses import dataclass, field

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.pricing import queries as pricing_queries
from jishi.kernel import http, policy
from jishi.kernel.errors import N_, DomainError
from jishi.promotions.community_buys import operations as community
from jishi.promotions.community_buys import queries
from jishi.promotions.community_buys.contracts import ItemPlan, Preview, RoundPlan, RoundView
from jishi.promotions.gates.contracts import Gate
from jishi.surfaces.merchant import amounts, clashes, limits
from jishi.surfaces.merchant.desk import Desk, staff
from jishi.surfaces.shell import gate_words, refusals

WARNINGS = {
    "below_cost": N_("You lose money on every unit: after both commissions you keep less than it costs you."),
    "over_budget": N_(
        "If everything sells, the leaders' commission reaches your budget: the last orders earn none."
    ),
    "thin_margin": N_("You keep less than five percent of the price."),
    "not_cheaper": N_("It is not cheaper than alone. People can only save the delivery."),
}
WEEKDAYS = (
    (0, N_("Monday")),
    (1, N_("Tuesday")),
    (2, N_("Wednesday")),
    (3, N_("Thursday")),
    (4, N_("Friday")),
    (5, N_("Saturday")),
    (6, N_("Sunday")),
)
MOMENTS = ("starts", "cutoff", "arrives", "until")


@dataclass
class Form:
    """What somebody typed."""

    values: dict[str, str]
    faults: list[str] = field(default_factory=list)

    def need(self, name: str, is_fine: bool) -> None:
        """Note what makes no sense."""
        if not is_fine:
            self.faults.append(gettext("Please check: %(name)s.") % {"name": name})


@staff
@require_GET
def index(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The shop's rounds, newest first."""
    found = queries.list_rounds_of_shop(desk.shop.id, language=desk.language)
    return render(request, "merchant/rounds.html", {"rounds": found})


@staff
@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The form of a new round."""
    form = Form({name: request.POST.get(name, "").strip()[:60] for name in _PLAN})
    if request.method == "POST":
        wish = _plan(form, desk, limits.parse(request, form.need))
        if wish is not None:
            try:
                code = community.plan(shop_id=desk.shop.id, wish=wish, by=desk.person_id)
                return HttpResponseRedirect(reverse("merchant:round", args=[code]))
            except DomainError as error:
                form.faults.append(http.message_of(error))
    context = {
        "form": form,
        "regions": queries.list_regions(),
        "may_forfeit": bool(policy.pack().get("community_buys.unpicked_forfeit", False)),
        **limits.context(request, desk),
    }
    return render(request, "merchant/round_form.html", context, status=422 if form.faults else 200)


@staff
@require_http_methods(["GET", "POST"])
@never_cache
def round_(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """One round: while planned its goods and a form for more; then orders, demand, arrival."""
    found = _get(desk, code)
    form = Form({name: request.POST.get(name, "").strip()[:40] for name in _ITEM})
    seen: Preview | None = None
    warnings: list[tuple[str, str]] = []
    if request.method == "POST":
        wish = _item(form, desk)
        if wish is not None:
            seen = _preview(desk, code, form, wish)
            warnings = _warnings(found, wish, seen)
            agreed = not warnings or request.POST.get("agreed") == "1"
            asked = seen is not None and agreed and form.values["do"] == "put"
            if asked and _put(request, desk, code, form, wish):
                return HttpResponseRedirect(reverse("merchant:round", args=[code]))
    context = {
        "round": found,
        "form": form,
        "seen": seen,
        "warnings": warnings,
        "choices": _choices(desk) if found.state == "planned" else [],
        "demand": queries.find_demand(code, shop_id=desk.shop.id, language=desk.language)
        if found.demand_code
        else None,
        # While goods are on order their demand says how many there are.
        "figures": queries.get_progress(code) if found.state not in ("planned", "cut") else None,
        "short": sum(item.short for item in found.items),
        "series": queries.find_series(found.series_id),
        "gate": gate_words.say(f"round:{code}") if found.state in ("planned", "open") else [],
        "weekdays": [(number, gettext(name)) for number, name in WEEKDAYS],
    }
    return render(request, "merchant/round.html", context, status=422 if form.faults else 200)


@staff
@require_POST
def act(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """Open, stop or repeat a round, or take an item out of it."""
    _get(desk, code)  # another shop's is not there
    post = request.POST
    try:
        if post.get("do") == "open":
            community.open_round(shop_id=desk.shop.id, round_code=code, by=desk.person_id)
            messages.success(request, gettext("The round is open. From now on it does not change."))
        elif post.get("do") == "repeat":
            days = frozenset(int(day) for day in post.getlist("days") if day in "0123456" and len(day) == 1)
            community.repeat(shop_id=desk.shop.id, round_code=code, days=days, by=desk.person_id)
            messages.success(request, gettext("From now on the next round opens at every cut-off."))
        elif post.get("do") == "end_series":
            series = post.get("series", "")[:12]
            community.end_series(shop_id=desk.shop.id, series_code=series, by=desk.person_id)
            messages.success(request, gettext("It does not come again. The round that runs goes on."))
        elif post.get("do") == "remove":
            community.remove_item(shop_id=desk.shop.id, round_code=code, item_code=post.get("item", "")[:12])
        else:
            community.stop_round(
                shop_id=desk.shop.id,
                round_code=code,
                by=desk.person_id,
                reason=post.get("reason", "").strip()[:200],
            )
            messages.success(request, gettext("Stopped. Everybody who paid gets everything back."))
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(reverse("merchant:round", args=[code]))


@staff
@require_POST
def count(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """Write what arrived; it is shared out at once."""
    found = _get(desk, code)
    typed = {item.code: amounts.parse_count(request.POST.get(f"n-{item.code}", "")) for item in found.items}
    arrived = {item: units for item, units in typed.items() if units is not None}
    try:
        community.count(shop_id=desk.shop.id, round_code=code, arrived=arrived, by=desk.person_id)
        messages.success(request, gettext("Counted and shared out. Buyers are told in a moment."))
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(reverse("merchant:round", args=[code]))


@staff
@require_GET
def demand_file(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """The demand as a table for the supplier."""
    found = queries.find_demand(code, shop_id=desk.shop.id, language=desk.language)
    if found is None:
        raise Http404
    # The mark at the front makes spreadsheets read it as UTF-8.
    answer = HttpResponse("﻿" + queries.export_demand(found), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="demand-{found.code}.csv"'
    return answer


_PLAN = ("title_zh", "title_en", "region", *MOMENTS, "rate", "budget", "shortage", "unpicked")
_ITEM = ("variant", "price", "cap", "limit", "cost", "do")


def _get(desk: Desk, code: str) -> RoundView:
    return queries.get_round(code, language=desk.language, shop_id=desk.shop.id)


def _plan(form: Form, desk: Desk, gate: Gate) -> RoundPlan | None:
    values, zone = form.values, desk.shop.time_zone
    moments = [amounts.parse_moment(values[name], zone) for name in MOMENTS]
    rate = amounts.parse_minor(values["rate"], "CNY")  # 10.5 percent are 1,050 basis points
    budget = amounts.parse_minor(values["budget"], desk.shop.currency)
    form.need(gettext("Name"), bool(values["title_zh"] or values["title_en"]))
    form.need(gettext("Area"), bool(values["region"]))
    form.need(gettext("Dates"), all(moments))
    form.need(gettext("Leader's part in percent"), rate is not None)
    form.need(gettext("Most that leaders get in all"), budget is not None)
    starts, cutoff, arrives, until = moments
    if form.faults or not (starts and cutoff and arrives and until) or rate is None or budget is None:
        return None
    return RoundPlan(
        title_zh=values["title_zh"],
        title_en=values["title_en"],
        region=values["region"],
        starts_at=starts,
        cutoff_at=cutoff,
        arrives_at=arrives,
        pickup_until_at=until,
        commission_bps=rate,
        budget_minor=budget,
        shortage=values["shortage"] or "proportional",
        unpicked=values["unpicked"] or "refund",
        gate=gate,
    )


def _item(form: Form, desk: Desk) -> ItemPlan | None:
    values, currency = form.values, desk.shop.currency
    price = amounts.parse_minor(values["price"], currency)
    cost = amounts.parse_minor(values["cost"], currency) if values["cost"] else None
    cap, limit = amounts.parse_count(values["cap"]), amounts.parse_count(values["limit"])
    form.need(gettext("Choice"), values["variant"].isdigit() and len(values["variant"]) < 18)
    form.need(gettext("Price in this round"), price is not None)
    form.need(gettext("Most units"), bool(cap))
    form.need(gettext("Limit per person"), bool(limit))
    form.need(gettext("Cost of a piece"), not values["cost"] or cost is not None)
    if form.faults or price is None or not cap or not limit:
        return None
    return ItemPlan(
        variant_id=int(values["variant"]), price_minor=price, cap=cap, limit_per_person=limit, cost_minor=cost
    )


def _put(request: HttpRequest, desk: Desk, code: str, form: Form, wish: ItemPlan) -> bool:
    """Put an item into the round; what is refused stands above the form."""
    try:
        community.put_item(shop_id=desk.shop.id, round_code=code, wish=wish)
    except DomainError as error:
        form.faults.append(http.message_of(error))
        return False
    messages.success(request, gettext("It is in the round."))
    return True


def _warnings(found: RoundView, wish: ItemPlan, seen: Preview | None) -> list[tuple[str, str]]:
    """What the shop should know first; it may go on all the same."""
    if seen is None:
        return []
    own = [(one, gettext(WARNINGS[one])) for one in seen.warnings if one in WARNINGS]
    period = {"starts_at": found.starts_at, "ends_at": found.cutoff_at}
    return own + [("clash", words) for words in clashes.say(wish.variant_id, but="round", **period)]


def _preview(desk: Desk, code: str, form: Form, wish: ItemPlan) -> Preview | None:
    try:
        return queries.preview(shop_id=desk.shop.id, round_code=code, wish=wish)
    except DomainError as error:
        form.faults.append(http.message_of(error))
        return None


def _choices(desk: Desk) -> list[tuple[int, str, int]]:
    """Variants of the shop that can go into a round: id, name and price alone."""
    page = catalog_queries.page_shelf(shop_id=desk.shop.id, language=desk.language, status="active", limit=40)
    variants = [one for product in page.items for one in product.variants]
    prices = pricing_queries.list_prices([one.variant_id for one in variants], desk.shop.currency)
    return [
        (one.variant_id, " / ".join((one.product_title, *one.options)), prices[one.variant_id].amount_minor)
        for one in variants
        if one.variant_id in prices
    ]
