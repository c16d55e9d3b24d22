"""What the wiring plugs in: the audience `landing`, and what is due by the clock."""

from jishi.growth.merchandising import operations as merchandising
from jishi.growth.merchandising import queries
from jishi.growth.merchandising.contracts import AUDIENCE
from jishi.insight.experiments import ports as experiments
from jishi.kernel import sweeps


class SignedUpAudience:
    """The kind `landing`; its key is the page's code."""

    kind = AUDIENCE

    def contains(self, *, key: str, person_id: int) -> bool:
        """Tell whether somebody is on the page's list now."""
        return queries.has_signed_up(key, person_id)


def register() -> None:
    """Forget who saw what ended long ago; let experiments run in slots and on landing pages."""
    experiments.register_places(queries.list_places)
    sweeps.register("merchandising.forget_old", merchandising.forget_old, every_s=3600)
