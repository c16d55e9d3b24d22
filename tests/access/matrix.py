"""Who may open what: one table over every address of the site, and the things that the addresses need.

The table is compared with the URL configuration: an address that nobody listed fails the tests until somebody
decides whose it is. Merchant and operator consoles and the API have their own tables beside their pages; here
stands everything else, and that those surfaces are closed as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from tests.factories import bought, clubs, consoles, jotted

from jishi.kernel import clock
from jishi.people.accounts import operations as accounts
from jishi.social.messaging import operations as messaging
from jishi.social.notes import operations as notes
from jishi.social.notes.models import Comment, Favourite, Like, Note
from jishi.social.polls import operations as polls
from jishi.social.polls.contracts import PollDraft
from jishi.social.polls.models import Ballot
from jishi.trade.orders import queries as order_queries
from jishi.trust.moderation import operations as moderation

SECRET = "只给自己看的话"

PUBLIC = {
    "home", "search", "suggest", "category", "shop", "product", "choose", "buy", "team", "team_live", "land",
    "None", "share", "poster", "cart", "cart_change", "checkout", "following", "nearby", "nearby_keep", "hot",
    "topic", "column",
    "feed_new", "feed_interests", "feed_personal", "challenges", "challenge", "mail_off", "login",
    "login_code", "sign_up", "demo_sign_in", "inbox", "messages_badge", "communities", "community",
    "picks", "why", "person", "person_followers", "person_following", "invitation",
    "survey", "survey_pop", "survey_later",
    "product_reviews", "review_history", "product_questions", "question",
}  # fmt: skip
"""For everybody; what they show depends on who asks."""
PUBLIC |= {
    "flash", "flash_item", "flash_block", "bargains", "rally_offer", "rally",
    "rally_live", "team_draw", "team_proof", "lotteries", "lottery", "lottery_proof", "lottery_proof_file",
    "verify_draw",
}  # fmt: skip
PERSON = {
    "orders", "reports", "decisions", "report", "messages", "messages_group", "message_person",
    "message_shop",
    "notification_settings", "notification_browser", "challenge_choose", "challenge_enter", "post",
    "post_upload", "my_notes", "favourites", "favourite_folders", "me", "profile", "news", "addresses",
    "address_new", "settings", "sign_out_elsewhere", "my_data", "community_new",
    "community_join", "community_do",
    "person_remark", "person_act", "friends", "blocked", "person_edit", "choices", "leave",
    "why_hide", "interests", "portrait", "my_picks",
    "review_vote", "question_answer", "question_do", "my_reviews", "my_questions",
}  # fmt: skip
"""For everybody who is signed in, about themselves."""
PERSON |= {"feedback", "product_wait", "team_let_go"}
PUBLIC |= {"rounds", "round", "presales", "presale"}
PERSON |= {"presale_reserve", "presale_withdraw"}
PERSON |= {
    "round_order", "collections", "collection", "collection_renew", "leader", "leader_apply", "leader_points",
    "leader_point", "leader_substitute", "leader_hand_out", "leader_payout", "leader_take_back",
}  # fmt: skip
PUBLIC |= {"campaign_go", "films"}
PERSON |= {"offers"}
PERSON |= {"flash_buy", "flash_remind", "rally_start", "rally_help", "lottery_enter"}
PUBLIC |= {
    "slot_seen", "slot_loaded", "slot_met", "slot_strip", "slot_away", "region",
    "landing", "landing_sign_up", "landing_leave", "landing_preview",
}  # fmt: skip
PERSON |= {"start", "start_away"}
OWNED = {
    "pay": "payment", "pay_return": "payment", "pay_state": "payment",
    "order": "order", "order_pay": "order", "order_cancel": "order", "order_confirm": "order",
    "order_review": "order",
    "review_edit": "review",
    "address": "address", "address_remove": "address", "address_default": "address",
    "note": "note", "note_comments": "note", "note_comment": "note", "note_like": "note", "note_keep": "note",
    "note_repost": "note", "note_history": "note", "note_buy": "pin",
    "comment_like": "comment", "comment_remove": "comment",
    "post_edit": "note", "post_remove": "note",
    "poll": "poll", "poll_vote": "poll", "poll_claim": "poll", "poll_new": "own_note",
    "appeal": "case", "decision": "case",
    "community_edit": "community", "community_log": "community", "community_event_new": "community",
    "community_invitations": "community",
    "community_desk": "community", "community_desk_partners": "community", "community_desk_do": "community",
    "community_desk_health": "community", "community_desk_figure": "figure",
    "community_desk_members": "community", "community_desk_quiet": "community",
    "community_desk_strategy": "community", "community_desk_cases": "community",
    "community_event": "event", "community_event_do": "event", "community_event_door": "event",
    "talk": "talk", "talk_new": "talk", "talk_send": "talk", "talk_recall": "talk", "talk_settings": "talk",
}  # fmt: skip
"""About one thing that belongs to somebody: which thing, and so whose."""
OWNED |= {"order_details": "order"}
AT_WORK = {"order": {"staff", "operator"}, "order_cancel": {"staff", "operator"}}
"""Who reads or ends a deal because it is their work: the shop that ships an order, and the house."""
ELSEWHERE = ("merchant", "ops", "admin", "api", "api:v1", "headless", "webhooks", "shell")
"""Surfaces with a table of their own, or without anything that belongs to anybody."""
LIBRARY = (
    "account_", "mfa_", "socialaccount_", "weixin_", "weibo_", "google_", "apple_", "facebook_", "tiktok_",
    "healthz", "readyz", "metrics", "None",
)  # fmt: skip
"""Sign-in, which has no objects of anybody, and the watchers of the machine."""


def entries(resolver: URLResolver, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address with its name space."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{space}:{entry.namespace}" if space and entry.namespace else entry.namespace or space
            yield from entries(entry, inner)
        else:
            yield space, entry


def unlisted() -> list[str]:
    """Addresses whose owner nobody decided on."""
    listed = PUBLIC | PERSON | set(OWNED)
    found = []
    for space, pattern in entries(get_resolver()):
        name = str(pattern.name)
        if space == "storefront" and name not in listed:
            found.append(f"storefront:{name} {pattern.pattern}")
        elif not space and not name.startswith(LIBRARY):
            found.append(f"{name} {pattern.pattern}")
        elif space and space != "storefront" and not space.startswith(ELSEWHERE):
            found.append(f"{space}:{name} {pattern.pattern}")
    return found


def stale() -> list[str]:
    """Rows of the table whose address is gone."""
    names = {str(p.name) for space, p in entries(get_resolver()) if space == "storefront"}
    return sorted((PUBLIC | PERSON | set(OWNED)) - names)


@dataclass
class Things:
    """One thing of each kind, all of one owner, and what each address about it needs."""

    world: consoles.World
    owner_id: int
    known: dict[str, dict[str, Any]] = field(default_factory=dict)

    def url(self, name: str) -> str:
        """The address about the owner's thing."""
        return reverse(f"storefront:{name}", kwargs=self.known[OWNED[name]])

    def count_all(self) -> dict[str, int]:
        """How many rows there are of what a stranger might have added or removed."""
        return {model.__name__: model.objects.count() for model in (Note, Comment, Like, Favourite, Ballot)}


def build() -> Things:
    """A world with one thing of every kind in it."""
    world = consoles.build()
    owner = world.shopper.id
    things = Things(world, owner)
    builders: tuple[Callable[[Things], None], ...] = (_deal, _written, _judged, _talk, _community)
    for builder in builders:
        builder(things)
    missing = set(OWNED.values()) - set(things.known)
    assert not missing, f"nothing is built for {missing}"
    return things


def _deal(things: Things) -> None:
    order = order_queries.get_order(things.world.ready, viewer_id=things.owner_id)
    saved = accounts.save_address(
        person_id=things.owner_id,
        recipient=SECRET,
        phone="13800138000",
        region="浙江省",
        city="杭州市",
        line="一号",
    )
    review = bought.review(things.world.party.scene, things.world.shopper, text=SECRET)
    things.known |= {
        "review": {"code": review},
        "order": {"code": things.world.ready},
        "payment": {"intent_code": order.intent_code},
        "address": {"code": saved.code},
    }


def _written(things: Things) -> None:
    code = jotted.note(things.owner_id)
    comment = notes.comment(author_id=things.owner_id, code=code, text=SECRET)
    draft = PollDraft(question=SECRET, options=("一", "二"), closes_at=clock.now() + timedelta(days=1))
    poll = polls.attach(author_id=things.owner_id, note_code=code, draft=draft)
    Note.objects.filter(code=code).update(visibility="private", text=SECRET)
    things.known |= {
        "note": {"code": code},
        "pin": {"code": code, "product_code": "nothing"},
        "comment": {"code": comment if isinstance(comment, str) else comment.code},
        "poll": {"code": poll},
        "own_note": {"note_code": code},
    }


def _judged(things: Things) -> None:
    code = jotted.note(things.owner_id)
    reporter = jotted.person()
    case = moderation.report(reporter_id=reporter, kind="note", code=code, reason="spam").case_code
    moderation.decide(
        moderator_id=things.world.operator_id, case_code=case, action="hide", reason="spam", note=SECRET
    )
    things.known["case"] = {"code": case}


def _talk(things: Things) -> None:
    code = messaging.open_direct(person_id=things.owner_id, other_id=jotted.person())
    things.known["talk"] = {"code": code}


def _community(things: Things) -> None:
    now = clock.now()
    slug = clubs.club(things.owner_id, is_members_only=True, welcome=SECRET, at=now)
    event = clubs.event(slug, title=SECRET, at=now)
    things.known |= {
        "community": {"slug": slug},
        "figure": {"slug": slug, "name": "members"},
        "event": {"slug": slug, "code": event},
    }
