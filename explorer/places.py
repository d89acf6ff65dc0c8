"""Where in a notice or in the database something stands, in plain words."""

from __future__ import annotations

from gettext import NullTranslations
from typing import Final

from explorer.words import N_

COLUMNS: Final = {
    "title": N_("Title"),
    "description": N_("Description"),
    "language": N_("Language"),
    "buyer_name": N_("Name of the buyer"),
    "buyer_identifier": N_("Identifier of the buyer"),
    "procurement_method": N_("Kind of procedure"),
    "procurement_category": N_("What is bought"),
    "cpv": N_("CPV code"),
    "value_amount": N_("Estimated value"),
    "value_currency": N_("Currency of the estimated value"),
    "suppliers": N_("Supplier"),
    "award_amount": N_("Awarded value"),
    "award_currency": N_("Currency of the awarded value"),
    "deadline": N_("Deadline"),
    "letters_sent": N_("Dispatch of the letters to the unsuccessful tenderers"),
    "standstill_until": N_("Standstill until"),
    "mode": N_("How it is recorded"),
    "state": N_("State in the ledger"),
    "phase": N_("Where it stands"),
    "ocid": N_("Procedure number (OCID)"),
    "release_id": N_("Release id (OCDS)"),
    "date": N_("Date of the notice"),
    "tags": N_("Kind of notice"),
    "outcome": N_("What became of the bid"),
    "arrival": N_("Arrival of the bid"),
    "place": N_("Place"),
    "month": N_("Month of the first publication"),
    "search": N_("Text for searching"),
}
"""Columns of the index that people know by another name."""

FIELDS: Final = {
    "date": N_("Date of the notice"),
    "buyer/name": N_("Name of the buyer"),
    "tender/title": N_("Title"),
    "tender/description": N_("Description"),
    "tender/status": N_("Where it stands"),
    "tender/value/amount": N_("Estimated value"),
    "tender/value/currency": N_("Currency of the estimated value"),
    "tender/tenderPeriod/endDate": N_("Deadline"),
    "tender/tenderPeriod/startDate": N_("Beginning of the submission of bids"),
    "tender/enquiryPeriod/endDate": N_("Deadline for questions"),
    "tender/awardPeriod/endDate": N_("End of the award period"),
    "tender/lots/title": N_("Title of a lot"),
    "tender/lots/status": N_("Where a lot stands"),
    "tender/lots/value/amount": N_("Estimated value of a lot"),
    "tender/lots/description": N_("Description of a lot"),
    "tender/items/classification/id": N_("CPV code"),
    "tender/items/quantity": N_("Quantity"),
    "tender/awardCriteriaDetails": N_("Award criteria"),
    "tender/eligibilityCriteria": N_("Conditions of participation"),
    "tender/submissionMethodDetails": N_("How to submit bids"),
    "tender/documents/url": N_("Address of a document"),
    "contracts/status": N_("Where the contract stands"),
    "contracts/value/currency": N_("Currency of the contract"),
    "contracts/period/endDate": N_("End of the contract"),
    "tender/procurementMethod": N_("Kind of procedure"),
    "tender/documents/title": N_("Title of a document"),
    "tender/documents/digest": N_("Check value of a document"),
    "awards/title": N_("Title of the award"),
    "awards/date": N_("Date of the award"),
    "awards/status": N_("Where the award stands"),
    "awards/value/amount": N_("Awarded value"),
    "awards/value/currency": N_("Currency of the awarded value"),
    "awards/suppliers/name": N_("Supplier"),
    "contracts/value/amount": N_("Value of the contract"),
    "contracts/dateSigned": N_("Date of the contract"),
    "parties": N_("Somebody involved"),
    "parties/name": N_("Name of somebody involved"),
    "parties/address": N_("Address of somebody involved"),
    "parties/identifier": N_("Identifier of somebody involved"),
    "parties/contactPoint": N_("Contact of somebody involved"),
    "parties/contactPoint/name": N_("Contact person"),
    "parties/contactPoint/email": N_("E-mail"),
    "parties/contactPoint/telephone": N_("Telephone"),
}
"""Fields of OCDS by their names without list positions."""


class Places:
    """Names of places in one language."""

    def __init__(self, messages: NullTranslations) -> None:
        self._ = messages.gettext

    def field(self, pointer: str) -> str | None:
        """The field at a JSON pointer (RFC 6901), ``None`` where only the pointer names it."""
        names = "/".join(name for name in pointer.split("/") if name and not name.isdigit())
        label = FIELDS.get(names)
        return self._(label) if label else None

    def column(self, where: str) -> str | None:
        """The column of ``table.column``, ``None`` where only the column's own name names it."""
        label = COLUMNS.get(where.rpartition(".")[2])
        return self._(label) if label else None
