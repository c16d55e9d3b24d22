"""Addresses of people's pages; `urls.py` takes them in."""

from django.urls import URLPattern, path

from jishi.surfaces.storefront.pages import people, privacy

urlpatterns: list[URLPattern] = [
    path("u/<slug:code>/", people.person, name="person"),
    path("u/<slug:code>/followers/", people.followers, name="person_followers"),
    path("u/<slug:code>/following/", people.following, name="person_following"),
    path("u/<slug:code>/remark/", people.remark, name="person_remark"),
    path("u/<slug:code>/do/<slug:verb>/", people.act, name="person_act"),
    path("i/<slug:code>/", people.invitation, name="invitation"),
    path("me/friends/", people.friends, name="friends"),
    path("me/blocked/", people.blocked, name="blocked"),
    path("me/page/", people.edit, name="person_edit"),
    path("me/settings/choices/", privacy.choices, name="choices"),
    path("me/settings/delete/", privacy.leave, name="leave"),
]
