"""What a newcomer would write: web3.py decodes each log, an ORM object is made of it, a session stores it.

It keeps the same raw rows as the index, derives nothing from them and checks nothing. It writes through the same
drivers, in transactions of a thousand blocks' worth at most.
"""

from __future__ import annotations

from typing import Any

from eth_utils.abi import event_abi_to_log_topic
from sqlalchemy import BigInteger, LargeBinary, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from web3 import HTTPProvider, Web3

from ledger.chain.compiled import compiled
from ledger.chain.deployment import Deployment


class Base(DeclarativeBase):
    """Tables of the naive indexer."""


class ActRow(Base):
    """The columns of the index's own table of acts, with the same keys."""

    __tablename__ = "naive_acts"
    block_number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    log_index: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    account: Mapped[bytes] = mapped_column(LargeBinary)
    process_id: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    organisation_id: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    act: Mapped[int]
    sequence: Mapped[int] = mapped_column(BigInteger)
    time: Mapped[int] = mapped_column(BigInteger)
    transaction_hash: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    transaction_index: Mapped[int]
    digest: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    data: Mapped[bytes]


def run(url: str, deployment: Deployment, database: str, first: int, last: int, step: int) -> int:
    """Read the blocks ``first`` to ``last`` in ranges of ``step`` into a new table; the number of acts."""
    web3 = Web3(HTTPProvider(url))
    engine = create_engine(database)
    Base.metadata.create_all(engine)
    recorded = web3.eth.contract(abi=list(compiled("TenderLedger").abi)).events.ActRecorded()
    wanted: Any = {
        "address": [Web3.to_checksum_address(account) for account in (deployment.ledger, deployment.registry)],
        "topics": [Web3.to_hex(event_abi_to_log_topic(recorded.abi))],
    }
    stored = 0
    with Session(engine) as session:
        for start in range(first, last + 1, step):
            end = min(start + step - 1, last)
            for log in web3.eth.get_logs(wanted | {"fromBlock": start, "toBlock": end}):
                session.add(_row(log, recorded.process_log(log)["args"]))
                stored += 1
            session.commit()
    engine.dispose()
    return stored


def _row(log: Any, decoded: Any) -> ActRow:
    return ActRow(
        block_number=log["blockNumber"],
        log_index=log["logIndex"],
        account=bytes.fromhex(log["address"][2:]),
        process_id=decoded["processId"],
        organisation_id=decoded["organisationId"],
        act=decoded["act"],
        sequence=decoded["record"]["sequence"],
        time=decoded["record"]["time"],
        transaction_hash=bytes(log["transactionHash"]),
        transaction_index=log["transactionIndex"],
        digest=bytes(Web3.keccak(log["data"])),
        data=bytes(log["data"]),
    )
