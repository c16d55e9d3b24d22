"""What supervisors ask: is the process alive, and can it serve."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from django.apps import apps
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse


def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether the database answers and every migration is applied, in one statement."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT app, name FROM django_migrations")
            pending = _shipped_migrations() - set(cursor.fetchall())
    except DatabaseError:
        return JsonResponse({"ready": False, "why": "The database does not answer."}, status=503)
    if pending:
        why = f"{len(pending)} migrations are not applied: run `jishi migrate`."
        return JsonResponse({"ready": False, "why": why}, status=503)
    return JsonResponse({"ready": True})


@cache
def _shipped_migrations() -> frozenset[tuple[str, str]]:
    """App and name of every migration of this release, by its files: importing them all takes seconds."""
    names: set[tuple[str, str]] = set()
    for app in apps.get_app_configs():
        try:
            package = import_module(f"{app.name}.migrations")
        except ModuleNotFoundError:
            continue  # an app without tables
        names |= {(app.label, found.name) for found in pkgutil.iter_modules(package.__path__)}
    return frozenset(names)
