"""An organisation's acts outside its processes against the statute: artifacts, observations, audits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ledger.chain.record import ActRecord
from ledger.evidence.verify.acting import Acting
from ledger.evidence.verify.authority import Authorities
from ledger.evidence.verify.statute_row import Refused, Row, require_text, take_acts
from ledger.terms import Act, ArtifactKind


def check_list(organisation_id: bytes, items: Sequence[bytes | ActRecord], authorities: Authorities) -> None:
    """Each organisation-wide act of the list, among the ids of processes (32 bytes), in order.

    Raises ActImpossible for the first act that the contract could never have accepted.
    """
    acting = Acting(authorities)

    def take(row: Row, record: ActRecord, detail: tuple[Any, ...]) -> None:
        acting.require_people(organisation_id, row, record)
        if record.act == Act.ARTIFACT_REGISTERED:
            kind, name = detail
            if kind == ArtifactKind.NONE:
                raise Refused("KindInvalid", "an artifact without a kind")
            require_text(name, "TextInvalid")

    take_acts("list", organisation_id, items, take)
