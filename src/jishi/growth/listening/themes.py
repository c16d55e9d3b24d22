"""Themes that every installation has from the first day; their names and words may be changed.

Each is opened once: one that was put away does not come back.
"""

READY: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("delivery", "物流配送", "Delivery", ("物流", "快递", "配送", "送货", "发货", "太慢", "delivery", "shipping", "courier", "late")),
    ("packing", "包装", "Packing", ("包装", "破损", "压坏", "碰坏", "漏", "packag", "packing", "broken", "damaged", "leak")),
    ("quality", "商品质量", "Quality of goods", ("质量", "坏果", "不新鲜", "变质", "异味", "瑕疵", "quality", "rotten", "stale", "defect")),
    ("description", "与描述不符", "Not as described", ("不一样", "不符", "色差", "尺寸", "偏小", "偏大", "described", "size", "smaller", "colour")),
    ("service", "客服", "Service", ("客服", "态度", "不理人", "回复慢", "service", "reply", "rude", "answered")),
    ("refunds", "退款售后", "Refunds", ("退款", "退货", "售后", "refund", "return")),
    ("price", "价格优惠", "Price and offers", ("价格", "太贵", "优惠", "涨价", "券", "price", "expensive", "coupon", "discount")),
    ("teams", "拼单", "Buying together", ("拼团", "拼单", "成团", "凑不齐", "砍价", "team", "group buy", "bargain")),
    ("pages", "页面好不好用", "Ease of use", ("页面", "卡顿", "找不到", "闪退", "登录", "搜索", "app", "page", "login", "search", "crash")),
)  # fmt: skip
# ruff: noqa: E501 - a theme is read on one line
"""Slug, Chinese name, English name, words."""
