"""Anybody repeats why a bid was called unreadable, from evidence and envelope, and finds out who said so wrongly."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ledger.chain.acts import BidOutcome
from ledger.errors import (
    EnvelopeSwapped,
    ProofUnverified,
    SiegelError,
    UnreadableBlamesNobody,
    UnreadableEvidenceForeign,
    UnreadableEvidenceMalformed,
    UnreadableNotRepeated,
)
from ledger.opening.retracing import Retraced, retrace
from ledger.opening.round_file import opened_round
from ledger.opening.unreadable import evidence_digest, evidence_of
from ledger.terms import Outcome
from tests.cli.conftest import Siegel, siegel
from tests.opening.conftest import round_, world
from tests.opening.rounds import HandedIn, Round
from tests.opening.test_counting import OFFICERS, _with_share
from tests.sealing.actors import VALUES
from tests.verifier.peer import policy_bytes

__all__ = ["round_", "siegel", "world"]


def opened(round_: Round, folder: Path, without: frozenset[int] = frozenset()) -> Mapping[str, Any]:
    """Close, open and record; the evidence of the one unreadable bid."""
    round_.close()
    round_.bring_all()
    count = round_.count(folder, without=without)
    round_.record([found.outcome for found in count.found])
    (evidence,) = (found.evidence for found in count.found if found.evidence is not None)
    return json.loads(json.dumps(evidence))  # type: ignore[no-any-return]


def called_unreadable(round_: Round, evidence: dict[str, Any]) -> Mapping[str, Any]:
    """Two officers close and record this of the only bid, whatever is true."""
    round_.close()
    (bid,) = round_.facts.bids
    round_.record([BidOutcome(Outcome.UNREADABLE, bid.author, bid.commitment, evidence_digest(evidence))])
    return evidence


def repeated(round_: Round, evidence: Mapping[str, Any], made: HandedIn) -> Retraced:
    """What somebody outside finds."""
    return retrace(evidence, io.BytesIO(made.envelope), round_.bundle(), round_.world.policy())


def refused(round_: Round, evidence: Mapping[str, Any], made: HandedIn) -> type[SiegelError]:
    """Why somebody outside does not find it."""
    with pytest.raises(SiegelError) as raised:
        repeated(round_, evidence, made)
    return raised.type


def test_retrace_content_that_is_no_bid_found_again(round_: Round, tmp_path: Path) -> None:
    """The right seed decrypts what is no bid: its sealer's doing."""
    round_.bid("bidder 1")
    broken = round_.bid("bidder 2", content=b"no bid at all")
    evidence = opened(round_, tmp_path)
    assert repeated(round_, evidence, broken) == Retraced(round_.ocid, 1, 1, "BidMalformed", False)
    assert refused(round_, evidence, round_.bids[0]) is EnvelopeSwapped


def test_retrace_inconsistent_shares_found_again(round_: Round, tmp_path: Path) -> None:
    """The published seed gives the others' shares and not the third officer's."""
    made, other = round_.make("bidder 1"), round_.make("bidder 1")
    broken = round_.commit(_with_share(made, round_, OFFICERS, 3, other.sealed.header.officers[2]))
    assert repeated(round_, opened(round_, tmp_path), broken).refusal == "SealsDiffer"


def test_retrace_copied_commitment_found_again(round_: Round, tmp_path: Path) -> None:
    """Of two bids with one commitment, the one that is nobody's."""
    made = round_.bid("bidder 1")
    round_.commit(HandedIn(round_.make("bidder 2").author, made.envelope, made.sealed, made.commitment))
    evidence = evidence_of(
        made.commitment,
        "EnvelopeForeign",
        {"field": "author", "expected": round_.facts.bids[1].author, "got": round_.facts.bids[0].author},
    )
    round_.close()
    bids = round_.facts.bids
    header = made.sealed.header
    round_.record([
        BidOutcome(Outcome.OPENED, bids[0].author, header.bid_root, header.rest_digest),
        BidOutcome(Outcome.UNREADABLE, bids[1].author, bids[1].commitment, evidence_digest(evidence)),
    ])  # fmt: skip
    assert repeated(round_, evidence, made) == Retraced(round_.ocid, 1, 1, "EnvelopeForeign", False)


def test_retrace_bid_that_was_given_up_blames_nobody(round_: Round, tmp_path: Path) -> None:
    """Two officers went on without it; there is nothing to repeat."""
    made = round_.bid("bidder 1")
    round_.close()
    count = round_.count(tmp_path, without=frozenset({0}))
    round_.record([found.outcome for found in count.found])
    assert count.found[0].evidence is not None
    assert refused(round_, count.found[0].evidence, made) is UnreadableBlamesNobody


def test_retrace_good_bid_that_officers_call_unreadable_found_out(round_: Round, tmp_path: Path) -> None:
    """Two officers want to be rid of it, and write down a refusal that it does not have."""
    made = round_.bid("bidder 1")
    evidence = called_unreadable(round_, evidence_of(made.commitment, "BidMalformed", {}, made.sealed.seed))
    assert refused(round_, evidence, made) is UnreadableNotRepeated


@pytest.mark.parametrize("seed", [bytes(32), None])
def test_retrace_seed_of_nobody_found_out(round_: Round, seed: bytes | None) -> None:
    """A seed that gives none of the shares says nothing of who sealed; without one nothing can be opened."""
    made = round_.bid("bidder 1")
    shares = [[group, index] for group in (1, 2) for index in (1, 2, 3)]
    evidence = called_unreadable(round_, evidence_of(made.commitment, "SealsDiffer", {"shares": shares}, seed))
    assert refused(round_, evidence, made) is (UnreadableEvidenceMalformed if seed is None else UnreadableNotRepeated)


def test_retrace_evidence_that_the_ledger_does_not_name_refused(round_: Round, tmp_path: Path) -> None:
    """Another document than officers recorded, of this bid or of none."""
    broken = round_.bid("bidder 1", content=b"no bid at all")
    evidence = dict(opened(round_, tmp_path))
    assert refused(round_, {**evidence, "refusal": "ContentUnreadable"}, broken) is UnreadableEvidenceForeign
    assert refused(round_, {**evidence, "commitment": "11" * 32}, broken) is UnreadableEvidenceForeign


@pytest.mark.parametrize(
    "changed", [{"format": "siegel-unreadable/2"}, {"commitment": "11"}, {"seed": "11"}, {"seed": 1}, {"refusal": None}]
)
def test_retrace_what_is_no_evidence_refused(round_: Round, changed: dict[str, Any]) -> None:
    """Before anything else is read."""
    evidence = evidence_of(bytes(32), "BidMalformed", {}, bytes(32)) | changed
    with pytest.raises(UnreadableEvidenceMalformed):
        retrace(evidence, io.BytesIO(), io.BytesIO(), round_.world.policy())


def test_retrace_with_an_altered_bundle_refused(round_: Round, tmp_path: Path) -> None:
    """What officers recorded is believed of a proof only."""
    broken = round_.bid("bidder 1", content=b"no bid at all")
    evidence, bundle = opened(round_, tmp_path), bytearray(round_.bundle().getvalue())
    bundle[-200] ^= 1
    with pytest.raises(ProofUnverified):
        retrace(evidence, io.BytesIO(broken.envelope), io.BytesIO(bundle), round_.world.policy())


def test_retrace_command_takes_the_evidence_out_of_the_round_file(
    round_: Round, siegel: Siegel, tmp_path: Path
) -> None:
    """An auditor needs three files and a policy, and nobody's server; no rival who nests a field as deep as a bid may
    keeps anybody from it."""
    deep = json.loads("[" * 62 + "]" * 62)
    round_.bid("bidder 1", {**VALUES, "requirementResponses/deep": {"value": deep}})
    broken = round_.bid("bidder 2", content=b"no bid at all")
    round_.close()
    round_.bring_all()
    count = round_.count(tmp_path)
    opened_round(round_.sealed, count.found).write(tmp_path / "round.json")
    round_.record([found.outcome for found in count.found])
    files = {"envelope": broken.envelope, "proof.zip": round_.bundle().getvalue(),
             "policy.json": policy_bytes(round_.world.policy())}  # fmt: skip
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)

    def retraced(*given: object) -> Any:
        proof = ("--bundle", tmp_path / "proof.zip", "--policy", tmp_path / "policy.json")
        return siegel("opening", "retrace", tmp_path / "round.json", tmp_path / "envelope", *proof, *given)

    done = retraced("--bid", 2, "--json")
    assert done.exit_code == 0, done.err
    assert done.data == {"ocid": round_.ocid, "round": 1, "bid": 1, "refusal": "BidMalformed", "mended": False}
    assert "It is its sealer's doing" in retraced("--bid", 2).out
    assert "[ArgumentInvalid]" in retraced("--bid", 1).err
