"""Tests run as the role that serves, on a database that the owner migrated."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection, transaction


@pytest.mark.django_db
def test_tests_run_as_the_app() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, tableowner FROM pg_tables WHERE tablename = 'platform_session'"
        )
        user, owner = cursor.fetchone()
    assert user.endswith("_app")
    assert owner.endswith("_owner")


@pytest.mark.django_db
def test_app_may_not_truncate() -> None:
    with connection.cursor() as cursor, pytest.raises(ProgrammingError), transaction.atomic():
        cursor.execute("TRUNCATE platform_team")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_committed_rows_are_gone_for_the_next_test(turn: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM platform_team")
        assert cursor.fetchone() == (0,)
        cursor.execute("INSERT INTO platform_team (name) VALUES ('t')")
