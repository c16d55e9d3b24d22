"""Reading offers, teams and seats: frozen views, a bounded number of statements whatever the number of rows.

What a viewer sees of a team is decided by `rules.viewer_screen` alone; here its facts are only collected.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F, Prefetch, Q, QuerySet

from jishi.goods.pricing import queries as price_queries
from jishi.kernel import clock
from jishi.people.accounts import ports as accounts
from jishi.people.accounts import queries as account_queries
from jishi.people.accounts.contracts import AudienceRef, PersonCard
from jishi.promotions.plays import mechanics, rules
from jishi.promotions.plays.contracts import (
    AudienceSales,
    MechanicView,
    MemberView,
    OfferPreview,
    OfferStatus,
    OfferView,
    OpenTeamView,
    OrderTeam,
    ParamView,
    SeatState,
    StartChoice,
    TeamRefund,
    TeamState,
    TeamView,
    TierView,
)
from jishi.promotions.plays.errors import OfferMembersOnly, OfferNotFound, TeamNotFound
from jishi.promotions.plays.models import Offer, OfferPrice, Seat, Team
from jishi.trade.orders import queries as order_queries

MAX_PAGE = 100
_RUNNING = """
SELECT o.*, (SELECT array_agg(ARRAY[p.variant_id, p.price_minor] ORDER BY p.variant_id)
    FROM plays_offerprice p WHERE p.offer_id = o.id) AS priced
FROM plays_offer o
WHERE product_id = %(product)s AND mechanic = ANY(%(kinds)s) AND status = %(on)s AND audience_kind = ''
  AND starts_at <= %(now)s
  AND (ends_at IS NULL OR ends_at > %(now)s) AND (stock_limit IS NULL OR units_claimed < stock_limit)
  AND EXISTS (SELECT 1 FROM plays_offerprice WHERE offer_id = o.id)
ORDER BY starts_at DESC, id DESC LIMIT %(limit)s
"""
_AUDIENCE_SALES = """
SELECT r.currency, count(DISTINCT r.id), sum(s.quantity)::bigint, sum(r.total_minor)::bigint
FROM plays_seat s JOIN plays_team t ON t.id = s.team_id JOIN plays_offer o ON o.id = t.offer_id
JOIN orders_order r ON r.code = s.order_code
WHERE o.audience_kind = %s AND o.audience_key = %s AND s.state = 'taken' AND r.paid_at >= %s
  AND r.state NOT IN ('refunding', 'refunded') GROUP BY 1 ORDER BY 1
"""
WITH_TEAMS = [kind.code for kind in mechanics.MECHANICS.values() if kind.rally is None]
PRODUCT_OFFERS = 20
FACES = 5
"""Members that a row of the list shows by picture."""

SHOWN_SEATS = (SeatState.HELD, SeatState.TAKEN, *rules.REFUND_SEATS)


def running(at: datetime) -> Q:
    """Return the condition of offers under which a team can be started at an instant."""
    in_period = Q(starts_at__lte=at) & (Q(ends_at__isnull=True) | Q(ends_at__gt=at))
    return Q(status=OfferStatus.ON) & in_period & _units_left("")


# --- Mechanics and offers ---------------------------------------------------------------------------------


def list_mechanics() -> tuple[MechanicView, ...]:
    """Return the ways of playing together, with the settings a form needs."""
    return tuple(
        MechanicView(
            kind.code,
            kind.title,
            kind.summary,
            tuple(
                ParamView(p.name, p.kind, p.label, p.help, p.default, p.minimum, p.maximum, p.choices)
                for p in kind.params
            ),
            gathers_friends=kind.rally is not None,
            allows_free=kind.allows_free,
        )
        for kind in mechanics.MECHANICS.values()
    )


def preview_offer(
    *, mechanic: str, params: Mapping[str, Any], prices: Mapping[int, int], currency: str
) -> OfferPreview:
    """Return what an offer would mean, from the prices the variants have alone now.

    :raises MechanicUnknown: / ParamRefused: what it is or a setting of it makes no sense.
    """
    kind = mechanics.get(mechanic)
    clean = rules.clean_params(kind.params, params)
    alone = price_queries.list_prices(prices, currency)
    pairs = [(alone[v].amount_minor, price) for v, price in sorted(prices.items()) if v in alone]
    lines = kind.preview(clean, pairs, currency) if pairs else ()
    return OfferPreview(lines=(*lines, *kind.say(clean)), problems=kind.problems(clean))


def get_offer(code: str, *, at: datetime | None = None) -> OfferView:
    """Return one offer.

    :raises OfferNotFound: there is none.
    """
    offer = offers().filter(code=code).first()
    if offer is None:
        raise OfferNotFound(offer=code[:12])
    return offer_view(offer, clock.at_or_now(at))


def find_offer(*, product_id: int, at: datetime | None = None) -> OfferView | None:
    """Return the offer for everybody under which teams can be started for a product now, if there is one."""
    found = _running_offers(product_id, WITH_TEAMS, at=clock.at_or_now(at), limit=1)
    return found[0] if found else None


def list_running_offers(product_id: int, *, at: datetime | None = None) -> tuple[OfferView, ...]:
    """Return all offers for everybody that run for a product now, of teams and of friends who help, the
    newest first.
    """
    kinds = [*mechanics.MECHANICS]
    return _running_offers(product_id, kinds, at=clock.at_or_now(at), limit=PRODUCT_OFFERS)


def _running_offers(
    product_id: int, kinds: Sequence[str], *, at: datetime, limit: int
) -> tuple[OfferView, ...]:
    # Most products have none, and every product page asks: so no statement is put together for it.
    sought = {
        "product": product_id,
        "now": at,
        "on": OfferStatus.ON.value,
        "kinds": list(kinds),
        "limit": limit,
    }
    found: list[Any] = list(Offer.objects.raw(_RUNNING, sought))
    return tuple(offer_view(offer, at, dict(offer.priced)) for offer in found)


def list_offers(*, shop_id: int, at: datetime | None = None, limit: int = 50) -> tuple[OfferView, ...]:
    """Return a shop's offers, the newest first."""
    now = clock.at_or_now(at)
    return tuple(offer_view(offer, now) for offer in offers().filter(shop_id=shop_id).order_by("-pk")[:limit])


def find_offer_for(code: str, *, viewer_id: int | None, at: datetime | None = None) -> OfferView | None:
    """Return an offer that this person may use, if it is one; those for an audience they are not in are
    none of theirs.
    """
    offer = offers().filter(code=code).first() if code else None
    if offer is None or not is_for(offer, viewer_id):
        return None
    return offer_view(offer, clock.at_or_now(at))


def list_offers_for(
    audience: AudienceRef, *, viewer_id: int | None, at: datetime | None = None, limit: int = 30
) -> tuple[OfferView, ...]:
    """Return the offers that run for an audience, the newest first; nothing for whoever is not in it."""
    now = clock.at_or_now(at)
    if viewer_id is None or not accounts.is_member(audience, viewer_id):
        return ()
    rows = offers().filter(running(now), audience_kind=audience.kind, audience_key=audience.key)
    return tuple(offer_view(offer, now) for offer in rows.order_by("-pk")[:limit])


def sales_for(audience: AudienceRef, *, since: datetime) -> AudienceSales:
    """Return what offers for an audience sold since an instant. The caller has checked the viewer.

    Reads the orders' own table, because seats and orders are counted in one statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(_AUDIENCE_SALES, [audience.kind, audience.key, since])
        rows = cursor.fetchall()
    return AudienceSales(
        orders=sum(row[1] for row in rows),
        units=sum(row[2] for row in rows),
        amounts_minor={currency: amount for currency, _, _, amount in rows},
    )


# --- Teams ------------------------------------------------------------------------------------------------


def get_team(code: str, *, viewer_id: int | None, language: str = "", at: datetime | None = None) -> TeamView:
    """Return a team as one viewer sees it. Texts in it are msgids, so the language does not matter here.

    :raises TeamNotFound: there is none, or it is not open yet and the viewer does not start it.
    :raises OfferMembersOnly: it is for an audience that the viewer is not in, and they have no seat in it.
    """
    now = clock.at_or_now(at)
    team = all_teams().filter(code=code).first()
    if team is None or (team.state == TeamState.STARTING and team.leader_id != viewer_id):
        raise TeamNotFound(team=code[:12])
    if not is_for(team.offer, viewer_id) and _own_seat(team, viewer_id) is None:
        raise OfferMembersOnly(audience=team.offer.audience_key)
    return _team_view(team, viewer_id, now)


def list_open_teams(
    *,
    product_id: int | None = None,
    viewer_id: int | None,
    limit: int = 3,
    at: datetime | None = None,
    without: str = "",
) -> tuple[OpenTeamView, ...]:
    """Return teams that can be joined: fewest missing first, then the one that ends first.

    Without a product they are of any, for the front page. The viewer's own teams (those they lead) are left
    out, those they are in are marked. `without` leaves out one more, such as the team of the page that shows
    the list.
    """
    now = clock.at_or_now(at)
    rows = (
        all_teams()
        .filter(state=TeamState.OPEN, deadline_at__gt=now, offer__audience_kind="")
        .annotate(missing=F("size") - F("seats_taken") - F("seats_held") - F("seats_virtual"))
        .filter(missing__gte=1)
        .filter(_units_left("offer__"))
        .exclude(code=without)
    )
    if product_id is not None:
        rows = rows.filter(offer__product_id=product_id)
    if viewer_id is not None:
        rows = rows.exclude(leader_id=viewer_id)
    teams = list(rows.order_by("missing", "deadline_at", "pk")[:limit])
    people = account_queries.list_people({seat.person_id for team in teams for seat in shown_seats(team)})
    return tuple(_open_team(team, viewer_id, people) for team in teams)


def find_team_of_order(order_code: str) -> OrderTeam | None:
    """Return the team behind an order, if there is one."""
    return list_teams_of_orders([order_code]).get(order_code)


def list_teams_of_orders(order_codes: Iterable[str]) -> dict[str, OrderTeam]:
    """Return the teams behind orders, by order code."""
    seats = Seat.objects.select_related("team").filter(order_code__in=list(order_codes))
    return {
        seat.order_code: OrderTeam(
            order_code=seat.order_code,
            team_code=seat.team.code,
            team_state=seat.team.state,
            seat_state=seat.state,
            size=seat.team.size,
            missing=_missing(seat.team),
            deadline_at=seat.team.deadline_at,
            is_leader=seat.is_leader,
        )
        for seat in seats
    }


def list_teams_of(person_id: int, *, limit: int = 20) -> tuple[OrderTeam, ...]:
    """Return the teams a person has or had a paid seat in, the newest first."""
    seats = Seat.objects.filter(person_id=person_id, paid_at__isnull=False).order_by("-pk")[:limit]
    found = list_teams_of_orders(seats.values_list("order_code", flat=True))
    return tuple(found[seat.order_code] for seat in seats)


def list_member_ids(team_code: str) -> list[int]:
    """Return who has a paid seat in a team, the earliest first."""
    paid = Seat.objects.filter(team__code=team_code, state=SeatState.TAKEN).order_by("paid_at", "pk")
    return list(paid.values_list("person_id", flat=True))


# --- Building views ---------------------------------------------------------------------------------------


def offers() -> QuerySet[Offer]:
    """Return offers with their prices, for views."""
    return Offer.objects.prefetch_related(_prices())


def _prices() -> Prefetch:
    return Prefetch("prices", OfferPrice.objects.order_by("variant_id"))


def all_teams() -> QuerySet[Team]:
    """Return teams with their offers and the seats that say something, for views."""
    seats = Seat.objects.filter(state__in=SHOWN_SEATS).order_by(
        "-is_leader", F("paid_at").asc(nulls_last=True), "pk"
    )
    return Team.objects.select_related("offer").prefetch_related(Prefetch("seats", seats, to_attr="shown"))


def shown_seats(team: Team) -> Sequence[Seat]:
    """The seats that say something, prefetched by `all_teams`."""
    return team.shown  # type: ignore[attr-defined]


def is_for(offer: Offer, viewer_id: int | None) -> bool:
    """Whether an offer is for everybody, or for an audience this person is in."""
    if not offer.audience_kind:
        return True
    ref = AudienceRef(offer.audience_kind, offer.audience_key)
    return viewer_id is not None and accounts.is_member(ref, viewer_id)


def _units_left(prefix: str) -> Q:
    limit = f"{prefix}stock_limit"
    return Q(**{f"{limit}__isnull": True}) | Q(**{f"{prefix}units_claimed__lt": F(limit)})


def _missing(team: Team) -> int:
    return team.size - team.seats_taken - team.seats_held - team.seats_virtual


def is_running(offer: Offer, at: datetime) -> bool:
    """Whether people can start under a loaded offer at an instant."""
    in_period = offer.starts_at <= at and (offer.ends_at is None or at < offer.ends_at)
    return offer.status == OfferStatus.ON and in_period and _has_units(offer)


def _has_units(offer: Offer) -> bool:
    return offer.stock_limit is None or offer.units_claimed < offer.stock_limit


def offer_view(offer: Offer, at: datetime, prices: Mapping[int, int] | None = None) -> OfferView:
    """Return a loaded offer as others see it."""
    kind = mechanics.get(offer.mechanic)
    if prices is None:
        prices = {price.variant_id: price.price_minor for price in offer.prices.all()}
    return OfferView(
        id=offer.pk,
        code=offer.code,
        mechanic=offer.mechanic,
        shop_id=offer.shop_id,
        product_id=offer.product_id,
        currency=offer.currency,
        params=dict(offer.params),
        size=kind.terms(offer.params).size,
        prices=prices,
        price_from_minor=min(prices.values()),
        starts_at=offer.starts_at,
        ends_at=offer.ends_at,
        status=offer.status,
        is_on=is_running(offer, at),
        units_left=None if offer.stock_limit is None else offer.stock_limit - offer.units_claimed,
        terms=kind.say(offer.params),
        audience=AudienceRef(offer.audience_kind, offer.audience_key) if offer.audience_kind else None,
        gathers_friends=kind.rally is not None,
    )


def _team_view(team: Team, viewer_id: int | None, at: datetime) -> TeamView:
    seats = shown_seats(team)
    own = _own_seat(team, viewer_id)
    facts = rules.TeamFacts(
        state=team.state,
        size=team.size,
        taken=team.seats_taken,
        held=team.seats_held,
        virtual=team.seats_virtual,
        is_over=at >= team.deadline_at,
        can_start=is_running(team.offer, at),
        has_units=_has_units(team.offer),
    )
    left = own is not None and own.left_at is not None and not own.keeps_place
    reserved = own.reserved_until if own else None
    viewer = (
        rules.ViewerFacts(own.state, own.is_leader, left, reserved is not None)
        if own
        else rules.ViewerFacts()
    )
    shown = rules.viewer_screen(facts, viewer)
    people = account_queries.list_people({team.leader_id, *(seat.person_id for seat in seats)})
    offer, price, alone, start = _purchase(team, own)
    waits = [seat.held_until for seat in seats if seat.state == SeatState.HELD]
    return TeamView(
        id=team.pk,
        code=team.code,
        offer_code=offer.code,
        mechanic=offer.mechanic,
        product_id=offer.product_id,
        shop_id=offer.shop_id,
        size=team.size,
        state=team.state,
        missing=_missing(team),
        held=team.seats_held,
        taken=team.seats_taken,
        virtual=team.seats_virtual,
        opened_at=team.opened_at,
        deadline_at=team.deadline_at,
        formed_at=team.formed_at,
        closed_at=team.closed_at,
        close_reason=team.close_reason,
        leader=people[team.leader_id],
        members=_members(team, seats, people),
        viewer_state=shown.viewer_state,
        screen=shown.screen,
        actions=shown.actions,
        viewer_paying=own is not None and own.state == SeatState.HELD and reserved is None,
        currency=offer.currency,
        price_minor=price,
        solo_minor=alone,
        order_code=own.order_code if own and reserved is None else None,
        refund=_refund(own),
        held_until=own.held_until if own and own.state == SeatState.HELD else min(waits, default=None),
        moved_to=own.team.code if own and own.team_id != team.pk else None,
        tiers=_tiers(team, offer, start.variant_id),
        back_minor=own.back_minor if own else 0,
        draw_winners=mechanics.get(offer.mechanic).terms(offer.params).draw_winners,
        drawn=own.drawn if own else "",
        seed_hash=team.seed_hash,
        reserved_until=reserved,
        join_with=start if len(offer.prices) == 1 else None,
        few_left=_missing(team) <= rules.FEW_SEATS and not offer.audience,
        start=start if facts.can_start else None,
        terms=offer.terms,
    )


def _own_seat(team: Team, viewer_id: int | None) -> Seat | None:
    """The viewer's newest seat in a team that says something: live, refunded, or carried on to another
    team.
    """
    if viewer_id is None:
        return None
    mine = Seat.objects.select_related("team").filter(person_id=viewer_id)
    here = mine.filter(team=team, state__in=SHOWN_SEATS).order_by("-pk").first()
    return here or mine.filter(moved_from=team).order_by("-pk").first()


def _purchase(team: Team, own: Seat | None) -> tuple[OfferView, int, int, StartChoice]:
    """What joining costs (the viewer's variant, or the cheapest), alone and together, and what a new team
    needs.
    """
    offer = offer_view(offers().get(pk=team.offer_id), team.deadline_at)
    cheapest = min(offer.prices, key=lambda variant: (offer.prices[variant], variant))
    variant = own.variant_id if own and own.variant_id in offer.prices else cheapest
    alone = price_queries.list_prices([variant], offer.currency).get(variant)
    price = offer.prices[variant]
    start = StartChoice(offer.code, offer.product_id, variant, own.quantity if own else 1)
    return offer, price, alone.amount_minor if alone else price, start


def _tiers(team: Team, offer: OfferView, variant_id: int) -> tuple[TierView, ...]:
    terms = mechanics.get(offer.mechanic).terms(offer.params)
    return tuple(
        TierView(size, rules.tier_price(terms, offer.prices[variant_id], size), team.seats_taken >= size)
        for size in (terms.enough, *(size for size, _ in terms.tiers))
        if terms.tiers
    )


def _members(team: Team, seats: Sequence[Seat], people: Mapping[int, PersonCard]) -> tuple[MemberView, ...]:
    there = [seat for seat in seats if seat.left_at is None or seat.keeps_place]
    real = [MemberView(people[seat.person_id], seat.is_leader, seat.state) for seat in there]
    house = [MemberView(None, False, SeatState.TAKEN, is_house=True)] * team.seats_virtual
    return (*real, *house)


def _refund(own: Seat | None) -> TeamRefund | None:
    if own is None or own.state not in rules.REFUND_SEATS:
        return None
    order = order_queries.find_order(own.order_code)
    if order is None:
        return None
    words = {
        SeatState.REFUND_DUE: "due",
        SeatState.REFUNDING: "refunding",
        SeatState.REFUNDED: "refunded",
    }
    return TeamRefund(
        amount_minor=order.total_minor,
        currency=order.currency,
        state=words[SeatState(own.state)],
        at=own.refunded_at,
    )


def _open_team(team: Team, viewer_id: int | None, people: Mapping[int, PersonCard]) -> OpenTeamView:
    seats = shown_seats(team)
    live = [seat for seat in seats if seat.state in rules.LIVE_SEATS]
    return OpenTeamView(
        code=team.code,
        offer_code=team.offer.code,
        product_id=team.offer.product_id,
        leader=people[team.leader_id],
        members=tuple(people[seat.person_id] for seat in live[:FACES]),
        size=team.size,
        filled=team.size - _missing(team),
        missing=_missing(team),
        deadline_at=team.deadline_at,
        joined=any(seat.person_id == viewer_id for seat in live),
    )
