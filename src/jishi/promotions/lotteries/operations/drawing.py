"""The draw, and drawing again what nobody claimed: one calculation, done once, that anybody can repeat.

A draw is a step of the lottery under its lock; whoever comes second finds it done. All rounds follow the one
ranking of the first: there is no second roll of the dice.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F

from jishi.kernel import clock, fairdraw, outbox
from jishi.kernel.errors import InvariantBroken
from jishi.promotions.lotteries import rules
from jishi.promotions.lotteries.contracts import EntryMode, LotteryState, WinState
from jishi.promotions.lotteries.errors import LotteryNotOpen
from jishi.promotions.lotteries.events import LotteryDrawn
from jishi.promotions.lotteries.models import Entry, Lottery, Prize, Win
from jishi.promotions.lotteries.operations import locked, opening
from jishi.promotions.lotteries.operations.entering import COUNTS
from jishi.trade.orders import queries as order_queries

log = structlog.get_logger("lotteries")


def draw_due(at: datetime | None = None) -> int:
    """Draw what is due, draw again what nobody claimed, and close what is over; return how many took a
    step.
    """
    now = clock.at_or_now(at)
    due = Lottery.objects.filter(due_at__lte=now).order_by("due_at", "pk").values_list("code", flat=True)
    done = 0
    for code in list(due[:100]):
        try:
            done += _step(code, now)
        except Exception as error:
            # One lottery that cannot be drawn must not keep the others waiting.
            log.error("lotteries.draw_failed", lottery=code, exc_info=error)
    return done


def draw(*, lottery_code: str, at: datetime | None = None) -> None:
    """Draw a lottery whose time is over; doing so again changes nothing.

    :raises LotteryNotFound: there is none.
    :raises LotteryNotOpen: it still takes entries, or was stopped.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        lottery = locked.lottery_by_code(lottery_code)
        if lottery.state in (LotteryState.DRAWN, LotteryState.CLOSED):
            return
        if lottery.state != LotteryState.ON or now < lottery.ends_at:
            raise LotteryNotOpen(lottery=lottery_code)
        _draw(lottery, at=now)


def _step(code: str, at: datetime) -> int:
    with transaction.atomic():
        lottery = locked.lottery_by_code(code)
        if lottery.due_at is None or lottery.due_at > at:
            return 0
        if lottery.state == LotteryState.ON:
            _draw(lottery, at=at)
        elif lottery.state == LotteryState.DRAWN:
            _draw_again(lottery, at=at)
        else:
            raise InvariantBroken(f"{lottery.code} is {lottery.state} and has a next step")
    return 1


# --- Steps under the lottery's lock -----------------------------------------------------------------------


def _draw(lottery: Lottery, *, at: datetime) -> None:
    entries = list(Entry.objects.filter(lottery=lottery).order_by("number"))
    if [entry.number for entry in entries] != list(range(1, lottery.entries_count + 1)):
        raise InvariantBroken(f"entries of {lottery.code} are missing")
    lottery.entries_digest = fairdraw.digest(entry.code for entry in entries)
    lottery.state, lottery.drawn_at = LotteryState.DRAWN, at
    _award(lottery, entries, at=at)


def _draw_again(lottery: Lottery, *, at: datetime) -> None:
    """End wins that were not claimed in time; the next of the ranking win them, a bounded number of times."""
    waiting = Win.objects.filter(lottery=lottery, state=WinState.WON, claim_by_at__lte=at)
    gone = list(waiting.order_by("round", "pk").select_for_update())
    for win in gone:
        Prize.objects.filter(pk=win.prize_id).update(awarded=F("awarded") - 1)
        win.state, win.closed_at = WinState.LAPSED, at
        win.save(update_fields=["state", "closed_at"])
    if gone and lottery.rounds <= rules.ROUNDS:
        _award(lottery, list(Entry.objects.filter(lottery=lottery).order_by("number")), at=at)
        return
    if not Win.objects.filter(lottery=lottery, state=WinState.ORDERED).exists():
        lottery.state, lottery.closed_at, lottery.due_at = LotteryState.CLOSED, at, None
        opening.give_back(lottery, at=at)
    else:
        # Somebody's order is being placed; it ends by itself.
        lottery.due_at = at + timedelta(hours=1)
    lottery.save()


def _award(lottery: Lottery, entries: Sequence[Entry], *, at: datetime) -> None:
    """Compute the winners so far and write those that are new."""
    by_code = {entry.code: entry for entry in entries}
    prizes = {str(prize.position): prize for prize in lottery.prizes.order_by("position")}
    ranked = [(code, by_code[code].who) for code in fairdraw.ranking(lottery.seed, by_code)]
    known = {win.entry.code for win in Win.objects.filter(lottery=lottery).select_related("entry")}
    lapsed = Win.objects.filter(lottery=lottery, state=WinState.LAPSED).order_by("closed_at", "round", "pk")
    for entry in entries:
        if entry.code not in known and entry.code not in lottery.passed and _is_void(lottery, entry):
            lottery.passed[entry.code] = "order_refunded"
    winners, _ = fairdraw.award(
        ranked,
        [(key, prize.quantity) for key, prize in prizes.items()],
        wins_per_person=lottery.wins_per_person,
        passed=lottery.passed,
        lapsed=list(lapsed.values_list("entry__code", flat=True)),
    )
    claim_by = at + timedelta(days=lottery.claim_days)
    fresh = [(by_code[code], prizes[key]) for code, key in winners if code not in known]
    for entry, prize in fresh:
        taken = set(
            Win.objects.filter(prize=prize).exclude(state=WinState.LAPSED).values_list("unit", flat=True)
        )
        Win.objects.create(
            lottery=lottery,
            prize=prize,
            unit=next(unit for unit in range(1, prize.quantity + 1) if unit not in taken),
            entry=entry,
            person_id=entry.person_id,
            round=lottery.rounds,
            awarded_at=at,
            claim_by_at=claim_by,
        )
        Prize.objects.filter(pk=prize.pk).update(awarded=F("awarded") + 1)
    lottery.rounds += 1
    lottery.due_at = claim_by
    lottery.save()
    outbox.publish(
        LotteryDrawn(
            **locked.facts(lottery, at),
            winner_ids=[entry.person_id for entry, _ in fresh],
            claim_by_at=claim_by if fresh else None,
        )
    )


def _is_void(lottery: Lottery, entry: Entry) -> bool:
    """Whether the order behind an entry went back."""
    if lottery.entry_mode != EntryMode.ORDER:
        return False
    order = order_queries.find_order(entry.source)
    return order is None or order.state not in COUNTS
