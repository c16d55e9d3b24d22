"""What the recommender does when lower domains publish: a like counts in the very next list."""

from jishi.insight.recommendation import operations as recommendation
from jishi.insight.recommendation.contracts import Act, Asker
from jishi.social.notes.events import NoteFavourited, NoteLiked


def on_note_liked(event: NoteLiked | NoteFavourited) -> None:
    """Note that somebody just liked or kept a note."""
    recommendation.touch(Asker(event.person_id), key=-event.note_id, act=Act.LIKED)
