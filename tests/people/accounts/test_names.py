"""A nickname names its owner and nobody else."""

from __future__ import annotations

import pytest

from jishi.people.accounts import names
from jishi.people.accounts import operations as accounts
from jishi.people.accounts.errors import NicknamePretends


@pytest.mark.parametrize(
    "nickname",
    [
        "集柿官方", "官 方 客 服", "官\u200d方", "在线客服小美", "系统消息", "Jishi", "J1shi",
        "ЈіѕҺі", "Official Store", "0fficial",
        "Admin", "аdmin", "the admin", "ＡＤＭＩＮ", "Customer.Service", "Аlice", "Al\u200dice",
    ],
)  # fmt: skip
def test_inp_122_names_that_pretend_are_found(nickname: str) -> None:
    assert names.find_pretence(nickname) != ""


@pytest.mark.parametrize(
    "nickname",
    [
        "阿柿",
        "Mia在路上",
        "Badminton王",
        "豆豆妈 2018",
        "Алиса",
        "👩\u200d🌾 农家",
        "Supportive Sue",
        "Élodie",
        "3斤柿子",
        "systematic",
    ],
)
def test_ordinary_names_stay(nickname: str) -> None:
    assert names.find_pretence(nickname) == ""


@pytest.mark.django_db
def test_a_pretending_name_is_refused_and_the_old_one_stays() -> None:
    person = accounts.register(nickname="阿柿", email="a@example.org")

    with pytest.raises(NicknamePretends):
        accounts.update_profile(person_id=person.id, nickname="集柿客服")
    with pytest.raises(NicknamePretends):
        accounts.register(nickname="官方旗舰店", email="b@example.org")

    assert accounts.update_profile(person_id=person.id).nickname == "阿柿"


@pytest.mark.django_db
def test_the_house_may_use_its_own_name() -> None:
    operator = accounts.register(nickname="集柿客服", email="house@example.org", is_operator=True)

    assert accounts.update_profile(person_id=operator.id, nickname="集柿官方").nickname == "集柿官方"
