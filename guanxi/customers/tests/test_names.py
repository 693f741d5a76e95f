"""Sort keys of names, and those that were derived before what is not seen was left out."""

from importlib import import_module
from types import SimpleNamespace

import psycopg
import pytest
from django.db import connection

from guanxi.customers.models import Customer
from guanxi.customers.names import LONGEST, name_match
from guanxi.platform.objects.names import name_sort_key
from guanxi.platform.workspaces import roles


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("张伟", "zhang wei"), ("张\u200b伟", "zhang wei"), ("\u202eAnn\u202c", "ann"),
        ("\ufeff Ann", "ann"), ("E\u0301clair", "éclair"), ("שלום", "שלום"), ("😀", "😀"),
        ("\u200b", ""), ("x" * 100, "x" * 60),
    ],
)  # fmt: skip
def test_names_are_sorted_as_they_are_seen(name: str, key: str) -> None:
    assert name_sort_key(name) == key


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Acme Co., Ltd.", "acme"), ("ACME Corp", "acme"), ("張偉", "张伟"), ("***", "***"),
        ("上海ＡＢＣ股份有限公司", "上海abc"), ("公司", "公司"), ("Van der Berg", "vanderberg"),
        ("\ufdfa" * 200, None),
    ],
)  # fmt: skip
def test_names_are_matched_without_what_says_nothing(name: str, key: str | None) -> None:
    assert name_match(name) == key or (key is None and len(name_match(name)) == LONGEST)


@pytest.mark.django_db(transaction=True)
def test_former_keys_are_derived_anew_and_nobody_is_told() -> None:
    odd, plain, long = (
        Customer.objects.create(kind="person", name=name)
        for name in ("\u200bAnn", "Bert", "\u200b" + "张" * 60)
    )
    Customer.objects.update(name_sort="former", name_match="")
    before = {c.pk: c.updated_at for c in Customer.objects.all()}
    parameters = roles.connection_parameters("owner") | {"dbname": connection.settings_dict["NAME"]}
    migration = import_module("guanxi.customers.migrations.0006_names_as_they_are_seen")
    later = import_module("guanxi.customers.migrations.0008_names_as_they_are_matched")
    with psycopg.connect(**parameters) as owner:
        migration.derive_anew(None, SimpleNamespace(connection=owner))
        later.fill(None, SimpleNamespace(connection=owner))
    keys = dict(Customer.objects.values_list("pk", "name_sort"))
    assert keys == {odd.pk: "ann", plain.pk: "former", long.pk: ("zhang " * 60)[:255]}
    matched = dict(Customer.objects.values_list("pk", "name_match"))
    assert matched == {odd.pk: "ann", plain.pk: "bert", long.pk: "张" * 60}
    assert {c.pk: c.updated_at for c in Customer.objects.all()} == before
