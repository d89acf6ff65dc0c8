"""A server that answers those who open a round with nonsense: each gets a failure with a name, and no traceback."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from ledger.chain.signers import KeySigner
from ledger.cli.language import say_error
from ledger.cli.opening.server import RoundServer
from ledger.cli.remote import Remote, _refusal
from ledger.errors import DeadlineNotLater, EnvelopeForeign, ServerAnswerUnusable

FULL: dict[str, Any] = {
    "group": "officers", "index": 1, "name": None, "readyAt": None, "ready": False, "challenge": None,
}  # fmt: skip


class Answering(Remote):
    """A server that answers everything with the same JSON."""

    def __init__(self, content: Any) -> None:
        super().__init__("http://127.0.0.1:9")
        self.content = json.dumps(content).encode()

    def request(self, method: str, address: str, **sent: Any) -> httpx.Response:
        """The same, whatever is asked."""
        return httpx.Response(200, content=self.content)


@pytest.mark.parametrize("wrong", [{"group": []}, {"index": -1}, {"index": 0}, {"index": 10**9}])
def test_rehearsal_with_a_recipient_that_is_none_is_named(wrong: dict[str, Any]) -> None:
    """An unattended custodian goes on after it, and says what the server answered."""
    with Answering({"recipients": [{**FULL, **wrong}]}) as remote:
        served = RoundServer(remote, KeySigner.generate(), 1, bytes(20), bytes(32), 1)
        with pytest.raises(ServerAnswerUnusable):
            served.rehearsal()


def test_problem_with_a_value_called_self_is_the_failure_that_it_names() -> None:
    """No name of a value keeps a failure from being told."""
    content = {"type": "https://example.org/problems/EnvelopeForeign", "self": 1, "field": "author"}
    headers = {"content-type": "application/problem+json"}
    found = _refusal("http://127.0.0.1:9", httpx.Response(422, headers=headers), json.dumps(content).encode())
    assert (type(found), found.values) == (EnvelopeForeign, {"field": "author"})


def test_deadline_beyond_every_calendar_is_told_as_a_number() -> None:
    """64 bits hold moments that no calendar has: a buyer's round can end in one."""
    assert str(2**64 - 1) in say_error(DeadlineNotLater(deadline=2**64 - 1, latest=1_800_000_000))
