"""Reading lotteries: as viewers see them, in lists, and the proof of a draw."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.inventory import queries as inventory_queries
from jishi.goods.merchants import queries as merchant_queries
from jishi.goods.pricing import queries as pricing_queries
from jishi.kernel import clock, fairdraw, policy
from jishi.people.accounts import queries as account_queries
from jishi.promotions.lotteries import rules
from jishi.promotions.lotteries.contracts import (
    EntryMode,
    LotteryDraft,
    LotteryRow,
    LotteryState,
    LotteryView,
    Preview,
    PrizeView,
    Proof,
    WinnerLine,
    WinState,
    WinView,
)
from jishi.promotions.lotteries.errors import LotteryInvalid, LotteryNotFound
from jishi.promotions.lotteries.models import Entry, Lottery, Prize, Win

SHOWN_WINNERS = 100
PUBLISHED_IN = "zh-hans"


def get_lottery(
    code: str, *, viewer_id: int | None, language: str = PUBLISHED_IN, at: datetime | None = None
) -> LotteryView:
    """Return a lottery as one viewer sees it. Its proof names prizes as they were published.

    :raises LotteryNotFound: there is none.
    """
    now = clock.at_or_now(at)
    lottery = Lottery.objects.filter(code=code).first()
    if lottery is None:
        raise LotteryNotFound(lottery=code[:12])
    prizes = _prizes(lottery, language)
    wins = list(
        Win.objects.filter(lottery=lottery).select_related("entry").order_by("round", "pk")[:SHOWN_WINNERS]
    )
    own = _own_entries(lottery, viewer_id)
    own_wins = _own_wins(wins, prizes, viewer_id)
    people = account_queries.list_people({win.person_id for win in wins})
    screen, actions = _screen(lottery, own, own_wins, viewer_id, now)
    units = sum(prize.quantity for prize in prizes.values())
    return LotteryView(
        code=lottery.code,
        shop_id=lottery.shop_id,
        title=lottery.title,
        note=lottery.note,
        entry_mode=lottery.entry_mode,
        min_order_minor=lottery.min_order_minor,
        currency=lottery.currency,
        per_person=lottery.per_person,
        wins_per_person=lottery.wins_per_person,
        starts_at=lottery.starts_at,
        ends_at=lottery.ends_at,
        claim_days=lottery.claim_days,
        state=lottery.state,
        screen=screen,
        actions=actions,
        prizes=tuple(prizes.values()),
        units=units,
        entries=lottery.entries_count,
        # With the entry that is being thought of, as long as it can still be made.
        one_in=rules.one_in(lottery.entries_count + (0 if own else 1), units),
        own_entries=own,
        own_wins=own_wins,
        winners=tuple(
            WinnerLine(win.entry.code, people[win.person_id], prizes[win.prize_id], win.state) for win in wins
        ),
        seed_hash=lottery.seed_hash,
        drawn_at=lottery.drawn_at,
        stop_reason=lottery.stop_reason,
    )


def _prizes(lottery: Lottery, language: str) -> dict[int, PrizeView]:
    rows = list(Prize.objects.filter(lottery=lottery).order_by("position"))
    if language == PUBLISHED_IN:
        return {row.pk: _prize(row) for row in rows}
    known = catalog_queries.find_variants([row.variant_id for row in rows], language=language)
    titles = {key: " · ".join((one.product_title, *one.options)) for key, one in known.items()}
    return {row.pk: replace(_prize(row), title=titles.get(row.variant_id, row.title)) for row in rows}


def _own_entries(lottery: Lottery, viewer_id: int | None) -> tuple[str, ...]:
    if viewer_id is None:
        return ()
    entries = Entry.objects.filter(lottery=lottery, person_id=viewer_id).order_by("pk")
    return tuple(entries.values_list("code", flat=True))


def _own_wins(
    wins: Iterable[Win], prizes: Mapping[int, PrizeView], viewer_id: int | None
) -> tuple[WinView, ...]:
    return tuple(
        WinView(win.code, win.state, prizes[win.prize_id], win.claim_by_at, win.order_code)
        for win in wins
        if win.person_id == viewer_id and win.state != WinState.LAPSED
    )


def _screen(
    lottery: Lottery,
    own: tuple[str, ...],
    own_wins: tuple[WinView, ...],
    viewer_id: int | None,
    now: datetime,
) -> tuple[str, tuple[str, ...]]:
    """Return which of the page's faces this viewer sees, and what they may do."""
    facts = rules.Facts(
        state=lottery.state,
        has_begun=now >= lottery.starts_at,
        is_over=now >= lottery.ends_at,
        is_known=viewer_id is not None,
        entries=len(own),
        per_person=lottery.per_person,
        claimable=any(win.state == WinState.WON and now < win.claim_by_at for win in own_wins),
    )
    screen, actions = rules.screen(facts)
    if own_wins and screen == "not_won":
        screen = "claimed"
    return screen, actions


def preview(*, shop_id: int, draft: LotteryDraft, at: datetime | None = None) -> Preview:
    """Say what a lottery would mean, with its warnings. Nothing is written.

    :raises LotteryInvalid: a setting makes no sense, or a prize is not the shop's.
    """
    now, shop = clock.at_or_now(at), merchant_queries.get_shop(shop_id)
    fault = rules.fault(draft, now)
    ids = [one.variant_id for one in draft.prizes]
    worth = pricing_queries.list_prices(ids, shop.currency)
    variants = catalog_queries.find_variants(ids, language="zh-hans")
    known = all(pk in worth and pk in variants and variants[pk].shop_id == shop_id for pk in ids)
    if fault or not known:
        raise LotteryInvalid(field=fault or "prizes")
    free = inventory_queries.list_available(ids)
    wanted = Counter[int]()
    for prize in draft.prizes:
        wanted[prize.variant_id] += prize.quantity
    running = Lottery.objects.filter(shop_id=shop_id, state=LotteryState.ON, starts_at__lt=draft.ends_at)
    cap, dearest = policy.pack().get("prizes.max_value_minor", 0), max(worth[pk].amount_minor for pk in ids)
    warnings = (
        ("over_cap", bool(cap and dearest > cap)),
        ("too_few_units", any(free.get(pk, 0) < n for pk, n in wanted.items())),
        ("another", running.filter(ends_at__gt=draft.starts_at).exists()),
    )
    return Preview(
        units=sum(wanted.values()),
        liability_minor=sum(worth[pk].amount_minor * n for pk, n in wanted.items()),
        value_minor=dearest,
        currency=shop.currency,
        warnings=tuple(code for code, is_so in warnings if is_so),
    )


def get_title(code: str) -> str:
    """Return what a lottery is called.

    :raises LotteryNotFound: there is none.
    """
    found = Lottery.objects.filter(code=code).values_list("title", flat=True).first()
    if found is None:
        raise LotteryNotFound(lottery=code[:12])
    return found


def find_shop(code: str) -> int | None:
    """Return whose lottery it is."""
    return Lottery.objects.filter(code=code).values_list("shop_id", flat=True).first()


def list_people_of(code: str) -> list[int]:
    """Return who takes part."""
    rows = Entry.objects.filter(lottery__code=code).order_by("person_id")
    return list(rows.values_list("person_id", flat=True).distinct())


def list_lotteries(*, shop_id: int | None = None, limit: int = 50) -> tuple[LotteryRow, ...]:
    """Return lotteries for consoles, the newest first."""
    rows = Lottery.objects.all() if shop_id is None else Lottery.objects.filter(shop_id=shop_id)
    return _rows(rows.order_by("-pk")[:limit])


def list_open(*, at: datetime | None = None, limit: int = 30) -> tuple[LotteryRow, ...]:
    """Return lotteries that take entries now or will soon, those that end first in front."""
    now = clock.at_or_now(at)
    rows = Lottery.objects.filter(state=LotteryState.ON, ends_at__gt=now)
    return _rows(rows.order_by("ends_at", "pk")[:limit])


def list_drawn(*, limit: int = 10) -> tuple[LotteryRow, ...]:
    """Return the latest draws."""
    rows = Lottery.objects.filter(state__in=[LotteryState.DRAWN, LotteryState.CLOSED])
    return _rows(rows.order_by("-drawn_at", "-pk")[:limit])


def find_for_order(*, shop_id: int, paid_at: datetime | None, total_minor: int) -> str | None:
    """Return the code of a running lottery for which a paid order of a shop gives an entry, if there is
    one.
    """
    if paid_at is None:
        return None
    now = clock.now()
    rows = Lottery.objects.filter(
        shop_id=shop_id,
        state=LotteryState.ON,
        entry_mode=EntryMode.ORDER,
        starts_at__lte=paid_at,
        ends_at__gt=max(now, paid_at),
        min_order_minor__lte=total_minor,
    )
    return rows.order_by("ends_at").values_list("code", flat=True).first()


def get_proof(code: str) -> Proof:
    """Return what anybody needs to check a draw: before it the promise and the entries so far.

    :raises LotteryNotFound: there is none.
    """
    lottery = Lottery.objects.filter(code=code).first()
    if lottery is None:
        raise LotteryNotFound(lottery=code[:12])
    entries = list(Entry.objects.filter(lottery=lottery).order_by("number"))
    prizes = list(Prize.objects.filter(lottery=lottery).order_by("position"))
    data: dict[str, Any] = {
        "format": fairdraw.FORMAT,
        "draw": lottery.code,
        "seed_hash": lottery.seed_hash,
        "entries": [{"number": row.number, "entry": row.code, "who": row.who} for row in entries],
        "prizes": [
            {"prize": str(row.position), "quantity": row.quantity, "title": row.title} for row in prizes
        ],
        "wins_per_person": lottery.wins_per_person,
    }
    is_drawn = lottery.state in (LotteryState.DRAWN, LotteryState.CLOSED)
    if is_drawn:
        data |= _outcome(lottery, entries, prizes)
    return Proof(lottery.code, is_drawn, data)


def _outcome(lottery: Lottery, entries: list[Entry], prizes: list[Prize]) -> dict[str, Any]:
    wins = list(Win.objects.filter(lottery=lottery).select_related("entry", "prize").order_by("round", "pk"))
    lapsed = sorted(
        (win for win in wins if win.state == WinState.LAPSED),
        key=lambda win: (win.closed_at or win.awarded_at, win.round, win.pk),
    )
    # After the last round nobody follows: what was not claimed then went back to the shop.
    followed = sorted({win.closed_at for win in lapsed if win.closed_at})[: rules.ROUNDS]
    unclaimed = [win.entry.code for win in lapsed if win.closed_at not in followed]
    lapsed = [win for win in lapsed if win.closed_at in followed]
    whos = {row.code: row.who for row in entries}
    _, skipped = fairdraw.award(
        [(one, whos[one]) for one in fairdraw.ranking(lottery.seed, whos)],
        [(str(row.position), row.quantity) for row in prizes],
        wins_per_person=lottery.wins_per_person,
        passed=lottery.passed,
        lapsed=[win.entry.code for win in lapsed],
    )
    return {
        "seed": lottery.seed,
        "entries_digest": lottery.entries_digest,
        "winners": [{"entry": win.entry.code, "prize": str(win.prize.position)} for win in wins],
        "lapsed": [win.entry.code for win in lapsed],
        "unclaimed": unclaimed,
        "skipped": [{"entry": entry, "reason": reason} for entry, reason in skipped],
    }


def _prize(row: Prize) -> PrizeView:
    return PrizeView(
        position=row.position,
        product_id=row.product_id,
        variant_id=row.variant_id,
        title=row.title,
        quantity=row.quantity,
        value_minor=row.value_minor,
        awarded=row.awarded,
    )


def _rows(rows: Any) -> tuple[LotteryRow, ...]:
    found = list(rows.prefetch_related("prizes"))
    claimed = dict(
        Win.objects.filter(lottery__in=[row.pk for row in found])
        .order_by()
        .values_list("lottery_id")
        .annotate(n=Count("pk", filter=Q(state=WinState.CLAIMED)))
    )
    return tuple(_row(row, claimed.get(row.pk, 0)) for row in found)


def _row(row: Lottery, claimed: int) -> LotteryRow:
    prizes = sorted(row.prizes.all(), key=lambda prize: prize.position)
    return LotteryRow(
        code=row.code,
        shop_id=row.shop_id,
        title=row.title,
        state=row.state,
        entry_mode=row.entry_mode,
        product_id=prizes[0].product_id,
        units=sum(prize.quantity for prize in prizes),
        value_minor=sum(prize.quantity * prize.value_minor for prize in prizes),
        currency=row.currency,
        entries=row.entries_count,
        claimed=claimed,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
    )
