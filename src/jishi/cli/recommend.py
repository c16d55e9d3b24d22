"""`jishi recommend`: fit now, judge by replay, or say how the recommender stands."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from jishi.cli import home


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("what", choices=("fit", "replay", "status"), help="what to do")
    parser.add_argument("--days", type=int, default=14, help="how far replay looks back")
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")


def run(options: argparse.Namespace) -> int:
    """Do it in this process; the numbers come from the database in the end."""
    with home.database(filled=True):
        home.django()
        answer = _answer(options)
    if options.json:
        print(json.dumps(answer, default=str, ensure_ascii=False))
    else:
        for name, value in answer.items():
            print(f"{name:20} {value}")
    return 0


def _answer(options: argparse.Namespace) -> dict[str, Any]:
    from jishi.insight.recommendation import queries

    if options.what == "replay":
        return queries.replay(days=options.days)
    if options.what == "fit":
        from jishi.insight.recommendation import operations as recommendation

        recommendation.learn(say=lambda stage, share: print(f"  {share:4.0%}  {stage}", file=sys.stderr))
    models = queries.list_models(limit=1)
    if not models:
        return {"model": "none yet: there is nothing to learn from"}
    newest = models[0]
    return {
        "made_at": newest.made_at,
        "people": newest.people,
        "items": newest.items,
        "rows": newest.rows,
        "fingerprint": newest.fingerprint,
        **{name: value for name, value in newest.figures.items() if name in ("validation", "components")},
    }
