"""The kinds of events that metrics ask about, with their names for people. The schema itself is
behaviour's.
"""

from jishi.kernel.errors import N_

KINDS: tuple[tuple[str, str], ...] = (
    ("page_viewed", N_("Page viewed")),
    ("product_exposed", N_("Product shown")),
    ("product_viewed", N_("Product viewed")),
    ("note_exposed", N_("Note shown")),
    ("note_viewed", N_("Note viewed")),
    ("searched", N_("Searched")),
    ("cart_added", N_("Put into the cart")),
    ("checkout_started", N_("Checkout begun")),
    ("order_placed", N_("Order placed")),
    ("order_paid", N_("Order paid")),
    ("order_shipped", N_("Order shipped")),
    ("order_received", N_("Order received")),
    ("order_refunded", N_("Order refunded")),
    ("share_created", N_("Link shared")),
    ("share_visited", N_("Shared link opened")),
    ("team_started", N_("Team opened")),
    ("team_joined", N_("Team joined")),
    ("team_formed", N_("Team formed")),
    ("signed_up", N_("Signed up")),
    ("signed_in", N_("Signed in")),
    ("note_published", N_("Note published")),
    ("note_liked", N_("Note liked")),
    ("note_favourited", N_("Note kept")),
    ("note_commented", N_("Note commented on")),
    ("note_reposted", N_("Note reposted")),
    ("followed", N_("Somebody followed")),
    ("community_joined", N_("Community joined")),
    ("community_posted", N_("Posted in a community")),
    ("review_published", N_("Review published")),
    ("question_asked", N_("Question asked")),
    ("message_sent", N_("Message sent")),
    ("coupon_claimed", N_("Coupon claimed")),
    ("push_opened", N_("Push message opened")),
    ("mail_opened", N_("Mail opened")),
    ("survey_answered", N_("Survey answered")),
    ("item_hidden", N_("Item hidden")),
)
