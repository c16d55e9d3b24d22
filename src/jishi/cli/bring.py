"""`jishi import`: real data through the same operations as everything else."""

from __future__ import annotations

import argparse
import importlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jishi.cli import home
from jishi.cli.failure import Failure
from jishi.cli.progress import Progress

SHOWN_ISSUES = 50


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="KIND")
    baskets = kinds.add_parser("baskets", help="shopping baskets, one per line, items separated by commas")
    baskets.add_argument("file", type=Path)
    baskets.add_argument("--shop", default="", help="default: one named after the file")
    baskets.add_argument("--limit", type=int, default=None, help="only the first N baskets")
    baskets.add_argument("--dry-run", action="store_true", help="say what is in it and change nothing")
    edges = kinds.add_parser("edges", help="who follows whom: two columns with a comma or a tab between")
    edges.add_argument("file", type=Path)
    edges.add_argument(
        "--by", choices=("code", "email", "id"), default="code", help="how the file names people"
    )
    events = kinds.add_parser("events", help="behaviour events: CSV, JSON lines or Parquet")
    events.add_argument("file", type=Path)
    events.add_argument("--dry-run", action="store_true", help="say what would happen and change nothing")
    events.add_argument(
        "--map", action="append", default=[], metavar="HEADER=FIELD", help="which header is which field"
    )
    events.add_argument("--mapping", type=Path, help="a JSON file of headers and fields, instead of --map")
    products = kinds.add_parser("products", help="a product file of Shopify or WooCommerce, or a mapped one")
    products.add_argument("file", type=Path)
    products.add_argument("--shop", required=True, help="the shop's address name")
    products.add_argument("--dry-run", action="store_true", help="say what would happen and change nothing")
    products.add_argument(
        "--map", action="append", default=[], metavar="HEADER=FIELD", help="for other headers"
    )


def run(options: argparse.Namespace) -> int:
    """Read the file and report what came of it."""
    if not options.file.is_file():
        raise Failure(f"There is no file {options.file}.")
    progress = Progress()
    with home.database(filled=True):
        home.django()
        from jishi.kernel.errors import DomainError

        try:
            code = KINDS[options.kind](options, progress)
        except DomainError as error:
            raise Failure(error.english()) from error
    print(f"Done in {progress.elapsed_s:.1f} s.")
    return code


def _baskets(options: argparse.Namespace, progress: Progress) -> int:
    module = importlib.import_module("jishi.simulation.baskets")
    with progress.step(f"Baskets of {options.file.name}"):
        result = module.run(
            path=options.file,
            shop=options.shop,
            dry_run=options.dry_run,
            limit=options.limit,
            progress=progress.count,
        )
    for line in result.lines:
        print(line)
    return 1 if result.refused else 0


def _edges(options: argparse.Namespace, progress: Progress) -> int:
    """Read follows chunk by chunk; a run that was stopped goes on where it was. 1 if lines named nobody."""
    from jishi.social.graph import operations as graph

    words = f"Follows of {options.file.name}"
    with progress.step(words):
        result = graph.import_edges(
            pairs=options.file,
            by=options.by,
            progress=lambda done, total: progress.count(words, done, total or None),
        )
    print(
        f"{result.lines:,} lines: {result.added:,} new follows, {result.repeated:,} that were there or may "
        f"not be, {result.unknown:,} that named nobody."
    )
    return 1 if result.unknown else 0


def _products(options: argparse.Namespace, progress: Progress) -> int:
    """Show the report of a dry run, then import unless it was only that or a row stands in the way."""
    from jishi.goods.imports import operations as imports
    from jishi.goods.imports import queries as import_queries
    from jishi.goods.merchants import queries as merchants

    shop = merchants.find_shop(options.shop)
    if shop is None:
        raise Failure(f"There is no shop called {options.shop}.")
    mapping = dict(pair.split("=", 1) for pair in options.map if "=" in pair) or None
    data = options.file.read_bytes()
    preview = import_queries.preview(shop_id=shop.id, data=data, mapping=mapping)
    plan = preview.plan
    _print_issues(plan.issues)
    print(
        f"{plan.row_count:,} rows ({plan.layout}): {plan.count('create'):,} new products, "
        f"{plan.count('update'):,} changed, {plan.count('unchanged'):,} as before; "
        f"{preview.price_changes:,} prices, {preview.stock_changes:,} stocks."
    )
    if plan.needs_mapping:
        print("The headers are unknown. Name them with --map HEADER=FIELD:")
        for guess in plan.columns:
            print(f"  {guess.column} looks like {guess.field or 'nothing'} ({guess.confidence} %)")
        return 1
    if not preview.is_ready:
        print("Nothing was imported: mend the rows above first.")
        return 1
    if options.dry_run:
        return 0
    with progress.step("Products"):
        imports.run(shop_id=shop.id, data=data, mapping=mapping, progress=progress.count)
    return 0


def _events(options: argparse.Namespace, progress: Progress) -> int:
    """Import events and name the rows that were not taken."""
    from jishi.insight.behavior import operations as behavior

    mapping = dict(pair.split("=", 1) for pair in options.map if "=" in pair)
    if options.mapping:
        mapping |= json.loads(options.mapping.read_text(encoding="utf-8"))
    with progress.step(f"Events of {options.file.name}"):
        done = behavior.import_file(
            path=options.file,
            mapping=mapping,
            dry_run=options.dry_run,
            progress=lambda rows, _: progress.count("rows", rows),
        )
    for header, name in done.columns.items():
        print(f"  {header} is read as {name}")
    for issue in done.issues[:SHOWN_ISSUES]:
        print(f"  row {issue.row}: {issue.reason} {issue.detail}".rstrip())
    verb = "would be taken" if options.dry_run else "were new and were taken"
    print(f"{done.rows:,} rows: {done.taken:,} {verb}, {done.dead:,} cannot be.")
    return 1 if done.dead else 0


KINDS = {"baskets": _baskets, "events": _events, "edges": _edges, "products": _products}


def _print_issues(issues: Iterable[Any]) -> None:
    """Print the lines of the report, errors first."""
    ranks = {"error": 0, "warning": 1, "note": 2}
    ordered = sorted(issues, key=lambda issue: (ranks.get(issue.level, 3), issue.row))
    for issue in ordered[:SHOWN_ISSUES]:
        where = f"row {issue.row}" if issue.row else "file"
        column = f" ({issue.column})" if issue.column else ""
        print(f"  {issue.level:<8} {where}{column}: {issue.message % issue.params}")
    if len(ordered) > SHOWN_ISSUES:
        print(f"  … and {len(ordered) - SHOWN_ISSUES:,} more lines.")
