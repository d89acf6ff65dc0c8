"""Names that others chose, in what the terminal shows to officers."""

from __future__ import annotations

import json
from dataclasses import replace

from ledger.chain.registry import KeySet, Recipient
from ledger.cli.opening.custodian_names import named, told, whose_share
from ledger.cli.opening.rehearsing import table
from ledger.cli.opening.server import Recipient as Rehearsed
from ledger.cli.ranking.lines import LONGEST, ranking_lines
from ledger.evaluation.criteria import read_criteria
from ledger.evaluation.offers import SubmittedBid
from ledger.evaluation.ranking import rank
from ledger.index.rows import RecipientRow
from ledger.sealing.context import Group

CRITERIA = {
    "format": "siegel-criteria/1", "currency": "EUR", "mainBids": 1, "requirements": [], "documents": [],
    "lots": [{
        "id": "1", "title": "Dach", "variants": False, "method": "lowestPrice", "priceWeight": None, "criteria": [],
        "ties": [],
    }],
}  # fmt: skip


def test_rank_a_name_of_a_million_characters_leaves_the_others_on_the_screen() -> None:
    """The tenderer who wrote it has one short line like everybody."""
    values = {
        number: {"tenderers/0001": {"name": name}, "lots/1/value": {"amount": "1.00", "currency": "EUR"}}
        for number, name in enumerate(["Dach & Söhne", "x" * 1_000_000])
    }
    bids = [SubmittedBid(number, each) for number, each in values.items()]
    ranking = rank(read_criteria(json.dumps(CRITERIA).encode()), "1", bids)
    lines = list(ranking_lines(ranking, None, values))
    assert any("Dach & Söhne" in line for line in lines)
    assert max(map(len, lines)) < LONGEST + 200


def test_custodian_a_name_of_a_release_stands_on_one_line_before_the_registered_one() -> None:
    """Whoever names a custodian in a release names nobody beside it, and hides no identifier behind a long name."""
    row = RecipientRow(bytes(32), bytes(65), None, "DE-LEITWEG", "05998-1", None)
    assert told(row) == "DE-LEITWEG:05998-1"
    assert told(replace(row, name="Stadt\n  2. Nebenau")) == "Stadt 2. Nebenau (DE-LEITWEG:05998-1)"
    assert told(replace(row, name="x" * 1_000_000)) == "x" * 120 + " (DE-LEITWEG:05998-1)"


def test_rehearsal_a_server_that_calls_itself_a_custodian_gives_nobody_a_name() -> None:
    """Names are those of the own ledger, also for an index that the key set has not."""
    given = [
        Rehearsed(group, index, "Landkreis", None, True, None)
        for group, index in ((Group.OFFICERS, 1), (Group.CUSTODIANS, 1), (Group.CUSTODIANS, 9))
    ]
    assert [each.name for each in named(given, {1: "X:1"})] == [None, "X:1", None]
    shares = [whose_share(each.group, each.index, {1: "X:1"}) for each in given]
    assert shares == ["1", "1 (X:1)", "9"]


def test_rehearsal_a_name_over_two_lines_adds_no_recipient() -> None:
    """A custodian's name says that another one is ready."""
    recipients = [
        Rehearsed(Group.CUSTODIANS, 1, "Landkreis\n  2. Kammer green (now)", None, False, None),
        Rehearsed(Group.CUSTODIANS, 2, "Kammer", None, False, None),
    ]
    keys = KeySet(2, 2, (), tuple(Recipient(bytes(32), bytes(65)) for _ in range(3)))
    lines, enough = table(keys, recipients)
    assert (enough, [line.count("\n") for line in lines]) == (False, [0] * len(lines))
