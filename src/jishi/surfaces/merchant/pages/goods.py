"""A shop's goods: prices and stock edited in place, and everything as a file.

Only what somebody changed is written: each field travels with the value that the page showed, so that
goods sold meanwhile are not put back on the shelf.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_POST

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.catalog.contracts import ShelfProduct, VariantView
from jishi.goods.imports import queries as imports
from jishi.goods.inventory import operations as inventory
from jishi.goods.inventory import queries as inventory_queries
from jishi.goods.pricing import operations as pricing
from jishi.goods.pricing import queries as pricing_queries
from jishi.kernel import audit, clock, ids, wording
from jishi.kernel.errors import DomainError
from jishi.surfaces.merchant import amounts
from jishi.surfaces.merchant.desk import Desk, staff
from jishi.surfaces.shell import refusals, wordings

PAGE_SIZE = 15
STATUSES = ("active", "draft", "archived")
MAIN = "main"


@dataclass(frozen=True, slots=True)
class ShelfLine:
    """A variant with what its shop may change."""

    variant: VariantView
    price: str
    compare_at: str
    on_hand: int
    reserved: int


@dataclass(frozen=True, slots=True)
class Change:
    """A field that somebody filled with something new."""

    variant_id: int
    name: str
    value: int | None


@staff
@require_GET
def index(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The shop's products, newest first."""
    status = request.GET.get("status", "")
    page = catalog_queries.page_shelf(
        shop_id=desk.shop.id,
        language=desk.language,
        text=request.GET.get("q", "").strip()[:60],
        status=status if status in STATUSES else "",
        cursor=request.GET.get("cursor") or None,
        limit=PAGE_SIZE,
    )
    names = {
        "": gettext("All"),
        "active": gettext("On sale"),
        "draft": gettext("Draft"),
        "archived": gettext("Archived"),
    }
    context = {
        "page": page,
        "lines": _lines(desk, page.items),
        "wording": {
            product.product_id: wordings.lines(wording.judge(product.said) or ()) for product in page.items
        },
        "status": status if status in STATUSES else "",
        "tabs": list(names.items()),
        "here": request.get_full_path(),
    }
    return render(request, "merchant/goods.html", context)


def _lines(desk: Desk, shelf: Sequence[ShelfProduct]) -> dict[int, list[ShelfLine]]:
    variants = [variant for product in shelf for variant in product.variants]
    ids_ = [variant.variant_id for variant in variants]
    prices = pricing_queries.list_written_prices(ids_, desk.shop.currency)
    stock = {
        line.variant_id: line
        for line in inventory_queries.stock_report(desk.shop.id, variant_ids=ids_)
        if line.warehouse_code == MAIN
    }
    found: dict[int, list[ShelfLine]] = {product.product_id: [] for product in shelf}
    for variant in variants:
        amount, compare_at = prices.get(variant.variant_id, (None, None))
        there = stock.get(variant.variant_id)
        found[variant.product_id].append(
            ShelfLine(
                variant=variant,
                price=amounts.plain(amount, desk.shop.currency),
                compare_at=amounts.plain(compare_at, desk.shop.currency),
                on_hand=there.on_hand if there else 0,
                reserved=there.reserved if there else 0,
            )
        )
    return found


@staff
@require_POST
def save(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Write the changed prices and counts, all or none."""
    target = HttpResponseRedirect(_back(request))
    changes, faults = changes_of(request.POST, desk.shop.currency)
    variants = catalog_queries.find_variants(
        {change.variant_id for change in changes}, language=desk.language
    )
    for change in changes:
        known = variants.get(change.variant_id)
        desk.own(known.shop_id if known else 0)
    if faults:
        for fault in faults:
            messages.error(request, fault)
        return target
    if not changes:
        messages.info(request, gettext("Nothing was changed."))
        return target
    try:
        with transaction.atomic():
            _write(desk, changes)
    except DomainError as error:
        refusals.tell(request, error)
        return target
    text = ngettext("%(count)s change saved.", "%(count)s changes saved.", len(changes))
    messages.success(request, text % {"count": len(changes)})
    return target


def _back(request: HttpRequest) -> str:
    """Back to the same page of the list, never anywhere else."""
    index_url = reverse("merchant:goods")
    here = request.POST.get("next", "")
    return (
        here
        if here.startswith(index_url) and here[len(index_url) : len(index_url) + 1] in ("", "?")
        else index_url
    )


def changes_of(data: Mapping[str, str], currency: str) -> tuple[list[Change], list[str]]:
    """The fields that differ from what the page showed, and what could not be read."""
    changes, faults = [], []
    for name, text in data.items():
        field, _, key = name.partition("-")
        if field not in ("price", "compare", "stock") or not (
            key.isascii() and key.isdigit() and len(key) < 18
        ):
            continue
        if text.strip() == data.get(f"was-{name}", "").strip():
            continue
        value = amounts.parse_count(text) if field == "stock" else amounts.parse_minor(text, currency)
        if field == "compare" and not text.strip():
            changes.append(Change(int(key), field, None))
        elif value is None or (field == "price" and value == 0):
            faults.append(gettext("“%(value)s” is not a number that can stand here.") % {"value": text[:20]})
        else:
            changes.append(Change(int(key), field, value))
    return changes, faults


def _write(desk: Desk, changes: list[Change]) -> None:
    at, currency = clock.now(), desk.shop.currency
    counted = [(c.variant_id, c.value) for c in changes if c.name == "stock" and c.value is not None]
    if counted:
        inventory.set_stock(rows=counted, shop_id=desk.shop.id, reference=f"desk:{ids.new_code()}", at=at)
    touched = {c.variant_id for c in changes if c.name != "stock"}
    rows = []
    written = pricing_queries.list_written_prices(touched, currency) if touched else {}
    for variant_id in sorted(touched):
        new = {c.name: c.value for c in changes if c.variant_id == variant_id}
        amount, compare_at = written.get(variant_id, (None, None))
        amount = new.get("price", amount)
        if amount is not None:
            rows.append((variant_id, currency, amount, new.get("compare", compare_at)))
    if rows:
        pricing.set_prices(rows, at=at)
    audit.record(
        actor_id=desk.person_id,
        action="goods.edit",
        subject=f"shop:{desk.shop.code}",
        detail={"changes": [[c.variant_id, c.name, c.value] for c in changes][:200]},
    )


@staff
@require_GET
def export(request: HttpRequest, desk: Desk) -> StreamingHttpResponse:
    """Everything the shop sells as Shopify's product file, sent while it is read."""
    parts = imports.stream(
        shop_id=desk.shop.id, language=desk.language, base_url=request.build_absolute_uri("/").rstrip("/")
    )
    response = StreamingHttpResponse(parts, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{desk.shop.slug}-products.csv"'
    return response
