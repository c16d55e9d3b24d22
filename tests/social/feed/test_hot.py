"""The hot list and the rules behind it: what counts, what does not, and how fast anything may move."""

from __future__ import annotations

from datetime import timedelta

from jishi.social.feed import operations, rules
from jishi.social.feed import queries as feed
from jishi.social.feed.contracts import Candidate, FeedItem, Scored
from jishi.social.feed.models import RankedNote, Ranking


def scores() -> dict[int, float]:
    latest = Ranking.objects.order_by("-pk").first()
    return dict(RankedNote.objects.filter(ranking=latest).values_list("note_id", "score"))


def hot(viewer: int | None = None) -> list[int]:
    return feed.page_hot(viewer_id=viewer, limit=60).ids("note")


def test_dat_180_one_identity_counts_once_per_note_and_never_for_its_own(world) -> None:
    author, fan = world.people(2)
    once, often, own = (world.note(author) for _ in range(3))
    world.favourite(fan, once)
    world.like(fan, often)
    world.favourite(fan, often)
    for _ in range(20):
        world.comment(fan, often)
        world.comment(author, own)
    world.like(author, own)

    operations.rank_hot(at=world.at)

    assert scores().keys() == {once, often}
    assert round(scores()[once], 6) == round(scores()[often], 6)


def test_dat_180_twenty_new_accounts_weigh_less_than_three_old_ones(world) -> None:
    author, *fans = world.people(4)
    bots = world.people(20, days_old=0)
    honest, pushed = world.note(author), world.note(author)
    for fan in fans:
        world.like(fan, honest)
    for bot in bots:
        world.like(bot, pushed)

    operations.rank_hot(at=world.at)

    assert hot() == [honest, pushed]


def test_dat_180_who_likes_everything_spreads_one_persons_weight(world) -> None:
    authors = world.people(50)
    keen, calm = world.people(2)
    notes = [world.note(author) for author in authors]
    world.like(keen, *notes)
    world.like(calm, notes[7])

    operations.rank_hot(at=world.at)

    assert hot()[0] == notes[7]
    assert scores()[notes[0]] < scores()[notes[7]] / 2


def test_dat_180_people_who_like_each_other_back_weigh_less(world) -> None:
    first, second, third, fan = world.people(4)
    ring, back, fair = world.note(first), world.note(second), world.note(third)
    world.like(second, ring)
    world.like(first, back)
    world.like(fan, fair)

    operations.rank_hot(at=world.at)

    assert hot()[0] == fair
    assert scores()[ring] < scores()[fair] / 2


def test_attention_fades_and_only_public_notes_are_ranked(world) -> None:
    author, private, fan, muted = world.people(4)
    world.profile(private, is_private=True)
    world.mute(fan, muted)
    old, new = world.note(author), world.note(author)
    guarded, friends_only, noisy = (
        world.note(private),
        world.note(author, visibility="friends"),
        world.note(muted),
    )
    world.like(fan, old, ago=timedelta(days=2))
    world.like(fan, new, guarded, friends_only, noisy)

    operations.rank_hot(at=world.at)

    assert set(hot()) == {noisy, new, old}
    assert set(hot(fan)) == {new, old}
    assert hot(fan) == [new, old]


def test_a_reader_pages_on_in_the_ranking_they_began(world) -> None:
    fans = world.people(3)
    notes = [world.note(author) for author in world.people(5)]
    world.like(fans[0], *notes)
    operations.rank_hot(at=world.at)
    first = feed.page_hot(viewer_id=None, limit=2)

    for fan in fans[1:]:
        world.like(fan, notes[0], ago=timedelta(0))
    operations.rank_hot(at=world.at + timedelta(minutes=3))
    rest = feed.page_hot(viewer_id=None, cursor=first.next_cursor, limit=10)

    assert sorted(first.ids("note") + rest.ids("note")) == sorted(notes)
    assert hot()[0] == notes[0]


def test_nothing_changed_makes_no_new_ranking_and_old_ones_go(world) -> None:
    author, fan = world.people(2)
    world.like(fan, world.note(author))
    operations.rank_hot(at=world.at)
    operations.rank_hot(at=world.at + timedelta(minutes=3))
    assert Ranking.objects.count() == 1

    world.like(fan, world.note(author))
    operations.rank_hot(at=world.at + timedelta(hours=3))

    assert Ranking.objects.count() == 1


def scored(number: int, score: float, *, author: int | None = None, small: bool = False) -> Scored:
    return Scored(number, number if author is None else author, score, 1, small)


def test_dat_180_a_note_climbs_a_few_places_at_a_time() -> None:
    before = {number: number for number in range(1, 41)}
    field = [scored(number, 100.0 - number) for number in range(1, 40)] + [scored(40, 1000.0)]

    places = [one.note_id for one in rules.rank(field, before)]
    entered = [one.note_id for one in rules.rank([*field, scored(99, 5000.0)], before)]

    assert places.index(40) + 1 == 40 - rules.CLIMB_MAX
    assert entered.index(99) + 1 == rules.ENTRY_RANK


def test_every_fifth_place_goes_to_a_small_circle_and_no_author_has_many() -> None:
    large = [scored(number, 100.0 - number) for number in range(1, 21)]
    small = [scored(number, 1.0, small=True) for number in range(30, 34)]
    one_author = [scored(number, 500.0 - number, author=7) for number in range(50, 60)]

    ranked = rules.rank([*large, *small, *one_author], {})

    assert [ranked[place - 1].is_small for place in (5, 10, 15, 20)] == [True] * 4
    assert sum(one.author_id == 7 for one in ranked) <= rules.PER_AUTHOR + 1
    assert len({one.note_id for one in ranked}) == len(ranked)


def test_a_page_of_the_mixed_feed_keeps_the_floor_for_small_circles() -> None:
    large = [Candidate(number, number, number, 0.9, False) for number in range(1, 13)]
    small = [Candidate(number, number, number, 0.1, True) for number in range(20, 23)]

    ordered = rules.order_block([*large, *small])

    for start in (0, 5, 10):
        assert any(one.is_small for one in ordered[start : start + 5])
    assert sorted(one.note_id for one in ordered) == sorted(one.note_id for one in [*large, *small])


def test_both_kinds_are_spread_and_lacks_are_filled() -> None:
    notes = [FeedItem("note", n) for n in range(6)]
    goods = [FeedItem("product", n) for n in range(4)]

    mixed = rules.mix(notes, goods)

    assert [one for one in mixed if one.kind == "note"] == notes
    assert [one for one in mixed if one.kind == "product"] == goods
    assert {one.kind for one in mixed[:3]} == {one.kind for one in mixed[-3:]} == {"note", "product"}
    assert rules.share_out(20, notes=100, goods=100) == (12, 8)
    assert rules.share_out(20, notes=3, goods=100) == (3, 17)
    assert rules.share_out(20, notes=100, goods=2) == (18, 2)
    assert rules.share_goods(8, known=100, newcomers=100) == (6, 2)
    assert rules.share_goods(8, known=100, newcomers=0) == (8, 0)
