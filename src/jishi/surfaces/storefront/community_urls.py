"""Addresses of communities; `urls.py` takes them in."""

from django.urls import URLPattern, path

from jishi.surfaces.storefront.pages import communities, community_care, community_desk, community_events

urlpatterns: list[URLPattern] = [
    path("communities/", communities.index, name="communities"),
    path("communities/new/", communities.create, name="community_new"),
    path("k/<slug:slug>/", communities.community, name="community"),
    path("k/<slug:slug>/edit/", communities.edit, name="community_edit"),
    path("k/<slug:slug>/join/", communities.join, name="community_join"),
    path("k/<slug:slug>/do/", communities.act, name="community_do"),
    path("k/<slug:slug>/log/", communities.log, name="community_log"),
    path("k/<slug:slug>/invitations/", communities.invitations, name="community_invitations"),
    path("k/<slug:slug>/events/new/", community_events.create, name="community_event_new"),
    path("k/<slug:slug>/events/<slug:code>/", community_events.event, name="community_event"),
    path("k/<slug:slug>/events/<slug:code>/do/", community_events.act, name="community_event_do"),
    path("k/<slug:slug>/events/<slug:code>/door.svg", community_events.door, name="community_event_door"),
    path("k/<slug:slug>/desk/", community_desk.desk, name="community_desk"),
    path("k/<slug:slug>/desk/partners/", community_desk.desk, name="community_desk_partners"),
    path("k/<slug:slug>/desk/members/", community_care.members, name="community_desk_members"),
    path("k/<slug:slug>/desk/quiet/", community_care.quiet, name="community_desk_quiet"),
    path("k/<slug:slug>/desk/strategy/", community_care.strategy, name="community_desk_strategy"),
    path("k/<slug:slug>/desk/cases/", community_care.cases, name="community_desk_cases"),
    path("k/<slug:slug>/desk/do/", community_desk.act, name="community_desk_do"),
    path("k/<slug:slug>/desk/health/", community_desk.health, name="community_desk_health"),
    path("k/<slug:slug>/desk/health/<slug:name>/", community_desk.figure, name="community_desk_figure"),
]
