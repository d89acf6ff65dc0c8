"""A receipt is written, read, and written anew; its secret opens with the passphrase alone."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyrage
import pytest

from ledger.chain.acts import Promise
from ledger.chain.identifiers import organisation_id, process_id
from ledger.errors import (
    BundleTooLarge,
    EntryAltered,
    EntryInvalid,
    ManifestInvalid,
    ReceiptMalformed,
    WrongPassphrase,
)
from ledger.evidence.receipt import Receipt, open_secret, read_receipt, seal_secret, write_receipt
from ledger.evidence.receipt import pieces_of as pieces
from ledger.evidence.verify.archive import BUNDLE, is_of_kind
from ledger.evidence.verify.receipt_file import RECEIPT_FILE
from tests.chain.nodes import ROOT

SEED, KEY = b"s" * 32, b"k" * 32
PASSPHRASE = "Gänseblümchen 1"
BUYER = organisation_id("DE-LEITWEG", "05-0000-11")
OCID = 'ocds-a2ef3d-"town/hall\\'


@pytest.fixture(scope="module")
def secret() -> bytes:
    """With little work."""
    return seal_secret(SEED, KEY, PASSPHRASE, work_factor=4)


def receipt_of(secret: bytes, **given: Any) -> Receipt:
    """A receipt whose entries are read as they are: what they prove is not asked here."""
    return Receipt(
        **{
            "chain_id": 4711, "ledger": b"\x01" * 20, "organisation_id": BUYER, "ocid": OCID,
            "process_id": process_id(BUYER, OCID), "round": 2, "author": b"\x02" * 20, "commitment": b"\x03" * 32,
            "envelope": b"an envelope", "key_set_detail": b"a key set", "secret": secret, **given,
        }
    )  # fmt: skip


def written(path: Path, receipt: Receipt) -> Path:
    """The receipt as a file."""
    with path.open("wb") as out:
        write_receipt(receipt, out)
    return path


def whole(path: Path) -> dict[str, Any]:
    """What is read of it, with the bytes of its large entries."""
    found = read_receipt(path)
    return {name: getattr(found, name) for name in found.__dataclass_fields__} | {
        "envelope": b"".join(pieces(found.envelope)),
        "proof": None if found.proof is None else b"".join(pieces(found.proof)),
    }


def test_receipt_written_and_read_is_the_same(tmp_path: Path, secret: bytes) -> None:
    """With all entries and with the fewest; a large one comes from a file."""
    envelope = tmp_path / "envelope"
    envelope.write_bytes(os.urandom(3 * 2**20 + 5))
    fewest = receipt_of(secret, envelope=envelope)
    promise = Promise(b"\x04" * 32, 1_800_000_000, 1_800_086_400, b"\x05" * 65)
    most = replace(fewest, supersedes=b"\x06" * 32, promise=promise, transaction=b"\xc0", proof=b"a bundle")
    for receipt in (fewest, most):
        found = whole(written(tmp_path / "receipt", receipt))
        assert found["envelope"] == envelope.read_bytes()
        for name in ("promise", "transaction", "proof", "supersedes", "secret", "key_set_detail", "ocid", "round"):
            assert found[name] == getattr(receipt, name), name


def test_receipt_written_anew_with_what_came_keeps_the_rest(tmp_path: Path, secret: bytes) -> None:
    """Its envelope is read from the old file while the new one is written."""
    before = written(tmp_path / "before", receipt_of(secret))
    after = written(tmp_path / "after", replace(read_receipt(before), proof=b"a bundle"))
    assert whole(after) == {**whole(before), "proof": b"a bundle"}


def test_receipt_is_the_same_file_each_time(tmp_path: Path, secret: bytes) -> None:
    """Nothing of the moment or the machine gets into it."""
    digests = {hashlib.sha256(written(tmp_path / name, receipt_of(secret)).read_bytes()).hexdigest() for name in "ab"}
    assert len(digests) == 1


def test_any_changed_byte_of_a_receipt_is_refused(tmp_path: Path, secret: bytes) -> None:
    """Before anything is believed of it."""
    path = written(tmp_path / "receipt", receipt_of(secret))
    data = path.read_bytes()
    for at in range(len(data)):
        path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        with pytest.raises((ReceiptMalformed, ManifestInvalid, EntryAltered)):
            read_receipt(path)
    for other in (data[:-1], data + b"\0", data[1:]):
        path.write_bytes(other)
        with pytest.raises(ReceiptMalformed):
            read_receipt(path)


@pytest.mark.parametrize(
    "given",
    [
        {"process_id": b"\x07" * 32},
        {"ocid": "ocds-ä"},
        {"ocid": ""},
        {"ocid": "x" * 129},
        {"round": 2**32},
        {"author": b"\x02" * 32},
        {"envelope": b""},
        {"key_set_detail": b"x" * 2**16},
        {"chain_id": 10**20},
        {"promise": Promise(b"\x04" * 32, 1, 2, b"short")},
    ],
)
def test_receipt_that_no_reader_takes_is_not_written(secret: bytes, given: dict[str, Any]) -> None:
    """Nothing of it: a tenderer would rely on it."""
    out = io.BytesIO()
    with pytest.raises((ManifestInvalid, UnicodeEncodeError)):
        write_receipt(receipt_of(secret, **given), out)
    assert out.getvalue() == b""


def test_receipt_larger_than_a_file_can_be_is_not_written(tmp_path: Path, secret: bytes) -> None:
    """A ZIP without 64-bit sizes has its end at 4 GiB."""
    envelope = tmp_path / "envelope"
    with envelope.open("wb") as file:
        file.truncate(2**31)
    with pytest.raises(BundleTooLarge):
        write_receipt(receipt_of(secret, envelope=envelope, proof=envelope), io.BytesIO())


def test_secret_opens_with_its_passphrase_and_no_other(secret: bytes) -> None:
    """Also as another keyboard writes the same letters; any age tool opens it, too."""
    decomposed = "Ga\u0308nseblu\u0308mchen 1"
    assert open_secret(secret, PASSPHRASE) == open_secret(secret, decomposed) == (SEED, KEY)
    assert pyrage.passphrase.decrypt(secret, PASSPHRASE) == SEED + KEY
    for wrong in ("", "Gansebluemchen 1", PASSPHRASE + " "):
        with pytest.raises(WrongPassphrase):
            open_secret(secret, wrong)


def test_secrets_of_one_seed_have_nothing_in_common() -> None:
    """Salt, file key and nonce are drawn anew."""
    one, two = (seal_secret(SEED, KEY, PASSPHRASE, work_factor=4) for _ in range(2))
    assert one.split(b" ")[2] != two.split(b" ")[2]
    assert one[-96:-80] != two[-96:-80]


def test_secret_that_would_keep_a_reader_busy_is_refused_at_once() -> None:
    """A work factor of 40 is a thousand gibibytes: refused by its number, before anything is computed."""
    hard = seal_secret(SEED, KEY, PASSPHRASE, work_factor=4).replace(b" 4\n", b" 40\n")
    with pytest.raises(EntryInvalid, match="a work factor of 40, at most 18"):
        open_secret(hard, PASSPHRASE)


def test_secret_altered_is_refused_at_each_byte(secret: bytes) -> None:
    """In the stanza the passphrase no longer fits, behind it the file is no longer what was sealed."""
    for at in range(len(secret)):
        altered = secret[:at] + bytes([secret[at] ^ 1]) + secret[at + 1 :]
        with pytest.raises((EntryInvalid, WrongPassphrase)):
            open_secret(altered, PASSPHRASE)
    for other in (
        secret[:-1],
        secret + b"\0",
        pyrage.encrypt(SEED + KEY, [pyrage.x25519.Identity.generate().to_public()]),
    ):
        with pytest.raises(EntryInvalid):
            open_secret(other, PASSPHRASE)


def test_receipt_and_bundle_are_told_apart_by_their_first_entry(tmp_path: Path, secret: bytes) -> None:
    """What is neither is taken for a bundle, and refused as one."""
    start = written(tmp_path / "receipt", receipt_of(secret)).read_bytes()[:64]
    assert is_of_kind(start, RECEIPT_FILE)
    assert not is_of_kind(start, BUNDLE)
    assert not is_of_kind(b"PK", RECEIPT_FILE)


PROGRAM = """
import resource, sys
from pathlib import Path
from tests.evidence.test_receipt import read_receipt, receipt_of, seal_secret, write_receipt, SEED, KEY
from dataclasses import replace
receipt = receipt_of(seal_secret(SEED, KEY, "x", 4), envelope=Path(sys.argv[1]))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with open(sys.argv[2], "wb") as out:
    write_receipt(receipt, out)
read = read_receipt(Path(sys.argv[2]))
with open(sys.argv[3], "wb") as out:
    write_receipt(replace(read, proof=b"a bundle"), out)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_receipt_of_a_large_envelope_is_never_held(tmp_path: Path) -> None:
    """64 MiB written, read and written anew, in a process whose memory grows by less than 6 MiB."""
    envelope = tmp_path / "envelope"
    with envelope.open("wb") as file:
        file.truncate(64 * 2**20)
    command = [sys.executable, "-c", PROGRAM, str(envelope), str(tmp_path / "one"), str(tmp_path / "two")]
    grown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert (tmp_path / "two").stat().st_size > 64 * 2**20
    assert int(grown) < 6 * 1024
