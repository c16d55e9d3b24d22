"""Work that is due by the clock, for the wiring to register."""

from jishi.kernel import sweeps
from jishi.social.previews import operations as previews


def register() -> None:
    """Fetch what was asked for, forget what nobody asks for."""
    sweeps.register("previews.fetch_due", previews.fetch_due, every_s=5)
    sweeps.register("previews.forget_old", previews.forget_old, every_s=86400)
