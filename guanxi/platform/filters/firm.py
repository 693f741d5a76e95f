"""Filters that hold for the whole firm, whoever looks: rules ask with nobody's eyes."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.platform.access.grants import BUILT_IN_ROLES
from guanxi.platform.access.models import Role, User
from guanxi.platform.access.predicate import Asker
from guanxi.platform.filters.compiler import EVERY, BadFilter, Clock, compile_filter
from guanxi.platform.objects.registry import ObjectType
from guanxi.platform.workspaces.services import books_zone, current_workspace

OF_ONE_PERSON = {"me", "my_team"}


class Firm(Asker):
    """One who sees every record and field, and is nobody: never for what goes to a person."""

    def __init__(self) -> None:
        super().__init__(User(pk=UUID(int=0), role=Role(grants=BUILT_IN_ROLES["administrator"])))
        self._colleagues, self._territories = [], []


def firm_clock() -> Clock:
    workspace = current_workspace()
    return Clock(timezone.now(), books_zone(), workspace.week_start if workspace else 1)


def compile_for_firm(firm: Firm, object_type: ObjectType, tree: Any, clock: Clock) -> Q:
    """The condition that a filter means for everyone alike; an empty one holds always.

    Raises BadFilter naming the part that is wrong, or that depends on who looks.
    """
    for node in _nodes(tree):
        value = node.get("value")
        if isinstance(value, list) and OF_ONE_PERSON & {v for v in value if isinstance(v, str)}:
            message = _('A rule is the same for everyone: name people instead of "me".')
            raise BadFilter(message)
        if "refused_by" in node:
            raise BadFilter(_("A rule cannot ask what a task left out."))
    return compile_filter(firm, object_type, tree, clock) or EVERY


def fields_named(tree: Any) -> set[str]:
    """The fields that a filter asks for, as it names them, of whatever object."""
    return {str(node["field"]) for node in _nodes(tree) if "field" in node}


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """The filter and all its parts; what is no filter has none, for the compiler to refuse."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, dict):
            continue
        yield node
        waiting += [node.get("not"), node.get("where")]
        for key in ("and", "or"):
            waiting += node[key] if isinstance(node.get(key), list) else []
