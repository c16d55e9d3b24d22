"""Writing a note. The form is complete without scripts: every button posts all of it, and the draft is kept.

Scripts add uploads with progress, and pins placed by tapping on the picture.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.catalog.contracts import ListingCard, ListingFilter
from jishi.kernel import clock, http, ids, media
from jishi.kernel.errors import DomainError
from jishi.kernel.pictures import PictureView
from jishi.people.accounts.contracts import AudienceRef
from jishi.social.communities import operations as communities
from jishi.social.communities import queries as community_queries
from jishi.social.communities.errors import MembersOnly, Muted, PostUnfit, RulesNotAccepted
from jishi.social.graph import queries as graph
from jishi.social.notes import operations as note_operations
from jishi.social.notes import queries as note_queries
from jishi.social.notes.contracts import CROPS, MAX_PICTURES, EditState, NoteDraft, PinDraft
from jishi.social.notes.errors import PublishTimePast, VideoTooLarge
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.storefront import note_pictures, note_words

FOUND = 8
MAX_VIDEO = 60 * 1024 * 1024


@login_required
@require_http_methods(["GET", "POST"])
def compose(request: HttpRequest, code: str | None = None) -> HttpResponse:
    """Show the form of a new note or of one's own, and do what its buttons say."""
    facts = request_facts.of(request)
    person_id = facts.person_id
    assert person_id is not None, "login_required stands in front"
    current = note_queries.get_edit(code, author_id=person_id, language=facts.language) if code else None
    if request.method == "GET":
        draft = current.draft if current else _blank(request, person_id)
        return _show(request, code, current, draft)
    draft, saved = current.draft if current else NoteDraft(), code
    silent = "X-Autosave" in request.headers
    try:
        draft = _read(request, person_id, draft)
        key = None if code else request.POST.get("key") or None
        saved = note_operations.save(author_id=person_id, draft=draft, code=code, key=key)
        if silent:
            return JsonResponse({"code": saved, "url": reverse("storefront:post_edit", args=[saved])})
        return _go_on(request, person_id, saved, draft)
    except DomainError as error:
        if silent:
            status, body = http.problem(error)
            return JsonResponse(body, status=status)
        if saved != code:
            # It was kept before a later step failed: the form goes on with that note, never a second one.
            code, current = saved, note_queries.get_edit(str(saved), author_id=person_id)
        return _show(request, code, current, draft, problem=http.message_of(error), status=422)


def _go_on(request: HttpRequest, person_id: int, code: str, draft: NoteDraft) -> HttpResponse:
    """What a button does once the draft is kept."""
    do = request.POST.get("do", "save")
    edit = reverse("storefront:post_edit", args=[code])
    community = request.POST.get("community", "")[:60]
    if do == "publish":
        if community:
            _check_may_post(person_id, community, draft)
        moment = _moment(request.POST.get("publish_at", ""))
        if moment:
            note_operations.schedule(author_id=person_id, code=code, publish_at=moment)
            messages.success(request, gettext("It will be published at the chosen time."))
            return HttpResponseRedirect(reverse("storefront:my_notes"))
        state = note_operations.publish(author_id=person_id, code=code)
        if community:
            communities.attach_post(author_id=person_id, note_code=code, slug=community)
        if state == "in_review":
            messages.info(request, gettext("Your note is being reviewed. Only you see it until then."))
        return HttpResponseRedirect(reverse("storefront:note", args=[code]))
    if do == "unschedule":
        note_operations.unschedule(author_id=person_id, code=code)
    if do == "save":
        messages.success(request, gettext("Saved"))
    query = f"?find={request.POST.get('find', '')[:60]}" if do == "find" else ""
    if community:
        query += ("&" if query else "?") + f"community={community}"
    return HttpResponseRedirect(edit + query + ("#products" if do in ("find", "add", "drop") else ""))


def _check_may_post(person_id: int, slug: str, draft: NoteDraft) -> None:
    """Ask the community before anything is in sight, so that a refusal leaves a draft.

    :raises CommunityNotFound: / MembersOnly: / Muted: / RulesNotAccepted: the person may not write there.
    :raises PostUnfit: the note is meant for other readers.
    """
    club = community_queries.get_community(slug, viewer_id=person_id)
    mine = club.membership
    if mine is None or mine.state != "member":
        raise MembersOnly(slug=slug)
    if mine.muted_until is not None and clock.now() < mine.muted_until:
        raise Muted(until=mine.muted_until.isoformat())
    if mine.rules_version != club.rules_version:
        raise RulesNotAccepted(rules_version=club.rules_version)
    for_members = draft.audience == AudienceRef("community", slug)
    if not for_members and (club.is_members_only or draft.visibility != "public"):
        raise PostUnfit(note="")


@login_required
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Keep one file for the form and answer with its ticket. The page's script sends files one by one."""
    person_id = request_facts.of(request).person_id
    assert person_id is not None, "login_required stands in front"
    try:
        if "video" in request.FILES:
            kept = note_operations.store_video(person_id=person_id, data=_video_bytes(request))
            ticket = note_operations.issue_ticket(person_id=person_id, kind="video", kept=kept)
            return JsonResponse({"ticket": ticket, "url": media.url(kept["file"]), "kind": "video"})
        picture = _file(request, "picture")
        if picture is None:
            return JsonResponse({"detail": gettext("Please choose a file.")}, status=400)
        data = picture.read()
        kept = note_operations.store_pictures(person_id=person_id, uploads=[data])[0]
    except DomainError as error:
        status, body = http.problem(error)
        return JsonResponse(body, status=status)
    ticket = note_operations.issue_ticket(person_id=person_id, kind="picture", kept=kept)
    return JsonResponse(
        {"ticket": ticket, "url": media.small_url(kept), "kind": "picture", "file": kept["file"]}
    )


@login_required
@require_POST
def remove(request: HttpRequest, code: str) -> HttpResponse:
    """Take one's note away."""
    person_id = request_facts.of(request).person_id
    assert person_id is not None, "login_required stands in front"
    note_operations.remove(author_id=person_id, code=code)
    messages.success(request, gettext("The note is removed."))
    return HttpResponseRedirect(reverse("storefront:my_notes"))


def _blank(request: HttpRequest, person_id: int) -> NoteDraft:
    """A new note: the person's usual visibility, the topic or product they came from."""
    topic = request.GET.get("topic", "")[:40]
    usual = graph.get_profile_of(person_id, viewer_id=person_id).note_visibility
    product = catalog_queries.find_product_id(request.GET.get("product", "")[:12])
    pins = (PinDraft(product),) if product else ()
    return NoteDraft(text=f"#{topic} " if topic else "", visibility=usual, pins=pins)


def _read(request: HttpRequest, person_id: int, before: NoteDraft) -> NoteDraft:
    """The note as the form has it; files are stored on the way."""
    post = request.POST
    form = post.get("form", "plain")
    audience = None
    visibility = post.get("visibility", "public")
    if visibility == "audience":
        audience = before.audience or AudienceRef("community", post.get("community", "")[:80])
    arranged = note_pictures.arrange(request, person_id, _pictures(request, person_id, before))
    return NoteDraft(
        title=post.get("title", ""),
        text=post.get("text", ""),
        form=form,
        visibility=visibility,
        audience=audience,
        place=post.get("place", ""),
        is_sponsored=bool(post.get("is_sponsored")),
        sponsor=post.get("sponsor", ""),
        pictures=arranged.pictures,
        video=_video(request, person_id, before),
        pins=note_pictures.move_pins(_pins(request), arranged),
        language=request_facts.of(request).language,
        details={name[7:]: str(post[name]) for name in post if name.startswith("detail-")},
    )


def _pictures(request: HttpRequest, person_id: int, before: NoteDraft) -> tuple[dict[str, Any], ...]:
    """Pictures as the form shows them: those that were there, then uploads by ticket, then plain files."""
    kept = {str(one["file"]): dict(one) for one in before.pictures or ()}
    # A page that is older than a crop still names the picture as it was.
    kept |= {str(one["from"]): dict(one) for one in before.pictures or () if one.get("from")}
    chosen = [kept[name] for name in request.POST.getlist("picture") if name in kept]
    for ticket in request.POST.getlist("ticket")[: MAX_PICTURES + 1]:
        chosen.append(note_operations.read_ticket(person_id=person_id, kind="picture", ticket=ticket))
    files = [one for one in request.FILES.getlist("pictures") if one.size]
    if files:
        uploads = [one.read() for one in files[: MAX_PICTURES + 1]]
        chosen += note_operations.store_pictures(person_id=person_id, uploads=uploads)
    unique = {str(one["file"]): one for one in chosen}
    return tuple(unique.values())


def _video(request: HttpRequest, person_id: int, before: NoteDraft) -> Any:
    if request.POST.get("drop_video"):
        return None
    if request.FILES.get("video"):
        return note_operations.store_video(person_id=person_id, data=_video_bytes(request))
    ticket = request.POST.get("video_ticket")
    if ticket:
        return note_operations.read_ticket(person_id=person_id, kind="video", ticket=ticket)
    return before.video


def _video_bytes(request: HttpRequest) -> bytes:
    film = _file(request, "video")
    if film is None:
        return b""
    if (film.size or 0) > MAX_VIDEO:
        raise VideoTooLarge(max_mb=MAX_VIDEO // 1024 // 1024)
    data: bytes = film.read()
    return data


def _file(request: HttpRequest, name: str) -> UploadedFile | None:
    found = request.FILES.get(name)
    return found if isinstance(found, UploadedFile) else None


def _pins(request: HttpRequest) -> tuple[PinDraft, ...]:
    """The products of the form, without a dropped one, with an added one."""
    post = request.POST
    drop = post.get("drop", "")
    found: list[PinDraft] = []
    columns = (post.getlist(f"pin_{name}") for name in ("code", "picture", "x", "y"))
    for code, picture, left, top in zip(*columns, strict=False):
        product_id = catalog_queries.find_product_id(code[:12])
        if product_id and code != drop:
            found.append(PinDraft(product_id, _whole(picture, 1, 9) - 1, _part(left), _part(top)))
    added = post.get("add", "")[:12] if post.get("add") else ""
    product_id = catalog_queries.find_product_id(added) if added else None
    if product_id and all(pin.product_id != product_id for pin in found):
        found.append(PinDraft(product_id))
    return tuple(found)


def _whole(text: str, low: int, high: int) -> int:
    return max(low, min(high, int(text))) if text.isascii() and text.isdigit() and len(text) < 4 else low


def _part(text: str) -> float:
    return _whole(text.partition(".")[0], 0, 100) / 100


def _moment(text: str) -> datetime | None:
    """A moment of the form, in the platform's zone."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(settings.TIME_ZONE))
    except ValueError:
        raise PublishTimePast from None


def _show(
    request: HttpRequest,
    code: str | None,
    current: EditState | None,
    draft: NoteDraft,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    facts = request_facts.of(request)
    cards = catalog_queries.list_cards([pin.product_id for pin in draft.pins], language=facts.language)
    source = request.POST if request.method == "POST" else request.GET
    community = source.get("community", "")[:60]
    if not code and community and request.method == "GET" and source.get("members"):
        draft = replace(draft, visibility="audience", audience=AudienceRef("community", community))
    find = source.get("find", "")[:60].strip()
    context = {
        "code": code,
        "current": current,
        "draft": draft,
        "crops": list(CROPS),
        "pictures": _carried(facts.person_id or 0, current, draft),
        "video_ticket": _video_ticket(facts.person_id or 0, current, draft),
        "video_url": media.url(str(draft.video["file"])) if draft.video else "",
        "pins": [
            (cards[pin.product_id], pin.picture + 1, round(pin.x * 100), round(pin.y * 100))
            for pin in draft.pins
            if pin.product_id in cards
        ],
        "found": _find(find, facts.language) if find else (),
        "find": find,
        "community": community,
        "forms": note_words.forms(),
        "fields": note_words.form_fields(draft.form, draft.details),
        "visibilities": note_words.visibilities(with_audience=bool(community or draft.audience)),
        "state_words": note_words.state(current.state, current.state_note) if current else "",
        "is_out": bool(current and current.state in ("published", "in_review")),
        "key": source.get("key") or ids.new_code(),
        "problem": problem,
        "publish_at": source.get("publish_at", ""),
    }
    return render(request, "storefront/notes/compose.html", context, status=status)


def _carried(
    person_id: int, current: EditState | None, draft: NoteDraft
) -> list[tuple[str, str, str, PictureView]]:
    """The pictures of the form: (field, its value, file, picture). What no note keeps yet goes by ticket."""
    kept = {str(one["file"]) for one in current.draft.pictures or ()} if current else set()
    rows = []
    for one in draft.pictures or ():
        name = str(one["file"])
        field, value = "picture", name
        if name not in kept:
            field = "ticket"
            value = note_operations.issue_ticket(person_id=person_id, kind="picture", kept=one)
        rows.append((field, value, name, media.view(one)))
    return rows


def _video_ticket(person_id: int, current: EditState | None, draft: NoteDraft) -> str:
    """A ticket for a film that no note keeps yet."""
    if not draft.video or (current and current.draft.video == draft.video):
        return ""
    return note_operations.issue_ticket(person_id=person_id, kind="video", kept=draft.video)


def _find(text: str, language: str) -> tuple[ListingCard, ...]:
    page = catalog_queries.page_listings(
        filter=ListingFilter(text=text), sort="relevance", limit=FOUND, language=language
    )
    return tuple(page.items)
