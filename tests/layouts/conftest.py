"""Models are imported late: pytest reads this before Django is ready."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client

if TYPE_CHECKING:
    from tests.cast import Firm


@pytest.fixture
def client(firm: Firm) -> Client:
    return firm.client("owner")


@pytest.fixture
def boss(firm: Firm) -> Client:
    return firm.client("administrator")
