"""The verbs of sharing. Everything they write is a fact that is written once."""

from jishi.social.shares.operations.links import create_link, record_order, record_visit
from jishi.social.shares.operations.posters import has_chinese_font, render_poster

__all__ = ["create_link", "has_chinese_font", "record_order", "record_visit", "render_poster"]
