"""Reading flash sales: slots, what a shopper sees, what a shop enrolled, what operators watch."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Count, Q

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.catalog.contracts import VariantView
from jishi.goods.inventory import queries as inventory_queries
from jishi.goods.merchants import queries as merchant_queries
from jishi.goods.pricing import queries as pricing_queries
from jishi.goods.pricing.contracts import PriceView
from jishi.kernel import clock, text
from jishi.promotions.flash_sales import rules
from jishi.promotions.flash_sales.contracts import ItemState, ItemView, Preview, SlotView, Wish
from jishi.promotions.flash_sales.errors import ItemNotFound, SlotNotFound
from jishi.promotions.flash_sales.models import LIVE_CLAIMS, LIVE_ITEMS, Claim, Item, Reminder, Slot
from jishi.promotions.plays import queries as play_queries

SHOWN = (ItemState.APPROVED, ItemState.OPEN, ItemState.CLOSED)
LOOK_BACK = timedelta(hours=12)
LOOK_AHEAD = timedelta(days=3)
MOST_SLOTS = 8
MOST_ITEMS = 60


def list_slots(*, language: str, at: datetime | None = None) -> tuple[SlotView, ...]:
    """Return the slots a shopper can choose from, in order of time: just over, on, and coming."""
    now = clock.at_or_now(at)
    rows = Slot.objects.filter(
        ends_at__gt=now - LOOK_BACK, starts_at__lt=now + LOOK_AHEAD, stopped_at=None
    ).annotate(shown=Count("items", filter=Q(items__state__in=SHOWN)))
    found = [slot_view(row, language=language, at=now, items=row.shown) for row in rows.order_by("starts_at")]
    filled = [slot for slot in found if slot.items]
    past = [slot for slot in filled if slot.phase == "ended"][-2:]
    return (*past, *(slot for slot in filled if slot.phase != "ended"))[:MOST_SLOTS]


def list_enrollable(*, language: str, at: datetime | None = None) -> tuple[SlotView, ...]:
    """Return the slots that take enrolments."""
    now = clock.at_or_now(at)
    rows = Slot.objects.filter(enrol_until__gt=now, stopped_at=None).order_by("starts_at")
    return tuple(slot_view(row, language=language, at=now) for row in rows[:40])


def list_all_slots(*, language: str, at: datetime | None = None) -> tuple[SlotView, ...]:
    """Return the latest slots for operators, newest first, with how many enrolments wait for a decision."""
    now = clock.at_or_now(at)
    rows = Slot.objects.annotate(
        shown=Count("items", filter=Q(items__state__in=SHOWN)),
        waiting=Count("items", filter=Q(items__state=ItemState.APPLIED)),
    )
    return tuple(
        slot_view(row, language=language, at=now, items=row.shown, waiting=row.waiting)
        for row in rows.order_by("-starts_at")[:40]
    )


def get_slot(code: str, *, language: str, at: datetime | None = None) -> SlotView:
    """Return one slot.

    :raises SlotNotFound: there is none.
    """
    row = Slot.objects.filter(code=code).first()
    if row is None:
        raise SlotNotFound
    return slot_view(row, language=language, at=clock.at_or_now(at))


def list_items(
    *, slot_code: str, viewer_id: int | None, language: str, at: datetime | None = None
) -> tuple[ItemView, ...]:
    """Return the items of a slot as a shopper sees them; what can still be had first."""
    rows = Item.objects.select_related("slot").filter(slot__code=slot_code, state__in=SHOWN)
    views = item_views(rows.order_by("pk")[:MOST_ITEMS], viewer_id=viewer_id, language=language, at=at)
    return tuple(sorted(views, key=lambda view: (view.available == 0, view.code)))


def get_item(code: str, *, viewer_id: int | None, language: str, at: datetime | None = None) -> ItemView:
    """Return one item as a shopper sees it.

    :raises ItemNotFound: there is none that shoppers may see.
    """
    rows = Item.objects.select_related("slot").filter(code=code, state__in=SHOWN)
    views = item_views(rows, viewer_id=viewer_id, language=language, at=at)
    if not views:
        raise ItemNotFound
    return views[0]


def list_for_product(
    product_id: int, *, viewer_id: int | None, language: str, at: datetime | None = None
) -> tuple[ItemView, ...]:
    """Return a product's items that are on sale or coming, the one that matters most first."""
    now = clock.at_or_now(at)
    rows = Item.objects.select_related("slot").filter(
        product_id=product_id,
        state__in=[ItemState.APPROVED, ItemState.OPEN],
        slot__ends_at__gt=now,
        slot__starts_at__lt=now + LOOK_AHEAD,
        slot__stopped_at=None,
    )
    return item_views(
        rows.order_by("slot__starts_at", "pk")[:6], viewer_id=viewer_id, language=language, at=now
    )


def list_of_shop(
    shop_id: int, *, language: str, limit: int = 60, at: datetime | None = None
) -> tuple[ItemView, ...]:
    """Return what a shop enrolled, newest first, whatever became of it."""
    rows = Item.objects.select_related("slot").filter(shop_id=shop_id).order_by("-pk")[:limit]
    return item_views(rows, viewer_id=None, language=language, at=at)


def list_of_slot(slot_code: str, *, language: str, at: datetime | None = None) -> tuple[ItemView, ...]:
    """Return everything enrolled for a slot, for operators: what waits for a decision first."""
    rows = Item.objects.select_related("slot").filter(slot__code=slot_code).order_by("pk")[:300]
    views = item_views(rows, viewer_id=None, language=language, at=at)
    return tuple(sorted(views, key=lambda view: view.state != ItemState.APPLIED))


def find_claim(*, item_code: str, person_id: int) -> str | None:
    """Return the order by which a person has units of an item now."""
    rows = Claim.objects.filter(item__code=item_code, person_id=person_id, state__in=LIVE_CLAIMS)
    return rows.values_list("order_code", flat=True).first()


def is_enrolled(variant_id: int, *, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether a variant has a place in a slot that overlaps with these times."""
    rows = Item.objects.filter(variant_id=variant_id, state__in=LIVE_ITEMS, slot__stopped_at=None)
    return rows.filter(slot__starts_at__lt=ends_at, slot__ends_at__gt=starts_at).exists()


def priced_variant(shop_id: int, variant_id: int) -> tuple[VariantView, PriceView]:
    """Return a shop's variant and its price in the shop's currency.

    :raises ItemNotFound: it is not this shop's, cannot be sold, or has no price.
    """
    variant = catalog_queries.find_variants([variant_id], language="zh-hans").get(variant_id)
    if variant is None or variant.shop_id != shop_id or not variant.is_sellable:
        raise ItemNotFound
    currency = merchant_queries.get_shop(shop_id).currency
    price = pricing_queries.list_prices([variant_id], currency).get(variant_id)
    if price is None:
        raise ItemNotFound
    return variant, price


def preview(*, shop_id: int, wish: Wish, at: datetime | None = None) -> Preview:
    """Say what an enrolment would mean, with its warnings. Nothing is written.

    :raises SlotNotFound: there is no such slot.
    :raises ItemNotFound: the variant is not this shop's, or has no price.
    :raises WishInvalid: / PriceTooHigh: the numbers make no sense.
    """
    slot = Slot.objects.filter(code=wish.slot_code).first()
    if slot is None:
        raise SlotNotFound
    variant, price = priced_variant(shop_id, wish.variant_id)
    rules.check_wish(wish, list_minor=price.amount_minor)
    shop = merchant_queries.get_shop(shop_id)
    lowest = pricing_queries.list_lowest_prices([wish.variant_id], price.currency, until=clock.at_or_now(at))
    clash = is_enrolled(wish.variant_id, starts_at=slot.starts_at, ends_at=slot.ends_at) or bool(
        play_queries.find_offer(product_id=variant.product_id, at=slot.starts_at)
    )
    return rules.preview(
        wish,
        list_minor=price.amount_minor,
        lowest_minor=lowest.get(wish.variant_id),
        commission_bps=shop.commission_bps,
        free_units=inventory_queries.list_available([wish.variant_id])[wish.variant_id],
        clash=clash,
    )


def slot_view(row: Slot, *, language: str, at: datetime, items: int = 0, waiting: int = 0) -> SlotView:
    """Show a slot in one language."""
    return SlotView(
        code=row.code,
        title=text.pick(row.title, language),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        enrol_until=row.enrol_until,
        phase=rules.phase(starts_at=row.starts_at, ends_at=row.ends_at, stopped_at=row.stopped_at, at=at),
        items=items,
        waiting=waiting,
    )


def item_views(
    rows: Iterable[Item], *, viewer_id: int | None, language: str, at: datetime | None = None
) -> tuple[ItemView, ...]:
    """Show items to a viewer: three statements for any number of them."""
    found = list(rows)
    if not found:
        return ()
    now = clock.at_or_now(at)
    variants = catalog_queries.find_variants({row.variant_id for row in found}, language=language)
    shops = merchant_queries.list_shops({row.shop_id for row in found}, language=language)
    own, reminded = _own(found, viewer_id)
    views = []
    for row in found:
        variant = variants.get(row.variant_id)
        if variant is None:
            continue
        slot = slot_view(row.slot, language=language, at=now)
        views.append(
            _item_view(
                row,
                slot=slot,
                variant=variant,
                shop_name=shops[row.shop_id].name,
                order_code=own.get(row.pk, ""),
                has_reminder=row.pk in reminded,
            )
        )
    return tuple(views)


def _own(rows: Sequence[Item], viewer_id: int | None) -> tuple[dict[int, str], set[int]]:
    if viewer_id is None:
        return {}, set()
    ids = [row.pk for row in rows]
    claims = Claim.objects.filter(item_id__in=ids, person_id=viewer_id, state__in=LIVE_CLAIMS)
    reminders = Reminder.objects.filter(item_id__in=ids, person_id=viewer_id)
    return dict(claims.values_list("item_id", "order_code")), set(reminders.values_list("item_id", flat=True))


def _item_view(
    row: Item, *, slot: SlotView, variant: VariantView, shop_name: str, order_code: str, has_reminder: bool
) -> ItemView:
    return ItemView(
        code=row.code,
        slot=slot,
        shop_id=row.shop_id,
        shop_name=shop_name,
        product_id=row.product_id,
        product_code=variant.product_code,
        product_slug=variant.product_slug,
        variant_id=row.variant_id,
        title=variant.product_title,
        options=tuple(variant.options),
        image_url=variant.image_url,
        currency=row.currency,
        price_minor=row.price_minor,
        list_minor=row.list_minor,
        allocation=row.allocation,
        has_gate=row.state == ItemState.OPEN and not row.terms,
        limit_per_person=row.limit_per_person,
        available=row.available,
        held=row.held,
        sold=row.sold,
        back=row.back,
        state=ItemState(row.state),
        reason=row.reason,
        face=rules.face(
            state=row.state,
            slot=slot.phase,
            available=row.available,
            held=row.held,
            has_claim=bool(order_code),
        ),
        order_code=order_code,
        has_reminder=has_reminder,
        cost_minor=row.cost_minor,
    )
