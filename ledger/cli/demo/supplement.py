"""A round of answers: what the officers ask one tenderer for, and what comes of it (``docs/opening.md``, letters and
answers)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ledger.chain.acts import OpenRound, RoundTerms
from ledger.cli.demo.calendar import HOUR, town_time
from ledger.cli.demo.minuting import minute
from ledger.cli.demo.opening_session import close_round, open_round
from ledger.cli.demo.procedure import Procedure
from ledger.cli.demo.stage import Stage, Story
from ledger.cli.demo.tenderers import SealedBid, answer_of, commit, seal, upload
from ledger.cli.demo.town import COACHES, RECEIVER, WHEELS
from ledger.opening.answer_round import require_answer_round
from ledger.opening.supplement_purpose import SupplementPurpose
from ledger.store.letters import Letters
from ledger.terms import RoundKind

NUMBER: Final = 2
"""Of the round."""
SUBJECT: Final = f"Nachforderung: Verpflichtungserklärung der {WHEELS.name}"
TITLE: Final = "Verpflichtungserklärung Rollimobil.txt"
DECLARATION: Final = (
    f"Wir stellen der {COACHES.name} für die Linie 6 zwei Kleinbusse mit Rampe samt Fahrpersonal. {WHEELS.name}"
).encode()


def round_of_answers(stage: Stage, procedure: Procedure, asked: SealedBid, home: Path) -> Story:
    """A bid that names a subcontractor came without its declaration. Two officers open a round, one of them writes to
    whoever has the bid's receipt; the answer comes sealed, is opened as a bid is, and minuted; ``home`` is the
    officers'."""
    yield stage.ago(19, "11:00")
    deadline = stage.ago(14, "12:00")
    terms = RoundTerms(RoundKind.SUPPLEMENT, deadline, stage.key_set, receivers=(stage.organisation(RECEIVER),))
    stage.together(OpenRound(stage.call(procedure.ocid), terms))
    now, process = stage.clock.now(), asked.process_id
    require_answer_round(stage.chain.round(process, NUMBER), process, NUMBER, now)
    letters = Letters(stage.releases.state, process, asked.round, stage.clock.now)
    letters.send(asked.account.account, stage.keys["officer-one"].account, SUBJECT, letter(deadline), NUMBER)
    yield stage.ago(18, "08:20")
    letters.fetch(asked.account.account)
    yield stage.ago(16, "15:10")
    content = answer_of(COACHES, asked.commitment, TITLE, DECLARATION)
    answer = seal(stage, process, deadline, *content, round=NUMBER)
    commit(stage, answer, upload(stage, answer))
    yield deadline + HOUR
    close_round(stage, procedure.ocid, NUMBER)
    yield deadline + 2 * HOUR
    opened = open_round(stage, procedure.ocid, home, NUMBER)
    minute(stage, procedure, opened, home, SupplementPurpose.DOCUMENTS)


def letter(deadline: int) -> str:
    """What is asked for, until when, on which ground, and what follows from silence."""
    return (
        "Sehr geehrte Damen und Herren,\n"
        f"Ihr Angebot nennt für die Linie 6 die {WHEELS.name} als Unterauftragnehmer. Deren "
        "Verpflichtungserklärung, die mit dem Angebot vorzulegen war, lag ihm nicht bei.\n"
        "Wir fordern Sie nach § 56 Abs. 2 VgV auf, sie bis zum "
        f"{town_time(deadline):%d.%m.%Y, %H:%M} Uhr nachzureichen, versiegelt in der Runde {NUMBER} dieses Verfahrens. "
        "Ändern dürfen Sie Ihr Angebot dabei nicht.\n"
        "Fehlt sie dann noch, ist Ihr Angebot nach § 57 Abs. 1 Nr. 2 VgV auszuschließen.\n"
        "Mit freundlichen Grüßen\n"
        "Stadt Musterbach, Vergabestelle\n"
    )
