"""Reading: imports of a shop, dry runs of files, and a shop's goods as a file."""

from jishi.goods.imports.queries.exporting import stream
from jishi.goods.imports.queries.finding import get_import, list_imports
from jishi.goods.imports.queries.planning import changed_prices, changed_stock, preview

__all__ = ["changed_prices", "changed_stock", "get_import", "list_imports", "preview", "stream"]
