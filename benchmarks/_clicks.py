"""A process in which people open things at a steady pace until its input ends; then it says how many.

Behaviour arrives at other web processes than the one that answers, so a benchmark clicks from another, too.
"""

from __future__ import annotations

import json
import random
import sys
import threading

import django

A_SECOND = 100


def main() -> int:
    """Read whom and what to click, say when it starts, click, and count."""
    django.setup()
    from jishi.insight.recommendation import operations as recommendation
    from jishi.insight.recommendation.contracts import Act, Asker

    given = json.loads(sys.stdin.readline())
    over = threading.Event()

    def wait() -> None:
        sys.stdin.readline()
        over.set()

    threading.Thread(target=wait, daemon=True).start()
    dice, clicks = random.Random(5), 0
    print("ready", flush=True)
    while not over.wait(1 / A_SECOND):
        asker = Asker(dice.choice(given["people"]))
        recommendation.touch(asker, key=dice.choice(given["keys"]), act=Act.OPENED)
        clicks += 1
    print(clicks, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
