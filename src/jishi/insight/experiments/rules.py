"""Who gets which arm, and how many units a question needs. Pure: no database, no clock, no chance.

Invariant: an assignment depends on salt, layer and unit alone, so it is the same in every process and can be
computed again later. The bucket of a layer and the arm of an experiment come from differently keyed hashes,
so that neither an earlier experiment nor a neighbour in the layer leans on the split.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b, sha256
from itertools import product
from math import ceil, log, sqrt
from statistics import NormalDist

from jishi.insight.experiments.contracts import (
    BUCKETS,
    LEVEL,
    MAX_ARMS,
    MAX_FACTORS,
    POWER,
    Arm,
    ArmKind,
    Assignment,
    Draft,
    Factor,
    Plan,
    Running,
    Unit,
)

WHOLE = 1 << 64


def person_unit(person_id: int) -> str:
    """The name under which somebody is assigned."""
    return f"p:{person_id}"


def visitor_unit(visitor: str) -> str:
    """The name under which a browser is assigned: a digest, so that the table holds no cookie."""
    return f"v:{sha256(visitor.encode()).hexdigest()[:32]}"


def draw(key: str, unit: str) -> int:
    """A number below 2^64, even over units and independent between keys: keyed BLAKE2b (RFC 7693)."""
    return int.from_bytes(blake2b(unit.encode(), key=key.encode()[:64], digest_size=8).digest())


def bucket_of(layer: str, unit: str) -> int:
    """The bucket of a unit in a layer."""
    return draw(f"layer:{layer}", unit) * BUCKETS // WHOLE


def arm_of(salt: str, unit: str, arms: Sequence[Arm]) -> Arm:
    """The arm of a unit, by weights; two units differ only by the hash."""
    place = draw(salt, unit) * sum(arm.weight for arm in arms) // WHOLE
    for arm in arms:
        if place < arm.weight:
            return arm
        place -= arm.weight
    return arms[-1]


def assign(running: Running, *, unit: str, person_id: int | None) -> Assignment | None:
    """What a unit gets of one experiment; None if it is not in its buckets."""
    if bucket_of(running.layer, unit) not in running.buckets:
        return None
    arm = arm_of(running.salt, unit, running.arms)
    return Assignment(running.code, running.slot, arm.key, arm.kind, arm.payload, unit, person_id)


def free_buckets(taken: Iterable[int], wanted: int) -> list[int] | None:
    """So many buckets that nobody has, the lowest first; None if there are too few."""
    free = sorted(set(range(BUCKETS)) - set(taken))
    return free[:wanted] if len(free) >= wanted else None


def control_of(arms: Sequence[Arm]) -> Arm:
    """What the others are compared with: the control, else the hold-out, else the first."""
    for kind in (ArmKind.CONTROL, ArmKind.HOLDOUT):
        for arm in arms:
            if arm.kind == kind:
                return arm
    return arms[0]


def fault(draft: Draft, *, slots: Mapping[str, object], measures: Iterable[str]) -> str:
    """Name the field that cannot be, or nothing."""
    known = set(measures)
    keys = [arm.key for arm in draft.arms]
    checks = {
        "name": 0 < len(draft.name.strip()) <= 120,
        "hypothesis": 0 < len(draft.hypothesis.strip()) <= 500,
        "slot": draft.slot in slots,
        "unit": draft.unit in tuple(Unit),
        "layer": 0 < len(draft.layer) <= 40,
        "share": 1 <= draft.share <= BUCKETS,
        "arms": 2 <= len(keys) <= MAX_ARMS and len(set(keys)) == len(keys) and all(map(_is_arm, draft.arms)),
        "factors": _are_factors(draft.arms),
        "control": sum(arm.kind == ArmKind.CONTROL for arm in draft.arms) <= 1,
        "measures": 0 < len(draft.measures) <= 6 and set(draft.measures) <= known,
        "guardrails": all(g.measure in known and 0 <= g.margin_bps <= 10_000 for g in draft.guardrails),
        "window_h": 1 <= draft.window_h <= 24 * 60,
        "before_days": 0 <= draft.before_days <= 180,
        "planned_n": 100 <= draft.planned_n <= 100_000_000,
        # A browser that nobody signed in with belongs to no audience of people.
        "audience": not draft.audience_kind or draft.unit == Unit.PERSON,
    }
    return next((field for field, holds in checks.items() if not holds), "")


def _is_arm(arm: Arm) -> bool:
    is_key = arm.key.isascii() and arm.key.replace("_", "").isalnum() and len(arm.key) <= 20
    is_empty = arm.kind != ArmKind.HOLDOUT or not arm.payload
    return is_key and is_empty and 1 <= arm.weight <= 1000 and arm.kind in tuple(ArmKind)


def factors_of(arms: Sequence[Arm]) -> tuple[Factor, ...]:
    """What the arms vary, if they are combinations; the control's ways come first. Else nothing."""
    base = control_of(arms) if arms else None
    names = list(base.payload.get("factors", {})) if base is not None else []
    ways: dict[str, dict[str, None]] = {name: {} for name in names}
    for arm in (base, *arms) if base is not None else ():
        for name, way in arm.payload.get("factors", {}).items():
            ways.setdefault(name, {})[str(way)] = None
    return tuple(Factor(name, tuple(those)) for name, those in ways.items())


def levels_of(arm: Arm, factors: Sequence[Factor]) -> tuple[str, ...]:
    """Which combination an arm is; a hold-out is none."""
    ways = arm.payload.get("factors", {})
    return tuple(str(ways.get(one.key, "")) for one in factors) if ways else ()


def _are_factors(arms: Sequence[Arm]) -> bool:
    """Whether the arms are every combination of two or three factors, each once; or no combinations."""
    named = [arm for arm in arms if arm.payload.get("factors")]
    if not named:
        return True
    factors = factors_of(arms)
    wanted = set(product(*(one.levels for one in factors)))
    shown = [arm for arm in arms if arm.kind != ArmKind.HOLDOUT]
    found = [levels_of(arm, factors) for arm in shown]
    words = [word for one in factors for word in (one.key, *one.levels)]
    return (
        2 <= len(factors) <= MAX_FACTORS
        and all(len(one.levels) > 1 for one in factors)
        and all(0 < len(word) <= 20 for word in words)
        and set(found) == wanted
        and len(found) == len(wanted)
        and control_of(arms).kind == ArmKind.CONTROL
    )


def mixture_width(level: float) -> float:
    """How wide an always-valid interval tuned for a size is at that size, in standard errors; 1.96 becomes
    3.03 at five percent. From the boundary of `inference.always` with its tuning put in.
    """
    tuned = -2 * log(level) + log(-2 * log(level) + 1)
    return sqrt((tuned + 1) / tuned * 2 * log(sqrt(tuned + 1) / level))


def plan_share(
    *,
    base: float,
    change: float,
    level: float = LEVEL,
    power: float = POWER,
    allocation: float = 1.0,
    arms: int = 2,
    daily: int = 0,
    window_h: int = 0,
) -> Plan:
    """Units for a share that is `base` in the control and `base + change` in a variant.

    Two-sided, normal approximation without pooling (Fleiss, Levin & Paik 2003, ch. 4); `allocation` is a
    variant's size over the control's; more than one variant splits the level (Bonferroni).
    """
    other = base + change
    if not (0 < base < 1 and 0 < other < 1) or change == 0:
        return Plan(0, 0, 0, 0, None)
    spread = base * (1 - base) + other * (1 - other) / allocation
    return _plan(spread / change**2, level, power, allocation, arms, daily, window_h)


def plan_mean(
    *,
    spread: float,
    change: float,
    level: float = LEVEL,
    power: float = POWER,
    allocation: float = 1.0,
    arms: int = 2,
    daily: int = 0,
    window_h: int = 0,
) -> Plan:
    """Units for a mean whose standard deviation is `spread`, to see a difference of `change`."""
    if spread <= 0 or change == 0:
        return Plan(0, 0, 0, 0, None)
    return _plan(
        spread**2 * (1 + 1 / allocation) / change**2, level, power, allocation, arms, daily, window_h
    )


def _plan(
    unit: float, level: float, power: float, allocation: float, arms: int, daily: int, window_h: int
) -> Plan:
    """`unit` is the control's size per squared sum of quantiles."""
    shared = level / max(1, arms - 1)
    seen = NormalDist().inv_cdf(power)
    once = unit * (NormalDist().inv_cdf(1 - shared / 2) + seen) ** 2
    most = unit * (mixture_width(shared) + seen) ** 2
    whole = 1 + allocation * (arms - 1)
    total = ceil(most) + (arms - 1) * ceil(most * allocation)
    days = ceil(total / daily + window_h / 24) if daily > 0 else None
    return Plan(ceil(most * allocation), ceil(most), ceil(once * whole), total, days)
