"""The inbox in words: sources, states, measures, and how an effect reads."""

from django.utils.translation import gettext, ngettext

from jishi.growth.listening.contracts import ChangeView, ItemState, Measure, Source
from jishi.growth.listening.errors import FeedbackInvalid
from jishi.kernel import http
from jishi.kernel.errors import DomainError
from jishi.surfaces.shell import formats


def sources() -> dict[str, str]:
    """Where something was said."""
    return {
        Source.SUGGESTION: gettext("Suggestion"),
        Source.REVIEW: gettext("Low rating"),
        Source.SURVEY: gettext("Survey"),
        Source.CHAT: gettext("Line to a shop"),
        Source.COMMENT: gettext("Comment under a note"),
    }


def states() -> dict[str, tuple[str, str]]:
    """The states with their tones."""
    return {
        ItemState.NEW: (gettext("Just came in"), "hot"),
        ItemState.OPEN: (gettext("In hand"), "gold"),
        ItemState.ANSWERED: (gettext("Answered"), "ok"),
        ItemState.CLOSED: (gettext("Closed without an answer"), ""),
    }


def measures() -> dict[str, str]:
    """What is counted before and after a change."""
    return {
        Measure.THEME: gettext("Feedback on its theme, per paid order"),
        Measure.LOW_RATINGS: gettext("Ratings of two stars or fewer, per review"),
        Measure.REFUNDS: gettext("Refunds, per paid order"),
    }


def verdict(found: ChangeView, language: str) -> tuple[str, str, str]:
    """What a change did in one sentence, its tone, and the figures behind it."""
    effect = found.effect
    if effect is None:
        return gettext("Measured from the second day on."), "", ""
    span = ngettext("%(n)s day before and after", "%(n)s days before and after", effect.days) % {
        "n": effect.days
    }
    counts = gettext("%(before)s of %(before_of)s before, %(after)s of %(after_of)s after") % {
        "before": formats.number(effect.before, language),
        "before_of": formats.number(effect.before_of, language),
        "after": formats.number(effect.after, language),
        "after_of": formats.number(effect.after_of, language),
    }
    figures = f"{counts} · {span}"
    if effect.low is not None:
        high = f"{effect.high:.2f}" if effect.high is not None else "∞"
        ratio = f"{effect.ratio:.2f}" if effect.ratio is not None else "–"
        ends = {"ratio": ratio, "low": f"{effect.low:.2f}", "high": high}
        figures += " · " + gettext("ratio %(ratio)s (%(low)s … %(high)s)") % ends
    said = {
        "fewer": (gettext("It happens less often than before."), "ok"),
        "more": (gettext("It happens more often than before."), "bad"),
        "unclear": (gettext("Too early to tell: both more and less are possible."), "gold"),
    }[effect.verdict]
    return said[0], said[1], figures


def words(error: DomainError) -> str:
    """A refusal with the field's name as the form has it."""
    if not isinstance(error, FeedbackInvalid):
        return http.message_of(error)
    names = {
        "answer": gettext("Answer"),
        "title": gettext("What was changed"),
        "name": gettext("Name"),
        "owner": gettext("Responsible"),
        "measure": gettext("What is counted"),
        "made_at": gettext("When"),
        "text": gettext("Words"),
    }
    field = str(error.fields.get("field", ""))
    return http.message_of(FeedbackInvalid(field=names.get(field, field)))
