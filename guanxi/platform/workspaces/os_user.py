"""The operating-system user that the embedded database runs as.

PostgreSQL refuses to run as root, rightly. Started by root, it runs as a system user of its own;
started by anyone else, as them.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import TypedDict

from .errors import WorkspaceError
from .locks import exclusive

NAME = "guanxi"
LOCK = Path("/run/guanxi-user.lock")  # where only root may write


class Identity(TypedDict, total=False):
    """Arguments for `subprocess` that make a child process run as another user."""

    user: int
    group: int
    extra_groups: list[int]


def database_user() -> pwd.struct_passwd | None:
    """Return the user to run the database as, made if missing; None: run it as oneself.

    Raises WorkspaceError if the user is missing and cannot be made.
    """
    if os.geteuid() != 0:
        return None
    # useradd looks whether the user exists before it waits for its own lock: of two at once, the
    # second would give the first one's user another id.
    with exclusive(LOCK):
        try:
            return pwd.getpwnam(NAME)
        except KeyError:
            _add_user()
            return pwd.getpwnam(NAME)


def identity(user: pwd.struct_passwd | None) -> Identity:
    """Return the `subprocess` arguments that run a child as `user`."""
    return {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def give(path: Path, user: pwd.struct_passwd | None) -> None:
    """Hand a folder over to `user`, closed to everybody else."""
    path.mkdir(mode=0o700, exist_ok=True)
    path.chmod(0o700)
    if user is not None:
        os.chown(path, user.pw_uid, user.pw_gid)


def let_pass(path: Path, user: pwd.struct_passwd | None) -> None:
    """Let `user` pass through a folder to those inside it that are theirs, without listing it."""
    if user is not None:
        os.chown(path, -1, user.pw_gid)
        path.chmod(0o710)


def check_reach(path: Path, user: pwd.struct_passwd | None) -> None:
    """Raise WorkspaceError if `user` cannot reach `path`, as when a home is put under /root."""
    if user is None:
        return
    reached = subprocess.run(
        ["/bin/sh", "-c", 'cd "$0"', str(path)], capture_output=True, check=False, **identity(user)
    )
    if reached.returncode:
        raise WorkspaceError(
            f"The embedded database runs as the user {user.pw_name}, who may not enter {path}."
            " Put the workspace where every user may pass, such as GUANXI_HOME=/var/lib/guanxi,"
            " or run guanxi as an ordinary user."
        )


def _add_user() -> None:
    useradd = shutil.which("useradd") or shutil.which("useradd", path="/usr/sbin:/sbin")
    if useradd is None:
        raise WorkspaceError(
            f"Started by root, the embedded database runs as a system user {NAME!r}, which does not"
            " exist, and there is no useradd to make it. Make that user"
            f" (on Alpine: adduser -S -D -H {NAME}), or run guanxi as an ordinary user."
        )
    options = "--system --user-group --no-create-home --home-dir /nonexistent"
    command = [useradd, *options.split(), "--shell", "/usr/sbin/nologin", NAME]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode:
        raise WorkspaceError(f"Could not make the system user {NAME!r}: {made.stderr.strip()}")
