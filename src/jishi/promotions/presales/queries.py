"""Reading presales and reservations: frozen views, a bounded number of statements."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, Sum

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.catalog.contracts import VariantView
from jishi.goods.inventory import queries as inventory_queries
from jishi.goods.merchants import queries as merchant_queries
from jishi.goods.pricing import queries as pricing_queries
from jishi.goods.pricing.contracts import PriceView
from jishi.kernel import clock, policy, text
from jishi.promotions.plays import queries as play_queries
from jishi.promotions.presales import rules
from jishi.promotions.presales.contracts import (
    Figures,
    PresalePlan,
    PresaleState,
    PresaleView,
    Preview,
    ReservationState,
    ReservationView,
)
from jishi.promotions.presales.errors import PresaleNotFound, VariantUnknown
from jishi.promotions.presales.models import Presale, Reservation


def get_presale(
    code: str, *, language: str, viewer_id: int | None = None, at: datetime | None = None
) -> PresaleView:
    """Return a presale as a viewer sees it.

    :raises PresaleNotFound: there is none.
    """
    found = presale_views(Presale.objects.filter(code=code), language=language, viewer_id=viewer_id, at=at)
    if not found:
        raise PresaleNotFound
    return found[0]


def list_presales(
    *, language: str, viewer_id: int | None = None, at: datetime | None = None
) -> tuple[PresaleView, ...]:
    """Return the presales whose deposit or balance is taken now or soon, and those the viewer is in."""
    now = clock.at_or_now(at)
    rows = Presale.objects.filter(state=PresaleState.OPEN, balance_until_at__gt=now)
    if viewer_id is not None:
        mine = Reservation.objects.filter(person_id=viewer_id).values("presale_id")
        rows = rows | Presale.objects.filter(pk__in=mine)
    return presale_views(rows.order_by("-pk").distinct()[:40], language=language, viewer_id=viewer_id, at=at)


def list_of_shop(
    shop_id: int | None, *, language: str, at: datetime | None = None
) -> tuple[PresaleView, ...]:
    """Return a shop's presales, or with None everybody's, newest first."""
    rows = Presale.objects.order_by("-pk")
    if shop_id is not None:
        rows = rows.filter(shop_id=shop_id)
    return presale_views(rows[:60], language=language, at=at)


def find_of_payment(order_codes: Iterable[str], *, at: datetime | None = None) -> ReservationView | None:
    """Return the reservation whose deposit a payment is for, if it is one."""
    row = Reservation.objects.select_related("presale").filter(code__in=list(order_codes)).first()
    return None if row is None else _reservation(row, row.presale)


def get_figures(code: str) -> Figures:
    """Return how a presale goes, by the reservations there are."""
    rows = Reservation.objects.filter(presale__code=code).values_list("state")
    found = {
        state: (n, minor) for state, n, minor in rows.annotate(n=Count("pk"), minor=Sum("deposit_minor"))
    }
    held = (ReservationState.DEPOSITED, ReservationState.ORDERED, ReservationState.BOUGHT)
    return Figures(
        states={state: n for state, (n, _) in found.items()},
        deposits_minor=sum(found[one][1] for one in held if one in found),
        kept_minor=found.get(ReservationState.FORFEITED, (0, 0))[1],
        balances=found.get(ReservationState.BOUGHT, (0, 0))[0],
    )


def preview(*, shop_id: int, wish: PresalePlan, at: datetime | None = None) -> Preview:
    """Say what a presale would mean, with its warnings. Nothing is written.

    :raises VariantUnknown: / PlanInvalid: it cannot be.
    """
    variant, price = priced_variant(shop_id, wish.variant_id)
    rules.check_plan(wish, list_minor=price.amount_minor, at=clock.at_or_now(at))
    clash = play_queries.find_offer(product_id=variant.product_id, at=wish.starts_at) is not None
    return rules.preview(
        wish,
        list_minor=price.amount_minor,
        commission_bps=merchant_queries.get_shop(shop_id).commission_bps,
        free_units=inventory_queries.list_available([wish.variant_id])[wish.variant_id],
        forfeits=bool(policy.pack().get("presales.forfeit", False)),
        clash=clash,
    )


def is_sold_ahead(variant_id: int, *, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether a presale of a variant runs at some time between these."""
    rows = Presale.objects.filter(variant_id=variant_id, state=PresaleState.OPEN)
    return rows.filter(starts_at__lt=ends_at, balance_until_at__gt=starts_at).exists()


def priced_variant(shop_id: int, variant_id: int) -> tuple[VariantView, PriceView]:
    """Return a shop's variant and its price in the shop's currency.

    :raises VariantUnknown: it is not this shop's, cannot be sold, or has no price.
    """
    variant = catalog_queries.find_variants([variant_id], language=text.LANGUAGES[0]).get(variant_id)
    if variant is None or variant.shop_id != shop_id or not variant.is_sellable:
        raise VariantUnknown
    currency = merchant_queries.get_shop(shop_id).currency
    price = pricing_queries.list_prices([variant_id], currency).get(variant_id)
    if price is None:
        raise VariantUnknown
    return variant, price


def presale_views(
    rows: Iterable[Presale], *, language: str, viewer_id: int | None = None, at: datetime | None = None
) -> tuple[PresaleView, ...]:
    """Show presales to a viewer: four statements for any number of them."""
    found, now = list(rows), clock.at_or_now(at)
    if not found:
        return ()
    variants = catalog_queries.find_variants({row.variant_id for row in found}, language=language)
    shops = merchant_queries.list_shops({row.shop_id for row in found}, language=language)
    mine: dict[int, Reservation] = {}
    if viewer_id is not None:
        own = Reservation.objects.filter(presale__in=found, person_id=viewer_id).order_by("pk")
        mine = {one.presale_id: one for one in own}  # the latest of each
    return tuple(
        _presale(row, variants[row.variant_id], shops[row.shop_id].name, mine.get(row.pk), now)
        for row in found
        if row.variant_id in variants
    )


def _presale(
    row: Presale, variant: VariantView, shop_name: str, mine: Reservation | None, now: datetime
) -> PresaleView:
    left = max(0, row.units - row.held - row.taken - row.back)
    return PresaleView(
        code=row.code,
        shop_id=row.shop_id,
        shop_name=shop_name,
        variant_id=row.variant_id,
        product_id=row.product_id,
        product_code=variant.product_code,
        product_slug=variant.product_slug,
        title=variant.product_title,
        options=tuple(variant.options),
        image_url=variant.image_url,
        currency=row.currency,
        price_minor=row.price_minor,
        list_minor=row.list_minor,
        deposit_minor=row.deposit_minor,
        worth_minor=row.worth_minor,
        cost_minor=row.cost_minor,
        units=row.units,
        held=row.held,
        taken=row.taken,
        left=left,
        limit_per_person=row.limit_per_person,
        forfeits=row.forfeits,
        starts_at=row.starts_at,
        deposit_until_at=row.deposit_until_at,
        balance_from_at=row.balance_from_at,
        balance_until_at=row.balance_until_at,
        state=PresaleState(row.state),
        face=rules.face(
            state=row.state,
            starts_at=row.starts_at,
            deposit_until_at=row.deposit_until_at,
            balance_from_at=row.balance_from_at,
            balance_until_at=row.balance_until_at,
            left=left,
            at=now,
        ),
        reason=row.reason,
        mine=_reservation(mine, row) if mine is not None else None,
    )


def _reservation(one: Reservation, row: Presale) -> ReservationView:
    return ReservationView(
        code=one.code,
        presale_code=row.code,
        person_id=one.person_id,
        quantity=one.quantity,
        state=ReservationState(one.state),
        deposit_minor=one.deposit_minor,
        worth_minor=one.worth_minor,
        balance_minor=row.price_minor * one.quantity - one.worth_minor,
        intent_code=one.intent_code,
        order_code=one.order_code or "",
        due_at=one.due_at,
        can_withdraw=rules.can_withdraw(state=one.state, forfeits=row.forfeits),
    )
