"""Addresses of the operator console. The back office has addresses of its own, under `/ops/admin/`."""

from django.urls import URLPattern, URLResolver, path

from jishi.surfaces.ops.pages import (
    boards,
    finance,
    health,
    insights,
    moderation,
    orders,
    overview,
    shares,
    shops,
    styleguide,
    teams,
    trail,
)

app_name = "ops"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", overview.overview, name="overview"),
    path("orders/", orders.index, name="orders"),
    path("orders/export/", orders.export, name="orders_export"),
    path("orders/<slug:code>/", orders.order, name="order"),
    path("orders/<slug:code>/money/", orders.money, name="order_money"),
    path("orders/<slug:code>/refund/", orders.refund, name="refund"),
    path("teams/", teams.index, name="teams"),
    path("teams/<slug:code>/", teams.team, name="team"),
    path("shares/", shares.index, name="shares"),
    path("insights/", insights.index, name="insights"),
    path("insights/save/", insights.save, name="insight_save"),
    path("insights/views/<slug:code>/forget/", insights.forget, name="insight_forget"),
    path("insights/runs/<slug:code>/table/", insights.table, name="insight_table"),
    path("insights/behind/<slug:code>/", insights.behind, name="insight_behind"),
    path("insights/<slug:kind>/", insights.insight, name="insight"),
    path("boards/", boards.index, name="boards"),
    path("boards/<slug:code>/", boards.board, name="board"),
    path("boards/<slug:code>/change/", boards.change, name="board_change"),
    path("shops/", shops.index, name="shops"),
    path("finance/", finance.finance, name="finance"),
    path("finance/shops/<int:shop_id>/", finance.settlements, name="settlements"),
    path("finance/refunds/<slug:code>/retry/", finance.retry_refund, name="retry_refund"),
    path("health/", health.health, name="health"),
    path("health/events/<int:event_id>/retry/", health.retry, name="retry_event"),
    path("health/seals/<str:name>/verify/", health.verify_seal, name="verify_seal"),
    path("moderation/", moderation.queue, name="moderation"),
    path("moderation/approve/", moderation.approve, name="moderation_approve"),
    path("moderation/<slug:code>/", moderation.case, name="moderation_case"),
    path("moderation/<slug:code>/claim/", moderation.claim, name="moderation_claim"),
    path("moderation/<slug:code>/decide/", moderation.decide, name="moderation_decide"),
    path("moderation/<slug:code>/appeal/", moderation.decide_appeal, name="moderation_appeal"),
    path("audit/", trail.trail, name="audit"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
]
