"""What other parts see of a link's preview."""

from dataclasses import dataclass

from jishi.kernel.media import PictureView


@dataclass(frozen=True, slots=True)
class PreviewView:
    """What stands behind a link. `host` is where it really leads, whatever the page says of itself."""

    url: str
    host: str
    title: str
    text: str
    picture: PictureView | None
