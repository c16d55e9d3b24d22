"""A note, what people say and do under it, one's own notes and favourites."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jishi.insight.recommendation.contracts import Act
from jishi.kernel import ids
from jishi.kernel.errors import DomainError
from jishi.social.graph import queries as graph
from jishi.social.notes import operations as note_operations
from jishi.social.notes import queries as note_queries
from jishi.social.notes.contracts import ContentState, NoteView
from jishi.social.notes.errors import NoteNotFound
from jishi.social.polls import queries as polls
from jishi.social.previews import queries as previews
from jishi.social.shares import operations as shares
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import refusals
from jishi.surfaces.storefront import note_words, picked, via


@require_GET
def note(request: HttpRequest, code: str) -> HttpResponse:
    """Pictures with what can be bought on them, words, and the talk below."""
    facts = request_facts.of(request)
    found = note_queries.get_note(code, viewer_id=facts.person_id, language=facts.language)
    page = note_queries.page_of_note(found.id, viewer_id=facts.person_id)
    picked.touch(request, key=-found.id, act=Act.OPENED)
    relations = {} if found.is_own else graph.relations(facts.person_id, [found.author.id])
    context = {
        "note": found,
        "pieces": note_words.pieces(found.pieces),
        "form_name": note_words.form_name(found.form),
        "details": note_words.details(found.details),
        "visibility": note_words.visibility(found.visibility),
        "state_words": note_words.state(found.state, found.state_note),
        "slides": note_words.slides(found),
        "page": page,
        "threads": note_words.threads(page.items),
        "relation": relations.get(found.author.id),
        "share": ("note", found.code),
        "sales": _sales(found),
        "private": not found.is_public,
        "image": facts.absolute(found.cover.url) if found.cover else "",
        "json_ld": note_words.json_ld(found, facts) if found.is_public else None,
        "reply": request.GET.get("reply", "")[:12],
        "preview": previews.find_preview(previews.first_link(found.text)),
        "poll": polls.find_poll_of(found.code, viewer_id=facts.person_id),
        "folders": found.folders,
        "has_films": bool(found.video) and found.is_public and found.state == ContentState.PUBLISHED,
        "key": ids.new_code(),
    }
    return render(request, "storefront/notes/note.html", context)


def _sales(found: NoteView) -> Any:
    """What the note sold, for its author."""
    return note_queries.sold_by_note(found.code) if found.is_own and found.pins else None


@require_GET
def comments(request: HttpRequest, code: str) -> HttpResponse:
    """More of the talk, as a fragment or, without scripts, as a page."""
    facts = request_facts.of(request)
    found = note_queries.get_note(code, viewer_id=facts.person_id, language=facts.language)
    page = note_queries.page_of_note(
        found.id, viewer_id=facts.person_id, cursor=request.GET.get("cursor") or None
    )
    context = {
        "note": found,
        "page": page,
        "threads": note_words.threads(page.items),
        "reply": request.GET.get("reply", "")[:12],
    }
    part = "talk_more.html" if request.headers.get("HX-Request") else "comments.html"
    return render(request, f"storefront/notes/{part}", context)


@login_required
@require_POST
def comment(request: HttpRequest, code: str) -> HttpResponse:
    """Say something under a note."""
    person_id = _person(request)
    try:
        made = note_operations.comment(
            author_id=person_id,
            code=code,
            text=request.POST.get("text", ""),
            parent=request.POST.get("parent") or None,
            key=request.POST.get("key") or None,
        )
    except DomainError as error:
        if request.headers.get("HX-Request"):
            raise
        refusals.tell(request, error)
        return HttpResponseRedirect(_note_url(code) + "#talk")
    said = note_queries.get_comment(made, viewer_id=person_id)
    if said.state == ContentState.IN_REVIEW:
        messages.info(request, gettext("Your comment is being reviewed. You can see it already."))
    return HttpResponseRedirect(f"{_note_url(code)}#c-{made}")


@login_required
@require_POST
def like(request: HttpRequest, code: str) -> HttpResponse:
    """Like a note, or take it back."""
    verb = note_operations.unlike if request.POST.get("on") == "0" else note_operations.like
    state = verb(person_id=_person(request), code=code)
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(_note_url(code))
    small = bool(request.POST.get("small"))
    return render(
        request,
        "storefront/notes/like.html",
        {"code": code, "on": state.is_on, "n": state.count, "small": small},
    )


@login_required
@require_POST
def keep(request: HttpRequest, code: str) -> HttpResponse:
    """Keep a note (in a folder), or keep it no longer."""
    person_id = _person(request)
    if request.POST.get("on") == "0":
        state = note_operations.unfavourite(person_id=person_id, code=code)
    else:
        state = note_operations.favourite(person_id=person_id, code=code, folder=request.POST.get("folder"))
    if not request.headers.get("HX-Request"):
        in_list = "folder" in request.POST and not request.POST.get("back")
        return HttpResponseRedirect(reverse("storefront:favourites") if in_list else _note_url(code))
    context = {
        "code": code,
        "on": state.is_on,
        "n": state.count,
        "folders": [(one.code, one.name) for one in note_queries.list_folders(person_id)],
    }
    return render(request, "storefront/notes/keep.html", context)


@login_required
@require_POST
def repost(request: HttpRequest, code: str) -> HttpResponse:
    """Pass a note on."""
    try:
        made = note_operations.repost(
            author_id=_person(request),
            code=code,
            text=request.POST.get("text", ""),
            key=request.POST.get("key") or None,
        )
    except DomainError as error:
        refusals.tell(request, error)
        return HttpResponseRedirect(_note_url(code))
    messages.success(request, gettext("Passed on to your followers."))
    return HttpResponseRedirect(_note_url(made))


@login_required
@require_GET
def history(request: HttpRequest, code: str) -> HttpResponse:
    """How one's note read before its edits."""
    revisions = note_queries.list_revisions(code, viewer_id=_person(request))
    return render(request, "storefront/notes/history.html", {"revisions": revisions, "code": code})


@require_GET
def buy(request: HttpRequest, code: str, product_code: str) -> HttpResponse:
    """From a pin to the product; what is bought then is credited to the note.

    A reader's own link to the note, by which somebody came, stays the one that is credited.
    """
    facts = request_facts.of(request)
    found = note_queries.get_note(code, viewer_id=facts.person_id, language=facts.language)
    if all(pin.product_code != product_code for pin in found.pins):
        raise NoteNotFound()
    target = facts.prefix + reverse("storefront:product", args=[product_code])
    if request.method == "HEAD" or "prefetch" in request.headers.get("Sec-Purpose", ""):
        return HttpResponseRedirect(target)  # a browser that looks ahead is no visit
    link = request.session.get(via.SESSION_KEY, {}).get(f"note:{code}", "")
    if not found.is_own:
        if not link:
            link = shares.create_link(sharer_id=found.author.id, kind="note", key=code, channel="pin").code
            shares.record_visit(code=link, visitor=facts.visitor, person_id=facts.person_id)
        via.remember(request, kind="product", key=product_code, code=link)
        via.remember(request, kind="note", key=code, code=link)
    return HttpResponseRedirect(target)


@login_required
@require_POST
def like_comment(request: HttpRequest, code: str) -> HttpResponse:
    """Like a comment, or take it back."""
    verb = note_operations.unlike_comment if request.POST.get("on") == "0" else note_operations.like_comment
    state = verb(person_id=_person(request), code=code)
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(_note_url(note_queries.find_note_code(code) or "") + f"#c-{code}")
    context = {"code": code, "on": state.is_on, "n": state.count}
    return render(request, "storefront/notes/comment_like.html", context)


@login_required
@require_POST
def remove_comment(request: HttpRequest, code: str) -> HttpResponse:
    """Take a comment away."""
    note_code = note_queries.find_note_code(code)
    note_operations.remove_comment(person_id=_person(request), code=code)
    return HttpResponseRedirect(_note_url(note_code or "") + "#talk")


@login_required
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """My notes in every state."""
    state = request.GET.get("state", "")
    state = state if state in note_words.STATES else ""
    page = note_queries.page_own(_person(request), state=state, cursor=request.GET.get("cursor") or None)
    context = {
        "page": page,
        "lines": [(card, note_words.state(card.state, None)) for card in page.items],
        "state": state,
        "states": [("", gettext("All")), *((key, gettext(name)) for key, name in note_words.STATES.items())],
    }
    return render(request, "storefront/notes/mine.html", context)


@login_required
@require_GET
def favourites(request: HttpRequest) -> HttpResponse:
    """What I keep, by folder."""
    person_id = _person(request)
    folder = request.GET.get("folder", "")[:12]
    page = note_queries.page_favourites(
        person_id, folder=folder or None, cursor=request.GET.get("cursor") or None
    )
    context = {"page": page, "folders": note_queries.list_folders(person_id), "folder": folder}
    return render(request, "storefront/notes/favourites.html", context)


@login_required
@require_http_methods(["POST"])
def folders(request: HttpRequest) -> HttpResponse:
    """Make or remove a folder."""
    person_id = _person(request)
    target = reverse("storefront:favourites")
    try:
        if request.POST.get("remove"):
            note_operations.remove_folder(person_id=person_id, code=request.POST["remove"][:12])
        else:
            made = note_operations.create_folder(person_id=person_id, name=request.POST.get("name", ""))
            target += f"?folder={made}"
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(target)


def _note_url(code: str) -> str:
    return reverse("storefront:note", args=[code])


def _person(request: HttpRequest) -> int:
    person_id = request_facts.of(request).person_id
    assert person_id is not None, "login_required stands in front"
    return person_id
