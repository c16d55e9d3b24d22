"""A shop's lotteries: the list with what they cost and bring, a form, and calling one off."""

from collections.abc import Sequence
from datetime import timedelta

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.pricing import queries as pricing_queries
from jishi.kernel import audit, clock, http, policy
from jishi.kernel.errors import DomainError
from jishi.promotions.lotteries import operations as lotteries
from jishi.promotions.lotteries import queries as lottery_queries
from jishi.promotions.lotteries.contracts import LotteryDraft, PrizeDraft
from jishi.surfaces.merchant import amounts
from jishi.surfaces.merchant.desk import Desk, staff
from jishi.surfaces.shell import refusals

PRIZES = 5
GOODS = 60
USUAL_LENGTH = timedelta(days=3)


@staff
@require_GET
def index(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The shop's lotteries, the newest first."""
    rows = lottery_queries.list_lotteries(shop_id=desk.shop.id)
    return render(request, "merchant/lotteries.html", {"rows": rows})


@staff
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The form of a new lottery."""
    faults: list[str] = []
    if request.method == "POST":
        draft = _draft(request.POST, desk, faults)
        if draft is not None:
            try:
                with transaction.atomic():
                    code = lotteries.publish(shop_id=desk.shop.id, draft=draft)
                    audit.record(
                        actor_id=desk.person_id,
                        action="lotteries.publish",
                        subject=f"lottery:{code}",
                        detail={"shop": desk.shop.code},
                    )
                messages.success(request, gettext("The lottery is published."))
                return HttpResponseRedirect(reverse("merchant:lotteries"))
            except DomainError as error:
                faults.append(http.message_of(error))
    given = request.POST.dict() if request.method == "POST" else _usual(desk)
    chosen, pieces = request.POST.getlist("prize"), request.POST.getlist("pieces")
    context = {
        "faults": faults,
        "given": given,
        "goods": _goods(desk),
        "cap": policy.pack().get("prizes.max_value_minor", 0),
        "slots": [
            (n, chosen[n] if n < len(chosen) else "", pieces[n] if n < len(pieces) else "")
            for n in range(PRIZES)
        ],
    }
    return render(request, "merchant/lottery_form.html", context, status=422 if faults else 200)


@staff
@require_POST
def stop(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """Call a lottery off, with a reason that everybody reads."""
    shop_id = lottery_queries.find_shop(code)
    if shop_id is None:
        raise Http404
    desk.own(shop_id)
    try:
        with transaction.atomic():
            lotteries.stop(lottery_code=code, reason=request.POST.get("reason", ""))
            audit.record(
                actor_id=desk.person_id,
                action="lotteries.stop",
                subject=f"lottery:{code}",
                detail={"shop": desk.shop.code},
            )
    except DomainError as error:
        refusals.tell(request, error)
    else:
        messages.success(request, gettext("The lottery is called off."))
    return HttpResponseRedirect(reverse("merchant:lotteries"))


def _usual(desk: Desk) -> dict[str, str]:
    now, zone = clock.now(), desk.shop.time_zone
    later = now + USUAL_LENGTH
    return {"starts": amounts.moment_field(now, zone), "ends": amounts.moment_field(later, zone)}


def _goods(desk: Desk) -> Sequence[tuple[int, str, int]]:
    """What can be a prize: variant, name and price alone."""
    page = catalog_queries.page_shelf(
        shop_id=desk.shop.id, language=desk.language, text="", status="active", cursor=None, limit=GOODS
    )
    ids = [variant.variant_id for product in page.items for variant in product.variants]
    alone = pricing_queries.list_prices(ids, desk.shop.currency)
    found = catalog_queries.find_variants(ids, language=desk.language)
    return [
        (pk, " · ".join((one.product_title, *one.options)), alone[pk].amount_minor)
        for pk, one in found.items()
        if pk in alone
    ]


def _draft(post: QueryDict, desk: Desk, faults: list[str]) -> LotteryDraft | None:
    """What was typed, or None with what is wrong in it."""
    zone = desk.shop.time_zone
    starts = amounts.parse_moment(post.get("starts", ""), zone)
    ends = amounts.parse_moment(post.get("ends", ""), zone)
    per_person = amounts.parse_count(post.get("per_person", ""))
    days = amounts.parse_count(post.get("claim_days", ""))
    prizes = []
    for variant, pieces in zip(post.getlist("prize"), post.getlist("pieces"), strict=False):
        known, quantity = amounts.parse_count(variant), amounts.parse_count(pieces)
        if known and quantity:
            prizes.append(PrizeDraft(variant_id=known, quantity=quantity))
    if starts is None or ends is None:
        faults.append(gettext("Please check: %(name)s.") % {"name": gettext("Period")})
    if per_person is None or days is None:
        faults.append(gettext("Please check: %(name)s.") % {"name": gettext("Days to claim")})
    if starts is None or ends is None or per_person is None or days is None:
        return None
    return LotteryDraft(
        title=post.get("title", ""),
        note=post.get("note", ""),
        entry_mode=post.get("mode", "free"),
        per_person=per_person,
        starts_at=starts,
        ends_at=ends,
        claim_days=days,
        prizes=tuple(prizes),
    )
