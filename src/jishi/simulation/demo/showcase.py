"""What a visitor should find: every state of an order and of a team, on the right accounts."""

from datetime import datetime, timedelta
from functools import partial

from jishi.simulation.demo.history import DAY, HOUR, MINUTE, History
from jishi.simulation.demo.shelves import Ware

ONE_SHORT = 10
"""Open teams that wait for one more person."""


def arrange(history: History, *, until: datetime) -> None:
    """Put the visible stories on the agenda; they end at different points before ``until``."""
    shopper, friend = history.crowd.roles["shopper"], history.crowd.roles["friend"]
    wares = history.team_wares
    history.later(until - 12 * DAY, partial(_bought, history, shopper, wares[3]))
    history.later(until - 9 * DAY, partial(_lost_team, history, shopper, wares[5]))
    history.later(until - 30 * HOUR, partial(_on_its_way, history, shopper, wares[8]))
    history.later(until - 5 * HOUR, partial(_leads, history, shopper, _of_size(wares, 3, skip=wares[0])))
    history.later(until - 4 * HOUR, partial(_leads, history, friend, wares[0]))
    history.later(until - 8 * MINUTE, partial(_unpaid, history, shopper, wares[10]))
    for number in range(ONE_SHORT):
        leader = history.crowd.ids[20 + 7 * number]
        ware = wares[(12 + 5 * number) % len(wares)]
        history.later(until - (2 + number % 5) * HOUR, partial(_leads, history, leader, ware))
    for number in range(3):
        history.later(until - 3 * MINUTE, partial(_filling, history, history.crowd.ids[30 + number], number))


def _of_size(wares: list[Ware], size: int, *, skip: Ware) -> Ware:
    return next(ware for ware in wares if ware.team_size == size and ware is not skip)


def _bought(history: History, person: int, ware: Ware, at: datetime) -> None:
    """Bought alone, shipped, received."""
    placed = history.place(person, [(ware.variant_ids[0], 1)], {}, None, at)
    code = placed.order_codes[0]
    history.pay(placed, at + MINUTE)
    history.later(at + 5 * HOUR, partial(history.ship, code))


def _on_its_way(history: History, person: int, ware: Ware, at: datetime) -> None:
    """Bought alone and shipped; waits for the visitor to confirm."""
    placed = history.place(person, [(ware.variant_ids[0], 2)], {}, None, at)
    history.pay(placed, at + MINUTE)
    history.later(at + 6 * HOUR, partial(history.ship, placed.order_codes[0]))


def _lost_team(history: History, person: int, ware: Ware, at: datetime) -> None:
    """Led a team that nobody joined; the money came back."""
    placed = history.place(person, [(ware.variant_ids[0], 1)], {"offer": ware.offer_code or ""}, None, at)
    history.pay(placed, at + MINUTE)
    history.later(at + MINUTE + timedelta(hours=ware.team_hours, seconds=30), history.close_teams)


def _leads(history: History, person: int, ware: Ware, at: datetime) -> None:
    """Leads a team that is one person short."""
    history.start_team(person, ware, at, fills=True, short_by=1)


def _unpaid(history: History, person: int, ware: Ware, at: datetime) -> None:
    """Ordered a few minutes ago and has not paid."""
    history.place(person, [(ware.variant_ids[-1], 1)], {}, None, at)


def _filling(history: History, person: int, number: int, at: datetime) -> None:
    """Holds the last seat of a team and is paying right now."""
    for team in history.teams_one_short()[number:]:
        if person not in team.people:
            tokens = {"offer": team.offer_code, "team": team.code}
            history.place(person, [(team.variant_id, 1)], tokens, None, at)
            return
