"""Reviews of a product: what they add up to, each of them with why it counts, and the tap that it helped."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from jishi.kernel.errors import DomainError
from jishi.social.reviews import operations as reviews
from jishi.social.reviews import queries
from jishi.social.reviews.contracts import FILTERS, SORTS
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import refusals
from jishi.surfaces.storefront import review_words
from jishi.surfaces.storefront.pages import product as product_page

PAGE_SIZE, ON_PRODUCT = 10, 3


@require_GET
def index(request: HttpRequest, ref: str) -> HttpResponse:
    """All reviews with filters; as a fragment the first three, or the next page."""
    facts = request_facts.of(request)
    product = product_page.find_product(request, ref)
    get = request.GET
    sort = get.get("sort", "helpful") if get.get("sort") in SORTS else "helpful"
    only = get.get("only", "all") if get.get("only") in FILTERS else "all"
    stars = int(get["stars"]) if get.get("stars") in ("1", "2", "3", "4", "5") else None
    is_part = get.get("part") == "product"
    page = queries.page_reviews(
        product_id=product.product_id,
        viewer_id=facts.person_id,
        sort=sort,
        only=only,
        stars=stars,
        cursor=get.get("cursor") or None,
        limit=ON_PRODUCT if is_part else PAGE_SIZE,
    )
    chosen = {"sort": sort, "only": only, **({"stars": str(stars)} if stars else {})}
    context: dict[str, Any] = {
        "product": product,
        "page": page,
        "words": review_words.states(),
        "next_query": urlencode({**chosen, "cursor": page.next_cursor or ""}),
    }
    if is_part:
        context["summary"] = queries.summary(product.product_id)
        return render(request, "storefront/reviews/on_product.html", context)
    if request.headers.get("HX-Request") and get.get("cursor"):
        return render(request, "storefront/reviews/list.html", context)
    context |= {
        "summary": queries.summary(product.product_id),
        "sort": sort,
        "only": only,
        "stars": stars,
        "sorts": _links(chosen, "sort", review_words.sorts()),
        "filters": _links(chosen, "only", review_words.filters(is_signed_in=facts.person_id is not None)),
        "tab": "search",
    }
    return render(request, "storefront/reviews/index.html", context)


@require_GET
def history(request: HttpRequest, code: str) -> HttpResponse:
    """What a review said before it was changed."""
    viewer_id = request_facts.of(request).person_id
    found = queries.get_review(code, viewer_id=viewer_id)
    context = {"review": found, "revisions": queries.list_revisions(code, viewer_id=viewer_id)}
    return render(request, "storefront/reviews/history.html", context)


@login_required
@require_POST
def vote(request: HttpRequest, code: str) -> HttpResponse:
    """Say that a review helped, or take it back."""
    person_id = request_facts.of(request).person_id
    assert person_id is not None, "login_required stands in front"
    found = queries.get_review(code, viewer_id=person_id)
    try:
        if request.POST.get("undo"):
            reviews.unvote(person_id=person_id, code=code)
        else:
            reviews.vote(person_id=person_id, code=code)
    except DomainError as error:
        if request.headers.get("HX-Request"):
            return refusals.fragment(error)
        refusals.tell(request, error)
    if request.headers.get("HX-Request"):
        found = queries.get_review(code, viewer_id=person_id)
        return render(request, "storefront/reviews/vote.html", {"review": found})
    page = reverse("storefront:product_reviews", args=[found.product_code])
    return HttpResponseRedirect(f"{page}#r-{code}")


def _links(chosen: dict[str, str], name: str, values: list[tuple[str, str]]) -> list[tuple[str, str, str]]:
    return [(code, label, "?" + urlencode({**chosen, name: code})) for code, label in values]
