"""What other parts see of a link's preview."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PreviewView:
    """What stands behind a link. `host` is where it really leads, whatever the page says of itself."""

    url: str
    host: str
    title: str
    text: str
    picture_url: str
    picture_srcset: str
