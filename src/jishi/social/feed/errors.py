"""Refusals of feeds."""

from jishi.kernel.errors import N_, Invalid, NotFound


class TopicUnknown(NotFound):
    """No note carries this topic."""

    code = "feed.topic_unknown"
    message = N_("Nobody has written about this topic yet.")


class TooManyInterests(Invalid):
    """Somebody picked more topics than a feed can weigh."""

    code = "feed.too_many_interests"
    message = N_("Please pick at most %(limit)s topics.")


class PlaceTooLong(Invalid):
    """A place is a name, not a text."""

    code = "feed.place_too_long"
    message = N_("A place has at most %(limit)s characters.")
