"""What is due: pieces whose moment has come, views to be counted, figures to be fetched."""

from datetime import datetime

from django.conf import settings

from jishi.growth.publishing import operations as content
from jishi.growth.publishing import ports, providers
from jishi.kernel import heavy, sweeps

PUBLISH_EVERY_S = 10
COUNT_EVERY_S = 900
FETCH_EVERY_S = 60


def register() -> None:
    """Publish within seconds of the moment."""
    sweeps.register("publishing.publish_due", content.publish_due, every_s=PUBLISH_EVERY_S)


def count_views(at: datetime) -> int:
    """Count anew how often the notes of pieces were looked at."""
    from jishi.growth.publishing import reading  # noqa: PLC0415 - heavy

    return reading.count_views(at)


def register_heavy() -> None:
    """Count views a few times an hour, beside the metrics."""
    ports.register_source(providers.Folder(settings.JISHI_HOME / "figures"))
    heavy.register("publishing.fetch_figures", content.fetch_due, every_s=FETCH_EVERY_S)
    heavy.register("publishing.count_views", count_views, every_s=COUNT_EVERY_S)
