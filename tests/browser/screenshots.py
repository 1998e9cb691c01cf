"""Takes the README's picture anew from the sample site: the home page with an item page beside it.

Run by `make screenshots`. The pictures for reading by eye (every page kind, wide and narrow, light and dark)
go to the folder given as the only argument, if there is one.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Playwright, sync_playwright

from tests.browser.conftest import ARGUMENTS, ROOT, build, served

PICTURE = ROOT / "docs/assets/screenshot.png"
SIDE_BY_SIDE = """<body style="margin:0;background:#e8eaf0;display:flex;gap:24px;padding:24px;align-items:start">
<img src="{home}" style="width:1060px;box-shadow:0 2px 12px #0004"><img src="{item}" style="width:322px;box-shadow:0 2px 12px #0004">"""


def main() -> None:
    """Build the sample site, open it in Chromium, save the pictures."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = Path(folder) / "site"
        build(ROOT, site)
        with served(site) as base:
            shoot_all(base, site, Path(folder), playwright)


def shoot_all(base: str, site: Path, folder: Path, playwright: Playwright) -> None:
    """Take every picture of the site served at `base`."""
    browser = playwright.chromium.launch(
        executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=ARGUMENTS
    )

    def shoot(address: str, width: int, height: int, scheme: str, path: Path, whole: bool = False) -> None:
        page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
        page.goto(base + address, wait_until="networkidle")
        page.screenshot(path=path, full_page=whole)
        page.close()

    item = sorted(path.name for path in (site / "items").iterdir())[0]
    home_png, item_png = folder / "home.png", folder / "item.png"
    shoot("", 1280, 860, "light", home_png)
    shoot(f"items/{item}/", 390, 862, "dark", item_png)
    page = browser.new_page(viewport={"width": 1454, "height": 760})
    page.goto(folder.as_uri())
    page.set_content(SIDE_BY_SIDE.format(home=home_png.as_uri(), item=item_png.as_uri()))
    page.wait_for_function("[...document.images].every(image => image.complete && image.naturalWidth)")
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURE, full_page=True)
    if len(sys.argv) > 1:
        out = Path(sys.argv[1])
        out.mkdir(parents=True, exist_ok=True)
        first = {kind: sorted(p.name for p in (site / kind).iterdir() if p.is_dir())[0]
                 for kind in ("items", "checklists", "units", "categories")}  # fmt: skip
        pages = ["", "ledger/", "checklists/", "units/", "categories/", "guide/editors/"]
        pages += [f"{kind}/{quote(name)}/" for kind, name in first.items()]
        for address in pages:
            for width in (1280, 390):
                for scheme in ("light", "dark"):
                    name = address.strip("/").replace("/", "-") or "home"
                    shoot(address, width, 900, scheme, out / f"{name}-{width}-{scheme}.png", whole=True)
    browser.close()


if __name__ == "__main__":
    main()
