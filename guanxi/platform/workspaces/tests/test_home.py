"""The workspace's folder and its keys."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from guanxi.platform.workspaces import roles
from guanxi.platform.workspaces.errors import WorkspaceError
from guanxi.platform.workspaces.home import Home, default_path, workspace_home


def test_key_is_made_once_however_many_ask(folder: Path) -> None:
    home = Home(folder).create()
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: home.key("a-secret"), range(64)))
    assert len(keys) == 1
    assert len(keys.pop()) >= 64
    assert [path.name for path in home.keys.iterdir()] == ["a-secret"]


def test_home_can_be_made_by_many_at_once(folder: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(lambda _: Home(folder / "new").create(), range(64)))) == 1


def test_folder_with_other_things_is_left_alone(folder: Path) -> None:
    (folder / "thesis.doc").touch()
    before = folder.stat().st_mode
    with pytest.raises(WorkspaceError, match=r"thesis\.doc"):
        Home(folder).create()
    assert folder.stat().st_mode == before
    assert [path.name for path in folder.iterdir()] == ["thesis.doc"]


def test_file_in_the_place_of_the_folder(folder: Path) -> None:
    (folder / "file").touch()
    with pytest.raises(WorkspaceError, match="GUANXI_HOME"):
        Home(folder / "file").create()


def test_home_of_another_user(folder: Path) -> None:
    if os.geteuid() != 0:
        folder = Path("/")
    else:
        os.chown(folder, 1, 1)
    with pytest.raises(WorkspaceError, match="belongs to"):
        Home(folder).create()


def test_home_is_where_the_environment_says(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUANXI_HOME", str(folder / "关系 home"))
    assert workspace_home().path == folder / "关系 home"
    assert workspace_home().keys.is_dir()


def test_default_home() -> None:
    assert default_path().is_absolute()
    assert (default_path() == Path("/var/lib/guanxi")) == (os.geteuid() == 0)


class TestDatabaseSettings:
    @pytest.fixture(autouse=True)
    def environment(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("DATABASE_URL", "OWNER_DATABASE_URL", "DATABASE_ROLE", "DATABASE_POOL"):
            monkeypatch.delenv(f"GUANXI_{name}", raising=False)
        monkeypatch.setenv("GUANXI_HOME", str(folder / "home"))

    def test_embedded(self, folder: Path) -> None:
        settings = roles.database_settings()
        assert settings["USER"] == "guanxi_app"
        assert settings["HOST"] == str(folder / "home/run/db")
        assert settings["OPTIONS"] == {}
        assert not roles.is_external()

    def test_owner(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GUANXI_DATABASE_ROLE", "owner")
        assert roles.database_settings()["USER"] == "guanxi_owner"
        assert roles.database_settings("app")["USER"] == "guanxi_app"

    def test_pool_is_for_serving(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GUANXI_DATABASE_POOL", "8")
        assert roles.database_settings("app")["OPTIONS"]["pool"]["max_size"] == 8
        assert "pool" not in roles.database_settings("owner")["OPTIONS"]

    def test_real_server(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(
            "GUANXI_DATABASE_URL", "postgresql://web:p%40ss@db:6432/crm?sslmode=require"
        )
        settings = roles.database_settings("app")
        assert settings["NAME"] == "crm"
        assert (settings["USER"], settings["PASSWORD"]) == ("web", "p@ss")
        assert (settings["HOST"], settings["PORT"]) == ("db", "6432")
        assert settings["OPTIONS"] == {"sslmode": "require"}
        assert roles.database_settings("owner")["USER"] == "web"
        assert roles.is_external()

    def test_owner_of_a_real_server(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GUANXI_OWNER_DATABASE_URL", "postgresql://boss@db/crm")
        with pytest.raises(WorkspaceError, match="GUANXI_DATABASE_URL"):
            roles.database_settings("app")
        monkeypatch.setenv("GUANXI_DATABASE_URL", "postgresql://web@db/crm")
        assert roles.database_settings("owner")["USER"] == "boss"

    def test_address_that_is_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GUANXI_DATABASE_URL", "mysql://web@db/crm")
        with pytest.raises(WorkspaceError, match="not one"):
            roles.database_settings("app")
