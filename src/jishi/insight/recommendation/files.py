"""Models on disk: arrays in `model.npz`, everything else in `model.json` beside it. Never pickle.

Invariant: a file that was changed, is incomplete or of another version is refused, not guessed at.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

from jishi.insight.recommendation import components
from jishi.insight.recommendation.components import Component, Knowledge
from jishi.insight.recommendation.errors import ModelFileBroken
from jishi.insight.recommendation.model import Model

VERSION = 1
KINDS: dict[str, Any] = {
    kind.__name__: kind
    for kind in (
        components.FromItems,
        components.FromPeople,
        components.ForEverybody,
        components.Intent,
        components.AmongItems,
        components.OverPeople,
        components.FromVectors,
    )
}


def save(model: Model, folder: Path) -> None:
    """Write the model; a reader sees the old one or the new one, never a half."""
    folder.mkdir(parents=True, exist_ok=True)
    known = model.known
    values: dict[str, Any] = {
        "seen": model.seen, "history": known.history, "latest": known.latest, "other": known.other,
        "links": known.links, "popular": model.popular, "group": model.group, "places": model.places,
        "content": model.content, "nearby": model.nearby.weights,
    }  # fmt: skip
    parts = []
    for number, part in enumerate(model.parts):
        parts.append(
            {"kind": type(part).__name__, "name": part.name, "newest": getattr(part, "newest", False)}
        )
        values |= {f"part{number}.{key}": value for key, value in part.arrays().items()}
    arrays, shapes = _flat(values)
    name = f"model-{hashlib.sha256(repr(sorted(model.about.items())).encode()).hexdigest()[:12]}.npz"
    with (folder / f"{name}.new").open("wb") as out:
        np.savez(out, **arrays)
    os.replace(folder / f"{name}.new", folder / name)
    head = {
        "version": VERSION,
        "file": name,
        "sha256": _digest(folder / name),
        "parts": parts,
        "weights": list(model.weights),
        "shapes": shapes,
        "vocabulary": sorted(model.vocabulary, key=lambda word: model.vocabulary[word]),
        "about": dict(model.about),
    }
    (folder / "model.json.new").write_text(json.dumps(head, ensure_ascii=False, indent=1))
    os.replace(folder / "model.json.new", folder / "model.json")
    for old in folder.glob("model-*.npz"):
        if old.name != name:
            old.unlink()


def load(folder: Path) -> Model:
    """Read a model.

    :raises ModelFileBroken: when the files are missing, of another version, or not what was written
    """
    try:
        try:
            head, values = _read(folder)
        except FileNotFoundError:
            head, values = _read(folder)  # a newer model may just have taken the place of the arrays
    except (OSError, KeyError, ValueError) as broken:
        raise ModelFileBroken(str(broken)) from broken
    parts = tuple(_part(spec, number, values) for number, spec in enumerate(head["parts"]))
    get = values.get
    return Model(
        seen=values["seen"],
        known=Knowledge(values["history"], get("latest"), get("other"), get("links")),
        parts=parts,
        weights=tuple(head["weights"]),
        nearby=components.FromItems("items", values["nearby"]),
        popular=values["popular"],
        group=get("group"),
        places=get("places"),
        content=get("content"),
        vocabulary={word: n for n, word in enumerate(head["vocabulary"])},
        about=head["about"],
    )


def _read(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    head = json.loads((folder / "model.json").read_text())
    if head["version"] != VERSION:
        raise ModelFileBroken(f"model files of version {head['version']} are not read here")
    path = folder / Path(head["file"]).name
    if _digest(path) != head["sha256"]:
        raise ModelFileBroken("the arrays are not the ones that were written")
    with np.load(path, allow_pickle=False) as stored:
        return head, _unflat(dict(stored), head["shapes"])


def _part(spec: dict[str, Any], number: int, values: dict[str, Any]) -> Component:
    kind = KINDS[spec["kind"]]
    prefix = f"part{number}."
    own = {key[len(prefix) :]: value for key, value in values.items() if key.startswith(prefix)}
    if "extra" in own:
        own["extra"] = float(own["extra"])
    if spec["newest"]:
        own["newest"] = True
    made: Component = kind(spec["name"], **own)
    return made


def _flat(values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, list[int]]]:
    arrays, shapes = {}, {}
    for key, value in values.items():
        if value is None:
            continue
        if sp.issparse(value):
            matrix = value.tocsr()
            shapes[key] = [int(n) for n in matrix.shape]
            for part in ("data", "indices", "indptr"):
                arrays[f"{key}|{part}"] = getattr(matrix, part)
        else:
            arrays[key] = np.asarray(value)
    return arrays, shapes


def _unflat(arrays: dict[str, Any], shapes: dict[str, list[int]]) -> dict[str, Any]:
    values = {key: array for key, array in arrays.items() if "|" not in key}
    for key, shape in shapes.items():
        parts = tuple(arrays[f"{key}|{part}"] for part in ("data", "indices", "indptr"))
        values[key] = sp.csr_matrix(parts, shape=tuple(shape))
    return values


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
