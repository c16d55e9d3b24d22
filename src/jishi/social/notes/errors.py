"""What can be wrong with a note, a comment or a video; the codes are public and append-only."""

from jishi.kernel.errors import N_, Conflict, Forbidden, Invalid, NotFound


class NoteNotFound(NotFound):
    """No such note, or not for this viewer."""

    code = "notes.not_found"
    message = N_("This note is not there, or it is not shared with you.")


class CommentNotFound(NotFound):
    """No such comment, or not for this viewer."""

    code = "notes.comment_not_found"
    message = N_("This comment is not there any more.")


class FolderNotFound(NotFound):
    """No such folder of this person."""

    code = "notes.folder_not_found"
    message = N_("You have no such folder.")


class NotTheAuthor(Forbidden):
    """Only its author may do this."""

    code = "notes.not_the_author"
    message = N_("Only the author can do that.")


class AuthorSuspended(Forbidden):
    """The author's content is hidden; nothing new is taken either."""

    code = "notes.author_suspended"
    message = N_("Your account cannot post at the moment.")


class CommentsClosed(Forbidden):
    """The author and this person do not talk, or the note is not public."""

    code = "notes.comments_closed"
    message = N_("You cannot comment here.")


class NoteEmpty(Invalid):
    """Neither words nor pictures nor a video."""

    code = "notes.empty"
    message = N_("Add a picture, a video or a few words first.")


class TooLong(Invalid):
    """A field is longer than it may be."""

    code = "notes.too_long"
    message = N_("%(field)s: at most %(limit)s characters.")


class TooMany(Invalid):
    """More pictures, pins, topics or mentions than a note may have."""

    code = "notes.too_many"
    message = N_("%(field)s: at most %(limit)s.")


class NoteFieldInvalid(Invalid):
    """A field has a value it cannot have."""

    code = "notes.field_invalid"
    message = N_("Please check: %(field)s.")


class ProductUnknown(Invalid):
    """A pin leads to a product that is not for sale."""

    code = "notes.product_unknown"
    message = N_("A tagged product is not for sale any more. Please take it off.")


class SponsorMissing(Invalid):
    """A sponsored note does not say by whom."""

    code = "notes.sponsor_missing"
    message = N_("Please say who sponsors this note.")


class PublishTimePast(Invalid):
    """A note is scheduled for a moment that is over, or too far away."""

    code = "notes.publish_time_past"
    message = N_("Choose a time between now and 90 days from now.")


class ContentRefused(Invalid):
    """A guard refuses the content; nothing was stored. `findings` say why."""

    code = "notes.content_refused"
    message = N_("This cannot be posted: %(reason)s")


class VideoUnreadable(Invalid):
    """The upload is not a complete MP4 film."""

    code = "notes.not_video"
    message = N_("This file is not a video we can use. Please upload an MP4.")


class VideoTooLarge(Invalid):
    """The film has too many bytes."""

    code = "notes.video_too_large"
    message = N_("This video is too large: at most %(max_mb)s MB.")


class VideoTooLong(Invalid):
    """The film runs too long."""

    code = "notes.video_too_long"
    message = N_("This video is too long: at most %(max_s)s seconds.")


class StateForbids(Conflict):
    """The note or comment is in a state in which this cannot be done."""

    code = "notes.state_forbids"
    message = N_("This cannot be done with it now. Please look at it again.")


class RepostPointless(Conflict):
    """One's own note, or one that is not public, cannot be reposted."""

    code = "notes.repost_pointless"
    message = N_("Only public notes of other people can be reposted.")
