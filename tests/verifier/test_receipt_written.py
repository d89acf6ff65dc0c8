"""Each implementation reads the receipts that the other wrote, and opens their secrets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ledger.errors import WrongPassphrase
from ledger.evidence.receipt import open_secret, read_receipt, write_receipt
from ledger.evidence.verify.policy import read_policy
from tests.evidence.receipts import PASSPHRASE, accepted, cases, policy, receipt_of
from tests.verifier.peer import agreed_of_receipt, peer

POLICY = read_policy(policy())


def rewritten(path: Path, **given: Any) -> Path:
    """The receipt as TypeScript reads and writes it."""
    out = path.with_name(path.name + ".typescript")
    answer = peer().ask(rewrite=str(path), out=str(out), **given)
    assert answer == {"size": out.stat().st_size}
    return out


@pytest.mark.parametrize("name", [case["name"] for case in cases("accepted")])
def test_receipt_written_by_either_is_the_same_file(tmp_path: Path, name: str) -> None:
    """To the byte: there is one valid byte sequence."""
    case = receipt_of(accepted(name))
    python, given = tmp_path / "python", tmp_path / "given"
    given.write_bytes(case)
    with python.open("wb") as out:
        write_receipt(read_receipt(given), out)
    assert python.read_bytes() == rewritten(python).read_bytes() == case


def test_secret_sealed_in_typescript_opens_in_python(tmp_path: Path) -> None:
    """Also where the passphrase was typed on a keyboard that writes an umlaut as two characters."""
    path = tmp_path / "receipt"
    path.write_bytes(receipt_of(accepted("in-time")))
    other = rewritten(path, passphrases=[PASSPHRASE, "Lo\u0308wenzahn"])
    assert open_secret(read_receipt(other).secret, "Löwenzahn") == open_secret(read_receipt(path).secret, PASSPHRASE)
    report = agreed_of_receipt(other.read_bytes(), POLICY, "Löwenzahn")
    assert [note.name for note in report.says][-1] == "secretOpens"
    with pytest.raises(WrongPassphrase):
        open_secret(read_receipt(other).secret, PASSPHRASE)


def test_receipt_without_what_came_later_is_written_by_typescript_as_it_was(tmp_path: Path) -> None:
    """As a page writes it before anything is sent."""
    path = tmp_path / "receipt"
    path.write_bytes(receipt_of(accepted("in-time")))
    first = rewritten(path, without=["promise", "proof", "transaction"])
    read = read_receipt(first)
    assert (read.promise, read.proof, read.transaction) == (None, None, None)
    report = agreed_of_receipt(first.read_bytes(), POLICY)
    assert [note.name for note in report.says] == ["notProven"]


def test_every_flipped_bit_is_refused_by_both_for_the_same_reason(tmp_path: Path) -> None:
    """In steps of a prime, at each entry's first and last byte too."""
    data = receipt_of(accepted("open-round"))
    path = tmp_path / "receipt"
    path.write_bytes(data)
    names = (b"receipt.json", b"envelope", b"key-set", b"promise", b"proof", b"secret", b"transaction")
    places = {data.index(name) + len(name) for name in names} | set(range(0, len(data), 499)) | {len(data) - 1}
    for at in sorted(places):
        report = agreed_of_receipt(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :], POLICY)
        assert not report.verified
        assert report.results[0].refusal is not None
