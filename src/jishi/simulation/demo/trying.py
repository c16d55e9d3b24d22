"""What the team of the demo world tries out: an experiment, asked for by one operator, begun by another, and
a price by blocks of time, with one more that waits for its shop.

Everybody was shown their arm by the real assignment; what they did afterwards is what they did in this world,
so the reading says what it finds, most likely that it cannot tell yet.
"""

import random
from datetime import datetime, timedelta

from jishi.insight.experiments import operations as experiments
from jishi.insight.experiments import queries
from jishi.insight.experiments.contracts import Arm, ArmKind, Draft, Guardrail, SwitchDraft
from jishi.promotions.timed_prices import operations as timed_prices
from jishi.simulation.demo.people import Crowd
from jishi.simulation.demo.shelves import Ware

SINCE = timedelta(days=18)
SHOWN = 260
DRAFT = Draft(
    name="空购物车放什么",
    hypothesis="空购物车里放合口味的东西，会有更多人继续买。",
    slot="cart.empty",
    arms=(Arm("plain", ArmKind.CONTROL, 1, {"shows": "plain"}), Arm("taste", payload={"shows": "taste"})),
    measures=("buyers", "revenue"),
    guardrails=(Guardrail("abandoned", 500),),
    planned_n=2_000,
)

POPUP = Draft(
    name="要不要弹窗",
    hypothesis="没有弹窗，逛的人更安心，买的人不会变少。",
    slot="slot.popup",
    arms=(Arm("usual", ArmKind.CONTROL, 1, {"shows": "usual"}), Arm("none", payload={"shows": "nothing"})),
    measures=("buyers", "revenue"),
    guardrails=(Guardrail("unsubscribed", 500),),
    layer="popup",
    planned_n=2_000,
)


def run(dice: random.Random, crowd: Crowd, *, until: datetime) -> None:
    """Start it and show it to most people, on different days."""
    began = until - SINCE
    code = experiments.create(draft=DRAFT, owner_id=crowd.roles["operator"], at=began)
    experiments.ask(code=code, verb="start", by=crowd.roles["operator"], at=began)
    experiments.confirm(code=code, by=crowd.roles["colleague"], at=began)
    queries.forget_running()
    for day in range(SINCE.days):
        some = dice.sample(crowd.ids, SHOWN // SINCE.days + 1)
        shown = [found for person in some if (found := queries.assign(DRAFT.slot, person_id=person))]
        experiments.expose(shown, at=began + timedelta(days=day, hours=1 + 9 * dice.random()))


def popup(dice: random.Random, crowd: Crowd, *, until: datetime) -> None:
    """One about the pop-up, in a layer of its own, that is over: who saw both is read for both together."""
    began = until - SINCE
    code = experiments.create(draft=POPUP, owner_id=crowd.roles["operator"], at=began)
    experiments.ask(code=code, verb="start", by=crowd.roles["operator"], at=began)
    experiments.confirm(code=code, by=crowd.roles["colleague"], at=began)
    queries.forget_running()
    some = dice.sample(crowd.ids, SHOWN)
    shown = [found for person in some if (found := queries.assign(POPUP.slot, person_id=person))]
    experiments.expose(shown, at=began + timedelta(days=8))
    experiments.stop(code=code, by=crowd.roles["operator"], at=until - timedelta(days=2))
    queries.forget_running()


def price(crowd: Crowd, wares: list[Ware], *, until: datetime) -> None:
    """Begin a price trial that has run for two weeks, and ask the merchant's shop for another.

    What was bought in the blocks before was bought at the usual price, so that the two sides differ by chance
    alone: the reading has to say that it cannot tell.
    """
    alone = [ware for ware in wares if ware.offer_code is None]
    asked, operator = wares[0].shop_id, crowd.roles["operator"]
    shop = next(ware.shop_id for ware in alone if ware.shop_id != asked)
    began = (until - timedelta(days=15)).replace(hour=16, minute=0, second=0, microsecond=0)
    running = SwitchDraft(
        name="九折会不会多卖",
        hypothesis="便宜一成，会有人一次买两件，这家店的总额不会变少。",
        shop_id=shop,
        product_ids=tuple(ware.product_id for ware in wares if ware.shop_id == shop)[:20],
        off_bps=1_000,
        starts_at=began,
        block_h=12,
        apart_days=1,
        cycles=12,
        measures=("goods_money", "goods_orders", "goods_basket"),
        guardrails=(Guardrail("house_money", 1_000), Guardrail("goods_lapsed", 2_000)),
        budget_minor=300_000,
    )
    before = began - timedelta(days=2)
    code = experiments.create_switchback(draft=running, owner_id=operator, seed="9a7c41d05e22b6f8", at=before)
    timed_prices.agree(
        code=queries.get_switchback(code).price_code,
        shop_id=shop,
        not_below_cost=True,
        by=operator,
        at=before,
    )
    experiments.ask_switchback(code=code, verb="start", by=operator, at=before)
    experiments.confirm_switchback(code=code, by=crowd.roles["colleague"], at=before)
    waiting = SwitchDraft(
        name="周末前后，八五折",
        hypothesis="平日也有人买，只是在等周末的价。",
        shop_id=asked,
        product_ids=tuple(ware.product_id for ware in alone if ware.shop_id == asked)[:3]
        or (wares[0].product_id,),
        off_bps=1_500,
        starts_at=began + timedelta(days=22),
        block_h=6,
        guardrails=(Guardrail("house_money", 1_000),),
    )
    plan = experiments.create_switchback(draft=waiting, owner_id=operator, at=until)
    experiments.ask_switchback(code=plan, verb="start", by=operator, at=until)
