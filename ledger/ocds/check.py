"""Own releases: refused unless the standard's checker would take them as they are.

The same table and readers as for foreign files; what an import would repair or leave out is here an error, because
we are the ones who can still correct it.
"""

from __future__ import annotations

from typing import Any

from ledger.errors import ReleaseInvalid
from ledger.ocds.releases import read_release
from ledger.ocds.report import ImportReport


def check_release(release: dict[str, Any]) -> None:
    """Raise ReleaseInvalid with the first field the standard does not allow; OcidMissing, OcidInvalid,
    ReleaseDateMissing or NulCharacter where those say it better."""
    report = ImportReport()
    read_release(release, "", None, report)
    for unused in report.unused:
        raise ReleaseInvalid(path=unused.path, why=unused.why)
    for repaired in report.repaired:
        raise ReleaseInvalid(path=repaired.path, why=repaired.why)
    for added in report.added:
        raise ReleaseInvalid(path=added.path, why=added.why)
