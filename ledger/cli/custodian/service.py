"""The unattended custodian: one look after the other at the rounds that name it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from ledger.bid_number import spoken_bid
from ledger.cli.custodian.work import Custodian, read_state, write_state
from ledger.cli.language import say, say_error
from ledger.cli.opening.rehearsing import answer_challenges
from ledger.cli.values import shown_moment
from ledger.errors import CustodianSilent, RoundOverdue, RoundVanished, ServerAnswerUnusable, SiegelError
from ledger.terms import RoundState

if TYPE_CHECKING:
    from ledger.cli.session import Session
    from ledger.opening.memory import Awaited
    from ledger.opening.sealed_round import SealedRound

REHEARSED_FOR: Final = 86_400
"""Seconds until a rehearsal is answered again."""
RETURNED_FOR: Final = 86_400
"""Seconds until a round whose bids are returned is looked at again: its lots or its process may be reinstated."""
PROVEN_FOR: Final = 600
"""Seconds until an open round is proven again: each time its whole evidence is fetched."""
LONGEST_PAUSE: Final = 3_600
"""Seconds after which a round that was refused is looked at again, at the latest."""
AT_ONCE: Final = 200
MOST_ROUNDS: Final = 1_000
"""Rounds that are looked at of each state; whoever lists more wants to keep this custodian busy."""


class Service:
    """Looks; what a round was refused for is told, written down, and tried again with growing pauses.

    A round that it once saw proven it looks for itself, listed or not, until it has released, or a bundle shows that
    the round was opened or cancelled; ``overdue_after``: seconds after the deadline in which somebody must have closed
    it.
    """

    def __init__(
        self, custodian: Custodian, organisation_id: bytes, session: Session, pause: int, overdue_after: int
    ) -> None:
        self._custodian, self._own, self._session, self._pause = custodian, organisation_id, session, pause
        self._overdue_after, self._is_whole = overdue_after, True
        self._state = read_state(custodian.folder)
        self._heard = int(time.time())
        self._later: dict[str, tuple[float, int, str]] = {}

    def look(self) -> bool:
        """One look at all rounds; whether nothing is left undone."""
        listed, failures = set[str](), list[str]()
        try:
            for state, process_id, number in self._rounds():
                listed.add(_name(process_id, number))
                failures.append(self._try(state, process_id, number))
            for each in self._awaited():
                if _name(each.process_id, each.number) not in listed:
                    failures.append(self._try("unlisted", each.process_id, each.number))
            failures += self._overdue()
        except SiegelError as error:
            return self._failed(say_error(error))
        failed = next(filter(None, failures), None)
        if failed:
            return self._failed(failed)
        self._heard = self._state.last_success = int(time.time())
        write_state(self._custodian.folder, self._state)
        return True

    def require_heard(self, silence: int) -> None:
        """Raises CustodianSilent if there was no success, and no start, for so many seconds."""
        if time.time() - self._heard > silence:
            raise CustodianSilent(since=shown_moment(self._heard), why=self._state.last_failure)

    def _failed(self, why: str) -> bool:
        self._session.warn(say("CUSTODIAN: {why}", why=why))
        self._state.failed_at, self._state.last_failure = int(time.time()), why
        write_state(self._custodian.folder, self._state)
        return False

    def _rounds(self) -> Iterator[tuple[str, bytes, int]]:
        url, remote = self._custodian.remote.url + "/rounds", self._custodian.remote
        self._is_whole = True
        # The closed ones first: however many are open, nobody waits for shares because of them.
        for state in ("closed", "open"):
            asked: dict[str, str | int] = {"custodian": "0x" + self._own.hex(), "state": state, "limit": AT_ONCE}
            for _ in range(MOST_ROUNDS // AT_ONCE):
                answer = remote.ask("/rounds", **asked)
                listed, cursor = answer.get("rounds"), answer.get("nextCursor")
                if not isinstance(listed, list):
                    raise ServerAnswerUnusable(url=url, reason="it has no rounds")
                for each in listed:
                    yield (state, *_named(url, each))
                if not isinstance(cursor, str):
                    break
                asked["cursor"] = cursor
            else:
                self._is_whole = False

    def _try(self, state: str, process_id: bytes, number: int) -> str:
        """Why a round is left undone; empty if it is not."""
        name = _name(process_id, number)
        # Apart by state: what was in vain while a round was open must not keep it waiting once it is closed.
        later = f"{state} {name}"
        due, pause, before = self._later.get(later, (0.0, self._pause, ""))
        if name in self._state.done:
            return ""
        if time.monotonic() < due:
            return before
        again, sealed = None, None
        try:
            if state == "closed":
                why, again = self._release(process_id, number)
            else:
                sealed = self._custodian.look_at(process_id, number).sealed
                self._state.unproven.pop(name, None)
                why, again = self._follow(state, sealed)
        except SiegelError as error:
            why = say_error(error)
            if state == "unlisted":
                why = f"{_vanished(process_id, number)} {why}"
        if not why:
            if again is not None:
                self._later[later] = time.monotonic() + again, self._pause, ""
            else:
                self._state.done.append(name)
            return ""
        why = say("process 0x{process}, round {round}: {why}", process=process_id.hex(), round=number, why=why)
        if state == "open" and self._may_wait(name, sealed):
            # Told, but no alarm.
            self._session.warn(why)
            why = ""
        self._later[later] = time.monotonic() + pause, min(2 * pause, LONGEST_PAUSE), why
        return why

    def _may_wait(self, name: str, sealed: SealedRound | None) -> bool:
        """Of a round that the server calls open: a new one is not proven until witnesses saw it, and there is time to
        rehearse. Not of one that is proven to be closed, nor of one that is never proven."""
        if sealed is not None:
            return sealed.facts.closing is None
        now = int(time.time())
        return now - self._state.unproven.setdefault(name, now) <= self._overdue_after

    def _overdue(self) -> list[str]:
        """What is told of rounds that nobody closed, as far as it was shown here. A round that the server hides from
        the beginning is not known here; the officers see that its custodian did not rehearse."""
        now = time.time()
        return [
            say_error(RoundOverdue(processId=each.process_id, round=each.number, deadline=each.deadline))
            for each in self._awaited()
            if each.is_overdue(now, self._overdue_after)
        ]

    def _awaited(self) -> list[Awaited]:
        done = set(self._state.done)
        return [each for each in self._custodian.awaited() if _name(each.process_id, each.number) not in done]

    def _release(self, process_id: bytes, number: int) -> tuple[str, int | None]:
        """Why bids are left unreleased, empty if nothing is left to do now; and seconds until it is looked at again,
        None if never."""
        released = self._custodian.release(process_id, number)
        self._session.tell(
            say("{count} shares are released of process 0x{process}, round {round}.",
                count=len(released.contributions), process=process_id.hex(), round=number)
        )  # fmt: skip
        if released.is_final:
            return "", RETURNED_FOR if released.may_come_back else None
        why = (
            say("Bid {bid}: {why}", bid=spoken_bid(bid), why=say_error(error))
            for bid, error in released.refused.items()
        )
        return "; ".join(why), None

    def _follow(self, state: str, sealed: SealedRound) -> tuple[str, int | None]:
        """Of a round that the server does not call closed: what the bundle shows counts, whatever the server calls it.
        In an open one answer the own challenge once a day. Gives as ``_release``."""
        facts = sealed.facts
        if facts.state is RoundState.CLOSED and not facts.cancelled:
            return self._release(facts.process_id, facts.number)
        if facts.state is RoundState.OPENED:
            return "", None
        if facts.cancelled:
            return "", PROVEN_FOR
        if state == "unlisted" and self._is_whole:
            return _vanished(facts.process_id, facts.number), None
        self._rehearse(sealed)
        return "", PROVEN_FOR

    def _rehearse(self, sealed: SealedRound) -> None:
        facts, now = sealed.facts, int(time.time())
        name = _name(facts.process_id, facts.number)
        if now - self._state.rehearsed.get(name, 0) >= REHEARSED_FOR:
            answer_challenges(self._custodian.served(facts.process_id, facts.number), sealed, self._custodian.key)
            self._state.rehearsed[name] = now


def _name(process_id: bytes, number: int) -> str:
    return f"{process_id.hex()}/{number}"


def _vanished(process_id: bytes, number: int) -> str:
    return say_error(RoundVanished(processId=process_id, round=number))


def _named(url: str, given: Any) -> tuple[bytes, int]:
    try:
        process_id, number = bytes.fromhex(str(given["processId"]).removeprefix("0x")), given["round"]
    except (KeyError, TypeError, ValueError) as error:
        raise ServerAnswerUnusable(url=url, reason=f"it names no round: {error!r}") from error
    if len(process_id) != 32 or type(number) is not int or number < 0:
        raise ServerAnswerUnusable(url=url, reason="it names no round")
    return process_id, number
