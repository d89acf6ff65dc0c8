"""What a refusing contract says, under the same name on every node."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_hash.auto import keccak

from ledger import errors
from ledger.chain.acts import Call, EraseFields, Notice, PublishNotices, RevokeApproval
from ledger.chain.compiled import abi_types, compiled
from ledger.chain.identifiers import process_id
from ledger.chain.record import ZERO
from ledger.chain.reverts import decode_revert, named_refusal
from ledger.errors import (
    AlreadyApproved,
    ApprovalUnknown,
    GroundMissing,
    NodeRefused,
    OutOfGas,
    Panicked,
    ProcessForbids,
    ReleaseMissing,
    RevertedWithoutReason,
    RevertedWithText,
    RevertedWithUnknownError,
    RoleMissing,
    SiegelError,
    TextInvalid,
)
from ledger.terms import Act, NoticeKind, ProcessState, Role
from tests.chain.replay import Replayed
from tests.chain.town import BUYER, Town, actor, digest

TEXT = keccak(b"Error(string)")[:4] + encode(["string"], ["plain reason"])


def notices(town: Town, ocid: str, **changed: Any) -> PublishNotices:
    """One call for bids."""
    fields = {"kind": NoticeKind.CALL, "release": digest("release"), **changed}
    return PublishNotices(BUYER, town.expires, (Notice(ocid, **fields),))


def test_publish_by_an_outsider_raises_role_missing_with_its_values(town: Town) -> None:
    """The exception carries what the contract said."""
    with pytest.raises(RoleMissing) as refused:
        town.do("outsider", notices(town, "ocds-1"))
    assert refused.value.values == {
        "organisationId": BUYER,
        "account": actor("outsider").account,
        "roles": Role.PUBLISHER,
    }


def test_publish_without_a_release_raises_release_missing(town: Town) -> None:
    """An act needs its release."""
    with pytest.raises(ReleaseMissing) as refused:
        town.do("officer_one", notices(town, "ocds-1", release=ZERO))
    assert refused.value.values == {"act": Act.NOTICE_PUBLISHED}


def test_publish_with_text_that_is_not_ascii_carries_the_text(town: Town) -> None:
    """Values of dynamic types are decoded, too."""
    with pytest.raises(TextInvalid) as refused:
        town.do("officer_one", notices(town, "ocds-Straße"))
    assert refused.value.values == {"text": "ocds-Straße"}


def test_erase_in_an_unknown_process_raises_process_forbids(town: Town) -> None:
    """Enums arrive as their numbers."""
    unknown = process_id(BUYER, "ocds-unknown")
    erase = EraseFields(Call(unknown, town.expires, ground=digest("duty")), 1, digest("fields"))
    with pytest.raises(ProcessForbids) as refused:
        town.do("officer_one", erase)
    assert refused.value.values == {
        "processId": unknown,
        "act": Act.FIELDS_ERASED,
        "state": ProcessState.NONE,
    }


def test_approve_twice_raises_already_approved_and_revoking_another_s_approval_is_refused(town: Town) -> None:
    """One officer is not two."""
    town.do("officer_one", notices(town, "ocds-erase"))
    process = process_id(BUYER, "ocds-erase")
    erase = EraseFields(Call(process, town.expires, ground=digest("duty")), 1, digest("fields"))
    (proposal,) = town.do("officer_one", erase).proposals
    assert (proposal.act, proposal.process_id, proposal.account) == (
        Act.FIELDS_ERASED,
        process,
        actor("officer_one").account,
    )
    with pytest.raises(AlreadyApproved) as refused:
        town.do("officer_one", erase)
    assert refused.value.values == {"key": proposal.key, "account": proposal.account}
    with pytest.raises(ApprovalUnknown):
        town.do("officer_two", RevokeApproval(proposal.key))
    town.do("officer_one", RevokeApproval(proposal.key))
    assert town.do("officer_two", erase).proposals[0].account == actor("officer_two").account


CUSTOM_ERRORS = [
    pytest.param(entry, id=f"{name}.{entry['name']}")
    for name in ("TenderLedger", "OrganisationRegistry")
    for entry in compiled(name).abi
    if entry["type"] == "error"
]


@pytest.mark.parametrize("entry", CUSTOM_ERRORS)
def test_decode_every_error_of_the_contracts_gives_the_class_of_its_name(entry: dict[str, Any]) -> None:
    """One name per failure everywhere: a new custom error without a Python class fails here."""
    types = abi_types(entry["inputs"])
    samples: dict[str, Any] = {"address": b"\x11" * 20, "bytes32": b"\x22" * 32, "string": "Text", "bool": True}
    given = [samples.get(abi_type, 3) for abi_type in types]
    selector = keccak(f"{entry['name']}({','.join(types)})".encode())[:4]
    error = decode_revert(selector + encode(types, given))
    assert type(error) is getattr(errors, entry["name"])
    assert error.values == dict(zip([each["name"] for each in entry["inputs"]], given, strict=True))
    assert "?" not in str(error), "the sentence names a value that the contract does not give"


BESU = {
    "revert()": RevertedWithoutReason,
    "unknown function selector": RevertedWithoutReason,
    'revert("plain reason")': RevertedWithText,
    "assert(false)": Panicked,
    "division by zero": Panicked,
    "custom error NotAllowed(address,uint256)": RevertedWithUnknownError,
    "custom error Empty()": RevertedWithUnknownError,
    "endless loop, gas cap reached": OutOfGas,
    "endless loop": OutOfGas,
    "sender without balance, gasPrice 1 gwei": NodeRefused,
}


def test_name_every_recorded_refusal_of_besu(test_data: Path) -> None:
    """Answers of a real Besu, through the transport and the decoder."""
    named = set()
    for recorded in json.loads((test_data / "qbft/rpc_answers.json").read_text()):
        if recorded["request"]["method"] in ("eth_call", "eth_estimateGas") and "error" in recorded["response"]:
            with pytest.raises(NodeRefused) as refused:
                Replayed(recorded).request(recorded["request"]["method"], recorded["request"]["params"])
            error = named_refusal(refused.value)
            assert type(error) is BESU[recorded["note"]], recorded["note"]
            named.add(recorded["note"])
    assert named == set(BESU)
    assert str(decode_revert(TEXT)) == "The smart contract refused the call: plain reason."


GROUND_MISSING = "0x" + (keccak(b"GroundMissing(uint8)")[:4] + encode(["uint8"], [5])).hex()


@pytest.mark.parametrize("data", [GROUND_MISSING, {"data": GROUND_MISSING}], ids=["plain", "in an object"])
def test_name_a_revert_with_our_errors_in_any_node_s_form(data: Any) -> None:
    """Besu, anvil and py-evm give the bytes; some nodes put them into an object of their own."""
    error = named_refusal(NodeRefused(method="eth_call", code=3, message="Execution reverted", data=data))
    assert isinstance(error, GroundMissing)
    assert error.values == {"act": 5}


@pytest.mark.parametrize("data", [None, "", "0x0", "0xzz", "Reverted", {}, {"data": 7}, 7])
def test_name_a_refusal_without_readable_data_by_code_and_words(data: Any) -> None:
    """A revert without its bytes is one without reason; anything else stays the node's refusal."""
    revert = NodeRefused(method="eth_call", code=3, message="execution reverted", data=data)
    assert isinstance(named_refusal(revert), RevertedWithoutReason)
    other = NodeRefused(method="eth_call", code=-32000, message="header not found", data=data)
    assert named_refusal(other) is other


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", RevertedWithoutReason),
        (b"\x01\x02", RevertedWithUnknownError),
        (b"\x01\x02\x03\x04", RevertedWithUnknownError),
        (keccak(b"Error(string)")[:4] + b"\x00" * 31, RevertedWithUnknownError),
        (keccak(b"Error(string)")[:4] + encode(["bytes"], [b"\xff\xfe"]), RevertedWithUnknownError),
        (keccak(b"GroundMissing(uint8)")[:4], RevertedWithUnknownError),
        (keccak(b"GroundMissing(uint8)")[:4] + b"\xff" * 32, RevertedWithUnknownError),
    ],
)
def test_decode_a_revert_that_is_damaged_names_it_unknown(data: bytes, error: type[SiegelError]) -> None:
    """Whatever a contract or node sends, the decoder itself does not fail."""
    assert type(decode_revert(data)) is error
