"""A buyer's home and its server with a relay, on the loopback: a round as two officers in two browsers have it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from api.services import Services
from ledger.cli.keys import key_path, sealing_key_path
from ledger.opening.contributing import contribution, index_of
from ledger.opening.facts import RoundFacts, read_round
from ledger.opening.sealed_round import SealedRound
from ledger.opening.signed_contribution import SignedContribution
from ledger.sealing.context import Group
from ledger.sealing.contribution import contribute
from ledger.settings import Settings
from ledger.store.contributions import Contributions, Given
from tests.cli.conftest import PASSPHRASE
from tests.cli.notices import SCHEME, UID
from tests.cli.opening_desk import CUSTODIANS, Desk, Tender, opened_desk
from tests.explorer.site import serving
from tests.index.town import signer
from tests.waiting import wait_until


@dataclass
class OpeningTown:
    """``url``: where pages and relay are served."""

    desk: Desk
    services: Services
    url: str

    def page(self, tender: Tender) -> str:
        """Where its officers work."""
        return f"{self.url}/opening/{tender.id}/1"

    def tender(self, seconds: int = 600) -> Tender:
        """A procedure whose round ends in so many seconds of the ledger, once the server knows of it."""
        made = self.desk.tender(seconds)
        sealing = f"{self.url}/api/v1/processes/{made.id}/rounds/1/sealing"
        wait_until(lambda: httpx.get(sealing).status_code == 200)
        return made

    def files(self, name: str) -> tuple[Path, Path]:
        """An officer's two key files."""
        settings = Settings.load(self.desk.home)
        return key_path(settings, name), sealing_key_path(settings, name)

    def facts(self, tender: Tender) -> RoundFacts:
        """What the ledger has of the round."""
        return read_round(self.desk.chain.acts_of(tender.process_id), 1)

    def sealed(self, tender: Tender) -> SealedRound:
        """The round on its chain."""
        chain = self.desk.chain
        return SealedRound(chain.chain_id, chain.ledger, self.facts(tender), self.desk.keys)

    def release(self, tender: Tender, names: Sequence[str] = CUSTODIANS[:2]) -> None:
        """Custodians release their shares of all bids that are opened."""
        sealed = self.sealed(tender)
        for name in names:
            path = sealing_key_path(Settings.load(self.desk.custodians[name]), "custodian")
            key = load_pem_private_key(path.read_bytes(), PASSPHRASE.encode())
            index = index_of(sealed, Group.CUSTODIANS, key)  # type: ignore[arg-type]
            given, deputy = [], signer(f"deputy of {name}")
            for bid in sealed.facts.bids:
                if not sealed.facts.follows(bid):
                    made = contribution(
                        sealed, bid, lambda one: tender.sealed[one.number].header.encoded(), Group.CUSTODIANS, index,
                        key, tender.deadline + 10,  # type: ignore[arg-type]
                    )  # fmt: skip
                    signed = SignedContribution.by(deputy, made.encoded())
                    given.append(Given(bid.commitment, Group.CUSTODIANS, index, signed.contribution, signed.signature))
            Contributions(self.services.state).take(tender.process_id, 1, deputy.account, given)

    def lie(self, tender: Tender, index: int) -> None:
        """A custodian's share of the first bid that is not the one that was sealed."""
        bid = self.facts(tender).bids[0]
        data = contribute(tender.sealed[0].header, self.desk.keys, Group.CUSTODIANS, index, b"\x01" * 32).encoded()
        liar = signer("somebody who lies")
        signature = SignedContribution.by(liar, data).signature
        given = [Given(bid.commitment, Group.CUSTODIANS, index, data, signature)]
        Contributions(self.services.state).take(tender.process_id, 1, liar.account, given)


@contextmanager
def opening_town(folder: Path) -> Iterator[OpeningTown]:
    """All of it; the server follows its ledger as it does in operation."""
    with opened_desk(folder) as desk:
        settings = Settings.load(desk.home, receiver={"scheme": SCHEME, "uid": f"{UID}-receiver"}, poll_interval=0.2)
        opened = Services.open(settings, desk.chain, receiver=signer("receiver"))
        with closing(opened) as services, serving(services) as url:
            yield OpeningTown(desk, services, url)
