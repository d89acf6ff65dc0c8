"""Whether a block is one that a chain's validators agreed on: QBFT, as the EEA specifies it and Besu runs it."""

from __future__ import annotations

from coincurve import PublicKey

from ledger.chain.keccak import keccak
from ledger.errors import (
    BlockHashMismatch,
    ConsensusFieldDiffers,
    ProposerForeign,
    QuorumMissing,
    SealForeign,
    SealInvalid,
    SealRepeated,
    SealsUnexpected,
    ValidatorsDiffer,
)
from ledger.evidence.verify import qbft
from ledger.evidence.verify.header import Header
from ledger.evidence.verify.validators import ValidatorSets

# Order of secp256k1. Of s and its negation Besu writes the lower (as EIP-2 demands for transactions).
_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_HIGHEST_S = _ORDER // 2

_DIFFICULTY = 1


def check_block(header: Header, sets: ValidatorSets, genesis_hash: bytes) -> None:
    """Check that a policy's consensus stands behind ``header``.

    Block 0 nobody seals: it must have the policy's ``genesis_hash``. A chain of one operator has no seals at all.
    Raises BlockHashMismatch, SealsUnexpected, ValidatorsUnknown, and as ``check_seals``.
    """
    if header.number == 0:
        if header.block_hash != genesis_hash:
            raise BlockHashMismatch(expected=genesis_hash, got=header.block_hash)
    elif not sets.is_single:
        check_seals(header, sets.validators_of(header.number))
    elif header.is_qbft:
        # Its hash leaves out round and seals: bytes that nothing else here would check.
        raise SealsUnexpected(block=header.number)


def check_seals(header: Header, validators: tuple[bytes, ...]) -> None:
    """Check that a quorum of ``validators``, those in force for this block, sealed ``header``.

    Raises ConsensusFieldDiffers, ValidatorsDiffer (what a header declares proves nothing, but must not contradict),
    ProposerForeign, SealInvalid, SealForeign, SealRepeated (both also beside a quorum), QuorumMissing, MalformedRlp and
    MalformedHeader.
    """
    block = header.number
    if not header.is_qbft:
        raise ConsensusFieldDiffers(block=block, field="mixHash", expected=qbft.MIX_HASH, got=header.mix_hash)
    if header.difficulty != _DIFFICULTY:
        raise ConsensusFieldDiffers(block=block, field="difficulty", expected=_DIFFICULTY, got=header.difficulty)
    extra = qbft.read_extra_data(header.extra_data)
    if extra.validators != validators:
        raise ValidatorsDiffer(block=block, expected=_shown(validators), got=_shown(extra.validators))
    if header.beneficiary not in validators:
        raise ProposerForeign(block=block, expected=_shown(validators), got=header.beneficiary)
    message = keccak(header.with_extra_data(extra.without_seals()))
    signers: set[bytes] = set()
    for position, seal in enumerate(extra.seals):
        signer = _signer(block, position, seal, message)
        if signer not in validators:
            raise SealForeign(block=block, position=position, expected=_shown(validators), got=signer)
        if signer in signers:
            raise SealRepeated(block=block, position=position, got=signer)
        signers.add(signer)
    if len(signers) < quorum(len(validators)):
        raise QuorumMissing(block=block, expected=quorum(len(validators)), got=len(signers))


def quorum(validators: int) -> int:
    """How many of so many validators must seal: two thirds, rounded up; never none."""
    return max(1, -(-2 * validators // 3))


def _signer(block: int, position: int, seal: bytes, message: bytes) -> bytes:
    """The account (20 bytes) that signed ``message`` (32 bytes) with ``seal``: r, s, and which of two points r is."""
    s = int.from_bytes(seal[32:64], "big")
    if seal[64] > 1:
        raise SealInvalid(block=block, position=position, reason=f"its last byte is {seal[64]}, not 0 or 1")
    if s > _HIGHEST_S:
        raise SealInvalid(block=block, position=position, reason="the higher of two equal signatures")
    try:
        key = PublicKey.from_signature_and_message(seal, message, hasher=None)
    except ValueError as error:
        raise SealInvalid(block=block, position=position, reason="no key made it") from error
    return keccak(key.format(compressed=False)[1:])[12:]


def _shown(accounts: tuple[bytes, ...]) -> str:
    return ", ".join("0x" + account.hex() for account in accounts)
