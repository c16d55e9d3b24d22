"""What the wiring plugs in: reading experiments in the heavy process."""

from jishi.insight.experiments import operations as experiments
from jishi.kernel import heavy, sweeps


def register() -> None:
    """Forget how long pages took once no reading asks."""
    sweeps.register("experiments.forget_loads", experiments.forget_loads, every_s=6 * 3600)


def register_heavy() -> None:
    """Readings are on the line of the metrics' runs: they wait for each other and never for ingest."""
    heavy.register("experiments.compute", experiments.compute_due, every_s=60, line="runs")
    heavy.register("experiments.switchbacks", experiments.compute_due_switchbacks, every_s=60, line="runs")
