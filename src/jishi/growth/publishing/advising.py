"""Advice about an account for a piece: audience, product and theme, the platform's trait, cost. Pure."""

from collections.abc import Mapping

from jishi.growth.publishing import rules
from jishi.growth.publishing.contracts import (
    Advice,
    ChannelView,
    Finding,
    Level,
    PieceDraft,
    Verdict,
)
from jishi.kernel.errors import N_

ORDER = (Verdict.SUITS, Verdict.POSSIBLE, Verdict.RATHER_NOT)
LEAST_POSTS = 3
"""Fewer posts with figures say nothing about the next one."""


def advise(draft: PieceDraft, channel: ChannelView, sums: Mapping[str, int]) -> Advice:
    """What speaks for and against an account. Two good reasons and none against make it suit; what cannot be
    posted there as it is counts against."""
    reasons = (
        *_audience(draft, channel),
        *_theme(draft, channel),
        *_trait(draft, channel),
        *_cost(channel, sums),
    )
    levels = [one.level for one in reasons]
    if Level.STOP in levels or levels.count(Level.LOOK) > levels.count(Level.GOOD):
        verdict = Verdict.RATHER_NOT
    elif levels.count(Level.GOOD) >= 2 and Level.LOOK not in levels:
        verdict = Verdict.SUITS
    else:
        verdict = Verdict.POSSIBLE
    return Advice(channel, verdict, tuple(reasons))


def _audience(draft: PieceDraft, channel: ChannelView) -> list[Finding]:
    if not draft.audience:
        return [Finding("audience", Level.UNKNOWN, N_("The piece is for everybody."))]
    if not channel.draft.segments:
        return [Finding("audience", Level.UNKNOWN, N_("Nobody has noted whom its readers resemble."))]
    if draft.audience in channel.draft.segments:
        return [Finding("audience", Level.GOOD, N_("Its readers resemble the people the piece is for."))]
    return [Finding("audience", Level.LOOK, N_("Its readers are other people than the piece is for."))]


def _theme(draft: PieceDraft, channel: ChannelView) -> list[Finding]:
    if not channel.draft.themes:
        return []
    said = f"{draft.title}\n{draft.headline}\n{draft.text}".casefold()
    met = [theme for theme in channel.draft.themes if theme.casefold() in said]
    if met:
        words = N_("It is about what the account is known for: %(words)s.")
        return [Finding("product", Level.GOOD, words, {"words": "、".join(met[:4])})]
    return [Finding("product", Level.LOOK, N_("The account is known for other things."))]


def _trait(draft: PieceDraft, channel: ChannelView) -> list[Finding]:
    found = [Finding("trait", Level.UNKNOWN, channel.platform.trait)]
    if draft.language not in channel.platform.languages:
        found.append(Finding("trait", Level.STOP, N_("Its readers read another language.")))
    if draft.form in channel.platform.suits:
        found.append(Finding("trait", Level.GOOD, N_("Pieces of this kind are at home there.")))
    limits = channel.limits
    if limits.needs_picture and not draft.pictures:
        found.append(Finding("trait", Level.LOOK, N_("It lives by pictures, and the piece has none.")))
    size = rules.length(draft.text, limits)
    if size > limits.text:
        words = N_("The text has to be cut from %(is)s to %(most)s characters.")
        found.append(Finding("trait", Level.LOOK, words, {"is": size, "most": limits.text}))
    return found


def _cost(channel: ChannelView, sums: Mapping[str, int]) -> list[Finding]:
    """Money is named with its currency by whoever shows it: parameters ending in `_minor`."""
    posts = sums.get("posts", 0)
    if posts < LEAST_POSTS:
        words = N_("Figures of %(count)s posts: too few to say what a visit costs.")
        return [Finding("cost", Level.UNKNOWN, words, {"count": posts})]
    spent = sums.get("spent_minor", 0) + channel.draft.cost_minor * posts
    clicks = sums.get("clicks", 0)
    params = {"clicks": clicks, "posts": posts, "amount_minor": spent, "currency": channel.draft.currency}
    if not clicks:
        return [Finding("cost", Level.LOOK, N_("%(posts)s posts brought no visit so far."), params)]
    if not spent:
        words = N_("%(posts)s posts brought %(clicks)s visits and cost nothing that was noted.")
        return [Finding("cost", Level.GOOD, words, params)]
    words = N_("%(posts)s posts brought %(clicks)s visits, at %(amount)s each.")
    return [Finding("cost", Level.UNKNOWN, words, {**params, "amount_minor": spent // clicks})]
