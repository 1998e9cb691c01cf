"""Data flows one way, and only the site knows MkDocs: the contracts of pyproject.toml hold."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_the_import_contracts_hold() -> None:
    command = Path(sys.executable).parent / "lint-imports"
    root = Path(__file__).parents[1]
    done = subprocess.run([command, "--no-cache"], cwd=root, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout
    assert "2 kept, 0 broken" in done.stdout


def test_the_rooms_are_those_of_the_contract() -> None:
    source = Path(__file__).parents[1] / "src/rectification"
    rooms = {p.stem for p in source.iterdir() if p.suffix == ".py" or (p / "__init__.py").is_file()} - {
        "__init__"
    }
    contract = (
        (Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8").split("layers = [")[1].split("]")[0]
    )
    assert rooms == {line.strip(' ",') for line in contract.splitlines() if line.strip()}
