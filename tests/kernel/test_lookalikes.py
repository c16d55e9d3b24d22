"""Texts that look alike have one skeleton."""

from __future__ import annotations

import pytest

from jishi.kernel import lookalikes


@pytest.mark.parametrize(
    "disguise",
    [
        "official",
        "OFFICIAL",
        "ｏｆｆｉｃｉａｌ",
        "о" + "fficial",
        "off1c1al",
        "o f f i c i a l",
        "of\u200bfi\u00adcial",
        "ófficial",
        "o.f.f-i_c i a l",
    ],
)
def test_disguises_of_one_word(disguise: str) -> None:
    assert lookalikes.skeleton(disguise) == "official"


def test_numbers_stay_numbers_and_chinese_stays() -> None:
    assert lookalikes.skeleton("柿 子・3 斤") == "柿子3斤"


def test_alphabets_are_told_apart() -> None:
    assert lookalikes.scripts("Аlice") == {"CYRILLIC", "LATIN"}
    assert lookalikes.scripts("阿柿 Kaki") == {"LATIN"}
