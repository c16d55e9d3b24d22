"""A week of content: a piece is written, dragged to its day, read by another, and comes out as a note."""

from __future__ import annotations

from datetime import timedelta

from tests.factories import jotted
from tests.growth.publishing import kit
from tests.journeys.conftest import Town

from jishi.growth.publishing import operations as content
from jishi.growth.publishing import queries
from jishi.kernel import clock
from jishi.social.notes import queries as notes
from jishi.surfaces.shell.formats import PLATFORM_ZONE


def test_a_week_of_content_is_planned_and_published(town: Town) -> None:
    writer, reader = jotted.person(is_operator=True), jotted.person(is_operator=True)
    picture = kit.asset(writer)
    today = clock.now().astimezone(PLATFORM_ZONE).date()
    monday = today + timedelta(days=7 - today.weekday())
    days = [(monday + timedelta(days=number)).isoformat() for number in range(7)]

    desk = town.phone_of(writer)
    desk.page.set_viewport_size({"width": 1440, "height": 900})
    desk.open(f"/ops/content/pieces/new/?on={days[0]}")
    desk.page.fill("#title", "冬至的两碗")
    desk.page.fill("#headline", "冬至吃什么：南北各一碗")
    desk.page.fill("#text", kit.TEXT)
    desk.page.fill("#need", "冬至不知道吃什么")
    desk.page.select_option("#lane", "festival")
    desk.page.select_option("#state", "draft")
    desk.press(f"label:has(input[value='{picture}'])")
    desk.press("form button.primary")
    desk.page.wait_for_url("**/ops/content/pieces/*/")
    code = desk.page.url.rstrip("/").split("/")[-1]

    desk.open(f"/ops/content/?on={days[0]}")
    card = f".piece[data-piece='{code}']"
    with desk.page.expect_navigation():
        desk.page.hover(card)
        desk.page.mouse.down()
        for _ in range(2):  # the first move begins to drag, the second is over the place
            desk.page.hover(f"[data-day='{days[2]}'][data-lane='guide']")
        desk.page.mouse.up()
    dragged = queries.get_piece(code).piece
    desk.page.focus(f"{card} a")
    with desk.page.expect_navigation():
        desk.page.keyboard.press("Alt+ArrowRight")
    moved = queries.get_piece(code).piece
    desk.open(f"/ops/content/pieces/{code}/")
    desk.press("button[value=review]")
    desk.page.wait_for_selector("p.note")

    other = town.phone_of(reader, scripts=False)
    other.open(f"/ops/content/pieces/{code}/")
    other.press("button[value=approve]")
    assert queries.get_piece(code).piece.state == "scheduled"
    content.publish_due(clock.now() + timedelta(days=15))

    piece = queries.get_piece(code).piece
    assert dragged.lane == "guide" and dragged.due_at is not None and moved.due_at is not None
    assert dragged.due_at.astimezone(PLATFORM_ZONE).date().isoformat() == days[2]
    assert moved.due_at == dragged.due_at + timedelta(days=1)
    assert piece.state == "published"
    assert notes.get_note(piece.note_code, viewer_id=None).title == "冬至吃什么：南北各一碗"
    visitor = town.phone_of(None)
    visitor.open(f"/notes/{piece.note_code}/")
    assert "南北各一碗" in visitor.text
