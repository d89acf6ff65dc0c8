"""A whole round in browsers: a bid of 20 MiB from the form to the proven outcome, seconds per step.

``python -m benchmarks.whole_round`` plays a demo town and lets its people do what ``tests/demo/test_whole_round.py``
does, one after the other: a tenderer in Chromium, two officers in two browser contexts, two custodians and the tenderer
again on the command line.
"""

from __future__ import annotations

import os
import platform
import tempfile
import time
from pathlib import Path

from tests.chromium import launched
from tests.demo.whole_round import STEPS, WholeRound, whole_round


def main() -> None:
    """Print the table."""
    with launched() as chromium, tempfile.TemporaryDirectory() as folder:
        print(
            f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
            f"Chromium {chromium.version}\n\n| step | seconds |\n|---|---|"
        )
        with whole_round(Path(folder), chromium) as round_:
            for name, step in STEPS:
                begin = time.perf_counter()
                step(round_)
                # No bid and no person has a part in that the deadline passes.
                if step is not WholeRound.pass_deadline:
                    print(f"| {name} | {time.perf_counter() - begin:.1f} |")


if __name__ == "__main__":
    main()
