"""The desk somebody works at: one of the shops they are staff of, chosen once and remembered.

Invariant: every page stands behind :func:`staff`, and every object that a page touches goes through
:meth:`Desk.own`, which answers for other shops' things as for things that do not exist.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase

from jishi.goods.merchants import queries as merchant_queries
from jishi.goods.merchants.contracts import ShopView
from jishi.goods.merchants.errors import NotShopStaff
from jishi.surfaces.shell import facts as request_facts
from jishi.trade.orders import queries as order_queries

CHOSEN = "merchant_shop"

Arguments = ParamSpec("Arguments")


@dataclass(frozen=True, slots=True)
class Desk:
    """Who works where: the shop of this page, and all shops this person may work for."""

    person_id: int
    shop: ShopView
    shops: Mapping[int, ShopView]
    language: str
    to_ship: int
    waiting: int

    def own(self, shop_id: int) -> None:
        """Return quietly if something belongs to the shop of this desk.

        :raises Http404: it is another shop's.
        """
        if shop_id != self.shop.id:
            raise Http404


View = Callable[Concatenate[HttpRequest, Desk, Arguments], HttpResponseBase]
Guarded = Callable[Concatenate[HttpRequest, Arguments], HttpResponseBase]


def staff(view: View[Arguments]) -> Guarded[Arguments]:
    """Seat somebody at their desk; send anonymous readers to sign in and refuse everybody else.

    :raises NotShopStaff: the person works for no shop.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponseBase:
        facts = request_facts.of(request)
        if facts.person_id is None:
            return redirect_to_login(request.get_full_path())
        desk = seat(request, facts.person_id, facts.language)
        request.desk = desk  # type: ignore[attr-defined]
        return view(request, desk, *args, **kwargs)

    return guarded


def seat(request: HttpRequest, person_id: int, language: str) -> Desk:
    """The desk of this request.

    :raises NotShopStaff: the person works for no shop.
    """
    ids = merchant_queries.shops_of(person_id)
    if not ids:
        raise NotShopStaff
    wanted: Any = request.session.get(CHOSEN)
    shop_id = wanted if wanted in ids else ids[0]
    shops = merchant_queries.list_shops(ids, language=language)
    ready, waiting = order_queries.count_waiting(shop_id)
    return Desk(person_id, shops[shop_id], shops, language, ready, waiting)
