"""Telephone numbers and e-mail addresses in one form."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from guanxi.standardizing import email_address, email_key, phone_number


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("13800138000", "CN", "+8613800138000"), ("138-0013-8000", "CN", "+8613800138000"),
        ("(010) 6552 9988", "CN", "+861065529988"), ("0086 138 0013 8000", "CN", "+8613800138000"),
        ("02-2311-3731", "TW", "+886223113731"), ("0912 345 678", "TW", "+886912345678"),
        ("13800138000", "TW", "+8613800138000"), ("+44 20 7946 0958", "CN", "+442079460958"),
        ("１３８００１３８０００", "CN", "+8613800138000"), ("none", "CN", ""), ("12", "CN", ""),
    ],
)  # fmt: skip
def test_phones(text: str, region: str, number: str) -> None:
    assert phone_number(text, region) == number


@pytest.mark.parametrize(
    ("text", "address", "key"),
    [
        (" Anna.Li+crm@Example.COM ", "Anna.Li+crm@example.com", "anna.li@example.com"),
        ("Anna.Li+x@GoogleMail.com", "Anna.Li+x@googlemail.com", "annali@gmail.com"),
        ("ａ@例子.中国", "a@例子.中国", "a@例子.中国"),
        ("anna@example.com.", "anna@example.com", "anna@example.com"),
        ("+@example.com", "+@example.com", "+@example.com"),
        ("anna", "", ""), ("@example.com", "", ""), ("a b@example.com", "", ""), ("a@b..c", "", ""),
    ],
)  # fmt: skip
def test_emails(text: str, address: str, key: str) -> None:
    assert email_address(text) == address
    assert email_key(text) == key


@given(text=st.text() | st.emails() | st.from_regex(r"\+?[0-9 ()-]{3,20}"))
@example("\u037a@b")  # a sign that Unicode takes for a space and another one
def test_contacts_raise_on_no_text_and_stay_what_they_are(text: str) -> None:
    for of in (email_address, email_key):
        assert of(of(text)) == of(text)
    assert re.fullmatch(r"(\+[1-9][0-9]*)?", phone_number(text))
