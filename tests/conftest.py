"""Fixtures across areas. Models are imported late: pytest reads this before Django is ready."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

import conftest as ground

if TYPE_CHECKING:
    from tests.cast import Firm

# What they assert is explained as in a test, whichever of their users is imported first.
pytest.register_assert_rewrite(
    *(f"tests.{n}.calls" for n in ("erasing", "files", "notifications", "writes"))
)


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hash passwords in no time: what makes guessing slow makes tests slow too."""
    from django.test import override_settings

    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(PASSWORD_HASHERS=hashers):
        yield


@pytest.fixture(scope="module")
def firm(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Firm]:
    """The cast with its records, committed once for the tests of a module."""
    from django.core.cache import cache

    from tests.cast import make_firm

    with django_db_blocker.unblock():
        yield make_firm()
        cache.clear()
        ground.renew(connection.settings_dict["NAME"])
