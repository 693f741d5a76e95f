"""Customers and how they hang together, for the tests of relations."""

import datetime as dt
from typing import Any

from django.test import Client
from django.utils import timezone

from guanxi.customers.models import Customer, Relationship
from guanxi.platform.workspaces.services import books_zone
from tests.writes.calls import post


def today() -> dt.date:
    return timezone.now().astimezone(books_zone()).date()


def days(count: int) -> dt.date:
    """The day so many days from today."""
    return today() + dt.timedelta(days=count)


def company(name: str, owner: Any = None, kind: str = "organization") -> Customer:
    return Customer.objects.create(kind=kind, name=name, owner=owner)


def companies(names: str, owner: Any = None, kind: str = "organization") -> dict[str, Customer]:
    """One for each letter."""
    return {name: company(name, owner, kind) for name in names}


def relate(one: Customer, kind: str, other: Customer, **more: Any) -> Relationship:
    return Relationship.objects.create(customer=one, kind=kind, other=other, **more)


def asked(client: Client, one: Customer, kind: str, other: Customer, **more: Any) -> Any:
    """The answer to relating two by the API."""
    body = {"customer": str(one.pk), "kind": kind, "other": str(other.pk), **more}
    return post(client, "relationships", body)
