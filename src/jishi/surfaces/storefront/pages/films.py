"""Films one below the other, each as tall as the screen: the next one comes as one scrolls."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from jishi.social.graph import queries as graph
from jishi.social.graph.contracts import Relation
from jishi.social.notes import queries as note_queries
from jishi.social.notes.contracts import NoteView
from jishi.surfaces.shell import facts as request_facts

A_TIME = 4


@dataclass(frozen=True, slots=True)
class Frame:
    """A film as the reel shows it, and how its reader stands to its author."""

    note: NoteView
    relation: Relation | None


@require_GET
def reel(request: HttpRequest) -> HttpResponse:
    """Public films, from the one in `from` on; for htmx the next ones alone."""
    facts = request_facts.of(request)
    page = note_queries.page_films(
        viewer_id=facts.person_id,
        language=facts.language,
        start=request.GET.get("from", ""),
        cursor=request.GET.get("cursor") or None,
        limit=A_TIME,
    )
    others = sorted({film.author.id for film in page.items if not film.is_own})
    relations = graph.relations(facts.person_id, others)
    context = {
        "frames": [Frame(film, relations.get(film.author.id)) for film in page.items],
        "next_cursor": page.next_cursor,
        "is_first": not request.GET.get("cursor"),
    }
    part = "frames.html" if request.headers.get("HX-Request") else "reel.html"
    return render(request, f"storefront/films/{part}", context)
