"""Shops set up and stop offers; the catalogue's badge follows the period by a sweep."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Case, F, Q, Value, When
from django.db.models.fields import BooleanField

from jishi.goods.catalog import operations as catalog
from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.merchants import queries as merchant_queries
from jishi.goods.pricing import queries as price_queries
from jishi.kernel import clock, locks, policy
from jishi.people.accounts import ports as accounts
from jishi.people.accounts.contracts import AudienceRef
from jishi.promotions.plays import mechanics, queries, rules
from jishi.promotions.plays.contracts import OfferStatus, OfferView, TeamState
from jishi.promotions.plays.errors import (
    AudienceNotAgreed,
    OfferOverlaps,
    OfferPeriodEmpty,
    OfferPriceTooHigh,
    OfferVariantsWrong,
    ParamsContradict,
    PrizeTooDear,
    SettingForbidden,
    VirtualCompletionRefused,
)
from jishi.promotions.plays.models import Offer, OfferPrice, Team
from jishi.promotions.plays.operations import endings, locked, rally_orders
from jishi.promotions.plays.rules import Mechanic, Terms
from jishi.social.communities import queries as community_queries
from jishi.social.communities.contracts import AUDIENCE as MEMBERS


def create_offer(
    *,
    shop_id: int,
    product_id: int,
    mechanic: str,
    params: Mapping[str, Any],
    prices: Mapping[int, int],
    starts_at: datetime,
    ends_at: datetime | None = None,
    stock_limit: int | None = None,
    budget_minor: int | None = None,
    costs: Mapping[int, int] | None = None,
    audience: AudienceRef | None = None,
    at: datetime | None = None,
) -> OfferView:
    """Publish an offer for one product. `prices` gives the team price (or the lowest price) of each variant.

    With an `audience` only its people see and use it; a product may have such an offer beside its public one,
    and one of each mechanic. `budget_minor` bounds all discounts together; `costs` is what units cost the
    shop.

    :raises MechanicUnknown: / ParamRefused: what it is or a setting of no sense in it.
    :raises VirtualCompletionRefused: / SettingForbidden: / PrizeTooDear: it uses what the rule pack forbids.
    :raises ParamsContradict: / OfferPeriodEmpty: / OfferVariantsWrong: / OfferPriceTooHigh: no sense in it.
    :raises OfferOverlaps: the product has an offer in that period.
    :raises AudienceNotAgreed: the owner of the community has not agreed with the shop.
    """
    now = clock.at_or_now(at)
    kind = mechanics.get(mechanic)
    clean = rules.clean_params(kind.params, params)
    _check_law(kind, clean)
    if kind.problems(clean):
        raise ParamsContradict()
    if (ends_at is not None and ends_at <= max(starts_at, now)) or (
        (stock_limit is not None and stock_limit < 1) or (budget_minor is not None and budget_minor < 1)
    ):
        raise OfferPeriodEmpty()
    _check_agreed(shop_id, audience)
    currency = merchant_queries.get_shop(shop_id).currency
    _check_prices(shop_id, product_id, prices, currency, lowest=0 if kind.allows_free else 1)
    _check_prize(kind.terms(clean), prices, currency)
    with transaction.atomic():
        locks.advisory("plays.product", product_id)
        _check_overlap(product_id, mechanic, starts_at, ends_at, audience)
        offer = Offer.objects.create(
            mechanic=mechanic,
            shop_id=shop_id,
            product_id=product_id,
            currency=currency,
            params=clean,
            starts_at=starts_at,
            ends_at=ends_at,
            status=OfferStatus.ON,
            stock_limit=stock_limit,
            budget_minor=budget_minor,
            audience_kind=audience.kind if audience else "",
            audience_key=audience.key if audience else "",
            created_at=now,
        )
        OfferPrice.objects.bulk_create(
            OfferPrice(
                offer=offer,
                variant_id=variant_id,
                price_minor=price,
                cost_minor=(costs or {}).get(variant_id),
            )
            for variant_id, price in sorted(prices.items())
        )
        _switch_badge(offer, now)
    return queries.get_offer(offer.code, at=now)


def stop_offer(*, offer_code: str, close_teams: bool = False, at: datetime | None = None) -> OfferView:
    """Stop an offer: nobody starts under it any more. What runs may come to its end, unless it is to be
    closed
    as well.

    :raises OfferNotFound: there is none.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        offer = locked.offer_by_code(offer_code)
        offer.status = OfferStatus.STOPPED
        offer.save(update_fields=["status"])
        _switch_badge(offer, now)
        if close_teams:
            running = Team.objects.filter(offer=offer, state__in=[TeamState.STARTING, TeamState.OPEN])
            for team in running.order_by("pk").select_for_update(no_key=True):
                endings.fail(locked.play(offer, team), "offer_stopped", at=now)
            rally_orders.stop_rallies(offer, at=now)
    return queries.get_offer(offer_code, at=now)


def stop_partner_offers(*, shop_id: int, slug: str, at: datetime | None = None) -> int:
    """Stop a shop's running offers for the members of a community; return how many there were."""
    now = clock.at_or_now(at)
    running = Offer.objects.filter(
        shop_id=shop_id, audience_kind=MEMBERS, audience_key=slug, status=OfferStatus.ON
    )
    codes = list(running.order_by("pk").values_list("code", flat=True))
    for code in codes:
        stop_offer(offer_code=code, at=now)
    return len(codes)


def switch_badges(at: datetime | None = None) -> int:
    """Show or hide the catalogue's badge of offers whose period began or ended; return how many changed."""
    now = clock.at_or_now(at)
    wanted = Case(
        When(queries.running(now) & Q(audience_kind="", mechanic__in=_with_badge()), then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )
    changed = 0
    stale = Offer.objects.annotate(wanted=wanted).exclude(badge_shown=F("wanted"))
    # Ending badges first: a product's next offer must not have its badge taken away by the last one.
    for offer_id in list(stale.order_by("wanted", "pk").values_list("pk", flat=True)):
        with transaction.atomic():
            offer = Offer.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=offer_id).first()
            changed += _switch_badge(offer, now) if offer is not None else 0
    return changed


def _switch_badge(offer: Offer, at: datetime) -> int:
    """Make the badge of a locked offer say what is true at an instant."""
    # A badge stands in lists that everybody reads, so an offer for some people never has one.
    public = not offer.audience_kind and offer.mechanic in _with_badge()
    wanted = public and Offer.objects.filter(queries.running(at), pk=offer.pk).exists()
    if wanted == offer.badge_shown:
        return 0
    other_shown = Offer.objects.filter(product_id=offer.product_id, badge_shown=True).exclude(pk=offer.pk)
    if wanted:
        lowest = min(offer.prices.values_list("price_minor", flat=True))
        size = locked.terms_of(offer).size
        badge = {
            "kind": offer.mechanic,
            "size": size,
            "price_minor": lowest,
            "currency": offer.currency,
            "offer": offer.code,
        }
        catalog.set_badge(product_id=offer.product_id, badge=badge)
    elif not other_shown.exists():
        catalog.set_badge(product_id=offer.product_id, badge=None)
    offer.badge_shown = wanted
    offer.save(update_fields=["badge_shown"])
    return 1


def _with_badge() -> list[str]:
    """The mechanics that cards show: those with a price for everybody who joins."""
    return [kind.code for kind in mechanics.MECHANICS.values() if kind.rally is None]


def _check_law(kind: Mechanic, params: Mapping[str, Any]) -> None:
    for name, path in kind.pack_rules.items():
        if params[name] and not policy.pack().get(path, False):
            raise VirtualCompletionRefused if name == "virtual_completion" else SettingForbidden(param=name)


def _check_prize(terms: Terms, prices: Mapping[int, int], currency: str) -> None:
    """A draw's goods are a prize, and the rule pack bounds what a prize may be worth."""
    cap = policy.pack().get("prizes.max_value_minor", 0)
    worth = max(view.amount_minor for view in price_queries.list_prices(prices, currency).values())
    if terms.draw_winners and cap and worth > cap:
        raise PrizeTooDear(limit_minor=cap, currency=currency)


def _check_agreed(shop_id: int, audience: AudienceRef | None) -> None:
    if audience is None:
        return
    # Segments and levels are the house's own; only the members of a community have somebody to ask.
    if not accounts.is_known(audience.kind):
        raise AudienceNotAgreed(audience=audience.key[:80])
    if audience.kind == MEMBERS and not community_queries.is_partner(audience.key, shop_id):
        raise AudienceNotAgreed(audience=audience.key[:80])


def _check_prices(
    shop_id: int, product_id: int, prices: Mapping[int, int], currency: str, *, lowest: int
) -> None:
    variants = catalog_queries.find_variants(prices, language="en")
    known = [v for v in variants.values() if v.product_id == product_id and v.shop_id == shop_id]
    if not prices or len(known) != len(prices):
        raise OfferVariantsWrong()
    alone = price_queries.list_prices(prices, currency)
    for variant_id, price in prices.items():
        if type(price) is not int or price < lowest:
            raise OfferPriceTooHigh()
        if variant_id not in alone or price >= alone[variant_id].amount_minor:
            raise OfferPriceTooHigh(alone_minor=alone[variant_id].amount_minor if variant_id in alone else 0)


def _check_overlap(
    product_id: int,
    mechanic: str,
    starts_at: datetime,
    ends_at: datetime | None,
    audience: AudienceRef | None,
) -> None:
    same = Offer.objects.filter(
        product_id=product_id,
        mechanic=mechanic,
        status=OfferStatus.ON,
        audience_kind=audience.kind if audience else "",
        audience_key=audience.key if audience else "",
    )
    same = same.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=starts_at))
    if ends_at is not None:
        same = same.filter(starts_at__lt=ends_at)
    other = same.values_list("code", flat=True).first()
    if other is not None:
        raise OfferOverlaps(offer=other)
