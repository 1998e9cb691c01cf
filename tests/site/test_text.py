"""Markdown of the ledger: harmless, and the quick way gives what the long way gives."""

from __future__ import annotations

import re

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rectification.site import text
from rectification.site.text import markdown, plain

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](data:text/html,x)",
    "[a](vbscript:x)",
    "[a](&#106;avascript:alert(1))",
    "[a]( javascript:alert(1))",
    "![a](javascript:alert(1))",
    "<a href='javascript:x'>a</a>",
    "</article></main>",
    '[a](https://x.example "\\" onmouseover=alert(1)")',
    "<https://x.example/><script>",
    "`<script>`",
    "a{onclick=alert(1)}",
    "<!-- <b> -->",
    "<style>*{display:none}</style>",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_nothing_active_comes_out(value: str) -> None:
    html = markdown(value)
    assert not re.search(r"<(script|img|svg|style|article|main|!--)", html, re.IGNORECASE)
    assert not re.search(r'href="(?!https?:|mailto:|[^":]*")', html, re.IGNORECASE)
    assert not re.search(r"<[^>]*\son\w+\s*=", re.sub(r'"[^"]*"', '""', html))


def test_markdown_does_what_clerks_use() -> None:
    assert markdown("一\n二") == "<p>一<br>\n二</p>"
    assert markdown("**重**点") == "<p><strong>重</strong>点</p>"
    assert markdown("- 甲\n- 乙") == "<ul>\n<li>甲</li>\n<li>乙</li>\n</ul>"
    assert "<h3>小结</h3>" in markdown("# 小结")
    assert '<a href="https://x.example" rel="noopener noreferrer">' in markdown("[x](https://x.example)")
    assert "<td>1</td>" in markdown("|a|\n|-|\n|1|")


@pytest.mark.parametrize("value", ["{{ 7*7 }}", "{% raw %}", "--8<-- 'x'", "a {: .b }", "{{% x %}}"])
def test_template_syntax_is_text(value: str) -> None:
    assert plain(value) == " ".join(value.split()).replace("'x'", "'x'")
    assert "49" not in markdown(value)


@given(
    st.text(alphabet=st.characters(blacklist_categories=("Cs", "Cc", "Cf", "Zl", "Zp")), min_size=1).map(
        str.strip
    )
)
def test_the_quick_way_gives_what_the_long_way_gives(value: str) -> None:
    quick = markdown(value)
    html = text._MARKDOWN.render(value)
    html = text._HEADING.sub(lambda m: f"{m[1]}{min(6, int(m[2]) + 2)}", html)
    slow = nh3.clean(
        html,
        tags=text._TAGS,
        attributes=text._ATTRIBUTES,
        url_schemes=text._SCHEMES,
        link_rel="noopener noreferrer",
    )
    assert quick == slow.strip()


@given(st.text(alphabet="[]()*_`<>#&|~!-+=\\ \n1.a:/\"'{}%", max_size=60))
def test_any_markup_stays_within_the_allowed_tags(value: str) -> None:
    tags = set(re.findall(r"</?([a-z0-9]+)", markdown(value)))
    assert tags <= text._TAGS


@pytest.mark.parametrize("piece", ["[", "*a ", "> ", "`", "![[]()", "- ", "<", "("])
def test_no_text_of_the_allowed_length_is_dear(piece: str) -> None:
    long = (piece * 20_000)[:20_000]
    assert len(markdown(long)) >= 0  # it returns: the length cap keeps every case within a second or so


def test_plain() -> None:
    assert plain('**甲** [乙](https://x.example) <b> & "c"') == '甲 乙 <b> & "c"'
    assert plain("一二三四五", 4) == "一二三…"
    assert plain("- 一\n- 二三四五六", 5) == "一 二三…"


def test_relative_links_of_another_site_lead_there() -> None:
    home = "https://a.example.org/items/A-1/"
    assert 'href="https://a.example.org/items/A-2/"' in markdown("[x](../A-2/)", home)
    assert 'href="https://b.example.org/"' in markdown("[x](https://b.example.org/)", home)
    for unknown in ("", "https://[", "no address"):
        html = markdown("[x](../A-2/) [y](https://b.example.org/)", unknown)
        assert "A-2" not in html and 'href="https://b.example.org/"' in html
    assert 'href="../A-2/"' in markdown("[x](../A-2/)")
