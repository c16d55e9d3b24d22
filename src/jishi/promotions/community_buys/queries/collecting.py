"""Reading what people collect: the buyer with the code, whoever hands out without it."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Q, QuerySet

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.catalog.contracts import VariantView
from jishi.kernel import clock, text
from jishi.people.accounts import queries as account_queries
from jishi.promotions.community_buys import rules
from jishi.promotions.community_buys.contracts import (
    CollectionState,
    CollectionView,
    LeaderState,
    PortionView,
    RoundState,
    Shortage,
    Unpicked,
)
from jishi.promotions.community_buys.errors import CollectionNotFound
from jishi.promotions.community_buys.models import MOST_TRIES, Collection, Portion
from jishi.promotions.community_buys.queries import leading

MOST = 200


def get_collection(
    order_code: str, *, viewer_id: int, language: str, at: datetime | None = None
) -> CollectionView:
    """Return a buyer's goods of one order, with the code that opens the hand.

    :raises CollectionNotFound: the viewer collects no such order.
    """
    rows = Collection.objects.filter(order_code=order_code, person_id=viewer_id)
    found = collection_views(rows, language=language, viewer_id=viewer_id, at=at)
    if not found:
        raise CollectionNotFound
    return found[0]


def list_own(person_id: int, *, language: str, at: datetime | None = None) -> tuple[CollectionView, ...]:
    """Return what a person ordered in rounds, newest first."""
    rows = Collection.objects.filter(person_id=person_id).order_by("-pk")[:40]
    return collection_views(rows, language=language, viewer_id=person_id, at=at)


def list_desk(person_id: int, *, language: str, at: datetime | None = None) -> tuple[CollectionView, ...]:
    """Return what waits or is on its way at the points for which a person hands out now; no codes."""
    now = clock.at_or_now(at)
    stands_in = Q(
        point__leader__substitute__person_id=person_id,
        point__leader__substitute__state=LeaderState.APPROVED,
        point__leader__substitute_until__gt=now,
    )
    own = Q(point__leader__person_id=person_id, point__leader__state=LeaderState.APPROVED)
    rows = Collection.objects.filter(own | stands_in).filter(
        state__in=[CollectionState.PAID, CollectionState.READY]
    )
    rows = rows.order_by("-ready_at", "point_id", "pk")[:MOST]
    return collection_views(rows, language=language, viewer_id=None, at=at)


def collection_views(
    rows: QuerySet[Collection], *, language: str, viewer_id: int | None, at: datetime | None = None
) -> tuple[CollectionView, ...]:
    """Show collections: four statements for any number of them. The code is the buyer's alone."""
    now = clock.at_or_now(at)
    found = list(rows.select_related("round", "point__leader__substitute"))
    portions: dict[int, list[Portion]] = {}
    lines = Portion.objects.filter(collection__in=found).select_related("item").order_by("pk")
    for portion in lines:
        portions.setdefault(portion.collection_id, []).append(portion)
    ids = {portion.item.variant_id for many in portions.values() for portion in many}
    variants = catalog_queries.find_variants(ids, language=language) if ids else {}
    people = account_queries.list_people({row.person_id for row in found}) if viewer_id is None else {}
    return tuple(
        CollectionView(
            order_code=row.order_code,
            round_code=row.round.code,
            round_title=text.pick(row.round.title, language),
            shop_id=row.round.shop_id,
            currency=row.round.currency,
            state=CollectionState(row.state),
            round_state=RoundState(row.round.state),
            point=leading.point_view(row.point, now),
            portions=tuple(_portion(one, variants) for one in portions.get(row.pk, ())),
            cutoff_at=row.round.cutoff_at,
            arrives_at=row.round.arrives_at,
            pickup_until_at=row.round.pickup_until_at,
            shortage=Shortage(row.round.shortage),
            unpicked=Unpicked(row.round.unpicked),
            secret=row.secret if viewer_id == row.person_id else "",
            attempts_left=MOST_TRIES - row.tries,
            buyer=people[row.person_id].nickname if row.person_id in people else "",
            commission_minor=row.commission_minor - row.commission_back_minor,
            short_minor=row.short_minor,
        )
        for row in found
    )


def _portion(row: Portion, variants: Mapping[int, VariantView]) -> PortionView:
    variant = variants.get(row.item.variant_id)
    given = row.given
    return PortionView(
        title=variant.product_title if variant else "",
        options=tuple(variant.options) if variant else (),
        image_url=variant.image_url if variant else "",
        quantity=row.quantity,
        given=given,
        paid_minor=row.paid_minor,
        back_minor=0
        if given is None
        else rules.back_minor(paid_minor=row.paid_minor, quantity=row.quantity, given=given),
    )
