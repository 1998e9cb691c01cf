"""Scripts and data for a site opened as files."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from rectification.site.assets import bundled
from rectification.site.offline import BundleError, bundle, twin

from .conftest import MKDOCS, Project


def test_modules_become_one_script_in_the_order_they_need_each_other(tmp_path: Path) -> None:
    (tmp_path / "rectification.js").write_text('import { one as first } from "./a.js";\nfirst();\nimport("./c.js").then((c) => c.start());\n')  # fmt: skip
    (tmp_path / "a.js").write_text('import { two } from "./b.js";\nexport function one() { return two; }\n')
    (tmp_path / "b.js").write_text("export const two = import.meta.url;\n")
    (tmp_path / "c.js").write_text("export async function start() {}\n")
    (tmp_path / "unused.js").write_text("export default 1;\n")
    script = bundle(tmp_path)
    order = re.findall(r"^modules\['(.*?)'\] =", script, re.M)
    assert sorted(order) == ["a.js", "b.js", "c.js", "rectification.js"]
    assert order.index("b.js") < order.index("a.js") < 3 and order[-1] == "rectification.js"
    assert "const { one: first } = modules['a.js'];" in script
    assert "Promise.resolve(modules['c.js']).then" in script
    assert "unused" not in script and "import" not in script and "export" not in script


@pytest.mark.parametrize(
    "line", ['import all from "./a.js";', "export default 1;", 'export * from "./a.js";']
)
def test_a_form_that_is_not_translated_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "rectification.js").write_text(line)
    with pytest.raises(BundleError, match=r"rectification\.js: "):
        bundle(tmp_path)


def test_our_own_modules_are_translated_whole() -> None:
    _, script = bundled()
    assert not re.search(r"^\s*(import|export)\b(?!\()", script, re.M)
    assert "import.meta" not in script


def test_only_what_scripts_load_has_a_twin() -> None:
    assert twin("api/v1/items.json", b"{}") is None
    name, content = twin("api/v1/checklists/甲.json", b'{"a":1}') or ("", b"")
    assert name == "api/v1/checklists/甲.json.js"
    assert content == f"rectifyData({json.dumps('api/v1/checklists/甲.json')}, ".encode() + b'{"a":1});\n'


def test_an_offline_site_has_flat_addresses_and_no_modules(project: Project) -> None:
    config = MKDOCS.format(language="zh")
    changed = config.replace("{search: false}", "{search: false, offline: true}")
    project.write("mkdocs.yml", changed)
    assert project.build().code == 0, project.output
    html = (project.root / "site/items/A-1.html").read_text("utf-8")
    assert 'type="module"' not in html and "rectification.offline.js" in html
    assert (project.root / "site/ledger/rows.json.js").is_file()
