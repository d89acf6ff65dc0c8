"""Makes the vectors of ``siegel-receipt/1`` anew: ``python -m tests.evidence.make_receipts``.

The acts are what the real contracts accepted on the embedded chain, envelopes and proofs what the real writers wrote.
What must come of each receipt is written here by hand. age and the log draw at random, so a second run gives other
files that say the same; the tests read the files and make none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import rlp

from ledger.chain.acts import (
    WithdrawBid,
)
from ledger.chain.codec import encode_call
from ledger.chain.identifiers import process_id
from ledger.chain.record import ZERO
from tests.attacks.procedures import CHAIN_ID
from tests.chain.town import digest
from tests.evidence.receipt_story import (
    CLERK_ELSEWHERE,
    DEADLINE,
    FORMER,
    OCID,
    OTHER,
    STRANGER,
    Making,
    detail_of,
    entry_of,
    key_of,
    told,
)
from tests.evidence.receipts import FOLDER, PASSPHRASE, accepted, cases, composed, data_of
from tests.index.town import DAY, START, signer


def judge(making: Making) -> None:
    """All cases, and what must come of them."""
    _accepted(making)
    _refused_format(making)
    _refused_envelope(making)
    _refused_transaction(making)
    _refused_proof(making)
    _refused_secret(making)


PROMISED = ("handedIn", "arrivedAsPromised", "inTime", "standing")
IN_BLOCK = ("handedIn", "arrivedInBlock", "inTime", "standing")
LATE = ("handedIn", "arrivedInBlock", "tooLate", "standing")


def _accepted(making: Making) -> None:
    bids, promise = making.bids, making.promise
    replacement = bids["replacement"]
    call = replacement.call(promise)
    legacy = replacement.transaction(call)
    typed = {"gasPrice": None, "maxFeePerGas": 0, "maxPriorityFeePerGas": 0, "type": 2}
    making.accept("in-time", "replacement", *PROMISED, "secretOpens", promise=promise, transaction=legacy)
    for name, given in (("eip-1559", typed), ("eip-2930", {"type": 1, "accessList": []})):
        raw = replacement.transaction(call, **given)
        making.accept(name, "replacement", *PROMISED, promise=promise, transaction=raw)
    making.accept("open-round", "replacement", *PROMISED, proof="open", promise=promise, transaction=legacy)
    making.accept("proof-alone", "replacement", *PROMISED)
    making.accept("superseded", "first", *IN_BLOCK)
    making.accept("withdrawn", "withdrawn", *IN_BLOCK)
    making.accept("unreadable", "plain", *IN_BLOCK)
    making.accept("last-minute", "last minute", *PROMISED, promise=making.last_minute)
    making.accept("late", "late", *LATE)
    making.accept("closed-round", "replacement", *PROMISED, proof="closing", promise=promise)
    making.accept("late-in-a-closed-round", "late", *LATE, proof="closing")
    making.accept("returned-unopened", "returned", *IN_BLOCK, proof="cancelled")
    making.accept("envelope-missing", "missing", *IN_BLOCK, proof="empty")
    besides = bids["late besides"].promise(DEADLINE - 60)
    told = ("handedIn", "arrivedInBlock", "tooLate", "promisedBesides", "standing")
    making.accept("late-besides", "late besides", *told, promise=besides)
    newer = bids["plain"].promise(DEADLINE - 60)
    bare = bids["plain"].transaction(bids["plain"].call())
    making.accept("promise-newer-than-the-proof", "plain", *IN_BLOCK, proof="open", promise=newer, transaction=bare)
    making.accept("promise-not-carried", "plain", *IN_BLOCK[:3], "promisedBesides", "standing", promise=newer)
    making.accept("no-proof", "replacement", "notProven", "promiseSigned", proof=None, promise=promise)
    making.accept("nothing-but-the-bid", "late", "notProven", proof=None)
    making.accept("no-proof-but-openable", "late", "notProven", "secretFits", proof=None)


def _refused_format(making: Making) -> None:
    refuse, bid = making.refuse, making.bids["replacement"]
    for entry in ("envelope", "key-set", "secret"):
        refuse(f"without-{entry}", "in-time", "format", "EntryMissing", entries={entry: None})
    refuse("another-entry", "in-time", "format", "ManifestInvalid", entries={"notes": b"read me"})
    order = ["envelope", "promise", "key-set", "proof", "secret", "transaction"]
    refuse("entries-in-another-order", "in-time", "format", "ManifestInvalid", order=order)
    refuse(
        "an-entry-twice",
        "proof-alone",
        "format",
        "ManifestInvalid",
        order=[*sorted(order)[:2], "key-set", "proof", "secret"],
    )
    refuse("receipt-with-blanks", "in-time", "format", "ManifestInvalid", spaced=True)
    refuse("bytes-behind-the-end", "in-time", "format", "ReceiptMalformed", behind="00")
    for name, fields in (
        ("process-id-of-another-ocid", {"ocid": OTHER}),
        *(
            (f"ocid-that-cannot-be-{number}", _ocid(making, ocid))
            for number, ocid in enumerate(("a\nb", "", "x" * 129, "ä"))
        ),
        ("ocid-that-is-a-number", {"ocid": 7}),
        ("round-as-text", {"round": "1"}),
        ("round-too-large", {"round": 2**32}),
        ("chain-id-as-a-number", {"chainId": CHAIN_ID}),
        ("chain-id-with-a-zero-in-front", {"chainId": f"0{CHAIN_ID}"}),
        ("account-of-another-size", {"author": "00" * 21}),
        ("hex-in-upper-case", {"commitment": bid.commitment.hex().upper()}),
        ("another-field", {"price": "100"}),
        ("another-format", {"format": "siegel-receipt/2"}),
        ("entries-that-are-no-list", {"entries": {}}),
    ):
        refuse(name, "proof-alone", "format", "ManifestInvalid", fields=fields)
    refuse(
        "promise-too-short", "in-time", "format", "ManifestInvalid", entries={"promise": entry_of(making.promise)[:-1]}
    )
    refuse("empty-transaction", "in-time", "format", "ManifestInvalid", entries={"transaction": b""})
    for name, entry, data in _malformed(making):
        error = "EnvelopeMalformed" if entry == "envelope" else "EntryInvalid"
        refuse(name, "in-time", "format", error, entries={entry: data})


def _ocid(making: Making, ocid: str) -> dict[str, Any]:
    """With the process id that it would have."""
    return {"ocid": ocid, "processId": process_id(making.town.buyer, ocid).hex()}


def _malformed(making: Making) -> Iterator[tuple[str, str, bytes]]:
    """An entry that is none of its kind: name, entry, bytes."""
    bid, promise = making.bids["replacement"], entry_of(making.promise)
    detail = detail_of(bid.key_set)
    yield "envelope-that-is-none", "envelope", b"x" * 1000
    yield "envelope-cut-off-in-its-header", "envelope", bid.envelope[:700]
    yield "key-set-with-a-word-behind", "key-set", detail + bytes(32)
    yield "key-set-cut-off", "key-set", detail[:-32]
    yield "promise-of-nobody", "promise", bytes(32) + promise[32:]
    yield "promise-beyond-all-time", "promise", promise[:32] + b"\x01" + promise[33:]
    yield "promise-with-another-length", "promise", promise[:127] + b"\x42" + promise[128:]
    yield "transaction-that-is-none", "transaction", b"\xc3\x01\x02\x03"
    call = bid.call(making.promise)
    raw = bid.transaction(call)
    yield "transaction-with-a-byte-behind", "transaction", raw + b"\0"
    yield "transaction-of-a-type-nobody-knows", "transaction", b"\x03" + raw
    yield "transaction-without-a-chain", "transaction", bid.transaction(call, chainId=None)
    withdraw = WithdrawBid(making.town.process(OCID), 1, bid.commitment, START)
    yield "transaction-that-withdraws", "transaction", bid.transaction(call, data=encode_call(withdraw))
    yield (
        "transaction-that-calls-something-else",
        "transaction",
        bid.transaction(call, data=bytes(4) + encode_call(call)[4:]),
    )
    yield "transaction-with-half-a-call", "transaction", bid.transaction(call, data=encode_call(call)[:-32])
    yield "transaction-that-makes-a-contract", "transaction", bid.transaction(call, to=b"", gas=9_000_000)
    yield "transaction-with-a-list-for-a-call", "transaction", _listed(raw)
    typed = bid.transaction(call, type=2, gasPrice=None, maxFeePerGas=0, maxPriorityFeePerGas=0)
    yield "transaction-with-a-parity-of-two", "transaction", _parity(typed)
    secret = bid.secret()
    yield "secret-that-is-none", "secret", b"seed and key"
    yield "secret-with-a-byte-behind", "secret", secret + b"\0"
    yield "secret-that-takes-days", "secret", secret.replace(b" 4\n", b" 40\n")
    yield "secret-in-another-base64", "secret", secret.replace(secret.split(b" ")[2], _loosened(secret.split(b" ")[2]))


def _listed(raw: bytes) -> bytes:
    fields = rlp.decode(raw)
    return bytes(rlp.encode([*fields[:5], [fields[5]], *fields[6:]]))


def _parity(raw: bytes) -> bytes:
    fields = rlp.decode(raw[1:])
    return raw[:1] + bytes(rlp.encode([*fields[:9], b"\x02", *fields[10:]]))


def _loosened(text: bytes) -> bytes:
    """The same 16 bytes with other last bits, which no byte has."""
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return text[:-1] + bytes([alphabet[alphabet.index(text[-1]) ^ 1]])


def _refused_envelope(making: Making) -> None:
    bid, refuse = making.bids["replacement"], making.refuse
    refuse("envelope-of-another-bid", "in-time", "envelope", "EnvelopeForeign", entries={"envelope": "plain.envelope"})
    refuse(
        "envelope-of-the-own-earlier-bid",
        "in-time",
        "envelope",
        "CommitmentDiffers",
        entries={"envelope": "first.envelope"},
    )
    for name, fields in (
        ("receipt-of-another-chain", {"chainId": str(CHAIN_ID + 1)}),
        ("receipt-of-another-ledger", {"ledger": "11" * 20}),
        ("receipt-of-another-process", {"ocid": OTHER, "processId": making.town.process(OTHER).hex()}),
        ("receipt-of-another-round", {"round": 2}),
        ("receipt-of-another-author", {"author": "22" * 20}),
    ):
        refuse(name, "in-time", "envelope", "EnvelopeForeign", fields=fields)
    refuse("another-commitment", "in-time", "envelope", "CommitmentDiffers", fields={"commitment": "33" * 32})
    own = detail_of(making.own_keys)
    refuse("other-key-set-enclosed", "in-time", "envelope", "EnvelopeForeign", entries={"key-set": own})
    alone = detail_of(replace(making.key_set, custodian_threshold=0, custodians=()))
    refuse(
        "key-set-without-its-custodians-enclosed", "in-time", "envelope", "EnvelopeForeign", entries={"key-set": alone}
    )
    whole, header = bid.envelope, bid.header
    refuse("envelope-cut-off", "in-time", "envelope", "EnvelopeMalformed", entries={"envelope": whole[:-1]})
    refuse(
        "envelope-with-a-byte-behind", "in-time", "envelope", "EnvelopeMalformed", entries={"envelope": whole + b"\0"}
    )
    content = whole[len(header.encoded()) :]
    refuse(
        "content-altered",
        "in-time",
        "envelope",
        "ContentAltered",
        entries={"envelope": header.encoded() + content[:-1] + b"?"},
    )
    fewer = replace(header, custodians=(), thresholds=(2, 0)).encoded()
    refuse("shares-of-another-key-set", "in-time", "envelope", "KeySetDiffers", entries={"envelope": fewer + content})


def _refused_transaction(making: Making) -> None:
    bid = making.bids["replacement"]
    call = bid.call(making.promise)
    for name, raw in (
        ("transaction-of-another-signer", bid.transaction(call, signer("bidder 99"))),
        ("transaction-of-another-commitment", bid.transaction(replace(call, commitment=digest("another")))),
        ("transaction-on-another-chain", bid.transaction(call, chainId=CHAIN_ID + 1)),
        ("transaction-to-another-ledger", bid.transaction(call, to=b"\x11" * 20)),
        ("transaction-of-another-process", bid.transaction(replace(call, process_id=making.town.process(OTHER)))),
        ("transaction-of-another-round", bid.transaction(replace(call, round=2))),
        ("transaction-that-supersedes-nothing", bid.transaction(replace(call, supersedes=ZERO))),
        ("transaction-with-another-promise", bid.transaction(replace(call, promise=bid.promise(START + DAY)))),
        ("transaction-with-a-mirrored-signature", _mirrored(bid.transaction(call))),
    ):
        making.refuse(name, "in-time", "transaction", "TransactionForeign", entries={"transaction": raw})
    making.refuse("promise-left-out", "in-time", "transaction", "TransactionForeign", entries={"promise": None})


def _mirrored(raw: bytes) -> bytes:
    """The other of two equal signatures, which no node takes."""
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    fields = rlp.decode(raw)
    v, s = int.from_bytes(fields[6], "big"), order - int.from_bytes(fields[8], "big")
    v = v + 1 if v % 2 else v - 1
    number = [value.to_bytes((value.bit_length() + 7) // 8, "big") for value in (v, s)]
    return bytes(rlp.encode([*fields[:6], number[0], fields[7], number[1]]))


def _refused_proof(making: Making) -> None:
    bids, refuse = making.bids, making.refuse
    plain = bids["plain"]
    good = entry_of(plain.promise(DEADLINE - 60))
    no_signature = good[:-1] + b"\x1d"
    refuse(
        "promise-that-nobody-signed",
        "promise-not-carried",
        "promise",
        "PromiseInvalid",
        entries={"promise": no_signature},
    )
    sooner = good[:32] + (DEADLINE - 3600).to_bytes(32, "big") + (DEADLINE + DAY - 3600).to_bytes(32, "big") + good[96:]
    refuse("promise-with-another-time", "promise-not-carried", "proof", "PromiseInvalid", entries={"promise": sooner})
    for name, promise, error in (
        ("promise-by-an-outsider", plain.promise(DEADLINE - 60, signer("outsider")), "PromiseInvalid"),
        ("promise-by-somebody-who-left", plain.promise(DEADLINE - 60, FORMER), "PromiseInvalid"),
        ("promise-by-the-clerk-of-another-receiver", plain.promise(DEADLINE - 60, CLERK_ELSEWHERE), "PromiseInvalid"),
        (
            "promise-by-a-receiver-the-round-does-not-name",
            plain.promise(DEADLINE - 60, CLERK_ELSEWHERE, STRANGER),
            "ReceiverUnknown",
        ),
        (
            "promise-by-the-buyer",
            plain.promise(DEADLINE - 60, making.town.publisher, making.town.buyer),
            "ReceiverUnknown",
        ),
        ("promise-from-before-there-was-a-receiver", plain.promise(START - DAY), "PromiseInvalid"),
        ("promise-for-two-days", plain.promise(DEADLINE - 60, days=2), "PromiseTooLong"),
    ):
        refuse(name, "promise-not-carried", "proof", error, entries={"promise": entry_of(promise)})
    late = bids["late"]
    forged = entry_of(late.promise(DEADLINE - 60, signer("outsider")))
    refuse("late-and-called-timely", "late", "proof", "PromiseInvalid", entries={"promise": forged})
    another = entry_of(bids["replacement"].promise(START + DAY))
    refuse(
        "promise-that-the-act-does-not-carry",
        "in-time",
        "proof",
        "ProofForeign",
        entries={"promise": another, "transaction": None},
    )
    refuse("proof-of-another-process", "in-time", "proof", "ProofForeign", entries={"proof": "cancelled.proof.zip"})
    refuse("proof-from-before-the-bid", "late", "proof", "BidUnproven", entries={"proof": "open.proof.zip"})
    refuse("supersedes-nothing", "proof-alone", "proof", "ProofForeign", fields={"supersedes": "00" * 32})
    broken = bytearray(making.files["closed.proof.zip"])
    broken[-30] ^= 1
    making.files["altered.proof.zip"] = bytes(broken)
    refuse("proof-altered", "in-time", "proof", "ProofUnverified", entries={"proof": "altered.proof.zip"})
    for name, bid, error in (
        ("sealed-to-own-keys", "own keys", "EnvelopeForeign"),
        ("sealed-for-later-than-the-round", "too long", "EnvelopeForeign"),
        ("bid-on-another-chain", "elsewhere", "OtherChain"),
    ):
        handing = bids[bid]
        entries = {
            "envelope": f"{bid.replace(' ', '-')}.envelope",
            "key-set": detail_of(handing.key_set),
            "secret": handing.secret(),
        }
        refuse(name, "proof-alone", "proof", error, fields=handing.fields(), entries=entries)


def _refused_secret(making: Making) -> None:
    bid = making.bids["replacement"]
    refuse, secret = making.refuse, bid.secret()
    refuse("wrong-passphrase", "in-time", "secret", "WrongPassphrase", passphrase="Gänseblümchen 2")
    for name, data, error in (
        ("key-of-another-account", bid.secret(key=key_of(signer("bidder 99"))), "AccountForeign"),
        ("key-that-is-none", bid.secret(key=bytes(32)), "AccountForeign"),
        ("seed-of-another-bid", bid.secret(seed=making.bids["first"].seed), "SealsDiffer"),
        ("secret-with-altered-content", secret[:-1] + bytes([secret[-1] ^ 1]), "EntryInvalid"),
        ("secret-with-an-altered-digest", _other_digest(secret), "EntryInvalid"),
    ):
        refuse(name, "in-time", "secret", error, entries={"secret": data}, passphrase=PASSPHRASE)


def _other_digest(secret: bytes) -> bytes:
    at = secret.index(b"---") + 4
    return secret[:at] + (b"B" if secret[at : at + 1] == b"A" else b"A") + secret[at + 1 :]


def main() -> None:
    """Write them."""
    FOLDER.mkdir(exist_ok=True)
    with told() as making:
        judge(making)
        for path in FOLDER.iterdir():
            if path.name != "README.md":
                path.unlink()
        for name, data in making.files.items():
            (FOLDER / name).write_bytes(data)
        for name, found in (("accepted", making.accepted), ("refused", making.refused)):
            (FOLDER / f"{name}.json").write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    case = accepted("in-time")
    whole = composed(case["fields"], {name: data_of(given) for name, given in case["entries"].items()})
    (FOLDER / "in-time.receipt.zip").write_bytes(whole)
    print(len(cases("accepted")), len(cases("refused")))


if __name__ == "__main__":
    main()
