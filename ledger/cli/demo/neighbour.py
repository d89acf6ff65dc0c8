"""The neighbour town: it takes no part, its notices stand in a notice service. An association pulls them from there
twice, and between the two one notice vanished and one was changed silently."""

from __future__ import annotations

import copy
from typing import Any, Final

from ledger.cli.demo.calendar import stamp, town_time
from ledger.cli.demo.notice_service import EXPORT, NoticeService
from ledger.cli.demo.procedure import Procedure, award
from ledger.cli.demo.stage import Stage, Story
from ledger.cli.demo.town import COUNTY, NEIGHBOUR, OBSERVER, ROADS, TABLETS, Firm
from ledger.cli.pulling.one_pull import Pulled, last_days, pull_days
from ledger.cli.pulling.reading import Reading
from ledger.ocds.privacy import policy_named
from ledger.settings import Pull

VANISHED_OCID: Final = "ocds-demo10-2026-02"
CHANGED_OCID: Final = "ocds-demo10-2026-03"

FIRST_PULL: Final = 19
SECOND_PULL: Final = 12
"""Days before the demo; each reads the days before it."""

_ADVISERS: Final = Firm("90401", "Bäderkonzept Quellental GmbH", "Beckenrand 1", "59983", "Altenquell")


def watched_neighbour(stage: Stage, service: NoticeService) -> Story:
    """Two pulls of the neighbour's notices."""
    published = _notices(stage)
    yield stage.ago(FIRST_PULL, "06:15")
    service.publish(release for release in published if release["date"] < stamp(stage.clock.now()))
    _pull(stage, service, days=5)
    yield stage.ago(SECOND_PULL, "06:15")
    service.publish(_altered(stage, release) for release in published if release["ocid"] != VANISHED_OCID)
    _pull(stage, service, days=14)


def _pull(stage: Stage, service: NoticeService, *, days: int) -> Pulled:
    """What ``siegel pull --observer --buyer 'Stadt Drübenau'`` does. Raises the first failure by name."""
    reading = Reading(
        stage.releases, stage.organisation(OBSERVER), policy_named("standard"), (NEIGHBOUR.name, NEIGHBOUR.uid)
    )
    pull = Pull(service=service.url, export=EXPORT)
    wanted = last_days(days, town_time(stage.clock.now()).date())
    signer = stage.keys[OBSERVER.publisher_key]
    pulled = pull_days(stage.chain, pull, reading, wanted, signer, stage.clock.now)
    for _, failure in (*pulled.looked.failures, *pulled.refused):
        raise failure
    return pulled


def _altered(stage: Stage, release: dict[str, Any]) -> dict[str, Any]:
    """The call for the road, silently with a week less to bid, under the same id; any other notice as it was."""
    if release["ocid"] != CHANGED_OCID:
        return release
    altered = copy.deepcopy(release)
    altered["tender"]["tenderPeriod"]["endDate"] = stamp(stage.ago(8, "11:00"))
    return altered


def _notices(stage: Stage) -> list[dict[str, Any]]:
    """Everything that the service published by the day of the second pull, also of a buyer nobody asked for."""
    day_care, day_care_call = _day_care(stage)
    return [
        day_care_call,
        _pool_advice(stage),
        _road(stage),
        *_tablets(stage),
        _buses(stage),
        _answer(stage, day_care, day_care_call),
    ]


def _period(stage: Stage, published: int, deadline: int) -> dict[str, Any]:
    return {"tenderPeriod": {"startDate": stamp(published), "endDate": stamp(stage.ago(deadline, "11:00"))}}


def _day_care(stage: Stage) -> tuple[Procedure, dict[str, Any]]:
    procedure = Procedure(
        "ocds-demo10-2026-01",
        "Kita am Fährweg: Rohbauarbeiten für den Anbau",
        "Erd-, Beton- und Maurerarbeiten für zwei Gruppenräume.",
        "works",
        "open",
        ("45214100-1", "Bau von Kindergärten"),
        410000,
        buyer=NEIGHBOUR,
        details="Öffentliche Ausschreibung (VOB/A)",
    )
    when = stage.ago(23, "09:20")
    return procedure, procedure.release(when, "tender", tender=procedure.tender("active", **_period(stage, when, -6)))


def _answer(stage: Stage, procedure: Procedure, call: dict[str, Any]) -> dict[str, Any]:
    """A change as it should be: a notice of its own that moves the deadline."""
    tender = copy.deepcopy(call["tender"])
    tender["tenderPeriod"]["endDate"] = stamp(stage.ago(-13, "11:00"))
    when = stage.ago(14, "13:10")
    tender["amendments"] = [{"id": "1", "date": stamp(when), "rationale": "Frist verlängert wegen Fragen von Bietern."}]
    return procedure.release(when, "tenderUpdate", tender=tender)


def _pool_advice(stage: Stage) -> dict[str, Any]:
    """A direct award that is told, and after some days is not told any more."""
    procedure = Procedure(
        VANISHED_OCID,
        "Beratung zur Sanierung des Hallenbads Drübenau",
        "Bestandsaufnahme, Variantenvergleich und Begleitung der Ratssitzungen.",
        "services",
        "direct",
        ("71530000-2", "Beratung im Bauwesen"),
        96000,
        buyer=NEIGHBOUR,
        details="Direktauftrag (UVgO)",
    )
    when = stage.ago(21, "15:40")
    reason = "Besondere Dringlichkeit: Förderantrag bis zum Monatsende."
    tender = procedure.tender("complete", procurementMethodRationale=reason, numberOfTenderers=1)
    return procedure.release(when, "award", firms=(_ADVISERS,), tender=tender, awards=[award(_ADVISERS, 95800, when)])


def _road(stage: Stage) -> dict[str, Any]:
    """The call whose deadline is shortened behind the bidders' backs."""
    procedure = Procedure(
        CHANGED_OCID,
        "Deckenerneuerung Brückenstraße in Drübenau",
        "Fräsen und Neueinbau der Asphaltdeckschicht auf 850 m, Anpassung der Einläufe.",
        "works",
        "open",
        ("45233223-8", "Erneuerung von Straßendecken"),
        275000,
        buyer=NEIGHBOUR,
        details="Öffentliche Ausschreibung (VOB/A)",
    )
    when = stage.ago(22, "10:05")
    return procedure.release(when, "tender", tender=procedure.tender("active", **_period(stage, when, 1)))


def _tablets(stage: Stage) -> tuple[dict[str, Any], dict[str, Any]]:
    procedure = Procedure(
        "ocds-demo10-2026-04",
        "60 Tablets für die Grundschule Niederau",
        "Tablets mit Hüllen und Gerätemanagement.",
        "goods",
        "limited",
        ("30213200-7", "Tablettcomputer"),
        38000,
        buyer=NEIGHBOUR,
        details="Verhandlungsvergabe ohne Teilnahmewettbewerb (UVgO)",
    )
    when = stage.ago(24, "11:30")
    period = _period(stage, when, 17)
    call = procedure.release(when, "tender", tender=procedure.tender("active", **period))
    when = stage.ago(15, "10:45")
    tender = procedure.tender("complete", numberOfTenderers=3, **period)
    awards = [award(TABLETS, 36890, when)]
    return call, procedure.release(when, "award", firms=(TABLETS,), tender=tender, awards=awards)


def _buses(stage: Stage) -> dict[str, Any]:
    """Of another buyer, whom the association did not ask for; on that day there is an export whatever vanishes."""
    procedure = Procedure(
        "ocds-demo11-2026-01",
        "Bushaltestelle Kreishausstraße: barrierefreier Ausbau",
        "Hochbord, Blindenleitsystem und Wartehalle.",
        "works",
        "direct",
        ("45233161-5", "Bau von Gehwegen"),
        28000,
        buyer=COUNTY,
    )
    when = stage.ago(21, "14:00")
    tender = procedure.tender("complete", numberOfTenderers=1)
    return procedure.release(when, "award", firms=(ROADS,), tender=tender, awards=[award(ROADS, 27900, when)])
