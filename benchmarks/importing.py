"""An import of 1,000 and of 5,000 notices: what one costs, and whether that grows with their number.

``python -m benchmarks.importing`` measures each in a process of its own with a new home: preparing (reading,
concealing, making durable), anchoring on the embedded node over HTTP, the same call again. Beside it stand one commit
for each notice, and every call tried out before it is signed, which is how the first version did both.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from unittest import mock

from ledger.chain.identifiers import organisation_id
from ledger.cli.bootstrap import Named, bootstrap, make_keys
from ledger.cli.home import create_home
from ledger.cli.importing import anchoring
from ledger.cli.session import Session
from ledger.ocds.privacy import policy_named
from ledger.settings import Settings
from ledger.store import importing
from tests.cli.notices import BUYER_NAME, SCHEME, UID, release

SIZES = (1_000, 5_000)
BEFORE = 500
"""Notices measured the old way: that is flat, too, and slow."""


def measure(count: int, *, one_by_one: bool) -> dict[str, float]:
    """Milliseconds for a notice in each step, and the most memory in MB."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as closing:
        home, file = Path(folder) / "home", Path(folder) / "notices.jsonl"
        publisher = {"name": BUYER_NAME, "scheme": SCHEME, "uid": UID}
        settings = create_home(home, {"language": "en", "publisher": publisher})
        with ExitStack() as bootstrapping:
            bootstrap(settings, make_keys(settings, "x", scrypt_n=2**10), Named(SCHEME, UID), bootstrapping)
        made = (release(1 + number % 3, ocid=f"ocds-test00-{number // 3}") for number in range(count))
        file.write_text("\n".join(json.dumps(each, ensure_ascii=False) for each in made), encoding="utf-8")
        command = [sys.executable, "-m", "ledger.cli", "--home", str(home), "node", "--port", "0"]
        node = closing.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        closing.callback(node.terminate)
        assert node.stdout is not None
        node.stdout.readline()
        if one_by_one:
            closing.enter_context(mock.patch.object(importing, "BATCH_RELEASES", 1))
            closing.enter_context(mock.patch.object(anchoring, "gas_of", lambda _: None))
        session = Session(Settings.load(home), json=False, closing=closing)
        publisher_id, signer = organisation_id(SCHEME, UID), session.signer("publisher")
        took: dict[str, float] = {}

        def prepare(name: str) -> None:
            started = time.perf_counter()
            for _ in importing.prepare_import([file], session.releases, publisher_id, policy_named("standard")):
                pass
            took[name] = (time.perf_counter() - started) * 1_000 / count

        prepare("preparing")
        started = time.perf_counter()
        anchored = anchoring.anchor(session.chain, session.releases, publisher_id, signer, session.now, lambda _: None)
        took["anchoring"] = (time.perf_counter() - started) * 1_000 / count
        assert anchored == count
        prepare("the same again")
        took["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000
        return took


def measured(count: int, *, one_by_one: bool = False) -> dict[str, float]:
    """The same in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.importing", str(count), str(int(one_by_one))]
    environment = {**os.environ, "SIEGEL_PASSPHRASE": "x"}
    told = subprocess.run(command, stdout=subprocess.PIPE, check=True, env=environment).stdout
    found: dict[str, float] = json.loads(told)
    return found


def main() -> None:
    """Measure, print."""
    if len(sys.argv) == 3:
        sys.stdout.write(json.dumps(measure(int(sys.argv[1]), one_by_one=sys.argv[2] == "1")))
        return
    before = measured(BEFORE, one_by_one=True)
    few, many = (measured(count) for count in SIZES)
    sys.stdout.write(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n\n")
    sys.stdout.write(
        f"| milliseconds for a notice | {BEFORE:,}, one by one | {SIZES[0]:,} | {SIZES[1]:,} "
        f"| {SIZES[1]:,} : {SIZES[0]:,} | one by one : {SIZES[1]:,} |\n" + "|---" * 6 + "|\n"
    )
    for name in ("preparing", "anchoring", "the same again"):
        values = (before[name], few[name], many[name])
        cells = " | ".join(f"{value:.1f}" for value in values)
        sys.stdout.write(f"| {name} | {cells} | {many[name] / few[name]:.2f} | {before[name] / many[name]:.1f} |\n")
    memory = " | ".join(f"{each['memory']:.0f}" for each in (before, few, many))
    sys.stdout.write(f"| most memory, MB | {memory} | {many['memory'] / few['memory']:.2f} | |\n")


if __name__ == "__main__":
    main()
