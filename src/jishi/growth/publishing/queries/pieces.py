"""Pieces: one whole, lists by state, the days of the calendar, what the house stands for."""

from datetime import datetime
from typing import Any

from django.db.models import Count

from jishi.goods.catalog import queries as catalog
from jishi.growth.publishing import contracts
from jishi.growth.publishing.contracts import PieceDraft, PieceView, PieceWhole, State, StepView
from jishi.growth.publishing.errors import PieceNotFound
from jishi.growth.publishing.models import Asset, House, Piece, PiecePicture, PieceProduct, Step
from jishi.growth.publishing.queries import assets

SHOWN = (
    "id", "code", "state", "lane", "title", "headline", "due_at", "writer_id", "reviewer_id", "author_id",
    "note_code", "published_at", "trouble", "reasons", "audience", "form", "language",
)  # fmt: skip


def get_piece(code: str, *, with_steps: bool = True) -> PieceWhole:
    """One piece with its pictures and, if asked, what was done to it.

    :raises PieceNotFound: there is none.
    """
    row = Piece.objects.select_related("author").filter(code=code[:12]).first()
    if row is None:
        raise PieceNotFound
    steps = Step.objects.filter(piece=row).order_by("-pk")[:60] if with_steps else ()
    draft, shown = load(row)
    return PieceWhole(
        piece=view(row),
        draft=draft,
        assets=shown,
        steps=tuple(StepView(one.verb, one.by_id, one.words, one.at) for one in steps),
        revision=row.revision,
        has_author=row.author is not None and row.author.is_active and row.author.is_operator,
    )


def load(row: Piece) -> tuple[PieceDraft, tuple[contracts.AssetView, ...]]:
    """A row as its form shows it, with its pictures; two statements."""
    pictures = PiecePicture.objects.filter(piece=row).order_by("position").select_related("asset")
    shown = tuple(assets.view(one.asset) for one in pictures)
    wares = PieceProduct.objects.filter(piece=row).order_by("position")
    draft = PieceDraft(
        title=row.title,
        lane=row.lane,
        need=row.need,
        brief=row.brief,
        audience=row.audience,
        source=row.source,
        headline=row.headline,
        text=row.text,
        form=row.form,
        language=row.language,
        sponsor=row.sponsor,
        author_id=row.author_id,
        pictures=tuple(one.code for one in shown),
        products=tuple(wares.values_list("product__code", flat=True)),
        due_at=row.due_at,
    )
    return draft, shown


def product_ids(codes: tuple[str, ...]) -> list[int]:
    """The numbers of products by code; unknown ones are left out."""
    found = [catalog.find_product_id(code) for code in codes]
    return [one for one in found if one is not None]


def list_pieces(*, state: str = "", lane: str = "", limit: int = 200) -> tuple[PieceView, ...]:
    """Pieces that are not dropped, or those of a state; what is due soonest first, then the newest."""
    rows = Piece.objects.filter(state=state) if state else Piece.objects.exclude(state=State.DROPPED)
    if lane:
        rows = rows.filter(lane=lane)
    return tuple(view(row) for row in rows.only(*SHOWN).order_by("due_at", "-pk")[:limit])


def list_between(since: datetime, until: datetime, *, lane: str = "") -> tuple[PieceView, ...]:
    """Pieces with a moment in a span, in order, without dropped ones."""
    rows = Piece.objects.filter(due_at__gte=since, due_at__lt=until).exclude(state=State.DROPPED)
    if lane:
        rows = rows.filter(lane=lane)
    return tuple(view(row) for row in rows.only(*SHOWN).order_by("due_at", "pk")[:500])


def list_unplanned(*, limit: int = 40) -> tuple[PieceView, ...]:
    """Pieces without a day, the newest first."""
    rows = Piece.objects.filter(due_at=None).exclude(state=State.DROPPED)
    return tuple(view(row) for row in rows.only(*SHOWN).order_by("-pk")[:limit])


def count_states() -> dict[str, int]:
    """How many pieces are in each state."""
    rows = Piece.objects.order_by().values_list("state").annotate(n=Count("pk"))
    return {state: count for state, count in rows}  # noqa: C416 - a list of pairs, not a dict


def get_house() -> contracts.House:
    """What the house stands for and what it does not say; empty until somebody writes it down."""
    row = House.objects.first()
    return contracts.House(tuple(row.themes), tuple(row.avoided)) if row else contracts.House()


def export_person(*, person_id: int) -> dict[str, Any]:
    """What somebody wrote, reviewed and added as staff."""
    wrote = Piece.objects.filter(writer_id=person_id).order_by("pk")
    return {
        "pieces": [{"title": row.title, "text": row.text, "at": row.created_at.isoformat()} for row in wrote],
        "published_as": list(
            Piece.objects.filter(author_id=person_id).order_by("pk").values_list("title", flat=True)
        ),
        "reviewed": list(
            Piece.objects.filter(reviewer_id=person_id).order_by("pk").values_list("title", flat=True)
        ),
        "steps": [
            {"verb": row.verb, "words": row.words, "at": row.at.isoformat()}
            for row in Step.objects.filter(by_id=person_id).order_by("pk")
        ],
        "pictures": list(
            Asset.objects.filter(added_by_id=person_id).order_by("pk").values_list("title", flat=True)
        ),
    }


def view(row: Piece) -> PieceView:
    """A row as lists show it."""
    return PieceView(
        id=row.pk,
        code=row.code,
        state=row.state,
        lane=row.lane,
        title=row.title,
        headline=row.headline,
        due_at=row.due_at,
        writer_id=row.writer_id,
        reviewer_id=row.reviewer_id,
        author_id=row.author_id,
        note_code=row.note_code or "",
        published_at=row.published_at,
        trouble=row.trouble,
        audience=row.audience,
        form=row.form,
        language=row.language,
        reasons=tuple((message, params) for message, params in row.reasons),
    )
