"""Polls, prize quizzes and challenges as the API shows and takes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from jishi.social.challenges.contracts import ChallengeCard, ChallengeView, EntryView
from jishi.social.notes.contracts import NoteCard
from jishi.social.polls.contracts import DrawView, PollView
from jishi.surfaces.api.v1.schemas import people

Position = Annotated[int, Field(ge=0, le=9)]


class PollIn(Schema):
    """A poll for a note; with `right` answers and a prize it is a quiz."""

    model_config = ConfigDict(extra="forbid")

    question: Annotated[str, Field(min_length=1, max_length=140)]
    options: Annotated[list[Annotated[str, Field(min_length=1, max_length=60)]], Field(max_length=10)]
    closes_at: datetime
    is_multiple: bool = False
    right: Annotated[list[Position], Field(max_length=10)] = []
    prize: Annotated[str, Field(max_length=140)] = ""
    prize_count: Annotated[int, Field(ge=0, le=100)] = 0
    prize_value_minor: Annotated[int, Field(ge=0, le=10**12)] = 0


class BallotIn(Schema):
    """The positions that are chosen, from 0."""

    model_config = ConfigDict(extra="forbid")

    positions: Annotated[list[Position], Field(min_length=1, max_length=10)]


class EntryIn(Schema):
    """The public note of one's own that is entered."""

    model_config = ConfigDict(extra="forbid")

    note_code: Annotated[str, Field(min_length=1, max_length=12)]


class PointsIn(Schema):
    """What a judge gives."""

    model_config = ConfigDict(extra="forbid")

    points: Annotated[int, Field(ge=1, le=10)]


class ChallengeIn(Schema):
    """A challenge as an operator announces it; `judges` are codes of people."""

    model_config = ConfigDict(extra="forbid")

    topic: Annotated[str, Field(min_length=1, max_length=40)]
    title: Annotated[str, Field(min_length=1, max_length=60)]
    rules: Annotated[str, Field(min_length=1, max_length=2000)]
    prize: Annotated[str, Field(min_length=1, max_length=140)]
    winner_count: Annotated[int, Field(ge=1, le=20)] = 1
    method: Literal["jury", "vote"]
    starts_at: datetime
    ends_at: datetime
    judged_at: datetime
    judges: Annotated[list[Annotated[str, Field(max_length=12)]], Field(max_length=10)] = []


@dataclass(frozen=True, slots=True)
class Option:
    """An answer; count, share and whether it was right are null while they may not be known."""

    position: int
    text: str
    is_mine: bool
    count: int | None
    share_bps: int | None
    is_right: bool | None


@dataclass(frozen=True, slots=True)
class Won:
    """Somebody who won, in the order of the draw or of the points."""

    rank: int
    person: people.Person | None


@dataclass(frozen=True, slots=True)
class Poll:
    """A poll or quiz as I may see it."""

    code: str
    note_code: str
    kind: str
    question: str
    options: list[Option]
    is_multiple: bool
    voter_count: int
    closes_at: datetime
    is_open: bool
    has_voted: bool
    shows_results: bool
    prize: str
    prize_count: int
    prize_value_minor: int
    winners: list[Won]
    won: bool
    claim_until: datetime | None
    is_claimed: bool


@dataclass(frozen=True, slots=True)
class DrawEntry:
    """One answer in the draw."""

    code: str
    is_right: bool


@dataclass(frozen=True, slots=True)
class Draw:
    """Everything needed to repeat the draw: winners have the smallest SHA-256 of ``seed|digest|entry``.

    `commitment` is the seed's SHA-256, shown before the first answer; the rest appears when the poll closes.
    """

    code: str
    commitment: str
    seed: str
    entry_digest: str
    right_count: int | None
    entries: list[DrawEntry]
    winners: list[str]


@dataclass(frozen=True, slots=True)
class Challenge:
    """A challenge in the list; `stage` is coming, running, judging or ended."""

    code: str
    title: str
    topic: str
    prize: str
    stage: str
    method: str
    starts_at: datetime
    ends_at: datetime
    judged_at: datetime
    entry_count: int


@dataclass(frozen=True, slots=True)
class Challenges:
    """A page of challenges; pass ``next_cursor`` back to go on."""

    items: list[Challenge]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry; its points are null while they are nobody's business."""

    code: str
    note_code: str
    title: str
    author: people.Person
    points: int | None
    rank: int | None
    my_points: int | None


@dataclass(frozen=True, slots=True)
class ChallengePage:
    """A challenge with its entries, the best first as far as that may be known."""

    challenge: Challenge
    rules: str
    winner_count: int
    judges: list[people.Person]
    is_judge: bool
    has_entered: bool
    may_vote: bool
    voted_today: bool
    entries: list[Entry]


@dataclass(frozen=True, slots=True)
class Winners:
    """The winning entries of an ended challenge, the first prize first; empty before."""

    items: list[Entry]


@dataclass(frozen=True, slots=True)
class Entered:
    """The code of an entry."""

    code: str


def poll(view: PollView) -> Poll:
    """A poll for the outside."""
    return Poll(
        code=view.code,
        note_code=view.note_code,
        kind=str(view.kind),
        question=view.question,
        options=[
            Option(one.position, one.text, one.is_mine, one.count, one.share_bps, one.is_right)
            for one in view.options
        ],
        is_multiple=view.is_multiple,
        voter_count=view.voter_count,
        closes_at=view.closes_at,
        is_open=view.is_open,
        has_voted=view.has_voted,
        shows_results=view.shows_results,
        prize=view.prize,
        prize_count=view.prize_count,
        prize_value_minor=view.prize_value_minor,
        winners=[Won(one.rank, people.person(one.person) if one.person else None) for one in view.winners],
        won=view.won,
        claim_until=view.claim_until,
        is_claimed=view.is_claimed,
    )


def draw(view: DrawView) -> Draw:
    """A draw for whoever repeats it."""
    return Draw(
        code=view.code,
        commitment=view.commitment,
        seed=view.seed,
        entry_digest=view.entry_digest,
        right_count=view.right_count,
        entries=[DrawEntry(one.code, one.is_right) for one in view.entries],
        winners=list(view.winners),
    )


def challenge(card: ChallengeCard) -> Challenge:
    """A challenge for the outside."""
    return Challenge(
        code=card.code,
        title=card.title,
        topic=card.topic,
        prize=card.prize,
        stage=str(card.stage),
        method=card.method,
        starts_at=card.starts_at,
        ends_at=card.ends_at,
        judged_at=card.judged_at,
        entry_count=card.entry_count,
    )


def challenge_page(view: ChallengeView, notes: Mapping[int, NoteCard]) -> ChallengePage:
    """A challenge with the entries whose notes this reader may see."""
    return ChallengePage(
        challenge=challenge(view.card),
        rules=view.rules,
        winner_count=view.winner_count,
        judges=[people.person(one) for one in view.judges],
        is_judge=view.is_judge,
        has_entered=view.has_entered,
        may_vote=view.may_vote,
        voted_today=view.voted_today,
        entries=[entry(one, notes[one.note_id]) for one in view.entries if one.note_id in notes],
    )


def entry(view: EntryView, note: NoteCard) -> Entry:
    """An entry for the outside."""
    return Entry(
        code=view.code,
        note_code=note.code,
        title=note.title or note.excerpt,
        author=people.person(note.author),
        points=view.points,
        rank=view.rank,
        my_points=view.my_points,
    )
