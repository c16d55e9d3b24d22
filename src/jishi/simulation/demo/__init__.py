"""A living demo world, built through the operations that people use; marked as demo, removable as a whole.

The same seed gives the same world: the same people, goods, deals and states. Instants move with the day it
is built.
"""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from jishi.insight.portraits import operations as portraits
from jishi.kernel import clock, sweeps
from jishi.kernel.outbox import relay
from jishi.people.notifications import operations as notifications
from jishi.simulation.demo import (
    advance,
    asked,
    care,
    circles,
    contests,
    earlier,
    flash,
    footsteps,
    gathering,
    opinions,
    people,
    planned,
    reach,
    reaching,
    rounds,
    shelves,
    showcase,
    talks,
    trying,
)
from jishi.simulation.demo.history import History
from jishi.simulation.demo.social import Village
from jishi.simulation.studio import painters

PEOPLE = 302
SPAN = timedelta(days=42)
TEAMS, ALONE = 28, 16
EXPECTED_ORDERS = 120

LOG_INS = {
    "shopper": f"shopper@demo.jishi.local / {people.PASSWORD}",
    "merchant": f"merchant@demo.jishi.local / {people.PASSWORD}",
    "operator": f"operator@demo.jishi.local / {people.PASSWORD}",
}


def build(*, seed: int, progress: Callable[..., None], at: datetime | None = None) -> None:
    """Build the world as it stands at ``at`` (now by default), in an empty installation."""
    base = (at or clock.now()).astimezone(UTC)
    dice = random.Random(seed)
    with painters.at_work() as beside:
        painted = shelves.paint(beside, progress)
        crowd = people.settle(dice, count=PEOPLE, base=base)
        progress("people", len(crowd.ids), PEOPLE)
        wares = shelves.stock(dice, crowd, painted=painted, base=base, progress=progress)
        earlier.buy(random.Random(seed), crowd, wares, until=base)
        village = Village(dice, crowd, wares, painters=beside, until=base)
        deal(dice, crowd, wares, base, progress)
        opinions.speak(random.Random(seed), crowd, until=base)
        asked.ask(random.Random(seed), crowd, until=base)
        group(base)
        trying.run(random.Random(seed), crowd, until=base)
        trying.popup(random.Random(seed), crowd, until=base)
        trying.price(crowd, wares, until=base)
        live(village, progress=progress)
    footsteps.walk(random.Random(seed), crowd, wares, until=base)
    care.care(crowd, until=base)
    planned.plan(crowd, wares, until=base)
    reach.reach(crowd, wares, until=base)
    reaching.reach(crowd, until=base)
    contests.compete(random.Random(seed), crowd, until=base)
    sweeps.run_all(base)
    relay.drain()


def deal(
    dice: random.Random,
    crowd: people.Crowd,
    wares: list[shelves.Ware],
    until: datetime,
    progress: Callable[..., None],
) -> None:
    """Everything that people buy, alone and together."""
    history = History(dice, crowd, wares, until=until, progress=progress)
    for _ in range(ALONE):
        history.later(until - SPAN * dice.random(), history.buy_alone)
    for _ in range(TEAMS):
        history.later(until - SPAN * dice.random(), history.team_up)
    showcase.arrange(history, until=until)
    history.run(EXPECTED_ORDERS)
    # The merchant has seen six weeks of news of the shops; what comes from here on is new.
    notifications.mark_read(person_id=crowd.roles["merchant"], at=until)
    flash.hold(history, until=until)
    rounds.gather(crowd, wares, until=until)
    advance.reserve(crowd, wares, until=until)
    gathering.gather(crowd, wares, until=until)


def group(base: datetime) -> None:
    """Open the ready-made segments; the heavy process fills them, and makes portraits and groups alike."""
    portraits.open_ready_made(at=base)
    portraits.ask_rebuild(at=base)
    portraits.ask_clusters(at=base)


def live(village: Village, *, progress: Callable[..., None]) -> None:
    """Everything that people do besides buying."""
    village.follow()
    village.introduce()
    village.write(progress)
    for number, step in enumerate((circles.gather, circles.ask, circles.compete, talks.talk)):
        step(village, until=village.until)
        progress("communities and talks", number + 1, 4)
    village.greet()
