"""Notes, comments and favourites. The query with the viewer is the authorisation: others' do not exist."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from ninja import File, Query, Router
from ninja.files import UploadedFile

from jishi.goods.catalog import queries as catalog
from jishi.kernel import media
from jishi.people.accounts import queries as accounts
from jishi.people.accounts.contracts import AudienceRef
from jishi.people.accounts.errors import PersonNotFound
from jishi.social.communities import operations as communities
from jishi.social.notes import operations as notes
from jishi.social.notes import queries
from jishi.social.notes.contracts import EditState, NoteDraft, PinDraft
from jishi.social.notes.errors import NoteFieldInvalid, ProductUnknown, VideoTooLarge
from jishi.surfaces.api import auth
from jishi.surfaces.api.v1 import answers
from jishi.surfaces.api.v1.schemas import notes as shapes
from jishi.surfaces.api.v1.schemas import trade as trade_shapes

router = Router(tags=["notes"])
LIMIT = Query(20, ge=1, le=60)
MAX_VIDEO = 60 * 1024 * 1024


@router.get("/people/{code}/notes", response=shapes.Notes, auth=auth.optional)
def list_notes(
    request: HttpRequest, code: str, cursor: str | None = None, limit: int = LIMIT
) -> HttpResponse:
    """What a person published, as far as I may see it."""
    author = accounts.find_person_by_code(code)
    if author is None:
        raise PersonNotFound
    page = queries.page_of_author(author.id, viewer_id=_viewer(request), cursor=cursor, limit=limit)
    return answers.reply(shapes.notes(page))


@router.get("/me/notes", response=shapes.OwnNotes)
def list_own(
    request: HttpRequest, state: str = "", cursor: str | None = None, limit: int = LIMIT
) -> HttpResponse:
    """My notes in every state, or in one."""
    page = queries.page_own(answers.person(request), state=state[:20], cursor=cursor, limit=limit)
    return answers.reply(shapes.own_notes(page))


@router.post("/notes", response={201: shapes.State})
def create_note(request: HttpRequest, body: shapes.NoteIn) -> HttpResponse:
    """Keep a new note as a draft. Needs an Idempotency-Key; publish it in a second step."""
    person_id = answers.person(request)

    def effect() -> shapes.State:
        code = notes.save(author_id=person_id, draft=_draft(person_id, body, None))
        return shapes.State(code, "draft")

    return answers.once(request, body.dict(), effect)


@router.post("/communities/{slug}/notes", response={201: shapes.State})
def post_to_community(request: HttpRequest, slug: str, body: shapes.CommunityNoteIn) -> HttpResponse:
    """Publish a note in a community I belong to, in one step. Needs an Idempotency-Key."""
    person_id = answers.person(request)
    draft = _draft(person_id, body, None)
    if body.members_only:
        draft = replace(draft, visibility="audience", audience=AudienceRef("community", slug))

    def effect() -> shapes.State:
        code = notes.save(author_id=person_id, draft=draft)
        state = notes.publish(author_id=person_id, code=code)
        communities.attach_post(author_id=person_id, note_code=code, slug=slug, channel=body.channel)
        return shapes.State(code, state)

    return answers.once(request, body.dict(), effect)


@router.get("/notes/{code}", response=shapes.Note, auth=auth.optional)
def get_note(request: HttpRequest, code: str) -> HttpResponse:
    """One note; its author sees it in any state, with what it sold."""
    return answers.reply(_note(request, code))


@router.put("/notes/{code}", response=shapes.Note)
def edit_note(request: HttpRequest, code: str, body: shapes.NoteIn) -> HttpResponse:
    """Keep one of my notes as it is sent. One in sight stays so, if nothing speaks against the new words."""
    person_id = answers.person(request)
    current = queries.get_edit(code, author_id=person_id)
    notes.save(author_id=person_id, code=code, draft=_draft(person_id, body, current))
    return answers.reply(_note(request, code))


@router.delete("/notes/{code}", response=trade_shapes.Done)
def remove_note(request: HttpRequest, code: str) -> HttpResponse:
    """Take one of my notes away for good."""
    notes.remove(author_id=answers.person(request), code=code)
    return answers.reply(trade_shapes.Done())


@router.post("/notes/{code}/publish", response=shapes.State)
def publish_note(request: HttpRequest, code: str, body: shapes.PublishIn) -> HttpResponse:
    """Publish a draft now or at a moment to come. Repeating is harmless."""
    person_id = answers.person(request)
    if body.publish_at is not None:
        notes.schedule(author_id=person_id, code=code, publish_at=body.publish_at)
        return answers.reply(shapes.State(code, "scheduled"))
    return answers.reply(shapes.State(code, notes.publish(author_id=person_id, code=code)))


@router.post("/notes/{code}/unschedule", response=shapes.State)
def unschedule_note(request: HttpRequest, code: str) -> HttpResponse:
    """Make a scheduled note a draft again."""
    notes.unschedule(author_id=answers.person(request), code=code)
    return answers.reply(shapes.State(code, "draft"))


@router.post("/uploads/pictures", response={201: shapes.Upload})
def upload_picture(request: HttpRequest, file: File[UploadedFile]) -> HttpResponse:
    """Store a picture for a note of mine; where and with what it was taken is forgotten."""
    person_id = answers.person(request)
    [kept] = notes.store_pictures(person_id=person_id, uploads=[file.read()])
    ticket = notes.issue_ticket(person_id=person_id, kind="picture", kept=kept)
    return answers.reply(shapes.Upload(ticket, media.small_url(kept)), 201)


@router.post("/uploads/films", response={201: shapes.Upload})
def upload_film(request: HttpRequest, file: File[UploadedFile]) -> HttpResponse:
    """Store an MP4 film of at most a minute for a note of mine."""
    person_id = answers.person(request)
    if (file.size or 0) > MAX_VIDEO:
        raise VideoTooLarge(max_mb=MAX_VIDEO // 1024 // 1024)
    kept = notes.store_video(person_id=person_id, data=file.read())
    ticket = notes.issue_ticket(person_id=person_id, kind="video", kept=kept)
    return answers.reply(shapes.Upload(ticket, media.url(kept["file"])), 201)


@router.put("/notes/{code}/like", response=shapes.Tap)
def like(request: HttpRequest, code: str) -> HttpResponse:
    """Like a note."""
    return answers.reply(shapes.tap(notes.like(person_id=answers.person(request), code=code)))


@router.delete("/notes/{code}/like", response=shapes.Tap)
def unlike(request: HttpRequest, code: str) -> HttpResponse:
    """Like it no longer."""
    return answers.reply(shapes.tap(notes.unlike(person_id=answers.person(request), code=code)))


@router.put("/notes/{code}/favourite", response=shapes.Tap)
def keep(request: HttpRequest, code: str, body: shapes.KeepIn) -> HttpResponse:
    """Keep a note, in a folder or in none."""
    state = notes.favourite(person_id=answers.person(request), code=code, folder=body.folder)
    return answers.reply(shapes.tap(state))


@router.delete("/notes/{code}/favourite", response=shapes.Tap)
def drop(request: HttpRequest, code: str) -> HttpResponse:
    """Keep it no longer."""
    return answers.reply(shapes.tap(notes.unfavourite(person_id=answers.person(request), code=code)))


@router.post("/notes/{code}/repost", response={201: shapes.State})
def repost(request: HttpRequest, code: str, body: shapes.RepostIn) -> HttpResponse:
    """Pass a note on to my followers. Needs an Idempotency-Key."""
    person_id = answers.person(request)

    def effect() -> shapes.State:
        made = notes.repost(author_id=person_id, code=code, text=body.text)
        return shapes.State(made, queries.get_note(made, viewer_id=person_id).state)

    return answers.once(request, body.dict(), effect)


@router.get("/notes/{code}/comments", response=shapes.Comments, auth=auth.optional)
def list_comments(
    request: HttpRequest, code: str, cursor: str | None = None, limit: int = LIMIT
) -> HttpResponse:
    """What people say under a note."""
    page = queries.page_comments(code, viewer_id=_viewer(request), cursor=cursor, limit=limit)
    return answers.reply(shapes.Comments([shapes.comment(one) for one in page.items], page.next_cursor))


@router.post("/notes/{code}/comments", response={201: shapes.Comment})
def comment(request: HttpRequest, code: str, body: shapes.CommentIn) -> HttpResponse:
    """Say something under a note. Needs an Idempotency-Key."""
    person_id = answers.person(request)

    def effect() -> shapes.Comment:
        made = notes.comment(author_id=person_id, code=code, text=body.text, parent=body.parent or None)
        return shapes.comment(queries.get_comment(made, viewer_id=person_id))

    return answers.once(request, body.dict(), effect)


@router.delete("/comments/{code}", response=trade_shapes.Done)
def remove_comment(request: HttpRequest, code: str) -> HttpResponse:
    """Take a comment away: mine, or one under my note."""
    notes.remove_comment(person_id=answers.person(request), code=code)
    return answers.reply(trade_shapes.Done())


@router.put("/comments/{code}/like", response=shapes.Tap)
def like_comment(request: HttpRequest, code: str) -> HttpResponse:
    """Like a comment."""
    return answers.reply(shapes.tap(notes.like_comment(person_id=answers.person(request), code=code)))


@router.delete("/comments/{code}/like", response=shapes.Tap)
def unlike_comment(request: HttpRequest, code: str) -> HttpResponse:
    """Like it no longer."""
    return answers.reply(shapes.tap(notes.unlike_comment(person_id=answers.person(request), code=code)))


@router.get("/favourites", response=shapes.Notes)
def list_favourites(
    request: HttpRequest, folder: str = "", cursor: str | None = None, limit: int = LIMIT
) -> HttpResponse:
    """What I keep, the last kept first."""
    page = queries.page_favourites(
        answers.person(request), folder=folder[:12] or None, cursor=cursor, limit=limit
    )
    return answers.reply(shapes.notes(page))


@router.get("/favourites/folders", response=shapes.Folders)
def list_folders(request: HttpRequest) -> HttpResponse:
    """My folders."""
    found = queries.list_folders(answers.person(request))
    return answers.reply(shapes.Folders([shapes.folder(one) for one in found]))


@router.post("/favourites/folders", response={201: shapes.Folder})
def create_folder(request: HttpRequest, body: shapes.FolderIn) -> HttpResponse:
    """Make a folder; the same name is the same folder."""
    person_id = answers.person(request)
    code = notes.create_folder(person_id=person_id, name=body.name)
    [made] = [one for one in queries.list_folders(person_id) if one.code == code]
    return answers.reply(shapes.folder(made), 201)


@router.delete("/favourites/folders/{code}", response=trade_shapes.Done)
def remove_folder(request: HttpRequest, code: str) -> HttpResponse:
    """Take a folder away; what was in it stays kept."""
    notes.remove_folder(person_id=answers.person(request), code=code)
    return answers.reply(trade_shapes.Done())


def _note(request: HttpRequest, code: str) -> shapes.Note:
    found = queries.get_note(code, viewer_id=_viewer(request), language=answers.language(request))
    return shapes.note(found, queries.sold_by_note(code) if found.is_own and found.pins else None)


def _draft(person_id: int, body: shapes.NoteIn, current: EditState | None) -> NoteDraft:
    """The note as it was sent; who sees a note for members is not changed here."""
    before = current.draft if current else NoteDraft()
    kept = tuple(before.pictures or ())
    pictures = []
    for one in body.pictures:
        if one.kept is not None:
            if one.kept >= len(kept):
                raise NoteFieldInvalid(field="pictures")
            pictures.append(kept[one.kept])
        else:
            pictures.append(notes.read_ticket(person_id=person_id, kind="picture", ticket=one.ticket))
    video = before.video if body.keep_video else None
    if body.video:
        video = notes.read_ticket(person_id=person_id, kind="video", ticket=body.video)
    return NoteDraft(
        title=body.title,
        text=body.text,
        form=body.form,
        visibility=before.visibility if before.audience else body.visibility,
        audience=before.audience,
        place=body.place,
        is_sponsored=body.is_sponsored,
        sponsor=body.sponsor,
        pictures=tuple(pictures),
        video=video,
        pins=tuple(_pin(pin) for pin in body.pins),
        details=dict(body.details),
    )


def _pin(pin: shapes.PinIn) -> PinDraft:
    product_id = catalog.find_product_id(pin.product)
    if product_id is None:
        raise ProductUnknown
    return PinDraft(product_id, pin.picture, pin.x, pin.y)


def _viewer(request: HttpRequest) -> int | None:
    """The caller, or nobody; behind `auth.optional`."""
    viewer: int | None = request.person_id  # type: ignore[attr-defined]
    return viewer
