"""Who sealed a block: every forged header beside the one that is accepted."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ecdsa import SECP256k1, VerifyingKey, util

from ledger.chain.keccak import keccak
from ledger.errors import (
    BlockHashMismatch,
    ConsensusFieldDiffers,
    EvidenceRefused,
    MalformedHeader,
    ProposerForeign,
    QuorumMissing,
    SealForeign,
    SealInvalid,
    SealRepeated,
    SealsUnexpected,
    ValidatorsDiffer,
    ValidatorsUnknown,
)
from ledger.evidence.verify import consensus
from ledger.evidence.verify import qbft as extra
from ledger.evidence.verify.consensus import quorum
from ledger.evidence.verify.header import Header, read_header
from ledger.evidence.verify.validators import ValidatorRange, ValidatorSets
from tests.evidence.qbft_network import (
    STATE,
    accounts,
    genesis,
    next_block,
    nodes,
    propose,
    seal_message,
    sealed,
    seals_of,
    with_field,
    with_round,
    with_seals,
)
from tests.verifier.both import check_block, check_seals

ORDER: int = SECP256k1.order

FOUR = nodes(4)
OUTSIDER = nodes(1, start=99)[0]
START = genesis(FOUR)
UNSEALED = propose(START, FOUR)
ACCEPTED = sealed(UNSEALED, FOUR[:3])


def raw(text: str) -> bytes:
    """Bytes of a JSON-RPC hex string."""
    return bytes.fromhex(text[2:])


def other_half(seal: bytes) -> bytes:
    """The second signature that is as valid as this one: s negated, the other point."""
    s = ORDER - int.from_bytes(seal[32:64], "big")
    return seal[:32] + s.to_bytes(32, "big") + bytes([seal[64] ^ 1])


def test_recorded_every_block_is_sealed_by_a_quorum_on_all_nodes(qbft: Any) -> None:
    """A real network's 74 blocks: three nodes keep different seals for each, and every one's are enough."""
    validators, expected = qbft("validators"), qbft("qbft_expected")
    seen: dict[int, set[tuple[bytes, ...]]] = {}
    for headers in qbft("raw_headers").values():
        for number, given in enumerate(headers[1:], 1):
            header = read_header(raw(given))
            check_seals(header, tuple(raw(account) for account in validators[number]))
            assert header.block_hash == raw(expected[number - 1]["hash"])
            assert quorum(len(validators[number])) == expected[number - 1]["requiredQuorum"]
            seen.setdefault(number, set()).add(seals_of(header))
    assert len(seen) == 74
    assert sum(len(seals) > 1 for seals in seen.values()) > 60


def test_recorded_seals_are_signatures_by_an_independent_library(qbft: Any) -> None:
    """Each recorded seal verifies with another library against the key whose account signed, and has a low s."""
    for expected in qbft("qbft_expected"):
        header = read_header(raw(qbft("raw_headers")["node1"][expected["number"]]))
        for seal, signer in zip(seals_of(header), expected["sealSigners"], strict=True):
            keys = VerifyingKey.from_public_key_recovery_with_digest(
                seal[:64], seal_message(header), SECP256k1, sigdecode=util.sigdecode_string
            )
            found = {keccak(key.to_string())[12:]: key for key in keys}
            assert found[raw(signer)].verify_digest(seal[:64], seal_message(header))
            assert int.from_bytes(seal[32:64], "big") <= ORDER // 2


def test_recorded_blocks_under_the_set_before_or_after_are_refused(qbft: Any) -> None:
    """Around both changes of the recorded set only the set in force fits."""
    validators, headers = qbft("validators"), qbft("raw_headers")["node1"]
    for number, other in ((10, 11), (11, 10), (32, 33), (33, 32)):
        with pytest.raises(ValidatorsDiffer):
            check_seals(read_header(raw(headers[number])), tuple(raw(account) for account in validators[other]))


def test_check_seals_of_a_quorum_in_any_order_accepts() -> None:
    """Three of four suffice, whoever they are and whether the proposer is among them."""
    for left_out in range(4):
        signers = [one for number, one in enumerate(FOUR) if number != left_out]
        check_seals(sealed(UNSEALED, signers), accounts(FOUR))
        check_seals(sealed(UNSEALED, signers[::-1]), accounts(FOUR))
    check_seals(sealed(UNSEALED, FOUR), accounts(FOUR))


@pytest.mark.parametrize(
    ("count", "expected"), [(0, 1), (1, 1), (2, 2), (3, 2), (4, 3), (5, 4), (6, 4), (7, 5), (10, 7)]
)
def test_quorum_is_two_thirds_rounded_up(count: int, expected: int) -> None:
    """And one at least, so that nobody's seals are never enough."""
    assert quorum(count) == expected


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6, 7, 10])
def test_check_seals_one_below_quorum_is_refused(count: int) -> None:
    """The boundary, for networks of several sizes."""
    many = nodes(count)
    header = propose(genesis(many), many)
    check_seals(sealed(header, many[: quorum(count)]), accounts(many))
    with pytest.raises(QuorumMissing) as refused:
        check_seals(sealed(header, many[: quorum(count) - 1]), accounts(many))
    assert refused.value.values == {"block": 1, "expected": quorum(count), "got": quorum(count) - 1}


def test_check_seals_of_nobody_under_an_empty_set_is_refused() -> None:
    """No validators do not make a quorum of none: nobody can have proposed it, either."""
    empty = with_field(ACCEPTED, 12, extra.ExtraData(bytes(32), (), None, 0, ()).encoded())
    with pytest.raises(ProposerForeign):
        check_seals(empty, ())


def test_check_seals_with_one_seal_twice_is_refused() -> None:
    """Two validators' seals, one of them twice, are two; and a repeated one beside a quorum is refused, too."""
    one, two, three = seals_of(ACCEPTED)
    for seals in ([one, two, two], [one, two, three, one]):
        with pytest.raises(SealRepeated) as refused:
            check_seals(with_seals(ACCEPTED, seals), accounts(FOUR))
        assert refused.value.values["position"] == len(seals) - 1


def test_check_seals_with_a_second_signature_of_one_key_is_refused() -> None:
    """Another nonce gives other bytes and the same signer."""
    again = FOUR[0].key.sign_recoverable(seal_message(UNSEALED), hasher=None, custom_nonce=_fixed_nonce())
    assert again not in seals_of(ACCEPTED)
    with pytest.raises(SealRepeated):
        check_seals(with_seals(ACCEPTED, [*seals_of(ACCEPTED), again]), accounts(FOUR))


def _fixed_nonce() -> tuple[Any, Any]:
    from coincurve._libsecp256k1 import ffi, lib

    return lib.secp256k1_nonce_function_rfc6979, ffi.new("unsigned char[32]", b"\x07" * 32)


def test_check_seals_with_a_foreign_seal_beside_a_quorum_is_refused() -> None:
    """Whoever adds a seal of an outsider altered what a node keeps."""
    with pytest.raises(SealForeign) as refused:
        check_seals(sealed(UNSEALED, [*FOUR[:3], OUTSIDER]), accounts(FOUR))
    assert refused.value.values["got"] == OUTSIDER.account
    assert refused.value.values["position"] == 3


def test_check_seals_by_a_stale_set_is_refused() -> None:
    """The validators of before, also if most of them still are, cannot seal for those of now."""
    later = [*FOUR[:2], *nodes(2, start=50)]
    header = propose(START, later, FOUR[0])
    check_seals(sealed(header, later), accounts(later))
    with pytest.raises(SealForeign):
        check_seals(sealed(header, FOUR), accounts(later))
    with pytest.raises(QuorumMissing):
        check_seals(sealed(header, FOUR[:2]), accounts(later))


def test_check_seals_over_another_round_is_refused() -> None:
    """The round is part of what a seal signs, though not of the hash."""
    second = sealed(propose(START, FOUR, round_number=1), FOUR)
    check_seals(second, accounts(FOUR))
    assert second.block_hash == ACCEPTED.block_hash
    for forged in (with_round(ACCEPTED, 1), with_round(second, 0)):
        with pytest.raises(SealForeign):
            check_seals(forged, accounts(FOUR))


def test_check_seals_of_a_self_declared_set_is_refused() -> None:
    """Anyone can make a header that names own validators and is sealed by them."""
    own = nodes(4, start=70)
    forged = sealed(propose(START, own), own)
    check_seals(forged, accounts(own))
    with pytest.raises(ValidatorsDiffer) as refused:
        check_seals(forged, accounts(FOUR))
    assert OUTSIDER.account.hex() not in str(refused.value)
    assert own[0].account.hex() in refused.value.values["got"]


@pytest.mark.parametrize("declared", [FOUR[::-1], [*FOUR, FOUR[3]], FOUR[:3]])
def test_check_seals_with_validators_declared_in_another_form_is_refused(declared: list[Any]) -> None:
    """Unsorted, repeated or left out: one list is right."""
    data = extra.ExtraData(bytes(32), tuple(one.account for one in declared), None, 0, ())
    with pytest.raises(ValidatorsDiffer):
        check_seals(sealed(with_field(UNSEALED, 12, data.encoded()), FOUR), accounts(FOUR))


def test_check_seals_of_a_header_with_another_state_root_is_refused() -> None:
    """Seals of one state do not seal another."""
    assert ACCEPTED.state_root == STATE
    with pytest.raises(SealForeign):
        check_seals(with_field(ACCEPTED, 3, bytes(32)), accounts(FOUR))


def test_check_seals_with_a_malleated_seal_is_refused() -> None:
    """Of the two signatures that anybody can turn into each other one is valid."""
    forged = [other_half(seals_of(ACCEPTED)[0]), *seals_of(ACCEPTED)[1:]]
    with pytest.raises(SealInvalid, match="higher"):
        check_seals(with_seals(ACCEPTED, forged), accounts(FOUR))


@pytest.mark.parametrize(
    ("start", "end", "value", "reason"),
    [
        (64, 65, b"\x02", "last byte is 2"),
        (64, 65, b"\x1b", "last byte is 27"),
        (0, 32, bytes(32), "no key"),
        (32, 64, bytes(32), "no key"),
        (0, 32, ORDER.to_bytes(32, "big"), "no key"),
        (0, 32, b"\xff" * 32, "no key"),
    ],
)
def test_check_seals_with_a_seal_of_another_form_is_refused(start: int, end: int, value: bytes, reason: str) -> None:
    """Recovery ids as Ethereum's transactions write them, and numbers outside the curve's order."""
    first = bytearray(seals_of(ACCEPTED)[0])
    first[start:end] = value
    with pytest.raises(SealInvalid, match=reason):
        check_seals(with_seals(ACCEPTED, [bytes(first), *seals_of(ACCEPTED)[1:]]), accounts(FOUR))


def test_check_seals_with_any_altered_byte_is_refused() -> None:
    """Header, round and seals: nothing in a header is free."""
    check_seals(read_header(ACCEPTED.raw), accounts(FOUR))
    for position in range(len(ACCEPTED.raw)):
        for flip in (0x01, 0x80):
            altered = bytearray(ACCEPTED.raw)
            altered[position] ^= flip
            judge = check_seals if flip == 0x01 else consensus.check_seals
            with pytest.raises(EvidenceRefused):
                judge(read_header(bytes(altered)), accounts(FOUR))


def test_check_seals_by_a_foreign_proposer_is_refused() -> None:
    """Besu demands a validator as proposer: votes count as the proposer's."""
    with pytest.raises(ProposerForeign) as refused:
        check_seals(sealed(propose(START, FOUR, OUTSIDER), FOUR), accounts(FOUR))
    assert refused.value.values["got"] == OUTSIDER.account


@pytest.mark.parametrize(("position", "value", "field"), [(7, b"\x02", "difficulty"), (13, bytes(32), "mixHash")])
def test_check_seals_with_another_constant_is_refused(position: int, value: bytes, field: str) -> None:
    """What QBFT fixes, even if validators sealed otherwise."""
    with pytest.raises(ConsensusFieldDiffers) as refused:
        check_seals(sealed(with_field(UNSEALED, position, value), FOUR), accounts(FOUR))
    assert refused.value.values["field"] == field


def test_check_block_asks_for_the_set_of_its_number() -> None:
    """The policy's ranges decide, and a block beyond them cannot be judged."""
    later = nodes(4, start=50)
    sets = ValidatorSets((ValidatorRange(1, 1, accounts(FOUR)), ValidatorRange(2, 2, accounts(later))))
    second = next_block(ACCEPTED, later)
    check_block(ACCEPTED, sets, START.block_hash)
    check_block(second, sets, START.block_hash)
    with pytest.raises(ValidatorsDiffer):
        check_block(next_block(ACCEPTED, FOUR), sets, START.block_hash)
    with pytest.raises(ValidatorsUnknown) as unknown:
        check_block(next_block(second, later), sets, START.block_hash)
    assert unknown.value.values == {"block": 3}


def test_check_block_zero_is_the_policys_genesis() -> None:
    """Nobody seals it, so its hash is all that speaks for it."""
    sets = ValidatorSets((ValidatorRange(1, None, accounts(FOUR)),))
    check_block(START, sets, START.block_hash)
    for policy in (sets, ValidatorSets(())):
        with pytest.raises(BlockHashMismatch):
            check_block(genesis(FOUR[:3]), policy, START.block_hash)


def test_check_block_under_policy_single_takes_headers_without_seals_only() -> None:
    """A hash that leaves out bytes of the header is not what one operator's chain has."""
    plain: Header = with_field(ACCEPTED, 13, bytes(32))
    check_block(plain, ValidatorSets(()), START.block_hash)
    with pytest.raises(SealsUnexpected):
        check_block(ACCEPTED, ValidatorSets(()), START.block_hash)


def test_check_seals_with_unreadable_extra_data_is_refused() -> None:
    """A header must be read before it is judged."""
    with pytest.raises(MalformedHeader):
        check_seals(with_field(ACCEPTED, 12, b"\xc0"), accounts(FOUR))


def test_failures_say_what_was_expected_and_what_was_got() -> None:
    """A person can read them: accounts in hex, no Python in it."""
    with pytest.raises(ValidatorsDiffer) as refused:
        check_seals(ACCEPTED, accounts(FOUR[:3]))
    text = json.dumps(str(refused.value))
    assert "0x" + FOUR[3].account.hex() in text
    assert "b'" not in text
