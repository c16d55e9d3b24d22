"""The social life of the demo world: who follows whom, what they write, and what others do with it.

Notes and follows of the past go through the batch forms of their domains, so nobody is flooded with notices;
what happened to the visitor's own account goes through the operations that a tap runs.
"""

import random
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from jishi.kernel import media
from jishi.simulation import studio
from jishi.simulation.demo import goods, words
from jishi.simulation.demo.goods import Row
from jishi.simulation.demo.people import CITIES, Crowd
from jishi.simulation.demo.shelves import Ware
from jishi.simulation.studio import films
from jishi.social.feed import operations as feed
from jishi.social.graph import operations as graph
from jishi.social.notes import operations as notes
from jishi.social.notes.contracts import NoteDraft, PastComment, PastNote, PinDraft

NOTES, REPOSTS, AUTHORS = 236, 16, 72
PAINTED = 90
FILMED = frozenset({"fire-persimmon", "grape", "gaiwan", "desk-lamp", "monstera", "pencils"})
SPAN_DAYS = 40
CITY_EN = ("Shanghai", "Beijing", "Guangzhou", "Hangzhou", "Chengdu", "Xi'an", "Nanjing", "Wuhan")
FORMS = ("plain",) * 13 + (
    "product_test",
    "product_test",
    "order_show",
    "order_show",
    "buying_guide",
    "tutorial",
)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)

Kept = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shelf:
    """A product with what its seed says about it, and its own picture."""

    ware: Ware
    shop: str
    row: Row

    def name(self, *, is_english: bool) -> str:
        """What people call it."""
        if not is_english:
            return self.row[1].replace(" T 恤", "T恤").split(" ")[0]
        return self.row[2].split(",")[0]


@dataclass(frozen=True, slots=True)
class Written:
    """A note of the demo world, as other parts of it need it."""

    code: str
    note_id: int
    author_id: int
    theme: words.Theme | None
    is_english: bool
    at: datetime


def _paint(painters: Executor, kinds: list[str]) -> list[Future[bytes]]:
    """Have new pictures drawn, one of each kind that is named."""
    ratios = ("3:4", "4:5", "1:1", "3:4")
    return [
        painters.submit(
            studio.paint,
            kind,
            palette=number * 5 + number // 16 + 1,
            ratio=ratios[(number + number // 16) % 4],
            seed=7000 + number,
            width=540,
        )
        for number, kind in enumerate(kinds)
    ]


def _keep(kinds: list[str], painted: list[Future[bytes]]) -> dict[str, list[Kept]]:
    """Store pictures as they will be shown, by kind."""
    drawn = [picture.result() for picture in painted]
    found: dict[str, list[Kept]] = {}
    for kind, kept in zip(kinds, media.store_many(drawn, folder="notes"), strict=True):
        found.setdefault(kind, []).append(media.as_json(kept))
    return found


def _film(painters: Executor, shelves: list[Shelf]) -> dict[str, Future[tuple[bytes, bytes]]]:
    """Have a first picture and a short film made of some goods, by handle."""
    return {
        shelf.row[0]: painters.submit(films.shoot, shelf.row[4], palette=shelf.row[5], seed=number)
        for number, shelf in enumerate(shelves)
    }


def _as_film(author: int, draft: NoteDraft, still: bytes, film: bytes) -> NoteDraft:
    """The same note with a film instead of pictures; its pins stand on the first frame."""
    poster = media.as_json(media.store(still, folder="notes"))
    pins = tuple(replace(pin, picture=0) for pin in draft.pins)
    video = notes.store_video(person_id=author, data=film)
    return replace(draft, pictures=(poster,), video=video, pins=pins)


class Village:
    """The people of the demo world as they talk to each other."""

    def __init__(
        self,
        dice: random.Random,
        crowd: Crowd,
        wares: list[Ware],
        *,
        painters: Executor,
        until: datetime,
    ) -> None:
        self.dice, self.crowd, self.until = dice, crowd, until
        rows = [(shop.slug, row) for shop in goods.SHOPS for row in shop.goods]
        self.shelves = [Shelf(ware, shop, row) for ware, (shop, row) in zip(wares, rows, strict=True)]
        self.shopper, self.friend = crowd.roles["shopper"], crowd.roles["friend"]
        self.authors = [self.shopper, self.friend, *dice.sample(crowd.ids[2:], AUTHORS)]
        self.weights = [3.0, 4.0, *(max(0.4, dice.paretovariate(1.6)) for _ in range(AUTHORS))]
        self.known: dict[int, set[int]] = {}
        self.written: list[Written] = []
        self.topics: dict[str, str] = {}
        self.posted: set[str] = set()
        kinds = list(studio.KINDS)
        kinds += [shelf.row[4] for shelf in dice.sample(self.shelves, PAINTED - len(kinds))]
        # Drawn, and stored as well, beside the deals, which mostly wait for the database.
        painted = _paint(painters, kinds)
        self.filming = _film(painters, [shelf for shelf in self.shelves if shelf.row[0] in FILMED])
        self.painting = ThreadPoolExecutor(1).submit(_keep, kinds, painted)

    def is_english(self, person: int) -> bool:
        """Whether somebody writes English."""
        return person == self.friend or self.crowd.nicknames.get(person, "阿柿").isascii()

    # --- follows ----------------------------------------------------------------------------------------

    def follow(self) -> None:
        """Friends follow each other; good writers are followed by many."""
        pairs: set[tuple[int, int]] = set()
        for person, friends in self.crowd.friends.items():
            for other in friends:
                if person < other and self.dice.random() < 0.7:
                    pairs |= {(person, other), (other, person)}
            for author in self.dice.choices(self.authors, self.weights, k=self.dice.randint(2, 12)):
                pairs.add((person, author))
        close = {self.friend, *self.crowd.friends[self.shopper], *self.authors[2:10]}
        for other in close - {self.shopper}:
            pairs |= {(self.shopper, other), (other, self.shopper)}
        pairs = {(one, other) for one, other in pairs if one != other}
        for one, other in pairs:
            self.known.setdefault(other, set()).add(one)
        ordered = sorted(pairs)
        self.dice.shuffle(ordered)
        third = len(ordered) // 3 + 1
        for number in range(3):
            part = ordered[number * third : (number + 1) * third]
            named = [(str(one), str(other)) for one, other in part]
            graph.import_edges(pairs=named, by="id", at=self.until - (45 - 14 * number) * DAY)

    def introduce(self) -> None:
        """People who write say who they are and where."""
        for person in self.authors[:42]:
            english = self.is_english(person)
            city = self.dice.randrange(len(CITIES))
            bio = self.dice.choice(words.BIOS_EN if english else words.BIOS_ZH)
            graph.edit_profile(person_id=person, bio=bio, place=_city(city, is_english=english))

    # --- notes ------------------------------------------------------------------------------------------

    def write(self, progress: Callable[..., None]) -> None:
        """Everything that was written in six weeks, and what people did with it."""
        painted, filmed = self.painting.result(), dict(self.filming)
        moments = sorted(
            self.until - SPAN_DAYS * DAY * (self.dice.random() ** 1.9) - 5 * MINUTE for _ in range(NOTES)
        )
        plain = [(*text, False) for text in words.PLAIN_ZH] + [(*text, True) for text in words.PLAIN_EN]
        self.dice.shuffle(plain)
        order = self.shelves * 2
        self.dice.shuffle(order)
        rows: list[PastNote] = []
        themes: list[words.Theme | None] = []
        for number, at in enumerate(moments):
            if number % 20 == 11:
                title, text, english = plain[number // 20]
                author = self._author(english)
                rows.append(self._lived(PastNote(author, self._plain(title, text, english), at)))
                themes.append(None)
                continue
            shelf = order[number]
            author = self.dice.choices(self.authors, self.weights)[0]
            draft = self._draft(shelf, painted, is_english=self.is_english(author))
            if shelf.row[0] in filmed:
                draft = _as_film(author, draft, *filmed.pop(shelf.row[0]).result())
            rows.append(self._lived(PastNote(author, draft, at)))
            themes.append(words.theme_of(shelf.shop, shelf.row[4]))
            progress("notes", number + 1, NOTES)
        saved = notes.record_past(rows=rows)
        self.written = [
            Written(
                one.code, one.note_id, row.author_id, theme, self.is_english(row.author_id), row.published_at
            )
            for one, row, theme in zip(saved, rows, themes, strict=True)
        ]
        self.topics = {one.code: row.draft.text for one, row in zip(saved, rows, strict=True)}
        again = notes.record_past(rows=self._reposts())
        feed.index_notes(note_ids=[one.note_id for one in (*saved, *again)], at=self.until)

    def _author(self, english: bool) -> int:
        return next(
            one
            for one in self.dice.sample(self.authors, len(self.authors))
            if self.is_english(one) == english
        )

    def _plain(self, title: str, text: str, is_english: bool) -> NoteDraft:
        return NoteDraft(
            title=title, text=text, language="en" if is_english else "zh-hans", place=self._place(is_english)
        )

    def _draft(self, shelf: Shelf, painted: dict[str, list[Kept]], *, is_english: bool) -> NoteDraft:
        """A note about one thing, with its kind of pictures, and perhaps others of the same shop."""
        dice, theme = self.dice, words.theme_of(shelf.shop, shelf.row[4])
        titles = theme.en_titles if is_english else theme.zh_titles
        if shelf.row[6] != "cover":
            titles = tuple(title for title in titles if "《" not in title)
        bodies = theme.en_bodies if is_english else theme.zh_bodies
        topics = theme.en_topics if is_english else theme.zh_topics
        title = dice.choice(titles).format(n=shelf.name(is_english=is_english))
        text = "\n\n".join(dice.sample(bodies, dice.choice((1, 2, 2))))
        text += "\n\n" + " ".join(
            f"#{topic}" for topic in dice.sample(topics, min(len(topics), dice.choice((1, 2, 2))))
        )
        pool = painted[shelf.row[4]]
        pool.append(pool.pop(0))  # covers take turns, so that neighbours in a list rarely look the same
        shown = [pool[0], *dice.sample(pool[1:], min(len(pool) - 1, dice.choice((0, 1, 1, 2, 3))))]
        form = dice.choice(FORMS)
        details = (words.DETAILS_EN if is_english else words.DETAILS_ZH).get(form, {})
        sponsored = dice.random() < 0.03
        return NoteDraft(
            title=title[:1].upper() + title[1:],
            text=text,
            form=form,
            place=self._place(is_english),
            is_sponsored=sponsored,
            sponsor=self._shop_name(shelf.shop, is_english) if sponsored else "",
            pictures=tuple(shown),
            pins=self._pins(shelf, len(shown)),
            language="en" if is_english else "zh-hans",
            details=details,
        )

    def _pins(self, shelf: Shelf, picture_count: int) -> tuple[PinDraft, ...]:
        others = [one for one in self.shelves if one.shop == shelf.shop and one is not shelf]
        chosen = [shelf, *self.dice.sample(others, self.dice.choice((0, 0, 1, 1, 2)))]
        return tuple(
            PinDraft(
                product_id=one.ware.product_id,
                picture=0 if number == 0 else self.dice.randrange(picture_count),
                x=round(self.dice.uniform(0.28, 0.72), 3),
                y=round(self.dice.uniform(0.34, 0.7) if number else 0.56, 3),
            )
            for number, one in enumerate(chosen)
        )

    def _place(self, is_english: bool) -> str:
        return (
            _city(self.dice.randrange(len(CITIES)), is_english=is_english) if self.dice.random() < 0.5 else ""
        )

    def _shop_name(self, slug: str, is_english: bool) -> str:
        return next(shop.name[is_english] for shop in goods.SHOPS if shop.slug == slug)

    # --- what others do ---------------------------------------------------------------------------------

    def _lived(self, note: PastNote) -> PastNote:
        """The note with what people did since: followers first, most of it on the first two days."""
        dice = self.dice
        near = sorted(self.known.get(note.author_id, set()))
        crowd = [person for person in dice.sample(self.crowd.ids, 60) if person not in near]
        age = (self.until - note.published_at) / DAY
        reach = min(1.0, 0.25 + age / 3)
        wanted = min(70, int(dice.paretovariate(1.25) * 6 * reach))
        fans = (dice.sample(near, len(near)) + crowd)[: wanted * 2]
        likers = [person for person in dice.sample(fans, min(len(fans), wanted)) if person != note.author_id]
        keepers = likers[: int(len(likers) * dice.uniform(0.1, 0.4))]
        english = self.is_english(note.author_id)
        folders = words.FOLDERS_EN if english else words.FOLDERS_ZH
        return replace(
            note,
            likes=tuple((person, self._soon(note.published_at)) for person in likers),
            kept=tuple(
                (person, self._soon(note.published_at), dice.choice(("", *folders))) for person in keepers
            ),
            comments=tuple(self._comments(note, likers, english)),
        )

    def _comments(self, note: PastNote, people: list[int], english: bool) -> list[PastComment]:
        dice = self.dice
        said = words.COMMENTS_EN if english else words.COMMENTS_ZH
        back = words.ANSWERS_EN if english else words.ANSWERS_ZH
        count = min(len(people), dice.choice((0, 1, 1, 2, 3, 5)))
        made = []
        for person, text in zip(people[:count], dice.sample(said, count), strict=True):
            at = self._soon(note.published_at)
            answers: list[PastComment] = []
            if dice.random() < 0.55:
                later = min(self.until, at + dice.random() * 6 * HOUR)
                answers.append(PastComment(note.author_id, dice.choice(back), later))
            made.append(PastComment(person, text, at, tuple(answers)))
        return made

    def _soon(self, after: datetime) -> datetime:
        """A moment after a note came out; long tails, never in the future."""
        span = (self.until - after) * 0.98
        return (
            after
            + min(span, timedelta(hours=min(300.0, self.dice.paretovariate(0.7) * 1.5))) * self.dice.random()
        )

    def _reposts(self) -> list[PastNote]:
        origins = [one for one in self.written if one.theme is not None and one.author_id != self.shopper]
        rows = []
        for origin in sorted(self.dice.sample(origins, REPOSTS), key=lambda one: one.at):
            author = self.dice.choice([one for one in self.authors if one != origin.author_id])
            english = self.is_english(author)
            text = self.dice.choice(words.WHY_REPOST_EN if english else words.WHY_REPOST_ZH)
            draft = NoteDraft(text=text, language="en" if english else "zh-hans")
            at = origin.at + (self.until - origin.at) * self.dice.uniform(0.1, 0.9)
            rows.append(PastNote(author, draft, at, repost_of=origin.code))
        return sorted(rows, key=lambda row: row.published_at)

    # --- the visitor ------------------------------------------------------------------------------------

    def greet(self) -> None:
        """What happened to the visitor's own account lately, through the operations that tell them."""
        mine = [one for one in self.written if one.author_id == self.shopper][-3:]
        close = {self.shopper, *self.crowd.friends[self.shopper]}
        people = self.dice.sample([one for one in self.authors[10:] if one not in close], 6)
        for number, person in enumerate(people[:4]):
            graph.follow(person_id=person, other_id=self.shopper, at=self.until - (7 * number + 3) * HOUR)
        for number, (note, person) in enumerate(zip(mine * 2, people, strict=False)):
            at = max(note.at + MINUTE, self.until - (5 * number + 1) * HOUR)
            notes.like(person_id=person, code=note.code, at=at)
        said = ((self.friend, "Where did you find this?"), (people[0], words.COMMENTS_ZH[2]))
        for (person, text), note in zip(said, mine[-1:] * 2, strict=False):
            at = max(note.at + MINUTE, self.until - 40 * MINUTE)
            notes.comment(author_id=person, code=note.code, text=text, at=at)


def _city(number: int, *, is_english: bool) -> str:
    return CITY_EN[number] if is_english else CITIES[number][1].removesuffix("市")
