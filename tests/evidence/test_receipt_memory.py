"""A receipt of any size is verified in pieces."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.chain.nodes import ROOT

PROGRAM = """
import hashlib, resource, sys
from dataclasses import replace
from pathlib import Path
from ledger.chain.identifiers import bid_commitment, key_set_id, organisation_id, process_id
from ledger.evidence.receipt import Receipt, write_receipt
from ledger.evidence.verify.policy import read_policy
from ledger.evidence.verify.receipt import verify_receipt
from ledger.sealing.bid import Bid
from ledger.sealing.sealing import seal
from tests.evidence.receipt_story import detail_of
from tests.evidence.receipts import cases, data_of, policy
from tests.sealing.actors import CONTEXT, KEY_SET

document, envelope, receipt = map(Path, sys.argv[1:4])
digest = hashlib.file_digest(document.open("rb"), "sha256").hexdigest()
bid = Bid.of({"documents/0001": {"title": "large", "size": document.stat().st_size, "digest": digest}})
buyer = organisation_id("DE-LEITWEG", "1")
context = replace(CONTEXT, process_id=process_id(buyer, "ocds-1"), key_set=key_set_id(buyer, KEY_SET))
with envelope.open("w+b") as file:
    header = seal(bid, [lambda: document.open("rb")], context, KEY_SET, file).header
terms = (context.chain_id, context.ledger, context.process_id, context.round, context.author)
secret = data_of(cases("accepted")[0]["entries"]["secret"])
with receipt.open("wb") as out:
    write_receipt(Receipt(
        chain_id=context.chain_id, ledger=context.ledger, organisation_id=buyer, ocid="ocds-1",
        process_id=context.process_id, round=context.round, author=context.author,
        commitment=bid_commitment(*terms, header.bid_root, header.rest_digest), envelope=envelope,
        key_set_detail=detail_of(KEY_SET), secret=secret,
    ), out)
trusted = read_policy(policy())
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with receipt.open("rb") as stream:
    report = verify_receipt(stream, trusted)
print([result.verdict.value for result in report.results[:2]] == ["passed", "passed"])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
SIZE = 64 * 2**20


def test_receipt_of_a_large_envelope_is_verified_in_pieces(tmp_path: Path) -> None:
    """64 MiB, in a process whose memory grows by less than 8 MiB meanwhile."""
    document, envelope, receipt = (tmp_path / name for name in ("document", "envelope", "receipt"))
    with document.open("wb") as file:
        file.truncate(SIZE - 1)
        file.seek(0, os.SEEK_END)
        file.write(b"x")
    command = [sys.executable, "-c", PROGRAM, str(document), str(envelope), str(receipt)]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert receipt.stat().st_size > SIZE
    assert said[0] == "True"
    assert int(said[1]) < 8 * 1024
