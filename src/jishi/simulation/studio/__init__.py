"""Still lifes for the demo goods: drawn from a seed, so that the same world always looks the same."""

from collections.abc import Callable

from jishi.simulation.studio import garden, house, pantry, wardrobe
from jishi.simulation.studio.scene import PALETTES, Scene

SIZES = {"1:1": (600, 600), "4:5": (600, 750), "3:4": (600, 800)}
KINDS: dict[str, Callable[[Scene], None]] = {
    drawing.__name__: drawing
    for drawing in (*pantry.DRAWINGS, *house.DRAWINGS, *wardrobe.DRAWINGS, *garden.DRAWINGS)
}


def paint(kind: str, *, palette: int, ratio: str, seed: int, width: int = 600) -> bytes:
    """A JPEG still life of ``kind``; the same arguments always give the same picture."""
    size = (width, SIZES[ratio][1] * width // SIZES[ratio][0])
    scene = Scene(PALETTES[palette % len(PALETTES)], size, seed)
    KINDS[kind](scene)
    return scene.finish(size)
