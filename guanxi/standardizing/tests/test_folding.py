"""Folding by itself: what is the same to somebody who searches is the same text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guanxi.standardizing.folding import fold, fold_character, readings

NEITHER_SURROGATE = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("張偉", "张 伟"), ("张伟", "张 伟"), ("ＡＢｃ１２", "abc12"), ("ﾊﾝｶｸ", "ハ ン カ ク"),
        ("Müller-Straße", "muller strasse"), ("mu\u0308ller", "muller"), ("İstanbul", "istanbul"),
        ("Łódź Øre", "lodz ore"), ("a\u200db\u202ec\ufeff", "abc"), ("김철수", "김 철 수"),
        ("a.b+c@mail.example", "a b c mail example"), ("😀 hi", "hi"), ("𠮷野家", "𠮷 野 家"),
        ("سلام", "سلام"), ("%_\\'", ""), ("", ""),
    ],
)  # fmt: skip
def test_known(text: str, folded: str) -> None:
    assert fold(text) == folded


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(text=NEITHER_SURROGATE)
def test_a_text_is_folded_character_by_character(text: str) -> None:
    one_by_one = " ".join("".join(map(fold_character, text)).split(" "))
    assert fold(text).split() == [word for word in one_by_one.split(" ") if word]
    assert fold(text) == fold(text).strip()
    assert "  " not in fold(text)


@pytest.mark.parametrize(
    ("character", "said"),
    [("单", {"dan", "shan", "chan"}), ("單", {"dan", "shan", "chan"}), ("曾", {"ceng", "zeng"}),
     ("吕", {"lv", "lu"}), ("伟", {"wei"}), ("a", set())],
)  # fmt: skip
def test_all_readings(character: str, said: set[str]) -> None:
    assert set(readings(character)) == said
