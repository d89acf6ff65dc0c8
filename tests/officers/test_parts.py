"""Keys, facts, closes and calls of the officers' page, compared with the library."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

from ledger.bid_number import FIRST_EXTERNAL_BID
from ledger.chain.acts import BidOutcome, CloseRound, OpenBids
from ledger.chain.codec import encode_call
from ledger.chain.identifiers import access_digest
from ledger.chain.keccak import keccak
from ledger.chain.signers import KeySigner, create_keystore, signer_of
from ledger.cli.language import messages
from ledger.cli.sealing_keys import create_sealing_key
from ledger.errors import AdmissionInvalid, SiegelError
from ledger.opening.closing import close
from ledger.opening.contributing import contribution
from ledger.opening.facts import Bid, RoundFacts
from ledger.opening.found import given_up
from ledger.opening.signed_contribution import SignedContribution
from ledger.sealing.context import Group
from ledger.sealing.contribution import open_contribution, read_contribution
from ledger.sealing.envelope import Header
from ledger.sealing.rehearsal import challenge, rehearsal_context
from ledger.terms import Outcome
from scripts.write_problem_words import OF_OPENING
from tests.chain.nodes import ROOT
from tests.index.town import signer
from tests.officers.peer import Refused, peer
from tests.officers.told import acts_told, bid_told, round_told, secret
from tests.opening.rounds import Round, key_of
from tests.sealing.actors import digest

PASSPHRASE = "Öffnen um elf"
CASES = json.loads((ROOT / "tests/vectors/closing-1/cases.json").read_text())
PEM = "ENCRYPTED PRIVATE KEY"


def refused(task: str, **given: Any) -> str:
    """The name of the refusal."""
    with pytest.raises(Refused) as raised:
        peer().ask(task, **given)
    return raised.value.error


# Keys


def test_keystore_of_the_library_opens_and_a_wrong_passphrase_does_not(tmp_path: Path) -> None:
    """The account is the key's; an altered file is refused by its MAC."""
    made = create_keystore(tmp_path / "key.json", PASSPHRASE, scrypt_n=2**10)
    content = (tmp_path / "key.json").read_text()
    assert peer().ask("keystore", content=content, passphrase=PASSPHRASE) == {"account": made.account.hex()}
    assert refused("keystore", content=content, passphrase="Oeffnen um elf") == "WrongPassphrase"
    box = json.loads(content)
    text = box["crypto"]["ciphertext"]
    box["crypto"]["ciphertext"] = ("1" if text[0] == "0" else "0") + text[1:]
    assert refused("keystore", content=json.dumps(box), passphrase=PASSPHRASE) == "WrongPassphrase"


def test_keystore_with_a_counter_without_leading_zeros_opens() -> None:
    """Some writers drop them."""
    key, salt = secrets.token_bytes(32), secrets.token_bytes(32)
    derived = hashlib.scrypt(PASSPHRASE.encode(), salt=salt, n=2**10, r=8, p=1, dklen=32)
    writer = Cipher(AES(derived[:16]), CTR((5).to_bytes(16))).encryptor()
    ciphertext = writer.update(key) + writer.finalize()
    box = {
        "kdf": "scrypt", "kdfparams": {"n": 2**10, "r": 8, "p": 1, "dklen": 32, "salt": salt.hex()},
        "cipher": "aes-128-ctr", "cipherparams": {"iv": "05"}, "ciphertext": ciphertext.hex(),
        "mac": keccak(derived[16:] + ciphertext).hex(),
    }  # fmt: skip
    made = json.dumps({"version": 3, "crypto": box})
    found = peer().ask("keystore", content=made, passphrase=PASSPHRASE)
    assert found["account"] == KeySigner(key).account.hex()


@pytest.mark.parametrize(
    "change",
    [
        {"version": 1},
        {"kdf": "pbkdf2"},
        {"cipher": "aes-128-cbc"},
        {"n": 2**40},
        {"n": 1000},
        {"r": 10**9},
        {"p": 10**6},
        {"dklen": 16},
        {"salt": "xyz"},
        {"iv": "00" * 17},
        {"ciphertext": "00" * 31},
    ],
)
def test_keystore_of_another_kind_is_refused_before_any_work(tmp_path: Path, change: dict[str, Any]) -> None:
    """A file that would take a terabyte, or is of another form."""
    create_keystore(tmp_path / "key.json", PASSPHRASE, scrypt_n=2**10)
    box = json.loads((tmp_path / "key.json").read_text())
    ((name, value),) = change.items()
    places = (box, box["crypto"], box["crypto"]["kdfparams"], box["crypto"]["cipherparams"])
    for place in places:
        if name in place:
            place[name] = value
    name = "KeystoreUnreadable" if name != "ciphertext" else "WrongPassphrase"
    assert refused("keystore", content=json.dumps(box), passphrase=PASSPHRASE) == name
    assert refused("keystore", content="no json", passphrase=PASSPHRASE) == "KeystoreUnreadable"


def test_sealing_key_of_the_library_opens_and_a_wrong_passphrase_does_not(tmp_path: Path) -> None:
    """PBES2 as `cryptography` writes it."""
    public = create_sealing_key(tmp_path / "key.pem", PASSPHRASE)
    pem = (tmp_path / "key.pem").read_text()
    assert peer().ask("sealingKey", pem=pem, passphrase=PASSPHRASE) == {"public": public.hex()}
    for _ in range(3):
        assert refused("sealingKey", pem=pem, passphrase=secrets.token_hex(4)) == "WrongPassphrase"


def test_sealing_key_that_is_none_is_refused() -> None:
    """Without a passphrase, of another curve or kind, in the older form of OpenSSL, cut off, no PEM."""
    encrypted = serialization.BestAvailableEncryption(PASSPHRASE.encode())

    def pem(key: Any, form: Any = serialization.PrivateFormat.PKCS8, encryption: Any = encrypted) -> str:
        return str(key.private_bytes(serialization.Encoding.PEM, form, encryption).decode())

    p256 = ec.generate_private_key(ec.SECP256R1())
    good = pem(p256)
    lines = good.splitlines()
    for bad in (
        pem(p256, encryption=serialization.NoEncryption()),
        pem(p256, serialization.PrivateFormat.TraditionalOpenSSL),
        pem(ec.generate_private_key(ec.SECP384R1())),
        pem(ec.generate_private_key(ec.SECP256K1())),
        pem(rsa.generate_private_key(65537, 2048)),
        "\n".join([lines[0], *lines[2:]]),
        f"-----BEGIN {PEM}-----\nMAA=\n-----END {PEM}-----",
        "",
    ):
        assert refused("sealingKey", pem=bad, passphrase=PASSPHRASE) == "SealingKeyUnreadable"


def test_access_header_is_signed_for_the_round(round_: Round) -> None:
    """As the server reads it."""
    officer = signer("somebody")
    chain = round_.town.chain
    told = round_told(round_)
    given = {"round": told, "account": officer.account.hex(), "expires": 2_000_000_000}
    key = bytes(officer._account.key).hex()
    header = peer().ask("access", **given, key=key)["header"]
    found = re.fullmatch(r"Siegel account=0x(\w{40}), expires=(\d+), signature=0x(\w{130})", header)
    assert found is not None
    wanted = access_digest(chain.chain_id, chain.ledger, round_.process_id, 1, officer.account, 2_000_000_000)
    assert signer_of(wanted, bytes.fromhex(found[3])) == officer.account


# Facts and closes


def test_facts_are_those_of_the_library(round_: Round) -> None:
    """From the events' data alone, whose fold is the head that the contract keeps."""
    first = round_.bid("bidder 1")
    round_.commit(round_.make("bidder 1"), supersedes=first.commitment)
    round_.withdraw(round_.bid("bidder 2"))
    round_.bid("bidder 3").envelope = b""
    round_.pass_deadline()
    round_.bid("bidder 4")
    for _ in ("open", "closed"):
        facts = round_.facts
        told = peer().ask("facts", acts=acts_told(round_), round=1, at=round_told(round_))
        assert told["head"] == round_.town.chain.head(round_.process_id).hex()
        assert (told["ocid"], told["deadline"], told["keySet"]) == (facts.ocid, facts.deadline, facts.key_set.hex())
        assert (told["state"], told["timely"]) == (facts.state.name.lower(), facts.timely)
        assert [
            (bid["number"], bid["author"], bid["commitment"], bid["gone"], bid["late"]) for bid in told["bids"]
        ] == [
            (bid.number, bid.author.hex(), bid.commitment.hex(), bid.gone.name.lower(), facts.is_late(bid))
            for bid in facts.bids
        ]
        if facts.closing is None:
            round_.close()
        else:
            ended = [facts.ended(bid).name.lower() for bid in facts.bids]
            assert [bid["ended"] for bid in told["bids"]] == ended


def test_facts_of_an_altered_event_are_refused(round_: Round) -> None:
    """A padding that is not zero would be another digest."""
    acts = acts_told(round_)
    altered = [acts[0][:2].replace("00", "01") + acts[0][2:], *acts[1:]]
    assert refused("facts", acts=altered, round=1, at=round_told(round_)) == "AnswerUnusable"
    assert refused("facts", acts=acts, round=2, at=round_told(round_)) == "AnswerUnusable"


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_close_vectors_give_the_same_in_both(case: dict[str, Any]) -> None:
    """``tests/vectors/closing-1``."""
    bids = [
        Bid(number, number.to_bytes(20), number.to_bytes(32), each["arrival"], 0, False,
            Outcome[each.get("gone", "none").upper()])
        for number, each in enumerate(case["bids"])
    ]  # fmt: skip
    facts = RoundFacts(bytes(32), 1, deadline=case["deadline"], bids=bids)
    admit = case.get("admit", [])
    made = close(facts, {(bids[number].commitment, bids[number].author) for number in case["here"]}, admit)
    library = {
        "counted": made.counted, "present": [*map(str, made.present)], "admitted": [*map(str, made.admitted)],
        "here": [*made.here], "missing": [*made.missing], "late": [*made.late],
    }  # fmt: skip
    told = [{"number": n, "gone": "none", **each} for n, each in enumerate(case["bids"])]
    assert library == case["close"]
    given = {"bids": told, "deadline": case["deadline"], "here": case["here"], "admit": admit}
    assert peer().ask("close", **given) == case["close"]


@pytest.mark.parametrize(
    ("number", "why", "says"),
    [(0, "inTime", "in time"), (1, "notHere", "not here"), (2, "withdrawn", "withdrawn"),
     (3, "superseded", "superseded"), (4, "inTime", "in time"), (9, "unknown", "no such bid")],
)  # fmt: skip
def test_close_admitting_what_cannot_be_is_refused_by_both(number: int, why: str, says: str) -> None:
    """In time, also by a promise in a later block; without its envelope; taken back; none at all."""
    gone = {2: Outcome.WITHDRAWN, 3: Outcome.SUPERSEDED}
    arrivals = [10, 101, 102, 103, 100]
    bids = [
        Bid(at, at.to_bytes(20), at.to_bytes(32), arrival, 200, at == 4, gone.get(at, Outcome.NONE))
        for at, arrival in enumerate(arrivals)
    ]
    facts = RoundFacts(bytes(32), 1, deadline=100, bids=bids)
    here = {(bid.commitment, bid.author) for bid in bids if bid.number != 1}
    with pytest.raises(AdmissionInvalid, match=says):
        close(facts, here, [number])
    told = [{"number": bid.number, "gone": bid.gone.name.lower(), "arrival": bid.arrival} for bid in bids]
    with pytest.raises(Refused) as refused:
        peer().ask("close", bids=told, deadline=100, here=[0, 2, 3, 4], admit=[number])
    assert (refused.value.error, refused.value.values) == ("AdmissionInvalid", {"bid": number, "why": why})


# Calls


def test_calls_are_those_that_the_library_encodes(round_: Round) -> None:
    """Byte for byte: who executes must send the very same arguments."""
    call = round_.town.call(round_.ocid)
    where = {"processId": call.process_id.hex(), "round": 1, "expires": call.expires}
    ground = digest("ground")
    closing = CloseRound(replace(call, ground=ground), 1, 300, (2**256 - 1, 7), (0, 5))
    made = peer().ask(
        "closeCall", **where, counted=300, present=[str(2**256 - 1), "7"], admitted=["0", "5"], ground=ground.hex()
    )  # fmt: skip
    assert made["call"] == encode_call(closing).hex()
    read = peer().ask("proposed", call=made["call"])
    assert read == {"close": {"admitted": [256, 258], "ground": ground.hex()}}
    outcomes = (
        BidOutcome(Outcome.OPENED, digest("a")[:20], digest("root"), digest("rest")),
        BidOutcome(Outcome.WITHDRAWN, digest("b")[:20], digest("commitment")),
    )
    told = [
        {"outcome": each.outcome.name.lower(), "author": each.author.hex(), "content": each.content.hex(),
         "evidence": each.evidence.hex()}
        for each in outcomes
    ]  # fmt: skip
    made = peer().ask("openCall", **where, start=5, outcomes=told)
    assert made["call"] == encode_call(OpenBids(call, 1, 5, outcomes)).hex()
    read = peer().ask("proposed", call=made["call"])
    assert read == {"outcomes": {"start": 5, "evidence": [digest("rest").hex(), bytes(32).hex()]}}


def test_bid_that_is_given_up_is_the_same_in_both() -> None:
    """One officer on the command line and one on the page record the same bytes."""
    bid = Bid(3, digest("author")[:20], digest("commitment"), 10, 10, False)
    ours, found = given_up(bid), peer().ask("givenUp", bid=bid_told(bid))["found"]
    assert found["document"] == ours.evidence
    assert found["outcome"] == {
        "outcome": "unreadable", "author": bid.author.hex(), "content": bid.commitment.hex(),
        "evidence": ours.outcome.evidence.hex(),
    }  # fmt: skip


def test_difference_of_two_calls_names_what_differs(round_: Round) -> None:
    """Not the last second in which they count, which the second officer takes over."""
    call = round_.town.call(round_.ocid)

    def told(one: CloseRound | OpenBids, other: CloseRound | OpenBids) -> Any:
        given = {"one": encode_call(one).hex(), "other": encode_call(other).hex()}
        return peer().ask("difference", **given)["difference"]

    ours = CloseRound(call, 1, 2, (3,), (0,))
    later = type(call)(call.process_id, call.expires + 1)
    assert told(ours, CloseRound(later, 1, 2, (3,), (0,))) is None
    assert told(ours, CloseRound(call, 1, 2, (1,), (0,))) == "present: 1, 2 / 1"
    assert told(ours, CloseRound(call, 1, 3, (3,), (0,))) == "counted: 2, 3"
    assert told(ours, CloseRound(call, 1, 2, (), ())) == "present: 1, 2 / –"
    assert told(ours, CloseRound(call, 1, 2, (3, 0), (0,))) == "present: 1, 2 / 1, 2"
    grounded = type(call)(call.process_id, call.expires, digest("ground"))
    assert (
        told(ours, CloseRound(grounded, 1, 2, (3,), (0,))) == f"ground: 0x{bytes(32).hex()}, 0x{digest('ground').hex()}"
    )
    opened, unreadable = (BidOutcome(each, bytes(20), digest("root")) for each in (Outcome.OPENED, Outcome.UNREADABLE))
    found = OpenBids(call, 1, 5, (opened, opened))
    assert told(found, OpenBids(call, 1, 5, (opened, unreadable))).startswith("outcomes bid 7: outcome: ")
    assert told(found, OpenBids(call, 1, 6, (opened, opened))) == "from: 6, 7"


# What a sealing key does


def test_contribution_of_the_page_opens_in_the_library(round_: Round) -> None:
    """The same share, for each officer."""
    made = round_.bid("bidder 1")
    round_.close()
    (bid,), header = round_.facts.bids, made.sealed.header
    given = {"round": round_told(round_), "bid": bid_told(bid), "header": made.header.hex()}
    data = peer().ask("contribution", **given, officer=2, key=secret(2), now=round_.deadline + 1)["contribution"]
    ours = contribution(round_.sealed, bid, round_.header_of, Group.OFFICERS, 2, key_of(Group.OFFICERS, 2), 2**40)
    for officer in (1, 2, 3):
        key = key_of(Group.OFFICERS, officer)
        found = read_contribution(bytes.fromhex(data), header, round_.key_set)
        assert (found.group, found.index) == (Group.OFFICERS, 2)
        shares = {open_contribution(each, round_.key_set, officer, key) for each in (found, ours)}
        assert len(shares) == 1


def test_signature_of_the_page_counts_in_the_library(tmp_path: Path) -> None:
    """Made with the account's key of the same two files."""
    made = create_keystore(tmp_path / "key.json", PASSPHRASE, scrypt_n=2**10)
    create_sealing_key(tmp_path / "key.sealing.pem", PASSPHRASE)
    files = {"content": (tmp_path / "key.json").read_text(), "pem": (tmp_path / "key.sealing.pem").read_text()}
    for data in (b"", b"any bytes", bytes(4000)):
        given = peer().ask("signed", **files, passphrase=PASSPHRASE, contribution=data.hex())
        assert given["account"] == made.account.hex()
        signed = SignedContribution(data, bytes.fromhex(given["signature"]))
        signed.require_by(made.account)
        assert signed == SignedContribution.by(made, data)


def test_contribution_to_another_envelope_or_too_early_is_refused(round_: Round) -> None:
    """What the server gives is compared with the commitment, the own clock with the deadline, before the share is
    opened; the key of another officer opens nothing."""
    one, two = round_.bid("bidder 1"), round_.bid("bidder 2")
    round_.close()
    bid, now = round_.facts.bids[0], round_.deadline + 1
    given: dict[str, Any] = {"round": round_told(round_), "bid": bid_told(bid), "officer": 1, "key": secret(1)}
    assert refused("contribution", **given, header=two.header.hex(), now=now) == "EnvelopeSwapped"
    stolen: Header = two.sealed.header
    assert refused("contribution", **given, header=stolen.encoded()[:-1].hex(), now=now) == "EnvelopeMalformed"
    assert refused("contribution", **given, header=one.header.hex(), now=round_.deadline - 1) == "ClockBeforeDeadline"
    assert (
        refused("contribution", **(given | {"key": secret(3)}), header=one.header.hex(), now=now) == "ShareUnopenable"
    )


def test_challenge_is_opened_and_a_bids_share_given_as_one_is_not(round_: Round) -> None:
    """A server cannot have a share opened before the close by calling it a rehearsal."""
    sealed, facts = round_.sealed, round_.facts
    context = rehearsal_context(sealed.chain_id, sealed.ledger, facts.process_id, 1, facts.key_set, facts.deadline)
    made = challenge(context, sealed.key_set, Group.OFFICERS, 2)
    given: dict[str, Any] = {"round": round_told(round_), "officer": 2, "key": secret(2)}
    opened = peer().ask("challenge", **given, sealed=made.sealed.hex())["opened"]
    assert hashlib.sha256(bytes.fromhex(opened)).digest() == made.opened
    share = round_.bid("bidder 1").sealed.header.officers[1]
    assert refused("challenge", **given, sealed=share.hex()) == "ShareUnopenable"


# Numbers of bids


@pytest.mark.parametrize("moment", [2**53 - 1, 1e300, -1, {"toString": 1}])
def test_tell_a_servers_refusal_a_moment_that_is_none_is_told_as_it_came(moment: Any) -> None:
    """No refusal keeps the page from telling it."""
    told = peer().ask("told", problem="ActExpired", detail="", values={"expires": moment}, language="de")
    assert (str(moment) if isinstance(moment, float | int) else '{"toString":1}') in told["sentence"]


@pytest.mark.parametrize("kind", [kind for kind in OF_OPENING if "{bid}" in kind.sentence])
def test_tell_a_servers_refusal_bids_are_counted_as_by_the_library(kind: type[SiegelError]) -> None:
    """The page makes the German sentence itself; a bid has the same number in it as in a terminal, on paper, too."""
    names = re.findall(r"{(\w+)}", kind.sentence)
    for number in (0, 3, FIRST_EXTERNAL_BID):
        failure = kind(**{name: number if name in kind.numbers_of_bids else f"a {name}" for name in names})
        told = peer().ask("told", problem=failure.name, detail=str(failure), values=failure.values, language="de")
        german = failure.sentence_in(messages("de")[kind.sentence])
        assert told["sentence"].endswith(f" {german} [{failure.name}]")
        told = peer().ask("told", problem=failure.name, detail=str(failure), values=failure.values, language="en")
        assert told["sentence"].endswith(f" {failure} [{failure.name}]")
