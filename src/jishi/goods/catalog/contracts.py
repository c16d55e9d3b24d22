"""What the catalogue says to others: frozen views, drafts and filters. Owns no rules and no storage.

Texts in views are already in one language; texts in drafts are mappings from language code to text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Texts = Mapping[str, str]
"""Language code ("zh-hans", "en") to text."""

STATUSES = ("draft", "active", "archived")
IMPORT_FIELDS = (
    "handle", "title", "body", "vendor", "category", "kind", "tags", "published", "status", "sku", "grams",
    "weight", "weight_unit", "stock", "price", "compare_at", "barcode", "image", "image_position",
    "image_alt",
    "variant_image",
    *(f"option{n}_{part}" for n in range(1, 6) for part in ("name", "value")),
)  # fmt: skip
"""What a column of an imported file can be."""
SORTS = ("relevance", "newest", "price_asc", "price_desc", "sold", "rated")


@dataclass(frozen=True, slots=True)
class ListingCard:
    """One product as lists show it."""

    product_id: int
    code: str
    slug: str
    title: str
    image_url: str
    image_srcset: str
    image_w: int
    image_h: int
    price_minor: int
    compare_at_minor: int | None
    currency: str
    in_stock: bool
    badge: Mapping[str, Any] | None
    sold_count: int
    shop_id: int
    shop_name: str
    rating: int = 0
    """Hundredths of a star; 0 without reviews."""
    rating_count: int = 0


@dataclass(frozen=True, slots=True)
class CategoryView:
    """A node of the category tree, with how many visible products sit in or under it."""

    category_id: int
    slug: str
    name: str
    parent_slug: str | None
    depth: int
    listing_count: int


@dataclass(frozen=True, slots=True)
class Named:
    """A category or brand as a product mentions it."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class OptionView:
    """One dimension of the variant matrix, in the viewer's language and in the order of the variants."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VariantView:
    """One sellable combination of option values."""

    variant_id: int
    product_id: int
    shop_id: int
    product_code: str
    product_title: str
    sku: str
    options: tuple[str, ...]
    weight_g: int
    image_url: str
    is_sellable: bool
    product_slug: str = ""
    barcode: str = ""


@dataclass(frozen=True, slots=True)
class MediaView:
    """One picture with its derived sizes."""

    media_id: int
    url: str
    srcset: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True, slots=True)
class ProductView:
    """Everything a product page needs from the catalogue."""

    product_id: int
    code: str
    slug: str
    shop_id: int
    title: str
    description_html: str
    category: Named | None
    brand: Named | None
    options: tuple[OptionView, ...]
    variants: tuple[VariantView, ...]
    media: tuple[MediaView, ...]
    attributes: tuple[tuple[str, str], ...]
    tags: tuple[str, ...]
    status: str
    sold_count: int
    handle: str = ""
    breadcrumbs: tuple[Named, ...] = ()

    @property
    def is_public(self) -> bool:
        """Whether shoppers may see the page."""
        return self.status == "active"


@dataclass(frozen=True, slots=True)
class ListingFilter:
    """What a list shows. Empty fields do not restrict."""

    text: str = ""
    category_slug: str = ""
    brand_slugs: tuple[str, ...] = ()
    shop_id: int | None = None
    price_min_minor: int | None = None
    price_max_minor: int | None = None
    in_stock_only: bool = False
    badge_kind: str = ""
    product_ids: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One choice of a facet and how many products it would leave."""

    key: str
    label: str
    count: int
    is_selected: bool = False


@dataclass(frozen=True, slots=True)
class PriceBand:
    """A price range; ``min_minor`` inclusive, ``max_minor`` exclusive, None is open."""

    min_minor: int | None
    max_minor: int | None
    currency: str
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """Counts beside a list. Each facet ignores its own choice, so that a shopper can widen it."""

    total: int
    categories: tuple[FacetValue, ...]
    brands: tuple[FacetValue, ...]
    price_bands: tuple[PriceBand, ...]
    in_stock: int
    badges: tuple[FacetValue, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One line under the search box: a product, category, brand or term; ``key`` is its slug or code."""

    kind: str
    text: str
    key: str = ""
    slug: str = ""


@dataclass(frozen=True, slots=True)
class VariantDraft:
    """A variant as its writer wants it; ``options`` identify it inside the product."""

    options: tuple[str, ...] = ()
    sku: str = ""
    weight_g: int = 0
    barcode: str = ""
    image_source: str = ""


@dataclass(frozen=True, slots=True)
class MediaDraft:
    """A picture to attach: raw bytes of an upload, or a file of ours on disk."""

    data: bytes | Path
    alt: str = ""


@dataclass(frozen=True, slots=True)
class PendingPicture:
    """The address of a picture that a file named and that nobody has fetched."""

    url: str
    alt: str = ""
    position: int = 0


@dataclass(frozen=True, slots=True)
class ProductDraft:
    """A product as its writer wants it; shop + handle identify it.

    ``labels`` translates option names, option values and attribute texts: ``{"红": {"en": "Red"}}``.
    ``media`` None keeps the pictures that are there; ``pending`` None keeps the recorded addresses.
    """

    shop_id: int
    handle: str
    title: Texts
    description: Texts = field(default_factory=dict)
    category_id: int | None = None
    brand_id: int | None = None
    option_names: tuple[str, ...] = ()
    variants: tuple[VariantDraft, ...] = (VariantDraft(),)
    tags: tuple[str, ...] = ()
    attributes: Mapping[str, str | Texts] = field(default_factory=dict)
    labels: Mapping[str, Texts] = field(default_factory=dict)
    status: str = "active"
    kind: str = ""
    media: Sequence[MediaDraft | bytes | Path] | None = None
    pending: tuple[PendingPicture, ...] | None = None


@dataclass(frozen=True, slots=True)
class ProductSaved:
    """What a save did; ``variant_ids`` are in the order of the draft's variants."""

    product_id: int
    code: str
    variant_ids: tuple[int, ...]
    change: str
    """"created", "updated" or "unchanged"."""


@dataclass(frozen=True, slots=True)
class ProductState:
    """A product with all its languages, as exports and editors need it."""

    product_id: int
    code: str
    draft: ProductDraft
    variant_ids: tuple[int, ...]
    brand_name: str
    category_path: tuple[str, ...]
    media: tuple[MediaView, ...]


@dataclass(frozen=True, slots=True)
class ShelfProduct:
    """A product as its shop's staff list it, whatever its status, with its active variants."""

    product_id: int
    code: str
    slug: str
    title: str
    status: str
    image_url: str
    sold_count: int
    badge: Mapping[str, Any] | None
    variants: tuple[VariantView, ...]
    said: tuple[str, ...] = ()
    """Its titles and descriptions in every language."""


@dataclass(frozen=True, slots=True)
class ImportIssue:
    """One line of an import report. ``row`` counts like a spreadsheet (header = 1); 0 is the whole file."""

    row: int
    level: str
    """"error" stops the import, "warning" changes a value, "note" only tells."""
    code: str
    message: str
    """An English text with named parameters, translated where it is shown."""
    params: Mapping[str, str | int]
    column: str = ""


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """What a column probably holds; ``field`` is one of ``IMPORT_FIELDS`` or '' for nothing of use."""

    column: str
    field: str
    confidence: int
    """0 to 100."""
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VariantPlan:
    """A variant of a file with what other domains keep of it; None leaves a value as it is."""

    row: int
    variant_id: int | None
    """None for a variant that does not exist yet."""
    draft: VariantDraft
    price_minor: int | None
    compare_at_minor: int | None
    stock: int | None


@dataclass(frozen=True, slots=True)
class ProductPlan:
    """A product of a file and what importing it would do: "create", "update" or "unchanged"."""

    row: int
    draft: ProductDraft
    brand_name: str
    variants: tuple[VariantPlan, ...]
    change: str


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would do. Nothing has been written."""

    shop_id: int
    language: str
    currency: str
    layout: str
    """"shopify", "woocommerce" or "other"."""
    encoding: str
    products: tuple[ProductPlan, ...]
    issues: tuple[ImportIssue, ...]
    ignored_columns: tuple[str, ...]
    columns: tuple[ColumnGuess, ...]
    row_count: int
    needs_mapping: bool

    @property
    def error_count(self) -> int:
        """How many lines stop the import."""
        return sum(issue.level == "error" for issue in self.issues)

    def count(self, change: str) -> int:
        """How many products would be created, updated or left unchanged."""
        return sum(product.change == change for product in self.products)


@dataclass(frozen=True, slots=True)
class ImportApplied:
    """What an import wrote, and what pricing and inventory must write now, per variant."""

    saved: tuple[ProductSaved, ...]
    prices: tuple[tuple[int, int, int | None], ...]
    """(variant, price, compare-at price or None)."""
    stock: tuple[tuple[int, int], ...]
    """(variant, count)."""
