"""What a person keeps, and in which folders."""

from django.db.models import Count

from jishi.kernel.paging import Page, decode_cursor, encode_cursor
from jishi.social.notes.contracts import FolderView, NoteCard
from jishi.social.notes.errors import FolderNotFound
from jishi.social.notes.models import Favourite, Folder
from jishi.social.notes.queries import rows
from jishi.social.notes.queries.notes import MAX_PAGE


def list_folders(person_id: int) -> list[FolderView]:
    """Return a person's folders, the oldest first."""
    found = Folder.objects.filter(person_id=person_id).annotate(n=Count("favourites")).order_by("pk")
    return [FolderView(row.code, row.name, row.n) for row in found]


def page_favourites(
    person_id: int, *, folder: str | None = None, cursor: str | None = None, limit: int = 20
) -> Page[NoteCard]:
    """Return what a person keeps, the last kept first; with a folder's code only what is in it.

    Notes that the person may not see any more are left out.

    :raises FolderNotFound: no such folder of theirs.
    :raises BadCursor: the cursor was not made here.
    """
    found = Favourite.objects.filter(person_id=person_id)
    if folder:
        row = Folder.objects.filter(person_id=person_id, code=folder).first()
        if row is None:
            raise FolderNotFound()
        found = found.filter(folder_id=row.pk)
    if cursor:
        found = found.filter(pk__lt=decode_cursor(cursor)[0])
    limit = max(1, min(limit, MAX_PAGE))
    kept = list(found.order_by("-pk").values_list("pk", "note_id")[: limit + 1])
    cards = rows.list_cards([note_id for _, note_id in kept[:limit]], viewer_id=person_id)
    return Page(cards, encode_cursor(kept[limit - 1][0]) if len(kept) > limit else None)
