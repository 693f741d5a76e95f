"""A new table says what an erasure does with it, and every column with texts is decided about."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from guanxi.platform.access.grants import BUILT_IN_ROLES
from guanxi.platform.erasing import stores
from guanxi.platform.erasing.models import Erasure
from guanxi.platform.erasing.services import own_columns
from guanxi.platform.erasing.stores import may_tell
from guanxi.platform.objects.columns import DerivedField
from guanxi.platform.objects.registry import ObjectType, built_in

ERASABLE = [t for t in built_in() if t.erasing]
FOREIGN_KEYS = """
select distinct c.conrelid::regclass::text from pg_constraint c
where c.contype = 'f' and c.confrelid = %s::regclass
"""


def silent() -> set[str]:
    """Those of the program; tests have tables of their own."""
    models = {m._meta.label: m for m in apps.get_models()}
    return {n for n in stores.silent() if not models[n].__module__.startswith("tests.")}


def test_every_table_has_a_word() -> None:
    assert silent() == set(), "say with `hangs`, `erases` or `holds_none` what is in it"
    assert all(isinstance(why, str) for why in stores.words().values())


def test_a_table_without_a_word_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check itself can fail."""
    without = {m: why for m, why in stores._reasons.items() if m is not Erasure}
    monkeypatch.setattr(stores, "_reasons", without)
    assert silent() == {"platform.Erasure"}


@pytest.mark.parametrize("declared", ERASABLE, ids=lambda t: t.name)
def test_whatever_names_such_a_record_has_a_word(declared: ObjectType, db: None) -> None:
    """The database's own foreign keys are asked, not our models."""
    with connection.cursor() as cursor:
        cursor.execute(FOREIGN_KEYS, [declared.model._meta.db_table])
        naming = {table for (table,) in cursor.fetchall()}
    known = {m._meta.db_table for m in stores.words()}
    assert naming - known - {declared.model._meta.db_table} == set()


@pytest.mark.parametrize("declared", ERASABLE, ids=lambda t: t.name)
def test_every_column_with_texts_is_decided_about(declared: ObjectType) -> None:
    undecided = set()
    for hanging in stores.hanging_on(declared):
        model: Any = hanging.model
        for f in model._meta.concrete_fields:
            decided = f.name in hanging.empties or f.name in hanging.scrubs
            # A day or a code of the business says nothing of a person.
            told = may_tell(f) and not isinstance(f, DerivedField) and f.name not in KNOWN_TO_STAY
            if told and not (hanging.goes or decided):
                undecided.add(f"{model._meta.label}.{f.name}")
    assert undecided == set(), "does it go, is it emptied, or is it looked through?"


KNOWN_TO_STAY = {"ordered_on", "received_on", "due_on", "currency"}


@pytest.mark.parametrize("declared", ERASABLE, ids=lambda t: t.name)
def test_of_the_record_itself_only_what_is_named_stays(declared: ObjectType) -> None:
    rules = declared.erasing
    assert rules is not None
    model: Any = declared.model
    emptied = {f.name for f in own_columns(declared, rules)}
    assert emptied.isdisjoint(rules.keeps)
    assert set(declared.personal) <= emptied | {declared.title}
    for name in emptied:  # what cannot be emptied would fail the day somebody is erased
        f = model._meta.get_field(name)
        assert f.null or f.blank or f.name == "custom", f"{name} is required"


def test_the_right_is_the_administrators_alone_until_it_is_given() -> None:
    def erases(grants: Any) -> bool:
        return any(area.get("erase") for area in grants["areas"].values())

    assert {name for name, g in BUILT_IN_ROLES.items() if erases(g)} == {"administrator"}
