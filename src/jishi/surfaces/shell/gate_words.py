"""A gate in words: for whom something is, and how much of it one may have."""

from django.utils.translation import gettext

from jishi.promotions.gates import queries
from jishi.social.communities import queries as community_queries


def say(subject: str) -> list[str]:
    """Return a sentence for each thing a gate asks; nothing where none stands."""
    gate = queries.find(subject)
    if gate is None:
        return []
    found = []
    if gate.audience is not None:
        card = community_queries.find_card(gate.audience.key)
        found.append(gettext("Only members of %(name)s") % {"name": card.name if card else gate.audience.key})
    if gate.per_household:
        found.append(gettext("At most %(limit)s per household") % {"limit": gate.per_household})
    if gate.per_person_day:
        found.append(gettext("At most %(limit)s per person a day") % {"limit": gate.per_person_day})
    if gate.per_day:
        found.append(gettext("%(limit)s a day for everybody") % {"limit": gate.per_day})
    return found
