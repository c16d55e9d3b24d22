"""The composition root: who reacts to which fact, which rules price, which sweeps run. In order, on one page.

Nothing else connects domains upward. ``jishi.config.apps`` calls :func:`connect` once, when all models are loaded.
"""

from jishi.kernel import limits, seal, sweeps
from jishi.kernel.outbox import relay


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
