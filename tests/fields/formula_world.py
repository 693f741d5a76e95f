"""Formulas of every kind with a naive evaluator in Python, which knows nothing of the product's."""

import datetime as dt
import math
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from hypothesis import strategies as st

NUMBERS = ["custom.a", "custom.b"]
TEXTS = ["custom.word", "name"]
DATES = ["custom.day", "custom.other_day"]
FLAGS = ["custom.yes", "custom.no"]
Tree = tuple[Any, ...]

numbers = st.decimals(-1000, 1000, places=2, allow_nan=False)
texts = st.text(alphabet="aAb%'{}\"张 \\", max_size=4)
days = st.dates(dt.date(1990, 1, 1), dt.date(2030, 12, 31))
VALUES: dict[str, st.SearchStrategy[Any]] = {
    **{n: st.none() | numbers | st.just(Decimal("0.00")) for n in NUMBERS},
    "custom.word": st.none() | texts.map(str.strip),
    "name": texts.map(str.strip),
    **{n: st.none() | days for n in DATES},
    **{n: st.none() | st.booleans() for n in FLAGS},
}
records = st.fixed_dictionaries(VALUES)


def _calls(verbs: list[str], *parts: "st.SearchStrategy[Tree]") -> "st.SearchStrategy[Tree]":
    return st.tuples(st.sampled_from(verbs), *parts)


def _fields(names: list[str]) -> "st.SearchStrategy[Tree]":
    return st.tuples(st.just("field"), st.sampled_from(names))


def _values(of: "st.SearchStrategy[Any]") -> "st.SearchStrategy[Tree]":
    return st.tuples(st.just("value"), of)


def _trees(depth: int) -> "dict[str, st.SearchStrategy[Tree]]":
    """Formulas of each kind, at most so deep."""
    literal = st.decimals(0, 1000, places=2, allow_nan=False)
    own = {
        "number": _fields(NUMBERS) | _values(literal),
        "text": _fields(TEXTS) | _values(texts),
        "date": _fields(DATES),
        "boolean": _fields(FLAGS) | _values(st.booleans()),
    }
    if depth == 0:
        return own
    n, t, d, b = (_trees(depth - 1)[kind] for kind in ("number", "text", "date", "boolean"))
    both = {"number": n, "text": t, "date": d, "boolean": b}
    choose = {
        kind: st.tuples(st.just("if"), b, part, part) | _calls(["coalesce"], part, part)
        for kind, part in both.items()
    }
    return {
        "number": own["number"] | choose["number"] | _calls(["+", "-", "*", "/"], n, n)
        | _calls(["negative", "abs"], n) | _calls(["min", "max"], n, n)
        | st.tuples(st.just("round"), n, _values(st.integers(0, 4)))
        | _calls(["-", "days"], d, d) | _calls(["year", "month", "day"], d)
        | _calls(["length"], t),
        "text": own["text"] | choose["text"] | _calls(["concat"], t, t)
        | _calls(["lower", "upper", "trim"], t) | _calls(["text"], n | d)
        | st.tuples(st.sampled_from(["left", "right"]), t, _values(st.integers(0, 3))),
        "date": own["date"] | choose["date"] | _calls(["+", "-"], d, n)
        | _calls(["min", "max"], d, d),
        "boolean": own["boolean"] | choose["boolean"] | _calls(["and", "or"], b, b)
        | _calls(["not"], b) | _calls(["=", "!=", "<", "<=", ">", ">="], n, n)
        | _calls(["=", "<"], d, d) | _calls(["=", "!="], t, t)
        | _calls(["contains", "starts"], t, t) | _calls(["empty"], n | t | d | b),
    }  # fmt: skip


trees = st.one_of(*_trees(3).values())


def written(tree: Tree) -> str:
    """The formula as text; every operation stands in brackets of its own."""
    match tree:
        case ("field", name):
            return str(name)
        case ("value", bool(value)):
            return str(value).lower()
        case ("value", str(value)):
            return '"' + value.replace('"', '""') + '"'
        case ("value", value):
            return f"{value:f}" if isinstance(value, Decimal) else str(value)
        case ("negative", part):
            return f"(-{written(part)})"
        case ("not", part):
            return f"(not {written(part)})"
    verb, *parts = tree
    if verb.isalpha() and verb not in ("and", "or"):
        return f"{verb}({', '.join(map(written, parts))})"
    return f"({written(parts[0])} {verb} {written(parts[1])})"


def rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def _quotient(a: Decimal, b: Decimal) -> Decimal | None:
    return None if b == 0 else rounded(a / b, 10)


def _later(day: dt.date, by: Decimal) -> dt.date | None:
    try:
        return day + dt.timedelta(days=math.trunc(by))
    except OverflowError:
        return None


def _add(a: Any, b: Any) -> Any:
    return _later(a, b) if isinstance(a, dt.date) else a + b


def _subtract(a: Any, b: Any) -> Any:
    if isinstance(a, dt.date):
        return Decimal((a - b).days) if isinstance(b, dt.date) else _later(a, -b)
    return a - b


def _plain(value: Any) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


# Of values that are all there; whatever else is absent.
STRICT: dict[str, Callable[..., Any]] = {
    "+": _add, "-": _subtract, "*": lambda a, b: a * b, "/": _quotient,
    "negative": lambda a: -a, "abs": abs, "round": lambda a, places: rounded(a, places),
    "days": lambda a, b: Decimal((b - a).days),
    "year": lambda d: Decimal(d.year), "month": lambda d: Decimal(d.month),
    "day": lambda d: Decimal(d.day), "length": lambda t: Decimal(len(t)),
    "lower": str.lower, "upper": str.upper, "trim": lambda t: t.strip(" "), "text": _plain,
    "left": lambda t, n: t[:n], "right": lambda t, n: t[len(t) - n :] if n <= len(t) else t,
    "=": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
    "not": lambda a: not a, "contains": lambda a, b: b.lower() in a.lower(),
    "starts": lambda a, b: a.lower().startswith(b.lower()),
}  # fmt: skip


def _value(tree: Tree, record: dict[str, Any]) -> Any:
    match tree:
        case ("value", value):
            return value
        case ("field", name):
            return record[name]
    verb, *parts = tree
    found = [evaluate(part, record) for part in parts]
    there = [value for value in found if value is not None]
    match verb:
        case "if":
            return None if found[0] is None else found[1] if found[0] else found[2]
        case "coalesce":
            return there[0] if there else None
        case "empty":
            return not there
        case "concat":
            return "".join(there)
        case "min" | "max":
            return {"min": min, "max": max}[verb](there) if there else None
        case "and":
            return False if False in found else None if None in found else True
        case "or":
            return True if True in found else None if None in found else False
    return STRICT[verb](*found) if len(there) == len(found) else None


def evaluate(tree: Tree, record: dict[str, Any]) -> Any:
    """What the formula should give for a record; None for nothing, which no text is either."""
    value = _value(tree, record)
    return None if value == "" else value


def shown(tree: Tree, record: dict[str, Any]) -> Any:
    """The same as the API shows it for a field of two places."""
    with localcontext() as context:
        context.prec = 200
        value = evaluate(tree, record)
        if isinstance(value, Decimal):
            value = rounded(value, 2)
            return f"{value if value else abs(value):.2f}"
    return value.isoformat() if isinstance(value, dt.date) else value
