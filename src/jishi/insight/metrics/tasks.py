"""Work of this domain: answering what was asked, in the heavy process, and throwing old answers away."""

from jishi.insight.metrics import operations as metrics
from jishi.kernel import heavy, sweeps


def register() -> None:
    """Old computations go."""
    sweeps.register("metrics.forget_old", metrics.forget_old, every_s=3600)


def register_heavy() -> None:
    """Questions are answered one after the other, on a line of their own: a page waits for them."""
    heavy.register("metrics.compute_due", lambda at: metrics.compute_due(), every_s=0.3, line="questions")
