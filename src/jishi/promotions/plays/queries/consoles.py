"""Teams in consoles: lists by state, and how teams end. Whoever calls has checked who may see them."""

from datetime import datetime

from django.db.models import Count, F, Max, Q, QuerySet, Subquery, Sum, Value

from jishi.kernel.paging import Page, decode_cursor, encode_cursor
from jishi.people.accounts import queries as account_queries
from jishi.people.accounts.contracts import PersonCard
from jishi.promotions.plays.contracts import TeamRow, TeamState, TeamStats
from jishi.promotions.plays.models import Seat, Team
from jishi.promotions.plays.queries.teams import all_teams, shown_seats

MAX_PAGE = 100


def page_teams(
    *,
    shop_id: int | None = None,
    state: str | None = None,
    mechanic: str | None = None,
    offer_code: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page[TeamRow]:
    """Return teams for consoles, the newest first, of those opened in a span if one is given. The caller has
    checked who may see them.

    :raises BadCursor: the cursor was not made here.
    """
    rows = _narrowed(all_teams(), shop_id, mechanic).exclude(opened_at=None, state=TeamState.FAILED)
    if since is not None:
        rows = rows.filter(opened_at__gte=since)
    if until is not None:
        rows = rows.filter(opened_at__lt=until)
    if state:
        rows = rows.filter(state=state)
    if offer_code:
        rows = rows.filter(offer__code=offer_code)
    if cursor:
        rows = rows.filter(pk__lt=decode_cursor(cursor)[0])
    limit = max(1, min(limit, MAX_PAGE))
    teams = list(rows.order_by("-pk")[: limit + 1])
    more, teams = len(teams) > limit, teams[:limit]
    leaders = account_queries.list_people({team.leader_id for team in teams})
    items = [_team_row(team, leaders[team.leader_id]) for team in teams]
    return Page(items, encode_cursor(teams[-1].pk) if more else None)


def find_team_row(code: str) -> TeamRow | None:
    """Return one team for a console, with the orders behind its seats."""
    team = all_teams().filter(code=code).first()
    if team is None:
        return None
    return _team_row(team, account_queries.list_people([team.leader_id])[team.leader_id])


def team_stats(
    *,
    shop_id: int | None = None,
    mechanic: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> TeamStats:
    """Return how teams opened in a span of time (since inclusive, until exclusive) stand and ended."""
    rows = _narrowed(Team.objects.filter(opened_at__isnull=False), shop_id, mechanic)
    if since is not None:
        rows = rows.filter(opened_at__gte=since)
    if until is not None:
        rows = rows.filter(opened_at__lt=until)
    states = [state.value for state in TeamState if state != TeamState.STARTING]
    seats = Seat.objects.filter(team__in=rows.order_by().values("pk"), paid_at__isnull=False).order_by()
    people = seats.annotate(one=Value(1)).values("one").annotate(n=Count("person_id", distinct=True))
    # Not correlated with the teams: the database counts the people once.
    counted = (
        rows.order_by()
        .annotate(everyone=Subquery(people.values("n")))
        .aggregate(
            **{state: Count("pk", filter=Q(state=state)) for state in states},
            seats=Sum(
                F("size") - F("seats_taken") - F("seats_held") - F("seats_virtual"),
                filter=Q(state=TeamState.OPEN),
            ),
            people=Max("everyone"),
        )
    )
    by_state = {state: counted[state] for state in states}
    ended = by_state["formed"] + by_state["expired"] + by_state["failed"]
    return TeamStats(
        by_state=by_state,
        opened=sum(by_state.values()),
        completion_bps=by_state["formed"] * 10_000 // ended if ended else 0,
        people=counted["people"] or 0,
        open_seats=counted["seats"] or 0,
    )


def _narrowed(rows: QuerySet[Team], shop_id: int | None, mechanic: str | None) -> QuerySet[Team]:
    if shop_id is not None:
        rows = rows.filter(offer__shop_id=shop_id)
    if mechanic is not None:
        rows = rows.filter(offer__mechanic=mechanic)
    return rows


def _team_row(team: Team, leader: PersonCard) -> TeamRow:
    seats = shown_seats(team)
    return TeamRow(
        code=team.code,
        offer_code=team.offer.code,
        mechanic=team.offer.mechanic,
        shop_id=team.offer.shop_id,
        product_id=team.offer.product_id,
        leader=leader,
        size=team.size,
        taken=team.seats_taken,
        held=team.seats_held,
        virtual=team.seats_virtual,
        state=team.state,
        opened_at=team.opened_at,
        deadline_at=team.deadline_at,
        formed_at=team.formed_at,
        closed_at=team.closed_at,
        order_codes=tuple(seat.order_code for seat in seats if seat.reserved_until is None),
    )
