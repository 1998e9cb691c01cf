"""Cutting a rendered page at its tokens and stamping it."""

from __future__ import annotations

import pytest

from rectification.site.shell import Section, compile_shell, token

PAGE = f"""<title>{token("title")} - S</title><a href="{token("edit")}">e</a>
<ul><li class="a"><a href="#{token("section")}">
  <span>{token("section")}</span></a></li></ul>
<li>other</li><main>{token("body")}</main>
<ul><li><a href="#{token("section")}">{token("section")}</a></li></ul>"""


def test_stamp() -> None:
    shell = compile_shell(PAGE)
    values = {"title": "T", "edit": "E", "body": "<p>B</p>"}
    html = shell.stamp(values, [Section("x", "甲 & 乙"), Section("y", "丙")]).decode()
    assert html.startswith("<title>T - S</title>")
    assert html.count("<li>other</li>") == 1
    assert html.count('<a href="#x">') == 2
    assert html.count("甲 &amp; 乙") == 2
    assert html.count('<a href="#y">') == 2
    assert "<main><p>B</p></main>" in html
    assert "rectify0" not in html


def test_no_sections_no_entries() -> None:
    html = compile_shell(PAGE).stamp({"title": "", "edit": "", "body": ""}, []).decode()
    assert '<li class="a">' not in html
    assert "<li>other</li>" in html


def test_a_value_that_looks_like_a_token_is_text() -> None:
    html = compile_shell(PAGE).stamp({"title": token("body"), "edit": "", "body": "B"}, []).decode()
    assert f"<title>{token('body')} - S</title>" in html


def test_a_theme_without_a_table_of_contents() -> None:
    shell = compile_shell(f"<p>{token('body')}</p>")
    assert shell.stamp({"body": "B"}, [Section("x", "X")]) == b"<p>B</p>"


def test_a_theme_that_drops_the_content_is_refused() -> None:
    with pytest.raises(ValueError, match="did not render"):
        compile_shell("<p></p>")


def test_a_token_without_a_value_is_a_bug() -> None:
    with pytest.raises(KeyError):
        compile_shell(PAGE).stamp({}, [])


def test_the_indentation_of_a_theme_goes_and_what_is_preformatted_stays() -> None:
    kept = "<pre>a\n\n  b</pre><script>`c\n    d`</script><TEXTAREA>\n  e\n</TEXTAREA>"
    page = f"<ul>\n\n    <li>\n  x  y </li>  \r\n\t</ul>{kept}\n  \n<p>{token('body')}</p>"
    html = compile_shell(page).stamp({"body": "  B\n\n  C"}, []).decode()
    assert html == f"<ul>\n<li>\nx  y </li>\n</ul>{kept}\n<p>  B\n\n  C</p>"
