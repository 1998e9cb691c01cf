"""The index that Pagefind writes over the pages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rectification.site.search import SearchError, index_pages

from .conftest import MKDOCS, Project


def test_the_index_is_part_of_the_site_without_other_interfaces(project: Project) -> None:
    project.write("mkdocs.yml", MKDOCS.format(language="zh").replace("search: false", "search: true"))
    assert project.build().code == 0, project.output
    files = project.files()
    assert {"pagefind/pagefind.js", "pagefind/pagefind-entry.json"} <= files.keys()
    assert not [
        name for name in files if name.startswith("pagefind/") and "ui" in name.rsplit("/")[-1].split(".")[0]
    ]
    languages = json.loads(files["pagefind/pagefind-entry.json"])["languages"]
    assert list(languages) == ["zh"]
    assert languages["zh"]["page_count"] == sum(
        name.endswith(".html") and b"data-pagefind-body" in content for name, content in files.items()
    )
    assert b"data-pagefind-body" not in files["ledger/index.html"]


def test_a_folder_that_cannot_be_indexed(tmp_path: Path) -> None:
    with pytest.raises(SearchError) as caught:
        index_pages(tmp_path / "missing", chinese=True)
    assert str(caught.value)
