"""Small sites, built through MkDocs itself."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest

from .warm import AT_THE_START, warm

BUILD_DAY = "1795478400"  # 2026-11-24 00:00 UTC
BUILDER = os.environ.get("SITE_BUILDER", "mkdocs")  # `make compat` runs these tests under ProperDocs too

MKDOCS = """\
site_name: Probe
site_url: https://probe.example.org/base/
repo_url: https://git.example.org/a/b
edit_uri: edit/main/docs/
theme:
  name: material
  language: {language}
  font: false
  features: [content.action.edit, navigation.path, navigation.indexes, navigation.tabs]
plugins:
  - rectification: {{search: false}}
"""

CHECKLIST = """\
checklist:
  id: A
  title: 报表减负
  source: {kind: 文章, document: 《甲》, date: 2020-08-21}
items:
  - id: A-1
    title: 三级报表 <标准> 不一
    problem: 省、市、县三级要求的报表**不一样**。
    unit: 市委办
    found: 2026-03-01
    due: 2026-11-01
    category: 报表
    severity: high
    source: {place: 第二段}
    actions:
      - {text: 统一口径, due: 2026-03-15, done: 2026-03-20, evidence: [evidence/a.csv, "https://example.org/x"]}
      - {text: 月度公示, due: 2026-05-15}
    log:
      - {date: 2026-03-02, status: in_progress, by: 市委办, note: 开始}
    related: [A-2, A-3]
  - id: A-2
    title: 重复填表
    problem: 走访 6 小时，填表 2 小时。
    unit: 县卫健局
    found: 2026-03-01
    due: 2027-11-01
  - id: A-3
    title: 内部条目
    problem: 只给内部看。
    unit: 县卫健局
    found: 2026-03-01
    due: 2027-11-01
    visibility: internal
"""

UNITS = """\
units:
  - {name: 示例市, level: city}
  - {name: 市委办公室, parent: 示例市, aliases: [市委办], slug: office}
  - {name: 县卫健局, parent: 示例市}
"""

INDEX = """\
# 首页

```ledger
view: counts
```
"""


@dataclass
class Project:
    """A site's folder and what its last build said."""

    root: Path
    output: str = ""
    code: int = 0

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def build(self, *arguments: str, **environment: str) -> Project:
        """Run `mkdocs build` as an editor does, on a fixed day."""
        environment = {"SOURCE_DATE_EPOCH": BUILD_DAY, "NO_MKDOCS_2_WARNING": "1", **environment}
        if BUILDER == "mkdocs" and hasattr(os, "fork") and not AT_THE_START & environment.keys():
            self.code, self.output = warm().build(self.root, arguments, environment)
            return self
        done = subprocess.run(
            [sys.executable, "-m", BUILDER, "build", *arguments],
            cwd=self.root,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        self.output, self.code = done.stdout + done.stderr, done.returncode
        return self

    def page(self, address: str) -> str:
        return (self.root / "site" / address / "index.html").read_text("utf-8")

    def files(self) -> dict[str, bytes]:
        """Every file of the built site with its bytes."""
        site = self.root / "site"
        return {p.relative_to(site).as_posix(): p.read_bytes() for p in site.rglob("*") if p.is_file()}


class Links(HTMLParser):
    """The addresses a page points at, and the ids it has."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.ids: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.ids.add(found.get("id") or "")
        for name in ("href", "src"):
            if found.get(name):
                self.targets.append(str(found[name]))


def unresolved_links(project: Project, base: str) -> list[str]:
    """Every link of a built site, served at `base`, that leads to no file or to no part of its page."""
    files = project.files()
    host, prefix = urlsplit(base).netloc, urlsplit(base).path
    pages = {name: Links(content.decode()) for name, content in files.items() if name.endswith(".html")}
    unresolved = []
    for name, page in pages.items():
        own = base if name == "404.html" else base + name.removesuffix("index.html")
        for target in page.targets:
            address = urlsplit(urljoin(own, target))
            if address.netloc != host:
                continue
            path = unquote(address.path).removeprefix(prefix)
            path = path + "index.html" if path.endswith("/") or not path else path
            part = unquote(address.fragment)
            there = path in files or f"{path}/index.html" in files
            if part and path in pages and not part.startswith("__"):
                there = part in pages[path].ids
            if not there:
                unresolved.append(f"{name}: {target}")
    return unresolved


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with one checklist, units, evidence and a home page, not yet built."""
    made = Project(tmp_path)
    made.write("mkdocs.yml", MKDOCS.format(language="zh"))
    made.write("checklists/forms.yml", CHECKLIST)
    made.write("checklists/_units.yml", UNITS)
    made.write("checklists/evidence/a.csv", "a,b\n")
    made.write("docs/index.md", INDEX)
    return made


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The same project, built once for all tests that only read."""
    make: Callable[[Path], Project] = project.__wrapped__  # type: ignore[attr-defined]
    made = make(tmp_path_factory.mktemp("built")).build()
    assert made.code == 0, made.output
    return made
