"""What the index answers with: frozen rows, one class for each kind of thing.

Digests, identifiers and accounts are ``bytes`` (32, 32 and 20 long); times are whole seconds since 1970 (UTC) as the
chain counts them; ``None`` means "not known" or "does not apply", never zero. Hex and JSON exist only at the edges.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

from ledger.ocds.differences import Change

T = TypeVar("T")


class Status(StrEnum):
    """Where a process stands, as a reader would say it.

    A status that follows from dates is derived at the moment of the question and never stored: ``open`` turns into
    ``evaluation`` when the deadline passes, ``standstill`` into ``awarded`` when the standstill has run out.
    Suspension is not a status: a suspended process keeps its own and is flagged.
    """

    PLANNED = "planned"
    OPEN = "open"
    EVALUATION = "evaluation"
    AWARDED = "awarded"
    STANDSTILL = "standstill"
    CONCLUDED = "concluded"
    COMPLETED = "completed"
    TERMINATED = "terminated"
    CANCELLED = "cancelled"
    UNSUCCESSFUL = "unsuccessful"
    UNKNOWN = "unknown"


class Condition(StrEnum):
    """In what state the bytes behind a digest were found when they were last read.

    ``embargoed``: anchored, not yet disclosed (§ 40 VgV); ``missing``: not in the store; ``altered``: the stored
    bytes do not give the digest on the chain; ``unreadable``: they do, but are no OCDS release; ``foreign``: they do,
    but say that they are of another process; ``erased``: taken away on purpose, the digest stays provable.
    """

    INTACT = "intact"
    EMBARGOED = "embargoed"
    MISSING = "missing"
    ALTERED = "altered"
    UNREADABLE = "unreadable"
    FOREIGN = "foreign"
    ERASED = "erased"


PROBLEMS = frozenset({Condition.MISSING, Condition.ALTERED, Condition.UNREADABLE})
"""What counts as a problem of a release: its bytes are not there as a release that was anchored. One of another process
is whole, and set apart by its condition; to count it would tell of an alteration where there is none."""


SILENT_DAYS = 90
"""Days after the deadline from which on a procedure without a result is told as silent, where nobody says otherwise. No
law sets such a term: VgV § 39 wants the award told 30 days after it was made, and evaluating takes weeks."""


NOT_TOLD = frozenset({Condition.EMBARGOED, Condition.FOREIGN})
"""Releases that stand in no package of their process: not disclosed yet, or another process's, in whose record they
belong."""


class Sort(StrEnum):
    """Orders of the process list; ties are broken by the process id, so every order is total."""

    UPDATED = "updated"  # latest act first
    PUBLISHED = "published"  # latest first act first
    DEADLINE = "deadline"  # next deadline first, processes without one last
    TITLE = "title"  # alphabetical as the database sorts


@dataclass(frozen=True, slots=True)
class ProcessFilter:
    """What a list of processes is narrowed to; every field that is not ``None`` must hold.

    ``q`` are words and quoted phrases (:mod:`ledger.index.words`), looked for in title, description, buyer, suppliers,
    titles of lots, what is bought (CPV codes and descriptions), place and ocid. ``cpv`` is a prefix of the main CPV
    code, ``method`` an OCDS ``procurementMethod`` (``direct``: awarded without competition), ``year`` that of the
    first publication, ``place`` and ``buyer_name`` are exact. ``silent_days``: the deadline passed more than so many
    days ago, and no result was published. Dates are seconds and compare with the time of the first act.
    """

    q: str | None = None
    ocid: str | None = None
    organisation_id: bytes | None = None
    status: Status | None = None
    mode: str | None = None
    cpv: str | None = None
    method: str | None = None
    year: int | None = None
    place: str | None = None
    buyer_name: str | None = None
    silent_days: int | None = None
    published_from: int | None = None
    published_to: int | None = None
    sort: Sort = Sort.UPDATED


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list; ``next_cursor`` is opaque and ``None`` on the last page; ``total`` counts all pages."""

    items: tuple[T, ...]
    next_cursor: str | None
    total: int


@dataclass(frozen=True, slots=True)
class ProcessRow:
    """One contracting process.

    ``mode``: ``observed`` (someone else anchors the buyer's public notices), ``anchored`` (the buyer does),
    ``sealed``. ``state`` is the contract's own ``active`` or ``cancelled`` in sealed mode. ``title`` to ``suppliers``
    come from the compiled releases (OCDS ``tender`` and ``awards``, of these only what is made); ``deadline`` from the
    open round in sealed mode, else from ``tender/tenderPeriod/endDate``. ``value_amount`` is the number exactly as
    published, as text. ``letters_sent`` and ``standstill_until`` are those of the announced awards (GWB § 134), the
    latest of each. ``place``: locality or region of the first delivery, else of the buyer. ``month`` (``2026-01``, in
    Germany) is that of the first publication: of the earliest release's own date or of the first act. ``problems``:
    releases of this process whose bytes were not intact when last indexed (``PROBLEMS``).
    ``exceptions``: how often a way out was used that demands a ground (early conclusion, remand, resumed round, late
    but admitted bid, revised outcome).
    """

    process_id: bytes
    organisation_id: bytes
    ocid: str
    mode: str
    state: str
    status: Status
    title: str | None
    description: str | None
    language: str | None
    buyer_name: str | None
    buyer_identifier: str | None
    procurement_method: str | None
    procurement_category: str | None
    cpv: str | None
    value_amount: str | None
    value_currency: str | None
    suppliers: tuple[str, ...]
    award_amount: str | None
    award_currency: str | None
    deadline: int | None
    letters_sent: int | None
    standstill_until: int | None
    suspended: bool
    cancelled: bool
    reinstated: bool
    remands: int
    exceptions: int
    first_time: int
    last_time: int
    first_block: int
    last_block: int
    acts: int
    releases: int
    problems: int
    parent_process_id: bytes | None
    place: str | None
    month: str
    head: bytes


def is_silent_row(row: ProcessRow, now: int, days: int = SILENT_DAYS) -> bool:
    """Whether a list of processes silent for so many days (``ProcessFilter.silent_days``) has this one at ``now``."""
    passed = row.deadline is not None and row.deadline < now - days * 86_400
    return row.status is Status.EVALUATION and passed and not row.suspended


@dataclass(frozen=True, slots=True)
class ActRow:
    """One recorded act with its place on the chain; ``detail`` are the act's own arguments by name, decoded.

    ``act`` is the name of the statute table (``NoticePublished``); ``number`` its number there. ``second`` is
    ``None`` for an act that one person performs. ``ground`` is ``None`` where none was given. ``data`` is the event's
    data, of which ``digest`` is the keccak256.
    """

    process_id: bytes
    organisation_id: bytes
    act: str
    number: int
    sequence: int
    roles: int
    time: int
    first: bytes
    second: bytes | None
    lot: bytes | None
    round: int | None
    bid: int | None
    ref: int | None
    arrival: int | None
    ground: Any
    release: bytes | None
    subject: bytes | None
    detail: Mapping[str, Any]
    digest: bytes
    data: bytes
    block_number: int
    block_hash: bytes
    transaction_hash: bytes
    log_index: int


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """One anchored release. ``plain_digest`` is the SHA-256 of its bytes alone, for people who hold the file;
    ``original_digest`` the anchored digest of the imported file it was made from. ``kind`` is the notice kind of the
    act, ``tags`` the OCDS ``tag``. ``problem`` says in a few words what is wrong when ``condition`` is not intact."""

    process_id: bytes
    sequence: int
    digest: bytes
    plain_digest: bytes | None
    original_digest: bytes | None
    act: str
    kind: str | None
    time: int
    block_number: int
    condition: Condition
    problem: str | None
    ocid: str | None
    release_id: str | None
    date: str | None
    tags: tuple[str, ...]
    language: str | None
    title: str | None
    value_amount: str | None
    value_currency: str | None
    deadline: str | None
    suppliers: tuple[str, ...]
    size: int | None


@dataclass(frozen=True, slots=True)
class BidRow:
    """One entry of a round: a commitment, or an external (paper) bid, which has a number and no commitment's
    ciphertext. ``arrival`` is the time that counts, ``time`` the block's. ``late``: arrived after the final deadline.
    ``commitment`` of an external bid is the digest of its record of receipt, and it has no author. ``outcome`` is the
    one public outcome (``opened``, ``unreadable``, ``cover``, ``superseded``, ``withdrawn``, ``missing``, ``late``,
    ``returned``), ``pending`` before it is known, ``external`` for a bid on paper."""

    process_id: bytes
    round: int
    bid: int
    external: bool
    commitment: bytes
    author: bytes | None
    time: int
    arrival: int
    late: bool
    admitted: bool
    present: bool | None
    supersedes: bytes | None
    superseded: bool
    withdrawn: bool
    excluded: bool
    outcome: str
    sequence: int


@dataclass(frozen=True, slots=True)
class RoundRow:
    """One round of submission: ``state`` is ``open``, ``closed`` or ``opened``; ``first_deadline`` the one it was
    opened with, ``deadline`` the one in force."""

    process_id: bytes
    round: int
    kind: str
    state: str
    opened_time: int
    first_deadline: int
    deadline: int
    closed_time: int | None
    bids_opened_time: int | None
    counted: int | None
    key_set: bytes | None
    invited: bytes | None
    receivers: tuple[bytes, ...]
    sequence: int
    bids: tuple[BidRow, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class CustodianRound:
    """One round that a custodian holds shares of, with what its process is called. ``state`` is ``open`` until two
    officers close the round, also after its ``deadline``; of a ``cancelled`` process nothing will be opened."""

    process_id: bytes
    organisation_id: bytes
    ocid: str
    title: str | None
    language: str | None
    buyer_name: str | None
    suspended: bool
    cancelled: bool
    round: int
    kind: str
    state: str
    opened_time: int
    deadline: int
    closed_time: int | None
    bids_opened_time: int | None
    key_set: bytes


@dataclass(frozen=True, slots=True)
class KeySetRow:
    """How many of how many must contribute to open a bid sealed to this set. Without custodians both of their numbers
    are zero, and the officers alone can open."""

    officer_threshold: int
    officers: int
    custodian_threshold: int
    custodians: int


@dataclass(frozen=True, slots=True)
class RecipientRow:
    """Who a share of each bid is sealed to. ``holder``: an officer's account left-padded to 32 bytes, or a custodian's
    organisation id; ``key``: P-256, 65 bytes. The other fields are those of custodians: since when it has accepted its
    part, and what the registry and releases say of the organisation."""

    holder: bytes
    key: bytes
    accepted_time: int | None
    scheme: str | None
    identifier: str | None
    name: str | None

    @property
    def registered(self) -> str | None:
        """A custodian as it was admitted, ``scheme:identifier``; None of an officer."""
        return None if self.identifier is None else f"{self.scheme}:{self.identifier}"


@dataclass(frozen=True, slots=True)
class WholeKeySet:
    """A key set of a buyer with its recipients in their order, by which an index counts from 1. A retired one is
    refused to later rounds; those that are running keep it."""

    key_set: bytes
    organisation_id: bytes
    officer_threshold: int
    custodian_threshold: int
    officers: tuple[RecipientRow, ...]
    custodians: tuple[RecipientRow, ...]
    registered_time: int
    retired_time: int | None

    @property
    def ready_time(self) -> int | None:
        """Since when all custodians have accepted; ``None`` while one has not. Rounds take ready key sets only."""
        accepted = [custodian.accepted_time for custodian in self.custodians]
        known = [time for time in accepted if time is not None]
        return max((self.registered_time, *known)) if len(known) == len(accepted) else None


@dataclass(frozen=True, slots=True)
class LotRow:
    """One lot of a sealed process; ``lot_id`` is the plain id where a release names it. ``state``: ``open`` or
    ``closed`` (without further award)."""

    process_id: bytes
    lot: bytes
    lot_id: str | None
    title: str | None
    max_awards: int
    state: str


@dataclass(frozen=True, slots=True)
class AwardRow:
    """One award, named by the sequence of its announcement. ``state``: ``announced``, ``withdrawn``, ``concluded``,
    ``terminated``, ``completed``, or ``void`` after a remand. ``early``: concluded before the standstill's end or
    under suspension, which needs a ground and is shown to every reader."""

    process_id: bytes
    award: int
    lot: bytes
    round: int | None
    bid: int | None
    variant: bytes | None
    state: str
    announced_time: int
    letters_sent: int | None
    standstill_until: int | None
    concluded_time: int | None
    early: bool


@dataclass(frozen=True, slots=True)
class SuspensionRow:
    """One suspension, named by its sequence; ``lot`` is ``None`` when it covers the whole process."""

    process_id: bytes
    suspension: int
    lot: bytes | None
    time: int
    lifted_time: int | None


@dataclass(frozen=True, slots=True)
class WholeProcess:
    """A process and what belongs to it, read at one moment; each part in its own order."""

    row: ProcessRow
    lots: tuple[LotRow, ...]
    awards: tuple[AwardRow, ...]
    suspensions: tuple[SuspensionRow, ...]
    releases: tuple[ReleaseRow, ...]
    findings: tuple[FindingRow, ...]


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """One organisation of the registry. ``name`` is the one its latest release gives it (the chain holds none).
    ``kinds`` are the registry's (``buyer``, ``observer``, ``custodian``, ...)."""

    organisation_id: bytes
    scheme: str | None
    identifier: str | None
    name: str | None
    kinds: tuple[str, ...]
    suspended: bool
    processes: int
    last_time: int | None


class Artifact(StrEnum):
    """What a digest is of that an organisation put on record outside its processes."""

    PAGE = "page"
    LOG_KEY = "logKey"
    POLICY = "policy"
    OTHER = "other"
    AUDIT_REPORT = "auditReport"


@dataclass(frozen=True, slots=True)
class ArtifactRow:
    """Something that an organisation registered (ArtifactRegistered), or a report of an audit that it anchored
    (AuditAnchored), which has no name. ``digest`` is the SHA-256 of its bytes, ``sequence`` that of the act among those
    of the organisation."""

    organisation_id: bytes
    artifact: Artifact
    name: str | None
    digest: bytes
    sequence: int
    time: int
    block_number: int


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One thing that a pull of public notices found out about a notice (``ledger.ocds.observation.FindingKind``).

    ``observation`` is the digest of the document that says so, recorded by ``organisation_id`` as ``sequence`` at
    ``time`` in ``block_number``; ``pulled`` when it looked. ``release`` is the digest under which the notice is
    anchored; ``was`` and ``now`` those of the files before and after. ``day`` is that of the export. ``stands``: no
    later finding took it back (a vanished notice reappeared, a changed one was restored). ``title`` is the process's,
    ``None`` where the index has no such process.
    """

    process_id: bytes
    organisation_id: bytes
    finding: str
    day: str
    moved_from: str | None
    ocid: str
    release_id: str
    title: str | None
    language: str | None
    buyer_name: str | None
    release: bytes
    was: bytes | None
    now: bytes | None
    changes: tuple[Change, ...]
    stands: bool
    pulled: int
    observation: bytes
    sequence: int
    time: int
    block_number: int
    log_index: int
    number: int


@dataclass(frozen=True, slots=True)
class Found:
    """One thing a digest names. ``kind``: ``release`` (anchored digest), ``file`` (plain SHA-256 of a release's
    bytes), ``original`` (digest of an imported file), ``changed`` (digest of a file that a pull found in an original's
    place), ``observation`` (digest of what a pull saw), ``commitment``, ``document``, ``act``, ``block``,
    ``transaction``; outside processes ``page``, ``logKey``, ``policy``, ``artifact`` (registered under ``name``) and
    ``auditReport``. ``sequence`` is that of the act in its process, outside processes in its organisation's series."""

    kind: str
    digest: bytes
    process_id: bytes
    ocid: str
    sequence: int
    act: str
    time: int
    block_number: int
    transaction_hash: bytes
    release: bytes | None
    organisation_id: bytes
    name: str | None


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """How far the index is. ``head_*`` is the chain's head as last seen, ``None`` when the chain could not be asked;
    lag is counted in blocks and in seconds of block time. ``problems`` counts releases whose bytes were not intact
    when last indexed (``PROBLEMS``)."""

    chain_id: int | None
    ledger: bytes | None
    indexed_block: int | None
    indexed_time: int | None
    head_block: int | None
    head_time: int | None
    lag_blocks: int | None
    lag_seconds: int | None
    processes: int
    acts: int
    releases: int
    problems: int
    last_error: str | None
