"""Where words stand in a text, and which record fits best."""

import pytest

from guanxi.platform.search.matches import SNIPPET, Rank, marked, rank
from guanxi.platform.search.query import Query


@pytest.mark.parametrize(
    ("query", "text", "parts"),
    [
        ("伟", "张伟", ["伟"]), ("张伟", "張偉（中国）", ["張偉"]), ("zw", "张伟", ["张伟"]),
        ("zhangw", "张伟明", ["张伟"]), ("wei", "张伟", ["伟"]), ("shan", "单雄信", ["单"]),
        ("sxx", "单雄信", ["单雄信"]), ("weizhang", "张伟", []),
        ("muller", "Jörg Müller", ["Müller"]),
        ("an", "Hanna Anders", ["An"]), ("ann", "Hanna", ["ann"]), ("e\u0301", "Café E", ["E"]),
        ("张 138", "张伟 138", ["张", "138"]), ("a b", "b a", ["b", "a"]), ("野", "𠮷野家", ["野"]),
    ],
)  # fmt: skip
def test_marks_are_places_in_the_original(query: str, text: str, parts: list[str]) -> None:
    found = marked(Query(query), "name", text, is_title=True)
    assert [found.text[first:end] for first, end in found.marks] == parts


@pytest.mark.parametrize(
    ("query", "part"),
    [("5512 77", "5512-77"), ("13955127734", "139-5512-7734"), ("77", "77"), ("+86", None)],
)
def test_digits_are_marked_over_the_signs_between_them(query: str, part: str | None) -> None:
    found = marked(Query(query), "phone", "139-5512-7734", is_title=False)
    assert [found.text[first:end] for first, end in found.marks] == ([part] if part else [])


def test_a_long_text_is_cut_around_the_match() -> None:
    found = marked(Query("茶"), "remark", "前" * 200 + "茶" + "后" * 200, is_title=False)
    ((first, end),) = found.marks
    assert found.text[first:end] == "茶"
    assert len(found.text) == SNIPPET + 2
    assert found.text[0] == found.text[-1] == "…"


@pytest.mark.parametrize(
    ("query", "title", "expected"),
    [
        ("张伟", "张伟", Rank.EXACT), ("張偉", "张伟", Rank.EXACT),
        ("zhangwei", "张伟", Rank.EXACT),
        ("zw", "张伟", Rank.EXACT), ("张", "张伟", Rank.BEGINS), ("zhang", "张伟", Rank.BEGINS),
        ("伟", "张伟", Rank.CONTAINS), ("wei", "张伟", Rank.CONTAINS), ("", "张伟", Rank.EXACT),
    ],
)  # fmt: skip
def test_the_closer_the_better(query: str, title: str, expected: Rank) -> None:
    assert rank(Query(query), "name", {"name": title}) == expected


def test_a_whole_phone_or_email_is_as_good_as_the_name() -> None:
    texts = {"name": "张伟", "phone": "139-5512-7734", "email": "wei@example.com"}
    assert rank(Query("13955127734"), "name", texts) == Rank.EXACT
    assert rank(Query("wei@example.com"), "name", texts) == Rank.EXACT
    assert rank(Query("5512"), "name", texts) == Rank.CONTAINS
