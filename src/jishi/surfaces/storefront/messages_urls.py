"""Addresses of conversations, news and what people choose about them; `urls.py` takes them in."""

from django.urls import URLPattern, path

from jishi.surfaces.storefront.pages import messages, reach

urlpatterns: list[URLPattern] = [
    path("messages/", messages.index, name="messages"),
    path("messages/badge/", messages.badge, name="messages_badge"),
    path("messages/group/", messages.group, name="messages_group"),
    path("messages/to/<slug:code>/", messages.to_person, name="message_person"),
    path("messages/shop/<slug:slug>/", messages.to_shop, name="message_shop"),
    path("messages/<slug:code>/", messages.talk, name="talk"),
    path("messages/<slug:code>/new/", messages.new, name="talk_new"),
    path("messages/<slug:code>/send/", messages.send, name="talk_send"),
    path("messages/<slug:code>/recall/", messages.recall, name="talk_recall"),
    path("messages/<slug:code>/settings/", messages.settings, name="talk_settings"),
    path("me/settings/notifications/", reach.choices, name="notification_settings"),
    path("me/settings/notifications/browser/", reach.browser, name="notification_browser"),
    path("mail/off/<str:token>/", reach.mail_off, name="mail_off"),
]
