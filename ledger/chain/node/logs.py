"""eth_getLogs: a filter turned into one query of the table ``log`` along its most selective index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ledger.chain.node import arguments
from ledger.chain.node.schema import LogRow, row_id
from ledger.chain.node.store import Store
from ledger.chain.node.sums import Field
from ledger.errors import RpcError

MAX_LOGS = 10_000
_TOO_MANY = -32005


@dataclass
class Filter:
    """Which logs: blocks from ``first`` to ``last``, any of ``accounts`` (empty: all), and per place any topic of a
    list (empty: all)."""

    first: int
    last: int
    accounts: list[bytes]
    topics: list[list[bytes]]


def read_conditions(value: dict[str, Any]) -> tuple[list[bytes], list[list[bytes]]]:
    """The accounts and topics of a JSON-RPC filter."""
    given = value.get("address")
    listed = given if isinstance(given, list) else [given] if given is not None else []
    accounts: list[bytes] = [arguments.account(one) for one in arguments.items(listed, "address")]
    topics = []
    places = value.get("topics") or []
    if not isinstance(places, list) or len(places) > 4:
        raise RpcError(arguments.INVALID, "topics: expected a list of at most four")
    for place in places:
        choices = place if isinstance(place, list) else [place] if place is not None else []
        if None in choices:
            choices = []
        topics.append([arguments.hash32(choice, "topic") for choice in arguments.items(choices, "topics")])
    return accounts, topics


def find(store: Store, wanted: Filter) -> list[LogRow]:
    """The matching logs in order. Raises :class:`RpcError` -32005 if there are more than ``MAX_LOGS``."""
    where = ["id >= ?", "id < ?"]
    values: list[Field] = [row_id(wanted.first, 0), row_id(wanted.last + 1, 0)]

    def any_of(column: str, choices: list[bytes]) -> None:
        if choices:
            where.append(f"{column} IN ({', '.join('?' * len(choices))})")
            values.extend(choices)

    any_of("address", wanted.accounts)
    for place, choices in enumerate(wanted.topics):
        any_of(f"topic{place}", choices)
        if not choices:
            # A place without condition still means that the log has a topic there.
            where.append(f"topic{place} IS NOT NULL")
    rows = store.logs(f"{' AND '.join(where)} ORDER BY id LIMIT {MAX_LOGS + 1}", values, _index(wanted))
    if len(rows) > MAX_LOGS:
        raise RpcError(_TOO_MANY, f"query returns more than {MAX_LOGS} logs: ask for fewer blocks")
    return rows


def _index(wanted: Filter) -> str:
    """The index to walk, so that a query costs what its most selective condition finds in the range, at most.

    Chosen here, because SQLite knows no statistics: topics 1 and 2 are identifiers (one process, one organisation),
    topic 3 is a kind of act, topic 0 a kind of event, and nearly all logs come from one account.
    """
    for place in (1, 2, 3, 0):
        if len(wanted.topics) > place and wanted.topics[place]:
            return f"INDEXED BY log_by_topic{place}"
    return "INDEXED BY log_by_address" if wanted.accounts else "NOT INDEXED"
