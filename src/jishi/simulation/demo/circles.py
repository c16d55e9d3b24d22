"""Communities, polls and challenges of the demo world, through the operations that people's clicks run."""

# ruff: noqa: E501 - a text is read on one line

from dataclasses import dataclass
from datetime import datetime

from jishi.people.accounts.contracts import AudienceRef
from jishi.promotions.plays import operations as plays
from jishi.simulation.demo import words
from jishi.simulation.demo.social import DAY, HOUR, Village, Written
from jishi.simulation.demo.words import Theme
from jishi.social.challenges import operations as challenges
from jishi.social.challenges.contracts import ChallengeDraft
from jishi.social.communities import operations as communities
from jishi.social.communities.contracts import AUDIENCE, CommunityDraft, GatheringDraft
from jishi.social.notes import operations as notes
from jishi.social.notes.contracts import NoteDraft, PastNote
from jishi.social.polls import operations as polls
from jishi.social.polls.contracts import PollDraft

MEMBERS, POSTS = 26, 11


@dataclass(frozen=True, slots=True)
class Circle:
    """A community, its themes, and what its owner announces."""

    slug: str
    draft: CommunityDraft
    themes: tuple[Theme, ...]
    announcement: tuple[str, str]
    has_visitor: bool = False
    is_english: bool = False


ZH_RULES = "一、好好说话，对事不对人。\n二、带货请标明合作，只发自己用过的东西。\n三、拼单、转让写清楚价格和时间。\n四、不发联系方式引人到别处交易。"
EN_RULES = (
    "1. Be kind; argue about things, not people.\n2. Say so when something is sponsored.\n"
    "3. Shared orders name a price and a date.\n4. No luring people off to trade elsewhere."
)
CIRCLES: tuple[Circle, ...] = (
    Circle(
        "tea-table",
        CommunityDraft(
            name="一席茶", for_whom="爱喝茶、不爱讲究的人", about="今天泡了什么，怎么泡的，配了什么点心。新手的问题最受欢迎。",
            not_about="不谈投资收藏，不晒天价茶。", rules=ZH_RULES, welcome="先坐下，说说你手边是什么茶。", language="zh-hans",
        ),
        (words.TEA, words.TEAWARE), ("春茶拼单的约定", "和山间茶事谈好了成员价：两人成团，只给社区里的人。详情看优惠一栏。"), True,
    ),
    Circle(
        "window-garden",
        CommunityDraft(
            name="窗台种植社", for_whom="有一扇窗的人", about="小盆、小窗、小收获。发芽、换盆、救活、放生，都可以写。",
            not_about="不卖苗，不比大小。", rules=ZH_RULES, welcome="拍一张你的窗台吧，空的也行。", language="zh-hans",
        ),
        (words.PLANT, words.FLOWERS), ("这周的功课：转一转花盆", "每个人把窗台上的盆转半圈，下周同一天再拍一张。"), True,
    ),
    Circle(
        "good-meals",
        CommunityDraft(
            name="好好吃饭", for_whom="一个人也要好好吃饭的人", about="早餐、便当、一锅汤，还有盛它们的碗。",
            rules=ZH_RULES, welcome="今天吃的什么？", language="zh-hans",
        ),
        (words.FRUIT, words.PANTRY, words.TABLE), ("周三便当日", "每周三，拍下你的便当，标题写上花了多少时间。"), True,
    ),
    Circle(
        "paper-and-pens",
        CommunityDraft(
            name="纸笔之间", for_whom="还在手写的人", about="书、本子、墨水、明信片。我们互相写信。",
            rules=ZH_RULES, welcome="欢迎，请先读一读置顶。", language="zh-hans", is_members_only=True,
            join_policy="questions", questions=("你最近一次手写是什么时候？", "想给谁写一封信？"),
        ),
        (words.PAPER,), ("十二月的换信活动", "报名的人会收到另一位成员的门牌，写一封不超过两页的信。"),
    ),
    Circle(
        "soft-and-plain",
        CommunityDraft(
            name="布与灯", for_whom="想把家里收拾得舒服一点的人", about="布料、灯光、收纳，租来的房子也算家。",
            rules=ZH_RULES, welcome="说说你家最舒服的角落。", language="zh-hans",
        ),
        (words.CLOTH, words.LIGHT), ("换季整理周", "这周只做一件事：把不穿的挑出来，写下为什么留、为什么走。"),
    ),
    Circle(
        "slow-market",
        CommunityDraft(
            name="Slow Market", for_whom="People who buy little and keep it long",
            about="Good everyday things, how they age, and who mends them. In English, all levels welcome.",
            not_about="No hauls.", rules=EN_RULES, welcome="Tell us about the oldest thing you still use.", language="en",
        ),
        (words.FRUIT, words.TEA, words.TABLE, words.PLANT, words.CLOTH, words.PAPER),
        ("Mending Saturday", "Bring something torn or chipped; we will look at it together on Saturday."), is_english=True,
    ),
)  # fmt: skip


def gather(village: Village, *, until: datetime) -> None:
    """Found the communities and let people join, post, announce and meet."""
    for number, circle in enumerate(CIRCLES):
        fitting = [
            note
            for note in village.written
            if note.theme in circle.themes and note.is_english == circle.is_english
        ]
        people = _people(village, circle, fitting)
        founded = until - (34 - 2 * number) * DAY
        communities.found(person_id=people[0], slug=circle.slug, draft=circle.draft, at=founded)
        _join(village, circle, people, founded)
        posts = _posts(village, circle, people, fitting, until)
        communities.pin(actor_id=people[0], slug=circle.slug, note_code=posts[0], at=until - 6 * DAY)
        title, text = circle.announcement
        communities.announce(
            person_id=people[0], slug=circle.slug, title=title, text=text, at=until - (2 + number) * DAY
        )
        if number == 0:
            _meet(people, circle.slug, until)
            _offer(village, people[0], circle.slug, until)


def _people(village: Village, circle: Circle, fitting: list[Written]) -> list[int]:
    """The owner first: whoever wrote most about it; then those who wrote, then others of the same tongue."""
    visitors = {village.shopper, village.friend}
    writers = [one.author_id for one in fitting if one.author_id not in visitors]
    ranked = sorted(set(writers), key=lambda one: (-writers.count(one), one))
    others = [
        one
        for one in village.dice.sample(village.crowd.ids[2:], 140)
        if one not in ranked and village.is_english(one) == circle.is_english
    ]
    people = [*ranked, *others][:MEMBERS]
    if circle.has_visitor:
        people.append(village.shopper)
    return [*people, village.friend]


def _join(village: Village, circle: Circle, people: list[int], founded: datetime) -> None:
    answers = tuple("上周，给外婆写了明信片。" for _ in circle.draft.questions)
    for person in people[1:]:
        at = founded + (village.until - founded) * 0.6 * village.dice.random() + HOUR
        communities.join(person_id=person, slug=circle.slug, rules_version=1, answers=answers, at=at)
        if circle.draft.join_policy == "questions":
            communities.decide(
                actor_id=people[0], slug=circle.slug, person_id=person, accept=True, at=at + HOUR
            )
    for role, person in (("moderator", people[1]), ("core", people[2])):
        communities.appoint(
            actor_id=people[0], slug=circle.slug, person_id=person, role=role, at=village.until - 9 * DAY
        )


def _posts(
    village: Village, circle: Circle, people: list[int], fitting: list[Written], until: datetime
) -> list[str]:
    """Notes of members; where only members read, they are written for them. Returns their codes."""
    if circle.draft.is_members_only:
        return _letters(village, circle, people, until)
    taken = [one for one in fitting if one.author_id in people and one.code not in village.posted][-POSTS:]
    for one in taken:
        communities.attach_post(
            author_id=one.author_id, note_code=one.code, slug=circle.slug, at=max(one.at, until - 20 * DAY)
        )
        village.posted.add(one.code)
    return [one.code for one in taken]


def _letters(village: Village, circle: Circle, people: list[int], until: datetime) -> list[str]:
    theme = circle.themes[0]
    rows = [
        PastNote(
            person,
            NoteDraft(
                title=theme.zh_titles[number % len(theme.zh_titles)].format(n="写给邻居的信"),
                text=theme.zh_bodies[number % len(theme.zh_bodies)],
                visibility="audience",
                audience=AudienceRef(AUDIENCE, circle.slug),
                language="zh-hans",
            ),
            until - (7 - number) * DAY,
        )
        for number, person in enumerate(people[:6])
    ]
    saved = notes.record_past(rows=rows)
    for row, one in zip(rows, saved, strict=True):
        communities.attach_post(
            author_id=row.author_id, note_code=one.code, slug=circle.slug, at=row.published_at
        )
    return [one.code for one in saved]


def _meet(people: list[int], slug: str, until: datetime) -> None:
    """An afternoon in a tea room next week, with most places taken."""
    draft = GatheringDraft(
        title="周末茶会：一人带一款茶", text="自带一款茶和一个杯子，我们准备水和点心。下午两点开始，五点散。",
        starts_at=until + 5 * DAY, ends_at=until + 5 * DAY + 3 * HOUR, place="上海徐汇 · 宛平路茶室二楼",
        speaker="", capacity=16,
    )  # fmt: skip
    code = communities.plan(host_id=people[0], slug=slug, draft=draft, at=until - 3 * DAY)
    for number, person in enumerate([*people[1:12], people[-1]]):
        communities.sign_up(person_id=person, slug=slug, code=code, at=until - 3 * DAY + (number + 1) * HOUR)


def _offer(village: Village, owner: int, slug: str, until: datetime) -> None:
    """A shop asks, the owner agrees, and members get a price of their own for a pair."""
    shelf = next(one for one in village.shelves if one.row[0] == "dahongpao")
    ware = shelf.ware
    communities.ask_partner(
        shop_id=ware.shop_id,
        person_id=village.crowd.roles["merchant"],
        slug=slug,
        message="想给一席茶的朋友们一个两人成团的价格，茶是今年的。",
        at=until - 8 * DAY,
    )
    communities.decide_partner(
        actor_id=owner, slug=slug, shop_id=ware.shop_id, agree=True, at=until - 7 * DAY
    )
    plays.create_offer(
        shop_id=ware.shop_id,
        product_id=ware.product_id,
        mechanic="group_buy",
        params={"size": 2, "hours": 24},
        prices={
            variant: minor * 78 // 1000 * 10
            for variant, minor in zip(ware.variant_ids, ware.prices, strict=True)
        },
        starts_at=until - 6 * DAY,
        ends_at=until + 30 * DAY,
        audience=AudienceRef(AUDIENCE, slug),
        at=until - 6 * DAY,
    )


def ask(village: Village, *, until: datetime) -> None:
    """A poll and a quiz with a prize, both open, under notes of the last days."""
    recent = [
        one
        for one in village.written
        if not one.is_english and one.theme is not None and one.author_id != village.shopper
    ]
    tea = [one for one in recent if one.theme is words.TEA][-1]
    plant = [one for one in recent if one.theme is words.PLANT and one.author_id != tea.author_id][-1]
    poll = polls.attach(
        author_id=tea.author_id,
        note_code=tea.code,
        draft=PollDraft(
            "下午三点，你喝什么？", ("热茶", "冷泡", "咖啡", "白开水"), closes_at=until + 4 * DAY
        ),
        at=tea.at,
    )
    quiz = polls.attach(
        author_id=plant.author_id,
        note_code=plant.code,
        draft=PollDraft(
            "新到家的绿植，头三天该做什么？", ("马上浇透水", "放在散射光下缓一缓", "换盆施肥"), closes_at=until + 3 * DAY,
            right=(1,), prize="长嘴浇水壶一只", prize_count=2, prize_value_minor=4800,
        ),
        at=plant.at,
    )  # fmt: skip
    dice = village.dice
    for code, author, options in ((poll, tea, (0, 0, 0, 1, 1, 2, 3)), (quiz, plant, (1, 1, 1, 1, 0, 2))):
        for person in dice.sample([one for one in village.crowd.ids[2:] if one != author.author_id], 24):
            at = author.at + (until - author.at) * dice.random()
            polls.vote(person_id=person, code=code, positions=[dice.choice(options)], at=at)


def compete(village: Village, *, until: datetime) -> None:
    """One challenge that runs, one that has ended."""
    running = ChallengeDraft(
        topic="器物", title="晒晒你家用得最久的一件", rules="带上 #器物 发一篇公开笔记，写写它陪了你多久。每人一篇，每天一票。",
        prize="木与陶 200 元购物金", winner_count=3, method="vote",
        starts_at=until - 25 * DAY, ends_at=until + 9 * DAY, judged_at=until + 12 * DAY,
    )  # fmt: skip
    ended = ChallengeDraft(
        topic="早餐", title="七天早餐记", rules="带上 #早餐 发一篇公开笔记，拍下真实的一餐。每人一篇，每天一票。",
        prize="四季鲜果礼盒一份", winner_count=2, method="vote",
        starts_at=until - 38 * DAY, ends_at=until - 5 * DAY, judged_at=until - 3 * DAY,
    )  # fmt: skip
    for draft in (running, ended):
        _run(village, draft, until)


def _run(village: Village, draft: ChallengeDraft, until: datetime) -> None:
    last = min(draft.ends_at, until) - HOUR
    code = challenges.open_challenge(
        host_id=village.crowd.roles["operator"], draft=draft, at=draft.starts_at - DAY
    )
    found = {
        one.author_id: one
        for one in village.written
        if draft.starts_at < one.at < last and f"#{draft.topic}" in village.topics[one.code].split()
    }
    dice = village.dice
    entries = []
    for one in list(found.values())[:12]:
        entered = one.at + (last - one.at) * 0.3
        entries.append(
            (challenges.enter(person_id=one.author_id, code=code, note_code=one.code, at=entered), one)
        )
    # The first half was there before either began: who votes has been here for three days.
    for person in dice.sample(village.crowd.ids[2:140], 44):
        entry, one = entries[min(len(entries) - 1, int(dice.expovariate(0.35)))]
        if person != one.author_id:
            at = one.at + (last - one.at) * dice.uniform(0.35, 1)
            challenges.vote(person_id=person, entry_code=entry, at=at)
