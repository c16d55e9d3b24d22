"""Reading rallies: as their viewers see them, in lists, and the helps that wait to be looked at."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count

from jishi.goods.merchants import queries as merchant_queries
from jishi.kernel import clock
from jishi.kernel.errors import InvariantBroken
from jishi.kernel.paging import Page, decode_cursor, encode_cursor
from jishi.people.accounts import queries as account_queries
from jishi.promotions.plays import mechanics, rules
from jishi.promotions.plays.contracts import (
    HelperRow,
    HelpState,
    HelpView,
    KeptHelp,
    OfferView,
    RallyRow,
    RallyState,
    RallyView,
)
from jishi.promotions.plays.errors import OfferMembersOnly, RallyNotFound
from jishi.promotions.plays.models import Help, Offer, Rally
from jishi.promotions.plays.queries import teams

_USED = """
SELECT t.scope, t.key, t.used FROM plays_tally t
JOIN unnest(%s::text[], %s::text[]) AS w(scope, key) ON w.scope = t.scope AND w.key = t.key
WHERE t.offer_id = %s
"""
MAX_PAGE = 100
SHOWN_HELPERS = 30
WITH_HELPERS = [kind.code for kind in mechanics.MECHANICS.values() if kind.rally is not None]


def get_rally(code: str, *, viewer_id: int | None, at: datetime | None = None) -> RallyView:
    """Return a rally as one viewer sees it.

    :raises RallyNotFound: there is none.
    :raises OfferMembersOnly: it is for an audience that the viewer is not in, and they are not in it.
    """
    now = clock.at_or_now(at)
    rally = Rally.objects.select_related("offer").filter(code=code).first()
    if rally is None:
        raise RallyNotFound(rally=code[:12])
    own = Help.objects.filter(rally=rally, person_id=viewer_id).first() if viewer_id else None
    mine = viewer_id is not None and (own is not None or rally.starter_id == viewer_id)
    if not mine and not teams.is_for(rally.offer, viewer_id):
        raise OfferMembersOnly(audience=rally.offer.audience_key)
    return _view(rally, viewer_id, own, now)


def find_rally_of(offer_code: str, *, person_id: int | None, at: datetime | None = None) -> RallyRow | None:
    """Return what somebody has going under an offer, if anything."""
    if person_id is None:
        return None
    live = Rally.objects.filter(
        offer__code=offer_code, starter_id=person_id, state__in=rules.LIVE_RALLIES
    ).select_related("offer")
    rows = _rows(list(live[:1]))
    return rows[0] if rows else None


def list_rallies_of(person_id: int, *, limit: int = 30) -> tuple[RallyRow, ...]:
    """Return what somebody started, the newest first."""
    rows = Rally.objects.filter(starter_id=person_id).select_related("offer").order_by("-pk")
    return tuple(_rows(list(rows[:limit])))


def find_rally_of_order(order_code: str) -> RallyRow | None:
    """Return the rally that an order buys, if it buys one."""
    rows = _rows(list(Rally.objects.filter(order_code=order_code).select_related("offer")[:1]))
    return rows[0] if rows else None


def page_rallies(
    *,
    shop_id: int | None = None,
    offer_code: str | None = None,
    mechanic: str | None = None,
    state: str | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page[RallyRow]:
    """Return rallies for consoles, the newest first. The caller has checked who may see them.

    :raises BadCursor: the cursor was not made here.
    """
    rows = Rally.objects.select_related("offer")
    if shop_id is not None:
        rows = rows.filter(offer__shop_id=shop_id)
    if offer_code:
        rows = rows.filter(offer__code=offer_code)
    if mechanic:
        rows = rows.filter(offer__mechanic=mechanic)
    if state:
        rows = rows.filter(state=state)
    if cursor:
        rows = rows.filter(pk__lt=decode_cursor(cursor)[0])
    limit = max(1, min(limit, MAX_PAGE))
    found = list(rows.order_by("-pk")[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    return Page(_rows(found), encode_cursor(found[-1].pk) if more else None)


def count_rallies(*, shop_id: int | None = None, mechanic: str | None = None) -> dict[str, int]:
    """Return how many rallies stand in each state."""
    rows = Rally.objects.order_by()
    if shop_id is not None:
        rows = rows.filter(offer__shop_id=shop_id)
    if mechanic:
        rows = rows.filter(offer__mechanic=mechanic)
    counted = dict(rows.values_list("state").annotate(n=Count("pk")))
    return {state.value: counted.get(state.value, 0) for state in RallyState}


def list_kept_helps(*, shop_id: int | None = None, limit: int = 50) -> tuple[KeptHelp, ...]:
    """Return helps that somebody has to look at, the oldest first."""
    rows = Help.objects.filter(state=HelpState.KEPT).select_related("rally", "offer").order_by("pk")
    if shop_id is not None:
        rows = rows.filter(offer__shop_id=shop_id)
    found = list(rows[:limit])
    people = account_queries.list_people(
        {one.person_id for one in found} | {one.rally.starter_id for one in found}
    )
    return tuple(
        KeptHelp(
            id=one.pk,
            rally_code=one.rally.code,
            mechanic=one.offer.mechanic,
            shop_id=one.offer.shop_id,
            product_id=one.offer.product_id,
            starter=people[one.rally.starter_id],
            person=people[one.person_id],
            signals=tuple(one.signals),
            at=one.at,
        )
        for one in found
    )


def find_shop_of_help(help_id: int) -> int | None:
    """Return whose offer a help belongs to."""
    return Help.objects.filter(pk=help_id).values_list("offer__shop_id", flat=True).first()


def list_rally_offers(
    *, product_id: int | None = None, at: datetime | None = None, limit: int = 30
) -> tuple[OfferView, ...]:
    """Return the offers for everybody under which friends can be gathered now, the newest first."""
    now = clock.at_or_now(at)
    rows = teams.offers().filter(teams.running(now), audience_kind="", mechanic__in=WITH_HELPERS)
    if product_id is not None:
        rows = rows.filter(product_id=product_id)
    return tuple(teams.offer_view(offer, now) for offer in rows.order_by("-pk")[:limit])


# --- Building views ---------------------------------------------------------------------------------------


def _view(rally: Rally, viewer_id: int | None, own: Help | None, at: datetime) -> RallyView:
    offer = rally.offer
    kind = _rules(offer)
    terms = kind.terms(offer.params)
    progress = _progress(rally)
    price = kind.price(progress, rally.alone_minor, rally.floor_minor)
    is_starter = rally.starter_id == viewer_id
    helps = list(
        Help.objects.filter(rally=rally, state=HelpState.COUNTED).order_by("-position")[:SHOWN_HELPERS]
    )
    people = account_queries.list_people({rally.starter_id, *(one.person_id for one in helps)})
    facts = rules.RallyFacts(
        state=rally.state,
        is_over=at >= rally.ends_at,
        can_buy=terms.buys_early and price is not None,
        can_start=teams.is_running(offer, at),
        has_unit=rally.has_unit or _has_units(offer),
    )
    helper = rules.HelperView(
        is_starter=is_starter,
        help_state=own.state if own and not is_starter else "",
        at_limit=not is_starter and viewer_id is not None and _at_limit(offer, terms, viewer_id, at),
    )
    screen, actions = rules.rally_screen(facts, helper)
    return RallyView(
        code=rally.code,
        offer_code=offer.code,
        mechanic=offer.mechanic,
        shop_id=offer.shop_id,
        product_id=offer.product_id,
        variant_id=rally.variant_id,
        currency=offer.currency,
        starter=people[rally.starter_id],
        state=rally.state,
        screen=screen,
        actions=actions,
        alone_minor=rally.alone_minor,
        floor_minor=rally.floor_minor,
        price_minor=price,
        goal=rally.goal,
        gained=rally.gained,
        rest=progress.rest,
        helps=rally.helps_counted,
        helps_left=progress.helps_left,
        helps_kept=rally.helps_kept,
        created_at=rally.created_at,
        ends_at=rally.ends_at,
        won_at=rally.won_at,
        pay_by_at=rally.pay_by_at,
        order_code=rally.order_code if is_starter else "",
        helpers=tuple(
            HelperRow(people[one.person_id], one.amount, one.is_newcomer, one.is_first, one.at)
            for one in helps
        ),
        own_help=HelpView(rally.code, own.state, own.amount, own.is_newcomer) if own else None,
        terms=mechanics.get(offer.mechanic).say(offer.params),
    )


def shop_day(shop_id: int, at: datetime) -> date:
    """Return the day it is on the clock of a shop."""
    return at.astimezone(ZoneInfo(merchant_queries.get_shop(shop_id).time_zone)).date()


def _rules(offer: Offer) -> rules.RallyRules:
    found = mechanics.get(offer.mechanic).rally
    if found is None:
        raise InvariantBroken(f"offer {offer.code} has rallies but no rules for them")
    return found


def _progress(rally: Rally) -> rules.Progress:
    return rules.Progress(
        goal=rally.goal, gained=rally.gained, helps=rally.helps_counted, helps_most=rally.helps_most
    )


def _list_used(offer_id: int, rows: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """How much of these limits is used up, by scope and key."""
    with connection.cursor() as cursor:
        cursor.execute(_USED, [[scope for scope, _ in rows], [key for _, key in rows], offer_id])
        return {(scope, key): used for scope, key, used in cursor.fetchall()}


def _has_units(offer: Offer) -> bool:
    return offer.stock_limit is None or offer.units_claimed < offer.stock_limit


def _at_limit(offer: Offer, terms: rules.RallyTerms, person_id: int, at: datetime) -> bool:
    """Whether somebody has helped as much as they may, in all or on this day of the shop."""
    if not (terms.helps_per_day or terms.helps_per_offer or terms.once_per_offer):
        return False
    person = rules.person_key(person_id)
    day = f"{person}:{shop_day(offer.shop_id, at)}"
    used = _list_used(offer.pk, [("help_once", person), ("help", person), ("help_day", day)])
    return bool(
        (terms.once_per_offer and used.get(("help_once", person)))
        or (terms.helps_per_offer and used.get(("help", person), 0) >= terms.helps_per_offer)
        or (terms.helps_per_day and used.get(("help_day", day), 0) >= terms.helps_per_day)
    )


def _rows(found: Sequence[Rally]) -> list[RallyRow]:
    people = account_queries.list_people({rally.starter_id for rally in found})
    return [
        RallyRow(
            code=rally.code,
            offer_code=rally.offer.code,
            mechanic=rally.offer.mechanic,
            shop_id=rally.offer.shop_id,
            product_id=rally.offer.product_id,
            starter=people[rally.starter_id],
            state=rally.state,
            gained=rally.gained,
            goal=rally.goal,
            helps=rally.helps_counted,
            helps_kept=rally.helps_kept,
            created_at=rally.created_at,
            ends_at=rally.ends_at,
            order_code=rally.order_code,
        )
        for rally in found
    ]
