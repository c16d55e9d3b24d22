"""A shop's lotteries: the list with what they cost and bring, a form, and calling one off."""

from collections.abc import Sequence
from datetime import timedelta

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.pricing import queries as pricing_queries
from jishi.kernel import audit, clock, http, policy
from jishi.kernel.errors import N_, DomainError
from jishi.promotions.gates.contracts import Gate
from jishi.promotions.lotteries import operations as lotteries
from jishi.promotions.lotteries import queries as lottery_queries
from jishi.promotions.lotteries.contracts import LotteryDraft, Preview, PrizeDraft
from jishi.surfaces.merchant import amounts, clashes, limits
from jishi.surfaces.merchant.desk import Desk, staff
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import gate_words, refusals

PRIZES = 5
GOODS = 60
USUAL_LENGTH = timedelta(days=3)
WARNINGS = {
    "over_cap": N_("A prize is worth more than the rules of this place allow. Publishing would fail."),
    "too_few_units": N_("There are fewer free pieces than you want to give away. Publishing would fail."),
    "another": N_("Another lottery of yours runs at that time. They share the same visitors."),
}


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
        gate = limits.parse(request, lambda name, fine: _need(faults, name, fine))
        draft = _draft(request.POST, desk, faults, gate)
        if draft is not None:
            try:
                seen = lottery_queries.preview(shop_id=desk.shop.id, draft=draft)
                warnings = _warnings(draft, seen)
                agreed = not warnings or request.POST.get("agreed") == "1"
                if not agreed or request.POST.get("do") == "preview":
                    return _form(request, desk, faults, seen, warnings)
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
    return _form(request, desk, faults)


def _form(
    request: HttpRequest,
    desk: Desk,
    faults: list[str],
    seen: Preview | None = None,
    warnings: Sequence[tuple[str, str]] = (),
) -> HttpResponse:
    """The form as it was typed, with what it would mean beside it."""
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
        "seen": seen,
        "warnings": warnings,
        **limits.context(request, desk),
    }
    return render(request, "merchant/lottery_form.html", context, status=422 if faults else 200)


@staff
@require_GET
@never_cache
def watch(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """How a lottery goes: entries, prizes, winners; and the way to call it off."""
    found = lottery_queries.get_lottery(code, viewer_id=None, language=request_facts.of(request).language)
    desk.own(found.shop_id)
    gate = gate_words.say(f"lottery:{code}")
    return render(request, "merchant/lottery.html", {"one": found, "gate": gate})


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


def _need(faults: list[str], name: str, is_fine: bool) -> None:
    """Note what makes no sense."""
    if not is_fine:
        faults.append(gettext("Please check: %(name)s.") % {"name": name})


def _warnings(draft: LotteryDraft, seen: Preview) -> list[tuple[str, str]]:
    """What the shop should know first; it may go on all the same."""
    own = [(one, gettext(WARNINGS[one])) for one in seen.warnings]
    told: dict[str, None] = {}
    for one in draft.prizes:
        found = clashes.say(one.variant_id, starts_at=draft.starts_at, ends_at=draft.ends_at)
        told |= dict.fromkeys(found)
    return own + [("clash", words) for words in told]


def _draft(post: QueryDict, desk: Desk, faults: list[str], gate: Gate) -> LotteryDraft | None:
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
    if faults or starts is None or ends is None or per_person is None or days is None:
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
        gate=gate,
    )
