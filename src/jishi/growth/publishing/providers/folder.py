"""Figures from a folder of this machine: a file per account, put there by whoever exports them.

The name is the account's code, which nobody chooses; a file that leads elsewhere is not followed.
"""

import os
from pathlib import Path

from jishi.growth.publishing.errors import PlatformRefused

MOST_BYTES = 2_000_001


class Folder:
    """`figures/<code>.csv` in the home of the installation, for platforms without a source of their own."""

    platform = ""

    def __init__(self, root: Path) -> None:
        self.root = root

    def fetch(self, *, channel_code: str, handle: str) -> bytes | None:
        """The file as it lies there now.

        :raises PlatformRefused: it cannot be read.
        """
        path = self.root / f"{channel_code}.csv"
        try:
            number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise PlatformRefused(reason="file") from error
        with os.fdopen(number, "rb") as file:
            return file.read(MOST_BYTES)
