"""One eForms notice to one OCDS release, with the account of every leaf."""

from __future__ import annotations

from typing import Any

from ledger.errors import OcidPrefixMissing
from ledger.ocds.eforms import values
from ledger.ocds.eforms.account import book
from ledger.ocds.eforms.changes import changed_notice, note_change, note_modifications, without_version
from ledger.ocds.eforms.notice import (
    COMPLETION,
    DIRECT_AWARD,
    MODIFICATION,
    RESULT,
    Notice,
    date_of,
    form_of,
    head_of,
    tags_of,
)
from ledger.ocds.eforms.parties import Parties
from ledger.ocds.eforms.procedure import tender_of
from ledger.ocds.eforms.required import require_all
from ledger.ocds.eforms.results import Results
from ledger.ocds.eforms.rules import Reading
from ledger.ocds.eforms.sourced import Sourced, of, settle
from ledger.ocds.eforms.withheld import withheld_of
from ledger.ocds.eforms.xml_tree import Node
from ledger.ocds.releases import read_release
from ledger.ocds.report import Added, ImportReport

_NO_PROCEDURE = "the notice names no procedure yet; its own identifier, or that of the notice it changes, stands for it"


def read_notice(root: Node, ocid_prefix: str, report: ImportReport) -> dict[str, Any]:
    """The release of a notice that ``read_xml`` read; ``report`` gets the account of its leaves.

    ``ocid`` is the prefix, a hyphen and the procedure identifier (BT-04); a planning notice may have none, then the
    notice identifier stands in. Raises NotEforms, NoticeTypeUnknown, NoticeIncomplete, OcidPrefixMissing, and what
    ``read_release`` raises; ``report`` is then to be thrown away.
    """
    form = form_of(root)
    require_all(root, form)
    if not ocid_prefix:
        raise OcidPrefixMissing()
    notice = head_of(root, form)
    said = root.value("cbc:NoticeLanguageCode")
    language = of(values.language(said.text if said else ""), said)
    reading = Reading(root, language.value)
    release: dict[str, Any] = {
        "ocid": _ocid(notice, ocid_prefix, report),
        "id": of(notice.release_id, notice.identifier, notice.version),
        "date": date_of(notice),
        "language": language,
        **_sections(notice, reading),
    }
    release["tag"] = tags_of(notice, release)
    built, places = settle(release)
    second = ImportReport()
    result = read_release(built, "", None, second)
    book(root, places, second, reading, report)
    return result


def _sections(notice: Notice, reading: Reading) -> dict[str, Any]:
    withheld = withheld_of(notice, reading)
    parties = Parties(notice, reading)
    buyer = parties.buyer()
    sections: dict[str, Any] = {
        "withheldInformation": withheld,
        "buyer": buyer,
        "tender": tender_of(notice, parties, reading),
    }
    results = Results(notice, parties, reading)
    if notice.form in (DIRECT_AWARD, RESULT, MODIFICATION, COMPLETION):
        sections |= results.sections(sections["tender"])
    date = date_of(notice)
    note_change(notice, date, sections, reading)
    note_modifications(notice, date, sections, results, reading)
    sections["relatedProcesses"] = _related(notice.root)
    sections["parties"] = parties.as_list()
    return sections


def _ocid(notice: Notice, prefix: str, report: ImportReport) -> Sourced:
    folder = notice.root.value("cbc:ContractFolderID")
    if folder is not None:
        return of(f"{prefix}-{folder.text}", folder)
    changed = changed_notice(notice)
    name = without_version(changed.text) if changed else notice.identifier.text
    ocid = of(f"{prefix}-{name}", changed or notice.identifier)
    report.added.append(Added("/ocid", ocid.value, _NO_PROCEDURE))
    return ocid


def _related(root: Node) -> list[dict[str, Any]]:
    """Earlier procedures: planning notices (BT-125), and those that a direct award follows (BT-1252)."""
    related: dict[str, dict[str, Any]] = {}
    for lot in root.find("cac:ProcurementProjectLot"):
        name = lot.value("cbc:ID")
        for node in lot.find("cac:TenderingProcess/cac:NoticeDocumentReference/cbc:ID"):
            if node.text:
                scheme = f"eu-{node.attributes.get('schemeName', 'notice')}"
                entry = related.setdefault(
                    node.text,
                    {"id": of(node.text, node), "relationship": ["planning"], "scheme": of(scheme, node),
                     "identifier": of(node.text, node), "relatedLots": []},
                )  # fmt: skip
                if name is not None:
                    entry["relatedLots"].append(of(name.text, node, name))
    for process in root.find("cac:TenderingProcess/cac:ProcessJustification"):
        code = process.value("cbc:ProcessReasonCode[@listName='direct-award-justification']")
        node_ = process.value("cbc:Description")
        if code is not None and node_ is not None:
            failed = code.text in ("irregular", "unsuitable")
            related.setdefault(
                node_.text,
                {"id": of(node_.text, node_), "scheme": "eu-oj", "identifier": of(node_.text, node_),
                 "relationship": [of("unsuccessfulProcess" if failed else "prior", code)]},
            )  # fmt: skip
    return list(related.values())
