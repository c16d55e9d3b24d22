"""The check before publishing: reasons in words with what they rest on, and never a score. Pure."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from statistics import median

from jishi.growth.publishing import rules
from jishi.growth.publishing.contracts import Around, Facts, Finding, Level, Outcome
from jishi.kernel.errors import N_

LEAST_LIKE = 4
"""Fewer published pieces of a kind say nothing about the next one."""
CLOSE, NEAR = 70, 40
"""Of a hundred words, so many shared with an earlier piece make it the same, or much alike."""
LEAST_WORDS = 12
SAME_LANE = 3
CROWDED = timedelta(hours=2)
SHOUTS = 4
ABOUT = ("whole", "rights", "brand", "need", "novelty", "variety", "spread", "wording")


def check(facts: Facts) -> tuple[Finding, ...]:
    """Everything that speaks for or against publishing a piece as it is now."""
    return (
        *_whole(facts),
        *rules.picture_faults(facts.assets, facts.draft.due_at or facts.at),
        *rules.one_film(facts.assets),
        *_alts(facts),
        *_brand(facts),
        *_need(facts),
        *_novelty(facts),
        *_variety(facts),
        *_spread(facts),
        *(facts.remarks or (Finding("wording", Level.GOOD, N_("Nothing to say about the wording.")),)),
    )


def stops(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """What forbids publishing."""
    return tuple(one for one in findings if one.level == Level.STOP)


def _whole(facts: Facts) -> Iterator[Finding]:
    draft = facts.draft
    if not draft.text and not facts.assets:
        yield Finding("whole", Level.STOP, N_("There are neither words nor pictures yet."))
    if not draft.headline:
        yield Finding("whole", Level.LOOK, N_("It has no title; a card without one is easily passed by."))
    if not facts.has_author:
        yield Finding("whole", Level.STOP, N_("Nobody is chosen in whose name it is published."))
    if not facts.assets:
        yield Finding("whole", Level.LOOK, N_("It has no picture."))


def _alts(facts: Facts) -> Iterator[Finding]:
    for one in facts.assets:
        if not one.alt:
            words = N_("“%(title)s” has no description for people who do not see it.")
            yield Finding("rights", Level.LOOK, words, {"title": one.title})
        if one.licence in rules.CREDITED and not one.credit:
            words = N_("The licence of “%(title)s” asks to name who made it.")
            yield Finding("rights", Level.STOP, words, {"title": one.title})
    if facts.assets and not rules.picture_faults(facts.assets, facts.draft.due_at or facts.at):
        words = N_("%(count)s pictures, each with a licence that holds on the day.")
        yield Finding("rights", Level.GOOD, words, {"count": len(facts.assets)})


def _brand(facts: Facts) -> Iterator[Finding]:
    said = f"{facts.draft.headline}\n{facts.draft.text}"
    folded = said.casefold()
    avoided = [word for word in facts.house.avoided if word.casefold() in folded]
    if avoided:
        words = N_("The house does not say: %(words)s.")
        yield Finding("brand", Level.LOOK, words, {"words": "、".join(avoided)})
    if said.count("!") + said.count("！") >= SHOUTS:
        yield Finding("brand", Level.LOOK, N_("It shouts: there are %(count)s exclamation marks."), {
            "count": said.count("!") + said.count("！")
        })  # fmt: skip
    if not facts.house.themes:
        yield Finding("brand", Level.UNKNOWN, N_("Nobody has written down yet what the house stands for."))
        return
    met = [theme for theme in facts.house.themes if theme.casefold() in folded]
    if met:
        words = N_("It speaks of what the house stands for: %(words)s.")
        yield Finding("brand", Level.GOOD, words, {"words": "、".join(met[:5])})
    else:
        words = N_("It touches nothing that the house stands for (%(words)s).")
        yield Finding("brand", Level.LOOK, words, {"words": "、".join(facts.house.themes[:5])})


def _need(facts: Facts) -> Iterator[Finding]:
    if not facts.draft.need:
        yield Finding("need", Level.LOOK, N_("Say which need of readers it answers."))
    met = [one for one in facts.wanted if rules.words_in(one) & facts.words]
    if met:
        words = N_("People look for this now: %(words)s.")
        yield Finding("need", Level.GOOD, words, {"words": "、".join(met[:5])})
    elif facts.wanted:
        yield Finding("need", Level.LOOK, N_("None of what people search for or talk about now is in it."))
    else:
        words = N_("Nothing rises in searches and topics at the moment, so the need cannot be compared.")
        yield Finding("need", Level.UNKNOWN, words)


def _novelty(facts: Facts) -> Iterator[Finding]:
    if len(facts.words) < LEAST_WORDS:
        words = N_("Too few words yet to compare it with earlier pieces.")
        yield Finding("novelty", Level.UNKNOWN, words)
        return
    shared = [
        (round(100 * len(facts.words & one.words) / len(facts.words | one.words)), one)
        for one in facts.earlier
        if one.words
    ]
    most, nearest = max(shared, key=lambda pair: (pair[0], pair[1].code), default=(0, None))
    if nearest is None:
        yield Finding("novelty", Level.UNKNOWN, N_("There is no earlier piece to compare it with."))
        return
    params = {"title": nearest.title, "code": nearest.code, "share": most}
    if most >= CLOSE:
        words = N_("It is nearly “%(title)s”: %(share)s of 100 words are the same.")
        yield Finding("novelty", Level.STOP, words, params)
    elif most >= NEAR:
        words = N_("It is much like “%(title)s”: %(share)s of 100 words are the same.")
        yield Finding("novelty", Level.LOOK, words, params)
    else:
        words = N_("New: the nearest earlier piece, “%(title)s”, shares %(share)s of 100 words.")
        yield Finding("novelty", Level.GOOD, words, params)


def _variety(facts: Facts) -> Iterator[Finding]:
    draft, week = facts.draft, facts.week
    if draft.due_at is None:
        yield Finding("variety", Level.UNKNOWN, N_("It has no day yet, so the week cannot be looked at."))
        return
    found = list(_clashes(facts))
    alike = [one for one in week if one.lane == draft.lane]
    if len(alike) >= SAME_LANE:
        words = N_("The week has %(count)s others of this lane already.")
        found.append(Finding("variety", Level.LOOK, words, {"count": len(alike)}))
    wares = Counter(ware for one in week for ware in one.products & set(draft.products))
    if wares:
        words = N_("A product of it is in %(count)s other pieces of the week.")
        found.append(Finding("variety", Level.LOOK, words, {"count": max(wares.values())}))
    forms = {one.form for one in week}
    if len(week) >= SAME_LANE and forms == {draft.form}:
        found.append(Finding("variety", Level.LOOK, N_("Every piece of the week is of the same kind.")))
    if not found:
        words = N_("It fits the week: %(count)s other pieces, none too close.")
        found.append(Finding("variety", Level.GOOD, words, {"count": len(week)}))
    yield from found


def _clashes(facts: Facts) -> Iterator[Finding]:
    due_at = facts.draft.due_at
    assert due_at is not None
    near: Around | None = next((one for one in facts.week if abs(one.due_at - due_at) < CROWDED), None)
    if near is not None:
        words = N_("“%(title)s” comes out less than two hours apart.")
        yield Finding("variety", Level.LOOK, words, {"title": near.title, "code": near.code})


def _spread(facts: Facts) -> Iterator[Finding]:
    like = _like(facts)
    params: dict[str, object] = {"count": len(like)}
    if len(like) < LEAST_LIKE:
        words = N_(
            "Only %(count)s pieces of this lane and kind were published: too few to tell how it spreads."
        )
        yield Finding("spread", Level.UNKNOWN, words, params)
        return
    own, all_ = (int(median(one.passed_on for one in group)) for group in (like, facts.outcomes))
    params |= {"own": own, "all": all_}
    if own > all_:
        words = N_("%(count)s pieces like it were passed on %(own)s times in the middle, all %(all)s times.")
        yield Finding("spread", Level.GOOD, words, params)
    elif own < all_:
        words = N_(
            "%(count)s pieces like it were passed on only %(own)s times in the middle, all %(all)s times."
        )
        yield Finding("spread", Level.LOOK, words, params)
    else:
        words = N_(
            "%(count)s pieces like it were passed on as often as all pieces: %(all)s times in the middle."
        )
        yield Finding("spread", Level.UNKNOWN, words, params)


def _like(facts: Facts) -> list[Outcome]:
    return [one for one in facts.outcomes if one.lane == facts.draft.lane and one.form == facts.draft.form]
