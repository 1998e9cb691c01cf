"""The two catalogues say the same things."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rectification.catalogue import LANGUAGES, Catalogue, language_of, read_catalogue
from rectification.diagnostic import Diagnostic
from rectification.model import FLAGS, MODES, SEVERITIES, STATUSES

SOURCES = Path(__file__).parents[1] / "src/rectification"
ZH, EN = read_catalogue("zh"), read_catalogue("en")


def plain_keys(catalogue: Catalogue) -> dict[str, set[str]]:
    """Key (without the forms of number) -> the facts its text takes."""
    found: dict[str, set[str]] = {}
    for key, text in catalogue.texts.items():
        stem = re.sub(r"\.(one|other)$", "", key)
        found.setdefault(stem, set()).update(re.findall(r"(?<!\{)\{(\w+)", text))
    return found


def test_both_catalogues_have_the_same_keys_and_facts() -> None:
    zh, en = plain_keys(ZH), plain_keys(EN)
    assert zh.keys() == en.keys()
    assert {key: (zh[key], en[key]) for key in zh if zh[key] != en[key]} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty_and_number_has_both_forms(language: str) -> None:
    texts = read_catalogue(language).texts
    assert [key for key, text in texts.items() if not text.strip(" ")] == []
    forms = {key.rsplit(".", 1)[0] for key in texts if key.endswith((".one", ".other"))}
    assert all(f"{key}.one" in texts and f"{key}.other" in texts for key in forms)


def test_chinese_texts_are_chinese() -> None:
    free = {
        "ui.comma",
        "ui.dot",
        "ui.colon",
        "ui.arrow",
        "ui.in_brackets",
        "ui.days_moved",
        "feed.entry",
        "chart.value",
        "kinds.true/false",
    }
    example = re.compile(r"findings\.\w+\.(bad|good)")  # may be all keys, dates and links
    foreign = [
        key
        for key, text in ZH.texts.items()
        if key not in free and not example.fullmatch(key) and not re.search("[\u4e00-\u9fff]", text)
    ]
    assert foreign == []
    assert [k for k, text in EN.texts.items() if re.search("[\u4e00-\u9fff]", text)] == []


def codes_in_the_code() -> set[str]:
    text = "\n".join(path.read_text("utf-8") for path in SOURCES.rglob("*.py"))
    return set(re.findall(r'"([YMLSF]\d{3})"', text))


@pytest.mark.parametrize("catalogue", [ZH, EN], ids=LANGUAGES)
def test_every_code_has_a_message_and_a_hint_and_no_other_has(catalogue: Catalogue) -> None:
    codes = codes_in_the_code()
    assert len(codes) > 50
    listed = {key.split(".")[0] for key in catalogue.section("findings") if re.match(r"[YMLSF]\d{3}\.", key)}
    assert listed == codes
    for code in codes:
        assert catalogue.has(f"findings.{code}.message")
        assert catalogue.has(f"findings.{code}.hint")
        assert all(catalogue.has(f"findings.{code}.{part}") for part in ("why", "bad", "good"))


def test_every_key_of_the_templates_is_known() -> None:
    for path in (path for ending in ("html", "md") for path in (SOURCES / "templates").rglob(f"*.{ending}")):
        for key in re.findall(r'(?<!\w)t\("([\w.]+)"[,)]', path.read_text("utf-8")):
            assert EN.has(key) or EN.has(f"{key}.other"), f"{path.name}: {key}"
    for path in (SOURCES / "assets/js").glob("*.js"):
        for key in re.findall(r'text\("([\w.]+)"', path.read_text("utf-8")):
            assert EN.has(key) or EN.has(f"{key}.other"), f"{path.name}: {key}"


@pytest.mark.parametrize("catalogue", [ZH, EN], ids=LANGUAGES)
def test_every_value_of_the_model_has_its_word(catalogue: Catalogue) -> None:
    values = {
        "status": STATUSES,
        "flag": (*FLAGS, "attention"),
        "flag_meaning": FLAGS,
        "severity": SEVERITIES,
        "mode": MODES,
    }
    for section, codes in values.items():
        assert set(catalogue.section(section)) == set(codes)


def test_number_chooses_the_form() -> None:
    assert EN.text("due.left", n=1) == "1 day left"
    assert EN.text("due.left", n=2) == "2 days left"
    assert ZH.text("due.left", n=1) == "还有 1 天"
    with pytest.raises(KeyError):
        EN.text("no.such.key")


@pytest.mark.parametrize(
    ("theme", "language"),
    [
        ("zh", "zh"),
        ("zh-Hant", "zh"),
        ("zh_CN", "zh"),
        ("ZH", "zh"),
        ("en", "en"),
        ("de", "en"),
        (None, "en"),
    ],
)
def test_the_theme_s_language_chooses_the_catalogue(theme: str | None, language: str) -> None:
    assert language_of(theme) == language


def test_a_value_in_a_message_is_made_visible() -> None:
    diagnostic = Diagnostic(
        "M005", "error", "x", 1, 1, {"field": "due", "found": "\x1b[31m甲\u202e" + "长" * 99}
    )
    message = diagnostic.message(EN)
    assert "\x1b" not in message and "\u202e" not in message
    assert "\\x1b[31m甲\\u202e" in message
    assert "…" in message
