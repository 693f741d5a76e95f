"""Classifications as the API shows them: to who defines them, and on the page of one customer."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from guanxi.customers.classification.models import Classification, ClassOverride, Placement
from guanxi.customers.classification.rules import rules_of
from guanxi.customers.classification.services import (
    every_classification,
    latest_jobs,
    may_override,
)
from guanxi.customers.models import Customer
from guanxi.platform.access.predicate import Asker, get_permitted, visible_to
from guanxi.platform.fields.kinds import in_language
from guanxi.platform.filters.clock import clock_of
from guanxi.platform.filters.compiler import BadFilter, compile_filter
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.services import describe
from guanxi.platform.objects.custom_values import CUSTOM
from guanxi.platform.objects.registry import object_type

Shown = dict[str, Any]


def described(classifications: Sequence[Classification]) -> list[Shown]:
    """For administrators: all that was said, what is wrong with it by now, and the last run."""
    jobs = latest_jobs(classifications)
    return [_described(c, jobs.get(str(c.pk))) for c in classifications]


def _described(classification: Classification, job: Job | None) -> Shown:
    field = classification.field
    is_archived = classification.deleted_at is not None
    return {
        "id": str(classification.pk),
        "field": f"{CUSTOM}.{field.key}",
        "key": field.key,
        "labels": field.labels,
        "classes": field.settings["choices"],
        "rules": classification.rules,
        "otherwise": classification.otherwise,
        "nightly": classification.nightly,
        "archived": is_archived,
        "problems": [] if is_archived else rules_of(classification).problems,
        "job": job and describe(job),
    }


def classes_of(asker: Asker, pk: UUID) -> list[Shown]:
    """In which class one customer is by each classification that the asker sees, and why."""
    customer = get_permitted(asker, Customer, pk)
    seen = asker.fields(object_type("customer"))
    shown = [
        c for c in every_classification().filter(deleted_at=None) if f"{CUSTOM}.{c.key}" in seen
    ]
    if not shown:
        return []
    placed = {p.classification_id: p for p in Placement.objects.filter(customer=customer)}
    said = ClassOverride.objects.filter(customer=customer, deleted_at=None).select_related("actor")
    overrides = {o.classification_id: o for o in said}
    mine = visible_to(asker, Customer, "change").filter(pk=pk).exists()
    return [
        {
            "id": str(c.pk),
            "field": f"{CUSTOM}.{c.key}",
            "label": str(in_language(c.field.labels)),
            "result": customer.custom.get(c.key),
            "classes": [_offered(choice) for choice in c.field.settings["choices"]],
            "why": _why(asker, c, placed.get(c.pk), overrides.get(c.pk)),
            "can": ["override"] if mine and may_override(asker, c) else [],
        }
        for c in shown
    ]


def _offered(choice: Mapping[str, Any]) -> Shown:
    return {
        "value": choice["value"],
        "label": str(in_language(choice["labels"])),
        "color": choice.get("color"),
        "archived": bool(choice.get("archived")),
    }


def _why(
    asker: Asker,
    classification: Classification,
    placed: Placement | None,
    override: ClassOverride | None,
) -> Shown:
    """The rule that decided, as far as the asker may know what it asks for."""
    nothing: Shown = {
        "kind": "none", "number": None, "name": "", "filter": None, "reason": "", "actor": None,
        "at": placed and placed.placed_at,
    }  # fmt: skip
    if override is not None:
        by = override.actor
        return {
            **nothing, "kind": "override", "reason": override.reason, "at": override.updated_at,
            "actor": {"id": str(by.pk), "label": by.full_name},
        }  # fmt: skip
    if placed is None:
        return nothing
    if not placed.rule:
        return {**nothing, "kind": "otherwise"}
    for number, rule in enumerate(classification.rules, 1):
        if rule["key"] == placed.rule:
            asked = rule["filter"] if _may_know(asker, rule["filter"]) else None
            name = rule["name"] if asked is not None else _("Rule %(n)s") % {"n": number}
            return {**nothing, "kind": "rule", "number": number, "name": name, "filter": asked}
    return {**nothing, "kind": "former_rule"}


def _may_know(asker: Asker, tree: Any) -> bool:
    """Whether the asker could ask the same, who is told nothing of fields hidden to them."""
    try:
        compile_filter(asker, object_type("customer"), tree, clock_of(asker))
    except BadFilter:
        return False
    return True
