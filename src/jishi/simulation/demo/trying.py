"""What the team of the demo world is trying out: one experiment, asked for by one operator, begun by another.

Everybody was shown their arm by the real assignment; what they did afterwards is what they did in this world,
so the reading says what it finds, most likely that it cannot tell yet.
"""

import random
from datetime import datetime, timedelta

from jishi.insight.experiments import operations as experiments
from jishi.insight.experiments import queries
from jishi.insight.experiments.contracts import Arm, ArmKind, Draft, Guardrail
from jishi.simulation.demo.people import Crowd

SINCE = timedelta(days=18)
SHOWN = 260
DRAFT = Draft(
    name="空购物车放什么",
    hypothesis="空购物车里放合口味的东西，会有更多人继续买。",
    slot="cart.empty",
    arms=(Arm("plain", ArmKind.CONTROL, 1, {"shows": "plain"}), Arm("taste", payload={"shows": "taste"})),
    measures=("buyers", "revenue"),
    guardrails=(Guardrail("abandoned", 500),),
    planned_n=2_000,
)


def run(dice: random.Random, crowd: Crowd, *, until: datetime) -> None:
    """Start it and show it to most people, on different days."""
    began = until - SINCE
    code = experiments.create(draft=DRAFT, owner_id=crowd.roles["operator"], at=began)
    experiments.ask(code=code, verb="start", by=crowd.roles["operator"], at=began)
    experiments.confirm(code=code, by=crowd.roles["colleague"], at=began)
    queries.forget_running()
    for day in range(SINCE.days):
        some = dice.sample(crowd.ids, SHOWN // SINCE.days + 1)
        shown = [found for person in some if (found := queries.assign(DRAFT.slot, person_id=person))]
        experiments.expose(shown, at=began + timedelta(days=day, hours=1 + 9 * dice.random()))
