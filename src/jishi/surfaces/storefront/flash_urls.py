"""Addresses of flash sales; `urls.py` takes them in."""

from django.urls import URLPattern, path

from jishi.surfaces.storefront.pages import details, flash

urlpatterns: list[URLPattern] = [
    path("flash/", flash.index, name="flash"),
    path("flash/<slug:code>/", flash.item, name="flash_item"),
    path("flash/<slug:code>/block/", flash.block, name="flash_block"),
    path("flash/<slug:code>/buy/", flash.buy, name="flash_buy"),
    path("flash/<slug:code>/remind/", flash.remind, name="flash_remind"),
    path("orders/<slug:code>/details/", details.details, name="order_details"),
]
