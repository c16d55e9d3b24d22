"""Addresses of community purchase; `urls.py` takes them in."""

from django.urls import URLPattern, path

from jishi.surfaces.storefront.pages import leader, rounds

urlpatterns: list[URLPattern] = [
    path("rounds/", rounds.index, name="rounds"),
    path("rounds/<slug:code>/", rounds.round_, name="round"),
    path("rounds/<slug:code>/order/", rounds.order, name="round_order"),
    path("collect/", rounds.mine, name="collections"),
    path("collect/<slug:code>/", rounds.collection, name="collection"),
    path("collect/<slug:code>/renew/", rounds.renew, name="collection_renew"),
    path("leader/", leader.desk, name="leader"),
    path("leader/apply/", leader.apply, name="leader_apply"),
    path("leader/points/", leader.add_point, name="leader_points"),
    path("leader/points/<slug:code>/", leader.switch_point, name="leader_point"),
    path("leader/substitute/", leader.substitute, name="leader_substitute"),
    path("leader/payout/", leader.ask_payout, name="leader_payout"),
    path("leader/payout/<slug:code>/take-back/", leader.take_back, name="leader_take_back"),
    path("leader/hand-out/<slug:code>/", leader.hand_out, name="leader_hand_out"),
]
