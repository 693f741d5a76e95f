"""Custom fields that point at records, in imports and exports."""

from typing import Any

import pytest
from django.test import Client

from guanxi.customers.models import Identity
from guanxi.platform.access.predicate import Asker
from guanxi.platform.exchange.export import Export
from guanxi.platform.exchange.tests.cast import codes, run, table
from guanxi.platform.exchange.tests.cast import undo as undo_import
from guanxi.platform.objects.registry import object_type
from tests.cast import EQUIPMENT, Firm
from tests.custom_objects.test_links import kept, link
from tests.writes.calls import patch

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("source", ["task", "customer", EQUIPMENT])
def test_files_name_records_as_built_in_links_do(firm: Firm, boss: Client, source: str) -> None:
    link(boss, source, "customer")
    asker = Asker(firm["administrator"])
    acme = firm["customer:acme"]
    title = {"task": "title"}.get(source, "name")
    for customer, number in ((acme, "K-7"), (firm["customer:gone"], "K-8")):
        Identity(customer=customer, kind="external", source="erp", value=number,
                 normal=number).save(force_insert=True)  # fmt: skip
    header = [title, "custom.partner"]
    done = run(asker, source, table(header, ["by name", acme.name], ["by id", str(acme.pk)],
                                    ["by number", "K-7"], ["of one in the bin", "K-8"],
                                    ["nobody", "No such customer"]))  # fmt: skip
    assert (done.counts["create"], done.counts["reject"]) == (3, 2), codes(done)
    model: Any = object_type(source).model
    made = list(model.objects.filter(**{f"{title}__startswith": "by "}))
    assert [m.custom["partner"] for m in made] == [str(acme.pk)] * 3
    export = Export(asker, object_type(source), fields=[title, "custom.partner"],
                    search="by name").stream("csv")  # fmt: skip
    assert b"".join(export).decode("utf-8-sig").splitlines()[1] == f"by name,{acme.name}"
    kept()
    undone = undo_import(asker, done)
    assert undone.state_now == "undone"
    kept()


def test_an_import_that_others_point_at_is_not_taken_back(firm: Firm, boss: Client) -> None:
    link(boss, "task", EQUIPMENT)
    asker = Asker(firm["administrator"])
    done = run(asker, EQUIPMENT, table(["name"], ["wanted"], ["unwanted"]))
    wanted = object_type(EQUIPMENT).model._default_manager.get(name="wanted")
    body = {"custom": {"partner": str(wanted.pk)}}
    assert patch(boss, f"tasks/{firm['task:free'].pk}", body).status_code == 200
    undo_import(asker, done)
    left = object_type(EQUIPMENT).model._default_manager.filter(name__in=["wanted", "unwanted"])
    assert [str(r) for r in left] == ["wanted"]
