"""What the site says a browser may do with its pages, and what it learns that from."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256

import pytest

from rectification.site.headers import header_files, loads_of, policy_of, with_policy

from .conftest import CHECKLIST, MKDOCS, Project

POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')


def digest(script: str) -> str:
    return f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"


def directives(text: str) -> dict[str, list[str]]:
    return {part.split()[0]: part.split()[1:] for part in text.split("; ")}


def in_page(project: Project, address: str) -> dict[str, list[str]]:
    found = POLICY.findall(project.page(address))
    assert len(found) == 1
    return directives(found[0])


def in_headers(project: Project) -> dict[str, list[str]]:
    text = (project.root / "site/_headers").read_text("utf-8")
    found = re.findall(r"^  Content-Security-Policy: (.*)$", text, re.MULTILINE)
    assert len(found) == 1
    return directives(found[0])


def options(project: Project, text: str) -> None:
    config = MKDOCS.format(language="zh").replace("{search: false}", f"{{search: false, {text}}}")
    assert text in config
    project.write("mkdocs.yml", config)


def test_every_inline_script_of_every_page_is_known_to_one_policy(built: Project) -> None:
    policy = in_page(built, "items/A-1")
    assert {**policy, "frame-ancestors": ["'self'"]} == in_headers(built)
    assert "'unsafe-inline'" not in policy["script-src"]
    assert "'unsafe-eval'" not in policy["script-src"]
    scripts = 0
    for name, content in built.files().items():
        if not name.endswith(".html"):
            continue
        html = content.decode()
        assert POLICY.findall(html) == POLICY.findall(built.page("items/A-1")), name
        # The policy holds for what stands below it.
        assert html.index("http-equiv=") < html.index("<script"), name
        for script in re.findall(r"<script>(.*?)</script>", html, re.DOTALL):
            assert digest(script) in policy["script-src"], name
            scripts += 1
    assert scripts > 20


def test_webassembly_is_for_the_search_alone(built: Project) -> None:
    assert "'wasm-unsafe-eval'" not in in_headers(built)["script-src"]
    assert "'wasm-unsafe-eval'" in policy_of([], search=True, chosen={})["script-src"]


def test_hand_written_pages_and_the_option_widen_it(project: Project) -> None:
    project.write(
        "docs/page.md",
        "# p\n\n<script>var mine = '甲';</script>\n\n"
        '<img src="https://pictures.example.org/a.png" alt="">\n\n'
        '<iframe src="https://films.example.org/1"></iframe>\n\n'
        '<img src="https://probe.example.org/base/own.png" alt="">\n',
    )
    options(
        project,
        "headers: {connect-src: https://told.example.org, frame-ancestors: https://portal.example.org}",
    )
    assert project.build("--strict").code == 0, project.output
    policy = in_page(project, "items/A-1")
    assert digest("var mine = '甲';") in policy["script-src"]
    assert policy["img-src"] == ["'self'", "data:", "https://pictures.example.org"]
    assert policy["frame-src"] == ["'self'", "https://films.example.org"]
    assert policy["connect-src"] == ["'self'", "https://told.example.org"]
    assert in_headers(project)["frame-ancestors"] == ["'self'", "https://portal.example.org"]


def test_a_template_s_script_is_told_of_and_not_trusted(project: Project) -> None:
    """What stands where a record's words stand is trusted with nothing, wherever it came from."""
    config = MKDOCS.format(language="zh").replace(
        "  font: false\n", "  font: false\n  custom_dir: overrides\n"
    )
    project.write("mkdocs.yml", config)
    script = "<script>var slipped = 1;</script>"
    project.write("overrides/item.html", f"{script}<p>{{{{ record.item.title }}}}</p>")
    project.write("overrides/checklists.html", script)
    project.write("overrides/partials/embed-counts.html", script)
    assert project.build().code == 0
    assert script in project.page("items/A-1")
    assert script in project.page("checklists")
    assert script in (project.root / "site/index.html").read_text("utf-8")
    assert digest("var slipped = 1;") not in in_headers(project)["script-src"]
    told = re.findall(r"(\S+\.html)：浏览器不会运行以 `var slipped = 1;`", project.output)
    assert sorted(told) == [
        "checklists/index.html",
        "index.html",
        "items/A-1/index.html",
        "items/A-2/index.html",
    ]


def test_what_the_policy_prevents_is_told(project: Project) -> None:
    project.write(
        "docs/page.md", '# p\n\n<button onclick="go()">x</button> <a href="javascript:go()">y</a>\n'
    )
    assert project.build("--strict").code == 1
    assert 'page/index.html：网站的安全策略不允许 `<button onclick="go()">`' in project.output
    assert '`<a href="javascript:go()">`' in project.output


def test_a_copied_page_works_under_the_headers_and_evidence_is_left_alone(project: Project) -> None:
    copied = "<html><head></head><body><script>var copied = 1;</script></body></html>"
    project.write("docs/whole.html", copied)
    evidence = "<html><head></head><body><script>var evidence = 1;</script></body></html>"
    config = MKDOCS.format(language="zh")
    project.write("mkdocs.yml", config.replace("{search:", "{rules: {L502: off, L504: off}, search:"))
    project.write("checklists/evidence/page.html", evidence)
    text = CHECKLIST.replace("evidence/a.csv,", "evidence/a.csv, evidence/page.html,")
    project.write("checklists/forms.yml", text)
    assert project.build().code == 0, project.output
    assert (project.root / "site/whole.html").read_text("utf-8") == copied
    assert (project.root / "site/evidence/page.html").read_text("utf-8") == evidence
    assert digest("var copied = 1;") in in_headers(project)["script-src"]
    assert digest("var copied = 1;") not in in_page(project, "items/A-1")["script-src"]
    assert digest("var evidence = 1;") not in in_headers(project)["script-src"]


def test_none_where_the_site_wants_none(project: Project) -> None:
    options(project, "headers: false")
    assert project.build().code == 0, project.output
    assert not {"_headers", "nginx-headers.conf"} & project.files().keys()
    assert not POLICY.search(project.page("items/A-1"))


def test_pages_for_use_from_files_state_none(project: Project) -> None:
    options(project, "offline: true")
    assert project.build().code == 0, project.output
    assert not POLICY.search((project.root / "site/items/A-1.html").read_text("utf-8"))
    assert digest("") not in in_headers(project)["script-src"]


def test_a_site_s_own_file_is_kept(project: Project) -> None:
    project.write("docs/_headers", "/*\n  X-Mine: 1\n")
    assert project.build().code == 0, project.output
    assert project.files()["_headers"] == b"/*\n  X-Mine: 1\n"
    assert "nginx-headers.conf" in project.files()


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("headers: {script-scr: x}", "Did you mean script-src?"),
        ("headers: {script-src: 'a; default-src *'}", "script-src: sources are words between spaces"),
        ("headers: yes please", "Expected true, false or directives, found str."),
    ],
)
def test_a_mistake_in_the_option_is_explained(project: Project, option: str, said: str) -> None:
    options(project, option)
    assert project.build().code == 1
    assert said in project.output


def test_what_a_page_loads() -> None:
    html = """<!doctype html><head><link rel="preconnect" href="https://never.example">
      <link rel="stylesheet" href="https://fonts.googleapis.com/css?family=x"><style>a{}</style>
      <script src="//cdn.example/x.js"></script><script type="application/json">{}</script>
      <script type="module">import "./x.js"\r\n</script></head>
      <body><img srcset="https://a.example/1.png 1x, /2.png 2x"><a href="https://far.example/">x</a>
      <!-- <script>not()</script> --><p>&lt;script&gt;text()&lt;/script&gt;</p></body>"""
    sources = {directive: sorted(found) for directive, found in loads_of(html).sources.items()}
    assert sources == {
        "style-src": ["https://fonts.googleapis.com"],
        "style-src-elem": [digest("a{}"), "https://fonts.googleapis.com"],
        "font-src": ["https://fonts.gstatic.com"],
        "script-src": [digest('import "./x.js"\n'), "cdn.example"],
        "img-src": ["https://a.example"],
    }


def test_a_site_may_choose_weaker_words() -> None:
    page = loads_of("<script>a()</script><object data='https://b.example/c'></object>")
    policy = policy_of([page], search=False, chosen={"script-src": "'unsafe-inline'"})
    assert policy["script-src"] == ("'self'", "'unsafe-inline'")  # a hash beside it would switch it off
    assert policy["object-src"] == ("https://b.example",)


def test_the_policy_stands_after_the_character_set() -> None:
    page = b'<html><head>\n<meta charset="utf-8"><script>a()</script>'
    made = with_policy(page, {"default-src": ("'self'",)})
    assert made == (
        b'<html><head>\n<meta charset="utf-8">\n'
        b'<meta http-equiv="Content-Security-Policy" content="default-src \'self\'"><script>a()</script>'
    )
    assert with_policy(b"no page", {"default-src": ("'self'",)}) == b"no page"


def test_rules_name_every_entry_but_the_one_apart() -> None:
    policy = {"default-src": ("'self'",)}
    made = dict(header_files(policy, ["404.html", "admin/", "items/"], "/base/", "admin/"))
    rules = re.findall(r"^(/\S*)\n  ([\w-]+)", made["_headers"], re.MULTILINE)
    assert rules == [
        ("/base/*", "X-Content-Type-Options"),
        ("/base/", "Content-Security-Policy"),
        ("/base/404.html", "Content-Security-Policy"),
        ("/base/items/*", "Content-Security-Policy"),
    ]
    location = made["nginx-headers.conf"].partition("location /base/admin/ {")[2]
    assert "nosniff" in location
    assert "Content-Security-Policy" not in location
