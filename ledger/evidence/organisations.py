"""Which organisations' roles a bundle needs: whoever acts in it, or is named by what acts."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.chain.codec import decode_detail
from ledger.chain.record import ZERO, ActRecord
from ledger.terms import Act


def named_organisations(records: Iterable[ActRecord]) -> set[bytes]:
    """Ids of receivers, review bodies and custodians that these acts name."""
    found: set[bytes] = set()
    for record in records:
        if record.act not in _NAMING:
            continue
        detail = decode_detail(record)
        if record.act == Act.TENDER_PUBLISHED:
            found.update(detail["terms"]["round"]["receivers"])
        elif record.act == Act.ROUND_OPENED:
            found.update(detail["terms"]["receivers"])
        elif record.act == Act.BID_COMMITTED:
            found.add(detail["promised"]["receiver"])
        elif record.act == Act.PROCESS_SUSPENDED:
            found.add(detail["body"])
        else:
            found.update(recipient["holder"] for recipient in detail["key_set"]["custodians"])
    return found - {ZERO}


_NAMING = frozenset(
    {Act.TENDER_PUBLISHED, Act.ROUND_OPENED, Act.BID_COMMITTED, Act.PROCESS_SUSPENDED, Act.KEY_SET_REGISTERED}
)
