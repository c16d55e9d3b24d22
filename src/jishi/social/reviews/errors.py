"""What can be wrong with a review, a question or an answer; the codes are public and append-only."""

from jishi.kernel.errors import N_, Conflict, Forbidden, Invalid, NotFound


class ReviewNotFound(NotFound):
    """No such review, or not for this viewer."""

    code = "reviews.not_found"
    message = N_("This review is not there any more.")


class QuestionNotFound(NotFound):
    """No such question, or not for this viewer."""

    code = "reviews.question_not_found"
    message = N_("This question is not there any more.")


class AnswerNotFound(NotFound):
    """No such answer, or not for this viewer."""

    code = "reviews.answer_not_found"
    message = N_("This answer is not there any more.")


class ProductNotFound(NotFound):
    """There is no such product to ask about."""

    code = "reviews.product_not_found"
    message = N_("We could not find this product.")


class LineNotFound(NotFound):
    """Not a line of an order of this person that they received and kept."""

    code = "reviews.line_not_found"
    message = N_("You can review what you bought and received.")


class NotTheAuthor(Forbidden):
    """Only its author may do this."""

    code = "reviews.not_the_author"
    message = N_("Only the author can do that.")


class AuthorSuspended(Forbidden):
    """The author's content is hidden; nothing new is taken either."""

    code = "reviews.author_suspended"
    message = N_("Your account cannot post at the moment.")


class VoteNotYours(Forbidden):
    """Neither one's own words nor, as the shop's staff, those about the shop are voted for."""

    code = "reviews.vote_not_yours"
    message = N_("You cannot vote on this one.")


class StarsInvalid(Invalid):
    """Stars are whole numbers from 1 to 5."""

    code = "reviews.stars_invalid"
    message = N_("Please choose one to five stars.")


class WordsMissing(Invalid):
    """Nothing was written."""

    code = "reviews.words_missing"
    message = N_("Please write something.")


class TooLong(Invalid):
    """More than `limit` characters or pictures."""

    code = "reviews.too_long"
    message = N_("%(field)s: at most %(limit)s.")


class AspectUnknown(Invalid):
    """There is no such aspect to judge."""

    code = "reviews.aspect_unknown"
    message = N_("There is no such thing to rate.")


class SortUnknown(Invalid):
    """There is no such order or filter of reviews."""

    code = "reviews.sort_unknown"
    message = N_("Reviews cannot be listed that way.")


class ReviewedAlready(Conflict):
    """One review per line of an order."""

    code = "reviews.exists"
    message = N_("You have reviewed this already.")


class EditOver(Conflict):
    """A review can be changed for thirty days."""

    code = "reviews.edit_over"
    message = N_("A review can be changed for %(days)s days. You can still add a follow-up.")


class FollowUpOver(Conflict):
    """One follow-up, within half a year, to a review that is in sight."""

    code = "reviews.follow_up_over"
    message = N_("A follow-up can be written once, within %(days)s days of receiving.")


class AskedAlready(Conflict):
    """Past buyers were asked about this question before."""

    code = "reviews.asked_already"
    message = N_("Buyers have been asked about this already.")
