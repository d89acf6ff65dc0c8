"""Parts of the verifier in Python, each of which asks the one in TypeScript the same and holds it to the same answer.

Tests of evidence import them from here in place of their own: whatever they accept or refuse, both verifiers do.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from ledger.cli.answer import plain
from ledger.errors import EntryInvalid, SiegelError
from ledger.evidence.verify import authority, consensus, statute, statute_list, timestamp
from ledger.evidence.verify.header import Header
from ledger.evidence.verify.procedure import Procedure
from ledger.evidence.verify.series import pack_act, split_acts
from ledger.evidence.verify.timestamp import Timestamp
from ledger.evidence.verify.validators import ValidatorRange, ValidatorSets
from tests.evidence.log_actors import Signer
from tests.evidence.log_data import read
from tests.verifier.peer import comparable, peer

Found = TypeVar("Found")

_LOG = Signer("log.example", 1).verifier_key


class Authorities(authority.Authorities):
    """Read by both; ``name`` is what the other verifier knows them by."""

    def __init__(self, series: Mapping[bytes, Sequence[bytes]]) -> None:
        packed = {name.hex(): _packed(acts) for name, acts in series.items()}
        self.name: str | None = None
        if None not in packed.values():
            self.name = hashlib.sha256(json.dumps(packed).encode()).hexdigest()
        task = {"registry": self.name, "remember": packed} if self.name else None
        records = {name: [read(act) for act in acts] for name, acts in series.items()}
        same(lambda: super(Authorities, self).__init__(records), lambda _: {}, task)


def replay(
    process_id: bytes,
    organisation_id: bytes,
    acts: Sequence[bytes],
    authorities: authority.Authorities,
    *,
    chain_id: int,
    ledger: bytes,
) -> Procedure:
    """As ``statute.replay``; the same state and flags."""
    packed = _packed(acts)
    task: dict[str, Any] | None = None
    if packed is not None and isinstance(authorities, Authorities):
        task = {"registry": authorities.name, "process": process_id.hex(), "organisation": organisation_id.hex()}
        task |= {"acts": [packed], "chainId": chain_id, "ledger": ledger.hex()}

    records = [read(act) for act in acts]

    def judged() -> Procedure:
        return statute.replay(process_id, organisation_id, records, authorities, chain_id=chain_id, ledger=ledger)

    return same(judged, _standing, task)


def check_list(organisation_id: bytes, items: Sequence[bytes], authorities: authority.Authorities) -> None:
    """As ``statute_list.check_list``."""
    ids = [item for item in items if len(item) == 32]
    packed = [_packed([item]) if len(item) > 32 else item.hex() for item in items]
    task = None
    if None not in packed and isinstance(authorities, Authorities):
        marked = "".join(("00" if item in ids else "01") + str(one) for item, one in zip(items, packed, strict=True))
        task = {"registry": authorities.name, "organisation": organisation_id.hex(), "list": marked}
    found = [item if len(item) == 32 else read(item) for item in items]
    same(lambda: statute_list.check_list(organisation_id, found, authorities), lambda _: {}, task)


def check_seals(header: Header, validators: tuple[bytes, ...]) -> None:
    """As ``consensus.check_seals``, where a policy can name these validators."""
    task = None
    if validators and header.number:
        task = _header_task(header, ValidatorSets((ValidatorRange(1, None, validators),)), bytes(32))
    same(lambda: consensus.check_seals(header, validators), lambda _: {"hash": header.block_hash.hex()}, task)


def check_block(header: Header, sets: ValidatorSets, genesis_hash: bytes) -> None:
    """As ``consensus.check_block``."""
    task = _header_task(header, sets, genesis_hash)
    same(lambda: consensus.check_block(header, sets, genesis_hash), lambda _: {"hash": header.block_hash.hex()}, task)


def verify_timestamp(response: bytes, stamped: bytes, roots: Sequence[bytes]) -> Timestamp:
    """As ``timestamp.verify_timestamp``."""

    def said(found: Timestamp) -> dict[str, Any]:
        digests = (hashlib.sha256(each).hexdigest() for each in (found.certificate, found.root))
        return {"time": found.time, **dict(zip(("certificate", "root"), digests, strict=True))}

    task = {"response": response.hex(), "stamped": stamped.hex(), "roots": [root.hex() for root in roots]}
    return same(lambda: timestamp.verify_timestamp(response, stamped, roots), said, task)


def same(ask: Callable[[], Found], said: Callable[[Found], dict[str, Any]], task: dict[str, Any] | None) -> Found:
    """What Python says or raises; the other verifier must answer the task (None: none can be put) with the same."""
    answer = None if task is None else peer().ask(**task)
    try:
        found = ask()
    except SiegelError as error:
        values = plain(error.values)
        if error.name == "ValidatorsUnknown":
            assert answer == {"notProvable": [{"note": "validatorsUnknown", "values": values}]}
        elif answer is not None:
            assert _formless(comparable(answer["refusal"])) == _formless(
                {"error": error.name, "values": comparable(values)}
            )
        raise
    assert answer in (None, said(found))
    return found


def _formless(refusal: dict[str, Any]) -> dict[str, Any]:
    """Where in a time stamp something is no DER, and where DER of another form, each says in its own order."""
    is_form = refusal["error"] in ("MalformedDer", "TimestampInvalid")
    return {"error": "TimestampInvalid"} if is_form else refusal


def _packed(acts: Sequence[bytes]) -> str | None:
    """Acts as they stand in a bundle, hex; None if a bundle cannot hold them as they are."""
    if any(len(act) < 16 * 32 for act in acts):
        return None
    data = b"".join(map(pack_act, acts))
    try:
        return data.hex() if split_acts("", data) == list(acts) else None
    except EntryInvalid:
        return None


def _header_task(header: Header, sets: ValidatorSets, genesis_hash: bytes) -> dict[str, Any]:
    ledger, registry = ({"account": digits * 20, "codeHash": "33" * 32} for digits in ("11", "22"))
    log = {"logs": [_LOG], "witnesses": [], "threshold": 0, "maxLogDelay": 1}
    consensus_of = {"kind": "qbft", "validators": [one.as_json() for one in sets.ranges]}
    policy = {
        "format": "siegel-policy/1",
        "name": "headers",
        "chainId": "1",
        "genesisHash": genesis_hash.hex(),
        "ledger": ledger,
        "registry": registry,
        "consensus": consensus_of if sets.ranges else {"kind": "single"},
        "log": log,
        "timestamps": None,
    }
    return {"header": header.raw.hex(), "policy": {"text": json.dumps(policy)}}


def _standing(procedure: Procedure) -> dict[str, Any]:
    flags = [
        {"name": flag.name, "sequence": flag.sequence, "ground": flag.ground.hex(), "values": plain(flag.values)}
        for flag in procedure.flags
    ]
    return {"state": procedure.state.name.lower(), "flags": flags}
