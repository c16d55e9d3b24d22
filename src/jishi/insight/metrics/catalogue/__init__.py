"""The catalogue: every metric with its name, meaning, grain, unit, owner, parameters, columns and
drill-through.
"""

from jishi.insight.metrics.catalogue import parts, passages, people, sharing, trade
from jishi.insight.metrics.contracts import Metric
from jishi.insight.metrics.errors import MetricUnknown
from jishi.kernel.errors import N_

METRICS: dict[str, Metric] = {
    metric.code: metric for metric in (*people.METRICS, *trade.METRICS, *passages.METRICS, *sharing.METRICS)
}
KINDS: dict[str, str] = {
    "trend": N_("Trends"),
    "funnel": N_("Funnels"),
    "retention": N_("Retention"),
    "path": N_("Paths"),
    "attribution": N_("Attribution"),
    "gmv": N_("GMV"),
    "spread": N_("Spread"),
    "active": N_("Activity"),
    "engagement": N_("Engagement"),
    "conversion": N_("Conversion"),
    "channel": N_("Channels"),
    "price": N_("Price bands"),
    "basket": N_("Baskets"),
    "repeat": N_("Repeat purchases"),
    "rfm": N_("RFM"),
}
EVENT_NAMES = dict(parts.KINDS)
DIMENSION_NAMES = parts.DIMENSION_NAMES


def get(code: str) -> Metric:
    """One metric.

    :raises MetricUnknown: there is none of this name.
    """
    found = METRICS.get(code)
    if found is None:
        raise MetricUnknown(name=code[:40])
    return found


def of_kind(kind: str) -> tuple[Metric, ...]:
    """The metrics of one page of the console."""
    return tuple(metric for metric in METRICS.values() if metric.kind == kind)
