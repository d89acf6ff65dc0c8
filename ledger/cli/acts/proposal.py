"""A proposal: the first half of a joint act as a file that can be mailed to the second officer.

The first officer's call stands on the ledger already. The file carries the call once more, since the ledger keeps
only its digest, and the releases and documents that it names with their salts, so that the second officer reads what
is approved instead of believing a summary. Nothing in the file is trusted: the words are made anew from the call, the
digests from the bytes.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ledger.chain.acts import LedgerAct
from ledger.chain.codec import decode_call, encode_call
from ledger.chain.registry import RegistryAct
from ledger.errors import ProposalUnreadable, SiegelError
from ledger.ocds.digest import plain_digest, salted_digest
from ledger.ocds.json_text import read_json

FORMAT: Final = "siegel proposal 1"


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A release or document in the file; ``disclosures`` are a release's concealed fields (RFC 9901). A public document
    has no salt."""

    name: str
    is_release: bool
    salt: bytes
    content: bytes
    disclosures: tuple[str, ...] = ()

    @property
    def digest(self) -> bytes:
        """What the act names: SHA-256 of salt and content."""
        return salted_digest(self.salt, self.content) if self.salt else plain_digest(self.content)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one officer proposed to the others; ``words`` only tell a mail's reader what the file is about."""

    chain_id: int
    ledger: bytes
    call: LedgerAct | RegistryAct
    proposed_by: bytes
    transaction: bytes
    words: tuple[str, ...]
    enclosed: tuple[Enclosed, ...]

    def write(self, path: Path) -> None:
        """Writes the file; an existing one is not touched. Raises ``FileExistsError``."""
        document = {
            "format": FORMAT,
            "words": list(self.words),
            "chainId": self.chain_id,
            "ledger": "0x" + self.ledger.hex(),
            "contract": self.call.contract,
            "call": "0x" + encode_call(self.call).hex(),
            "proposedBy": "0x" + self.proposed_by.hex(),
            "transaction": "0x" + self.transaction.hex(),
            "enclosed": [
                {
                    "name": each.name,
                    "isRelease": each.is_release,
                    "salt": each.salt.hex(),
                    "content": base64.b64encode(each.content).decode(),
                    "disclosures": list(each.disclosures),
                }
                for each in self.enclosed
            ],
        }
        with path.open("x", encoding="utf-8") as file:
            path.chmod(0o600)
            json.dump(document, file, ensure_ascii=False, indent=1)


def read_proposal(path: Path) -> Proposal:
    """The proposal in a file. Raises ``ProposalUnreadable``."""
    try:
        document = read_json(path.read_bytes())
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise ProposalUnreadable(path=path, why=f"not of the format {FORMAT}")
        return Proposal(
            chain_id=int(document["chainId"]),
            ledger=_hex(document["ledger"]),
            call=decode_call(_hex(document["call"]), document["contract"]),
            proposed_by=_hex(document["proposedBy"]),
            transaction=_hex(document["transaction"]),
            words=tuple(map(str, document["words"])),
            enclosed=tuple(map(_enclosed, document["enclosed"])),
        )
    except ProposalUnreadable:
        raise
    except (OSError, SiegelError, KeyError, TypeError, ValueError, AttributeError, binascii.Error) as error:
        raise ProposalUnreadable(path=path, why=str(error)) from error


def _enclosed(given: Any) -> Enclosed:
    return Enclosed(
        name=str(given["name"]),
        is_release=bool(given["isRelease"]),
        salt=bytes.fromhex(given["salt"]),
        content=base64.b64decode(given["content"], validate=True),
        disclosures=tuple(map(str, given["disclosures"])),
    )


def _hex(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
