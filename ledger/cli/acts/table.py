"""Every act of the statute as a command: where it stands, what it is made of, an example.

Who may act, whether two must, and whether a ground or a release is needed is not repeated here: that is read from
``ledger/statute.json``. A test holds that each function of both smart contracts has exactly one command.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ledger.chain import acts, registry
from ledger.chain.abi import Function


@dataclass(frozen=True, slots=True)
class ActCommand:
    """``siegel GROUP NAME`` makes a ``call``; ``subject`` says what the act's ``subject`` is, where it has one."""

    group: str
    name: str
    call: type[Function]
    example: str
    subject: str = ""


COMMANDS: Final = (
    ActCommand("notice", "publish", acts.PublishNotices, "siegel notice publish --release call.json --kind call"),
    ActCommand(
        "tender",
        "publish",
        acts.PublishTender,
        "siegel tender publish --release tender.json --deadline 2026-12-01T12:00 --standstill 10d --propose offer.json",
    ),
    ActCommand(
        "tender",
        "amend",
        acts.AmendTender,
        "siegel tender amend ocds-x-1 --release amended.json --deadline 2026-12-08T12:00",
    ),
    ActCommand(
        "tender",
        "cancel",
        acts.CancelTender,
        "siegel tender cancel ocds-x-1 --release cancelled.json --ground reasons.pdf --together-with officer-two",
    ),
    ActCommand(
        "round",
        "open",
        acts.OpenRound,
        "siegel round open ocds-x-1 --kind supplement --deadline 2026-12-10T12:00 --propose round.json",
    ),
    ActCommand(
        "round",
        "resume",
        acts.ResumeRound,
        "siegel round resume ocds-x-1 --deadline 2026-12-03T12:00 --release later.json --ground outage.pdf",
    ),
    ActCommand("round", "close", acts.CloseRound, "siegel round close ocds-x-1 --together-with officer-two"),
    ActCommand("bid", "commit", acts.CommitBid, "siegel bid commit ocds-x-1 --commitment 0x51...e0 --as bidder-one"),
    ActCommand(
        "bid", "uncommit", acts.WithdrawBid, "siegel bid uncommit ocds-x-1 --commitment 0x51...e0 --as bidder-one"
    ),
    ActCommand(
        "bid",
        "register",
        acts.RegisterExternalBid,
        "siegel bid register ocds-x-1 --arrival 2026-12-01T11:40 --record receipt.pdf --together-with officer-two",
        subject="record",
    ),
    ActCommand("bid", "exclude", acts.ExcludeBid, "siegel bid exclude ocds-x-1 --bid P1 --ground reasons.pdf"),
    ActCommand("bid", "readmit", acts.ReadmitBid, "siegel bid readmit ocds-x-1 --bid P1 --ground order.pdf"),
    ActCommand("opening", "record", acts.OpenBids, "siegel opening record ocds-x-1 --outcomes outcomes.json"),
    ActCommand(
        "opening",
        "revise",
        acts.ReviseOutcome,
        "siegel opening revise ocds-x-1 --bid 3 --outcome outcome.json --ground minutes.pdf",
    ),
    ActCommand(
        "award",
        "announce",
        acts.AnnounceAward,
        "siegel award announce ocds-x-1 --lot LOT-0001 --bid P1 --release award.json --together-with officer-two",
        subject="variant",
    ),
    ActCommand(
        "award",
        "withdraw",
        acts.WithdrawAward,
        "siegel award withdraw ocds-x-1 --award 7 --release withdrawn.json --ground order.pdf",
    ),
    ActCommand(
        "award",
        "inform",
        acts.InformLosers,
        "siegel award inform ocds-x-1 --award 7 --dispatched 2026-12-10T09:00 --standstill-end 2026-12-21T00:00",
    ),
    ActCommand("lot", "close", acts.CloseLot, "siegel lot close ocds-x-1 --lot LOT-0002 --release closed.json"),
    ActCommand(
        "contract",
        "conclude",
        acts.ConcludeContract,
        "siegel contract conclude ocds-x-1 --award 7 --document contract.pdf --release contract.json --propose c.json",
        subject="document",
    ),
    ActCommand("contract", "modify", acts.ModifyContract, "siegel contract modify ocds-x-1 --award 7 --release m.json"),
    ActCommand(
        "contract", "terminate", acts.TerminateContract, "siegel contract terminate ocds-x-1 --award 7 --release t.json"
    ),
    ActCommand(
        "contract", "complete", acts.CompleteContract, "siegel contract complete ocds-x-1 --award 7 --release done.json"
    ),
    ActCommand(
        "process",
        "suspend",
        acts.SuspendProcess,
        "siegel process suspend ocds-x-1 --ground notice.pdf --as officer-one",
        subject="order",
    ),
    ActCommand("process", "lift", acts.LiftSuspension, "siegel process lift ocds-x --suspension 9 --ground order.pdf"),
    ActCommand("process", "remand", acts.Remand, "siegel process remand ocds-x --stage evaluation --ground order.pdf"),
    ActCommand(
        "process",
        "reinstate",
        acts.Reinstate,
        "siegel process reinstate ocds-x-1 --release reinstated.json --ground order.pdf --together-with officer-two",
    ),
    ActCommand(
        "process",
        "erase",
        acts.EraseFields,
        "siegel process erase ocds-x-1 --ref 4 --field /parties/0/contactPoint/name --ground law.pdf --propose e.json",
    ),
    ActCommand(
        "artifact",
        "register",
        acts.RegisterArtifact,
        "siegel artifact register --file sealing.html --kind page --name sealing-page",
        subject="file",
    ),
    ActCommand(
        "observation",
        "record",
        acts.RecordObservation,
        "siegel observation record --findings june.json",
        subject="findings",
    ),
    ActCommand(
        "audit-report",
        "anchor",
        acts.AnchorAudit,
        "siegel audit-report anchor --report report.pdf --as auditor",
        subject="report",
    ),
    ActCommand("approval", "revoke", acts.RevokeApproval, "siegel approval revoke 0x3a...01 --as officer-one"),
    ActCommand(
        "registry",
        "admit",
        registry.AdmitOrganisation,
        "siegel registry admit --scheme DE-LEITWEG --identifier 05999-1 --kinds buyer --person 0x51...e0=officer",
    ),
    ActCommand(
        "registry",
        "kinds",
        registry.ChangeKinds,
        "siegel registry kinds --organisation DE-LEITWEG:059 --kinds buyer",
    ),
    ActCommand(
        "registry",
        "suspend",
        registry.SuspendOrganisation,
        "siegel registry suspend --organisation DE-LEITWEG:05999-1 --ground order.pdf",
    ),
    ActCommand(
        "registry",
        "restore",
        registry.RestoreOrganisation,
        "siegel registry restore --organisation DE-LEITWEG:05999-1 --ground order.pdf",
    ),
    ActCommand(
        "registry",
        "replace-people",
        registry.ReplacePeople,
        "siegel registry replace-people --organisation DE-LEITWEG:059 --person 0x51...e0=officer --ground order.pdf",
    ),
    ActCommand(
        "registry",
        "governors",
        registry.SetGovernors,
        "siegel registry governors --governor 0x51...e0 --governor 0x7c...2d --threshold 2 --delay 7d",
    ),
    ActCommand("registry", "successor", registry.RegisterSuccessor, "siegel registry successor 0x9d...40"),
    ActCommand(
        "registry",
        "people",
        registry.ChangePeople,
        "siegel registry people --person 0x51...e0=evaluator --person 0x7c...2d=none --together-with officer-two",
    ),
    ActCommand(
        "key-set",
        "register",
        registry.RegisterKeySet,
        "siegel key-set register --set recipients.json --propose s.json",
    ),
    ActCommand(
        "key-set",
        "accept",
        registry.AcceptKeySet,
        "siegel key-set accept 0x3a...01 --custodian DE-LEITWEG:05998-1 --as custodian-one",
    ),
    ActCommand("key-set", "retire", registry.RetireKeySet, "siegel key-set retire 0x3a...01 --ground report.pdf"),
    ActCommand(
        "registry",
        "revoke",
        registry.RevokeRegistryApproval,
        "siegel registry revoke 0x3a...01 --as governor",
    ),
)
"""All acts that a command makes, in the order of the help."""

GROUPS: Final = {
    "notice": "Notices: what is published before and beside a sealed procedure.",
    "tender": "The tender and its terms.",
    "round": "Rounds of bids: open, resume after an outage, close.",
    "bid": "Bids: hand in, withdraw, register on paper, exclude.",
    "opening": "What came out of the opening.",
    "award": "Award decisions and the letters to the losers.",
    "lot": "Lots that end without an award.",
    "contract": "The contract and what happens to it.",
    "process": "What can happen to a whole procedure.",
    "artifact": "Digests of pages, keys and policies.",
    "observation": "Findings about public notices.",
    "audit-report": "Reports of auditors.",
    "approval": "Approvals of joint acts.",
    "registry": "Organisations, people and governors.",
    "key-set": "Who holds the shares of a bid's key.",
}
