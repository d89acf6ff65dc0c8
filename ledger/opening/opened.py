"""What an opening leaves behind: ``round.json``, and where documents of bids lie (``docs/opening.md``)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from ledger.bid_number import FIRST_EXTERNAL_BID
from ledger.durable import replace
from ledger.errors import OpenedRoundUnreadable, SiegelError
from ledger.evaluation.on_paper import PAPER, SAMPLE
from ledger.sealing.bid import read_field
from ledger.terms import Outcome

FORMAT: Final = "siegel-opened/1"
FILE: Final = "round.json"
EXTERNAL: Final = "external"
KINDS: Final = (PAPER, SAMPLE)
OUTCOMES: Final = frozenset({EXTERNAL, *(outcome.name.lower() for outcome in Outcome if outcome)})


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedBid:
    """One bid and how it ended, under the names of ``docs/opening.md``.

    ``commitment`` 32 bytes and ``author`` 20 bytes, None of a bid on paper. ``arrival`` is what counts, ``block_time``
    the block that recorded it, in seconds since 1970; ``promised``: a receiver signed the arrival. ``outcome`` is a
    word of ``OUTCOMES``. Of an opened one ``values`` by field name and ``disclosures``, the fields' texts; of an
    unreadable one ``evidence``, the document whose SHA-256 the ledger has. Of one on paper the ``values`` that officers
    entered, and its ``kind``, a word of ``KINDS``; None until they did.
    """

    bid: int
    commitment: bytes | None
    author: bytes | None
    arrival: int
    block_time: int
    late: bool
    promised: bool
    admitted: bool
    present: bool
    outcome: str
    values: Mapping[str, Any] | None = None
    disclosures: tuple[str, ...] | None = None
    evidence: Mapping[str, Any] | None = None
    kind: str | None = None

    @property
    def is_external(self) -> bool:
        """On paper: entered by hand."""
        return self.bid >= FIRST_EXTERNAL_BID


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedRound:
    """A round after its opening, for the officers alone; ``bids`` in the order of their numbers.

    ``deadline`` (the final one) and ``closed_at`` in seconds since 1970.
    """

    process_id: bytes
    ocid: str
    round: int
    deadline: int
    closed_at: int
    bids: tuple[OpenedBid, ...]

    def write(self, path: Path) -> None:
        """Write ``round.json`` into a folder for its owner alone; a crash leaves the old file or the new one."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        head = {
            "format": FORMAT,
            "processId": self.process_id.hex(),
            "ocid": self.ocid,
            "round": self.round,
            "deadline": self.deadline,
            "closedAt": self.closed_at,
        }
        # A line for each bid. Indented, a tenderer's deep list would be thirty times as long as what was sealed.
        bids = ",\n".join(_json(_written(bid)) for bid in self.bids)
        replace(path, f'{_json(head)[:-1]}, "bids": [\n{bids}\n]}}\n'.encode())


def is_opened(data: bytes) -> bool:
    """Whether it is the JSON of a ``round.json``, by its format; whether it can be read, ``read_opened`` says."""
    try:
        given = json.loads(data)
    except (ValueError, RecursionError):
        return False
    return isinstance(given, dict) and given.get("format") == FORMAT


def read_opened(path: Path) -> OpenedRound:
    """Read ``round.json``. The values of an opened bid are those of its disclosures, whatever stands beside them.

    Raises OpenedRoundUnreadable.
    """
    try:
        # Not ``read_json``: whoever nests a field as deep as a bid may must not keep the officers from reading all.
        given = json.loads(path.read_bytes())
        if given["format"] != FORMAT:
            raise OpenedRoundUnreadable(why=f"it is not {FORMAT}")
        return OpenedRound(
            process_id=_digest(given["processId"]),
            ocid=_text(given["ocid"]),
            round=_number(given["round"]),
            deadline=_number(given["deadline"]),
            closed_at=_number(given["closedAt"]),
            bids=tuple(map(_read_bid, given["bids"])),
        )
    except OSError as error:
        raise OpenedRoundUnreadable(path=path, why=error.strerror or str(error)) from error
    except KeyError as error:
        raise OpenedRoundUnreadable(path=path, why=f"it has no {error}") from error
    except (TypeError, ValueError, AttributeError, RecursionError) as error:
        raise OpenedRoundUnreadable(path=path, why=str(error)) from error
    except SiegelError as error:
        raise OpenedRoundUnreadable(path=path, why=error.values.get("why") or str(error)) from error


def opened_folder(home: Path, process_id: bytes, round_number: int) -> Path:
    """Where an opening of this round lies in an officer's home."""
    return home / "opened" / process_id.hex() / str(round_number)


def document_path(folder: Path, bid: int, field: str) -> Path:
    """Where a document of a bid lies: ``field`` is ``documents/0001``. What the tenderer called the file is in no path.

    Raises ValueError for another field.
    """
    name, _, number = field.partition("/")
    if name != "documents" or len(number) != 4 or not (number.isascii() and number.isdigit()):
        raise ValueError(field)
    return folder / "documents" / str(bid) / number


def _written(bid: OpenedBid) -> dict[str, Any]:
    written: dict[str, Any] = {
        "bid": bid.bid,
        "commitment": None if bid.commitment is None else bid.commitment.hex(),
        "author": None if bid.author is None else bid.author.hex(),
        "arrival": bid.arrival,
        "blockTime": bid.block_time,
        "late": bid.late,
        "promised": bid.promised,
        "admitted": bid.admitted,
        "present": bid.present,
        "outcome": bid.outcome,
    }
    if bid.kind is not None:
        written["kind"] = bid.kind
    if bid.values is not None:
        written["values"] = bid.values
    if bid.disclosures is not None:
        written["disclosures"] = list(bid.disclosures)
    if bid.evidence is not None:
        written["evidence"] = bid.evidence
    return written


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=_exact)


def _exact(value: object) -> str:
    """A number that no float holds, as text: JSON of Python would round it. The disclosure has it as it was."""
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(type(value).__name__)


def _read_bid(given: Any) -> OpenedBid:
    texts = given.get("disclosures")
    fields = None if texts is None else [read_field(_text(text)) for text in texts]
    outcome = given["outcome"]
    if outcome not in OUTCOMES:
        raise OpenedRoundUnreadable(why=f"there is no outcome {outcome!r:.50}")
    kind = given.get("kind")
    if kind is not None and kind not in KINDS:
        raise OpenedRoundUnreadable(why=f"there is no kind {kind!r:.50}")
    return OpenedBid(
        bid=_number(given["bid"]),
        commitment=None if given["commitment"] is None else _digest(given["commitment"]),
        author=None if given["author"] is None else _digest(given["author"], 20),
        arrival=_number(given["arrival"]),
        block_time=_number(given["blockTime"]),
        late=_truth(given["late"]),
        promised=_truth(given["promised"]),
        admitted=_truth(given["admitted"]),
        present=_truth(given["present"]),
        outcome=outcome,
        values=given.get("values") if fields is None else {str(field.name): field.value for field in fields},
        disclosures=None if fields is None else tuple(field.text for field in fields),
        evidence=given.get("evidence"),
        kind=kind,
    )


def _digest(given: Any, size: int = 32) -> bytes:
    found = bytes.fromhex(_text(given))
    if len(found) != size:
        raise OpenedRoundUnreadable(why=f"{given!r:.80} has not {size} bytes")
    return found


def _text(given: Any) -> str:
    if not isinstance(given, str):
        raise OpenedRoundUnreadable(why=f"{given!r:.50} is no text")
    return given


def _number(given: Any) -> int:
    if not isinstance(given, int) or isinstance(given, bool) or given < 0:
        raise OpenedRoundUnreadable(why=f"{given!r:.50} is no number from 0 on")
    return given


def _truth(given: Any) -> bool:
    if not isinstance(given, bool):
        raise OpenedRoundUnreadable(why=f"{given!r:.50} is neither true nor false")
    return given
