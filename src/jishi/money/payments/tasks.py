"""Scheduled work of payments: refunds are sent, and silent providers are asked."""

from jishi.kernel import seal, sweeps
from jishi.money.payments import operations

REFUNDS_EVERY_S = 2.0
SYNC_EVERY_S = 20.0


def register() -> None:
    """Add the sweeps and put what providers said under seal. Called by the wiring."""
    sweeps.register("payments.send_refunds", operations.send_refunds, every_s=REFUNDS_EVERY_S)
    sweeps.register("payments.sync_attempts", operations.sync_attempts, every_s=SYNC_EVERY_S)
    seal.register(
        "payments.receipt",
        table="payments_webhookreceipt",
        columns=("provider", "event_id", "kind", "reference", "outcome"),
    )
