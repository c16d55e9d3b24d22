"""Which tables the back office shows: ours, without carts, caches and what identifies people."""

from django.apps import apps
from django.contrib.admin import ModelAdmin
from django.db import models

from jishi.surfaces.ops.backoffice.readonly import ReadOnly
from jishi.surfaces.ops.backoffice.site import site
from jishi.surfaces.ops.backoffice.writing import WRITTEN

UNSEEN = {
    "accounts.Address",
    "accounts.Birthday",
    "notifications.InboxMessage",
    "checkout.Cart",
    "checkout.CartLine",
    "kernel.RateCounter",
    "kernel.IdempotentAnswer",
    "kernel.HandledEvent",
    "catalog.Term",
    "moderation.Fingerprint",
    "graph.Remark",
    "graph.Mute",
    "surveys.Box",
    "recommendation.Slate",
    "recommendation.Hidden",
    "recommendation.Capped",
    "recommendation.Choice",
}
"""Addresses, birthdays and caught mails identify people, private names, mutes and answers that wait for
company are nobody's business; the others are
machinery."""


def register() -> None:
    """Put every table of ours on the site: written where staff may write, read only everywhere else."""
    for model in apps.get_models():
        if not model.__module__.startswith("jishi.") or model._meta.label in UNSEEN:
            continue
        # The site cannot show a row that several columns name.
        if isinstance(model._meta.pk, models.CompositePrimaryKey):
            continue
        if not site.is_registered(model):
            site.register(model, _admin(model))


def _admin(model: type[models.Model]) -> type[ModelAdmin]:
    return WRITTEN.get(model, ReadOnly)
