"""Learning at once, for the command line; by itself it happens in the heavy process."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from jishi.insight.recommendation.operations.everybody import renew
from jishi.kernel import clock


def learn(*, say: Callable[[str, float], None] | None = None, at: datetime | None = None) -> bool:
    """Fit and refresh all lists now; false when there is nothing to learn from."""
    from jishi.insight.recommendation import fitting  # noqa: PLC0415 - heavy

    now = clock.at_or_now(at)
    done = fitting.fit(at=now, say=say) is not None
    renew(at=now)
    return done
