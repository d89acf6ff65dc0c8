"""Both implementations against each other: what one seals the other opens, and what one refuses the other refuses."""

from __future__ import annotations

import copy
import hashlib
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sealing.age_file import CHUNK, age_file, chunks_of, recipient_of, stanza
from tests.sealing.peer import Refused, peer
from tests.sealing.peer_actors import ALONE, BOTH, CONTEXT, FIELDS, OFFER, SEED, Sealed, document, key_set, salt, seal
from tests.sealing.python_peer import PythonPeer, Side
from tests.sealing.reference import Holder, bid_root, content, decoded, field

FEW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
CHANCE = 20261128
OFFER_OF_CHUNKS = b"an offer" * 30_000
PYTHON = PythonPeer()
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NAMES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=256).filter(
    lambda name: not name.startswith("documents/") and name not in ("_sd", "...")
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
CONTENTS = st.lists(st.binary(max_size=3000), max_size=3)


@st.composite
def sizes(draw: st.DrawFn) -> tuple[int, int]:
    """Threshold and number of recipients."""
    count = draw(st.integers(3, 8))
    return draw(st.integers(2, count - 1)), count


def other(side: Side) -> Side:
    """The one that did not do it."""
    return peer() if side is PYTHON else PYTHON


def group_of(who: str, size: tuple[int, int]) -> dict[str, Any]:
    """Recipients with their threshold."""
    holders = tuple(Holder.named(f"{who} {number}", size=20) for number in range(1, size[1] + 1))
    found: dict[str, Any] = key_set(holders, threshold=size[0])["officers"]
    return found


def key_of(group: int, index: int) -> str:
    """A recipient's private key."""
    return Holder.named(f"{'officer' if group == 1 else 'custodian'} {index}", size=20).secret


@pytest.fixture(params=["python", "typescript"])
def sealer(request: pytest.FixtureRequest) -> Side:
    """Each of them seals once."""
    return PYTHON if request.param == "python" else peer()


@FEW
@given(
    fields=st.dictionaries(NAMES, VALUES, max_size=6),
    contents=CONTENTS,
    officers=sizes(),
    custodians=st.none() | sizes(),
    chance=st.randoms(use_true_random=False),
)
def test_open_what_the_other_sealed_with_shares_that_the_other_contributed(
    sealer: Side, tmp_path: Path, fields: Any, contents: Any, officers: Any, custodians: Any, chance: random.Random
) -> None:
    """Any fields, documents and groups: one seals, the other opens shares and contributes them, and both open."""
    path, opener = str(tmp_path / "bid.siegel"), other(sealer)
    keys = {
        "officers": group_of("officer", officers),
        "custodians": custodians and group_of("custodian", custodians),
    }
    sealed = sealer.ask(
        "seal", context=CONTEXT, keySet=keys, out=path, documents=[document(data, "Plan") for data in contents],
        fields=[[salt(name).hex(), name, value] for name, value in fields.items()],
    )  # fmt: skip
    assert opener.ask("header", envelope=path) == sealer.ask("header", envelope=path)
    assert opener.ask("header", envelope=path)["restDigest"] == sealed["restDigest"]
    of = {"envelope": path, "keySet": keys}
    officer = chance.randint(1, officers[1])
    shares = []
    for group, size in ((1, officers), (2, custodians)):
        for index in chance.sample(range(1, size[1] + 1), size[0]) if size else ():
            place = {"group": group, "index": index}
            share = opener.ask("share", **of, **place, privateKey=key_of(group, index))["share"]
            made = opener.ask("contribute", **of, **place, share=share)["contribution"]
            taken = sealer.ask("receive", **of, contribution=made, officer=officer, privateKey=key_of(1, officer))
            assert taken == {"share": [group, index, share]}
            back = sealer.ask("contribute", **of, **place, share=share)["contribution"]
            assert taken == opener.ask(
                "receive", **of, contribution=back, officer=officer, privateKey=key_of(1, officer)
            )
            shares.append(taken["share"])
    opened = opener.ask("open", **of, context=CONTEXT, shares=shares)
    assert opened == sealer.ask("open", **of, context=CONTEXT, shares=shares)
    found = {name: value for _, name, value in map(decoded, opened["fields"])}
    assert {name: value for name, value in found.items() if not name.startswith("documents/")} == fields
    assert opened["documents"] == [{"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)} for data in contents]
    assert opened["wrong"] == []
    derived = opener.ask("derived", envelope=path, seed=opened["seed"])
    assert derived == sealer.ask("derived", envelope=path, seed=opened["seed"])
    for name in chance.sample(sorted(found), min(2, len(found))):
        proof = opener.ask("prove", fields=opened["fields"], name=name)
        assert sealer.ask("checkProof", **proof, bidRoot=sealed["bidRoot"]) == {"name": name}


@pytest.mark.parametrize(
    ("officers", "custodians"),
    [
        ((1, 3), None), ((3, 3), None), ((4, 3), None), ((2, 2), None), ((32, 33), None), ((2, 33), None),
        ((2, 3), (1, 3)), ((2, 3), (3, 3)), ((2, 3), (2, 2)), ((2, 3), (2, 0)), ((2, 3), (0, 3)),
    ],
)  # fmt: skip
def test_seal_to_a_key_set_that_no_header_can_have_refused(
    sealer: Side, tmp_path: Path, officers: tuple[int, int], custodians: tuple[int, int] | None
) -> None:
    """Nobody could read such a header; the bidder learns it before the deadline, not after."""
    keys = {
        "officers": group_of("officer", officers),
        "custodians": custodians and group_of("custodian", custodians),
    }
    asked = {"context": CONTEXT, "keySet": keys, "fields": [], "documents": [], "out": str(tmp_path / "none")}
    assert refusal_of(sealer, "seal", asked) == ("KeySetDiffers", {})


def test_seal_to_a_key_that_is_no_point_refused(sealer: Side, tmp_path: Path) -> None:
    """Off the curve, compressed, empty: in either group."""
    for group in ("officers", "custodians"):
        for key in ("04" + "01" * 64, BOTH[group]["recipients"][1]["key"][:66].replace("04", "02", 1), ""):
            keys = copy.deepcopy(BOTH)
            keys[group]["recipients"][1]["key"] = key
            asked = {"context": CONTEXT, "keySet": keys, "fields": [], "documents": [], "out": str(tmp_path / "none")}
            assert refusal_of(sealer, "seal", asked) == ("KeySetDiffers", {})


def refusal_of(side: Side, task: str, asked: dict[str, Any]) -> Any:
    """Name and values, but for prose; what is answered, if nothing is refused."""
    try:
        return side.ask(task, **asked)
    except Refused as refused:
        return refused.error, {name: value for name, value in refused.values.items() if name != "reason"}


@pytest.fixture(scope="module")
def envelope(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One that is damaged in copies."""
    path = tmp_path_factory.mktemp("both") / "bid.siegel"
    fields = [[salt(name).hex(), name, value] for name, value in FIELDS.items()]
    documents = [document(OFFER, "Leistungsverzeichnis"), document(b"", "Plan")]
    PYTHON.ask("seal", context=CONTEXT, keySet=BOTH, fields=fields, documents=documents, seed="07" * 32, out=str(path))
    return path


def test_open_with_bytes_altered_anywhere_both_refuse_alike(envelope: Path) -> None:
    """Header, shares, content: one byte becomes another; one bit flips; the file is cut off."""
    chance = random.Random(CHANCE)
    whole, damaged = envelope.read_bytes(), envelope.with_name("damaged.siegel")
    derived = PYTHON.ask("derived", envelope=str(envelope), seed="07" * 32)
    asked = {"envelope": str(damaged), "keySet": BOTH, "context": CONTEXT, "shares": derived["shares"][1:5]}
    start = len(derived["header"]) // 2
    places = [*range(0, 448, 3), *chance.sample(range(448, start), 60), *chance.sample(range(start, len(whole)), 30)]
    for at in places:
        other_byte = whole[at] ^ chance.choice([1 << chance.randrange(8), chance.randrange(1, 256)])
        damaged.write_bytes(whole[:at] + bytes([other_byte]) + whole[at + 1 :])
        mine, theirs = (refusal_of(side, "open", asked) for side in (PYTHON, peer()))
        assert mine == theirs, at
        assert isinstance(mine, tuple), at
    for end in chance.sample(range(len(whole)), 40):
        damaged.write_bytes(whole[:end])
        assert refusal_of(PYTHON, "open", asked) == ("EnvelopeMalformed", {"position": end})
        assert refusal_of(peer(), "open", asked) == ("EnvelopeMalformed", {"position": end})


@pytest.fixture(scope="module")
def long_bid(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    """Its one document fills chunk after chunk of age."""
    return seal(
        tmp_path_factory.mktemp("long") / "bid.siegel", ALONE, documents=[document(OFFER_OF_CHUNKS, "LV")], fields=[]
    )


def long_contents(bid: Sealed) -> dict[str, tuple[bytes, Any]]:
    """Contents of three chunks and more, and what each is refused with; each says it early, most in the first chunk."""
    texts, more = bid.open()["fields"], b"x" * (3 * CHUNK)
    altered = b"!" + OFFER_OF_CHUNKS[1:]
    digests = {name: hashlib.sha256(of).hexdigest() for name, of in (("expected", OFFER_OF_CHUNKS), ("got", altered))}
    other = [field("a", 1, salt("a"))]
    malformed: Any = ("BidMalformed", {})
    long = content(texts, OFFER_OF_CHUNKS)
    return {
        "another first line": (b"siegel-bid/2\n\n" + more, malformed),
        "too many lines without an end": (b"siegel-bid/1\n" + b"a\n" * 20_000 + more, malformed),
        "bytes behind the padding": (long + more, malformed),
        "padding that is not zero": (long[:-1].rstrip(b"\0") + b"\1" + bytes(3 * CHUNK), malformed),
        "cut off in the document": (long[: 3 * CHUNK], malformed),
        "another bid": (
            content(other, more),
            ("BidRootDiffers", {"expected": bid.bid_root, "got": bid_root(other)}),
        ),
        "a document altered": (
            content(texts, altered) + more,
            ("DocumentAltered", {"document": "documents/0001", **digests}),
        ),
    }


def damaged(plain: bytes, stanzas: list[bytes]) -> dict[str, bytes]:
    """Age files of this content that do not decrypt to their end."""
    chunks = chunks_of(plain)
    full = chunks_of(plain[: len(plain) // CHUNK * CHUNK])
    whole = age_file(stanzas, chunks)
    start = len(age_file(stanzas, []))
    found = {
        "last chunk not marked": age_file(stanzas, full, marked=len(full)),
        "empty last chunk": age_file(stanzas, [*full, b""]),
        "cut off between chunks": whole[: start + 2 * (CHUNK + 16)],
    }
    for number in range(1, len(chunks)):
        at = start + number * (CHUNK + 16)
        found[f"chunk {number} altered"] = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
        found[f"chunk {number - 1} marked as last"] = age_file(stanzas, chunks, marked=number - 1)
    return found


def test_read_contents_that_do_not_decrypt_to_their_end_content_unreadable_whatever_they_say(long_bid: Sealed) -> None:
    """How far one decrypts before it reads, and in which pieces, makes no difference to what two officers record."""
    stanzas = [stanza(recipient_of(long_bid.secrets.derive(b"age")))]

    def judged(age: bytes, pieces: Sequence[int] = (CHUNK, 2**21, 10_007)) -> list[Any]:
        asked = {"envelope": str(long_bid.with_age_file(age)), "keySet": ALONE, "seed": SEED.hex()}
        told = [refusal_of(PYTHON, "read", asked)]
        return told + [refusal_of(peer(), "read", {**asked, "piece": piece}) for piece in pieces]

    for name, (plain, refusal) in long_contents(long_bid).items():
        assert judged(age_file(stanzas, chunks_of(plain))) == [refusal] * 4, name
        for damage, age in damaged(plain, stanzas).items():
            assert judged(age) == [("ContentUnreadable", {})] * 4, (name, damage)
    endless = chunks_of(b"siegel-bid/1\n" + b"x" * (2**24 + 4 * CHUNK))
    whole = age_file(stanzas, endless)
    assert judged(whole, [2**21]) == [("BidMalformed", {})] * 2
    altered = whole[:-CHUNK] + bytes([whole[-CHUNK] ^ 1]) + whole[1 - CHUNK :]
    assert judged(altered, [2**21]) == [("ContentUnreadable", {})] * 2


@settings(FEW, max_examples=25)
@given(chance=st.randoms(use_true_random=False))
def test_find_the_seed_among_false_shares_both_find_the_same(envelope: Path, chance: random.Random) -> None:
    """Of shares that holders brought falsely, and shares that the tenderer sealed falsely."""
    sealed, false = bytearray(envelope.read_bytes()), envelope.with_name("false.siegel")
    shares = PYTHON.ask("derived", envelope=str(envelope), seed="07" * 32)["shares"]
    broken = chance.sample(range(6), chance.choice([0, 1, 5, 6]))
    for at in broken:
        sealed[448 + 128 * at] ^= 1
    false.write_bytes(sealed)
    lying = chance.sample(range(6), chance.choice([0, 1, 2, 3]))
    brought = [
        [group, index, chance.randbytes(32).hex() if at in lying else share]
        for at, (group, index, share) in enumerate(shares)
        if chance.random() < 0.9
    ]
    of = {"envelope": str(false), "keySet": BOTH, "shares": brought}
    opened, partial = (
        [refusal_of(side, task, {**of, **more}) for side in (PYTHON, peer())]
        for task, more in (("open", {"context": CONTEXT}), ("partial", {}))
    )
    assert opened[0] == opened[1]
    assert partial[0] == partial[1]
    enough = all(sum(at // 3 == group and at not in lying for at in range(6)) >= 2 for group in (0, 1))
    if len(brought) == 6 and enough and not broken:
        assert opened[0]["wrong"] == [shares[at][:2] for at in sorted(lying)]


def test_receive_with_bytes_altered_anywhere_both_refuse_alike(envelope: Path) -> None:
    """Words of a contribution, and what is sealed in it: the next officer's part may be anything."""
    chance = random.Random(CHANCE)
    share = PYTHON.ask("derived", envelope=str(envelope), seed="07" * 32)["shares"][4]
    of = {"envelope": str(envelope), "keySet": BOTH}
    made = bytes.fromhex(
        PYTHON.ask("contribute", **of, group=2, index=share[1], share=share[2])["contribution"],
    )
    asked = {**of, "officer": 1, "privateKey": key_of(1, 1)}
    for at in [*range(0, 416, 2), *chance.sample(range(416, len(made)), 60)]:
        other_byte = bytes([made[at] ^ 1 << chance.randrange(8)])
        damaged = (made[:at] + other_byte + made[at + 1 :]).hex()
        mine, theirs = (refusal_of(side, "receive", {**asked, "contribution": damaged}) for side in (PYTHON, peer()))
        assert mine == theirs, at
        assert isinstance(mine, tuple) or at >= 416 + 128, at
