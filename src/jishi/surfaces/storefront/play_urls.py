"""Addresses of bargains, collected likes, lotteries and the proof of draws; `urls.py` takes them in."""

from django.urls import URLPattern, path

from jishi.surfaces.storefront.pages import lotteries, rallies

urlpatterns: list[URLPattern] = [
    path("bargains/", rallies.index, name="bargains"),
    path("o/<slug:code>/", rallies.offer, name="rally_offer"),
    path("o/<slug:code>/start/", rallies.start, name="rally_start"),
    path("b/<slug:code>/", rallies.rally, name="rally"),
    path("b/<slug:code>/live/", rallies.live, name="rally_live"),
    path("b/<slug:code>/help/", rallies.give, name="rally_help"),
    path("g/<slug:code>/draw/", lotteries.team_draw, name="team_draw"),
    path("g/<slug:code>/draw.json", lotteries.team_proof, name="team_proof"),
    path("lotteries/", lotteries.index, name="lotteries"),
    path("lotteries/verify_draw.py", lotteries.script, name="verify_draw"),
    path("lotteries/<slug:code>/", lotteries.lottery, name="lottery"),
    path("lotteries/<slug:code>/enter/", lotteries.enter, name="lottery_enter"),
    path("lotteries/<slug:code>/proof/", lotteries.proof, name="lottery_proof"),
    path("lotteries/<slug:code>/proof.json", lotteries.proof_file, name="lottery_proof_file"),
]
