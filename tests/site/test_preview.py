"""A live preview makes pages when they are asked for, and they are those that a build makes."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.livereload import LiveReloadServer

from rectification.site.preview import Preview
from rectification.site.verify import verify

from .conftest import BUILD_DAY, CHECKLIST, INDEX, MKDOCS, Project

HERE = "http://127.0.0.1:8000/base/"
LISTED = ("ledger", "changes", "checklists", "units", "categories", "data", "rules")


class Served:
    """A preview without a socket: built as `mkdocs serve` does, asked as its server asks."""

    def __init__(self, project: Project, site: Path) -> None:
        self.project, self.site = project, site
        config = self._config()
        config.plugins.on_startup(command="serve", dirty=False)
        self.plugin: Any = config.plugins["rectification"]
        build(config, serve_url=HERE)
        self.server = LiveReloadServer(self.build, "127.0.0.1", 0, str(site), "/base/")
        config.plugins.on_serve(self.server, config=config, builder=self.build)

    def _config(self) -> Any:
        config = load_config(str(self.project.root / "mkdocs.yml"), site_dir=str(self.site))
        config.site_url = HERE
        return config

    def build(self) -> None:
        build(self._config(), serve_url=HERE)

    def ask(self, path: str) -> tuple[str, bytes]:
        """Return the status and the content of an answer."""
        heads: list[str] = []
        app = self.server.get_app()
        assert app is not None
        environ = {"PATH_INFO": f"/base/{path}".encode().decode("latin-1"), "REQUEST_METHOD": "GET"}
        body: Iterable[bytes] = app(environ, lambda status, headers: heads.append(status))  # type: ignore[arg-type,misc]
        return heads[0][:3], b"".join(body)


@pytest.fixture(autouse=True)
def build_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", BUILD_DAY)


@pytest.fixture
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Project], Served]]:
    served: list[Served] = []

    def one(project: Project) -> Served:
        served.append(Served(project, tmp_path_factory.mktemp("served")))
        return served[-1]

    yield one
    for each in served:
        each.server.server_close()


def shown(page: bytes) -> str:
    """A page without what the server adds, and without the white space that the theme indents by."""
    text = re.sub(r"<script>\s*var livereload.*?</script>", "", page.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", text).replace("> <", "><")


def test_what_is_asked_for_is_made_and_nothing_else(
    project: Project, serve: Callable[[Project], Served]
) -> None:
    served = serve(project)
    item, other = served.site / "items/A-1/index.html", served.site / "items/A-2/index.html"
    before = item.read_bytes(), other.read_bytes()
    text = CHECKLIST.replace("统一口径", "统一三级口径").replace("走访 6 小时", "走访 7 小时")
    project.write("checklists/forms.yml", text)
    served.build()
    assert (item.read_bytes(), other.read_bytes()) == before
    assert "统一三级口径" in served.ask("items/A-1/")[1].decode()
    assert "统一三级口径" in item.read_text("utf-8")
    assert other.read_bytes() == before[1]
    made = item.stat().st_mtime_ns
    served.ask("items/A-1/")
    served.build()
    served.ask("items/A-1/")
    assert item.stat().st_mtime_ns == made  # it would be the same


def test_every_file_is_that_of_a_build(project: Project, serve: Callable[[Project], Served]) -> None:
    served = serve(project)
    new = CHECKLIST.replace("统一口径", "统一三级口径").replace("id: A-2", "id: A-9").replace("A-2,", "A-9,")
    project.write("checklists/forms.yml", new)
    project.write("checklists/evidence/a.csv", "a,b,c\n")
    project.write("docs/index.md", INDEX + "\n新的一句。\n")
    served.build()
    whole = serve(project)
    paths = {p.relative_to(whole.site).as_posix() for p in whole.site.rglob("*") if p.is_file()}
    paths -= {"sitemap.xml.gz"}  # it says when it was packed
    assert "items/A-9/index.html" in paths
    for path in sorted(paths - {"api/v1/manifest.json"}):
        status, content = served.ask(path)
        assert status == "200", path
        expected = whole.ask(path)[1]
        if path.endswith(".html"):
            assert shown(content) == shown(expected), path
        else:
            assert content == expected, path
    assert served.ask("items/A-2/")[0] == "404"
    assert not (served.site / "items/A-2").exists()
    assert served.ask("items/A-9")[0] in ("302", "200")  # as MkDocs answers for any folder
    assert served.ask("items/A-3/")[0] == "404"  # an internal one
    assert {p.relative_to(served.site).as_posix() for p in served.site.rglob("*") if p.is_file()} >= paths


def test_what_tells_of_all_files_is_true(project: Project, serve: Callable[[Project], Served]) -> None:
    served = serve(project)
    project.write("checklists/forms.yml", CHECKLIST.replace("统一口径", "统一三级口径"))
    served.build()
    assert served.ask("api/v1/manifest.json")[0] == "200"
    assert served.ask("api/v1/index.json")[0] == "200"
    faults = list(verify(served.site).faults)
    assert faults == []
    assert "统一三级口径" in (served.site / "api/v1/items.json").read_text("utf-8")


def test_the_index_follows_when_nobody_waits(project: Project, serve: Callable[[Project], Served]) -> None:
    project.write("mkdocs.yml", MKDOCS.format(language="zh").replace("search: false", "search: true"))
    served = serve(project)
    first = served.ask("pagefind/pagefind-entry.json")[1]
    assert first
    project.write("checklists/forms.yml", CHECKLIST.replace("统一口径", "查无此词"))
    served.build()
    assert served.ask("pagefind/pagefind-entry.json")[1] == first  # that of before is better than none
    end = time.monotonic() + 60
    while served.ask("pagefind/pagefind-entry.json")[1] == first:
        assert time.monotonic() < end, "the index never followed"
        time.sleep(0.1)
    assert served.ask("api/v1/manifest.json")[0] == "200"
    assert list(verify(served.site).faults) == []


def test_the_index_follows_though_it_could_not_be_made_before(
    project: Project, serve: Callable[[Project], Served], caplog: pytest.LogCaptureFixture
) -> None:
    config = MKDOCS.format(language="zh").replace("search: false", "search: true")
    project.write("mkdocs.yml", config.replace("  font: false\n", "  font: false\n  custom_dir: overrides\n"))
    note = project.write("overrides/partials/item-note.html", "<p>说明</p>")
    served = serve(project)
    first = served.ask("pagefind/pagefind-entry.json")[1]
    note.write_text("{{ nothing.at_all }}", "utf-8")
    served.build()
    end = time.monotonic() + 60
    while "overrides/partials/item-note.html 第 1 行" not in caplog.text:
        assert time.monotonic() < end, "nobody was told"
        time.sleep(0.1)
    note.write_text("<p>查无此词</p>", "utf-8")
    served.build()
    while served.ask("pagefind/pagefind-entry.json")[1] == first:
        assert time.monotonic() < end, "the index never followed"
        time.sleep(0.1)


def test_a_page_made_while_another_build_begins_is_made_again(
    project: Project, serve: Callable[[Project], Served]
) -> None:
    served = serve(project)
    served.build()
    preview: Preview = served.plugin.preview
    server = served.server
    turns: list[str] = []

    def slow(environ: Any, start: Any) -> Iterable[bytes]:
        # What `serve` does with an answer that comes in while files change: it waits for the build.
        if not turns:
            turns.append("waited")
            project.write("checklists/forms.yml", CHECKLIST.replace("统一口径", "统一三级口径"))
            served.build()
            turns.append("built")
        return server.serve_request(environ, start)

    server.set_app(preview.app(slow, "/base/"))
    assert "统一三级口径" in served.ask("items/A-1/")[1].decode()
    assert turns == ["waited", "built"]


def test_a_failed_build_leaves_what_is_shown(project: Project, serve: Callable[[Project], Served]) -> None:
    served = serve(project)
    project.write("docs/index.md", INDEX.replace("counts", "nothing"))
    served.build()  # the mistake is shown, not raised
    project.write("mkdocs.yml", MKDOCS.format(language="zh") + "nav:\n  - {a: [}\n")
    with pytest.raises(Exception, match="parsing the configuration file"):
        served.build()
    assert served.ask("items/A-1/")[0] == "200"
    project.write("mkdocs.yml", MKDOCS.format(language="zh"))
    project.write("checklists/forms.yml", CHECKLIST.replace("统一口径", "统一三级口径"))
    served.build()
    assert "统一三级口径" in served.ask("items/A-1/")[1].decode()


def test_a_mistake_in_a_template_is_told_until_it_is_mended(
    project: Project, serve: Callable[[Project], Served], caplog: pytest.LogCaptureFixture
) -> None:
    config = MKDOCS.format(language="zh")
    project.write("mkdocs.yml", config.replace("  font: false\n", "  font: false\n  custom_dir: overrides\n"))
    template = Path(str(files("rectification"))) / "templates/item.html"
    text = template.read_text("utf-8")
    project.write("overrides/item.html", text)
    preview = serve(project)
    project.write("overrides/item.html", f"{text}{{{{ nothing.there }}}}\n")
    preview.build()
    status, body = preview.ask("items/A-1/")
    said = f"模板 overrides/item.html 第 {text.count(chr(10)) + 1} 行有错：'nothing' is undefined"
    assert (status, body.decode().startswith(said)) == ("500", True), body.decode()
    assert said in caplog.text and "本次没有发布" not in caplog.text and "Traceback" not in caplog.text
    assert preview.ask("units/office/")[0] == "200"
    project.write("overrides/item.html", f"{text}MENDED\n")
    preview.build()
    status, body = preview.ask("items/A-1/")
    assert status == "200" and b"MENDED" in body


def test_listing_pages_are_filled_when_asked_for(
    project: Project, serve: Callable[[Project], Served]
) -> None:
    served = serve(project)
    project.write("checklists/forms.yml", CHECKLIST.replace("重复填表", "多头填表"))
    served.build()
    for kind in LISTED:
        page = served.ask(f"{kind}/")[1].decode()
        assert "rectify0" not in page, kind
    assert "多头填表" in served.ask("ledger/")[1].decode()


def test_without_what_is_kept_everything_is_made(
    project: Project, serve: Callable[[Project], Served]
) -> None:
    project.write(
        "mkdocs.yml",
        MKDOCS.format(language="zh").replace("search: false", "search: false, incremental: false"),
    )
    served = serve(project)
    assert served.plugin.preview is None
    project.write("checklists/forms.yml", CHECKLIST.replace("统一口径", "统一三级口径"))
    served.build()
    assert "统一三级口径" in (served.site / "items/A-1/index.html").read_text("utf-8")
