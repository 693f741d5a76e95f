"""Runs every measurement and prints its JSON: python -m bench [NAME …] [-- ARGUMENTS]

Each is a script of its own that measures a ratio within one run; it takes its own ARGUMENTS.

"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
HELPERS = ("__init__", "__main__", "workspace", "served", "prove", "crash_works")
# At full size alone, by `make prove`: they take hours, or another version, or root.
PROOFS = ("fresh_clone", "postgresql_15", "client", "crashes", "scale", "upgrade", "users")


def names() -> list[str]:
    return sorted(p.stem for p in HERE.glob("*.py") if p.stem not in HELPERS + PROOFS)


def main(arguments: list[str]) -> int:
    """Run the measurements named, or all; returns 1 if one failed."""
    chosen, _dashes, rest = " ".join(arguments).partition("--")
    failed = False
    for name in chosen.split() or names():
        print(f"# {name}", flush=True)
        command = [sys.executable, str(HERE / f"{name}.py"), *rest.split()]
        failed |= subprocess.run(command, check=False).returncode != 0
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
