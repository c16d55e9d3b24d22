"""The address space: each surface owns what lies under its prefix."""

from __future__ import annotations

from allauth.headless.constants import Client
from django.conf import settings
from django.urls import include, path, re_path

from jishi.config import health, media, metrics
from jishi.surfaces.api import networks
from jishi.surfaces.ops.backoffice.urls import urls as back_office

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("api/v1/", include("jishi.surfaces.api.urls")),
    path("api/auth/app/v1/auth/provider/token", networks.TokenView.as_api_view(client=Client.APP)),
    path("api/auth/", include("allauth.headless.urls")),
    path("hooks/", include("jishi.surfaces.webhooks.urls")),
    path("m/", include("jishi.surfaces.merchant.urls")),
    path("ops/admin/", back_office),
    path("ops/", include("jishi.surfaces.ops.urls")),
    path("", include("jishi.surfaces.shell.urls")),
    path("", include("jishi.surfaces.storefront.urls")),
    # Sign-in pages: /login/, /signup/, /2fa/ and the networks' callbacks.
    path("", include("allauth.urls")),
]
if settings.JISHI_DEMO:
    # In production the proxy serves media; the demo has none in front of it.
    urlpatterns.append(re_path(r"^media/(?P<path>.+)$", media.media))
