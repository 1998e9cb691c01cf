"""Personal data: what is found, what is left alone, and that no report prints it whole."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from rectification.cli import rectify
from rectification.personal import mask, perhaps, sightings, suspect
from rectification.report import formats

from .conftest import GOOD, Examine, places

# Numbers that belong to nobody: the example of GB 11643, test numbers of card networks, service lines.
FOUND = {
    "11010519491231002X": "resident_id",
    "身份证11010519491231002x号": "resident_id",
    "１１０１０５１９４９１２３１００２Ｘ": "resident_id",
    "110105 19491231 002X": "resident_id",
    "110105-19491231-002X": "resident_id",
    "https://example.org/?id=11010519491231002X": "resident_id",
    "13800138000": "mobile",
    "电话13800138000，": "mobile",
    "138 0013 8000": "mobile",
    "138-0013-8000": "mobile",
    "+86 13800138000": "mobile",
    "008613800138000": "mobile",
    "013800138000": "mobile",
    "１３８００１３８０００": "mobile",
    "tel13800138000": "mobile",
    "tel:13800138000": "mobile",
    "微信13800138000同号": "mobile",
    "https://example.org/?phone=13800138000": "mobile",
    "19900000000": "mobile",
    "4111111111111111": "bank_card",
    "4111 1111 1111 1111": "bank_card",
    "5555-5555-5555-4444": "bank_card",
    "2223003122003222": "bank_card",
    "3530111333300000": "bank_card",
    "卡号6222021234567890128": "bank_card",
    "6222 0212 3456 7890 128": "bank_card",
    "622202 1234567890128": "bank_card",
    "10000@qq.com": "private_mail",
    "a.b+c@GMail.com": "private_mail",
    "见 <10000@vip.163.com>": "private_mail",
    "10000＠ｑｑ.com": "private_mail",
    "mailto:a@yahoo.com.cn": "private_mail",
    "a@outlook.fr": "private_mail",
}
LEFT_ALONE = [
    "110105194912310021",  # check digit
    "11010519491331002X",  # no such day
    "99010519491231002X",  # no such place
    "2110105194912310021",  # one figure too many
    "91350100M000100Y43",  # unified social credit codes
    "911100001000013428",
    "12110000400000123X",
    "国办发〔2020〕17号",
    "京ICP备20200217号",
    "2026-03-01 2026-04-01 2026-05-01",
    "2026030112345",
    "20200821135123456",
    "010-62812345",
    "0591-87812345",
    "(0591) 8781 2345",
    "12345",
    "400-810-6666",
    "12800138000",  # given to no mobile network
    "投入13800138000元",
    "占地13800138000平方米",
    "1.13800138000",
    "A13800138000",
    "4111111111111112",  # check digit
    "1234567812345670",  # a check digit, but no issuer
    "41111111111111",  # too short
    "https://example.org/a/4111111111111111",
    "letters@example.gov.cn",
    "a@notqq.com",
    "a@qq.com.example.org",
    "@qq.com",
    "1795478400",
]


@pytest.mark.parametrize(("text", "kind"), FOUND.items(), ids=FOUND.keys())
def test_found(text: str, kind: str) -> None:
    (found,) = sightings(text)
    assert found.kind == kind
    assert suspect(text) and perhaps(f"a: '{text}'\n")


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_left_alone(text: str) -> None:
    assert sightings(text) == []
    assert mask(text) == text


def test_several_in_one_text_each_once() -> None:
    text = "13800138000 或 10000@qq.com，13900139000-13800138000"
    assert [text[s.start : s.end] for s in sightings(text)] == [
        "13800138000", "10000@qq.com", "13900139000", "13800138000",
    ]  # fmt: skip


@pytest.mark.parametrize("text", FOUND)
def test_masked_to_the_same_length(text: str) -> None:
    masked = mask(text)
    assert len(masked) == len(text)
    assert "*" in masked
    assert sightings(masked) == []


def test_a_mask_leaves_too_little_to_try() -> None:
    # A day of birth and a check digit would be guessed; of an address only the provider stays.
    assert mask("11010519491231002X") == "11**************2X"
    assert mask("+86 138-0013-8000") == "+8* ***-****-**00"
    assert mask("a.b+c@gmail.com") == "*****@gmail.com"


@given(st.text(alphabet="0123456789０１９Xx @＠.-+qc:/hts\n甲", max_size=300))
def test_masking_never_raises_and_leaves_nothing(text: str) -> None:
    masked = mask(text)
    assert len(masked) == len(text)
    whole = [text[s.start : s.end] for s in sightings(text)]
    assert [piece for piece in whole if piece in masked and "*" not in piece] == []


@pytest.mark.parametrize(
    "text",
    ["1" * 1_000_000, "1 " * 500_000, "a@" * 500_000, "a" * 1_000_000 + "@", "1-" * 500_000,
     "4111111111111111 " * 20_000 + "http://x " * 20_000, "http://" * 150_000, "13800138000," * 5_000],
    ids=lambda text: text[:8],
)  # fmt: skip
def test_no_text_is_dear(text: str) -> None:
    start = time.perf_counter()
    mask(text)
    assert time.perf_counter() - start < 5


# -- in a ledger ---------------------------------------------------------------------------------------


def ledger(**changes: str) -> dict[str, str]:
    fields = GOOD | changes
    item = "  - " + "\n    ".join(f"{key}: {value}" for key, value in fields.items()) + "\n"
    return {"a.yml": "checklist: {id: A, title: 甲}\nitems:\n" + item}


def test_an_internal_item_of_a_public_site_is_not_judged(examined: Examine) -> None:
    assert places(examined(ledger(owner="13800138000", visibility="internal"))) == []
    assert [d.code for d in examined(ledger(owner="13800138000")).errors] == ["L902"]


def test_an_internal_site_judges_where_it_gives_a_level(examined: Examine) -> None:
    texts = ledger(owner="13800138000", visibility="internal")
    assert places(examined(texts, audience="internal")) == []
    found = examined(texts, audience="internal", rules={"L902": "warning"}).diagnostics
    assert [(d.code, d.severity) for d in found] == [("L902", "warning")]


@pytest.mark.parametrize(
    "allowed", ["13800138000", "138-0013-8000", "138.*", r"\d{3}-0013-8000"]
)  # fmt: skip
def test_a_site_allows_values(examined: Examine, allowed: str) -> None:
    assert places(examined(ledger(owner="138-0013-8000"), allow_personal=(allowed,))) == []
    assert [
        d.code for d in examined(ledger(owner="13900139000"), allow_personal=("13800138000",)).errors
    ] == ["L902"]


def test_in_a_folded_text_or_an_escape_it_is_found_at_its_value(examined: Examine) -> None:
    texts = ledger(goal=">\n      138 0013\n      8000", cause='"\\x3138\\x30\\x30138000"')
    assert places(examined(texts)) == [("L902", "a.yml", 9, 11), ("L902", "a.yml", 12, 12)]


def test_every_place_is_looked_at(examined: Examine) -> None:
    mail = "10000@qq.com"
    texts = ledger(
        title=mail, problem=mail, unit=mail, owner=mail, partners=f"[{mail}]", cause=mail, goal=mail,
        source=f"{{document: {mail}, place: {mail}, kind: {mail}}}",
        actions=f"[{{text: {mail}, unit: {mail}, evidence: ['mailto:{mail}']}}]",
        log=f"\n      - {{date: 2026-03-02, status: withdrawn, by: {mail}, note: {mail}, reason: {mail}}}",
        due_changes=f"[{{from: 2026-05-01, to: 2026-12-31, on: 2026-04-01, reason: {mail}, by: {mail}}}]",
        notice=f"{{from: 2026-04-01, to: 2026-04-02, contact: {mail}}}",
        waive=f"{{S301: {mail}}}", extra=f"{{a: {mail}, {mail}: b}}",
    )  # fmt: skip
    texts["_units.yml"] = f"units: [{{name: '{mail}', aliases: [x], contact: {mail}}}]\n"
    texts["_categories.yml"] = f"categories: [{{name: x, description: {mail}}}]\n"
    texts["_requests.yml"] = (
        f"requests: [{{id: Q-1, title: {mail}, by: x, fields: [{{name: {mail}, definition: {mail}}}]}}]\n"
    )
    texts["b.yml"] = f"checklist: {{id: B, title: {mail}, note: {mail}, waive: {{S307: {mail}}}}}\n"
    found = [one for one in places(examined(texts)) if one[0] == "L904"]
    assert len(found) == sum(text.count(mail) for text in texts.values())
    assert len(set(found)) == len(found)


# Every kind on lines that other findings point at too, and as a value that other messages name; none of them
# those of the examples, which SARIF tells with each rule.
LEAKY = """\
checklist: {id: A, title: 甲}
items:
  - {id: A-1, title: 村民 440308199901101512, problem: x, unit: 示例镇, found: 2026-03-01, due: 13812345678, related: [A-9]}
  - id: A-2
    title: 20000@qq.com #5555555555554444
    problem: 卡 5555 5555 5555 4444
    unit: 示例镇
    found: 2026-03-01
    due: 2026-12-31
    severity: 13900139000
  - id: A-3
    title: 电话 13700137000
    problem: 10000@163.com
    unit: 示例镇
    found: 2026-03-01
    due: 2026-12-31
    related: [A-9]
"""
SECRETS = ["440308199901101512", "13812345678", "20000@qq.com", "5555555555554444", "5555 5555 5555 4444",
           "13900139000", "13700137000", "10000@163.com"]  # fmt: skip


@pytest.fixture
def leaky(tmp_path: Path) -> Path:
    (tmp_path / "checklists").mkdir()
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/index.md").write_text("# x\n", "utf-8")
    (tmp_path / "checklists/a.yml").write_text(LEAKY, "utf-8")
    config = (
        "site_name: x\ntheme: {name: material, language: en}\nplugins: [{rectification: {search: false}}]\n"
    )
    (tmp_path / "mkdocs.yml").write_text(config, "utf-8")
    return tmp_path


@pytest.mark.parametrize("style", formats())
def test_no_report_prints_it_whole(leaky: Path, style: str) -> None:
    done = CliRunner().invoke(rectify, ["check", "-f", str(leaky / "mkdocs.yml"), "--format", style])
    assert done.exit_code == 1
    assert "L902" in done.output and "M005" in done.output
    text = json.dumps(json.loads(done.output), ensure_ascii=False) if done.output[0] in "[{" else done.output
    assert [secret for secret in SECRETS if secret in text] == []


def test_no_failed_build_prints_it_whole(leaky: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build"]
    done = subprocess.run(command, cwd=leaky, capture_output=True, text=True, encoding="utf-8")
    said = done.stdout + done.stderr
    assert done.returncode == 1 and "L902" in said
    assert [secret for secret in SECRETS if secret in said] == []


def test_options(leaky: Path) -> None:
    def check(option: str, text: str = LEAKY) -> tuple[int, str]:
        (leaky / "checklists/a.yml").write_text(text, "utf-8")
        config = f"site_name: x\ntheme: {{name: material}}\nplugins: [{{rectification: {{{option}}}}}]\n"
        (leaky / "mkdocs.yml").write_text(config, "utf-8")
        done = CliRunner().invoke(rectify, ["check", "-f", str(leaky / "mkdocs.yml")])
        return done.exit_code, done.output

    clean = ledger(owner="+86 13800138000", goal="a+b@qq.com")["a.yml"]
    assert check("", clean)[0] == 1
    assert (
        check("allow_personal: ['+86 13800138000', 'a+b@qq.com'], rules: {S201: off, S203: off}", clean)[0]
        == 0
    )
    assert check("allow_personal: [8613800138000, '[a-z+]+@qq\\.com']", clean)[1].count("L90") == 1
    assert check("allow_personal: ['(']")[0] == 2
    assert check("allow_personal: 13800138000")[0] == 2
    assert check("allow_personal: [true]")[0] == 2


# -- on hand-written pages -----------------------------------------------------------------------------


PAGE = """\
---
title: 联系
---

# 联系我们

村民 11010519491231002X 反映，请拨 138-0013-8000，
或写信到 <a href="mailto:10000@qq.com">10000@qq.com</a>。再说一次：138-0013-8000。

    卡号 6222021234567890128
"""


def paged(tmp_path: Path, files: dict[str, str]) -> dict[str, object]:
    for name, text in files.items():
        path = tmp_path / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return {"docs": tmp_path / "docs"}


def test_a_page_is_looked_at_line_by_line(examined: Examine, tmp_path: Path) -> None:
    found = examined(ledger(), **paged(tmp_path, {"about/us.md": PAGE}))
    assert [(d.code, d.severity, d.file, d.line, d.column) for d in found.diagnostics] == [
        ("L901", "error", "docs/about/us.md", 7, 4),
        ("L902", "error", "docs/about/us.md", 7, 29),
        ("L904", "error", "docs/about/us.md", 8, 22),
        ("L903", "error", "docs/about/us.md", 10, 8),
    ]
    assert found.texts["docs/about/us.md"] == PAGE  # for the excerpt


@pytest.mark.parametrize("name", ["a.markdown", "a.mdown", "a.mkdn", "a.mkd", "a.html", "a.htm", "sub/b.MD"])
def test_every_kind_of_page_is_looked_at(examined: Examine, tmp_path: Path, name: str) -> None:
    found = examined(
        ledger(),
        **paged(tmp_path, {name: "电话 13800138000", "a.svg": "13800138000", ".x.md": "13800138000"}),
    )
    assert [(d.code, d.file) for d in found.diagnostics] == [("L902", f"docs/{name}")]


def test_on_pages_too_a_site_allows_values_and_an_internal_one_says_nothing(
    examined: Examine, tmp_path: Path
) -> None:
    options = paged(tmp_path, {"a.md": "# x\n\n电话 13800138000\n"})
    assert places(examined(ledger(), **options, allow_personal=("13800138000",))) == []
    assert places(examined(ledger(), **options, audience="internal")) == []
    assert places(examined(ledger(), **options, rules={"L902": "off"})) == []
    assert [d.code for d in examined(ledger(), **options).errors] == ["L902"]


def test_a_page_stops_the_build_at_its_line_and_is_not_printed_whole(leaky: Path) -> None:
    (leaky / "checklists/a.yml").write_text(ledger()["a.yml"], "utf-8")
    (leaky / "docs/contact.md").write_text("# x\n\n电话 13700137000\n", "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build"], cwd=leaky, capture_output=True, text=True, encoding="utf-8"
    )
    said = done.stdout + done.stderr
    assert done.returncode == 1 and "docs/contact.md:3:4" in said and "L902" in said
    assert "13700137000" not in said and not (leaky / "site").exists()
