"""Who may call what: every endpoint is in this table, for nobody, a stranger and another shop's staff."""

import pytest
from tests.factories import goods, jotted

from jishi.goods.merchants import operations as merchants
from jishi.surfaces.api.urls import api
from jishi.trust.moderation import operations as moderation

PUBLIC = {
    "GET /products", "GET /products/facets", "GET /products/{code}", "GET /products/{code}/teams",
    "GET /suggest", "GET /categories", "GET /shops/{slug}", "GET /teams/{code}", "POST /shares/{code}/visits",
    "GET /people/{code}", "GET /people/{code}/followers", "GET /people/{code}/following",
    "GET /invitations/{code}", "GET /communities", "GET /communities/{slug}", "GET /communities/{slug}/posts",
    "GET /recommendations/{surface}", "GET /feed/home", "GET /feed/nearby", "GET /feed/hot",
    "GET /feed/topics/{slug}", "GET /feed/new",
    "GET /communities/{slug}/members", "GET /communities/{slug}/events",
    "GET /communities/{slug}/events/{code}",
    "GET /products/{code}/rating", "GET /products/{code}/reviews", "GET /products/{code}/questions",
    "GET /questions/{code}", "GET /people/{code}/notes", "GET /notes/{code}", "GET /notes/{code}/comments",
    "GET /notes/{code}/poll", "GET /polls/{code}", "GET /polls/{code}/draw", "GET /challenges",
    "GET /challenges/{code}", "GET /challenges/{code}/winners",
}  # fmt: skip
SIGNED_IN = {
    "POST /recommendations/{slate}/{position}/hide", "GET /me/notes", "POST /notes", "PUT /notes/{code}",
    "DELETE /notes/{code}", "POST /notes/{code}/publish",
    "POST /notes/{code}/unschedule", "POST /uploads/pictures", "POST /uploads/films",
    "PUT /notes/{code}/like",
    "DELETE /notes/{code}/like", "PUT /notes/{code}/favourite", "DELETE /notes/{code}/favourite",
    "POST /notes/{code}/repost", "POST /notes/{code}/comments", "DELETE /comments/{code}",
    "PUT /comments/{code}/like", "DELETE /comments/{code}/like", "GET /favourites", "GET /favourites/folders",
    "POST /favourites/folders", "DELETE /favourites/folders/{code}",
    "GET /me", "PATCH /me", "GET /addresses", "POST /addresses", "PUT /addresses/{code}",
    "DELETE /addresses/{code}", "GET /cart", "POST /cart/lines", "PATCH /cart/lines/{variant_id}",
    "DELETE /cart/lines/{variant_id}", "POST /checkout/quote", "POST /checkout", "GET /payments/{code}",
    "POST /payments/{code}/attempts", "POST /payments/{code}/sync", "GET /orders", "GET /orders/{code}",
    "POST /orders/{code}/cancel", "POST /orders/{code}/receipt", "POST /shares", "GET /shares/funnel",
    "GET /talks", "POST /talks", "POST /talks/groups", "GET /talks/{code}", "GET /talks/{code}/messages",
    "POST /talks/{code}/messages", "POST /talks/{code}/messages/{message}/recall", "POST /talks/{code}/read",
    "POST /lane-pass", "POST /events", "GET /notices", "POST /notices/read", "GET /notification-choices",
    "PUT /notification-choices", "PUT /people/{code}/remark", "POST /people/{code}/{verb}", "GET /me/page",
    "PATCH /me/page", "GET /me/people/{which}", "POST /me/followers/{code}/{answer}", "POST /me/invitation",
    "POST /invitations/{code}/accept", "GET /me/consents", "PUT /me/consents/{purpose}", "GET /me/export",
    "GET /me/deletion", "POST /me/deletion", "DELETE /me/deletion", "POST /me/deletion/code",
    "GET /feed/following", "GET /me/communities", "POST /communities/{slug}/join",
    "POST /communities/{slug}/leave",
    "POST /communities/{slug}/invitations", "POST /communities/{slug}/events/{code}/place",
    "DELETE /communities/{slug}/events/{code}/place", "POST /communities/{slug}/events/{code}/door",
    "GET /me/reviews", "GET /me/reviews/to-write", "POST /orders/{code}/lines/{position}/review",
    "PUT /reviews/{code}", "DELETE /reviews/{code}", "POST /reviews/{code}/follow-up",
    "PUT /reviews/{code}/helpful", "DELETE /reviews/{code}/helpful", "PUT /reviews/{code}/reply",
    "POST /products/{code}/questions", "POST /questions/{code}/answers", "POST /questions/{code}/ask-buyers",
    "PUT /questions/{code}/follow", "DELETE /questions/{code}/follow", "PUT /answers/{code}/helpful",
    "DELETE /answers/{code}/helpful", "POST /answers/{code}/best", "POST /uploads/review-pictures",
    "POST /communities/{slug}/notes", "POST /notes/{code}/poll", "POST /polls/{code}/vote",
    "POST /polls/{code}/claim", "POST /challenges/{code}/entries", "POST /entries/{code}/vote",
    "PUT /entries/{code}/points", "POST /reports", "GET /me/reports", "GET /me/decisions",
    "GET /me/decisions/{code}", "POST /me/decisions/{code}/appeal",
    "GET /surveys/next", "GET /surveys/{code}", "POST /surveys/{code}/answers", "POST /surveys/{code}/later",
}  # fmt: skip
SIGNED_IN |= {
    "PUT /flash-sale-items/{code}/reminder", "DELETE /flash-sale-items/{code}/reminder",
    "PUT /orders/{code}/details",
}  # fmt: skip
PUBLIC |= {
    "GET /rally-offers", "GET /rallies/{code}", "GET /lotteries", "GET /lotteries/{code}",
    "GET /lotteries/{code}/proof",
}  # fmt: skip
SIGNED_IN |= {"POST /rallies", "POST /rallies/{code}/helps", "POST /lotteries/{code}/entries"}
PUBLIC |= {"GET /presales", "GET /presales/{code}"}
SIGNED_IN |= {"PUT /presales/{code}/reservation", "DELETE /presales/{code}/reservation"}
PUBLIC |= {"GET /rounds", "GET /rounds/{code}", "GET /rounds/{code}/points"}
SIGNED_IN |= {
    "POST /rounds/{code}/quote", "POST /rounds/{code}/orders", "GET /pickups", "GET /pickups/{code}",
    "GET /hand-outs", "POST /hand-outs/{code}",
}  # fmt: skip
PUBLIC |= {"GET /flash-sales", "GET /flash-sales/{code}/items", "GET /flash-sale-items/{code}"}
STAFF = {
    "GET /merchant/shops/{slug}/orders", "GET /merchant/shops/{slug}/orders/{code}",
    "POST /merchant/shops/{slug}/orders/{code}/ship", "PUT /merchant/shops/{slug}/prices",
    "PUT /merchant/shops/{slug}/stock", "POST /merchant/shops/{slug}/products/import",
    "GET /merchant/shops/{slug}/products/export", "POST /merchant/shops/{slug}/offers",
    "POST /merchant/shops/{slug}/offers/{code}/stop", "GET /merchant/shops/{slug}/settlements",
    "GET /merchant/shops/{slug}/imports", "GET /merchant/shops/{slug}/imports/{code}",
    "GET /merchant/shops/{slug}/series", "POST /merchant/shops/{slug}/rounds/{code}/repeat",
    "POST /merchant/shops/{slug}/series/{code}/stop", "GET /merchant/shops/{slug}/gates",
    "POST /merchant/shops/{slug}/imports/{code}/apply", "DELETE /merchant/shops/{slug}/imports/{code}",
}  # fmt: skip
OPERATOR = {
    "GET /ops/surveys/{code}/figures",
    "PUT /ops/categories/{slug}/aspects",
    "GET /ops/overview",
    "POST /ops/challenges",
}
MODERATOR = {
    "GET /moderation/cases", "GET /moderation/cases/{code}", "PUT /moderation/cases/{code}/claim",
    "DELETE /moderation/cases/{code}/claim", "POST /moderation/cases/{code}/decision",
    "POST /moderation/cases/{code}/appeal",
}  # fmt: skip
BODIES = {
    "POST /rallies": {"offer": "abcdefghjkmn", "variant_id": 1},
    "POST /lotteries/{code}/entries": {},
    "PUT /orders/{code}/details": {"address_code": "abcdefghjkmn"},
    "POST /surveys/{code}/answers": {"answers": {}},
    "POST /merchant/shops/{slug}/orders/{code}/ship": {"carrier": "sf", "tracking_number": "SF1"},
    "PUT /merchant/shops/{slug}/prices": {"rows": [{"variant_id": 1, "amount_minor": 1}]},
    "PUT /merchant/shops/{slug}/stock": {"reference": "x", "rows": [{"variant_id": 1, "on_hand": 1}]},
    "POST /merchant/shops/{slug}/offers": {"product_code": "x", "prices": {"1": 1}},
    "POST /merchant/shops/{slug}/rounds/{code}/repeat": {"days": [1]},
    "POST /moderation/cases/{code}/decision": {"action": "hide", "reason": "spam"},
    "POST /moderation/cases/{code}/appeal": {"outcome": "upheld"},
}


def endpoints():
    paths = api.get_openapi_schema(path_prefix="")["paths"]
    return {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}


def test_acc_107_every_endpoint_is_in_this_table():
    assert endpoints() == PUBLIC | SIGNED_IN | STAFF | OPERATOR | MODERATOR


@pytest.mark.parametrize("endpoint", sorted(SIGNED_IN | STAFF | OPERATOR | MODERATOR))
def test_acc_107_nobody_is_asked_to_sign_in(nobody, endpoint):
    method, path = endpoint.split(" ")
    names = {"verb": "follow", "answer": "accept", "which": "friends", "purpose": "analytics"}
    names["slate"] = "abcdefghjkmn"
    path = path.format(code="abcdefghjkmn", slug="some-shop", variant_id=1, position=0, message="x", **names)

    problem = nobody.call(method, path, BODIES.get(endpoint, {}), status=401)

    assert problem["code"] == "not_signed_in"


@pytest.mark.parametrize("endpoint", sorted(STAFF - {"POST /merchant/shops/{slug}/products/import"}))
def test_acc_108_another_shops_staff_finds_no_such_shop(people, stall, endpoint):
    other = people()
    merchants.add_staff(shop_id=goods.open_shop().id, person_id=other.person_id)
    method, path = endpoint.split(" ")
    path = path.format(code="abcdefghjkmn", slug=stall["shop"].slug)

    other.call(method, path, BODIES.get(endpoint, {}), key="some-key-of-mine", status=404)


@pytest.mark.parametrize("endpoint", sorted(MODERATOR))
def test_acc_107_who_does_not_moderate_sees_no_case(people, endpoint):
    author, stranger = people(), people()
    case = moderation.report(
        reporter_id=people().person_id, kind="note", code=jotted.note(author.person_id), reason="spam"
    ).case_code
    method, path = endpoint.split(" ")

    for one in (stranger, author):
        problem = one.call(
            method, path.format(code=case), BODIES.get(endpoint, {}), key="some-key-of-mine", status=403
        )

    assert problem["code"] == "moderation.not_a_moderator"


def test_acc_107_another_persons_order_payment_and_address_do_not_exist(people, stall):
    from tests.surfaces.api.test_deal import address_of, order

    owner, stranger = people(), people()
    _, placed = order(owner, stall, key="owner-places")

    stranger.get(f"/orders/{placed['order_codes'][0]}", status=404)
    stranger.get(f"/payments/{placed['payment_code']}", status=404)
    stranger.post(f"/payments/{placed['payment_code']}/attempts", {}, status=404)
    stranger.post(f"/orders/{placed['order_codes'][0]}/cancel", {}, key="not-mine-at-all", status=404)
    stranger.call("DELETE", f"/addresses/{address_of(owner)}", status=404)
    assert owner.get("/addresses")["items"]


def test_operators_alone_see_the_platforms_numbers(people):
    people().get("/ops/overview", status=403)


def test_acc_111_fields_nobody_asked_for_are_refused(people):
    person = people()

    person.call("PATCH", "/me", {"nickname": "x", "is_operator": True}, status=422)

    assert person.get("/me")["is_operator"] is False


@pytest.mark.parametrize("sort", ["price; DROP TABLE", "id", "-1", "price_asc'--"])
def test_inp_119_only_known_orders_of_display(nobody, sort):
    problem = nobody.get(f"/products?sort={sort}", status=400)

    assert "code" in problem


def test_inp_128_a_long_text_is_refused(nobody):
    nobody.get("/products?q=" + "a" * 200, status=422)


def test_an_unknown_address_and_broken_json_are_clear(people):
    person = people()
    response = person.client.post(
        "/api/v1/cart/lines",
        "{broken",
        content_type="application/json",
        headers={"X-Session-Token": person.token},
    )

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


def test_the_document_is_openapi_3_1_and_the_page_lists_it(nobody):
    assert nobody.get("/openapi.json")["openapi"].startswith("3.1")
    assert nobody.client.get("/api/v1/").status_code == 200
