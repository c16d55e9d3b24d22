"""Bargains, collected likes and lotteries of the demo: going, won, waiting for help, entered and drawn.

Shares of bargains follow seeds of the demo's own, so that the world repeats itself; who wins the lottery
that was
drawn is the one thing left to chance, as it should be.
"""

import random
from datetime import datetime, timedelta

from jishi.promotions.lotteries import operations as lotteries
from jishi.promotions.lotteries.contracts import LotteryDraft, PrizeDraft
from jishi.promotions.plays import operations as plays
from jishi.simulation.demo.people import Crowd
from jishi.simulation.demo.shelves import Ware

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
GOING, READY = 6, 8
"""Helps of the shopper's own bargain, and friends who end one."""


def gather(crowd: Crowd, wares: list[Ware], *, until: datetime) -> None:
    """Set up a bargain, a collection of likes and two lotteries, and let people take part."""
    dice = random.Random(11)
    shopper = crowd.roles["shopper"]
    friends = [one for one in crowd.ids[20:] if one != shopper]
    fitting = [ware for ware in wares if ware.prices[0] >= 3000] or wares
    bargain = _offer(fitting[0], "bargain", {"helpers": READY + 2}, percent=45, until=until)
    likes = _offer(fitting[1 % len(fitting)], "like_collect", {"goal": 5}, percent=0, until=until)
    _bargains(bargain, fitting[0], shopper, friends, until=until)
    _likes(likes, fitting[1 % len(fitting)], friends, until=until)
    _draws(fitting[0], shopper, friends, dice, until=until)


def _offer(ware: Ware, mechanic: str, params: dict[str, int], *, percent: int, until: datetime) -> str:
    made = plays.create_offer(
        shop_id=ware.shop_id,
        product_id=ware.product_id,
        mechanic=mechanic,
        params={"hours": 72, "pay_hours": 48, **params},
        prices={
            variant: minor * percent // 1000 * 10
            for variant, minor in zip(ware.variant_ids, ware.prices, strict=True)
        },
        starts_at=until - 3 * DAY,
        ends_at=until + 20 * DAY,
        stock_limit=30,
        at=until - 3 * DAY,
    )
    return made.code


def _bargains(offer: str, ware: Ware, shopper: int, friends: list[int], *, until: datetime) -> None:
    """The shopper's own is going; a friend's waits for the shopper; another is won and waits to be bought."""
    for number, (starter, helps, age) in enumerate(
        ((shopper, GOING, 20 * HOUR), (friends[0], 3, 5 * HOUR), (friends[1], READY + 2, 30 * HOUR))
    ):
        at = until - age
        code = plays.start_rally(
            offer_code=offer,
            variant_id=ware.variant_ids[0],
            person_id=starter,
            seed=f"demo-{number}",
            at=at,
        )
        for place in range(helps):
            helper = friends[10 + number * 12 + place]
            plays.help_rally(rally_code=code, person_id=helper, at=at + (place + 1) * HOUR / 2)


def _likes(offer: str, ware: Ware, friends: list[int], *, until: datetime) -> None:
    code = plays.start_rally(
        offer_code=offer,
        variant_id=ware.variant_ids[0],
        person_id=friends[2],
        device="demo phone",
        at=until - 9 * HOUR,
    )
    for place in range(3):
        plays.help_rally(rally_code=code, person_id=friends[60 + place], at=until - (8 - place) * HOUR)
    # One help from the starter's own phone: it waits for somebody to look at it.
    plays.help_rally(rally_code=code, person_id=friends[70], device="demo phone", at=until - 2 * HOUR)


def _draws(ware: Ware, shopper: int, friends: list[int], dice: random.Random, *, until: datetime) -> None:
    """One that takes entries, and one that was drawn yesterday."""
    prize = (PrizeDraft(variant_id=ware.variant_ids[0], quantity=3),)
    for title, starts, ends, count in (
        ("秋天的第一箱柿子", until - 2 * DAY, until + 3 * DAY, 40),
        ("开张有喜抽奖", until - 6 * DAY, until - DAY, 55),
    ):
        code = lotteries.publish(
            shop_id=ware.shop_id,
            draft=LotteryDraft(
                title=title,
                note="免费参加，每人一次，开奖过程人人可查。",
                starts_at=starts,
                ends_at=ends,
                prizes=prize,
            ),
            at=starts,
        )
        for person in dice.sample(friends, count):
            lotteries.enter(lottery_code=code, person_id=person, at=starts + HOUR)
        if ends < until:
            lotteries.enter(lottery_code=code, person_id=shopper, at=starts + 2 * HOUR)
            lotteries.draw(lottery_code=code, at=ends)
