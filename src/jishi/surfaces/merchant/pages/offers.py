"""Offers for buying together: product, kind, a form that the kind describes, warnings and a preview; then
watching and stopping.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.catalog.contracts import ProductView
from jishi.goods.pricing import queries as pricing_queries
from jishi.goods.pricing.contracts import PriceView
from jishi.kernel import audit, clock, http
from jishi.kernel.errors import N_, DomainError
from jishi.people.accounts.contracts import AudienceRef
from jishi.promotions.plays import operations as plays
from jishi.promotions.plays import queries as play_queries
from jishi.promotions.plays.contracts import MechanicView, OfferPreview, OfferWarning
from jishi.social.communities import queries as community_queries
from jishi.social.communities.contracts import AUDIENCE as MEMBERS
from jishi.surfaces.merchant import amounts
from jishi.surfaces.merchant.desk import Desk, staff
from jishi.surfaces.shell import phrases, refusals

CHOICES = 30
LATEST = 20
USUAL_LENGTH = timedelta(days=30)


@dataclass
class OfferForm:
    """What somebody typed, what it means, and what is wrong with it."""

    mechanic: MechanicView
    params: dict[str, str] = field(default_factory=dict)
    prices: dict[int, str] = field(default_factory=dict)
    starts: str = ""
    ends: str = ""
    limit: str = ""
    community: str = ""
    budget: str = ""
    costs: dict[int, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def need(self, name: str, is_fine: bool) -> None:
        """Note what makes no sense."""
        if not is_fine:
            self.faults.append(gettext("Please check: %(name)s.") % {"name": name})


@staff
@require_GET
def index(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The shop's offers, newest first."""
    found = play_queries.list_offers(shop_id=desk.shop.id)
    context = {
        "offers": found,
        "cards": catalog_queries.list_cards({offer.product_id for offer in found}, language=desk.language),
        "stats": play_queries.team_stats(shop_id=desk.shop.id),
        "kinds": {kind.code: gettext(kind.title) for kind in play_queries.list_mechanics()},
        "now": clock.now(),
    }
    return render(request, "merchant/offers.html", context)


@staff
@require_GET
def choose(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Choose the product of a new offer."""
    page = catalog_queries.page_shelf(
        shop_id=desk.shop.id,
        language=desk.language,
        text=request.GET.get("q", "").strip()[:60],
        status="active",
        cursor=request.GET.get("cursor") or None,
        limit=CHOICES,
    )
    community = request.GET.get("community", "").strip()[:40]
    return render(request, "merchant/offer_choose.html", {"page": page, "community": community})


@staff
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """The form of a new offer; "preview" shows what it would mean, "publish" makes it."""
    product = catalog_queries.find_product_by_code(code, language=desk.language)
    if product is None:
        raise Http404
    desk.own(product.shop_id)
    alone = pricing_queries.list_prices([v.variant_id for v in product.variants], desk.shop.currency)
    if request.method == "GET" and not request.GET.get("mechanic"):
        kinds = play_queries.list_mechanics()
        community = request.GET.get("community", "").strip()[:40]
        context = {"product": product, "kinds": kinds, "community": community}
        return render(request, "merchant/offer_kind.html", context)
    form = _form(request, desk, product)
    seen: OfferPreview | None = None
    warned: Sequence[OfferWarning] = ()
    if request.method == "POST":
        values = _values(form, desk)
        if not form.faults:
            seen, warned = _preview(form, desk, values), _warnings(form, desk, product, values)
        agreed = not warned or request.POST.get("agreed") == "1"
        if not form.faults and agreed and request.POST.get("do") == "publish":
            answer = _publish(request, desk, product, form, values)
            if answer is not None:
                return answer
    context = {
        "product": product,
        "form": form,
        "partnerships": community_queries.list_partnerships(desk.shop.id),
        "rows": [
            (v, alone[v.variant_id], form.prices.get(v.variant_id, ""), form.costs.get(v.variant_id, ""))
            for v in product.variants
            if v.variant_id in alone
        ],
        "params": [(one, form.params.get(one.name, one.default)) for one in form.mechanic.params],
        "lines": [phrases.say(line.message, line.params) for line in seen.lines] if seen else [],
        "warnings": [_warn(one, product) for one in warned],
        "figures": _figures(form, alone, values) if seen and not form.faults else None,
        "problems": [phrases.say(line.message, line.params) for line in seen.problems] if seen else [],
    }
    return render(request, "merchant/offer_form.html", context, status=422 if form.faults else 200)


def _form(request: HttpRequest, desk: Desk, product: ProductView) -> OfferForm:
    known = {kind.code: kind for kind in play_queries.list_mechanics()}
    wanted = request.POST.get("mechanic") or request.GET.get("mechanic") or next(iter(known))
    if wanted not in known:
        raise Http404
    form = OfferForm(known[wanted])
    now, zone = clock.now(), desk.shop.time_zone
    if request.method != "POST":
        form.starts = amounts.moment_field(now, zone)
        form.ends = amounts.moment_field(now + USUAL_LENGTH, zone)
        form.community = request.GET.get("community", "").strip()[:40]
        return form
    data: Mapping[str, str] = request.POST
    # An unticked box sends nothing, and that is its answer.
    form.params = {one.name: data.get(f"param-{one.name}", "") for one in form.mechanic.params}
    form.prices = {v.variant_id: data.get(f"price-{v.variant_id}", "").strip() for v in product.variants}
    form.costs = {v.variant_id: data.get(f"cost-{v.variant_id}", "").strip() for v in product.variants}
    form.budget = data.get("budget", "").strip()[:20]
    form.community = data.get("community", "").strip()[:40]
    form.starts, form.ends, form.limit = (
        data.get("starts", ""),
        data.get("ends", ""),
        data.get("limit", "").strip(),
    )
    return form


def _values(form: OfferForm, desk: Desk) -> dict[str, Any]:
    """The typed values as the operation wants them; faults go into the form."""
    currency, zone = desk.shop.currency, desk.shop.time_zone
    typed = {pk: amounts.parse_minor(text, currency) for pk, text in form.prices.items() if text}
    prices = {pk: value for pk, value in typed.items() if value is not None}
    costs = {pk: amounts.parse_minor(text, currency) for pk, text in form.costs.items() if text}
    budget = amounts.parse_minor(form.budget, currency) if form.budget else None
    form.need(gettext("Cost of a piece"), None not in costs.values())
    form.need(gettext("Budget"), budget is not None or not form.budget)
    form.need(gettext("Team price"), len(prices) == len(typed))
    starts: datetime | None = amounts.parse_moment(form.starts, zone)
    ends: datetime | None = amounts.parse_moment(form.ends, zone)
    limit = amounts.parse_count(form.limit)
    if not typed:
        form.faults.append(gettext("Give a team price for at least one choice."))
    form.need(gettext("Starts"), starts is not None)
    form.need(gettext("Ends"), ends is not None or not form.ends)
    form.need(gettext("Pieces set aside"), limit is not None or not form.limit)
    audience = AudienceRef(MEMBERS, form.community) if form.community else None
    return {
        "prices": prices,
        "starts_at": starts,
        "ends_at": ends,
        "stock_limit": limit,
        "budget_minor": budget,
        "costs": {pk: cost for pk, cost in costs.items() if cost is not None},
        "audience": audience,
    }


def _preview(form: OfferForm, desk: Desk, values: Mapping[str, Any]) -> OfferPreview | None:
    try:
        return play_queries.preview_offer(
            mechanic=form.mechanic.code,
            params=form.params,
            prices=values["prices"],
            currency=desk.shop.currency,
        )
    except DomainError as error:
        form.faults.append(http.message_of(error))
        return None


def _warnings(
    form: OfferForm, desk: Desk, product: ProductView, values: Mapping[str, Any]
) -> Sequence[OfferWarning]:
    """What the shop should know first; it may go on all the same."""
    try:
        return play_queries.list_warnings(
            product_id=product.product_id,
            mechanic=form.mechanic.code,
            params=form.params,
            prices=values["prices"],
            costs=values["costs"],
            currency=desk.shop.currency,
            starts_at=values["starts_at"],
            ends_at=values["ends_at"],
        )
    except DomainError:
        # The preview has said what is wrong.
        return ()


def _warn(found: OfferWarning, product: ProductView) -> str:
    """A warning as a sentence."""
    words = dict(found.params)
    names = {v.variant_id: " / ".join(v.options) or product.title for v in product.variants}
    words["name"] = names.get(words.get("variant", 0), product.title)
    if found.kind == "clash":
        kinds = {kind.code: gettext(kind.title) for kind in play_queries.list_mechanics()}
        words["kind"] = kinds.get(words["mechanic"], words["mechanic"])
        return gettext("This product has another offer in that time: %(kind)s (%(offer)s).") % words
    message = {
        "below_cost": N_("%(name)s: at %(price_minor)s you lose %(loss_minor)s on every piece."),
        "small": N_("%(name)s: %(price_minor)s is hardly less than the price alone."),
    }[found.kind]
    return phrases.say(message, words)


def _figures(
    form: OfferForm, alone: Mapping[int, PriceView], values: Mapping[str, Any]
) -> dict[str, int | None]:
    """The most the offer can cost, and what a piece earns at worst where its cost is known."""
    gaps = [alone[pk].amount_minor - price for pk, price in values["prices"].items() if pk in alone]
    most = max(gaps, default=0) * values["stock_limit"] if values["stock_limit"] else None
    bounds = [bound for bound in (most, values["budget_minor"]) if bound is not None]
    margins = [price - values["costs"][pk] for pk, price in values["prices"].items() if pk in values["costs"]]
    return {"liability": min(bounds, default=None), "margin": min(margins, default=None)}


def _publish(
    request: HttpRequest, desk: Desk, product: ProductView, form: OfferForm, values: Mapping[str, Any]
) -> HttpResponse | None:
    """Make the offer; None when it was refused and the form has to be shown again."""
    try:
        with transaction.atomic():
            made = plays.create_offer(
                shop_id=desk.shop.id,
                product_id=product.product_id,
                mechanic=form.mechanic.code,
                params=form.params,
                **values,
            )
            audit.record(
                actor_id=desk.person_id,
                action="plays.create_offer",
                subject=f"offer:{made.code}",
                detail={"shop": desk.shop.code, "product": product.code},
            )
    except DomainError as error:
        form.faults.append(http.message_of(error))
        return None
    messages.success(request, gettext("The offer is published."))
    return HttpResponseRedirect(reverse("merchant:offers"))


@staff
@require_GET
def watch(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """How an offer is doing now, with its latest teams or rallies."""
    seen = play_queries.watch_offer(code)
    desk.own(seen.offer.shop_id)
    cards = catalog_queries.list_cards([seen.offer.product_id], language=desk.language)
    context = {
        "seen": seen,
        "offer": seen.offer,
        "card": cards.get(seen.offer.product_id),
        "gathers": any(
            kind.code == seen.offer.mechanic and kind.gathers_friends
            for kind in play_queries.list_mechanics()
        ),
        "teams": play_queries.page_teams(offer_code=code, limit=LATEST).items,
        "rallies": play_queries.page_rallies(offer_code=code, limit=LATEST).items,
        "now": clock.now(),
    }
    return render(request, "merchant/offer_watch.html", context)


@staff
@require_http_methods(["GET", "POST"])
def helps(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Helps that somebody has to look at: they count, or they do not."""
    if request.method == "POST":
        given = amounts.parse_count(request.POST.get("help", "")) or 0
        shop_id = play_queries.find_shop_of_help(given)
        if shop_id is None:
            raise Http404
        desk.own(shop_id)
        try:
            with transaction.atomic():
                counts_now = request.POST.get("do") == "count"
                plays.review_help(help_id=given, by=desk.person_id, counts_now=counts_now)
                audit.record(
                    actor_id=desk.person_id,
                    action="plays.review_help",
                    subject=f"help:{given}",
                    detail={"shop": desk.shop.code, "counts": counts_now},
                )
        except DomainError as error:
            refusals.tell(request, error)
        return HttpResponseRedirect(reverse("merchant:helps"))
    return render(
        request, "merchant/helps.html", {"kept": play_queries.list_kept_helps(shop_id=desk.shop.id)}
    )


@staff
@require_POST
def stop(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """Stop an offer of this shop; running teams may fill unless they are to be closed too."""
    desk.own(play_queries.get_offer(code).shop_id)
    closes = request.POST.get("close_teams") == "1"
    try:
        with transaction.atomic():
            plays.stop_offer(offer_code=code, close_teams=closes)
            audit.record(
                actor_id=desk.person_id,
                action="plays.stop_offer",
                subject=f"offer:{code}",
                detail={"shop": desk.shop.code, "close_teams": closes},
            )
    except DomainError as error:
        refusals.tell(request, error)
    else:
        messages.success(request, gettext("The offer is stopped. Nobody can start under it any more."))
    return HttpResponseRedirect(reverse("merchant:offers"))
