"""Takes every picture anew from the sample site: `make screenshots`.

`docs/assets/screenshot.png`, the README's: the home page with an item page beside it. And below
`build/screenshots/`, to be looked at: home, ledger, changes, item and unit, in Chinese and English, light and
dark, 1280 and 390 px wide, with one sheet a language and width that shows them side by side.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from bench.reader import chromium, served
from playwright.sync_api import Browser

from tests.browser.conftest import ROOT, build

PICTURE = ROOT / "docs/assets/screenshot.png"
SHEETS = ROOT / "build/screenshots"
PAGES = {
    "home": "",
    "ledger": "ledger/",
    "changes": "changes/?days=60",
    "item": "items/BS2026-003/",
    "unit": "units/city/",
}
_IMAGE = '<img src="{}" style="width:{}px;box-shadow:0 2px 12px #0004">'
_SHEET = '<body style="margin:0;background:#e8eaf0;display:flex;gap:24px;padding:24px;align-items:start">{}'


def main() -> None:
    """Build the sample site in both languages, open it in Chromium, save the pictures."""
    SHEETS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        for language in ("zh", "en"):
            project = Path(folder) / language
            for name in ("checklists", "docs", "overrides"):
                shutil.copytree(ROOT / name, project / name)
            config = (ROOT / "mkdocs.yml").read_text("utf-8")
            (project / "mkdocs.yml").write_text(
                config.replace("language: zh", f"language: {language}"), "utf-8"
            )
            build(project, project / "site")
            with served(project / "site") as base:
                shoot_all(browser, base, language)
                if language == "zh":
                    shoot_readme(browser, base, Path(folder))


def shoot(browser: Browser, address: str, size: tuple[int, int], scheme: str, path: Path) -> None:
    """Save what a screen of `size` shows of a page once its scripts have done their work."""
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(address, wait_until="networkidle")
    page.wait_for_function(
        "[...document.querySelectorAll('[data-ledger]')].every(form => form.dataset.ready)"
    )
    page.screenshot(path=path)
    page.close()


def shoot_all(browser: Browser, base: str, language: str) -> None:
    """Save the pages of one language, and a sheet of them for each width."""
    for width, height in ((1280, 1400), (390, 1400)):
        pictures = []
        for scheme in ("light", "dark"):
            for name, address in PAGES.items():
                path = SHEETS / f"{language}-{name}-{width}-{scheme}.png"
                shoot(browser, base + address, (width, height), scheme, path)
                pictures.append(path)
        sheet(browser, pictures, 380 if width > 1000 else 300, SHEETS / f"sheet-{language}-{width}.png")


def shoot_readme(browser: Browser, base: str, folder: Path) -> None:
    """Save the README's picture."""
    home, item = folder / "home.png", folder / "item.png"
    shoot(browser, base, (1280, 860), "light", home)
    shoot(browser, f"{base}items/BS2026-001/", (390, 862), "dark", item)
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    arrange(browser, [(home, 1060), (item, 322)], PICTURE)


def sheet(browser: Browser, pictures: list[Path], width: int, path: Path) -> None:
    """Save pictures side by side, each `width` px wide."""
    arrange(browser, [(picture, width) for picture in pictures], path)


def arrange(browser: Browser, pictures: list[tuple[Path, int]], path: Path) -> None:
    """Save pictures, each as wide as is said, in one row."""
    total = sum(width for _, width in pictures) + 24 * (len(pictures) + 1)
    page = browser.new_page(viewport={"width": total, "height": 200})
    page.goto(pictures[0][0].parent.as_uri())
    page.set_content(_SHEET.format("".join(_IMAGE.format(p.as_uri(), width) for p, width in pictures)))
    page.wait_for_function("[...document.images].every(image => image.complete && image.naturalWidth)")
    page.screenshot(path=path, full_page=True)
    page.close()


if __name__ == "__main__":
    main()
