"""Procedures whose notices are anchored while bids stay on the platform, and one that others watch."""

from __future__ import annotations

from ledger.cli.demo.calendar import stamp
from ledger.cli.demo.procedure import Procedure, award, contract
from ledger.cli.demo.stage import Stage, Story
from ledger.cli.demo.town import BUYER, COUNTY, OBSERVER, PLUMBER, ROADS, TABLETS
from ledger.terms import NoticeKind

TAMPERED_OCID = "ocds-demo00-2026-06"
TAMPERED_AMOUNT = 148500

TABLET_TITLE = "120 Tablets für die Gesamtschule Musterbach"


def tablets(stage: Stage) -> Story:
    """The one whose award is altered in database and store after publication; see ``tampering.py``."""
    procedure = Procedure(
        TAMPERED_OCID,
        TABLET_TITLE,
        "Lieferung von 120 Tablets mit Hüllen, Gerätemanagement und drei Jahren Gewährleistung.",
        "goods",
        "open",
        ("30213200-7", "Tablettcomputer"),
        150000,
    )
    yield stage.ago(34)
    period = {"tenderPeriod": {"startDate": stamp(stage.clock.now()), "endDate": stamp(stage.ago(20, "12:00"))}}
    call = procedure.release(stage.clock.now(), "tender", tender=procedure.tender("active", **period))
    stage.notice(BUYER, call, NoticeKind.CALL)
    yield stage.ago(11)
    when = stage.clock.now()
    decision = procedure.release(
        when,
        "award",
        firms=(TABLETS,),
        tender=procedure.tender("complete", numberOfTenderers=4, **period),
        awards=[award(TABLETS, TAMPERED_AMOUNT, when)],
    )
    stage.notice(BUYER, decision, NoticeKind.AWARD)


def burst_pipe(stage: Stage) -> Story:
    """A direct award: urgent, one firm, published afterwards."""
    procedure = Procedure(
        "ocds-demo00-2026-04",
        "Instandsetzung nach Wasserrohrbruch im Rathaus",
        "Abdichtung, Trocknung und Erneuerung einer Steigleitung.",
        "works",
        "direct",
        ("45332200-5", "Wasserinstallationsarbeiten"),
        18400,
    )
    yield stage.ago(9)
    when = stage.clock.now()
    reason = "Äußerste Dringlichkeit: Wasserschaden im laufenden Betrieb, Direktauftrag an den nächsten freien Betrieb."
    tender = procedure.tender("complete", procurementMethodRationale=reason, numberOfTenderers=1)
    decision = procedure.release(when, "award", firms=(PLUMBER,), tender=tender, awards=[award(PLUMBER, 18400, when)])
    recorded = stage.notice(BUYER, decision, NoticeKind.AWARD)
    yield stage.ago(8)
    signed = procedure.release(
        stage.clock.now(),
        "contract",
        firms=(PLUMBER,),
        tender=tender,
        awards=[award(PLUMBER, 18400, when)],
        contracts=[contract(18400, stage.clock.now())],
    )
    stage.notice(BUYER, signed, NoticeKind.CONTRACT, ref=recorded.records[0].sequence)


def watched_road(stage: Stage) -> Story:
    """A county that takes no part; an association anchors what it published, and that it moved a deadline."""
    procedure = Procedure(
        "ocds-demo00-2026-05",
        "Deckenerneuerung Kreisstraße 17, Abschnitt Hinterfeld",
        "Fräsen und Neueinbau der Asphaltdeckschicht auf 3,2 km.",
        "works",
        "open",
        ("45233223-8", "Erneuerung von Straßendecken"),
        640000,
        buyer=COUNTY,
    )
    yield stage.ago(26)
    first = {"tenderPeriod": {"startDate": stamp(stage.clock.now()), "endDate": stamp(stage.ago(6, "11:00"))}}
    call = procedure.release(stage.clock.now(), "tender", tender=procedure.tender("active", **first))
    recorded = stage.notice(OBSERVER, call, NoticeKind.CALL)
    yield stage.ago(17)
    later = {"tenderPeriod": {"startDate": stamp(stage.ago(26)), "endDate": stamp(stage.ago(2, "11:00"))}}
    moved = procedure.release(stage.clock.now(), "tenderUpdate", tender=procedure.tender("active", **later))
    stage.notice(OBSERVER, moved, NoticeKind.CORRECTION, ref=recorded.records[0].sequence)
    yield stage.ago(1, "08:30")
    when = stage.clock.now()
    decision = procedure.release(
        when,
        "award",
        firms=(ROADS,),
        tender=procedure.tender("complete", numberOfTenderers=3, **later),
        awards=[award(ROADS, 611000, when)],
    )
    stage.notice(OBSERVER, decision, NoticeKind.AWARD)
