"""The engine of collective plays without its database: clauses, terms, states, and who sees what.

Pure: no ORM and no clock. A mechanic is data (`Mechanic`): clauses with their settings, the `Terms` they
amount to, and one `decide` that says from head counts alone whether a team waits, forms or expires; or, where
one person gathers helpers, `RallyRules` that say what a help gives.
"""

from jishi.promotions.plays.rules.clauses import Clause, Mechanic
from jishi.promotions.plays.rules.house import house_completes
from jishi.promotions.plays.rules.keys import draw_entry, person_day_key, person_key
from jishi.promotions.plays.rules.matching import Lot, Member, match
from jishi.promotions.plays.rules.params import Param, Params, clean_params
from jishi.promotions.plays.rules.rallies import (
    HelperFacts,
    HelperView,
    Progress,
    RallyFacts,
    RallyRules,
    RallyTerms,
    drawn_share,
    ends_at,
    first_share,
    rally_screen,
    suspicion,
)
from jishi.promotions.plays.rules.screens import (
    FEW_SEATS,
    TeamFacts,
    ViewerFacts,
    ViewerScreen,
    viewer_screen,
)
from jishi.promotions.plays.rules.seating import is_in_time, unit_price
from jishi.promotions.plays.rules.states import (
    CLOSED_TEAMS,
    LIVE_RALLIES,
    LIVE_SEATS,
    RALLY_MOVES,
    REFUND_SEATS,
    SEAT_MOVES,
    TEAM_MOVES,
    move_rally,
    move_seat,
    move_team,
)
from jishi.promotions.plays.rules.terms import Crowd, Terms, Verdict, Wish, deadline
from jishi.promotions.plays.rules.tiers import best_price, tier_price, tier_reached

__all__ = [
    "CLOSED_TEAMS",
    "FEW_SEATS",
    "LIVE_RALLIES",
    "LIVE_SEATS",
    "RALLY_MOVES",
    "REFUND_SEATS",
    "SEAT_MOVES",
    "TEAM_MOVES",
    "Clause",
    "Crowd",
    "HelperFacts",
    "HelperView",
    "Lot",
    "Mechanic",
    "Member",
    "Param",
    "Params",
    "Progress",
    "RallyFacts",
    "RallyRules",
    "RallyTerms",
    "TeamFacts",
    "Terms",
    "Verdict",
    "ViewerFacts",
    "ViewerScreen",
    "Wish",
    "best_price",
    "clean_params",
    "deadline",
    "draw_entry",
    "drawn_share",
    "ends_at",
    "first_share",
    "house_completes",
    "is_in_time",
    "match",
    "move_rally",
    "move_seat",
    "move_team",
    "person_day_key",
    "person_key",
    "rally_screen",
    "suspicion",
    "tier_price",
    "tier_reached",
    "unit_price",
    "viewer_screen",
]
