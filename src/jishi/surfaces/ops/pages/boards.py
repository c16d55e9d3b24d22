"""Boards: several saved views on one page, to be read every morning or printed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jishi.insight.metrics import operations as metrics
from jishi.insight.metrics import queries as kept
from jishi.kernel.errors import DomainError
from jishi.surfaces.ops import insights
from jishi.surfaces.ops.gate import operator, person
from jishi.surfaces.shell import refusals


@operator
@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Every board, and a form for a new one."""
    if request.method == "POST":
        try:
            code = metrics.save_board(name=request.POST.get("name", ""), person_id=person(request))
        except DomainError as error:
            refusals.tell(request, error)
            return HttpResponseRedirect(reverse("ops:boards"))
        return HttpResponseRedirect(reverse("ops:board", args=[code]))
    return render(request, "ops/boards.html", {"boards": kept.list_boards()})


@operator
@require_GET
def board(request: HttpRequest, code: str) -> HttpResponse:
    """The views of a board, each with its kept answer; what has none is asked for now."""
    found = kept.get_board(code)
    tiles, waits = [], False
    for view in found.views:
        try:
            asked = metrics.ask(metric=view.metric, params=view.params, person_id=person(request))
            run = kept.find_run(asked)
        except DomainError:
            run = None
        shown = insights.show(run) if run else None
        waits = waits or (run is not None and run.is_open)
        kind = kept.get_metric(view.metric).kind
        tiles.append((view, kind, shown))
    taken = {view.code for view in found.views}
    context = {
        "board": found,
        "tiles": tiles,
        "waits": waits,
        "others": [view for view in kept.list_views() if view.code not in taken],
    }
    template = "ops/parts/board.html" if request.GET.get("part") == "1" else "ops/board.html"
    return render(request, template, context)


@operator
@require_POST
def change(request: HttpRequest, code: str) -> HttpResponse:
    """Put a view on a board, take one off, or take the board away."""
    verb, view = request.POST.get("verb", ""), request.POST.get("view", "")
    try:
        if verb == "place":
            metrics.place(board_code=code, view_code=view)
        elif verb == "take_off":
            metrics.take_off(board_code=code, view_code=view)
        elif verb == "delete":
            metrics.delete_board(code=code)
            messages.success(request, gettext("The board is gone; its views are still saved."))
            return HttpResponseRedirect(reverse("ops:boards"))
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(reverse("ops:board", args=[code]))
