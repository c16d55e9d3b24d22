"""Importing product files: plan first, write only a plan without errors, all of it or nothing.

A plan compares the file with the catalogue in a fixed number of statements and writes nothing. What a file
has no column for is left as it is, so importing an export changes nothing.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from jishi.goods.catalog import csv_cells, csv_fields, csv_products, csv_read, csv_woocommerce, markup, rules
from jishi.goods.catalog.contracts import (
    ImportApplied,
    ImportPlan,
    PendingPicture,
    ProductDraft,
    ProductPlan,
    ProductState,
    Texts,
    VariantDraft,
    VariantPlan,
)
from jishi.goods.catalog.csv_issues import Report
from jishi.goods.catalog.errors import ImportRefused, MappingUnconfirmed
from jishi.goods.catalog.operations.products import save_products
from jishi.goods.catalog.operations.tree import ensure_brands
from jishi.goods.catalog.queries import naming
from jishi.goods.catalog.queries import products as product_queries
from jishi.goods.merchants import queries as merchants
from jishi.kernel.errors import DomainError
from jishi.kernel.money import exponent
from jishi.kernel.text import pick

VARIANT_FIELDS = {"sku": "sku", "barcode": "barcode", "variant_image": "image_source"}
Progress = Callable[[int, int], None]
PhaseProgress = Callable[[str, int, int], None]
TOLD_EVERY = 100


def plan_import(
    *,
    shop_id: int,
    data: bytes,
    language: str = "",
    mapping: Mapping[str, str] | None = None,
    progress: PhaseProgress | None = None,
) -> ImportPlan:
    """What importing a file into a shop would do. Writes nothing and fetches nothing.

    ``language`` is that of the file's texts ('' finds out); ``mapping`` says which column is which field
    where the headers are unknown (see ``contracts.IMPORT_FIELDS``). ``progress`` hears of the phases reading
    and comparing, and may raise to stop.

    :raises CsvUnreadable: not a table of text.
    :raises CsvTooLarge: too many bytes, rows, columns or characters in a cell.
    """
    shop = merchants.get_shop(shop_id)
    table = csv_read.read(data)
    layout = csv_fields.layout_of(table, mapping)
    report = Report()
    records = _records(table, layout, report)
    found = csv_products.products_of(records, exponent=exponent(shop.currency), report=report)
    language = language or _language(found)
    planner = _Planner(shop_id, language, report, found)
    plans = tuple(plan for product in _told(found, progress) if (plan := planner.plan(product)) is not None)
    ignored = _ignored(table, layout)
    if ignored:
        report.note(1, "columns_ignored", count=len(ignored))
    _tell_repeated_skus(plans, report)
    return ImportPlan(
        shop_id=shop_id,
        language=language,
        currency=shop.currency,
        layout=layout.kind,
        encoding=table.encoding,
        products=plans,
        issues=report.finished(),
        ignored_columns=ignored,
        columns=layout.guesses,
        row_count=len(table.rows),
        needs_mapping=layout.is_guessed,
    )


def apply_import(
    *, plan: ImportPlan, at: datetime | None = None, progress: Progress | None = None
) -> ImportApplied:
    """Write the catalogue's part of a plan inside the caller's transaction; prices and stock are handed back.

    :raises ImportRefused: the plan has errors.
    :raises MappingUnconfirmed: the columns were only guessed.
    """
    if plan.needs_mapping:
        raise MappingUnconfirmed
    if plan.error_count:
        raise ImportRefused(count=plan.error_count)
    names = {product.brand_name for product in plan.products if product.brand_name}
    brands = ensure_brands(names=sorted(names), language=plan.language)
    drafts = [
        replace(p.draft, brand_id=brands[p.brand_name]) if p.brand_name else p.draft for p in plan.products
    ]
    saved = save_products(drafts, at=at, progress=progress)
    rows = [
        (variant_id, variant)
        for product, result in zip(plan.products, saved, strict=True)
        for variant_id, variant in zip(result.variant_ids, product.variants, strict=True)
    ]
    return ImportApplied(
        saved=tuple(saved),
        prices=tuple((pk, v.price_minor, v.compare_at_minor) for pk, v in rows if v.price_minor is not None),
        stock=tuple((pk, v.stock) for pk, v in rows if v.stock is not None),
    )


def _told(
    found: list[csv_products.FileProduct], progress: PhaseProgress | None
) -> Iterator[csv_products.FileProduct]:
    """The products of a file, telling now and then how many have been compared."""
    for number, product in enumerate(found):
        if progress and number % TOLD_EVERY == 0:
            progress("comparing", number, len(found))
        yield product


class _Planner:
    """Merges a file's products with what the shop has."""

    def __init__(
        self, shop_id: int, language: str, report: Report, found: list[csv_products.FileProduct]
    ) -> None:
        self.shop_id, self.language, self.report = shop_id, language, report
        self.states = product_queries.list_states(shop_id, handles=[product.handle for product in found])
        self.brands = naming.brands_by_name()
        self.categories = naming.categories_by_name()
        self.new_brands: set[str] = set()

    def plan(self, product: csv_products.FileProduct) -> ProductPlan | None:
        """The plan of one product, or None when something is wrong with it (reported)."""
        state = self.states.get(product.handle)
        brand_id, brand_name = self._brand(product, state)
        draft = replace(self._draft(product, state), brand_id=brand_id)
        try:
            draft = rules.cleaned(draft)
        except DomainError as error:
            self._refuse(product.row, error)
            return None
        self._tell(product, draft, state)
        change = "create" if state is None else "update"
        if state is not None and not brand_name and _same(draft, state.draft):
            change = "unchanged"
        known: dict[tuple[str, ...], int] = {}
        if state is not None:
            options = (variant.options for variant in state.draft.variants)
            known = dict(zip(options, state.variant_ids, strict=True))
        variants = tuple(
            VariantPlan(
                row.row, known.get(variant.options), variant, row.price_minor, row.compare_at_minor, row.stock
            )
            for row, variant in zip(product.variants, draft.variants, strict=True)
        )
        return ProductPlan(product.row, draft, brand_name, variants, change)

    def _draft(self, product: csv_products.FileProduct, state: ProductState | None) -> ProductDraft:
        old = (
            state.draft
            if state
            else ProductDraft(self.shop_id, product.handle, {}, variants=(), status="active")
        )
        values = product.values
        names = tuple(name for name in product.option_names if name)
        before = {variant.options: variant for variant in old.variants}
        return replace(
            old,
            title=self._text(old.title, values.get("title"), rules_line),
            description=self._text(old.description, values.get("body"), markup.clean),
            category_id=self._category(product, state),
            kind=rules_line(values["kind"]) if "kind" in values else old.kind,
            tags=tuple(values["tags"].split(",")) if "tags" in values else old.tags,
            status=product.status or old.status,
            option_names=names,
            variants=tuple(_variant(row, before.get(row.draft.options)) for row in product.variants),
            pending=self._pictures(product, state),
            media=None,
        )

    def _text(self, old: Texts, written: str | None, clean: Callable[[str], str]) -> Texts:
        """The old texts with the file's language replaced, unless the file only repeats what is shown."""
        if written is None or clean(written) == pick(old, self.language):
            return old
        return {**old, self.language: written}

    def _brand(self, product: csv_products.FileProduct, state: ProductState | None) -> tuple[int | None, str]:
        """(brand, '') when it exists, (None, name) when it must be created."""
        old = state.draft.brand_id if state else None
        if "vendor" not in product.values:
            return old, ""
        name = rules_line(product.values["vendor"])
        if not name:
            return None, ""
        if state and naming.folded(name) == naming.folded(state.brand_name):
            return old, ""
        key = naming.folded(name)
        if key in self.brands:
            return self.brands[key], ""
        if len(name) > rules.TITLE_MAX:
            self.report.error(product.row, "too_long", field="vendor", limit=rules.TITLE_MAX)
            return None, ""
        if key not in self.new_brands:
            self.new_brands.add(key)
            self.report.note(product.row, "brand_new", value=name[:80])
        return None, name

    def _category(self, product: csv_products.FileProduct, state: ProductState | None) -> int | None:
        old = state.draft.category_id if state else None
        path = rules_line(product.values.get("category", ""))
        if not path:
            kind = naming.folded(product.values.get("kind", ""))
            return old if state else self.categories.get(kind)
        if state and naming.folded(path) == naming.folded(" > ".join(state.category_path)):
            return old
        key = naming.folded(path)
        leaf = naming.folded(path.rsplit(">", 1)[-1])
        found = self.categories.get(key) or self.categories.get(leaf)
        if found is None:
            self.report.warning(product.row, "category_unknown", value=path[:120])
            return old
        return found

    def _pictures(
        self, product: csv_products.FileProduct, state: ProductState | None
    ) -> tuple[PendingPicture, ...] | None:
        """The addresses to record: those in the file that are not pictures the product already shows."""
        if not product.pictures:
            return None
        own = {view.url.rsplit("/", 1)[-1] for view in state.media} if state else set()
        return tuple(p for p in product.pictures if p.url.rsplit("/", 1)[-1] not in own)

    def _tell(
        self, product: csv_products.FileProduct, draft: ProductDraft, state: ProductState | None
    ) -> None:
        if draft.pending and (state is None or draft.pending != state.draft.pending):
            self.report.note(product.row, "pictures_recorded", count=len(draft.pending))
        if state:
            kept = {variant.options for variant in draft.variants}
            dropped = sum(variant.options not in kept for variant in state.draft.variants)
            if dropped:
                self.report.warning(product.row, "variants_dropped", count=dropped)

    def _refuse(self, row: int, error: DomainError) -> None:
        field = str(error.fields.get("field", ""))
        if "limit" in error.fields:
            self.report.error(row, "too_long", field=field, limit=int(error.fields["limit"]))
        elif error.code == "catalog.field_missing":
            if field != "variants" or not self.report.has_error:
                self.report.error(row, "field_missing", field=field)
        elif error.code == "catalog.variant_repeated":
            self.report.error(row, "variant_repeated", options=str(error.fields["options"]), first=row)
        elif error.code == "catalog.variants_uneven":
            self.report.error(row, "option_missing", handle=str(error.fields["options"]))
        else:
            self.report.error(row, "field_invalid", field=field)


def rules_line(text: str) -> str:
    """One line of a file, cleaned as a stored line is."""
    return csv_products.rules_line(text)


def _variant(row: csv_products.FileVariant, old: VariantDraft | None) -> VariantDraft:
    """The file's variant; what it has no column for stays."""
    if old is None:
        return row.draft
    kept = {name: getattr(old, name) for field, name in VARIANT_FIELDS.items() if field not in row.fields}
    if not {"grams", "weight"} & row.fields:
        kept["weight_g"] = old.weight_g
    return replace(row.draft, **kept)


def _records(
    table: csv_read.Table, layout: csv_fields.Layout, report: Report
) -> list[tuple[int, csv_products.Record]]:
    restored = replace(
        table,
        rows=tuple(replace(row, cells=tuple(map(csv_cells.restore, row.cells))) for row in table.rows),
    )
    for row in table.rows:
        if row.has_extra:
            report.warning(row.number, "cells_extra")
    if layout.kind == "woocommerce":
        return list(csv_woocommerce.records_of(restored, report))
    return [
        (row.number, {field: row.cells[index] for index, field in layout.fields.items()})
        for row in restored.rows
    ]


def _ignored(table: csv_read.Table, layout: csv_fields.Layout) -> tuple[str, ...]:
    if layout.kind == "woocommerce":
        return csv_woocommerce.ignored(table.columns)
    return tuple(column for index, column in enumerate(table.columns) if index not in layout.fields)


def _language(found: list[csv_products.FileProduct]) -> str:
    """Chinese when a fifth of the titles has a Chinese character."""
    titles = [product.values.get("title", "") for product in found]
    chinese = sum(any("\u4e00" <= c <= "\u9fff" for c in title) for title in titles)
    return "zh-hans" if chinese * 5 >= max(1, len(titles)) else "en"


def _same(new: ProductDraft, old: ProductDraft) -> bool:
    """Whether saving would change nothing."""
    pending = old.pending if new.pending is None else new.pending
    places = sorted((p.position, p.url, p.alt) for p in pending or ())
    old_places = sorted((p.position, p.url, p.alt) for p in old.pending or ())
    return places == old_places and replace(new, pending=None) == replace(old, pending=None)


def _tell_repeated_skus(plans: tuple[ProductPlan, ...], report: Report) -> None:
    skus = Counter(v.draft.sku for plan in plans for v in plan.variants if v.draft.sku)
    repeated = sum(count for count in skus.values() if count > 1)
    if repeated:
        report.note(0, "sku_repeated", count=repeated)
