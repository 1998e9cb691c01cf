"""Counties in a city, a city in a province: one ledger, every item once, each with its home."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from rectification.catalogue import LANGUAGES, read_catalogue
from rectification.cli import rectify
from rectification.federation.copies import FOLDER
from rectification.rules import Examination, examine
from rectification.settings import SourceSite

from .federation_sites import EPOCH, TODAY, Server, Sites, county, served, sources

CITY = "units:\n  - {name: 示例市, level: city}\n  - {name: 市委办公室, parent: 示例市}\n"
CITY_ITEM = """\
checklist: {id: CITY, title: 市级清单}
items:
  - {id: CITY-1, title: 会议多, problem: 会议重复。, unit: 市委办公室, found: 2026-03-01, due: 2026-12-31, related: [A-1]}
"""


@pytest.fixture(autouse=True)
def _here_and_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def sites(tmp_path: Path) -> Sites:
    return Sites(tmp_path)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with served(tmp_path) as made:
        yield made


@pytest.fixture
def city(sites: Sites, server: Server) -> Sites:
    """Three counties, published and served, and a city that reads them under itself."""
    entries = []
    for key, name in (("a", "甲县"), ("b", "乙县"), ("c", "丙县")):
        address = f"{server.address}county-{key}/site/"
        sites.settle(f"county-{key}", county(name, key.upper()), address=address)
        sites.publish(f"county-{key}", address=address)
        entries.append((name, address))
    found = sources(*entries, under="示例市")
    address = f"{server.address}city/site/"
    sites.settle("city", {"_units.yml": CITY, "city.yml": CITY_ITEM}, address=address, sources=found)
    return sites


def ids(examination: Examination) -> list[str]:
    return [record.item.id for record in examination.ledger.records]


def found(examination: Examination) -> list[tuple[str, str]]:
    return [(d.code, str(d.facts.get("source"))) for d in examination.diagnostics]


ALL = ["CITY-1", "A-1", "A-2", "B-1", "B-2", "C-1", "C-2"]


def test_a_city_holds_its_counties(city: Sites, server: Server) -> None:
    done = city.examine("city")
    assert done.diagnostics == ()
    assert ids(done) == ALL
    record = done.ledger.by_id["A-1"]
    assert record.origin is not None
    assert record.origin.sources == ("甲县",)
    assert record.origin.address == f"{server.address}county-a/site/items/A-1/"
    assert record.origin.as_of == TODAY
    assert record.origin.evidence("evidence/a.csv") == f"{server.address}county-a/site/evidence/a.csv"
    assert record.state.status == "in_progress"
    home = city.examine("county-a").ledger.by_id["A-1"]
    facts = record.item.model_dump(exclude={"source", "partners", "actions"})
    assert facts == home.item.model_dump(exclude={"source", "partners", "actions"})
    assert record.source == home.source
    # A short name means something at home only: the offices of three counties stay three.
    assert record.item.partners == ("甲县卫健局",) and record.item.actions[0].unit == "甲县卫健局"
    assert record.checklist.slug == "甲县-forms" and record.checklist.header.title == "甲县报表减负"
    units = done.ledger.units
    assert [(depth, unit.name) for depth, unit in units.tree()] == [
        (0, "示例市"),
        (1, "市委办公室"),
        (1, "甲县"),
        (2, "甲县卫健局"),
        (1, "乙县"),
        (2, "乙县卫健局"),
        (1, "丙县"),
        (2, "丙县卫健局"),
    ]
    assert units.names["甲县卫健局"].contact == "值班室"
    assert len(done.ledger.of_unit("示例市")) == 7
    # What an editor may write to, and the names an editor may type, stay the city's own.
    own = done.ledger.own()
    assert [r.item.id for r in own.records] == ["CITY-1"] and list(own.units.names) == [
        "示例市",
        "市委办公室",
    ]


def test_a_province_reads_cities_and_lists_nothing_twice(city: Sites, server: Server) -> None:
    city.publish("city", address=f"{server.address}city/site/")
    province = "checklist: {id: PROV, title: 省级清单}\n"
    entries = (("示例市", f"{server.address}city/site/"), ("甲县", f"{server.address}county-a/site/"))
    city.settle(
        "province",
        {"_units.yml": "units: [{name: 示例省}]\n", "p.yml": province},
        sources=sources(*entries, under="示例省"),
    )
    done = city.examine("province")
    assert done.diagnostics == ()
    assert sorted(ids(done)) == sorted(ALL)
    through = {r.item.id: r.origin.sources for r in done.ledger.records if r.origin is not None}
    assert through["B-1"] == ("示例市", "乙县") and through["CITY-1"] == ("示例市",)
    assert through["A-1"] == ("甲县",)  # the shorter way
    b = done.ledger.by_id["B-1"].origin
    assert b is not None and b.address == f"{server.address}county-b/site/items/B-1/"
    units = done.ledger.units
    assert [u.name for u in units.above(units.names["甲县卫健局"])] == ["示例省", "示例市", "甲县"]
    assert [state.items for state in done.ledger.sources] == [5, 2]
    # Every checklist once: the one that came the shorter way is not listed the longer way, too.
    assert [c.header.id for c in done.ledger.checklists] == ["PROV", "CITY", "B", "C", "A"]


def test_what_comes_back_to_its_own_site_is_not_listed_again(city: Sites, server: Server) -> None:
    city.publish("city", address=f"{server.address}city/site/")
    city.settle(
        "county-a",
        {},
        address=f"{server.address}county-a/site/",
        sources=sources(("示例市", f"{server.address}city/site/")),
    )
    done = city.examine("county-a")
    assert done.errors == ()
    assert sorted(ids(done)) == sorted(ALL)
    assert done.ledger.by_id["A-1"].origin is None


def test_from_a_folder(city: Sites) -> None:
    city.settle("city", {}, sources=sources(("甲县", "../county-a/site")))
    done = city.examine("city")
    assert [code for code, _ in found(done)] == []
    assert ids(done) == ["CITY-1", "A-1", "A-2"]
    assert done.ledger.by_id["A-1"].origin.address.endswith("/county-a/site/items/A-1/")  # type: ignore[union-attr]


def test_a_copy_stands_in_for_a_site_that_is_down(city: Sites, server: Server, tmp_path: Path) -> None:
    assert city.examine("city").diagnostics == ()
    server.spoil["/county-a/site/api/v1/index.json"] = 503
    done = city.examine("city")
    (diagnostic,) = done.diagnostics
    assert (diagnostic.code, diagnostic.severity) == ("F001", "warning")
    message = diagnostic.message(read_catalogue("en"))
    assert "`甲县`" in message and "HTTP 503" in message
    assert message.endswith("Shown is the last good copy, as of 2026-11-24")
    assert diagnostic.hint(read_catalogue("en"))
    assert ids(done) == ALL
    state = done.ledger.sources[0]
    assert (state.name, state.fresh, state.as_of, state.items) == ("甲县", False, TODAY, 2)
    assert done.ledger.sources[1].fresh
    # The copies are no part of the project.
    assert (tmp_path / "city" / FOLDER / ".gitignore").read_text() == "*\n"


def test_a_site_that_was_never_there(sites: Sites, server: Server) -> None:
    away = sources(
        ("甲县", f"{server.address}nothing/"), ("乙县", "../none"), ("丙县", "http://127.0.0.1:9/")
    )
    sites.settle("city", {"_units.yml": CITY, "city.yml": CITY_ITEM}, sources=away)
    done = sites.examine("city")
    assert found(done) == [("F001", "甲县"), ("F001", "乙县"), ("F001", "丙县")]
    assert "404" in str(done.diagnostics[0].facts["reason"])
    # `related: [A-1]` may be an item of one of them: nobody can tell, and nothing is refused.
    assert done.errors == () and ids(done) == ["CITY-1"]
    assert [(state.as_of, state.fresh) for state in done.ledger.sources] == [(None, False)] * 3


INDEX, ITEMS = "/county-a/site/api/v1/index.json", "/county-a/site/api/v1/items.json"


def resealed(server: Server, name: str, change: Any) -> None:
    """Change a file of county A's interface, and the sums of its index with it: a liar, not an accident."""
    folder = server.root / "county-a/site/api/v1"
    changed = change(json.loads((folder / name).read_bytes()))
    content = json.dumps(changed, ensure_ascii=False).encode() if not isinstance(changed, bytes) else changed
    index = json.loads((folder / "index.json").read_bytes())
    for file in index["files"]:
        if file["path"] == name:
            file |= {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    server.spoil[f"/county-a/site/api/v1/{name}"] = content
    server.spoil[INDEX] = json.dumps(index).encode()


def first(**facts: Any) -> Any:
    """A change of the first item; a value of None takes the key away."""

    def change(document: dict[str, Any]) -> dict[str, Any]:
        item = document["items"][0]
        for key, value in facts.items():
            item[key] = value
            if value is None:
                del item[key]
        return document

    return change


def nested(document: dict[str, Any]) -> bytes:
    return b'{"version":1,"as_of":"2026-11-24","units":' + b'[{"name":"x","units":' * 5000


GARBAGE: dict[str, tuple[str, Any]] = {
    "no JSON": ("F003", {INDEX: b"<html>please log in</html>"}),
    "no UTF-8": ("F003", {INDEX: '{"版本"'.encode("gb18030")}),
    "empty": ("F003", {INDEX: b""}),
    "another JSON": ("F004", {INDEX: b"[1, 2]"}),
    "an older interface": (
        "F006",
        {INDEX: b'{"version":1,"revision":"1.1","as_of":"2026-11-24","files":[]}'},
    ),
    "a newer version": ("F006", {INDEX: b'{"version":2,"revision":"2.0","as_of":"2026-11-24","files":[]}'}),
    "no checksums": ("F004", {INDEX: b'{"version":1,"revision":"1.2","as_of":"2026-11-24","files":[]}'}),
    "another file": ("F005", {ITEMS: b'{"version":1,"as_of":"2026-11-24","items":[]}'}),
    "cut short": ("F005", {ITEMS: b'{"version":1,"as_of":"2026-11-24","items":[{"id":"A-1"'}),
    "too large": ("F002", {ITEMS: b" " * 3_000_000}),
    "moved to a file": ("F001", {INDEX: "file:///etc/passwd"}),
    "moved in a circle": ("F001", {INDEX: INDEX}),
}
LIES: dict[str, tuple[str, str, Any]] = {
    "no such day": ("F004", "items.json", first(due="2026-02-30")),
    "a day that overflows": ("F004", "items.json", first(due="9999-12-31")),
    "a number for a text": ("F004", "items.json", first(title=5)),
    "nothing required": ("F004", "items.json", first(unit=None)),
    "a status of its own": ("F004", "items.json", first(log=[{"date": "2026-03-02", "status": "gone"}])),
    "an id that climbs": ("F004", "items.json", first(id="../../index")),
    "evidence that climbs": ("F004", "items.json", first(actions=[{"text": "x", "evidence": ["../x"]}])),
    "a link that runs": ("F004", "items.json", first(source={"link": "javascript:alert(1)"})),
    "a home that runs": (
        "F004",
        "items.json",
        first(origin={"sources": ["x"], "site": "", "address": "javascript:alert(1)", "as_of": "2026-11-24"}),
    ),
    "a checklist without a head": ("F004", "items.json", first(checklist="elsewhere")),
    "hidden letters": ("F011", "items.json", first(title="a\u202eb")),
    "hidden in an escape": (
        "F011",
        "items.json",
        lambda d: json.dumps(d).replace("A-2", "A\\u0000-2").encode(),
    ),
    "half a letter": ("F003", "items.json", lambda d: json.dumps(d).replace("A-2", "A\\ud800").encode()),
    "cut short": ("F003", "items.json", lambda d: json.dumps(d).encode()[:-20]),
    "an address that climbs": ("F004", "site.json", lambda d: d | {"item_page": "//evil.example/{name}"}),
    "without an end": ("F003", "units.json", nested),
}


@pytest.mark.parametrize("kind", GARBAGE)
def test_garbage_is_refused_and_the_copy_used(city: Sites, server: Server, kind: str) -> None:
    code, spoiled = GARBAGE[kind]
    assert city.examine("city").diagnostics == ()
    folder = next((server.root / "city" / FOLDER).glob("甲县-*"))
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    if ITEMS in spoiled:  # a file that has not changed is not read again
        resealed(server, "items.json", first(title="另一个标题"))
    server.spoil |= spoiled
    if kind == "too large":
        city.settle("city", {}, sources=city.settings["city"].sources, max_source_bytes=2_000_000)
    done = city.examine("city")
    assert found(done) == [(code, "甲县")]
    assert done.errors == () and ids(done) == ALL
    assert done.ledger.by_id["A-1"].item.title == "重复填表"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    for language in LANGUAGES:
        message = done.diagnostics[0].message(read_catalogue(language))
        assert "甲县" in message and "2026-11-24" in message and "{" not in message.replace("{name}", "")


@pytest.mark.parametrize("kind", LIES)
def test_a_lie_with_the_right_checksum_is_refused(city: Sites, server: Server, kind: str) -> None:
    code, name, change = LIES[kind]
    resealed(server, name, change)
    done = city.examine("city")
    assert found(done) == [(code, "甲县")]
    assert done.diagnostics[0].facts["name"] == name
    assert [i for i in ids(done) if i.startswith("A")] == []
    assert done.ledger.sources[0].as_of is None


def test_a_damaged_copy_is_none(city: Sites, server: Server) -> None:
    assert city.examine("city").diagnostics == ()
    for path in (server.root / "city" / FOLDER).glob("甲县-*/*.json"):
        path.write_bytes(path.read_bytes()[:-1] + b" ")
    server.spoil[INDEX] = 500
    done = city.examine("city")
    assert found(done) == [("F001", "甲县")]
    assert done.ledger.sources[0].as_of is None


def test_what_has_not_changed_is_not_read_again(city: Sites, server: Server) -> None:
    city.examine("city")
    server.asked.clear()
    assert ids(city.examine("city")) == ALL
    assert {path.rsplit("/", 1)[1] for path, _ in server.asked} == {"index.json"}
    server.asked.clear()
    assert ids(city.examine("city", refresh=False)) == ALL
    assert server.asked == []


def test_nothing_but_our_name_is_sent(city: Sites, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    (server.root / ".netrc").write_text("machine 127.0.0.1 login a password secret\n")
    monkeypatch.setenv("HOME", str(server.root))
    monkeypatch.setenv("NETRC", str(server.root / ".netrc"))
    server.spoil[INDEX] = f"{server.address}moved.json"
    server.spoil["/moved.json"] = (server.root / INDEX.strip("/")).read_bytes()
    assert city.examine("city").diagnostics == ()
    sent = {name.lower() for _, headers in server.asked for name in headers}
    assert sent <= {"host", "user-agent", "connection", "accept-encoding"}


def test_a_site_published_between_two_reads_is_read_again(city: Sites, server: Server) -> None:
    city.examine("city")
    resealed(server, "items.json", first(title="新标题"))
    new, answer, asked = server.spoil.pop(INDEX), server.answer, []

    def late(path: str) -> bytes | int | str:
        if path == INDEX and not asked:
            asked.append(path)
            old = json.loads(new)  # type: ignore[arg-type]
            for file in old["files"]:
                file["sha256"] = "0" * 64
            return json.dumps(old).encode()
        return new if path == INDEX else answer(path)

    server.answer = late  # type: ignore[method-assign]
    done = city.examine("city")
    assert done.diagnostics == () and done.ledger.by_id["A-1"].item.title == "新标题"


def test_one_id_of_two_sources_is_an_error_that_names_both(city: Sites, server: Server) -> None:
    city.settle("county-b", county("乙县", "A"), address=f"{server.address}county-b/site/")
    city.publish("county-b", address=f"{server.address}county-b/site/")
    (clash,) = city.examine("city").errors
    assert clash.code == "F007"
    message = clash.message(read_catalogue("zh"))
    assert "“甲县”" in message and "“乙县”" in message and "A-1, A-2" in message


def test_one_id_of_a_source_and_the_site_itself_is_an_error(city: Sites) -> None:
    # Ids that differ in case only would share a folder: they are one id.
    city.settle("city", {"city.yml": CITY_ITEM.replace("CITY", "a")}, sources=city.settings["city"].sources)
    (clash,) = [d for d in city.examine("city").errors if d.code == "F007"]
    assert (clash.facts["first"], clash.facts["second"]) == ("checklists/city.yml:3", "甲县")
    assert clash.facts["found"] == "A-1"


INTERNAL = """\
  - id: A-9
    title: 内部条目
    problem: 只给内部看。
    unit: 甲县
    found: 2026-03-01
    due: 2026-12-31
    visibility: internal
"""


def test_an_internal_item_is_refused(city: Sites, server: Server) -> None:
    address = f"{server.address}county-a/site/"
    city.settle("county-a", county("甲县", "A", extra=INTERNAL), address=address, audience="internal")
    city.publish("county-a", address=address, audience="internal")
    done = city.examine("city")
    assert found(done) == [("F008", "甲县")] and done.diagnostics[0].facts["found"] == "A-9"
    assert ids(done) == ALL
    before = city.settings["city"]
    city.settle("city", {}, sources=before.sources, address=before.address, audience="internal")
    assert "A-9" in ids(city.examine("city"))


def test_a_source_cannot_make_our_internal_evidence_public(city: Sites, server: Server) -> None:
    hidden = CITY_ITEM + (
        "  - {id: CITY-2, title: 内, problem: 内部。, unit: 市委办公室, found: 2026-03-01, due: 2026-12-31,"
        " visibility: internal, actions: [{text: x, evidence: [evidence/secret.txt]}]}\n"
    )
    texts = {"city.yml": hidden, "evidence/secret.txt": "secret"}
    city.settle("city", texts, sources=city.settings["city"].sources)
    resealed(server, "items.json", first(actions=[{"text": "x", "evidence": ["evidence/secret.txt"]}]))
    done = city.examine("city")
    assert found(done) == [] and "evidence/secret.txt" in done.ledger.evidence
    assert done.ledger.by_id["A-1"].item.actions[0].evidence == ("evidence/secret.txt",)
    assert done.ledger.public().evidence == {}


def test_a_remote_site_cannot_say_it_lives_elsewhere(city: Sites, server: Server) -> None:
    city.settle("county-b", county("乙县", "A"))
    city.publish("county-b", address=f"{server.address}county-a/site/")  # claims county A's place
    assert [d.code for d in city.examine("city").errors] == ["F007"]
    # The city's owner may say so, of a mirror.
    mirror = SourceSite("镜像", f"{server.address}county-b/site/", "", f"{server.address}county-a/site/")
    before = city.settings["city"].sources[0]
    city.settle("city", {}, sources=(before, mirror))
    done = city.examine("city")
    assert [d.code for d in done.errors] == [] and ids(done) == ["CITY-1", "A-1", "A-2"]


def test_units_that_meet_in_name_only_are_pointed_out(city: Sites, server: Server) -> None:
    for key, name in (("a", "甲县"), ("b", "乙县")):
        address = f"{server.address}county-{key}/site/"
        texts = county(name, key.upper())
        texts = {path: text.replace(f"{name}卫健局", "卫健所") for path, text in texts.items()}
        city.settle(f"county-{key}", texts, address=address)
        city.publish(f"county-{key}", address=address)
    done = city.examine("city")
    (parting,) = done.diagnostics
    assert (parting.code, parting.severity) == ("F010", "warning")
    assert [parting.facts[key] for key in ("source", "found", "parent", "first")] == [
        "乙县",
        "卫健所",
        "乙县",
        "甲县",
    ]
    units = done.ledger.units
    assert [u.name for u in units.above(units.names["卫健所"])] == ["示例市", "甲县"]


def test_under_a_unit_that_is_none(city: Sites) -> None:
    entry = city.settings["city"].sources[0]
    city.settle("city", {}, sources=(SourceSite(entry.name, entry.location, "示例是"),))
    (error,) = city.examine("city").errors
    assert (error.code, error.facts["found"], error.facts["nearest"]) == ("F009", "示例是", "示例市")


def test_a_site_may_choose_the_level(city: Sites, server: Server) -> None:
    server.spoil[INDEX] = 500
    chosen = city.settings["city"].sources
    city.settle("city", {}, sources=chosen, rules={"F001": "error"})
    assert [(d.code, d.severity) for d in city.examine("city").diagnostics] == [("F001", "error")]
    city.settle("city", {}, sources=chosen, rules={"F001": "off"})
    assert city.examine("city").diagnostics == ()


def test_a_key_we_do_not_know_is_passed_over(city: Sites, server: Server) -> None:
    resealed(server, "items.json", first(added_later={"x": 1}, log=[{"date": "2026-03-02", "mood": "good"}]))
    done = city.examine("city")
    assert done.diagnostics == () and done.ledger.by_id["A-1"].state.status == "open"


def test_without_sources_nothing_is_different(sites: Sites) -> None:
    settings = sites.settle("alone", county("甲县", "A"))
    done = examine(settings, TODAY)
    assert done.ledger.own() is done.ledger and done.ledger.sources == ()
    assert not (settings.root / ".cache").exists()


CONFIG = """\
site_name: 示例市
site_url: {address}city/site/
theme: {{name: material, language: en}}
plugins:
  - rectification:
      sources:
        - {{name: 甲县, from: '{address}county-a/site', under: 示例市}}
        - {{name: 乙县, from: ../county-b/site}}
"""


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    done = CliRunner(env={"LC_ALL": "C.UTF-8"}).invoke(
        rectify, [arguments[0], "-f", str(folder / "mkdocs.yml"), *arguments[1:]]
    )
    return done.exit_code, done.output


def test_commands(city: Sites, server: Server) -> None:
    folder = server.root / "city"
    (folder / "docs").mkdir()
    (folder / "mkdocs.yml").write_text(CONFIG.format(address=server.address), "utf-8")
    status, said = run(folder, "sources")
    assert status == 1 and "F012" in said and "rectify sources --refresh" in said
    assert "mkdocs.yml:7:29" in said, said  # where the source is named
    assert "F012" in run(folder, "list")[1] and "F012" in run(folder, "export", "--to", "csv", "-o", "-")[1]
    assert run(folder, "check", "--no-history")[0] == 0  # what it says is of the substance only
    assert "F0" not in run(folder, "check")[1]
    assert server.asked == []
    status, said = run(folder, "sources", "--refresh")
    assert status == 0, said
    assert "甲县" in said and "2026-11-24" in said and "Up to date" in said
    server.asked.clear()
    status, said = run(folder, "sources", "--json")
    told = json.loads(said)
    assert [(s["name"], s["items"], s["fresh"]) for s in told["sources"]] == [
        ("甲县", 2, False),
        ("乙县", 2, False),
    ]
    assert (status, told["findings"]) == (0, [])
    assert "A-1" in run(folder, "list", "--where", "site=甲县")[1]
    assert "B-1" not in run(folder, "list", "--where", "site=甲县")[1]
    assert "CITY-1" in run(folder, "list", "--where", "site=-")[1]
    assert "5 items" in run(folder, "status")[1]
    status, said = run(folder, "show", "A-1")
    assert f"甲县  {server.address}county-a/site/items/A-1/" in said
    exported = run(folder, "export", "--to", "csv", "-o", "-")[1]
    assert f"{server.address}county-a/site/items/A-1/" in exported
    assert f"{server.address}city/site/items/CITY-1/" in exported
    # What is written is the site's own.
    assert "no item `A-1`" in run(folder, "log", "A-1", "--note", "x")[1]
    assert server.asked == []


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{name: 甲县}", "`from` is missing"),
        ("{name: 甲县, form: x}", "Did you mean `from`?"),
        ("{name: 甲县, from: 'ftp://x.example.org/'}", "not an http or https address"),
        ("{name: 甲县, from: 'https://u:p@x.example.org/'}", "without them"),
        ("{name: 甲县, from: 'https://x.example.org/?a=1'}", "site's root"),
        ("{name: 甲县, from: ../x, address: elsewhere}", "not an http or https address"),
        ("{name: 甲县, from: ../x}, {name: 甲县, from: ../y}", "used twice"),
    ],
)
def test_a_source_that_is_named_wrongly(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, entry: str, said: str
) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "mkdocs.yml").write_text(
        f"site_name: x\nplugins:\n  - rectification:\n      sources: [{entry}]\n", "utf-8"
    )
    assert run(tmp_path, "sources")[0] == 2
    assert said in caplog.text and "p@x" not in caplog.text
