"""Writing the catalogue. Each verb has its own transaction; verbs on listings join their caller's."""

from jishi.goods.catalog.operations.import_csv import apply_import, plan_import
from jishi.goods.catalog.operations.indexing import reindex
from jishi.goods.catalog.operations.listings import (
    add_sold,
    keep_rating,
    set_badge,
    set_in_stock,
    set_price_from,
)
from jishi.goods.catalog.operations.media import attach_media, remove_media
from jishi.goods.catalog.operations.products import archive, publish, save_product, save_products
from jishi.goods.catalog.operations.tree import ensure_brands, save_brand, save_category

__all__ = [
    "add_sold",
    "apply_import",
    "archive",
    "attach_media",
    "ensure_brands",
    "keep_rating",
    "plan_import",
    "publish",
    "reindex",
    "remove_media",
    "save_brand",
    "save_category",
    "save_product",
    "save_products",
    "set_badge",
    "set_in_stock",
    "set_price_from",
]
