"""The server's tests on PostgreSQL 15, the oldest we support, as Debian packages it.

Makes a throw-away server of the binaries in --binaries (as the user of the embedded database if
started by root) and runs the tests on it. Prints JSON: the server's version, what the tests said.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
BINARIES = Path("/usr/lib/postgresql/15/bin")
PORT = 8791
TESTS = ["-n", "2", "--dist", "worksteal", "-m", "not browser", "-p", "no:cacheprovider", "-q"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binaries", type=Path, default=BINARIES)
    binaries = parser.parse_args().binaries
    if not (binaries / "initdb").exists():
        raise SystemExit(f"No {binaries}/initdb (Debian 12: apt-get install postgresql-15).")
    sys.path.insert(0, str(ROOT))
    from guanxi.platform.workspaces import os_user

    user = os_user.database_user()
    as_user = os_user.identity(user)
    with tempfile.TemporaryDirectory(prefix="guanxi-pg15-", dir="/tmp") as name:
        folder = Path(name)
        os_user.give(folder, user)
        data, locale = folder / "data", ["--encoding=UTF8", "--locale=C.UTF-8"]
        initialize = [binaries / "initdb", "-D", data, "-U", "postgres", "--auth=trust", *locale]
        subprocess.run(initialize, check=True, stdout=sys.stderr, **as_user)
        settings = f"-c fsync=off -c listen_addresses= -k {folder} -p {PORT}"
        control = [binaries / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", settings]
        subprocess.run([*control, "start"], check=True, stdout=sys.stderr, **as_user)
        address = f"postgresql://postgres@/postgres?host={folder}&port={PORT}"
        try:
            tests = subprocess.run(
                [sys.executable, "-m", "pytest", *TESTS],
                check=False,
                stdout=subprocess.PIPE,
                text=True,
                cwd=ROOT,
                env={**os.environ, "GUANXI_TEST_DATABASE_URL": address},
            )
            version = subprocess.run(
                [binaries / "postgres", "--version"], check=True, stdout=subprocess.PIPE, text=True
            ).stdout
        finally:
            stop = [*control, "-m", "immediate", "stop"]
            subprocess.run(stop, check=True, stdout=sys.stderr, **as_user)
    if tests.returncode != 0:
        raise SystemExit(tests.stdout[-8000:])
    summary = re.search(r"(\d+ passed.*?) in ", tests.stdout)
    assert summary is not None
    print(json.dumps({"server": version.strip(), "tests": summary[1]}, indent=2))


if __name__ == "__main__":
    main()
