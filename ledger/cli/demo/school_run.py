"""A whole procedure with sealed bids: one replaced, one withdrawn, one unreadable, one promised in time, one late, one
to which a document is asked for, and what officers decide of them until the contract."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from ledger.chain.acts import ConcludeContract, ExcludeBid, InformLosers
from ledger.chain.record import ZERO
from ledger.cli.demo.calendar import HOUR
from ledger.cli.demo.criteria import PRICE_AND_CONCEPT
from ledger.cli.demo.opening_session import close_round, open_round
from ledger.cli.demo.procedure import Procedure, award, contract
from ledger.cli.demo.sealed import STANDSTILL, announce, publish_tender, tender_period
from ledger.cli.demo.stage import Stage, Story
from ledger.cli.demo.supplement import round_of_answers
from ledger.cli.demo.tenderers import LOT, SealedBid, bid_of, commit, seal, upload, withdraw
from ledger.cli.demo.town import BUSES, BUYER, COACHES, MINIBUSES, QUICK, RIDES, VALLEY, WHEELS
from ledger.evaluation.criteria import Criteria
from ledger.evaluation.evaluation import read_evaluation
from ledger.evaluation.offers import SubmittedBid
from ledger.evaluation.ranking import rank
from ledger.ocds.json_text import write_json
from ledger.opening.opened import OpenedRound, opened_folder
from ledger.sealing.bid import Bid

OCID: Final = "ocds-demo00-2026-08"
EVALUATION: Final = "evaluation.json"
ANSWERS: Final = {"exclusion": True}
PRICES: Final = ("688112.47", "702318.63", "651247.31", "640129.58", "648931.26", "629517.84", "611043.97")
"""Of the bids, by their numbers: so odd that one can look for them."""
TENDERERS: Final = (BUSES, MINIBUSES, BUSES, VALLEY, COACHES, QUICK, RIDES)
EXCLUDED: Final = 5
"""The bid that was promised in time; its price list is for fewer lines than the tender has."""
ASKED: Final = 4
"""The bid that names a subcontractor whose declaration is missing."""


def school_run(stage: Stage, home: Path) -> Story:
    """Seven commitments, five tenderers with a bid that could be opened, one answer; ``home`` is the officers'."""
    procedure = Procedure(
        OCID,
        "Schülerbeförderung zu den Grundschulen 2027 bis 2029",
        "Beförderung von 240 Kindern auf sechs Linien an Schultagen.",
        "services",
        "open",
        ("60130000-8", "Personensonderbeförderung (Straße)"),
        690000,
        lots=((LOT, "Linien 1 bis 6"),),
    )
    yield stage.ago(46)
    deadline = stage.ago(20, "12:00")
    criteria = publish_tender(stage, procedure, deadline, PRICE_AND_CONCEPT)
    process = stage.call(OCID).process_id

    def sealed(number: int, **more: Any) -> SealedBid:
        return seal(stage, process, deadline, *bid_with(number), **more)

    yield stage.ago(27, "16:40")
    first = sealed(0)
    commit(stage, first, upload(stage, first))
    yield stage.ago(25, "09:15")
    regretted = sealed(1)
    commit(stage, regretted, upload(stage, regretted))
    yield stage.ago(22, "11:05")
    better = sealed(2, account=first.account)
    commit(stage, better, upload(stage, better), instead_of=first)
    yield stage.ago(21, "14:20")
    withdraw(stage, regretted)
    yield stage.ago(21, "17:55")
    # Sealed by a program that computed the root of other fields.
    broken = sealed(3, root=bytes(31) + b"\1")
    commit(stage, broken, upload(stage, broken))
    yield stage.ago(20, "08:30")
    coaches = sealed(ASKED)
    commit(stage, coaches, upload(stage, coaches))
    yield deadline - 5
    quick = sealed(5)
    promise = upload(stage, quick)
    yield deadline + 40
    commit(stage, quick, promise)
    yield deadline + 95
    commit(stage, sealed(6))
    yield deadline + HOUR
    close_round(stage, OCID)
    yield deadline + 2 * HOUR
    opened = open_round(stage, OCID, home)
    yield stage.ago(19, "09:00")
    ground = "Das Preisblatt nennt fünf statt sechs Linien, ändert also die Vergabeunterlagen (§ 57 Abs. 1 Nr. 4 VgV)."
    stage.together(ExcludeBid(stage.call(OCID, ground=ground), ZERO, 1, EXCLUDED))
    yield from round_of_answers(stage, procedure, coaches, home)
    yield stage.ago(13)
    best, amount, evaluation = _evaluated(stage, criteria, opened, opened_folder(home, process, 1))
    winner = TENDERERS[best]
    when = stage.clock.now()
    tender = procedure.tender("complete", numberOfTenderers=3, **tender_period(stage, 46, deadline))
    report = {"id": "evaluation", "documentType": "evaluationReports", "title": "Wertung", "digest": evaluation.hex()}
    awards = [award(winner, amount, when, lot=LOT) | {"documents": [report]}]
    decision = procedure.release(when, "award", firms=(winner,), tender=tender, awards=awards)
    number = announce(stage, procedure, stage.release(BUYER, decision, "AwardAnnounced"), LOT, best)
    dispatched = stage.clock.now()
    stage.alone(InformLosers(stage.call(OCID), number, dispatched, dispatched + STANDSTILL))
    yield stage.ago(2)
    signed = procedure.release(
        stage.clock.now(),
        "contract",
        firms=(winner,),
        tender=tender,
        awards=awards,
        contracts=[contract(amount, stage.clock.now())],
    )
    digest = stage.release(BUYER, signed, "ContractConcluded")
    document = stage.document("Vertrag über die Schülerbeförderung 2027 bis 2029, beiderseits unterzeichnet.")
    stage.together(ConcludeContract(stage.call(OCID, release=digest), number, document))


def bid_with(number: int) -> tuple[Bid, bytes]:
    """The bid with this number before it is sealed, under fresh salts, and its price list."""
    firm, amount = TENDERERS[number], PRICES[number]
    lines = "fünf" if number == EXCLUDED else "sechs"
    price_list = f"{firm.name}: {amount} EUR für zwei Schuljahre, {lines} Linien.".encode()
    subcontractors = (WHEELS,) if number == ASKED else ()
    return bid_of(firm, amount, ANSWERS, price_list, *subcontractors)


def _evaluated(stage: Stage, criteria: Criteria, opened: OpenedRound, folder: Path) -> tuple[int, float, bytes]:
    """What the evaluators wrote down lies beside the bids afterwards; the best bid's number, its sum, and the digest by
    which the award anchors what they wrote."""
    written = {
        "format": "siegel-evaluation/1",
        "processId": opened.process_id.hex(),
        "round": 1,
        "criteria": criteria.digest.hex(),
        "bids": [
            _assessed(2, "8", "Konzept mit Fahrerschulung", "6", "Ersatzbus in 40 Minuten"),
            _assessed(
                4, "9", "Konzept mit Begleitpersonen", "8", "Ersatzbus in 25 Minuten",
                corrected="649831.26", why="Rechenfehler in Linie 4: 12 Tage zu wenig (§ 56 Abs. 1 VgV).",
            ),
        ],
        "draws": [],
    }  # fmt: skip
    content = write_json(written)
    (folder / EVALUATION).write_bytes(content)
    bids = [SubmittedBid(bid.bid, bid.values) for bid in opened.bids if bid.values is not None]
    evaluation = read_evaluation(content, criteria)
    best = rank(criteria, LOT, bids, evaluation, {(EXCLUDED, None)}).entries[0]
    assert best.price is not None
    return best.bid, float(best.price), stage.confidential(content)


def _assessed(
    bid: int, concept: str, why_concept: str, response: str, why_response: str, *, corrected: str = "", why: str = ""
) -> dict[str, Any]:
    points: Sequence[tuple[str, str, str]] = (("concept", concept, why_concept), ("response", response, why_response))
    return {
        "bid": bid,
        "lot": LOT,
        "value": {"amount": corrected, "reason": why} if corrected else None,
        "discount": None,
        "points": [{"criterion": name, "points": given, "reason": reason} for name, given, reason in points],
    }
