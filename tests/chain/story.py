"""One long story in a town, in which every act of the statute happens at least once."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.chain import identifiers
from ledger.chain.acts import (
    AmendTender,
    AnchorAudit,
    AnnounceAward,
    BidOutcome,
    Call,
    CancelTender,
    CloseLot,
    CloseRound,
    CommitBid,
    CompleteContract,
    ConcludeContract,
    EraseFields,
    ExcludeBid,
    InformLosers,
    LiftSuspension,
    LotTerms,
    ModifyContract,
    Notice,
    OpenBids,
    OpenRound,
    Promise,
    PublishNotices,
    PublishTender,
    ReadmitBid,
    RecordObservation,
    RegisterArtifact,
    RegisterExternalBid,
    Reinstate,
    Remand,
    ResumeRound,
    ReviseOutcome,
    RoundTerms,
    SuspendProcess,
    TenderTerms,
    TerminateContract,
    WithdrawAward,
    WithdrawBid,
)
from ledger.chain.record import ZERO
from ledger.chain.registry import (
    AcceptKeySet,
    ChangeKinds,
    ChangePeople,
    KeySet,
    Recipient,
    RegisterKeySet,
    RegisterSuccessor,
    ReplacePeople,
    RestoreOrganisation,
    RetireKeySet,
    SetGovernors,
    SuspendOrganisation,
)
from ledger.terms import ArtifactKind, NoticeKind, OrganisationKind, Outcome, Role, RoundKind, Stage
from tests.chain.town import BUYER, OBSERVER, OFFICERS, RECEIVER, REVIEW_BODY, Town, actor, digest, people, sealing_key

OCID = "ocds-a2ef3d-roof"
PROCESS = identifiers.process_id(BUYER, OCID)
ROOF, WINDOWS = sorted((identifiers.lot_id("roof"), identifiers.lot_id("windows")))
CUSTODIANS = ("custodian one", "custodian two", "custodian three")
FIRST_PAPER_BID = 2**31


def tell(town: Town) -> None:
    """Every act once and more; ``town`` is settled."""
    key_set = organise(town)
    tender(town, key_set)
    open_bids(town)
    award(town)
    troubles(town, key_set)


def organise(town: Town) -> bytes:
    """Governors, organisations, people and key sets; gives the key set that is ready."""
    _governors(town)
    for name in CUSTODIANS:
        town.admit(name, OrganisationKind.CUSTODIAN, people(**{f"{name}'s officer": Role.OFFICER}))
    town.admit("receiver", OrganisationKind.RECEIVER, people(clerk=Role.PUBLISHER))
    town.admit("chamber", OrganisationKind.REVIEW_BODY, people(judge=Role.OFFICER))
    town.govern(ChangeKinds(OBSERVER, OrganisationKind.OBSERVER | OrganisationKind.MEMBER, town.expires))
    town.govern(SuspendOrganisation(RECEIVER, digest("break-in"), town.expires))
    town.govern(RestoreOrganisation(RECEIVER, digest("repaired"), town.expires))
    town.govern(
        ReplacePeople(REVIEW_BODY, digest("retired"), people(judge=Role(0), judge_two=Role.OFFICER), town.expires)
    )
    town.jointly(ChangePeople(BUYER, people(clerk_of_works=Role.PUBLISHER), town.expires))
    return _key_sets(town)


def _governors(town: Town) -> None:
    accounts = tuple(sorted(actor(f"governor_{number}").account for number in ("one", "two", "three", "four")))
    town.govern(SetGovernors(accounts, 2, 0, town.expires))
    town.govern(RegisterSuccessor(b"\x99" * 20, town.expires))


def _key_sets(town: Town) -> bytes:
    officers = sorted(person.account for person in OFFICERS if person.roles & Role.OFFICER)
    custodians = sorted(identifiers.organisation_id("DE-LEITWEG", name) for name in CUSTODIANS)
    made = []
    for version in ("first", "second"):
        key_set = KeySet(
            officer_threshold=2,
            custodian_threshold=2,
            officers=tuple(Recipient(bytes(12) + who, sealing_key(f"{version} {who.hex()}")) for who in officers),
            custodians=tuple(Recipient(who, sealing_key(f"{version} {who.hex()}")) for who in custodians),
        )
        town.jointly(RegisterKeySet(BUYER, key_set, town.expires))
        made.append(identifiers.key_set_id(BUYER, key_set))
    for name in CUSTODIANS:
        custodian = identifiers.organisation_id("DE-LEITWEG", name)
        town.do(f"{name}'s officer", AcceptKeySet(made[0], custodian, town.expires))
    town.jointly(RetireKeySet(made[1], digest("a card was lost"), town.expires))
    return made[0]


def call(town: Town, ground: str = "", release: str = "release") -> Call:
    """What an act in the process is called with."""
    return Call(PROCESS, town.expires, digest(ground) if ground else ZERO, digest(release) if release else ZERO)


def tender(town: Town, key_set: bytes) -> None:
    """Notices, the tender, and the bids: five sealed ones and one on paper."""
    notice = Notice(OCID, NoticeKind.PLANNING, digest("planning"), original=digest("planning.xml"))
    town.do("watcher", PublishNotices(OBSERVER, town.expires, (Notice(OCID, NoticeKind.CALL, digest("seen")),)))
    town.do("officer_one", PublishNotices(BUYER, town.expires, (notice,)))
    terms = TenderTerms(
        ocid=OCID,
        lots=(LotTerms(ROOF, 2), LotTerms(WINDOWS)),
        minimum_standstill=3_600,
        criteria=digest("price 60, quality 40"),
        round=RoundTerms(RoundKind.BIDS, town.now + 3_600, key_set, receivers=(RECEIVER,)),
    )
    town.jointly(PublishTender(BUYER, town.expires, digest("tender"), terms))
    answers = (Notice(OCID, NoticeKind.CLARIFICATION, digest("q")), Notice(OCID, NoticeKind.ANSWER, digest("a"), ref=3))
    town.do("clerk_of_works", PublishNotices(BUYER, town.expires, answers))
    deadline = town.now + 7_200
    town.do("officer_one", AmendTender(call(town), 1, deadline))
    for bid in BIDS:
        bid.commit(town)
    town.do(BIDS[4].author, WithdrawBid(PROCESS, 1, BIDS[4].commitment(town), town.expires))
    town.jointly(RegisterExternalBid(call(town), 1, town.now, digest("receipt of the paper bid")))
    town.pass_to(deadline + 1)
    town.jointly(ResumeRound(call(town, "outage"), 1, town.now + 600))
    town.pass_to(town.now + 700)
    LATE.commit(town)


@dataclass(frozen=True)
class Bid:
    """A sealed bid of round 1."""

    author: str
    content: str
    supersedes: Bid | None = None
    promised: bool = False

    def commitment(self, town: Town) -> bytes:
        """What stands on the chain."""
        return identifiers.bid_commitment(
            town.chain.chain_id,
            town.chain.ledger,
            PROCESS,
            1,
            actor(self.author).account,
            digest(self.content),
            digest(f"rest of {self.content}"),
        )

    def commit(self, town: Town) -> None:
        """Hand it in, with a receiver's promise if there is one."""
        commitment, author = self.commitment(town), actor(self.author).account
        promise = Promise()
        if self.promised:
            arrived, deliver_by = town.now - 5, town.now + 600
            message = identifiers.promise_digest(
                town.chain.chain_id, town.chain.ledger, PROCESS, 1, commitment, author, arrived, deliver_by
            )
            promise = Promise(RECEIVER, arrived, deliver_by, actor("clerk").sign_digest(message))
        before = self.supersedes.commitment(town) if self.supersedes else ZERO
        town.do(self.author, CommitBid(PROCESS, 1, commitment, before, town.expires, promise))

    def outcome(self, town: Town, outcome: Outcome) -> BidOutcome:
        """How it ended."""
        author = actor(self.author).account
        if outcome is Outcome.OPENED:
            return BidOutcome(outcome, author, digest(self.content), digest(f"rest of {self.content}"))
        evidence = digest("cannot be decrypted") if outcome is Outcome.UNREADABLE else ZERO
        return BidOutcome(outcome, author, self.commitment(town), evidence)


_FIRST_TRY = Bid("bidder_one", "roof for 100,000")
BIDS = (
    _FIRST_TRY,
    Bid("bidder_one", "roof for 90,000", supersedes=_FIRST_TRY),
    Bid("bidder_two", "roof for 95,000", promised=True),
    Bid("bidder_three", "windows for 40,000"),
    Bid("bidder_four", "windows for 1"),
)
LATE = Bid("bidder_five", "windows for 39,000")


def open_bids(town: Town) -> None:
    """Close the round, open the bids in two chunks, find one readable after all."""
    present = sum(1 << number for number in range(6))
    town.jointly(CloseRound(call(town), 1, 6, (present,), (0,)))
    first = (
        BIDS[0].outcome(town, Outcome.SUPERSEDED),
        BIDS[1].outcome(town, Outcome.OPENED),
        BIDS[2].outcome(town, Outcome.UNREADABLE),
    )
    second = (
        BIDS[3].outcome(town, Outcome.OPENED),
        BIDS[4].outcome(town, Outcome.WITHDRAWN),
        LATE.outcome(town, Outcome.LATE),
    )
    town.jointly(OpenBids(call(town), 1, 0, first))
    town.jointly(OpenBids(call(town), 1, 3, second), "officer_three", "officer_one")
    town.jointly(ReviseOutcome(call(town, "opened with the receipt"), 1, 2, BIDS[2].outcome(town, Outcome.OPENED)))


def flood(town: Town, key_set: bytes) -> int:
    """A tender with 258 bids, of which only the last one has an envelope, and its award; gives the award's number."""
    deadline = town.now + 10_000
    terms = TenderTerms(
        ocid=OCID,
        lots=(LotTerms(ROOF),),
        minimum_standstill=3_600,
        round=RoundTerms(RoundKind.BIDS, deadline, key_set),
    )
    town.jointly(PublishTender(BUYER, town.expires, digest("tender"), terms))
    bids = [Bid("bidder_one", f"roof for {price}") for price in range(258)]
    for bid in bids:
        bid.commit(town)
    town.do("bidder_one", WithdrawBid(PROCESS, 1, bids[0].commitment(town), town.expires))
    town.pass_to(deadline + 1)
    town.jointly(CloseRound(call(town), 1, 258, (0, 2), (0, 0)))
    outcomes = (bids[256].outcome(town, Outcome.MISSING), bids[257].outcome(town, Outcome.OPENED))
    town.jointly(OpenBids(call(town), 1, 256, outcomes))
    return town.jointly(AnnounceAward(call(town), ROOF, 1, 257)).records[0].sequence


def award(town: Town) -> None:
    """Exclude and readmit, announce and withdraw, inform, suspend, lift, conclude, modify, complete."""
    town.jointly(ExcludeBid(call(town, "no reference"), ROOF, 1, 1))
    town.jointly(ReadmitBid(call(town, "reference found"), ROOF, 1, 1))
    mistaken = town.jointly(AnnounceAward(call(town), ROOF, 1, 2)).records[0].sequence
    town.jointly(WithdrawAward(call(town, "wrong ranking"), mistaken))
    announced = town.jointly(AnnounceAward(call(town), ROOF, 1, 1, digest("variant"))).records[0].sequence
    end = town.now + 3_600
    town.do("officer_one", InformLosers(call(town), announced, town.now, end))
    suspended = town.do(
        "judge_two", SuspendProcess(call(town, "application"), ROOF, REVIEW_BODY, digest("notice to the buyer"))
    )
    town.jointly(LiftSuspension(call(town, "order"), suspended.records[0].sequence))
    town.pass_to(end + 1)
    town.jointly(ConcludeContract(call(town), announced, digest("signed contract")))
    town.do("officer_one", ModifyContract(call(town), announced))
    town.do("officer_one", CompleteContract(call(town), announced))


def troubles(town: Town, key_set: bytes) -> None:
    """What else can happen, and what an organisation records of itself."""
    announced = town.jointly(AnnounceAward(call(town), WINDOWS, 1, 3)).records[0].sequence
    town.jointly(Remand(call(town, "order of the chamber"), WINDOWS, 0, Stage.EVALUATION))
    again = town.jointly(AnnounceAward(call(town), WINDOWS, 1, FIRST_PAPER_BID)).records[0].sequence
    assert again > announced
    town.jointly(ConcludeContract(call(town, "urgent repair"), again))
    town.do("officer_one", TerminateContract(call(town), again))
    town.jointly(CloseLot(call(town, "no money left"), WINDOWS))
    town.jointly(Reinstate(call(town, "money found"), WINDOWS))
    town.jointly(OpenRound(call(town), RoundTerms(RoundKind.SUPPLEMENT, town.now + 600, key_set, digest("invited"))))
    town.jointly(CancelTender(call(town, "no suitable bid")))
    town.jointly(Reinstate(call(town, "order")))
    town.jointly(EraseFields(call(town, "request of a sole trader"), 2, digest("names")))
    town.jointly(RegisterArtifact(BUYER, town.expires, digest("sealing page"), ArtifactKind.PAGE, "sealing page 1.0"))
    town.do("officer_one", RecordObservation(BUYER, town.expires, digest("findings")))
    town.do("auditor", AnchorAudit(BUYER, town.expires, digest("audit report")))
