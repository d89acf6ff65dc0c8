"""What a forger does to headers, seals, proofs, checkpoints and time stamps."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace

from ledger.evidence.verify import qbft, rlp
from ledger.evidence.verify.checkpoint import of_log_alone
from ledger.evidence.verify.header import Header, read_header
from ledger.evidence.verify.proofs import _read_proofs, write_proofs
from tests.attacks.actors import FOUNDERS, JOINING, SIGNERS, STRANGERS, VALID, authority
from tests.attacks.draft import Draft
from tests.attacks.refit import header_of, relog, sign_checkpoint
from tests.attacks.sealed_chain import BENEFICIARY, EXTRA_DATA, TIMESTAMP
from tests.attacks.stamping import stamp, stamp_by, stamp_name, stamped_at, with_a_long_key
from tests.evidence.qbft_network import (
    Validator,
    accounts,
    seal_message,
    sealed,
    seals_of,
    with_field,
    with_round,
    with_seals,
)
from tests.evidence.tsa import certify

_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def seal(draft: Draft, by: Sequence[int], over_round: int | None = None, last: int | None = None) -> None:
    """The header is sealed by these validators (1 to 4 are the founders, 5 joins by vote or is an outsider).

    ``over_round``: the seal of ``last``, added to these, is one for another round of the same block.
    """
    header = header_of(draft, draft.original.block)
    made = sealed(header, [_validator(number) for number in by])
    if last is not None and over_round is not None:
        further = _validator(last).seal(seal_message(with_round(header, over_round)))
        made = with_seals(header, [*seals_of(made), further])
    draft.entries[_name(draft)] = made.raw


def mirror_seal(draft: Draft) -> None:
    """The first seal in its other form: r, the order less s, and the other v; the same key made it."""
    header = header_of(draft, draft.original.block)
    first, *others = seals_of(header)
    mirrored = first[:32] + (_ORDER - int.from_bytes(first[32:64])).to_bytes(32) + bytes([first[64] ^ 1])
    draft.entries[_name(draft)] = with_seals(header, [mirrored, *others]).raw


def declare(draft: Draft, validators: str) -> None:
    """The header declares another set of validators, who propose and seal it: ``strangers``, or the ``founders`` after
    a fifth one joined. It stands in the log."""
    chosen = STRANGERS if validators == "strangers" else FOUNDERS
    header = header_of(draft, draft.original.block)
    extra = replace(qbft.read_extra_data(header.extra_data), validators=accounts(chosen), seals=())
    header = with_field(with_field(header, EXTRA_DATA, extra.encoded()), BENEFICIARY, chosen[0].account)
    relog(draft, sealed(header, chosen[:3]))


def propose(draft: Draft, by: int) -> None:
    """Another proposer; a quorum seals it, and the log has it."""
    header = header_of(draft, draft.original.block)
    proposed = with_field(header, BENEFICIARY, _validator(by).account)
    relog(draft, sealed(proposed, FOUNDERS[:3]))


def date(draft: Draft, block: int, like: int) -> None:
    """A block has the time of another one; a quorum seals it, and the log has it."""
    time = header_of(draft, like).time.to_bytes(4, "big")
    relog(draft, sealed(with_field(header_of(draft, block), TIMESTAMP, time), FOUNDERS[:3]))


def disguise(draft: Draft) -> None:
    """A block of one operator with the mark of QBFT, so that bytes of it are in no hash; it stands in the log."""
    header = header_of(draft, draft.original.block)
    extra = qbft.ExtraData(bytes(32), (), None, 0, ())
    relog(draft, read_header(_with(header, {EXTRA_DATA: extra.encoded(), 13: qbft.MIX_HASH})))


def hide_all(draft: Draft) -> None:
    """An organisation without any process: the head of its list is proven by no node at all, as if it were absent, and
    nothing else of its processes is there."""
    newest, listed = draft.original.block, draft.original.subject_id
    kept = re.compile(rf"acts/roles-.*|blocks/{newest:012}/.*|checkpoints/{_newest_checkpoint(draft)[-12:]}.*")
    draft.entries = {name: data for name, data in draft.entries.items() if kept.fullmatch(name)}
    entry = f"blocks/{newest:012}/proofs"
    proofs = []
    for proof in _read_proofs(draft.entries[entry]):
        heads = {listed: ()} if proof.account == draft.original.ledger else proof.heads
        proofs.append(replace(proof, heads=heads))
    draft.entries[entry] = write_proofs(proofs)


def drop_head(draft: Draft, series: str) -> None:
    """The proof of a head is left out, and so are its acts."""
    name = draft.named(series)
    entry = f"blocks/{draft.original.block:012}/proofs"
    contract = draft.original.registry if name.startswith("acts/roles-") else draft.original.ledger
    draft.entries[entry] = write_proofs([
        replace(proof, heads={
            each: nodes for each, nodes in proof.heads.items() if (proof.account, each.hex()) != (contract, name[-64:])
        })
        for proof in _read_proofs(draft.entries[entry])
    ])  # fmt: skip
    del draft.entries[name]


def forget(draft: Draft, block: int, what: str) -> None:
    """Of a block's state nothing is proven of one contract, or no ``heads`` are."""
    entry = f"blocks/{block:012}/proofs"
    proofs = _read_proofs(draft.entries[entry])
    if what == "heads":
        kept = [replace(proof, heads={}) for proof in proofs]
    else:
        kept = [proof for proof in proofs if proof.account != getattr(draft.original, what)]
    draft.entries[entry] = write_proofs(kept)


def swap_accounts(draft: Draft) -> None:
    """The proofs of ledger and registry in the other order."""
    entry = f"blocks/{draft.original.block:012}/proofs"
    draft.entries[entry] = rlp.encode(rlp.decode_list(draft.entries[entry])[::-1])


def add_node(draft: Draft) -> None:
    """A node more than the proof needs."""
    entry = f"blocks/{draft.original.block:012}/proofs"
    first, *others = _read_proofs(draft.entries[entry])
    draft.entries[entry] = write_proofs([replace(first, nodes=(*first.nodes, first.nodes[-1])), *others])


def cosign(draft: Draft, checkpoint: str, by: Sequence[str], after: int | None = None) -> None:
    """Other witnesses cosign, or so many seconds after the proven block."""
    header = header_of(draft, draft.original.block)
    sign_checkpoint(draft, draft.named(checkpoint), by=by, moment=None if after is None else header.time + after)


def sign(draft: Draft, checkpoint: str, by: str) -> None:
    """Another key signs as the log, and witnesses cosign that."""
    sign_checkpoint(draft, draft.named(checkpoint), log=SIGNERS[by])


def show_other_tree(draft: Draft, checkpoint: str) -> None:
    """The log signs a second tree of the same size, with another leaf beside the block's, and copies the cosignatures
    of the first onto it."""
    name = draft.named(checkpoint)
    block = next(
        each[:-10] for each, data in draft.entries.items()
        if each.endswith("/inclusion") and int.from_bytes(data[:8]) == int(name[-12:])
    )  # fmt: skip
    inclusion = draft.entries[f"{block}/inclusion"]
    draft.entries[f"{block}/inclusion"] = inclusion[:-32] + hashlib.sha256(b"another leaf").digest()
    relog(draft, header_of(draft, int(block[-12:])))
    copied = _control_lines(draft, name)
    text = draft.entries[name].partition(b"\n\n")[0] + b"\n"
    draft.entries[name] = text + b"\n" + SIGNERS["log"].line(text) + copied


def stamp_at(draft: Draft, stamp_of: str, seconds: int) -> None:
    """An authority of the policy stamps at another time, so many seconds after the proven block."""
    newest = _newest_checkpoint(draft)
    time = header_of(draft, draft.original.block).time + seconds
    draft.entries[stamp_name(newest, stamp_of)] = stamp(stamp_of, of_log_alone(draft.entries[newest]), time)


def stamp_instead(draft: Draft, stamp_of: str, by: str) -> None:
    """Another authority stamps the newest checkpoint in the place of one of the policy."""
    newest = _newest_checkpoint(draft)
    time = stamped_at(draft.entries.pop(stamp_name(newest, stamp_of)))
    draft.entries[stamp_name(newest, by)] = stamp(by, of_log_alone(draft.entries[newest]), time)


def stamp_bytes(draft: Draft, stamp_of: str, text: str) -> None:
    """The authority stamped something else at that time."""
    name = stamp_name(_newest_checkpoint(draft), stamp_of)
    draft.entries[name] = stamp(stamp_of, text.encode(), stamped_at(draft.entries[name]))


def stamp_in_a_crowd(draft: Draft, stamp_of: str, crowd: int) -> None:
    """The authority's own stamp among so many certificates that all bear its root's name and all certify each other."""
    name = stamp_name(_newest_checkpoint(draft), stamp_of)
    root, holder = authority(stamp_of)
    issuer = root.certificate.subject
    others = [certify("", subject=issuer, valid=VALID, key=root.key, serial=each + 1) for each in range(crowd)]
    stamped = of_log_alone(draft.entries[_newest_checkpoint(draft)])
    draft.entries[name] = stamp_by(holder, stamped, stamped_at(draft.entries[name]), others)


def stamp_with_a_long_key(draft: Draft, stamp_of: str, bits: int) -> None:
    """A stamp by a certificate with an RSA key of so many bits, and with an exponent as long."""
    name = stamp_name(_newest_checkpoint(draft), stamp_of)
    draft.entries[name] = with_a_long_key(draft.entries[name], bits)


def leave_stamp_out(draft: Draft, stamp_of: str) -> None:
    """One authority's stamp of the newest checkpoint is not there."""
    del draft.entries[stamp_name(_newest_checkpoint(draft), stamp_of)]


def _newest_checkpoint(draft: Draft) -> str:
    return max(name for name in draft.entries if name.startswith("checkpoints/") and "." not in name)


def _control_lines(draft: Draft, checkpoint: str) -> bytes:
    """The cosignatures that witnesses gave to the control's checkpoint of that size."""
    made = draft.before[checkpoint]
    return b"".join(made.partition(b"\n\n")[2].splitlines(keepends=True)[1:])


def _validator(number: int) -> Validator:
    return (*FOUNDERS, JOINING)[number - 1]


def _name(draft: Draft) -> str:
    return f"blocks/{draft.original.block:012}/header"


def _with(header: Header, fields: dict[int, bytes]) -> bytes:
    for position, value in fields.items():
        header = with_field(header, position, value)
    return header.raw
