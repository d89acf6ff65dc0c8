"""Rounds of sealed bids on a real chain, whose log witnesses cosign: whoever closes, releases and opens in these tests.

The recipients' sealing keys are those that ``tests.index.town`` registers.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.hazmat.primitives.asymmetric import ec

from ledger.chain.acts import BidOutcome, CloseRound, CommitBid, OpenBids, WithdrawBid
from ledger.chain.identifiers import bid_commitment, organisation_id
from ledger.chain.record import ACT_RECORDED, ZERO, ActRecord, decode_log
from ledger.chain.registry import KeySet
from ledger.chain.signers import KeySigner
from ledger.errors import BidNotHere
from ledger.evidence.bundle import write_process_bundle
from ledger.evidence.log.cosignatures import CosignatureBook
from ledger.evidence.log.folder import LogFolder, create_log
from ledger.evidence.policy import policy_of
from ledger.evidence.verify.checkpoint import checkpoint_body
from ledger.evidence.verify.policy import Policy, read_policy
from ledger.opening.closing import close
from ledger.opening.contributing import contribution
from ledger.opening.counting import Brought, Count, Opener
from ledger.opening.facts import Bid, RoundFacts, read_key_set, read_round
from ledger.opening.sealed_round import SealedRound
from ledger.opening.signed_contribution import SignedContribution
from ledger.sealing.bid import Bid as Content
from ledger.sealing.context import Context, Group
from ledger.sealing.sealing import Sealed, seal, seal_content
from tests.chain.town import digest as chain_digest
from tests.evidence.bundles import Proving, proving_town
from tests.evidence.log_actors import FIRST, SECOND, THIRD, Signer
from tests.index.town import Town, release, signer
from tests.sealing.actors import DRAWING, LETTER, VALUES, opens

WITNESSES = (FIRST, SECOND, THIRD)
DELAY = 3600
FILES = (DRAWING, LETTER, b"")


def sealing_key(recipient: int) -> ec.EllipticCurvePrivateKey:
    """Of the town's recipients: 0 to 2 are the officers in the key set's order, 3 to 5 the custodians."""
    secret = int.from_bytes(chain_digest(f"sealing key of recipient {recipient}")) >> 8
    return ec.derive_private_key(secret, ec.SECP256R1())


def key_of(group: Group, index: int) -> ec.EllipticCurvePrivateKey:
    """Of a recipient of the key set."""
    return sealing_key(index - 1 if group is Group.OFFICERS else index + 2)


@dataclass
class HandedIn:
    """A sealed bid and its account."""

    author: KeySigner
    envelope: bytes
    sealed: Sealed
    commitment: bytes

    @property
    def header(self) -> bytes:
        """Its header's bytes."""
        return self.sealed.header.encoded()


@dataclass
class World:
    """A town whose log three witnesses cosign, and the policy that asks for two of them."""

    proving: Proving
    log: LogFolder
    folder: Path
    rounds: int = 0

    @property
    def town(self) -> Town:
        """The town."""
        return self.proving.town

    def now(self) -> int:
        """Time of the newest block."""
        chain = self.town.chain
        return chain.block(chain.block_number()).time

    def publish(self, *witnesses: Signer, after: int = 5) -> None:
        """Log what the chain has, and have it cosigned so many seconds after the newest block."""
        self.proving.index()
        tree = self.log.newest()
        body, moment = checkpoint_body(self.log.origin, tree.size, tree.root), self.now() + after
        for each in witnesses or WITNESSES:
            CosignatureBook(self.folder).record(self.log.origin, tree, each.name, moment, each.line(body, moment))

    def policy(self, threshold: int = 2, witnesses: Sequence[Signer] = WITNESSES) -> Policy:
        """That asks for so many of these witnesses."""
        content = policy_of(self.town.chain, "custodian's policy", self.folder)
        content["log"] = {
            "logs": [str(self.log.verifier_key)],
            "witnesses": [each.verifier_key for each in witnesses],
            "threshold": threshold,
            "maxLogDelay": DELAY,
        }
        return read_policy(json.dumps(content).encode())

    def round(self, seconds: int = 1000) -> Round:
        """A new process whose round of bids ends in so many seconds."""
        self.rounds += 1
        ocid = f"ocds-a2ef3d-round-{self.rounds}"
        assert self.town.clock is not None
        deadline = max(self.now(), self.town.clock.now()) + seconds
        self.town.tender(ocid, self.town.keep(release(ocid, 1)), deadline)
        return Round(self, ocid, deadline)


@contextmanager
def opened_world(folder: Path) -> Iterator[World]:
    """The town on its embedded chain."""
    with proving_town(folder) as proving:
        logs = folder / "witnessed"
        world = World(proving, create_log(logs, "log.example/vergabe"), logs)
        for each in WITNESSES:
            CosignatureBook(logs).add(each.verifier_key, "http://127.0.0.1:9")
        proving.sources = replace(proving.sources, logs=logs)
        yield world


@dataclass
class Round:
    """A round of bids of one process."""

    world: World
    ocid: str
    deadline: int
    bids: list[HandedIn] = field(default_factory=list)
    brought: list[Brought] = field(default_factory=list)

    @property
    def town(self) -> Town:
        """The town."""
        return self.world.town

    @property
    def process_id(self) -> bytes:
        """The process."""
        return self.town.process(self.ocid)

    def records(self, process_id: bytes | None = None) -> list[ActRecord]:
        """All acts of the process, as the chain has them."""
        chain, wanted = self.town.chain, process_id or self.process_id
        logs = chain.logs(chain.deployment.block, chain.block_number(), [ACT_RECORDED])
        return [decode_log(log.topics, log.data) for log in logs if log.topics[1] == wanted]

    @property
    def facts(self) -> RoundFacts:
        """What the acts say now."""
        return read_round(self.records(), 1)

    @property
    def key_set(self) -> KeySet:
        """The buyer's key set, from the registry's acts."""
        chain = self.town.chain
        logs = chain.logs(chain.deployment.block, chain.block_number(), [ACT_RECORDED])
        return read_key_set((decode_log(log.topics, log.data) for log in logs), self.town.key_set)

    @property
    def sealed(self) -> SealedRound:
        """The round on its chain."""
        return SealedRound(self.town.chain.chain_id, self.town.chain.ledger, self.facts, self.key_set)

    def context(self, author: bytes, **other: Any) -> Context:
        """What a bid of this author is sealed for."""
        chain = self.town.chain
        made = Context(chain.chain_id, chain.ledger, self.process_id, 1, author, self.town.key_set, self.deadline)
        return replace(made, **other)

    def make(
        self,
        bidder: str,
        values: Mapping[str, Any] = VALUES,
        files: Sequence[bytes] = FILES,
        *,
        content: bytes | None = None,
        key_set: KeySet | None = None,
        **other: Any,
    ) -> HandedIn:
        """Seal a bid of a bidder's account; ``content``: whatever stands in the envelope instead of a bid."""
        author, out, bid = signer(bidder), io.BytesIO(), Content.of(dict(values))
        context = self.context(author.account, **other)
        if content is None:
            sealed = seal(bid, opens(*files), context, key_set or self.key_set, out)
        else:
            sealed = seal_content(iter([content]), bid.root, context, key_set or self.key_set, out)
        return HandedIn(author, out.getvalue(), sealed, self.commitment(author.account, sealed))

    def commitment(self, author: bytes, sealed: Sealed) -> bytes:
        """What the author commits for this envelope."""
        chain, header = self.town.chain, sealed.header
        where = chain.chain_id, chain.ledger, self.process_id, 1
        return bid_commitment(*where, author, header.bid_root, header.rest_digest)

    def commit(self, made: HandedIn, supersedes: bytes = ZERO) -> HandedIn:
        """Put it on the ledger."""
        call = CommitBid(self.process_id, 1, made.commitment, supersedes, self.town.expires())
        self.town.chain.send(call, made.author)
        self.bids.append(made)
        return made

    def bid(self, bidder: str, *arguments: Any, **other: Any) -> HandedIn:
        """Seal and commit."""
        return self.commit(self.make(bidder, *arguments, **other))

    def withdraw(self, made: HandedIn) -> None:
        """Take it back."""
        self.town.chain.send(WithdrawBid(self.process_id, 1, made.commitment, self.town.expires()), made.author)

    def pass_deadline(self) -> None:
        """Let the deadline pass."""
        self.town.advance_to(self.deadline + 10)

    def here(self) -> set[tuple[bytes, bytes]]:
        """Whose envelopes the server has."""
        return {(made.commitment, made.author.account) for made in self.bids if made.envelope}

    def close(self, admit: Sequence[int] = (), ground: bytes = ZERO) -> None:
        """Two officers close the round."""
        self.pass_deadline()
        made = close(self.facts, self.here(), admit)
        call = self.town.call(self.ocid, ground=ground)
        self.town.jointly(CloseRound(call, 1, made.counted, made.present, made.admitted))

    def made(self, bid: Bid) -> HandedIn:
        """What was handed in as this bid."""
        return self.bids[bid.number]

    def header_of(self, bid: Bid) -> bytes:
        """The header as a server gives it."""
        return self.made(bid).header

    @contextmanager
    def envelope(self, bid: Bid) -> Iterator[BinaryIO]:
        """The envelope as a server gives it."""
        if not self.made(bid).envelope:
            raise BidNotHere(round=1, commitment=bid.commitment)
        yield io.BytesIO(self.made(bid).envelope)

    def signer_of(self, group: Group, index: int) -> KeySigner:
        """Who brings a share: the officer, or one of the custodian's."""
        if group is Group.CUSTODIANS:
            holder = self.key_set.custodians[index - 1].holder
            numbers = (n for n in (1, 2, 3) if organisation_id("DE-LEITWEG", f"custodian-{n}") == holder)
            return signer(f"custodian {next(numbers)}")
        account = self.key_set.officers[index - 1].holder[12:]
        return next(each for each in self.town.officers if each.account == account)

    def account_of(self, group: Group, index: int) -> bytes:
        """Whose account brings a share."""
        return self.signer_of(group, index).account

    def give(self, number: int, group: Group, index: int, data: bytes, by: KeySigner | None = None) -> Brought:
        """A contribution as the server has it: any bytes, signed by the share's holder or by somebody else."""
        by = by or self.signer_of(group, index)
        made = Brought(self.bids[number].commitment, group, index, by.account, SignedContribution.by(by, data))
        self.brought.append(made)
        return made

    def bring(self, group: Group, *indices: int) -> None:
        """These recipients contribute their shares of all bids that they can."""
        sealed = self.sealed
        for index in indices:
            for bid in sealed.facts.bids:
                if not sealed.facts.follows(bid):
                    key, now = key_of(group, index), self.deadline + 10
                    data = contribution(sealed, bid, self.header_of, group, index, key, now).encoded()
                    self.give(bid.number, group, index, data)

    def bring_all(self) -> None:
        """Two officers and two custodians."""
        self.bring(Group.OFFICERS, 1, 2)
        self.bring(Group.CUSTODIANS, 1, 3)

    def opener(self, folder: Path, officer: int = 1, without: frozenset[int] = frozenset()) -> Opener:
        """An officer who opens."""
        return Opener(
            self.sealed, officer, key_of(Group.OFFICERS, officer), self.brought, self.envelope, folder,
            lambda group, index, account: account == self.account_of(group, index), without,
        )  # fmt: skip

    def count(self, folder: Path, officer: int = 1, without: frozenset[int] = frozenset()) -> Count:
        """What this officer finds."""
        return self.opener(folder, officer, without).count()

    def record(self, outcomes: Sequence[BidOutcome]) -> None:
        """Two officers record these outcomes."""
        self.town.jointly(OpenBids(self.town.call(self.ocid), 1, self.facts.opened, tuple(outcomes)))

    def bundle(self, *witnesses: Signer) -> io.BytesIO:
        """Evidence of the process, after these witnesses (or all) saw the newest block."""
        self.world.publish(*witnesses)
        out = io.BytesIO()
        write_process_bundle(self.world.proving.sources, self.process_id, out)
        out.seek(0)
        return out
