"""Talking: numbers without gaps, one effect per key, strangers at the door, and what a block means."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.factories import goods

from jishi.goods.merchants import queries as merchants
from jishi.kernel import clock
from jishi.kernel.limits import RateLimited
from jishi.kernel.outbox import relay
from jishi.people.notifications.models import Notice
from jishi.social.graph import operations as graph
from jishi.social.messaging import errors, queries, rules
from jishi.social.messaging import operations as messaging
from jishi.social.messaging.contracts import Card, Draft
from jishi.social.messaging.models import Conversation, Member, Message

pytestmark = pytest.mark.django_db


def texts(code: str, viewer: int, **more: int) -> list[str]:
    return [line.text for line in queries.list_messages(code, viewer_id=viewer, **more)]


def test_two_people_have_one_conversation_whoever_opens_it(friends) -> None:
    one, other = friends()

    code = messaging.open_direct(person_id=one, other_id=other)

    assert messaging.open_direct(person_id=other, other_id=one) == code
    with pytest.raises(errors.WithYourself):
        messaging.open_direct(person_id=one, other_id=one)
    assert Conversation.objects.count() == 1


def test_lines_are_read_in_order_and_counted_until_they_are_read(friends, say) -> None:
    one, other = friends()
    code = messaging.open_direct(person_id=one, other_id=other)

    numbers = [say(one, code, f"第 {n} 句") for n in range(3)]

    assert numbers == [1, 2, 3]
    assert texts(code, other) == ["第 0 句", "第 1 句", "第 2 句"]
    assert (queries.count_unread(other), queries.count_unread(one)) == (3, 0)
    messaging.mark_read(person_id=other, conversation_code=code, no=2)
    assert queries.count_unread(other) == 1
    messaging.mark_read(person_id=other, conversation_code=code, no=1)
    assert queries.get_conversation(code, viewer_id=other).read_no == 2
    assert queries.get_conversation(code, viewer_id=one).read_by_others_no == 2


def test_rtm_138_a_line_that_is_sent_again_with_its_key_is_one_line(friends, say) -> None:
    one, other = friends()
    code = messaging.open_direct(person_id=one, other_id=other)

    first = messaging.send(sender_id=one, conversation_code=code, draft=Draft(text="到了吗"), key="k-1")
    again = messaging.send(sender_id=one, conversation_code=code, draft=Draft(text="到了吗"), key="k-1")

    assert (again.no, again.code, again.is_repeat) == (first.no, first.code, True)
    assert texts(code, other) == ["到了吗"]


def test_somebody_outside_finds_no_conversation(friends, person, say) -> None:
    one, other = friends()
    outsider = person()
    code = messaging.open_direct(person_id=one, other_id=other)
    say(one, code)

    for attempt in (
        lambda: queries.list_messages(code, viewer_id=outsider),
        lambda: queries.get_conversation(code, viewer_id=outsider),
        lambda: queries.search(code, viewer_id=outsider, text="在"),
        lambda: say(outsider, code, "我也在"),
        lambda: messaging.mark_read(person_id=outsider, conversation_code=code, no=1),
        lambda: messaging.mute(person_id=outsider, conversation_code=code),
    ):
        with pytest.raises(errors.ConversationNotFound):
            attempt()

    assert texts(code, other) == ["在吗"]


def test_a_stranger_says_one_thing_and_waits_for_an_answer(person, say) -> None:
    stranger, asked = person(), person()
    code = messaging.open_direct(person_id=stranger, other_id=asked)

    say(stranger, code, "你好，请问这个柿饼甜吗")
    with pytest.raises(errors.AwaitingAnswer):
        say(stranger, code, "在吗在吗")

    assert queries.page_conversations(person_id=asked).items == []
    [request] = queries.page_conversations(person_id=asked, folder="requests").items
    assert (request.is_request, queries.count_requests(asked), queries.count_unread(asked)) == (True, 1, 0)
    say(asked, code, "很甜")
    assert say(stranger, code, "谢谢") == 3
    assert queries.count_requests(asked) == 0
    assert [one.code for one in queries.page_conversations(person_id=asked).items] == [code]


def test_a_declined_stranger_is_not_told_and_not_heard(person, say) -> None:
    stranger, asked = person(), person()
    code = messaging.open_direct(person_id=stranger, other_id=asked)
    say(stranger, code)

    messaging.decline(person_id=asked, conversation_code=code)

    with pytest.raises(errors.AwaitingAnswer):
        say(stranger, code)
    assert queries.page_conversations(person_id=asked, folder="requests").items == []
    with pytest.raises(errors.ConversationNotFound):
        messaging.accept(person_id=stranger, conversation_code=code)


def test_a_block_ends_writing_both_ways_and_is_not_named(friends, say) -> None:
    one, other = friends()
    code = messaging.open_direct(person_id=one, other_id=other)
    say(one, code)

    graph.block(person_id=other, other_id=one)

    for sender in (one, other):
        with pytest.raises(errors.CannotWrite):
            say(sender, code)
    assert Message.objects.count() == 1


def test_a_blocked_person_cannot_even_open_a_conversation(person) -> None:
    one, other = person(), person()
    graph.block(person_id=other, other_id=one)

    with pytest.raises(errors.CannotWrite):
        messaging.open_direct(person_id=one, other_id=other)

    assert Conversation.objects.count() == 0


def test_a_new_account_sends_no_links_to_strangers(person, friends, say) -> None:
    new, other = person(days=1), person()
    code = messaging.open_direct(person_id=new, other_id=other)

    for text in ("看 https://evil.example/a", "加我 shua.top", "www.evil.example"):
        with pytest.raises(errors.LinkFromNewAccount):
            say(new, code, text)

    assert Message.objects.count() == 0
    assert say(new, code, "你好，1.5 折是什么意思？") == 1


def test_the_same_text_to_everybody_is_stopped(person, friends, say) -> None:
    one, *others = friends(8)
    codes = [messaging.open_direct(person_id=one, other_id=other) for other in others]

    for code in codes[: rules.SAME_TEXT_PER_HOUR]:
        say(one, code, "进群领红包，名额有限，先到先得")
    with pytest.raises(RateLimited):
        say(one, codes[-1], "进群领红包，  名额有限，先到先得 ")

    assert Message.objects.count() == rules.SAME_TEXT_PER_HOUR


def test_strangers_can_be_asked_ten_times_a_day(person, say) -> None:
    one = person()
    for number in range(rules.STRANGERS_PER_DAY):
        say(one, messaging.open_direct(person_id=one, other_id=person()), f"你好 {number}")

    with pytest.raises(RateLimited):
        say(one, messaging.open_direct(person_id=one, other_id=person()), "你好")


def test_a_line_is_taken_back_within_two_minutes(friends, say) -> None:
    one, other = friends()
    code = messaging.open_direct(person_id=one, other_id=other)
    now = clock.now()
    sent = messaging.send(sender_id=one, conversation_code=code, draft=Draft(text="发错了"), at=now)
    late = messaging.send(sender_id=one, conversation_code=code, draft=Draft(text="这句不改"), at=now)

    with pytest.raises(errors.MessageNotFound):
        messaging.recall(person_id=other, message_code=sent.code, at=now)
    messaging.recall(person_id=one, message_code=sent.code, at=now + timedelta(minutes=2))
    with pytest.raises(errors.RecallTooLate):
        messaging.recall(person_id=one, message_code=late.code, at=now + timedelta(minutes=2, seconds=1))

    lines = queries.list_messages(code, viewer_id=other)
    assert [(line.text, line.is_recalled) for line in lines] == [("", True), ("这句不改", False)]
    assert [line.no for line in queries.list_changed(code, viewer_id=other, after=2)] == [1]
    assert "发错了" not in str(list(Message.objects.values_list("text", flat=True)))


def test_a_hidden_line_shows_nothing_and_comes_back(friends, say) -> None:
    one, other = friends()
    code = messaging.open_direct(person_id=one, other_id=other)
    sent = messaging.send(sender_id=one, conversation_code=code, draft=Draft(text="骂人的话"))

    messaging.hide(message_code=sent.code)

    assert texts(code, other) == [""]
    assert queries.search(code, viewer_id=other, text="骂人") == []
    reported = queries.find_reported(sent.code)
    assert reported is not None and (reported.text, reported.is_hidden) == ("骂人的话", True)
    messaging.restore(message_code=sent.code)
    assert texts(code, other) == ["骂人的话"]


@pytest.mark.parametrize(
    ("draft", "error"),
    [
        (Draft(), errors.MessageEmpty),
        (Draft(text="  \n "), errors.MessageEmpty),
        (Draft(text="a", card=Card("product", "x")), errors.MessageEmpty),
        (Draft(text="柿" * 2001), errors.MessageTooLong),
        (Draft(card=Card("wallet", "x")), errors.CardUnknown),
    ],
)
def test_what_is_not_a_message_is_refused(friends, draft, error) -> None:
    one, other = friends()
    code = messaging.open_direct(person_id=one, other_id=other)

    with pytest.raises(error):
        messaging.send(sender_id=one, conversation_code=code, draft=draft)

    assert Message.objects.count() == 0


def test_a_group_is_made_of_friends_and_newcomers_see_what_comes(friends, person, say) -> None:
    owner, first, late = friends(3)
    with pytest.raises(errors.CannotInvite):
        messaging.create_group(owner_id=owner, title="柿友", member_ids=[first, person()])
    code = messaging.create_group(owner_id=owner, title=" 柿  友 ", member_ids=[first], key="g1")
    assert messaging.create_group(owner_id=owner, title="柿友", member_ids=[first], key="g1") == code
    say(first, code, "早说过的话")

    messaging.add_members(person_id=owner, conversation_code=code, member_ids=[late])
    say(first, code, "欢迎")

    assert queries.get_conversation(code, viewer_id=owner).title == "柿 友"
    assert [t for t in texts(code, late) if t] == ["欢迎"]
    assert queries.count_unread(late) == 1


def test_who_leaves_or_is_removed_sees_nothing_any_more(friends, say) -> None:
    owner, first, second = friends(3)
    code = messaging.create_group(owner_id=owner, title="柿友", member_ids=[first, second])
    with pytest.raises(errors.NotGroupOwner):
        messaging.remove_member(owner_id=first, conversation_code=code, member_id=second)

    messaging.remove_member(owner_id=owner, conversation_code=code, member_id=first)
    messaging.leave(person_id=owner, conversation_code=code)

    for gone in (owner, first):
        with pytest.raises(errors.ConversationNotFound):
            queries.list_messages(code, viewer_id=gone)
    assert queries.get_conversation(code, viewer_id=second).owner_id == second
    assert say(second, code, "只剩我了") > 0


def test_a_group_holds_two_hundred(friends, monkeypatch) -> None:
    monkeypatch.setattr(rules, "GROUP_MOST", 3)
    owner, first, second, third = friends(4)
    code = messaging.create_group(owner_id=owner, title="柿友", member_ids=[first, second])

    with pytest.raises(errors.GroupFull):
        messaging.add_members(person_id=owner, conversation_code=code, member_ids=[third])

    assert Member.objects.filter(left_at__isnull=True).count() == 3


def test_a_shops_staff_share_one_inbox(person, say) -> None:
    shop = goods.open_shop()
    owner = merchants.list_staff(shop.id)[0][0]
    shopper, other_shopper = person(), person()
    code = messaging.open_shop(person_id=shopper, shop_id=shop.id)
    assert messaging.open_shop(person_id=shopper, shop_id=shop.id) == code
    say(shopper, code, "这个还有货吗")

    [waiting] = queries.page_inbox(shop_id=shop.id, staff_id=owner).items
    assert (waiting.unread, waiting.other.id, queries.count_waiting(shop.id)) == (1, shopper, 1)
    say(owner, code, "有的，今天发")
    messaging.assign(staff_id=owner, conversation_code=code, to_id=owner)

    assert queries.count_waiting(shop.id) == 0
    line = queries.list_messages(code, viewer_id=shopper)[-1]
    assert (line.from_shop, line.text) == (True, "有的，今天发")
    with pytest.raises(errors.ConversationNotFound):
        queries.list_messages(code, viewer_id=other_shopper)
    with pytest.raises(errors.ConversationNotFound):
        messaging.assign(staff_id=owner, conversation_code=code, to_id=other_shopper)


def test_history_is_read_by_number_and_searched(friends, say) -> None:
    one, other = friends()
    code = messaging.open_direct(person_id=one, other_id=other)
    for number in range(12):
        say(one, code, f"柿子 {number}%")

    newest = queries.list_messages(code, viewer_id=other, limit=5)
    older = queries.list_messages(code, viewer_id=other, before=newest[0].no, limit=5)

    assert [line.no for line in newest] == [8, 9, 10, 11, 12]
    assert [line.no for line in older] == [3, 4, 5, 6, 7]
    assert [line.no for line in queries.search(code, viewer_id=one, text="1%")] == [12, 2]


def test_lists_page_by_cursor_and_ask_few_questions(friends, say, django_assert_max_num_queries) -> None:
    one, *others = friends(7)
    for other in others:
        say(one, messaging.open_direct(person_id=one, other_id=other), "嗨")

    with django_assert_max_num_queries(6):
        first = queries.page_conversations(person_id=one, limit=4)
    second = queries.page_conversations(person_id=one, limit=4, cursor=first.next_cursor)

    assert len({view.code for view in (*first.items, *second.items)}) == 6
    assert second.next_cursor is None


def test_a_stream_of_lines_rings_once_until_it_is_read(friends, say) -> None:
    one, other = friends()
    code = messaging.open_direct(person_id=one, other_id=other)
    say(one, code), say(one, code)
    relay.run_once()

    rings = Notice.objects.filter(person_id=other, is_listed=False)
    assert [(ring.kind, ring.natural_key) for ring in rings] == [("message_received", f"talk:{code}")]
    messaging.mark_read(person_id=other, conversation_code=code, no=2)
    assert not rings.all().exists()
    say(one, code)
    relay.run_once()
    assert rings.count() == 1


def test_a_muted_conversation_neither_rings_nor_counts(friends, say) -> None:
    one, other = friends()
    code = messaging.open_direct(person_id=one, other_id=other)
    messaging.mute(person_id=other, conversation_code=code)

    say(one, code)
    relay.run_once()

    assert queries.count_unread(other) == 0
    assert not Notice.objects.filter(person_id=other, is_listed=False).exists()
    messaging.unmute(person_id=other, conversation_code=code)
    assert queries.count_unread(other) == 1


def test_prv_what_somebody_sent_can_be_taken_along_and_forgotten(friends, say) -> None:
    one, other = friends()
    code = messaging.open_direct(person_id=one, other_id=other)
    say(one, code, "我的电话是秘密"), say(other, code, "好的")

    exported = queries.export_person(person_id=one)
    messaging.erase(person_id=one)

    assert [line["text"] for line in exported["messages"]] == ["我的电话是秘密"]
    assert texts(code, other) == ["", "好的"]
    with pytest.raises(errors.ConversationNotFound):
        queries.list_messages(code, viewer_id=one)


@pytest.mark.django_db(transaction=True)
def test_rtm_138_racing_senders_leave_no_gap_and_one_line_per_key(friends, race) -> None:
    one, other = friends()
    code = messaging.open_direct(person_id=one, other_id=other)

    def send(number: int) -> int:
        sender, key = (one, other)[number % 2], f"key-{number // 2}"
        draft = Draft(text=f"{number}")
        return messaging.send(sender_id=sender, conversation_code=code, draft=draft, key=key).no

    outcomes = race(12, send)
    repeats = [send(number) for number in range(12)]

    assert sorted(outcomes) == list(range(1, 13))
    assert repeats == outcomes
    assert sorted(Message.objects.values_list("no", flat=True)) == list(range(1, 13))


@pytest.mark.django_db(transaction=True)
def test_rtm_138_the_same_key_at_the_same_moment_is_one_line(friends, race) -> None:
    one, other = friends()
    code = messaging.open_direct(person_id=one, other_id=other)

    outcomes = race(
        6, lambda: messaging.send(sender_id=one, conversation_code=code, draft=Draft(text="一次"), key="same")
    )

    assert {sent.no for sent in outcomes} == {1}
    assert sum(not sent.is_repeat for sent in outcomes) == 1
    assert Message.objects.count() == 1
