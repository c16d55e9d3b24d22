"""The content plan of the demo world: three pieces that are out, a week that is planned, ideas, accounts outside.

Everything goes through the operations that people use, on days of the past; two colleagues write and review.
"""

# ruff: noqa: E501 - a text is read on one line

from datetime import datetime, timedelta

from jishi.growth.publishing import operations as content
from jishi.growth.publishing import queries
from jishi.growth.publishing.contracts import AssetDraft, ChannelDraft, PieceDraft, VariantDraft
from jishi.simulation import studio
from jishi.simulation.demo.people import Crowd
from jishi.simulation.demo.shelves import Ware
from jishi.social.notes import operations as notes

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SHOWN = (
    ("fruit", "柿子满盘", "一盘熟透的柿子", "own", "", "", None),
    ("teapot", "茶席", "一把茶壶和两只杯子", "agreed", "林间摄影", "合同 2026-17", 200),
    ("bread", "早餐面包", "刚出炉的面包", "bought", "", "发票 0921", 12),
)
OUT = (
    (
        18,
        "guide",
        "buying_guide",
        "霜降柿子怎么挑",
        "不会挑柿子",
        "霜降以后的柿子最甜。看蒂：青绿的还要再等几天；捏一捏，软而不破最好。买回来和苹果放在一起，两三天就软。",
        (0,),
    ),
    (
        11,
        "seed",
        "plain",
        "一壶热茶的下午",
        "想慢下来",
        "天凉了，煮一壶老白茶，配两片烤柿饼。水开了再放茶，第三泡最好喝。今天下午，给自己留一个小时。",
        (1,),
    ),
    (
        5,
        "community",
        "plain",
        "和邻居一起拼的那箱橙子",
        "想和邻居熟起来",
        "楼里八户人家拼了两箱橙子，分的时候聊了半天。原来三楼的爷爷会做橙皮糖，周末教大家。",
        (),
    ),
)
# Days ahead and the hour in UTC: ten, seven in the evening and nine where the shop is.
AHEAD = (
    (
        1,
        2,
        "new",
        "plain",
        "今年的新米到了",
        "想吃当年的米",
        "东北新米上架，现碾现发。第一锅少放一点水，米香会更足。配一碟咸菜，就是一顿好饭。",
        (),
        "scheduled",
    ),
    (
        2,
        11,
        "guide",
        "tutorial",
        "冬天的热红酒，在家就能煮",
        "周末想招待朋友",
        "一瓶普通红酒、一个橙子、两根肉桂，小火煮十分钟，不要烧开。关火再放蜂蜜，香气会更干净。",
        (1,),
        "review",
    ),
    (
        3,
        1,
        "seed",
        "product_test",
        "五款吐司，哪款最适合早餐",
        "早餐没有时间",
        "连吃五天，从软到韧排了个序。想省时间选切片的，想要麦香选全麦的，孩子最爱牛奶的那款。",
        (2,),
        "draft",
    ),
)
IDEAS = ("冬至吃什么：南北各一碗", "年货清单：送长辈的十样", "把一个柿子吃完：从鲜果到柿饼")


def plan(crowd: Crowd, wares: list[Ware], *, until: datetime) -> None:
    """Fill library, accounts and calendar."""
    writer, reader = crowd.roles["operator"], crowd.roles["colleague"]
    content.set_house(
        themes=("当季", "一起", "邻居", "柿子", "茶", "早餐"), avoided=("全网最低", "震惊"), by=writer
    )
    content.set_goals(weekly={"seed": 2, "guide": 1, "new": 1, "community": 1}, by=writer)
    shown = [_picture(number, writer, until) for number in range(len(SHOWN))]
    for place, (ago, lane, form, title, need, text, used) in enumerate(OUT):
        draft = _draft(title, lane, form, need, text, [shown[one] for one in used], writer, until - ago * DAY)
        if wares:
            draft = _with_product(draft, wares[place % len(wares)].code)
        code = _bring(draft, writer, reader, until - (ago + 2) * DAY, "scheduled")
        content.publish_due(until - ago * DAY)
        _answer(code, crowd, place, until - (ago - 1) * DAY)
        if place == 0:
            _outside(code, writer, until)
    for days, hour, lane, form, title, need, text, used, state in AHEAD:
        due = (until + days * DAY).replace(hour=hour, minute=0, second=0, microsecond=0)
        pictured = [shown[one] for one in used]
        _bring(
            _draft(title, lane, form, need, text, pictured, writer, due), writer, reader, until - HOUR, state
        )
    for title in IDEAS:
        content.create(draft=PieceDraft(title=title, lane="festival"), by=reader, at=until - 2 * DAY)


def _answer(code: str, crowd: Crowd, place: int, at: datetime) -> None:
    """People like it, keep it and pass it on, the first piece the most."""
    note = queries.get_piece(code, with_steps=False).piece.note_code
    if not note:
        return
    for number, person in enumerate(crowd.ids[20 + 9 * place : 30 + 7 * place]):
        notes.like(person_id=person, code=note, at=at + number * HOUR / 2)
        if number % 3 == 0:
            notes.favourite(person_id=person, code=note, at=at + number * HOUR / 2)
        if number % 5 == place:
            notes.repost(author_id=person, code=note, at=at + number * HOUR / 2)


def _picture(number: int, by: int, until: datetime) -> str:
    kind, title, alt, licence, credit, proof, days = SHOWN[number]
    ends = (until + days * DAY).date() if days else None
    said = AssetDraft(
        title=title, alt=alt, licence=licence, credit=credit, proof=proof, expires_on=ends, tags=("秋天",)
    )
    data = studio.paint(kind, palette=number, ratio="1:1", seed=900 + number)
    return content.add_asset(data=data, draft=said, by=by, at=until - 30 * DAY)


def _draft(
    title: str, lane: str, form: str, need: str, text: str, shown: list[str], author: int, due: datetime
) -> PieceDraft:
    return PieceDraft(
        title=title, headline=title, lane=lane, form=form, need=need, text=text, pictures=tuple(shown),
        author_id=author, due_at=due,
    )  # fmt: skip


def _with_product(draft: PieceDraft, code: str) -> PieceDraft:
    values = {name: getattr(draft, name) for name in PieceDraft.__slots__}
    return PieceDraft(**{**values, "products": (code,)})


def _bring(draft: PieceDraft, writer: int, reader: int, at: datetime, state: str) -> str:
    """Take a piece as far as a state."""
    code = content.create(draft=draft, by=writer, state="draft", at=at)
    if state in ("review", "scheduled"):
        content.ask_review(code=code, by=writer, at=at + HOUR / 4)
    if state == "scheduled":
        content.approve(code=code, by=reader, words="可以，发。", at=at + HOUR / 2)
    return code


def _outside(code: str, by: int, until: datetime) -> None:
    """Two accounts; on one of them a version that was posted by hand, with the platform's figures."""
    book = content.open_channel(
        draft=ChannelDraft(
            "xiaohongshu", "集柿的柿子铺", "jishi", weekly_goal=2, cost_minor=3000, themes=("柿子", "茶")
        ),
        by=by,
        at=until - 25 * DAY,
    )
    content.open_channel(
        draft=ChannelDraft("weixin_mp", "集柿", "jishi", weekly_goal=1, themes=("攻略", "节日")),
        by=by,
        at=until - 25 * DAY,
    )
    whole = queries.get_piece(code)
    version = VariantDraft(
        "霜降柿子怎么挑", whole.draft.text, ("柿子", "秋天", "挑水果"), whole.draft.pictures
    )
    address = "https://www.xiaohongshu.com/explore/demo0001"
    content.keep_variant(code=code, channel_code=book, draft=version, by=by, at=until - 17 * DAY)
    content.mark_posted(code=code, channel_code=book, url=address, by=by, at=until - 17 * DAY)
    lines = ["日期,链接,阅读,点赞,评论,转发,点击,花费"]
    lines += [
        f"{(until - (16 - day) * DAY).date()},{address},{900 - 55 * day},{48 - 3 * day},{6},{9 - day // 2},{31 - day},0"
        for day in range(10)
    ]
    content.import_figures(channel_code=book, data="\n".join(lines).encode(), by=by, at=until - 5 * DAY)
