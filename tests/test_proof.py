"""No figure stands in the documents without the file that proves it (see bench/prove.py)."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bench.prove import CLAIM, COMMANDS, PROOFS, ROOT, figure

DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
MEASURED = re.compile(
    r"\d[\d.,]*\s?(?:×|ms\b|MiB\b|rows/s|rows a second|requests a second|times (?:faster|as fast))"
)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_figure_is_that_of_its_proof(document: Path) -> None:
    text = document.read_text("utf-8")
    for claim in CLAIM.finditer(text):
        assert claim["figure"] == figure(claim), claim[0]
    bare = MEASURED.search(CLAIM.sub("", text))
    assert bare is None, f"no proof of {bare and bare[0]}"


def test_every_proof_names_the_commit_and_machine_it_was_measured_on() -> None:
    for path in PROOFS.glob("*.json"):
        proof = json.loads(path.read_text("utf-8"))
        assert path.stem in COMMANDS
        assert re.fullmatch(r"[0-9a-f]{40}", proof["commit"])
        assert proof["machine"]["cores"] > 0


@pytest.mark.parametrize("name", ["crashes", "users", "upgrade", "scale"])
def test_every_proof_of_faults_and_size_tells_its_options(name: str) -> None:
    script, *arguments = COMMANDS[name]
    said = subprocess.run(
        [sys.executable, ROOT / "bench" / script, "--help"],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    for option in arguments:
        assert not option.startswith("--") or option in said
    assert f"`{script}`" in (ROOT / "docs/benchmarks.md").read_text("utf-8")
