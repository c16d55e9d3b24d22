"""The people of the demo world: three hundred of them, and who invited whom.

Invitations grow by preferential attachment: whoever brought many brings more, as in real invitation data.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from jishi.people.accounts import operations as accounts
from jishi.people.accounts.contracts import NewPerson

PASSWORD = "jishi-demo"  # noqa: S105 - the demo's own, printed at its start; the demo listens on loopback only
ZH_FIRST = (
    "阿",
    "小",
    "老",
    "大",
    "豆",
    "橙",
    "柚",
    "青",
    "白",
    "云",
    "林",
    "南",
    "木",
    "禾",
    "星",
    "春",
    "知",
    "山",
)
ZH_LAST = (
    "柿",
    "满",
    "陈",
    "麦",
    "豆",
    "鱼",
    "米",
    "茶",
    "果",
    "月",
    "舟",
    "野",
    "安",
    "宁",
    "圆",
    "夏",
    "雨",
    "芽",
)
EN_FIRST = ("Mia", "Leo", "Nora", "Finn", "Ivy", "Otis", "Ada", "Hugo", "June", "Theo", "Ruby", "Max")
EN_LAST = ("on the road", "and tea", "in town", "reads", "cooks", "at home", "outdoors", "by the sea")
CITIES = (
    ("上海市", "上海市", "徐汇区", "宛平路"),
    ("北京市", "北京市", "朝阳区", "团结湖路"),
    ("广东省", "广州市", "越秀区", "东风路"),
    ("浙江省", "杭州市", "西湖区", "文三路"),
    ("四川省", "成都市", "武侯区", "玉林路"),
    ("陕西省", "西安市", "碑林区", "友谊路"),
    ("江苏省", "南京市", "鼓楼区", "中山路"),
    ("湖北省", "武汉市", "武昌区", "民主路"),
)


@dataclass(frozen=True, slots=True)
class Crowd:
    """Everybody, by number; ``inviter`` maps a person to who invited them, ``friends`` to whom they know."""

    roles: dict[str, int]
    ids: tuple[int, ...]
    nicknames: dict[int, str]
    inviter: dict[int, int]
    friends: dict[int, tuple[int, ...]]


def settle(dice: random.Random, *, count: int, base: datetime) -> Crowd:
    """Register everybody and let them invite each other."""
    roles = _roles(base)
    names = _nicknames(dice, count - len(roles))
    rows = [
        NewPerson(
            nickname=name,
            email=f"person{n:03d}@demo.jishi.local",
            language="en" if name.isascii() else "zh-hans",
            is_demo=True,
            joined_at=base - timedelta(days=60) + timedelta(days=40) * n / len(names),
        )
        for n, name in enumerate(names)
    ]
    others = accounts.register_many(rows, at=base - timedelta(days=60))
    ids = (roles["shopper"], roles["friend"], *others)
    inviter = _invitations(dice, ids)
    inviter[roles["friend"]] = roles["shopper"]
    nicknames = dict(zip(others, names, strict=True))
    return Crowd(roles, ids, nicknames, inviter, _friends(dice, ids, inviter))


def _roles(base: datetime) -> dict[str, int]:
    """The people behind the one-tap sign-in; two operators, as some decisions need two."""
    texts = {"shopper": "阿柿", "friend": "Mia", "merchant": "老陈", "operator": "小满", "colleague": "谷雨"}
    return {
        role: accounts.register(
            email=accounts.demo_email(role),
            nickname=nickname,
            password=PASSWORD,
            language="zh-hans",
            at=base - timedelta(days=90),
            is_operator=role in ("operator", "colleague"),
            is_demo=True,
        ).id
        for role, nickname in texts.items()
    }


def _nicknames(dice: random.Random, count: int) -> list[str]:
    pool = [first + last for first in ZH_FIRST for last in ZH_LAST if first != last]
    pool += [f"{first} {last}" for first in EN_FIRST for last in EN_LAST]
    dice.shuffle(pool)
    return pool[:count]


def _invitations(dice: random.Random, ids: tuple[int, ...]) -> dict[int, int]:
    """Everybody but a few founders was invited by somebody who was there before."""
    inviter: dict[int, int] = {}
    urn = list(ids[:6])
    for person in ids[6:]:
        chosen = dice.choice(urn)
        inviter[person] = chosen
        urn += [chosen, person]
    return inviter


def _friends(
    dice: random.Random, ids: tuple[int, ...], inviter: dict[int, int]
) -> dict[int, tuple[int, ...]]:
    """Inviters, the invited, and a few others."""
    known: dict[int, set[int]] = {person: set() for person in ids}
    for person, host in inviter.items():
        known[person].add(host)
        known[host].add(person)
    for person in ids:
        for other in dice.sample(ids, 4):
            if other != person:
                known[person].add(other)
                known[other].add(person)
    return {person: tuple(sorted(others)) for person, others in known.items()}


def move_in(dice: random.Random, person: int, at: datetime) -> int:
    """Give somebody an address, the first time they need one."""
    region, city, district, street = dice.choice(CITIES)
    return accounts.save_address(
        person_id=person,
        recipient=dice.choice(ZH_FIRST) + dice.choice(ZH_LAST),
        phone=f"1380000{dice.randrange(10_000):04d}",
        region=region,
        city=city,
        district=district,
        line=f"{street} {dice.randrange(1, 300)} 号",
        postal_code="",
        country="CN",
        is_default=True,
        at=at,
    ).id
