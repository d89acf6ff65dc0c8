"""A home with many processes, to be served: some published on its own chain, the others written into store and index.

``python -m benchmarks.api_home FOLDER`` makes it. Publishing 100,000 notices on the embedded chain would take hours, so
``PUBLISHED`` processes are on it, and these are asked for by their ids. Of the others the acts are written as a node
would have given them, and the releases lie in the store; their rows are made by the index's own derivation.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import select, text

from benchmarks.many_processes import PROCESSES, release_of, rows
from ledger.chain.codec import act_digest, encode_detail, encode_log
from ledger.chain.identifiers import organisation_id, process_id
from ledger.chain.record import NOBODY, ZERO, ActRecord
from ledger.cli.bootstrap import Named, bootstrap, make_keys
from ledger.cli.home import create_home
from ledger.cli.organisations import OBSERVER_SCHEME
from ledger.index import schema
from ledger.index.database import Index
from ledger.index.writer import Place, count, derive_processes, insert_many
from ledger.settings import Settings
from ledger.store import ObjectStore, StoreClass
from ledger.terms import Act, NoticeKind, Role
from tests.cli.notices import BUYER_NAME, SCHEME, UID, release

PUBLISHED, RELEASES = 200, 3
"""Processes on the chain, and the releases of each."""

AT_ONCE = 1_000


def made_home(home: Path) -> Settings:
    """The settings of a home with ``PROCESSES`` processes, made at ``home`` unless it is there."""
    ready = home / "ready"
    if not ready.exists():
        settings = create_home(
            home, {"language": "de", "publisher": {"name": BUYER_NAME, "scheme": SCHEME, "uid": UID}}
        )
        with ExitStack() as closing:
            bootstrap(settings, make_keys(settings, "x", scrypt_n=2**10), Named(SCHEME, UID), closing)
        _publish(home)
        _fill(Settings.load(home))
        ready.touch()
    settings = Settings.load(home)
    index = Index.open(settings.index_url)
    held = index.status().processes
    index.close()
    if held != PROCESSES:  # a migration since then read the chain again, and most processes never stood there
        sys.exit(f"{home}: {held:,} processes instead of {PROCESSES:,}; remove it, it is made again")
    return settings


def _publish(home: Path) -> None:
    """As an operator does it."""
    file = home / "notices.jsonl"
    made = (
        release(1 + number % RELEASES, ocid=f"ocds-test00-{number // RELEASES}")
        for number in range(PUBLISHED * RELEASES)
    )
    file.write_text("\n".join(json.dumps(each, ensure_ascii=False) for each in made), encoding="utf-8")
    siegel = [sys.executable, "-m", "ledger.cli", "--home", str(home)]
    environment = {**os.environ, "SIEGEL_PASSPHRASE": "x"}
    for command in (["import", str(file)], ["index", "run", "--once"]):
        subprocess.run([*siegel, *command], check=True, env=environment, stdout=subprocess.DEVNULL)


def _fill(settings: Settings) -> None:
    index, store = Index.open(settings.index_url), ObjectStore(settings.store_dir)
    observer = organisation_id(OBSERVER_SCHEME, UID)
    with index.reading() as connection:
        cursor = connection.execute(select(schema.cursor)).one()
    place = Place(cursor.chain_id, cursor.ledger, cursor.registry)
    made = rows(PROCESSES - PUBLISHED)
    done = 0
    while some := list(islice(made, AT_ONCE)):
        digests = store.put_all([(StoreClass.PUBLIC, _bytes(row), row["process_id"]) for row in some])
        acts = [
            _act(cursor, done + number, digest, row, observer if row["mode"] == "observed" else row["organisation_id"])
            for number, (row, digest) in enumerate(zip(some, digests, strict=True))
        ]
        with index.writing() as connection:
            insert_many(connection, schema.acts, acts)
            derive_processes(connection, place, [act["process_id"] for act in acts], store)
            count(connection, {"acts": len(acts)})
        done += len(some)
        print(f"\r{done:,}", end="", file=sys.stderr, flush=True)
    index.close()


def _bytes(row: dict[str, Any]) -> bytes:
    return json.dumps(release_of(row), ensure_ascii=False).encode()


def _act(cursor: Any, number: int, digest: bytes, row: dict[str, Any], organisation: bytes) -> dict[str, Any]:
    """A row of ``acts``, behind those that the chain recorded in the newest block."""
    ocid = row["ocid"]
    record = ActRecord(
        process_id=process_id(organisation, ocid), organisation_id=organisation, act=int(Act.NOTICE_PUBLISHED),
        sequence=1, roles=int(Role.PUBLISHER), time=row["last_time"], first=b"\x01" * 20, second=NOBODY, lot=ZERO,
        round=0, bid=0, ref=0, arrival=0, ground=ZERO, release=digest, subject=ZERO,
        detail=encode_detail(Act.NOTICE_PUBLISHED, {"kind": NoticeKind.CALL, "ocid": ocid, "parent": ZERO}),
    )  # fmt: skip
    _, data = encode_log(record)
    return {
        "block_number": cursor.block_number, "log_index": 1_000_000 + number, "account": cursor.ledger,
        "process_id": record.process_id, "organisation_id": organisation, "act": record.act, "sequence": 1,
        "time": record.time, "transaction_hash": row["process_id"], "transaction_index": 1_000,
        "digest": act_digest(data), "data": data,
    }  # fmt: skip


def copied(settings: Settings, url: str) -> None:
    """The same index in another database."""
    origin, copy = Index.open(settings.index_url), Index.open(url)
    with origin.reading() as source, copy.writing() as target:
        for table in schema.metadata.sorted_tables:
            found: Iterator[Any] = iter(source.execution_options(yield_per=AT_ONCE).execute(select(table)))
            while some := [dict(row._mapping) for row in islice(found, AT_ONCE)]:
                insert_many(target, table, some)
        target.execute(text("ANALYZE"))
    origin.close()
    copy.close()


if __name__ == "__main__":
    made_home(Path(sys.argv[1]))
