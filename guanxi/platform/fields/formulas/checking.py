"""Formulas checked: every part has a kind, and SQL that yields a value or null, never an error.

One rule holds throughout: what is reckoned from something absent is absent. Only `coalesce`,
`empty`, `concat`, `min` and `max`, which look over what is there, and `and` and `or`, where the
other side decides, know better.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from guanxi.platform.fields.formulas.kinds import (
    BOOLEAN,
    DATE,
    NUMBER,
    TEXT_KIND,
    ZONE,
    Kind,
    kind_of,
    value_of,
)
from guanxi.platform.fields.formulas.reading import (
    NEGATIVE,
    BadFormula,
    Call,
    Literal,
    Name,
    Part,
)
from guanxi.platform.objects.computed import Sql, joined, quoted_text
from guanxi.platform.objects.registry import ObjectField

# With the formulas that are used put in: products of so many parts stay exact and within numeric.
MAX_PARTS, MAX_DEPTH = 1000, 100
PLACES = 10  # the most that a number is rounded to
LONGEST = 1000  # characters that are taken from a text


Finder = Callable[[str], ObjectField | None]  # a field by its name


@dataclass(frozen=True)
class Checked:
    """One part of a formula, as SQL around the SQL of its own parts."""

    kind: Kind
    template: str = "{}"
    parts: "tuple[Checked, ...]" = ()
    leaf: Callable[[str, Any], Sql] | None = None
    literal: Any = None
    inside: int = 0  # parts of the formula that a field stands for
    inside_depth: int = 0

    @property
    def size(self) -> int:
        return 1 + self.inside + sum(p.size for p in self.parts)

    def sql(self, table: str, compiler: Any) -> Sql:
        if self.leaf is not None:
            return self.leaf(table, compiler)
        return joined(self.template, *(p.sql(table, compiler) for p in self.parts))


def _no_such_kind(call: Call, part: Checked, at: int) -> BadFormula:
    message = _('"%(verb)s" cannot be applied to %(kind)s.')
    return BadFormula(message % {"verb": call.verb, "kind": part.kind}, at)


class _Checker:
    """Checks one formula over the fields of one object, by name."""

    def __init__(self, find: Finder):
        self.find = find
        self.used: dict[str, ObjectField] = {}

    def part(self, part: Part, depth: int = 0) -> Checked:
        if depth > MAX_DEPTH:
            raise self.too_large(part.at)
        match part:
            case Literal():
                return _literal(part.value)
            case Name():
                return self.field(part, depth)
        if part.verb not in VERBS:
            raise BadFormula(_('There is no function "%(name)s".') % {"name": part.verb}, part.at)
        least, most, check = VERBS[part.verb]
        if not least <= len(part.parts) <= most:
            message = _('"%(verb)s" takes another number of values.') % {"verb": part.verb}
            raise BadFormula(message, part.at)
        parts = tuple(self.part(p, depth + 1) for p in part.parts)
        return check(part, parts)

    def field(self, part: Name, depth: int) -> Checked:
        f = self.find(part.name)
        if f is None:
            raise BadFormula(_('There is no field "%(name)s".') % {"name": part.name}, part.at)
        kind = kind_of(f)
        if kind is None:
            message = _('"%(name)s" cannot be used in a formula.') % {"name": f.label}
            raise BadFormula(message, part.at)
        size, levels = getattr(f.computation, "extent", (0, 0))
        if depth + levels > MAX_DEPTH:
            raise self.too_large(part.at)
        self.used[part.name] = f
        return Checked(kind, leaf=value_of(f), inside=size, inside_depth=levels)

    def too_large(self, at: int) -> BadFormula:
        return BadFormula(_("The formula is too large, with the formulas that it uses."), at)


def _literal(value: Any) -> Checked:
    match value:
        case bool():
            kind, sql = BOOLEAN, "true" if value else "false"
        case Decimal():
            kind, sql = NUMBER, f"{value:f}::numeric"
        case _:
            kind, sql = TEXT_KIND, f"nullif({quoted_text(value)}, '')"
    return Checked(kind, leaf=lambda _table, _compiler: (sql, ()), literal=value)


def _is_amount(part: Checked) -> bool:
    return part.kind.name in ("number", "money")


def _only(call: Call, parts: Sequence[Checked], *kinds: str) -> None:
    for p, written in zip(parts, call.parts, strict=True):
        if p.kind.name not in kinds:
            raise _no_such_kind(call, p, written.at)


def _alike(call: Call, parts: Sequence[Checked]) -> Kind:
    """The kind that all parts have; numbers and money together are money of one currency.

    Of parts of one currency any may tell the row's own rate, which then holds for what they make.
    """
    first = parts[0].kind
    for p, written in zip(parts[1:], call.parts[1:], strict=True):
        if _is_amount(p) and first.name in ("number", "money"):
            if first.name == p.kind.name == "money" and first != p.kind:
                raise BadFormula(_("These amounts are of different currencies."), written.at)
            first = p.kind if first.name == "number" or not first.rate else first
        elif p.kind.name != first.name:
            message = _("Here stands %(this)s, and before it %(that)s: they do not go together.")
            raise BadFormula(message % {"this": p.kind, "that": first}, written.at)
        elif first.values and p.kind.values:
            first = Kind(first.name, values=first.values | p.kind.values)
        else:
            first = Kind(first.name)
    return first


def _over(function: str, parts: tuple[Checked, ...]) -> str:
    """The SQL of a function of any number of values."""
    return f"{function}({', '.join(['{}'] * len(parts))})"


def _add(call: Call, parts: tuple[Checked, ...]) -> Checked:
    left, right = parts
    if left.kind.name == "date" and right.kind.name == "number":
        minus = "- " if call.verb == "-" else ""
        return Checked(DATE, f"guanxi_days_later({{}}, {minus}{{}})", parts)
    if call.verb == "-" and left.kind.name == right.kind.name == "date":
        return Checked(NUMBER, "({} - {})::numeric", parts)
    _only(call, parts, "number", "money")
    return Checked(_alike(call, parts), f"({{}} {call.verb} {{}})", parts)


def _multiply(call: Call, parts: tuple[Checked, ...]) -> Checked:
    _only(call, parts, "number", "money")
    left, right = (p.kind for p in parts)
    if left.name == right.name == "money":
        message = _("Money cannot be multiplied by money.")
        raise BadFormula(message, call.at)
    return Checked(left if left.name == "money" else right, "({} * {})", parts)


def _divide(call: Call, parts: tuple[Checked, ...]) -> Checked:
    _only(call, parts, "number", "money")
    left, right = (p.kind for p in parts)
    if right.name == "money":
        if left.name != "money":
            raise BadFormula(_("A number cannot be divided by money."), call.at)
        _alike(call, parts)
        left = NUMBER
    return Checked(left, "guanxi_quotient({}, {})", parts)


def _negative(call: Call, parts: tuple[Checked, ...]) -> Checked:
    _only(call, parts, "number", "money")
    return Checked(parts[0].kind, "(- {})", parts)


def _compare(call: Call, parts: tuple[Checked, ...]) -> Checked:
    _alike(call, parts)
    equal = call.verb in ("=", "!=")
    _only(call, parts, "number", "money", "date", *(("text", "boolean") if equal else ()))
    (left, right), (first, second) = parts, call.parts
    for chosen, other, written in ((left, right, second), (right, left, first)):
        if chosen.kind.values and isinstance(other.literal, str):
            _is_choice(chosen.kind.values, other.literal, written.at)
    return Checked(BOOLEAN, f"({{}} {'<>' if call.verb == '!=' else call.verb} {{}})", parts)


def _is_choice(values: frozenset[str], value: str, at: int) -> None:
    if value not in values:
        message = _('"%(value)s" is none of the choices: %(choices)s.')
        choices = ", ".join(sorted(v for v in values if v))
        raise BadFormula(message % {"value": value, "choices": choices}, at)


def _logic(call: Call, parts: tuple[Checked, ...]) -> Checked:
    _only(call, parts, "boolean")
    template = "(not {})" if call.verb == "not" else f"({{}} {call.verb} {{}})"
    return Checked(BOOLEAN, template, parts)


def _if(call: Call, parts: tuple[Checked, ...]) -> Checked:
    _only(Call("if", call.parts[:1], call.at), parts[:1], "boolean")
    kind = _alike(Call("if", call.parts[1:], call.at), parts[1:])
    return Checked(kind, "(case {} when true then {} when false then {} end)", parts)


def _count(part: Checked, written: Part, most: int) -> int:
    """A whole number that is written out."""
    value = part.literal
    if not isinstance(value, Decimal) or value != int(value) or not 0 <= value <= most:
        message = _("Write a whole number from 0 to %(n)s here.") % {"n": most}
        raise BadFormula(message, written.at)
    return int(value)


def _round(call: Call, parts: tuple[Checked, ...]) -> Checked:
    _only(Call("round", call.parts[:1], call.at), parts[:1], "number", "money")
    places = _count(parts[1], call.parts[1], PLACES) if len(parts) > 1 else 0
    return Checked(parts[0].kind, f"round({{}}, {places})", parts[:1])


def _cut(call: Call, parts: tuple[Checked, ...]) -> Checked:
    _only(Call(call.verb, call.parts[:1], call.at), parts[:1], "text")
    length = _count(parts[1], call.parts[1], LONGEST)
    return Checked(TEXT_KIND, f"nullif({call.verb}({{}}, {length}), '')", parts[:1])


def _most(function: str) -> "Check":
    def check(call: Call, parts: tuple[Checked, ...]) -> Checked:
        _only(call, parts, "number", "money", "date")
        return Checked(_alike(call, parts), _over(function, parts), parts)

    return check


def _coalesce(call: Call, parts: tuple[Checked, ...]) -> Checked:
    _only(call, parts, "number", "money", "date", "text", "boolean")
    return Checked(_alike(call, parts), _over("coalesce", parts), parts)


def _concat(call: Call, parts: tuple[Checked, ...]) -> Checked:
    _only(call, parts, "text")
    return Checked(TEXT_KIND, f"nullif({_over('concat', parts)}, '')", parts)


def _contains(call: Call, parts: tuple[Checked, ...]) -> Checked:
    whole, sought = parts
    if whole.kind.name == "choices":
        if not isinstance(sought.literal, str):
            raise BadFormula(_("Write one of the choices here."), call.parts[1].at)
        _is_choice(whole.kind.values or frozenset(), sought.literal, call.parts[1].at)
        return Checked(BOOLEAN, "jsonb_exists({}, {})", parts)
    _only(call, parts, "text")
    found = "> 0" if call.verb == "contains" else "= 1"
    return Checked(BOOLEAN, f"(strpos(lower({{}}), lower({{}})) {found})", parts)


def _text(call: Call, parts: tuple[Checked, ...]) -> Checked:
    _only(call, parts, "number", "money", "date")
    amount = _is_amount(parts[0])
    template = "trim_scale({})::text" if amount else "to_char({}, 'YYYY-MM-DD')"
    return Checked(TEXT_KIND, template, parts)


def _fixed(result: Kind, template: str, *kinds: tuple[str, ...]) -> "tuple[int, int, Check]":
    """A function of a fixed number of values, each of one of the kinds given for it."""

    def check(call: Call, parts: tuple[Checked, ...]) -> Checked:
        for p, written, allowed in zip(parts, call.parts, kinds, strict=True):
            if p.kind.name not in allowed:
                raise _no_such_kind(call, p, written.at)
        return Checked(result, template, parts)

    return len(kinds), len(kinds), check


def _abs(call: Call, parts: tuple[Checked, ...]) -> Checked:
    _only(call, parts, "number", "money")
    return Checked(parts[0].kind, "abs({})", parts)


Check = Callable[[Call, tuple[Checked, ...]], Checked]
MANY = 20
ANY = ("number", "money", "date", "text", "boolean", "choices")
DATES, TEXTS = ("date",), ("text",)
# By verb: how many values it takes, at least and at most, and what it makes of them.
VERBS: dict[str, tuple[int, int, Check]] = {
    "+": (2, 2, _add),
    "-": (2, 2, _add),
    "*": (2, 2, _multiply),
    "/": (2, 2, _divide),
    NEGATIVE: (1, 1, _negative),
    **{sign: (2, 2, _compare) for sign in ("=", "!=", "<", "<=", ">", ">=")},
    **{word: (2, 2, _logic) for word in ("and", "or")},
    "not": (1, 1, _logic),
    "if": (3, 3, _if),
    "round": (1, 2, _round),
    "abs": (1, 1, _abs),
    "min": (1, MANY, _most("least")),
    "max": (1, MANY, _most("greatest")),
    "coalesce": (1, MANY, _coalesce),
    "empty": _fixed(BOOLEAN, "({} is null)", ANY),
    "today": _fixed(DATE, f"timezone({ZONE}, now())::date"),
    "days": _fixed(NUMBER, "(- ({} - {}))::numeric", DATES, DATES),
    "year": _fixed(NUMBER, "extract(year from {})", DATES),
    "month": _fixed(NUMBER, "extract(month from {})", DATES),
    "day": _fixed(NUMBER, "extract(day from {})", DATES),
    "concat": (1, MANY, _concat),
    "text": (1, 1, _text),
    "length": _fixed(NUMBER, "char_length({})::numeric", TEXTS),
    "lower": _fixed(TEXT_KIND, "lower({})", TEXTS),
    "upper": _fixed(TEXT_KIND, "upper({})", TEXTS),
    "trim": _fixed(TEXT_KIND, "nullif(btrim({}), '')", TEXTS),
    "left": (2, 2, _cut),
    "right": (2, 2, _cut),
    "contains": (2, 2, _contains),
    "starts": (2, 2, _contains),
}


def depth_of(part: Checked) -> int:
    return 1 + part.inside_depth + max((depth_of(p) for p in part.parts), default=0)


def check_formula(tree: Part, find: Finder) -> tuple[Checked, dict[str, ObjectField]]:
    """The formula with its kinds, and the fields it names. Raises BadFormula."""
    checker = _Checker(find)
    whole = checker.part(tree)
    if whole.kind.name == "choices":
        raise BadFormula(_("Several choices are no result."), tree.at)
    if whole.size > MAX_PARTS or depth_of(whole) > MAX_DEPTH:
        raise checker.too_large(tree.at)
    return whole, checker.used
