"""One measurement in a process of its own, which is what its memory is measured of.

``python -m benchmarks.index_measure KIND URL DEPLOYMENT STORE DATABASE LAST`` reads the blocks up to LAST into an empty
database and prints what it took as JSON. KIND is ``naive``, ``acts`` (the index's raw acts, nothing derived) or
``index`` (all of it, heads compared with the contract).
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

Work = Callable[[], int]
NAIVE_STEP = 2  # blocks asked for at once: about as many logs as the index asks for


def main() -> None:
    """Measure and print."""
    kind, url, deployment, store, database, last = sys.argv[1:]
    begun = time.perf_counter()
    prepare = _naive if kind == "naive" else _index
    work = prepare(kind, url, Path(deployment), Path(store), database, int(last))
    ready, used = time.perf_counter(), time.process_time()
    events = work()
    print(
        json.dumps(
            {
                "events": events,
                "start": ready - begun,
                "seconds": time.perf_counter() - ready,
                "processor": time.process_time() - used,
                "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "web3": "web3" in sys.modules,
                "evm": "eth" in sys.modules,
            }
        )
    )


def _naive(_kind: str, url: str, deployment: Path, _store: Path, database: str, last: int) -> Work:
    from benchmarks.index_naive import run
    from ledger.chain.deployment import Deployment

    return partial(run, url, Deployment.load(deployment), database, 0, last, NAIVE_STEP)


def _index(kind: str, url: str, deployment: Path, store: Path, database: str, last: int) -> Work:
    from ledger.chain.client import Chain
    from ledger.chain.deployment import Deployment
    from ledger.index.database import Index
    from ledger.index.sync import Synchroniser
    from ledger.store import ObjectStore

    class ActsOnly(Synchroniser):
        def _derive(self, *_arguments: Any) -> None:
            pass

    chain = Chain.connect(url, Deployment.load(deployment))
    index = Index.open(database)
    reads = Synchroniser if kind == "index" else ActsOnly
    synchroniser = reads(index, chain, ObjectStore(store))
    return lambda: synchroniser.run_once(last).acts


if __name__ == "__main__":
    main()
