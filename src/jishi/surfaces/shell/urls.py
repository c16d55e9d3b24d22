"""Addresses of the shell: preferences, manifest, worker, offline page."""

from django.urls import URLPattern, URLResolver, path

from jishi.surfaces.shell import views

app_name = "shell"

urlpatterns: list[URLPattern | URLResolver] = [
    path("preferences/language/", views.set_language, name="language"),
    path("preferences/theme/", views.set_theme, name="theme"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("sw.js", views.service_worker, name="worker"),
    path("offline/", views.offline, name="offline"),
    path("speculation.json", views.speculation, name="speculation"),
    path("robots.txt", views.robots, name="robots"),
]
