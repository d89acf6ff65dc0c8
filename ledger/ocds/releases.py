"""One release of a foreign source: checked, repaired and completed on its top level."""

from __future__ import annotations

from typing import Any

from ledger.errors import NulCharacter, OcidInvalid, OcidMissing, ReleaseDateMissing
from ledger.ocds.json_text import pointer
from ledger.ocds.repair import NOT_STATED, repair_object
from ledger.ocds.report import Added, ImportReport, Repair, Unused

OCID_MAX_BYTES = 128

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


def read_release(source: dict[str, Any], path: str, package_date: Any, report: ImportReport) -> dict[str, Any]:
    """A release that the standard's checker accepts, with the account of each value of ``source`` in ``report``.

    ``package_date`` is the package's ``publishedDate``, which dates a release that lacks a date of its own.
    Raises OcidMissing, OcidInvalid, ReleaseDateMissing or NulCharacter; ``report`` is then to be thrown away.
    """
    ocid = check_ocid(source.get("ocid"), path)
    _refuse_nul(source, path)
    release = repair_object("Release", source, path, report)
    if "date" not in release:
        probe = repair_object("Release", {"date": package_date}, path, ImportReport())
        if "date" not in probe:
            raise ReleaseDateMissing(path=path)
        _replace(release, "date", probe["date"], path, "taken from the package's publishedDate", source, report)
    if "id" not in release:
        _replace(release, "id", f"{ocid}-{release['date']}", path, "the standard requires an id", source, report)
    if not release.get("tag"):
        tags = [tag for section, tag in _TAG_OF_SECTION.items() if release.get(section)] or ["planning"]
        _replace(release, "tag", tags, path, "derived from the sections the release has", source, report)
    if "initiationType" not in release:
        _replace(release, "initiationType", "tender", path, "the only kind the standard knows", source, report)
    if isinstance(release.get("tender"), dict) and "id" not in source.get("tender", {}):
        _tender_id(release["tender"], ocid, pointer(path, "tender"), report)
    _award_ids(release, source, path, report)
    return release


def _tender_id(tender: dict[str, Any], ocid: str, path: str, report: ImportReport) -> None:
    """A tender without id takes the ocid, which stays the same over all its releases."""
    tender["id"] = ocid
    where = pointer(path, "id")
    report.added = [entry for entry in report.added if entry.path != where]
    report.added.append(Added(where, ocid, "the standard requires an id"))


def _award_ids(release: dict[str, Any], source: dict[str, Any], path: str, report: ImportReport) -> None:
    """A contract names its award; where the source does not and there is just one award, it is that one."""
    awards = release.get("awards") or []
    only = awards[0]["id"] if len(awards) == 1 else NOT_STATED
    for contract in release.get("contracts") or []:
        if "awardID" not in contract:
            contract["awardID"] = only
    for index, contract in enumerate(source.get("contracts") or []):
        where = pointer(pointer(pointer(path, "contracts"), index), "awardID")
        skipped = [entry for entry in report.unused if entry.path == where]
        if skipped:
            report.unused.remove(skipped[0])
            report.repaired.append(
                Repair(where, contract.get("awardID"), only, "the standard requires an award id", skipped[0].leaves)
            )
        elif isinstance(contract, dict) and "awardID" not in contract:
            report.added.append(Added(where, only, "the standard requires an award id"))


def _replace(
    release: dict[str, Any], key: str, value: Any, path: str, why: str, source: dict[str, Any], report: ImportReport
) -> None:
    """Set a required field that the source lacks, or has in a form nobody can read."""
    where = pointer(path, key)
    release[key] = value
    skipped = [entry for entry in report.unused if entry.path == where or entry.path.startswith(where + "/")]
    if not skipped:
        report.added.append(Added(where, value, why))
        return
    report.unused = [entry for entry in report.unused if entry not in skipped]
    report.repaired.append(Repair(where, source[key], value, why, sum(entry.leaves for entry in skipped)))


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


def unknown_fields(value: dict[str, Any], type_name: str) -> list[Unused]:
    """The fields of an object that the table does not know, for refusing own releases that hold them."""
    report = ImportReport()
    repair_object(type_name, value, "", report)
    return report.unused
