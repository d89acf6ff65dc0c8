"""Is the code at an account the published one?"""

from __future__ import annotations

import json
from importlib.resources import files

from ledger.chain.client import Chain


def is_published(chain: Chain, name: str, account: bytes) -> bool:
    """Whether the code at ``account`` is the committed artifact's, whatever stands in its immutable variables.

    Immutables (the registry's account in the ledger) are written into the code at creation, so they differ from
    deployment to deployment; the artifact names their places.
    """
    artifact = json.loads((files("ledger.chain") / "artifacts" / f"{name}.json").read_text(encoding="utf-8"))
    published = bytearray.fromhex(artifact["deployedBytecode"].removeprefix("0x"))
    answer = chain.transport.request("eth_getCode", ["0x" + account.hex(), "latest"])
    found = bytearray.fromhex(str(answer).removeprefix("0x"))
    if len(found) != len(published):
        return False
    for place in artifact["immutableReferences"]:
        span = slice(place["start"], place["start"] + place["length"])
        published[span] = found[span]
    return found == published
