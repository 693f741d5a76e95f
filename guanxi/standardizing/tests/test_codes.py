"""Identity codes against published ones, and against every single wrong character."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.standardizing import (
    business_number,
    credit_code,
    mask_resident_id,
    resident_id,
)
from guanxi.standardizing.codes import CREDIT_ALPHABET

TENCENT, HUAWEI, ALIBABA = "9144030071526726XG", "914403001922038216", "91330100799655058B"
RESIDENT = "11010519491231002X"  # the example of GB 11643-1999
TSMC, HON_HAI = "22099131", "04541302"


@pytest.mark.parametrize("code", [TENCENT, HUAWEI, ALIBABA, "91110000600037341L"])
def test_credit_codes_of_known_firms(code: str) -> None:
    assert credit_code(code) == code
    assert credit_code(f" {code[:8].lower()}-{code[8:]} ") == code


@given(place=st.integers(0, 17), character=st.sampled_from(CREDIT_ALPHABET))
def test_a_credit_code_shows_any_wrong_character(place: int, character: str) -> None:
    changed = TENCENT[:place] + character + TENCENT[place + 1 :]
    assert (credit_code(changed) == changed) == (changed == TENCENT)


def test_resident_id() -> None:
    found = resident_id(RESIDENT.lower())
    assert found is not None
    assert found == (RESIDENT, "110105", date(1949, 12, 31))
    assert resident_id("440524188001010014") is not None  # the standard's other example
    assert resident_id("110105491231002") == found  # as it was before 1999


@pytest.mark.parametrize(
    "text", ["", "110105194912310021", "110105194913310022", "11010519491231002", "1" * 18]
)
def test_no_resident_id(text: str) -> None:
    assert resident_id(text) is None
    assert mask_resident_id(text) == ""


@given(place=st.integers(0, 16), digit=st.sampled_from("0123456789"))
def test_a_resident_id_shows_any_wrong_digit(place: int, digit: str) -> None:
    changed = RESIDENT[:place] + digit + RESIDENT[place + 1 :]
    assert (resident_id(changed) is None) == (changed != RESIDENT)


def test_a_masked_id_tells_no_birth_date() -> None:
    assert mask_resident_id(RESIDENT) == "1****************X"


@pytest.mark.parametrize("number", [TSMC, HON_HAI, "96979933", "12345675", "10458570"])
def test_business_numbers_of_taiwan(number: str) -> None:
    assert business_number(f" {number}") == number


@pytest.mark.parametrize(
    "text", ["10458573", "2209913", "220991311", "00000000", "２２０９９１３２"]
)
def test_no_business_number(text: str) -> None:
    assert business_number(text) == ""


@given(text=st.text() | st.from_regex("[0-9A-Z]{8,18}"))
def test_codes_raise_on_no_text_and_stay_what_they_are(text: str) -> None:
    for of in (credit_code, business_number):
        assert of(of(text)) == of(text)
    if found := resident_id(text):
        assert resident_id(found.number) == found
