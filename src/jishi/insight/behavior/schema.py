"""The kinds of events, as code: meaning, who sends them, and what each cannot do without.

Invariant: a kind is never renamed or given another meaning; a new one gets `since` of the version it came
with. Facts of the shop come from the server, never from a browser.
"""

from jishi.insight.behavior.contracts import Kind
from jishi.kernel.errors import N_

SCRIPT, SERVER = "script", "server"


def _seen(name: str, meaning: str, *required: str) -> Kind:
    return Kind(name, meaning, SCRIPT, required)


def _fact(name: str, meaning: str, *required: str) -> Kind:
    return Kind(name, meaning, SERVER, required)


def _contract(name: str, meaning: str, *required: str) -> Kind:
    return Kind(name, meaning, SERVER, required, is_contract=True)


KINDS: tuple[Kind, ...] = (
    _seen("page_viewed", N_("a page was really visible"), "page"),
    _seen("product_exposed", N_("half of a product's card was seen for a second"), "product_id"),
    _seen("product_viewed", N_("a product's page was really visible"), "product_id"),
    _seen("note_exposed", N_("half of a note's card was seen for a second"), "note_id"),
    _seen("note_viewed", N_("a note's page was really visible"), "note_id"),
    _seen("searched", N_("the results of a search were visible"), "query"),
    _seen("cart_added", N_("something was put into the cart")),
    _seen("checkout_started", N_("the checkout page was visible")),
    _contract(
        "order_placed", N_("an order was placed: one event per line, money shared out exactly"), "order_code"
    ),
    _contract(
        "order_paid",
        N_("an order's money arrived: one event per line, money shared out exactly"),
        "order_code",
    ),
    _contract("order_shipped", N_("a parcel of an order left"), "order_code"),
    _contract("order_received", N_("the buyer has the goods"), "order_code"),
    _contract("order_refunded", N_("an order's money went back"), "order_code"),
    _fact("share_created", N_("somebody made a share link"), "share_code"),
    _fact("share_visited", N_("somebody opened a share link for the first time"), "share_code"),
    _contract("team_started", N_("a leader paid and the team is open"), "product_id"),
    _contract("team_joined", N_("somebody paid and sits in the team"), "product_id"),
    _contract("team_formed", N_("a team is complete: one event per member"), "product_id"),
    _contract("signed_up", N_("an account was made")),
    _fact("signed_in", N_("somebody signed in with this browser")),
    _fact("note_published", N_("a note can be seen for the first time"), "note_id"),
    _fact("note_liked", N_("somebody liked a note"), "note_id"),
    _fact("note_favourited", N_("somebody keeps a note"), "note_id"),
    _fact("note_commented", N_("somebody wrote under a note"), "note_id"),
    _fact("note_reposted", N_("somebody passed a note on"), "note_id"),
    _fact("followed", N_("somebody follows somebody"), "from_user_id"),
    _fact("community_joined", N_("somebody became a member of a community")),
    _fact("community_posted", N_("a note was posted in a community"), "note_id"),
    _fact("review_published", N_("a review can be seen"), "product_id"),
    _fact("question_asked", N_("a question about a product was asked"), "product_id"),
    _fact("message_sent", N_("a line was sent in a conversation; its words are not kept here")),
    _fact("coupon_claimed", N_("a coupon was taken")),
    _seen("push_opened", N_("a notification was tapped")),
    _seen("mail_opened", N_("a link in a mail was opened")),
    _fact("survey_answered", N_("a survey was answered")),
    _seen("item_hidden", N_("somebody does not want to see something")),
)
BY_NAME: dict[str, Kind] = {kind.name: kind for kind in KINDS}
FROM_SCRIPT: frozenset[str] = frozenset(kind.name for kind in KINDS if kind.sender == SCRIPT)
CHANNELS = ("direct", "share", "search", "ad", "push", "mail", "site", "other")
SOURCES = ("web", "app", "mini", "server", "file")
DEVICES = ("phone", "tablet", "desk", "other")
