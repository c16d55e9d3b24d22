"""Addresses of the merchant console; which shop they are about is the desk's to know."""

from django.urls import URLPattern, URLResolver, path

from jishi.surfaces.merchant.pages import (
    bundles,
    communities,
    goods,
    imports,
    messages,
    offers,
    orders,
    reviews,
    settlements,
    today,
)

app_name = "merchant"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", today.today, name="today"),
    path("shop/", today.choose_shop, name="choose_shop"),
    path("orders/", orders.index, name="orders"),
    path("orders/ship/", orders.ship_many, name="ship_many"),
    path("orders/<slug:code>/", orders.order, name="order"),
    path("orders/<slug:code>/ship/", orders.ship, name="ship"),
    path("orders/<slug:code>/refund/", orders.refund, name="refund"),
    path("goods/", goods.index, name="goods"),
    path("goods/save/", goods.save, name="goods_save"),
    path("goods/export/", goods.export, name="goods_export"),
    path("goods/import/", imports.upload, name="upload"),
    path("goods/import/<str:token>/", imports.dry_run, name="import"),
    path("offers/", offers.index, name="offers"),
    path("offers/new/", offers.choose, name="offer_choose"),
    path("offers/new/<slug:code>/", offers.create, name="offer_create"),
    path("offers/<slug:code>/stop/", offers.stop, name="offer_stop"),
    path("bundles/", bundles.index, name="bundles"),
    path("bundles/<slug:code>/", bundles.decide, name="bundle_decide"),
    path("communities/", communities.index, name="communities"),
    path("communities/ask/", communities.ask, name="community_ask"),
    path("messages/", messages.index, name="messages"),
    path("messages/reply/", messages.reply, name="reply"),
    path("messages/<slug:code>/", messages.talk, name="talk"),
    path("messages/<slug:code>/new/", messages.new, name="talk_new"),
    path("messages/<slug:code>/send/", messages.send, name="talk_send"),
    path("messages/<slug:code>/take/", messages.take, name="talk_take"),
    path("reviews/", reviews.index, name="reviews"),
    path("reviews/<slug:code>/reply/", reviews.reply, name="review_reply"),
    path("questions/", reviews.questions, name="questions"),
    path("questions/<slug:code>/answer/", reviews.answer, name="question_answer"),
    path("settlements/", settlements.settlements, name="settlements"),
]
