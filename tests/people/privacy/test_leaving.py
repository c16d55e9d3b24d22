"""Leaving: what goes, what is sealed until the law lets go of it, and that all of it was in the export."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.apps import apps
from django.core import mail
from django.db import models
from django.test import Client
from tests.factories import shopfront, trade
from tests.factories.trade import NOON

from jishi.goods.merchants import operations as merchants
from jishi.kernel.errors import DomainError
from jishi.kernel.outbox import relay
from jishi.people.accounts import operations as accounts
from jishi.people.accounts import queries as people
from jishi.people.notifications import operations as notifications
from jishi.people.notifications import queries as notices
from jishi.people.privacy import operations as privacy
from jishi.people.privacy import ports, queries, rules, tasks
from jishi.people.privacy.errors import NotConfirmed, StillNeeded
from jishi.people.privacy.models import Deletion
from jishi.social.graph import operations as graph
from jishi.social.shares import operations as shares
from jishi.trade.checkout import operations as checkout
from jishi.trade.orders import operations as orders
from jishi.trade.orders import queries as order_queries
from jishi.trade.orders.models import Order

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SECRETS = {"password", "phone_index", "recipient_index", "natural_key", "code_digest", "session_key"}
"""Columns whose values are ours and not a person's: digests and keys."""


def registered(word: str = "Wanderer") -> int:
    person = accounts.register(
        nickname=f"{word}-nickname",
        email=f"{word.lower()}@mail-of-{word.lower()}.org",
        phone="13912345678",
        password=f"{word} opens it",
    )
    accounts.save_address(
        person_id=person.id,
        recipient=f"{word}-recipient",
        phone="13712345678",
        region="浙江省",
        city="杭州市",
        line=f"{word}-street 7",
    )
    return person.id


def values() -> Iterator[tuple[str, str, str]]:
    """Every text in every table of ours, readable: (table, column, text)."""
    for model in apps.get_models():
        for row in model._default_manager.all():
            for field in model._meta.concrete_fields:
                value = getattr(row, field.attname)
                if isinstance(field, models.JSONField):
                    value = json.dumps(value, ensure_ascii=False)
                if isinstance(value, str) and value:
                    yield model._meta.db_table, field.column, value


def lived(word: str = "Wanderer") -> tuple[int, str]:
    """A person with an order, friends, a cart, links and notices, and the code of the order."""
    street = shopfront.build(goods=2, with_pictures=False)
    person = registered(word)
    address = people.list_addresses(person)[0]
    order = trade.place(trade.Buyer(person, address.id), (street.variants[0][0], 1)).order_codes[0]
    orders.cancel(order_code=order, by=person, reason="changed my mind", at=NOON)
    checkout.add_to_cart(person_id=person, variant_id=street.variants[1][0], quantity=2)
    other = street.people[0].id
    graph.follow(person_id=person, other_id=other)
    graph.follow(person_id=other, other_id=person)
    graph.edit_profile(person_id=person, bio=f"{word}-bio", place=f"{word}-place")
    graph.remark(person_id=other, about_id=person, name=f"{word}-remark")
    shares.create_link(sharer_id=person, kind="product", key=street.codes[0])
    notifications.notify(person_id=person, kind="followed", params={"nickname": f"{word}-told"})
    privacy.give(person_id=person, purpose="analytics")
    return person, order


def test_prv_140_after_erasing_no_word_of_the_person_is_left() -> None:
    person, order = lived()
    before = {(table, column) for table, column, text in values() if "wanderer" in text.lower()}
    assert len({table for table, _ in before}) >= 5

    privacy.erase_now(person_id=person, at=NOON + 30 * DAY)

    left = {(table, column) for table, column, text in values() if "wanderer" in text.lower()}
    assert left == {("orders_order", "address")}
    assert Order.objects.get(code=order).sealed_at is not None
    assert not any(text in ("+8613912345678", "+8613712345678") for _, column, text in values())


def test_prv_141_everything_erasing_takes_was_in_the_export() -> None:
    person, _ = lived()
    exported = json.dumps(queries.export_person(person_id=person), ensure_ascii=False, default=str)
    before = set(values())

    privacy.erase_now(person_id=person, at=NOON + 30 * DAY)

    inventory = {
        (field.table, field.column)
        for _, eraser in ports.erasers()
        for field in eraser.PERSONAL_FIELDS
        if field.column not in SECRETS
    }
    gone = {(t, c, text) for t, c, text in before - set(values()) if (t, c) in inventory}
    written = {
        (t, c)
        for t, c, text in gone
        if text.lower() not in exported.lower() and json.dumps(text)[1:-1] not in exported
    }
    assert len(gone) > 10
    # What others wrote about the person, and the ciphertext-free traces of our own machinery, are not theirs.
    assert written <= {("graph_remark", "name"), ("notifications_notice", "params")}


def test_prv_153_a_sealed_address_is_read_by_nobody_and_goes_when_its_time_is_over() -> None:
    person, code = lived()
    assert order_queries.get_order(code, viewer_id=None).address.recipient == "Wanderer-recipient"

    privacy.erase_now(person_id=person, at=NOON + 30 * DAY)

    row = Order.objects.get(code=code)
    assert row.address != ""
    assert order_queries.get_order(code, viewer_id=None).address.recipient == ""
    assert row.blank_due_at is not None
    assert orders.blank_due(row.blank_due_at - DAY) == 0
    assert orders.blank_due(row.blank_due_at) == 1
    fresh = Order.objects.get(code=code)
    assert (fresh.address, fresh.total_minor) == ("", row.total_minor)
    assert row.blank_due_at >= NOON + 1095 * DAY


def test_an_open_order_keeps_the_account() -> None:
    street = shopfront.build(goods=1, with_pictures=False)
    person = registered()
    buyer = trade.Buyer(person, people.list_addresses(person)[0].id)
    trade.place(buyer, (street.variants[0][0], 1))

    with pytest.raises(StillNeeded) as refused:
        privacy.request_deletion(person_id=person, password="Wanderer opens it")

    assert refused.value.fields["reasons"] == ["orders.open"]
    assert queries.list_obstacles(person)[0].params == {"count": 1}
    assert queries.find_deletion(person) is None


def test_the_only_owner_of_a_shop_hands_it_over_first() -> None:
    person, heir = registered(), trade.buyer().id
    shop = merchants.open_shop(slug="left-alone", name={"en": "Left alone"}, owner_id=person)

    assert [o.code for o in queries.list_obstacles(person)] == ["merchants.only_owner"]
    merchants.add_staff(shop_id=shop.id, person_id=heir, role="owner")

    assert queries.list_obstacles(person) == ()


def test_a_deletion_waits_and_can_be_taken_back() -> None:
    person = registered()

    waiting = privacy.request_deletion(person_id=person, password="Wanderer opens it", at=NOON)
    again = privacy.request_deletion(person_id=person, password="anything", at=NOON + DAY)

    assert waiting.due_at == again.due_at == NOON + rules.GRACE
    assert tasks.erase_due(NOON + rules.GRACE - DAY) == 0
    assert privacy.cancel_deletion(person_id=person)
    assert tasks.erase_due(NOON + 2 * rules.GRACE) == 0
    assert people.get_person(person).nickname == "Wanderer-nickname"


def test_a_due_deletion_is_done_once() -> None:
    person = registered()
    privacy.request_deletion(person_id=person, password="Wanderer opens it", at=NOON)

    done = [tasks.erase_due(NOON + rules.GRACE) for _ in range(2)]

    assert done == [1, 0]
    assert people.get_person(person).nickname.startswith("#")
    assert not people.is_password(person, "Wanderer opens it")
    assert Deletion.objects.get(pk=person).state == "done"


def test_a_wrong_password_deletes_nothing_and_tries_end() -> None:
    person = registered()

    for _ in range(rules.CONFIRMATIONS_PER_HOUR):
        with pytest.raises(NotConfirmed):
            privacy.request_deletion(person_id=person, password="guess")
    with pytest.raises(DomainError) as refused:
        privacy.request_deletion(person_id=person, password="Wanderer opens it")

    assert refused.value.code == "kernel.rate_limited"
    assert queries.find_deletion(person) is None


def test_a_code_by_mail_confirms_once_and_not_for_long(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    from django.core import mail

    person = registered()
    privacy.send_code(person_id=person, at=NOON)
    code = "".join(c for c in mail.outbox[-1].body if c.isdigit())[:6]

    with pytest.raises(NotConfirmed):
        privacy.request_deletion(person_id=person, code=code, at=NOON + rules.CODE_LASTS)
    privacy.request_deletion(person_id=person, code=code, at=NOON)

    assert queries.find_deletion(person) is not None
    privacy.cancel_deletion(person_id=person)
    with pytest.raises(NotConfirmed):
        privacy.request_deletion(person_id=person, code=code, at=NOON)


def test_notices_to_the_person_go_with_them() -> None:
    person, _ = lived()

    privacy.erase_now(person_id=person, at=NOON + 30 * DAY)

    assert notices.list_notices(person_id=person) == ()


def test_prv_140_a_deletion_is_told_by_mail_with_its_day_and_the_way_back() -> None:
    person = registered()
    notifications.choose(person_id=person, modes={("system", "mail"): "off"})
    waiting = privacy.request_deletion(person_id=person, password="Wanderer opens it")
    relay.drain()
    notifications.mark_read(person_id=person)

    for _ in range(2):
        notifications.plan_due()
        notifications.deliver_due()

    [sent] = mail.outbox
    assert waiting.due_at.date().isoformat() in sent.body and "/me/settings/delete/" in sent.body


def test_prv_140_tries_to_sign_in_go_with_the_person(client: Client) -> None:
    person = registered()
    email, _ = people.get_contacts(person)
    for login in (email, "somebody-else@example.org"):
        client.post("/login/", {"login": login, "password": "wrong"})
    assert AccessAttempt.objects.count() == 2

    privacy.erase_now(person_id=person, at=NOON + 30 * DAY)

    assert AccessAttempt.objects.count() == 1
