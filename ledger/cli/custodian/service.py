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
from ledger.errors import CustodianSilent, ServerAnswerUnusable, SiegelError

if TYPE_CHECKING:
    from ledger.cli.session import Session

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
    """Looks; what a round was refused for is told, written down, and tried again with growing pauses."""

    def __init__(self, custodian: Custodian, organisation_id: bytes, session: Session, pause: int) -> None:
        self._custodian, self._own, self._session, self._pause = custodian, organisation_id, session, pause
        self._state = read_state(custodian.folder)
        self._heard = int(time.time())
        self._later: dict[str, tuple[float, int, str]] = {}

    def look(self) -> bool:
        """One look at all rounds; whether nothing is left undone."""
        try:
            waiting = [self._try(*each) for each in self._rounds()]
        except SiegelError as error:
            return self._failed(say_error(error))
        failures = [each for each in waiting if each]
        if failures:
            return self._failed(failures[0])
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

    def _try(self, state: str, process_id: bytes, number: int) -> str:
        """Why a round is left undone; empty if it is not."""
        name = f"{process_id.hex()}/{number}"
        # Apart by state: what was in vain while a round was open must not keep it waiting once it is closed.
        later = f"{state} {name}"
        due, pause, before = self._later.get(later, (0.0, self._pause, ""))
        if name in self._state.done:
            return ""
        if time.monotonic() < due:
            return before
        returned = False
        try:
            if state == "open":
                why = self._rehearse(name, process_id, number)
            else:
                why, returned = self._release(process_id, number)
        except SiegelError as error:
            why = say_error(error)
        if not why:
            if returned or state == "open":
                pause = RETURNED_FOR if returned else PROVEN_FOR
                self._later[later] = time.monotonic() + pause, self._pause, ""
            else:
                self._state.done.append(name)
            return ""
        why = say("process 0x{process}, round {round}: {why}", process=process_id.hex(), round=number, why=why)
        if state == "open":
            # Told, but no alarm: a new round is not proven until witnesses saw it.
            self._session.warn(why)
            why = ""
        self._later[later] = time.monotonic() + pause, min(2 * pause, LONGEST_PAUSE), why
        return why

    def _release(self, process_id: bytes, number: int) -> tuple[str, bool]:
        """Why bids are left unreleased, empty if nothing is left to do now; and whether some may come back."""
        released = self._custodian.release(process_id, number)
        self._session.tell(
            say("{count} shares are released of process 0x{process}, round {round}.",
                count=len(released.contributions), process=process_id.hex(), round=number)
        )  # fmt: skip
        if released.is_final:
            return "", released.may_come_back
        why = (
            say("Bid {bid}: {why}", bid=spoken_bid(bid), why=say_error(error))
            for bid, error in released.refused.items()
        )
        return "; ".join(why), False

    def _rehearse(self, name: str, process_id: bytes, number: int) -> str:
        """Remember the deadline as it is proven now, and answer the own challenge once a day."""
        proven = self._custodian.look_at(process_id, number)
        now = int(time.time())
        if now - self._state.rehearsed.get(name, 0) >= REHEARSED_FOR:
            answer_challenges(self._custodian.served(process_id, number), proven.sealed, self._custodian.key)
            self._state.rehearsed[name] = now
        return ""


def _named(url: str, given: Any) -> tuple[bytes, int]:
    try:
        return bytes.fromhex(str(given["processId"]).removeprefix("0x")), int(given["round"])
    except (KeyError, TypeError, ValueError) as error:
        raise ServerAnswerUnusable(url=url, reason=f"it names no round: {error!r}") from error
