"""What organisations are called by the registry's acts alone."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.chain.codec import decode_detail
from ledger.chain.identifiers import organisation_id
from ledger.chain.record import ActRecord
from ledger.terms import Act


def registered_names(registry: Iterable[ActRecord]) -> dict[bytes, str]:
    """Each organisation's place in a register, ``scheme:identifier`` (OrganisationAdmitted), by its id."""
    named = dict[bytes, str]()
    for record in registry:
        if record.act == Act.ORGANISATION_ADMITTED:
            detail = decode_detail(record)
            # The id follows from both texts, so nobody need believe what the act calls itself.
            named[organisation_id(detail["scheme"], detail["identifier"])] = (
                f"{detail['scheme']}:{detail['identifier']}"
            )
    return named
