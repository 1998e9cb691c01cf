"""A git repository made step by step, with days and people of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rectification.history import History, read_history
from rectification.settings import Settings

HEADER = "checklist: {id: A, title: 甲}\nitems:\n"


def item(number: int, *lines: str, **changes: str) -> str:
    """One item of a list: its six facts, each of which can be said otherwise, then lines of its own."""
    fields = {
        "id": f"A-{number}",
        "title": f"重复填表 {number}",
        "problem": "走访 6 小时，填表 2 小时。",
        "unit": "示例镇",
        "found": "2026-03-01",
        "due": "2026-12-31",
    } | changes
    return "  - " + "\n    ".join([*(f"{key}: {value}" for key, value in fields.items()), *lines]) + "\n"


@dataclass(frozen=True)
class Repository:
    """`root` is both the top of the repository and the site's root."""

    root: Path

    def git(self, *arguments: str, day: str = "2026-03-01", author: str = "Example Editor") -> str:
        moment = day if "T" in day else f"{day}T12:00:00+00:00"
        identity = {
            "GIT_AUTHOR_NAME": author,
            "GIT_AUTHOR_EMAIL": "editor@example.org",
            "GIT_COMMITTER_NAME": author,
            "GIT_COMMITTER_EMAIL": "editor@example.org",
            "GIT_AUTHOR_DATE": moment,
            "GIT_COMMITTER_DATE": moment,
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
        }
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            env={**os.environ, **identity},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def write(self, files: Mapping[str, str | bytes | None]) -> None:
        """Write files below `checklists/`; None takes one away."""
        for name, content in files.items():
            path = self.root / "checklists" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                path.unlink()
            elif isinstance(content, bytes):
                path.write_bytes(content)
            else:
                path.write_text(content, "utf-8", newline="")

    def commit(
        self,
        files: Mapping[str, str | bytes | None],
        day: str = "2026-03-01",
        author: str = "Example Editor",
        subject: str = "x",
    ) -> str:
        """Write files below `checklists/` and commit all there is; return the commit's name."""
        self.write(files)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", subject, day=day, author=author)
        return self.git("rev-parse", "HEAD")

    def items(self, *listed: str, day: str = "2026-03-01", author: str = "Example Editor") -> str:
        """Commit one checklist with these items."""
        return self.commit({"a.yml": HEADER + "".join(listed)}, day, author)

    def settings(self, **decisions: object) -> Settings:
        return Settings(self.root, self.root / "checklists", **decisions)  # type: ignore[arg-type]

    def history(self, **decisions: object) -> History:
        return read_history(self.settings(**decisions))


def new_repository(root: Path) -> Repository:
    (root / "checklists").mkdir(parents=True, exist_ok=True)
    repository = Repository(root)
    repository.git("init", "-q", "-b", "main")
    return repository
