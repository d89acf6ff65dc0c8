"""What kind of notice it is, what it is called, and what it says of itself: ocid, release id, date, tags, status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from ledger.errors import NotEforms, NoticeTypeUnknown
from ledger.ocds.eforms import values
from ledger.ocds.eforms.sourced import Sourced, of
from ledger.ocds.eforms.xml_tree import Node

ROOTS: Final = frozenset({"PriorInformationNotice", "ContractNotice", "ContractAwardNotice"})

CONSULTATION: Final = "consultation"
PLANNING: Final = "planning"
COMPETITION: Final = "competition"
DIRECT_AWARD: Final = "dir-awa-pre"
RESULT: Final = "result"
MODIFICATION: Final = "cont-modif"
COMPLETION: Final = "completion"

FORMS: Final = (CONSULTATION, PLANNING, COMPETITION, DIRECT_AWARD, RESULT, MODIFICATION, COMPLETION)
"""Form types (BT-03) that tell of a procurement; ``bri``, the registration of a business, does not."""

# Notice types (BT-02), for notices that do not name their form type.
_FORM_OF_TYPE: Final = {
    "pmc": CONSULTATION,
    "pin-buyer": PLANNING,
    "pin-only": PLANNING,
    "pin-tran": PLANNING,
    "pin-rtl": PLANNING,
    "pin-cfc-standard": COMPETITION,
    "pin-cfc-social": COMPETITION,
    "qu-sy": COMPETITION,
    "cei": COMPETITION,
    "cn-standard": COMPETITION,
    "cn-social": COMPETITION,
    "cn-desg": COMPETITION,
    "subco": COMPETITION,
    "veat": DIRECT_AWARD,
    "can-standard": RESULT,
    "can-social": RESULT,
    "can-desg": RESULT,
    "can-tran": RESULT,
    "can-modif": MODIFICATION,
    "compl": COMPLETION,
}

# Tags of a first notice and of one that changes it, and the tender's status (EU profile, form type).
_TAGS: Final = {
    CONSULTATION: ("planning",),
    PLANNING: ("planning",),
    COMPETITION: ("tender",),
    DIRECT_AWARD: ("award", "contract"),
    RESULT: ("award", "contract"),
    MODIFICATION: ("awardUpdate", "contractUpdate"),
    COMPLETION: ("contractUpdate",),
}
_CHANGED_TAG: Final = {
    "planning": "planningUpdate",
    "tender": "tenderAmendment",
    "award": "awardUpdate",
    "contract": "contractUpdate",
}
_CANCELLED_TAG: Final = {"tender": "tenderCancellation", "award": "awardCancellation"}
_STATUS: Final = {
    CONSULTATION: "planning",
    PLANNING: "planned",
    COMPETITION: "active",
    DIRECT_AWARD: "complete",
    RESULT: "complete",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """The head of a notice. ``kind`` is the element of BT-02 and BT-03; ``change`` the ``efac:Changes``, if any.

    ``local`` makes an identifier that means something in this notice only (``ORG-0001``) one that no other has.
    """

    root: Node
    form: str
    kind: Node
    identifier: Node
    version: Node
    change: Node | None
    change_reason: Node | None

    @property
    def release_id(self) -> str:
        """Notice identifier and version (BT-701, BT-757), as other notices refer to it (BT-758)."""
        return f"{self.identifier.text}-{self.version.text}"

    @property
    def is_cancelling(self) -> bool:
        """Whether it withdraws what an earlier notice announced (BT-140 ``cancel``)."""
        return self.change_reason is not None and self.change_reason.text == "cancel"

    def local(self, identifier: str) -> str:
        """``identifier`` of this notice, unlike that of any other notice."""
        return f"{self.release_id}-{identifier}"


def form_of(root: Node) -> str:
    """The form type (BT-03). Raises NotEforms or NoticeTypeUnknown."""
    if root.name == "BusinessRegistrationInformationNotice":
        raise NotEforms(why="it registers a business and tells of no procurement")
    if root.name not in ROOTS:
        namespace, _, name = root.name.removeprefix("Q{").rpartition("}")
        raise NotEforms(why=f"its root is {name[:80]} of the namespace {namespace[:120] or '-'}")
    code = root.value("cbc:NoticeTypeCode")
    form = (code.attributes.get("listName", "").strip() if code else "") or _FORM_OF_TYPE.get(code.text if code else "")
    if code is not None and form not in FORMS:
        # A list's name that is no form type, as some senders write it.
        form = _FORM_OF_TYPE.get(code.text)
        if form is None:
            raise NoticeTypeUnknown(code=f"{code.attributes.get('listName', '')} {code.text}".strip()[:120])
    # Without any code the notice is incomplete; which form it was meant to be, its root tells well enough.
    return form or {"PriorInformationNotice": PLANNING, "ContractNotice": COMPETITION}.get(root.name, RESULT)


def head_of(root: Node, form: str) -> Notice:
    """The head of a notice that has all that is required of it."""
    kind, identifier, version = (root.value(f"cbc:{name}") for name in ("NoticeTypeCode", "ID", "VersionID"))
    assert kind and identifier and version
    change = next(iter(root.find("EXT/efac:Changes")), None)
    reason = change.value("efac:ChangeReason/cbc:ReasonCode") if change else None
    return Notice(root, form, kind, identifier, version, change, reason)


def date_of(notice: Notice) -> Sourced:
    """When the notice was sent for publication (BT-05)."""
    date, time = notice.root.value("cbc:IssueDate"), notice.root.value("cbc:IssueTime")
    assert date is not None
    return of(values.moment(date.text, time.text if time else None), date, time)


def tags_of(notice: Notice, sections: dict[str, Any]) -> list[Sourced]:
    """The tags; a notice of a result without a contract is no ``contract``."""
    tags = [tag for tag in _TAGS[notice.form] if tag != "contract" or sections.get("contracts")]
    if notice.is_cancelling:
        tags = [_CANCELLED_TAG.get(tag, _CHANGED_TAG.get(tag, tag)) for tag in tags]
    elif notice.change is not None:
        tags = [_CHANGED_TAG.get(tag, tag) for tag in tags]
    return [of(tag, notice.kind, notice.change_reason) for tag in tags]


def status_of(notice: Notice) -> Sourced | None:
    """The tender's status as the form type has it; none for what happens after the contract was concluded."""
    status = _STATUS.get(notice.form)
    return of(status, notice.kind) if status else None
