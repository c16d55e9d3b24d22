"""What the demo world sells: six shops, their categories, and 126 goods in Chinese and English.

Everything here is invented. A row is (handle, 中文, English, price in yuan, picture, palette, options, team).
``options`` names a matrix of OPTIONS or is ''; ``team`` is (size, price in yuan) or None.
"""

from dataclasses import dataclass

Row = tuple[str, str, str, float, str, int, str, tuple[int, float] | None]


@dataclass(frozen=True, slots=True)
class ShopSeed:
    """A shop, its texts, its fees and its goods."""

    slug: str
    name: tuple[str, str]
    about: tuple[str, str]
    brand: tuple[str, str, str]
    category: str
    commission_bps: int
    delivery_fee_minor: int
    free_from_minor: int
    lines: tuple[tuple[str, str], ...]
    goods: tuple[Row, ...]


CATEGORIES: tuple[tuple[str, str, str, str], ...] = (
    ("fresh", "", "生鲜水果", "Fresh fruit"),
    ("fruit-season", "fresh", "当季鲜果", "In season"),
    ("fruit-dried", "fresh", "果干果酱", "Dried and preserved"),
    ("tea", "", "茶与茶具", "Tea and teaware"),
    ("tea-leaf", "tea", "茶叶", "Leaf tea"),
    ("teaware", "tea", "茶具", "Teaware"),
    ("home", "", "居家器物", "Home"),
    ("tableware", "home", "餐具", "Tableware"),
    ("light", "home", "灯与烛", "Light and candles"),
    ("textile", "", "服饰家纺", "Clothing and textiles"),
    ("wear", "textile", "衣服", "Clothes"),
    ("bedding", "textile", "家纺", "Bedding and towels"),
    ("garden", "", "绿植花艺", "Plants and flowers"),
    ("potted", "garden", "盆栽", "Potted plants"),
    ("flowers", "garden", "鲜花", "Cut flowers"),
    ("paper", "", "书与文具", "Books and stationery"),
    ("books", "paper", "图书", "Books"),
    ("stationery", "paper", "文具", "Stationery"),
)
"""slug, parent slug, 中文, English."""

OPTIONS: dict[str, tuple[tuple[str, str], tuple[tuple[str, str, float], ...]]] = {
    "": (("", ""), (("", "", 1.0),)),
    "weight": (
        ("重量", "Weight"),
        (("3 斤", "1.5 kg", 1.0), ("5 斤", "2.5 kg", 1.55), ("10 斤", "5 kg", 2.9)),
    ),
    "pack": (("包装", "Pack"), (("单份", "Single", 1.0), ("三份装", "Pack of 3", 2.7))),
    "tin": (
        ("净含量", "Net weight"),
        (("50 克", "50 g", 1.0), ("100 克", "100 g", 1.8), ("250 克", "250 g", 4.2)),
    ),
    "glaze": (
        ("釉色", "Glaze"),
        (("月白", "Moon white", 1.0), ("青瓷", "Celadon", 1.0), ("柿红", "Persimmon", 1.1)),
    ),
    "size": (("尺码", "Size"), (("S", "S", 1.0), ("M", "M", 1.0), ("L", "L", 1.0), ("XL", "XL", 1.05))),
    "bed": (("尺寸", "Bed size"), (("1.5 米床", "150 cm", 1.0), ("1.8 米床", "180 cm", 1.25))),
    "pot": (("盆径", "Pot size"), (("小盆", "Small", 1.0), ("中盆", "Medium", 1.6), ("大盆", "Large", 2.5))),
    "cover": (("装帧", "Binding"), (("平装", "Paperback", 1.0), ("精装", "Hardcover", 1.6))),
}
"""Name of the dimension, and its values with the factor on the price."""

ORCHARD: tuple[Row, ...] = (
    ("fire-persimmon", "火晶柿子 自然软熟", "Fire-crystal persimmons", 39.0, "fruit", 0, "weight", (2, 29.9)),
    (
        "hanging-persimmon",
        "手工吊柿饼 流心",
        "Hand-hung dried persimmons",
        49.0,
        "hanging",
        0,
        "pack",
        (3, 36.9),
    ),
    (
        "red-strawberry",
        "红颜草莓 清晨现摘",
        "Strawberries picked at dawn",
        59.0,
        "strawberries",
        4,
        "weight",
        (2, 45.0),
    ),
    (
        "sugar-orange",
        "沙糖桔 带叶新鲜",
        "Sugar tangerines on the leaf",
        29.9,
        "tangerines",
        0,
        "weight",
        (3, 22.9),
    ),
    ("blood-orange", "塔罗科血橙", "Tarocco blood oranges", 45.0, "oranges", 4, "weight", (2, 35.9)),
    ("snow-pear", "雪花梨 润一冬", "Snowflake pears", 35.0, "pears", 6, "weight", None),
    ("fuji-apple", "高原红富士", "Highland Fuji apples", 42.0, "apples", 4, "weight", (5, 29.9)),
    ("kiwi", "徐香猕猴桃", "Xuxiang kiwifruit", 38.0, "kiwis", 6, "weight", (2, 29.0)),
    ("blueberry", "蓝莓大果 4 盒", "Large blueberries, 4 boxes", 56.0, "berries", 5, "pack", (3, 42.0)),
    ("cherry-tomato", "千禧小番茄", "Cherry tomatoes", 25.9, "tomatoes", 1, "weight", (2, 18.8)),
    ("pomelo", "三红蜜柚 两只", "Red pomelo, two fruits", 33.0, "pomelos", 0, "", (3, 25.0)),
    ("grape", "阳光玫瑰葡萄", "Shine Muscat grapes", 69.0, "grapes", 6, "weight", (2, 52.0)),
    ("mulberry-jam", "古法桑葚果酱", "Slow-cooked mulberry jam", 32.0, "jar", 3, "pack", None),
    ("persimmon-vinegar", "柿子醋 三年陈", "Three-year persimmon vinegar", 46.0, "bottles", 0, "", (2, 36.0)),
    ("dried-mango", "原味芒果干", "Plain dried mango", 26.0, "pouch", 2, "pack", (3, 18.9)),
    ("honey-three", "山野蜂蜜三瓶礼盒", "Wild honey, box of three", 88.0, "honey", 2, "", (4, 65.9)),
    ("walnut", "薄皮核桃", "Thin-shell walnuts", 48.0, "walnuts", 7, "weight", None),
    ("jujube", "和田骏枣", "Hotan jujubes", 36.0, "jujubes", 7, "pack", (5, 26.0)),
    ("lemon", "安岳黄柠檬", "Anyue lemons", 22.0, "lemons", 2, "weight", (2, 16.9)),
    ("fruit-gift", "四季鲜果礼盒", "Four seasons fruit box", 128.0, "box", 1, "", (3, 99.0)),
    ("hawthorn", "山楂糕 少糖", "Hawthorn cake, less sugar", 24.0, "cakes", 4, "pack", None),
)

TEA: tuple[Row, ...] = (
    ("longjing", "明前龙井", "Pre-Qingming Longjing", 128.0, "tin", 1, "tin", (2, 98.0)),
    ("tieguanyin", "清香铁观音", "Light Tieguanyin", 78.0, "tin", 6, "tin", (3, 58.0)),
    ("dahongpao", "岩骨大红袍", "Rock-grown Da Hong Pao", 168.0, "tin", 7, "tin", None),
    ("white-peony", "白牡丹 三年", "White Peony, three years", 96.0, "tin", 2, "tin", (2, 75.0)),
    ("puer-cake", "古树熟普 357 克饼", "Ripe pu'er cake, 357 g", 199.0, "teacake", 2, "", (4, 149.0)),
    ("jasmine", "九窨茉莉花茶", "Nine-scented jasmine", 66.0, "tin", 6, "tin", (2, 49.9)),
    ("keemun", "祁门红茶", "Keemun black tea", 72.0, "tin", 4, "tin", (3, 55.0)),
    ("chenpi", "新会陈皮 八年", "Xinhui tangerine peel, 8 years", 118.0, "jar", 0, "", None),
    ("osmanthus-oolong", "桂花乌龙", "Osmanthus oolong", 58.0, "tin", 2, "tin", (2, 43.0)),
    ("chrysanthemum", "胎菊花茶", "Baby chrysanthemum", 36.0, "tin", 2, "tin", (3, 26.9)),
    ("barley", "炭焙大麦茶", "Charcoal-roasted barley", 19.9, "pouch", 2, "pack", (5, 12.9)),
    ("gaiwan", "素面盖碗", "Plain gaiwan", 88.0, "gaiwan", 1, "glaze", (2, 69.0)),
    ("side-handle-pot", "侧把紫砂壶", "Side-handled clay pot", 238.0, "teapot", 7, "", None),
    ("round-pot", "西施紫砂壶", "Xishi clay pot", 268.0, "teapot", 0, "", (2, 218.0)),
    ("tasting-cups", "品茗杯 六只", "Tasting cups, set of six", 76.0, "cups", 2, "glaze", (3, 59.0)),
    (
        "travel-set",
        "旅行茶具 一壶二杯",
        "Travel set, pot and two cups",
        139.0,
        "teapot",
        1,
        "glaze",
        (2, 109.0),
    ),
    ("fair-cup", "玻璃公道杯", "Glass fairness pitcher", 45.0, "pitcher", 5, "", None),
    ("tea-tin", "手工锡茶罐", "Hand-made pewter caddy", 158.0, "tin", 5, "", None),
    ("tea-cloth", "苎麻茶巾 两条", "Ramie tea cloths, two", 28.0, "cloth", 6, "", (3, 19.9)),
    ("cold-brew", "冷泡茶包 四味", "Cold-brew bags, four kinds", 49.0, "box", 1, "pack", (2, 36.9)),
    ("tea-gift", "春茶礼盒", "Spring tea gift box", 298.0, "box", 6, "", (3, 238.0)),
)

WOOD: tuple[Row, ...] = (
    ("rice-bowl", "手捏饭碗", "Hand-pinched rice bowl", 46.0, "bowl", 1, "glaze", (3, 35.0)),
    ("mug", "柴烧马克杯", "Wood-fired mug", 79.0, "cup", 7, "glaze", (2, 62.0)),
    ("plate-set", "家常盘 四只", "Everyday plates, set of four", 129.0, "plates", 5, "glaze", (3, 98.0)),
    ("soup-bowl", "斗笠汤碗", "Hat-shaped soup bowl", 58.0, "bowl", 2, "glaze", None),
    ("oak-board", "橡木砧板", "Oak cutting board", 118.0, "board", 2, "", (2, 92.0)),
    ("chopsticks", "鸡翅木筷 十双", "Wenge chopsticks, ten pairs", 39.0, "chopsticks", 7, "", (5, 26.0)),
    ("soy-bottle", "陶制酱油瓶", "Ceramic soy bottle", 35.0, "jug", 7, "glaze", None),
    ("storage-jar", "密封储物罐", "Sealed storage jar", 52.0, "jar", 5, "pack", (2, 41.0)),
    ("desk-lamp", "和纸台灯", "Paper-shade table lamp", 188.0, "lamp", 2, "", (2, 149.0)),
    ("bed-lamp", "陶座床头灯", "Ceramic bedside lamp", 168.0, "lamp", 4, "glaze", None),
    ("night-light", "云朵小夜灯", "Small cloud night light", 49.0, "cloud", 5, "", (3, 36.0)),
    ("soy-candle", "大豆蜡烛 三支", "Soy candles, three", 66.0, "candle", 3, "", (2, 49.9)),
    ("pine-candle", "松木香薰蜡烛", "Pine-scented candle", 78.0, "candle", 6, "", None),
    ("beeswax", "蜂蜡长烛 六支", "Beeswax tapers, six", 42.0, "tapers", 2, "", (3, 31.0)),
    ("incense", "沉香线香 一盒", "Agarwood incense, one box", 69.0, "incense", 3, "", None),
    ("diffuser", "无火香薰", "Reed diffuser", 88.0, "diffuser", 3, "", (2, 68.0)),
    ("hand-soap", "橄榄手工皂", "Olive oil soap", 26.0, "soap", 6, "pack", (5, 17.9)),
    ("dish-care", "植物洗碗液 三瓶", "Plant dish wash, three", 39.9, "bottles", 1, "", (3, 28.8)),
    ("tray", "胡桃木托盘", "Walnut tray", 108.0, "tray", 7, "", (2, 85.0)),
    ("vase", "细口单枝瓶", "Single-stem vase", 68.0, "vase", 5, "glaze", None),
    ("bread-box", "面包收纳箱", "Bread box", 99.0, "bread", 0, "", (3, 75.0)),
)

COTTON: tuple[Row, ...] = (
    ("linen-shirt", "亚麻圆领衫", "Round-neck linen top", 129.0, "shirt", 1, "size", (2, 99.0)),
    ("cotton-tee", "重磅纯棉 T 恤", "Heavy cotton tee", 79.0, "shirt", 5, "size", (3, 59.0)),
    ("kids-tee", "儿童扎染 T 恤", "Tie-dyed kids' tee", 59.0, "shirt", 3, "size", (3, 42.0)),
    ("work-shirt", "靛蓝工装衫", "Indigo work shirt", 188.0, "shirt", 5, "size", None),
    ("pajamas", "双层纱睡衣", "Double-gauze pyjamas", 159.0, "shirt", 4, "size", (2, 125.0)),
    ("thermal", "羊毛打底衫", "Wool base layer", 218.0, "shirt", 2, "size", (2, 179.0)),
    ("sheet-set", "水洗棉四件套", "Washed cotton bedding set", 329.0, "cloth", 6, "bed", (2, 259.0)),
    ("duvet", "蚕丝被 春秋", "Silk duvet for spring and autumn", 699.0, "cloth", 2, "bed", (3, 549.0)),
    ("pillow-pair", "荞麦枕 一对", "Buckwheat pillows, pair", 118.0, "pillows", 7, "", (2, 89.0)),
    ("towel-set", "长绒棉毛巾 三条", "Long-staple towels, three", 69.0, "cloth", 1, "", (3, 49.0)),
    ("bath-towel", "华夫格浴巾", "Waffle bath towel", 89.0, "cloth", 5, "pack", (2, 69.0)),
    ("blanket", "羊毛盖毯", "Wool throw", 268.0, "cloth", 0, "", None),
    ("scarf", "山羊绒围巾", "Cashmere scarf", 358.0, "scarf", 4, "", (2, 289.0)),
    ("socks", "棉袜 七双", "Cotton socks, seven pairs", 45.0, "socks", 3, "size", (5, 29.9)),
    ("apron", "帆布围裙", "Canvas apron", 66.0, "apron", 6, "", (3, 48.0)),
    ("tote", "厚帆布托特包", "Heavy canvas tote", 88.0, "bag", 2, "", (2, 66.0)),
    ("day-bag", "通勤手提包", "Day bag", 259.0, "bag", 3, "", None),
    ("drawstring", "束口收纳袋 三只", "Drawstring pouches, three", 32.0, "sacks", 1, "", (3, 22.0)),
    ("lunch-bag", "保温便当包", "Insulated lunch bag", 58.0, "bag", 5, "", (2, 43.0)),
    ("slippers", "布艺拖鞋", "Cloth slippers", 39.0, "slippers", 0, "size", (3, 28.0)),
    ("curtain", "亚麻门帘", "Linen door curtain", 98.0, "curtain", 6, "", None),
)

GREEN: tuple[Row, ...] = (
    ("fiddle-leaf", "琴叶榕", "Fiddle-leaf fig", 89.0, "broad", 4, "pot", (2, 69.0)),
    ("monstera", "龟背竹", "Monstera", 75.0, "broad", 7, "pot", (2, 58.0)),
    ("snake-plant", "虎尾兰", "Snake plant", 45.0, "swords", 2, "pot", (3, 33.0)),
    ("pothos", "绿萝 净化空气", "Golden pothos", 22.0, "trailing", 1, "pot", (5, 14.9)),
    ("rubber-plant", "黑金刚橡皮树", "Burgundy rubber plant", 68.0, "broad", 5, "pot", None),
    ("calathea", "青苹果竹芋", "Calathea orbifolia", 59.0, "plant", 6, "pot", (2, 46.0)),
    ("succulents", "多肉组合 九株", "Nine succulents", 39.9, "rosettes", 0, "", (3, 28.8)),
    ("rosemary", "迷迭香 可食用", "Culinary rosemary", 26.0, "herb", 2, "pot", None),
    ("mint", "薄荷 即摘即用", "Mint for the kitchen", 18.0, "herb", 3, "pot", (3, 12.0)),
    ("citrus-tree", "四季橘盆栽", "Calamondin tree", 128.0, "orange_tree", 0, "pot", (2, 99.0)),
    ("orchid", "蝴蝶兰 双株", "Moth orchid, two stems", 138.0, "bouquet", 3, "", (2, 108.0)),
    ("rose-box", "玫瑰礼盒 十一枝", "Eleven roses in a box", 158.0, "bouquet", 4, "", (2, 128.0)),
    ("weekly-flowers", "每周一花 四周", "Flowers every week, four weeks", 129.0, "bouquet", 1, "", (3, 95.0)),
    ("lily", "香水百合", "Scented lilies", 66.0, "bouquet", 2, "", None),
    ("sunflower", "向日葵 六枝", "Six sunflowers", 52.0, "sunflowers", 5, "", (3, 39.0)),
    ("eucalyptus", "尤加利叶束", "Eucalyptus bunch", 35.0, "bouquet", 6, "", (2, 26.0)),
    ("dried-bouquet", "干花束", "Dried bouquet", 58.0, "bouquet", 7, "", None),
    ("tulip-bulbs", "郁金香种球 十粒", "Ten tulip bulbs", 29.9, "pouch", 4, "", (5, 19.9)),
    ("soil", "通用营养土 十升", "Potting soil, ten litres", 24.0, "pouch", 7, "", (3, 17.9)),
    ("watering-can", "长嘴浇水壶", "Long-spout watering can", 48.0, "watering_can", 1, "", (2, 37.0)),
    ("plant-food", "缓释肥 两瓶", "Slow-release feed, two", 32.0, "bottles", 6, "", None),
)

BOOKS: tuple[Row, ...] = (
    ("market-walks", "集市漫步", "Walks Through Markets", 58.0, "book", 0, "cover", (3, 43.0)),
    ("persimmon-year", "柿子的一年", "A Year of the Persimmon", 49.0, "book", 4, "cover", (2, 38.0)),
    ("slow-kitchen", "慢厨房", "The Slow Kitchen", 68.0, "book", 1, "cover", (2, 52.0)),
    ("tea-atlas", "中国茶地图", "An Atlas of Chinese Tea", 98.0, "book", 6, "cover", None),
    ("city-birds", "城市鸟类手册", "Birds of the City", 72.0, "book", 5, "cover", (3, 55.0)),
    ("small-rooms", "小房间", "Small Rooms", 45.0, "book", 3, "cover", None),
    ("night-train", "夜行列车", "Night Train", 42.0, "book", 2, "cover", (5, 29.9)),
    ("repair", "修补的艺术", "The Art of Mending", 56.0, "book", 7, "cover", (2, 43.0)),
    ("kids-seeds", "种子去旅行", "Seeds on a Journey", 39.0, "book", 1, "cover", (3, 28.0)),
    ("letters", "写给邻居的信", "Letters to My Neighbour", 46.0, "book", 4, "cover", None),
    ("notebook", "横线笔记本 三册", "Ruled notebooks, three", 36.0, "notebook", 5, "", (3, 25.9)),
    ("diary", "五年日记", "Five-year diary", 88.0, "notebook", 2, "", (2, 69.0)),
    ("sketchbook", "水彩速写本", "Watercolour sketchbook", 52.0, "notebook", 6, "", None),
    ("planner", "来年手账", "Planner for next year", 79.0, "notebook", 0, "", (2, 62.0)),
    ("washi-tape", "和纸胶带 十卷", "Washi tape, ten rolls", 29.9, "tapes", 4, "", (5, 18.8)),
    ("gift-wrap", "再生纸包装套装", "Recycled gift wrap set", 33.0, "rolls", 6, "", (3, 24.0)),
    ("ink", "手工钢笔墨水", "Hand-mixed fountain pen ink", 58.0, "ink", 5, "", None),
    ("pencils", "雪松铅笔 十二支", "Cedar pencils, twelve", 32.0, "pencils", 2, "", (3, 22.9)),
    ("pen-roll", "帆布笔袋", "Canvas pen roll", 45.0, "sacks", 7, "", (2, 34.0)),
    ("reading-light", "夹书灯", "Clip-on reading light", 39.0, "lamp", 1, "", (3, 28.0)),
    ("bookends", "橡木书立", "Oak bookends", 66.0, "book", 7, "", None),
)

SHOPS: tuple[ShopSeed, ...] = (
    ShopSeed("orchard", ("老陈果园", "Chen's Orchard"),
             ("山里的果子，熟了再摘。", "Fruit from the hills, picked when ripe."),
             ("chen-orchard", "老陈果园", "Chen's Orchard"), "fruit-season", 500, 600, 9900,
             (("清晨采摘，当天发出。", "Picked at dawn, sent the same day."),
              ("坏果包赔，拍照即可。", "Damaged fruit is replaced; a photo is enough."),
              ("不打蜡，不催熟，洗净可直接吃。", "No wax, no forced ripening: rinse and eat.")), ORCHARD),
    ShopSeed("hillside-tea", ("山间茶事", "Hillside Tea"),
             ("一座山，一年四季的茶。", "One mountain, tea for every season."),
             ("hillside", "山间", "Hillside"), "tea-leaf", 600, 0, 0,
             (("产地、批次、采摘日期印在罐底。", "Origin, lot and picking day are printed on every tin."),
              ("常温避光密封保存。", "Keep sealed, cool and dark."),
              ("水温 85–95 度，第一泡十秒。", "Water at 85–95 °C, ten seconds for the first steep.")), TEA),
    ShopSeed("wood-and-clay", ("木与陶", "Wood & Clay"),
             ("每天用得上的器物。", "Things to use every day."),
             ("wood-clay", "木与陶", "Wood & Clay"), "tableware", 600, 1000, 12900,
             (("手工制作，每件都有一点不同。", "Made by hand; no two are quite alike."),
              ("可进微波炉和洗碗机，木器除外。", "Safe in microwave and dishwasher, wood excepted."),
              ("破损补寄。", "Broken in transit? We send another.")), WOOD),
    ShopSeed("cotton-inside", ("棉里", "Cotton Inside"),
             ("贴身的东西，用好料子。", "Good cloth for what touches the skin."),
             ("mianli", "棉里", "Cotton Inside"), "wear", 800, 800, 19900,
             (("先水洗再裁剪，不易变形。", "Washed before cutting, so it keeps its shape."),
              ("七天无理由退换。", "Returns within seven days, no reason needed."),
              ("深色请单独洗涤。", "Wash dark colours separately.")), COTTON),
    ShopSeed("green-window", ("绿窗", "Green Window"),
             ("让家里有活的东西。", "Something alive in every room."),
             ("green-window", "绿窗", "Green Window"), "potted", 700, 1200, 15900,
             (("带土带盆发货，到家先缓三天。", "Shipped in soil; let it rest for three days."),
              ("每周浇一次水，散射光即可。", "Water once a week; indirect light is enough."),
              ("三十天内没养活，免费补一盆。", "If it does not live thirty days, we send another.")), GREEN),
    ShopSeed("one-room-books", ("一间书铺", "One Room Books"),
             ("小而慢的书店。", "A small, slow bookshop."),
             ("one-room", "一间", "One Room"), "books", 500, 500, 8900,
             (("纸张无酸，可久存。", "Acid-free paper that lasts."),
              ("附手写书签一枚。", "Comes with a hand-written bookmark."),
              ("四十八小时内发货。", "Leaves us within 48 hours.")), BOOKS),
)  # fmt: skip

SECOND_CATEGORY: dict[str, tuple[str, frozenset[str]]] = {
    "fruit-season": (
        "fruit-dried",
        frozenset({"hanging", "pouch", "cakes", "jar", "honey", "bottles", "jujubes", "walnuts"}),
    ),
    "tea-leaf": ("teaware", frozenset({"gaiwan", "cups", "pitcher", "teapot", "cloth"})),
    "tableware": ("light", frozenset({"lamp", "cloud", "candle", "tapers", "incense", "diffuser"})),
    "wear": ("bedding", frozenset({"cloth", "pillows", "curtain"})),
    "potted": ("flowers", frozenset({"bouquet", "sunflowers"})),
}  # fmt: skip
"""A shop's other category, and the pictures that tell it."""


def category_of(shop: ShopSeed, row: Row) -> str:
    """The category slug of a product."""
    if shop.category == "books":
        return "books" if row[6] == "cover" else "stationery"
    if row[0] == "tea-tin":
        return "teaware"
    other, pictures = SECOND_CATEGORY[shop.category]
    return other if row[4] in pictures else shop.category
