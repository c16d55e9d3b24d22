"""Workers that only lead campaigns on, one after the other, each killed in the middle of what it does.

A process of its own, so that forking meets no thread: it loads Django once, never connects, and each child
connects for itself.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from datetime import datetime

import django

django.setup()

from jishi.growth.campaigns import operations as campaigns  # noqa: E402
from jishi.growth.campaigns.operations import advancing  # noqa: E402


def work(at: datetime) -> None:
    """Until somebody ends it."""
    advancing.BATCH = 20
    while True:
        if not campaigns.enrol_due(at) + campaigns.run_due(at):
            time.sleep(0.01)


def main(at: datetime, kills: int) -> None:
    """Start a worker and kill it, so many times."""
    dice = random.Random(7)
    for number in range(kills):
        child = os.fork()
        if child == 0:
            work(at)
        # Longer each time, so that a slow machine gets somewhere as well.
        time.sleep(dice.uniform(0.02, 0.08) * (number + 1))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        assert os.WTERMSIG(status) == signal.SIGKILL


if __name__ == "__main__":
    main(datetime.fromisoformat(sys.argv[1]), int(sys.argv[2]))
