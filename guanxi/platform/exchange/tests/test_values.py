"""Cells become values by evidence, or are refused saying what to do."""

import contextlib
import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from guanxi.platform.exchange.values import convert, dates
from guanxi.platform.exchange.values.convert import BadValue
from guanxi.platform.objects.fieldtypes import time_of_day


@pytest.mark.parametrize(
    ("written", "mark", "number"),
    [
        ("1,234,567.89", ".", "1234567.89"),
        ("1.234,56", ",", "1234.56"),
        ("12,5", ",", "12.5"),
        ("￥１，２３４．５０", ".", "1234.50"),
        ("¥ 99", ".", "99"),
        ("NT$1,200", ".", "1200"),
        ("88元", ".", "88"),
        ("(45.10)", ".", "-45.10"),
        ("-$3", ".", "-3"),
        ("1e3", ".", "1000"),
        ("12,3456", ".", "123456"),
    ],
)
def test_numbers(written: str, mark: str, number: str) -> None:
    assert convert.number(mark=mark)(written) == number


@pytest.mark.parametrize("wrong", ["abc", "1,2,3", "12-34", "", "1.2.3", "NaN", "inf", "1e999999"])
def test_no_numbers(wrong: str) -> None:
    with pytest.raises(BadValue):
        convert.number(19, 4)(wrong)


def test_absurd_amounts_are_refused() -> None:
    with pytest.raises(BadValue, match="larger than the field"):
        convert.number(19, 4)("9" * 30)


@pytest.mark.parametrize(
    ("cells", "mark"),
    [(["1.234,50", "3"], ","), (["12,5"], ","), (["1,234"], "."), (["1,234.5"], "."), (["5"], ".")],
)
def test_decimal_mark_by_evidence(cells: list[str], mark: str) -> None:
    assert convert.decimal_mark(cells) == mark


@pytest.mark.parametrize(
    ("written", "order", "day"),
    [
        ("2024-3-5", "", "2024-03-05"),
        ("2024/03/05 10:11:12", "", "2024-03-05"),
        ("2024年3月5日", "", "2024-03-05"),
        ("民國113年3月5日", "", "2024-03-05"),
        ("20240305", "", "2024-03-05"),
        ("25/12/2023", "", "2023-12-25"),
        ("03/04/2024", "dmy", "2024-04-03"),
        ("03/04/2024", "mdy", "2024-03-04"),
        ("5 Mar 2024", "", "2024-03-05"),
        ("March 5, 2024", "", "2024-03-05"),
        ("45356", "", "2024-03-05"),
        ("２０２４－０３－０５", "", "2024-03-05"),
    ],
)
def test_dates(written: str, order: str, day: str) -> None:
    assert dates.date(order)(written) == day


@pytest.mark.parametrize(
    "wrong", ["2024-13-01", "30/02/2024", "yesterday", "0001-01-01", "99999999"]
)
def test_no_dates(wrong: str) -> None:
    with pytest.raises(BadValue):
        dates.date("dmy")(wrong)


def test_a_date_that_can_be_two_is_refused() -> None:
    with pytest.raises(BadValue, match="can be two dates"):
        dates.date()("03/04/2024")


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["13/01/2024"], "dmy"),
        (["01/13/2024"], "mdy"),
        (["01/02/2024"], ""),
        (["13/1/24", "1/13/24"], "mixed"),
    ],
)
def test_order_of_day_and_month_by_evidence(cells: list[str], order: str) -> None:
    assert dates.date_order(cells) == order


def test_instants_without_offset_are_in_the_books_zone() -> None:
    read = dates.instant(ZoneInfo("Asia/Shanghai"))
    assert read("2010-12-01 08:26:00") == "2010-12-01T08:26:00+08:00"
    assert read("2010-12-01T08:26:00Z") == "2010-12-01T08:26:00+00:00"
    assert read("2024/3/5 下午3:20") == "2024-03-05T15:20:00+08:00"
    assert read("45356.5") == "2024-03-05T12:00:00+08:00"


@pytest.mark.parametrize(
    ("word", "value"), [("是", "true"), ("否", "false"), ("Y", "true"), ("0", "false")]
)
def test_yes_and_no(word: str, value: str) -> None:
    assert convert.boolean(word) == value


SOME = settings(max_examples=200, deadline=None, derandomize=True, database=None)


@SOME
@given(st.times())
def test_a_time_of_day_is_read_however_it_is_written(at: dt.time) -> None:
    kept = f"{at:%H:%M}"
    hour, half = at.hour % 12 or 12, at.hour // 12
    narrow = (f"{at.hour}:{at:%M}", f"{at.hour}:{at:%M}:00", kept)
    shown = (
        f"{hour}:{at:%M}\u202f{'AP'[half]}M",
        f"{'上下'[half]}午{hour}:{at:%M}",
        f"{at:%H：%M}",
    )
    words = (("凌晨", "清晨", "早上"), ("中午", "傍晚", "晚上"))[half]
    taiwan = [f"{word}{hour}:{at:%M}" for word in words]
    assert {dates.time(text) for text in (*narrow, *shown, *taiwan)} == {kept}
    assert {time_of_day(text) for text in narrow} == {kept}


@SOME
@given(st.tuples(st.times(), st.times()))
def test_times_of_day_have_the_order_of_their_texts(pair: tuple[dt.time, dt.time]) -> None:
    one, other = (at.replace(second=0, microsecond=0) for at in pair)
    texts = [time_of_day(f"{at.hour}:{at:%M}") for at in (one, other)]
    assert (texts[0] < texts[1]) == (one < other)


@SOME
@given(st.text("0123456789:. -") | st.text())
@example("24:00")
@example("9:5")
@example("09:30:15")
@example("9:60 PM")
def test_what_is_no_time_of_day_is_refused_saying_how_to_write_one(written: str) -> None:
    with contextlib.suppress(ValueError):
        time_of_day(written)
        return
    with pytest.raises(BadValue, match=r"09:30") as why:
        dates.time(written)
    assert why.value.code == "not_a_time"
