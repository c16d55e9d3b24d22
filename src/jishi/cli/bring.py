"""`jishi import`: real data through the same operations as everything else."""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path
from typing import Any

from jishi.cli import home
from jishi.cli.failure import Failure
from jishi.cli.progress import Progress

KINDS = {"baskets": "jishi.simulation.baskets", "products": "jishi.surfaces.shell.goods_csv"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "kind", choices=sorted(KINDS), help="baskets: one basket per line; products: Shopify's CSV"
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--shop", default="", help="products: the shop's address name")
    parser.add_argument("--dry-run", action="store_true", help="say what would happen and change nothing")
    parser.add_argument("--limit", type=int, default=None, help="baskets: only the first N")


def run(options: argparse.Namespace) -> int:
    """Read the file and report what came of it."""
    if not options.file.is_file():
        raise Failure(f"There is no file {options.file}.")
    if options.kind == "products" and not options.shop:
        raise Failure("Say which shop the products belong to: `jishi import products FILE --shop SLUG`.")
    progress = Progress()
    with home.database():
        home.django()
        module = importlib.import_module(KINDS[options.kind])
        from jishi.kernel.errors import DomainError

        try:
            result = module.run_import(
                path=options.file,
                shop=options.shop,
                dry_run=options.dry_run,
                limit=options.limit,
                progress=progress.count,
            )
        except DomainError as error:
            raise Failure(str(error)) from error
    return _report(result, progress)


def _report(result: Any, progress: Progress) -> int:
    """Print the lines of the result; its exit code is 1 when rows were refused."""
    for line in getattr(result, "lines", ()):
        print(line)
    print(f"Done in {progress.elapsed_s:.1f} s.")
    return 1 if getattr(result, "refused", 0) else 0
