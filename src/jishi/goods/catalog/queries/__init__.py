"""Reading the catalogue: frozen views in the viewer's language, a fixed number of statements per question."""

from jishi.goods.catalog.csv_issues import import_issue
from jishi.goods.catalog.csv_write import header as product_file_header
from jishi.goods.catalog.csv_write import rows as product_file_rows
from jishi.goods.catalog.queries.details import find_product_by_code, get_product
from jishi.goods.catalog.queries.facets import count_facets
from jishi.goods.catalog.queries.listings import list_cards, page_listings
from jishi.goods.catalog.queries.naming import brands_by_name, categories_by_name
from jishi.goods.catalog.queries.products import (
    count_options,
    find_product_id,
    find_variants,
    list_product_ids,
    list_states,
    list_variant_ids,
    page_shelf,
)
from jishi.goods.catalog.queries.spelling import did_you_mean
from jishi.goods.catalog.queries.suggesting import suggest
from jishi.goods.catalog.queries.trees import find_category, list_brands, list_categories

__all__ = [
    "brands_by_name",
    "categories_by_name",
    "count_facets",
    "count_options",
    "did_you_mean",
    "find_category",
    "find_product_by_code",
    "find_product_id",
    "find_variants",
    "get_product",
    "import_issue",
    "list_brands",
    "list_cards",
    "list_categories",
    "list_product_ids",
    "list_states",
    "list_variant_ids",
    "page_listings",
    "page_shelf",
    "product_file_header",
    "product_file_rows",
    "suggest",
]
