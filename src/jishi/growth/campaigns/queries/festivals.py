"""What can belong to a festival, and what each part of one brought."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from jishi.goods.catalog import queries as catalog
from jishi.growth.campaigns import figures, rules
from jishi.growth.campaigns.contracts import Kind, Part, PartFigures, ReadOut, Return
from jishi.growth.campaigns.models import Campaign
from jishi.growth.campaigns.models import Part as PartRow
from jishi.growth.campaigns.queries import finding
from jishi.growth.merchandising import queries as merchandising
from jishi.growth.merchandising.contracts import PageState
from jishi.kernel import clock
from jishi.kernel.text import pick
from jishi.promotions.flash_sales import queries as flash_sales
from jishi.promotions.lotteries import queries as lotteries
from jishi.promotions.plays import queries as plays

SOON = timedelta(days=60)


def list_part_choices(*, language: str, at: datetime | None = None) -> tuple[tuple[Part, str], ...]:
    """What runs or lies ahead: team offers, flash slots, lotteries, landing pages, journeys."""
    moment = clock.at_or_now(at)
    offers = plays.list_running(at=moment, limit=50)
    cards = catalog.list_cards([one.product_id for one in offers], language=language)
    found = [
        (Part("offer", one.code), cards[one.product_id].title) for one in offers if one.product_id in cards
    ]
    found += [
        (Part("flash", one.code), one.title)
        for one in flash_sales.list_all_slots(language=language, at=moment)
        if one.ends_at > moment and one.starts_at < moment + SOON
    ]
    found += [(Part("lottery", one.code), one.title) for one in lotteries.list_open(at=moment)]
    found += [
        (Part("landing", one.draft.slug), pick(one.draft.title, language) or one.draft.slug)
        for one in merchandising.list_pages()
        if one.state != PageState.OFF
    ]
    journeys = Campaign.objects.filter(kind=Kind.JOURNEY).exclude(state="ended").order_by("-pk")[:50]
    return (*found, *((Part("journey", one.code), one.name) for one in journeys))


def part_figures(code: str, *, language: str) -> tuple[PartFigures, ...]:
    """What each part of a festival brought, whatever state it is in now."""
    parts = [Part(one.kind, one.code) for one in PartRow.objects.filter(campaign__code=code).order_by("pk")]
    names = dict(list_part_choices(language=language)) if parts else {}
    return tuple(PartFigures(one, names.get(one, one.code), *figures.part(one)) for one in parts)


def list_returns(code: str) -> tuple[Return, ...]:
    """What each journey of a festival brought for its money, by its newest reading."""
    codes = PartRow.objects.filter(campaign__code=code, kind="journey").order_by("pk")
    wanted = list(codes.values_list("code", flat=True))
    names = dict(Campaign.objects.filter(code__in=wanted).values_list("code", "name"))
    found = []
    for one in wanted:
        read = finding.read_out(one)
        if read is not None and one in names:
            found.append(_return(one, names[one], read))
    return tuple(found)


def _return(code: str, name: str, read: ReadOut) -> Return:
    revenue = next((one for one in read.readings if one.measure == "revenue"), None)
    if revenue is None or read.cost_minor <= 0:
        return Return(code, name, read.cost_minor)
    scale = read.people.get("treated", 0) / read.cost_minor
    known = revenue.always
    return Return(code, name, read.cost_minor, known.value * scale, known.low * scale, known.high * scale)


def find_shifts(returns: Sequence[Return]) -> list[tuple[Return, Return]]:
    """From which campaign money may move to which, as pairs of the worse and the best."""
    return rules.shifts(returns)
