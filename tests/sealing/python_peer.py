"""Sealing and opening in Python, asked in the words of the other side (``explorer/client/sealing/command.ts``)."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from cryptography.hazmat.primitives.asymmetric import ec

from ledger.chain.identifiers import bid_commitment
from ledger.chain.registry import KeySet, Recipient
from ledger.errors import EnvelopeRefused
from ledger.ocds.disclosure import Disclosure, make_disclosure
from ledger.opening.signed_contribution import SignedContribution
from ledger.sealing import opening
from ledger.sealing.bid import Bid, Document, FieldProof, check_proof, read_field
from ledger.sealing.context import Context, Group
from ledger.sealing.contribution import contribute, open_contribution, read_contribution
from ledger.sealing.envelope import Header, read_header
from ledger.sealing.sealing import seal
from ledger.sealing.seed import Seed
from tests.sealing.peer import Refused


class Side(Protocol):
    """One of the implementations."""

    def ask(self, task: str, **given: Any) -> dict[str, Any]:
        """The answer to one task. Raises ``Refused``."""
        ...


class PythonPeer:
    """Bytes are hex, documents are told by size and digest."""

    def ask(self, task: str, **given: Any) -> dict[str, Any]:
        """The answer to one task. Raises ``Refused``, with values as the command writes them."""
        try:
            return TASKS[task](given)
        except EnvelopeRefused as refused:
            values = {name: _written(value) for name, value in refused.values.items()}
            raise Refused(type(refused).__name__, values) from None


def _written(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return [[int(group), index] for group, index in value] if isinstance(value, tuple) else value


def _context(given: dict[str, Any]) -> Context:
    chain_id, round_number, not_before = (int(given[name]) for name in ("chainId", "round", "notBefore"))
    ledger, process_id, author, key_set = (
        bytes.fromhex(given[name]) for name in ("ledger", "processId", "author", "keySet")
    )
    return Context(chain_id, ledger, process_id, round_number, author, key_set, not_before)


def key_set_of(given: dict[str, Any]) -> KeySet:
    """A key set as a task has it."""
    officers, custodians = given["officers"], given["custodians"] or {"threshold": 0, "recipients": []}
    of_officers, of_custodians = (
        tuple(Recipient(bytes.fromhex(each["holder"]), bytes.fromhex(each["key"])) for each in group["recipients"])
        for group in (officers, custodians)
    )
    return KeySet(officers["threshold"], custodians["threshold"], of_officers, of_custodians)


def _key(scalar: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int(scalar, 16), ec.SECP256R1())


def _header(given: dict[str, Any]) -> Header:
    with Path(given["envelope"]).open("rb") as file:
        return read_header(file)


def _place(given: dict[str, Any]) -> tuple[Group, int]:
    return Group(given["group"]), given["index"]


class _Digests:
    def __init__(self) -> None:
        self.found: list[dict[str, Any]] = []

    def sink(self, document: Document) -> BinaryIO:
        entry: dict[str, Any] = {"sha256": hashlib.sha256(b"").hexdigest(), "size": 0}
        self.found.append(entry)
        return _Digesting(entry)


class _Digesting(io.BytesIO):
    def __init__(self, entry: dict[str, Any]) -> None:
        super().__init__()
        self._entry, self._hash = entry, hashlib.sha256()

    def write(self, data: Any, /) -> int:
        self._hash.update(data)
        self._entry.update(sha256=self._hash.hexdigest(), size=self._entry["size"] + len(data))
        return len(data)


def _opened(header: Header, seed: bytes, file: BinaryIO) -> dict[str, Any]:
    digests = _Digests()
    bid = opening.open_content(header, seed, file, digests.sink)
    return {"fields": [field.text for field in bid.fields], "documents": digests.found}


def _shares(given: dict[str, Any]) -> opening.Shares:
    return {(Group(group), index): bytes.fromhex(share) for group, index, share in given["shares"]}


def _partial(given: dict[str, Any]) -> dict[str, Any]:
    found = opening.partial_seed(_header(given), key_set_of(given["keySet"]), _shares(given))
    return {"found": found and {"seed": found.seed.hex(), "shares": _written(found.differing.values["shares"])}}


def _open(given: dict[str, Any]) -> dict[str, Any]:
    key_set, expected, shares = key_set_of(given["keySet"]), _context(given["context"]), _shares(given)
    with Path(given["envelope"]).open("rb") as file:
        header = read_header(file)
        start = file.tell()
        header.context.require(expected, expected.not_before)
        header.require_key_set(key_set)
        opening.check_content(header, file)
        found = opening.find_seed(header, key_set, shares)
        file.seek(start)
        wrong = [[int(group), index] for group, index in found.false]
        return {**_opened(header, found.seed, file), "seed": found.seed.hex(), "wrong": wrong}


def _read(given: dict[str, Any]) -> dict[str, Any]:
    seed = bytes.fromhex(given["seed"])
    with Path(given["envelope"]).open("rb") as file:
        header = read_header(file)
        start = file.tell()
        opening.check_content(header, file)
        opening.require_seals(header, key_set_of(given["keySet"]), seed)
        file.seek(start)
        return _opened(header, seed, file)


def _said(given: dict[str, Any]) -> dict[str, Any]:
    header = _header(given)
    of, rest = header.context, header.rest_digest
    sizes = {
        group.name.lower(): {"threshold": threshold, "count": len(shares)} if shares else None
        for group, threshold, shares in zip(Group, header.thresholds, (header.officers, header.custodians), strict=True)
    }
    commitment = bid_commitment(of.chain_id, of.ledger, of.process_id, of.round, of.author, header.bid_root, rest)
    return {
        "chainId": of.chain_id, "ledger": of.ledger.hex(), "processId": of.process_id.hex(), "round": of.round,
        "author": of.author.hex(), "keySet": of.key_set.hex(), "notBefore": of.not_before,
        "bidRoot": header.bid_root.hex(), "contentSize": header.content_size,
        "contentDigest": header.content_digest.hex(), **sizes, "restDigest": rest.hex(), "commitment": commitment.hex(),
    }  # fmt: skip


def _derived(given: dict[str, Any]) -> dict[str, Any]:
    header = _header(given)
    seed = Seed(bytes.fromhex(given["seed"]), header.context.words(header.bid_root))
    thresholds = dict(zip(Group, header.thresholds, strict=True))
    places = [(group, index) for group, index, _ in header.shares()]
    shares = (seed.share(*of, threshold=thresholds[of[0]], has_custodians=bool(header.custodians)) for of in places)
    return {
        "age": seed.scalar().hex(),
        "shares": [[int(group), index, share.hex()] for (group, index), share in zip(places, shares, strict=True)],
        "ephemeral": [[int(group), index, seed.ephemeral(group, index).hex()] for group, index in places],
        "header": header.encoded().hex(),
    }


def _share(given: dict[str, Any]) -> dict[str, Any]:
    key_set, header = key_set_of(given["keySet"]), _header(given)
    return {"share": opening.open_share(header, key_set, *_place(given), _key(given["privateKey"])).hex()}


def _contribute(given: dict[str, Any]) -> dict[str, Any]:
    share = bytes.fromhex(given["share"])
    made = contribute(_header(given), key_set_of(given["keySet"]), *_place(given), share)
    return {"contribution": made.encoded().hex()}


def _receive(given: dict[str, Any]) -> dict[str, Any]:
    key_set = key_set_of(given["keySet"])
    read = read_contribution(bytes.fromhex(given["contribution"]), _header(given), key_set)
    share = open_contribution(read, key_set, given["officer"], _key(given["privateKey"]))
    return {"share": [int(read.group), read.index, share.hex()]}


def _signed(given: dict[str, Any]) -> dict[str, Any]:
    contribution, signature, account = (bytes.fromhex(given[name]) for name in ("contribution", "signature", "account"))
    SignedContribution(contribution, signature).require_by(account)
    return {}


def _reseal(given: dict[str, Any]) -> dict[str, Any]:
    opening.require_seals(_header(given), key_set_of(given["keySet"]), bytes.fromhex(given["seed"]))
    return {}


def _field(given: Any) -> Disclosure:
    if isinstance(given, str):
        return read_field(given)
    salt, name, value = given
    return make_disclosure(name, value, salt=bytes.fromhex(salt))


def _seal(given: dict[str, Any]) -> dict[str, Any]:
    fields = [_field(each) for each in given["fields"]]
    contents = []
    for number, document in enumerate(given["documents"], 1):
        data = bytes.fromhex(document["hex"])
        contents.append(data)
        said = {name: value for name, value in document.items() if name not in ("hex", "salt")}
        value = {**said, "size": len(data), "digest": hashlib.sha256(data).hexdigest()}
        fields.append(make_disclosure(f"documents/{number:04}", value, salt=bytes.fromhex(document["salt"])))
    bid = Bid(sorted(fields, key=lambda field: field.name or ""))
    sources: list[Callable[[], BinaryIO]] = [lambda data=data: io.BytesIO(data) for data in contents]  # type: ignore[misc]
    seed = bytes.fromhex(given["seed"]) if "seed" in given else None
    with Path(given["out"]).open("w+b") as out:
        header = seal(bid, sources, _context(given["context"]), key_set_of(given["keySet"]), out, seed=seed).header
    return {"bidRoot": bid.root.hex(), "restDigest": header.rest_digest.hex()}


def _prove(given: dict[str, Any]) -> dict[str, Any]:
    proof = Bid([read_field(text) for text in given["fields"]]).prove(given["name"])
    return {"text": proof.text, "digests": [each.hex() for each in proof.digests]}


def _check_proof(given: dict[str, Any]) -> dict[str, Any]:
    proof = FieldProof(given["text"], tuple(bytes.fromhex(each) for each in given["digests"]))
    return {"name": check_proof(proof, bytes.fromhex(given["bidRoot"])).name}


TASKS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "header": _said, "derived": _derived, "open": _open, "partial": _partial, "read": _read, "share": _share,
    "contribute": _contribute, "receive": _receive, "signed": _signed, "reseal": _reseal, "seal": _seal,
    "prove": _prove, "checkProof": _check_proof,
}  # fmt: skip
