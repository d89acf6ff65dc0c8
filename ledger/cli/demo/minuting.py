"""Minutes of an opening in the demo's town hall, as ``siegel opening minutes`` writes them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ledger.cli.demo.procedure import Procedure
from ledger.cli.demo.stage import Stage
from ledger.cli.demo.town import BUYER
from ledger.cli.home import replace_file
from ledger.cli.opening.minute_sources import acts_of
from ledger.opening.minutes import Heading
from ledger.opening.minutes_json import minutes_json
from ledger.opening.minutes_making import make_minutes
from ledger.opening.minutes_pdf import minutes_pdf
from ledger.opening.opened import OpenedRound, opened_folder
from ledger.opening.procedure_rule import ProcedureRule
from ledger.opening.supplement_purpose import SupplementPurpose

MINUTES: Final = "minutes.json"
PRINTED: Final = "minutes.pdf"
NAMES: Final = {"officer-one": "Anna Amtmann", "officer-two": "Bernd Beispiel"}
"""Of the officers, by their keys."""


def minute(stage: Stage, procedure: Procedure, opened: OpenedRound, home: Path, purpose: SupplementPurpose) -> None:
    """Of a round of answers, under the VgV, beside its ``round.json`` in the officers' home."""
    heading = Heading(
        rule=ProcedureRule.VGV,
        authority=BUYER.name,
        title=procedure.title,
        lots=dict(procedure.lots),
        chain_id=stage.chain.chain_id,
        ledger=stage.chain.ledger,
        names={stage.keys[key].account.hex(): name for key, name in NAMES.items()},
        purpose=purpose,
    )
    made = make_minutes(opened, acts_of(stage.chain, opened.process_id), heading)
    folder = opened_folder(home, opened.process_id, opened.round)
    replace_file(folder / MINUTES, minutes_json(made))
    replace_file(folder / PRINTED, minutes_pdf(made))
