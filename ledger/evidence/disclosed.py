"""Single fields of a sealed bid, shown by its tenderer (``docs/siegel-1.md``, showing fields).

That they are of the bid that stands on the ledger can be checked without the rest of it.

The file is JSON, ``siegel-disclosed/1``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from ledger.chain.identifiers import bid_commitment, commitment_of
from ledger.errors import DisclosedMalformed, FieldUnproven, SiegelError
from ledger.ocds.disclosure import Disclosure
from ledger.ocds.json_text import read_json
from ledger.sealing.bid import Bid, FieldProof, check_proof, root_of
from ledger.sealing.envelope import Header

FORMAT: Final = "siegel-disclosed/1"
_BYTES: Final = {"ledger": 20, "processId": 32, "author": 20, "commitment": 32, "restDigest": 32}


@dataclass(frozen=True, slots=True)
class Disclosed:
    """What is shown of a bid. ``digests`` (32 bytes) are of all its fields, rising; ``texts`` are those shown."""

    chain_id: int
    ledger: bytes
    process_id: bytes
    round: int
    author: bytes
    commitment: bytes
    rest_digest: bytes
    digests: tuple[bytes, ...]
    texts: tuple[str, ...]

    @classmethod
    def of(cls, bid: Bid, header: Header, names: Sequence[str]) -> Disclosed:
        """The fields with these names. Raises FieldUnproven for a name that the bid does not have."""
        proofs = [bid.prove(name) for name in names]
        context, digests = header.context, bid.prove(bid.names[0]).digests
        where = context.chain_id, context.ledger, context.process_id, context.round, context.author
        texts = tuple(proof.text for proof in proofs)
        return cls(*where, commitment_of(header), header.rest_digest, digests, texts)

    def write(self) -> bytes:
        """The file."""
        written: dict[str, Any] = {
            "format": FORMAT,
            "chainId": str(self.chain_id),
            "round": self.round,
            **{name: getattr(self, _snake(name)).hex() for name in _BYTES},
            "digests": [digest.hex() for digest in self.digests],
            "fields": list(self.texts),
        }
        return json.dumps(written, indent=1).encode() + b"\n"

    def fields(self) -> list[Disclosure]:
        """The fields, shown to be of the bid with this commitment. Raises FieldUnproven, BidMalformed."""
        root = root_of(self.digests)
        where = self.chain_id, self.ledger, self.process_id, self.round, self.author
        if bid_commitment(*where, root, self.rest_digest) != self.commitment:
            raise FieldUnproven(reason="the digests do not give the commitment")
        return [check_proof(FieldProof(text, self.digests), root) for text in self.texts]


def read_disclosed(data: bytes) -> Disclosed:
    """Raises DisclosedMalformed for what is no such file."""
    try:
        given = read_json(data)
        if given["format"] != FORMAT or set(given) != {*_BYTES, "format", "chainId", "round", "digests", "fields"}:
            raise DisclosedMalformed(reason=f"not {FORMAT}")
        found = {_snake(name): _hex(given[name], size) for name, size in _BYTES.items()}
        texts = given["fields"]
        if type(given["round"]) is not int or not all(isinstance(text, str) for text in texts) or not texts:
            raise DisclosedMalformed(reason="round or fields")
        digests = tuple(_hex(digest, 32) for digest in given["digests"])
        return Disclosed(
            chain_id=int(given["chainId"]), round=given["round"], digests=digests, texts=tuple(texts), **found
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DisclosedMalformed(reason=f"{type(error).__name__}: {error}") from error
    except SiegelError as error:
        raise error if isinstance(error, DisclosedMalformed) else DisclosedMalformed(reason=str(error)) from error


def _hex(given: str, size: int) -> bytes:
    found = bytes.fromhex(given)
    if len(found) != size or found.hex() != given:
        raise ValueError(given)
    return found


def _snake(name: str) -> str:
    return {"processId": "process_id", "restDigest": "rest_digest"}.get(name, name)
