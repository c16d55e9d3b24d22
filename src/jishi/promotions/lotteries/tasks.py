"""Work that is due by the clock, for the wiring to register, and what is put under seal."""

from jishi.kernel import seal, sweeps
from jishi.promotions.lotteries import operations as lotteries


def register() -> None:
    """Draw what is due; seal entries, so that none can be changed or slipped in afterwards."""
    seal.register(
        "lottery_entries",
        table="lotteries_entry",
        columns=("lottery_id", "number", "code", "person_id", "who", "turn", "source", "at"),
    )
    sweeps.register("lotteries.draw_due", lotteries.draw_due, every_s=5)
    sweeps.register("lotteries.seal_entries", lambda at: seal.seal_new("lottery_entries"), every_s=60)
