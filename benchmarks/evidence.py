"""What a bundle of fifty acts costs: bytes beside its releases, time to make, verifications a second with one core.

``python -m benchmarks.evidence`` makes two processes on the embedded chain, one of notices alone, one with a round of
sealed bids, logs the chain and has it cosigned by three witnesses. Verifying is done as ``siegel verify`` does it,
from the bytes of the file on. Beside it, in the same run: SHA-256 and JSON of the same releases, which nobody can do
without. Given is the mean over some seconds and, beside it, that of the best tenth of a second: on a machine that is
shared with others it varies by half and more, and what others do only makes it slower.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import platform
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from ledger.chain.acts import CommitBid, Promise
from ledger.chain.record import ZERO
from ledger.evidence.bundle import Sources, write_process_bundle
from ledger.evidence.verify.policy import Policy
from ledger.evidence.verify.verifier import verify
from tests.evidence.bundles import OCID, SEALED, entries_of, proving_town
from tests.evidence.log_actors import FIRST, SECOND, THIRD
from tests.evidence.test_logged_bundle import Logged
from tests.index.town import release, signer

ACTS = 50
SECONDS, TENTH = 3.0, 0.1


def main() -> None:
    """Make them, print a line for each."""
    load = os.getloadavg()[0]
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {load:.1f}")
    with tempfile.TemporaryDirectory() as folder, proving_town(Path(folder)) as proving:
        town = proving.town
        for number in range(4, ACTS + 1):
            town.notice(OCID, town.keep(release(OCID, number % 90 + 1)))
        nobody = Promise(ZERO, 0, 0, b"")
        for number in range(1, ACTS):
            commitment = hashlib.sha256(str(number).encode()).digest()
            bid = CommitBid(town.process(SEALED), 1, commitment, ZERO, town.expires(), nobody)
            town.chain.send(bid, signer(f"bidder {number}"))
        logged = Logged.begin(proving, Path(folder) / "witnessed", FIRST, SECOND, THIRD)
        logged.publish(60, FIRST, SECOND, THIRD)
        policy = logged.policy(2, FIRST, SECOND, THIRD)
        print(
            "\n| process of 50 acts | bytes | of releases, documents | beside them | ms to make | verified a second "
            "| at best |"
        )
        print("|---|---|---|---|---|---|---|")
        for name, ocid in (("notices alone", OCID), ("a round of bids", SEALED)):
            made = logged.bundle(ocid)
            entries = entries_of(made)
            published = [data for entry, data in entries.items() if entry.startswith(("releases/", "documents/"))]
            content = sum(map(len, published))
            assert verify(io.BytesIO(made), policy).verified
            process_id = town.process(ocid)
            making, _ = _seconds(partial(_made, proving.sources, process_id))
            verifying, best = _seconds(partial(_verified, made, policy))
            print(
                f"| {name} | {len(made):,} | {content:,} | {len(made) - content:,} | {making * 1e3:.0f} "
                f"| {1 / verifying:.0f} | {1 / best:.0f} |",
                flush=True,
            )
        releases = [data for entry, data in entries_of(logged.bundle(OCID)).items() if entry.startswith("releases/")]
        bare, best = _seconds(lambda: [json.loads(data) for data in releases if hashlib.sha256(data).digest()])
        print(f"\nSHA-256 and JSON of the {len(releases)} releases alone: {1 / bare:.0f} times a second, ", end="")
        print(f"at best {1 / best:.0f}")


def _made(sources: Sources, process_id: bytes) -> None:
    write_process_bundle(sources, process_id, io.BytesIO())


def _verified(bundle: bytes, policy: Policy) -> None:
    assert verify(io.BytesIO(bundle), policy).verified


def _seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Processor time of one: the mean over some seconds, and over the best of their tenths."""
    work()
    means, done, spent = list[float](), 0, 0.0
    while spent < SECONDS:
        began, times = time.process_time(), 0
        while (took := time.process_time() - began) < TENTH:
            work()
            times += 1
        means.append(took / times)
        done += times
        spent += took
    return spent / done, min(means)


if __name__ == "__main__":
    main()
