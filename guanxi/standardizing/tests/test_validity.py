"""What each rule takes and what it does not."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.standardizing import validity


@pytest.mark.parametrize(
    ("rule", "right", "wrong"),
    [
        (validity.is_e164, ["+8613800138000", "+442079460958"], ["", "13800138000", "+0123456789",
                                                                "+1234567890123456"]),
        (validity.is_email, ["a.b+c@example.com", "a@例子.中国", "a@sub.example.co"],
         ["", "a", "a@b", "a@-b.com", "a b@c.com", "a@1.2.3.4", f"{'a' * 65}@b.com"]),
        (validity.is_website, ["https://example.com/a?b", "http://例子.中国"],
         ["", "example.com", "ftp://example.com", "https://localhost", "http://[", "http://a.b:x"]),
        (validity.is_currency, ["CNY", "TWD"], ["", "RMB", "cny"]),
    ],
)  # fmt: skip
def test_texts(rule: object, right: list[str], wrong: list[str]) -> None:
    assert [text for text in right if not rule(text)] == []  # type: ignore[operator]
    assert [text for text in wrong if rule(text)] == []  # type: ignore[operator]


@pytest.mark.parametrize(
    ("code", "country", "right"),
    [
        ("200000", "中国", True), ("２０００００", "", True), ("20000", "CN", False),
        ("106", "台灣", True),
        ("10699", "", True), ("1069", "", False), ("999077", "香港", True), ("200000", "HK", False),
        ("SW1A 1AA", "UK", True), ("10115", "Deutschland", True), ("?", "UK", False),
        ("SW1A 1AA", "", True), ("SW1A 1AA", "中国", False),
    ],
)  # fmt: skip
def test_postal_codes(code: str, country: str, right: bool) -> None:
    assert validity.is_postal_code(code, country) is right


@pytest.mark.parametrize(
    ("city", "province", "right"),
    [
        ("杭州", "浙江", True), ("杭州市", "浙江省", True), ("杭州", "广东省", False),
        ("臺北市", "", True),
        ("北京", "", True), ("北京", "北京市", True), ("昆山", "江苏", True), ("江州市", "", False),
        ("Berlin", "", True), ("杭州", "不知道", True), ("香港", "", True),
    ],
)  # fmt: skip
def test_cities(city: str, province: str, right: bool) -> None:
    assert validity.is_city(city, province) is right


@pytest.mark.parametrize(
    ("province", "country", "right"),
    [
        ("浙江", "", True), ("廣東省", "", True), ("上海", "", True),
        ("台灣", "", True), ("杭州", "", False),
        ("东海省", "", False), ("バイエルン州", "Japan", True), ("Bayern", "", True),
    ],
)  # fmt: skip
def test_provinces(province: str, country: str, right: bool) -> None:
    assert validity.is_province(province, country) is right


def test_birthdays() -> None:
    today = dt.date(2026, 3, 31)
    assert validity.is_birthday(today, today)
    assert validity.is_birthday(dt.date(1904, 1, 1), today)
    assert not validity.is_birthday(dt.date(1900, 1, 1), today)
    assert not validity.is_birthday(dt.date(2026, 4, 1), today)


@given(text=st.text(), other=st.text())
def test_they_raise_on_no_text(text: str, other: str) -> None:
    for rule in (validity.is_email, validity.is_website, validity.is_currency, validity.is_e164):
        assert rule(text) in (True, False)
    for rule in (validity.is_postal_code, validity.is_province, validity.is_city):
        assert rule(text, other) in (True, False)  # type: ignore[operator]
