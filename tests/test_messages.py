"""What the server says in Chinese, which has one form for all numbers."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import guanxi

CATALOGUES = sorted(Path(guanxi.__file__).parent.glob("locale/*/LC_MESSAGES/django.po"))
PLACES = re.compile(r"%\(\w+\)s")


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_a_sentence_says_all_that_the_english_one_says_of_many(path: Path) -> None:
    with path.open("rb") as file:
        messages = [m for m in read_po(file, abort_invalid=True) if m.id]
    assert messages
    for message in messages:
        english = message.id[-1] if message.pluralizable else message.id
        (said,) = message.string if message.pluralizable else (message.string,)
        assert said, english
        assert not message.fuzzy, english
        assert set(PLACES.findall(said)) == set(PLACES.findall(english)), english
