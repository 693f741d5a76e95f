"""The interface checklist promises nothing that no test holds."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROOF = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
PLACE = re.compile(r"`((?:web|guanxi)/[\w./-]+)`")


def rows() -> list[list[str]]:
    """The cells of the table's rows, its head aside."""
    lines = (ROOT / "docs" / "interface-checklist.md").read_text().splitlines()
    table = [line for line in lines if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table[2:]]


def names_in(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_line_has_a_test_that_exists() -> None:
    missing = [
        f"{what}: {file}::{test}"
        for what, _where, proof in rows()
        for file, test in PROOF.findall(proof) or [("", "none is named")]
        if not file or test not in names_in(file)
    ]
    assert rows()
    assert missing == []


def test_every_line_names_a_place_that_exists() -> None:
    named = [place for _what, where, _ in rows() for place in PLACE.findall(where)]
    assert [place for place in named if not (ROOT / place).exists()] == []
