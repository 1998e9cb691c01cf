"""A whole site from hostile text: inert everywhere, nothing internal anywhere, pictures without their places."""

from __future__ import annotations

import hashlib
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image

from .conftest import MKDOCS, Project

# What would act if any page let it: each carries a word that nothing of ours has.
HOSTILE = [
    "<script>pwned(1)</script>",
    "<img src=x onerror=pwned(2)>",
    "<svg onload=pwned(3)>",
    "</article></main><iframe src=//pwned.example>",
    '" onmouseover="pwned(4)" x="',
    "' onfocus='pwned(5)' autofocus='",
    "{{ 7*191 }}{% raw %}{{ pwned }}",
    "x {: onclick=pwned(6) }",
    "--8<-- 'mkdocs.yml' pwned",
    "</script><script>pwned(7)</script>",
    "]]><script>pwned(8)</script>",
    "<!-- pwned -->",
    "</title></textarea></style><b>pwned",
    "=cmd|'/c pwned'!A1",
    "\\x3cscript\\x3epwned",
    "${pwned} `pwned` %{pwned}",
]
CANARY = "金丝雀密语"


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def checklist() -> str:
    lines = [
        "checklist:",
        "  id: A",
        f"  title: {quoted(HOSTILE[0] + HOSTILE[4])}",
        f"  note: {quoted(HOSTILE[1])}",
        "items:",
    ]
    for n, text in enumerate(HOSTILE):
        q = quoted(text)
        lines += [
            f"  - id: A-{n}", f"    title: {q}", f"    problem: {q}", f"    unit: {quoted(f'单位{n} {text}')}",
            "    found: 2026-03-01", "    due: 2026-12-31", f"    category: {quoted(f'类{n} {text}')}", f"    owner: {q}",
            f"    partners: [{q}]", f"    cause: {q}", f"    goal: {q}",
            f"    source: {{kind: {q}, document: {q}, place: {q}}}",
            f"    actions: [{{text: {q}, unit: {q}, evidence: [evidence/photo.jpg]}}]",
            f"    log: [{{date: 2026-03-02, status: in_progress, by: {q}, note: {q}}}]",
            f"    due_changes: [{{from: 2026-11-30, to: 2026-12-31, on: 2026-11-20, reason: {q}, by: {q}}}]",
            f"    notice: {{from: 2026-11-01, to: 2026-12-01, contact: {q}}}",
            f"    waive: {{S301: {q}}}", f"    extra: {{{q}: {q}}}",
        ]  # fmt: skip
    lines += [
        "  - id: A-hidden", f"    title: {CANARY}", f"    problem: {CANARY}", f"    unit: {CANARY}局", "    found: 2026-03-01",
        "    due: 2026-12-31", f"    category: {CANARY}类", "    visibility: internal", f"    owner: {CANARY}",
        f"    log: [{{date: 2026-03-02, status: in_progress, note: {CANARY}, evidence: [evidence/{CANARY}.csv]}}]",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def photo() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Canary-Maker"
    exif.get_ifd(0x8825).update({1: "N", 2: (26.0, 4.0, 30.0), 3: "E", 4: (119.0, 18.0, 7.0)})
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(out, "JPEG", exif=exif)
    return out.getvalue()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = Project(tmp_path_factory.mktemp("hostile"))
    made.write(
        "mkdocs.yml",
        MKDOCS.format(language="en").replace("{search: false}", "{search: true, substance: true}"),
    )
    made.write("checklists/a.yml", checklist())
    made.write(f"checklists/evidence/{CANARY}.csv", CANARY)
    (made.root / "checklists/evidence/photo.jpg").write_bytes(photo())
    made.write("docs/index.md", "# x\n\n```ledger\nview: table\n```\n")
    made.build()
    assert made.code == 0, made.output
    return made


class Active(HTMLParser):
    """What would act in a page, of what holds the word that only hostile text has."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.script = False
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.script = tag == "script" and dict(attrs).get("type") not in ("application/json",)
        for name, value in attrs:
            if "pwned" in name or (name.startswith("on") and name != "on"):
                self.found.append(f"{tag} {name}={value}")
            if name in ("href", "src", "action", "data", "srcdoc") and re.match(
                r"\s*(javascript|data:text|vbscript|//pwned)", value or "", re.IGNORECASE
            ):
                self.found.append(f"{tag} {name}={value}")

    def handle_endtag(self, tag: str) -> None:
        self.script = self.script and tag != "script"

    def handle_data(self, data: str) -> None:
        if self.script and "pwned" in data:
            self.found.append(data[:80])

    def handle_comment(self, data: str) -> None:
        if "pwned" in data:
            self.found.append(data[:80])


def test_hostile_text_is_inert_in_every_page(hostile: Project) -> None:
    pages = {name: content.decode() for name, content in hostile.files().items() if name.endswith(".html")}
    assert sum("pwned" in html for html in pages.values()) > len(HOSTILE)
    for name, html in pages.items():
        assert Active(html).found == [], name
        assert "<svg onload" not in html and "<iframe src=//pwned" not in html
        assert "1337" not in html, name
        assert html.lower().count("</main>") == html.lower().count("<main"), name


def test_hostile_text_is_shown_as_it_was_typed(hostile: Project) -> None:
    html = hostile.page("items/A-6")
    assert "{{ 7*191 }}{% raw %}{{ pwned }}" in html
    assert "x {: onclick=pwned(6) }" in hostile.page("items/A-7")


def test_feeds_and_the_sitemap_stay_well_formed(hostile: Project) -> None:
    import xml.etree.ElementTree as ElementTree

    for name, content in hostile.files().items():
        if name.endswith(".xml"):
            ElementTree.fromstring(content)


def test_nothing_of_an_internal_item_is_anywhere(hostile: Project) -> None:
    import gzip

    for name, content in hostile.files().items():
        assert CANARY not in name and "A-hidden" not in name
        packed = content[:2] == b"\x1f\x8b"
        plain = gzip.decompress(content) if packed else content
        assert CANARY.encode() not in plain and b"A-hidden" not in plain, name
        assert CANARY.encode("unicode_escape") not in plain, name


def test_a_picture_is_published_without_its_place_and_with_its_own_hash(hostile: Project) -> None:
    published = (hostile.root / "site/evidence/photo.jpg").read_bytes()
    assert b"Canary-Maker" in photo() and b"Canary-Maker" not in published
    digest = hashlib.sha256(published).hexdigest()
    assert digest != hashlib.sha256(photo()).hexdigest()
    assert digest in hostile.page("items/A-0")
    assert digest in (hostile.root / "site/api/v1/items.json").read_text("utf-8")


def test_a_checklist_among_the_pages_publishes_nothing(project: Project) -> None:
    project.write("docs/sub/forms.yml", "checklist: {id: A, title: x}\n")
    project.build()
    assert project.code == 1 and "Y028" in project.output
    assert not (project.root / "site").exists()


def test_evidence_that_changes_during_a_build_publishes_nothing(project: Project) -> None:
    hook = "from pathlib import Path\ndef on_nav(nav, config, files):\n    Path('checklists/evidence/a.csv').write_text('z')\n"
    project.write("hook.py", hook)
    Path(project.root / "mkdocs.yml").write_text(MKDOCS.format(language="en") + "hooks: [hook.py]\n", "utf-8")
    project.build()
    assert project.code == 1 and "evidence/a.csv" in project.output
    assert not (project.root / "site").exists()
