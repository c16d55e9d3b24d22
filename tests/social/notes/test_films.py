"""Films: the index comes first, the place of filming goes, and what is no film of ours is refused."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.factories import written

from jishi.social.notes import films
from jishi.social.notes.errors import VideoTooLarge, VideoTooLong, VideoUnreadable


@pytest.mark.parametrize("index_last", [True, False])
@pytest.mark.parametrize("wide_offsets", [True, False])
def test_the_index_comes_first_and_still_finds_its_samples(index_last: bool, wide_offsets: bool) -> None:
    film = films.read(written.film(index_last=index_last, wide_offsets=wide_offsets))

    assert film.data.index(b"moov") < film.data.index(b"mdat")
    for offset, sample in zip(written.offsets_of(film.data), written.SAMPLES, strict=True):
        assert film.data[offset : offset + len(sample)] == sample
    assert (film.width, film.height, film.duration_ms) == (720, 1280, 5000)
    assert films.read(film.data).name == film.name


def test_inp_126_the_place_where_it_was_filmed_is_blanked() -> None:
    place = b"+30.2500+120.1667/"
    raw = written.film(place=place)

    film = films.read(raw)

    assert place in raw and place not in film.data and b"udta" not in film.data
    assert len(film.data) == len(raw)


def test_a_film_held_upright_is_told_by_its_matrix() -> None:
    film = films.read(written.film(size=(1280, 720), sideways=True))

    assert (film.width, film.height) == (720, 1280)


def test_inp_128_too_long_and_too_large_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert films.read(written.film(seconds=60)).duration_ms == 60_000
    with pytest.raises(VideoTooLong):
        films.read(written.film(seconds=61))

    monkeypatch.setattr(films, "MAX_BYTES", 100)
    with pytest.raises(VideoTooLarge):
        films.read(written.film())


BAD = {
    "nothing": b"",
    "words": b"hello, I am a film",
    "a picture": written.photo(),
    "a page": b"<!doctype html><script>alert(1)</script>",
    "fragmented": written.film(fragmented=True),
    "an unknown codec": written.film(codec=b"evil"),
    "an unknown brand": written.film(brand=b"evil"),
    "cut off": written.film()[:-20],
    "no length": written.film(seconds=0),
    "tiny": written.film(size=(2, 2)),
    "two indexes": written.film() + written.box(b"moov", b""),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_film_is_refused(name: str) -> None:
    with pytest.raises(VideoUnreadable):
        films.read(BAD[name])


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 12))
def test_a_damaged_film_is_read_or_refused_never_more(seed: int, damages: int) -> None:
    luck = random.Random(seed)
    data = bytearray(written.film(place=b"+1+2/"))
    for _ in range(damages):
        data[luck.randrange(len(data))] = luck.randrange(256)

    try:
        film = films.read(bytes(data))
    except (VideoUnreadable, VideoTooLong):
        return
    assert film.data.index(b"moov") < film.data.index(b"mdat")
