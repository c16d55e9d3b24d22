"""What can be asked of merchandising."""

from jishi.growth.merchandising.queries.boards import (
    count_chosen,
    count_states,
    find_placement,
    get_placement,
    judge_placement,
    list_placements,
    preview,
    tallies,
)
from jishi.growth.merchandising.queries.catalogue import (
    find_region_name,
    list_regions,
    list_seasons,
    list_slots,
)
from jishi.growth.merchandising.queries.filling import fill, fill_page
from jishi.growth.merchandising.queries.landing import (
    find_published,
    get_page,
    get_preview,
    get_public,
    has_signed_up,
    judge_page,
    list_pages,
    list_sign_ups,
)
from jishi.growth.merchandising.queries.personal import export_person
from jishi.growth.merchandising.queries.trying import list_places, place_of_page, place_of_slot
from jishi.growth.merchandising.queries.whereabouts import who_lives_in

__all__ = [
    "count_chosen",
    "count_states",
    "export_person",
    "fill",
    "fill_page",
    "find_placement",
    "find_published",
    "find_region_name",
    "get_page",
    "get_placement",
    "get_preview",
    "get_public",
    "has_signed_up",
    "judge_page",
    "judge_placement",
    "list_pages",
    "list_placements",
    "list_places",
    "list_regions",
    "list_seasons",
    "list_sign_ups",
    "list_slots",
    "place_of_page",
    "place_of_slot",
    "preview",
    "tallies",
    "who_lives_in",
]
