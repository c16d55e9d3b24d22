"""Public data sets for the benchmarks. They are never shipped: point `--data` or JISHI_DATASETS at a folder
of them.
"""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jishi.insight.recommendation.contracts import HeldOut, Signals

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "datasets"
SOCIAL = ("yelp_social", "douban_book", "lastfm")
BEHAVIOUR = ("multibehavior_taobao", "multibehavior_beibei")
NAMES = (*SOCIAL, *BEHAVIOUR)


def folder(given: str, name: str) -> Path:
    """Where a data set lies; leaves with a sentence when it is not there."""
    root = Path(given or os.environ.get("JISHI_DATASETS", "") or BESIDE)
    if not (root / name).is_dir():
        raise SystemExit(
            f"The data set {name} is not in {root}. "
            "Name the folder of data sets with --data or the environment variable JISHI_DATASETS."
        )
    return root / name


def pairs(path: Path) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Two columns of a packed table."""
    with gzip.open(path, "rt") as lines:
        table = np.array([line.split("\t")[:2] for line in lines], dtype=np.int64)
    return table[:, 0], table[:, 1]


def load(given: str, name: str) -> tuple[Signals, HeldOut]:
    """Signals to learn from, and the test rows behind a counter. Sizes come from the data set's description,
    so the test file need not be opened for them.
    """
    root = folder(given, name)
    people, items = SIZES[name]
    prefix = "" if name in SOCIAL else "buy_"
    person, item = pairs(root / f"{prefix}train.tsv.gz")
    links = pairs(root / "social.tsv.gz") if name in SOCIAL else None
    others = {"cart": pairs(root / "cart_train.tsv.gz")} if name in BEHAVIOUR else {}
    signals = Signals(people=people, items=items, person=person, item=item, links=links, others=others)
    return signals, HeldOut(lambda: pairs(root / f"{prefix}test.tsv.gz"))


SIZES = {
    "yelp_social": (19_539, 22_228),
    "douban_book": (13_024, 22_347),
    "lastfm": (1_892, 17_632),
    "multibehavior_taobao": (48_749, 39_493),
    "multibehavior_beibei": (21_716, 7_977),
}
