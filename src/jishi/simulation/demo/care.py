"""What the team of the demo world does for people: strategies that run, tasks, and what it says about them.

Who stood where when a strategy began is read from the orders that had been paid by then, in one statement.
"""

from datetime import datetime, timedelta

from django.db import connection

from jishi.growth.strategies import operations as strategies
from jishi.growth.strategies import queries as strategy_queries
from jishi.growth.strategies.contracts import StrategyDraft
from jishi.growth.teamwork import operations as teamwork
from jishi.simulation.demo.people import Crowd

DAY = timedelta(days=1)
BEGAN = 14 * DAY
_STOOD = """
SELECT u.id, count(o.id) FROM accounts_user u
LEFT JOIN orders_order o ON o.buyer_id = u.id AND o.paid_at < %(at)s
    AND o.state IN ('paid', 'shipped', 'received')
WHERE u.joined_at < %(at)s AND u.is_demo AND NOT u.is_operator GROUP BY u.id
"""


def care(crowd: Crowd, *, until: datetime) -> None:
    """Write down what is done for whom, and begin with it two weeks ago."""
    operator, began = crowd.roles["operator"], until - BEGAN
    with connection.cursor() as cursor:
        cursor.execute(_STOOD, {"at": began})
        orders = dict(cursor.fetchall())
    groups = {
        "stage:potential": ({one: "potential" for one, n in orders.items() if n == 0}, 300_000),
        "stage:new": ({one: "new" for one, n in orders.items() if n == 1}, 120_000),
    }
    for subject, (people, budget) in groups.items():
        shipped = strategy_queries.template_for(subject)
        assert shipped is not None
        draft = StrategyDraft(shipped.name, shipped.goal, shipped.sides, operator, budget)
        code = strategies.save(subject=subject, draft=draft, template=subject, by=operator, at=began).code
        strategies.begin(code=code, by=operator, at=began)
        strategies.take_in(code=code, people=people, at=began)
        strategies.spend(
            code=code,
            natural_key=f"demo:{subject}",
            amount_minor=budget // 4,
            reason="手写感谢卡与首批小样",
            by=operator,
            at=began + DAY,
        )
    strategies.adopt(subject="rfm:best", owner_id=operator, by=operator, at=began)
    strategies.measure_due(at=until)
    _talk(operator, until)


def _talk(operator: int, until: datetime) -> None:
    """Tasks in several states, and a few words about them."""
    tasks = (
        ("stage:potential", "把“朋友买过什么”放进首页卡片", 2, "doing"),
        ("stage:new", "挑十样和第一单配得上的小东西", 5, "open"),
        ("stage:at_risk", "给三位老主顾打电话，问缺了什么", -1, "open"),
        ("rfm:best", "新茶到货前请他们先选", 6, "open"),
        ("stage:new", "感谢卡印好入库", -3, "done"),
    )
    for number, (subject, title, days, state) in enumerate(tasks):
        made = teamwork.assign(
            subject=subject,
            title=title,
            owner_id=operator,
            due_at=until + days * DAY,
            natural_key=f"demo:{number}",
            by=operator,
            at=until - 6 * DAY,
        )
        teamwork.move(code=made.code, state=state, by=operator, at=until - DAY)
    said = (
        ("stage:potential", "首单价先控制在 9.9 元以内，两周后看人数再定。"),
        ("stage:potential", "比大盘好一点，但还不到两周，先别加预算。"),
        ("stage:at_risk", "打完电话把原因记进反馈箱，别只记在这里。"),
    )
    for number, (subject, text) in enumerate(said):
        teamwork.comment(subject=subject, text=text, by=operator, at=until - (5 - number) * DAY)
