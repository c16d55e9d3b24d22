"""Addresses of polls and challenges."""

from django.urls import URLPattern, path

from jishi.surfaces.storefront.pages import challenges, polls

urlpatterns: list[URLPattern] = [
    path("polls/new/<slug:note_code>/", polls.new, name="poll_new"),
    path("polls/<slug:code>/", polls.poll, name="poll"),
    path("polls/<slug:code>/vote/", polls.vote, name="poll_vote"),
    path("polls/<slug:code>/claim/", polls.claim, name="poll_claim"),
    path("challenges/", challenges.index, name="challenges"),
    path("challenges/entries/<slug:entry_code>/choose/", challenges.choose, name="challenge_choose"),
    path("challenges/<slug:code>/", challenges.challenge, name="challenge"),
    path("challenges/<slug:code>/enter/", challenges.enter, name="challenge_enter"),
]
