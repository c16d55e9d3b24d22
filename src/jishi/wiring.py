"""The composition root: who reacts to which fact, which rules price, which sweeps run. In order, on one page.

Nothing else connects domains upward. Django calls :meth:`WiringConfig.ready` once, after all models are
loaded.
"""

from django.apps import AppConfig

from jishi.kernel import limits, seal, sweeps
from jishi.kernel.outbox import relay


class WiringConfig(AppConfig):
    """Connects the domains when Django is ready."""

    name = "jishi.wiring"
    label = "wiring"
    path = __file__.rpartition("/")[0]

    def ready(self) -> None:
        """Connect everything, once."""
        connect()


def connect() -> None:
    """Register sweeps, seals, handlers and rules."""
    seal.register(
        "audit",
        table="kernel_auditentry",
        columns=("actor_id", "action", "subject", "detail", "at"),
        at_column="at",
    )
    sweeps.register("kernel.seal_audit", lambda at: seal.seal_new("audit"), every_s=300)
    sweeps.register("kernel.forget_events", lambda at: relay.forget_done(), every_s=600)
    sweeps.register("kernel.forget_counters", lambda at: limits.forget_old(), every_s=600)
