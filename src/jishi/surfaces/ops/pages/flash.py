"""Flash sales for operators: slots, what was enrolled for each, deciding, watching live, stopping."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from jishi.kernel.errors import DomainError
from jishi.kernel.text import both
from jishi.promotions.flash_sales import operations as flash
from jishi.promotions.flash_sales import queries
from jishi.surfaces.ops import gate, times
from jishi.surfaces.ops.gate import operator
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import refusals


@operator
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The slots, newest first, with how many enrolments wait."""
    slots = queries.list_all_slots(language=request_facts.of(request).language)
    return render(request, "ops/flash.html", {"slots": slots})


@operator
@require_POST
def open_slot(request: HttpRequest) -> HttpResponse:
    """Open one slot, or the same hours on several days."""
    post = request.POST
    title = both(post.get("title_zh", "").strip()[:60], post.get("title_en", "").strip()[:60])
    days = int(post["days"]) if post.get("days", "").isdigit() else 1
    opened = 0
    try:
        starts, ends = times.read(post.get("starts", "")), times.read(post.get("ends", ""))
        until = times.read(post["until"]) if post.get("until") else starts
        for day in range(max(1, min(days, 31))):
            later = times.days(day)
            flash.open_slot(
                title=title,
                starts_at=starts + later,
                ends_at=ends + later,
                enrol_until=until + later,
                by=gate.person(request),
            )
            opened += 1
    except DomainError as error:
        refusals.tell(request, error)
    if opened:
        messages.success(request, gettext("Opened. Shops can enrol now."))
    return HttpResponseRedirect(reverse("ops:flash"))


@operator
@require_GET
@never_cache
def slot(request: HttpRequest, code: str) -> HttpResponse:
    """One slot: what waits for a decision, and how the sale goes; the table refreshes itself."""
    language = request_facts.of(request).language
    context = {
        "slot": queries.get_slot(code, language=language),
        "items": queries.list_of_slot(code, language=language),
    }
    part = "ops/parts/flash_items.html" if request.headers.get("HX-Request") else "ops/flash_slot.html"
    return render(request, part, context)


@operator
@require_POST
def decide(request: HttpRequest, code: str) -> HttpResponse:
    """Approve, refuse or stop one item."""
    post, by = request.POST, gate.person(request)
    reason = post.get("reason", "").strip()[:200]
    try:
        if post.get("do") == "approve":
            flash.approve(item_code=code, by=by)
            messages.success(request, gettext("Approved. The units are set aside."))
        elif post.get("do") == "refuse":
            flash.refuse(item_code=code, by=by, reason=reason)
            messages.success(request, gettext("Refused. The shop is told why."))
        else:
            flash.stop_item(item_code=code, by=by, reason=reason)
            messages.success(request, gettext("Stopped. Free units went back to the shop."))
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(_back(post.get("slot", "")))


@operator
@require_POST
def stop(request: HttpRequest, code: str) -> HttpResponse:
    """Stop a whole slot."""
    try:
        flash.stop_slot(
            slot_code=code, by=gate.person(request), reason=request.POST.get("reason", "").strip()[:200]
        )
        messages.success(request, gettext("Stopped. Free units went back to the shops."))
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(_back(code))


def _back(slot_code: str) -> str:
    is_code = slot_code.isalnum() and len(slot_code) <= 12
    return reverse("ops:flash_slot", args=[slot_code]) if is_code else reverse("ops:flash")
