"""One piece: writing it, its way through two people, its check, its versions for accounts outside."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jishi.growth.publishing import operations as content
from jishi.growth.publishing import queries
from jishi.growth.publishing.contracts import (
    AssetView,
    PieceDraft,
    PieceView,
    PieceWhole,
    State,
    VariantState,
)
from jishi.insight.portraits import queries as portraits
from jishi.kernel import audit
from jishi.kernel.errors import DomainError
from jishi.people.accounts import queries as people
from jishi.surfaces.ops import content_forms as forms
from jishi.surfaces.ops import content_words as words
from jishi.surfaces.ops import teamwork
from jishi.surfaces.ops.gate import operator, person
from jishi.surfaces.shell.formats import PLATFORM_ZONE

OPEN = (State.IDEA, State.BRIEF, State.DRAFT)
CLOSED = (State.PUBLISHED, State.WAITING, State.DROPPED)


@operator
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Put a piece into the plan."""
    team, get = _team(), request.GET
    if request.method == "POST":
        post = request.POST
        try:
            code = content.create(
                draft=forms.piece(request, team),
                by=person(request),
                state=post.get("state", State.IDEA),
                key=post.get("key", "")[:40] or None,
            )
        except DomainError as error:
            return _form(request, forms.refusal(error))
        messages.success(request, gettext("It is in the plan."))
        return HttpResponseRedirect(reverse("ops:content_piece", args=[code]))
    given = {
        "title": get.get("title", "")[:80],
        "source": get.get("source", "")[:80],
        "lane": get.get("lane", "seed"),
        "on": get.get("on", "")[:10],
        "author": next((code for code, key in team.items() if key == person(request)), ""),
    }
    return _form(request, "", given)


@operator
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change a piece."""
    whole = queries.get_piece(code)
    if request.method == "POST":
        by, revision = person(request), request.POST.get("revision", "")
        try:
            draft = forms.piece(request, _team())
            seen = int(revision) if revision.isdecimal() and len(revision) < 9 else None
            # Words and moment of one form: both or neither.
            with transaction.atomic():
                content.edit(code=code, draft=draft, by=by, revision=seen)
                content.move(code=code, due_at=draft.due_at, by=by)
        except DomainError as error:
            return _form(request, forms.refusal(error), whole=whole)
        messages.success(request, gettext("Saved."))
        return HttpResponseRedirect(reverse("ops:content_piece", args=[code]))
    return _form(request, "", _filled(whole.draft), whole=whole)


@operator
@require_GET
def piece(request: HttpRequest, code: str) -> HttpResponse:
    """One piece: what readers will see, where it is on its way, who did what."""
    whole, me = queries.get_piece(code), person(request)
    board = teamwork.panel(request, f"piece:{code}")
    cards = {one.id: one for one in board["teamwork"].team}
    verbs, state = words.verbs(), whole.piece.state
    wrote = {one.by_id for one in whole.steps if one.verb in ("create", "write")} | {whole.piece.writer_id}
    context: dict[str, Any] = {
        **board,
        **_head(whole.piece, "piece"),
        "draft": whole.draft,
        "assets": whole.assets,
        "form": words.forms().get(whole.draft.form, ""),
        "author": cards.get(whole.draft.author_id or 0),
        "steps": [
            (cards.get(one.by_id or 0), verbs.get(one.verb, one.verb), _said(one.verb, one.words), one.at)
            for one in whole.steps
        ],
        "troubles": [gettext(message) % dict(params) for message, params in whole.piece.reasons],
        "can_review": me not in wrote,
        "open_states": [
            (one, words.states()[one][0]) for one in OPEN if one != state and state in (*OPEN, "dropped")
        ],
        "is_closed": state in CLOSED,
        "back": request.get_full_path(),
    }
    return render(request, "ops/content/piece.html", context)


@operator
@require_GET
def check(request: HttpRequest, code: str) -> HttpResponse:
    """What speaks for and against publishing a piece as it is now."""
    whole = queries.get_piece(code, with_steps=False)
    found = queries.check(whole)
    context = {
        **_head(whole.piece, "check"),
        "groups": words.grouped(found),
        "levels": words.levels(),
        "stops": sum(one.level == "stop" for one in found),
        "looks": sum(one.level == "look" for one in found),
    }
    return render(request, "ops/content/check.html", context)


@operator
@require_GET
def channels(request: HttpRequest, code: str) -> HttpResponse:
    """Which accounts suit a piece, and its versions."""
    whole, among = queries.get_piece(code, with_steps=False), queries.list_channels()
    advice = {one.channel.code: one for one in queries.advise(whole, among)}
    names, states = words.verdicts(), words.variant_states()
    versions = {one.channel.code: one for one in queries.list_variants(whole, among)}
    order = [*advice, *(one for one in versions if one not in advice)]
    context = {
        **_head(whole.piece, "channels"),
        "rows": [
            (
                versions[one],
                names[advice[one].verdict] if one in advice else ("", ""),
                words.grouped(advice[one].reasons) if one in advice else [],
                states[versions[one].state],
            )
            for one in order
            if one in versions
        ],
    }
    return render(request, "ops/content/channels_of_piece.html", context)


@operator
@require_http_methods(["GET", "POST"])
def variant(request: HttpRequest, code: str, channel: str) -> HttpResponse:
    """The version of a piece for one account: write it, take the package, post it, note where it is."""
    whole, trouble = queries.get_piece(code, with_steps=False), ""
    if request.method == "POST":
        try:
            _do_variant(request, code, channel)
        except DomainError as error:
            trouble = forms.refusal(error)
        else:
            return HttpResponseRedirect(reverse("ops:content_variant", args=[code, channel]))
    found = queries.get_variant(whole, channel)
    typed = forms.variant(request) if trouble and request.POST.get("do") == "keep" else found.draft
    context = {
        **_head(whole.piece, "channels"),
        "version": found,
        "typed": typed,
        "tags": " ".join(typed.tags),
        "faults": [words.reason(one) for one in found.faults],
        "state_words": words.variant_states()[found.state],
        "assets": whole.assets,
        "trouble": trouble,
        "is_posted": found.state == VariantState.POSTED,
        "is_sending": found.state == VariantState.SENDING,
    }
    return render(request, "ops/content/variant.html", context, status=422 if trouble else 200)


@operator
@require_GET
def package(request: HttpRequest, code: str, channel: str) -> HttpResponse:
    """The package for an account as a zip; that it was taken is written down."""
    try:
        data = content.pack(code=code, channel_code=channel)
    except DomainError as error:
        messages.error(request, forms.refusal(error))
        return HttpResponseRedirect(reverse("ops:content_variant", args=[code, channel]))
    audit.record(actor_id=person(request), action="publishing.package", subject=f"piece:{code}")
    response = HttpResponse(data, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="piece-{code}-{channel}.zip"'
    return response


@operator
@require_POST
def do(request: HttpRequest, code: str) -> HttpResponse:
    """Take a piece a step further, or back."""
    verb, by, said = request.POST.get("do", ""), person(request), request.POST.get("words", "")[:2000]
    try:
        if verb in OPEN:
            content.set_state(code=code, state=verb, by=by)
        elif verb == "review":
            content.ask_review(code=code, by=by)
            messages.success(request, gettext("A second person looks at it now."))
        elif verb == "approve":
            content.approve(code=code, by=by, words=said)
            messages.success(request, gettext("Approved. It comes out at its moment."))
        elif verb == "send_back":
            content.send_back(code=code, by=by, words=said)
        elif verb == "drop":
            content.drop(code=code, by=by)
    except DomainError as error:
        messages.error(request, forms.refusal(error))
    return HttpResponseRedirect(reverse("ops:content_piece", args=[code]))


@operator
@require_POST
def move(request: HttpRequest, code: str) -> HttpResponse:
    """Put a piece on another day, or into another lane: dragged, by keys, or by the form."""
    post = request.POST
    try:
        due_at = forms.moment(post.get("on", ""), post.get("at", ""))
        content.move(code=code, due_at=due_at, by=person(request), lane=post.get("lane", ""))
    except DomainError as error:
        messages.error(request, forms.refusal(error))
    else:
        messages.success(request, gettext("Moved."))
    onward = post.get("next", "")
    if not url_has_allowed_host_and_scheme(onward, allowed_hosts=None) or not onward.startswith("/"):
        onward = reverse("ops:content")
    return HttpResponseRedirect(onward)


def _do_variant(request: HttpRequest, code: str, channel: str) -> None:
    verb, by, post = request.POST.get("do", ""), person(request), request.POST
    if verb == "keep":
        content.keep_variant(code=code, channel_code=channel, draft=forms.variant(request), by=by)
        messages.success(request, gettext("Saved."))
    elif verb == "posted":
        content.mark_posted(code=code, channel_code=channel, url=post.get("url", "")[:400], by=by)
        messages.success(request, gettext("Noted. Figures with this address count for the piece."))
    elif verb == "post":
        content.post(code=code, channel_code=channel, by=by)
        messages.success(request, gettext("Posted."))
    elif verb == "not_there":
        content.settle_sending(code=code, channel_code=channel, by=by)
    elif verb == "forget":
        content.drop_variant(code=code, channel_code=channel, by=by)


def _head(found: PieceView, part: str) -> dict[str, Any]:
    state, tone = words.states()[found.state]
    due = found.due_at.astimezone(PLATFORM_ZONE) if found.due_at else None
    return {
        "tab": "pieces",
        "part": part,
        "piece": found,
        "state": state,
        "tone": tone,
        "lane": words.lanes()[found.lane],
        "on": due.date().isoformat() if due else "",
        "at": f"{due:%H:%M}" if due else "",
    }


def _said(verb: str, text: str) -> str:
    return "" if verb in ("move", "held") else text


def _team() -> dict[str, int]:
    return {one.code: one.id for one in people.list_operators()}


def _filled(draft: PieceDraft) -> dict[str, Any]:
    due = draft.due_at.astimezone(PLATFORM_ZONE) if draft.due_at else None
    return {
        **{name: getattr(draft, name) for name in forms.TYPED},
        "author_id": draft.author_id,
        "pictures": list(draft.pictures),
        "products": " ".join(draft.products),
        "on": due.date().isoformat() if due else "",
        "at": f"{due:%H:%M}" if due else "",
    }


def _library(whole: PieceWhole | None) -> list[AssetView]:
    """The pictures of the piece in their order, then the newest others."""
    own = list(whole.assets) if whole else []
    codes = {one.code for one in own}
    return own + [one for one in queries.list_assets(limit=48) if one.code not in codes]


def _form(
    request: HttpRequest,
    trouble: str,
    given: dict[str, Any] | None = None,
    *,
    whole: PieceWhole | None = None,
) -> HttpResponse:
    post = request.POST
    if given is None:
        given = {**post.dict(), "pictures": post.getlist("pictures")}
    team = people.list_operators()
    author = next((one.code for one in team if one.id == given.get("author_id")), given.get("author", ""))
    context = {
        "tab": "pieces",
        "given": {"lane": "seed", "form": "plain", "language": "zh-hans", "at": "10:00", **given},
        "author": author,
        "trouble": trouble,
        "piece": whole.piece if whole else None,
        "revision": post.get("revision") or (whole.revision if whole else 0),
        "team": team,
        "lanes": words.lanes(),
        "forms": words.forms(),
        "states": [(one, words.states()[one][0]) for one in OPEN],
        "segments": portraits.list_segments(),
        "library": _library(whole),
    }
    return render(request, "ops/content/form.html", context, status=422 if trouble else 200)
