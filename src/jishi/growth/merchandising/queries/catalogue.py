"""The slots there are, and the regions and seasons that can be chosen; all of it is data in code."""

from jishi.growth.merchandising import regions, rules
from jishi.growth.merchandising.contracts import RegionGroup, Slot


def list_slots() -> tuple[Slot, ...]:
    """Every slot; names are English msgids."""
    return rules.SLOTS


def list_regions(language: str) -> tuple[RegionGroup, ...]:
    """The parts of the country with their provinces."""
    is_chinese = language == "zh-hans"
    names = [(one.group, one.code, one.zh if is_chinese else one.en) for one in regions.REGIONS]
    return tuple(
        RegionGroup(
            code,
            zh if is_chinese else en,
            tuple((province, name) for group, province, name in names if group == code),
        )
        for code, zh, en in regions.GROUPS
    )


def find_region_name(code: str, language: str) -> str:
    """The name of a province, or '' for an unknown code."""
    found = regions.BY_CODE.get(code)
    return "" if found is None else found.zh if language == "zh-hans" else found.en


def list_seasons() -> tuple[str, ...]:
    """The codes of the seasons."""
    return tuple(code for code, _ in regions.SEASONS)
