"""Words, links and floods: what is found, and what is left in peace."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from jishi.kernel import policy
from jishi.trust.moderation import lint

WORDS = lint.words_of(policy.pack("cn").rules)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "诚招刷单员",
        "刷 单 日结",
        "刷\u200b单",
        "ｓｈｕａｄａｎ 日结",
        "刷.单",
        "加 微 信 转 账 便宜",
        "Guaranteed profit!",
        "gu4ranteed  pr0fit",
        "高\u00ad仿包",
    ],
)
def test_inp_130_disguised_words_are_held(text: str) -> None:
    assert [(r.action, r.code) for r in lint.check_words(text, WORDS)] == [("hold", "word")]


@pytest.mark.parametrize("text", ["代办假证，当天取", "FAKE  PASSPORT", "fаke passport"])
def test_some_words_are_refused(text: str) -> None:
    assert lint.check_words(text, WORDS)[0].action == "refuse"


@pytest.mark.parametrize(
    "text", ["今天的柿子很甜", "We rewire merchants' lamps", "这单发货很快", "高高兴兴仿佛过年"]
)
def test_ordinary_texts_pass(text: str) -> None:
    assert lint.check_words(text, WORDS) == []


def test_prv_148_claims_without_bounds_are_pointed_out_with_a_reason_and_fair_ones_are_not() -> None:
    flagged = {
        "全网最低价，国家级工艺": "国家级",
        "最 佳 口感": "最佳",
        "最高级的享受": "最高级",
        "2026 年的新茶，销量第一": "销量第一",
        "本店的茶，全国最佳": "最佳",
    }
    fair = (
        "最新到货，最后三件，最大号",
        "开封后最佳食用期三天",
        "国家级非物质文化遗产代表性项目",
        "我们争做最佳小店",
        "自家院子里最佳的一棵",
        "2025年杭州直播间柿子销量第一",
    )

    found = {text: lint.check_words(text, WORDS) for text in flagged}

    assert {text: [(r.action, r.code) for r in one] for text, one in found.items()} == {
        text: [("accept", "absolute")] for text in flagged
    }
    assert {text: one[0].params["word"] for text, one in found.items()} == flagged
    assert all("promises more" in one[0].message for one in found.values())
    assert [text for text in fair if lint.check_words(text, WORDS)] == []
    # A fair place excuses nothing beside it.
    assert lint.check_words("最佳食用期三天，全网最低", WORDS)[0].params["word"] == "全网最低"
    assert lint.check_words("全网最低价", lint.words_of(policy.pack("none").rules)) == []


@pytest.mark.parametrize(
    "text",
    [
        "[https://bank.example](https://evil.test/login)",
        '<a href="https://evil.test">www.bank.example</a>',
        "[bank.example](//evil.test)",
        "[www.bank.example](https://bank.example@evil.test/)",
    ],
)
def test_inp_132_words_that_name_another_site_are_held(text: str) -> None:
    found = lint.check_links(text, (), own_host="", is_new=False)

    assert [(r.action, r.code) for r in found] == [("hold", "link_text")]
    assert found[0].params == {"host": "evil.test"}


@pytest.mark.parametrize(
    "text",
    [
        "[my shop](https://shop.example)",
        "[shop.example](https://www.shop.example/a)",
        "see https://shop.example/x",
    ],
)
def test_honest_links_pass(text: str) -> None:
    assert lint.check_links(text, (), own_host="", is_new=False) == []


def test_sites_that_look_like_others_are_held() -> None:
    for url in ("https://аррӏе.com/", "https://xn--80ak6aa92e.com/", "https://pаypal.com"):
        assert [r.code for r in lint.check_links(url, (), own_host="", is_new=False)] == ["link_host"], url


def test_links_of_new_accounts_are_held_but_not_to_ourselves() -> None:
    text = "看 https://jishi.example/p/abc 和"

    assert lint.check_links(text, (), own_host="jishi.example", is_new=True) == []
    assert [r.code for r in lint.check_links(text, (), own_host="x.example", is_new=True)] == ["link_new"]
    assert lint.check_links(text, (), own_host="x.example", is_new=False) == []


def test_crowds_of_mentions() -> None:
    outcomes = [
        [r.action for r in lint.check_mentions(count, is_new=is_new)]
        for count, is_new in ((3, True), (4, True), (10, False), (11, False), (21, False))
    ]

    assert outcomes == [[], ["hold"], [], ["hold"], ["refuse"]]


def past(text: str, count: int, *, minutes: int = 20) -> list[lint.Past]:
    return [lint.Past("note", lint.simhash(text), len(text), NOW - timedelta(minutes=minutes))] * count


def test_the_same_text_again_and_again() -> None:
    text = "正宗富平柿饼，今日下单今日发货，数量有限"
    alike = "正宗富平柿饼！今日下单  今日发货，数量有限！！"

    actions = [
        [r.action for r in lint.check_flood(alike, "note", past(text, n), is_new=False, at=NOW)]
        for n in (2, 3, 8)
    ]

    assert actions == [[], ["hold"], ["refuse"]]
    assert (
        lint.check_flood(
            "完全不同的一段话，说的是周末爬山看红叶的事", "note", past(text, 8), is_new=False, at=NOW
        )
        == []
    )
    assert lint.check_flood("好看", "note", past("好看", 8), is_new=False, at=NOW) == []


def test_inp_130_bursts_are_refused() -> None:
    few = past("今天的柿子很甜呀", 10, minutes=1)
    many = past("今天的柿子很甜呀", 30, minutes=1)

    assert [r.code for r in lint.check_flood("另外一句话", "note", few, is_new=True, at=NOW)] == ["burst"]
    assert lint.check_flood("另外一句话", "note", few, is_new=False, at=NOW) == []
    assert [r.code for r in lint.check_flood("另外一句话", "note", many, is_new=False, at=NOW)] == ["burst"]
