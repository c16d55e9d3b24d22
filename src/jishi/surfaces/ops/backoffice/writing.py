"""The few things staff change by hand. Each form collects values; an operation of the domain writes them.

Invariant: no admin saves a model itself, nobody deletes, and every change leaves a line in the trail.
"""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from jishi.goods.catalog import operations as catalog
from jishi.goods.catalog.models import Brand, Category
from jishi.goods.merchants import operations as merchants
from jishi.goods.merchants.models import Shop
from jishi.kernel import audit, http
from jishi.kernel.errors import DomainError
from jishi.people.accounts import operations as accounts
from jishi.people.accounts.models import User
from jishi.surfaces.ops.backoffice.readonly import ReadOnly


class Written(ReadOnly):
    """An admin whose form is handed to an operation."""

    may_add = False
    editable: Sequence[str] = ()
    action = ""
    write: Callable[[HttpRequest, Any, dict[str, Any]], int]
    """Calls the operation with the form's values; returns the row's id."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Where the operation can create."""
        return self.may_add and self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Operators, through the operation."""
        return self.has_view_permission(request)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """What can be written first, then what can be read."""
        reads = [name for name in super().get_fields(request, obj) if name not in self.replaced()]
        return [*self.editable, *(reads if obj is not None else ())]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Everything but what the form writes."""
        return [name for name in super().get_readonly_fields(request, obj) if name not in self.replaced()]

    def replaced(self) -> set[str]:
        """Columns that the form's own fields stand for."""
        return set(self.editable)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show a refusal of the operation as a message above the form."""
        try:
            with transaction.atomic():
                return super().changeform_view(request, object_id, form_url, extra_context)
        except DomainError as error:
            messages.error(request, http.message_of(error))
        request.method = "GET"
        return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Hand the values to the operation and write down who did it."""
        obj.pk = self.write(request, obj if change else None, form.cleaned_data)
        audit.record(
            actor_id=request.user.pk,
            action=self.action,
            subject=f"{self.model._meta.label}:{obj.pk}",
            detail={"changed": list(form.changed_data)},
        )

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing is related: the operation has written all there is."""


class NamedForm(forms.ModelForm):
    """A name in both languages."""

    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=80)
    name_en = forms.CharField(label=_("Name in English"), max_length=80)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.instance.name or {}
        self.initial.setdefault("name_zh", name.get("zh-hans", ""))
        self.initial.setdefault("name_en", name.get("en", ""))


def texts(values: dict[str, Any]) -> dict[str, str]:
    """The name as the catalogue keeps it."""
    return {"zh-hans": values["name_zh"], "en": values["name_en"]}


class CategoryForm(NamedForm):
    """A node of the tree."""

    class Meta:
        model = Category
        fields = ["slug", "parent", "position"]


class CategoryAdmin(Written):
    """Categories are written by the catalogue, which keeps the tree whole."""

    form = CategoryForm
    may_add = True
    editable = ("slug", "name_zh", "name_en", "parent", "position")
    action = "catalog.save_category"

    def replaced(self) -> set[str]:
        """The name is written per language; the path is the catalogue's own."""
        return {*self.editable, "name", "ancestor_ids"}

    def write(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> int:
        """Save through the catalogue."""
        parent = values["parent"]
        return catalog.save_category(
            slug=values["slug"],
            name=texts(values),
            parent_id=parent.pk if parent else None,
            position=values["position"] or 0,
            category_id=obj.pk if obj else None,
        )


class BrandForm(NamedForm):
    """A brand."""

    class Meta:
        model = Brand
        fields = ["slug"]


class BrandAdmin(Written):
    """Brands are written by the catalogue, which tells search."""

    form = BrandForm
    may_add = True
    editable = ("slug", "name_zh", "name_en")
    action = "catalog.save_brand"

    def replaced(self) -> set[str]:
        """The name is written per language."""
        return {*self.editable, "name"}

    def write(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> int:
        """Save through the catalogue."""
        return catalog.save_brand(slug=values["slug"], name=texts(values), brand_id=obj.pk if obj else None)


class ShopForm(forms.ModelForm):
    """A shop's terms for orders to come."""

    class Meta:
        model = Shop
        fields = [
            "is_open",
            "commission_bps",
            "auto_confirm_days",
            "delivery_fee_minor",
            "free_delivery_from_minor",
        ]


class ShopAdmin(Written):
    """Terms of a shop; orders that exist keep theirs."""

    form = ShopForm
    editable = (
        "is_open",
        "commission_bps",
        "auto_confirm_days",
        "delivery_fee_minor",
        "free_delivery_from_minor",
    )
    action = "merchants.change_terms"

    def write(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> int:
        """Save through the merchants' operation."""
        return merchants.change_terms(shop_id=obj.pk, **{name: values[name] for name in self.editable}).id


class UserForm(forms.ModelForm):
    """Whether somebody may sign in."""

    class Meta:
        model = User
        fields = ["is_active"]


class UserAdmin(Written):
    """People; staff can close and reopen accounts of lower rank, and nothing else."""

    form = UserForm
    editable = ("is_active",)
    action = "accounts.set_active"

    def replaced(self) -> set[str]:
        """Contact data is not for looking at."""
        return {"is_active", "email", "is_superuser"}

    def write(self, request: HttpRequest, obj: Any, values: dict[str, Any]) -> int:
        """Save through the accounts' operation, which checks ranks."""
        actor = request.user.pk
        assert actor is not None, "the site lets nobody in unseen"
        return accounts.set_active(by=actor, person_id=obj.pk, is_active=values["is_active"]).id


WRITTEN: dict[type[models.Model], type[Written]] = {
    Category: CategoryAdmin,
    Brand: BrandAdmin,
    Shop: ShopAdmin,
    User: UserAdmin,
}
"""Everything staff can write; a test compares this with its own list."""
