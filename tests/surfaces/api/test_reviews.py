"""Reviews and questions through the API: one story, and what others may not do in it."""

from tests.factories import bought, trade

from jishi.goods.merchants import operations as merchants
from jishi.people.accounts.models import User
from jishi.social.reviews.models import Review


def test_a_review_is_written_read_answered_and_found_helpful(people, nobody):
    scene, author, reader, staff = trade.scene(), people(), people(), people()
    order = bought.receive(scene)
    Review.objects.all().delete()
    merchants.add_staff(shop_id=scene.shop.id, person_id=staff.person_id)
    code_of_product = trade.order(order).lines[0].product_code
    stranger = author.post(
        f"/orders/{order}/lines/0/review", {"stars": 5}, key="not-my-order-key", status=404
    )
    assert stranger["code"] == "reviews.line_not_found"
    review = bought.review(scene, stars=4)

    page = nobody.get(f"/products/{code_of_product}/reviews")
    assert [one["code"] for one in page["items"]] == [review]
    reader.call("PUT", f"/reviews/{review}/helpful")
    staff.call("PUT", f"/reviews/{review}/reply", {"text": "谢谢您！"})
    reader.call("PUT", f"/reviews/{review}/reply", {"text": "我不是店员"}, status=404)
    reader.call("PUT", f"/reviews/{review}", {"stars": 1}, status=403)
    bought.settle()

    found = reader.get(f"/products/{code_of_product}/reviews")["items"][0]
    assert (found["helpful_count"], found["has_voted"], found["reply"]) == (1, True, "谢谢您！")
    rating = nobody.get(f"/products/{code_of_product}/rating")
    assert (rating["count"], rating["average"], rating["histogram"]) == (1, 400, [0, 0, 0, 1, 0])


def test_questions_are_asked_once_however_often_they_are_sent(people, nobody):
    scene, asker, other = trade.scene(), people(), people()
    product = trade.order(bought.receive(scene)).lines[0].product_code

    codes = {
        asker.post(f"/products/{product}/questions", {"text": "甜吗？"}, key="ask-me-once", status=201)[
            "code"
        ]
        for _ in range(2)
    }
    (code,) = codes
    answer = other.post(f"/questions/{code}/answers", {"text": "很甜"}, key="answer-once-1", status=201)
    asker.post(f"/answers/{answer['code']}/best", {})
    other.post(f"/answers/{answer['code']}/best", {}, status=403)

    assert asker.post(f"/questions/{code}/ask-buyers", {})["count"] == 1
    found = nobody.get(f"/questions/{code}")
    assert [(one["text"], one["is_best"], one["role"]) for one in found["answers"]] == [
        ("很甜", True, "reader")
    ]


def test_operators_alone_say_what_a_category_judges(people):
    person = people()
    person.call("PUT", "/ops/categories/nothing/aspects", {"codes": ["taste"]}, status=403)
    User.objects.filter(pk=person.person_id).update(is_operator=True)

    person.call("PUT", "/ops/categories/nothing/aspects", {"codes": ["taste"]}, status=404)
