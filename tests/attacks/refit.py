"""What a forger can make to fit who has won over validators, the log, witnesses or authorities.

The state is a real trie: the heads that the changed acts lead to are written into the nodes of the bundle's own
proofs. Then header, seals, the log's root, checkpoints and time stamps follow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import rlp
from trie.constants import BLANK_NODE_HASH
from trie.exceptions import MissingTrieNode
from trie.hexary import HexaryTrie

from ledger.chain.heads import fold, genesis_list_head, genesis_process_head, genesis_roles_head, head_slot
from ledger.chain.keccak import keccak
from ledger.chain.record import ZERO, act_digest
from ledger.evidence.verify.checkpoint import of_log_alone, read_signature_line
from ledger.evidence.verify.header import Header, read_header
from ledger.evidence.verify.logged import read_inclusion
from ledger.evidence.verify.merkle import leaf_hash, node_hash
from ledger.evidence.verify.proofs import AccountProof, _read_proofs, write_proofs
from ledger.evidence.verify.series import split_acts, split_list, write_list
from tests.attacks.actors import FOUNDERS, JOINING, LOG, SIGNERS, TRUSTED
from tests.attacks.draft import Draft
from tests.attacks.stamping import stamp, stamp_name, stamped_at
from tests.evidence.log_actors import Signer, body
from tests.evidence.log_data import read
from tests.evidence.qbft_network import Validator, sealed, with_field

_STATE_ROOT = 3
_VALIDATORS = {one.account.hex(): one for one in (*FOUNDERS, JOINING)}


def refit(
    draft: Draft,
    *,
    seals: str = "quorum",
    codes: Mapping[str, str] | None = None,
    slots: Mapping[str, int] | None = None,
    stored: Mapping[str, str] | None = None,
    witnesses: Sequence[str] | None = None,
    after: int | None = None,
) -> None:
    """Make chain, log and time stamps of the draft fit its acts.

    ``seals``: by a ``quorum`` of the validators in force, or ``kept`` as they were. ``codes``: another code hash by
    contract. ``slots``: by entry, the number of another slot its head is in. ``stored``: by contract, a series whose
    slot stores zero. ``witnesses`` and ``after``: who cosigns, how many seconds after the block; as it was, if not
    given.
    """
    for block in blocks_of(draft):
        header = header_of(draft, block)
        root = _refit_state(draft, header, codes or {}, slots or {}, stored or {})
        if root == header.state_root:
            continue
        header = with_field(header, _STATE_ROOT, root)
        if header.is_qbft and seals == "quorum":
            header = sealed(header, validators_of(draft, block)[:3])
        relog(draft, header, witnesses=witnesses, after=after)


def add_account(draft: Draft) -> None:
    """The validators write a further account into the state after the proven block, and it is proven beside the
    contracts."""
    header = header_of(draft, draft.original.block)
    entry = f"blocks/{header.number:012}/proofs"
    proofs = _read_proofs(draft.entries[entry])
    state = _trie(header.state_root, [node for proof in proofs for node in proof.nodes])
    content = rlp.encode([b"", b"", BLANK_NODE_HASH, keccak(b"")])
    account = _write_elsewhere(state, (keccak(bytes([number]))[:20] for number in range(64)), content)
    shown = [*proofs, AccountProof(account, (), {})]
    draft.entries[entry] = write_proofs([replace(proof, nodes=_nodes(state, keccak(proof.account))) for proof in shown])
    relog(draft, sealed(with_field(header, _STATE_ROOT, state.root_hash), validators_of(draft, header.number)[:3]))


def list_as_anothers(draft: Draft) -> None:
    """The validators write the ids of the buyer's processes as the list of another organisation, of which the registry
    need not know; its evidence is the buyer's, acts and all."""
    manifest, buyer = draft.original, draft.named("acts/list-*")
    header = header_of(draft, manifest.block)
    entry = f"blocks/{header.number:012}/proofs"
    proofs = _read_proofs(draft.entries[entry])
    of_ledger = next(proof for proof in proofs if proof.account == manifest.ledger)
    state = _trie(header.state_root, [node for proof in proofs for node in proof.nodes])
    nonce, balance, storage_root, code = rlp.decode(state[keccak(manifest.ledger)])
    storage = _trie(storage_root, [node for nodes in of_ledger.heads.values() for node in nodes])
    items = [item for item in split_list(buyer, draft.entries.pop(buyer)) if len(item) == 32]
    for number in range(100_000):
        other = keccak(b"organisation %d" % number)
        head = fold(genesis_list_head(manifest.chain_id, manifest.ledger, other), items)
        with suppress(MissingTrieNode):
            storage[keccak(head_slot(other))] = rlp.encode(head.lstrip(b"\0"))
            break
    state[keccak(manifest.ledger)] = rlp.encode([nonce, balance, storage.root_hash, code])
    series = {*of_ledger.heads, other} - {manifest.subject_id}
    heads = {each: _nodes(storage, keccak(head_slot(each))) for each in series}
    shown = [proof if proof is not of_ledger else replace(proof, heads=heads) for proof in proofs]
    draft.entries[entry] = write_proofs([replace(proof, nodes=_nodes(state, keccak(proof.account))) for proof in shown])
    draft.entries[f"acts/list-{other.hex()}"] = write_list(items)
    draft.manifest["subject_id"] = other
    relog(draft, sealed(with_field(header, _STATE_ROOT, state.root_hash), validators_of(draft, header.number)[:3]))


def relog(draft: Draft, header: Header, *, witnesses: Sequence[str] | None = None, after: int | None = None) -> None:
    """Put the header into the draft and into the log's tree; checkpoints and time stamps follow."""
    draft.entries[f"blocks/{header.number:012}/header"] = header.raw
    inclusion = read_inclusion(draft.entries[f"blocks/{header.number:012}/inclusion"])
    root = _root(leaf_hash(header.hashed), inclusion.index, inclusion.size, inclusion.hashes)
    moment = None if after is None else header.time + after
    sign_checkpoint(draft, f"checkpoints/{inclusion.size:012}", root=root, by=witnesses, moment=moment)


def sign_checkpoint(
    draft: Draft,
    name: str,
    *,
    root: bytes | None = None,
    log: Signer = LOG,
    by: Sequence[str] | None = None,
    moment: int | None = None,
    kept: bool = False,
) -> None:
    """A checkpoint with another root, log's key or cosignatures; ``kept``: the cosignatures stay as they are. The
    authorities stamp it anew at the time at which they did."""
    note = draft.entries[name]
    text, _, lines = note.partition(b"\n\n")
    origin, size, _ = text.decode().split("\n")
    signed = text + b"\n" if root is None else body(origin, int(size), root)
    cosigned = {who: time for who, time in cosigned_by(note).items() if by is None or who in by}
    cosigned |= {who: min(cosigned_by(note).values()) for who in by or () if who not in cosigned}
    lines = b"".join(lines.splitlines(keepends=True)[1:])
    if not kept:
        signers = sorted(cosigned, key=lambda who: SIGNERS[who].name)
        lines = b"".join(SIGNERS[who].line(signed, moment or cosigned[who]) for who in signers)
    draft.entries[name] = signed + b"\n" + log.line(signed) + lines
    if of_log_alone(draft.entries[name]) != of_log_alone(note):
        restamp(draft, name)


def cosigned_by(note: bytes) -> dict[str, int]:
    """When who cosigned."""
    found = {}
    for line in note.partition(b"\n\n")[2].splitlines()[1:]:
        name, blob = read_signature_line(line)
        who = next(who for who, signer in SIGNERS.items() if signer.name == name)
        found[who] = int.from_bytes(blob[4:12], "big")
    return found


def restamp(draft: Draft, checkpoint: str) -> None:
    """The authorities stamp the checkpoint as it is now, at the time at which they did before."""
    for each in TRUSTED:
        name = stamp_name(checkpoint, each)
        if name in draft.entries:
            time = stamped_at(draft.entries[name])
            draft.entries[name] = stamp(each, of_log_alone(draft.entries[checkpoint]), time)


def blocks_of(draft: Draft) -> list[int]:
    """Numbers of the blocks in the draft."""
    return sorted(int(found[1]) for name in draft.entries if (found := re.fullmatch(r"blocks/(\d+)/header", name)))


def header_of(draft: Draft, block: int) -> Header:
    """A block's header in the draft."""
    return read_header(draft.entries[f"blocks/{block:012}/header"])


def validators_of(draft: Draft, block: int) -> list[Validator]:
    """Those in force for the block by the draft's policy."""
    for one in draft.policy["consensus"]["validators"]:
        if one["from"] <= block and (one["to"] is None or block <= one["to"]):
            return [_VALIDATORS[account] for account in one["accounts"]]
    raise LookupError(block)


def _refit_state(
    draft: Draft, header: Header, codes: Mapping[str, str], slots: Mapping[str, int], stored: Mapping[str, str]
) -> bytes:
    """Write the heads that the acts lead to into the state after the block; gives its root."""
    entry = f"blocks/{header.number:012}/proofs"
    proofs = _read_proofs(draft.entries[entry])
    heads = _heads(draft, header)
    state = _trie(header.state_root, [node for proof in proofs for node in proof.nodes])
    places = {draft.named(name)[-64:]: number for name, number in slots.items()}
    series_by_account = {}
    for proof in proofs:
        contract = "ledger" if proof.account == draft.original.ledger else "registry"
        fields: Any = rlp.decode(state[keccak(proof.account)])
        storage = _trie(fields[2], [node for nodes in proof.heads.values() for node in nodes])
        keys = {}
        for series in proof.heads:
            head = heads.get((proof.account, series), ZERO)
            keys[series] = keccak(head_slot(series))
            if contract == "ledger" and series.hex() in places:
                keys[series] = _store_elsewhere(storage, series, places[series.hex()], head)
            elif head != ZERO:
                storage[keys[series]] = rlp.encode(head.lstrip(b"\0"))
            elif contract in stored and stored[contract] == series.hex()[:8]:
                storage[keys[series]] = rlp.encode(b"")
        code = bytes.fromhex(codes[contract]) if contract in codes else fields[3]
        state[keccak(proof.account)] = rlp.encode([fields[0], fields[1], storage.root_hash, code])
        series_by_account[proof.account] = {series: _nodes(storage, key) for series, key in keys.items()}
    draft.entries[entry] = write_proofs([
        AccountProof(account, _nodes(state, keccak(account)), found) for account, found in series_by_account.items()
    ])  # fmt: skip
    root: bytes = state.root_hash
    return root


def _store_elsewhere(storage: HexaryTrie, series: bytes, least: int, head: bytes) -> bytes:
    """Store a head in the first slot, counted from ``least``, that the nodes at hand lead to; gives its key."""
    slots = (keccak(series + place.to_bytes(32, "big")) for place in range(least, 64))
    return keccak(_write_elsewhere(storage, slots, rlp.encode(head.lstrip(b"\0"))))


def _write_elsewhere(trie: HexaryTrie, places: Iterable[bytes], content: bytes) -> bytes:
    """Write to the first of these places, known by their digests, that the nodes at hand lead to; gives the place."""
    for place in places:
        with suppress(MissingTrieNode):
            trie[keccak(place)] = content
            return place
    raise LookupError


def _heads(draft: Draft, header: Header) -> dict[tuple[bytes, bytes], bytes]:
    """The heads of all series in the draft after the block, by contract and series."""
    manifest, found = draft.original, {}
    for name, data in draft.entries.items():
        kind, series = name[:-65], bytes.fromhex(name[-64:]) if name.startswith("acts/") else b""
        if kind == "acts/list":
            items = [item if len(item) == 32 else act_digest(item) for item in split_list(name, data)]
            genesis = genesis_list_head(manifest.chain_id, manifest.ledger, series)
            found[manifest.ledger, series] = fold(genesis, items)
        elif kind == "acts/process":
            acts = [act for act in split_acts(name, data) if read(act).time <= header.time or _is_last(draft, header)]
            genesis = genesis_process_head(manifest.chain_id, manifest.ledger, series)
            found[manifest.ledger, series] = fold(genesis, map(act_digest, acts))
        elif kind == "acts/roles":
            genesis = genesis_roles_head(manifest.chain_id, manifest.registry, series)
            found[manifest.registry, series] = fold(genesis, map(act_digest, split_acts(name, data)))
    return found


def _is_last(draft: Draft, header: Header) -> bool:
    return header.number == draft.original.block


def _trie(root: bytes, nodes: Sequence[bytes]) -> HexaryTrie:
    return HexaryTrie({keccak(node): node for node in nodes}, root)


def _nodes(trie: HexaryTrie, key: bytes) -> tuple[bytes, ...]:
    proof: tuple[Any, ...] = trie.get_proof(key)  # type: ignore[no-untyped-call]
    return tuple(rlp.encode(node) for node in proof)


def _root(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root of a tree with this leaf (RFC 9162, 2.1.3.2), whatever it was before."""
    last, got = size - 1, leaf
    for sibling in path:
        if index & 1 or index == last:
            got = node_hash(sibling, got)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            got = node_hash(got, sibling)
        index, last = index >> 1, last >> 1
    return got
