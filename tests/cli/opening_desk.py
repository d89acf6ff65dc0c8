"""A buyer's home, three custodians' homes, a node and a server on this machine: an opening as its people do it.

The chain's clock is the test's, a day behind the wall, so that deadlines pass without waiting.
"""

from __future__ import annotations

import hashlib
import io
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from eth_abi.abi import encode as encode_abi

from api.services import Services
from ledger.chain.acts import (
    Call,
    CancelTender,
    CommitBid,
    LotTerms,
    PublishTender,
    Reinstate,
    RoundTerms,
    TenderTerms,
)
from ledger.chain.client import Chain
from ledger.chain.identifiers import bid_commitment, key_set_id, lot_id, organisation_id, process_id
from ledger.chain.node import DevelopmentClock, EmbeddedNode
from ledger.chain.node.genesis import create
from ledger.chain.node.server import NodeServer
from ledger.chain.record import ZERO
from ledger.chain.registry import AcceptKeySet, AdmitOrganisation, KeySet, Person, Recipient, RegisterKeySet
from ledger.chain.signers import KeySigner, KeystoreSigner, create_keystore
from ledger.cli.bootstrap import Named, bootstrap, make_keys
from ledger.cli.home import create_home
from ledger.cli.keys import key_path, new_key_path, sealing_key_path
from ledger.cli.sealing_keys import create_sealing_key
from ledger.evidence.log.cosignatures import CosignatureBook
from ledger.evidence.log.folder import LogFolder, create_log
from ledger.evidence.log.publisher import Publisher
from ledger.evidence.policy import policy_of
from ledger.evidence.receipt import Receipt, seal_secret, write_receipt
from ledger.evidence.verify.checkpoint import checkpoint_body
from ledger.index.sync import Synchroniser
from ledger.ocds.privacy import policy_named
from ledger.sealing.bid import Bid
from ledger.sealing.context import Context
from ledger.sealing.sealing import Sealed, seal
from ledger.settings import Settings
from ledger.store.envelopes import EnvelopeStore
from ledger.store.objects import StoreClass
from ledger.terms import OrganisationKind, Role, RoundKind
from tests.cli.conftest import PASSPHRASE
from tests.cli.notices import BUYER_NAME, SCHEME, UID, release
from tests.evidence.log_actors import FIRST, SECOND, THIRD
from tests.explorer.site import serving
from tests.index.town import account_key, signer
from tests.sealing.actors import DRAWING, LETTER, VALUES, opens

BEHIND: Final = 86_400
"""Seconds by which the chain begins before now."""
CUSTODIANS: Final = ("custodian-1", "custodian-2", "custodian-3")
OFFICERS: Final = ("officer-one", "officer-two", "officer-three")
WITNESSES: Final = (FIRST, SECOND, THIRD)
FILES: Final = (DRAWING, LETTER, b"")


@dataclass
class Desk:
    """Everything on this machine; ``home`` is the buyer's, ``custodians`` their homes by name."""

    home: Path
    custodians: Mapping[str, Path]
    chain: Chain
    clock: DevelopmentClock
    services: Services
    url: str
    log: LogFolder
    keys: KeySet
    policy: Path
    bids: dict[bytes, Sealed] = field(default_factory=dict)
    rounds: int = 0

    @property
    def buyer(self) -> bytes:
        """The buyer's id."""
        return organisation_id(SCHEME, UID)

    @property
    def key_set(self) -> bytes:
        """Its key set's id."""
        return key_set_id(self.buyer, self.keys)

    def now(self) -> int:
        """Time of the newest block."""
        return self.chain.block(self.chain.block_number()).time

    def key(self, name: str) -> KeySigner:
        """A key of the buyer's home."""
        return KeystoreSigner.load(key_path(Settings.load(self.home), name), PASSPHRASE)

    def tender(self, seconds: int = 600, criteria: bytes = b"") -> Tender:
        """A sealed procedure whose round ends in so many seconds; ``criteria``: the document, which is kept."""
        self.rounds += 1
        ocid = f"ocds-test00-opening-{self.rounds}"
        deadline = max(self.now(), self.clock.now()) + seconds
        digest = self.services.releases.prepare(
            release(ocid=ocid), self.buyer, policy_named("standard"), act="TenderPublished"
        )[0].digest
        terms = TenderTerms(
            ocid=ocid, lots=(LotTerms(lot_id("1")),), round=RoundTerms(RoundKind.BIDS, deadline, self.key_set),
            criteria=self.services.store.put(StoreClass.PUBLIC, criteria) if criteria else ZERO,
        )  # fmt: skip
        call = PublishTender(self.buyer, int(time.time()) + BEHIND, digest, terms)
        for name in OFFICERS[:2]:
            self.chain.send(call, self.key(name))
        return Tender(self, ocid, deadline)

    def publish(self) -> None:
        """Log what the chain has, and have it cosigned."""
        services, logs = self.services, self.services.settings.log_dir
        Synchroniser(services.index, self.chain, services.store).run_once()
        Publisher(logs, self.chain, services.index).publish()
        cosign(logs, self.log, self.now() + 5)


@dataclass
class Tender:
    """One procedure with its round."""

    desk: Desk
    ocid: str
    deadline: int
    sealed: list[Sealed] = field(default_factory=list)
    authors: list[KeySigner] = field(default_factory=list)
    bidders: list[str] = field(default_factory=list)
    data: list[bytes] = field(default_factory=list)

    @property
    def process_id(self) -> bytes:
        """The process."""
        return process_id(self.desk.buyer, self.ocid)

    @property
    def id(self) -> str:
        """As it is typed."""
        return "0x" + self.process_id.hex()

    def bid(self, bidder: str, *, here: bool = True, values: Mapping[str, Any] = VALUES,
            files: Sequence[bytes] = FILES) -> bytes:  # fmt: skip
        """Seal, hand in, commit; the commitment."""
        desk, author, out = self.desk, signer(bidder), io.BytesIO()
        chain = desk.chain
        context = Context(chain.chain_id, chain.ledger, self.process_id, 1, author.account, desk.key_set, self.deadline)
        sealed = seal(Bid.of(dict(values)), opens(*files), context, desk.keys, out)
        header, data = sealed.header, out.getvalue()
        commitment = bid_commitment(
            chain.chain_id, chain.ledger, self.process_id, 1, author.account, header.bid_root, header.rest_digest
        )
        if here:
            store, digest = EnvelopeStore(desk.services.settings.store_dir, desk.services.state), _sha256(data)
            store.begin(digest, len(data))
            store.append(digest, 0, data)
            store.complete(digest)
        chain.send(CommitBid(self.process_id, 1, commitment, ZERO, int(time.time()) + BEHIND), author)
        self.sealed.append(sealed)
        self.authors.append(author)
        self.bidders.append(bidder)
        self.data.append(data)
        return commitment

    def jointly(self, act: type[CancelTender | Reinstate], name: str, number: int) -> None:
        """Two officers cancel or reinstate the process, with the release of that number."""
        services = self.desk.services
        prepared, *_ = services.releases.prepare(
            release(number, ocid=self.ocid), self.desk.buyer, policy_named("standard"), act=name
        )
        call = Call(self.process_id, int(time.time()) + BEHIND, hashlib.sha256(b"ground").digest(), prepared.digest)
        for officer in OFFICERS[:2]:
            self.desk.chain.send(act(call), self.desk.key(officer))

    def pass_deadline(self) -> None:
        """Let the deadline pass."""
        self.desk.clock.advance_to(self.deadline + 10)

    def receipt(self, bid: int, path: Path, *, seed: bytes | None = None) -> Path:
        """What the tenderer kept of a bid; ``seed``: another one than the bid's."""
        desk, chain, author = self.desk, self.desk.chain, self.authors[bid]
        header = self.sealed[bid].header
        commitment = bid_commitment(
            chain.chain_id, chain.ledger, self.process_id, 1, author.account, header.bid_root, header.rest_digest
        )
        secret = seal_secret(seed or self.sealed[bid].seed, account_key(self.bidders[bid]), PASSPHRASE, 4)
        detail = encode_abi(["(uint8,uint8,(bytes32,bytes)[],(bytes32,bytes)[])"], [_plain(desk.keys)])
        receipt = Receipt(
            chain_id=chain.chain_id, ledger=chain.ledger, organisation_id=desk.buyer, ocid=self.ocid,
            process_id=self.process_id, round=1, author=author.account, commitment=commitment,
            envelope=self.data[bid], key_set_detail=detail, secret=secret,
        )  # fmt: skip
        with path.open("wb") as file:
            write_receipt(receipt, file)
        return path


@contextmanager
def opened_desk(folder: Path) -> Iterator[Desk]:
    """All of it."""
    start = int(time.time()) - BEHIND
    create(folder / "chain", genesis_time=start - 60)
    clock = DevelopmentClock(start)
    with ExitStack() as closing:
        node = closing.enter_context(EmbeddedNode.open(folder / "chain", clock=clock))
        served = NodeServer(node, "127.0.0.1", 0)
        closing.callback(served.stop)
        settings = create_home(folder / "home", {
            "language": "en", "rpc_url": served.url,
            "publisher": {"name": BUYER_NAME, "scheme": SCHEME, "uid": UID},
        })  # fmt: skip
        keys = make_keys(settings, PASSPHRASE, scrypt_n=2**10)
        deployment = bootstrap(settings, keys, Named(SCHEME, UID), closing)
        chain = Chain.connect(served.url, deployment)
        closing.callback(chain.close)
        homes, custodians = _custodians(folder, chain, keys["governor"])
        officers = [
            Recipient(keys[name].account.rjust(32, b"\0"),
                      create_sealing_key(sealing_key_path(settings, name), PASSPHRASE))
            for name in OFFICERS
        ]  # fmt: skip
        key_set = KeySet(2, 2, tuple(sorted(officers, key=_holder)), tuple(sorted(custodians, key=_holder)))
        _register(chain, keys, key_set)
        log = create_log(settings.log_dir, "log.example/musterbach")
        know_witnesses(settings.log_dir)
        services = Services.open(settings, chain, follow=False)
        closing.callback(services.close)
        url = closing.enter_context(serving(services))
        policy = folder / "policy.json"
        policy.write_text(json.dumps(_policy(chain, settings, log, 2)))
        yield Desk(settings.home, homes, chain, clock, services, url, log, key_set, policy)


def know_witnesses(logs: Path) -> None:
    """The log is to be shown to all of them from now on."""
    for each in WITNESSES:
        CosignatureBook(logs).add(each.verifier_key, "http://127.0.0.1:9")


def cosign(logs: Path, log: LogFolder, moment: int) -> None:
    """All witnesses see the log as it is now, at that moment by their clocks."""
    tree = log.newest()
    body = checkpoint_body(log.origin, tree.size, tree.root)
    for each in WITNESSES:
        CosignatureBook(logs).record(log.origin, tree, each.name, moment, each.line(body, moment))


def _custodians(folder: Path, chain: Chain, governor: KeySigner) -> tuple[dict[str, Path], list[Recipient]]:
    homes, recipients = {}, []
    for name in CUSTODIANS:
        settings = create_home(folder / name, {
            "language": "en", "publisher": {"name": name, "scheme": SCHEME, "uid": name},
        })  # fmt: skip
        account = create_keystore(new_key_path(settings, "custodian"), PASSPHRASE, scrypt_n=2**10).account
        people = tuple(sorted(
            (Person(account, Role.OFFICER), Person(signer(f"deputy of {name}").account, Role.OFFICER)),
            key=lambda person: person.account,
        ))  # fmt: skip
        expires = int(time.time())
        chain.send(AdmitOrganisation(SCHEME, name, int(OrganisationKind.CUSTODIAN), people, expires), governor)
        public = create_sealing_key(sealing_key_path(settings, "custodian"), PASSPHRASE)
        recipients.append(Recipient(organisation_id(SCHEME, name), public))
        homes[name] = settings.home
    return homes, recipients


def _register(chain: Chain, keys: Mapping[str, KeySigner], key_set: KeySet) -> None:
    buyer, expires = organisation_id(SCHEME, UID), int(time.time())
    for name in OFFICERS[:2]:
        chain.send(RegisterKeySet(buyer, key_set, expires), keys[name])
    for name in CUSTODIANS:
        accept = AcceptKeySet(key_set_id(buyer, key_set), organisation_id(SCHEME, name), expires)
        chain.send(accept, signer(f"deputy of {name}"))


def _policy(chain: Chain, settings: Settings, log: LogFolder, threshold: int) -> dict[str, Any]:
    content = policy_of(chain, "custodian's policy", settings.log_dir)
    content["log"] = {
        "logs": [str(log.verifier_key)],
        "witnesses": [each.verifier_key for each in WITNESSES],
        "threshold": threshold,
        "maxLogDelay": 3600,
    }
    return content


def _plain(key_set: KeySet) -> tuple[Any, ...]:
    groups = ([(each.holder, each.key) for each in group] for group in (key_set.officers, key_set.custodians))
    return (key_set.officer_threshold, key_set.custodian_threshold, *groups)


def _holder(recipient: Recipient) -> bytes:
    return recipient.holder


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
