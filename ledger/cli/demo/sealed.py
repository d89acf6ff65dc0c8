"""Procedures in sealed mode, with bids on paper: one whose bids are sealed is told in ``school_run``."""

from __future__ import annotations

from typing import Any

from ledger.bid_number import FIRST_EXTERNAL_BID
from ledger.chain.acts import (
    AmendTender,
    AnnounceAward,
    CancelTender,
    CloseRound,
    ConcludeContract,
    InformLosers,
    LiftSuspension,
    LotTerms,
    PublishTender,
    RegisterExternalBid,
    Reinstate,
    RoundTerms,
    SuspendProcess,
    TenderTerms,
)
from ledger.chain.identifiers import lot_id
from ledger.cli.demo.calendar import DAY, HOUR, stamp
from ledger.cli.demo.criteria import POINTS_PER_PRICE, PRICE_ALONE, PRICE_AND_CONCEPT, criteria_document
from ledger.cli.demo.procedure import Procedure, award, contract
from ledger.cli.demo.stage import Stage, Story
from ledger.cli.demo.town import BRIGHT, BUYER, CLEAN, GRITTERS, RECEIVER, RESCUE, REVIEW_BODY, TRUCKS, Firm
from ledger.evaluation.criteria import Criteria, read_criteria
from ledger.terms import NoticeKind, RoundKind

STANDSTILL = 10 * DAY
"""§ 134(2) GWB: ten days if the letters went out electronically."""


def fire_station(stage: Stage) -> Story:
    """Open: published, a question answered, the deadline moved to later."""
    procedure = Procedure(
        "ocds-demo00-2026-01",
        "Neubau Feuerwehrgerätehaus Unterbach: Rohbauarbeiten",
        "Erd-, Beton- und Maurerarbeiten für ein Gerätehaus mit vier Stellplätzen.",
        "works",
        "open",
        ("45216121-8", "Bau von Feuerwachen"),
        1250000,
        lots=(("LOT-0001", "Rohbau"),),
    )
    yield stage.ago(14)
    deadline = stage.ago(-5, "12:00")
    publish_tender(stage, procedure, deadline)
    yield stage.ago(4)
    question = {
        "id": "1",
        "date": stamp(stage.ago(5)),
        "title": "Bodengutachten",
        "description": "Liegt ein Bodengutachten vor?",
        "answer": "Ja, es liegt den Vergabeunterlagen als Anlage 7 bei.",
        "dateAnswered": stamp(stage.clock.now()),
    }
    tender = procedure.tender("active", enquiries=[question], **tender_period(stage, 14, deadline))
    stage.notice(BUYER, procedure.release(stage.clock.now(), "tenderUpdate", tender=tender), NoticeKind.ANSWER, ref=1)
    yield stage.ago(2)
    later = stage.ago(-9, "12:00")
    tender = procedure.tender("active", enquiries=[question], **tender_period(stage, 14, later))
    amended = procedure.release(stage.clock.now(), "tenderAmendment", tender=tender)
    digest = stage.release(BUYER, amended, "TenderAmended")
    stage.alone(AmendTender(stage.call(procedure.ocid, release=digest), round=1, deadline=later))


def school_cleaning(stage: Stage) -> Story:
    """Awarded and under standstill: the letters are out, the contract must wait."""
    procedure = Procedure(
        "ocds-demo00-2026-02",
        "Unterhaltsreinigung der Grundschulen 2027 bis 2029",
        "Tägliche Reinigung von drei Grundschulen nach Leistungsverzeichnis.",
        "services",
        "open",
        ("90911200-8", "Gebäudereinigung"),
        420000,
        lots=(("LOT-0001", "Schulen Nord"), ("LOT-0002", "Schule Süd")),
    )
    yield stage.ago(42)
    deadline = stage.ago(12, "12:00")
    publish_tender(stage, procedure, deadline, PRICE_AND_CONCEPT)
    yield stage.ago(13)
    _paper_bids(stage, procedure, BRIGHT, CLEAN)
    yield deadline + HOUR
    _close(stage, procedure)
    yield stage.ago(5)
    when = stage.clock.now()
    tender = procedure.tender("complete", numberOfTenderers=2, **tender_period(stage, 42, deadline))
    awards = [award(BRIGHT, 268000, when, lot="LOT-0001"), award(CLEAN, 121000, when, number="2", lot="LOT-0002")]
    decision = procedure.release(when, "award", firms=(BRIGHT, CLEAN), tender=tender, awards=awards)
    digest = stage.release(BUYER, decision, "AwardAnnounced")
    announced = [
        announce(stage, procedure, digest, lot, FIRST_EXTERNAL_BID + number)
        for number, lot in enumerate(("LOT-0001", "LOT-0002"))
    ]
    yield stage.ago(4)
    for number in announced:
        dispatched = stage.clock.now()
        letters = InformLosers(stage.call(procedure.ocid), number, dispatched, dispatched + STANDSTILL)
        stage.alone(letters)


def rescue_vehicle(stage: Stage) -> Story:
    """Cancelled, taken to the review body, reinstated by its order; evaluation goes on."""
    procedure = Procedure(
        "ocds-demo00-2026-03",
        "Lieferung eines Rüstwagens für die Freiwillige Feuerwehr",
        "Ein Rüstwagen RW nach DIN 14555-3 mit Beladung.",
        "goods",
        "open",
        ("34144210-3", "Feuerwehrfahrzeuge"),
        560000,
        lots=(("LOT-0001", "Fahrgestell, Aufbau und Beladung"),),
    )
    yield stage.ago(40)
    deadline = stage.ago(15, "12:00")
    publish_tender(stage, procedure, deadline, POINTS_PER_PRICE)
    yield stage.ago(16)
    _paper_bids(stage, procedure, TRUCKS, RESCUE)
    yield deadline + HOUR
    _close(stage, procedure)
    yield stage.ago(11)
    period = tender_period(stage, 40, deadline)
    release = procedure.release(
        stage.clock.now(), "tenderCancellation", tender=procedure.tender("cancelled", numberOfTenderers=2, **period)
    )
    digest = stage.release(BUYER, release, "TenderCancelled")
    ground = "Aufhebung nach § 63 Abs. 1 Nr. 3 VgV: kein wirtschaftliches Ergebnis, beide Angebote über der Schätzung."
    stage.together(CancelTender(stage.call(procedure.ocid, ground=ground, release=digest)))
    yield stage.ago(8)
    order = stage.document("Mitteilung der Vergabekammer Beispielland über einen Nachprüfungsantrag (§ 169 GWB).")
    suspension = SuspendProcess(
        stage.call(procedure.ocid, ground="Ein Nachprüfungsantrag ist eingegangen."),
        body=stage.organisation(REVIEW_BODY),
        subject=order,
    )
    suspended = stage.send(suspension, "review-one").records[0].sequence
    yield stage.ago(3)
    decision = "Beschluss der Vergabekammer: Die Aufhebung wird aufgehoben, das Verfahren ist fortzusetzen."
    back = procedure.release(
        stage.clock.now(), "tenderUpdate", tender=procedure.tender("active", numberOfTenderers=2, **period)
    )
    digest = stage.release(BUYER, back, "Reinstated")
    stage.together(Reinstate(stage.call(procedure.ocid, ground=decision, release=digest)))
    stage.together(LiftSuspension(stage.call(procedure.ocid, ground=decision), suspended))


def winter_service(stage: Stage) -> Story:
    """Everything to the end: awarded, standstill observed, contract concluded."""
    procedure = Procedure(
        "ocds-demo00-2026-07",
        "Winterdienst auf Gemeindestraßen 2026/27",
        "Räumen und Streuen von 48 km Gemeindestraßen einschließlich Bereitschaft.",
        "services",
        "open",
        ("90630000-2", "Eisräumungsdienste"),
        190000,
        lots=(("LOT-0001", "Winterdienst"),),
    )
    yield stage.ago(44)
    deadline = stage.ago(25, "12:00")
    publish_tender(stage, procedure, deadline)
    yield stage.ago(26)
    _paper_bids(stage, procedure, GRITTERS)
    yield deadline + HOUR
    _close(stage, procedure)
    yield stage.ago(20)
    when = stage.clock.now()
    tender = procedure.tender("complete", numberOfTenderers=1, **tender_period(stage, 44, deadline))
    awards = [award(GRITTERS, 183500, when, lot="LOT-0001")]
    decision = procedure.release(when, "award", firms=(GRITTERS,), tender=tender, awards=awards)
    number = announce(
        stage, procedure, stage.release(BUYER, decision, "AwardAnnounced"), "LOT-0001", FIRST_EXTERNAL_BID
    )
    dispatched = stage.clock.now()
    stage.alone(InformLosers(stage.call(procedure.ocid), number, dispatched, dispatched + STANDSTILL))
    yield stage.ago(7)
    signed = procedure.release(
        stage.clock.now(),
        "contract",
        firms=(GRITTERS,),
        tender=tender,
        awards=awards,
        contracts=[contract(183500, stage.clock.now())],
    )
    digest = stage.release(BUYER, signed, "ContractConcluded")
    document = stage.document("Vertrag über den Winterdienst 2026/27, beiderseits unterzeichnet.")
    stage.together(ConcludeContract(stage.call(procedure.ocid, release=digest), number, document))


def publish_tender(stage: Stage, procedure: Procedure, deadline: int, method: dict[str, Any] = PRICE_ALONE) -> Criteria:
    """TenderPublished, whose first round takes bids until ``deadline``; by which criteria they are ranked."""
    when, document = stage.clock.now(), criteria_document(procedure, method)
    criteria = stage.publish(document)
    # Named by the releases too, so that pages show the document and evidence takes it along.
    procedure.documents.append(
        {
            "id": "criteria",
            "documentType": "evaluationCriteria",
            "title": "Zuschlagskriterien",
            "format": "application/json",
            "digest": criteria.hex(),
        }
    )
    tender = procedure.tender(
        "active",
        minimumStandstillDays=STANDSTILL // DAY,
        tenderPeriod={"startDate": stamp(when), "endDate": stamp(deadline)},
    )
    release = procedure.release(when, "tender", tender=tender)
    terms = TenderTerms(
        ocid=procedure.ocid,
        # The ledger takes each lot once, in ascending order of the ids' digests.
        lots=tuple(map(LotTerms, sorted(lot_id(lot) for lot, _ in procedure.lots))),
        minimum_standstill=STANDSTILL,
        criteria=criteria,
        round=RoundTerms(RoundKind.BIDS, deadline, stage.key_set, receivers=(stage.organisation(RECEIVER),)),
    )
    digest = stage.release(BUYER, release, "TenderPublished")
    stage.together(PublishTender(stage.organisation(BUYER), stage.expires, digest, terms))
    return read_criteria(document)


def tender_period(stage: Stage, days: int, deadline: int) -> dict[str, Any]:
    """What releases repeat of a tender's times, if it was published so many days ago."""
    return {
        "minimumStandstillDays": STANDSTILL // DAY,
        "tenderPeriod": {"startDate": stamp(stage.ago(days)), "endDate": stamp(deadline)},
    }


def _paper_bids(stage: Stage, procedure: Procedure, *firms: Firm) -> None:
    for firm in firms:
        record = stage.document(f"Eingangsvermerk zum Angebot {firm.name} im Verfahren {procedure.ocid}.")
        arrival = stage.clock.now()
        stage.together(RegisterExternalBid(stage.call(procedure.ocid), 1, arrival, record))


def _close(stage: Stage, procedure: Procedure) -> None:
    stage.together(CloseRound(stage.call(procedure.ocid), round=1, counted=0))


def announce(stage: Stage, procedure: Procedure, digest: bytes, lot: str, bid: int) -> int:
    """AwardAnnounced for a bid of round 1; its id."""
    call = stage.call(procedure.ocid, release=digest)
    return stage.together(AnnounceAward(call, lot_id(lot), 1, bid)).records[0].sequence
