"""What the people of the demo world say about what they bought, and what they ask before they buy.

The same seed gives the same words. Stars are mixed, as in any shop; a few follow up, a few shops answer.
"""

import random
from datetime import datetime, timedelta

from jishi.goods.catalog import queries as catalog
from jishi.goods.merchants import queries as merchants
from jishi.kernel.errors import DomainError
from jishi.simulation.demo.people import Crowd
from jishi.social.reviews import operations as reviews
from jishi.social.reviews import queries as review_queries
from jishi.social.reviews.contracts import ReviewDraft
from jishi.trade.orders import queries as orders
from jishi.trade.orders.contracts import OrderView

REVIEWS, QUESTIONS = 36, 8
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SAID: dict[int, tuple[str, ...]] = {
    5: (
        "比想象中好，拆开就忍不住发给朋友看了。包装很仔细，没有一点磕碰。",
        "第二次买了，品质很稳定，家里老人也喜欢，下次还会一起拼。",
        "实物和图片一样，用了几天很顺手，这个价格真的值。",
        "Arrived well packed and exactly as described. My flatmate ordered one too.",
    ),
    4: (
        "整体满意，颜色比图片稍深一点，不影响使用。",
        "东西不错，就是快递慢了一天，店家回复很及时。",
        "Good quality for the price; the box was a little dented but nothing inside was damaged.",
    ),
    3: (
        "中规中矩，没有惊喜也没有失望，价格再低一点就好了。",
        "还可以，尺寸比我想的小一些，买之前记得看清楚规格。",
    ),
    2: ("用了两天边角有点起毛，联系店家答应补发，还在等。",),
    1: ("收到的和页面描述差得有点远，已经和店家沟通。",),
}
ASPECTS: dict[str, tuple[str, ...]] = {
    "fresh": ("taste", "freshness", "packaging", "delivery"),
    "tea": ("taste", "quality", "packaging", "value"),
    "teaware": ("quality", "as_described", "packaging"),
    "home": ("quality", "as_described", "packaging"),
    "textile": ("fit", "quality", "as_described"),
    "garden": ("freshness", "as_described", "packaging"),
    "paper": ("quality", "delivery", "value"),
}
MIX = (5, 5, 4, 5, 4, 3, 5, 4, 2, 5, 3, 1)
AFTER = ("用了一周再来说：依然满意，没有出现问题。", "过了些日子来追评，耐用，没让人失望。")
REPLIES = ("谢谢您的支持，有任何问题随时找我们。", "抱歉让您失望了，已经为您安排处理，请留意消息。")
ASKED = (
    ("适合送长辈吗？包装怎么样？", "我就是买来送爸妈的，外盒很体面。"),
    ("收到以后能放多久？", "按页面说的放，我家两周都没问题。"),
    ("和实体店里的是同款吗？", "对比过，是一样的。"),
    ("Does it come with instructions in English?", "Yes, there is a small card in the box."),
)


def speak(dice: random.Random, crowd: Crowd, *, until: datetime) -> None:
    """Let some buyers review, some people ask and some answer."""
    _choose_aspects(crowd.roles["operator"], until)
    page = orders.page_orders(state="received", limit=100)
    # Codes of orders are random, so the order of their placing is what makes the world the same again.
    bought = sorted(page.items, key=lambda order: (order.placed_at, order.buyer_id))
    visitor = crowd.roles["shopper"]
    told = [order for order in bought if order.buyer_id != visitor][:REVIEWS]
    for number, order in enumerate(told):
        _review(dice, crowd, order, number, until)
    for number, order in enumerate(told[:QUESTIONS]):
        _question(crowd, order, number, until)
    reviews.recompute_due(until)


def _choose_aspects(operator_id: int, at: datetime) -> None:
    """What is judged depends on what it is: nobody asks how a book tastes."""
    for category in catalog.list_categories("en"):
        if category.slug in ASPECTS:
            reviews.configure_aspects(
                category_id=category.category_id, codes=ASPECTS[category.slug], by=operator_id, at=at
            )


def _review(dice: random.Random, crowd: Crowd, order: OrderView, number: int, until: datetime) -> None:
    received = order.received_at or until
    at = received + HOUR * (30 + dice.randrange(40))
    if at >= until:
        return
    stars = MIX[number % len(MIX)]
    judged = review_queries.list_aspects(order.lines[0].product_id)[:3]
    draft = ReviewDraft(
        stars=stars,
        text=SAID[stars][number % len(SAID[stars])],
        aspects={
            aspect.code: stars if first == 0 else max(2, min(5, stars + dice.choice((-1, 0, 1))))
            for first, aspect in enumerate(judged)
        },
        is_anonymous=number % 6 == 5,
        language="zh-hans",
    )
    try:
        code = reviews.publish(
            author_id=order.buyer_id, order_code=order.code, position=0, draft=draft, at=at
        )
        for reader in dice.sample(crowd.ids[60:140], dice.randrange(4)):
            if reader != order.buyer_id:
                reviews.vote(person_id=reader, code=code, at=at)
        if number % 4 == 0 and at + 6 * DAY < until:
            words = AFTER[number % len(AFTER)]
            reviews.follow_up(author_id=order.buyer_id, code=code, text=words, at=at + 6 * DAY)
        if stars <= 3 or number % 5 == 0:
            staff = merchants.list_staff(order.shop_id)[0][0]
            reviews.reply(staff_id=staff, code=code, text=REPLIES[stars <= 3], at=at + 5 * HOUR)
    except DomainError:
        # A guard doubts the words, or the buyer works for the shop: then nothing is said.
        return


def _question(crowd: Crowd, order: OrderView, number: int, until: datetime) -> None:
    asked, answered = ASKED[number % len(ASKED)]
    asker = crowd.ids[150 + number]
    at = until - (2 + number) * DAY
    try:
        code = reviews.ask(author_id=asker, product_id=order.lines[0].product_id, text=asked, at=at)
        if number % 3 != 2:
            reviews.answer(author_id=order.buyer_id, code=code, text=answered, at=at + 3 * HOUR)
    except DomainError:
        return
