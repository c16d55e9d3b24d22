"""The content plan in the console: every page, a piece through two people by forms alone, figures by file."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.factories import consoles, jotted
from tests.growth.publishing import kit

from jishi.growth.publishing import operations as content
from jishi.growth.publishing import queries
from jishi.growth.publishing.contracts import ChannelDraft
from jishi.kernel import audit, clock
from jishi.people.accounts.models import User
from jishi.surfaces.shell.formats import PLATFORM_ZONE

DAY = timedelta(days=1)


@pytest.fixture
def world(db: None) -> consoles.World:
    return consoles.build()


def second() -> Client:
    client = Client()
    person = jotted.person(is_operator=True)
    client.force_login(User.objects.get(pk=person), backend=consoles.BACKEND)
    return client


def on(days: int) -> str:
    return (clock.now().astimezone(PLATFORM_ZONE) + days * DAY).date().isoformat()


def test_a_piece_is_planned_written_read_by_another_and_moved(world: consoles.World) -> None:
    client, other = world.client("operator"), second()
    picture = SimpleUploadedFile("p.jpg", kit.picture(), content_type="image/jpeg")
    said = {"title": "柿子", "alt": "一篮柿子", "licence": "own", "expires_on": on(60)}
    wrong = client.post("/ops/content/pictures/new/", {**said, "licence": "bought", "file": picture})
    picture.seek(0)
    made = client.post("/ops/content/pictures/new/", {**said, "file": picture})
    asset = made.headers["Location"].split("/")[-2]
    author = User.objects.get(pk=world.operator_id).code
    fields = {
        "title": "柿子怎么挑",
        "headline": "霜降柿子怎么挑", "text": kit.TEXT, "need": "不会挑", "lane": "guide",
        "state": "draft", "form": "plain", "language": "zh-hans", "author": author, "pictures": [asset],
        "on": on(2), "at": "09:30", "key": "once",
    }  # fmt: skip

    first = client.post("/ops/content/pieces/new/", fields)
    again = client.post("/ops/content/pieces/new/", fields)
    url = first.headers["Location"]
    code = url.split("/")[-2]
    checked = consoles.body(client, f"{url}check/")
    client.post(f"{url}do/", {"do": "review"})
    client.post(f"{url}do/", {"do": "approve"})
    mine = consoles.body(client, url)
    other.post(f"{url}do/", {"do": "approve"})
    move = {"on": on(3), "at": "21:15", "lane": "news", "next": "/ops/content/?view=month"}
    moved = client.post(f"{url}move/", move)
    away = client.post(f"{url}move/", {**move, "next": "https://example.org/"})

    assert wrong.status_code == 422 and 'role="alert"' in wrong.content.decode()
    assert again.headers["Location"] == url
    assert 'class="ok"' in checked and "score" not in checked.lower().replace("no score", "")
    assert 'value="approve"' not in mine
    piece = queries.get_piece(code).piece
    assert (piece.state, piece.lane) == ("scheduled", "news")
    assert piece.due_at is not None and f"{piece.due_at.astimezone(PLATFORM_ZONE):%H:%M}" == "21:15"
    assert moved.headers["Location"] == "/ops/content/?view=month"
    assert away.headers["Location"] == "/ops/content/"
    for view in ("week", "month"):
        assert f'data-piece="{code}"' in consoles.body(client, f"/ops/content/?view={view}&on={on(3)}")
    assert audit.list_entries(subject=f"piece:{code}")[0].action == "publishing.move"


def test_every_page_in_both_languages_with_few_statements(world: consoles.World) -> None:
    client = world.client("operator")
    picture = kit.asset(world.operator_id)
    other = kit.staff()
    code = kit.scheduled(world.operator_id, other, pictures=(picture,))
    content.publish_due(clock.now() + timedelta(hours=3))
    channel = content.open_channel(draft=ChannelDraft("weibo", "集柿"), by=other)
    pages = [
        "", "?view=month", "pieces/", "pieces/new/", "days/", "rhythm/", "results/", "pictures/",
        "pictures/new/",
        f"pictures/{picture}/", "accounts/", "accounts/new/", f"accounts/{channel}/", f"pieces/{code}/",
        f"pieces/{code}/check/", f"pieces/{code}/channels/", f"pieces/{code}/channels/{channel}/",
    ]  # fmt: skip
    chinese = [consoles.body(client, f"/ops/content/{page}") for page in pages]
    User.objects.filter(pk=world.operator_id).update(language="en")
    client.cookies.clear()
    client.force_login(User.objects.get(pk=world.operator_id), backend=consoles.BACKEND)
    english = [client.get(f"/ops/content/{page}").content.decode() for page in pages]

    assert all('lang="en"' in body and "Content plan" in body for body in english)
    assert all("内容计划" in body for body in chinese)


def test_inp_127_figures_come_by_file_or_say_which_line_is_wrong(world: consoles.World) -> None:
    client = world.client("operator")
    bad_form = client.post("/ops/content/accounts/new/", {"platform": "weibo", "name": "", "cost": "x"})
    made = client.post(
        "/ops/content/accounts/new/",
        {"platform": "weibo", "name": "集柿", "cost": "12.5", "themes": "柿子、茶"},
    )
    url = made.headers["Location"]
    code = url.split("/")[-2]
    wrong = "日期,链接,阅读,点击\n2026-11-01,https://weibo.com/1,abc,3\n2026-13-01,https://weibo.com/2,5,1\n"

    refused = client.post(f"{url}figures/", {"lines": wrong})
    nothing = queries.list_figures(code)
    good = wrong.replace("abc", '"1,200"').replace("2026-13-01", "2026/11/2").encode("gb18030")
    client.post(f"{url}figures/", {"file": SimpleUploadedFile("f.csv", good)})

    assert bad_form.status_code == 422
    body = refused.content.decode()
    assert refused.status_code == 422 and "abc" in body and "2026-13-01" in body
    assert nothing == () and [one.views for one in queries.list_figures(code)] == [5, 1200]
    assert queries.get_channel(code).draft.cost_minor == 1250


def test_a_version_leaves_as_a_package_and_nothing_is_pretended(world: consoles.World) -> None:
    client, other = world.client("operator"), kit.staff()
    picture = kit.asset(world.operator_id)
    code = kit.scheduled(world.operator_id, other, pictures=(picture,))
    content.publish_due(clock.now() + timedelta(hours=3))
    channel = content.open_channel(draft=ChannelDraft("xiaohongshu", "集柿"), by=other)
    url = f"/ops/content/pieces/{code}/channels/{channel}/"

    early = client.get(f"{url}package/")
    long = {"do": "keep", "title": "长" * 21, "text": kit.TEXT, "tags": "柿子 #秋天", "pictures": [picture]}
    client.post(url, long)
    unfit = client.get(f"{url}package/")
    client.post(url, {**long, "title": "柿子怎么挑"})
    taken = client.get(f"{url}package/")
    pretended = client.post(url, {"do": "post"})
    client.post(url, {"do": "posted", "url": "https://www.xiaohongshu.com/explore/1"})

    assert (early.status_code, unfit.status_code, pretended.status_code) == (302, 302, 422)
    with zipfile.ZipFile(io.BytesIO(taken.content)) as zipped:
        names = zipped.namelist()
        link = zipped.read("link.txt").decode()
    assert names == ["text.txt", "link.txt", "alt.txt", "01-3x4.jpg"] or names[-1].startswith("01-3x4.")
    assert "utm_source=xiaohongshu" in link and f"utm_campaign=piece-{code}" in link
    path = link.split("//", 1)[1].split("/", 1)[1]
    assert client.get(f"/{path}").status_code in (200, 302)
    assert queries.get_variant(queries.get_piece(code), channel).state == "posted"
