"""Reading, checking and writing parameters, and calculation on results. Pure.

Invariant: nothing that a person typed reaches an engine unless it passed here, as a whole number, a name
from a
list, or a text without quotes and backslashes: such a text means the same to every engine.
"""

import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from typing import Any

from jishi.insight.metrics.contracts import Metric, Param, ParamType, Unit
from jishi.insight.metrics.errors import CellInvalid, ParamInvalid, PeriodInvalid, StepsInvalid

EPOCH = date(1970, 1, 1)
ZONE = timezone(timedelta(hours=8))  # the platform's: days of the lake are cut here
ZONE_US = 8 * 3_600_000_000
LONGEST_DAYS = 731
SAFE = re.compile(r"[\w .,:/+@#&%()\-]{0,80}")
WORD = re.compile(r"[a-z][a-z_]{0,39}")
GRAINS = {"total": "0", "hour": "hour_i", "day": "day_n", "week": "week_i", "month": "month_i"}
DIMENSIONS = {
    "": "''",
    "channel": "channel",
    "shop": "shop",
    "category": "category",
    "product": "product",
    "region": "region",
    "device": "device",
    "language": "language",
    "source": "source",
    "page": "page",
    "slot": "slot",
    "query": "query",
    "currency": "currency",
    "kind": "kind",
}
NUMBERED = {"shop", "category", "product"}


def day_number(day: date) -> int:
    """Days since 1970."""
    return (day - EPOCH).days


def bucket_of(day: date, grain: str) -> int:
    """The number of the bucket in which a day lies; weeks begin on Monday."""
    number = day_number(day)
    if grain == "week":
        return (number + 3) // 7
    if grain == "month":
        return day.year * 12 + day.month - 1
    return number if grain == "day" else number * 24 if grain == "hour" else 0


def bucket_text(bucket: int, grain: str) -> str:
    """A bucket as a date in ISO form, or an hour of the platform's day."""
    if grain == "hour":
        return datetime.fromtimestamp(bucket * 3600, ZONE).strftime("%Y-%m-%d %H:00")
    if grain == "week":
        return (EPOCH + timedelta(days=bucket * 7 - 3)).isoformat()
    if grain == "month":
        return f"{bucket // 12:04d}-{bucket % 12 + 1:02d}"
    return "" if grain == "total" else (EPOCH + timedelta(days=bucket)).isoformat()


def clean(metric: Metric, given: Mapping[str, str], *, today: date) -> dict[str, str]:
    """The parameters of a metric as checked text: defaults filled in, nothing else in it.

    :raises ParamInvalid: a value that the metric cannot use.
    :raises StepsInvalid: a funnel of one step, of nine, or with a step twice.
    :raises PeriodInvalid: the period ends before it begins, or is too long.
    """
    values = {param.code: _clean(param, given.get(param.code), today) for param in metric.params}
    if "since" in values and "until" in values:
        since, until = date.fromisoformat(values["since"]), date.fromisoformat(values["until"])
        if since > until or (until - since).days >= LONGEST_DAYS:
            raise PeriodInvalid()
    return values


def _clean(param: Param, given: str | None, today: date) -> str:
    text = (param.default if given is None or given == "" else given).strip()
    checks = {
        ParamType.DAY: _clean_day,
        ParamType.NUMBER: _clean_number,
        ParamType.STEPS: _clean_steps,
        ParamType.COSTS: _clean_costs,
        ParamType.EDGES: _clean_edges,
        ParamType.FILTERS: _clean_filters,
    }
    if param.type in checks:
        return checks[param.type](param, text, today)
    allowed = {code for code, _ in param.options}
    if param.type is ParamType.TEXT:
        fine = SAFE.fullmatch(text) is not None
    else:
        fine = text in allowed
    if not fine:
        raise ParamInvalid(param=param.code, value=text[:40])
    return text


def _clean_day(param: Param, text: str, today: date) -> str:
    if re.fullmatch(r"-\d{1,4}", text or "-0"):
        return (today - timedelta(days=int((text or "-0")[1:]))).isoformat()
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise ParamInvalid(param=param.code, value=text[:40]) from error
    if not 2000 <= found.year <= 2200:
        raise ParamInvalid(param=param.code, value=text[:40])
    return found.isoformat()


def _clean_number(param: Param, text: str, today: date) -> str:
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not param.least <= int(text) <= param.most:
        raise ParamInvalid(param=param.code, value=text[:40])
    return str(int(text))


def _clean_steps(param: Param, text: str, today: date) -> str:
    steps = [word.strip() for word in text.split(",") if word.strip()]
    known = {code for code, _ in param.options}
    if not 2 <= len(steps) <= 8 or len(set(steps)) != len(steps):
        raise StepsInvalid()
    for step in steps:
        if step not in known:
            raise ParamInvalid(param=param.code, value=step[:40])
    return ",".join(steps)


def _clean_costs(param: Param, text: str, today: date) -> str:
    pairs = dict(_pairs(param, text))
    for name, amount in pairs.items():
        if not SAFE.fullmatch(name) or not re.fullmatch(r"\d{1,9}(\.\d{1,2})?", amount, re.ASCII):
            raise ParamInvalid(param=param.code, value=f"{name}={amount}"[:40])
    return ", ".join(f"{name}={amount}" for name, amount in sorted(pairs.items()))


def _clean_edges(param: Param, text: str, today: date) -> str:
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not 1 <= len(words) <= 20 or not all(re.fullmatch(r"\d{1,9}", word, re.ASCII) for word in words):
        raise ParamInvalid(param=param.code, value=text[:40])
    return ",".join(str(edge) for edge in sorted({int(word) for word in words}))


def _clean_filters(param: Param, text: str, today: date) -> str:
    pairs = _pairs(param, text)
    for name, value in pairs:
        fine = name in DIMENSIONS and name and SAFE.fullmatch(value)
        if not fine or (name in NUMBERED and not re.fullmatch(r"\d{1,18}", value, re.ASCII)):
            raise ParamInvalid(param=param.code, value=f"{name}={value}"[:40])
    return ", ".join(f"{name}={value}" for name, value in pairs)


def _pairs(param: Param, text: str) -> list[tuple[str, str]]:
    pairs = []
    for part in (one.strip() for one in text.split(",")):
        if not part:
            continue
        name, found, value = part.partition("=")
        if not found:
            raise ParamInvalid(param=param.code, value=part[:40])
        pairs.append((name.strip(), value.strip()))
    return pairs


def written(metric: Metric, params: Mapping[str, str], cell: Mapping[str, Any]) -> dict[str, str]:
    """Every placeholder of a metric's SQL as the text that takes its place. ``params`` must be cleaned.

    :raises CellInvalid: a cell without one of the metric's keys, or with a value that none of them has.
    """
    words: dict[str, str] = {"zone_us": str(ZONE_US)}
    for param in metric.params:
        words.update(_written(param, params[param.code]))
    if "since" in params and "grain" in params:
        words["since_bucket"] = str(bucket_of(date.fromisoformat(params["since"]), params["grain"]))
    for key, value in cell.items():
        column = metric.column(key)
        if column is None or not column.is_key:
            raise CellInvalid()
        words[f"cell_{key}"] = _cell(column.unit, value)
    return words


def _cell(unit: Unit, value: Any) -> str:
    if unit in (Unit.PART, Unit.TEXT, Unit.KIND, Unit.NODE):
        if not isinstance(value, str) or not SAFE.fullmatch(value):
            raise CellInvalid()
        return quoted(value)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > 2**62:
        raise CellInvalid()
    return str(value)


def _written(param: Param, text: str) -> dict[str, str]:
    code = param.code
    if param.type is ParamType.DAY:
        return {code: str(day_number(date.fromisoformat(text)))}
    if param.type is ParamType.NUMBER:
        words = {code: text}
        if code.endswith("_days"):
            words[code.removesuffix("_days") + "_us"] = str(int(text) * 86_400_000_000)
        if code.endswith("_hours"):
            words[code.removesuffix("_hours") + "_us"] = str(int(text) * 3_600_000_000)
        return words
    if param.type is ParamType.GRAIN:
        return {code: GRAINS[text]}
    if param.type in (ParamType.BY,):
        return {code: DIMENSIONS[text]}
    if param.type is ParamType.STEPS:
        steps = text.split(",")
        words = {f"step_{n}": quoted(step) for n, step in enumerate(steps, 1)}
        return {**words, code: ", ".join(quoted(step) for step in steps), "last": str(len(steps))}
    if param.type is ParamType.FILTERS:
        conditions = [f"{DIMENSIONS[name]} = {quoted(value)}" for name, value in _pairs(param, text)]
        return {code: "(" + " AND ".join(conditions or ["1 = 1"]) + ")"}
    if param.type is ParamType.COSTS:
        cases = "".join(
            f" WHEN {quoted(name)} THEN {round(float(amount) * 100)}" for name, amount in _pairs(param, text)
        )
        return {code: f"CASE channel{cases} ELSE 0 END" if cases else "0"}
    if param.type is ParamType.EDGES:
        edges = [int(word) * 100 for word in text.split(",")]
        cases = "".join(
            f" WHEN unit_minor < {edge} THEN {before}"
            for before, edge in zip([0, *edges], edges, strict=False)
        )
        return {code: f"CASE{cases} ELSE {edges[-1]} END"}
    if param.type is ParamType.CHOICE and param.code == "node":
        return {code: text}
    return {code: quoted(text)}


def quoted(text: str) -> str:
    """A text as a literal of every engine; one with a quote or a backslash cannot have come this far."""
    if not SAFE.fullmatch(text):
        raise CellInvalid()
    return f"'{text}'"


def fingerprint(metric: str, params: Mapping[str, str], section: str, cell: Mapping[str, Any]) -> str:
    """The same question has the same fingerprint, whoever asks."""
    asked = json.dumps([metric, dict(params), section, dict(cell)], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(asked.encode()).hexdigest()[:32]


def before(params: Mapping[str, str]) -> dict[str, str]:
    """The same question about the period of the same length that ends where this one begins."""
    since, until = date.fromisoformat(params["since"]), date.fromisoformat(params["until"])
    length = until - since + timedelta(days=1)
    return {
        **params,
        "since": (since - length).isoformat(),
        "until": (until - length).isoformat(),
    }


def decompose(before: Sequence[int], after: Sequence[int]) -> tuple[int, ...]:
    """How much of a change of people x orders per person x amount per order each factor made, in minor units.

    The logarithmic mean shares the change out without a rest; the last factor takes the rounding.
    ``before`` and
    ``after`` are (people, orders, amount). Nothing can be said when a side is empty: ().
    """
    if min(*before, *after) <= 0:
        return ()
    change = after[2] - before[2]
    weight = float(after[2]) if change == 0 else change / math.log(after[2] / before[2])
    people = round(weight * math.log(after[0] / before[0]))
    often = round(weight * math.log((after[1] / after[0]) / (before[1] / before[0])))
    return people, often, change - people - often
