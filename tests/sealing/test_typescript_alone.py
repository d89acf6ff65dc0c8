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

from tests.sealing.peer import Refused, peer
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
    """One bit of each byte of the words, and of many of the shares."""
    chance = random.Random(CHANCE)
    original = sealed.whole
    for at in [*range(448), *chance.sample(range(448, sealed.header_size), 100)]:
        forged = bytearray(original)
        forged[at] ^= 1 << chance.randrange(8)
        with pytest.raises(Refused):
            sealed.open(path=sealed.forged(bytes(forged), b""))


def test_open_with_any_byte_of_the_content_changed_content_altered(sealed: Sealed) -> None:
    """Whoever changes the stored file is found out by the header's digest; every fifth byte."""
    chance = random.Random(CHANCE)
    age_file = sealed.whole[sealed.header_size :]
    for at in range(0, len(age_file), 5):
        forged = bytearray(age_file)
        forged[at] ^= 1 << chance.randrange(8)
        got = hashlib.sha256(forged).hexdigest()
        with refused("ContentAltered", expected=hashlib.sha256(age_file).hexdigest(), got=got):
            sealed.open(path=sealed.forged(sealed.header, bytes(forged)))


def test_open_with_content_and_its_digest_changed_content_unreadable(sealed: Sealed) -> None:
    """What only the bidder can have done: the age file is none, whichever byte it is."""
    chance = random.Random(CHANCE)
    age_file = sealed.whole[sealed.header_size :]
    for at in [*range(0, 200, 2), *chance.sample(range(200, len(age_file)), 20)]:
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
    with refused("ContentUnreadable", reason="there is no header of age in the first 64 KiB"):
        sealed.open(path=sealed.with_age_file(endless))
    other = pyrage.encrypt(b"", [pyrage.x25519.Identity.generate().to_public()])
    with refused("ContentUnreadable"):
        sealed.open(path=sealed.with_age_file(other))


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


@pytest.mark.parametrize(
    ("places", "group", "given"), [([(1, 1), (2, 1), (2, 2)], "officers", 1), ([(1, 1), (1, 3)], "custodians", 0)]
)
def test_open_with_too_few_shares_refused(
    sealed: Sealed, places: list[tuple[int, int]], group: str, given: int
) -> None:
    """The group that cannot open is named."""
    with refused("SharesTooFew", group=group, threshold=2, given=given):
        sealed.open(*sealed.given(*places))


def test_open_with_false_shares_seed_is_found_and_they_are_named(sealed: Sealed) -> None:
    """In both groups, the first ones."""
    false = [[1, 1, "00" * 32], [2, 2, "01" * 32]]
    true = sealed.given((1, 2), (1, 3), (2, 1), (2, 3))
    assert sealed.open(*false, *true)["wrong"] == [[1, 1], [2, 2]]
    assert sealed.open(*false, *true)["seed"] == SEED.hex()


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
    with refused("SealsDiffer"):
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
    whose = context_words(CONTEXT, sealed.bid_root) + word(sealed.rest_digest) + word(group * 256 + index)
    assert made[: WORD * 13] == tag("siegel/1 contribution") + whose + word(3)
    assert len(made) == WORD * 13 + 3 * 128
    for officer, holder in enumerate(OFFICERS, 1):
        assert received(sealed, made, officer) == [group, index, share.hex()]
        at = WORD * 13 + (officer - 1) * 128
        info = made[: WORD * 12] + word(officer) + word(holder.holder)
        assert SUITE.decrypt(made[at : at + 113], holder.private, info) == share
    assert contribution(sealed, group, index)[WORD * 13 :] != made[WORD * 13 :]


def test_receive_with_any_byte_changed_refused(sealed: Sealed) -> None:
    """Words, and what is sealed to this officer."""
    made = contribution(sealed, 2, 1)
    chance = random.Random(CHANCE)
    for at in range(WORD * 13 + 128):
        forged = bytearray(made)
        forged[at] ^= 1 << chance.randrange(8)
        with pytest.raises(Refused):
            received(sealed, bytes(forged))


def test_receive_for_another_bid_contribution_foreign(sealed: Sealed, tmp_path: Path) -> None:
    """Each word of the context, and the bid."""
    made = contribution(sealed, 2, 1)
    for name, value in CONTEXT.items():
        other: Any = value + 1 if isinstance(value, int) else "55" * (len(value) // 2)
        elsewhere = seal(tmp_path / "other", BOTH, context={**CONTEXT, name: other})
        with refused("ContributionForeign", field=name, expected=word(other).hex(), got=word(value).hex()):
            received(sealed, made, envelope=str(elsewhere.path))
    again = seal(tmp_path / "other", BOTH)
    with refused("ContributionForeign", field="restDigest", expected=again.rest_digest, got=sealed.rest_digest):
        received(sealed, made, envelope=str(again.path))
    suite = made[:WORD] + word(2) + made[WORD * 2 :]
    with refused("ContributionForeign", field="suite", expected=word(1).hex(), got=word(2).hex()):
        received(sealed, suite)
    bid = seal(tmp_path / "other", BOTH, fields=[])
    with refused("ContributionForeign", field="bidRoot", expected=bid.bid_root, got=sealed.bid_root):
        received(sealed, made, envelope=str(bid.path))


# The content


def text(parts: Any) -> str:
    """A field's text of any JSON."""
    return encoded(json.dumps(parts).encode())


def described(**changes: Any) -> dict[str, Any]:
    """A document's value."""
    return {"title": "Plan", "size": 0, "digest": hashlib.sha256(b"").hexdigest(), **changes}


SALT = encoded(salt("x"))
PRICE = field("price", "1.00", salt("price"))


def test_read_with_too_many_or_too_long_texts_bid_malformed(sealed: Sealed) -> None:
    """10,001 of them; more than 16 MiB without an end, of which no more is held."""
    many = [field(f"a/{number:05}", None, salt("")) for number in range(10_001)]
    for plain in (content(many), b"siegel-bid/1\n" + b"a" * 2**24 + b"\n\n"):
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


# Size


def test_seal_and_open_160_mib_takes_less_than_half_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A document is never held as a whole, neither by who seals nor by who opens."""
    small, size = 16 * 2**20, 160 * 2**20
    path, first = tmp_path / "large.pdf", tmp_path / "small.pdf"
    path.write_bytes(random.Random(CHANCE).randbytes(size))
    first.write_bytes(path.read_bytes()[:small])
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    alone = type(peer())()
    try:
        # What Node itself takes for such work, and what it is slow to give back.
        few = {"context": CONTEXT, "keySet": BOTH, "fields": [], "documents": [{"path": str(first), "title": "Plan"}]}
        answer = alone.ask("seal", **few, seed=SEED.hex(), out=str(tmp_path / "small.siegel"))
        alone.ask("read", envelope=str(tmp_path / "small.siegel"), keySet=BOTH, seed=SEED.hex())
        before = alone.peak_memory()
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
        print(f"\n160 MiB: sealed in {sealing:.1f} s, {after_sealing / 2**20:.0f} MiB; ", end="")
        print(f"opened in {opening:.1f} s, {peak / 2**20:.0f} MiB; {before / 2**20:.0f} before")
    assert opened["documents"][0] == {"sha256": digest, "size": size}
    assert decoded(opened["fields"][0])[2]["format"] == "application/pdf"
    assert peak - before < size // 2  # a third of that was seen; Node gives back when it likes
