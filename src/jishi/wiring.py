"""The composition root: who reacts to which fact, which rules price, which sweeps run. In order, on one page.

Nothing else connects domains upward. ``jishi.config.apps`` calls :func:`connect` once, when all models are loaded.
"""

from jishi.kernel import limits, seal, sweeps
from jishi.kernel.outbox import relay
from jishi.people.accounts import operations as accounts
from jishi.people.accounts import providers as account_providers
from jishi.people.notifications import operations as notifications


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

    account_providers.connect_texts(notifications.send_sms)
    sweeps.register("accounts.forget_unproven", accounts.forget_unproven, every_s=3600)
    sweeps.register("accounts.forget_shared_cache", accounts.forget_shared_cache, every_s=600)
    sweeps.register("notifications.forget_inbox", notifications.forget_inbox, every_s=3600)
