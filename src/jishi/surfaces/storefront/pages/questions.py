"""Questions about goods: asking, answering, asking buyers, and what waits for one's own answer."""

import re
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jishi.kernel import http, ids
from jishi.kernel.errors import DomainError
from jishi.social.reviews import operations as reviews
from jishi.social.reviews import queries
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import refusals
from jishi.surfaces.storefront import review_words
from jishi.surfaces.storefront.pages import product as product_page

_CODE = re.compile(f"[{ids.ALPHABET}]{{12}}")


@require_http_methods(["GET", "POST"])
def index(request: HttpRequest, ref: str) -> HttpResponse:
    """Questions about a product, and a form to ask one."""
    facts = request_facts.of(request)
    product = product_page.find_product(request, ref)
    trouble, text, note = "", request.POST.get("text", ""), _note_of(request)
    if request.method == "POST":
        if facts.person_id is None:
            return redirect_to_login(request.get_full_path())
        try:
            code = reviews.ask(
                author_id=facts.person_id,
                product_id=product.product_id,
                text=text,
                note_code=note,
                key=request.POST.get("key") or None,
            )
            return HttpResponseRedirect(_question_url(code, note))
        except DomainError as error:
            trouble = http.message_of(error)
    only_open = request.GET.get("only") == "open"
    page = queries.page_questions(
        product_id=product.product_id,
        only_open=only_open,
        viewer_id=facts.person_id,
        language=facts.language,
        cursor=request.GET.get("cursor") or None,
    )
    context = {
        "product": product,
        "page": page,
        "only_open": only_open,
        "roles": review_words.roles(),
        "trouble": trouble,
        "text": text,
        "note": note,
        "key": request.POST.get("key") or uuid4().hex,
        "tab": "search",
    }
    return render(request, "storefront/reviews/questions.html", context, status=422 if trouble else 200)


@require_GET
def question(request: HttpRequest, code: str) -> HttpResponse:
    """One question with its answers."""
    return _show(request, code)


@login_required
@require_POST
def answer(request: HttpRequest, code: str) -> HttpResponse:
    """Answer a question."""
    text = request.POST.get("text", "")
    try:
        reviews.answer(author_id=_person(request), code=code, text=text, key=request.POST.get("key") or None)
    except DomainError as error:
        if http.status_of(error) in (403, 404):
            raise
        return _show(request, code, trouble=http.message_of(error), text=text)
    return HttpResponseRedirect(reverse("storefront:question", args=[code]))


@login_required
@require_POST
def act(request: HttpRequest, code: str) -> HttpResponse:
    """What the buttons of a question's page do."""
    person_id, do = _person(request), request.POST.get("do", "")
    target = request.POST.get("answer", "")[:12]
    if target and queries.find_question_of_answer(target, viewer_id=person_id) != code:
        target = ""
    try:
        if do == "ask_buyers":
            asked = reviews.ask_buyers(person_id=person_id, code=code)
            messages.success(request, _asked_words(asked))
        elif do == "remove" and not target:
            reviews.remove_question(person_id=person_id, code=code)
            return HttpResponseRedirect(reverse("storefront:my_questions"))
        else:
            _small_step(person_id, code, do, target)
    except DomainError as error:
        if http.status_of(error) == 404:
            raise
        refusals.tell(request, error)
    return HttpResponseRedirect(_question_url(code, _note_of(request)))


@login_required
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """Open questions about what one bought, and those one follows."""
    facts = request_facts.of(request)
    person_id = _person(request)
    on = "followed" if request.GET.get("tab") == "followed" else "open"
    cursor = request.GET.get("cursor") or None
    if on == "open":
        page = queries.page_to_answer(person_id, language=facts.language, cursor=cursor)
    else:
        page = queries.page_questions(
            followed_by=person_id, viewer_id=person_id, language=facts.language, cursor=cursor
        )
    context = {"page": page, "on": on, "roles": review_words.roles(), "tab": "me"}
    return render(request, "storefront/reviews/my_questions.html", context)


def _question_url(code: str, note: str) -> str:
    return reverse("storefront:question", args=[code]) + (f"?note={note}" if note else "")


def _note_of(request: HttpRequest) -> str:
    """Which note the reader came from, so that they find back; "" for none."""
    given = request.POST.get("note") or request.GET.get("note") or ""
    return given if _CODE.fullmatch(given) else ""


def _small_step(person_id: int, code: str, do: str, target: str) -> None:
    if do == "follow":
        reviews.follow(person_id=person_id, code=code)
    elif do == "unfollow":
        reviews.unfollow(person_id=person_id, code=code)
    elif do == "best" and target:
        reviews.choose_best(person_id=person_id, code=target)
    elif do == "vote" and target:
        reviews.vote_answer(person_id=person_id, code=target)
    elif do == "unvote" and target:
        reviews.unvote_answer(person_id=person_id, code=target)
    elif do == "remove" and target:
        reviews.remove_answer(person_id=person_id, code=target)


def _asked_words(asked: int) -> str:
    if not asked:
        return gettext("Nobody can be asked right now. The shop has your question.")
    return ngettext("We asked %(n)s buyer.", "We asked %(n)s buyers.", asked) % {"n": asked}


def _show(request: HttpRequest, code: str, *, trouble: str = "", text: str = "") -> HttpResponse:
    facts = request_facts.of(request)
    context: dict[str, Any] = {
        "question": queries.get_question(code, viewer_id=facts.person_id, language=facts.language),
        "roles": review_words.roles(),
        "words": review_words.states(),
        "trouble": trouble,
        "text": text,
        "note": _note_of(request),
        "key": request.POST.get("key") or uuid4().hex,
        "tab": "search",
    }
    status = 422 if trouble else 200
    return render(request, "storefront/reviews/question.html", context, status=status)


def _person(request: HttpRequest) -> int:
    person_id = request_facts.of(request).person_id
    assert person_id is not None, "login_required stands in front"
    return person_id
