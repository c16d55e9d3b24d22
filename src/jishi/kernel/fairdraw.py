"""A draw that anybody can check: nobody, neither the house nor a participant, picks the winners.

Before the first entry the house publishes the SHA-256 of a secret seed. When entries are closed it shows the
seed
and the list of entries. One digest over all entries, and the seed, give every entry a ticket; the smallest
tickets
win, prize by prize. The house cannot change the seed (its digest is known), a participant cannot choose an
entry
with a good ticket (the seed is not known), and anybody can repeat the calculation.

This file needs nothing but Python and stands alone on purpose: save it, save the proof of a draw, and run

    python fairdraw.py proof.json
"""

import hashlib
import json
import secrets
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

FORMAT = 1


def new_seed() -> str:
    """A seed nobody can guess: 256 random bits."""
    return secrets.token_hex(32)


def commitment(seed: str) -> str:
    """What is published of a seed before anybody takes part."""
    return hashlib.sha256(seed.encode()).hexdigest()


def digest(entries: Iterable[str]) -> str:
    """One digest over all entries, whatever order they came in."""
    return hashlib.sha256("\n".join(sorted(entries)).encode()).hexdigest()


def ticket(seed: str, entries_digest: str, entry: str) -> str:
    """The ticket of one entry; the smallest wins."""
    return hashlib.sha256(f"{seed}|{entries_digest}|{entry}".encode()).hexdigest()


def ranking(seed: str, entries: Iterable[str]) -> list[str]:
    """All entries, the luckiest first."""
    known = list(entries)
    whole = digest(known)
    return sorted(known, key=lambda entry: (ticket(seed, whole, entry), entry))


def award(
    ranked: Sequence[tuple[str, str]],
    prizes: Sequence[tuple[str, int]],
    *,
    wins_per_person: int = 1,
    passed: Mapping[str, str] | None = None,
    lapsed: Sequence[str] = (),
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Hand prizes out along a ranking of (entry, who); returns (entry, prize) and the (entry, reason) passed
    over.

    `passed` are entries that cannot win, with the reason. One person wins `wins_per_person` times at most.
    Whoever
    did not claim in time is in `lapsed`, in that order: the next entry of the same ranking wins that prize
    then.
    """
    out = dict(passed or {})
    units = [prize for prize, quantity in prizes for _ in range(quantity)]
    won: dict[str, int] = {}
    winners: list[tuple[str, str]] = []
    skipped: list[tuple[str, str]] = []
    coming = iter(ranked)
    waiting = list(lapsed)
    while units or waiting:
        if units:
            prize = units.pop(0)
        else:
            given = dict(winners)
            if waiting[0] not in given:
                break
            prize = given[waiting.pop(0)]
        for entry, who in coming:
            if entry in out:
                skipped.append((entry, out[entry]))
            elif won.get(who, 0) >= wins_per_person:
                skipped.append((entry, "won_already"))
            else:
                winners.append((entry, prize))
                won[who] = won.get(who, 0) + 1
                break
        else:
            break
    return winners, skipped


def check(proof: Mapping[str, Any]) -> list[str]:
    """What is wrong with the proof of a draw; nothing if it is sound."""
    faults = []
    seed = proof["seed"]
    whos = {one["entry"]: one["who"] for one in proof["entries"]}
    if commitment(seed) != proof["seed_hash"]:
        faults.append("the seed is not the one that was promised")
    if len(whos) != len(proof["entries"]):
        faults.append("an entry is listed twice")
    if digest(whos) != proof["entries_digest"]:
        faults.append("the entries are not those that were sealed")
    ranked = [(entry, whos[entry]) for entry in ranking(seed, whos)]
    given = {one["entry"]: one["reason"] for one in proof["skipped"] if one["reason"] != "won_already"}
    prizes = [(one["prize"], one["quantity"]) for one in proof["prizes"]]
    winners, _ = award(
        ranked,
        prizes,
        wins_per_person=proof["wins_per_person"],
        passed=given,
        lapsed=proof.get("lapsed", []),
    )
    if winners != [(one["entry"], one["prize"]) for one in proof["winners"]]:
        faults.append("the winners are not those of the calculation")
    return faults


def main(arguments: Sequence[str]) -> int:
    """Check the proof in a file; 0 if it is sound."""
    if len(arguments) != 1:
        print("usage: python fairdraw.py proof.json", file=sys.stderr)  # noqa: T201
        return 2
    with open(arguments[0], encoding="utf-8") as file:
        proof = json.load(file)
    faults = check(proof)
    for fault in faults:
        print(f"WRONG: {fault}")  # noqa: T201
    if not faults:
        print(  # noqa: T201
            f"The draw is sound: {len(proof['entries'])} entries, {len(proof['winners'])} winners, "
            "computed again from the seed that was promised beforehand."
        )
        for one in proof["skipped"]:
            print(f"passed over: {one['entry']} ({one['reason']})")  # noqa: T201
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
