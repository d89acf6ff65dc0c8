"""What a round asks for, as a server says it (``docs/handing-in.md``), and what of it can be compared here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from eth_abi.exceptions import EncodingError

from ledger.chain.identifiers import key_set_id, process_id
from ledger.chain.registry import KeySet, Recipient
from ledger.cli.remote import Remote
from ledger.errors import KeySetDiffers, OcidAmbiguous, ServerAnswerUnusable
from ledger.sealing.context import Context


@dataclass(frozen=True, slots=True)
class Receiver:
    """An organisation whose promises count in the round; ``url`` where it answers, if the server knows."""

    organisation_id: bytes
    name: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A round before a bid is sealed for it. Ids have 32 bytes, times are seconds since 1970."""

    chain_id: int
    ledger: bytes
    organisation_id: bytes
    process_id: bytes
    ocid: str
    title: str
    round: int
    kind: str
    state: str
    deadline: int
    key_set_id: bytes
    key_set: KeySet
    custodians: tuple[str, ...]
    """Their names, in the order of the key set."""
    receivers: tuple[Receiver, ...]
    criteria: bytes | None
    """Digest of the criteria document; None where the tender names none."""
    largest_envelope: int | None
    now: int
    """The server's clock."""

    def context(self, author: bytes) -> Context:
        """What a bid of this account is sealed for."""
        return Context(self.chain_id, self.ledger, self.process_id, self.round, author, self.key_set_id, self.deadline)


def ask(server: Remote, process: str, number: int | None) -> Asked:
    """``process``: its id or an ocid; ``number``: of the round, None for the newest.

    Raises what the server refuses with, OcidAmbiguous, ServerAnswerUnusable, and KeySetDiffers for a key set that is
    not the one whose id the round names.
    """
    found = _process(server, process)
    if number is None:
        listed = server.ask(f"/processes/{found}/rounds").get("rounds")
        rounds = [each.get("round") for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
        number = max((each for each in rounds if type(each) is int), default=1)
    path = f"/processes/{found}/rounds/{number}/sealing"
    said = server.ask(path)
    try:
        asked = _asked(said)
        actual = key_set_id(asked.organisation_id, asked.key_set)
    except (KeyError, TypeError, ValueError, AttributeError, EncodingError) as error:
        raise ServerAnswerUnusable(url=server.url + path, reason=f"{type(error).__name__}: {error}") from error
    if process_id(asked.organisation_id, asked.ocid) != asked.process_id or asked.process_id.hex() != found:
        raise ServerAnswerUnusable(url=server.url + path, reason="it is of another process")
    if asked.round != number:
        raise ServerAnswerUnusable(url=server.url + path, reason="it is of another round")
    if actual != asked.key_set_id:
        raise KeySetDiffers(reason="its content gives another id than the round names")
    return asked


def _process(server: Remote, process: str) -> str:
    """The id of a process, 64 hex digits."""
    if _is_id(plain := process.removeprefix("0x").lower()):
        return plain
    listed = server.ask("/processes", ocid=process, mode="sealed").get("processes")
    ids = [str(each.get("processId")) for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    if len(ids) != 1:
        raise OcidAmbiguous(ocid=process, found=len(ids))
    if not _is_id(found := ids[0].removeprefix("0x")):
        raise ServerAnswerUnusable(url=server.url, reason="it names no process")
    return found


def _is_id(text: str) -> bool:
    return len(text) == 64 and all(digit in "0123456789abcdef" for digit in text)


def _asked(said: dict[str, Any]) -> Asked:
    key_set, most = said["keySet"], (said.get("limits") or {}).get("envelope")
    return Asked(
        chain_id=_number(said["chainId"]),
        ledger=_bytes(said["ledger"], 20),
        organisation_id=_bytes(said["organisationId"], 32),
        process_id=_bytes(said["processId"], 32),
        ocid=_text(said["ocid"]),
        title=str(said["title"] or ""),
        round=_number(said["round"]),
        kind=_text(said["kind"]),
        state=_text(said["state"]),
        deadline=_number(said["deadline"]),
        key_set_id=_bytes(key_set["id"], 32),
        key_set=KeySet(
            _number(key_set["officerThreshold"]), _number(key_set["custodianThreshold"]),
            tuple(map(_recipient, key_set["officers"])), tuple(map(_recipient, key_set["custodians"])),
        ),
        custodians=tuple(str(each.get("name") or each.get("identifier") or "") for each in key_set["custodians"]),
        receivers=tuple(
            Receiver(_bytes(each["organisationId"], 32), str(each.get("name") or ""), each.get("url"))
            for each in said["receivers"]
        ),
        criteria=_bytes(said["criteria"]["digest"], 32) if said.get("criteria") else None,
        largest_envelope=None if most is None else _number(most),
        now=_number(said["now"]),
    )  # fmt: skip


def _recipient(said: dict[str, Any]) -> Recipient:
    return Recipient(_bytes(said["holder"], 32), _bytes(said["key"], 65))


def _bytes(said: str, length: int) -> bytes:
    found = bytes.fromhex(said.removeprefix("0x"))
    if len(found) != length:
        raise ValueError(said)
    return found


def _number(said: Any) -> int:
    if not isinstance(said, int) or isinstance(said, bool) or not 0 <= said < 2**64:
        raise ValueError(said)
    return said


def _text(said: Any) -> str:
    if not isinstance(said, str):
        raise TypeError(said)
    return said
