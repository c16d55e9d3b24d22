"""The social network, circles around one person, what rises, goods for a campaign: for operators."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from jishi.goods.catalog import queries as catalog_queries
from jishi.insight.networks import queries as network_queries
from jishi.insight.networks.contracts import StandingView, TieView
from jishi.insight.portraits import queries as portraits
from jishi.insight.recommendation import queries as recommendation_queries
from jishi.kernel import audit
from jishi.people.accounts import queries as people
from jishi.social.feed import queries as feed_queries
from jishi.social.notes import queries as note_queries
from jishi.surfaces.ops.gate import operator, person
from jishi.surfaces.shell import facts as request_facts

WIDTH, HEIGHT, MARGIN = 900, 520, 26
DRAWN, LISTED, TONES = 120, 60, 8
NEAREST, REACH, EGO_WIDTH = 110, 130, 640


@dataclass(frozen=True, slots=True)
class Dot:
    """One person in the drawing."""

    x: float
    y: float
    radius: float
    tone: int
    name: str
    has_label: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One tie in the drawing; the stronger the wider."""

    x1: float
    y1: float
    x2: float
    y2: float
    width: float


@operator
@require_GET
def networks(request: HttpRequest) -> HttpResponse:
    """Who is listened to, which circles there are, who connects them, whose numbers are doubtful."""
    roles = _roles()
    role = request.GET.get("role", "")
    role = role if role in roles else ""
    group = request.GET.get("group", "")
    community = int(group) if group.isdigit() and len(group) < 8 else None
    shown = network_queries.list_standings(role=role, community=community, limit=LISTED)
    drawn = network_queries.list_standings(limit=DRAWN)
    cards = people.list_people({one.person_id for one in (*shown, *drawn)})
    names = {key: card.nickname for key, card in cards.items()}
    topics = {one.id: one.name for one in feed_queries.list_topics(limit=400)}
    context: dict[str, Any] = {
        "run": network_queries.find_run(),
        "tabs": list(roles.items()),
        "role": role,
        "group": community,
        "rows": [(one, cards.get(one.person_id), _doubts(one), roles[one.role or ""]) for one in shown],
        "groups": [
            (one, one.number % TONES, [topics[topic] for topic in one.topic_ids if topic in topics])
            for one in network_queries.list_groups()
        ],
        "drawing": _drawing(drawn, names),
        "width": WIDTH,
        "height": HEIGHT,
    }
    return render(request, "ops/networks.html", context)


@operator
@require_GET
def around(request: HttpRequest, code: str) -> HttpResponse:
    """One person: how close others are, and their circles. The look is written down."""
    found = people.find_person_by_code(code)
    if found is None:
        raise Http404
    audit.record(actor_id=person(request), action="people.view", subject=f"person:{code}")
    circles = network_queries.list_circles(found.id)
    cards = people.list_people({tie.other_id for circle in circles for tie in circle})
    circles = tuple(tuple(tie for tie in circle if tie.other_id in cards) for circle in circles)
    circles = tuple(circle for circle in circles if circle)
    names = {key: card.nickname for key, card in cards.items()}
    standing = network_queries.find_standing(found.id)
    topics = {one.id: one.name for one in feed_queries.list_topics(limit=400)}
    context: dict[str, Any] = {
        "person": found,
        "run": network_queries.find_run(),
        "standing": standing,
        "role": _roles()[standing.role] if standing and standing.role else "",
        "doubts": _doubts(standing) if standing else [],
        "topics": [
            topics[topic] for topic, _ in network_queries.list_affinities(found.id) if topic in topics
        ],
        "circles": [
            (number, (number - 1) % TONES, [(tie, cards[tie.other_id]) for tie in circle])
            for number, circle in enumerate(circles, 1)
        ],
        "count": sum(map(len, circles)),
        "drawing": _around(circles, names, found.nickname),
        "width": EGO_WIDTH,
        "height": HEIGHT,
    }
    return render(request, "ops/network_person.html", context)


def _around(circles: Sequence[Sequence[TieView]], names: dict[int, str], name: str) -> dict[str, list[Any]]:
    """One person in the middle, their circles side by side around them, the closer the nearer."""
    ties = [(number, tie) for number, circle in enumerate(circles) for tie in circle]
    most = max((tie.strength for _, tie in ties), default=1)
    slots = len(ties) + len(circles)
    spots: dict[int, tuple[float, float]] = {}
    dots = []
    for place, (number, tie) in enumerate(ties):
        angle = 2 * math.pi * (place + number) / slots - math.pi / 2
        far = NEAREST + REACH * (1 - tie.strength / most)
        x = round(EGO_WIDTH / 2 + 1.1 * far * math.cos(angle), 1)
        spots[tie.other_id] = x, round(HEIGHT / 2 + far * math.sin(angle), 1)
        radius = round(5 + 7 * tie.strength / most, 1)
        dots.append(Dot(*spots[tie.other_id], radius, number % TONES, names[tie.other_id], place < DRAWN))
    middle = EGO_WIDTH / 2, HEIGHT / 2
    lines = [
        Line(*spots[one], *spots[other], round(0.4 + strength / 400, 2))
        for one, other, strength in network_queries.list_ties_among(list(spots))
    ]
    lines += [Line(*middle, *spots[tie.other_id], round(0.6 + tie.strength / 250, 2)) for _, tie in ties]
    return {"dots": [*dots, Dot(*middle, 16, -1, name, has_label=True)], "lines": lines}


def _roles() -> dict[str, str]:
    return {
        "": gettext("Everybody"),
        "opinion": gettext("Listened to"),
        "creator": gettext("Creators"),
        "consumer": gettext("Buyers whom others follow"),
        "bridge": gettext("Bridges"),
    }


def _drawing(drawn: tuple[StandingView, ...], names: dict[int, str]) -> dict[str, list[Any]]:
    """Dots and lines of the most listened to; places were found by the nightly look."""
    spots = {
        one.person_id: (
            round(MARGIN + one.x * (WIDTH - 2 * MARGIN), 1),
            round(MARGIN + one.y * (HEIGHT - 2 * MARGIN), 1),
        )
        for one in drawn
    }
    most = max((one.influence for one in drawn), default=1) or 1
    dots = [
        Dot(
            *spots[one.person_id],
            round(4 + 12 * (one.influence / most) ** 0.5, 1),
            one.community % TONES,
            names.get(one.person_id, "·"),
            place < 14,
        )
        for place, one in enumerate(drawn)
    ]
    lines = [
        Line(*spots[one], *spots[other], round(0.4 + strength / 400, 2))
        for one, other, strength in network_queries.list_ties_among(list(spots))
    ]
    return {"dots": dots[::-1], "lines": lines}


def _doubts(one: StandingView) -> list[str]:
    words = {
        "silent_followers": gettext("most followers never did anything"),
        "sudden_followers": gettext("most followers came within an hour"),
        "one_buyer": gettext("all orders through links by one buyer"),
    }
    return [words[code] for code in one.doubts if code in words]


@operator
@require_GET
def trends(request: HttpRequest) -> HttpResponse:
    """What rises this minute, against what is usual at this length of time."""
    language = request_facts.of(request).language
    goods = recommendation_queries.list_trends("goods", limit=20)
    notes = recommendation_queries.list_trends("note", limit=20)
    topics = recommendation_queries.list_trends("topic", limit=20)
    cards = catalog_queries.list_cards([one.key for one in goods], language=language) if goods else {}
    written = {
        -card.id: (card.title or card.excerpt)
        for card in note_queries.list_cards([-one.key for one in notes], viewer_id=None, language=language)
    }
    names = {one.id: one.name for one in feed_queries.list_topics(limit=400)}
    context = {
        "lists": [
            (gettext("Goods"), [(cards[t.key].title, t) for t in goods if t.key in cards]),
            (gettext("Notes"), [(written[t.key], t) for t in notes if t.key in written]),
            (gettext("Topics"), [(names[t.key], t) for t in topics if t.key in names]),
            (
                gettext("Searches"),
                [(t.word, t) for t in recommendation_queries.list_trends("search", limit=20)],
            ),
        ],
        "models": recommendation_queries.list_models(),
    }
    return render(request, "ops/trends.html", context)


@operator
@require_GET
def selection(request: HttpRequest) -> HttpResponse:
    """Goods judged for a campaign or for a host's followers, with what speaks for and against each."""
    segments = [(one.code, one.name, one.count) for one in portraits.list_segments()]
    segment = request.GET.get("segment", "")
    segment = segment if segment in {code for code, _, _ in segments} else ""
    host = people.find_person_by_code(request.GET.get("host", "")[:12]) if not segment else None
    found = recommendation_queries.select_goods(segment=segment, host_id=host.id if host else None, limit=40)
    cards = catalog_queries.list_cards(
        [one.product_id for one in found], language=request_facts.of(request).language
    )
    rows = [(one, cards[one.product_id]) for one in found if one.product_id in cards]
    context = {
        "rows": rows,
        "segments": segments,
        "segment": segment,
        "host": host,
        "is_few": bool(segment or host) and not any(one.facts["asked"] for one in found),
    }
    return render(request, "ops/selection.html", context)
