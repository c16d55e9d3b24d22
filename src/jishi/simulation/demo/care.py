"""What the team of the demo world does for people: strategies that run, tasks, and what it says about them.

Who stood where when a strategy began is read from the orders that had been paid by then, in one statement.
"""

from datetime import datetime, timedelta

from django.db import connection

from jishi.growth.listening import operations as listening
from jishi.growth.strategies import operations as strategies
from jishi.growth.strategies import queries as strategy_queries
from jishi.growth.strategies.contracts import StrategyDraft
from jishi.growth.teamwork import operations as teamwork
from jishi.insight.reports import operations as reports
from jishi.insight.reports import queries as report_queries
from jishi.insight.reports.contracts import ReportDraft
from jishi.simulation.demo.people import Crowd

DAY = timedelta(days=1)
BEGAN = 14 * DAY
SAID = (
    (20, "物流有点慢，下单三天才发货", "我们换了离您更近的仓，下一单您会感觉到。"),
    (19, "快递把箱子压坏了，包装能不能厚一点", "已经改成双层瓦楞纸，谢谢您拍照告诉我们。"),
    (17, "包装太多塑料了", ""),
    (15, "Delivery took a week, please use a faster courier", "We changed the courier for your region."),
    (13, "发货太慢，想要次日达", ""),
    (12, "拼团凑不齐的时候能不能提醒我换一个团", "下个版本会有，先谢谢您的主意。"),
    (9, "页面字太小，爸妈看不清", ""),
    (6, "搜索“柿饼”找不到柿子礼盒", ""),
    (4, "客服回复慢，周末没人", ""),
    (3, "尺寸比想象的偏小，图片上看不出来", ""),
    (2, "喜欢朋友买过什么这个功能，很安心", ""),
    (1, "希望有夜间模式的切换按钮", ""),
)
"""Days ago, what was said, what was answered."""
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
    _talk(operator, until)
    _listen(crowd, operator, until)
    _report(operator, until)


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


def _listen(crowd: Crowd, operator: int, until: datetime) -> None:
    """What people told the house, what was answered, and what was changed since."""
    listening.open_ready()
    asked: list[str] = []
    people = [crowd.roles["shopper"], *crowd.ids[40:80]]
    for number, (days, text, reply) in enumerate(SAID):
        at = until - days * DAY
        code = listening.suggest(
            person_id=people[number % len(people)], text=text, client_key=f"demo-{number}", at=at
        )
        if reply:
            listening.answer(code=code, text=reply, by=operator, at=at + DAY)
        if "慢" in text or "courier" in text:
            asked.append(code)
    change = listening.make_change(
        title="杭州与广州改用本地仓发货",
        what="两地订单从离顾客最近的仓出库，平均少一天。",
        theme="delivery",
        item_codes=asked[:3],
        made_at=until - 11 * DAY,
        by=operator,
        at=until,
    )
    listening.tell(change_code=change, at=until - 10 * DAY)
    listening.tag_due()
    listening.measure_due(at=until)


def _report(operator: int, until: datetime) -> None:
    """Boards for each role, and two reports of which one has an issue that waits for its figures."""
    reports.open_ready(person_id=operator, at=until)
    reports.set_role(person_id=operator, role="growth")
    for role, name, period in (("lead", "全局周报", "weekly"), ("growth", "增长日报", "daily")):
        board = report_queries.boards_of(role)[0]
        draft = ReportDraft(name, board.code, period, 8, 0, "zh-hans", (operator,))
        made = reports.save(draft=draft, by=operator, at=until)
        reports.issue_now(code=made.code, at=until)
