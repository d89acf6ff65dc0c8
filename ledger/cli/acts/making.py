"""An act while it is put together: whose it is, for which process, and the documents it names."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ledger.chain.identifiers import organisation_id, process_id
from ledger.chain.record import ZERO
from ledger.cli import values
from ledger.cli.language import say
from ledger.cli.session import Session
from ledger.cli.settling import settle_recorded
from ledger.errors import (
    ArgumentInvalid,
    ArgumentMissing,
    OcidMissing,
    OcidUnknown,
    ProcessUnknown,
    ReleaseAnchoredAlready,
    ReleaseOfOtherProcess,
    SiegelError,
)
from ledger.ocds.json_text import read_json
from ledger.ocds.privacy import policy_named
from ledger.terms import ProcessState, StatuteEntry

if TYPE_CHECKING:
    from ledger.opening.closing import Close

SALT_BYTES = 32


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A release or document that the act names by digest; a second officer gets it with the proposal.

    ``is_new``: a release that was made for this act and is named by nothing else yet.
    """

    name: str
    digest: bytes
    is_release: bool
    is_new: bool = False


class Making:
    """Resolves what was typed into what the act says, and stores what it names before anything is signed."""

    def __init__(self, session: Session, entry: StatuteEntry | None, organisation: str | None, process: str | None):
        self.session = session
        self.entry = entry
        self.enclosures: list[Enclosure] = []
        self.close: Close | None = None
        """Of a round, computed once for all its arguments."""
        self._organisation, self._process = organisation, process
        self._release: dict[str, Any] | None = None
        self._signed = False

    @cached_property
    def organisation_id(self) -> bytes:
        """Of ``--organisation``, else the home's publisher."""
        return resolve_organisation(self.session, self._organisation)

    @cached_property
    def process_id(self) -> bytes:
        """Of the PROCESS argument: a process id, or an ocid of the organisation. Raises as ``known_process``."""
        assert self._process is not None
        return known_process(self.session, self._process, self.organisation_id)

    @property
    def release_content(self) -> dict[str, Any]:
        """The release named by ``--release`` as it is in the file. Raises ``ArgumentInvalid`` if none was given."""
        if self._release is None:
            raise ArgumentMissing(argument="--release", why=say("the file of an OCDS release"))
        return self._release

    def read_release(self, path: Path) -> dict[str, Any]:
        """Reads the file, once; ``release_content`` gives it from then on."""
        content = read_json(read_document(path, "--release"))
        if not isinstance(content, dict) or "ocid" not in content:
            raise OcidMissing(path=str(path))
        self._release = content
        return content

    def release(self, path: Path, *, embargo_until: int | None = None) -> bytes:
        """The digest of a release; salt, disclosures and bytes are durable afterwards. ``embargo_until``: when it may
        be shown, in seconds since 1970.

        Raises ``ReleaseOfOtherProcess``, ``ReleaseAnchoredAlready``.
        """
        from ledger.store.outbox import OutboxStatus

        content = self._release or self.read_release(path)
        if self._process is not None:
            require_of_process(self.session, content["ocid"], self.process_id, self.organisation_id)
        name = self.entry.name if self.entry else ""
        prepare = partial(
            self.session.releases.prepare,
            content,
            self.organisation_id,
            policy_named("standard"),
            act=name,
            embargo_until=embargo_until,
        )
        prepared, is_new = prepare()
        # Perhaps a second officer executed it from another home.
        if not is_new and settle_recorded(self.session.chain, self.session.state, self.organisation_id):
            prepared, _ = prepare()
        if prepared.status is OutboxStatus.RECORDED:
            raise ReleaseAnchoredAlready(ocid=prepared.ocid, release_id=prepared.release_id)
        self.enclosures.append(Enclosure(path.name, prepared.digest, is_release=True, is_new=is_new))
        return prepared.digest

    @contextmanager
    def refusable(self) -> Iterator[None]:
        """Until something is signed: if it is refused, releases made for it are forgotten, so that a corrected one can
        come under the same id."""
        try:
            yield
        except SiegelError:
            for each in self.enclosures:
                # What was signed may be on the ledger, whatever failed after it.
                if each.is_new and not self._signed:
                    self.session.releases.discard(each.digest)
            raise

    def signing(self) -> None:
        """From now on the act may stand on the ledger."""
        self._signed = True

    def document(self, given: str, option: str, salt: bytes | None = None) -> bytes:
        """The digest of a document: of a file, which is stored salted for the entitled only, or as typed. ``salt``: the
        one with which somebody else named it before; a new one without it."""
        if values.is_digest(given):
            return values.digest(given, option)
        path = Path(given)
        content = read_document(path, option)
        from ledger.store.objects import StoreClass

        # Salted, so that nobody can try likely texts against the digest on the chain.
        digest = self.session.store.put(StoreClass.CONFIDENTIAL, content, salt=salt or secrets.token_bytes(SALT_BYTES))
        self.enclosures.append(Enclosure(path.name, digest, is_release=False))
        return digest

    def publish(self, content: bytes) -> bytes:
        """The digest of a document that everybody may see: stored without a salt, so whoever has it can find it."""
        from ledger.store.objects import StoreClass

        return self.session.store.put(StoreClass.PUBLIC, content)


def require_of_process(session: Session, ocid: object, process: bytes, organisation: bytes) -> None:
    """Whether a release of that ocid is one of the process: the ledger holds digests and cannot see it.

    ``organisation``: whose the process is if the ledger does not know it yet. Raises ``ReleaseOfOtherProcess``.
    """
    owner = session.chain.process(process).organisation_id
    if process_id(organisation if owner == ZERO else owner, str(ocid)) != process:
        raise ReleaseOfOtherProcess(ocid=ocid, processId=process)


def read_document(path: Path, option: str) -> bytes:
    """The file's bytes. Raises ``ArgumentInvalid`` naming the option it was given with."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise ArgumentInvalid(argument=option, value=path, why=values.why_unreadable(error)) from error


def resolve_organisation(session: Session, given: str | None) -> bytes:
    """``SCHEME:IDENTIFIER`` or an organisation id; without one the publisher of ``siegel.toml``."""
    if given is None:
        publisher = session.settings.publisher
        if not publisher.scheme or not publisher.uid:
            raise ArgumentMissing(argument="--organisation", why=say("siegel.toml names no [publisher] scheme, uid"))
        return organisation_id(publisher.scheme, publisher.uid)
    if values.is_digest(given):
        return values.digest(given, "--organisation")
    scheme, separator, identifier = given.partition(":")
    if not separator or not scheme or not identifier:
        raise ArgumentInvalid(argument="--organisation", value=given, why=values.expected("SCHEME:IDENTIFIER"))
    return organisation_id(scheme, identifier)


def known_process(session: Session, given: str, organisation: bytes) -> bytes:
    """A process id as typed, or that of an ocid of the organisation, if the ledger has that process.

    Raises ``ProcessUnknown``, ``OcidUnknown``: what was mistyped is told before the ledger forbids an act of a process
    that nobody knows.
    """
    is_id = values.is_digest(given)
    found = values.digest(given, "PROCESS") if is_id else process_id(organisation, given)
    if session.chain.process(found).state is ProcessState.NONE:
        raise ProcessUnknown(process_id=found) if is_id else OcidUnknown(ocid=given, organisation_id=organisation)
    return found
