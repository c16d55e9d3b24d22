"""Days against known calendars, reasons of the check, limits of versions, posting at most once, figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.growth.publishing import kit
from tests.insight.behavior import kit as lake

from jishi.growth.publishing import checks, days, errors, ports, providers, queries, rules, tasks
from jishi.growth.publishing import operations as content
from jishi.growth.publishing.contracts import (
    Around,
    ChannelDraft,
    Earlier,
    Facts,
    Finding,
    House,
    Outcome,
    Package,
    PieceDraft,
    VariantDraft,
)
from jishi.growth.publishing.operations import figures, packing
from jishi.growth.publishing.platforms import PLATFORMS
from jishi.insight.behavior import operations as behavior
from jishi.kernel import clock
from jishi.social.notes.models import Note

# Public holidays as announced by the State Council for 2025 and 2026, new years of the almanac, and days of
# the Gregorian calendar as printed in diaries.
KNOWN = {
    "spring": ["2025-01-29", "2026-02-17", "2027-02-06", "2028-01-26", "2029-02-13", "2030-02-03"],
    "qingming": ["2025-04-04", "2026-04-05"],
    "dragon_boat": ["2025-05-31", "2026-06-19"],
    "mid_autumn": ["2025-10-06", "2026-09-25"],
    "mothers": ["2025-05-11", "2026-05-10"],
    "thanksgiving": ["2025-11-27", "2026-11-26"],
    "black_friday": ["2025-11-28", "2026-11-27"],
    "easter": ["2025-04-20", "2026-04-05", "2027-03-28", "2028-04-16", "2029-04-01", "2030-04-21"],
    "national": ["2030-10-01"],
}
OFFSETS = {"spring_eve": -1, "lantern": 14}
"""Days of the first month, counted from its first day."""


@pytest.mark.parametrize(("code", "known"), KNOWN.items())
def test_days_are_where_calendars_print_them(code: str, known: list[str]) -> None:
    for text in known:
        on = date.fromisoformat(text)
        found = days.find(code, on.year)
        assert found is not None and found.on == on


def test_every_year_has_every_day_and_months_agree_with_each_other() -> None:
    for year in range(days.FIRST_YEAR, days.LAST_YEAR + 1):
        of_year = days.between(date(year, 1, 1), date(year, 12, 31))
        codes = [one.code for one in of_year]
        assert len(codes) == len(set(codes)) == 45
        north, south = days.find("little_year", year), days.find("little_year_south", year)
        assert north and south and (south.on - north.on).days == 1
        assert not set(north.regions) & set(south.regions)
        assert all(one.name["zh-hans"] and one.name["en"] for one in of_year)
        spring = days.find("spring", year)
        for code, offset in OFFSETS.items():
            one = days.find(code, year)
            assert spring and one and (one.on - spring.on).days == offset
    # Fifteen days lie between the seventh and the fifteenth of a month plus a week, and so on.
    for first, second, gap in (("qixi", "zhongyuan", 8), ("laba", "little_year", 15)):
        for year in range(2025, 2031):
            one, other = days.find(first, year), days.find(second, year)
            assert one and other and (other.on - one.on).days == gap
    assert days.between(date(2031, 1, 1), date(2031, 12, 31)) == ()


def facts(**changes: Any) -> Facts:
    draft = kit.draft(1)
    given: dict[str, Any] = {
        "draft": draft,
        "assets": (),
        "words": rules.words_in(draft.headline, draft.text),
        "house": House(),
        "earlier": (),
        "week": (),
        "outcomes": (),
        "wanted": (),
        "remarks": (),
        "has_author": True,
        "at": clock.now(),
    }
    return Facts(**(given | changes))


def levels(found: tuple[Finding, ...]) -> dict[str, list[str]]:
    said: dict[str, list[str]] = {}
    for one in found:
        assert one.message % dict(one.params)
        said.setdefault(one.about, []).append(one.level)
    return said


@pytest.mark.django_db
def test_the_check_gives_reasons_and_says_what_it_cannot_tell() -> None:
    now, draft = clock.now(), kit.draft(1)
    bare = levels(checks.check(facts()))
    same = Earlier("x", "旧文", rules.words_in(draft.headline, draft.text), now)
    assert draft.due_at is not None
    near = Around("y", "另一篇", draft.lane, "plain", draft.due_at + timedelta(hours=1), frozenset({"p"}))
    full = checks.check(
        facts(
            draft=replace(draft, text=draft.text + "！！！！全网最低", products=("p",)),
            house=House(("柿子",), ("全网最低",)),
            earlier=(same,),
            week=(near, replace(near, due_at=now), replace(near, due_at=now)),
            outcomes=tuple(Outcome(str(n), "seed", "plain", n + 3, 0) for n in range(4))
            + tuple(Outcome(f"o{n}", "news", "plain", 0, 0) for n in range(9)),
            wanted=("柿子", "滑雪板"),
            remarks=(Finding("wording", "look", "“%(word)s”", {"word": "最"}),),
            has_author=False,
        )
    )
    said = levels(full)

    assert {about: set(one) for about, one in bare.items()} == {
        "whole": {"look"}, "brand": {"unknown"}, "need": {"unknown"}, "novelty": {"unknown"},
        "variety": {"good"}, "spread": {"unknown"}, "wording": {"good"},
    }  # fmt: skip
    assert said["whole"] == ["stop", "look"] and said["brand"] == ["look", "look", "good"]
    assert (said["need"], said["novelty"], said["spread"]) == (["good"], ["stop"], ["good"])
    assert said["variety"] == ["look", "look", "look", "look"] and said["wording"] == ["look"]
    assert next(one for one in full if one.about == "novelty").params["share"] == 100
    assert [one.about for one in checks.stops(full)] == ["whole", "novelty"]


def test_versions_keep_the_limits_of_their_platform() -> None:
    red, bird = PLATFORMS["xiaohongshu"].limits, PLATFORMS["x"].limits

    long = rules.variant_faults(VariantDraft("长" * 21, "文" * 999, ("柿子",) * 11), red)
    wide = rules.variant_faults(VariantDraft("", "柿" * 141), bird)
    narrow = rules.variant_faults(VariantDraft("", "a" * 280), bird)
    link = rules.variant_faults(VariantDraft("好", "看 https://example.org", (), ("p",)), red)

    assert [one.about for one in long] == ["title", "text", "pictures", "tags"]
    assert [one.params.get("is") for one in wide] == [282] and narrow == ()
    assert [one.about for one in link] == ["text"]
    assert rules.first_version(PieceDraft("t", headline="题", text="文"), bird).text == "题\n\n文"


@pytest.mark.django_db
def test_posting_is_tried_at_most_once_and_never_pretended() -> None:
    by, other = kit.staff(), kit.staff()
    code = kit.scheduled(by, other)
    weibo = content.open_channel(draft=ChannelDraft("weibo", "集柿"), by=by)
    content.keep_variant(code=code, channel_code=weibo, draft=VariantDraft(text="柿子熟了"), by=by)

    def version() -> Any:
        return queries.get_variant(queries.get_piece(code), weibo)

    with pytest.raises(errors.NoConnection):
        content.post(code=code, channel_code=weibo, by=by)
    before = version().state

    class Platform:
        platform = "weibo"
        answers: list[str | Exception] = []
        got: list[Package] = []

        def post(self, package: Package, *, handle: str) -> str:
            self.got.append(package)
            answer = self.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

    platform = Platform()
    ports.register_publisher(platform)
    try:
        platform.answers[:] = [errors.PlatformRefused(reason="no"), OSError("cut"), "https://weibo.com/9"]
        with pytest.raises(errors.PlatformRefused):
            content.post(code=code, channel_code=weibo, by=by)
        refused = version().state
        with pytest.raises(OSError):
            content.post(code=code, channel_code=weibo, by=by)
        unknown = version().state
        with pytest.raises(errors.StepForbidden):
            content.post(code=code, channel_code=weibo, by=by)
        content.settle_sending(code=code, channel_code=weibo, by=by)
        content.post(code=code, channel_code=weibo, by=by)
        with pytest.raises(errors.StepForbidden):
            content.post(code=code, channel_code=weibo, by=by)
    finally:
        ports.forget_publisher("weibo")

    assert (before, refused, unknown, version().state) == ("draft", "draft", "sending", "posted")
    assert len(platform.got) == 3 and {one.reference for one in platform.got} == {f"{code}:{weibo}"}


@pytest.mark.django_db
def test_figures_come_whole_or_not_at_all_and_count_for_their_piece() -> None:
    by, other, now = kit.staff(), kit.staff(), clock.now()
    today = now.date()
    picture = kit.asset(by)
    code = kit.scheduled(by, other, pictures=(picture,))
    content.publish_due(now + timedelta(hours=3))
    red = content.open_channel(
        draft=ChannelDraft("xiaohongshu", "集柿", cost_minor=1000, themes=("柿子",)), by=by
    )
    address = "https://www.xiaohongshu.com/explore/1"
    version = VariantDraft("柿子", "柿子熟了", ("秋天",), (picture,))
    content.keep_variant(code=code, channel_code=red, draft=version, by=by)
    content.mark_posted(code=code, channel_code=red, url=address, by=by)
    good = (
        f'date,post,views,clicks,spent\n{today},{address},"1,234",7,¥3.5\n{today},b,1,3,\n{today},c,5,0,0\n'
    )
    bad = good + f"{today},c,-1,0,0\n2026-02-30,d,1,1,x\n{today + timedelta(days=2)},e,1,1,1\n,f,1,1,1\n"

    refused = content.import_figures(channel_code=red, data=bad.encode(), by=by)
    empty = queries.list_figures(red)
    first = content.import_figures(channel_code=red, data=good.encode(), by=by)
    again = content.import_figures(channel_code=red, data=b"\xef\xbb\xbf" + good.encode(), by=by)
    newer = content.import_figures(channel_code=red, data=good.replace("b,1,", "b,2,").encode(), by=by)

    assert [one.line for one in refused.faults] == [5, 6, 6, 7, 8] and empty == ()
    assert (first.added, again.same, newer.changed, newer.same) == (3, 3, 1, 2)
    assert figures.read(b"a,b\n1,2\n", today=today)[1][0].line == 1
    assert figures.read(b"\xff\xfe\x00", today=today)[1] and figures.read(b"", today=today)[1]
    result = queries.list_results()[0]
    assert (result.piece.code, result.outside["views"], result.outside["clicks"]) == (code, 1234, 7)
    # The same package twice has the same bytes, and its advice speaks of money only with figures.
    assert packing.pack(code=code, channel_code=red) == packing.pack(code=code, channel_code=red)
    whole = queries.get_piece(code)
    advice = queries.advise(whole, queries.list_channels())[0]
    cost = next(one for one in advice.reasons if one.about == "cost")
    assert advice.verdict == "suits" and cost.params["amount_minor"] == (3 * 1000 + 350) // 10
    english = queries.advise(
        replace(whole, draft=replace(whole.draft, language="en")), queries.list_channels()
    )
    assert english[0].verdict == "rather_not"


@pytest.mark.django_db
def test_dat_179_views_are_counted_from_the_lake_and_counting_again_changes_nothing(
    settings: Any, tmp_path: Any
) -> None:
    settings.JISHI_LAKE_ROOT = tmp_path / "lake"
    by, other, now = kit.staff(), kit.staff(), clock.now()
    code = kit.scheduled(by, other, due=now + timedelta(minutes=1))
    content.publish_due(now + timedelta(minutes=2))
    note = Note.objects.get(code=queries.get_piece(code).piece.note_code)
    lake.send(lake.event("note_viewed", note=note.code), person_id=other)
    lake.send(lake.event("note_viewed", note=note.code), visitor="zyxwvutsrqpnmkjhgfed")
    lake.send(lake.event("note_exposed", note=note.code), person_id=by)
    behavior.compact()

    before = queries.list_results()[0]
    counted = [tasks.count_views(now + timedelta(minutes=3)) for _ in range(2)]

    found = queries.list_results()[0]
    assert (before.views, before.counted_at) == (0, None)
    assert counted == [1, 1] and (found.views, found.viewers) == (2, 2)
    assert found.counted_at == now + timedelta(minutes=3)


@pytest.mark.django_db
def test_figures_are_fetched_when_due_from_a_file_that_leads_nowhere_else(tmp_path: Path) -> None:
    by, now = kit.staff(), clock.now()
    code = content.open_channel(draft=ChannelDraft(platform="xiaohongshu", name="小店"), by=by)
    kept = ports.find_source("xiaohongshu")
    ports.register_source(providers.Folder(tmp_path))
    content.set_rhythm(code=code, hours=24, by=by, at=now)
    with pytest.raises(errors.ChannelInvalid):
        content.set_rhythm(code=code, hours=5, by=by)
    table, hour = tmp_path / f"{code}.csv", timedelta(hours=1)
    secret = tmp_path / "secret.csv"
    secret.write_text("date,url,views\n2026-11-01,https://x.example/2,9\n")

    said = []
    for step, text in enumerate(("", "date,url,views\n2026-11-01,https://x.example/1,many\n", "->", "ok")):
        if text == "->":
            table.unlink()
            table.symlink_to(secret)
        elif text == "ok":
            table.unlink()
            table.write_text("date,url,views\n2026-11-01,https://x.example/1,12\n")
        elif text:
            table.write_text(text)
        assert content.fetch_due(now + step * 24 * hour) == 1
        assert content.fetch_due(now + step * 24 * hour + hour) == 0
        said.append(queries.get_channel(code).fetch_said.split()[-1])

    assert said == ["yet.", "them.", "asked.", "in."]
    assert [one.views for one in queries.list_figures(code)] == [12]
    assert queries.get_channel(code).fetched_at == now + 72 * hour
    content.set_rhythm(code=code, hours=0, by=by)
    assert content.fetch_due(now + 999 * hour) == 0
    if kept is not None:
        ports.register_source(kept)
