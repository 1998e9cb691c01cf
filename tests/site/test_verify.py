"""The manifest lists the site as it is, and `rectify verify` sees whatever was done to it since."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result

from rectification import __version__
from rectification.cli import rectify

from ..repository import new_repository
from .conftest import MKDOCS, Project

MANIFEST = "api/v1/manifest.json"
PAGE = "items/A-1/index.html"
BASE = "https://probe.example.org/base/"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(rectify, ["verify", *map(str, arguments)], env={"LC_ALL": "en_US.UTF-8"})


def faults(site: Path) -> list[tuple[str, ...]]:
    """What is found, as (kind, file) or (kind, file, about)."""
    done = run(site, "--format", "json")
    told = json.loads(done.stdout)
    assert done.exit_code == (1 if told["faults"] else 0)
    return [tuple(filter(None, (one["kind"], one["file"], one["about"]))) for one in told["faults"]]


def manifest_of(project: Project) -> Any:
    return json.loads(project.files()[MANIFEST])


def listed_as_it_is(project: Project) -> None:
    found = [
        {"path": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in sorted(project.files().items())
        if name != MANIFEST
    ]
    assert manifest_of(project)["files"] == found


@pytest.fixture
def site(built: Project, tmp_path: Path) -> Path:
    """A copy of a built site, to be spoilt."""
    return Path(shutil.copytree(built.root / "site", tmp_path / "site"))


# -- the manifest ------------------------------------------------------------------------------------------


def test_every_other_file_is_listed(built: Project) -> None:
    listed_as_it_is(built)
    names = [one["path"] for one in manifest_of(built)["files"]]
    assert {PAGE, "_headers", "sitemap.xml.gz", "evidence/a.csv", "api/v1/index.json"} <= {*names}


def test_search_editing_and_offline_copies_are_listed(project: Project) -> None:
    config = MKDOCS.format(language="zh").replace(
        "search: false", "search: true, offline: true, admin: {name: gitea, app_id: x}"
    )
    project.write("mkdocs.yml", config)
    assert project.build().code == 0, project.output
    listed_as_it_is(project)
    names = [one["path"] for one in manifest_of(project)["files"]]
    assert {"pagefind/pagefind.js", "ledger/rows.json.js", "admin/index.html"} <= {*names}
    assert run(project.root).exit_code == 0


def test_the_manifest_is_as_its_schema_and_the_index_say(built: Project) -> None:
    files = built.files()
    schema, index = (json.loads(files[f"api/v1/{name}.json"]) for name in ("schema", "index"))
    jsonschema.validate(manifest_of(built), schema | {"$ref": "#/$defs/Manifest"})
    (entry,) = (one for one in index["files"] if one["path"] == "manifest.json")
    assert entry["holds"] == "Manifest" and "sha256" not in entry  # it is made after the index
    assert manifest_of(built)["generator"] == f"rectification {__version__}"
    assert manifest_of(built)["revision"] == index["revision"]


def test_the_commit_and_what_differs_from_it(project: Project) -> None:
    assert manifest_of(project.build())["built_from"] is None
    repository = new_repository(project.root)
    project.write(".gitignore", "site/\n*.local\n")
    commit = repository.commit({})
    clean, dirty = ({"commit": commit, "dirty": is_dirty} for is_dirty in (False, True))
    assert manifest_of(project.build())["built_from"] == clean
    # What the site is not made from, or git is told to ignore, makes no difference.
    project.write("notes.txt", "x")
    project.write("docs/draft.local", "x")
    assert manifest_of(project.build())["built_from"] == clean
    project.write("docs/new.md", "# 新页\n")
    assert manifest_of(project.build())["built_from"] == dirty


# -- verify ------------------------------------------------------------------------------------------------


def test_a_whole_site_is_told_in_one_line(built: Project) -> None:
    for place in (built.root, built.root / "site"):
        done = run(place)
        assert done.exit_code == 0
        (line,) = done.stdout.splitlines()
        assert hashlib.sha256(built.files()[MANIFEST]).hexdigest() in line
    told = json.loads(run(built.root, "--format", "json").stdout)
    assert told["files"] == len(built.files()) - 1
    assert told["pages"] == sum(name.endswith(".html") for name in built.files())
    assert told["links"] > 500 and told["built_from"] is None


def test_a_project_is_told_of_in_the_language_of_its_site(built: Project, site: Path) -> None:
    assert "SHA-256：" in run(built.root).stdout
    assert "SHA-256 " in run(site).stdout


def test_an_altered_byte(site: Path) -> None:
    place = site / "evidence/a.csv"
    content = place.read_bytes()
    place.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    assert faults(site) == [("altered", "evidence/a.csv")]
    done = run(site)
    assert done.stdout.splitlines() == ["evidence/a.csv: is not what was published", "1 fault"]


def test_a_missing_file(site: Path) -> None:
    (site / "feeds/all.ics").unlink()
    found = faults(site)
    assert found[0] == ("missing", "feeds/all.ics")
    assert {kind for kind, *_ in found[1:]} == {"broken_link"}  # pages announce it


def test_a_file_that_was_not_published(site: Path) -> None:
    (site / "items/extra.js").write_text("x")
    (site / "well.html").write_text("<a href=ledger/>x</a>")
    assert faults(site) == [("extra", "items/extra.js"), ("extra", "well.html")]


def test_a_link_in_the_place_of_a_file(site: Path) -> None:
    (site / "evidence/a.csv").rename(site.parent / "a.csv")
    (site / "evidence/a.csv").symlink_to(site.parent / "a.csv")
    (site / "more").symlink_to(site.parent)
    assert faults(site) == [("altered", "evidence/a.csv"), ("extra", "more")]


def test_hidden_entries_that_no_build_made_are_somebody_elses(site: Path) -> None:
    (site / ".git").mkdir()
    (site / ".git/index.html").write_text("<a href=nowhere>x</a>")
    (site / ".nojekyll").write_text("")
    assert faults(site) == []
    (site / "items/.hidden").write_text("")
    assert faults(site) == [("extra", "items/.hidden")]


def test_a_hidden_entry_that_the_build_made(project: Project) -> None:
    project.write("docs/.well-known/security.txt", "Contact: x\n")
    project.write("mkdocs.yml", MKDOCS.format(language="en") + "exclude_docs: '!.well-known'\n")
    assert project.build().code == 0, project.output
    assert faults(project.root) == []
    project.write("site/.well-known/other.txt", "x")
    project.write("site/.well-known/security.txt", "x")
    assert faults(project.root) == [
        ("extra", ".well-known/other.txt"),
        ("altered", ".well-known/security.txt"),
    ]


def test_an_item_without_a_page(site: Path) -> None:
    shutil.rmtree(site / "items/A-2")
    found = faults(site)
    assert found[:2] == [
        ("missing", "items/A-2/index.html"),
        ("item_without_page", "items/A-2/index.html", "A-2"),
    ]
    assert ("broken_link", PAGE, "../../items/A-2/") in found


def test_a_page_without_an_item(site: Path) -> None:
    shutil.copytree(site / "items/A-2", site / "items/A-7")
    assert ("page_without_item", "items/A-7/index.html", "A-7") in faults(site)


def replaced(site: Path, page: str, body: str) -> list[str]:
    """Put a body into a page; return the links found broken."""
    (site / page).write_text(f"<html><body>{body}</body></html>", "utf-8")
    return [
        about
        for kind, file, *about in faults(site)
        if kind.startswith("broken") and file == page
        for about in about
    ]


@pytest.mark.parametrize(
    "body",
    [
        '<a href="../../nowhere/">x</a>',
        '<a href="../A-9/">x</a>',
        '<a href="/base/ledger/rows.jsn">x</a>',
        f'<a href="{BASE}nowhere">x</a>',
        '<a href="../../../outside/">x</a>',
        '<a href="#nowhere">x</a>',
        '<a href="../A-2/#nowhere">x</a>',
        '<img src="pictures/x.png">',
        '<img srcset="../../index.html 1x, ../../x.png 2x">',
        '<script src="../../x.js"></script>',
        '<video poster="x.png"></video>',
        '<object data="x.pdf"></object>',
        '<form action="../../find"></form>',
    ],
)
def test_a_link_that_leads_nowhere(site: Path, body: str) -> None:
    assert len(replaced(site, PAGE, body)) == 1


def test_links_that_lead_somewhere(site: Path) -> None:
    unit = "units/%E5%8E%BF%E5%8D%AB%E5%81%A5%E5%B1%80"
    links = [
        *("", "#", "#top", "#here", "#%E8%BF%99%E9%87%8C", "#:~:text=x", "?status=open", "./", "../A-2/", "../A-2"),
        *("../A-2/index.html", "../A-2/#record", f"../../{unit}/", "../../ledger/?status=open#top", " ../A-2/ "),
        *("/base/", BASE, f"//probe.example.org/base/{unit}", "../../evidence/a.csv#row=2"),
        # of others
        *("https://example.org/x", "//example.org/x", "/elsewhere/", "mailto:a@example.org", "data:,x", "javascript:x"),
        "http://[",
    ]  # fmt: skip
    body = '<p id="here"></p><a name="这里"></a>' + "".join(f'<a href="{link}">x</a>' for link in links)
    assert replaced(site, PAGE, body) == ["http://["]


def test_evidence_and_a_page_with_a_base(site: Path) -> None:
    assert replaced(site, "evidence/a.html", '<a href="nowhere">x</a>') == []
    assert replaced(site, PAGE, '<base href="../A-2/"><a href="../A-9/">x</a><a href="./">x</a>') != []
    assert replaced(site, PAGE, '<base href="../"><a href="A-2/">x</a>') == []
    assert replaced(site, PAGE, '<base href="../"><a href="http://[">x</a>') == ["http://["]


@pytest.mark.parametrize("content", [None, "", "{}", '{"files": 7}', '{"files": [{}]}', "[]", "\0"])
def test_a_site_without_a_manifest_that_can_be_read(site: Path, content: str | None) -> None:
    (site / MANIFEST).unlink()
    if content is not None:
        (site / MANIFEST).write_text(content)
    found = faults(site)
    assert found[0] == ("unreadable", MANIFEST)
    assert {kind for kind, *_ in found[1:]} <= {"broken_link"}


def test_a_manifest_that_leads_out_of_the_site(site: Path) -> None:
    told = json.loads((site / MANIFEST).read_text("utf-8"))
    (site.parent / "x").write_text("x")
    told["files"].append({"path": "../x", "size": 1, "sha256": hashlib.sha256(b"x").hexdigest()})
    (site / MANIFEST).write_text(json.dumps(told), "utf-8")
    assert faults(site) == [("missing", "../x")]


@pytest.mark.parametrize("name", ["items.json", "site.json"])
def test_data_that_cannot_be_read(site: Path, name: str) -> None:
    (site / "api/v1" / name).write_text("[")
    assert faults(site) == [("altered", f"api/v1/{name}"), ("unreadable", f"api/v1/{name}")]


def test_a_name_cannot_look_like_a_line_of_ours(site: Path) -> None:
    (site / "x\nindex.html: is fine\x1b[2K").write_text("")
    lines = run(site).stdout.splitlines()
    assert lines == ["x\\nindex.html: is fine\\x1b[2K: was not published", "1 fault"]


def test_a_folder_without_a_site(tmp_path: Path, project: Project) -> None:
    assert run(tmp_path / "none").exit_code == 2
    done = run(project.root)  # not built
    assert done.exit_code == 2 and str(project.root / "site") in done.stderr
    (tmp_path / "empty").mkdir()
    assert run(tmp_path / "empty").exit_code == 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_not_waited_for(site: Path) -> None:
    os.mkfifo(site / "pipe")
    (site / "evidence/a.csv").unlink()
    os.mkfifo(site / "evidence/a.csv")
    assert faults(site) == [("altered", "evidence/a.csv"), ("extra", "pipe")]
