"""Reporting, deciding and appealing through the API: one story, and what others may not do in it."""

from tests.factories import clubs, jotted

from jishi.people.accounts.models import User
from jishi.social.notes import operations as notes
from jishi.social.notes.models import Note
from jishi.trust.moderation.models import Report


def operator(people):
    """Somebody who moderates the platform."""
    made = people()
    User.objects.filter(pk=made.person_id).update(is_operator=True)
    return made


def test_a_note_is_reported_hidden_appealed_and_shown_again(people):
    author, reader, first, second = people(), people(), operator(people), operator(people)
    code = jotted.note(author.person_id)
    body = {"kind": "note", "code": code, "reason": "spam", "text": "广告"}

    told = [reader.post("/reports", body, key="report-it-once", status=201) for _ in range(2)]
    assert told[0] == told[1] and Report.objects.count() == 1
    [waiting] = first.get("/moderation/cases?kind=note")["items"]
    case = waiting["code"]
    assert (waiting["reasons"], waiting["report_count"]) == (["spam"], 1)
    assert "case_code" not in told[0]
    page = first.call("PUT", f"/moderation/cases/{case}/claim")
    assert page["is_mine"] and "hide" in page["actions"] and page["reports"][0]["text"] == "广告"
    second.post(f"/moderation/cases/{case}/decision", {"action": "approve"}, key="second-wants", status=409)
    decided = first.post(
        f"/moderation/cases/{case}/decision",
        {"action": "hide", "reason": "spam", "note": "看起来像广告"},
        key="decide-it-once",
    )
    assert decided["state"] == "decided" and Note.objects.get(code=code).state == "hidden"

    [mine] = author.get("/me/decisions")["items"]
    assert (mine["reason"], mine["may_appeal"]) == ("spam", True)
    reader.get(f"/me/decisions/{case}", status=404)
    for _ in range(2):
        appealed = author.post(
            f"/me/decisions/{case}/appeal", {"text": "这是我自己种的"}, key="appeal-once-1"
        )
    assert appealed["state"] == "appealed"
    author.post(f"/me/decisions/{case}/appeal", {"text": "再来"}, key="appeal-again", status=409)
    refused = first.post(
        f"/moderation/cases/{case}/appeal", {"outcome": "upheld"}, key="same-moderator", status=403
    )
    assert refused["code"] == "moderation.another_moderator"
    second.post(f"/moderation/cases/{case}/appeal", {"outcome": "overturned"}, key="second-look-1")

    assert Note.objects.get(code=code).state == "published"
    assert author.get(f"/me/decisions/{case}")["appeal_outcome"] == "overturned"
    [report] = reader.get("/me/reports")["items"]
    assert report["state"] == "upheld"


def test_acc_107_a_communitys_moderator_sees_its_cases_and_no_others(people):
    owner, member, reporter = people(), people(), people()
    slug = clubs.club(owner.person_id)
    clubs.join(slug, member.person_id)
    clubs.join(slug, reporter.person_id)
    inside = member.post(
        f"/communities/{slug}/notes",
        {"text": "只给大家看", "members_only": True},
        key="to-members-1",
        status=201,
    )["code"]
    outside = jotted.note(member.person_id)
    for number, code in enumerate((inside, outside)):
        body = {"kind": "note", "code": code, "reason": "spam"}
        reporter.post("/reports", body, key=f"report-nr-{number}", status=201)

    seen = owner.get(f"/moderation/cases?community={slug}")["items"]

    assert [one["object_code"] for one in seen] == [inside]
    owner.get("/moderation/cases", status=403)
    member.get(f"/moderation/cases?community={slug}", status=403)


def test_inp_128_reports_have_known_reasons_and_short_words(people):
    author, reader = people(), people()
    code = jotted.note(author.person_id)
    body = {"kind": "note", "code": code, "reason": "boring"}

    reader.post("/reports", body, key="unknown-reason", status=400)
    reader.post("/reports", {**body, "reason": "spam", "text": "x" * 501}, key="too-many-words", status=422)
    author.post("/reports", {**body, "reason": "spam"}, key="my-own-note-1", status=400)
    reader.post("/reports", {**body, "kind": "weather", "reason": "spam"}, key="no-such-kind", status=404)
    notes.remove(author_id=author.person_id, code=code)
    reader.post("/reports", {**body, "reason": "spam"}, key="it-is-gone-now", status=404)

    assert Report.objects.count() == 0
