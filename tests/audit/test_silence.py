"""Where the term after a deadline ends about now, the server's clock may say otherwise than the auditor's."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.audit.asking import Server
from ledger.audit.auditing import subject_of
from ledger.audit.book import opened
from ledger.audit.differences import TOLERANCE
from ledger.audit.findings import FindingKind
from ledger.audit.lists import silence
from ledger.audit.standing import DAY, SILENT_DAYS
from tests.audit.conftest import Audits
from tests.audit.liar import Liar
from tests.explorer.site import OPEN


@pytest.mark.parametrize("listed", [True, False], ids=["the server is ahead", "the server is behind"])
@pytest.mark.parametrize("within", [True, False], ids=["within the tolerance", "beyond it"])
def test_silence_where_clocks_differ_is_a_finding_only_beyond_the_tolerance(
    honest: Audits, liar: Liar, folder: Path, listed: bool, within: bool
) -> None:
    """A server ahead lists the procedure while it is not silent yet, one behind lacks it when it is."""
    id = honest.site.town.process(OPEN)
    rows = [{"processId": "0x" + id.hex()}] if listed else []
    liar.about("/api/v1/processes?limit=200&silentDays", lambda page: {**page, "processes": rows})
    with Server(liar.url) as server, opened(folder, subject_of(honest.policy)) as book:
        proven = book.process(id)
        assert proven is not None
        differing = TOLERANCE - 1 if within else TOLERANCE + 1
        now = proven.facts["deadline"] + SILENT_DAYS * DAY + (-differing if listed else differing)
        silent, findings = silence(server, book, now)
    assert (OPEN in {each.ocid for each in silent}) is not listed
    kind = FindingKind.SILENCE_INVENTED if listed else FindingKind.SILENCE_HIDDEN
    assert [one.kind for one in findings if one.where["ocid"] == OPEN] == ([] if within else [kind])
