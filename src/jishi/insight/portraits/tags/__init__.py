"""Every tag there is, as code: meaning, freshness, evidence, and what uses it."""

from jishi.insight.portraits.tags import behaviour, preference, social, static, value
from jishi.insight.portraits.tags.definition import CONSENT, CONTRACT, Definition

__all__ = ["ALL", "BY_CODE", "CONSENT", "CONTRACT", "Definition"]

ALL: tuple[Definition, ...] = (
    *static.TAGS,
    *behaviour.TAGS,
    *preference.TAGS,
    *value.TAGS,
    *social.TAGS,
)
BY_CODE: dict[str, Definition] = {one.tag.code: one for one in ALL}
