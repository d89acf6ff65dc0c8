"""One release of a foreign source: checked, repaired and completed on its top level."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ledger.errors import NulCharacter, OcidInvalid, OcidMissing, ReleaseDateMissing, ReleaseTooLarge
from ledger.ocds.disclosure import Disclosure
from ledger.ocds.json_text import pointer
from ledger.ocds.repair import NOT_STATED, Repairer, set_required
from ledger.ocds.report import ImportReport

OCID_MAX_BYTES = 128
MAX_RELEASE_BYTES = 8 * 1024 * 1024
"""Of a release, and of its disclosures: a browser that verifies it holds it in memory, at a hundred times the size."""

# The sections of a release and the tag that a first publication of each carries (OCDS releaseTag).
_TAG_OF_SECTION = {"planning": "planning", "tender": "tender", "awards": "award", "contracts": "contract"}


def check_ocid(ocid: Any, path: str = "") -> str:
    """The ocid, if the ledger can take it: printable ASCII, 1 to 128 bytes (``contract.md``, identifiers).

    Raises OcidMissing or OcidInvalid.
    """
    if ocid is None or ocid == "":
        raise OcidMissing(path=path)
    if not isinstance(ocid, str) or len(ocid) > OCID_MAX_BYTES or not (ocid.isascii() and ocid.isprintable()):
        raise OcidInvalid(ocid=ocid)
    return ocid


def require_size(data: bytes, disclosures: Sequence[Disclosure]) -> None:
    """Raises ReleaseTooLarge for a release that could not be verified where it is proven."""
    for size in (len(data), sum(len(each.text) + 1 for each in disclosures)):
        if size > MAX_RELEASE_BYTES:
            raise ReleaseTooLarge(size=size, limit=MAX_RELEASE_BYTES)


def read_release(source: dict[str, Any], path: str, package_date: Any, report: ImportReport) -> dict[str, Any]:
    """A release that the standard's checker accepts, with the account of each value of ``source`` in ``report``.

    ``package_date`` is the package's ``publishedDate``, which dates a release that lacks a date of its own.
    Raises OcidMissing, OcidInvalid, ReleaseDateMissing or NulCharacter; ``report`` is then to be thrown away.
    """
    ocid = check_ocid(source.get("ocid"), path)
    _refuse_nul(source, path)
    # A tender without id takes the ocid, which stays the same over all its releases.
    repairer = Repairer(award_id=_only_award(source), tender_id=ocid)
    release = repairer.object("Release", source, path, report)
    if "date" not in release:
        dated = Repairer().object("Release", {"date": package_date}, path, ImportReport())
        if "date" not in dated:
            raise ReleaseDateMissing(path=path)
        set_required(release, "date", dated["date"], path, "taken from the package's publishedDate", report)
    if "id" not in release:
        set_required(release, "id", f"{ocid}-{release['date']}", path, "the standard requires an id", report)
    if "tag" not in release:
        tags = [tag for section, tag in _TAG_OF_SECTION.items() if release.get(section)] or ["planning"]
        set_required(release, "tag", tags, path, "derived from the sections the release has", report)
    if "initiationType" not in release:
        set_required(release, "initiationType", "tender", path, "the only kind the standard knows", report)
    return release


def _only_award(source: dict[str, Any]) -> str | int:
    """The award of a contract that names none, where there is just one; with several nobody knows which."""
    awards = Repairer().object("Release", {"awards": source.get("awards")}, "", ImportReport()).get("awards") or []
    only: str | int = awards[0]["id"] if len(awards) == 1 else NOT_STATED
    return only


def _refuse_nul(value: Any, path: str) -> None:
    if isinstance(value, str):
        if "\x00" in value:
            raise NulCharacter(path=path)
    elif isinstance(value, dict):
        for key, entry in value.items():
            if "\x00" in key:
                raise NulCharacter(path=path)
            _refuse_nul(entry, pointer(path, key))
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            _refuse_nul(entry, pointer(path, index))
