"""Proves what the documents claim: python -m bench.prove [NAME …]

Each proof is a measurement at full size, run from a committed tree. What it printed goes to
docs/proof/NAME.json with the commit, the machine and how busy that was. Figures in the documents
are links to these files, [105.2](proof/purchase_models.json "/ratio"), with a JSON pointer (RFC
6901) as their title; they are brought up to date here, and a test compares them.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.workspace import machine

ROOT = Path(__file__).parents[1]
PROOFS = ROOT / "docs/proof"
DOCUMENTS = (ROOT / "docs/benchmarks.md",)
CLAIM = re.compile(r'\[(?P<figure>[^\]]+)\]\(proof/(?P<file>\w+\.json) "(?P<pointer>/[^"]+)"\)')

# What is run for each, in this order: the quick ones first.
COMMANDS: dict[str, list[str]] = {
    "purchase_models": ["purchase_models.py"],
    "recovery": ["recovery.py"],
    "import_retail": ["import_retail.py"],
    "daily_looks": ["daily_looks.py"],
    "track_record": ["track_record.py"],
    "customer_value": ["customer_value.py"],
    "propensity": ["propensity.py"],
    "matching": ["matching.py"],
    "matching_million": ["matching_million.py"],
    "import_customers": ["import_customers.py", "100000", "1000000"],
    "lists": ["lists.py"],
    "writes": ["writes.py", "--customers", "200000"],
    "merging": ["merging.py"],
    "score_run": ["score_run.py", "--customers", "1000000"],
    "search": ["search.py"],
    "duplicates": ["duplicates.py"],
    "client": ["client.py", "--customers", "100000"],
    "fresh_clone": ["fresh_clone.py"],
    "postgresql_15": ["postgresql_15.py"],
    "upgrade": ["upgrade.py"],
    "users": ["users.py", "--users", "8", "50", "--minutes", "10"],
    "scale": ["scale.py"],
    "crashes": ["crashes.py", "--times", "200"],
}


def main(names: list[str]) -> int:
    """Run the proofs named, or all; returns 1 if one failed."""
    if changed := git("status", "--porcelain", "--untracked-files=no"):
        print(f"Commit first: a proof names the commit it holds for.\n{changed}", file=sys.stderr)
        return 1
    commit = git("rev-parse", "HEAD")
    failed = [name for name in names or COMMANDS if not prove(name, commit)]
    for document in DOCUMENTS:
        document.write_text(CLAIM.sub(proved, document.read_text("utf-8")), "utf-8")
    if failed:
        print(f"Not proved: {', '.join(failed)}", file=sys.stderr)
    return int(bool(failed))


def prove(name: str, commit: str) -> bool:
    """Run one proof and keep what it printed; False if it failed, and its old file stays."""
    print(f"# {name}", flush=True)
    script, *arguments = COMMANDS[name]
    began, busy = dt.datetime.now(dt.UTC), os.getloadavg()[0]
    command = [sys.executable, str(ROOT / "bench" / script), *arguments]
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    if done.returncode != 0:
        return False
    proof = {
        "command": " ".join(["python", f"bench/{script}", *arguments]),
        "commit": commit,
        "began": began.isoformat(timespec="seconds"),
        "minutes": round((dt.datetime.now(dt.UTC) - began).total_seconds() / 60, 1),
        "load_before": round(busy, 2),
        "machine": machine(),
        "figures": json.loads(done.stdout),
    }
    text = json.dumps(proof, indent=1, ensure_ascii=False)
    (PROOFS / f"{name}.json").write_text(f"{text}\n", "utf-8")
    print(text, flush=True)
    return True


def proved(claim: re.Match[str]) -> str:
    """The same claim with the figure of its proof file."""
    return f'[{figure(claim)}](proof/{claim["file"]} "{claim["pointer"]}")'


def figure(claim: re.Match[str]) -> str:
    """What the proof file says where the claim points. Raises OSError or KeyError if nothing."""
    value: Any = json.loads((PROOFS / claim["file"]).read_text("utf-8"))["figures"]
    for key in claim["pointer"].removeprefix("/").split("/"):
        value = value[int(key)] if isinstance(value, list) else value[key]
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
