"""What is due: notes whose moment has come."""

from jishi.kernel import sweeps
from jishi.social.notes import operations


def register() -> None:
    """Publish scheduled notes within seconds of their moment."""
    sweeps.register("notes.publish_due", operations.publish_due, every_s=5)
