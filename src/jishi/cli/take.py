"""`jishi export`: a shop's products as a file that Shopify, or `jishi import`, reads."""

from __future__ import annotations

import argparse
from pathlib import Path

from jishi.cli import home
from jishi.cli.failure import Failure


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="KIND")
    products = kinds.add_parser("products", help="Shopify's product file")
    products.add_argument("file", type=Path)
    products.add_argument("--shop", required=True, help="the shop's address name")
    products.add_argument("--language", choices=("zh-hans", "en"), default="zh-hans")


def run(options: argparse.Namespace) -> int:
    """Write the file."""
    with home.database(filled=True):
        home.django()
        from django.conf import settings

        from jishi.goods.imports import queries as imports
        from jishi.goods.merchants import queries as merchants

        shop = merchants.find_shop(options.shop)
        if shop is None:
            raise Failure(f"There is no shop called {options.shop}.")
        parts = imports.stream(shop_id=shop.id, language=options.language, base_url=settings.JISHI_BASE_URL)
        try:
            with options.file.open("wb") as file:
                size = sum(file.write(part) for part in parts)
        except OSError as error:
            raise Failure(f"Cannot write {options.file}: {error.strerror}.") from error
    print(f"{size:,} bytes in {options.file}.")
    return 0
