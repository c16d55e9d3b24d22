"""Slots, a landing page and first steps of the demo world: placed by one operator, confirmed by another."""

import random
from dataclasses import replace
from datetime import datetime, timedelta

from jishi.goods.catalog import queries as catalog
from jishi.growth.merchandising import operations as merchandising
from jishi.growth.merchandising import queries
from jishi.growth.merchandising.contracts import Block, LandingDraft, PlacementDraft, Viewer
from jishi.growth.onboarding import operations as onboarding
from jishi.kernel.text import both
from jishi.simulation import studio
from jishi.simulation.demo.people import Crowd
from jishi.simulation.demo.shelves import Ware

DAY = timedelta(days=1)
SLUG = "persimmon-days"
SAW, FOLLOWED, CLOSED = 60, 17, 4
LIST, NEWCOMERS = 23, 40
STEPS = (("interests", 1), ("follow", 3), ("save", 1), ("order", 1), ("note", 1))


def reach(crowd: Crowd, wares: list[Ware], *, until: datetime) -> None:
    """Fill the slots, publish the page, have people look at them, and take newcomers onto the path."""
    first = studio.paint("fruit", palette=0, ratio="1:1", seed=11, width=900)
    second = studio.paint("teapot", palette=1, ratio="1:1", seed=12, width=900)
    maker, second_one = crowd.roles["operator"], crowd.roles["colleague"]
    began = until - 5 * DAY
    _page(first, maker, second_one, wares, began=began, until=until)
    codes = [
        _place(draft, maker, second_one, at=began)
        for draft in _drafts(first, second, wares, until=until, began=began)
    ]
    waiting = merchandising.draft(draft=_winter(until), by=maker, at=until - DAY)
    merchandising.ask(code=waiting, by=maker, at=until - DAY)
    _look(crowd, codes[:2], until=until)
    page = queries.get_public(SLUG, at=until).code
    for person in crowd.ids[40 : 40 + LIST]:
        merchandising.sign_up(code=page, person_id=person, agreed=True, at=until - 2 * DAY)
    onboarding.enrol_new(until)
    _begin(crowd, until=until)


def _drafts(
    first: bytes, second: bytes, wares: list[Ware], *, until: datetime, began: datetime
) -> list[PlacementDraft]:
    """What stands in the slots: two banners, goods by region, a strip, a card on the page Me, a pop-up."""
    banner = PlacementDraft(
        slot="home.banner",
        title=both("柿子节", "Persimmon days"),
        text=both("新摘的柿子，拼着买更便宜", "Just picked, and cheaper together"),
        picture=merchandising.store_picture(data=first, slot="home.banner"),
        url=f"/l/{SLUG}/",
        starts_at=began,
        ends_at=until + 20 * DAY,
        priority=10,
    )
    plain = replace(banner, picture={}, priority=0)
    return [
        banner,
        replace(
            banner,
            title=both("围炉煮茶", "Tea by the stove"),
            text=both("天凉了，给自己煮一壶", "Cold days, warm hands"),
            picture=merchandising.store_picture(data=second, slot="home.banner"),
            url="/search/?q=%E8%8C%B6",
            priority=5,
        ),
        replace(
            plain,
            slot="home.collection",
            title=both("大家都在囤", "What everybody stocks up on"),
            text=both("按地区推荐当季好物。", "What is in season where you are."),
            url="",
            product_ids=tuple(ware.product_id for ware in wares[:8]),
        ),
        replace(
            plain,
            slot="home.collection",
            title=both("华东应季", "In season in the east"),
            text=both("你所在地区的当季好物。", "From and for where you are."),
            url="",
            priority=5,
            regions=("east",),
            product_ids=tuple(ware.product_id for ware in wares[8:16]),
        ),
        replace(plain, slot="me.card", url="/lotteries/", title=both("去抽个奖", "Try your luck in a draw")),
        replace(plain, slot="product.strip", audiences=("members",)),
        replace(plain, slot="popup", title=both("柿子节开始了", "Persimmon days have begun")),
    ]


def _winter(until: datetime) -> PlacementDraft:
    return PlacementDraft(
        slot="home.banner",
        title=both("冬至一起吃汤圆", "Dumplings for the solstice"),
        text=both("北方吃饺子，南方吃汤圆", "North or south, together"),
        url="/search/?q=%E6%B1%A4%E5%9C%86",
        starts_at=until + 2 * DAY,
        ends_at=until + 30 * DAY,
        seasons=("winter",),
    )


def _place(draft: PlacementDraft, maker: int, second: int, *, at: datetime) -> str:
    code = merchandising.draft(draft=draft, by=maker, at=at)
    merchandising.ask(code=code, by=maker, at=at)
    merchandising.confirm(code=code, by=second, at=at)
    return code


def _page(
    picture: bytes, maker: int, second: int, wares: list[Ware], *, began: datetime, until: datetime
) -> None:
    draft = LandingDraft(
        slug=SLUG,
        title=both("柿子节", "Persimmon days"),
        summary=both("从树上到你手里，只要三天。", "From the tree to your hands in three days."),
        picture=merchandising.store_page_picture(data=picture),
        ends_at=until + 20 * DAY,
    )
    code = merchandising.create_page(draft=draft, by=maker, at=began)
    cards = catalog.list_cards([ware.product_id for ware in wares], language="zh-hans")
    named = [cards[ware.product_id].code for ware in wares if ware.product_id in cards]
    offers = [cards[one.product_id].code for one in wares if one.offer_code and one.product_id in cards][:12]
    blocks = (
        Block(
            "b1",
            "text",
            title=both("为什么是现在", "Why now"),
            text=both(
                "霜降之后，柿子才真正甜起来。\n\n我们请相熟的果园当天采、当天发，不打蜡，不催熟。",
                "Persimmons turn sweet after the first frost.\n\n"
                "Picked and sent on the same day, unwaxed and unforced.",
            ),
        ),
        Block("b2", "countdown", title=both("距离结束", "Ends in"), until="page"),
        Block("b3", "teams", title=both("正在拼的团", "Teams to join"), codes=tuple(offers)),
        Block("b4", "goods", title=both("一起买更便宜", "Cheaper together"), codes=tuple(named[:8])),
        Block(
            "b5",
            "sign_up",
            title=both("下一批上架时告诉我", "Tell me about the next harvest"),
            text=both(
                "我同意集柿就下一批柿子给我发消息。", "I agree to hear from Jishi about the next harvest."
            ),
        ),
    )
    merchandising.put_blocks(code=code, blocks=blocks, revision=1, by=maker)
    merchandising.ask_publishing(code=code, revision=2, by=maker, at=began)
    merchandising.publish(code=code, revision=2, by=second, at=began)


def _begin(crowd: Crowd, *, until: datetime) -> None:
    """The newest people take their first steps, each as far as they got, within days of joining."""
    dice = random.Random(5)
    for person in crowd.ids[-NEWCOMERS:]:
        far = dice.choice((0, 1, 1, 2, 2, 3, 3, 4, 5))
        at = until - 12 * DAY
        for number, (kind, needed) in enumerate(STEPS[:far]):
            for place in range(needed):
                at += DAY * dice.random() / (1 if number else 12)
                onboarding.advance(person_id=person, kind=kind, subject=f"demo-{place}", at=at)


def _look(crowd: Crowd, codes: list[str], *, until: datetime) -> None:
    """Some people see the banners, some follow them, a few close one."""
    dice = random.Random(3)
    for number, person in enumerate(dice.sample(list(crowd.ids[4:]), SAW)):
        viewer, at = Viewer(person), until - DAY * dice.random()
        merchandising.record_shown(placement_code=codes[number % 2], viewer=viewer, at=at)
        if number < FOLLOWED:
            merchandising.record_clicked(placement_code=codes[number % 2], viewer=viewer, at=at)
        elif number < FOLLOWED + CLOSED:
            merchandising.record_dismissed(placement_code=codes[number % 2], viewer=viewer, at=at)
