"""What `rectify --help` takes beyond the interpreter's own start, a whole process each, in turn.

    python -m bench.startup --runs 20 [--at-most 0.15]

Prints the median of both in seconds on the clock and of the processor, and their difference, the median over
the pairs. `--at-most` judges the processor's seconds: on a machine with other work the clock tells of that.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from pathlib import Path

from bench.versus_pages import run

_HELP = "from rectification.cli import main; main(['--help'])"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--at-most", type=float, default=0, help="exit 1 where more seconds are needed")
    chosen = parser.parse_args()
    pairs = []
    for turn in range(chosen.runs + 1):
        nothing, told = (run([[sys.executable, "-c", code]], Path(), os.environ) for code in ("pass", _HELP))
        if turn:  # the first also reads the files from the disk
            pairs.append((nothing, told))
    print(f"{'':<28}{'clock':>9}{'processor':>11}")
    for name, side in (("the interpreter alone", 0), ("rectify --help", 1)):
        clock, busy = (
            statistics.median(getattr(pair[side], kind) for pair in pairs) for kind in ("seconds", "busy")
        )
        print(f"{name:<28}{clock:7.3f} s{busy:9.3f} s")
    clock = statistics.median(told.seconds - nothing.seconds for nothing, told in pairs)
    busy = statistics.median(told.busy - nothing.busy for nothing, told in pairs)
    print(f"{'difference':<28}{clock:7.3f} s{busy:9.3f} s")
    if chosen.at_most and busy > chosen.at_most:
        sys.exit(f"More than {chosen.at_most} s.")


if __name__ == "__main__":
    main()
