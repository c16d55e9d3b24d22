"""Campaigns to begin with. Each is a draft with steps that fit together; texts are meant to be changed."""

from jishi.growth.campaigns.contracts import Draft, Kind, Step, StepKind, Template, Trigger
from jishi.kernel.errors import N_
from jishi.kernel.text import both

_HOME = "/"


def _send(key: str, zh_hans: str, en: str, url: str = _HOME, then: str = "") -> Step:
    return Step(key, StepKind.SEND, {"text": both(zh_hans, en), "url": url, "cost_minor": 0}, then)


def _wait(key: str, hours: int, at: str = "") -> Step:
    return Step(key, StepKind.WAIT, {"hours": hours, "at": at})


def _if(key: str, test: str, value: str = "", then: str = "", otherwise: str = "") -> Step:
    return Step(key, StepKind.CONDITION, {"test": test, "value": value, "otherwise": otherwise}, then)


TEMPLATES: tuple[Template, ...] = (
    Template(
        "newcomer",
        N_("Welcome newcomers"),
        N_("Two messages in the first week for people who have just come and not bought yet."),
        Draft(
            name="欢迎新朋友",
            trigger=Trigger.STAGE,
            trigger_key=">new",
            goal="让新来的朋友在第一周下第一单",
        ),
        (
            _wait("s1", 2, "10:00"),
            _send(
                "s2",
                "{nickname}，欢迎来到集柿。先看看邻居们都在买什么？",
                "Welcome, {nickname}. See what people near you are buying.",
                "/hot/",
            ),
            _wait("s3", 72),
            _if("s4", "bought", then="end"),
            _send(
                "s5",
                "第一次拼团，人齐就发货，不齐全额退。",
                "Try a team: it ships when it fills, and you get everything back if it does not.",
            ),
        ),
    ),
    Template(
        "cart",
        N_("A cart left standing"),
        N_("One friendly reminder for a cart that waits, and none after a purchase."),
        Draft(
            name="购物车提醒",
            trigger=Trigger.CART,
            trigger_key="4",
            reentry_days=14,
            goal_days=3,
            goal="让放进购物车的商品找到主人",
        ),
        (
            _if("s1", "bought", then="end"),
            _send(
                "s2",
                "您挑好的{product}还在购物车里等着。",
                "{product} is still waiting in your cart.",
                "/cart/",
            ),
            Step("s3", StepKind.GOAL, {"hours": 72, "otherwise": "end"}),
        ),
    ),
    Template(
        "thanks",
        N_("After receipt"),
        N_("Thank people when their goods arrived, and ask half of them to show what they bought."),
        Draft(
            name="收货之后",
            trigger=Trigger.FACT,
            trigger_key="order_received",
            reentry_days=30,
            goal_kind="note",
            goal="请收到货的人晒一晒",
        ),
        (
            _wait("s1", 24, "19:30"),
            Step(
                "s2",
                StepKind.SPLIT,
                {"arms": [{"key": "a", "weight": 1, "to": ""}, {"key": "b", "weight": 1, "to": "s4"}]},
            ),
            _send(
                "s3",
                "东西还满意吗？发一篇笔记，帮邻居们少走弯路。",
                "Happy with it? A note of yours helps others to choose.",
                "/post/",
                "end",
            ),
            _send(
                "s4",
                "东西还满意吗？看看同好们怎么搭配。",
                "Happy with it? See how others use theirs.",
                "/hot/",
            ),
        ),
    ),
    Template(
        "winback",
        N_("Bring people back"),
        N_("For people about to be lost: a message, then a task for the team."),
        Draft(
            name="好久不见",
            trigger=Trigger.STAGE,
            trigger_key=">at_risk",
            reentry_days=90,
            goal_days=30,
            goal="唤回快要流失的老朋友",
        ),
        (
            _wait("s1", 0, "19:00"),
            _send(
                "s2",
                "{nickname}，好久不见。这些新到的东西您可能喜欢。",
                "We missed you, {nickname}. Some new things you may like.",
            ),
            _wait("s3", 120),
            _if("s4", "bought", then="end"),
            Step("s5", StepKind.TASK, {"title": "看看这位老朋友为什么没再来", "due_days": 7}),
        ),
    ),
    Template(
        "anniversary",
        N_("A year together"),
        N_("A word on the day somebody joined, each year."),
        Draft(
            name="相识周年",
            trigger=Trigger.ANNIVERSARY,
            reentry_days=300,
            goal_days=7,
            goal="在相识的日子问候一声",
        ),
        (
            _wait("s1", 0, "09:30"),
            _send(
                "s2",
                "{nickname}，您来集柿 {years} 年了，谢谢您下过的 {orders} 单。",
                "{nickname}, {years} years together. Thank you for your {orders} orders.",
            ),
        ),
    ),
    Template(
        "birthday",
        N_("Happy birthday"),
        N_("A wish on the birthday of whoever told us theirs, once a year."),
        Draft(
            name="生日快乐",
            trigger=Trigger.BIRTHDAY,
            goal_days=7,
            goal="在生日那天祝福一声",
        ),
        (
            _wait("s1", 0, "09:00"),
            _send(
                "s2",
                "{nickname}，生日快乐！愿新的一岁有好物相伴。",
                "Happy birthday, {nickname}! All the best for the new year of your life.",
            ),
        ),
    ),
    Template(
        "festive",
        N_("A word for a festival"),
        N_("Some days before a festival of the calendar, every year anew, in the morning where people live."),
        Draft(
            name="中秋问候",
            trigger=Trigger.FESTIVAL,
            trigger_key="mid_autumn:-3",
            goal_days=7,
            goal="节前三天问候一声，顺便看看过节的好物",
        ),
        (
            _send(
                "s1",
                "{nickname}，再过 {festival_days} 天就是{festival}。看看大家都准备了什么？",
                "{festival} is {festival_days} days away, {nickname}. See what others are getting ready.",
                "/hot/",
            ),
        ),
    ),
    Template(
        "back",
        N_("Back in stock"),
        N_("For whoever has it in the cart or keeps a note about it: once for each time it comes back."),
        Draft(
            name="补货到了",
            trigger=Trigger.STOCK,
            goal_days=3,
            goal="让等的人知道货到了",
        ),
        (
            _if("s1", "bought", then="end"),
            _send(
                "s2",
                "您看中的{product}到货了。",
                "{product} is back in stock.",
                "{product}",
            ),
        ),
    ),
    Template(
        "again",
        N_("Time for more"),
        N_("For whoever is expected to want something again about now, by their own rhythm of buying it."),
        Draft(
            name="该补货了",
            trigger=Trigger.HOOK,
            goal_days=7,
            goal="在用完之前提醒一声",
        ),
        (
            _if("s1", "bought", then="end"),
            _send(
                "s2",
                "{nickname}，上次买的{product}快用完了吧？",
                "{nickname}, is it time for more of {product}?",
                "{product}",
            ),
        ),
    ),
    Template(
        "festival",
        N_("Shopping festival"),
        N_("Several offers, flash slots, lotteries and pages under one budget and one report."),
        Draft(name="购物节", kind=Kind.FESTIVAL, goal="几种玩法，一份预算，一张成绩单"),
        (),
    ),
    Template("blank", N_("From nothing"), N_("An empty journey for a segment."), Draft(name="新活动"), ()),
)


def find(key: str) -> Template | None:
    """A template by its key."""
    return next((one for one in TEMPLATES if one.key == key), None)
