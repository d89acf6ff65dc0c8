"""Makes the vectors of ``siegel/1`` anew: ``python -m tests.sealing.make_vectors``.

Keys, seeds and salts are always the same. What age and HPKE draw is not, so a second run gives other files that say
the same; the tests read the files and make none. What must come out is computed with ``tests/sealing/reference.py``,
from the text of the format, or written by hand (``refused_vectors.py``), not asked of an implementation.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from typing import Any

from eth_abi.abi import encode
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_utils.crypto import keccak

from tests.sealing.peer_actors import CONTEXT, CUSTODIANS, OFFICERS, document, key_set, salt
from tests.sealing.python_peer import PythonPeer
from tests.sealing.reference import WORD, Holder, Seed, bid_root, context_words, decoded
from tests.sealing.refused_vectors import COVER, PLAN, Judged
from tests.sealing.vectors import FOLDER, Shape

NINE = tuple(Holder.named(f"officer {number}", size=20) for number in range(1, 10))
FIVE = tuple(Holder.named(f"custodian {number}", size=32) for number in range(1, 6))
MANY: dict[str, Any] = {
    "officers": key_set(NINE, threshold=5)["officers"],
    "custodians": key_set(FIVE, threshold=3)["officers"],
}
LARGEST = {
    **CONTEXT,
    "chainId": 2**256 - 1,
    "round": 2**32 - 1,
    "notBefore": 2**64 - 1,
}
"""Each number as large as its word allows."""
PRICE = {"lots/LOT-1/value": {"amount": "1234.50", "currency": "EUR"}}
TENDERER = {"tenderers/0001": {"name": "Müller & Söhne GmbH 屋根", "id": "DE-1"}}


def many_fields() -> dict[str, Any]:
    """Names that bytes order otherwise than people, values of each kind, the longest name."""
    found: dict[str, Any] = {f"requirementResponses/R{number}": {"value": number % 2 == 0} for number in range(1, 181)}
    odd = ["~", "!", " ", "A", "a", "Z", "z", "a/b", "a-b", "a.b", 'quote"', "back\\slash", "n" * 256]
    values: list[Any] = [None, 0, -1, 1.5, "", [], {}, [[1, 2], {"a": None}], "ä\t\n\u2028", True, 10**30, "\x7f", "😀"]
    return {**found, **dict(zip(odd, values, strict=True)), **PRICE, **TENDERER}


def make_shape(
    name: str, context: dict[str, Any], keys: dict[str, Any], fields: dict[str, Any], *documents: dict[str, Any]
) -> Shape:
    """Seals, and computes by other means what must be found."""
    path, seed = FOLDER / f"{name}.siegel", hashlib.sha256(f"seed of {name}".encode()).digest()
    python, holders = PythonPeer(), {"officers": NINE, "custodians": FIVE}
    given = {"context": context, "keySet": keys, "documents": list(documents), "seed": seed.hex()}
    python.ask("seal", **given, fields=[[salt(each).hex(), each, fields[each]] for each in fields], out=str(path))
    whole = path.read_bytes()
    texts = python.ask("read", envelope=str(path), keySet=keys, seed=seed.hex())["fields"]
    root = bid_root(texts)
    words = context_words(context, root)
    secrets, alone = Seed(seed, words), keys["custodians"] is None
    groups = [(number, keys[group]) for number, group in enumerate(holders, 1) if keys[group]]
    places = [(number, at + 1, of["threshold"]) for number, of in groups for at in range(len(of["recipients"]))]
    header = whole[: WORD * 14 + 128 * len(places)]
    assert header[WORD : WORD * 10] == words
    rest = hashlib.sha256(header[: WORD * 9] + header[WORD * 10 :]).digest()
    shares = [[group, at, secrets.share(group, at, enough, alone=alone).hex()] for group, at, enough in places]
    contributions = []
    for group, at, share in (shares[0], shares[-1]):
        whose = {"group": group, "index": at}
        made = python.ask("contribute", envelope=str(path), keySet=keys, **whose, share=share)["contribution"]
        contributions.append(whose | signed(made, f"{name}, group {group}, index {at}"))
    digests = sorted(hashlib.sha256(text.encode()).hexdigest() for text in texts)
    proofs = [{"name": decoded(text)[1], "text": text, "digests": digests} for text in texts[:2]]
    said = {
        "context": {each: str(value) if isinstance(value, int) else value for each, value in context.items()},
        "keySet": keys,
        "privateKeys": {
            group: [each.secret for each in holders[group][: len(keys[group]["recipients"])]]
            for group in holders
            if keys[group]
        },
        "seed": seed.hex(),
        "bidRoot": root,
        "restDigest": rest.hex(),
        "commitment": commitment(context, root, rest).hex(),
        "header": header.hex(),
        "age": secrets.derive(b"age").hex(),
        "shares": shares,
        "ephemeral": [[group, at, secrets.derive(b"ephemeral" + bytes([group, at])).hex()] for group, at, _ in places],
        "fields": texts,
        "documents": [told(bytes.fromhex(each["hex"])) for each in documents],
        "contributions": contributions,
        "proofs": proofs,
    }
    return Shape(name, said)


def signed(contribution: str, whose: str) -> dict[str, str]:
    """A contribution with its signature, by the library that others use."""
    key = hashlib.sha256(f"account of {whose}".encode()).digest()
    text = encode_defunct(
        keccak(encode(["bytes32", "bytes32"], [keccak(text="siegel/1 contribution"), keccak(hexstr=contribution)]))
    )
    made = Account.sign_message(text, key)
    account = Account.from_key(key).address[2:].lower()
    return {
        "contribution": contribution,
        "accountKey": key.hex(),
        "account": account,
        "signature": bytes(made.signature).hex(),
    }


def told(content: bytes) -> dict[str, Any]:
    """A document as an answer tells it."""
    return {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}


def commitment(context: dict[str, Any], root: str, rest: bytes) -> bytes:
    """What stands on the chain (``ITenderLedger.sol``)."""
    types = ["bytes32", "uint256", "address", "bytes32", "uint32", "address", "bytes32", "bytes32"]
    ledger, process, author = (bytes.fromhex(context[name]) for name in ("ledger", "processId", "author"))
    parts = [context["chainId"], ledger, process, context["round"], author, bytes.fromhex(root), rest]
    return keccak(encode(types, [keccak(text="siegel/1 bid"), *parts]))


def write(name: str, said: Any) -> None:
    """One line for each entry."""
    (FOLDER / f"{name}.json").write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n", "utf-8")


def main() -> None:
    """Writes the folder, but for its README."""
    shutil.rmtree(FOLDER / "own", ignore_errors=True)
    (FOLDER / "own").mkdir(parents=True)
    both, alone = key_set(OFFICERS, CUSTODIANS), key_set(OFFICERS)
    drawing = document(b"a drawing " * 640, "Zeichnung")
    made = [
        make_shape(
            "documents", CONTEXT, both, PRICE | TENDERER, drawing, document(b"", "leer"), document(b"Dear", "Brief")
        ),
        make_shape("many-fields", LARGEST, MANY, many_fields()),
        make_shape("no-fields", {**CONTEXT, "chainId": 0, "round": 0, "notBefore": 0}, alone, {}),
        make_shape("officers-alone", CONTEXT, alone, PRICE, document(PLAN, "Plan"), document(COVER, "Brief")),
        make_shape("without-documents", CONTEXT, both, PRICE | TENDERER),
    ]
    for each in made:
        write(each.name, each.said)
    judged = Judged()
    judged.judge()
    write("refused", judged.refused)
    write("accepted", judged.accepted)


if __name__ == "__main__":
    main()
