"""The names and tones that both consoles give to states; texts are marked here and translated when shown."""

from collections.abc import Mapping

from jishi.kernel.errors import N_

ORDER_STATES: Mapping[str, tuple[str, str]] = {
    "awaiting_payment": (N_("Awaiting payment"), "gold"),
    "paid": (N_("To ship"), "hot"),
    "shipped": (N_("Shipped"), "ok"),
    "received": (N_("Received"), "ok"),
    "expired": (N_("Payment expired"), ""),
    "cancelled": (N_("Cancelled"), ""),
    "refunding": (N_("Refunding"), "bad"),
    "refunded": (N_("Refunded"), ""),
}
TEAM_STATES: Mapping[str, tuple[str, str]] = {
    "starting": (N_("Starting"), ""),
    "open": (N_("Filling"), "hot"),
    "formed": (N_("Formed"), "ok"),
    "expired": (N_("Not filled"), ""),
    "failed": (N_("Closed early"), "bad"),
}
REFUND_STATES: Mapping[str, tuple[str, str]] = {
    "due": (N_("Waiting to be sent"), "gold"),
    "sent": (N_("Sent to the provider"), "hot"),
    "failed": (N_("Refused by the provider"), "bad"),
    "succeeded": (N_("Paid back"), "ok"),
}
HOLDING_STATES: Mapping[str, tuple[str, str]] = {
    "held": (N_("In escrow"), "gold"),
    "released": (N_("Paid out"), "ok"),
    "refunded": (N_("Refunded"), ""),
}
PRODUCT_STATES: Mapping[str, tuple[str, str]] = {
    "draft": (N_("Draft"), ""),
    "active": (N_("On sale"), "ok"),
    "archived": (N_("Archived"), ""),
}
OFFER_STATES: Mapping[str, tuple[str, str]] = {
    "draft": (N_("Draft"), ""),
    "on": (N_("Running"), "ok"),
    "stopped": (N_("Stopped"), ""),
}
RALLY_STATES: Mapping[str, tuple[str, str]] = {
    "open": (N_("Gathering"), "hot"),
    "won": (N_("Goal reached"), "ok"),
    "ordered": (N_("Being paid"), "gold"),
    "bought": (N_("Bought"), "ok"),
    "expired": (N_("Time over"), ""),
    "stopped": (N_("Stopped"), "bad"),
    "refunded": (N_("Refunded"), ""),
}
LOTTERY_STATES: Mapping[str, tuple[str, str]] = {
    "on": (N_("Running"), "hot"),
    "drawn": (N_("Drawn"), "ok"),
    "closed": (N_("Closed"), ""),
    "stopped": (N_("Stopped"), "bad"),
}
FLASH_STATES: Mapping[str, tuple[str, str]] = {
    "applied": (N_("Waiting for a decision"), "gold"),
    "refused": (N_("Refused"), "bad"),
    "withdrawn": (N_("Taken back"), ""),
    "approved": (N_("Approved"), "ok"),
    "open": (N_("On sale"), "hot"),
    "closed": (N_("Closed"), ""),
}
FLASH_SLOT_STATES: Mapping[str, tuple[str, str]] = {
    "upcoming": (N_("Coming"), "gold"),
    "on": (N_("Running"), "hot"),
    "ended": (N_("Ended"), ""),
    "stopped": (N_("Stopped"), "bad"),
}
ROUND_STATES: Mapping[str, tuple[str, str]] = {
    "planned": (N_("Not open yet"), ""),
    "open": (N_("Taking orders"), "hot"),
    "cut": (N_("Goods on order"), "gold"),
    "counted": (N_("Being collected"), "ok"),
    "closed": (N_("Closed"), ""),
    "stopped": (N_("Called off"), "bad"),
}
LEADER_STATES: Mapping[str, tuple[str, str]] = {
    "applied": (N_("Waiting for a decision"), "gold"),
    "approved": (N_("Approved"), "ok"),
    "refused": (N_("Refused"), "bad"),
    "suspended": (N_("Suspended"), "bad"),
}
PRESALE_STATES: Mapping[str, tuple[str, str]] = {
    "open": (N_("Running"), "ok"),
    "settled": (N_("Ended"), ""),
    "stopped": (N_("Stopped"), "bad"),
}
RESERVATION_STATES: Mapping[str, tuple[str, str]] = {
    "held": (N_("Being paid"), "gold"),
    "deposited": (N_("Deposit paid"), "ok"),
    "ordered": (N_("Balance being paid"), "gold"),
    "bought": (N_("Bought"), "ok"),
    "released": (N_("Not paid in time"), ""),
    "forfeited": (N_("Deposit kept"), "bad"),
    "refunded": (N_("Refunded"), ""),
}
WIN_STATES: Mapping[str, tuple[str, str]] = {
    "won": (N_("Not claimed yet"), "gold"),
    "ordered": (N_("Being claimed"), "gold"),
    "claimed": (N_("Claimed"), "ok"),
    "lapsed": (N_("Not claimed in time"), ""),
}
SERIES_STATES: Mapping[str, tuple[str, str]] = {
    "on": (N_("Running"), "ok"),
    "stopped": (N_("Stopped"), "bad"),
    "failed": (N_("Nothing left to offer"), "bad"),
}
PAYOUT_STATES: Mapping[str, tuple[str, str]] = {
    "asked": (N_("Waiting for a decision"), "gold"),
    "sent": (N_("Money sent"), "ok"),
    "refused": (N_("Refused"), "bad"),
    "taken_back": (N_("Taken back"), ""),
}
KINDS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "flash": FLASH_STATES,
    "presale": PRESALE_STATES,
    "round": ROUND_STATES,
    "leader": LEADER_STATES,
    "payout": PAYOUT_STATES,
    "series": SERIES_STATES,
    "flash_slot": FLASH_SLOT_STATES,
    "order": ORDER_STATES,
    "team": TEAM_STATES,
    "refund": REFUND_STATES,
    "holding": HOLDING_STATES,
    "product": PRODUCT_STATES,
    "offer": OFFER_STATES,
    "rally": RALLY_STATES,
    "lottery": LOTTERY_STATES,
    "reservation": RESERVATION_STATES,
    "win": WIN_STATES,
}
WAITING = N_("Waiting for the team")
