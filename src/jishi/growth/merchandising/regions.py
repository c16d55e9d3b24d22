"""Regions as data: provinces with their names, the part of the country each lies in, and the four seasons.

What people write as a region or a place ("浙江省", "Hangzhou", "杭州") is turned into a code here.
"""

from dataclasses import dataclass

GROUPS = (
    ("north", "华北", "North China"),
    ("northeast", "东北", "Northeast China"),
    ("east", "华东", "East China"),
    ("central", "华中", "Central China"),
    ("south", "华南", "South China"),
    ("southwest", "西南", "Southwest China"),
    ("northwest", "西北", "Northwest China"),
    ("islands", "港澳台", "Hong Kong, Macau and Taiwan"),
)
SEASONS = (("spring", (3, 4, 5)), ("summer", (6, 7, 8)), ("autumn", (9, 10, 11)), ("winter", (12, 1, 2)))
ABROAD = "abroad"


@dataclass(frozen=True, slots=True)
class Region:
    """A province: its code, the group it belongs to, its names, and towns that stand for it."""

    code: str
    group: str
    zh: str
    en: str
    towns: tuple[str, ...]


_ROWS = """
beijing|north|北京|Beijing|
tianjin|north|天津|Tianjin|
hebei|north|河北|Hebei|石家庄 唐山 保定 秦皇岛
shanxi|north|山西|Shanxi|太原 大同
neimenggu|north|内蒙古|Inner Mongolia|呼和浩特 包头
liaoning|northeast|辽宁|Liaoning|沈阳 大连
jilin|northeast|吉林|Jilin|长春
heilongjiang|northeast|黑龙江|Heilongjiang|哈尔滨
shanghai|east|上海|Shanghai|
jiangsu|east|江苏|Jiangsu|南京 苏州 无锡 常州 扬州
zhejiang|east|浙江|Zhejiang|杭州 宁波 温州 绍兴 嘉兴 hangzhou ningbo
anhui|east|安徽|Anhui|合肥 黄山
fujian|east|福建|Fujian|福州 厦门 泉州 xiamen
jiangxi|east|江西|Jiangxi|南昌 景德镇
shandong|east|山东|Shandong|济南 青岛 烟台 qingdao
henan|central|河南|Henan|郑州 洛阳
hubei|central|湖北|Hubei|武汉 宜昌 wuhan
hunan|central|湖南|Hunan|长沙
guangdong|south|广东|Guangdong|广州 深圳 东莞 佛山 珠海 guangzhou shenzhen
guangxi|south|广西|Guangxi|南宁 桂林
hainan|south|海南|Hainan|海口 三亚
chongqing|southwest|重庆|Chongqing|
sichuan|southwest|四川|Sichuan|成都 chengdu
guizhou|southwest|贵州|Guizhou|贵阳
yunnan|southwest|云南|Yunnan|昆明 大理 丽江
xizang|southwest|西藏|Tibet|拉萨
shaanxi|northwest|陕西|Shaanxi|西安 xi'an xian
gansu|northwest|甘肃|Gansu|兰州
qinghai|northwest|青海|Qinghai|西宁
ningxia|northwest|宁夏|Ningxia|银川
xinjiang|northwest|新疆|Xinjiang|乌鲁木齐
xianggang|islands|香港|Hong Kong|
aomen|islands|澳门|Macau|
taiwan|islands|台湾|Taiwan|台北
"""


def _read() -> tuple[Region, ...]:
    rows = [line.split("|") for line in _ROWS.strip().splitlines()]
    return tuple(Region(code, group, zh, en, tuple(towns.split())) for code, group, zh, en, towns in rows)


REGIONS = _read()
BY_CODE = {one.code: one for one in REGIONS}
KNOWN = frozenset({*BY_CODE, *(code for code, _, _ in GROUPS), ABROAD})
SEASON_CODES = frozenset(code for code, _ in SEASONS)


def find(text: str) -> str:
    """The code of the region somebody means, or ''."""
    said = text.strip().casefold()
    if not said:
        return ""
    if said in BY_CODE or said == ABROAD:
        return said
    for one in REGIONS:
        if said.startswith((one.zh, *one.towns)) or said == one.en.casefold():
            return one.code
    return ""


def keys_of(code: str) -> frozenset[str]:
    """The region and the part of the country it lies in; nothing for an unknown one."""
    found = BY_CODE.get(code)
    if found is not None:
        return frozenset({code, found.group})
    return frozenset({ABROAD}) if code == ABROAD else frozenset()


def season_of(month: int) -> str:
    """The season of a month, as the calendar of the weather service has it."""
    return next(code for code, months in SEASONS if month in months)
