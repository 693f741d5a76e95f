"""Where in a record's fields the words of a query stand, and how well they fit."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from guanxi.platform.search.query import Query
from guanxi.standardizing.folding import fold_character, is_ideograph, readings

Span = tuple[int, int]  # from, to: counted in characters (code points) of the original
SNIPPET = 80  # characters of a long text that are shown
BEFORE = 20  # of these, before the first match


class Rank(IntEnum):
    """How a record fits; the best come first."""

    EXACT = 0
    BEGINS = 1
    CONTAINS = 2


@dataclass(frozen=True)
class Marked:
    """A field's text, cut around the match if it is long, with the places that matched."""

    name: str
    text: str
    marks: list[Span]


class Folded:
    """A folded text that knows from which character of the original each of its own came."""

    def __init__(self, original: str):
        pairs = [(" ", 0)]
        for place, character in enumerate(original):
            for folded in fold_character(character):
                if folded != " " or pairs[-1][0] != " ":
                    pairs.append((folded, place))
        if pairs[-1][0] != " ":
            pairs.append((" ", len(original)))
        self.text = "".join(character for character, _place in pairs)
        self.places = [place for _character, place in pairs]
        self.original = original

    def spans(self, word: str) -> Iterator[Span]:
        """Where the word stands: at the beginning of words if it does so at all."""
        end = " " if is_ideograph(word[0]) else ""
        begins = f" {word}{end}"
        needle, lead = (begins, 1) if begins in self.text else (f"{word}{end}", 0)
        at = self.text.find(needle)
        while at >= 0:
            first = at + lead
            yield self.places[first], self.places[first + len(word) - 1] + 1
            at = self.text.find(needle, at + 1)

    def digits(self, number: str) -> Span | None:
        """Where the digits stand, whatever signs are between them."""
        found = [(c, p) for c, p in zip(self.text, self.places, strict=True) if c.isdigit()]
        at = "".join(c for c, _p in found).find(number)
        return None if at < 0 else (found[at][1], found[at + len(number) - 1][1] + 1)

    def spelled(self, letters: str) -> Span | None:
        """Where characters can be said as the letters: by syllables, initials, or some of each."""
        said = [readings(character) for character in self.original]
        for first, ways in enumerate(said):
            if ways and (end := _said(said, first, letters)):
                return first, end
        return None


def _said(said: Sequence[Sequence[str]], place: int, letters: str) -> int | None:
    """The place behind the characters that begin at `place` and are said as the letters."""
    ends, tried = [(place, letters)], set()
    while ends:
        here, rest = ends.pop()
        if (here, rest) in tried or here >= len(said):
            continue
        tried.add((here, rest))
        for syllable in said[here]:
            if syllable.startswith(rest):
                return here + 1
            if rest.startswith(syllable):
                ends.append((here + 1, rest[len(syllable) :]))
            if rest[0] == syllable[0]:
                ends.append((here + 1, rest[1:]))
    return None


def rank(query: Query, title: str, texts: Mapping[str, str]) -> Rank:
    """How well a record with these texts, its title among them, fits the query as a whole."""
    if not query.whole:
        return Rank.EXACT
    folded, wanted = Folded(texts.get(title, "")), query.whole
    spelled = folded.spelled(wanted.replace(" ", "")) if wanted.isascii() else None
    words = [Folded(text).text for text in texts.values()]
    numbers = [text.replace(" ", "") for text in words]
    equal = any(text.strip() == wanted for text in words)
    if equal or query.number in filter(None, numbers) or spelled == (0, len(folded.original)):
        return Rank.EXACT
    begins = folded.text.startswith(f" {wanted}") or (spelled is not None and spelled[0] == 0)
    return Rank.BEGINS if begins else Rank.CONTAINS


def marked(query: Query, name: str, text: str, *, is_title: bool) -> Marked:
    """A text with the places of all words that stand in it."""
    folded, spans = Folded(text), set[Span]()
    if query.number and (span := folded.digits(query.number)):
        spans.add(span)
    for word in query.words:
        found = list(folded.spans(word))
        if not found and is_title and word.isascii() and (span := folded.spelled(word)):
            found = [span]
        spans.update(found)
    return _cut(name, text, _joined(spans))


def _joined(spans: set[Span]) -> list[Span]:
    """The spans in order, those that touch made one."""
    joined: list[Span] = []
    for first, end in sorted(spans):
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((first, end))
    return joined


def _cut(name: str, text: str, marks: list[Span]) -> Marked:
    if len(text) <= SNIPPET:
        return Marked(name, text, marks)
    first = marks[0][0] if marks else 0
    start = max(0, min(first - BEFORE, len(text) - SNIPPET))
    end = start + SNIPPET
    lead, tail = "…" if start else "", "…" if end < len(text) else ""
    shift = len(lead) - start
    inside = [(a + shift, min(b, end) + shift) for a, b in marks if a < end]
    return Marked(name, lead + text[start:end] + tail, inside)


def matches(query: Query, title: str, texts: Mapping[str, str]) -> tuple[Marked, Marked | None]:
    """The marked title, and the first other field that has a match, else the first with a text."""
    others = [
        marked(query, name, text, is_title=False)
        for name, text in texts.items()
        if name != title and text
    ]
    shown = next((m for m in others if m.marks), next(iter(others), None))
    return marked(query, title, texts.get(title, ""), is_title=True), shown
