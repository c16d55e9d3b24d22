"""Reads of the content plan."""

from jishi.growth.publishing.queries.assets import find_assets, get_asset, list_assets
from jishi.growth.publishing.queries.channels import (
    advise,
    get_channel,
    get_variant,
    list_channels,
    list_figures,
    list_platforms,
    list_posted,
    list_variants,
    sums_of_channels,
)
from jishi.growth.publishing.queries.checking import check, list_hot
from jishi.growth.publishing.queries.feeds import list_day_kinds, list_days, list_days_of, rhythm
from jishi.growth.publishing.queries.pieces import (
    count_states,
    export_person,
    get_house,
    get_piece,
    list_between,
    list_pieces,
    list_unplanned,
)
from jishi.growth.publishing.queries.results import list_results

__all__ = [
    "advise",
    "check",
    "count_states",
    "export_person",
    "find_assets",
    "get_asset",
    "get_channel",
    "get_house",
    "get_piece",
    "get_variant",
    "list_assets",
    "list_between",
    "list_channels",
    "list_day_kinds",
    "list_days",
    "list_days_of",
    "list_figures",
    "list_hot",
    "list_pieces",
    "list_platforms",
    "list_posted",
    "list_results",
    "list_unplanned",
    "list_variants",
    "rhythm",
    "sums_of_channels",
]
