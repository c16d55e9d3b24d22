"""Work that is due by the clock, for the wiring to register."""

from jishi.kernel import sweeps
from jishi.trust.moderation import operations as moderation


def register() -> None:
    """Cases for what guards held, the end of suspensions, and the forgetting of fingerprints."""
    sweeps.register("moderation.open_held", moderation.open_held, every_s=5)
    sweeps.register("moderation.lift_due", moderation.lift_due, every_s=60)
    sweeps.register("moderation.forget_prints", moderation.forget_prints, every_s=3600)
