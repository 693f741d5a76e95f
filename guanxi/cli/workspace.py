"""What commands have in common: a database that runs, and Django set up for a role."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import django

from guanxi.platform.workspaces.cluster import Cluster
from guanxi.platform.workspaces.home import workspace_home
from guanxi.platform.workspaces.roles import Role, is_external


@contextmanager
def database() -> Iterator[Cluster | None]:
    """Have the workspace's database running meanwhile; yields its server if it is embedded."""
    if is_external():
        yield None
    else:
        with Cluster(workspace_home()) as cluster:
            yield cluster


@contextmanager
def django_ready(role: Role = "app") -> Iterator[None]:
    """Have the database running and Django set up, signed in to it as `role`."""
    os.environ["GUANXI_DATABASE_ROLE"] = role
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanxi.config.settings")
    with database():
        django.setup()
        yield
