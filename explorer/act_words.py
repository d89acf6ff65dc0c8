"""What acts, notices, rounds and stages are called: message ids by the names of the statute table and its terms."""

from __future__ import annotations

from typing import Final

from explorer.words import N_

NOTICES: Final = {
    "planning": N_("An advance notice was published."),
    "call": N_("The contract notice was published: the buyer invites bids."),
    "clarification": N_("A clarification was published."),
    "answer": N_("A question was answered for everybody to read."),
    "correction": N_("An earlier notice was corrected."),
    "withdrawal": N_("A mistaken notice was withdrawn; it stays visible, marked as withdrawn."),
    "award": N_("The award was published."),
    "contract": N_("The conclusion of the contract was published."),
    "modification": N_("A modification of the contract was published."),
    "embargoed": N_("A notice was recorded when it was sent to the Official Journal; its text becomes public later."),
    "other": N_("A notice was published."),
}

NOTICE_TITLES: Final = {
    "planning": N_("Advance notice"),
    "call": N_("Contract notice"),
    "clarification": N_("Clarification"),
    "answer": N_("Answer to a question"),
    "correction": N_("Correction"),
    "withdrawal": N_("Withdrawal of a notice"),
    "award": N_("Award notice"),
    "contract": N_("Notice of the contract"),
    "modification": N_("Notice of a modification"),
    "embargoed": N_("Notice under embargo"),
    "other": N_("Notice"),
}

ROUNDS: Final = {
    "participation": N_("requests to participate"),
    "bids": N_("bids"),
    "negotiation": N_("negotiated bids"),
    "supplement": N_("documents and explanations asked for"),
}

STAGES: Final = {
    "award": N_("before the award decision"),
    "evaluation": N_("before the evaluation"),
    "bids": N_("before the submission of bids"),
    "participation": N_("before the requests to participate"),
    "publication": N_("before the publication"),
}

TITLES: Final = {
    "NoticePublished": N_("Notice published"),
    "TenderPublished": N_("Tender published"),
    "TenderAmended": N_("Tender amended"),
    "RoundOpened": N_("Further round opened"),
    "RoundResumed": N_("Round resumed"),
    "BidCommitted": N_("Sealed bid received"),
    "BidWithdrawn": N_("Bid withdrawn"),
    "ExternalBidRegistered": N_("Bid on paper registered"),
    "RoundClosed": N_("Submission closed"),
    "BidsOpened": N_("Bids opened"),
    "OutcomeRevised": N_("Outcome of the opening revised"),
    "BidExcluded": N_("Bid excluded"),
    "BidReadmitted": N_("Bid readmitted"),
    "AwardAnnounced": N_("Award decision announced"),
    "AwardWithdrawn": N_("Award decision withdrawn"),
    "LotClosed": N_("Lot closed without award"),
    "ProcessSuspended": N_("Procedure suspended"),
    "LosersInformed": N_("Unsuccessful tenderers informed"),
    "SuspensionLifted": N_("Suspension lifted"),
    "Remanded": N_("Procedure set back"),
    "TenderCancelled": N_("Tender cancelled"),
    "Reinstated": N_("Procedure reinstated"),
    "ContractConcluded": N_("Contract concluded"),
    "ContractModified": N_("Contract modified"),
    "ContractTerminated": N_("Contract terminated"),
    "ContractCompleted": N_("Contract performed"),
    "FieldsErased": N_("Fields redacted"),
}

TITLES_OF_LOT: Final = {
    "ProcessSuspended": N_("Lot suspended"),
    "Remanded": N_("Lot set back"),
    "Reinstated": N_("Lot reopened"),
}
"""Of acts that can concern one lot or the whole procedure."""

PLAIN: Final = {
    "BidWithdrawn": N_("Whoever submitted bid no. %(bid)s has withdrawn it in time."),
    "BidExcluded": N_("Bid no. %(bid)s was excluded and is not considered any more."),
    "BidReadmitted": N_("The exclusion of bid no. %(bid)s was undone; it is considered again."),
    "OutcomeRevised": N_("Bid no. %(bid)s, which had not been opened, was opened after all."),
    "AwardAnnounced": N_("The buyer has decided in favour of bid no. %(bid)s."),
    "AwardWithdrawn": N_("The award decision of act %(ref)s was taken back."),
    "LotClosed": N_("There will be no (further) award for this lot."),
    "SuspensionLifted": N_("The suspension of act %(ref)s has ended."),
    "TenderCancelled": N_("The buyer has called the procedure off; bids that were not opened stay unread."),
    "ContractConcluded": N_("The contract on the award decision of act %(ref)s was concluded."),
    "ContractModified": N_("The concluded contract was changed (§ 132 GWB)."),
    "ContractTerminated": N_("The contract was ended early."),
    "ContractCompleted": N_("The contract was performed and has ended."),
    "FieldsErased": N_("Fields of the release of act %(ref)s were erased; everything else in it can still be proven."),
}


DETAILED: Final = {
    "NoticePublished",
    "TenderPublished",
    "TenderAmended",
    "RoundOpened",
    "RoundResumed",
    "RoundClosed",
    "BidsOpened",
    "LosersInformed",
    "Remanded",
}
"""Acts whose sentence needs the act's own arguments."""
