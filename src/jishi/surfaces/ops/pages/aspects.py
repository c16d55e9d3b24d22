"""What buyers of a category judge beside the stars. A category without a set follows its parent."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from jishi.goods.catalog import queries as catalog
from jishi.goods.catalog.errors import CategoryUnknown
from jishi.kernel.errors import DomainError
from jishi.social.reviews import operations as reviews
from jishi.social.reviews import queries as review_queries
from jishi.surfaces.ops.gate import operator, person
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import refusals


@operator
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Every category with what is judged in it."""
    sets = review_queries.list_aspect_sets()
    names = {one.code: gettext(one.name) for one in review_queries.all_aspects()}
    rows = [
        (category, sets.get(category.category_id, ()))
        for category in catalog.list_categories(request_facts.of(request).language)
    ]
    return render(request, "ops/aspects.html", {"rows": rows, "names": names})


@operator
@require_POST
def save(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose what is judged in a category, in the order of the list."""
    found = catalog.find_category(slug, language="zh-hans")
    if found is None:
        raise CategoryUnknown
    picked = request.POST.getlist("code")[:20]
    try:
        reviews.configure_aspects(category_id=found.category_id, codes=picked, by=person(request))
    except DomainError as error:
        refusals.tell(request, error)
    else:
        messages.success(request, gettext("Saved. New reviews are asked for these."))
    return HttpResponseRedirect(reverse("ops:aspects") + f"#{slug}")
