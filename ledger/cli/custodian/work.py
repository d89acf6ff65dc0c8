"""A custodian at work: its policy, its key, its folder in the home, and the server that it asks."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from ledger.audit.asking import Server
from ledger.cli.keys import key_path, sealing_key_path
from ledger.cli.language import say
from ledger.cli.opening.loading import sealing_key
from ledger.cli.opening.server import RoundServer
from ledger.cli.remote import API, Remote
from ledger.durable import replace
from ledger.errors import ArgumentMissing, CustodianBookUnusable
from ledger.evidence.verify.policy import Policy, read_policy
from ledger.opening.memory import Awaited, Memory, holding, round_name
from ledger.opening.release import ProvenRound, Released, chain_name, prove_round, release_round, remember
from ledger.opening.release_log import ReleaseLog

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec

    from ledger.chain.signers import KeySigner
    from ledger.cli.session import Session
    from ledger.settings import Settings

BOOK: Final = "book.json"
LOG: Final = "releases.jsonl"
STATE: Final = "custodian.json"
LARGEST_BUNDLE: Final = 2**32
"""A bundle's documents come with it; they are read once and not kept."""


@dataclass
class State:
    """What the unattended service wrote down; times in seconds since 1970. ``done``: rounds that nothing is left to
    do in, as process id and number; ``rehearsed``: when it last answered a rehearsal, by round; ``unproven``: since
    when the server lists a round and does not prove it."""

    last_success: int | None = None
    failed_at: int = 0
    last_failure: str = ""
    done: list[str] = field(default_factory=list)
    rehearsed: dict[str, int] = field(default_factory=dict)
    unproven: dict[str, int] = field(default_factory=dict)

    def written(self) -> dict[str, Any]:
        """As it stands in the file."""
        return asdict(self)


@dataclass
class Custodian:
    """One custodian."""

    policy: Policy
    key: ec.EllipticCurvePrivateKey
    signer: KeySigner
    folder: Path
    remote: Remote
    files: Server
    without_witnesses: bool

    @classmethod
    @contextmanager
    def opened(
        cls, session: Session, policy: Path, url: str, name: str | None, *, without_witnesses: bool
    ) -> Iterator[Custodian]:
        """While nobody else uses its folder. Raises PolicyInvalid, ArgumentMissing, KeyUnknown, PassphraseMissing,
        CustodianBookUnusable."""
        settings = session.require_home()
        trusted = read_policy(policy.read_bytes())
        name = name or only_holder(settings)
        key, signer = sealing_key(session, name), session.signer(name)
        with holding(folder_of(settings)) as folder, Remote(url) as remote, Server(url) as files:
            yield cls(trusted, key, signer, folder, remote, files, without_witnesses)

    @property
    def log(self) -> ReleaseLog:
        """What it released and refused."""
        return ReleaseLog(self.folder / LOG)

    def served(self, process_id: bytes, number: int) -> RoundServer:
        """A round on the server."""
        where = self.policy.chain_id, self.policy.ledger.account, process_id, number
        return RoundServer(self.remote, self.signer, *where)

    def release(self, process_id: bytes, number: int) -> Released:
        """Prove, remember, write down, hand in; if nothing is left to do then, the round is no longer awaited.

        Raises as ``release_round``, and what the server refuses with.
        """
        served, memory = self.served(process_id, number), self.memory()
        with self._bundle(process_id) as bundle:
            released = release_round(
                bundle, self.policy, process_id, number, self.key, served.header_of, memory, self.log,
                int(time.time()), without_witnesses=self.without_witnesses,
            )  # fmt: skip
        served.contribute([each.encoded() for each in released.contributions])
        if released.is_final:
            memory.settle(round_name(chain_name(self.policy), process_id, number))
        return released

    def look_at(self, process_id: bytes, number: int) -> ProvenRound:
        """Prove a round, and remember its deadline. Raises as ``prove_round`` and ``remember``."""
        with self._bundle(process_id) as bundle:
            proven = prove_round(bundle, self.policy, process_id, number, without_witnesses=self.without_witnesses)
        remember(self.memory(), proven, self.key)
        return proven

    def awaited(self) -> list[Awaited]:
        """Rounds of this policy's ledger in which something is to do yet. Raises CustodianBookUnusable."""
        return [each for each in self.memory().awaited() if each.chain == chain_name(self.policy)]

    def memory(self) -> Memory:
        """Its book. Raises CustodianBookUnusable, also where it is gone and the log shows that there was one."""
        path = self.folder / BOOK
        if not path.exists() and any("block" in entry for entry in self.log.read()):
            raise CustodianBookUnusable(path=path, why=say("it is gone, and the log beside it speaks of blocks seen"))
        return Memory(path)

    @contextmanager
    def _bundle(self, process_id: bytes) -> Iterator[BinaryIO]:
        with tempfile.TemporaryFile() as file:
            self.files.save(f"{API}/processes/0x{process_id.hex()}/evidence", file, LARGEST_BUNDLE)
            yield file


def folder_of(settings: Settings) -> Path:
    """Where a custodian's book, log and state lie."""
    return settings.home / "custodian"


def read_state(folder: Path) -> State:
    """What the service wrote down. Raises CustodianBookUnusable."""
    path = folder / STATE
    if not path.exists():
        return State()
    try:
        return State(**json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError) as error:
        raise CustodianBookUnusable(path=path, why=str(error)) from error


def write_state(folder: Path, state: State) -> None:
    """Replace it."""
    replace(folder / STATE, json.dumps(state.written(), indent=1).encode() + b"\n")


def only_holder(settings: Settings) -> str:
    """The name of the one sealing key of this home that has an account's key beside it. Raises ArgumentMissing."""
    suffix = sealing_key_path(settings, "").name
    names = [path.name.removesuffix(suffix) for path in sorted(settings.keys_dir.glob(f"*{suffix}"))]
    if len(names) != 1:
        raise ArgumentMissing(argument="--as", why=say("this home has {count} sealing keys", count=len(names)))
    key_path(settings, names[0])
    return names[0]
