"""`guanxi demo`: a sample firm in a workspace of its own."""

from __future__ import annotations

import ipaddress
import json
import os
import shutil
import webbrowser
from pathlib import Path

import click

from guanxi.platform.workspaces import os_user, roles
from guanxi.platform.workspaces.cluster import Cluster
from guanxi.platform.workspaces.errors import WorkspaceError
from guanxi.platform.workspaces.home import Home, workspace_home
from guanxi.platform.workspaces.locks import FileLock

from .serving import Service, host_option, port_option
from .supervisor import end_orphans

MARKER = "demo.json"  # in homes that --fresh may delete; who can sign in, once the firm is loaded


@click.command()
@port_option
@host_option
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the sample firm (else the folder demo in the workspace's).",
)
@click.option("--customers", type=click.IntRange(50, 1_000_000), default=2000, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="Another one, another firm.")
@click.option(
    "--locale", type=click.Choice(["zh-CN", "zh-TW", "en"]), help="Else the system's language."
)
@click.option("--fresh", is_flag=True, help="Delete the sample firm and make it anew.")
@click.option("--no-open", is_flag=True, help="Do not open a browser.")
def demo(
    port: int,
    host: str,
    home: Path | None,
    customers: int,
    seed: int,
    locale: str | None,
    fresh: bool,
    no_open: bool,
) -> None:
    """Serve a sample firm, apart from your own workspace, on this machine only."""
    check_loopback(host)
    demo_home = Home((home or default_demo_path()).absolute())
    if fresh:
        delete(demo_home)
    claim(demo_home)
    os.environ["GUANXI_HOME"] = str(demo_home.path)
    options = {"customers": customers, "seed": seed, "locale": locale or system_locale()}

    def greet(service: Service, set_up_link: str) -> list[str]:
        if set_up_link:
            load_sample(service, options)
        return sign_in_names(demo_home)

    service = Service(demo_home, host=host, port=port, workers=2, greet=greet)
    service.run(then=None if no_open else webbrowser.open)


def load_sample(service: Service, options: dict[str, object]) -> None:
    """Load the sample firm, in a process that ends, and note who can sign in."""
    click.echo(f"Making a sample firm with {options['customers']} customers ...")
    arguments = [f"--{name}={value}" for name, value in options.items()]
    users = service.step("load-sample", *arguments)
    (service.home.path / MARKER).write_text(users, encoding="utf-8")


def sign_in_names(home: Home) -> list[str]:
    """Return lines that say who can sign in, and how."""
    marked = json.loads((home.path / MARKER).read_text(encoding="utf-8"))
    if not marked:
        return []
    lines = [f"  {user['username']:<16} {user['role']}" for user in marked["users"]]
    return [f"Sign in with the password {marked['password']} as", *lines]


def system_locale() -> str:
    """Return the locale of the sample firm for whoever works on this machine."""
    language = os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    if language.startswith(("zh_TW", "zh_HK", "zh_MO")):
        return "zh-TW"
    return "zh-CN" if language.startswith("zh") else "en"


def check_loopback(host: str) -> None:
    """Raise WorkspaceError unless only this machine can connect: the passwords are known to all."""
    try:
        is_loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise WorkspaceError(
            f"Everybody knows the sample firm's passwords, so it is not served at {host}, but on"
            " this machine only. To show it to others, use guanxi serve and load sample data there."
        )


def default_demo_path() -> Path:
    """Return the folder demo in the workspace's, through which the database's user may pass."""
    workspace = workspace_home()
    if not roles.is_external():
        os_user.let_pass(workspace.path, os_user.database_user())
    return workspace.path / "demo"


def claim(home: Home) -> None:
    """Mark a new folder as a sample's; raise WorkspaceError for a firm's own."""
    is_new = not home.path.exists() or not any(home.path.iterdir())
    home.create()
    if is_new:
        (home.path / MARKER).write_text("null", encoding="utf-8")
    elif not (home.path / MARKER).exists():
        raise WorkspaceError(f"{home.path} is a firm's own workspace; use guanxi serve.")


def delete(home: Home) -> None:
    """Delete a sample firm's workspace; raise WorkspaceError if it is in use or is none."""
    if not home.path.exists():
        return
    if not (home.path / MARKER).exists():
        raise WorkspaceError(f"{home.path} is not a sample firm's workspace and is not deleted.")
    lock = FileLock(home.create().run / "serve.lock")
    if not lock.acquire(wait=False):
        raise WorkspaceError(f"Guanxi is serving {home.path}. Stop it first.")
    end_orphans(home.path)
    with Cluster(home):
        pass  # the last to leave stops a server that was left behind
    shutil.rmtree(home.path)
    lock.release()


COMMANDS = (demo,)
