"""What is shown where on a record's page and in its form, as one asker sees it.

A layout names fields; it opens none. What the asker may not see is left out last, whatever a
layout says.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from guanxi.platform.access.predicate import Asker
from guanxi.platform.fields.kinds import in_language
from guanxi.platform.layouts.models import Layout
from guanxi.platform.objects.custom_values import CUSTOM
from guanxi.platform.objects.registry import ObjectField, ObjectType

MORE = "more"  # the group of built-in fields that no group names
Fields = Mapping[str, ObjectField]


@dataclass(frozen=True)
class Group:
    """A titled group of fields; without labels of its own the title is the declared one."""

    name: str
    fields: Sequence[str]
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Arrangement:
    """Groups of the page, what is kept off it, and the form; `form` None: what is usual."""

    groups: Sequence[Group]
    hidden: Sequence[str] = ()
    form: Sequence[str] | None = None


@lru_cache(maxsize=8)
def layouts(version: str) -> dict[tuple[str, UUID | None], Arrangement]:
    """The layouts in use by object and role, None being everyone else, as of a version."""
    return {
        (kept.object, kept.role_id): arrangement_of(kept)
        for kept in Layout.objects.filter(deleted_at=None)
    }


def arrangement_of(kept: Layout) -> Arrangement:
    groups = [Group(g["name"], g["fields"], g["labels"]) for g in kept.groups]
    return Arrangement(groups, kept.hidden, kept.form)


def declared_arrangement(declared: ObjectType) -> Arrangement:
    """That of an object nobody has arranged."""
    return Arrangement([Group(g.name, g.fields) for g in declared.groups])


def arrangement_for(asker: Asker, declared: ObjectType) -> Arrangement:
    """That of the asker's role, else that of everyone, else the declared one."""
    kept = layouts(asker.definitions_version)
    by_role = kept.get((declared.name, asker.user.role_id))
    return by_role or kept.get((declared.name, None)) or declared_arrangement(declared)


def complete_groups(
    declared: ObjectType, arrangement: Arrangement, fields: Collection[str]
) -> list[Group]:
    """The groups with `fields` alone: those placed nowhere yet come last, until they are."""
    placed = {name for g in arrangement.groups for name in g.fields} | set(arrangement.hidden)
    groups = {
        g.name: Group(g.name, [n for n in g.fields if n in fields], g.labels)
        for g in arrangement.groups
    }
    new = [n for n in fields if n not in placed]
    _put(groups, MORE, [n for n in new if n in declared.own_fields])
    _put(groups, CUSTOM, [n for n in new if n.startswith(f"{CUSTOM}.")])
    return list(groups.values())


def _put(groups: dict[str, Group], name: str, fields: list[str]) -> None:
    """Into a group of their own at the end: one that was kept may mean something else by now."""
    while name in groups:
        name += "_"
    if fields:
        groups[name] = Group(name, fields)


def title_of(declared: ObjectType, group: Group) -> str:
    """What stands above a group, in the language now spoken."""
    if any(group.labels.values()):
        return str(in_language(group.labels))
    if group.name.rstrip("_") == CUSTOM:
        return _("Further details")
    return next((str(g.label) for g in declared.groups if g.name == group.name), "")


def form_fields(
    declared: ObjectType, arrangement: Arrangement, groups: Sequence[Group], writable: Fields
) -> list[str]:
    """What a new record is asked for at once; what is required always is."""
    usual = arrangement.form
    if usual is None:
        usual = _usual_form(declared, groups, writable)
    form = [n for n in usual if n in writable]
    return [*form, *(n for n, f in writable.items() if f.required and n not in form)]


def _usual_form(declared: ObjectType, groups: Sequence[Group], writable: Fields) -> list[str]:
    """The name, then what is required, shown in lists, or in the first group."""
    on_page = (n for g in groups for n in g.fields)
    first: Iterable[str] = groups[0].fields if groups else ()
    return [
        n
        for n in dict.fromkeys([declared.title, *on_page])
        if n in writable and (writable[n].required or n in declared.list or n in first)
    ]


def shown_arrangement(asker: Asker, declared: ObjectType) -> dict[str, Any]:
    """{"groups", "form"} as `/meta` tells them; of groups those with a field the asker sees."""
    visible, arrangement = asker.shown(declared), arrangement_for(asker, declared)
    writable = {n: f for n, f in asker.writable(declared).items() if n in visible}
    groups = complete_groups(declared, arrangement, visible)
    return {
        "groups": [
            {"name": g.name, "label": title_of(declared, g), "fields": list(g.fields)}
            for g in groups
            if g.fields
        ],
        "form": form_fields(declared, arrangement, groups, writable),
    }
