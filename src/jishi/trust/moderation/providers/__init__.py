"""The desks of the kinds of content: each translates moderation's verbs into one lower domain's."""

from jishi.insight.experiments import ports as experiments
from jishi.kernel import wording
from jishi.social.communities import queries as communities
from jishi.trust.moderation import ports
from jishi.trust.moderation.providers.contests import ChallengeDesk, PollDesk
from jishi.trust.moderation.providers.house_words import HouseWording
from jishi.trust.moderation.providers.messages import MessageDesk
from jishi.trust.moderation.providers.notes import CommentDesk, NoteAuthors, NoteDesk
from jishi.trust.moderation.providers.people import PersonDesk
from jishi.trust.moderation.providers.places import CommunityDesk
from jishi.trust.moderation.providers.reviews import AnswerDesk, QuestionDesk, ReviewAuthors, ReviewDesk

COMPLAINTS = """
SELECT reporter_id AS person_id, created_at AS at, 1::float8 AS value FROM moderation_report
"""


class CommunityModerators:
    """Owners and moderators of communities."""

    def can_moderate(self, slug: str, *, person_id: int) -> bool:
        """Whether this person may decide about posts of this community."""
        return communities.can_moderate(slug, person_id)


def connect() -> None:
    """Take reports about everything that can be reported."""
    for desk in (NoteDesk(), CommentDesk(), MessageDesk(), PersonDesk()):
        ports.register_desk(desk)
    for review_desk in (ReviewDesk(), QuestionDesk(), AnswerDesk()):
        ports.register_desk(review_desk)
    for place in (CommunityDesk(), PollDesk(), ChallengeDesk()):
        ports.register_desk(place)
    ports.register_authors("reviews", ReviewAuthors())
    ports.register_authors("notes", NoteAuthors())
    ports.register_moderators("communities", CommunityModerators())
    experiments.register_source(experiments.Source("complaints", COMPLAINTS))
    wording.register_judge(HouseWording())
