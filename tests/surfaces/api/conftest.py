"""A client of the API per person, signed in with an app's session token."""

import itertools
import json

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from tests.factories import goods

from jishi.kernel import clock
from jishi.people.accounts import operations as accounts
from jishi.people.accounts.models import User
from jishi.promotions.plays import operations as plays

_numbers = itertools.count(1)


class App:
    """Talks JSON to `/api/v1`, as one person or as nobody."""

    def __init__(self, person_id: int | None = None) -> None:
        self.client = Client(headers={"Accept-Language": "en"})
        self.person_id = person_id
        self.token = ""
        if person_id is not None:
            session = SessionStore()
            session["_auth_user_id"] = str(person_id)
            session["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
            session["_auth_user_hash"] = User.objects.get(pk=person_id).get_session_auth_hash()
            session.create()
            self.token = session.session_key

    def call(self, method: str, path: str, body: object = None, *, key: str = "", status: int = 200):
        """Call and return the parsed answer; the status must be the expected one."""
        headers = {"X-Session-Token": self.token} if self.token else {}
        if key:
            headers["Idempotency-Key"] = key
        response = self.client.generic(
            method,
            "/api/v1" + path,
            json.dumps(body) if body is not None else b"",
            content_type="application/json",
            headers=headers,
        )
        assert response.status_code == status, response.content.decode()[:800]
        self.last = response
        return json.loads(response.content) if response.content else None

    def get(self, path: str, *, status: int = 200):
        """GET."""
        return self.call("GET", path, status=status)

    def post(self, path: str, body: object = None, *, key: str = "", status: int = 200):
        """POST."""
        return self.call("POST", path, {} if body is None else body, key=key, status=status)


@pytest.fixture
def nobody(transactional_db):
    """A caller who is not signed in."""
    return App()


@pytest.fixture
def people(transactional_db):
    """Make a signed-in caller."""

    def make(nickname: str = "") -> App:
        number = next(_numbers)
        card = accounts.register(email=f"api{number}@example.com", nickname=nickname or f"Person {number}")
        return App(card.id)

    return make


@pytest.fixture
def stall(transactional_db):
    """A shop with one product and a running two-person offer."""
    shop = goods.open_shop()
    product = goods.offer(shop, prices=(3900,), stock=20, at=clock.now())
    offer = plays.create_offer(
        shop_id=shop.id,
        product_id=product.product_id,
        mechanic="group_buy",
        params={"size": 2, "hours": 24},
        prices={product.variant_ids[0]: 2900},
        starts_at=clock.now(),
    )
    return {"shop": shop, "product": product, "variant": product.variant_ids[0], "offer": offer}
