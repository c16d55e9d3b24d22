"""Under which name a viewer is counted, and what day it is for them."""

import hashlib
from datetime import date, datetime
from zoneinfo import ZoneInfo

from jishi.growth.merchandising.contracts import Viewer

ZONE = ZoneInfo("Asia/Shanghai")


def key_of(viewer: Viewer) -> str:
    """A person's number, or a digest of a browser's; '' for somebody who may not be followed."""
    if viewer.person_id is not None:
        return f"p:{viewer.person_id}"
    return f"v:{hashlib.sha256(viewer.visitor.encode()).hexdigest()[:32]}" if viewer.visitor else ""


def day_of(at: datetime) -> date:
    """The day on the wall of the house; limits a day end at its midnight."""
    return at.astimezone(ZONE).date()
