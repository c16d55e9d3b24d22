"""Writing reviews: all lines of an order on one page, one's own list, changing one and following it up.

Complete without scripts: stars are radio buttons, pictures are plain file fields.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from jishi.kernel import clock, http
from jishi.kernel.errors import DomainError
from jishi.social.reviews import operations as reviews
from jishi.social.reviews import queries
from jishi.social.reviews.contracts import MAX_PICTURES, BoughtLine, ReviewDraft
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.storefront import review_words
from jishi.trade.orders import queries as order_queries
from jishi.trade.orders.errors import OrderNotFound

STARS = (5, 4, 3, 2, 1)


@login_required
@require_http_methods(["GET", "POST"])
def order(request: HttpRequest, code: str) -> HttpResponse:
    """Every line of an order that can be reviewed; each is sent by its own button or all at once."""
    person_id = _person(request)
    found = order_queries.get_order(code, viewer_id=person_id)
    if found.buyer_id != person_id:
        raise OrderNotFound
    lines = queries.list_lines(person_id, order_code=code, at=clock.now())
    troubles: dict[int, str] = {}
    sent: list[BoughtLine] = []
    if request.method == "POST":
        for line in lines:
            if line.review_code or not request.POST.get(f"stars-{line.position}"):
                continue
            try:
                draft = _draft(request, person_id, suffix=f"-{line.position}")
                reviews.publish(author_id=person_id, order_code=code, position=line.position, draft=draft)
                sent.append(line)
            except DomainError as error:
                troubles[line.position] = http.message_of(error)
        if not sent and not troubles:
            troubles[-1] = gettext("Please choose one to five stars.")
        if sent and not troubles:
            return _thank(request, code, sent)
    context = {
        "order": found,
        "lines": [_form_line(request, line, troubles) for line in lines if line not in sent],
        "stars": STARS,
        "trouble": troubles.get(-1, ""),
        "tab": "me",
    }
    return render(request, "storefront/reviews/order.html", context, status=422 if troubles else 200)


@login_required
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """What waits for a review, and what one wrote."""
    person_id = _person(request)
    tab = "written" if request.GET.get("tab") == "written" else "write"
    context: dict[str, Any] = {"on": tab, "words": review_words.states(), "tab": "me"}
    if tab == "write":
        context["lines"] = queries.list_lines(person_id, only_open=True, at=clock.now())
    else:
        context["page"] = queries.page_of_author(person_id, cursor=request.GET.get("cursor") or None)
    return render(request, "storefront/reviews/mine.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change one's review, follow it up, or take it away."""
    person_id = _person(request)
    found = queries.get_own(code, author_id=person_id)
    trouble = ""
    if request.method == "POST":
        try:
            return _do(request, person_id, code)
        except DomainError as error:
            trouble = http.message_of(error)
    aspects = review_words.named(queries.list_aspects(found.product_id))
    context = {
        "review": found,
        "stars": STARS,
        "aspects": [(key, label, found.aspects.get(key)) for key, label in aspects],
        "trouble": trouble,
        "words": review_words.states(),
        "given": request.POST,
        "tab": "me",
    }
    return render(request, "storefront/reviews/edit.html", context, status=422 if trouble else 200)


def _do(request: HttpRequest, person_id: int, code: str) -> HttpResponse:
    do = request.POST.get("do", "")
    if do == "remove":
        reviews.remove(author_id=person_id, code=code)
        messages.success(request, gettext("The review is removed."))
        return HttpResponseRedirect(reverse("storefront:my_reviews") + "?tab=written")
    if do == "follow_up":
        text = request.POST.get("text", "")
        pictures = _pictures(request, person_id, "pictures")
        reviews.follow_up(author_id=person_id, code=code, text=text, pictures=tuple(pictures))
        messages.success(request, gettext("Thank you. What it is like after a while helps most."))
    else:
        draft = _draft(request, person_id)
        keep = None if not draft.pictures and not request.POST.get("drop_pictures") else draft.pictures
        kept = ReviewDraft(draft.stars, draft.text, draft.aspects, keep, draft.is_anonymous, draft.language)
        reviews.edit(author_id=person_id, code=code, draft=kept)
        messages.success(request, gettext("Saved"))
    return HttpResponseRedirect(reverse("storefront:review_edit", args=[code]))


def _thank(request: HttpRequest, code: str, sent: Sequence[BoughtLine]) -> HttpResponse:
    """Say thanks; who wants to goes on to a note about it."""
    messages.success(request, gettext("Thank you. Your review helps others to choose."))
    noted = next((line for line in sent if request.POST.get(f"note-{line.position}")), None)
    if noted is not None:
        query = urlencode({"product": noted.product_code, "form": "order_show"})
        return HttpResponseRedirect(f"{reverse('storefront:post')}?{query}")
    return HttpResponseRedirect(reverse("storefront:my_reviews") + "?tab=written")


def _form_line(request: HttpRequest, line: BoughtLine, troubles: dict[int, str]) -> dict[str, Any]:
    """A line with what its form said last time."""
    post, place = request.POST, line.position
    aspects = review_words.named(queries.list_aspects(line.product_id))
    return {
        "line": line,
        "trouble": troubles.get(place, ""),
        "chosen": _star(post.get(f"stars-{place}")),
        "text": post.get(f"text-{place}", ""),
        "is_anonymous": bool(post.get(f"anonymous-{place}")),
        "aspects": [(code, label, _star(post.get(f"aspect-{place}-{code}"))) for code, label in aspects],
    }


def _draft(request: HttpRequest, person_id: int, suffix: str = "") -> ReviewDraft:
    """A review as the form has it; files are stored on the way."""
    post = request.POST
    start = f"aspect{suffix}-"
    judged = {
        name.removeprefix(start): _star(str(value))
        for name, value in post.items()
        if name.startswith(start) and value
    }
    return ReviewDraft(
        stars=_star(post.get(f"stars{suffix}")),
        text=post.get(f"text{suffix}", ""),
        aspects=judged,
        pictures=tuple(_pictures(request, person_id, f"pictures{suffix}")),
        is_anonymous=bool(post.get(f"anonymous{suffix}")),
        language=request_facts.of(request).language,
    )


def _pictures(request: HttpRequest, person_id: int, name: str) -> list[dict[str, Any]]:
    files = [one for one in request.FILES.getlist(name) if one.size][: MAX_PICTURES + 1]
    if not files:
        return []
    return reviews.store_pictures(person_id=person_id, uploads=[one.read() for one in files])


def _star(text: str | None) -> int:
    return int(text) if text in ("1", "2", "3", "4", "5") else 0


def _person(request: HttpRequest) -> int:
    person_id = request_facts.of(request).person_id
    assert person_id is not None, "login_required stands in front"
    return person_id
