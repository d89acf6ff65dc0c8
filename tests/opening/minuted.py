"""An opened round to take minutes of: what the ledger would have recorded, and what the officers' home would hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from ledger.bid_number import FIRST_EXTERNAL_BID
from ledger.chain.codec import encode_detail
from ledger.chain.record import NOBODY, ZERO, ActRecord
from ledger.opening.minutes import Heading, Minutes
from ledger.opening.minutes_making import make_minutes
from ledger.opening.opened import OpenedBid, OpenedRound
from ledger.opening.procedure_rule import ProcedureRule
from ledger.opening.round_acts import RoundAct
from ledger.opening.unreadable import evidence_digest
from ledger.sealing.bid import Bid
from ledger.terms import Act, Outcome, RoundKind
from tests.sealing.actors import digest

PROCESS: Final = digest("process")
OFFICER_ONE, OFFICER_TWO, OFFICER_THREE = (digest(f"officer {n}")[:20] for n in ("one", "two", "three"))
DEADLINE: Final = 1_796_122_800  # 1 December 2026, 12:00:00 CET
CRITERIA: Final = {
    "format": "siegel-criteria/1",
    "currency": "EUR",
    "lots": [
        {"id": "LOT-0001", "title": "Dachdeckerarbeiten", "variants": True},
        {"id": "LOT-0002", "title": "Blitzschutz", "variants": False},
    ],
}
HEADING: Final = Heading(
    rule=ProcedureRule.VOB_A, authority="Stadt Musterbach", title="Grundschule am Bach: Sanierung des Daches",
    chain_id=20_261, ledger=digest("ledger")[:20], place="Rathaus Musterbach, Zimmer 12",
    names={OFFICER_ONE.hex(): "Anna Amtmann", OFFICER_TWO.hex(): "Bernd Brückner"},
)  # fmt: skip


def organisation(name: str, **more: Any) -> dict[str, Any]:
    """A tenderer with an address."""
    address = {"streetAddress": "Hauptstraße 1", "postalCode": "59999", "locality": "Musterbach"}
    return {"name": name, "address": address, **more}


def offered(name: str, amount: str, *, lot: str = "LOT-0001", **more: Any) -> dict[str, Any]:
    """The fields of a bid for one lot; further ones by ``discount`` and ``variant``, or as they are."""
    values: dict[str, Any] = {
        "tenderers/0001": organisation(name),
        f"lots/{lot}/value": {"amount": amount, "currency": "EUR"},
    }
    if "discount" in more:
        values[f"lots/{lot}/discount"] = {"percentage": more.pop("discount")}
    if "variant" in more:
        values[f"lots/{lot}/variant"] = more.pop("variant")
    return values | more


@dataclass
class Story:
    """A round as it goes on; ``opened`` gives what is left behind. ``main``: that of bids, of a round of answers."""

    acts: list[RoundAct] = field(default_factory=list)
    bids: list[OpenedBid] = field(default_factory=list)
    papers: list[OpenedBid] = field(default_factory=list)
    ground: bytes = ZERO
    main: Story | None = None

    def __post_init__(self) -> None:
        if self.main is not None:
            self.acts += self.main.acts
            terms = {"kind": RoundKind.SUPPLEMENT, "deadline": self.deadline, "key_set": digest("key set")}
            self.record(
                Act.ROUND_OPENED, self.deadline - 864_000, {"terms": {**terms, "invited": ZERO, "receivers": []}}
            )
            return
        round_ = {"kind": RoundKind.BIDS, "deadline": DEADLINE, "key_set": digest("key set")}
        terms = {
            "ocid": "ocds-x-1", "parent": ZERO, "lots": [{"lot": digest("lot"), "max_awards": 1}],
            "minimum_standstill": 0, "rule_set": ZERO, "criteria": ZERO,
            "round": {**round_, "invited": ZERO, "receivers": []},
        }  # fmt: skip
        self.record(Act.TENDER_PUBLISHED, DEADLINE - 864_000, {"terms": terms}, release=digest("release"))

    @property
    def round(self) -> int:
        """Its number."""
        return 1 if self.main is None else 2

    @property
    def deadline(self) -> int:
        """Of a round of answers twenty days later."""
        return DEADLINE if self.main is None else DEADLINE + 1_728_000

    def record(self, act: Act, time: int, detail: dict[str, Any] | None = None, **more: Any) -> None:
        """The next act of the round, by officers one and two unless others are given."""
        fields: dict[str, Any] = {
            "first": OFFICER_ONE,
            "second": OFFICER_TWO,
            "arrival": 0,
            "bid": 0,
            "subject": ZERO,
        } | more
        sequence = len(self.acts) + 1
        record = ActRecord(
            process_id=PROCESS, organisation_id=digest("buyer"), act=act, sequence=sequence, roles=0, time=time,
            first=fields["first"], second=fields["second"], lot=ZERO, round=self.round, bid=fields["bid"], ref=0,
            arrival=fields["arrival"], ground=fields.get("ground", ZERO), release=fields.get("release", ZERO),
            subject=fields["subject"], detail=encode_detail(act, detail) if detail else b"",
        )  # fmt: skip
        self.acts.append(RoundAct(100 + sequence, record))

    def bid(
        self,
        values: dict[str, Any] | None = None,
        *,
        outcome: str = "opened",
        arrival: int | None = None,
        block_time: int | None = None,
        supersedes: OpenedBid | None = None,
        beside: OpenedBid | None = None,
        admitted: bool = False,
        evidence: dict[str, Any] | None = None,
        commitment: bytes | None = None,
    ) -> OpenedBid:
        """A sealed bid is committed; how it will end is known already. ``beside``: by the account of that one;
        ``commitment``: one that somebody else has, too."""
        number = len(self.bids)
        arrival = self.deadline - 3_600 if arrival is None else arrival
        of = "" if self.main is None else "answer "
        texts = None
        own = supersedes or beside
        author = digest(f"{of}bidder {number}")[:20] if own is None else own.author
        if values is not None:
            salts = {name: digest(f"{number} {name}") for name in values}
            texts = tuple(field.text for field in Bid.of(values, salts=salts).fields)
        made = OpenedBid(
            bid=number, commitment=commitment or digest(f"{of}commitment {number}"), author=author,
            arrival=arrival, block_time=arrival if block_time is None else block_time, late=arrival > self.deadline,
            promised=block_time is not None, admitted=admitted,
            present=outcome not in ("missing", "late"), outcome=outcome,
            values=values, disclosures=texts, evidence=evidence,
        )  # fmt: skip
        self.bids.append(made)
        before = ZERO if supersedes is None else supersedes.commitment
        receiver = digest("receiver") if made.promised else ZERO
        promise = {"receiver": receiver, "arrived_at": 0, "deliver_by": 0, "signature": b""}
        self.record(
            Act.BID_COMMITTED, made.block_time, {"supersedes": before, "promised": promise}, bid=number,
            arrival=arrival, subject=made.commitment, first=made.author, second=NOBODY,
        )  # fmt: skip
        return made

    def paper(
        self, values: dict[str, Any], *, arrival: int = DEADLINE - 60, ground: bytes = ZERO, kind: str | None = None
    ) -> OpenedBid:
        """A bid on paper is registered by two officers."""
        made = OpenedBid(
            bid=FIRST_EXTERNAL_BID + len(self.papers), commitment=None, author=None, arrival=arrival,
            block_time=arrival + 30, late=arrival > self.deadline, promised=False, admitted=False, present=True,
            outcome="external", values=values, kind=kind,
        )  # fmt: skip
        self.papers.append(made)
        self.record(
            Act.EXTERNAL_BID_REGISTERED, made.block_time, bid=made.bid, arrival=arrival, ground=ground,
            subject=digest("paper"),
        )  # fmt: skip
        return made

    def close(self) -> None:
        """Two officers freeze which envelopes are there; late ones that are not admitted do not count."""
        in_time = [bid.bid for bid in self.bids if bid.outcome != "late"]
        counted = max(in_time, default=-1) + 1
        self.record(
            Act.ROUND_CLOSED, self.deadline + 600,
            {
                "counted": counted,
                "present": _bitmap([bid.bid for bid in self.bids if bid.present], counted),
                "admitted": _bitmap([bid.bid for bid in self.bids if bid.admitted], counted),
            },
            ground=self.ground,
        )  # fmt: skip
        if counted:
            outcomes = [_outcome(bid) for bid in self.bids[:counted]]
            self.record(Act.BIDS_OPENED, self.deadline + 1_500, {"from": 0, "outcomes": outcomes})

    @property
    def opened(self) -> OpenedRound:
        """What lies in the officers' homes afterwards."""
        return OpenedRound(
            process_id=PROCESS, ocid="ocds-x-1", round=self.round, deadline=self.deadline,
            closed_at=self.deadline + 600,
            bids=(*self.bids, *self.papers),
        )  # fmt: skip

    def minutes(self, heading: Heading = HEADING, **more: Any) -> Minutes:
        """The minutes of all this."""
        if not any((act.record.act, act.record.round) == (Act.ROUND_CLOSED, self.round) for act in self.acts):
            self.close()
        return make_minutes(self.opened, self.acts, heading, criteria=CRITERIA, **more)


def _outcome(bid: OpenedBid) -> dict[str, Any]:
    content, evidence = bid.commitment, ZERO
    if bid.outcome == "opened" and bid.values is not None:
        salts = {name: digest(f"{bid.bid} {name}") for name in bid.values}
        content, evidence = Bid.of(dict(bid.values), salts=salts).root, digest("rest")
    if bid.outcome == "unreadable":
        evidence = evidence_digest(dict(bid.evidence or {}))
    return {"outcome": Outcome[bid.outcome.upper()], "author": bid.author, "content": content, "evidence": evidence}


def _bitmap(numbers: list[int], counted: int) -> list[int]:
    words = [0] * -(-counted // 256)
    for number in numbers:
        if number < counted:
            words[number // 256] |= 1 << number % 256
    return words
