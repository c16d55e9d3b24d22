"""The rule of the back office: look at everything, touch nothing, unless an admin names an operation.

Encrypted columns never appear: they hold names, numbers and addresses of people.
"""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from jishi.kernel.crypto import EncryptedTextField
from jishi.surfaces.ops.backoffice import names

HIDDEN = {"password", "phone_index", "token_epoch", "groups", "user_permissions", "search_zh", "search_en"}
LONG = (models.JSONField, models.TextField, EncryptedTextField)
COLUMNS = 7


class ReadOnly(ModelAdmin):
    """An admin without any way to add, change or delete."""

    show_full_result_count = False
    list_per_page = 50
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes, ever."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Operators look."""
        user: Any = request.user
        return bool(user.is_active and user.is_operator)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Operators see every section."""
        return self.has_view_permission(request)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Everything the row has, but secrets and what identifies a person."""
        return [field.name for field in shown(self.model)]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All of it."""
        return [field.name for field in shown(self.model)]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """The first few short columns."""
        return [field.name for field in shown(self.model) if not isinstance(field, LONG)][:COLUMNS]

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """Newest first."""
        return ["-pk"]

    def get_list_select_related(self, request: HttpRequest) -> list[str]:
        """What the columns name, in the same statement."""
        named = set(self.get_list_display(request))
        return [f.name for f in shown(self.model) if isinstance(f, models.ForeignKey) and f.name in named]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Head the list with the table's name in the reader's language."""
        named = {"title": gettext(names.TABLES.get(self.model._meta.label, self.model._meta.label))}
        return super().changelist_view(request, {**named, **(extra_context or {})})

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """Codes and other short names."""
        wanted = ("code", "order_code", "slug", "natural_key", "handle", "nickname", "topic", "subject")
        return [field.name for field in shown(self.model) if field.name in wanted]


def shown(model: type[models.Model]) -> list["models.Field[Any, Any]"]:
    """The columns that may be shown."""
    return [
        field
        for field in model._meta.concrete_fields
        if field.name not in HIDDEN and not isinstance(field, EncryptedTextField)
    ]
