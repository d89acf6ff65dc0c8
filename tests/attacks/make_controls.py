"""Makes the controls anew: ``python -m tests.attacks.make_controls`` writes them below ``controls/``.

Nothing in them is left to chance: keys have fixed seeds, blocks fixed times, and where random bytes are asked for, a
counter answers. So they can be compared byte for byte with what is committed.
"""

from __future__ import annotations

import base64
import hashlib
import io
import itertools
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from ledger.chain.client import Chain
from ledger.chain.registry_acts import registry_of
from ledger.evidence.bundle import Sources, write_organisation_bundle, write_process_bundle
from ledger.evidence.custodians import accepted_custodians
from ledger.evidence.log.cosignatures import CosignatureBook
from ledger.evidence.log.folder import LogFolder, create_log
from ledger.evidence.log.publisher import Publisher
from ledger.evidence.policy import policy_of
from ledger.evidence.verify.checkpoint import checkpoint_body, of_log_alone
from ledger.index.database import Index
from ledger.index.sync import Synchroniser
from ledger.store import ReleaseStore, State
from tests.attacks.actors import LOG, TRUSTED, WITNESSES, authority
from tests.attacks.procedures import ERASED, NOTICES, REDACTED, SEALED, Story, small_town
from tests.attacks.sealed_chain import SealedChain
from tests.attacks.stamping import stamp, stamp_name
from tests.evidence.bundles import entries_of, remade

CONTROLS = Path(__file__).parent / "controls"
COSIGNED_AFTER, STAMPED_AFTER = 60, 90
"""Seconds after the block that the newest leaf is of."""


@dataclass
class Kept:
    """A chain as somebody keeps it, with an index, a log, and what the witnesses and authorities said."""

    chain: Chain
    story: Story
    folder: Path
    index: Index
    log: LogFolder
    stamped: dict[int, int]

    @classmethod
    def begin(cls, chain: Chain, story: Story, folder: Path) -> Kept:
        folder.mkdir()
        with mock.patch("ledger.evidence.log.folder.Ed25519PrivateKey.generate", lambda: LOG.private):
            log = create_log(folder / "log", LOG.name)
        for witness in WITNESSES:
            CosignatureBook(folder / "log").add(witness.verifier_key, "http://127.0.0.1:9")
        return cls(chain, story, folder, Index.open(f"sqlite:///{folder / 'index.sqlite'}"), log, {})

    def publish(self) -> None:
        """Log what the chain has; witnesses and authorities see it soon after."""
        Synchroniser(self.index, self.chain, self.story.town.store).run_once()
        Publisher(self.folder / "log", self.chain, self.index).publish()
        tree, now = self.log.newest(), self.chain.block(self.chain.block_number()).time
        body = checkpoint_body(LOG.name, tree.size, tree.root)
        for witness in WITNESSES:
            line = witness.line(body, now + COSIGNED_AFTER)
            CosignatureBook(self.folder / "log").record(LOG.name, tree, witness.name, now + COSIGNED_AFTER, line)
        self.stamped[tree.size] = now + STAMPED_AFTER

    def policy(self, name: str, *, stamps: bool, custodians: bool = False) -> bytes:
        """Two of three witnesses within an hour, and both authorities; perhaps the custodians of the key set."""
        trusted = accepted_custodians(registry_of(self.story.town.chain)).custodians if custodians else ()
        content = policy_of(self.chain, name, self.folder / "log", max_log_delay=3600, custodians=trusted)
        if stamps:
            roots = [base64.b64encode(authority(each)[0].der).decode() for each in TRUSTED]
            content["timestamps"] = {"roots": roots, "threshold": 2}
        return (json.dumps(content, indent=2) + "\n").encode()

    def bundle(
        self, subject: str | bytes, organisation: bytes | None = None, *, stamps: bool = True, shown: bool = False
    ) -> bytes:
        """Of a process (an ocid, by default of the buyer), perhaps with the bids ``shown``; or of an organisation (its
        id)."""
        sources = Sources(self.chain, self.index, self.story.town.store, self.story.releases, self.folder / "log")
        out = io.BytesIO()
        if isinstance(subject, bytes):
            write_organisation_bundle(sources, subject, out)
        else:
            process_id = self.story.town.process(subject, organisation)
            write_process_bundle(sources, process_id, out, shown=self.story.shown if shown else None)
        return self._stamped(out.getvalue()) if stamps else out.getvalue()

    def _stamped(self, bundle: bytes) -> bytes:
        added: dict[str, bytes | None] = {}
        for name, data in entries_of(bundle).items():
            if name.startswith("checkpoints/"):
                time = self.stamped[int(name[-12:])]
                added |= {stamp_name(name, each): stamp(each, of_log_alone(data), time) for each in TRUSTED}
        return remade(bundle, added)


@contextmanager
def counted() -> Iterator[None]:
    """What is otherwise random is counted."""
    counter = itertools.count(1)

    def token(size: int) -> bytes:
        return hashlib.shake_256(b"controls %d" % next(counter)).digest(size)

    with mock.patch("secrets.token_bytes", token):
        yield


def make_controls() -> dict[str, bytes]:
    """All files below ``controls/`` by name."""
    with counted(), tempfile.TemporaryDirectory() as name, small_town(folder := Path(name)) as town:
        state = State(f"sqlite:///{folder / 'state.sqlite'}")
        state.migrate()
        story = Story(town, ReleaseStore(town.store, state))
        story.until_closing()
        sealed = Kept.begin(SealedChain(town.chain).as_chain, story, folder / "sealed")
        joined = town.chain.block_number() + 6
        voted = Kept.begin(SealedChain(town.chain, joined).as_chain, story, folder / "voted")
        single = Kept.begin(town.chain, story, folder / "single")
        for kept in (sealed, voted, single):
            kept.publish()
        story.after_closing()
        for kept in (sealed, voted, single):
            kept.publish()
        made = {
            "qbft.policy.json": sealed.policy("Stadt Musterlingen", stamps=True),
            "voted.policy.json": voted.policy("Stadt Musterlingen, after a vote", stamps=True),
            "trusted.policy.json": sealed.policy("Stadt Musterlingen, its custodians", stamps=True, custodians=True),
            "single.policy.json": single.policy("Stadt Musterlingen, one operator", stamps=False),
            "sealed.qbft.zip": sealed.bundle(SEALED),
            "shown.qbft.zip": sealed.bundle(SEALED, shown=True),
            "notices.qbft.zip": sealed.bundle(NOTICES),
            "redacted.qbft.zip": sealed.bundle(REDACTED),
            "erased.qbft.zip": sealed.bundle(ERASED),
            "observed.qbft.zip": sealed.bundle(NOTICES, story.observer),
            "organisation.qbft.zip": sealed.bundle(town.buyer),
            "custodian.qbft.zip": sealed.bundle(story.custodian),
            "sealed.trusted.zip": sealed.bundle(SEALED),
            "sealed.voted.zip": voted.bundle(SEALED),
            "notices.single.zip": single.bundle(NOTICES, stamps=False),
        }
        for kept in (sealed, voted, single):
            kept.index.close()
        state.close()
        return made


def main() -> None:
    """Write them."""
    CONTROLS.mkdir(exist_ok=True)
    made: dict[str, Any] = make_controls()
    for path in CONTROLS.iterdir():
        path.unlink()
    for name, data in made.items():
        (CONTROLS / name).write_bytes(data)
        print(f"{name} {len(data)}")


if __name__ == "__main__":
    main()
