"""Headers of a real Besu network with QBFT, as three of its nodes keep them."""

from __future__ import annotations

from typing import Any

import pytest
from eth_hash.auto import keccak

from ledger.errors import EvidenceRefused, MalformedHeader, MalformedRlp
from ledger.evidence.verify import qbft as extra
from ledger.evidence.verify import rlp
from tests.evidence.qbft_network import genesis, nodes
from tests.verifier.parts import read_header


def raw(text: str) -> bytes:
    """Bytes of a JSON-RPC hex string."""
    return bytes.fromhex(text[2:])


def test_block_hash_of_every_recorded_header_equals_what_besu_says(qbft: Any) -> None:
    """Each node keeps other seals for the same block; the hash covers none of them."""
    blocks = qbft("blocks")
    different = 0
    for node, headers in qbft("raw_headers").items():
        for number, given in enumerate(headers):
            header = read_header(raw(given))
            assert header.block_hash == raw(blocks[number]["hash"]), (node, number)
            assert (header.number, header.time) == (number, int(blocks[number]["timestamp"], 16))
            assert header.state_root == raw(blocks[number]["stateRoot"])
            different += number > 0 and keccak(header.raw) != header.block_hash
    assert different == 3 * 74


def test_extra_data_of_every_recorded_header_is_read_and_written_back(qbft: Any) -> None:
    """Validators, votes, rounds and seal messages are those computed outside Besu."""
    headers = qbft("raw_headers")["node1"]
    votes = 0
    for expected in qbft("qbft_expected"):
        header = read_header(raw(headers[expected["number"]]))
        found = extra.read_extra_data(header.extra_data)
        assert found.encoded() == header.extra_data
        assert found.round == expected["round"]
        assert ["0x" + validator.hex() for validator in found.validators] == expected["validators"]
        assert keccak(header.with_extra_data(found.without_seals())) == raw(expected["sealMessage"])
        assert len(found.seals) == expected["requiredQuorum"]
        if expected["vote"] is None:
            assert found.vote is None
        else:
            assert found.vote == extra.Vote(raw(expected["vote"]["recipient"]), expected["vote"]["add"])
            votes += 1
    assert votes == 6


def test_block_hash_with_other_seals_stays_and_with_any_other_change_differs(qbft: Any) -> None:
    """Seals and round lie outside the hash; every other byte is covered."""
    header = read_header(raw(qbft("raw_headers")["node1"][20]))
    for position in range(len(header.raw)):
        altered = bytearray(header.raw)
        altered[position] ^= 1
        try:
            found = read_header(bytes(altered))
            same = found.block_hash == header.block_hash
        except EvidenceRefused:
            continue
        if same:
            read, before = (extra.read_extra_data(one.extra_data) for one in (found, header))
            assert (read.vanity, read.validators, read.vote) == (before.vanity, before.validators, before.vote)
            assert (read.round, read.seals) != (before.round, before.seals)


def test_read_header_with_missing_or_added_fields_is_refused(qbft: Any) -> None:
    """Only the field counts of known forks are headers."""
    fields = rlp.decode_list(raw(qbft("raw_headers")["node1"][1]))
    assert len(fields) == 20
    for count in (0, 14, 18, 19):
        with pytest.raises(MalformedHeader, match=f"{count} fields"):
            read_header(rlp.encode(fields[:count]))
    with pytest.raises(MalformedHeader, match="22 fields"):
        read_header(rlp.encode([*fields, b"\x01" * 32, b""]))


@pytest.mark.parametrize("position", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16, 17, 18, 19])
def test_read_header_with_a_field_of_another_form_is_refused(qbft: Any, position: int) -> None:
    """A byte in front is another form of every field: too long a digest, or an integer with a leading zero."""
    fields = rlp.decode_list(raw(qbft("raw_headers")["node1"][1]))
    field = fields[position]
    assert isinstance(field, bytes)
    fields[position] = b"\x00" + field
    with pytest.raises(MalformedRlp):
        read_header(rlp.encode(fields))


@pytest.mark.parametrize(
    ("position", "given"), [(3, []), (6, bytes(255)), (7, []), (7, b"\x01" * 33), (8, b"\x01" * 9), (11, b"\x00")]
)
def test_read_header_with_a_list_or_a_number_of_another_form_is_refused(position: int, given: Any) -> None:
    """Digests of a size, numbers without leading zeros that fit."""
    fields: list[Any] = _sealed(rlp.encode([bytes(32), [], [], b"", []]))
    assert read_header(rlp.encode(fields)).number == 1
    fields[position] = given
    with pytest.raises(MalformedRlp):
        read_header(rlp.encode(fields))


def test_read_header_of_bytes_instead_of_a_list_is_refused() -> None:
    """RLP, but no header."""
    with pytest.raises(MalformedRlp, match="a list was expected"):
        read_header(b"\x80")


def _sealed(extra_data: bytes) -> list[Any]:
    """The fields of block 1 of a QBFT chain."""
    digests = [bytes(32), bytes(32), bytes(20), bytes(32), bytes(32), bytes(32)]
    mix_hash = b"ctical byzantine fault tolerance"
    return [*digests, bytes(256), b"\x01", b"\x01", b"", b"", b"\x05", extra_data, mix_hash, bytes(8)]


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ([b"\x00" * 32, [], [], b""], MalformedHeader),
        ([b"\x00" * 31, [], [], b"", []], MalformedRlp),
        ([b"\x00" * 32, [b"\x01" * 19], [], b"", []], MalformedRlp),
        ([b"\x00" * 32, b"", [], b"", []], MalformedHeader),
        ([b"\x00" * 32, [], [b"\x01" * 20, b"\x01"], b"", []], MalformedHeader),
        ([b"\x00" * 32, [], [b"\x01" * 20], b"", []], MalformedHeader),
        ([b"\x00" * 32, [], [], b"\x00", []], MalformedRlp),
        ([b"\x00" * 32, [], [], b"", [b"\x01" * 64]], MalformedRlp),
    ],
)
def test_read_extra_data_of_another_form_is_refused(fields: list[Any], error: type[Exception]) -> None:
    """QBFT extra data has one form; the hash of a header needs it."""
    with pytest.raises(error):
        extra.read_extra_data(rlp.encode(fields))
    with pytest.raises(error):
        read_header(rlp.encode(_sealed(rlp.encode(fields))))


def test_read_header_with_a_list_for_extra_data_is_refused() -> None:
    """Extra data are bytes, whatever they hold."""
    fields = rlp.decode_list(genesis(nodes(1)).raw)
    fields[12] = []
    with pytest.raises(MalformedHeader, match="extra data"):
        read_header(rlp.encode(fields))
