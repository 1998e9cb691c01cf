"""Editing in the browser: the page stays on the site's own server, and its configuration is the program's."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bench.reader import served
from jsonschema import Draft7Validator
from playwright.sync_api import expect

from rectification.model import Item
from rectification.model import build as made_of
from rectification.source import parse

from .conftest import ROOT, Reader, build

# In the language of the browser.
LOCAL_FOLDER = re.compile("使用本地仓库|Work with Local Repository")
SCHEMA = Path(__file__).parent / "vendor/sveltia-cms.schema.json"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = tmp_path_factory.mktemp("admin")
    for name in ("checklists", "docs", "overrides"):
        shutil.copytree(ROOT / name, project / name)
    config = (ROOT / "mkdocs.yml").read_text("utf-8")
    wanted = config.replace(
        "  - rectification:\n", "  - rectification:\n      admin: {}\n      search: false\n"
    )
    assert wanted != config
    (project / "mkdocs.yml").write_text(wanted, "utf-8")
    build(project, project / "site")
    return project / "site"


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    with served(site) as base:
        yield base


@pytest.fixture(scope="module")
def config(site: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((site / "admin/config.yml").read_text("utf-8"))
    return found


def test_the_page_starts_and_asks_no_other_server(address: str, reader: Reader) -> None:
    page = reader(f"{address}admin/")
    expect(page.get_by_role("button", name=LOCAL_FOLDER)).to_be_visible(timeout=20_000)


def test_the_configuration_is_what_the_program_takes(config: dict[str, Any]) -> None:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    faults = [
        f"{list(e.absolute_path)}: {e.message[:200]}" for e in Draft7Validator(schema).iter_errors(config)
    ]
    assert faults == []
    backend = config["backend"]
    assert (backend["name"], backend["repo"], backend["branch"]) == (
        "gitea",
        "demo/rectification-checklist",
        "main",
    )
    assert backend["base_url"] == "https://git.example.org"


def test_every_field_of_the_model_can_be_edited(config: dict[str, Any]) -> None:
    folder = next(one for one in config["collections"] if one["name"] == "responsibility-and-incentives")
    assert [field["name"] for field in folder["fields"]] == [
        i.alias or n for n, i in Item.model_fields.items()
    ]
    required = [field["name"] for field in folder["fields"] if field["required"]]
    assert required == ["id", "title", "problem", "unit", "found", "due"]
    fields = {field["name"]: field for field in folder["fields"]}
    assert "示例市委办公室" in fields["unit"]["options"] and fields["partners"]["multiple"]
    assert fields["category"]["options"][0] == "文山会海"
    log = {field["name"]: field for field in fields["log"]["fields"]}
    assert {"value": "closed", "label": "已销号"} in log["status"]["options"]
    assert log["date"]["widget"] == "datetime" and log["sustained"]["widget"] == "boolean"
    files = next(one for one in config["collections"] if one["name"] == "files")["files"]
    assert {file["file"] for file in files} >= {
        "checklists/forms-and-data.yml", "checklists/_units.yml", "checklists/_categories.yml",
        "checklists/responsibility-and-incentives/checklist.yml",
    }  # fmt: skip


def test_nothing_of_it_is_there_unless_asked_for(sample: str, reader: Reader) -> None:
    page = reader(sample)
    assert page.request.get(f"{sample}admin/").status == 404
    assert "sveltia" not in page.content()


LOCAL = """async (files) => {
  const root = await navigator.storage.getDirectory();
  for (const [path, text] of Object.entries(files)) {
    const parts = path.split("/");
    let folder = root;
    for (const part of parts.slice(0, -1)) folder = await folder.getDirectoryHandle(part, { create: true });
    const file = await folder.getFileHandle(parts.at(-1), { create: true });
    const stream = await file.createWritable();
    await stream.write(text);
    await stream.close();
  }
  await root.getDirectoryHandle(".git", { create: true });
  window.showDirectoryPicker = async () => root;
}"""


READ = """async (path) => {
  let folder = await navigator.storage.getDirectory();
  const parts = path.split("/");
  for (const part of parts.slice(0, -1)) folder = await folder.getDirectoryHandle(part);
  const file = await (await folder.getFileHandle(parts.at(-1))).getFile();
  return file.text().catch(() => ""); // it is being replaced at this moment
}"""


def test_an_item_of_a_local_folder_is_edited(address: str, reader: Reader) -> None:
    page = reader(f"{address}admin/")
    button = page.get_by_role("button", name=LOCAL_FOLDER)
    expect(button).to_be_visible(timeout=20_000)
    files = {
        path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
        for path in sorted((ROOT / "checklists").rglob("*.yml"))
    }
    page.evaluate(LOCAL, files)
    button.click()
    expect(page.get_by_text("责任担当与考核激励专项整治").first).to_be_visible(timeout=20_000)
    expect(page.get_by_text("ZR2026-003").first).to_be_visible(timeout=20_000)
    page.get_by_text("ZR2026-003").first.click()
    title = page.get_by_role("textbox", name="标题").first
    expect(title).to_have_value("基层干出成绩，上级部门“摘桃子”", timeout=20_000)
    title.fill("上级部门“摘桃子”")
    page.get_by_role("button", name=re.compile("^(Save|保存)$")).click()
    name = "checklists/responsibility-and-incentives/ZR2026-003.yml"
    text = ""
    for _ in range(100):
        text = page.evaluate(f"({READ})('{name}')")
        if "title: 上级部门" in text:
            break
        page.wait_for_timeout(200)
    saved, _ = parse(text, name)
    before, _ = parse(files[name], name)
    assert saved is not None and before is not None
    # Beside the title nothing but what says nothing: `sustained: false`, an empty `extra`.
    made, mistakes = made_of(Item, saved.value)
    assert mistakes == []
    assert made == made_of(Item, before.value | {"title": "上级部门“摘桃子”"})[0]
