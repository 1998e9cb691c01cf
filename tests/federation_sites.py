"""Sites to combine: what they publish, without building their pages, and a server that can go wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import unquote

from rectification.catalogue import read_catalogue
from rectification.federation import consult
from rectification.publish import Edition, formats, seals
from rectification.rules import Examination, examine
from rectification.settings import Settings, SourceSite
from rectification.site.addresses import Addresses

TODAY = date(2026, 11, 24)
EPOCH = "1795500000"  # that day, for SOURCE_DATE_EPOCH

ITEM = """\
  - id: {id}
    title: 重复填表
    problem: 走访 6 小时，填表 **2** 小时。
    unit: {unit}
    found: 2026-03-01
    due: 2026-12-31
    category: 报表数据
    partners: [{partner}]
    actions:
      - {{text: 并表, due: 2026-04-01, done: 2026-04-02, unit: {partner}, evidence: [evidence/a.csv]}}
    log:
      - {{date: 2026-03-10, status: in_progress, by: {unit}}}
"""


def county(name: str, prefix: str, *, items: int = 2, extra: str = "") -> dict[str, str]:
    """The YAML of a county: itself, an office below it that is also known by a short name, some items."""
    units = f"units:\n  - {{name: {name}, level: county}}\n"
    units += f"  - {{name: {name}卫健局, parent: {name}, aliases: [卫健局], contact: 值班室}}\n"
    made = "".join(
        ITEM.format(id=f"{prefix}-{n}", unit=f"{name}卫健局", partner="卫健局") for n in range(1, items + 1)
    )
    head = f"checklist: {{id: {prefix}, title: {name}报表减负, source: {{kind: 专项整治}}}}\nitems:\n"
    return {"_units.yml": units, "forms.yml": head + made + extra, "evidence/a.csv": "a,b\n"}


@dataclass
class Sites:
    """Folders of sites below one root, published without pages."""

    root: Path
    settings: dict[str, Settings] = field(default_factory=dict)

    def settle(self, name: str, texts: dict[str, str], **decisions: object) -> Settings:
        """Write a site's YAML and decide for it."""
        folder = self.root / name
        for path, text in texts.items():
            target = folder / "checklists" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")
        decisions.setdefault("rules", {"L403": "off"})  # a source may let through what we would not
        made = Settings(folder, folder / "checklists", language="zh", **decisions)  # type: ignore[arg-type]
        self.settings[name] = made
        return made

    def examine(self, name: str, *, refresh: bool = True) -> Examination:
        settings = self.settings[name]
        return examine(settings, TODAY, deliveries=consult(settings, refresh=refresh))

    def publish(self, name: str, *, address: str = "", audience: str = "public") -> dict[str, bytes]:
        """Write what a site publishes for machines to its folder `site`, and return it."""
        examination = self.examine(name)
        assert examination.errors == (), examination.errors
        ledger = examination.ledger if audience == "internal" else examination.ledger.public()
        edition = Edition(ledger, read_catalogue("zh"), name, address, "UTC", Addresses(True))
        api = (module for module in formats() if hasattr(module, "DOCUMENTS") and hasattr(module, "write"))
        made = {one.path: one.make() for module in api for one in module.write(edition)}
        made |= dict(seals(edition, lambda name: (len(made[name]), sha256(made[name]).hexdigest())))
        for path, content in made.items():
            target = self.root / name / "site" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        return made


def sources(*entries: tuple[str, str], under: str = "") -> tuple[SourceSite, ...]:
    return tuple(SourceSite(name, location, under) for name, location in entries)


@dataclass
class Server:
    """Serves folders on the loopback; `spoil` maps a path to what is sent in its place."""

    root: Path
    address: str = ""
    spoil: dict[str, bytes | int | str] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def answer(self, path: str) -> bytes | int | str:
        """Return content, a status, or where to go instead."""
        if path in self.spoil:
            return self.spoil[path]
        asked = unquote(path.partition("?")[0])
        file = self.root / (asked + "index.html" if asked.endswith("/") else asked).strip("/")
        return file.read_bytes() if file.is_file() else 404


@contextmanager
def served(root: Path) -> Iterator[Server]:
    """Serve `root` on a free port of 127.0.0.1."""
    made = Server(root)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append((self.path, dict(self.headers)))
            found = made.answer(self.path)
            if isinstance(found, bytes):
                self.send_response(200)
                self.send_header("Content-Type", guess_type(self.path.partition("?")[0])[0] or "text/html")
                self.send_header("Content-Length", str(len(found)))
                self.end_headers()
                self.wfile.write(found)
            elif isinstance(found, str):
                self.send_response(302)
                self.send_header("Location", found)
                self.end_headers()
            else:
                self.send_error(found)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    made.address = f"http://127.0.0.1:{server.server_port}/"
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


Settle = Callable[..., Settings]
