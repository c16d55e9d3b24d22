"""Two orders of the home page against each other, as the team of the demo world would try them.

Readers get real pages with both orders interleaved and open what stands in them without leaning to either, so
the read-out has to say that it cannot tell.
"""

import random
from datetime import datetime, timedelta

from jishi.insight.recommendation import operations as recommendation
from jishi.insight.recommendation.contracts import Act, Asker, MixName, Surface
from jishi.simulation.demo.people import Crowd

SINCE = timedelta(days=6)
READERS = 36
NAME = "首页多放些新品，好不好？"


def compete(dice: random.Random, crowd: Crowd, *, until: datetime) -> str:
    """Begin six days ago and let some readers come by since; returns the contest's code."""
    recommendation.renew(at=until)  # what everybody may see; lists of one's own come with the first fit
    code = recommendation.start_contest(
        name=NAME, one=MixName.STANDARD, two=MixName.FRESH, by=crowd.roles["operator"], at=until - SINCE
    )
    known = set(crowd.roles.values())
    for person in dice.sample([one for one in crowd.ids if one not in known], READERS):
        at = until - SINCE * dice.uniform(0.05, 0.95)
        shown = recommendation.show(Asker(person), Surface.HOME, limit=20, seed=dice.randrange(10**6), at=at)
        opened = dice.sample(shown.picks, min(dice.choice((0, 1, 1, 2)), len(shown.picks)))
        for number, pick in enumerate(opened):
            moment = at + timedelta(seconds=20 + 40 * number)
            recommendation.touch(Asker(person), key=pick.key, act=Act.OPENED, at=moment)
    return code
