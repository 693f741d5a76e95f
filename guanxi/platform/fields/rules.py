"""Under which conditions a field is required or locked: what its definition says, understood.

A condition looks at the record alone, so that the database answers it for the row as it is to be.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from guanxi.platform.fields.formulas.reading import BadFormula
from guanxi.platform.objects.custom_values import CUSTOM, first_field
from guanxi.platform.objects.registry import ObjectField, ObjectType, Rule

if TYPE_CHECKING:
    from guanxi.platform.fields.definitions import Making

RULES = ("required_when", "locked_when")


class BadRule(BadFormula):
    """A condition that cannot be understood, or looks beyond the record."""

    def __init__(self, setting: str, message: str):
        super().__init__(message)
        self.setting = setting


def read_rule(setting: str, tree: Any, object_type: ObjectType, making: "Making") -> Rule:
    """The rule that a condition makes. Raises BadRule."""
    # The filter language asks for fields itself.
    from guanxi.platform.filters.checking import check_filter
    from guanxi.platform.filters.compiler import BadFilter

    every = making.fields_of(object_type)
    own = {name: f for name, f in every.items() if is_in_row(f)}
    names = set(_named(tree))
    for name in sorted(names):
        head, rest = first_field(name)
        if rest or (head in every and head not in own):
            message = _('"%(name)s" lies beyond the record. Ask for fields of its own.')
            raise BadRule(setting, message % {"name": name if rest else every[head].label})
    try:
        check_filter(object_type, tree, lambda _type: own)
    except BadFilter as why:
        raise BadRule(setting, why.message) from why
    prefix = f"{object_type.name}."
    names |= {used.removeprefix(prefix) for name in names for used in own[name].uses}
    names |= {source for name, source in object_type.model.computed.items() if name in names}
    return Rule(tree, frozenset(names))


def is_in_row(f: ObjectField) -> bool:
    """Whether the record's own row tells the value."""
    in_row = "__" not in f.path or f.path.startswith(f"{CUSTOM}__")
    return in_row and not f.column.many_to_many and not f.reads


def _named(tree: Any) -> Iterator[str]:
    """The fields that a condition asks for; what it asks beyond them counts as one."""
    from guanxi.platform.filters.compiler import is_further

    if not isinstance(tree, dict):
        return
    for key in ("and", "or"):
        for part in tree[key] if isinstance(tree.get(key), list) else ():
            yield from _named(part)
    yield from _named(tree.get("not"))
    if name := tree.get("field"):
        yield str(name)
    if name := tree.get("has", tree.get("has_no")):
        yield f"{name}.id"
    for key in tree:
        if key == "refused_by" or is_further(key):
            yield f"{key}.id"
