"""The staff back office reads; what it may change is listed here, and money is never in the list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.admin import AdminSite
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

# Staff may change these by hand, through operations; everything else is read only.
WRITABLE = {
    "accounts.User:change",
    "catalog.Brand:add",
    "catalog.Brand:change",
    "catalog.Category:add",
    "catalog.Category:change",
    "merchants.Shop:change",
}


def patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry)
        else:
            yield entry


def sites() -> set[AdminSite]:
    """Return the admin sites that some address leads to."""
    callbacks = [pattern.callback for pattern in patterns(get_resolver())]
    return {callback.admin_site for callback in callbacks if hasattr(callback, "admin_site")}


@pytest.mark.django_db
def test_the_writable_admins_are_listed(django_user_model: Any) -> None:
    request = RequestFactory().get("/")
    request.user = django_user_model(is_operator=True, is_active=True)
    request.user.is_superuser = True
    writable = {
        f"{model._meta.label}:{verb}"
        for site in sites()
        for model, model_admin in site._registry.items()
        for verb in ("add", "change", "delete")
        if getattr(model_admin, f"has_{verb}_permission")(request)
    }

    assert writable == WRITABLE


def test_the_back_office_shows_the_domains() -> None:
    shown = {model._meta.app_label for site in sites() for model in site._registry}

    assert {"accounts", "catalog", "orders", "ledger", "kernel"} <= shown
