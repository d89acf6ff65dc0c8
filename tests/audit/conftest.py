"""A served town with a transparency log, and an auditor who knows its policy."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from ledger.audit.asking import Server
from ledger.audit.auditing import Audit, Audited, subject_of
from ledger.audit.book import opened
from ledger.chain.rpc import Transport, transport_to
from ledger.evidence.log.publisher import Publisher
from ledger.evidence.policy import policy_of
from ledger.evidence.verify.policy import Policy, read_policy
from ledger.index.sync import Synchroniser
from ledger.ocds.privacy import policy_named
from tests.audit.liar import Liar, lying
from tests.explorer.site import Site, served
from tests.index.town import release

ORIGIN = "vergabe.example"


LATER = "ocds-a2ef3d-later"


@dataclass(frozen=True)
class Audits:
    """A served site, and the policy of its chain as a file."""

    site: Site
    raw: bytes
    before: Path
    """A folder after an audit from before the last notice."""
    old: bytes
    """The buyer's evidence from then."""

    @property
    def policy(self) -> Policy:
        """As the auditor trusts it."""
        return read_policy(self.raw)

    def audit(self, folder: Path, *, url: str | None = None, second: str | None = None, node: bool | Transport = False,
              policy: Policy | None = None, **more: Any) -> Audited:  # fmt: skip
        """One audit into the folder's book."""
        trusted = policy or self.policy
        with Server(url or self.site.url, pause=lambda _: None) as server, opened(folder, subject_of(trusted)) as book:
            transport = transport_to(self.site.town.node) if node is True else node or None
            if second is None:
                return Audit(server, trusted, book, node=transport, **more).run()
            with Server(second, pause=lambda _: None) as other:
                return Audit(server, trusted, book, second=other, node=transport, **more).run()

    def take_in(self) -> None:
        """Let index and log follow the chain."""
        services = self.site.services
        Synchroniser(services.index, services.chain, services.store).run_once()
        Publisher(services.settings.log_dir, services.chain, services.index).publish()


@pytest.fixture(scope="package")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audits]:
    """A town that is served as it is; who alters something puts it back."""
    with served(tmp_path_factory.mktemp("honest")) as site:
        services = site.services
        Publisher(services.settings.log_dir, services.chain, services.index).publish()
        raw = json.dumps(policy_of(services.chain, "the town", services.settings.log_dir)).encode()
        first = Audits(site, raw, tmp_path_factory.mktemp("before"), b"")
        assert first.audit(first.before, node=True).findings == []
        path = f"/api/v1/organisations/0x{site.town.buyer.hex()}/evidence"
        old = httpx.get(site.url + path, timeout=60).content
        content = release(LATER, title="Schulmöbel", tenderPeriod={"endDate": "2099-01-01T00:00:00Z"})
        site.town.notice(LATER, services.releases.prepare(content, site.town.buyer, policy_named("standard"))[0].digest)
        first.take_in()
        yield replace(first, old=old)


@pytest.fixture(scope="package")
def audited_once(honest: Audits, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder after an audit that found nothing; copied for each test, never used itself."""
    folder = tmp_path_factory.mktemp("audited")
    assert honest.audit(folder, node=True).findings == []
    return folder


@pytest.fixture
def folder(audited_once: Path, tmp_path: Path) -> Path:
    """An auditor's folder of one's own, in which all that was recorded so far is proven."""
    copy = tmp_path / "folder"
    shutil.copytree(audited_once, copy)
    return copy


@pytest.fixture
def liar(honest: Audits) -> Iterator[Liar]:
    """Passes on what the honest server says, and lies where a test says so."""
    with lying(honest.site.url) as found:
        yield found
