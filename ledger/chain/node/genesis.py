"""A new chain: a random genesis and the chain id derived from it, so that no two installations' signatures mix."""

from __future__ import annotations

import secrets
import time
from pathlib import Path

import rlp
from eth.constants import BLANK_ROOT_HASH, ZERO_ADDRESS, ZERO_HASH32
from eth.vm.forks.prague import PragueVM

from ledger.chain.node.commit import Commit, write, write_meta
from ledger.chain.node.database import DATABASE, connect
from ledger.chain.node.mark import AnsweredMark
from ledger.chain.node.schema import COLUMNS, FORMAT, SCHEMA, BlockRow
from ledger.chain.node.sums import Tally
from ledger.durable import sync
from ledger.errors import ChainExists

BLOCK_GAS_LIMIT = 1_000_000_000
"""In every header. The base fee stays 0 while a block uses at most half of it (EIP-1559); see ``BLOCK_GAS_USED``."""

_SMALLEST_CHAIN_ID, _CHAIN_IDS = 2**32, 2**48
"""Above the ids in public use, below 2**53, which JavaScript still counts exactly."""


def create(path: Path, *, genesis_time: int | None = None, chain_id: int | None = None) -> None:
    """Make a new chain in the folder ``path``.

    ``genesis_time``: seconds since 1970, by default now; block 1 is later. ``chain_id``: by default derived from the
    genesis hash. Raises :class:`ChainExists`. A creation that was cut off leaves no chain.
    """
    path.mkdir(parents=True, exist_ok=True)
    if (path / DATABASE).exists():
        raise ChainExists(path=str(path))
    header = PragueVM.create_genesis_header(
        difficulty=0,
        gas_limit=BLOCK_GAS_LIMIT,
        base_fee_per_gas=0,
        timestamp=int(time.time()) if genesis_time is None else genesis_time,
        extra_data=secrets.token_bytes(32),
        coinbase=ZERO_ADDRESS,
        mix_hash=ZERO_HASH32,
        nonce=b"\x00" * 8,
        state_root=BLANK_ROOT_HASH,
        transaction_root=BLANK_ROOT_HASH,
        receipt_root=BLANK_ROOT_HASH,
    )
    derived = _SMALLEST_CHAIN_ID + int.from_bytes(header.hash, "big") % (_CHAIN_IDS - _SMALLEST_CHAIN_ID)
    change = Commit(nodes={header.hash: rlp.encode(header)}, head=(0, header.hash))
    change.add("block", BlockRow(0, header.hash, header.timestamp, 0, 0))

    unfinished = path / f"{DATABASE}.new"
    # A write-ahead log left by another database of this name would be taken for this one's.
    for left in (unfinished, *path.glob(f"{DATABASE}*-wal"), *path.glob(f"{DATABASE}*-shm")):
        left.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    connection = connect(unfinished, read_only=False)
    try:
        connection.executescript(SCHEMA)
        write_meta(
            connection,
            {
                "format": FORMAT.to_bytes(2, "big"),
                "genesis": header.hash,
                "chain id": (derived if chain_id is None else chain_id).to_bytes(32, "big"),
            },
        )
        write(connection, change, {table: Tally() for table in COLUMNS}, sequence=1)
    finally:
        connection.close()
    mark = AnsweredMark(path, create=True)
    mark.write(1)
    mark.close()
    unfinished.replace(path / DATABASE)
    sync(path)
