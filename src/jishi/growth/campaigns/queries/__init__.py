"""What others read of campaigns."""

from jishi.growth.campaigns.queries.festivals import (
    find_shifts,
    list_part_choices,
    list_returns,
    part_figures,
)
from jishi.growth.campaigns.queries.finding import (
    count_states,
    get_campaign,
    list_campaigns,
    list_grants,
    list_versions,
    read_out,
    step_counts,
)
from jishi.growth.campaigns.queries.naming import list_variables, show_sample
from jishi.growth.campaigns.queries.people import (
    export_person,
    has_objected,
    list_received,
    page_people,
)
from jishi.growth.campaigns.queries.sheets import run_sheet
from jishi.growth.campaigns.queries.walking import walk
from jishi.growth.campaigns.rules import read_festival
from jishi.growth.campaigns.starters import TEMPLATES

__all__ = [
    "TEMPLATES",
    "count_states",
    "export_person",
    "find_shifts",
    "get_campaign",
    "has_objected",
    "list_campaigns",
    "list_grants",
    "list_part_choices",
    "list_received",
    "list_returns",
    "list_variables",
    "list_versions",
    "page_people",
    "part_figures",
    "read_festival",
    "read_out",
    "run_sheet",
    "show_sample",
    "step_counts",
    "walk",
]
