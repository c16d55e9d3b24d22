"""What can be wrong with a placement or a landing page; the codes are public and append-only."""

from jishi.kernel.errors import N_, Conflict, Forbidden, Invalid, NotFound


class PlacementNotFound(NotFound):
    """No such placement."""

    code = "merchandising.placement_not_found"
    message = N_("This placement is not there.")


class PlacementInvalid(Invalid):
    """Something about the placement cannot be; `field` says what."""

    code = "merchandising.placement_invalid"
    message = N_("Please check: %(field)s.")


class WordsRefused(Invalid):
    """The rules of this place forbid to show these words."""

    code = "merchandising.words_refused"
    message = N_("“%(word)s” may not be offered here.")


class NotWaiting(Conflict):
    """Nothing waits for a second person here."""

    code = "merchandising.not_waiting"
    message = N_("Nothing is waiting for confirmation.")


class SecondPersonNeeded(Forbidden):
    """Whoever asked cannot confirm."""

    code = "merchandising.second_person"
    message = N_("Somebody else has to confirm this.")


class PageNotFound(NotFound):
    """No such landing page, or it is not public."""

    code = "merchandising.page_not_found"
    message = N_("This page is not there.")


class PageInvalid(Invalid):
    """Something about the landing page cannot be; `field` says what."""

    code = "merchandising.page_invalid"
    message = N_("Please check: %(field)s.")


class PageChanged(Conflict):
    """Somebody else changed the page in the meantime."""

    code = "merchandising.page_changed"
    message = N_("Somebody changed this page in the meantime. Here it is as it stands now.")


class SlugTaken(Conflict):
    """Another page has this address."""

    code = "merchandising.slug_taken"
    message = N_("Another page has this address already.")


class EndStays(Conflict):
    """A countdown told people when it ends."""

    code = "merchandising.end_stays"
    message = N_("A countdown has told people when this ends, so the end stays. Make a new page instead.")


class PageOver(Conflict):
    """The page has ended."""

    code = "merchandising.page_over"
    message = N_("This has ended.")


class ConsentNeeded(Invalid):
    """Signing up needs a tick."""

    code = "merchandising.consent_needed"
    message = N_("Please tick that you agree, so that we may write to you.")
