"""What ``siegel demo --check`` asks about the answer to a letter: when it came, and to which bid it belongs."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from ledger.bid_number import spoken_bid
from ledger.cli.demo.minuting import MINUTES
from ledger.cli.demo.school_run import ASKED, OCID
from ledger.cli.demo.sealed_checks import letters_of_the_story, opened_in_the_story, process_path
from ledger.cli.demo.supplement import DECLARATION, NUMBER
from ledger.cli.demo.visitor import Visitor
from ledger.cli.language import say
from ledger.errors import CheckFailed
from ledger.opening.opened import OpenedRound, opened_folder


def answer_came_as_asked_for(visitor: Visitor) -> str:
    """The letter went to one bid and was fetched; the answer came sealed in the round that it names, before its
    deadline, and was opened; the minutes name the bid to which the letter went, and the page tells an answer."""
    main, round_ = visitor.json(f"/api/v1/processes/{process_path(OCID)}/rounds")["rounds"]
    (letter,), (answer,), asked = letters_of_the_story(visitor), round_["bids"], main["bids"][ASKED]
    if (letter.answer_round, f"0x{letter.recipient.hex()}") != (NUMBER, asked["author"]):
        raise CheckFailed(seen=f"{letter.answer_round}, 0x{letter.recipient.hex()}")
    if (round_["round"], round_["kind"], round_["state"], answer["outcome"]) != (
        NUMBER, "supplement", "opened", "opened",
    ):  # fmt: skip
        raise CheckFailed(seen=json.dumps(round_))
    in_order = [round_["openedTime"], letter.at, letter.read_at or 0, answer["arrival"], round_["deadline"]]
    if in_order != sorted(in_order):
        raise CheckFailed(seen=f"{in_order}")
    _require_minuted(visitor, opened_in_the_story(visitor, NUMBER))
    for language, words in (("de", f"Antwort Nr. 1 der Runde {NUMBER}"), ("en", f"Answer no. 1 of round {NUMBER}")):
        if words not in visitor.page(f"/processes/{process_path(OCID)}", language):
            raise CheckFailed(seen=say("the page does not say {words}", words=words))
    return say("to bid {bid}, {hours} hours before the deadline", bid=spoken_bid(ASKED), hours=_hours(answer, round_))


def _require_minuted(visitor: Visitor, opened: OpenedRound) -> None:
    """As what the answer says of itself, and with the file that lies beside the minutes."""
    folder = opened_folder(visitor.demo.settings.home, opened.process_id, NUMBER)
    minutes = json.loads((folder / MINUTES).read_bytes())
    (answer,) = minutes["answers"]
    belongs = answer["mainBid"]["bids"]
    if (minutes["purpose"], belongs) != ("documents", [{"round": 1, "bid": ASKED, "outcome": "opened"}]):
        raise CheckFailed(seen=f"{minutes['purpose']}, {belongs}")
    file = (folder / "documents" / "0" / "0001").read_bytes()
    if (file, [each["digest"] for each in answer["files"]]) != (DECLARATION, [hashlib.sha256(file).hexdigest()]):
        raise CheckFailed(seen=f"{answer['files']}")


def _hours(answer: dict[str, Any], round_: dict[str, Any]) -> int:
    return int(round_["deadline"] - answer["arrival"]) // 3600
