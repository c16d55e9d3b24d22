"""Wording of notices, which way they go and when, and the finding of codes in messages; pure."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import format_currency

from jishi.kernel.errors import N_
from jishi.kernel.money import exponent

TEXTS = {
    "team_formed": N_("Your team for %(product)s is complete. The shop is getting it ready."),
    "team_expired": N_("Your team for %(product)s did not fill in time. The money is on its way back."),
    "team_failed": N_("Your team for %(product)s was closed. The money is on its way back."),
    "team_moved": N_("Your seat was gone when you paid, so you are in another team for %(product)s now."),
    "seat_taken": N_("%(nickname)s joined your team for %(product)s."),
    "flash_soon": N_("%(product)s goes on flash sale in a few minutes."),
    "flash_approved": N_("Your flash sale of %(product)s was approved. Its units are set aside."),
    "flash_refused": N_("Your flash sale of %(product)s was not accepted: %(reason)s"),
    "leader_approved": N_("You are a leader now. Rounds of your area can be collected at your point."),
    "leader_refused": N_("Your application as a leader was not accepted: %(reason)s"),
    "leader_suspended": N_("You cannot hand goods out at present: %(reason)s"),
    "payout_sent": N_("Your payout of %(amount)s was sent."),
    "payout_refused": N_("Your payout of %(amount)s was refused and is yours to use again. Why: %(reason)s"),
    "round_cut": N_("The cut-off of %(round)s has passed. The purchase demand is ready."),
    "round_series_ended": N_("%(round)s does not come again: nothing of it can be offered at its prices."),
    "pickup_ready": N_("Your order %(order)s waits at the pick-up point. Your code is in the app."),
    "pickup_short": N_("Your order %(order)s waits for you. Some of it did not come and is being paid back."),
    "pickup_soon": N_("Your order %(order)s still waits at the pick-up point. Please collect it soon."),
    "pickup_refunded": N_("Nobody collected your order %(order)s in time. Your money is on its way back."),
    "pickup_forfeited": N_("Nobody collected your order %(order)s in time. It counts as received."),
    "presale_balance": N_("The balance of your presale can be paid now. Your goods are kept for you."),
    "presale_ending": N_("The time to pay the balance of your presale ends soon."),
    "presale_forfeited": N_(
        "The balance was not paid in time, so the deposit of your presale went to the shop."
    ),
    "presale_refunded": N_("The deposit of your presale is on its way back to you."),
    "team_matched": N_("Your team for %(product)s was put together with another. Your seat and price stay."),
    "team_grew": N_("Your team for %(product)s reached a better price. You get the difference back."),
    "team_drawn": N_("The draw for %(product)s is done, and you get it. Anybody can check the draw."),
    "team_not_drawn": N_("The draw for %(product)s is done, without luck this time. Your money goes back."),
    "rally_helped": N_("%(nickname)s helped you with %(product)s."),
    "rally_won": N_("Your friends did it: %(product)s waits for you. Buy it before the time is over."),
    "rally_ended": N_("Your time for %(product)s is over."),
    "lottery_won": N_("You won in “%(lottery)s”. Claim your prize before its time is over."),
    "lottery_drawn": N_("“%(lottery)s” is drawn. Anybody can check the draw."),
    "shop_order_paid": N_("New paid orders at %(shop)s: %(count)s."),
    "shop_team_formed": N_("Teams completed at %(shop)s: %(count)s. Their orders can be sent."),
    "shop_team_ended": N_("Teams that came to nothing at %(shop)s: %(count)s. Buyers get their money back."),
    "order_shipped": N_("Your order %(order)s is on its way."),
    "order_refunded": N_("%(amount)s was refunded for your order %(order)s."),
    "followed": N_("%(nickname)s follows you now."),
    "follow_requested": N_("%(nickname)s asks to follow you."),
    "follow_accepted": N_("%(nickname)s let you follow them."),
    "invitation_accepted": N_("%(nickname)s accepted your invitation. You are friends now."),
    "note_liked": N_("%(nickname)s likes your note."),
    "note_reposted": N_("%(nickname)s passed your note on."),
    "note_commented": N_("%(nickname)s commented on your note: “%(excerpt)s”"),
    "comment_answered": N_("%(nickname)s answered you: “%(excerpt)s”"),
    "person_mentioned": N_("%(nickname)s mentioned you."),
    "moderation_waiting": N_("People reported “%(excerpt)s”. It is hidden until a moderator has looked."),
    "moderation_hidden": N_("A moderator hid “%(excerpt)s”. You can read why and appeal."),
    "moderation_rejected": N_("“%(excerpt)s” was not published. You can read why and appeal."),
    "moderation_removed": N_("A moderator removed “%(excerpt)s”. You can read why and appeal."),
    "moderation_warned": N_("A moderator warned you about “%(excerpt)s”. You can read why."),
    "moderation_suspended": N_("Your posts are hidden for a week. You can read why and appeal."),
    "appeal_upheld": N_("Your appeal about “%(excerpt)s” was read again. The decision stands."),
    "appeal_overturned": N_("Your appeal about “%(excerpt)s” was right. It can be seen again."),
    "report_upheld": N_("Thank you: what you reported (“%(excerpt)s”) broke the rules."),
    "poll_closed": N_("Your poll “%(question)s” has closed."),
    "prize_won": N_("You won “%(prize)s” in the quiz “%(question)s”. Claim it within 30 days."),
    "prize_claimed": N_("A winner of “%(question)s” claims the prize."),
    "challenge_won": N_("You are number %(rank)s in the challenge “%(title)s”: %(prize)s."),
    "challenge_called_off": N_("The challenge “%(title)s” was called off: %(reason)s"),
    "deletion_requested": N_(
        "Your account will be deleted on %(date)s. To keep it, sign in before then and choose to stay."
    ),
    "report_dismissed": N_("We looked at what you reported (“%(excerpt)s”). It is within the rules."),
    "community_application": N_("%(nickname)s would like to join %(community)s. Please read their answers."),
    "community_refused": N_("The moderators of %(community)s could not let you in this time."),
    "community_welcome": N_("Welcome to %(community)s. Three small steps help you to settle in."),
    "community_brought": N_("%(nickname)s came to %(community)s through you."),
    "community_inactive": N_(
        "You have been quiet in %(community)s. Stay with one tap before %(date)s, or your place ends."
    ),
    "community_inactive_removed": N_(
        "Your place in %(community)s has ended because you were quiet. You can join again any time."
    ),
    "community_warned": N_("A moderator of %(community)s warned you: %(reason)s"),
    "community_muted": N_("A moderator of %(community)s muted you for a while: %(reason)s"),
    "community_removed": N_("You were removed from %(community)s: %(reason)s"),
    "community_banned": N_("You may not take part in %(community)s: %(reason)s"),
    "community_post_removed": N_("A moderator of %(community)s removed your post: %(reason)s"),
    "community_announcement": N_("%(community)s: %(title)s"),
    "community_event": N_("New event in %(community)s: %(title)s"),
    "community_event_place": N_("A place is free for you: %(title)s in %(community)s."),
    "community_event_cancelled": N_("%(title)s in %(community)s does not take place."),
    "community_partner_asked": N_("%(shop)s would like to make offers for the members of %(community)s."),
    "community_partner_agreed": N_("%(community)s agreed: you can make offers for its members now."),
    "feedback_answered": N_("There is an answer to what you told us: “%(text)s”"),
    "feedback_changed": N_("You said it, we changed it: %(title)s"),
    "task_assigned": N_("Something for you to do: %(title)s"),
    "experiment_paused": N_("A guardrail paused your experiment “%(name)s”."),
    "campaign_paused": N_("The campaign “%(name)s” was paused by a guard. Please look why."),
    "campaign_message": N_("%(text)s"),
    "step_rewarded": N_("“%(step)s” is done, and there is something for you."),
    "back_in_stock": N_("%(product)s is back. You asked us to tell you."),
    "survey_invited": N_("Your opinion counts: a short survey is waiting for you."),
    "review_requested": N_("How is %(product)s? A few words help others to choose."),
    "review_received": N_("Somebody reviewed %(product)s."),
    "review_answered": N_("The shop answered your review of %(product)s."),
    "question_asked": N_("Somebody asks about your goods: “%(question)s”"),
    "question_from_note": N_("Somebody asks about what you pinned: “%(question)s”"),
    "question_answered": N_("There is an answer to “%(question)s”."),
    "question_for_buyers": N_("You bought it, so you know: “%(question)s”"),
    "community_partner_declined": N_("%(community)s does not want offers from your shop at present."),
}
TOPICS = {
    "campaign_message": "offers",
    "step_rewarded": "orders",
    "back_in_stock": "orders",
    "survey_invited": "orders",
    "review_requested": "orders",
    "review_received": "shop",
    "review_answered": "social",
    "question_asked": "shop",
    "question_from_note": "social",
    "question_answered": "social",
    "question_for_buyers": "social",
    "flash_soon": "orders",
    "flash_approved": "shop",
    "flash_refused": "shop",
    **dict.fromkeys(("presale_balance", "presale_ending", "presale_forfeited", "presale_refunded"), "orders"),
    **dict.fromkeys(("pickup_ready", "pickup_short", "pickup_soon"), "orders"),
    **dict.fromkeys(("pickup_refunded", "pickup_forfeited"), "orders"),
    **dict.fromkeys(("leader_approved", "leader_refused", "leader_suspended", "round_cut"), "shop"),
    "round_series_ended": "shop",
    **dict.fromkeys(("shop_order_paid", "shop_team_formed", "shop_team_ended"), "shop"),
    "team_formed": "teams",
    "team_expired": "teams",
    "team_failed": "teams",
    "team_moved": "teams",
    "seat_taken": "teams",
    **dict.fromkeys(("team_matched", "team_grew", "team_drawn", "team_not_drawn"), "teams"),
    **dict.fromkeys(("lottery_won", "lottery_drawn"), "teams"),
    **dict.fromkeys(("rally_helped", "rally_won", "rally_ended"), "teams"),
    "order_shipped": "orders",
    "order_refunded": "orders",
    "followed": "social",
    "follow_requested": "social",
    "follow_accepted": "social",
    "invitation_accepted": "social",
    "note_liked": "social",
    "note_reposted": "social",
    "note_commented": "social",
    "comment_answered": "social",
    "person_mentioned": "social",
    "poll_closed": "social",
    "prize_claimed": "social",
    "challenge_won": "social",
    "challenge_called_off": "social",
    "message_received": "messages",
    "message_requested": "messages",
    "community_application": "communities",
    "community_refused": "communities",
    "community_welcome": "communities",
    "community_brought": "communities",
    "community_inactive": "communities",
    "community_inactive_removed": "communities",
    "community_warned": "communities",
    "community_muted": "communities",
    "community_removed": "communities",
    "community_banned": "communities",
    "community_post_removed": "communities",
    "community_announcement": "communities",
    "community_event": "communities",
    "community_event_place": "communities",
    "community_event_cancelled": "communities",
    "community_partner_asked": "communities",
    "community_partner_agreed": "communities",
    "community_partner_declined": "communities",
}
"""Kind of notice to the topic under which people choose; a kind that is missing here is `system`."""
UNWORDED = N_("There is news about %(kind)s.")

_CODE = re.compile(r"(?<![\d-])\d{6}(?!\d)")


CHANNELS = ("mail", "push", "sms")
MODES = ("now", "digest", "off")
TOPIC_NAMES = {
    "orders": N_("Orders and refunds"),
    "teams": N_("Teams"),
    "social": N_("Likes, comments and followers"),
    "messages": N_("Messages"),
    "communities": N_("Communities"),
    "shop": N_("My shop"),
    "offers": N_("Offers and ideas from Jishi"),
    "system": N_("Account and security"),
}
DEFAULTS: Mapping[tuple[str, str], str] = {
    ("orders", "mail"): "now",
    ("teams", "mail"): "now",
    ("social", "mail"): "digest",
    ("communities", "mail"): "digest",
    ("shop", "mail"): "digest",
    ("system", "mail"): "now",
    **{(topic, "push"): "now" for topic in TOPIC_NAMES if topic != "offers"},
}
"""What happens before somebody chooses; a pair that is missing is off. Offers leave the house for nobody who
did not ask for it."""
CAPS: Mapping[str, tuple[int, timedelta]] = {
    "mail": (20, timedelta(days=1)),
    "push": (12, timedelta(hours=1)),
    "sms": (5, timedelta(days=1)),
}
"""At most so many deliveries of a channel per person and span; more are only read in the app."""
ALWAYS = frozenset({"deletion_requested"})
"""Told by mail, or by text where there is no address, whatever somebody chose: it protects them."""
UNCAPPED = frozenset({"orders", "system"})
QUIET_CHANNELS = frozenset({"push", "sms"})
ATTEMPTS_MOST = 6
DIGEST_MOST = 20


def with_amount(params: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Return params with the `amount` that `amount_minor` and `currency` mean, written in a language."""
    minor, currency = params.get("amount_minor"), params.get("currency")
    if not isinstance(minor, int) or not isinstance(currency, str):
        return dict(params)
    locale = "zh_Hans" if language.startswith("zh") else "en"
    amount = format_currency(Decimal(minor).scaleb(-exponent(currency)), currency, locale=locale)
    return {**params, "amount": amount}


def topic_of(kind: str) -> str:
    """Return the topic under which people choose about a kind of notice."""
    return TOPICS.get(kind, "system")


def mode_of(chosen: Mapping[tuple[str, str], str], topic: str, channel: str) -> str:
    """Return how a topic reaches somebody on a channel: now, in the daily mail, or not at all."""
    return chosen.get((topic, channel)) or DEFAULTS.get((topic, channel), "off")


def after_quiet(at: datetime, *, quiet_from: int | None, quiet_to: int | None, zone: str) -> datetime:
    """Return when something may ring: at once, or at the end of the person's quiet hours.

    The hours are minutes since midnight where the person lives, and may pass midnight.
    """
    if quiet_from is None or quiet_to is None or quiet_from == quiet_to:
        return at
    local = at.astimezone(ZoneInfo(zone))
    minute = local.hour * 60 + local.minute
    inside = quiet_from <= minute < quiet_to if quiet_from < quiet_to else not quiet_to <= minute < quiet_from
    if not inside:
        return at
    day = local.date() + timedelta(days=1 if quiet_from > quiet_to and minute >= quiet_from else 0)
    return _moment(day, quiet_to, zone).astimezone(at.tzinfo)


def next_digest(at: datetime, *, minute: int, zone: str) -> datetime:
    """Return the next time of somebody's daily mail."""
    local = at.astimezone(ZoneInfo(zone))
    today = _moment(local.date(), minute, zone)
    chosen = today if today > at else _moment(local.date() + timedelta(days=1), minute, zone)
    return chosen.astimezone(at.tzinfo)


def retry_after(attempts: int) -> timedelta:
    """Return the pause after a failed try: 1, 2, 4 … minutes."""
    return timedelta(minutes=2 ** min(max(attempts - 1, 0), 8))


def _moment(day: date, minute: int, zone: str) -> datetime:
    return datetime.combine(day, time(minute // 60 % 24, minute % 60), ZoneInfo(zone))


def wording(kind: str) -> str:
    """Return the English text of a kind of notice."""
    return TEXTS.get(kind, UNWORDED)


def find_code(text: str) -> str:
    """Return the six-digit code in a message, or the empty string."""
    found = _CODE.search(text)
    return found.group() if found else ""
