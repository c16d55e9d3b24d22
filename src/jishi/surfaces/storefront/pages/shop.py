"""A shop's own page: who it is and what it sells."""

from django.http import HttpRequest, HttpResponse

from jishi.goods.merchants import queries as merchant_queries
from jishi.goods.merchants.errors import ShopUnknown
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.storefront.pages import search


def shop(request: HttpRequest, slug: str) -> HttpResponse:
    """The shop's head and its goods, with the same filters as everywhere."""
    found = merchant_queries.find_shop(slug, language=request_facts.of(request).language)
    if found is None:
        raise ShopUnknown()
    wanted = search.wanted_from(request, shop_id=found.id)
    return search.results(request, wanted, {"heading": found.name, "shop": found})
