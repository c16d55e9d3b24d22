"""What a person chose for their feeds."""

from jishi.social.feed.contracts import Preference
from jishi.social.feed.queries import sql

_PREFERENCE = """
SELECT coalesce((SELECT is_personalised FROM feed_choice WHERE person_id = %(person)s), true),
       coalesce((SELECT place FROM feed_choice WHERE person_id = %(person)s), ''),
       ARRAY(SELECT topic_id FROM feed_interest WHERE person_id = %(person)s ORDER BY id),
       EXISTS (SELECT 1 FROM graph_follow WHERE follower_id = %(person)s AND state = 'active')
"""


def get_preference(person_id: int | None) -> Preference:
    """What somebody chose; strangers chose nothing."""
    if person_id is None:
        return Preference()
    personalised, place, interests, follows = sql.run(_PREFERENCE, {"person": person_id})[0]
    return Preference(personalised, place, tuple(interests), follows)
