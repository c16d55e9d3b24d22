"""Addresses of the pages about oneself; `urls.py` takes them in before the sign-in library's own."""

from django.urls import URLPattern, path

from jishi.surfaces.storefront.pages import addresses, inbox, me, portrait, settings, sign_in

urlpatterns: list[URLPattern] = [
    path("me/", me.me, name="me"),
    path("me/profile/", me.profile, name="profile"),
    path("me/news/", me.news, name="news"),
    path("me/addresses/", addresses.addresses, name="addresses"),
    path("me/addresses/new/", addresses.address, name="address_new"),
    path("me/addresses/<slug:code>/", addresses.address, name="address"),
    path("me/addresses/<slug:code>/remove/", addresses.remove, name="address_remove"),
    path("me/addresses/<slug:code>/default/", addresses.make_default, name="address_default"),
    path("me/settings/", settings.settings, name="settings"),
    path("me/settings/sign-out-elsewhere/", settings.sign_out_elsewhere, name="sign_out_elsewhere"),
    path("me/settings/my-data/", settings.my_data, name="my_data"),
    path("me/interests/", portrait.interests, name="interests"),
    path("me/portrait/", portrait.portrait, name="portrait"),
    path("inbox/", inbox.inbox, name="inbox"),
    # The same addresses as the library's, which finds them by its own names.
    path("login/", sign_in.by_password, name="login"),
    path("login/code/", sign_in.by_code, name="login_code"),
    path("signup/", sign_in.sign_up, name="sign_up"),
    path("demo/sign-in/<slug:role>/", sign_in.demo_sign_in, name="demo_sign_in"),
]
