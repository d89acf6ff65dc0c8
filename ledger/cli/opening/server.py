"""The server of a round for those who take part in it (``docs/opening.md``, ``docs/handing-in.md``, being entitled).

Nothing that it says is believed: headers are compared with commitments, contributions are opened and their signatures
verified, and its list of envelopes is compared with the ledger's bids.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Final, TypeVar

from ledger.chain.identifiers import access_digest
from ledger.cli.language import say
from ledger.cli.remote import API, Remote
from ledger.errors import ArgumentMissing, EnvelopesDiffer, GroundDiffers, ServerAnswerUnusable, SiegelError
from ledger.ocds.digest import plain_digest
from ledger.ocds.json_text import read_json
from ledger.opening.counting import Brought
from ledger.opening.signed_contribution import SignedContribution
from ledger.sealing.context import Group
from ledger.sealing.envelope import MOST_RECIPIENTS
from ledger.sealing.words import ACCOUNT

if TYPE_CHECKING:
    from ledger.chain.signers import KeySigner
    from ledger.cli.session import Session
    from ledger.opening.facts import Bid, RoundFacts
    from ledger.opening.sealed_round import SealedRound

COUNTS_FOR: Final = 600
"""Seconds that a signed header counts."""
PART: Final = 8 * 2**20
"""Bytes of an envelope that are asked for at once."""
MOST_AT_ONCE: Final = 500
"""Contributions in a request."""
Item = TypeVar("Item")
_SIZE: Final = re.compile("[0-9]{1,19}")
_GROUPS: Final = {group.name.lower(): group for group in Group}


@dataclass(frozen=True, slots=True)
class Recipient:
    """One of the key set in a rehearsal; ``challenge`` (113 bytes) of the asking one, else None. ``ready``: green."""

    group: Group
    index: int
    name: str | None
    ready_at: int | None
    ready: bool
    challenge: bytes | None


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter to a tenderer; times are seconds since 1970. ``answer_round``, ``read_at``: None where there is none."""

    number: int
    at: int
    subject: str
    text: str
    answer_round: int | None
    read_at: int | None


class RoundServer:
    """One round on one server; who asks signs each request with the own account."""

    def __init__(
        self, remote: Remote, signer: KeySigner, chain_id: int, ledger: bytes, process_id: bytes, number: int
    ) -> None:
        self._remote, self._signer = remote, signer
        self._where = chain_id, ledger, process_id, number
        self._path = f"{API}/processes/0x{process_id.hex()}/rounds/{number}"

    def here(self, facts: RoundFacts) -> set[tuple[bytes, bytes]]:
        """Commitment and author of each bid whose envelope is here. Raises EnvelopesDiffer if the server's list does
        not have exactly the ledger's bids."""
        listed = {number: (whose, here) for number, whose, here in self._list("/envelopes", "envelopes", _listed)}
        found = set[tuple[bytes, bytes]]()
        for bid in facts.bids:
            whose, here = listed.get(bid.number, (None, False))
            if whose != (bid.commitment, bid.author):
                raise EnvelopesDiffer(bid=bid.number, why=say("is not as the ledger has it"))
            if here:
                found.add(whose)
        return found

    def header_of(self, bid: Bid) -> bytes:
        """The header of its envelope. Raises BidNotHere, RoundNotClosed."""
        return self._get(f"/envelopes/0x{bid.commitment.hex()}/header")

    @contextmanager
    def envelope(self, bid: Bid) -> Iterator[BinaryIO]:
        """The whole envelope in a temporary file, asked for part by part. Raises BidNotHere, RoundNotClosed."""
        with tempfile.TemporaryFile() as file:
            path = f"/envelopes/0x{bid.commitment.hex()}"
            size = 0
            while True:
                answer = self._ask("GET", path, Range=f"bytes={size}-{size + PART - 1}")
                file.write(answer.content)
                size += len(answer.content)
                _, _, whole = answer.headers.get("content-range", "").rpartition("/")
                if answer.status_code != 206 or not _SIZE.fullmatch(whole) or size >= int(whole) or not answer.content:
                    break
            file.seek(0)
            yield file

    def contribute(self, contributions: Sequence[bytes]) -> None:
        """Sign own contributions and hand them in."""
        for start in range(0, len(contributions), MOST_AT_ONCE):
            signed = (SignedContribution.by(self._signer, each) for each in contributions[start : start + MOST_AT_ONCE])
            given = [{name: "0x" + value.hex() for name, value in asdict(each).items()} for each in signed]
            self._ask("POST", "/contributions", json={"contributions": given})

    def contributions(self, bids: Iterable[Bid]) -> list[Brought]:
        """All that were handed in for these bids, asked for bid by bid: of a whole round the answer could be longer
        than any that is read, and whoever hands in enough bids would keep all from being opened."""
        found = list[Brought]()
        for commitment in dict.fromkeys(bid.commitment for bid in bids):
            found += self._list(f"/contributions?commitment=0x{commitment.hex()}", "contributions", _brought)
        return found

    def give_ground(self, salted: bytes) -> None:
        """Hand in the ground of a close, salt and document, for the other officers. Raises GroundsTooMany."""
        self._ask("POST", "/grounds", json={"salted": salted.hex()})

    def ground(self, digest: bytes) -> bytes:
        """Salt and document of a ground. Raises GroundNotHere; GroundDiffers if the server gives another."""
        salted = self._get(f"/grounds/0x{digest.hex()}")
        if plain_digest(salted) != digest:
            raise GroundDiffers(digest=digest)
        return salted

    def rehearsal(self) -> list[Recipient]:
        """Who can open, and the own challenge."""
        return self._list("/rehearsal", "recipients", _recipient)

    def answer_rehearsal(self, group: Group, index: int, opened: bytes) -> None:
        """Show what was in the challenge. Raises RehearsalRefused."""
        body = {"group": group.name.lower(), "index": index, "opened": "0x" + opened.hex()}
        self._ask("POST", "/rehearsal", json=body)

    def tell_result(self, result: Any) -> int:
        """Let those whose bids were opened see this (``siegel-opening-result/1``); how many they are."""
        answer = self._ask("PUT", "/result", json=result).content
        return self._read("/result", answer, lambda said: _number(said["tenderers"]))

    def result(self) -> Any:
        """What officers let tenderers see of the opening. Raises OpeningResultMissing, AccessForbidden."""
        return self._read(
            "/result", self._get("/result"), lambda said: said.get("result") if isinstance(said, dict) else None
        )

    def write(self, to: bytes, subject: str, text: str, answer_round: int | None) -> int:
        """Write a letter to the account of a bid; its number."""
        letter = {"to": "0x" + to.hex(), "subject": subject, "text": text, "answerRound": answer_round}
        answer = self._ask("POST", "/letters", json=letter).content
        return self._read("/letters", answer, lambda said: _number(said["number"]))

    def letters(self) -> list[Letter]:
        """To an officer all letters of the round, to a tenderer the own ones, which count as fetched from then on."""
        return self._list("/letters", "letters", _letter)

    def _list(self, what: str, member: str, read: Callable[[Any], Item]) -> list[Item]:
        """A list in an answer. Raises ServerAnswerUnusable for what is none, or has other members."""
        return self._read(what, self._get(what), lambda said: [read(each) for each in said[member]])

    def _read(self, what: str, answer: bytes, read: Callable[[Any], Item]) -> Item:
        """What an answer says. Raises ServerAnswerUnusable for what is no JSON, or has other members."""
        url = self._remote.url + self._path + what
        try:
            return read(read_json(answer))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ServerAnswerUnusable(url=url, reason=f"{type(error).__name__}: {error}") from error
        except SiegelError as error:
            raise ServerAnswerUnusable(url=url, reason=str(error)) from error

    def _get(self, what: str) -> bytes:
        content: bytes = self._ask("GET", what).content
        return content

    def _ask(self, method: str, what: str, *, json: Any = None, **headers: str) -> Any:
        chain_id, ledger, process_id, number = self._where
        account, expires = self._signer.account, int(time.time()) + COUNTS_FOR
        signature = self._signer.sign_digest(access_digest(chain_id, ledger, process_id, number, account, expires))
        signed = f"Siegel account=0x{account.hex()}, expires={expires}, signature=0x{signature.hex()}"
        sent: dict[str, Any] = {} if json is None else {"json": json}
        return self._remote.request(method, self._path + what, headers={"Authorization": signed, **headers}, **sent)


def _letter(given: Any) -> Letter:
    answer_round, read_at = given["answerRound"], given["readAt"]
    return Letter(
        _number(given["number"]), _number(given["at"]), str(given["subject"]), str(given["text"]),
        None if answer_round is None else _number(answer_round), None if read_at is None else _number(read_at),
    )  # fmt: skip


@contextmanager
def round_server(session: Session, url: str | None, sealed: SealedRound, signer: KeySigner) -> Iterator[RoundServer]:
    """The round on the server at ``url``, by default the one of the settings. Raises ArgumentMissing."""
    with Remote(server_url(session, url)) as remote:
        facts = sealed.facts
        yield RoundServer(remote, signer, sealed.chain_id, sealed.ledger, facts.process_id, facts.number)


def server_url(session: Session, url: str | None) -> str:
    """The address that was given, else ``public_url`` of the settings. Raises ArgumentMissing."""
    found = url or session.settings.public_url
    if found is None:
        raise ArgumentMissing(argument="--server", why=say("siegel.toml names no public_url"))
    return found


def _listed(given: Any) -> tuple[int, tuple[bytes, bytes], bool]:
    """Number of a bid, commitment and author, and whether its envelope is here."""
    whose = _bytes(given["commitment"]), _bytes(given["author"])
    return _number(given["bid"]), whose, given["envelope"] is not None


def _brought(given: Any) -> Brought:
    return Brought(
        _bytes(given["commitment"]), _GROUPS[given["group"]], _index(given["index"]), _account(given["account"]),
        SignedContribution(_bytes(given["contribution"]), _bytes(given["signature"])),
    )  # fmt: skip


def _recipient(given: Any) -> Recipient:
    ready_at = given["readyAt"]
    return Recipient(
        _GROUPS[given["group"]], _index(given["index"]), None if given["name"] is None else str(given["name"]),
        None if ready_at is None else _number(ready_at), bool(given["ready"]),
        None if given["challenge"] is None else _bytes(given["challenge"]),
    )  # fmt: skip


def _number(given: Any) -> int:
    """From 0 on. Raises ValueError."""
    if type(given) is not int or given < 0:
        raise ValueError(given)
    return given


def _bytes(given: Any) -> bytes:
    return bytes.fromhex(given.removeprefix("0x"))


def _account(given: Any) -> bytes:
    """20 bytes. Raises ValueError."""
    account = _bytes(given)
    if len(account) != ACCOUNT:
        raise ValueError(given)
    return account


def _index(given: Any) -> int:
    """Of a recipient. Raises ValueError."""
    if not isinstance(given, int) or not 0 < given <= MOST_RECIPIENTS:
        raise ValueError(given)
    return given
