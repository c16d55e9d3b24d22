"""How offers are doing, what they clash with, and the proof of a team's draw."""

from collections.abc import Mapping
from datetime import datetime

from django.db import connection
from django.db.models import Count, Q

from jishi.goods.pricing import queries as price_queries
from jishi.kernel import clock, fairdraw
from jishi.promotions.plays import mechanics, rules
from jishi.promotions.plays.contracts import (
    DrawProof,
    HelpState,
    OfferStatus,
    OfferView,
    OfferWarning,
    OfferWatch,
    RallyState,
    SeatState,
    TeamState,
)
from jishi.promotions.plays.errors import OfferNotFound, TeamNotFound
from jishi.promotions.plays.models import Help, Offer, Rally, Seat, Team
from jishi.promotions.plays.queries import teams

_SALES = """
SELECT coalesce(sum(o.total_minor), 0) FROM orders_order o
WHERE o.paid_at IS NOT NULL AND o.state NOT IN ('refunding', 'refunded') AND o.code IN (
    SELECT s.order_code FROM plays_seat s JOIN plays_team t ON t.id = s.team_id
    WHERE t.offer_id = %(offer)s AND s.state = 'taken'
    UNION ALL SELECT r.order_code FROM plays_rally r WHERE r.offer_id = %(offer)s AND r.state = 'bought')
"""


def watch_offer(code: str, *, at: datetime | None = None) -> OfferWatch:
    """Return how an offer is doing now. Reads the orders' own table for the sales, in one statement.

    :raises OfferNotFound: there is none.
    """
    offer = teams.offers().filter(code=code).first()
    if offer is None:
        raise OfferNotFound(offer=code[:12])
    by_team = dict(Team.objects.filter(offer=offer).order_by().values_list("state").annotate(n=Count("pk")))
    by_rally = dict(Rally.objects.filter(offer=offer).order_by().values_list("state").annotate(n=Count("pk")))
    helps = Help.objects.filter(offer=offer, is_first=False).aggregate(
        counted=Count("pk", filter=Q(state=HelpState.COUNTED)),
        kept=Count("pk", filter=Q(state=HelpState.KEPT)),
    )
    people = Seat.objects.filter(team__offer=offer, paid_at__isnull=False)
    with connection.cursor() as cursor:
        cursor.execute(_SALES, {"offer": offer.pk})
        sales = int(cursor.fetchone()[0])
    return OfferWatch(
        offer=teams.offer_view(offer, clock.at_or_now(at)),
        teams={state.value: by_team.get(state.value, 0) for state in TeamState},
        rallies={state.value: by_rally.get(state.value, 0) for state in RallyState},
        people=people.values("person_id").distinct().count(),
        helps=helps["counted"],
        helps_kept=helps["kept"],
        units_claimed=offer.units_claimed,
        budget_minor=offer.budget_minor,
        budget_used_minor=offer.budget_used_minor,
        sales_minor=sales,
    )


def list_running(*, at: datetime | None = None, limit: int = 100) -> tuple[OfferView, ...]:
    """Return the offers of every shop that run now, the newest first."""
    now = clock.at_or_now(at)
    rows = teams.offers().filter(teams.running(now)).order_by("-pk")[:limit]
    return tuple(teams.offer_view(offer, now) for offer in rows)


def list_warnings(
    *,
    product_id: int,
    mechanic: str,
    params: Mapping[str, object],
    prices: Mapping[int, int],
    costs: Mapping[int, int],
    currency: str,
    starts_at: datetime,
    ends_at: datetime | None,
) -> tuple[OfferWarning, ...]:
    """Return what a shop should know before it publishes: other offers for these goods in that period, prices
    below cost, and what is no real advantage.

    :raises MechanicUnknown: / ParamRefused: what it is or a setting of it makes no sense.
    """
    kind = mechanics.get(mechanic)
    terms = kind.terms(rules.clean_params(kind.params, params))
    found = []
    same = Offer.objects.filter(product_id=product_id, status=OfferStatus.ON)
    same = same.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=starts_at))
    if ends_at is not None:
        same = same.filter(starts_at__lt=ends_at)
    for other in same.order_by("pk"):
        found.append(OfferWarning("clash", {"offer": other.code, "mechanic": other.mechanic}))
    alone = price_queries.list_prices(prices, currency)
    for variant_id, price in sorted(prices.items()):
        lowest = rules.best_price(terms, price) if kind.rally is None else price
        words = {"variant": variant_id, "price_minor": lowest, "currency": currency}
        if variant_id in costs and lowest < costs[variant_id]:
            loss = costs[variant_id] - lowest
            found.append(OfferWarning("below_cost", {**words, "loss_minor": loss}))
        if variant_id in alone and lowest * 100 > alone[variant_id].amount_minor * 95:
            found.append(OfferWarning("small", words))
    return tuple(found)


def get_draw(team_code: str) -> DrawProof:
    """Return the proof of a team's draw: before it the promise only, afterwards everything.

    :raises TeamNotFound: there is no such team, or nothing is drawn in it.
    """
    team = Team.objects.select_related("offer").filter(code=team_code).exclude(seed_hash="").first()
    if team is None or team.state == TeamState.STARTING:
        raise TeamNotFound(team=team_code[:12])
    if team.state != TeamState.FORMED:
        return DrawProof(team.code, team.seed_hash, "", {})
    drawn = Seat.objects.filter(team=team).exclude(drawn="").order_by("pk")
    entries = {rules.draw_entry(seat.order_code): seat for seat in drawn}
    ranked = fairdraw.ranking(team.seed, entries)
    winners = [one for one in ranked if entries[one].drawn == "won"]
    data = {
        "format": fairdraw.FORMAT,
        "draw": team.code,
        "seed_hash": team.seed_hash,
        "seed": team.seed,
        "entries": [{"entry": one, "who": one} for one in sorted(entries)],
        "entries_digest": fairdraw.digest(entries),
        "prizes": [{"prize": "goods", "quantity": len(winners)}],
        "wins_per_person": 1,
        "winners": [{"entry": one, "prize": "goods"} for one in winners],
        "skipped": [],
    }
    return DrawProof(team.code, team.seed_hash, team.seed, data)


def find_draw_entry(team_code: str, *, person_id: int | None) -> str:
    """Return the public name of somebody's own entry in a team's draw, or nothing."""
    seat = Seat.objects.filter(
        team__code=team_code, person_id=person_id, state__in=[SeatState.TAKEN, *rules.REFUND_SEATS]
    ).first()
    return rules.draw_entry(seat.order_code) if seat else ""
