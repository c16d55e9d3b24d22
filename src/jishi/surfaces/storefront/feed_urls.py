"""Addresses of the feeds; `urls.py` takes them in."""

from django.urls import URLPattern, path

from jishi.surfaces.storefront.pages import feeds

urlpatterns: list[URLPattern] = [
    path("following/", feeds.following, name="following"),
    path("nearby/", feeds.nearby, name="nearby"),
    path("nearby/keep/", feeds.keep_place, name="nearby_keep"),
    path("hot/", feeds.hot, name="hot"),
    path("t/<str:slug>/", feeds.topic, name="topic"),
    path("columns/<slug:form>/", feeds.column, name="column"),
    path("feed/new/", feeds.newer, name="feed_new"),
    path("feed/interests/", feeds.interests, name="feed_interests"),
    path("feed/personal/", feeds.personal, name="feed_personal"),
]
