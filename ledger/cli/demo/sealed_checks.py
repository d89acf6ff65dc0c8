"""What ``siegel demo --check`` asks about sealed bids: how they ended, who may see them, and one handed in now."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Mapping, Set
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, Final

from ledger.bid_number import spoken_bid
from ledger.chain.acts import Call, CloseRound
from ledger.chain.identifiers import process_id
from ledger.chain.signers import keystore_account
from ledger.cli.bidding.asked import ask
from ledger.cli.bidding.completeness import criteria_of, require_complete
from ledger.cli.bidding.handing_in import hand_in
from ledger.cli.bidding.offer import read_offer
from ledger.cli.bidding.proving import require_terms
from ledger.cli.bidding.sealing import seal_offer
from ledger.cli.demo.canaries import Search, canaries_of
from ledger.cli.demo.school_run import EVALUATION, OCID, TENDERERS, bid_with
from ledger.cli.demo.seeding import POLICY
from ledger.cli.demo.stage import Stage
from ledger.cli.demo.supplement import DECLARATION, NUMBER
from ledger.cli.demo.tenderers import LOT
from ledger.cli.demo.town import BUYER
from ledger.cli.demo.visitor import Visitor
from ledger.cli.language import say, say_error
from ledger.cli.remote import Remote
from ledger.errors import CheckFailed, RoundForbids
from ledger.evaluation.criteria import read_criteria
from ledger.evaluation.evaluation import read_evaluation
from ledger.evaluation.offers import SubmittedBid
from ledger.evaluation.ranking import rank
from ledger.evidence.verify.policy import read_policy
from ledger.evidence.verify.receipt import verify_receipt
from ledger.evidence.verify.report import ReceiptStep, Verdict
from ledger.opening.opened import FILE, OpenedRound, opened_folder, read_opened
from ledger.store.letters import Letter, Letters
from ledger.store.state import State

ENDED: Final = ("superseded", "withdrawn", "opened", "unreadable", "opened", "opened", "late")
"""How the story's bids ended, by their numbers."""

LIVE: Final = "ocds-demo00-2026-01"
"""The tender on which whoever reads this can bid."""

OFFER: Final[dict[str, Any]] = {
    "tenderers": [{"name": "Rohbau Probe GmbH"}],
    "lots": {LOT: {"value": {"amount": "1187654.32", "currency": "EUR"}}},
    "requirementResponses": {"exclusion": True},
    "documents": [{"file": "prices.txt", "requirement": "prices"}],
}


def bids_ended_as_told(visitor: Visitor) -> str:
    """Each commitment has exactly one public outcome; what was promised in time counts though its block came later."""
    round_ = visitor.json(f"/api/v1/processes/{process_path(OCID)}/rounds")["rounds"][0]
    bids, deadline = round_["bids"], round_["deadline"]
    found = tuple(bid["outcome"] for bid in bids)
    if found != ENDED:
        raise CheckFailed(seen=", ".join(found))
    promised, late = bids[5], bids[6]
    if not (promised["arrival"] <= deadline < promised["time"] and promised["excluded"] and late["late"]):
        raise CheckFailed(seen=json.dumps(promised))
    return ", ".join(found)


def envelopes_are_for_the_entitled(visitor: Visitor) -> str:
    """Nobody gets an envelope, a header, a contribution or a letter without having a part in the round, nor a list of
    them; neither of the bids nor of the answer to a letter."""
    asked = 0
    for number, bid in ((1, 2), (NUMBER, 0)):
        base = f"/api/v1/processes/{process_path(OCID)}/rounds/{number}"
        commitment = opened_in_the_story(visitor, number).bids[bid].commitment
        assert commitment is not None
        envelope = f"envelopes/0x{commitment.hex()}"
        for path in ("envelopes", envelope, f"{envelope}/header", "contributions", "letters"):
            answer = visitor.web.get(f"{base}/{path}")
            if answer.status_code != 401:
                raise CheckFailed(seen=f"{number}, {path}: {answer.status_code}")
            asked += 1
    return say("{count} addresses", count=asked)


def exactly_the_disclosed_is_public(visitor: Visitor) -> str:
    """Of all that is in the bids, the letter to one of them and its answer the award tells who the supplier is and
    where; that is found, and nothing else, in whatever form, where the procedure is told of: its pages, answers, feed,
    table, bundle, and the metrics."""
    process, found = process_path(OCID), dict[str, str]()
    search, disclosed = Search(canaries_of_the_story(visitor)), told_by_the_award(visitor)
    of_process = (
        "",
        "/acts",
        "/rounds",
        "/releases",
        "/record",
        "/evidence",
        "/rounds/1/sealing",
        f"/rounds/{NUMBER}/sealing",
    )
    paths = [f"{page}?lang={language}" for page in ("/", f"/processes/{process}") for language in ("de", "en")]
    paths += [f"/api/v1/processes/{process}{part}" for part in of_process]
    paths += [f"/api/v1/feed.atom?ocid={OCID}", f"/api/v1/processes.csv?ocid={OCID}", "/metrics"]
    for path in paths:
        found |= dict.fromkeys(search.found_in(visitor.web.get(path).content), path)
    require_exactly(found, disclosed)
    count = len(search.canaries - disclosed)
    return say(
        "{disclosed} values disclosed; {count} at none of {places} addresses",
        disclosed=len(disclosed), count=count, places=len(paths),
    )  # fmt: skip


def canaries_of_the_story(visitor: Visitor) -> set[str]:
    """What is in every bid, whether it was opened or not, in the letter to one of them, and in its answer; of opened
    ones the fields' salts, too."""
    found = {DECLARATION.decode()}
    for number in range(len(TENDERERS)):
        bid, price_list = bid_with(number)
        found |= {price_list.decode(), *canaries_of({str(field.name): field.value for field in bid.fields})}
    for number in (1, NUMBER):
        for opened in opened_in_the_story(visitor, number).bids:
            found |= {*canaries_of(opened.values or {}, opened.disclosures or ())}
    for letter in letters_of_the_story(visitor):
        found |= {letter.subject, *letter.text.splitlines()}
    return found


def told_by_the_award(visitor: Visitor) -> set[str]:
    """By the bid that the ledger says won: who handed it in. What was offered is not told; the sum of the award is
    another one, a mistake in the bid being corrected."""
    firm = TENDERERS[visitor.json(f"/api/v1/processes/{process_path(OCID)}")["awards"][0]["bid"]]
    return {firm.name, firm.street}


def require_exactly(found: Mapping[str, str], disclosed: Set[str]) -> None:
    """``found``: where each canary was seen. Raises CheckFailed for one more than was disclosed, and for one less."""
    told = [f"{path}: {canary}" for canary, path in sorted(found.items()) if canary not in disclosed]
    told += [say("nowhere: {text}", text=canary) for canary in sorted(disclosed - found.keys())]
    if told:
        raise CheckFailed(seen="; ".join(told))


def ranking_is_recomputed(visitor: Visitor) -> str:
    """From criteria, opened bids and what the evaluators wrote down, the award follows again."""
    process, opened = process_path(OCID), opened_in_the_story(visitor)
    digest = visitor.json(f"/api/v1/processes/{process}/rounds/1/sealing")["criteria"]["digest"]
    content = visitor.web.get(f"/api/v1/documents/{digest}").content
    criteria = read_criteria(content)
    criteria.require_digest(bytes.fromhex(digest.removeprefix("0x")))
    folder = opened_folder(visitor.demo.settings.home, opened.process_id, 1)
    evaluation = read_evaluation((folder / EVALUATION).read_bytes(), criteria)
    rows = visitor.json(f"/api/v1/processes/{process}/rounds")["rounds"][0]["bids"]
    excluded = {(row["bid"], None) for row in rows if row["excluded"]}
    bids = [SubmittedBid(bid.bid, bid.values) for bid in opened.bids if bid.values is not None]
    best = rank(criteria, LOT, bids, evaluation, excluded).entries[0].bid
    awarded = visitor.json(f"/api/v1/processes/{process}")["awards"][0]["bid"]
    if best != awarded:
        raise CheckFailed(seen=f"{best}, {awarded}")
    return say("bid {bid}", bid=spoken_bid(best))


def bid_is_handed_in_now(visitor: Visitor) -> str:
    """A bid is sealed for the open tender, whose terms are proven under the demo's policy, handed in, and its receipt
    verified."""
    url, policy = str(visitor.web.base_url).rstrip("/"), (visitor.demo.settings.home / POLICY).read_bytes()
    passphrase = token_urlsafe()
    with tempfile.TemporaryDirectory() as name, Remote(url) as server:
        folder = Path(name)
        (folder / "prices.txt").write_text("Alle Positionen nach Leistungsverzeichnis", "utf-8")
        (folder / "bid.json").write_text(json.dumps(OFFER), "utf-8")
        offer, asked = read_offer(folder / "bid.json"), ask(server, LIVE, None)
        assert asked.criteria is not None
        require_complete(offer.bid, criteria_of(server, asked.criteria))
        require_terms(server, asked, policy)
        receipt = folder / "receipt.zip"
        seal_offer(offer, asked, passphrase, receipt, None)
        done = hand_in(receipt, [url], lambda: passphrase, lambda line: None)
        with receipt.open("rb") as stream:
            report = verify_receipt(stream, read_policy(policy), passphrase)
    passed = {result.step for result in report.results if result.verdict is Verdict.PASSED}
    # The proof comes with the next block of the log.
    if not passed >= set(ReceiptStep) - {ReceiptStep.PROOF} or done.arrived_at > done.deadline:
        raise CheckFailed(seen=", ".join(f"{result.step}: {result.verdict}" for result in report.results))
    return say(
        "block {block}, {seconds} seconds before the deadline",
        block=done.block,
        seconds=done.deadline - done.arrived_at,
    )


def nobody_closes_early(visitor: Visitor) -> str:
    """Two officers cannot close the open round before its deadline, so custodians have nothing to release."""
    chain, settings = visitor.demo.chain, visitor.demo.settings
    made = Call(process_id(Stage.organisation(BUYER), LIVE), int(time.time()) + 3600)
    try:
        chain.simulate(CloseRound(made, 1, 0), keystore_account(settings.keys_dir / "officer-one.json"))
    except RoundForbids as refusal:
        return say_error(refusal)
    raise CheckFailed(seen=say("the round was closed"))


def process_path(ocid: str) -> str:
    """Id of a process of the town, as addresses have it."""
    return "0x" + process_id(Stage.organisation(BUYER), ocid).hex()


def opened_in_the_story(visitor: Visitor, number: int = 1) -> OpenedRound:
    """What the officers have of the opening of a round, in their own folder."""
    home = visitor.demo.settings.home
    return read_opened(opened_folder(home, process_id(Stage.organisation(BUYER), OCID), number) / FILE)


def letters_of_the_story(visitor: Visitor) -> list[Letter]:
    """To tenderers of the first round, as they lie on the server."""
    state = State(visitor.demo.settings.state_url)
    try:
        return Letters(state, process_id(Stage.organisation(BUYER), OCID), 1).sent()
    finally:
        state.close()
