"""What people of the demo world write: notes by theme, comments, answers, profiles. All of it is invented.

`{n}` is the short name of a product. A theme has titles and bodies in Chinese and English that fit together
in any combination; its topics come last.
"""

# ruff: noqa: E501 - a text is read on one line

from dataclasses import dataclass

from jishi.simulation.demo import goods


@dataclass(frozen=True, slots=True)
class Theme:
    """What people say about one kind of goods."""

    zh_titles: tuple[str, ...]
    zh_bodies: tuple[str, ...]
    en_titles: tuple[str, ...]
    en_bodies: tuple[str, ...]
    zh_topics: tuple[str, ...]
    en_topics: tuple[str, ...]


FRUIT = Theme(
    (
        "{n}到了，先吃三个再说",
        "今年的{n}，值得等",
        "给爸妈寄了一箱{n}",
        "{n}怎么挑？我的笨办法",
        "{n}配早餐，刚刚好",
        "办公室拼的{n}，一下午就没了",
    ),
    (
        "打开箱子那一下，屋里全是果香。放了两天，软的先吃，硬的留着，正好接上。",
        "个头不算大，皮薄，甜里带一点点酸。洗干净装在大碗里，路过就顺手拿一个。",
        "爸妈收到以后拍了照片发群里，说比镇上的新鲜。下次还从这家买。",
        "看蒂、掂分量、闻一闻，三步就够了。太漂亮的反而要小心。",
        "和邻居一起拼的，一人一半，谁也不用担心放坏。楼道里飘了一天的甜味。",
    ),
    (
        "{n}: worth the wait",
        "A box of {n} for the whole floor",
        "What to do with too many {n}",
        "Breakfast with {n}",
    ),
    (
        "They came wrapped in straw, still cool from the morning. The soft ones went first; the rest sit in a bowl by the window.",
        "I shared the box with my neighbours. Nobody had to worry about leftovers, and the stairs smelled sweet all day.",
        "Not the largest I have seen, but thin-skinned and honest. I would order again next week if the season lasts.",
        "Half of them became a cake. The other half never made it to the kitchen.",
    ),
    ("时令水果", "早餐", "拼着买"),
    ("seasonal", "breakfast"),
)
PANTRY = Theme(
    ("{n}，家里常备", "开了一罐{n}", "{n}的三种吃法", "回购第三次的{n}", "冬天的厨房离不开{n}"),
    (
        "早上配粥，下午配茶，晚上偷偷再来一勺。瓶底见空的速度比想的快。",
        "配料表很短，看得懂每一个字，这就够了。",
        "第一种直接吃，第二种拌酸奶，第三种抹在刚烤好的面包上。第三种最好。",
        "给同事带了一份，第二天她来问我要链接。所以写在这里。",
    ),
    ("{n}, always on the shelf", "Three ways with {n}", "The jar of {n} that lasted a week"),
    (
        "A short list of ingredients and every word of it readable. That is all I ask for.",
        "On toast, in yoghurt, and from the spoon when nobody looks.",
        "I brought some to the office. The next morning three people asked me where it came from.",
    ),
    ("厨房常备", "早餐", "回购"),
    ("pantry", "breakfast"),
)
TEA = Theme(
    (
        "今天泡的是{n}",
        "{n}，第三泡最好",
        "下雨天，一壶{n}",
        "新手喝{n}，别怕泡错",
        "{n}冷泡也好喝",
        "写给刚开始喝茶的你：从{n}开始",
    ),
    (
        "水烧开放一会儿再冲，第一泡十秒就出汤。香气先到，甜味后来，坐着什么也不做就很好。",
        "一个人喝，用小一点的盖碗。喝到第五泡，话才慢慢说完。",
        "放冷水里，冰箱过一夜，第二天带去上班。同事都以为我开始讲究了。",
        "不用背参数。茶放多了就出得快一点，放少了就等一等，喝着顺口就是对的。",
    ),
    ("A quiet hour with {n}", "{n}, third steep", "Rain outside, {n} inside", "Starting with tea? Try {n}"),
    (
        "Water just off the boil, ten seconds for the first pour. The scent arrives first, the sweetness later.",
        "I stopped measuring. If it is strong I pour sooner, if it is light I wait. It has not gone wrong yet.",
        "Left it in cold water overnight and took it to work. Best bottle of the summer.",
    ),
    ("一席茶", "下午茶", "慢慢来"),
    ("teatime", "slow"),
)
TEAWARE = Theme(
    ("新到的{n}，手感刚好", "我的小茶桌，多了{n}", "{n}用了一个月", "给朋友选了{n}做礼物"),
    (
        "拿在手里是温的，边口不烫嘴，倒水利落不滴。用了一个月，每天第一件拿出来的都是它。",
        "桌子只有一张报纸大，放一壶两杯，再来一枝花，就满了。满得正好。",
        "朋友搬家，想送一件每天都会碰到的东西。包得很仔细，路上没有磕碰。",
    ),
    ("My small tea table, now with {n}", "A month with {n}", "A gift for a friend who moved: {n}"),
    (
        "It pours cleanly and does not burn the fingers. For a month it has been the first thing I take out.",
        "The table is no larger than a newspaper. A pot, two cups, one flower, and it is full. Just right.",
        "I wanted to give something that is touched every day. It came well packed and arrived whole.",
    ),
    ("我的茶席", "器物", "慢慢来"),
    ("teaware", "gifts"),
)
TABLE = Theme(
    (
        "{n}上桌，饭都香一点",
        "厨房换新：{n}",
        "每天都在用的{n}",
        "{n}开箱，比照片好看",
        "租房也要好好吃饭：{n}",
    ),
    (
        "手作的东西，每件有一点不同。我这只底下有一道浅浅的釉痕，越看越喜欢。",
        "不是要多贵，是每天都会拿起来的那几件，值得挑一挑。",
        "洗碗机洗了二十几次，还是刚来的样子。",
        "一个人的晚饭，用好看的碗盛，就不会草草了事。",
    ),
    ("{n} on the table", "Things I use every day: {n}", "A rented kitchen, a good {n}"),
    (
        "Made by hand, so no two are alike. Mine has a pale line in the glaze that I have grown fond of.",
        "It does not have to be expensive. It has to be picked up every day without a thought.",
        "Dinner for one, in something worth looking at. You eat more slowly.",
    ),
    ("好好吃饭", "器物", "厨房"),
    ("home", "kitchen"),
)
LIGHT = Theme(
    ("一盏{n}，晚上就慢下来了", "睡前一小时，只开{n}", "{n}照着的书桌", "停电那晚的{n}"),
    (
        "大灯一关，屋子小了一半，心也静了一半。",
        "光是暖的，不刺眼，看二十页书就困了。这正是我要的。",
        "放在玄关，回家第一眼看到的是它。",
    ),
    ("One lamp is enough: {n}", "The hour before sleep, with {n}", "Evenings by {n}"),
    (
        "I turn off the big light and the room becomes half as large and twice as quiet.",
        "Warm, never glaring. Twenty pages and I am asleep, which is the point.",
        "It stands by the door. It is the first thing I see when I come home.",
    ),
    ("夜晚", "小房间", "器物"),
    ("evening", "home"),
)
CLOTH = Theme(
    (
        "{n}，洗过更软",
        "换季第一件：{n}",
        "陪我过了一整个秋天的{n}",
        "一家人都有的{n}",
        "这个颜色的{n}终于补货了",
    ),
    (
        "刚到手有一点硬，洗两次就软下来，贴着皮肤很舒服。",
        "颜色比照片浅半度，放在一堆衣服里反而最耐看。",
        "妈妈摸了摸说料子好。她做了三十年裁缝，我信她。",
        "尺码正常，喜欢宽松就大一号。缩水不明显，深色记得单独洗。",
    ),
    ("{n}: softer with every wash", "The first thing of the season: {n}", "A whole autumn in {n}"),
    (
        "A little stiff at first. After two washes it is the softest thing I own.",
        "The colour is half a shade lighter than in the picture, and better for it.",
        "My mother sewed for thirty years. She felt the cloth, nodded, and asked for one too.",
    ),
    ("穿得舒服", "换季", "好料子"),
    ("everyday-wear", "cotton"),
)
PLANT = Theme(
    ("{n}到家第七天，冒新芽了", "懒人也能养的{n}", "窗台上的{n}", "我家{n}的三个月", "{n}换盆记"),
    (
        "到家先缓三天，不浇水不施肥，只给它一点散射光。第七天早上，叶心里有了一点亮绿。",
        "一周浇一次，忘了也没事。它比我有耐心。",
        "窗朝北，光不多。每次转一转盆，让它自己找方向，现在长得很端正。",
        "换盆那天满地是土，猫在旁边监工。根很白，长得很好。",
    ),
    ("{n}, day seven: a new leaf", "A plant for forgetful people: {n}", "{n} on my north window"),
    (
        "Three days of rest, no water, a little light. On the seventh morning there was something bright green in the middle.",
        "Once a week, and if I forget it forgives me. It has more patience than I do.",
        "The window faces north. I turn the pot whenever I pass, and it has grown straight.",
    ),
    ("窗台种植", "绿植", "新芽"),
    ("windowsill", "plants"),
)
FLOWERS = Theme(
    ("这周的花是{n}", "{n}，开了整整九天", "给自己买一束{n}", "餐桌上有{n}的早晨"),
    (
        "斜剪根，深水醒两个小时，每天换水。到今天是第九天，还在开。",
        "没有什么日子要庆祝，就是路过镜子的时候想看到一点颜色。",
        "一枝插玄关，两枝放书桌，剩下的都给了餐桌。",
    ),
    ("This week: {n}", "Nine days of {n}", "{n} on a weekday"),
    (
        "Cut at an angle, two hours in deep water, fresh water every day. Day nine, and still open.",
        "Nothing to celebrate. I only wanted some colour on the way past the mirror.",
        "One stem by the door, two on the desk, the rest on the table.",
    ),
    ("每周一花", "日常", "新芽"),
    ("flowers", "weekday"),
)
PAPER = Theme(
    (
        "读完《{n}》的晚上",
        "书桌上的{n}",
        "{n}：一份小小的测评",
        "给孩子和自己的{n}",
        "周末，一本书，一支笔：{n}",
    ),
    (
        "一口气看了半本，剩下半本舍不得，留到下雨天。",
        "纸很好写，墨水不洇，翻页的声音是软的。",
        "孩子睡了以后的一个小时是我的。就这一个小时，够了。",
        "店家附了一张手写书签，字很好看，我夹在第七页。",
    ),
    ("An evening with {n}", "On my desk: {n}", "{n}, a small review"),
    (
        "I read half of it in one go and saved the rest for a rainy day.",
        "Good paper: the ink does not bleed and the pages turn softly.",
        "The hour after the children sleep is mine. It is enough for twenty pages.",
    ),
    ("一间书房", "纸与笔", "小房间"),
    ("reading", "stationery"),
)
PLAIN_ZH: tuple[tuple[str, str], ...] = (
    ("楼下的柿子树红了", "今天倒垃圾的时候抬头看见的，叶子快掉光了，只剩一树的小灯笼。 #日常"),
    ("周日的集市", "早上七点去，卖豆腐的阿姨还记得我要嫩的。走的时候塞了我一把葱。 #日常"),
    ("一个人搬家的清单", "灯先到，锅第二，书最后。剩下的慢慢添，不着急。 #小房间"),
    ("求推荐：适合爸妈的小礼物", "预算两百以内，不要保健品。他们喜欢喝茶，也喜欢花。 #求推荐"),
    ("今天什么也没买", "逛了一圈，收藏了七样，最后去菜场买了一斤毛豆。也很开心。 #日常"),
    (
        "和邻居一起拼单的第一年",
        "从一箱橘子开始，现在楼里有一个四十人的群。谁家有多的，就放在一楼的长凳上。 #拼着买",
    ),
    ("下雨天收衣服的默契", "对门出差，我顺手把她的被子收了。晚上门把手上挂了一袋核桃。 #日常"),
    ("冰箱里的秋天", "柿子、山药、半个南瓜、一罐桑葚酱。这就是我的秋天。 #时令水果"),
)
PLAIN_EN: tuple[tuple[str, str], ...] = (
    (
        "The persimmon tree downstairs",
        "Almost no leaves left, only small lanterns. I stood there with the rubbish in my hand. #weekday",
    ),
    (
        "Sunday at the market",
        "The tofu lady remembers that I like it soft. She put a handful of spring onions into my bag. #weekday",
    ),
    (
        "Asking for ideas: a small gift for my parents",
        "They like tea and flowers, and they do not like things that beep. #gifts",
    ),
    (
        "A year of sharing orders with my neighbours",
        "It began with one box of oranges. Now there is a bench on the ground floor for whatever is too much. #seasonal",
    ),
)
BIOS_ZH = (
    "喝茶，种花，记一点日常。",
    "租房住了七年，越住越像家。",
    "两个孩子的妈妈，一只猫的室友。",
    "菜场常客，做饭比做题好。",
    "纸和笔的朋友。",
    "在小城开了一间小店。",
    "慢慢来，比较快。",
    "买得少一点，用得久一点。",
)
BIOS_EN = (
    "Tea, plants, and a small kitchen.",
    "Buys little, keeps it long.",
    "Notes from a rented room.",
    "Reads on trains, cooks on Sundays.",
    "Learning to grow things on a north window.",
)
COMMENTS_ZH = (
    "看饿了",
    "同款！我家也是这样放的",
    "请问是哪个规格？",
    "颜色真好看",
    "拍得好温柔",
    "已下单，谢谢分享",
    "这个我也回购了",
    "收藏了，周末试试",
    "求链接",
    "第二张图绝了",
    "我妈看了直说好",
    "冬天适合吗？",
    "终于等到有人写了",
    "写得真细，谢谢",
    "拼团还差一个人，一起吗？",
    "光线好好",
    "放了几天还新鲜吗？",
    "我买的那批也很甜",
    "被你种草了",
    "这家发货很快",
    "想起小时候外婆家",
    "请教一下怎么保存",
    "好生活的样子",
    "小盆够用吗？",
)
ANSWERS_ZH = (
    "是中间那个规格～",
    "冬天也可以的",
    "图里点一下就能看到",
    "放阴凉处就行",
    "一起一起",
    "谢谢你看完！",
    "三天内吃完最好",
    "不客气，喜欢就好",
    "我用了一个月了，放心",
    "小的够一个人用",
    "下次我拍仔细一点",
)
COMMENTS_EN = (
    "This looks lovely.",
    "Which size is it?",
    "Ordered one, thank you!",
    "Saved for the weekend.",
    "Mine arrived today too.",
    "The light in the second picture!",
    "Does it last?",
    "Exactly what I was looking for.",
    "So calm.",
    "My mother would love this.",
    "Is the shop quick?",
    "I need one more person for a team, anyone?",
)
ANSWERS_EN = (
    "The middle one.",
    "Two days for me.",
    "It does, so far a month.",
    "Tap the dot in the picture.",
    "Thank you for reading!",
    "A cool place is enough.",
)
WHY_REPOST_ZH = ("说得太对了", "转给需要的人", "我家也有，作证", "这篇写得好", "周末就照这个做")
WHY_REPOST_EN = ("So true.", "For whoever needs this.", "Doing this on Sunday.")
FOLDERS_ZH, FOLDERS_EN = ("想买", "周末试试", "送礼", "家里"), ("To buy", "Weekend", "Gifts")
DETAILS_ZH = {
    "product_test": {"good": "做工细，品质在线，包装结实。", "bad": "到货比预想晚一天，盒子偏大。",
                     "used_for": "三个星期", "verdict": "会再买"},
    "buying_guide": {"for_whom": "第一次买的人", "budget": "一百元上下",
                     "look_for": "看产地和日期，看评价里的照片，问清楚坏了怎么办。"},
    "tutorial": {"needs": "一张桌子、一块布、半小时。", "steps": "先收拾出一块地方。\n再把东西摆成三角。\n最后退后一步看看。",
                 "takes": "三十分钟"},
    "order_show": {"bought_for": "自己和家里人", "again": "会，已经在攒下一单"},
}  # fmt: skip
DETAILS_EN = {
    "product_test": {"good": "Well made, well packed, does what it says.", "bad": "The box is larger than it needs to be.",
                     "used_for": "Three weeks", "verdict": "Would buy again"},
    "buying_guide": {"for_whom": "First-time buyers", "budget": "Around ¥100",
                     "look_for": "Origin and date, photos in reviews, and what happens when it arrives broken."},
    "tutorial": {"needs": "A table, a cloth, half an hour.", "steps": "Clear a corner.\nSet things in a triangle.\nStep back and look.",
                 "takes": "Thirty minutes"},
    "order_show": {"bought_for": "Myself and the family", "again": "Yes, next month"},
}  # fmt: skip


def _others(category: str, theme: Theme) -> dict[str, Theme]:
    """The theme of the pictures that put goods of a shop into its other category."""
    return dict.fromkeys(goods.SECOND_CATEGORY[category][1], theme)


THEMES: dict[str, dict[str, Theme]] = {
    "orchard": {**_others("fruit-season", PANTRY), "": FRUIT},
    "hillside-tea": {**_others("tea-leaf", TEAWARE), "": TEA},
    "wood-and-clay": {**_others("tableware", LIGHT), "": TABLE},
    "cotton-inside": {"": CLOTH},
    "green-window": {**_others("potted", FLOWERS), "": PLANT},
    "one-room-books": {"": PAPER},
}
"""By shop and picture; "" is everything else of the shop."""


def theme_of(shop: str, kind: str) -> Theme:
    """What people say about a kind of goods of a shop."""
    themes = THEMES[shop]
    return themes.get(kind, themes[""])
