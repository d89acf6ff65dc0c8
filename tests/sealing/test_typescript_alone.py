"""Sealing and opening in TypeScript against the format's text, computed once more by other means."""

from __future__ import annotations

import hashlib
import json
import os
import random
import time
from pathlib import Path
from typing import Any

import pyrage
import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from tests.sealing.peer_actors import (
    ALONE,
    BOTH,
    CONTEXT,
    CUSTODIANS,
    FIELDS,
    OFFER,
    OFFICERS,
    PLAN,
    SEED,
    Sealed,
    changed_keys,
    document,
    key_set,
    salt,
    seal,
)
from tests.sealing.peer import Refused, peer
from tests.sealing.reference import (
    SUITE,
    WORD,
    Holder,
    bid_root,
    content,
    context_words,
    decoded,
    encoded,
    field,
    padme,
    polynomial,
    tag,
    word,
)

MOST_MEMORY = 160 * 2**20
"""What the process may take at its peak for a document of 200 MiB, most of it Node itself."""
CHANCE = 20261128


def refused(error: str, **values: Any) -> Any:
    """The block must be refused with this name, and these values but for prose."""

    class Expectation:
        def __enter__(self) -> None:
            return None

        def __exit__(self, kind: Any, got: Any, trace: Any) -> bool:
            assert isinstance(got, Refused), f"{error} was expected, got {got!r}"
            assert got.error == error, got
            assert {name: got.values[name] for name in values} == values
            return True

    return Expectation()


def texts_of(sealed: Sealed) -> list[str]:
    """Ordered by their names."""
    found: list[str] = sealed.open()["fields"]
    return found


# Round trips


def test_open_with_two_of_each_group_fields_and_documents_as_sealed(sealed: Sealed) -> None:
    """Salts, names, values, documents; and the seed that anybody can check again."""
    opened = sealed.open(*sealed.shares((1, 1), (1, 3), (2, 2), (2, 3)))
    fields = {name: (of, value) for of, name, value in map(decoded, opened["fields"])}
    assert {name: value for name, (_, value) in fields.items() if name in FIELDS} == FIELDS
    assert all(of == encoded(salt(name)) for name, (of, _) in fields.items() if name in FIELDS)
    assert [decoded(text)[1] for text in opened["fields"]] == sorted(fields)
    assert opened["documents"] == [
        {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)} for data in (OFFER, PLAN)
    ]
    assert opened["seed"] == SEED.hex()
    assert opened["wrong"] == []
    assert bid_root(opened["fields"]) == sealed.bid_root
    assert peer().ask("reseal", envelope=str(sealed.path), keySet=BOTH, seed=SEED.hex()) == {}


def test_open_without_custodians_officers_alone_suffice(sealed_alone: Sealed) -> None:
    """Their half is the seed."""
    assert sealed_alone.open(*sealed_alone.shares((1, 2), (1, 3)))["seed"] == SEED.hex()
    assert sealed_alone.header[WORD * 13 : WORD * 14] == bytes(WORD)


@pytest.mark.parametrize(("count", "threshold"), [(3, 2), (4, 3), (32, 31), (32, 2)])
def test_open_with_any_sizes_of_groups_seed_is_found(tmp_path: Path, count: int, threshold: int) -> None:
    """From the fewest to the most."""
    many = tuple(Holder.named(f"officer {number}", size=20) for number in range(count))
    made = seal(tmp_path / "bid.siegel", key_set(many, threshold=threshold))
    chosen = random.Random(CHANCE).sample(range(1, count + 1), threshold)
    assert made.open(*made.given(*((1, index) for index in chosen)))["seed"] == SEED.hex()


def test_seal_without_seed_and_fields_each_envelope_has_its_own(tmp_path: Path) -> None:
    """An empty bid is a bid; a seed that is not given is drawn."""
    task = {"context": CONTEXT, "keySet": ALONE, "fields": [], "documents": [], "out": str(tmp_path / "one")}
    peer().ask("seal", **task)
    one = (tmp_path / "one").read_bytes()
    peer().ask("seal", **task)
    assert (tmp_path / "one").read_bytes()[WORD * 14 : WORD * 18] != one[WORD * 14 : WORD * 18]


def test_seal_twice_with_one_seed_shares_are_the_same_content_is_not(tmp_path: Path, sealed: Sealed) -> None:
    """age draws a file key of its own."""
    again = seal(tmp_path / "again", BOTH)
    assert again.bid_root == sealed.bid_root
    assert again.header[WORD * 12 :] == sealed.header[WORD * 12 :]
    assert again.rest_digest != sealed.rest_digest
    assert again.open(path=sealed.path)["seed"] == SEED.hex()


# Against the text


def test_seal_header_word_by_word_as_the_format_says(sealed: Sealed) -> None:
    """And what stands on the chain for it."""
    age_file = sealed.whole[sealed.header_size :]
    assert sealed.header[: WORD * 14] == b"".join(
        [
            tag("siegel/1 envelope"),
            context_words(CONTEXT, sealed.bid_root),
            word(len(age_file)),
            hashlib.sha256(age_file).digest(),
            word(2 * 256 + 3),
            word(2 * 256 + 3),
        ]
    )
    rest = hashlib.sha256(sealed.header[: WORD * 9] + sealed.header[WORD * 10 :]).digest()
    assert rest.hex() == sealed.rest_digest
    types = ["bytes32", "uint256", "address", "bytes32", "uint32", "address", "bytes32", "bytes32"]
    account, author = (bytes.fromhex(CONTEXT[name]) for name in ("ledger", "author"))
    process = bytes.fromhex(CONTEXT["processId"])
    root = bytes.fromhex(sealed.bid_root)
    parts = [keccak(text="siegel/1 bid"), CONTEXT["chainId"], account, process, CONTEXT["round"], author, root, rest]
    said = peer().ask("header", envelope=str(sealed.path))
    assert said["commitment"] == keccak(encode(types, parts)).hex()
    assert {name: said[name] for name in CONTEXT} == CONTEXT


@pytest.mark.parametrize("group", [1, 2])
@pytest.mark.parametrize("index", [1, 2, 3])
def test_seal_share_opened_by_another_library_is_the_reference_share(sealed: Sealed, group: int, index: int) -> None:
    """HKDF, Shamir and HPKE at once."""
    at = sealed.header_size - 128 * (7 - index - (group - 1) * 3)
    holder = (OFFICERS if group == 1 else CUSTODIANS)[index - 1]
    info = (
        tag("siegel/1 share")
        + context_words(CONTEXT, sealed.bid_root)
        + word(group * 256 + index)
        + word(holder.holder)
    )
    share = SUITE.decrypt(sealed.header[at : at + 113], holder.private, info)
    assert sealed.header[at + 113 : at + 128] == bytes(15)
    assert share == sealed.secrets.share(group, index, 2)
    assert share.hex() == sealed.share(group, index)


def test_seal_content_decrypted_by_another_library_is_what_the_format_says(sealed: Sealed) -> None:
    """Lines, documents, padding, and the identity that follows from the seed."""
    plain = pyrage.decrypt(sealed.whole[sealed.header_size :], [sealed.secrets.identity()])
    assert plain == content(texts_of(sealed), OFFER, PLAN)


def test_derive_key_pair_of_rfc_9180_as_published() -> None:
    """Appendix A.3.1: ephemeral and recipient of the base setup with P-256."""
    ephemeral = peer().ask("deriveKeyPair", ikm="4270e54ffd08d79d5928020af4686d8f6b7d35dbe470265f1f5aa22816ce860e")
    assert ephemeral["privateKey"] == "4995788ef4b9d6132b249ce59a77281493eb39af373d236a1fe415cb0c2d7beb"
    assert ephemeral["publicKey"] == (
        "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac9"
        "8536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4"
    )
    recipient = peer().ask("deriveKeyPair", ikm="668b37171f1072f3cf12ea8a236a45df23fc13b82af3609ad1e354f6ef817550")
    assert recipient["privateKey"] == "f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2"


def test_pad_sizes_as_padme_and_at_most_12_percent_more() -> None:
    """Small ones, powers of two and their neighbours, and a few of any size."""
    chance = random.Random(CHANCE)
    sizes = [*range(14, 3000), *(2**bit + off for bit in range(12, 41) for off in (-1, 0, 1))]
    sizes += [chance.randrange(14, 2**40) for _ in range(1000)]
    padded = peer().ask("padded", sizes=sizes)["sizes"]
    assert padded == [padme(size) for size in sizes]
    assert all(size <= each <= size * 1.12 for size, each in zip(sizes, padded, strict=True) if size > 100)


def test_share_and_combine_as_polynomials_over_the_field_of_aes() -> None:
    """Horner and Lagrange here, powers and logarithms there."""
    chance = random.Random(CHANCE)
    for threshold in (2, 3, 16, 31):
        parts = [chance.randbytes(32) for _ in range(threshold)]
        xs = chance.sample(range(1, 256), threshold)
        shares = []
        for x in xs:
            answer = peer().ask("shamirShare", x=x, secret=parts[0].hex(), coefficients=b"".join(parts[1:]).hex())
            expected = bytes(polynomial(column, x) for column in zip(*parts, strict=True))
            assert answer["share"] == expected.hex()
            shares.append([x, answer["share"]])
        assert peer().ask("shamirSecret", points=shares)["secret"] == parts[0].hex()


# The envelope


def test_open_with_any_byte_of_the_header_changed_refused(sealed: Sealed) -> None:
    """One bit of each byte, words and shares."""
    chance = random.Random(CHANCE)
    original = sealed.whole
    for at in range(sealed.header_size):
        forged = bytearray(original)
        forged[at] ^= 1 << chance.randrange(8)
        with pytest.raises(Refused):
            sealed.open(path=sealed.forged(bytes(forged), b""))


def test_open_with_any_byte_of_the_content_changed_content_altered(sealed: Sealed) -> None:
    """Whoever changes the stored file is found out by the header's digest."""
    chance = random.Random(CHANCE)
    age_file = sealed.whole[sealed.header_size :]
    for at in range(len(age_file)):
        forged = bytearray(age_file)
        forged[at] ^= 1 << chance.randrange(8)
        got = hashlib.sha256(forged).hexdigest()
        with refused("ContentAltered", expected=hashlib.sha256(age_file).hexdigest(), got=got):
            sealed.open(path=sealed.forged(sealed.header, bytes(forged)))


def test_open_with_content_and_its_digest_changed_content_unreadable(sealed: Sealed) -> None:
    """What only the bidder can have done: the age file is none, whichever byte it is."""
    chance = random.Random(CHANCE)
    age_file = sealed.whole[sealed.header_size :]
    for at in [*range(200), *chance.sample(range(200, len(age_file)), 200)]:
        forged = bytearray(age_file)
        forged[at] ^= 1 << chance.randrange(8)
        with refused("ContentUnreadable"):
            sealed.open(path=sealed.with_age_file(bytes(forged)))
    for cut in (0, 1, 100, 200, len(age_file) - 1):
        with refused("ContentUnreadable"):
            sealed.open(path=sealed.with_age_file(age_file[:cut]))
    stanza = b"-> noise x\n" + b"A" * 64 + b"\n" + b"A" * 64 + b"\n\n"
    endless = age_file.replace(b"\n->", b"\n" + stanza * 500 + b"->", 1)
    assert len(endless) > 65536
    with refused("ContentUnreadable", reason="the header has no end in 64 KiB"):
        sealed.open(path=sealed.with_age_file(endless))
    other = pyrage.encrypt(b"", [pyrage.x25519.Identity.generate().to_public()])
    with refused("ContentUnreadable"):
        sealed.open(path=sealed.with_age_file(other))


WORDS: list[tuple[int, bytes]] = [
    (0, tag("siegel/2 envelope")),
    (0, tag("siegel/1 envelop")),
    (1, word(2)),
    (3, b"\1" + word("11" * 20)[1:]),
    (6, word("01" + "33" * 20)),
    (10, word(2**40)),
    (12, word(0)),
    (12, word(1 * 256 + 3)),
    (12, word(3 * 256 + 3)),
    (12, word(2 * 256 + 33)),
    (12, word(32 * 256 + 33)),
    (12, word(2**200 + 2 * 256 + 3)),
    (13, word(3)),
    (13, word(1 * 256 + 3)),
]


@pytest.mark.parametrize(("at", "value"), WORDS)
def test_open_with_a_word_that_is_none_envelope_malformed(sealed: Sealed, at: int, value: bytes) -> None:
    """There is one way to write it."""
    with refused("EnvelopeMalformed", position=WORD * at):
        sealed.open(path=sealed.with_words({at: value}))


def test_open_with_other_length_envelope_malformed(sealed: Sealed) -> None:
    """Cut off anywhere, or with bytes behind it."""
    whole = sealed.whole
    for size in (0, 31, 447, 448, sealed.header_size, len(whole) - 1):
        with refused("EnvelopeMalformed", position=size):
            sealed.open(path=sealed.forged(whole[:size], b""))
    with refused("EnvelopeMalformed", position=len(whole)):
        sealed.open(path=sealed.forged(whole, b"\0"))


def test_read_header_by_itself_as_in_its_envelope(sealed: Sealed) -> None:
    """Whoever judges a commitment needs no content."""
    said = peer().ask("header", bytes=sealed.header.hex())
    assert said == peer().ask("header", envelope=str(sealed.path))
    assert said["restDigest"] == sealed.rest_digest
    for size in (447, 448, sealed.header_size - 1):
        with refused("EnvelopeMalformed", position=size):
            peer().ask("header", bytes=sealed.header[:size].hex())
    with refused("EnvelopeMalformed", position=sealed.header_size):
        peer().ask("header", bytes=sealed.header.hex() + "00")


def test_open_with_filling_that_is_not_zero_envelope_malformed(sealed: Sealed) -> None:
    """The 15 bytes behind each share."""
    whole = bytearray(sealed.whole)
    whole[448 + 128 + 120] = 1
    with refused("EnvelopeMalformed", position=448 + 128 + 120):
        sealed.open(path=sealed.forged(bytes(whole), b""))


@pytest.mark.parametrize("name", CONTEXT)
def test_open_elsewhere_envelope_foreign(sealed: Sealed, name: str) -> None:
    """A final deadline before the one for which it was sealed is another context, too; a later one is not."""
    value = CONTEXT[name]
    other = value - 1 if isinstance(value, int) else "55" * (len(value) // 2)
    with refused("EnvelopeForeign", field=name, expected=other, got=value):
        sealed.open(context={**CONTEXT, name: other})
    assert sealed.open(context={**CONTEXT, "notBefore": CONTEXT["notBefore"] + 1})


def test_open_with_numbers_beyond_doubles_every_digit_counts(tmp_path: Path) -> None:
    """A chain's id has up to 256 bits."""
    large = {**CONTEXT, "chainId": str(2**255 + 1)}
    made = seal(tmp_path / "bid.siegel", ALONE, context=large)
    with refused("EnvelopeForeign", field="chainId", expected=2**255, got=2**255 + 1):
        made.open(context={**CONTEXT, "chainId": str(2**255)})


def test_open_with_key_set_of_other_sizes_key_set_differs(sealed: Sealed, tmp_path: Path) -> None:
    """Thresholds and numbers are those of the key set; and what is no key set, nothing is sealed to."""
    four = key_set((*OFFICERS, Holder.named("officer 4", size=20)), CUSTODIANS)
    for other in (four, ALONE, changed_keys(key_set((*OFFICERS, Holder.named("x", size=20)), CUSTODIANS), threshold=3)):
        with refused("KeySetDiffers"):
            sealed.open(keySet=other)
        with refused("KeySetDiffers"):
            peer().ask("reseal", envelope=str(sealed.path), keySet=other, seed=SEED.hex())
    off_curve = [{**OFFICERS[0].as_json(), "key": "04" + "01" * 64}, *(each.as_json() for each in OFFICERS[1:])]
    compressed = [{**OFFICERS[0].as_json(), "key": "02" + OFFICERS[0].as_json()["key"][2:66]}, *off_curve[1:]]
    for unusable in ({"threshold": 1}, {"threshold": 3}, {"recipients": off_curve}, {"recipients": compressed}):
        with refused("KeySetDiffers"):
            seal(tmp_path / "none", changed_keys(ALONE, **unusable))


# Shares


def test_open_share_by_another_recipient_unopenable(sealed: Sealed, tmp_path: Path) -> None:
    """With another key, in another place, as another holder, copied into another envelope, or what is no point."""
    task: dict[str, Any] = {"envelope": str(sealed.path), "keySet": BOTH, "group": 1, "index": 1}
    task["privateKey"] = OFFICERS[0].secret
    assert peer().ask("share", **task)["share"] == sealed.secrets.share(1, 1, 2).hex()
    renamed = [{**each, "holder": "00" * 12 + "77" * 20} for each in BOTH["officers"]["recipients"]]
    for change in (
        {"privateKey": OFFICERS[1].secret},
        {"privateKey": "00" * 32},
        {"privateKey": "ff" * 32},
        {"keySet": changed_keys(BOTH, recipients=renamed)},
    ):
        with refused("ShareUnopenable", group=1, index=1):
            peer().ask("share", **{**task, **change})
    with refused("ShareUnopenable", group=2, index=1):
        peer().ask("share", **{**task, "group": 2})
    other = seal(tmp_path / "other", BOTH, fields=[])
    copied = other.header[:448] + sealed.header[448:]
    with refused("ShareUnopenable", group=1, index=1):
        peer().ask("share", **{**task, "envelope": str(other.forged(copied, other.whole[other.header_size :]))})
    for enc in (bytes(65), b"\x04" + bytes(64), b"\x06" + sealed.header[449:513]):
        broken = sealed.header[:448] + enc + sealed.header[513:]
        with refused("ShareUnopenable", group=1, index=1):
            peer().ask("share", **{**task, "envelope": str(sealed.forged(broken, sealed.whole[len(broken) :]))})


@pytest.mark.parametrize(("places", "group", "given"), [([(1, 1), (2, 1), (2, 2)], 1, 1), ([(1, 1), (1, 3)], 2, 0)])
def test_open_with_too_few_shares_refused(
    sealed: Sealed, places: list[tuple[int, int]], group: int, given: int
) -> None:
    """One share given twice is one, and one of nobody is none."""
    shares = sealed.given(*places, *places)
    nobody = [[1, 4, "00" * 32], [1, 0, "00" * 32]]
    with refused("SharesTooFew", group=group, threshold=2, given=given):
        sealed.open(*shares, *nobody)


def test_open_with_false_shares_seed_is_found_and_they_are_named(sealed: Sealed) -> None:
    """In both groups, the first ones; also where somebody gives a second, false one."""
    false = [[1, 1, "00" * 32], [2, 2, "01" * 32]]
    true = sealed.given((1, 2), (1, 3), (2, 1), (2, 3))
    assert sealed.open(*false, *true)["wrong"] == [[1, 1], [2, 2]]
    assert sealed.open(*false, *true)["seed"] == SEED.hex()
    twice = [[1, 2, "00" * 32], [2, 3, "01" * 32], [1, 9, "00" * 32]]
    assert sealed.open(*true, *twice)["wrong"] == [[1, 2], [2, 3], [1, 9]]


def test_open_with_shares_that_agree_on_another_seed_the_right_one_is_found(sealed: Sealed) -> None:
    """Two officers and two custodians who give the shares of a seed of their own are found out."""
    many = tuple(Holder.named(f"officer {number}", size=20) for number in range(1, 6))
    others = tuple(Holder.named(f"custodian {number}", size=32) for number in range(1, 6))
    made = seal(sealed.path.with_name("five"), key_set(many, others))
    lying = type(made.secrets)(b"\x07" * 32, context_words(CONTEXT, made.bid_root))
    false = [[group, at, lying.share(group, at, 2).hex()] for group in (1, 2) for at in (1, 2)]
    true = made.given((1, 3), (1, 4), (2, 3), (2, 5))
    opened = made.open(*false, *true)
    assert opened["seed"] == SEED.hex()
    assert opened["wrong"] == [[1, 1], [1, 2], [2, 1], [2, 2]]


def test_open_with_three_false_of_32_and_the_fewest_true_ones_seed_is_found(tmp_path: Path) -> None:
    """What is tried is bounded, and enough for this."""
    many = tuple(Holder.named(f"officer {number}", size=20) for number in range(32))
    made = seal(tmp_path / "bid.siegel", key_set(many, threshold=29))
    shares = made.given(*((1, index) for index in range(1, 33)))
    for at in (0, 13, 30):
        shares[at][2] = "77" * 32
    began = time.monotonic()
    assert made.open(*shares)["wrong"] == [[1, 1], [1, 14], [1, 31]]
    assert time.monotonic() - began < 60


def test_open_with_false_shares_only_seals_differ(sealed: Sealed) -> None:
    """No choice of shares gives a seed that passes: every share is named."""
    everybody = [[group, index] for group in (1, 2) for index in (1, 2, 3)]
    with refused("SealsDiffer", shares=everybody):
        sealed.open(*([group, index, os.urandom(32).hex()] for group, index in everybody))


def test_open_with_nothing_but_false_shares_of_64_an_answer_comes(tmp_path: Path) -> None:
    """The worst case of what is tried."""
    many = tuple(Holder.named(f"officer {number}", size=20) for number in range(32))
    others = tuple(Holder.named(f"custodian {number}", size=32) for number in range(32))
    made = seal(tmp_path / "bid.siegel", key_set(many, others, threshold=16))
    everybody = [[group, index] for group in (1, 2) for index in range(1, 33)]
    began = time.monotonic()
    with refused("SealsDiffer", shares=everybody):
        made.open(*([group, index, os.urandom(32).hex()] for group, index in everybody))
    assert time.monotonic() - began < 120


def test_open_with_shares_of_another_envelope_seals_differ(sealed: Sealed, tmp_path: Path) -> None:
    """They give that one's seed."""
    other = seal(tmp_path / "other", BOTH, seed="08" * 32)
    shares = [[g, i, other.share(g, i)] for g, i in ((1, 1), (1, 2), (2, 1), (2, 2))]
    assert other.open(*shares)["seed"] == "08" * 32
    with refused("SealsDiffer"):
        sealed.open(*shares)
    with refused("SealsDiffer"):
        peer().ask("reseal", envelope=str(sealed.path), keySet=BOTH, seed="08" * 32)


def test_open_what_the_bidder_sealed_falsely_to_one_seals_differ_in_it_alone(sealed: Sealed) -> None:
    """The others have the seed, and everybody can repeat the check."""
    broken = bytearray(sealed.whole)
    broken[448 + 128 + 70] ^= 1
    path = sealed.forged(bytes(broken), b"")
    with refused("SealsDiffer", shares=[[1, 2]]):
        sealed.open(*sealed.given((1, 1), (1, 3), (2, 1), (2, 3)), path=path)
    with refused("SealsDiffer", shares=[[1, 2]]):
        peer().ask("read", envelope=str(path), keySet=BOTH, seed=SEED.hex())
    false = [1, 1, "00" * 32]
    with refused("SealsDiffer", shares=[[1, 2]]):
        sealed.open(false, *sealed.given((1, 2), (1, 3), (2, 1), (2, 3)), path=path)


def test_read_with_a_seed_alone_as_the_tenderer_does(sealed: Sealed) -> None:
    """Whoever kept the seed needs no officer; what was altered since is not the sealer's doing."""
    task: dict[str, Any] = {"keySet": BOTH, "seed": SEED.hex()}
    assert peer().ask("read", envelope=str(sealed.path), **task)["fields"] == texts_of(sealed)
    altered = sealed.forged(sealed.whole[:-1], bytes([sealed.whole[-1] ^ 1]))
    with refused("ContentAltered"):
        peer().ask("read", envelope=str(altered), **task)


# Contributions


def contribution(sealed: Sealed, group: int, index: int) -> bytes:
    """What the recipient sends to the officers."""
    share = sealed.secrets.share(group, index, 2).hex()
    answer = peer().ask(
        "contribute", envelope=str(sealed.path), keySet=sealed.keys, group=group, index=index, share=share
    )
    return bytes.fromhex(answer["contribution"])


def received(sealed: Sealed, contributed: bytes, officer: int = 1, **changed: Any) -> Any:
    """What an officer gets of it."""
    task = {"envelope": str(sealed.path), "keySet": sealed.keys, "contribution": contributed.hex(), "officer": officer}
    return peer().ask("receive", **{**task, "privateKey": OFFICERS[officer - 1].secret, **changed})["share"]


@pytest.mark.parametrize("place", [(1, 3), (2, 1)])
def test_contribute_each_officer_gets_the_share(sealed: Sealed, place: tuple[int, int]) -> None:
    """Also by another library; and no two contributions are the same."""
    group, index = place
    made = contribution(sealed, group, index)
    share = sealed.secrets.share(group, index, 2)
    whose = context_words(CONTEXT, sealed.bid_root) + word(group * 256 + index)
    assert made[: WORD * 12] == tag("siegel/1 contribution") + whose + word(3)
    assert len(made) == WORD * 12 + 3 * 128
    for officer, holder in enumerate(OFFICERS, 1):
        assert received(sealed, made, officer) == [group, index, share.hex()]
        at = WORD * 12 + (officer - 1) * 128
        info = made[: WORD * 11] + word(officer) + word(holder.holder)
        assert SUITE.decrypt(made[at : at + 113], holder.private, info) == share
    assert contribution(sealed, group, index)[WORD * 12 :] != made[WORD * 12 :]


def test_receive_with_any_byte_changed_refused(sealed: Sealed) -> None:
    """Words, and what is sealed to this officer."""
    made = contribution(sealed, 2, 1)
    chance = random.Random(CHANCE)
    for at in range(WORD * 12 + 128):
        forged = bytearray(made)
        forged[at] ^= 1 << chance.randrange(8)
        with pytest.raises(Refused):
            received(sealed, bytes(forged))


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (0, tag("siegel/1 envelope")),
        (1, word(0)),
        (3, word("01" + "11" * 20)),
        (10, word(3 * 256 + 1)),
        (10, word(1 * 256)),
        (10, word(2 * 256 + 33)),
        (10, word(2**64)),
        (10, word(2 * 256 + 4)),
        (11, word(0)),
        (11, word(33)),
    ],
)
def test_receive_with_a_word_that_is_none_contribution_malformed(sealed: Sealed, at: int, value: bytes) -> None:
    """As for the envelope; a share that the envelope has not is none."""
    made = bytearray(contribution(sealed, 2, 1))
    made[WORD * at : WORD * (at + 1)] = value
    with refused("ContributionMalformed", position=WORD * at):
        received(sealed, bytes(made))


def test_receive_with_other_length_contribution_malformed(sealed: Sealed) -> None:
    """Cut off, with bytes behind it, with filling that is not zero."""
    made = contribution(sealed, 2, 1)
    for size in (0, WORD * 12 - 1, WORD * 12, len(made) - 1):
        with refused("ContributionMalformed", position=size):
            received(sealed, made[:size])
    with refused("ContributionMalformed", position=len(made)):
        received(sealed, made + b"\0")
    with refused("ContributionMalformed", position=len(made) - 1):
        received(sealed, made[:-1] + b"\1")


def test_receive_for_another_bid_contribution_foreign(sealed: Sealed, tmp_path: Path) -> None:
    """Each word of the context, and the bid."""
    made = contribution(sealed, 2, 1)
    for name, value in CONTEXT.items():
        other: Any = value + 1 if isinstance(value, int) else "55" * (len(value) // 2)
        elsewhere = seal(tmp_path / "other", BOTH, context={**CONTEXT, name: other})
        with refused("ContributionForeign", field=name, expected=other, got=value):
            received(sealed, made, envelope=str(elsewhere.path))
    bid = seal(tmp_path / "other", BOTH, fields=[])
    with refused("ContributionForeign", field="bidRoot", expected=bid.bid_root, got=sealed.bid_root):
        received(sealed, made, envelope=str(bid.path))


def test_receive_with_other_officers_refused(sealed: Sealed) -> None:
    """Another number of them, or another key."""
    made = contribution(sealed, 2, 1)
    fewer = bytearray(made + made[-128:])
    fewer[WORD * 11 : WORD * 12] = word(4)
    with refused("KeySetDiffers"):
        received(sealed, bytes(fewer))
    with refused("KeySetDiffers"):
        received(sealed, made, keySet=ALONE)
    with refused("ShareUnopenable", group=2, index=1):
        received(sealed, made, privateKey=OFFICERS[1].secret)


# The content


def text(parts: Any) -> str:
    """A field's text of any JSON."""
    return encoded(json.dumps(parts).encode())


def described(**changes: Any) -> dict[str, Any]:
    """A document's value."""
    return {"title": "Plan", "size": 0, "digest": hashlib.sha256(b"").hexdigest(), **changes}


SALT = encoded(salt("x"))
PRICE = field("price", "1.00", salt("price"))
NO_FIELDS = {
    "of other characters": "§",
    "padded": encoded(b'["') + "=",
    "with bits left over": text([SALT, "ab", 1])[:-1] + "B",
    "no UTF-8": encoded(b'["\xff"]'),
    "with a byte order mark": encoded(b"\xef\xbb\xbf" + json.dumps([SALT, "a", 1]).encode()),
    "no JSON": encoded(b"[1,]"),
    "JSON and more": encoded(json.dumps([SALT, "a", 1]).encode() + b" 1"),
    "no list": text({"a": 1}),
    "an entry of a list": text([SALT, 1]),
    "four parts": text([SALT, "a", 1, 2]),
    "a member twice": encoded(f'["{SALT}","a",{{"b":1,"b":1}}]'.encode()),
    "half a pair": encoded(f'["{SALT}","a","\\ud800"]'.encode()),
    "half a pair as a member": encoded(f'["{SALT}","a",[{{"\\ud800":1}}]]'.encode()),
    "NaN": encoded(f'["{SALT}","a",NaN]'.encode()),
    "nested deeply": encoded(f'["{SALT}","a",{"[" * 64}{"]" * 64}]'.encode()),
    "a salt of 31 bytes": text([encoded(bytes(31)), "a", 1]),
    "a salt of 33 bytes": text([encoded(bytes(33)), "a", 1]),
    "a salt with bits left over": text([SALT[:-1] + "B", "a", 1]),
    "a salt that is a number": text([1, "a", 1]),
    "a name that is a number": text([SALT, 1, 1]),
    "no name": text([SALT, "", 1]),
    "a long name": text([SALT, "a" * 257, 1]),
    "a name with a line": text([SALT, "a\n", 1]),
    "a name with an umlaut": text([SALT, "ä", 1]),
    "a document without a value": text([SALT, "documents/0001", None]),
    "a document without a title": text([SALT, "documents/0001", described(title=None)]),
    "a document with a size in text": text([SALT, "documents/0001", described(size="0")]),
    "a document with a fraction": text([SALT, "documents/0001", described(size=0.0)]),
    "a document below nothing": text([SALT, "documents/0001", described(size=-1)]),
    "a document beyond all": text([SALT, "documents/0001", described(size=2**53)]),
    "a document with a digest in capitals": text([SALT, "documents/0001", described(digest="AB" * 32)]),
    "a document without the first": text([SALT, "documents/0002", described()]),
    "a document that counts from zero": text([SALT, "documents/0000", described()]),
}


@pytest.mark.parametrize("given", NO_FIELDS.values(), ids=list(NO_FIELDS))
def test_read_with_what_is_no_field_bid_malformed(sealed: Sealed, given: str) -> None:
    """It is refused before its bidRoot is looked at."""
    plain = content(["x"]).replace(b"\nx\n", b"\n" + given.encode() + b"\n")
    with refused("BidMalformed"):
        sealed.open(path=sealed.with_content(plain))


def test_read_with_lines_that_are_none_bid_malformed(sealed: Sealed) -> None:
    """Another first line, lines out of order or twice, no end of them, too many, too long."""
    texts = texts_of(sealed)
    whole = content(texts, OFFER, PLAN)
    many = [field(f"a/{number:05}", None, salt("")) for number in range(10_001)]
    for plain in (
        b"",
        b"\n\n",
        whole.replace(b"siegel-bid/1", b"siegel-bid/2", 1),
        whole.replace(b"\n", b"\r\n", 3),
        content([*texts[1:], texts[0]], OFFER, PLAN),
        content([texts[0], *texts], OFFER, PLAN),
        b"siegel-bid/1\n" + texts[0].encode(),
        content(many),
        b"siegel-bid/1\n" + b"a" * 2**24 + b"\n\n",
    ):
        with refused("BidMalformed"):
            sealed.open(path=sealed.with_content(plain))


def test_read_with_most_fields_and_longest_texts_accepted(tmp_path: Path) -> None:
    """10,000 texts and 16 MiB are the last that are; one more of either is refused by who seals, too."""
    many = [field(f"a/{number:05}", None, salt("")) for number in range(10_001)]
    made = seal(tmp_path / "many", ALONE, fields=many[:-1], documents=[])
    assert len(made.open()["fields"]) == 10_000
    with refused("BidMalformed"):
        seal(tmp_path / "more", ALONE, fields=many, documents=[])
    # Head: first line, one text, empty line. Three bytes of JSON are four of text.
    frame = len(json.dumps([SALT, "a", ""]))
    room = 2**24 - len("siegel-bid/1\n") - 2
    size = room // 4 * 3 - frame
    longest = encoded(json.dumps([SALT, "a", "x" * size]).encode())
    left = room - len(longest)
    assert 0 <= left < 4
    made = seal(tmp_path / "long", ALONE, fields=[longest], documents=[])
    assert made.open()["fields"] == [longest]
    with refused("BidMalformed"):
        seal(tmp_path / "longer", ALONE, fields=[encoded(json.dumps([SALT, "a", "x" * (size + 3)]).encode())])


def test_read_with_padding_or_documents_of_other_length_bid_malformed(sealed: Sealed) -> None:
    """Cut off anywhere behind the texts, longer, or filled with something."""
    texts = texts_of(sealed)
    whole = content(texts, OFFER, PLAN)
    head = len(content(texts).rstrip(b"\0"))
    assert len(whole) > head + len(OFFER) + 1
    for plain in (whole[: head + 1], whole[: head + len(OFFER)], whole[:-1], whole + b"\0", whole[:-1] + b"\1"):
        with refused("BidMalformed"):
            sealed.open(path=sealed.with_content(plain))
    assert sealed.open(path=sealed.with_content(whole))["seed"] == SEED.hex()


def test_read_with_other_document_document_altered(sealed: Sealed) -> None:
    """Its name, and both digests."""
    other = b"?" + OFFER[1:]
    expected, got = (hashlib.sha256(data).hexdigest() for data in (OFFER, other))
    with refused("DocumentAltered", document="documents/0001", expected=expected, got=got):
        sealed.open(path=sealed.with_content(content(texts_of(sealed), other, PLAN)))


def test_read_with_other_bid_bid_root_differs(sealed: Sealed) -> None:
    """Well made, but not what the commitment names."""
    with refused("BidRootDiffers", expected=sealed.bid_root, got=bid_root([PRICE])):
        sealed.open(path=sealed.with_content(content([PRICE])))


def test_seal_what_is_no_bid_bid_malformed(tmp_path: Path) -> None:
    """Nobody seals what nobody could open."""
    price = [salt("a").hex(), "a", 1]
    for changes in (
        {"fields": [price, price]},
        {"fields": [[salt("a").hex()[2:], "a", 1]]},
        {"fields": [[salt("a").hex(), "ä", 1]]},
        {"fields": [text([SALT, "documents/0001", described()])], "documents": []},
        {"fields": [text([SALT, "documents/0001", described()])]},
        {"documents": [{"hex": ""}]},
    ):
        with refused("BidMalformed"):
            seal(tmp_path / "none", ALONE, **changes)


@pytest.mark.parametrize("later", [b"?" + OFFER[1:], OFFER[:-1], OFFER + b"?", b""])
def test_seal_document_that_changes_meanwhile_document_altered(tmp_path: Path, later: bytes) -> None:
    """Between its digest and its encryption somebody saved the file again."""
    expected, got = (hashlib.sha256(data).hexdigest() for data in (OFFER, later))
    with refused("DocumentAltered", document="documents/0001", expected=expected, got=got):
        seal(tmp_path / "none", ALONE, documents=[{**document(OFFER, "LV"), "later": later.hex()}])


# Proofs of single fields


def test_prove_one_field_checked_without_the_others(sealed: Sealed) -> None:
    """Its text and the digests of all are enough."""
    texts = texts_of(sealed)
    proof = peer().ask("prove", fields=texts, name="lots/LOT-1/value")
    assert proof["digests"] == sorted(hashlib.sha256(each.encode()).hexdigest() for each in texts)
    assert decoded(proof["text"])[1:] == ["lots/LOT-1/value", FIELDS["lots/LOT-1/value"]]
    assert peer().ask("checkProof", **proof, bidRoot=sealed.bid_root) == {"name": "lots/LOT-1/value"}


def test_check_proof_that_proves_nothing_field_unproven(sealed: Sealed) -> None:
    """Of another bid, of a text that is not in it, with digests out of order; a field that is not there."""
    texts = texts_of(sealed)
    proof = peer().ask("prove", fields=texts, name="lots/LOT-1/value")
    digests = proof["digests"]
    changes: tuple[dict[str, Any], ...] = (
        {"bidRoot": "00" * 32},
        {"digests": digests[1:]},
        {"digests": []},
        {"text": PRICE},
        {"text": proof["text"] + "="},
        {"text": chr(ord(proof["text"][0]) + 256) + proof["text"][1:]},
        {"digests": digests[::-1]},
        {"digests": [digests[0], *digests]},
    )
    for change in changes:
        with refused("FieldUnproven"):
            peer().ask("checkProof", **{**proof, "bidRoot": sealed.bid_root, **change})
    twice = sorted([*digests, digests[0]])
    root = hashlib.sha256(tag("siegel/1 bid") + bytes.fromhex("".join(twice))).hexdigest()
    with refused("FieldUnproven"):
        peer().ask("checkProof", text=proof["text"], digests=twice, bidRoot=root)
    with refused("FieldUnproven"):
        peer().ask("prove", fields=texts, name="lots/LOT-2/value")


# Size


def test_seal_and_open_200_mib_memory_stays_bounded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A document is never held as a whole, neither by who seals nor by who opens."""
    size = 200 * 2**20
    path = tmp_path / "large.pdf"
    hashed = hashlib.sha256()
    with path.open("wb") as file:
        for _ in range(size // 2**20):
            piece = os.urandom(2**20)
            hashed.update(piece)
            file.write(piece)
    alone = type(peer())()
    try:
        began = time.monotonic()
        given = {"path": str(path), "title": "Pläne", "format": "application/pdf"}
        task = {"context": CONTEXT, "keySet": BOTH, "fields": [], "documents": [given, document(OFFER, "LV")]}
        answer = alone.ask("seal", **task, seed=SEED.hex(), out=str(tmp_path / "large.siegel"))
        sealing = time.monotonic() - began
        made = Sealed(tmp_path / "large.siegel", BOTH, answer["bidRoot"], answer["restDigest"])
        after_sealing = alone.peak_memory()
        began = time.monotonic()
        shares = made.given((1, 1), (1, 2), (2, 1), (2, 2))
        opened = alone.ask("open", envelope=str(made.path), keySet=BOTH, context=CONTEXT, shares=shares)
        opening = time.monotonic() - began
        peak = alone.peak_memory()
    finally:
        alone.stop()
    with capsys.disabled():
        print(f"\n200 MiB: sealed in {sealing:.1f} s, {after_sealing / 2**20:.0f} MiB; ", end="")
        print(f"opened in {opening:.1f} s, {peak / 2**20:.0f} MiB")
    assert opened["documents"][0] == {"sha256": hashed.hexdigest(), "size": size}
    assert decoded(opened["fields"][0])[2]["format"] == "application/pdf"
    assert peak < MOST_MEMORY
