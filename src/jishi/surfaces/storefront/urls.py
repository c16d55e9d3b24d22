"""Addresses of the shop. The ones under `/en/` are these same addresses: the shell takes the prefix off."""

from django.urls import URLPattern, URLResolver, path

from jishi.surfaces.storefront import (
    community_urls,
    contest_urls,
    feed_urls,
    graph_urls,
    messages_urls,
    notes_urls,
    people_urls,
    review_urls,
    safety_urls,
)
from jishi.surfaces.storefront.pages import (
    cart,
    checkout,
    home,
    orders,
    pay,
    product,
    search,
    share,
    shop,
    team,
)

app_name = "storefront"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("search/", search.search, name="search"),
    path("search/suggest/", search.suggest, name="suggest"),
    path("c/<slug:slug>/", search.category, name="category"),
    path("s/<slug:slug>/", shop.shop, name="shop"),
    path("p/<str:ref>/", product.product, name="product"),
    path("p/<str:ref>/choose/", product.choose, name="choose"),
    path("buy/", product.buy, name="buy"),
    path("g/<slug:code>/", team.team, name="team"),
    path("g/<slug:code>/live/", team.live, name="team_live"),
    path("r/<slug:code>/", share.land, name="land"),
    path("r/<slug:code>", share.land),
    path("share/<slug:kind>/<str:key>/", share.share, name="share"),
    path("poster/<slug:code>.png", share.poster, name="poster"),
    path("cart/", cart.cart, name="cart"),
    path("cart/change/", cart.change, name="cart_change"),
    path("checkout/", checkout.page, name="checkout"),
    path("pay/<slug:intent_code>/", pay.pay, name="pay"),
    path("pay/<slug:intent_code>/return/", pay.come_back, name="pay_return"),
    path("pay/<slug:intent_code>/state/", pay.state, name="pay_state"),
    path("orders/", orders.index, name="orders"),
    path("orders/<slug:code>/", orders.order, name="order"),
    path("orders/<slug:code>/pay/", orders.pay, name="order_pay"),
    path("orders/<slug:code>/cancel/", orders.cancel, name="order_cancel"),
    path("orders/<slug:code>/receipt/", orders.confirm, name="order_confirm"),
    *feed_urls.urlpatterns,
    *graph_urls.urlpatterns,
    *community_urls.urlpatterns,
    *contest_urls.urlpatterns,
    *safety_urls.urlpatterns,
    *messages_urls.urlpatterns,
    *notes_urls.urlpatterns,
    *people_urls.urlpatterns,
    *review_urls.urlpatterns,
]
