"""What the wiring plugs in: the audiences people are by themselves, friends and followers; keys are ids."""

from jishi.social.graph import queries


class Friends:
    """`friends:<person id>`: who is in mutual touch with a person, and the person."""

    kind = "friends"

    def contains(self, *, key: str, person_id: int) -> bool:
        """Tell whether the two follow each other, or are one."""
        return _is(key, person_id) or (key.isdigit() and queries.relation(person_id, int(key)).is_friend)


class Followers:
    """`followers:<person id>`: who follows a person, and the person."""

    kind = "followers"

    def contains(self, *, key: str, person_id: int) -> bool:
        """Tell whether this person follows, or is, the one named."""
        return _is(key, person_id) or (key.isdigit() and queries.relation(person_id, int(key)).follows)


def _is(key: str, person_id: int) -> bool:
    return key == str(person_id)
