"""Ids, tokens, cursors and encrypted texts cannot be guessed, forged or read without the key."""

import uuid
from datetime import UTC, datetime

import pytest
from cryptography.fernet import Fernet

from jishi.kernel import crypto, ids, paging
from jishi.kernel.errors import InvariantBroken


def test_codes_are_distinct_and_readable():
    codes = {ids.new_code() for _ in range(1000)} | set(ids.new_codes(1000))

    assert len(codes) == 2000
    assert {letter for code in codes for letter in code} == set(ids.ALPHABET)
    assert all(len(code) == 12 and set(code) <= set(ids.ALPHABET) for code in codes)


def test_uuid7_carries_version_variant_and_order():
    first = ids.uuid7()

    assert first.version == 7
    assert str(first)[19] in "89ab"
    assert first.int >> 80 <= ids.uuid7().int >> 80


def test_many_uuid7s_at_once_are_like_single_ones():
    first = ids.uuid7()

    many = [uuid.UUID(text) for text in ids.uuid7s(500)]

    assert len(set(many)) == 500
    assert {found.version for found in many} == {7}
    assert {str(found)[19] for found in many} == set("89ab")
    assert all(first.int >> 80 <= found.int >> 80 <= ids.uuid7().int >> 80 for found in many)


def test_a_cursor_returns_its_values():
    at = datetime(2026, 11, 22, 1, 2, 3, 456789, tzinfo=UTC)

    assert paging.decode_cursor(paging.encode_cursor(at, "柿", 7)) == (at, "柿", 7)


@pytest.mark.parametrize("text", ["", "x", "a.b", "..", "é", "A" * 5000])
def test_inp_119_a_made_up_cursor_is_refused(text):
    with pytest.raises(paging.BadCursor):
        paging.decode_cursor(text)


def test_a_token_is_bound_to_its_purpose():
    token = crypto.sign_token({"person": 1}, purpose="lane", ttl_s=60)

    assert crypto.read_token(token, purpose="lane") == {"person": 1}
    with pytest.raises(crypto.TokenInvalid):
        crypto.read_token(token, purpose="cursor")


def test_an_expired_or_altered_token_is_refused():
    with pytest.raises(crypto.TokenInvalid):
        crypto.read_token(crypto.sign_token({}, purpose="lane", ttl_s=-1), purpose="lane")
    token = crypto.sign_token({"person": 1}, purpose="lane", ttl_s=60)
    with pytest.raises(crypto.TokenInvalid):
        crypto.read_token(token[:-2] + ("aa" if token[-2:] != "aa" else "bb"), purpose="lane")


def test_encrypted_text_comes_back_and_looks_like_nothing(settings):
    stored = crypto.encrypt("北京市朝阳区")

    assert "北京" not in stored
    assert crypto.decrypt(stored) == "北京市朝阳区"


def test_without_its_key_a_text_is_an_error_not_ciphertext(settings):
    stored = crypto.encrypt("secret")

    settings.JISHI_FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(InvariantBroken):
        crypto.decrypt(stored)
    with pytest.raises(InvariantBroken):
        crypto.decrypt("plain text")
    settings.JISHI_FIELD_KEYS = []
    with pytest.raises(InvariantBroken):
        crypto.encrypt("secret")


def test_a_new_key_reads_old_texts_and_keeps_the_index(settings):
    stored = crypto.encrypt("13800000000")
    index = crypto.blind_index("13800000000", "phone")

    settings.JISHI_FIELD_KEYS = [Fernet.generate_key().decode(), *settings.JISHI_FIELD_KEYS]

    assert crypto.decrypt(stored) == "13800000000"
    assert crypto.rotate(stored) != stored
    assert crypto.blind_index("13800000000", "phone") == index
    assert crypto.blind_index("13800000000", "mail") != index
