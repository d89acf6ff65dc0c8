"""Bundles of a small town, and bundles made anew from what others hold: the forger's tools."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ledger.evidence.bundle import Sources, write_organisation_bundle, write_process_bundle
from ledger.evidence.log.folder import create_log
from ledger.evidence.log.publisher import Publisher
from ledger.evidence.policy import policy_of
from ledger.evidence.verify.archive import write_archive
from ledger.evidence.verify.manifest import SALTED, Entry, Manifest, kind_of, read_manifest
from ledger.evidence.verify.policy import Policy, read_policy
from ledger.evidence.verify.report import Report, Step, Verdict
from ledger.index.database import Index
from ledger.index.sync import Synchroniser
from ledger.ocds.digest import new_salt
from ledger.store import ReleaseStore, State, StoreClass
from ledger.terms import NoticeKind
from tests.index.town import DAY, START, Town, embedded_town, release
from tests.verifier.peer import agreed

OCID = "ocds-a2ef3d-fire-station"
OTHER = "ocds-a2ef3d-school"
SEALED = "ocds-a2ef3d-town-hall"


@dataclass
class Proving:
    """A town, what evidence of it is made of, and the policy that trusts its chain."""

    town: Town
    sources: Sources
    policy: Policy

    def process(self, ocid: str = OCID, organisation: bytes | None = None) -> bytes:
        """The bundle of a process."""
        self.index()
        out = io.BytesIO()
        write_process_bundle(self.sources, self.town.process(ocid, organisation), out)
        return out.getvalue()

    def organisation(self, organisation: bytes) -> bytes:
        """The bundle of an organisation."""
        self.index()
        out = io.BytesIO()
        write_organisation_bundle(self.sources, organisation, out)
        return out.getvalue()

    def index(self) -> None:
        """Read what the chain has, and log it."""
        Synchroniser(self.sources.index, self.town.chain, self.town.store).run_once()
        Publisher(self.sources.logs, self.town.chain, self.sources.index).publish()

    def verified(self, bundle: bytes) -> Report:
        """What both verifiers say of it."""
        return agreed(bundle, self.policy)


@contextmanager
def proving_town(folder: Path) -> Iterator[Proving]:
    """A buyer with an anchored process of three notices, another, and a sealed one; an observed one beside them. The
    chain is logged, and no witness asked."""
    with embedded_town(folder) as town:
        state = State(f"sqlite:///{folder / 'state.sqlite'}")
        state.migrate()
        index = Index.open(f"sqlite:///{folder / 'index.sqlite'}")
        town.accept_key_set()
        document = town.store.put(StoreClass.PUBLIC, b"Leistungsverzeichnis", salt=new_salt())
        for number in (1, 2, 3):
            found = release(OCID, number)
            if number == 1:
                found["tender"]["documents"] = [{"id": "1", "digest": document.hex()}]
            town.notice(OCID, town.keep(found), NoticeKind.CALL if number == 1 else NoticeKind.CORRECTION)
        town.notice(OTHER, town.keep(release(OTHER, 1)))
        town.notice(OCID, town.keep(release(OCID, 1)), organisation=town.observer)
        town.tender(SEALED, town.keep(release(SEALED, 1)), START + 30 * DAY)
        sources = Sources(town.chain, index, town.store, ReleaseStore(town.store, state), folder / "log")
        create_log(sources.logs, "log.example/musterlingen")
        content = policy_of(town.chain, "Stadt Musterlingen", sources.logs)
        yield Proving(town, sources, read_policy(json.dumps(content).encode()))
        index.close()
        state.close()


def entries_of(bundle: bytes) -> dict[str, bytes]:
    """The entries of a bundle by name, as any ZIP reader gives them."""
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def manifest_of(bundle: bytes) -> Manifest:
    """The manifest of a bundle."""
    return read_manifest(entries_of(bundle)["manifest.json"])


def remade(
    bundle: bytes,
    changed: Mapping[str, bytes | None],
    salts: Mapping[str, bytes] | None = None,
    **manifest: object,
) -> bytes:
    """A bundle in the right format that holds other entries (None: left out), and other fields in its manifest.

    ``salts``: of releases and documents that are added; the others keep theirs.
    """
    before = manifest_of(bundle)
    entries = entries_of(bundle)
    del entries["manifest.json"]
    for name, data in changed.items():
        entries.pop(name, None)
        if data is not None:
            entries[name] = data
    salts = {entry.name: entry.salt for entry in before.entries} | dict(salts or {})
    made = []
    for name, data in sorted(entries.items()):
        kind, salt = kind_of(name), salts.get(name, b"")
        digest = bytes.fromhex(name[-64:]) if kind in SALTED else hashlib.sha256(data).digest()
        made.append(Entry(name, kind, len(data), digest, salt))
    after = replace(before, entries=tuple(made), **manifest)  # type: ignore[arg-type]
    out = io.BytesIO()
    pieces = [(zlib.crc32(data), lambda data=data: data) for _, data in sorted(entries.items())]
    write_archive(after, pieces, out)
    return out.getvalue()


def failed_step(report: Report) -> Step:
    """The one step that failed."""
    (step,) = [result.step for result in report.results if result.verdict is Verdict.FAILED]
    return step
