"""What a release is in the law's words: the kind of notice for its OCDS tags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ledger.terms import NoticeKind

# By what weighs most for a reader, since a release may carry several tags (OCDS 1.1, releaseTag).
_KINDS: Final = (
    ("contractTermination", NoticeKind.MODIFICATION),
    ("contractAmendment", NoticeKind.MODIFICATION),
    ("contractUpdate", NoticeKind.MODIFICATION),
    ("implementationUpdate", NoticeKind.MODIFICATION),
    ("implementation", NoticeKind.MODIFICATION),
    ("contract", NoticeKind.CONTRACT),
    ("awardUpdate", NoticeKind.AWARD),
    ("award", NoticeKind.AWARD),
    ("tenderAmendment", NoticeKind.CORRECTION),
    ("tenderUpdate", NoticeKind.CORRECTION),
    ("tender", NoticeKind.CALL),
    ("planningUpdate", NoticeKind.PLANNING),
    ("planning", NoticeKind.PLANNING),
)


def notice_kind(tags: Sequence[str]) -> NoticeKind:
    """The kind of a notice with these tags; OTHER where the law has no word, as for cancellations and compilations."""
    return next((kind for tag, kind in _KINDS if tag in tags), NoticeKind.OTHER)
