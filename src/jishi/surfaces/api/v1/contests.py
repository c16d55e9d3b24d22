"""Polls under notes, and challenges. Who may see the note may see the poll; challenges are public."""

from django.http import HttpRequest, HttpResponse
from ninja import Router

from jishi.people.accounts import queries as accounts
from jishi.people.accounts.errors import PersonNotFound
from jishi.social.challenges import operations as challenges
from jishi.social.challenges import queries as challenge_queries
from jishi.social.challenges.contracts import ChallengeDraft, ChallengeView, Stage
from jishi.social.notes import queries as notes
from jishi.social.notes.contracts import NoteCard
from jishi.social.notes.errors import NoteNotFound
from jishi.social.polls import operations as polls
from jishi.social.polls import queries as poll_queries
from jishi.social.polls.contracts import PollDraft
from jishi.social.polls.errors import PollNotFound
from jishi.surfaces.api import auth
from jishi.surfaces.api.v1 import answers
from jishi.surfaces.api.v1.schemas import contests as shapes
from jishi.surfaces.api.v1.schemas import trade as trade_shapes

router = Router(tags=["contests"])


@router.post("/notes/{code}/poll", response={201: shapes.Poll})
def attach_poll(request: HttpRequest, code: str, body: shapes.PollIn) -> HttpResponse:
    """Put a poll or a prize quiz under a note of mine, for good. Needs an Idempotency-Key."""
    person_id = answers.person(request)
    draft = PollDraft(
        question=body.question,
        options=tuple(body.options),
        closes_at=body.closes_at,
        is_multiple=body.is_multiple,
        right=tuple(body.right),
        prize=body.prize,
        prize_count=body.prize_count,
        prize_value_minor=body.prize_value_minor,
    )

    def effect() -> shapes.Poll:
        made = polls.attach(author_id=person_id, note_code=code, draft=draft)
        return shapes.poll(poll_queries.get_poll(made, viewer_id=person_id))

    return answers.once(request, body.model_dump(mode="json"), effect)


@router.get("/notes/{code}/poll", response=shapes.Poll, auth=auth.optional)
def get_poll_of(request: HttpRequest, code: str) -> HttpResponse:
    """The poll of a note."""
    viewer_id = _viewer(request)
    if notes.find_note_id(code, viewer_id=viewer_id) is None:
        raise NoteNotFound
    found = poll_queries.find_poll_of(code, viewer_id=viewer_id)
    if found is None:
        raise PollNotFound
    return answers.reply(shapes.poll(found))


@router.get("/polls/{code}", response=shapes.Poll, auth=auth.optional)
def get_poll(request: HttpRequest, code: str) -> HttpResponse:
    """A poll; counts are shown after one's own answer, or when it has closed."""
    return answers.reply(_poll(request, code))


@router.post("/polls/{code}/vote", response=shapes.Poll)
def vote(request: HttpRequest, code: str, body: shapes.BallotIn) -> HttpResponse:
    """Answer, once and for good. Needs an Idempotency-Key."""
    person_id = answers.person(request)

    def effect() -> shapes.Poll:
        polls.vote(person_id=person_id, code=code, positions=body.positions)
        return _poll(request, code)

    return answers.once(request, body.model_dump(mode="json"), effect, status=200)


@router.get("/polls/{code}/draw", response=shapes.Draw, auth=auth.optional)
def get_draw(request: HttpRequest, code: str) -> HttpResponse:
    """What is needed to repeat a quiz's draw; before it has closed only the seed's fingerprint."""
    return answers.reply(shapes.draw(poll_queries.get_draw(code, viewer_id=_viewer(request))))


@router.post("/polls/{code}/claim", response=shapes.Poll)
def claim(request: HttpRequest, code: str) -> HttpResponse:
    """Say that I want the prize I won; again changes nothing."""
    polls.claim(person_id=answers.person(request), code=code)
    return answers.reply(_poll(request, code))


@router.get("/challenges", response=shapes.Challenges, auth=None)
def list_challenges(request: HttpRequest, cursor: str | None = None) -> HttpResponse:
    """Challenges, the newest first."""
    page = challenge_queries.page_challenges(cursor=cursor)
    return answers.reply(shapes.Challenges([shapes.challenge(one) for one in page.items], page.next_cursor))


@router.get("/challenges/{code}", response=shapes.ChallengePage, auth=auth.optional)
def get_challenge(request: HttpRequest, code: str) -> HttpResponse:
    """A challenge with its rules and entries. A jury's points stay hidden until the end."""
    return answers.reply(_challenge(request, code))


@router.get("/challenges/{code}/winners", response=shapes.Winners, auth=auth.optional)
def list_winners(request: HttpRequest, code: str) -> HttpResponse:
    """Who won."""
    page = _challenge(request, code)
    won = [one for one in page.entries if one.rank is not None and page.challenge.stage == Stage.ENDED]
    return answers.reply(shapes.Winners(sorted(won, key=lambda one: one.rank or 0)))


@router.post("/challenges/{code}/entries", response={201: shapes.Entered})
def enter(request: HttpRequest, code: str, body: shapes.EntryIn) -> HttpResponse:
    """Enter with a public note of mine on the topic. Needs an Idempotency-Key."""
    person_id = answers.person(request)

    def effect() -> shapes.Entered:
        return shapes.Entered(challenges.enter(person_id=person_id, code=code, note_code=body.note_code))

    return answers.once(request, body.model_dump(mode="json"), effect)


@router.post("/entries/{code}/vote", response=trade_shapes.Done)
def vote_entry(request: HttpRequest, code: str) -> HttpResponse:
    """Vote for an entry; one vote a day in a challenge. Needs an Idempotency-Key."""
    person_id = answers.person(request)

    def effect() -> trade_shapes.Done:
        challenges.vote(person_id=person_id, entry_code=code)
        return trade_shapes.Done()

    return answers.once(request, {}, effect, status=200)


@router.put("/entries/{code}/points", response=trade_shapes.Done)
def score(request: HttpRequest, code: str, body: shapes.PointsIn) -> HttpResponse:
    """Give an entry points as one of the judges; they may be changed until the end."""
    challenges.score(judge_id=answers.person(request), entry_code=code, points=body.points)
    return answers.reply(trade_shapes.Done())


@router.post("/ops/challenges", response={201: shapes.ChallengePage})
def open_challenge(request: HttpRequest, body: shapes.ChallengeIn) -> HttpResponse:
    """Announce a challenge; for operators. Needs an Idempotency-Key; its terms never change afterwards."""
    person_id = answers.person(request)
    accounts.require_operator(person_id=person_id)
    judges = [accounts.find_person_by_code(code) for code in body.judges]
    if any(judge is None for judge in judges):
        raise PersonNotFound
    draft = ChallengeDraft(
        topic=body.topic,
        title=body.title,
        rules=body.rules,
        prize=body.prize,
        winner_count=body.winner_count,
        method=body.method,
        starts_at=body.starts_at,
        ends_at=body.ends_at,
        judged_at=body.judged_at,
        judge_ids=tuple(judge.id for judge in judges if judge is not None),
    )

    def effect() -> shapes.ChallengePage:
        return _challenge(request, challenges.open_challenge(host_id=person_id, draft=draft))

    return answers.once(request, body.model_dump(mode="json"), effect)


def _poll(request: HttpRequest, code: str) -> shapes.Poll:
    return shapes.poll(poll_queries.get_poll(code, viewer_id=_viewer(request)))


def _challenge(request: HttpRequest, code: str) -> shapes.ChallengePage:
    found = challenge_queries.get_challenge(code, viewer_id=_viewer(request))
    return shapes.challenge_page(found, _notes(request, found))


def _notes(request: HttpRequest, found: ChallengeView) -> dict[int, NoteCard]:
    ids = [entry.note_id for entry in found.entries]
    cards = notes.list_cards(ids, viewer_id=_viewer(request), language=answers.language(request))
    return {card.id: card for card in cards}


def _viewer(request: HttpRequest) -> int | None:
    """The caller, or nobody; behind `auth.optional`."""
    viewer: int | None = request.person_id  # type: ignore[attr-defined]
    return viewer
