"""The circles around one person, found among their kept ties when asked for: plain Python, few people.

Invariant: everybody handed in stands in exactly one circle, and the same ties always give the same circles.
"""

from collections.abc import Sequence


def find(people: Sequence[int], ties: Sequence[tuple[int, int, int]]) -> tuple[tuple[int, ...], ...]:
    """Group people by the ties among them, largest circle first.

    Circles are merged as long as that adds to modularity: the pair that adds most first, of equals the one
    with the smaller numbers.
    """
    known = set(people)
    circles = {one: {one} for one in sorted(known)}
    between: dict[tuple[int, int], float] = {}
    degree = dict.fromkeys(circles, 0.0)
    for one, other, strength in ties:
        if one in known and other in known and one != other and strength > 0:
            pair = (min(one, other), max(one, other))
            between[pair] = between.get(pair, 0.0) + strength
            degree[one] += strength
            degree[other] += strength
    whole = sum(between.values())
    while whole:
        gains = {
            pair: weight / whole - degree[pair[0]] * degree[pair[1]] / (2 * whole * whole)
            for pair, weight in between.items()
        }
        best = min(gains, key=lambda pair: (-round(gains[pair], 12), pair), default=None)
        if best is None or gains[best] <= 1e-12:
            break
        _merge(best, circles, between, degree)
    found = [tuple(sorted(members)) for members in circles.values()]
    return tuple(sorted(found, key=lambda members: (-len(members), members)))


def _merge(
    pair: tuple[int, int],
    circles: dict[int, set[int]],
    between: dict[tuple[int, int], float],
    degree: dict[int, float],
) -> None:
    """Let the second circle of a pair become part of the first."""
    into, gone = pair
    circles[into] |= circles.pop(gone)
    degree[into] += degree.pop(gone)
    del between[pair]
    for one, other in [key for key in between if gone in key]:
        third = other if one == gone else one
        key = (min(into, third), max(into, third))
        between[key] = between.get(key, 0.0) + between.pop((one, other))
