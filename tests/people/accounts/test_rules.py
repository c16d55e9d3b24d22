"""Numbers, e-mail addresses, names and address lines have one spelling."""

import pytest

from jishi.people.accounts import rules


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("13800138000", "+8613800138000"),
        ("138 0013 8000", "+8613800138000"),
        ("１３８００１３８０００", "+8613800138000"),
        ("+86 138-0013-8000", "+8613800138000"),
        ("0086 13800138000", "+8613800138000"),
        ("+1 (415) 555-0100", "+14155550100"),
        ("+8612345678901", None),
        ("12345", None),
        ("+0123456789", None),
        ("13800138000; DROP", None),
        ("", None),
    ],
)
def test_a_number_has_one_spelling(written, stored):
    assert rules.normalise_phone(written) == stored


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        (" Lan@Example.COM ", "lan@example.com"),
        ("a.b+c@x.co", "a.b+c@x.co"),
        ("lan@例子.中国", "lan@例子.中国"),
        ("lan@", None),
        ("@x.com", None),
        ("a b@x.com", None),
        ("a@x.com\nBcc: y@z.com", None),
        ("a@x.com,b@y.com", None),
        ("x" * 250 + "@example.com", None),
    ],
)
def test_an_email_has_one_spelling(written, stored):
    assert rules.normalise_email(written) == stored


def test_clean_text_drops_what_cannot_be_seen():
    assert rules.clean_text(" Mei\u202e\u0000 \n Lan\u200b ") == "Mei Lan"
    assert rules.clean_text("<b>x</b>") == "<b>x</b>"


def test_a_masked_number_is_recognised_but_not_readable():
    assert rules.mask_phone("+8613800138000") == "+86 138****8000"
    assert rules.mask_phone("") == ""


def test_an_address_is_written_in_the_order_of_its_country():
    chinese = rules.address_one_line(
        region="浙江省",
        city="杭州市",
        district="西湖区",
        line="文三路 1 号",
        postal_code="310000",
        country="CN",
    )
    municipality = rules.address_one_line(
        region="上海市", city="上海市", district="徐汇区", line="漕溪北路 2 号", postal_code="", country="CN"
    )
    american = rules.address_one_line(
        region="CA", city="Oakland", district="", line="1 Main St", postal_code="94607", country="US"
    )

    assert chinese == "浙江省 杭州市 西湖区 文三路 1 号 310000"
    assert municipality == "上海市 徐汇区 漕溪北路 2 号"
    assert american == "1 Main St, Oakland, CA 94607, US"
