"""Arranging pages and forms: keeping a layout, taking it back, and who changed it when.

A change is made with the definitions to oneself (`defining`), and is seen by every process at its
next request.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.platform.access.grants import Grants
from guanxi.platform.access.models import Role
from guanxi.platform.access.predicate import Asker
from guanxi.platform.events.history import actor_names
from guanxi.platform.events.models import Event
from guanxi.platform.fields.services import defining
from guanxi.platform.layouts.arranging import (
    Arrangement,
    Group,
    arrangement_of,
    complete_groups,
    declared_arrangement,
    form_fields,
)
from guanxi.platform.layouts.models import Layout
from guanxi.platform.objects.errors import DomainError, Invalid, NotFound
from guanxi.platform.objects.record import object_name
from guanxi.platform.objects.registry import ObjectField, ObjectType

PARTS = ("groups", "hidden", "form")
MOST_VERSIONS = 20  # that are shown of what a layout was before


class LayoutChanged(DomainError):
    status, code = 409, "layout_changed"


def get_role(pk: UUID | None) -> Role | None:
    """The role named; None stands for everyone. Raises NotFound."""
    if pk is None:
        return None
    role = Role.objects.filter(pk=pk, deleted_at=None).first()
    if role is None:
        raise NotFound(_("There is no such role."))
    return role


def kept_layout(declared: ObjectType, role: Role | None) -> Layout | None:
    """The layout of exactly this role, or of everyone, in use or taken back."""
    return Layout.objects.filter(object=declared.name, role=role).first()


def version_of(kept: Layout | None) -> str:
    """Names the state of a layout, so that nobody overwrites what they have not seen."""
    return kept.updated_at.isoformat() if kept else ""


def every_field(asker: Asker, declared: ObjectType) -> dict[str, ObjectField]:
    """All there is to arrange, whoever may see it: arranging opens nothing."""
    return {**declared.fields, **asker.custom_fields(declared)}


def masks_for(declared: ObjectType, role: Role | None) -> dict[str, str]:
    """What the role is not shown, or may only read: {"phone": "hidden"}."""
    masks = Grants(role.grants).masks if role else {}
    prefix = f"{declared.name}."
    return {key.removeprefix(prefix): mask for key, mask in masks.items() if key.startswith(prefix)}


def layout_to_edit(asker: Asker, declared: ObjectType, role: Role | None) -> dict[str, Any]:
    """What a role is shown now, whole: {"groups", "hidden", "form", "version", "stands_on"}."""
    kept = kept_layout(declared, role)
    for_all = kept_layout(declared, None)
    source = next((one for one in (kept, for_all) if one and not one.deleted_at), None)
    stands_on = "declared" if source is None else "own" if source is kept else "everyone"
    arrangement = arrangement_of(source) if source else declared_arrangement(declared)
    return {
        "version": version_of(kept),
        "stands_on": stands_on,
        **_whole(asker, declared, arrangement),
    }


def _whole(asker: Asker, declared: ObjectType, arrangement: Arrangement) -> dict[str, Any]:
    """An arrangement with every field that there is by now in its place."""
    fields = every_field(asker, declared)
    groups = complete_groups(declared, arrangement, fields)
    writable = {n: f for n, f in fields.items() if not f.read_only}
    return {
        "groups": groups,
        "hidden": [n for n in arrangement.hidden if n in fields],
        "form": form_fields(declared, arrangement, groups, writable),
    }


def keep_layout(
    *,
    asker: Asker,
    declared: ObjectType,
    role: Role | None,
    version: str,
    groups: Sequence[Group],
    hidden: Sequence[str],
    form: Sequence[str],
) -> Layout:
    """Arrange the object so for a role, or for everyone whose role has no layout of its own.

    Raises Invalid naming what does not fit, or LayoutChanged if it is no longer at `version`.
    """
    arrangement = Arrangement(groups, hidden, form)
    _check(asker, declared, arrangement)
    with defining():
        kept = _at_version(declared, role, version) or Layout(object=declared.name, role=role)
        kept.groups = [asdict(g) for g in groups]
        kept.hidden, kept.form, kept.deleted_at = list(hidden), list(form), None
        if kept._state.adding:
            kept.save(force_insert=True)
        else:
            kept.save(update_fields=[*PARTS, "deleted_at"])
    kept.refresh_from_db()
    return kept


def reset_layout(*, declared: ObjectType, role: Role | None, version: str) -> None:
    """Go back to the layout of everyone, or to the declared one. Raises LayoutChanged."""
    with defining():
        kept = _at_version(declared, role, version)
        if kept and kept.deleted_at is None:
            kept.deleted_at = timezone.now()
            kept.save(update_fields=["deleted_at"])


def _at_version(declared: ObjectType, role: Role | None, version: str) -> Layout | None:
    kept = kept_layout(declared, role)
    if version_of(kept) != version:
        raise LayoutChanged(_("Somebody else has changed this layout: load it again."))
    return kept


def earlier_versions(asker: Asker, declared: ObjectType, role: Role | None) -> list[dict[str, Any]]:
    """What the layout was after each of its last changes, newest first, and who made it so."""
    kept = kept_layout(declared, role)
    if kept is None:
        return []
    told = Event.objects.filter(object=object_name(Layout), record_id=kept.pk).order_by("-id")
    events = list(told[:MOST_VERSIONS])
    names = actor_names({e.actor_id for e in events})
    return [
        {
            "id": str(event.id),
            "at": event.at.isoformat(),
            "actor": names.get(event.actor_id) if event.actor_id else None,
            "action": event.action,
            **_whole(asker, declared, arrangement),
        }
        for event, arrangement in zip(events, _backwards(kept, events), strict=True)
    ]


def _backwards(kept: Layout, events: Sequence[Event]) -> Iterator[Arrangement]:
    """What the layout was after each event, newest first: each tells what it changed from."""
    now = Layout(**{part: getattr(kept, part) for part in PARTS})
    for event in events:
        yield arrangement_of(now)
        for part, (old, _new) in (event.changes or {}).items():
            if part in PARTS:
                setattr(now, part, old)


def _check(asker: Asker, declared: ObjectType, arrangement: Arrangement) -> None:
    """Raises Invalid unless every field is one of the object's and stands in one place."""
    problems: list[dict[str, Any]] = []
    fields = every_field(asker, declared)
    names = [g.name for g in arrangement.groups]
    placed: set[str] = set()

    def refuse(field: str, message: str, code: str) -> None:
        problems.append({"field": field, "message": message, "code": code})

    for i, group in enumerate(arrangement.groups):
        if group.name in names[:i]:
            refuse(f"groups.{i}.name", _("Another group has this name."), "unique")
    places: Mapping[str, Sequence[str]] = {
        **{f"groups.{i}.fields": g.fields for i, g in enumerate(arrangement.groups)},
        "hidden": arrangement.hidden,
    }
    for place, listed in places.items():
        for i, name in enumerate(listed):
            if name not in fields:
                refuse(f"{place}.{i}", _("There is no such field."), "not_found")
            elif name in placed:
                refuse(f"{place}.{i}", _("A field stands in one place only."), "unique")
            placed.add(name)
    form = arrangement.form or ()
    for i, name in enumerate(form):
        if name not in fields or fields[name].read_only:
            refuse(f"form.{i}", _("Nobody can fill in this field."), "read_only")
        elif name in form[:i]:
            refuse(f"form.{i}", _("A field stands in one place only."), "unique")
    if problems:
        raise Invalid(problems)
