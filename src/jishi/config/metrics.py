"""Request counters and latencies for Prometheus, labelled by view name: no address or person appears."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest

from jishi.insight.behavior import queries as behavior
from jishi.kernel import heavy, lastruns, sweeps

REQUESTS = Counter("jishi_requests_total", "Answered requests", ["view", "method", "status"])
SECONDS = Histogram(
    "jishi_request_seconds",
    "Time to answer",
    ["view"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
EVENTS = {
    "inbox_batches": Gauge("jishi_events_inbox_batches", "Batches of events that are not in a file yet"),
    "inbox_events": Gauge("jishi_events_inbox_events", "Events that are not in a file yet"),
    "oldest_age_s": Gauge("jishi_events_oldest_age_seconds", "How long the oldest of them has waited"),
    "dead_letters": Gauge("jishi_events_dead_letters", "Rows that could not be taken"),
    "files": Gauge("jishi_events_lake_files", "Files of the lake"),
    "rows": Gauge("jishi_events_lake_rows", "Events in the lake"),
    "waiting_erasures": Gauge("jishi_events_waiting_erasures", "People who are still to be forgotten"),
}
RAN_AT = Gauge("jishi_run_timestamp_seconds", "When a piece of work by the clock last ran", ["work"])
FAILURES = Gauge("jishi_run_failures", "How often it failed in a row", ["work"])
LAG = Gauge("jishi_events_compactor_lag_seconds", "How far the compactor is behind what was acknowledged")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Measured:
    """Outermost middleware: measures everything below it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request and count it."""
        started = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        view = (match.view_name or "unnamed") if match else "none"
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(view, method, str(response.status_code)).inc()
        SECONDS.labels(view).observe(time.perf_counter() - started)
        return response


def metrics(request: HttpRequest) -> HttpResponse:
    """Answer the scraper; a proxy must not publish this path."""
    with suppress(DatabaseError):  # without a database the other figures are wanted all the more
        health = behavior.health()
        for name, gauge in EVENTS.items():
            gauge.set(getattr(health, name))
        LAG.set(health.lag_s or 0.0)
        for run in lastruns.list_runs(sweeps.registered() | heavy.registered()):
            RAN_AT.labels(run.name).set(run.ran_at.timestamp() if run.ran_at else 0)
            FAILURES.labels(run.name).set(run.failures)
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)
