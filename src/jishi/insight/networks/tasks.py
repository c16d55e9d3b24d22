"""The nightly look at the network, in the heavy process."""

from datetime import datetime

from jishi.kernel import heavy

LOOK_EVERY_S = 300


def look(at: datetime) -> int:
    """Measure the network again when the last look is old or was of a much smaller one."""
    from jishi.insight.networks import measuring  # noqa: PLC0415 - heavy

    return measuring.run_due(at)


def register_heavy() -> None:
    """On the line of models: one large computation at a time."""
    heavy.register("networks.look", look, every_s=LOOK_EVERY_S, line="models")
