"""The content plan in words: states, lanes, licences, what the check found, and who did what."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import get_language, gettext

from jishi.growth.publishing.contracts import Finding, Lane, Level, Licence, State, VariantState, Verdict
from jishi.social.notes import queries as notes
from jishi.surfaces.shell import formats

TONES = {Level.STOP: "bad", Level.LOOK: "gold", Level.GOOD: "ok", Level.UNKNOWN: ""}


@dataclass(frozen=True, slots=True)
class Reason:
    """One finding, ready to be read."""

    level: str
    tone: str
    text: str
    href: str = ""


def states() -> dict[str, tuple[str, str]]:
    """The states of a piece with their tones, in the order of the way."""
    return {
        State.IDEA: (gettext("Idea"), ""),
        State.BRIEF: (gettext("Brief"), ""),
        State.DRAFT: (gettext("Being written"), "gold"),
        State.REVIEW: (gettext("In review"), "hot"),
        State.SCHEDULED: (gettext("Has its date"), "ok"),
        State.HELD: (gettext("Held back"), "bad"),
        State.WAITING: (gettext("With the moderators"), "gold"),
        State.PUBLISHED: (gettext("Published"), "ok"),
        State.DROPPED: (gettext("Dropped"), ""),
    }


def lanes() -> dict[str, str]:
    """What pieces are for."""
    return {
        Lane.SEED: gettext("Recommending"),
        Lane.NEW: gettext("Fresh goods"),
        Lane.GUIDE: gettext("Guides"),
        Lane.FESTIVAL: gettext("Festivals"),
        Lane.COMMUNITY: gettext("People and communities"),
        Lane.NEWS: gettext("In the news"),
    }


def licences() -> dict[str, str]:
    """By what right a picture is used."""
    return {
        Licence.OWN: gettext("Our own"),
        Licence.BOUGHT: gettext("Bought, with a receipt"),
        Licence.AGREED: gettext("Agreed with its maker"),
        Licence.CC0: gettext("CC0, free for everybody"),
        Licence.CC_BY: gettext("CC BY, naming its maker"),
        Licence.UNKNOWN: gettext("Not known yet"),
    }


def abouts() -> dict[str, str]:
    """What the check looks at."""
    return {
        "whole": gettext("Whole"),
        "rights": gettext("Pictures and rights"),
        "brand": gettext("Fits the house"),
        "need": gettext("Answers a need"),
        "novelty": gettext("Something new"),
        "variety": gettext("Variety of the week"),
        "spread": gettext("Spreads"),
        "wording": gettext("Wording"),
        "audience": gettext("Readers"),
        "product": gettext("Its subject"),
        "trait": gettext("The platform"),
        "cost": gettext("What it costs"),
    }


def levels() -> dict[str, str]:
    """What follows from a finding."""
    return {
        Level.STOP: gettext("stops it"),
        Level.LOOK: gettext("worth a look"),
        Level.GOOD: gettext("speaks for it"),
        Level.UNKNOWN: gettext("cannot be told"),
    }


def verdicts() -> dict[str, tuple[str, str]]:
    """What the advice about an account comes down to."""
    return {
        Verdict.SUITS: (gettext("Suits"), "ok"),
        Verdict.POSSIBLE: (gettext("Possible"), "gold"),
        Verdict.RATHER_NOT: (gettext("Rather not"), ""),
    }


def variant_states() -> dict[str, tuple[str, str]]:
    """Where a version for an account is."""
    return {
        VariantState.DRAFT: (gettext("Not posted"), ""),
        VariantState.SENDING: (gettext("Being sent"), "gold"),
        VariantState.POSTED: (gettext("Posted"), "ok"),
    }


def kinds() -> dict[str, str]:
    """Kinds of days."""
    return {
        "festival": gettext("Festival"),
        "term": gettext("Solar term"),
        "world": gettext("Day of the world"),
        "shopping": gettext("Shopping day"),
    }


def verbs() -> dict[str, str]:
    """What was done to a piece."""
    return {
        "create": gettext("put it into the plan"),
        "write": gettext("wrote"),
        "note": gettext("changed the plan around it"),
        "move": gettext("moved it"),
        "idea": gettext("made it an idea again"),
        "brief": gettext("briefed it"),
        "draft": gettext("began to write"),
        "ask_review": gettext("asked for a review"),
        "send_back": gettext("sent it back"),
        "approve": gettext("approved it"),
        "drop": gettext("dropped it"),
        "held": gettext("held back at its moment"),
        "waiting": gettext("handed to the moderators"),
        "published": gettext("published"),
        "version": gettext("wrote a version"),
        "no_version": gettext("threw a version away"),
        "sending": gettext("began to post"),
        "posted": gettext("posted"),
        "not_there": gettext("found that it is not there"),
    }


def fields() -> dict[str, str]:
    """Fields by name, for refusals."""
    return {
        "title": gettext("Working title"),
        "headline": gettext("Title"),
        "need": gettext("Need"),
        "brief": gettext("Brief"),
        "text": gettext("Body text"),
        "lane": gettext("Lane"),
        "form": gettext("Kind"),
        "language": gettext("Language"),
        "author": gettext("Published as"),
        "pictures": gettext("Pictures"),
        "products": gettext("Products"),
        "audience": gettext("For whom"),
        "source": gettext("Source"),
        "sponsor": gettext("Sponsor"),
        "state": gettext("State"),
        "words": gettext("Reason"),
        "url": gettext("Address"),
        "tags": gettext("Tags"),
        "licence": gettext("Licence"),
        "credit": gettext("Who made it"),
        "proof": gettext("Proof"),
        "alt": gettext("Description"),
        "expires_on": gettext("Licence ends on"),
        "name": gettext("Name"),
        "platform": gettext("Platform"),
        "weekly_goal": gettext("Pieces a week"),
        "weekly": gettext("Pieces a week"),
        "cost": gettext("Cost of a post"),
        "text_limit": gettext("Longest text"),
        "picture_limit": gettext("Most pictures"),
        "rhythm": gettext("How often it is fetched"),
        "themes": gettext("Themes"),
        "avoided": gettext("Words that are not used"),
        "moment": gettext("Moment"),
        "file": gettext("File"),
        "film": gettext("Film, if it is one"),
    }


def forms() -> dict[str, str]:
    """Kinds of notes."""
    return {code: gettext(name) for code, name in notes.list_forms()}


def reason(found: Finding) -> Reason:
    """A finding as a sentence; an amount is written as people of the language write it."""
    params = dict(found.params)
    if "amount_minor" in params:
        currency = str(params.get("currency", "CNY"))
        params["amount"] = formats.money(int(params["amount_minor"]), currency, get_language() or "en")
    return Reason(found.level, TONES.get(Level(found.level), ""), gettext(found.message) % params)


def grouped(found: Iterable[Finding]) -> list[tuple[str, list[Reason]]]:
    """Findings by what they are about, in the order of the check."""
    names, groups = abouts(), dict[str, list[Reason]]()
    for one in found:
        groups.setdefault(one.about, []).append(reason(one))
    return [(names[about], groups[about]) for about in names if about in groups]


def rhythms() -> list[tuple[int, str]]:
    """How often figures are fetched by themselves."""
    return [
        (0, gettext("Not by itself")),
        (6, gettext("Every six hours")),
        (24, gettext("Every 24 hours")),
        (168, gettext("Once a week")),
    ]
