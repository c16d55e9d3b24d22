"""What buyers say about this shop's goods and ask about them, and the shop's answers."""

from uuid import uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from jishi.kernel.errors import DomainError, NotFound
from jishi.social.reviews import operations as review_operations
from jishi.social.reviews import queries
from jishi.social.reviews.errors import QuestionNotFound, ReviewNotFound
from jishi.surfaces.merchant.desk import Desk, staff
from jishi.surfaces.shell import refusals

VIEWS = ("all", "unanswered", "low")


@staff
@require_GET
def index(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Reviews of the shop's goods: all, not answered, up to three stars."""
    only = request.GET.get("only", "all")
    only = only if only in VIEWS else "all"
    page = queries.page_of_shop(
        desk.shop.id,
        viewer_id=desk.person_id,
        unanswered=only == "unanswered",
        low=only == "low",
        cursor=request.GET.get("cursor") or None,
    )
    context = {"page": page, "only": only, "unanswered": queries.count_unanswered(desk.shop.id)}
    return render(request, "merchant/reviews.html", context)


@staff
@require_POST
def reply(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """Answer a review as the shop, or change the answer."""
    shop_id = queries.find_shop_id(code)
    if shop_id is None:
        raise ReviewNotFound
    desk.own(shop_id)
    try:
        review_operations.reply(staff_id=desk.person_id, code=code, text=request.POST.get("text", ""))
    except NotFound:
        raise
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(reverse("merchant:reviews") + f"#r-{code}")


@staff
@require_GET
def questions(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Questions about the shop's goods."""
    only_open = request.GET.get("only") == "open"
    page = queries.page_questions(
        shop_id=desk.shop.id,
        only_open=only_open,
        viewer_id=desk.person_id,
        language=desk.language,
        cursor=request.GET.get("cursor") or None,
    )
    context = {"page": page, "only_open": only_open, "key": uuid4().hex}
    return render(request, "merchant/questions.html", context)


@staff
@require_POST
def answer(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """Answer a question as the shop."""
    shop_id = queries.find_shop_of_question(code)
    if shop_id is None:
        raise QuestionNotFound
    desk.own(shop_id)
    try:
        review_operations.answer(
            author_id=desk.person_id,
            code=code,
            text=request.POST.get("text", ""),
            key=request.POST.get("key") or None,
        )
    except NotFound:
        raise
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(reverse("merchant:questions") + f"#q-{code}")
