"""Coverage-guided fuzzing of what reads other people's text: the reader of YAML, the ledger, the renderer.

    python -m tests.fuzz                  a minute (`make fuzz`)
    python -m tests.fuzz --seconds 600    longer
    python -m tests.fuzz CRASH-FILE       the same input again

atheris drives it (libFuzzer, told by the coverage of our own modules). An input that raises, or takes more
than two seconds, is written to build/fuzz/ and ends the run. What has been found worth keeping lies in
build/fuzz/corpus/ and is begun with the next time.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from datetime import date
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["rectification"]):
    from rectification.catalogue import read_catalogue
    from rectification.diagnostic import explain
    from rectification.ledger import load
    from rectification.personal import mask
    from rectification.rules import all_rules, check
    from rectification.settings import Settings
    from rectification.site.text import markdown, plain
    from rectification.source import parse

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build/fuzz"
SLOW = 2  # seconds that no input may take
LONGEST = 20_000  # bytes of an input: of a text of the ledger, characters
_TODAY = date(2026, 11, 24)
_WORDS = read_catalogue("en")
_RULES = [rule for rule in all_rules() if not rule.substance and not rule.witness]


def read(text: str) -> None:
    """Read a text as a checklist, load it, check it, and tell every finding."""
    parse(text, "a.yml")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(Path(folder), Path(folder))
        loading = load(settings, _TODAY, edits={"a.yml": text})
        found = check(loading.ledger, settings, _RULES)
        for diagnostic in (*loading.diagnostics, *found.diagnostics):
            explain(diagnostic, text, _WORDS)


def render(text: str) -> None:
    """Render a text as an item's Markdown, and as a description; mask what is personal in it."""
    html = markdown(text)
    assert "<script" not in html.lower() and "<img" not in html.lower()
    plain(text)
    assert len(mask(text)) == len(text)


def one(data: bytes) -> None:
    """Read or render one input: its first byte says which."""
    text = data[1:].decode("utf-8", "ignore")
    (read if data[:1] < b"R" else render)(text)


def seeds(folder: Path) -> None:
    """Lay down what to begin with: the sample ledger cut into pieces, and hostile Markdown."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted((ROOT / "checklists").glob("*.yml")):
        text = path.read_text("utf-8")[: LONGEST // 4]
        (folder / f"read-{path.stem}").write_bytes(b"A" + text.encode())
        (folder / f"render-{path.stem}").write_bytes(b"R" + text.encode())
    pieces = [
        "[a](javascript:1)",
        "<script>",
        "|a|\n|-|\n|1|",
        "`x` **y** ~~z~~",
        "> - 1. x",
        "13800138000 a@qq.com",
    ]
    (folder / "render-pieces").write_bytes(b"R" + "\n\n".join(pieces).encode())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("inputs", nargs="*", help="inputs to run again")
    given = parser.parse_args()
    corpus = BUILD / "corpus"
    seeds(corpus)
    limits = [f"-timeout={SLOW}", f"-max_len={LONGEST}", "-rss_limit_mb=2048", f"-artifact_prefix={BUILD}/"]
    work = given.inputs or [f"-max_total_time={given.seconds}", "-print_final_stats=1", str(corpus)]
    atheris.Setup([sys.argv[0], *limits, *work], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
