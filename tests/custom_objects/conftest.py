"""The cast with equipment: an object that the firm declared itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

if TYPE_CHECKING:
    from tests.cast import Firm


@pytest.fixture(scope="module")
def firm(firm: Firm, django_db_blocker: DjangoDbBlocker) -> Firm:
    from tests.cast import equip

    with django_db_blocker.unblock():
        equip(firm)
    return firm


@pytest.fixture
def boss(firm: Firm) -> Client:
    return firm.client("administrator")


@pytest.fixture
def client(firm: Firm) -> Client:
    return firm.client("owner")
