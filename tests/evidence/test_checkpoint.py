"""Signed checkpoints: which bytes are one, and whose signatures count."""

from __future__ import annotations

import base64
import hashlib

import pytest

from ledger.errors import (
    CheckpointMalformed,
    CosignatureInvalid,
    EvidenceRefused,
    LogSignatureInvalid,
    LogUnknown,
    VerifierKeyMalformed,
)
from ledger.evidence.verify import checkpoint
from ledger.evidence.verify.checkpoint import Cosignature, LogTrust
from ledger.evidence.verify.verifier_key import LOG as LOG_ALGORITHM
from ledger.evidence.verify.verifier_key import read_verifier_key
from tests.evidence.log_actors import FIRST, LOG, SECOND, THIRD, Signer, body
from tests.verifier.parts import read_checkpoint

ROOT = bytes(range(32))
TEXT = body(LOG.name, 7, ROOT)
TRUST = LogTrust.read([LOG.verifier_key], [FIRST.verifier_key, SECOND.verifier_key])
NOTE = TEXT + b"\n" + LOG.line(TEXT) + FIRST.line(TEXT, 1000) + SECOND.line(TEXT, 900)


def note(*lines: bytes, text: bytes = TEXT) -> bytes:
    """A note with the log's line and these."""
    return text + b"\n" + LOG.line(text) + b"".join(lines)


def test_checkpoint_gives_size_root_and_known_cosignatures() -> None:
    """With their times; that of an unknown witness does not count."""
    read = read_checkpoint(NOTE + THIRD.line(TEXT, 800), TRUST)
    assert (read.origin, read.size, read.root) == (LOG.name, 7, ROOT)
    assert read.cosignatures == (Cosignature(FIRST.name, 1000), Cosignature(SECOND.name, 900))
    assert read_checkpoint(note(), TRUST).cosignatures == ()


def test_checkpoint_of_the_published_example_is_read() -> None:
    """The key and note of C2SP signed-note, whose text is no checkpoint: the signature is that of others' code."""
    key = read_verifier_key("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", LOG_ALGORITHM)
    line = "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
    blob = base64.b64decode(line)
    assert blob[:4] == key.id
    assert key.signed(b"This is an example message.\n", blob[4:])
    assert not key.signed(b"This is an example message!\n", blob[4:])


def test_checkpoint_every_flipped_bit_is_refused() -> None:
    """All lines are of known keys, so nothing may change."""
    for position in range(len(NOTE)):
        for bit in range(8):
            altered = bytearray(NOTE)
            altered[position] ^= 1 << bit
            try:
                read = checkpoint.read_checkpoint(bytes(altered), TRUST)
            except EvidenceRefused:
                continue
            # A witness's name or key id changed into an unknown one: its line does not count.
            assert len(read.cosignatures) < 2, position
            assert (read.size, read.root) == (7, ROOT)


def test_checkpoint_every_missing_or_doubled_byte_is_refused() -> None:
    """One sequence of bytes, not nearly that."""
    for position in range(len(NOTE)):
        for altered in (NOTE[:position] + NOTE[position + 1 :], NOTE[: position + 1] + NOTE[position:]):
            try:
                assert len(checkpoint.read_checkpoint(altered, TRUST).cosignatures) < 2, position
            except EvidenceRefused:
                continue


@pytest.mark.parametrize(
    "lines",
    [
        (SECOND.line(TEXT, 900), FIRST.line(TEXT, 1000)),
        (FIRST.line(TEXT, 1000), FIRST.line(TEXT, 1001)),
        (THIRD.line(TEXT, 1), THIRD.line(TEXT, 2)),
        (LOG.line(TEXT),),
        (FIRST.line(TEXT, 1000), b"\n"),
        (FIRST.line(TEXT, 1000)[:-1],),
        (FIRST.line(TEXT, 1000), b"- x AAAAAAA=\n"),
        (FIRST.of(b"abcd"),),
        (THIRD.line(TEXT, 1).replace(b"=", b""),),
        (b"\xe2\x80\x94 \xff AAAAAAA=\n",),
        (b"\xe2\x80\x94 a+b AAAAAAA=\n",),
        (b"\xe2\x80\x94 a\xc2\xa0b AAAAAAA=\n",),
        (b"\xe2\x80\x94 a AAAAAAB=\n",),
    ],
)
def test_checkpoint_lines_of_another_form_or_order_are_refused(lines: tuple[bytes, ...]) -> None:
    """Also those of unknown witnesses: each name once, ascending, canonical base64."""
    with pytest.raises(CheckpointMalformed):
        read_checkpoint(note(*lines), TRUST)


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace(b"7", b"07"),
        TEXT.replace(b"7", b"-7"),
        TEXT.replace(b"\n7\n", "\n٧\n".encode()),
        TEXT.replace(b"7", b"9223372036854775808"),
        body(LOG.name, 0, ROOT),
        body(LOG.name, 7, ROOT[:31]),
        TEXT + b"extension\n",
        body("log example", 7, ROOT),
        body("", 7, ROOT),
        TEXT.replace(b"\n", b"\r\n"),
        b"\xff" + TEXT,
    ],
)
def test_checkpoint_text_of_another_form_is_refused(text: bytes) -> None:
    """Even though the log signed it."""
    with pytest.raises(CheckpointMalformed):
        read_checkpoint(note(text=text), TRUST)


def test_checkpoint_of_an_empty_tree_and_without_signatures() -> None:
    """The one is a checkpoint, the other none; nor is one of more than 65,536 bytes."""
    empty = body(LOG.name, 0, hashlib.sha256(b"").digest())
    assert read_checkpoint(note(text=empty), TRUST).size == 0
    crowd = b"".join(Signer(f"witness.example/z{number:04}", 4).line(TEXT, 1) for number in range(500))
    for given in (TEXT, TEXT + b"\n", b"", b"\n\n", NOTE + crowd):
        with pytest.raises(CheckpointMalformed):
            read_checkpoint(given, TRUST)


def test_checkpoint_of_another_log_or_signed_by_another_key_is_refused() -> None:
    """The origin selects the key; a successor's is another."""
    successor = Signer(f"{LOG.name}/2", 1)
    text = body(successor.name, 1, ROOT)
    later = text + b"\n" + successor.line(text)
    with pytest.raises(LogUnknown, match=r"log\.example/vergabe/2"):
        read_checkpoint(later, TRUST)
    assert read_checkpoint(later, LogTrust.read([LOG.verifier_key, successor.verifier_key], [])).size == 1
    liar = Signer(LOG.name, 1, "liar")
    signature = LOG.private.sign(TEXT)
    # The same number once more around the group: RFC 8032 wants the lower one.
    order = 2**252 + 27742317777372353535851937790883648493
    higher = signature[:32] + (int.from_bytes(signature[32:], "little") + order).to_bytes(32, "little")
    for line in (
        liar.line(TEXT),
        FIRST.line(TEXT, 1),
        LOG.of(liar.id + LOG.private.sign(TEXT)),
        LOG.of(LOG.id + b"x"),
        LOG.of(LOG.id + higher),
    ):
        with pytest.raises(LogSignatureInvalid):
            read_checkpoint(TEXT + b"\n" + line, TRUST)


def test_cosignature_that_the_witness_did_not_make_is_refused() -> None:
    """Of another text, with another time, by another key under its key id, of a time that no clock has."""
    other = FIRST.line(body(LOG.name, 8, ROOT), 1000)
    blob = base64.b64decode(FIRST.line(TEXT, 1000).split(b" ")[2])
    later = FIRST.of(blob[:4] + (1001).to_bytes(8, "big") + blob[12:])
    liar = Signer(FIRST.name, 4, "liar")
    stolen = FIRST.of(FIRST.id + (5).to_bytes(8, "big") + liar.private.sign(b"cosignature/v1\ntime 5\n" + TEXT))
    plain = FIRST.of(FIRST.id + FIRST.private.sign(TEXT))
    for line in (other, later, stolen, plain, FIRST.line(TEXT, 2**63), FIRST.of(blob + b"x")):
        with pytest.raises(CosignatureInvalid, match=r"witness\.example/w1"):
            read_checkpoint(note(line), TRUST)


def test_cosignature_of_a_known_name_with_another_key_does_not_count() -> None:
    """A witness may sign with a newer key besides; unknown keys are passed over (C2SP signed-note)."""
    assert read_checkpoint(note(Signer(FIRST.name, 4, "newer").line(TEXT, 5)), TRUST).cosignatures == ()
    assert read_checkpoint(note(Signer(FIRST.name, 6).line(TEXT, 5)), TRUST).cosignatures == ()


@pytest.mark.parametrize(
    "key",
    [
        "",
        "x",
        FIRST.verifier_key,
        LOG.verifier_key.upper(),
        LOG.verifier_key + "=",
        LOG.verifier_key + "\n",
        " " + LOG.verifier_key,
        LOG.verifier_key.replace(LOG.id.hex(), "00000000"),
        LOG.verifier_key.rsplit("+", 1)[0] + "+AQ==",
        LOG.verifier_key.rsplit("+", 1)[0] + "+A",
    ],
)
def test_verifier_key_of_another_form_is_refused(key: str) -> None:
    """One form, and the key id is that of name and key."""
    with pytest.raises(VerifierKeyMalformed):
        LogTrust.read([key], [])


def test_verifier_keys_twice_are_refused() -> None:
    """One witness under two names would count as two; one name with two keys would be two lines of one name."""
    alias = Signer("alias.example", 4, FIRST.name)
    second_key = Signer(FIRST.name, 4, "newer")
    for keys in ([FIRST, FIRST], [FIRST, alias], [FIRST, second_key]):
        with pytest.raises(VerifierKeyMalformed, match="twice"):
            LogTrust.read([LOG.verifier_key], [key.verifier_key for key in keys])
    assert str(TRUST.witnesses[0]) == FIRST.verifier_key
