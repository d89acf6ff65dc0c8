"""The stored vectors of ``siegel/1`` through both implementations (``tests/vectors/siegel-1/README.md``)."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger import errors
from ledger.sealing.envelope import read_header
from tests.sealing.peer import Refused, peer
from tests.sealing.python_peer import PythonPeer, Side
from tests.sealing.vectors import FOLDER, SHAPES, Shape, cases, shape, task_of

REFUSED, ACCEPTED = cases("refused"), cases("accepted")
LARGEST = 1_500_000


class LargePieces:
    """The TypeScript one, which gets an envelope as from a browser: in pieces of many chunks of age."""

    def ask(self, task: str, **given: Any) -> dict[str, Any]:
        """The answer to one task. Raises ``Refused``."""
        return peer().ask(task, **given, piece=2**21)


SIDES: dict[str, Callable[[], Side]] = {"python": PythonPeer, "typescript": peer, "large pieces": LargePieces}


@pytest.fixture(params=SIDES)
def side(request: pytest.FixtureRequest) -> Side:
    """Each of the implementations."""
    return SIDES[request.param]()


@pytest.fixture(params=SHAPES)
def of(request: pytest.FixtureRequest) -> Shape:
    """Each of the envelopes."""
    return shape(request.param)


def test_header_of_each_envelope_says_what_the_vector_says(side: Side, of: Shape) -> None:
    """Context, sizes, digests, and the commitment."""
    said = side.ask("header", envelope=str(of.path))
    assert {name: str(said[name]) for name in of.said["context"]} == of.said["context"]
    assert {name: said[name] for name in ("bidRoot", "restDigest", "commitment")} == {
        name: of.said[name] for name in ("bidRoot", "restDigest", "commitment")
    }
    assert len(of.path.read_bytes()) == len(of.said["header"]) // 2 + said["contentSize"]


def test_seed_of_each_envelope_gives_every_secret(side: Side, of: Shape) -> None:
    """Scalar, shares, ephemeral keys; and the shares of the header, sealed again."""
    derived = side.ask("derived", envelope=str(of.path), seed=of.said["seed"])
    assert derived == {name: of.said[name] for name in ("age", "shares", "ephemeral", "header")}
    assert side.ask("reseal", envelope=str(of.path), **of.given("reseal")) == {}


def test_each_recipient_opens_the_own_share(side: Side, of: Shape) -> None:
    """With the private keys of the vector."""
    for group, index, share in of.said["shares"]:
        key = of.said["privateKeys"]["officers" if group == 1 else "custodians"][index - 1]
        given = {"keySet": of.said["keySet"], "group": group, "index": index, "privateKey": key}
        assert side.ask("share", envelope=str(of.path), **given) == {"share": share}


def test_open_each_envelope_fields_and_documents_as_sealed(side: Side, of: Shape) -> None:
    """With just enough shares, and with the seed alone."""
    found = {name: of.said[name] for name in ("fields", "documents")}
    opened = side.ask("open", envelope=str(of.path), **of.given("open"))
    assert opened == {**found, "seed": of.said["seed"], "wrong": []}
    assert side.ask("read", envelope=str(of.path), **of.given("read")) == found


def test_each_officer_opens_each_contribution(side: Side, of: Shape) -> None:
    """The share that its sender opened."""
    for made in of.said["contributions"]:
        (share,) = [share for share in of.said["shares"] if share[:2] == [made["group"], made["index"]]]
        for officer, key in enumerate(of.said["privateKeys"]["officers"], 1):
            given = {"contribution": made["contribution"], "officer": officer, "privateKey": key}
            got = side.ask("receive", envelope=str(of.path), keySet=of.said["keySet"], **given)
            assert got == {"share": share}


def test_each_contribution_is_signed_by_its_account(side: Side, of: Shape) -> None:
    """And by no other one of them."""
    for made in of.said["contributions"]:
        for account in (other["account"] for other in of.said["contributions"]):
            given = {"contribution": made["contribution"], "signature": made["signature"], "account": account}
            if account == made["account"]:
                assert side.ask("signed", **given) == {}
            else:
                with pytest.raises(Refused, match="ContributionUnsigned"):
                    side.ask("signed", **given)


def test_proofs_of_single_fields_are_made_and_checked(side: Side, of: Shape) -> None:
    """Two of each bid, if it has any."""
    for proof in of.said["proofs"]:
        shown = {name: proof[name] for name in ("text", "digests")}
        assert side.ask("prove", fields=of.said["fields"], name=proof["name"]) == shown
        assert side.ask("checkProof", bidRoot=of.said["bidRoot"], **shown) == {"name": proof["name"]}
    with pytest.raises(Refused, match="FieldUnproven"):
        side.ask("prove", fields=of.said["fields"], name="lots/LOT-9/value")


@pytest.mark.parametrize("case", REFUSED, ids=[case["name"] for case in REFUSED])
def test_refuse_what_the_vector_refuses_by_the_same_name_and_values(
    side: Side, case: dict[str, Any], tmp_path: Path
) -> None:
    """Prose apart."""
    with pytest.raises(Refused) as refused:
        side.ask(case["task"], **task_of(case, tmp_path))
    values = {name: value for name, value in refused.value.values.items() if name != "reason"}
    assert {"error": refused.value.error, "values": values} == case["refusal"]


@pytest.mark.parametrize("case", ACCEPTED, ids=[case["name"] for case in ACCEPTED])
def test_accept_what_the_vector_accepts(side: Side, case: dict[str, Any], tmp_path: Path) -> None:
    """With the answer that it gives."""
    assert side.ask(case["task"], **task_of(case, tmp_path)) == case["answer"]


def test_vectors_refuse_by_every_name_in_several_ways() -> None:
    """Each name of the table, each under a name of its own, all files used, all of it small."""
    names = [case["refusal"]["error"] for case in REFUSED]
    of_the_format = {each.__name__ for each in errors.EnvelopeRefused.__subclasses__()}
    assert set(names) == of_the_format
    assert all(names.count(each) >= 3 for each in of_the_format)
    every = [*REFUSED, *ACCEPTED]
    assert len({case["name"] for case in every}) == len(every)
    stored = {str(path.relative_to(FOLDER)) for path in (FOLDER / "own").iterdir()}
    assert {case["file"] for case in every if "file" in case} == stored
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) < LARGEST


def test_vectors_own_files_are_of_the_seed_that_they_are_read_with() -> None:
    """Each passes the re-seal check: nothing but the content is wrong."""
    for case in [*REFUSED, *ACCEPTED]:
        if "file" in case:
            of = shape(case["of"])
            assert PythonPeer().ask("reseal", envelope=str(FOLDER / case["file"]), **of.given("reseal")) == {}
            assert read_header(io.BytesIO((FOLDER / case["file"]).read_bytes())).thresholds == (2, 0)
