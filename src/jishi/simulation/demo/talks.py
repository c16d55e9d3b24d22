"""Conversations on the visitor's account: a friend, a shop, a group; two of them with something unread."""

from datetime import datetime, timedelta

from jishi.kernel.outbox import relay
from jishi.simulation.demo.social import DAY, HOUR, MINUTE, Shelf, Village
from jishi.social.messaging import operations as messaging
from jishi.social.messaging.contracts import Card, Draft

Line = tuple[int, str | Card]


def talk(village: Village, *, until: datetime) -> None:
    """Let people talk: what was read is read, what came last is not."""
    me, friend, merchant = village.shopper, village.friend, village.crowd.roles["merchant"]
    cups, fruit = _shelf(village, "tasting-cups"), _shelf(village, "fruit-gift")
    note = village.written[-4]
    direct = messaging.open_direct(person_id=friend, other_id=me, at=until - 5 * DAY)
    _say(direct, until - 5 * DAY, [
        (friend, "周末茶会你去吗？我报名了。"),
        (me, "去！我带大红袍，你带杯子？"),
        (friend, Card("product", cups.ware.code)),
        (friend, "这套怎么样，六只刚好。"),
        (me, "好看，和你一起拼一套。"),
    ])  # fmt: skip
    shop = messaging.open_shop(person_id=me, shop_id=fruit.ware.shop_id, at=until - 2 * DAY)
    _say(shop, until - 2 * DAY, [
        (me, Card("product", fruit.ware.code)),
        (me, "老板好，礼盒这周寄成都，几天能到？"),
        (merchant, "您好！今天采，明天发，成都一般后天到。"),
        (me, "好的，我想写一张卡片给爸妈。"),
        (merchant, "没问题，下单时写在备注里，我们手写。"),
    ])  # fmt: skip
    friends = [one for one in village.crowd.friends[me] if one != friend][:3]
    group = messaging.create_group(
        owner_id=me, title="三楼拼单小组", member_ids=[friend, *friends], at=until - 9 * DAY
    )
    _say(group, until - 9 * DAY, [
        (me, "这个群只聊拼单，谁家有多的也说一声。"),
        (friends[0], "我家橘子多了三斤，晚上放一楼长凳。"),
        (friend, Card("note", note.code)),
        (friends[-1], "这篇我也看了，想买！"),
    ])  # fmt: skip
    relay.drain()
    for code in (direct, shop, group):
        messaging.mark_read(person_id=me, conversation_code=code, no=100)
    _say(group, until - 3 * HOUR, [(friends[0], "沙糖桔三人团还差一个，谁来？"), (friends[-1], "我！")])
    _say(direct, until - 20 * MINUTE, [(friend, "杯子到了，颜色比照片还好看。")])


def _shelf(village: Village, handle: str) -> Shelf:
    return next(one for one in village.shelves if one.row[0] == handle)


def _say(code: str, at: datetime, lines: list[Line]) -> None:
    for number, (sender, said) in enumerate(lines):
        draft = Draft(card=said) if isinstance(said, Card) else Draft(text=said)
        messaging.send(
            sender_id=sender,
            conversation_code=code,
            draft=draft,
            at=at + number * timedelta(minutes=4),
        )
