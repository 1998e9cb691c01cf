"""The tests' own browsers: a machine used again is as good as a new one."""

from __future__ import annotations

from playwright.sync_api import Browser

from .conftest import TODAY, ZONE, Machine, Reader

KEEP = """async () => {
  localStorage.kept = sessionStorage.kept = 1;
  document.cookie = "kept=1";
  await (await navigator.storage.getDirectory()).getFileHandle("kept", { create: true });
  await (await caches.open("kept")).put("kept", new Response("kept"));
  await new Promise((done) => { indexedDB.open("kept").onsuccess = ({ target }) => done(target.result.close()); });
}"""
KEPT = """async () => [
  +(localStorage.kept ?? 0), +(sessionStorage.kept ?? 0), document.cookie.length,
  (await Array.fromAsync((await navigator.storage.getDirectory()).keys())).length,
  (await caches.keys()).length, (await indexedDB.databases()).length,
]"""


def test_a_machine_forgets(sample: str, chromium: Browser) -> None:
    machine = Machine(chromium, True, ZONE)
    page = machine.open(390, "dark", "2027-01-01")
    page.goto(sample)
    page.context.grant_permissions(["clipboard-read"])
    page.evaluate(KEEP)
    assert page.evaluate(KEPT) == [1, 1, 6, 1, 1, 1]
    machine.forget()
    page = machine.open(1280, "light", TODAY)
    page.goto(sample)
    assert page.evaluate(KEPT) == [0, 0, 0, 0, 0, 0]
    assert page.evaluate("navigator.permissions.query({name: 'clipboard-read'}).then(({state}) => state)") != "granted"  # fmt: skip
    assert page.evaluate("[innerWidth, matchMedia('(prefers-color-scheme: light)').matches]") == [1280, True]
    assert page.evaluate("new Date().toISOString().slice(0, 10)") == TODAY


def test_the_window_forgets(sample: str, glance: Reader) -> None:
    page = glance(sample, scheme="dark")
    page.evaluate("localStorage.kept = sessionStorage.kept = 1")
    page = glance(f"{sample}404.html", width=390)
    assert page.evaluate("[localStorage.kept, sessionStorage.kept]") == [None, None]
    assert page.evaluate("[innerWidth, matchMedia('(prefers-color-scheme: light)').matches]") == [390, True]
