"""Texts that people write again and again, and what their variables stand for.

A variable is filled with what whoever writes may see, and with nothing but text: marks of
formatting in a value are shown, not obeyed. One that is not known stays as it is, to be noticed.
"""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from guanxi.customers.models import Customer
from guanxi.interactions.models import Snippet
from guanxi.platform.access.predicate import Asker, get_permitted, kept_for, visible_to
from guanxi.platform.filters.clock import clock_of
from guanxi.platform.objects.errors import Invalid, NotAllowed, NotFound
from guanxi.platform.objects.registry import ObjectType, object_type
from guanxi.platform.workspaces.services import current_workspace
from guanxi.standardizing.folding import fold, readings

CUSTOMER_FIELDS = ("name", "phone", "email", "city")
VARIABLES = (
    *(f"customer.{name}" for name in CUSTOMER_FIELDS), "me.name", "me.email", "firm.name", "today",
)  # fmt: skip
VARIABLE = re.compile(r"\{\{\s*([\w.]*)\s*\}\}")
MARKS = re.compile(r"[\\`*_[\]<>~|]")  # of Markdown, as the client escapes them too
MOST = 8  # offered at once


def snippets_of(asker: Asker) -> "QuerySet[Snippet]":
    """One's own, the team's and everyone's, by name."""
    return Snippet.objects.select_related("owner").filter(kept_for(asker)).order_by("name", "pk")


def may_change(asker: Asker, snippet: Snippet) -> bool:
    return snippet.owner_id == asker.user.pk or asker.grants.administer


@transaction.atomic
def create_snippet(*, asker: Asker, values: Mapping[str, Any]) -> Snippet:
    """Raises Invalid for an unknown variable or a shortcut the asker has already."""
    snippet = Snippet(owner=asker.user, **values)
    _check(snippet)
    _save(snippet, force_insert=True)
    return snippet


@transaction.atomic
def change_snippet(*, asker: Asker, pk: UUID, values: Mapping[str, Any]) -> Snippet:
    """Raises NotFound, NotAllowed, or Invalid as for a new one."""
    snippet = _changeable(asker, pk)
    for name, value in values.items():
        setattr(snippet, name, value)
    _check(snippet)
    if values:
        _save(snippet, update_fields=list(values))
    return snippet


@transaction.atomic
def delete_snippet(*, asker: Asker, pk: UUID) -> None:
    """Raises NotFound or NotAllowed."""
    _changeable(asker, pk).delete()


def _changeable(asker: Asker, pk: UUID) -> Snippet:
    snippet = snippets_of(asker).select_for_update(of=("self",)).filter(pk=pk).first()
    if snippet is None:
        raise NotFound(_("There is no such snippet."))
    if not may_change(asker, snippet):
        raise NotAllowed(_("Only its owner may change this snippet."))
    return snippet


def _check(snippet: Snippet) -> None:
    unknown = next((v for v in VARIABLE.findall(snippet.text) if v not in VARIABLES), None)
    if unknown is not None:
        message = _("There is no variable {{%(name)s}}. There are: %(known)s.")
        known = ", ".join(f"{{{{{name}}}}}" for name in VARIABLES)
        raise _refused("text", message % {"name": unknown, "known": known}, "unknown_variable")


def _save(snippet: Snippet, **how: Any) -> None:
    """Only the database knows of a shortcut that is saved in the same moment."""
    try:
        with transaction.atomic():
            snippet.save(**how)
    except IntegrityError as error:
        if "snippet_shortcut" not in str(error):
            raise
        message = _("You have a snippet with this shortcut already.")
        raise _refused("shortcut", message, "unique") from error


def _refused(field: str, message: str, code: str) -> Invalid:
    return Invalid([{"field": field, "message": message, "code": code}])


def offered(
    asker: Asker, typed: str, *, declared: ObjectType | None = None, pk: UUID | None = None
) -> list[dict[str, Any]]:
    """The snippets whose shortcut or name begins so, or has it within, their variables filled.

    Raises NotFound for a record that the asker cannot see.
    """
    customer = _customer_of(asker, declared, pk) if declared and pk else None
    sought = fold(typed).replace(" ", "")
    ranked = [(rank, s) for s in snippets_of(asker) if (rank := _rank(s, sought)) is not None]
    ranked.sort(key=lambda found: (found[0], found[1].owner_id != asker.user.pk))
    values = _values(asker, customer)
    return [
        {
            "id": str(snippet.pk),
            "name": snippet.name,
            "shortcut": snippet.shortcut,
            "text": _filled(snippet.text, values),
        }
        for _r, snippet in ranked[:MOST]
    ]


def _rank(snippet: Snippet, sought: str) -> int | None:
    """How well it fits: by shortcut, by how its name or pinyin begins, by any part of these."""
    if not sought or fold(snippet.shortcut).replace(" ", "").startswith(sought):
        return 0
    name = fold(snippet.name)
    said = [(readings(c) or (c,))[0] for c in name.replace(" ", "")]
    ways = name.replace(" ", ""), "".join(said), "".join(syllable[:1] for syllable in said)
    if any(way.startswith(sought) for way in ways):
        return 1
    return 2 if any(sought in way for way in ways) else None


def _customer_of(asker: Asker, declared: ObjectType, pk: UUID) -> UUID | None:
    """The customer a record is of, be it one itself."""
    record = get_permitted(asker, declared.model, pk)
    if isinstance(record, Customer):
        return record.pk
    link = asker.fields(declared).get("customer")
    return getattr(record, "customer_id", None) if link and link.target is Customer else None


def _values(asker: Asker, customer: UUID | None) -> dict[str, str]:
    """What each variable stands for, as far as the asker may see it and there is something."""
    workspace = current_workspace()
    known = {
        "me.name": asker.user.full_name,
        "me.email": asker.user.email,
        "firm.name": workspace.name if workspace else "",
        "today": date_format(clock_of(asker).today),
    }
    seen = [n for n in CUSTOMER_FIELDS if n in asker.fields(object_type("customer"))]
    row = visible_to(asker, Customer).filter(Q(pk=customer)).values(*seen).first() if seen else None
    known |= {f"customer.{name}": value for name, value in (row or {}).items()}
    return {name: value for name, value in known.items() if value}


def _filled(text: str, values: Mapping[str, str]) -> str:
    def put(found: "re.Match[str]") -> str:
        value = values.get(found[1])
        return found[0] if value is None else MARKS.sub(r"\\\g<0>", " ".join(value.split()))

    return VARIABLE.sub(put, text)
