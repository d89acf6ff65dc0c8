"""Verifies processes for pages: the bundle that anybody can download, with the same verifier, under our own policy.

One process at a time, in a thread of its own: a long one must not keep pages from their readers, who wait a few seconds
and are told to come again. What was verified is kept until the process or one of its files changes, and not for long.
"""

from __future__ import annotations

import json
import logging
import tempfile
import threading
import time
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from typing import Final

from api.checks import Checks, Files
from ledger.errors import BundleTooLarge, InternalFailure, SiegelError, VerificationTooLarge
from ledger.evidence.bundle import Sources, write_process_bundle
from ledger.evidence.policy import ValidatorHistory, policy_of
from ledger.evidence.verify.policy import Policy, read_policy
from ledger.evidence.verify.report import Report
from ledger.evidence.verify.verifier import verify
from ledger.index.queries import Queries

log = logging.getLogger(__name__)

MOST_ACTS: Final = 25_000
MOST_BYTES: Final = 256 * 2**20
"""What a page verifies; ``siegel verify`` takes any number."""

KEPT: Final = 200
KEPT_SECONDS: Final = 600.0
UNSETTLED_SECONDS: Final = 5.0
"""How long a failure is kept, and a result that does not speak of the newest act yet."""
WAIT_SECONDS: Final = 4.0
WAITING: Final = 8
QUEUED: Final = 16
IN_MEMORY: Final = 8 * 2**20


@dataclass(frozen=True, slots=True)
class Verification:
    """A verification that was made at ``made`` (seconds since 1970) of a bundle of ``size`` bytes."""

    report: Report
    size: int
    made: int


@dataclass(frozen=True, slots=True)
class _Kept:
    key: tuple[bytes, Files]
    until: float
    outcome: Verification | SiegelError


class Verifications:
    """The verifications of one installation; safe to use from many threads."""

    def __init__(self, sources: Sources, queries: Queries, checks: Checks, policy_name: str) -> None:
        self._sources, self._queries, self._checks = sources, queries, checks
        self._policy_name = policy_name
        self._history = ValidatorHistory(sources.chain)
        self._kept: OrderedDict[bytes, _Kept] = OrderedDict()
        self._jobs: dict[bytes, Future[_Kept]] = {}
        self._guard = threading.Lock()
        self._waiting = threading.BoundedSemaphore(WAITING)
        self._worker = ThreadPoolExecutor(1, "verification")

    def of(self, process_id: bytes) -> Verification | None:
        """The verification of a process; None while it is being made, or others are.

        Raises ProcessUnknown; VerificationTooLarge; LogMissing and EvidenceNotYet, where nothing can be proven (yet);
        and as asking the node does.
        """
        row = self._queries.process(process_id)
        if row.acts > MOST_ACTS:
            raise VerificationTooLarge(what="acts", given=row.acts, most=MOST_ACTS)
        key = row.head, self._checks.files(process_id)
        with self._guard:
            kept = self._kept.get(process_id)
            if kept is None or kept.key != key or kept.until < time.monotonic():
                kept, job = None, self._begun(process_id, key, row.last_block)
        if kept is None:
            kept = self._awaited(job)
        if kept is None:
            return None
        if isinstance(kept.outcome, SiegelError):
            raise type(kept.outcome)(**kept.outcome.values)
        return kept.outcome

    def close(self) -> None:
        """Begin nothing any more, and wait for what is being made."""
        self._worker.shutdown(cancel_futures=True)

    def _begun(self, process_id: bytes, key: tuple[bytes, Files], newest: int) -> Future[_Kept] | None:
        """The job that makes it; None if too many wait already."""
        if process_id not in self._jobs:
            if len(self._jobs) >= QUEUED:
                return None
            self._jobs[process_id] = self._worker.submit(self._made, process_id, key, newest)
        return self._jobs[process_id]

    def _awaited(self, job: Future[_Kept] | None) -> _Kept | None:
        if job is None or not self._waiting.acquire(blocking=False):
            return None
        try:
            return job.result(WAIT_SECONDS)
        except FutureTimeout:
            return None
        finally:
            self._waiting.release()

    def _made(self, process_id: bytes, key: tuple[bytes, Files], newest: int) -> _Kept:
        outcome: Verification | SiegelError
        try:
            outcome = self._verified(process_id)
        except BundleTooLarge as error:
            outcome = VerificationTooLarge(what="bytes", given=error.values["given"], most=MOST_BYTES)
        except SiegelError as error:
            outcome = error
        except Exception:
            log.exception("process %s cannot be verified", process_id.hex())
            outcome = InternalFailure()
        settled = isinstance(outcome, VerificationTooLarge) or (
            isinstance(outcome, Verification) and (outcome.report.block or 0) >= newest
        )
        kept = _Kept(key, time.monotonic() + (KEPT_SECONDS if settled else UNSETTLED_SECONDS), outcome)
        with self._guard:
            self._jobs.pop(process_id, None)
            self._kept[process_id] = kept
            self._kept.move_to_end(process_id)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return kept

    def _verified(self, process_id: bytes) -> Verification:
        policy = self._policy()
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as file:
            write_process_bundle(self._sources, process_id, file, largest=MOST_BYTES)  # type: ignore[arg-type]
            size = file.tell()
            file.seek(0)
            return Verification(verify(file, policy), size, int(time.time()))  # type: ignore[arg-type]

    def _policy(self) -> Policy:
        """As ``siegel policy`` writes it."""
        sources = self._sources
        content = policy_of(
            sources.chain, self._policy_name, sources.logs, timestamps=sources.timestamps, history=self._history
        )
        return read_policy(json.dumps(content).encode())
