"""The signed-in person: profile and addresses. Signing in is allauth's headless API under ``/api/auth/``."""

from django.http import HttpRequest, HttpResponse
from ninja import Router

from jishi.goods.merchants import queries as merchants
from jishi.people.accounts import operations as accounts
from jishi.people.accounts import queries as people
from jishi.people.accounts.contracts import AddressView
from jishi.people.accounts.errors import AddressNotFound
from jishi.surfaces.api.v1 import answers
from jishi.surfaces.api.v1.schemas import people as shapes
from jishi.surfaces.api.v1.schemas import trade as trade_shapes

router = Router(tags=["people"])


@router.get("/me", response=shapes.Profile)
def get_me(request: HttpRequest) -> HttpResponse:
    """Who is signed in, and the slugs of the shops they work for."""
    return answers.reply(_profile(request))


@router.patch("/me", response=shapes.Profile)
def change_me(request: HttpRequest, body: shapes.ProfileIn) -> HttpResponse:
    """Change nickname, language or theme."""
    accounts.update_profile(person_id=answers.person(request), **body.dict(exclude_unset=True))
    return answers.reply(_profile(request))


@router.get("/addresses", response=shapes.Addresses)
def list_addresses(request: HttpRequest) -> HttpResponse:
    """The address book, the default first."""
    book = people.list_addresses(answers.person(request))
    return answers.reply(shapes.Addresses([shapes.address(view) for view in book]))


@router.post("/addresses", response={201: shapes.Address})
def add_address(request: HttpRequest, body: shapes.AddressIn) -> HttpResponse:
    """Add an address. Needs an Idempotency-Key."""
    values = body.dict()
    return answers.once(
        request,
        values,
        lambda: shapes.address(accounts.save_address(person_id=answers.person(request), **values)),
    )


@router.put("/addresses/{code}", response=shapes.Address)
def change_address(request: HttpRequest, code: str, body: shapes.AddressIn) -> HttpResponse:
    """Replace an address."""
    found = find_address(answers.person(request), code)
    saved = accounts.save_address(person_id=answers.person(request), address_id=found.id, **body.dict())
    return answers.reply(shapes.address(saved))


@router.delete("/addresses/{code}", response=trade_shapes.Done)
def remove_address(request: HttpRequest, code: str) -> HttpResponse:
    """Remove an address."""
    found = find_address(answers.person(request), code)
    accounts.remove_address(person_id=answers.person(request), address_id=found.id)
    return answers.reply(trade_shapes.Done())


def find_address(person_id: int, code: str) -> AddressView:
    """The person's own address called ``code``.

    :raises AddressNotFound: there is none, or it is somebody else's.
    """
    view = people.find_address_by_code(person_id, code)
    if view is None:
        raise AddressNotFound
    return view


def _profile(request: HttpRequest) -> shapes.Profile:
    person_id = answers.person(request)
    view = people.get_profile(person_id)
    shops = merchants.list_shops(ids=merchants.shops_of(person_id), language=answers.language(request))
    return shapes.Profile(
        view.code,
        view.nickname,
        view.avatar_url,
        view.email,
        view.phone_masked,
        view.language,
        view.theme,
        view.is_operator,
        [shop.slug for shop in shops.values()],
    )
