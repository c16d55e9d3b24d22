"""What the judge of wording said, for people: the weight, a tone, and the sentence in their language."""

from collections.abc import Iterable

from jishi.kernel import wording
from jishi.surfaces.shell import phrases


def lines(remarks: Iterable[wording.Remark]) -> list[tuple[str, str]]:
    """(tone, sentence) of every remark: "bad" for what may not be shown, "warn" for what to look at twice."""
    tones = {wording.Weight.STOP: "bad", wording.Weight.LOOK: "warn"}
    return [(tones[wording.Weight(one.weight)], phrases.say(one.message, one.params)) for one in remarks]
