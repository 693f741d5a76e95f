"""README's two commands in a fresh clone with an empty home, as whoever runs this.

Started by root, the tests run as an ordinary user made for it and taken away again: as root they
run in CI. Prints JSON: seconds until the sample firm answers, at the first start and the second,
and what the tests said.
"""

from __future__ import annotations

import argparse
import json
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[1]
PORT = 8790
ORDINARY = "guanxi-fresh"
OUTSIDE_DATA = Path(os.environ.get("GUANXI_TEST_DATA") or ROOT / "../shared/data").resolve()


def try_as(user: pwd.struct_passwd | None, *, tests: bool) -> dict[str, object]:
    """Clone, run `make demo` twice and `make test`, as `user` (None: as oneself)."""
    with tempfile.TemporaryDirectory(prefix="guanxi-fresh-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        subprocess.run(["git", "clone", "-q", str(ROOT), str(folder / "guanxi")], check=True)
        (folder / "home").mkdir()
        if user is not None:
            subprocess.run(["chown", "-R", f"{user.pw_uid}:{user.pw_gid}", name], check=True)
        first, second = (start(folder, user) for _start in range(2))
        told: dict[str, object] = {"first_start_seconds": first, "second_start_seconds": second}
        if tests:
            told |= run_tests(folder, user)
        return told


def environment(folder: Path) -> dict[str, str]:
    """This process's variables without any of our own, and a home with nothing in it."""
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("GUANXI_", "DJANGO_", "XDG_"))}
    return {**kept, "HOME": str(folder / "home"), "GUANXI_TEST_DATA": str(OUTSIDE_DATA)}


def run(folder: Path, user: pwd.struct_passwd | None, *command: str, log: str) -> subprocess.Popen:
    return subprocess.Popen(
        command,
        cwd=folder / "guanxi",
        env=environment(folder),
        stdout=(folder / log).open("w"),
        stderr=subprocess.STDOUT,
        user=user and user.pw_uid,
        group=user and user.pw_gid,
        extra_groups=None if user is None else [],
        start_new_session=True,
    )


def start(folder: Path, user: pwd.struct_passwd | None) -> float:
    """Seconds from `make demo` until the product answers; stopped again by Ctrl-C."""
    # Root's own home would be the system's; everybody else's lies in their empty one.
    home = f" --home {folder}/workspace" if os.geteuid() == 0 and user is None else ""
    began = time.monotonic()
    arguments = f"ARGS=--port {PORT} --no-open{home}"
    demo = run(folder, user, "make", "demo", arguments, log="demo.log")
    try:
        while not answers():
            if demo.poll() is not None:
                raise SystemExit(f"make demo ended:\n{(folder / 'demo.log').read_text()}")
            time.sleep(0.1)  # as exact as the figure is told
        return round(time.monotonic() - began, 1)
    finally:
        os.killpg(demo.pid, signal.SIGINT)
        demo.wait()


def answers() -> bool:
    try:
        with urllib.request.urlopen(f"http://localhost:{PORT}/api/v1/ready", timeout=5) as response:
            return response.status == 200
    except OSError:
        return False


def run_tests(folder: Path, user: pwd.struct_passwd | None) -> dict[str, object]:
    """What `make test` said: the last line of each of its three parts."""
    began = time.monotonic()
    code = run(folder, user, "make", "test", log="test.log").wait()
    log = (folder / "test.log").read_text()
    if code != 0:
        raise SystemExit(f"make test failed:\n{log[-60_000:]}")
    said = re.findall(r"=+ (.*passed.*?) in [\d.]+s.*=+|Tests +(\d+ passed.*)", log)
    return {
        "tests": [re.sub(r"\x1b\[\d*m", "", server or client) for server, client in said],
        "test_minutes": round((time.monotonic() - began) / 60, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-tests", action="store_true", help="make demo alone")
    tests = not parser.parse_args().no_tests
    told = {}
    if os.geteuid() != 0:
        told["ordinary_user"] = try_as(None, tests=tests)
    else:
        told["root"] = try_as(None, tests=False)
        useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin")
        if useradd is None:
            raise SystemExit("useradd is missing: run this once more as an ordinary user.")
        subprocess.run([useradd, "--no-create-home", ORDINARY], check=True)
        try:
            told["ordinary_user"] = try_as(pwd.getpwnam(ORDINARY), tests=tests)
        finally:
            subprocess.run([useradd.replace("useradd", "userdel"), ORDINARY], check=True)
    print(json.dumps(told, indent=2))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
