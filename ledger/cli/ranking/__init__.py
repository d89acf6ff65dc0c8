"""``siegel rank``: the ranking of an opened round, computed again from what was published, opened and evaluated."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledger.cli.acts.making import known_process, read_document, resolve_organisation
from ledger.cli.answer import Answer
from ledger.cli.command import command
from ledger.cli.language import say
from ledger.cli.session import Session
from ledger.cli.values import is_digest
from ledger.errors import ArgumentInvalid

if TYPE_CHECKING:
    from ledger.evaluation.criteria import Criteria


def register(app: typer.Typer) -> None:
    """Adds the command."""
    command(app, "rank", example="siegel rank ocds-x-1 --evaluation evaluation.json")(rank_)


def rank_(
    session: Session,
    process: Annotated[str, typer.Argument(metavar="PROCESS", help=say("process id, or ocid of the organisation"))],
    round_number: Annotated[int, typer.Option("--round", metavar="N", help=say("number of the round"))] = 1,
    lot: Annotated[str | None, typer.Option("--lot", metavar="ID", help=say("id of the lot; default: all"))] = None,
    evaluation: Annotated[
        Path | None,
        typer.Option("--evaluation", metavar="FILE", help=say("points, corrected sums, draws (siegel-evaluation/1)")),
    ] = None,
    criteria: Annotated[
        Path | None,
        typer.Option("--criteria", metavar="FILE", help=say("the award criteria; default: those kept here")),
    ] = None,
    opened: Annotated[
        Path | None,
        typer.Option("--opened", metavar="FILE", help=say("what the opening left behind; default: in this home")),
    ] = None,
    organisation: Annotated[
        str | None,
        typer.Option("--organisation", metavar="SCHEME:ID", help=say("whose ocid it is; default: the publisher")),
    ] = None,
    result: Annotated[
        Path | None,
        typer.Option(
            "--result", metavar="FILE", help=say("what tenderers were told, instead of the bids: order of the prices")
        ),
    ] = None,
) -> Answer:
    """Compute the ranking of an opened round again, with every figure's derivation, for those who may see the bids.

    Criteria must be those that the ledger names, bids those that were opened, exclusions are the ledger's. It decides
    nothing: who is excluded or gets the award is for the contracting authority to decide and for the ledger to record.
    """
    from ledger.cli.ranking.lines import ranking_lines
    from ledger.cli.ranking.sources import criteria_of, records_of
    from ledger.cli.ranking.standing import read_standing, submitted_bids
    from ledger.evaluation.evaluation import read_evaluation
    from ledger.evaluation.ranking import rank
    from ledger.evaluation.telling import ranking_json
    from ledger.opening.opened import FILE, opened_folder, read_opened

    settings = session.require_home()
    process_id = known_process(session, process, _publisher(session, process, organisation))
    standing = read_standing(records_of(session, process_id), round_number)
    published = criteria_of(session, standing.criteria, criteria)
    if result is not None:
        if opened is not None or evaluation is not None or lot is not None:
            raise ArgumentInvalid(
                argument="--result", value=result, why=say("it takes the place of bids and evaluation")
            )
        return _told(session, result, (process_id, round_number), published)
    path = opened or opened_folder(settings.home, process_id, round_number) / FILE
    bids = submitted_bids(read_opened(path), standing)
    judged = None
    if evaluation is not None:
        judged = read_evaluation(read_document(evaluation, "--evaluation"), published)
        judged.require_of(process_id, round_number)
    lots = [lot] if lot is not None else [each.id for each in published.lots]
    excluded = standing.exclusions(published)
    rankings = [rank(published, each, bids, judged, excluded) for each in lots]
    values = {bid.number: bid.values for bid in bids}
    lines = [line for each in rankings for line in (*ranking_lines(each, judged, values), "")]
    data: dict[str, Any] = {
        "processId": process_id,
        "round": round_number,
        "tier": "opened",
        "opened": path,
        "rankings": [ranking_json(each) for each in rankings],
    }
    return Answer(data, [*lines, *_tier(path)])


def _told(session: Session, path: Path, of: tuple[bytes, int], criteria: Criteria) -> Answer:
    """What tenderers can compute."""
    from ledger.cli.ranking.told import told_json, told_lines, told_prices
    from ledger.ocds.json_text import read_json
    from ledger.opening.told_result import ResultOf, read_told_result

    whole = read_json(read_document(path, "--result"))
    chain = session.chain
    told = read_told_result(whole, ResultOf(chain.chain_id, chain.ledger, *of), str(path))
    prices = told_prices(told, criteria)
    data = {"processId": of[0], "round": of[1], "tier": "told", "result": path, "price_order": told_json(prices)}
    return Answer(data, list(told_lines(prices)))


def _tier(path: Path) -> list[str]:
    return [
        say("Computed from the opened bids in {path}: for those only who may see them.", path=path),
        say("Criteria, exclusions and the roots of sealed bids are those of the ledger; prices on paper and the"),
        say("evaluation were entered by hand. Shown figures are rounded, the order follows from the exact ones."),
        say("This ranking decides nothing in law: who is excluded or gets the award, officers record on the ledger."),
    ]


def _publisher(session: Session, process: str, organisation: str | None) -> bytes:
    """Whose ocid it is; of no matter where the process is named by its id."""
    from ledger.chain.record import ZERO

    return ZERO if is_digest(process) and organisation is None else resolve_organisation(session, organisation)
