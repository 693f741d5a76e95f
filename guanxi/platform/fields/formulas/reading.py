"""Formulas as text: read into a tree of parts that each know where they stand.

    if(empty(custom.rank), 0, round(credit_limit / custom.rank, 2))

Names are those of the API. A text stands in double or single quotes, doubled inside.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from guanxi.platform.objects.fieldtypes import storable

MAX_LENGTH = 2000  # characters
MAX_DEPTH = 40
LITERAL_DIGITS, LITERAL_PLACES = 20, 10

TOKENS = re.compile(
    r"""(?P<space>\s+)
      | (?P<number>\d+(?:\.\d+)?)
      | (?P<text>"(?:[^"]|"")*"|'(?:[^']|'')*')
      | (?P<name>[A-Za-z_]\w*(?:\.\w+)*)
      | (?P<sign><=|>=|<>|!=|==|[-+*/(),=<>])""",
    re.VERBOSE | re.ASCII,
)
SAME = {"==": "=", "<>": "!="}
# What binds weaker stands further up; "not" stands between "and" and the comparisons.
COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
NEGATIVE = "−"  # told from the sign between two values; no text is read as it
WORDS = ("and", "or", "not", "true", "false")


class BadFormula(Exception):
    """The formula makes no sense; the message says why, `at` is the place in its text."""

    def __init__(self, message: str, at: int = 0):
        super().__init__(message)
        self.message, self.at = message, at


@dataclass(frozen=True)
class Literal:
    """A number, text, or yes or no that is written out."""

    value: Decimal | str | bool
    at: int


@dataclass(frozen=True)
class Name:
    """A field, by its name."""

    name: str
    at: int


@dataclass(frozen=True)
class Call:
    """A function or operator with what it is applied to."""

    verb: str
    parts: tuple["Part", ...]
    at: int


Part = Literal | Name | Call


@dataclass(frozen=True)
class Token:
    kind: str  # of TOKENS, or "word", or "end"
    text: str
    at: int


def _tokens(text: str) -> Iterator[Token]:
    at = 0
    while at < len(text):
        found = TOKENS.match(text, at)
        if found is None:
            raise BadFormula(_('"%(text)s" is not understood here.') % {"text": text[at]}, at)
        kind, word = str(found.lastgroup), found.group()
        if kind == "name" and word.lower() in WORDS:
            yield Token("word", word.lower(), at)
        elif kind != "space":
            yield Token(kind, SAME.get(word, word), at)
        at = found.end()
    yield Token("end", "", at)


class _Reader:
    """Recursive descent, a method for each strength of binding."""

    def __init__(self, text: str):
        self.tokens = list(_tokens(text))
        self.next, self.depth = 0, 0

    @property
    def token(self) -> Token:
        return self.tokens[self.next]

    def take(self, *texts: str) -> Token | None:
        """The next token if it is one of these signs or words."""
        token = self.token
        if token.kind not in ("sign", "word") or token.text not in texts:
            return None
        self.next += 1
        return token

    def expect(self, text: str) -> None:
        if not self.take(text):
            raise BadFormula(_('"%(text)s" is missing here.') % {"text": text}, self.token.at)

    def whole(self) -> Part:
        part = self.either()
        if self.token.kind != "end":
            raise self.surprise()
        return part

    def either(self) -> Part:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise BadFormula(
                _("This is nested more than %(n)s levels deep.") % {"n": MAX_DEPTH}, self.token.at
            )
        part = self.both()
        while sign := self.take("or"):
            part = Call("or", (part, self.both()), sign.at)
        self.depth -= 1
        return part

    def both(self) -> Part:
        part = self.negated()
        while sign := self.take("and"):
            part = Call("and", (part, self.negated()), sign.at)
        return part

    def negated(self) -> Part:
        signs = []
        while sign := self.take("not"):
            signs.append(sign)
        part = self.compared()
        for sign in reversed(signs):
            part = Call("not", (part,), sign.at)
        return part

    def compared(self) -> Part:
        part = self.sum()
        if sign := self.take(*COMPARISONS):
            part = Call(sign.text, (part, self.sum()), sign.at)
        return part

    def sum(self) -> Part:
        part = self.product()
        while sign := self.take("+", "-"):
            part = Call(sign.text, (part, self.product()), sign.at)
        return part

    def product(self) -> Part:
        part = self.signed()
        while sign := self.take("*", "/"):
            part = Call(sign.text, (part, self.signed()), sign.at)
        return part

    def signed(self) -> Part:
        signs = []
        while sign := self.take("-"):
            signs.append(sign)
        part = self.single()
        for sign in reversed(signs):
            part = Call(NEGATIVE, (part,), sign.at)
        return part

    def single(self) -> Part:
        token = self.token
        if self.take("("):
            part = self.either()
            self.expect(")")
            return part
        if self.take("true", "false"):
            return Literal(token.text == "true", token.at)
        if token.kind not in ("number", "text", "name"):
            raise self.surprise()
        self.next += 1
        if token.kind == "number":
            return _number(token)
        if token.kind == "text":
            quote = token.text[0]
            return Literal(token.text[1:-1].replace(quote * 2, quote), token.at)
        if self.take("("):
            return Call(token.text.lower(), self.listed(), token.at)
        return Name(token.text, token.at)

    def listed(self) -> tuple[Part, ...]:
        """What stands in the brackets of a function."""
        if self.take(")"):
            return ()
        parts = [self.either()]
        while self.take(","):
            parts.append(self.either())
        self.expect(")")
        return tuple(parts)

    def surprise(self) -> BadFormula:
        if self.token.kind == "end":
            return BadFormula(_("The formula ends too early."), self.token.at)
        message = _('"%(text)s" is not expected here.') % {"text": self.token.text}
        return BadFormula(message, self.token.at)


def _number(token: Token) -> Literal:
    whole, _point, places = token.text.partition(".")
    if len(whole) + len(places) > LITERAL_DIGITS or len(places) > LITERAL_PLACES:
        raise BadFormula(_("This number has too many digits."), token.at)
    return Literal(Decimal(token.text), token.at)


def read_formula(text: str) -> Part:
    """The tree of a formula. Raises BadFormula saying where it cannot be understood."""
    if not text.strip():
        raise BadFormula(_("Write a formula."))
    if not storable(text):
        raise BadFormula(_("Remove the control characters."))
    if len(text) > MAX_LENGTH:
        raise BadFormula(_("A formula has at most %(n)s characters.") % {"n": MAX_LENGTH})
    return _Reader(text).whole()
