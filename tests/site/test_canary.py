"""Nothing internal is in a public build: a canary in every text, looked for in every byte of every output.

The same project built for inside shows every one of them, so that each search is known to be able to find.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import shutil
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml
from click.testing import CliRunner
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from rectification.cli import rectify
from rectification.exchange import formats
from rectification.model import Action, DueChange, Feedback, Item, LogEntry, Notice, Request, Source
from rectification.profile import Grouping, Profile, ReportColumn
from rectification.rules import all_rules

from ..repository import Repository, new_repository
from .canaries import Aviary, readings, seen_in, unpacked
from .conftest import Project

MKDOCS = """\
site_name: Probe
site_url: https://probe.example.org/base/
repo_url: https://gitlab.example.org/a/b
edit_uri: edit/main/docs/
theme: {{name: material, language: zh, font: false, features: [content.action.edit, navigation.path]}}
plugins:
  - rectification:
      audience: {audience}
      search: true
      offline: {offline}
      substance: true
      admin: {{}}
      rules: {rules}
"""
# What everybody may read: seen in both builds, and so a proof that each kind of output is searched.
OPEN = "公开的话 openword"


@dataclass
class Planted:
    """A project with its canaries, and what two builds of it made: every file, by audience."""

    aviary: Aviary
    files: dict[str, dict[str, bytes]]


def item(number: int, **facts: Any) -> dict[str, Any]:
    usual = {
        "id": f"A-{number}",
        "title": f"{OPEN} {number}",
        "problem": f"{OPEN} 走访 {number} 小时。",
        "unit": "示例镇",
        "found": "2026-03-01",
        "due": "2026-12-31",
    }
    return usual | facts


def inner_parts(aviary: Aviary) -> tuple[dict[str, Any], list[dict[str, Any]], str]:
    """Return an internal measure, internal entries, and the id of an internal item, all of them full."""
    hidden = f"A-{aviary.word('Item.id')}"

    def files(where: str) -> list[str]:
        return [aviary.file(where), f"https://{aviary.word(where)}.example/"]

    def part(kind: type[Action] | type[LogEntry], where: str, **fixed: Any) -> dict[str, Any]:
        own = {"merged_into": hidden, "accepted": None, "accepted_files": None} if kind is LogEntry else {}
        named = {"evidence": files, "internal_evidence": files, "visibility": "internal"}
        return aviary.values(kind, where, **{**own, **named, **fixed})

    measure = part(Action, "an internal measure", done="2026-03-03")
    entries = [
        part(LogEntry, "an internal step", date="2026-03-03", status="submitted"),
        part(LogEntry, "an internal note", date="2026-03-04", status=None),
    ]
    return measure, entries, hidden


def hidden_item(aviary: Aviary, identifier: str) -> dict[str, Any]:
    def measure(where: str) -> list[dict[str, Any]]:
        return [full(Action, where)]

    def entries(where: str) -> list[dict[str, Any]]:
        return [
            full(LogEntry, where, status="in_progress", merged_into=None, accepted=None, accepted_files=None)
        ]

    def full(kind: type[Action] | type[LogEntry], where: str, **fixed: Any) -> dict[str, Any]:
        files = {key: lambda where: [aviary.file(where)] for key in ("evidence", "internal_evidence")}
        return aviary.values(kind, where, visibility="public", **{**files, **fixed})

    source = aviary.values(Source, "Item.source", link=f"https://{aviary.word('Item.source.link')}.example/")
    return aviary.values(
        Item,
        id=identifier,
        visibility="internal",
        related=["A-1"],
        waive=lambda where: {"S301": aviary.text(where)},  # only a code can be waived
        source=source,
        actions=measure,
        log=entries,
    )


def report(aviary: Aviary) -> dict[str, Any]:
    """Return an internal form with a canary in every text that a form has."""
    place = "Profile.columns"
    words = {"values": lambda where: {"open": aviary.text(where)}, "join": None, "empty": None}
    column = aviary.values(ReportColumn, place, field="status", date=None, numbered=None, sum=None, **words)
    listed = {"field": "evidence", "join": aviary.word(f"{place}.join")}
    more = {"field": "owner", "empty": aviary.word(f"{place}.empty")}
    group = aviary.values(Grouping, "Profile.group", by="status")
    return aviary.values(
        Profile,
        name=aviary.word("Profile.name"),
        audience="internal",
        where={"status": ["open", "in_progress", "submitted"]},
        order=["id"],
        date="YYYY年MM",
        empty=aviary.word("Profile.empty"),
        columns=[column, listed, more, {"field": "title"}, {"field": "category"}, {"field": "found"}],
        group=group,
        levels=["all"],
    )


def picture(aviary: Aviary, kind: str) -> bytes:
    """Return a picture that tells where and by whom it was taken, in every way its kind has."""

    def word(way: str) -> str:
        return aviary.text(f"a published {kind}: {way}", unseen=True)

    exif = Image.Exif()
    exif[0x010E] = exif[0x013B] = exif[0x8298] = aviary.word(f"a published {kind}: EXIF", unseen=True)
    exif[0x9C9D] = word("XPAuthor").encode("utf-16-le")  # what Windows calls the author
    xmp = f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{escape(word("XMP"))}</x:xmpmeta>'.encode()
    out = io.BytesIO()
    made = Image.new("RGB", (40, 30), "green")
    if kind == "PNG":
        info = PngInfo()
        info.add_text("Author", aviary.word("a published PNG: tEXt", unseen=True))
        info.add_text("Comment", aviary.word("a published PNG: zTXt", unseen=True), zip=True)
        info.add_itxt("Description", word("iTXt"), zip=True)
        info.add_itxt("XML:com.adobe.xmp", xmp.decode())
        made.save(out, "PNG", pnginfo=info, exif=exif)
    else:
        options: dict[str, Any] = {"exif": exif, "xmp": xmp}
        options |= {"comment": word("comment").encode()} if kind == "JPEG" else {}
        made.save(out, kind, **options)
    return out.getvalue()


def plant(root: Path) -> tuple[Aviary, Repository]:
    """Make a project with a history, and canaries wherever somebody could have typed one."""
    aviary, made = Aviary(), new_repository(root)
    measure, entries, hidden = inner_parts(aviary)
    pictures = {
        f"evidence/photo.{kind.lower()}": picture(aviary, kind) for kind in ("PNG", "JPEG", "WebP", "TIFF")
    }
    inside = aviary.file("a public measure: internal_evidence")
    shown = {
        "text": f"{OPEN} 三张表并为一张",
        "done": "2026-03-04",
        "evidence": [*pictures],
        "internal_evidence": [inside],
    }
    started = {"date": "2026-03-02", "status": "in_progress", "by": "示例镇", "note": OPEN,
               "internal_evidence": [aviary.file("a public entry: internal_evidence")]}  # fmt: skip
    closing = {"date": "2026-03-10", "status": "closed", "by": "示例县", "note": OPEN,
               "accepted": "0123456789abcdef", "accepted_files": {inside: "0" * 64}}  # fmt: skip
    first = item(1, actions=[shown, measure], log=[started, *entries], related=[hidden, "A-2"])
    merged = [{"date": "2026-03-02", "status": "withdrawn", "reason": OPEN, "merged_into": hidden}]
    items = [
        first,
        item(2, log=merged),
        item(4, log=[started, *entries[:1], closing]),
        hidden_item(aviary, hidden),
    ]
    form = report(aviary)
    requests = [
        {
            "id": f"R-{n}",
            "title": OPEN,
            "by": "示例县",
            "of": ["示例镇"],
            "ended": "2026-03-01",
            "replaced_by": by,
        }
        for n, by in enumerate((form["name"], form["title"]))
    ]
    public_form = {
        "name": "open", "title": f"{OPEN} 表", "audience": "public", "levels": ["all"],
        "columns": [{"field": name} for name in ("id", "title", "problem", "unit", "actions", "log", "evidence",
                                                 "evidence_sha256", "related", "last_note", "verifier", "measures",
                                                 "visibility", "source", "waive", "extra")],
    }  # fmt: skip

    def remark() -> str:
        return f"# {aviary.text('a comment', unseen=True)}\n"

    def dumped(value: object) -> str:
        plain = json.loads(json.dumps(value))  # else what is used twice would be written as an alias
        return remark() + yaml.safe_dump(plain, allow_unicode=True, sort_keys=False, width=10**6) + remark()

    def checklist(items: list[dict[str, Any]]) -> str:
        return dumped({"checklist": {"id": "A", "title": "甲清单"}, "items": items})

    author = aviary.text("an author").replace("<", "").replace(">", "")
    # What was internal once and is public now, what was public and is internal, what was internal and is gone.
    once = item(
        5, problem=aviary.text("a problem, while it was internal", unseen=True), visibility="internal"
    )
    gone = item(6, title=aviary.text("an item that is gone", unseen=True), visibility="internal")
    marked = {**entries[0], "visibility": "public"}
    files = {name: content.encode() for name, content in aviary.files.items()} | pictures
    made.commit(
        {"a.yml": checklist([item(1, log=[started, marked]), once, gone]), **files},
        "2026-03-05",
        author,
        aviary.text("the subject of a commit", unseen=True),
    )
    made.commit(
        {
            "a.yml": checklist([*items, item(5)]),
            "_reports.yml": dumped({"reports": [form, public_form]}),
            "_requests.yml": dumped({"requests": requests}),
        },
        "2026-11-20",
        author,
        aviary.text("the subject of a commit", unseen=True),
    )
    return aviary, made


PAGE = """\
# Probe

{blocks}
"""
VIEWS = ("counts", "table", "cards", "recent", "timeline", "chart\nchart: status", "chart\nchart: burn_up")


def outputs(made: Repository, audience: str, offline: bool) -> dict[str, bytes]:
    """Build the site, and hand on everything that the commands hand on; return every file."""
    off = ", ".join(f"{rule.code}: off" for rule in all_rules() if rule.code.startswith("L"))
    project = Project(made.root)
    project.write(
        "mkdocs.yml", MKDOCS.format(audience=audience, offline=str(offline).lower(), rules="{" + off + "}")
    )
    blocks = "\n\n".join(f"```ledger\nview: {view}\n```" for view in VIEWS)
    project.write("docs/index.md", PAGE.format(blocks=blocks))
    shutil.rmtree(made.root / "site", ignore_errors=True)
    assert project.build().code == 0, project.output
    found = {f"site/{name}": content for name, content in project.files().items()}
    folder = made.root / "handed-on"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    config = ("-f", str(made.root / "mkdocs.yml"))
    commands = [["export", *config, "--to", form, "-o", str(folder / f"all.{form}")] for form in formats()]
    commands += [
        ["report", *config, "open", "--to", form, "-o", str(folder / f"open.{form}")] for form in formats()
    ]
    commands += [
        ["render", *config, "--to", str(folder / "pages")],
        ["schema", *config, "-o", str(folder / "schema")],
    ]
    for command in commands:
        done = CliRunner(env={"SOURCE_DATE_EPOCH": "1795478400"}).invoke(rectify, command)
        assert done.exit_code == 0, (command, done.output)
        found[f"said/{' '.join(command)}"] = done.output.encode()
    handed = (path for path in folder.rglob("*") if path.is_file())
    return found | {f"handed-on/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in handed}


@pytest.fixture(scope="module", params=[False, True], ids=["online", "offline"])
def planted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Planted:
    aviary, made = plant(tmp_path_factory.mktemp("canary"))
    files = {audience: outputs(made, audience, request.param) for audience in ("public", "internal")}
    return Planted(aviary, files)


def test_no_canary_is_in_a_public_build(planted: Planted) -> None:
    seen = seen_in(planted.files["public"])
    assert {planted.aviary.planted[n]: where for n, where in seen.items()} == {}


def test_every_canary_is_in_an_internal_build(planted: Planted) -> None:
    """Or the search before would find nothing in whatever it looked at."""
    aviary = planted.aviary
    seen = seen_in(planted.files["internal"])
    assert {aviary.planted[n] for n in aviary.planted.keys() - seen.keys() - aviary.unseen} == set()
    assert {aviary.planted[n]: seen[n] for n in aviary.unseen & seen.keys()} == {}


KINDS = (
    *(
        "site/items/A-1",
        "site/index.html",
        "site/ledger/rows.json",
        "site/api/v1/items.json",
        "site/feeds/all.xml",
    ),
    *(
        "site/feeds/all.ics",
        "site/pagefind/fragment/",
        "site/reports/open/all.xlsx",
        "site/reports/open/all.docx",
    ),
    *(
        "site/reports/open/all.csv",
        "site/changes/index.html",
        "site/substance/index.html",
        "handed-on/all.xlsx",
    ),
    *(
        "handed-on/all.docx",
        "handed-on/all.csv",
        "handed-on/all.html",
        "handed-on/all.json",
        "handed-on/all.oscal",
    ),
    *(
        "handed-on/all.github-csv",
        "handed-on/all.gitlab-csv",
        "handed-on/pages/items/A-1.md",
        "handed-on/open.xlsx",
    ),
)


def test_every_kind_of_output_is_searched(planted: Planted) -> None:
    """What is public is found in each, by the same search."""
    for audience, files in planted.files.items():
        for kind in KINDS:
            kind = (
                kind.replace("/index.html", ".html")
                if kind not in files and kind.endswith("/index.html")
                else kind
            )
            pieces = (
                p
                for name, content in files.items()
                if name.startswith(kind)
                for _, p in unpacked(name, content)
            )
            assert any("openword" in text for piece in pieces for text in readings(piece)), (audience, kind)


def test_the_places_are_those_of_the_model(planted: Planted) -> None:
    """Every text of an item, a measure and an entry is among what was planted, whatever is added to them."""
    places = set(planted.aviary.planted.values())
    texts = {
        f"{kind.__name__}.{name}"
        for kind in (Item, Source, DueChange, Feedback, Notice, Action, LogEntry, Request, Profile)
        for name in kind.model_fields
    }
    assert {"Item.title", "Profile.title", "Action.text"} <= texts
    for kind, start in (
        (Action, "an internal measure"),
        (LogEntry, "an internal step"),
        (LogEntry, "an internal note"),
    ):
        missed = {n for n in kind.model_fields if not any(p.startswith(f"{start}.{n}") for p in places)}
        assert missed <= {"due", "done", "date", "status", "visibility", "sustained", "review", "merged_into",
                          "accepted", "accepted_files"}, start  # fmt: skip


# -- the search itself -------------------------------------------------------------------------------------


def zipped(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/b.xml", content)
    return out.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    whole = len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")
    return b"\x89PNG\r\n\x1a\n" + whole


WAYS: dict[str, Callable[[str], bytes]] = {
    "plain": str.encode,
    "capitals": lambda text: text.upper().encode(),
    "two bytes a character": lambda text: b"x" + text.encode("utf-16-le"),
    "two bytes, the other way": lambda text: text.encode("utf-16-be"),
    "HTML": lambda text: "".join(f"&#{ord(c)};" for c in text).encode(),
    "hexadecimal HTML": lambda text: "".join(f"&#x{ord(c):x};" for c in text).encode(),
    "JSON": lambda text: json.dumps("".join(text)).encode(),
    "JSON through and through": lambda text: "".join(f"\\u{ord(c):04x}" for c in text).encode(),
    "HTML in JSON": lambda text: "".join(f"\\u0026#{ord(c)};" for c in text).encode(),
    "percent": lambda text: "".join(f"%{b:02X}" for b in text.encode()).encode(),
    "an address": lambda text: quote(text).encode(),
    "base64": lambda text: b"data:text/plain;base64," + base64.b64encode(b"x" + text.encode()),
    "base64 behind more of it": lambda text: b"abc" + base64.b64encode(b"y" * 9 + text.encode()),
    "a calendar's fold": lambda text: "\r\n ".join(text).encode(),
    "gzip": lambda text: gzip.compress(b"pagefind_dcd" + text.encode()),
    "a zip archive": lambda text: zipped(text.encode()),
    "an archive in an archive": lambda text: zipped(gzip.compress(zipped(text.encode()))),
    "a text of a PNG": lambda text: chunk(b"tEXt", b"Author\0" + text.encode()),
    "a packed text of a PNG": lambda text: chunk(b"zTXt", b"Author\0\0" + zlib.compress(text.encode())),
    "a stream of a PDF": lambda text: b"%PDF-1.7\nstream\n" + zlib.compress(text.encode()) + b"\nendstream",
}


@pytest.mark.parametrize("way", WAYS)
def test_the_search_sees_through(way: str) -> None:
    assert list(seen_in({"x": WAYS[way]("kanary0007q")})) == [7]
    assert list(seen_in({"x": WAYS[way]("龘\u3407鱻龘\u3407鱻龘\u3407鱻")})) == [7]


def test_the_search_looks_at_names_and_finds_nothing_in_nothing() -> None:
    assert seen_in({"a/kanary0009q.txt": b""}) == {9: "a/kanary0009q.txt"}
    assert seen_in({"a.txt": b"canary kanary", "b.gz": gzip.compress(b"")}) == {}


def test_a_field_of_an_unknown_type_is_not_passed_over() -> None:
    class Odd(Item):
        number: complex

    with pytest.raises(TypeError, match=r"Odd\.number"):
        Aviary().values(Odd)
