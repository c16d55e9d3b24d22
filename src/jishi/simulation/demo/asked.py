"""Surveys of the demo world: one after receipt, one of recommendation, one without names, one in the making.

Answers go through the operation that a tap runs, on days of the past.
"""

# ruff: noqa: E501 - a text is read on one line

import random
from dataclasses import replace
from datetime import datetime, timedelta

from jishi.insight.surveys import operations as surveys
from jishi.insight.surveys import queries as survey_queries
from jishi.insight.surveys.contracts import Condition, Option, Question, SurveyDraft, Taker
from jishi.simulation.demo.people import Crowd

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
CSAT_MIX = (5, 5, 4, 5, 4, 3, 5, 4, 5, 2, 4, 5, 1, 5, 4)
NPS_MIX = (10, 9, 8, 10, 7, 9, 6, 10, 8, 9, 3, 10, 7, 9, 10, 5, 8)
GOOD = (
    "包装很用心，没有一点磕碰",
    "包装结实，水果都完好",
    "和朋友一起拼很划算",
    "拼团价格划算，还认识了邻居",
    "物流很快，第二天就到",
    "配送小哥很有礼貌",
    "客服回复及时",
    "The packaging was lovely",
    "Fast delivery, thank you",
    "笔记里种草的，没有失望",
    "Buying with friends is fun",
    "茶具和图片一样",
    "还会再来",
    "包装可以少一点塑料",
)
POOR = (
    "物流太慢了，等了五天", "物流信息一直不更新", "快递太慢", "收到时有两个坏果", "客服很久才回", "Delivery took a week",
    "颜色和图片不一样", "拼团人数凑不齐，等太久", "The size was smaller than expected",
)  # fmt: skip
HOME = (
    Question(
        "find", "single",
        {"zh-hans": "您今天来想做什么？", "en": "What brought you here today?"},
        options=(
            Option("look", {"zh-hans": "随便逛逛", "en": "Just looking"}),
            Option("buy", {"zh-hans": "买一样东西", "en": "Buying something"}),
            Option("read", {"zh-hans": "看笔记和社区", "en": "Reading notes and communities"}),
            Option("team", {"zh-hans": "和朋友拼单", "en": "Joining a team with friends"}),
        ),
    ),
    Question(
        "done", "single",
        {"zh-hans": "做到了吗？", "en": "Did it work out?"},
        options=(
            Option("yes", {"zh-hans": "做到了", "en": "Yes"}),
            Option("partly", {"zh-hans": "差不多", "en": "Partly"}),
            Option("no", {"zh-hans": "没有", "en": "No"}),
        ),
    ),
    Question(
        "hurdle", "text", {"zh-hans": "卡在哪里了？", "en": "What got in the way?"},
        is_required=False, show_if=Condition("done", "is_not", "yes"),
    ),
)  # fmt: skip
HURDLES = (
    "搜不到想要的",
    "搜索结果不对",
    "规格太多，选不清",
    "凑不到人拼团",
    "不知道运费多少",
    "Search found nothing",
    "价格没看懂",
)


def ask(dice: random.Random, crowd: Crowd, *, until: datetime) -> None:
    """Make the surveys and let people answer; the visitor's own account has answered none."""
    visitors = {crowd.roles[role] for role in ("shopper", "merchant", "operator", "colleague")}
    people = [one for one in crowd.ids if one not in visitors]
    _satisfaction(dice, people, until)
    _recommendation(dice, people, until)
    _nameless(dice, people, until)
    surveys.create(kind="ces", owner_id=crowd.roles["operator"], at=until - DAY)


def _satisfaction(dice: random.Random, people: list[int], until: datetime) -> None:
    code = surveys.create(kind="csat", owner_id=None, at=until - 30 * DAY)
    surveys.launch(code=code, at=until - 30 * DAY)
    for number, person in enumerate(dice.sample(people, 84)):
        score = CSAT_MIX[number % len(CSAT_MIX)]
        given = {"score": [str(score)]}
        if score <= 3:
            given["why"] = dice.sample(["goods", "delivery", "service", "price"], dice.choice((1, 1, 2)))
        if dice.random() < 0.5:
            given["words"] = [dice.choice(POOR if score <= 3 else GOOD)]
        _say(code, person, given, until - 28 * DAY * dice.random())


def _recommendation(dice: random.Random, people: list[int], until: datetime) -> None:
    draft = replace(survey_queries.get_template("nps"), trigger="page", page="me")
    code = surveys.create(kind="nps", draft=draft, owner_id=None, at=until - 25 * DAY)
    surveys.launch(code=code, at=until - 25 * DAY)
    for number, person in enumerate(dice.sample(people, 120)):
        score = NPS_MIX[number % len(NPS_MIX)]
        given = {"score": [str(score)]}
        if score <= 6:
            given["why"] = dice.sample(["delivery", "service", "price", "app"], dice.choice((1, 2)))
        if dice.random() < 0.35:
            given["words"] = [dice.choice(POOR if score <= 6 else GOOD)]
        _say(code, person, given, until - 24 * DAY * dice.random())


def _nameless(dice: random.Random, people: list[int], until: datetime) -> None:
    draft = SurveyDraft(
        title={"zh-hans": "今天顺利吗？", "en": "Did it work out today?"},
        intro={"zh-hans": "两个问题，不留姓名。", "en": "Two questions, without names."},
        thanks={"zh-hans": "谢谢，这些话会直接送到做页面的人手里。", "en": "Thank you; it goes straight to those who make the pages."},
        trigger="page", page="home", is_anonymous=True, allows_visitors=True,
    )  # fmt: skip
    code = surveys.create(kind="custom", draft=draft, questions=HOME, owner_id=None, at=until - 12 * DAY)
    surveys.launch(code=code, at=until - 12 * DAY)
    for person in dice.sample(people, 63):
        given = {
            "find": [dice.choice(("look", "buy", "buy", "read", "team"))],
            "done": [dice.choice(("yes", "yes", "yes", "partly", "no"))],
        }
        if given["done"] != ["yes"] and dice.random() < 0.7:
            given["hurdle"] = [dice.choice(HURDLES)]
        _say(code, person, given, until - 11 * DAY * dice.random())


def _say(code: str, person: int, given: dict[str, list[str]], at: datetime) -> None:
    surveys.answer(code=code, taker=Taker(person), given=given, language="zh-hans", at=at)
