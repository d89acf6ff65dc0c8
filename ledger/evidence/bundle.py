"""Writes evidence bundles (``docs/bundle-1.md``): of one process, or of all processes of an organisation.

What is written comes from index and stores, the proofs from the node. Whether it proves anything is for
``ledger.evidence.verify`` to say, for us as for everybody.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO

from ledger.chain.client import Chain
from ledger.chain.codec import decode_detail
from ledger.chain.heads import head_slot
from ledger.chain.record import ACT_RECORDED, ZERO, ActRecord, decode_log
from ledger.errors import (
    BundleTooLarge,
    CriteriaInvalid,
    EvidenceNotYet,
    ObjectAltered,
    ObjectErased,
    ObjectMissing,
)
from ledger.evaluation.criteria import read_criteria
from ledger.evidence.log.cosignatures import CosignatureBook
from ledger.evidence.log.places import most_of, newest_cosigned, newest_stamped, place_of
from ledger.evidence.organisations import named_organisations
from ledger.evidence.timestamps import Timestamps
from ledger.evidence.verify.archive import write_archive
from ledger.evidence.verify.checkpoint import of_log_alone
from ledger.evidence.verify.contents import read_release
from ledger.evidence.verify.header import read_header
from ledger.evidence.verify.manifest import LARGEST_FILE, MOST_ENTRIES, Entry, Manifest, kind_of
from ledger.evidence.verify.proofs import AccountProof, write_proofs
from ledger.evidence.verify.series import pack_act, write_list
from ledger.index.database import Index
from ledger.index.documents import Copy
from ledger.index.series import SeriesReader
from ledger.ocds.disclosure import read_disclosure
from ledger.store import ObjectStore, ReleaseStore, StoreClass
from ledger.terms import Act


@dataclass(frozen=True, slots=True)
class Sources:
    """Where evidence comes from."""

    chain: Chain
    index: Index
    store: ObjectStore
    releases: ReleaseStore
    logs: Path
    """The home's folder ``log``, which need not be there."""
    timestamps: Timestamps | None = None
    """What outside authorities stamped, where the home asks some."""

    def newest_provable(self) -> int | None:
        """The newest block that the log shows, as far as others than the operator saw it; None without a log, or if
        nobody saw any of it yet."""
        if self.timestamps is None:
            return newest_cosigned(self.logs)
        return newest_stamped(self.logs, self.timestamps.is_stamped)


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """An entry that not everybody may have: of a bid, an evaluation or a ranking. ``salt`` only of an evaluation."""

    name: str
    data: bytes
    salt: bytes = b""


@dataclass(frozen=True, slots=True)
class _Piece:
    """An entry before it is written; ``read`` gives its bytes, of a document from the store again."""

    entry: Entry
    crc: int
    read: Callable[[], bytes]


@dataclass
class _Draft:
    """The pieces of a bundle by name."""

    pieces: dict[str, _Piece] = field(default_factory=dict)

    def add(self, name: str, data: bytes, *, salt: bytes = b"", read: Callable[[], bytes] | None = None) -> None:
        """Take an entry; an empty one is left out, for there is nothing to prove."""
        if data and name not in self.pieces:
            entry = Entry(name, kind_of(name), len(data), hashlib.sha256(salt + data).digest(), salt)
            self.pieces[name] = _Piece(entry, zlib.crc32(data), read or (lambda: data))


def write_process_bundle(
    sources: Sources,
    process_id: bytes,
    out: BinaryIO,
    *,
    largest: int = LARGEST_FILE,
    shown: Callable[[Sequence[ActRecord]], Sequence[ShownEntry]] | None = None,
) -> Manifest:
    """Write the bundle of a process, proven for the newest indexed block; where there is a log, for the newest block
    that most of its witnesses saw, and that most of the authorities stamped, if there are any. Of
    more than ``largest`` bytes nothing is written. ``shown`` gives what is shown besides, and not to everybody, of the
    acts up to that block.

    Raises ProcessUnknown, EvidenceNotYet, BundleTooLarge, and as asking the node does; BlockUnknown if the node is
    behind the index.
    """
    draft, logged = _Draft(), sources.newest_provable()
    with sources.index.reading() as connection:
        series = SeriesReader(connection, logged)
        organisation = series.organisation_of(process_id)
        acts = series.process(process_id)
        if not acts:
            raise EvidenceNotYet(process=process_id, block=series.block)
        records = _records(acts, process_id)
        _add_roles(draft, series, organisation, records)
        _add_content(draft, sources, series, records)
        block, closed = series.block, {process_id: _closings(series, records)}
    for entry in shown(records) if shown is not None else ():
        draft.add(entry.name, entry.data, salt=entry.salt)
    draft.add(f"acts/process-{process_id.hex()}", b"".join(map(pack_act, acts)))
    _add_blocks(draft, sources, block, [process_id], closed, logged)
    return _write(draft, sources.chain, block, ("process", process_id), out, largest)


def write_organisation_bundle(sources: Sources, organisation_id: bytes, out: BinaryIO) -> Manifest:
    """Write the bundle of all processes of an organisation. Raises OrganisationUnknown, else as for a process."""
    draft, logged = _Draft(), sources.newest_provable()
    with sources.index.reading() as connection:
        series = SeriesReader(connection, logged)
        items = series.listed(organisation_id)
        processes = {item: series.process(item) for item in items if len(item) == 32}
        of_processes = {process_id: _records(acts) for process_id, acts in processes.items()}
        records = [record for found in of_processes.values() for record in found]
        _add_roles(draft, series, organisation_id, records)
        _add_content(draft, sources, series, records + _records(item for item in items if len(item) > 32))
        block, closed = series.block, {each: _closings(series, found) for each, found in of_processes.items()}
    draft.add(f"acts/list-{organisation_id.hex()}", write_list(items))
    for process_id, acts in processes.items():
        draft.add(f"acts/process-{process_id.hex()}", b"".join(map(pack_act, acts)))
    _add_blocks(draft, sources, block, [organisation_id, *processes], closed, logged)
    return _write(draft, sources.chain, block, ("organisation", organisation_id), out)


def _records(acts: Iterable[bytes], process_id: bytes = ZERO) -> list[ActRecord]:
    """The records of acts; of which organisation they are does not matter here."""
    return [decode_log((ACT_RECORDED, process_id, ZERO, data[:32]), data) for data in acts]


def _add_roles(draft: _Draft, series: SeriesReader, organisation_id: bytes, records: Sequence[ActRecord]) -> None:
    """The registry's acts on the organisation, on all that the acts name, and on the governors; also on custodians, if
    there are rounds whose keys they hold."""
    named = {ZERO, organisation_id} | named_organisations(records)
    if any(record.act in (Act.TENDER_PUBLISHED, Act.ROUND_OPENED) for record in records):
        named |= named_organisations(_records(series.roles(organisation_id)))
    for organisation in named:
        draft.add(f"acts/roles-{organisation.hex()}", b"".join(map(pack_act, series.roles(organisation))))


def _add_content(draft: _Draft, sources: Sources, series: SeriesReader, records: Sequence[ActRecord]) -> None:
    """Criteria, releases and documents that the acts name, as far as everybody may see them."""
    for record in records:
        if record.act == Act.TENDER_PUBLISHED:
            _add_criteria(draft, sources.store, decode_detail(record)["terms"]["criteria"])
    for record in records:
        for digest in (record.ground, record.subject):
            _add_document(draft, sources.store, digest)
        if record.release != ZERO:
            _add_release(draft, sources, series, record.release)


def _add_criteria(draft: _Draft, store: ObjectStore, digest: bytes) -> None:
    """What a tender names as its criteria can be anything; here are those that a verifier can read."""
    with suppress(ObjectAltered, ObjectMissing, CriteriaInvalid):
        found = None if digest == ZERO else _public(store, digest)
        if found is not None and read_criteria(found.data).digest == digest:
            draft.add(f"criteria/{digest.hex()}", found.data)


def _add_release(draft: _Draft, sources: Sources, series: SeriesReader, digest: bytes) -> None:
    try:
        found = _public(sources.store, digest)
    except (ObjectAltered, ObjectMissing):
        found = series.copy(digest)  # what the store lost can be proven as long as anybody has it
    if found is None:
        return
    draft.add(f"releases/{digest.hex()}", found.data, salt=found.salt)
    texts = sorted(sources.releases.disclosures(digest), key=lambda text: read_disclosure(text).digest)
    draft.add(f"disclosures/{digest.hex()}", "".join(f"{text}\n" for text in texts).encode("ascii"))
    for document in read_release(found.data, texts).documents:
        _add_document(draft, sources.store, document)


def _add_document(draft: _Draft, store: ObjectStore, digest: bytes) -> None:
    if f"criteria/{digest.hex()}" in draft.pieces:
        return
    try:
        found = None if digest == ZERO else _public(store, digest)
    except (ObjectAltered, ObjectMissing):
        found = None
    if found is not None:
        draft.add(f"documents/{digest.hex()}", found.data, salt=found.salt, read=partial(store.get, digest))


def _public(store: ObjectStore, digest: bytes) -> Copy | None:
    """An object that everybody may see; None for any other. Raises ObjectAltered, ObjectMissing."""
    try:
        kind, salt, data = store.whole(digest)
    except ObjectErased:
        return None
    return Copy(salt or b"", data) if kind is StoreClass.PUBLIC else None


def _closings(series: SeriesReader, records: Sequence[ActRecord]) -> set[int]:
    """The blocks in which rounds were closed: a bundle shows when they were logged."""
    times = {record.time for record in records if record.act == Act.ROUND_CLOSED}
    return {block for time in times if (block := series.block_at(time)) is not None}


def _add_blocks(
    draft: _Draft,
    sources: Sources,
    block: int,
    proven: Sequence[bytes],
    closed: Mapping[bytes, set[int]],
    logged: int | None,
) -> None:
    """The block that is proven, with the heads of these series of the ledger and of all roles; each earlier block in
    which a process was ``closed``, with the heads of those processes; and where all of them stand in the log."""
    chain = sources.chain
    roles = [bytes.fromhex(name[-64:]) for name in draft.pieces if name.startswith("acts/roles-")]
    _add_block(draft, chain, block, {chain.ledger: proven, chain.registry: roles})
    earlier = set().union(*closed.values()) - {block}
    for number in earlier:
        _add_block(draft, chain, number, {chain.ledger: [each for each, found in closed.items() if number in found]})
    if logged is not None:
        _add_places(draft, sources, {block} | earlier)


def _add_block(draft: _Draft, chain: Chain, block: int, series: Mapping[bytes, Sequence[bytes]]) -> None:
    """The header, and by account the heads of these series."""
    draft.add(f"blocks/{block:012}/header", chain.raw_header(block))
    proofs = [_proof(chain, account, heads, block) for account, heads in series.items()]
    draft.add(f"blocks/{block:012}/proofs", write_proofs(proofs))


def _add_places(draft: _Draft, sources: Sources, blocks: set[int]) -> None:
    """Where the blocks stand in the log, and who stamped it."""
    threshold, timestamps = most_of(CosignatureBook(sources.logs).witnesses()), sources.timestamps
    for block in blocks:
        header = read_header(draft.pieces[f"blocks/{block:012}/header"].read())
        is_stamped = None if timestamps is None else timestamps.is_stamped
        place = place_of(sources.logs, header, threshold=threshold, is_stamped=is_stamped)
        name = f"checkpoints/{place.inclusion.size:012}"
        draft.add(f"blocks/{block:012}/inclusion", place.inclusion.encoded())
        draft.add(name, place.checkpoint)
        stamps = {} if timestamps is None else timestamps.stamps_of(of_log_alone(place.checkpoint))
        for certificate, stamp in stamps.items():
            draft.add(f"{name}.{certificate}", stamp)


def _proof(chain: Chain, account: bytes, series: Sequence[bytes], block: int) -> AccountProof:
    """In pieces: a node takes no list of any length."""
    found = chain.proof(account, [head_slot(each) for each in series[:_PROVEN_AT_ONCE]], block)
    heads = list(found.storage_proofs)
    for at in range(_PROVEN_AT_ONCE, len(series), _PROVEN_AT_ONCE):
        slots = [head_slot(each) for each in series[at : at + _PROVEN_AT_ONCE]]
        heads += chain.proof(account, slots, block).storage_proofs
    return AccountProof(account, found.account_proof, dict(zip(series, heads, strict=True)))


def _write(
    draft: _Draft,
    chain: Chain,
    block: int,
    subject: tuple[str, bytes],
    out: BinaryIO,
    largest: int = LARGEST_FILE,
) -> Manifest:
    """Sizes and digests stand in front, so documents are read a second time rather than held."""
    pieces = [piece for _, piece in sorted(draft.pieces.items())]
    deployment = chain.deployment
    manifest = Manifest(
        block=block,
        chain_id=deployment.chain_id,
        genesis_hash=deployment.genesis_hash,
        ledger=deployment.ledger,
        registry=deployment.registry,
        subject_kind=subject[0],
        subject_id=subject[1],
        entries=tuple(piece.entry for piece in pieces),
    )
    size = sum(piece.entry.size + len(piece.entry.name) for piece in pieces) + len(manifest.raw)
    _require_room(len(pieces), size + 2 * _AROUND * (len(pieces) + 2), largest)
    write_archive(manifest, [(piece.crc, piece.read) for piece in pieces], out)
    return manifest


def _require_room(entries: int, size: int, largest: int) -> None:
    for what, given, most in (("entries", entries, MOST_ENTRIES), ("bytes", size, largest)):
        if given > most:
            raise BundleTooLarge(what=what, given=given, most=most)


_PROVEN_AT_ONCE = 500  # heads in one question; the embedded node answers a thousand
_AROUND = 128  # bytes that stand about an entry, in front of it and in the directory, each time at most
