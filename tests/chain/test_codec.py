"""The codec against web3's encoder, against the contracts' ABI, and against everything not canonical."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_hash.auto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st
from web3 import Web3

from ledger.chain import abi
from ledger.chain.acts import Call, CancelTender, ExcludeBid, LedgerAct, Notice, PublishNotices
from ledger.chain.codec import (
    ACT_PROPOSED,
    ACT_RECORDED,
    APPROVAL_REVOKED,
    ZERO,
    ActRecord,
    decode_call,
    decode_detail,
    decode_log,
    decode_proposal,
    encode_call,
    encode_detail,
    encode_log,
)
from ledger.chain.compiled import abi_types, compiled
from ledger.chain.registry import RegisterSuccessor, RegistryAct
from ledger.errors import CallMalformed, LogMalformed
from ledger.terms import STATUTE, Act, NoticeKind
from tests.chain.arbitrary import ACTS, DETAILS, FUNCTIONS, RECORDS
from tests.chain.story import PROCESS

CONTRACTS = {"ledger": "TenderLedger", "registry": "OrganisationRegistry"}
EMPTY = ActRecord(ZERO, ZERO, 1, 0, 0, 0, bytes(20), bytes(20), ZERO, 0, 0, 0, 0, ZERO, ZERO, ZERO, b"")


@pytest.mark.parametrize("base", [LedgerAct, RegistryAct])
def test_every_function_of_the_contract_has_one_dataclass_with_its_signature(base: type[abi.Function]) -> None:
    """Nothing is missing, nothing is left over, and all types are the contract's."""
    functions = {
        f"{entry['name']}({','.join(abi_types(entry['inputs']))})"
        for entry in compiled(CONTRACTS[base.contract]).abi
        if entry["type"] == "function" and entry["stateMutability"] == "nonpayable"
    }
    assert sorted(map(abi.signature, base.__subclasses__())) == sorted(functions)


def test_the_topics_are_those_of_the_contracts_events() -> None:
    """Both contracts emit the same events."""
    topics = {"ActRecorded": ACT_RECORDED, "ActProposed": ACT_PROPOSED, "ApprovalRevoked": APPROVAL_REVOKED}
    for name in CONTRACTS.values():
        found = {
            entry["name"]: keccak(f"{entry['name']}({','.join(abi_types(entry['inputs']))})".encode())
            for entry in compiled(name).abi
            if entry["type"] == "event"
        }
        assert found == topics


WEB3 = {contract: Web3().eth.contract(abi=compiled(name).abi) for contract, name in CONTRACTS.items()}


@settings(max_examples=300)
@given(ACTS)
def test_encode_any_call_equals_web3_and_is_read_back(act: Any) -> None:
    """An independent encoder, fed with the contract's ABI, gives the same bytes."""
    data = encode_call(act)
    assert data.hex() == WEB3[act.contract].encode_abi(act.function, args=list(abi.values(act)))[2:]
    assert decode_call(data, act.contract) == act


@settings(max_examples=300)
@given(ACTS, st.data())
def test_decode_a_call_with_a_flipped_bit_is_another_call_or_refused(act: Any, data: st.DataObject) -> None:
    """No two byte sequences are the same call."""
    encoded = bytearray(encode_call(act))
    bit = data.draw(st.integers(0, len(encoded) * 8 - 1))
    encoded[bit // 8] ^= 1 << bit % 8
    with suppress(CallMalformed):
        assert decode_call(bytes(encoded), act.contract) != act


CALL = PublishNotices(ZERO, 5, (Notice("ocds-1", NoticeKind.CALL, ZERO),))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        encode_call(CALL)[:3],
        b"\x00\x00\x00\x00" + encode_call(CALL)[4:],
        encode_call(CALL) + b"\x00",
        encode_call(CALL) + bytes(32),
        encode_call(CALL)[:-1],
        encode_call(CALL)[:-32],
        encode_call(CancelTender(Call(ZERO, 1))) + bytes(32),
    ],
)
def test_decode_a_call_cut_off_or_with_a_suffix_is_refused(data: bytes) -> None:
    """The contract would execute some of these; nobody honest encodes them."""
    with pytest.raises(CallMalformed):
        decode_call(data)


def test_decode_a_call_with_another_offset_is_refused() -> None:
    """Solidity follows any offset; the canonical one is the smallest."""
    data = encode_call(CALL)
    offset = 4 + 2 * 32
    shifted = data[:offset] + (4 * 32).to_bytes(32, "big") + bytes(32) + data[offset + 32 :]
    with pytest.raises(CallMalformed):
        decode_call(shifted)


def test_decode_a_call_with_a_number_no_term_has_is_refused() -> None:
    """The enum of the contract ends where the Python one does."""
    data = bytearray(encode_call(CALL))
    position = data.rindex(NoticeKind.CALL.to_bytes(32, "big")) + 31
    data[position] = 12
    with pytest.raises(CallMalformed, match="12 is not a valid NoticeKind"):
        decode_call(bytes(data))


@pytest.mark.parametrize(
    "act",
    [
        ExcludeBid(Call(ZERO, 1), ZERO, 2**32, 0),
        ExcludeBid(Call(ZERO, -1), ZERO, 0, 0),
        ExcludeBid(Call(ZERO + b"\x01", 1), ZERO, 0, 0),
        ExcludeBid(Call(ZERO[:31], 1), ZERO, 0, 0),
        ExcludeBid(Call(ZERO, 1), b"", 0, 0),
        RegisterSuccessor(b"\x01" * 19, 0),
    ],
)
def test_encode_an_argument_out_of_range_is_refused(act: LedgerAct | RegistryAct) -> None:
    """Nothing is cut off or filled up silently."""
    with pytest.raises(CallMalformed):
        encode_call(act)


@settings(max_examples=300)
@given(RECORDS)
def test_encode_any_record_equals_eth_abi_and_is_read_back(record: ActRecord) -> None:
    """The sliced layout is the ABI's."""
    topics, data = encode_log(record)
    struct = f"({','.join(abi_types(_record_abi()))})"
    assert data == encode([struct, "bytes"], [record[2:-1], record.detail])
    assert topics == [ACT_RECORDED, record.process_id, record.organisation_id, record.act.to_bytes(32, "big")]
    assert decode_log(topics, data) == record


def _record_abi() -> list[dict[str, Any]]:
    (event,) = (entry for entry in compiled("TenderLedger").abi if entry.get("name") == "ActRecorded")
    components: list[dict[str, Any]] = event["inputs"][3]["components"]
    return components


def test_the_record_s_fields_are_the_contract_s() -> None:
    """Names and order of the struct, between the two ids and the detail."""
    names = [entry["name"] for entry in _record_abi()]
    assert list(ActRecord._fields) == ["process_id", "organisation_id", *names, "detail"]


@settings(max_examples=500)
@given(RECORDS, st.data())
def test_decode_a_log_with_a_flipped_bit_is_another_record_or_refused(record: ActRecord, data: st.DataObject) -> None:
    """Whatever is accepted is the one encoding of what was read."""
    topics, encoded = encode_log(record)
    altered = bytearray(encoded)
    bit = data.draw(st.integers(0, len(altered) * 8 - 1))
    altered[bit // 8] ^= 1 << bit % 8
    try:
        read = decode_log(topics, bytes(altered))
    except LogMalformed:
        return
    assert read != record
    assert encode_log(read) == (topics, bytes(altered))


TOPICS, DATA = encode_log(EMPTY._replace(detail=b"detail"))


@pytest.mark.parametrize(
    ("topics", "data"),
    [
        (TOPICS[:3], DATA),
        ([*TOPICS, ZERO], DATA),
        ([ACT_PROPOSED, *TOPICS[1:]], DATA),
        ([*TOPICS[:3], (2).to_bytes(32, "big")], DATA),
        (TOPICS, DATA[:-1]),
        (TOPICS, DATA[:-32]),
        (TOPICS, DATA + bytes(32)),
        (TOPICS, DATA[:-1] + b"\x01"),
        (TOPICS, DATA[:100]),
        (TOPICS, b""),
        (TOPICS, DATA[:480] + (2**63).to_bytes(32, "big") + DATA[512:]),
    ],
)
def test_decode_a_log_of_another_form_is_refused(topics: list[bytes], data: bytes) -> None:
    """Wrong topics, lengths and paddings."""
    with pytest.raises(LogMalformed):
        decode_log(topics, data)


@settings(max_examples=300)
@given(DETAILS)
def test_encode_any_detail_is_read_back(given_detail: tuple[Act, dict[str, Any]]) -> None:
    """For every act of the statute."""
    act, detail = given_detail
    record = EMPTY._replace(act=act, detail=encode_detail(act, detail))
    if record.detail or not STATUTE[act].detail_may_be_empty:
        assert decode_detail(record) == detail


@pytest.mark.parametrize(
    "record",
    [
        EMPTY._replace(act=Act.NOTICE_PUBLISHED),
        EMPTY._replace(act=Act.TENDER_AMENDED, detail=bytes(31)),
        EMPTY._replace(act=Act.TENDER_AMENDED, detail=bytes(64)),
        EMPTY._replace(act=Act.TENDER_AMENDED, detail=b"\x01" + bytes(31)),
        EMPTY._replace(act=Act.TENDER_CANCELLED, detail=bytes(32)),
        EMPTY._replace(act=Act.REMANDED, detail=b"\xff".rjust(32, b"\x00")),
        EMPTY._replace(act=99),
        EMPTY._replace(act=0),
    ],
)
def test_decode_a_detail_of_another_form_is_refused(record: ActRecord) -> None:
    """Missing, cut off, too long, out of range, or of no act."""
    with pytest.raises(LogMalformed):
        decode_detail(record)


def test_decode_an_empty_detail_of_a_bid_without_predecessor_gives_zeros() -> None:
    """The one act whose detail the contract leaves out to save gas."""
    assert decode_detail(EMPTY._replace(act=Act.BID_COMMITTED)) == {
        "supersedes": ZERO,
        "promised": {"receiver": ZERO, "arrived_at": 0, "deliver_by": 0, "signature": b""},
    }


def test_decode_a_proposal_is_strict() -> None:
    """Topics and data of ActProposed, and what is none."""
    topics = [ACT_PROPOSED, PROCESS, ZERO, (27).to_bytes(32, "big")]
    data = encode(["bytes32", "address", "uint64"], [b"\x07" * 32, b"\x08" * 20, 9])
    proposal = decode_proposal(topics, data)
    assert proposal == (PROCESS, ZERO, 27, b"\x07" * 32, b"\x08" * 20, 9)
    for bad in (data[:-1], data + bytes(32), data[:32] + b"\x01" + data[33:], data[:64] + b"\x01" + data[65:]):
        with pytest.raises(LogMalformed):
            decode_proposal(topics, bad)
    with pytest.raises(LogMalformed):
        decode_proposal([ACT_RECORDED, *topics[1:]], data)


def test_every_function_is_drawn_by_the_tests_above() -> None:
    """41 acts, and the two ways to take an approval back."""
    assert {call.function for call in FUNCTIONS} == {entry.function for entry in STATUTE.values()} | {"revokeApproval"}
