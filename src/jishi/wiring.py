"""The composition root: who reacts to which fact, which rules price, which sweeps run. In order, on one page.

Nothing else connects domains upward. ``jishi.config.apps`` calls :func:`connect` when all models are loaded.
"""

from collections.abc import Callable
from typing import Any

from jishi.goods.imports import privacy as import_privacy
from jishi.goods.imports import tasks as import_tasks
from jishi.goods.inventory import handlers as inventory_handlers
from jishi.goods.inventory import privacy as inventory_privacy
from jishi.goods.inventory import tasks as inventory_tasks
from jishi.goods.inventory.events import StockReturned
from jishi.goods.merchants import privacy as merchant_privacy
from jishi.goods.merchants import tasks as merchant_tasks
from jishi.goods.pricing import ports as pricing
from jishi.growth.campaigns import handlers as campaign_handlers
from jishi.growth.campaigns import privacy as campaign_privacy
from jishi.growth.campaigns import tasks as campaign_tasks
from jishi.growth.listening import handlers as listening_handlers
from jishi.growth.listening import privacy as listening_privacy
from jishi.growth.listening import tasks as listening_tasks
from jishi.growth.merchandising import ports as merchandising_ports
from jishi.growth.merchandising import privacy as merchandising_privacy
from jishi.growth.merchandising import tasks as merchandising_tasks
from jishi.growth.onboarding import handlers as onboarding_handlers
from jishi.growth.onboarding import privacy as onboarding_privacy
from jishi.growth.onboarding import queries as onboarding_queries
from jishi.growth.onboarding import tasks as onboarding_tasks
from jishi.growth.publishing import handlers as content_handlers
from jishi.growth.publishing import privacy as content_privacy
from jishi.growth.publishing import tasks as content_tasks
from jishi.growth.strategies import privacy as strategy_privacy
from jishi.growth.strategies import tasks as strategy_tasks
from jishi.growth.teamwork import privacy as teamwork_privacy
from jishi.insight.behavior import handlers as behavior_handlers
from jishi.insight.behavior import privacy as behavior_privacy
from jishi.insight.behavior import tasks as behavior_tasks
from jishi.insight.experiments import privacy as experiment_privacy
from jishi.insight.experiments import tasks as experiment_tasks
from jishi.insight.metrics import privacy as metric_privacy
from jishi.insight.metrics import tasks as metric_tasks
from jishi.insight.networks import privacy as network_privacy
from jishi.insight.networks import tasks as network_tasks
from jishi.insight.portraits import events as portrait_events
from jishi.insight.portraits import handlers as portrait_handlers
from jishi.insight.portraits import privacy as portrait_privacy
from jishi.insight.portraits import tasks as portrait_tasks
from jishi.insight.recommendation import handlers as recommendation_handlers
from jishi.insight.recommendation import privacy as recommendation_privacy
from jishi.insight.recommendation import tasks as recommendation_tasks
from jishi.insight.reports import privacy as report_privacy
from jishi.insight.reports import tasks as report_tasks
from jishi.insight.surveys import handlers as survey_handlers
from jishi.insight.surveys import privacy as survey_privacy
from jishi.insight.surveys import tasks as survey_tasks
from jishi.insight.surveys.events import SurveyAnswered
from jishi.kernel import limits, notices, outbox, seal, sweeps
from jishi.kernel.models import OutboxEvent
from jishi.kernel.outbox import relay
from jishi.money.ledger import tasks as ledger_tasks
from jishi.money.payments import privacy as payment_privacy
from jishi.money.payments import tasks as payment_tasks
from jishi.money.payments.events import PaymentCaptured, RefundCompleted
from jishi.money.wallet import privacy as wallet_privacy
from jishi.people.accounts import operations as accounts
from jishi.people.accounts import ports as account_ports
from jishi.people.accounts import privacy as account_privacy
from jishi.people.accounts import providers as account_providers
from jishi.people.notifications import handlers as notification_handlers
from jishi.people.notifications import operations as notifications
from jishi.people.notifications import privacy as notification_privacy
from jishi.people.privacy import events as privacy_events
from jishi.people.privacy import ports as privacy
from jishi.people.privacy import privacy as privacy_privacy
from jishi.people.privacy import providers as privacy_providers
from jishi.people.privacy import tasks as privacy_tasks
from jishi.promotions.community_buys import events as community_buy_events
from jishi.promotions.community_buys import handlers as community_buy_handlers
from jishi.promotions.community_buys import privacy as community_buy_privacy
from jishi.promotions.community_buys import tasks as community_buy_tasks
from jishi.promotions.community_buys.pricing import CommunityRule, LeaderShares
from jishi.promotions.flash_sales import events as flash_events
from jishi.promotions.flash_sales import handlers as flash_handlers
from jishi.promotions.flash_sales import privacy as flash_privacy
from jishi.promotions.flash_sales import tasks as flash_tasks
from jishi.promotions.flash_sales.pricing import FlashRule
from jishi.promotions.gates import privacy as gate_privacy
from jishi.promotions.lotteries import handlers as lottery_handlers
from jishi.promotions.lotteries import privacy as lottery_privacy
from jishi.promotions.lotteries import tasks as lottery_tasks
from jishi.promotions.lotteries.events import LotteryDrawn
from jishi.promotions.lotteries.pricing import PrizeDelivery, PrizeRule
from jishi.promotions.plays import events as team_events
from jishi.promotions.plays import handlers as play_handlers
from jishi.promotions.plays import privacy as play_privacy
from jishi.promotions.plays import tasks as play_tasks
from jishi.promotions.plays.pricing import GroupBuyRule, RallyRule
from jishi.promotions.presales import handlers as presale_handlers
from jishi.promotions.presales import privacy as presale_privacy
from jishi.promotions.presales import tasks as presale_tasks
from jishi.promotions.presales.events import ReservationEnded
from jishi.promotions.presales.pricing import PresaleRule
from jishi.promotions.timed_prices.pricing import TimedRule
from jishi.social.challenges import privacy as challenge_privacy
from jishi.social.challenges import tasks as challenge_tasks
from jishi.social.communities import events as community_events
from jishi.social.communities import handlers as community_handlers
from jishi.social.communities import privacy as community_privacy
from jishi.social.communities import tasks as community_tasks
from jishi.social.feed import events as feed_events
from jishi.social.feed import handlers as feed_handlers
from jishi.social.feed import privacy as feed_privacy
from jishi.social.feed import tasks as feed_tasks
from jishi.social.graph import events as graph_events
from jishi.social.graph import handlers as graph_handlers
from jishi.social.graph import privacy as graph_privacy
from jishi.social.graph import tasks as graph_tasks
from jishi.social.messaging import handlers as message_handlers
from jishi.social.messaging import privacy as message_privacy
from jishi.social.messaging.events import MessageSent
from jishi.social.notes import events as note_events
from jishi.social.notes import handlers as note_handlers
from jishi.social.notes import ports as publishing
from jishi.social.notes import privacy as note_privacy
from jishi.social.notes import tasks as note_tasks
from jishi.social.polls import privacy as poll_privacy
from jishi.social.polls import tasks as poll_tasks
from jishi.social.previews import tasks as preview_tasks
from jishi.social.reviews import events as review_events
from jishi.social.reviews import handlers as review_handlers
from jishi.social.reviews import privacy as review_privacy
from jishi.social.reviews import tasks as review_tasks
from jishi.social.shares import events as share_events
from jishi.social.shares import handlers as share_handlers
from jishi.social.shares import privacy as share_privacy
from jishi.social.shares.events import ShareVisited
from jishi.trade.checkout import handlers as checkout_handlers
from jishi.trade.checkout import ports as placing
from jishi.trade.checkout import privacy as checkout_privacy
from jishi.trade.checkout import tasks as checkout_tasks
from jishi.trade.fulfillment import privacy as fulfillment_privacy
from jishi.trade.fulfillment import tasks as fulfillment_tasks
from jishi.trade.orders import events as order_events
from jishi.trade.orders import operations as orders
from jishi.trade.orders import privacy as order_privacy
from jishi.trade.orders.events import OrderPaid, OrderReceived, OrderRefunded, OrderRefunding
from jishi.trust.moderation import handlers as moderation_handlers
from jishi.trust.moderation import privacy as moderation_privacy
from jishi.trust.moderation import providers as moderation_providers
from jishi.trust.moderation import tasks as moderation_tasks

Reactions = tuple[tuple[type[Any], Callable[[Any], None], str], ...]
"""Facts, who reacts, and the name under which they are known as done."""


def connect() -> None:
    """Register everything that reacts, prices or is due."""
    connect_facts()
    connect_prices()
    connect_sweeps()
    connect_heavy()
    connect_providers()
    connect_erasers()
    relay.after_delivery(tell_open_pages)


def connect_facts() -> None:
    """Who reacts to which fact. A handler's name marks its effect for ever: never rename one."""
    outbox.subscribe(PaymentCaptured, checkout_handlers.on_payment_captured, name="checkout.apply_payment")
    outbox.subscribe(RefundCompleted, checkout_handlers.on_refund_completed, name="checkout.apply_refund")
    outbox.subscribe(OrderPaid, checkout_handlers.on_order_paid, name="checkout.count_sold")
    outbox.subscribe(OrderRefunding, checkout_handlers.on_order_refunding, name="checkout.uncount_sold")
    outbox.subscribe(OrderPaid, checkout_handlers.tell_shop, name="checkout.tell_shop")
    outbox.subscribe(OrderPaid, share_handlers.on_order_paid, name="shares.record_order")
    outbox.subscribe(OrderRefunding, play_handlers.on_order_refunding, name="plays.free_seat")
    outbox.subscribe(OrderRefunded, play_handlers.on_order_refunded, name="plays.mark_seat_refunded")
    outbox.subscribe(team_events.SeatTaken, play_handlers.on_seat_taken, name="plays.tell_moved")
    outbox.subscribe(team_events.SeatMatched, play_handlers.on_seat_matched, name="plays.tell_matched")
    outbox.subscribe(team_events.TeamFormed, play_handlers.on_team_formed, name="plays.tell_formed")
    outbox.subscribe(team_events.TeamExpired, play_handlers.on_team_expired, name="plays.tell_expired")
    outbox.subscribe(team_events.TeamFailed, play_handlers.on_team_failed, name="plays.tell_failed")
    outbox.subscribe(LotteryDrawn, lottery_handlers.on_drawn, name="lotteries.tell_drawn")
    outbox.subscribe(team_events.RallyHelped, play_handlers.on_rally_helped, name="plays.tell_helped")
    outbox.subscribe(team_events.RallyWon, play_handlers.on_rally_won, name="plays.tell_won")
    outbox.subscribe(team_events.RallyEnded, play_handlers.on_rally_ended, name="plays.tell_rally_ended")
    outbox.subscribe(graph_events.PersonFollowed, graph_handlers.on_followed, name="graph.tell_followed")
    outbox.subscribe(graph_events.FollowRequested, graph_handlers.on_requested, name="graph.tell_requested")
    outbox.subscribe(graph_events.FollowAccepted, graph_handlers.on_accepted, name="graph.tell_accepted")
    outbox.subscribe(
        graph_events.InvitationAccepted,
        graph_handlers.on_invitation_accepted,
        name="graph.tell_invitation_accepted",
    )
    outbox.subscribe(MessageSent, message_handlers.on_message_sent, name="messaging.nudge")
    outbox.subscribe(
        privacy_events.DeletionRequested,
        notification_handlers.on_deletion_requested,
        name="notifications.tell_deletion",
    )
    outbox.subscribe(OrderRefunding, flash_handlers.on_order_refunding, name="flash_sales.end_claim")
    outbox.subscribe(flash_events.ItemDecided, flash_handlers.on_item_decided, name="flash_sales.tell_shop")
    outbox.subscribe(StockReturned, inventory_handlers.on_stock_returned, name="inventory.tell_waiting")
    connect_community_buys()
    connect_presales()
    connect_notes()
    connect_communities()
    connect_reviews()
    connect_behavior()
    connect_portraits()
    connect_first_steps()
    connect_campaigns()


def connect_campaigns() -> None:
    """What brings people into campaigns, and what they are for."""
    told: Reactions = (
        (portrait_events.SegmentEntered, campaign_handlers.on_segment_entered, "segment_entered"),
        (portrait_events.SegmentLeft, campaign_handlers.on_segment_left, "segment_left"),
        (portrait_events.StageChanged, campaign_handlers.on_stage_changed, "stage_changed"),
        (OrderPaid, campaign_handlers.on_order_paid, "order_paid"),
        (OrderReceived, campaign_handlers.on_order_received, "order_received"),
        (order_events.OrderExpired, campaign_handlers.on_order_expired, "order_expired"),
        (note_events.NotePublished, campaign_handlers.on_note_published, "note_published"),
    )
    for event, handler, name in told:
        outbox.subscribe(event, handler, name=f"campaigns.{name}")
    campaign_tasks.connect()


def connect_community_buys() -> None:
    """What community purchase does when orders move, and whom it tells."""
    told: Reactions = (
        (OrderRefunding, community_buy_handlers.on_order_refunding, "end_collection"),
        (community_buy_events.LeaderDecided, community_buy_handlers.on_leader_decided, "tell_leader"),
        (community_buy_events.RoundCut, community_buy_handlers.on_round_cut, "tell_shop"),
        (community_buy_events.CollectionReady, community_buy_handlers.on_collection_ready, "tell_ready"),
        (community_buy_events.CollectionEnded, community_buy_handlers.on_collection_ended, "tell_ended"),
        (community_buy_events.SeriesEnded, community_buy_handlers.on_series_ended, "tell_series"),
    )
    for event, handler, name in told:
        outbox.subscribe(event, handler, name=f"community_buys.{name}")


def connect_presales() -> None:
    """Deposits follow the money and the orders of their balances."""
    done: Reactions = (
        (PaymentCaptured, presale_handlers.on_payment_captured, "apply_deposit"),
        (OrderReceived, presale_handlers.on_order_received, "release_deposit"),
        (OrderRefunding, presale_handlers.on_order_refunding, "refund_deposit"),
        (ReservationEnded, presale_handlers.on_reservation_ended, "tell_ended"),
    )
    for event, handler, name in done:
        outbox.subscribe(event, handler, name=f"presales.{name}")


def connect_notes() -> None:
    """Who hears of notes, and where they are found."""
    outbox.subscribe(note_events.NotePublished, note_handlers.on_published, name="notes.ask_preview")
    outbox.subscribe(note_events.NoteLiked, note_handlers.on_liked, name="notes.tell_liked")
    outbox.subscribe(note_events.NoteReposted, note_handlers.on_reposted, name="notes.tell_reposted")
    outbox.subscribe(note_events.NoteCommented, note_handlers.on_commented, name="notes.tell_commented")
    outbox.subscribe(note_events.PersonMentioned, note_handlers.on_mentioned, name="notes.tell_mentioned")
    outbox.subscribe(note_events.NotePublished, feed_handlers.on_note_published, name="feed.index_note")
    outbox.subscribe(note_events.NoteEdited, feed_handlers.on_note_edited, name="feed.index_note_again")
    outbox.subscribe(note_events.NoteHidden, feed_handlers.on_note_hidden, name="feed.unindex_hidden")
    on_liked = recommendation_handlers.on_note_liked
    outbox.subscribe(note_events.NoteLiked, on_liked, name="recommendation.note_liked")
    outbox.subscribe(note_events.NoteFavourited, on_liked, name="recommendation.note_favourited")
    outbox.subscribe(note_events.NoteRemoved, feed_handlers.on_note_removed, name="feed.unindex_removed")
    outbox.subscribe(
        note_events.NotePublished, content_handlers.on_note_published, name="publishing.mark_published"
    )


def connect_first_steps() -> None:
    """Which facts count as first steps of newcomers, and the pages that show how far somebody is."""
    counted: Reactions = (
        (feed_events.InterestsChosen, onboarding_handlers.on_interests_chosen, "interests"),
        (graph_events.PersonFollowed, onboarding_handlers.on_followed, "followed"),
        (graph_events.FollowAccepted, onboarding_handlers.on_accepted, "accepted"),
        (note_events.NoteFavourited, onboarding_handlers.on_favourited, "favourited"),
        (note_events.NoteLiked, onboarding_handlers.on_liked, "liked"),
        (note_events.NotePublished, onboarding_handlers.on_published, "published"),
        (team_events.SeatTaken, onboarding_handlers.on_seat_taken, "seat_taken"),
        (OrderPaid, onboarding_handlers.on_paid, "paid"),
        (ShareVisited, onboarding_handlers.on_share_visited, "share_visited"),
    )
    for fact, reaction, name in counted:
        outbox.subscribe(fact, reaction, name=f"onboarding.{name}")
    for page in ("home", "me"):
        merchandising_ports.register_rider(
            page, merchandising_ports.Rider("first_steps", onboarding_queries.PROGRESS_SQL)
        )


def connect_communities() -> None:
    """What communities do when notes move, and whom they tell."""
    told: Reactions = (
        (community_events.MemberApplied, community_handlers.on_applied, "tell_desk"),
        (community_events.ApplicationRefused, community_handlers.on_refused, "tell_refused"),
        (community_events.MemberJoined, community_handlers.on_joined, "tell_joined"),
        (community_events.MemberLeft, community_handlers.on_left, "free_places"),
        (community_events.MemberModerated, community_handlers.on_moderated, "tell_moderated"),
        (community_events.InactiveNoticed, community_handlers.on_inactive, "tell_inactive"),
        (community_events.CommunityAnnounced, community_handlers.on_announced, "tell_announced"),
        (community_events.CommunityEventAnnounced, community_handlers.on_event_announced, "tell_event"),
        (community_events.EventPlaceGained, community_handlers.on_place_gained, "tell_place_gained"),
        (community_events.CommunityEventCancelled, community_handlers.on_event_cancelled, "tell_cancelled"),
        (community_events.PartnerAsked, community_handlers.on_partner_asked, "tell_partner_asked"),
        (community_events.PartnerDecided, community_handlers.on_partner_decided, "tell_partner_decided"),
        (note_events.NotePublished, community_handlers.on_note_published, "attach_post"),
        (note_events.NoteRemoved, community_handlers.on_note_removed, "drop_post"),
        (note_events.NoteCommented, community_handlers.on_note_commented, "record_comment"),
    )
    outbox.subscribe(
        community_events.PartnerDecided, play_handlers.on_partner_decided, name="plays.end_partner_offers"
    )
    for event, handler, name in told:
        outbox.subscribe(event, handler, name=f"communities.{name}")
    account_ports.register_audience(community_tasks.MembersAudience())


def connect_behavior() -> None:
    """Which facts of the shop become events of the lake."""
    told: tuple[tuple[type[outbox.DomainEvent], Callable[[Any], None], str], ...] = (
        (order_events.OrderPlaced, behavior_handlers.on_order_placed, "order_placed"),
        (OrderPaid, behavior_handlers.on_order_paid, "order_paid"),
        (order_events.OrderShipped, behavior_handlers.on_order_moved, "order_shipped"),
        (order_events.OrderReceived, behavior_handlers.on_order_moved, "order_received"),
        (OrderRefunded, behavior_handlers.on_order_moved, "order_refunded"),
        (ShareVisited, behavior_handlers.on_share_visited, "share_visited"),
        (team_events.TeamStarted, behavior_handlers.on_team_started, "team_started"),
        (team_events.SeatTaken, behavior_handlers.on_seat_taken, "team_joined"),
        (team_events.TeamFormed, behavior_handlers.on_team_formed, "team_formed"),
        (note_events.NotePublished, behavior_handlers.on_note_published, "note_published"),
        (note_events.NoteLiked, behavior_handlers.on_note_liked, "note_liked"),
        (note_events.NoteFavourited, behavior_handlers.on_note_favourited, "note_favourited"),
        (note_events.NoteCommented, behavior_handlers.on_note_commented, "note_commented"),
        (note_events.NoteReposted, behavior_handlers.on_note_reposted, "note_reposted"),
        (graph_events.PersonFollowed, behavior_handlers.on_followed, "followed"),
        (community_events.MemberJoined, behavior_handlers.on_community_joined, "community_joined"),
        (community_events.CommunityPosted, behavior_handlers.on_community_posted, "community_posted"),
        (review_events.ReviewPublished, behavior_handlers.on_review_published, "review_published"),
        (review_events.QuestionAsked, behavior_handlers.on_question_asked, "question_asked"),
        (MessageSent, behavior_handlers.on_message_sent, "message_sent"),
    )
    for event, handler, name in told:
        outbox.subscribe(event, handler, name=f"behavior.{name}")
    outbox.subscribe(SurveyAnswered, survey_handlers.on_survey_answered, name="surveys.record_behavior")
    outbox.subscribe(SurveyAnswered, listening_handlers.on_survey_answered, name="listening.survey_answered")
    outbox.subscribe(
        note_events.NoteCommented, listening_handlers.on_note_commented, name="listening.note_commented"
    )
    outbox.subscribe(MessageSent, listening_handlers.on_message_sent, name="listening.message_sent")
    outbox.subscribe(OrderReceived, survey_handlers.on_order_received, name="surveys.plan_receipt")


def connect_portraits() -> None:
    """Which facts change what is known about the people they name."""
    facts: tuple[type[outbox.DomainEvent], ...] = (
        OrderPaid,
        OrderRefunded,
        order_events.OrderExpired,
        order_events.OrderCancelled,
        graph_events.PersonFollowed,
        graph_events.FollowAccepted,
        graph_events.PersonUnfollowed,
        graph_events.PersonBlocked,
        graph_events.InvitationAccepted,
        note_events.NotePublished,
        note_events.NoteLiked,
        note_events.NoteFavourited,
        note_events.NoteCommented,
        note_events.NoteHidden,
        note_events.NoteRemoved,
        community_events.MemberJoined,
        community_events.MemberLeft,
        review_events.ReviewPublished,
        review_events.QuestionAnswered,
        ShareVisited,
        share_events.ShareOrdered,
        team_events.SeatTaken,
        team_events.SeatFreed,
        privacy_events.ConsentChanged,
    )
    for event in facts:
        outbox.subscribe(event, portrait_handlers.on_fact, name=f"portraits.touch_{event.__name__}")


def connect_reviews() -> None:
    """Whom reviews and questions are asked of and told to."""
    outbox.subscribe(OrderReceived, review_handlers.on_order_received, name="reviews.plan_request")
    outbox.subscribe(OrderRefunding, review_handlers.on_order_refunding, name="reviews.drop_request")
    told: Reactions = (
        (review_events.ReviewPublished, review_handlers.on_review_published, "tell_shop"),
        (review_events.ReviewAnswered, review_handlers.on_review_answered, "tell_author"),
        (review_events.QuestionAsked, review_handlers.on_question_asked, "tell_shop_of_question"),
        (review_events.QuestionAnswered, review_handlers.on_question_answered, "tell_followers"),
    )
    for event, handler, name in told:
        outbox.subscribe(event, handler, name=f"reviews.{name}")
    outbox.subscribe(
        review_events.ReviewPublished,
        listening_handlers.on_review_published,
        name="listening.review_published",
    )


def connect_prices() -> None:
    """What changes prices, stage by stage. This order is the stacking policy."""
    pricing.register(GroupBuyRule(), "exclusive")
    pricing.register(RallyRule("bargain"), "exclusive")
    pricing.register(RallyRule("like_collect"), "exclusive")
    pricing.register(PrizeRule(), "exclusive")
    pricing.register(PrizeDelivery(), "delivery")
    pricing.register(FlashRule(), "exclusive")
    pricing.register(CommunityRule(), "exclusive")
    pricing.register(PresaleRule(), "exclusive")
    pricing.register(TimedRule(), "exclusive")
    placing.register_shares(LeaderShares())


def connect_sweeps() -> None:
    """What is due by the clock, and what is sealed."""
    seal.register(
        "audit",
        table="kernel_auditentry",
        columns=("actor_id", "action", "subject", "detail", "at"),
    )
    ledger_tasks.register()
    note_tasks.register()
    moderation_tasks.register()
    poll_tasks.register()
    challenge_tasks.register()
    preview_tasks.register()
    review_tasks.register()
    payment_tasks.register()
    sweeps.register(
        "checkout.expire_unpaid",
        checkout_tasks.expire_unpaid,
        every_s=checkout_tasks.EXPIRE_UNPAID_EVERY_S,
    )
    merchant_tasks.register()
    lottery_tasks.register()
    # Matching first: a team that it completes must not have been closed a moment before.
    sweeps.register("plays.match_due_teams", play_tasks.match_due_teams, every_s=5)
    sweeps.register("plays.close_due_teams", play_tasks.close_due_teams, every_s=2)
    sweeps.register("plays.free_reserved_seats", play_tasks.free_reserved_seats, every_s=2)
    sweeps.register("plays.close_due_rallies", play_tasks.close_due_rallies, every_s=2)
    flash_tasks.register()
    community_buy_tasks.register()
    presale_tasks.register()
    sweeps.register("plays.switch_badges", play_tasks.switch_badges, every_s=15)
    sweeps.register("feed.rank_hot", feed_tasks.rank_hot, every_s=feed_tasks.RANK_HOT_EVERY_S)
    import_tasks.register()
    sweeps.register("inventory.expire_holds", inventory_tasks.expire_holds, every_s=15)
    sweeps.register(
        "fulfillment.confirm_overdue",
        fulfillment_tasks.confirm_overdue,
        every_s=fulfillment_tasks.CONFIRM_OVERDUE_EVERY_S,
    )
    metric_tasks.register()
    experiment_tasks.register()
    recommendation_tasks.register()
    survey_tasks.register()
    report_tasks.register()
    listening_tasks.register()
    content_tasks.register()
    campaign_tasks.register()
    merchandising_tasks.register()
    onboarding_tasks.register()
    sweeps.register("accounts.forget_unproven", accounts.forget_unproven, every_s=3600)
    sweeps.register("accounts.forget_shared_cache", accounts.forget_shared_cache, every_s=600)
    sweeps.register("notifications.plan", notifications.plan_due, every_s=1)
    sweeps.register("notifications.deliver", notifications.deliver_due, every_s=2)
    sweeps.register("notifications.collect", notifications.collect_due, every_s=60)
    sweeps.register("notifications.forget_old", notifications.forget_old, every_s=3600)
    sweeps.register("notifications.forget_inbox", notifications.forget_inbox, every_s=3600)
    sweeps.register("communities.remove_inactive", community_tasks.remove_inactive, every_s=300)
    sweeps.register("privacy.erase_due", privacy_tasks.erase_due, every_s=privacy_tasks.ERASE_DUE_EVERY_S)
    sweeps.register("orders.blank_due", orders.blank_due, every_s=3600)
    sweeps.register("kernel.seal_audit", lambda at: seal.seal_new("audit"), every_s=300)
    sweeps.register("kernel.forget_events", lambda at: relay.forget_done(), every_s=600)
    sweeps.register("kernel.forget_counters", lambda at: limits.forget_old(), every_s=600)


def connect_heavy() -> None:
    """What runs in the heavy process; pieces on one line follow each other, lines run side by side."""
    behavior_tasks.register()
    import_tasks.register_heavy()
    metric_tasks.register_heavy()
    experiment_tasks.register_heavy()
    campaign_tasks.register_heavy()
    portrait_tasks.register_heavy()
    network_tasks.register_heavy()
    recommendation_tasks.register_heavy()
    content_tasks.register_heavy()
    report_tasks.register_heavy()
    strategy_tasks.register_heavy()
    listening_tasks.register_heavy()


def connect_providers() -> None:
    """How lower domains reach the outside world through higher ones."""
    account_providers.connect_texts(notifications.send_sms)
    publishing.register_guard(moderation_handlers.WordsAndFloods())
    moderation_providers.connect()
    account_ports.register_audience(graph_tasks.Friends())
    account_ports.register_audience(graph_tasks.Followers())
    account_ports.register_audience(portrait_tasks.SegmentAudience())
    account_ports.register_audience(merchandising_tasks.SignedUpAudience())
    recommendation_tasks.connect()


def connect_erasers() -> None:
    """Who holds what about people, lower domains first; and what keeps an account from going."""
    privacy.register_eraser("accounts", account_privacy)
    privacy.register_eraser("privacy", privacy_privacy)
    privacy.register_eraser("notifications", notification_privacy)
    privacy.register_eraser("merchants", merchant_privacy)
    privacy.register_eraser("inventory", inventory_privacy)
    privacy.register_eraser("imports", import_privacy)
    privacy.register_eraser("payments", payment_privacy)
    privacy.register_eraser("wallet", wallet_privacy)
    privacy.register_eraser("orders", order_privacy)
    privacy.register_eraser("fulfillment", fulfillment_privacy)
    privacy.register_eraser("checkout", checkout_privacy)
    privacy.register_eraser("shares", share_privacy)
    privacy.register_eraser("graph", graph_privacy)
    privacy.register_eraser("messaging", message_privacy)
    privacy.register_eraser("notes", note_privacy)
    privacy.register_eraser("polls", poll_privacy)
    privacy.register_eraser("challenges", challenge_privacy)
    privacy.register_eraser("feed", feed_privacy)
    privacy.register_eraser("communities", community_privacy)
    privacy.register_eraser("reviews", review_privacy)
    privacy.register_eraser("gates", gate_privacy)
    privacy.register_eraser("plays", play_privacy)
    privacy.register_eraser("lotteries", lottery_privacy)
    privacy.register_eraser("flash_sales", flash_privacy)
    privacy.register_eraser("community_buys", community_buy_privacy)
    privacy.register_eraser("presales", presale_privacy)
    privacy.register_eraser("behavior", behavior_privacy)
    privacy.register_eraser("moderation", moderation_privacy)
    privacy.register_eraser("metrics", metric_privacy)
    privacy.register_eraser("experiments", experiment_privacy)
    privacy.register_eraser("portraits", portrait_privacy)
    privacy.register_eraser("networks", network_privacy)
    privacy.register_eraser("recommendation", recommendation_privacy)
    privacy.register_eraser("surveys", survey_privacy)
    privacy.register_eraser("reports", report_privacy)
    privacy.register_eraser("merchandising", merchandising_privacy)
    privacy.register_eraser("onboarding", onboarding_privacy)
    privacy.register_eraser("campaigns", campaign_privacy)
    privacy.register_eraser("teamwork", teamwork_privacy)
    privacy.register_eraser("publishing", content_privacy)
    privacy.register_eraser("listening", listening_privacy)
    privacy.register_eraser("strategies", strategy_privacy)
    privacy.register_obstacle(order_privacy.find_open_orders)
    privacy.register_obstacle(merchant_privacy.find_shop_without_heir)
    privacy.register_obstacle(community_buy_privacy.find_waiting_goods)
    privacy.register_obstacle(presale_privacy.find_paid_deposits)
    privacy_providers.connect(mail=notifications.send_mail, text=notifications.send_sms)


def tell_open_pages(event: OutboxEvent) -> None:
    """Open pages look again when something happened to their team, conversation or badge."""
    if event.topic.startswith(("promotions.team.", "promotions.rally.")):
        # A rally's page listens on the same stream as a team's; codes never meet.
        notices.send([(f"team:{event.shard}", event.pk)])
    elif event.topic == MessageSent.topic:
        number = int(event.created_at.timestamp() * 1000)
        people = [(f"person:{one}", number) for one in event.payload["recipients"]]
        notices.send([(f"talk:{event.shard}", event.payload["no"]), *people])
