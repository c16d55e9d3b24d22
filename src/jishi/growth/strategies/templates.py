"""Ready strategies for the stages of life and the classes of buyers: what usually helps, to be changed freely.

The names of stages and classes are portraits'; here stand only the deeds and the words.
"""

# ruff: noqa: E501 - a text is read on one line

from collections.abc import Mapping

from jishi.growth.strategies.contracts import Goal, Side, Template, Words
from jishi.insight.portraits import queries as portraits


def _both(zh: str, en: str) -> Words:
    return {"zh-hans": zh, "en": en}


def _template(
    name: Words, goal: str, assortment: Side, content: Side, offer: Side, service: Side
) -> Template:
    sides = {"assortment": assortment, "content": content, "offer": offer, "service": service}
    return Template(name, goal, sides)


def _side(choices: str, zh: str, en: str) -> Side:
    return Side(tuple(choices.split()), _both(zh, en))


TEMPLATES: Mapping[str, Template] = {
    "stage:potential": _template(
        _both("让第一单不难", "Make the first order easy"),
        Goal.FIRST_ORDER,
        _side("small_first bestsellers", "小份、不易出错、大家常买的东西，先让人放心。", "Small goods that cannot go wrong, so that trying costs little courage."),
        _side("how_it_works friends_bought", "讲清楚怎么买、怎么退；给他看朋友买过什么。", "Say how buying and refunds work; show what friends bought."),
        _side("first_order team_price", "一个小小的首单价，或和朋友一起的拼团价，二选一。", "One small first deal, or the team price with a friend; not both."),
        _side("guide", "下单途中有人可问。", "Somebody to ask while ordering."),
    ),
    "stage:new": _template(
        _both("第二单，趁热", "The second order, soon"),
        Goal.SECOND_ORDER,
        _side("goes_with refill", "和第一单配得上的，或差不多该用完的。", "What goes with the first order, or what runs out by now."),
        _side("use_it thanks", "教他用好、存好；道一声谢。", "How to use and keep it; a word of thanks."),
        _side("free_delivery", "下一单包邮，不打折。", "Free delivery on the next order, no discount."),
        _side("ask_after fast_refund", "收货后问一句，不满意就退，不追问。", "Ask how it went; if it did not, refund without questions."),
    ),
    "stage:active": _template(
        _both("守住节奏", "Keep the rhythm"),
        Goal.RHYTHM,
        _side("refill together", "快用完时提醒；适合拼着买的放在前面。", "Remind when things run out; put what is bought together first."),
        _side("communities makers", "邀他进一个对味的社区，讲讲东西是谁做的。", "Invite to one community that fits; tell who makes the goods."),
        _side("team_price", "拼团价就够了，别把人养成等打折。", "The team price is enough; teach nobody to wait for discounts."),
        _side("ask_after", "偶尔问一次，不每单都问。", "Ask now and then, not after every order."),
    ),
    "stage:loyal": _template(
        _both("给他一个位置", "Give them a place"),
        Goal.VOICE,
        _side("new_first finest", "新品先看，好东西先选。", "First look at new goods, first pick of the finest."),
        _side("preview thanks", "讲讲背后的事，记得他的名字。", "A look behind the scenes; thanks by name."),
        _side("voice early", "下一季进什么，请他一起定；先买，不便宜卖。", "A say in what comes next, and buying before others; no discounts."),
        _side("person", "有事直接找得到人。", "A person who answers by name."),
    ),
    "stage:at_risk": _template(
        _both("问一句缺了什么", "Ask what is missing"),
        Goal.COME_BACK,
        _side("changed", "给他看上次之后新来的。", "Show what came since their last order."),
        _side("thanks", "一封由人写的短信，不群发腔。", "A short letter written by a person."),
        _side("once", "真心的一次优惠，只一次。", "One kind offer, once."),
        _side("ask_missing person", "问缺了什么，有人看、有人回。", "Ask what is missing; somebody reads and answers."),
    ),
    "stage:churned": _template(
        _both("诚恳请一次，然后不打扰", "One honest invitation, then peace"),
        Goal.COME_BACK,
        _side("changed bestsellers", "只说真正变好的地方。", "Only what really became better."),
        _side("quiet", "请过一次没回音，就不再打扰。", "After one invitation without an answer, silence."),
        _side("once", "一份回来的理由。", "One reason to return."),
        _side("less_mail", "消息减到最少，退订放在最前面。", "As few messages as can be; the way out comes first."),
    ),
    "rfm:best": _template(
        _both("最好的客人，不用打折", "The best customers need no discounts"),
        Goal.VOICE,
        _side("new_first finest", "新品和限量先给他们看。", "New and rare goods for them first."),
        _side("thanks preview", "记得他们，请他们进后台看看。", "Remember them; let them look behind the scenes."),
        _side("early voice", "先买、先说话。", "Buying first, speaking first."),
        _side("person", "专人回复。", "A person who answers by name."),
    ),
    "rfm:big_new": _template(
        _both("把大手笔的新客变成常客", "Win the big spenders over"),
        Goal.SECOND_ORDER,
        _side("goes_with finest", "同档次、配得上的下一件。", "The next piece that matches what they chose."),
        _side("makers use_it", "讲来历，讲怎么用好。", "Where it comes from, and how to use it well."),
        _side("free_delivery", "省心比便宜要紧：包邮、快送。", "Ease rather than price: free and quick delivery."),
        _side("ask_after person", "收货后有人问候，有问题一次办完。", "Somebody asks after receipt and settles things at once."),
    ),
    "rfm:big_fading": _template(
        _both("好客人淡了，先听", "Listen first: good customers going quiet"),
        Goal.COME_BACK,
        _side("changed refill", "他们常买的，现在有什么不同。", "What changed about what they used to buy."),
        _side("thanks", "由人写，写给一个人。", "Written by a person, to one person."),
        _side("once", "一次、真的有用的优惠。", "One offer that is really useful."),
        _side("ask_missing person", "打个电话或发条消息，问缺了什么，记进反馈箱。", "Call or write, ask what is missing, put it into the feedback inbox."),
    ),
    "rfm:big_lost": _template(
        _both("请老主顾回来看看", "Invite big spenders back"),
        Goal.COME_BACK,
        _side("finest changed", "只给他们看最好的新东西。", "Show only the finest of what is new."),
        _side("preview", "一封信，讲这段时间做了什么。", "One letter about what was made meanwhile."),
        _side("once early", "回来的第一单，优先选。", "First pick on the order with which they return."),
        _side("fast_refund", "不满意就退，写在最前面。", "Refunds without questions, said first."),
    ),
    "rfm:regular": _template(
        _both("小单常来，多带一件", "Regulars: one more thing"),
        Goal.RHYTHM,
        _side("goes_with together", "凑得起来的小东西，朋友一起更合适。", "Small things that go along, better with friends."),
        _side("communities use_it", "把他们的用法分享出来。", "Share how they use things."),
        _side("team_price free_delivery", "拼团价；满额包邮。", "The team price; free delivery from a sum on."),
        _side("ask_after", "问一句就够。", "One question is enough."),
    ),
    "rfm:fresh": _template(
        _both("新客，先给好印象", "Fresh buyers: a good start"),
        Goal.SECOND_ORDER,
        _side("goes_with bestsellers", "第二件推最稳的。", "Recommend what never disappoints."),
        _side("use_it how_it_works", "教会用，讲清退换。", "How to use it, how to return it."),
        _side("free_delivery", "第二单包邮。", "Free delivery on the second order."),
        _side("ask_after guide", "收货后问候，随时可问。", "Ask after receipt; stay easy to reach."),
    ),
    "rfm:fading": _template(
        _both("常客淡了，提醒一次", "Regulars going quiet: one reminder"),
        Goal.COME_BACK,
        _side("refill changed", "他们常买的该补了；新来的也给看一眼。", "What they used to buy, and a look at what is new."),
        _side("friends_bought", "朋友最近在买什么。", "What friends bought lately."),
        _side("team_price", "和朋友拼一次，比折扣更容易回来。", "A team with friends brings back better than a discount."),
        _side("ask_missing", "问缺了什么。", "Ask what is missing."),
    ),
    "rfm:asleep": _template(
        _both("少打扰，留一扇门", "Leave a door open"),
        Goal.COME_BACK,
        _side("bestsellers", "一季一次，只放大家最爱的。", "Once a season, only what most people like."),
        _side("quiet", "其余时候安静。", "Silence otherwise."),
        _side("none", "不用优惠去吵醒人。", "No offers to wake people up."),
        _side("less_mail", "默认少发，随时可退订。", "Few messages, easy to leave."),
    ),
}  # fmt: skip


def for_subject(subject: str) -> Template | None:
    """The strategy that ships for some people; segments have none of their own."""
    return TEMPLATES.get(subject)


def names() -> dict[str, tuple[str, str]]:
    """English names and meanings of stages and classes, by subject, in their order."""
    found = {f"stage:{one.code}": (one.name, one.meaning) for one in portraits.list_stages()}
    field = next(one for one in portraits.list_fields() if one.code == "tag:rfm")
    found |= {f"rfm:{one.code}": (one.name, "") for one in field.choices}
    return {subject: found[subject] for subject in TEMPLATES}
