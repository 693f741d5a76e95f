"""Models are imported late: pytest reads this before Django is ready."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

if TYPE_CHECKING:
    from guanxi.customers.models import Customer
    from tests.cast import Firm


@pytest.fixture
def own_files(settings: Any, tmp_path: Any) -> None:
    settings.FILES_STORE = tmp_path


@pytest.fixture
def admin(firm: Firm) -> Client:
    return firm.client("administrator")


@pytest.fixture
def customer(firm: Firm) -> Customer:
    from tests.erasing.calls import somebody

    return somebody(firm)
