"""What a check found, said in a few plain words; the values themselves stand beside it."""

from __future__ import annotations

from gettext import NullTranslations
from typing import Final

from explorer.places import Places
from explorer.words import N_
from ledger.index.findings import Difference, DifferenceKind

HEADLINES: Final = {
    DifferenceKind.DOCUMENT_ALTERED: N_("The notice of act %(act)s was altered in the store."),
    DifferenceKind.DOCUMENT_MISSING: N_("The notice of act %(act)s is missing from the store."),
    DifferenceKind.ROW_ALTERED: N_("The database of these pages says something else than the ledger and the notices."),
    DifferenceKind.ROW_MISSING: N_("The database of these pages lacks an entry that the ledger gives."),
    DifferenceKind.ROW_UNEXPECTED: N_("The database of these pages has an entry that nothing in the ledger gives."),
    DifferenceKind.CHAIN_DIFFERS: N_("The acts in the database of these pages are not those of the ledger."),
}


class Findings:
    """Findings in one language."""

    def __init__(self, messages: NullTranslations, places: Places) -> None:
        self._ = messages.gettext
        self._places = places

    def headline(self, difference: Difference) -> str:
        """What is wrong."""
        return self._(HEADLINES[difference.kind]) % {"act": difference.sequence}

    def place(self, difference: Difference) -> str | None:
        """The field or column in plain words, where there are any."""
        if difference.kind in (DifferenceKind.DOCUMENT_ALTERED, DifferenceKind.DOCUMENT_MISSING):
            return self._places.field(difference.where)
        return self._places.column(difference.where)
