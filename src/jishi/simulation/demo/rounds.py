"""Community purchase of the demo: leaders with their payouts, and rounds that take orders, are collected, and
are planned."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from jishi.kernel import clock
from jishi.kernel.outbox import relay
from jishi.money.payments import operations as payments
from jishi.money.wallet import operations as wallet
from jishi.money.wallet import queries as wallet_queries
from jishi.promotions.community_buys import operations as community
from jishi.promotions.community_buys import queries
from jishi.promotions.community_buys.contracts import Application, ItemPlan, RoundPlan
from jishi.promotions.gates.contracts import Gate
from jishi.simulation.demo.history import DAY, HOUR, MINUTE
from jishi.simulation.demo.people import Crowd
from jishi.simulation.demo.shelves import Ware

REGION = "上海市浦东新区"
LEADERS = (
    ("friend", "小林家便利店", "张杨路店", "张杨路 188 号", "07:00–22:00"),
    (None, "陈阿姨", "柿子苑东门", "柿园路 9 弄 1 号", "17:00–20:30"),
    (None, "周师傅快递驿站", "锦绣路驿站", "锦绣路 66 号", "09:00–21:00"),
)
GOODS = 4


def gather(crowd: Crowd, wares: list[Ware], *, until: datetime) -> None:
    """Approve leaders, leave an application open, and run three rounds up to now."""
    people = iter(crowd.ids[200:])
    leading = [_lead(crowd, people, row, until=until) for row in LEADERS]
    points = [point for _, point in leading]
    waiting = Application(
        "吴老师", "13800001111", REGION, "小区业委会成员，下午都在家。", "活动室", "花木路 3 号", ""
    )
    community.apply(person_id=next(people), wish=waiting, at=until - 2 * HOUR)
    shop_id = wares[0].shop_id
    own = [ware for ware in wares if ware.shop_id == shop_id][:GOODS]
    past = _round(shop_id, own, "周末果篮团", "Weekend basket", until - 3 * DAY, until - DAY, until=until)
    buyers = [crowd.roles["shopper"], *(next(people) for _ in range(5))]
    bought = [
        _buy(past, person, points[n % 2], 1 + n % 3, at=until - 2 * DAY + n * 10 * MINUTE)
        for n, person in enumerate(buyers)
    ]
    community.cut_due(until - DAY + MINUTE)
    items = queries.get_round(past, language="zh-hans", shop_id=shop_id).items
    sold = [item for item in items if item.sold]
    arrived = {item.code: max(0, item.sold - (2 if place == 0 else 0)) for place, item in enumerate(sold)}
    community.count(shop_id=shop_id, round_code=past, arrived=arrived, by=None, at=until - 3 * HOUR)
    community.settle_due(until - 3 * HOUR)
    for number in range(1, 5):
        _hand_out(bought[number], buyers[number], leading[number % 2][0], at=until - 170 * MINUTE)
    now = _round(
        shop_id, own, "今晚截单 · 邻里团", "Tonight's round", until - 5 * HOUR, until + 8 * HOUR, until=until
    )
    every_day = frozenset(range(7))
    community.repeat(shop_id=shop_id, round_code=now, days=every_day, by=None, at=until - 4 * HOUR)
    for number in range(4):
        _buy(now, next(people), points[number % 3], 1 + number % 2, at=until - (4 - number) * HOUR)
    _round(
        shop_id,
        own[:2],
        "下周预告团",
        "Next week",
        until + 5 * DAY,
        until + 6 * DAY,
        until=until,
        opens=False,
    )
    relay.drain()
    _pay_out(leading[:2], crowd.roles["operator"], until=until)


def _lead(
    crowd: Crowd, people: Iterator[int], row: tuple[str | None, str, str, str, str], *, until: datetime
) -> tuple[int, str]:
    """Make somebody a leader; returns who, and the code of their point."""
    role, name, point, line, hours = row
    person = crowd.roles[role] if role and role in crowd.roles else next(people)
    wish = Application(name, "13900002222", REGION, "", point, line, hours)
    code = community.apply(person_id=person, wish=wish, at=until - 20 * DAY)
    community.decide(leader_code=code, state="approved", by=None, at=until - 19 * DAY)
    return person, queries.get_leader(code, at=until).points[0].code


def _hand_out(order_code: str, buyer: int, leader: int, *, at: datetime) -> None:
    """The buyer shows the code, the leader types it in, and both get what is theirs."""
    shown = queries.get_collection(order_code, viewer_id=buyer, language="zh-hans", at=at)
    community.hand_out(order_code=order_code, secret=shown.secret, by=leader, at=at)


def _pay_out(leaders: list[tuple[int, str]], operator: int, *, until: datetime) -> None:
    """The first leader was refused once and then sent a part; the second one waits."""
    (first, _), (second, _) = leaders
    has = {person: wallet_queries.list_earnings(person)[0] for person in (first, second)}
    for part, reason, hours in ((1, "收款户名与实名不一致，请核对后再申请", 2), (2, "", 1)):
        asked = wallet.ask(
            person_id=first,
            currency=has[first].currency,
            amount_minor=has[first].available_minor // part,
            destination=("支付宝 mia***@example.org" if reason else "支付宝 mia***@example.org · 林*亚"),
            at=until - (hours + 0.5) * HOUR,
        )
        if reason:
            wallet.refuse(payout_code=asked.code, by=operator, reason=reason, at=until - hours * HOUR)
        else:
            wallet.send(payout_code=asked.code, by=operator, at=until - hours * HOUR)
    wallet.ask(
        person_id=second,
        currency=has[second].currency,
        amount_minor=has[second].available_minor,
        destination="建设银行 6217 **** 0318 · 陈*英",
        at=until - 40 * MINUTE,
    )


def _round(
    shop_id: int,
    wares: list[Ware],
    zh: str,
    en: str,
    starts: datetime,
    cutoff: datetime,
    *,
    until: datetime,
    opens: bool = True,
) -> str:
    wish = RoundPlan(
        title_zh=zh,
        title_en=en,
        region=REGION,
        starts_at=starts,
        cutoff_at=cutoff,
        arrives_at=cutoff + 14 * HOUR,
        pickup_until_at=cutoff + 3 * DAY,
        commission_bps=800,
        budget_minor=30_000,
        gate=Gate(per_person_day=6, per_day=400),
    )
    at = starts - HOUR if starts < until else until - HOUR
    code = community.plan(shop_id=shop_id, wish=wish, by=None, at=at)
    for ware in wares:
        price = max(1, ware.prices[0] * 78 // 100)
        plan = ItemPlan(variant_id=ware.variant_ids[0], price_minor=price, cap=60, limit_per_person=6)
        community.put_item(shop_id=shop_id, round_code=code, wish=plan)
    if opens:
        community.open_round(shop_id=shop_id, round_code=code, by=None, at=at)
    return code


def _buy(round_code: str, person: int, point: str, units: int, *, at: datetime) -> str:
    found = queries.get_round(round_code, language="zh-hans", at=at)
    items = [item.code for item in found.items]
    wanted = {items[0]: units, items[person % len(items)]: 1} if person % 2 else {items[0]: units}
    with clock.as_of(at):
        seen = queries.quote(
            round_code=round_code, point_code=point, wanted=wanted, buyer_id=person, language="zh-hans", at=at
        )
        placed = community.order(
            round_code=round_code,
            point_code=point,
            wanted=wanted,
            buyer_id=person,
            fingerprint=seen.quote.fingerprint,
            checkout_key=f"demo-round-{round_code}-{person}",
            language="zh-hans",
            at=at,
        )
        paid = at + timedelta(minutes=1)
        payments.record_paid(intent_code=placed.intent_code, paid_at=paid, at=paid)
        relay.drain()
    return placed.order_codes[0]
