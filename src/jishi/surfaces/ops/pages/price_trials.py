"""Price trials in the console: a plan by blocks of time, two people and the shop for the start, reading it.

Everybody pays the same at every moment; nothing here can make a price for some people.
"""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.merchants import queries as merchant_queries
from jishi.goods.merchants.contracts import ShopView
from jishi.insight.experiments import operations as experiments
from jishi.insight.experiments import queries
from jishi.insight.experiments.contracts import SwitchReadOut, SwitchView
from jishi.insight.experiments.errors import ExperimentInvalid
from jishi.kernel import clock, http
from jishi.kernel.errors import DomainError
from jishi.people.accounts import queries as people
from jishi.surfaces.ops import experiment_words as words
from jishi.surfaces.ops import price_trial_forms as forms
from jishi.surfaces.ops.gate import operator, person
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import refusals

GOODS = 60


@operator
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Choose a shop, then goods and a plan; "plan" calculates and keeps nothing."""
    language = request_facts.of(request).language
    slug = request.POST.get("shop", "") or request.GET.get("shop", "")
    shop = merchant_queries.find_shop(slug[:60], language=language) if slug else None
    if shop is None:
        shops = sorted(merchant_queries.list_shops(language=language).values(), key=lambda one: one.name)
        return render(request, "ops/experiments/price_shop.html", {"shops": [s for s in shops if s.is_open]})
    form, trouble = forms.typed(request, today=clock.now().date()), ""
    if request.method == "POST" and request.POST.get("do") != "plan":
        try:
            code = experiments.create_switchback(draft=forms.draft_of(form, shop), owner_id=person(request))
        except DomainError as error:
            trouble = _words(error)
        else:
            messages.success(
                request, gettext("The plan is drawn, and the shop is asked. No price has changed.")
            )
            return HttpResponseRedirect(reverse("ops:price_trial", args=[code]))
    return _form(request, shop, form, trouble)


def _form(request: HttpRequest, shop: ShopView, form: forms.Form, trouble: str) -> HttpResponse:
    language, draft = request_facts.of(request).language, forms.draft_of(form, shop)
    shelf = catalog_queries.page_shelf(shop_id=shop.id, language=language, status="active", limit=GOODS)
    cards = catalog_queries.list_cards([one.product_id for one in shelf.items], language=language)
    foreseen = None
    if request.POST.get("do") == "plan":
        foreseen = queries.preview_switchback(draft)
        if foreseen is None:
            trouble = trouble or gettext(
                "These numbers make no plan yet: check goods, percent, blocks and rounds."
            )
    context = {
        "shop": shop,
        "form": form,
        "given": form.given,
        "trouble": trouble,
        "cards": list(cards.values()),
        "names": list(forms.measure_names().items()),
        "lengths": forms.block_choices(),
        "pairs": draft.cycles * draft.apart_days * 24 // draft.block_h if draft.block_h else 0,
        "lasts": 2 * draft.cycles * draft.apart_days,
        "foreseen": foreseen,
        "seen": forms.percent(foreseen.seen, language) if foreseen else "",
    }
    return render(request, "ops/experiments/price_form.html", context, status=422 if trouble else 200)


@operator
@require_GET
def trial(request: HttpRequest, code: str) -> HttpResponse:
    """One price trial: its plan, who agreed, what is known."""
    language = request_facts.of(request).language
    found, read = queries.get_switchback(code), queries.switch_read_out(code)
    shop = merchant_queries.list_shops([found.draft.shop_id], language=language).get(found.draft.shop_id)
    if shop is None:
        raise Http404
    cards = catalog_queries.list_cards(found.draft.product_ids, language=language)
    who = people.list_people({one for one in (found.owner_id, found.asked and found.asked.by_id) if one})
    context = {
        "trial": found,
        "draft": found.draft,
        "shop": shop,
        "cards": list(cards.values()),
        "state": words.states()[found.state],
        "answer": forms.price_states().get(found.price_state, ("", "")),
        "days": forms.days(found, shop.time_zone, clock.now()),
        "foreseen": queries.foresee(found.draft, found.blocks) if not found.started_at else None,
        "owner": who.get(found.owner_id or 0),
        "asker": who.get(found.asked.by_id or 0) if found.asked else None,
        "asked_verb": words.verbs().get(found.asked.verb, "") if found.asked else "",
        "is_mine": found.asked is not None and found.asked.by_id == person(request),
        "paused_by": forms.paused_words(found),
        "is_complete": _is_complete(found, read),
        **_known(found, read, language),
    }
    return render(request, "ops/experiments/price.html", context)


def _known(found: SwitchView, read: SwitchReadOut | None, language: str) -> dict[str, object]:
    if read is None:
        return {"read": None, "lines": [], "guards": []}
    complete = _is_complete(found, read)
    return {
        "read": read,
        "lines": forms.lines(found, read.readings, is_complete=complete, language=language),
        "guards": forms.guard_rows(read.guarded, language),
    }


def _is_complete(found: SwitchView, read: SwitchReadOut | None) -> bool:
    """Whether all of the plan was read: the planned end has come, and one look at it is what was planned."""
    return read is not None and read.pairs + read.left_out == found.pairs


@operator
@require_POST
def do(request: HttpRequest, code: str) -> HttpResponse:
    """Ask, confirm, take back, pause, stop, or throw a plan away."""
    verb, by, post = request.POST.get("do", ""), person(request), request.POST
    onward = reverse("ops:price_trial", args=[code])
    try:
        if verb in ("start", "resume", "decide"):
            experiments.ask_switchback(
                code=code,
                verb=verb,
                by=by,
                decision=post.get("decision", ""),
                reason=post.get("reason", ""),
            )
            messages.success(request, gettext("Asked. A second person has to confirm it."))
        elif verb == "confirm":
            experiments.confirm_switchback(code=code, by=by)
            messages.success(request, gettext("Confirmed."))
        elif verb == "withdraw":
            experiments.withdraw_switchback(code=code, by=by)
        elif verb == "pause":
            experiments.pause_switchback(code=code, by=by)
            messages.success(request, gettext("Paused. From this moment nobody gets the price."))
        elif verb == "stop":
            experiments.stop_switchback(code=code, by=by)
            messages.success(request, gettext("Stopped. One more reading follows in two hours."))
        elif verb == "discard":
            experiments.discard_switchback(code=code, by=by)
            onward = reverse("ops:experiments")
    except ExperimentInvalid as error:
        messages.error(request, _words(error))
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(onward)


def _words(error: DomainError) -> str:
    if isinstance(error, ExperimentInvalid):
        named = ExperimentInvalid(field=forms.field_name(str(error.fields.get("field", ""))))
        return http.message_of(named)
    return http.message_of(error)
