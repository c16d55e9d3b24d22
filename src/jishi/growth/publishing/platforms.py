"""Platforms outside: what they take and what they are good for, as known in autumn 2026.

Platforms change their limits without asking; an account may be given other limits in the console.
"""

from jishi.growth.publishing.contracts import Limits, Platform
from jishi.kernel.errors import N_

ZH, BOTH, EN = ("zh-hans",), ("zh-hans", "en"), ("en",)

PLATFORMS: dict[str, Platform] = {
    one.code: one
    for one in (
        Platform(
            "xiaohongshu",
            "小红书",
            Limits(20, 1000, 18, "3:4", 10, takes_links=False, needs_picture=True, film_s=900, film_mb=500),
            ZH,
            ("product_test", "buying_guide", "order_show", "plain"),
            N_("Found by searching for months; what people keep counts more than what they like."),
        ),
        Platform(
            "weixin_mp",
            "微信公众号",
            Limits(64, 20000, 50, "16:9", 0, takes_links=True, needs_picture=True, film_s=3600, film_mb=200),
            ZH,
            ("buying_guide", "tutorial", "trade_news", "product_test"),
            N_("Reaches those who follow already; spreads when readers pass it to their circle."),
        ),
        Platform(
            "weibo",
            "微博",
            Limits(0, 2000, 18, "1:1", 10, takes_links=True, film_s=900, film_mb=500),
            ZH,
            ("plain", "trade_news", "order_show"),
            N_("Quick talk about what happens today; old after a day."),
        ),
        Platform(
            "douyin",
            "抖音图文",
            Limits(20, 1000, 35, "9:16", 5, takes_links=False, needs_picture=True, film_s=900, film_mb=500),
            ZH,
            ("order_show", "product_test", "plain"),
            N_("Shown to strangers first; the first picture decides."),
        ),
        Platform(
            "bilibili",
            "哔哩哔哩动态",
            Limits(40, 1000, 18, "16:9", 10, takes_links=True, film_s=900, film_mb=500),
            ZH,
            ("tutorial", "product_test", "trade_news"),
            N_("Readers stay long and check facts; how things are made does well."),
        ),
        Platform(
            "zhihu",
            "知乎",
            Limits(50, 20000, 50, "16:9", 5, takes_links=True),
            ZH,
            ("buying_guide", "product_test", "trade_news", "tutorial"),
            N_("Answers to questions, found by searching for years."),
        ),
        Platform(
            "instagram",
            "Instagram",
            Limits(0, 2200, 10, "1:1", 30, takes_links=False, needs_picture=True, film_s=900, film_mb=500),
            EN,
            ("plain", "order_show"),
            N_("The picture speaks; links live in the profile only."),
        ),
        Platform(
            "x",
            "X",
            Limits(0, 280, 4, "16:9", 5, takes_links=True, wide_counts_twice=True, film_s=140, film_mb=512),
            BOTH,
            ("plain", "trade_news"),
            N_("One thought per post; a Chinese character counts as two."),
        ),
        Platform(
            "facebook",
            "Facebook",
            Limits(0, 5000, 10, "1:1", 10, takes_links=True, film_s=3600, film_mb=1000),
            EN,
            ("plain", "order_show", "buying_guide"),
            N_("Groups and families; what people talk about under it carries it on."),
        ),
        Platform(
            "pinterest",
            "Pinterest",
            Limits(100, 800, 5, "3:4", 10, takes_links=True, needs_picture=True, film_s=900, film_mb=500),
            EN,
            ("buying_guide", "tutorial", "order_show"),
            N_("People plan with it weeks ahead of a day, and click through to buy."),
        ),
    )
}

RATIOS: dict[str, tuple[int, int]] = {"1:1": (1, 1), "3:4": (3, 4), "16:9": (16, 9), "9:16": (9, 16)}
