"""What is due: pieces whose moment has come."""

from jishi.growth.publishing import operations as content
from jishi.kernel import sweeps

PUBLISH_EVERY_S = 10


def register() -> None:
    """Publish within seconds of the moment."""
    sweeps.register("publishing.publish_due", content.publish_due, every_s=PUBLISH_EVERY_S)
