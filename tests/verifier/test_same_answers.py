"""What no bundle of the other tests holds: altered bytes, odd policies, odd releases. Both verifiers say the same.

Bundles, statute, seals and time stamps are compared where they are tested (``tests/evidence``).
"""

from __future__ import annotations

import base64
import json
import random
import tempfile
from pathlib import Path
from typing import Any

import pytest

from ledger.audit.shown import shown_release
from ledger.errors import PolicyInvalid
from ledger.evidence.verify.contents import disclosed_release
from ledger.evidence.verify.policy import read_policy
from ledger.ocds.disclosure import conceal, disclosure_digest, make_disclosure
from tests.evidence.bundles import Proving
from tests.evidence.log_actors import FIRST, SECOND
from tests.evidence.tsa import certify
from tests.verifier.peer import agreed, peer, policy_bytes

FLIPS = 400
SEED = 20261128


def test_verify_with_random_flips_same_step_and_refusal(proving: Proving, bundle: bytes) -> None:
    """Anywhere in the file, one to three bytes, or its end cut off or added to."""
    chance = random.Random(SEED)
    assert agreed(bundle, proving.policy).verified
    for _ in range(FLIPS):
        forged = bytearray(bundle)
        for _ in range(chance.randrange(1, 4)):
            forged[chance.randrange(len(forged))] ^= 1 << chance.randrange(8)
        if chance.random() < 0.1:
            forged = forged[: chance.randrange(len(forged))]
        elif chance.random() < 0.1:
            forged += chance.randbytes(chance.randrange(1, 50))
        assert not agreed(bytes(forged), proving.policy).verified


def changed(field: str, value: Any) -> Any:
    """A change of one field; a path through objects."""

    def change(content: dict[str, Any]) -> None:
        *path, last = field.split(".")
        for name in path:
            content = content[name]
        content[last] = value

    return change


RANGE = {"from": 1, "to": None, "accounts": ["11" * 20]}
ACCOUNTS = [[], ["22" * 20, "11" * 20], ["11" * 20, "11" * 20], ["00" * 20], ["1" * 39], ["AA" * 20], [1], None]
RANGES = [
    [],
    [{**RANGE, "from": 0}],
    [{**RANGE, "to": 0}],
    [RANGE, RANGE],
    [{**RANGE, "to": 5}, {**RANGE, "from": 7}],
    [{**RANGE, "more": 1}],
    [{**RANGE, "from": 1.0}],
    [{**RANGE, "from": True}],
    [{**RANGE, "to": 2**53}],
    *([{**RANGE, "accounts": accounts}] for accounts in ACCOUNTS),
]
KEY = FIRST.verifier_key
CUSTODIAN = {"organisationId": "11" * 32, "key": "04" + "22" * 64, "name": "Rechenzentrum"}
CUSTODIANS: list[Any] = [
    None,
    [],
    {},
    "x",
    [CUSTODIAN, CUSTODIAN],
    [CUSTODIAN, {**CUSTODIAN, "name": "anders"}],
    [{**CUSTODIAN, "more": 1}],
    [{**CUSTODIAN, "": 1}],
    [{name: value for name, value in CUSTODIAN.items() if name != "name"}],
    [CUSTODIAN["key"]],
    *([{**CUSTODIAN, "organisationId": each}] for each in (None, "11" * 31, "AA" * 32, 5)),
    *([{**CUSTODIAN, "key": each}] for each in (None, "02" + "22" * 32, "0x04" + "22" * 64)),
    *([{**CUSTODIAN, "name": each}] for each in ("", None, "x" * 1001)),
]


@pytest.mark.parametrize(
    "change",
    [
        *(changed("consensus", {"kind": "qbft", "validators": each}) for each in RANGES),
        *(changed("consensus", each) for each in (None, {}, {"kind": "poa"}, {"kind": "single", "x": 1})),
        changed("consensus", []),
        *(changed("chainId", each) for each in (1, "01", "", "-1", "1" * 21, None)),
        *(changed("name", each) for each in ("", 5, "x" * 1001, None)),
        *(changed("genesisHash", each) for each in ("", "AB" * 32, "ab" * 31, None, "0x" + "ab" * 32)),
        *(changed("ledger", each) for each in ({}, None, {"account": "11" * 20}, {"account": 1, "codeHash": 2})),
        *(changed("log.threshold", each) for each in (-1, 1, 0.0, "0", True, 2**70)),
        *(changed("log.maxLogDelay", each) for each in (0, 2**31 + 1, 1.5)),
        *(changed("log.logs", each) for each in ([], None, [1], ["x"], [KEY])),
        *(changed("log.witnesses", each) for each in ([KEY, KEY], [KEY.replace("+", "-")], [KEY[:-4] + "AAAA"], KEY)),
        *(
            changed("timestamps", each)
            for each in (
                {},
                {"roots": ["?"], "threshold": 0},
                {"roots": [], "threshold": 1},
                {"roots": [], "threshold": 0},
                {"roots": ["MAA="], "threshold": 0},
                {"roots": [""], "threshold": 0},
            )
        ),
        *(changed("custodians", each) for each in CUSTODIANS),
        changed("name", "half a pair: \ud800"),
        changed("", 1),
        lambda content: content["registry"].update(account=content["ledger"]["account"]),
        changed("log", None),
        changed("more", 1),
        changed("format", "siegel-policy/2"),
    ],
)
def test_read_policy_with_one_thing_wrong_refused_by_both(proving: Proving, bundle: bytes, change: Any) -> None:
    """By name; each says in its own words why."""
    content = json.loads(policy_bytes(proving.policy))
    change(content)
    _require_refused(bundle, json.dumps(content).encode())


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff",
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":1,"a":1}',
        b"NaN",
        b"[" * 100_000,
        b"[1e" + b"9" * 18 + b"]",
    ],
)
def test_read_policy_that_is_none_refused_by_both(bundle: bytes, raw: bytes) -> None:
    """Other bytes than JSON, and JSON that says something twice."""
    _require_refused(bundle, raw)


def test_read_policy_with_authorities_and_without_a_log_refused_by_both(proving: Proving, bundle: bytes) -> None:
    """Stamps are of a log's checkpoints: without a log they say nothing of the block, so no step may pass on them."""
    content = json.loads(policy_bytes(proving.policy))
    root = base64.b64encode(certify("Root").der).decode()
    content["timestamps"] = {"roots": [root], "threshold": 1}
    assert read_policy(json.dumps(content).encode()).timestamps is not None
    content["consensus"] = {"kind": "qbft", "validators": [RANGE]}
    content["log"] = None
    _require_refused(bundle, json.dumps(content).encode())


def test_read_policy_of_more_than_16_mib_refused_by_both(proving: Proving, bundle: bytes) -> None:
    """To the byte, whatever it is that fills it."""
    content = policy_bytes(proving.policy)
    largest = content.ljust(16 * 2**20)
    assert read_policy(largest) == proving.policy
    assert peer().verify(bundle, largest)["verified"]
    _require_refused(bundle, largest + b" ")


def test_read_policy_with_witnesses_and_validators_accepted_by_both(proving: Proving, bundle: bytes) -> None:
    """The positive control: another consensus, which fails later."""
    content = json.loads(policy_bytes(proving.policy))
    content["consensus"] = {"kind": "qbft", "validators": [{**RANGE, "to": 3}, {**RANGE, "from": 4}]}
    content["log"] |= {"witnesses": [KEY, SECOND.verifier_key], "threshold": 2}
    assert not agreed(bundle, read_policy(json.dumps(content).encode())).verified


def _require_refused(bundle: bytes, policy: bytes) -> None:
    with pytest.raises(PolicyInvalid) as refused:
        read_policy(policy)
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(policy)
        answer = peer().ask(bundle={"hex": bundle.hex()}, policy=file.name)
    assert answer["refusal"]["error"] == refused.value.name
    # A field that is named is the same one; each verifier says in its own words why.
    assert answer["refusal"]["values"].get("field") == refused.value.values.get("field")


CONCEALED, _DISCLOSED = conceal({"ocid": "o", "buyer": {"name": "n"}, "tender": 1}, ["buyer", "tender"])
DISCLOSED = sorted(_DISCLOSED, key=lambda each: disclosure_digest(each.text))
ENTRY = make_disclosure(None, {"a": 1}, salt=bytes(32))
OTHER = make_disclosure("ocid", 1, salt=bytes(32))
DIGEST = "ab" * 32


def encoded(written: str) -> str:
    """A disclosure of this text."""
    return base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")


def naming(written: str) -> tuple[dict[str, Any], list[str]]:
    """A release that conceals a field, and a disclosure of this text for it."""
    text = encoded(written)
    return {"ocid": "o", "_sd": [disclosure_digest(text)]}, [text]


def nested(deep: int) -> tuple[dict[str, Any], list[str]]:
    """A release in which every disclosed field conceals the next one, so many objects deep in all."""
    shown: dict[str, Any] = {}
    texts = []
    for _ in range(deep - 1):
        made = make_disclosure("a", shown, salt=bytes(32))
        texts.append(made.text)
        shown = {"_sd": [made.digest]}
    return {"ocid": "o", **shown}, sorted(texts, key=disclosure_digest)


def test_read_release_with_nested_disclosures_up_to_64_deep() -> None:
    """As deep as a release itself may be; where an interpreter's stack ends decides nothing."""
    problems = [disclosed_release(*nested_entry(deep)).problem for deep in (64, 65, 5000)]
    assert problems[0] is None
    assert all(problem is not None and "64 deep" in problem for problem in problems[1:])


def nested_entry(deep: int) -> tuple[bytes, bytes]:
    """The same as bytes."""
    release, texts = nested(deep)
    return json.dumps(release).encode(), "".join(f"{each}\n" for each in texts).encode()


@pytest.mark.parametrize(
    ("release", "disclosures"),
    [
        *map(
            naming,
            [
                '["salt","a",1]',
                '\ufeff["salt","a",1]',
                "{}",
                '["salt"]',
                '["salt","a",1,2]',
                '[1,"a",1]',
                '["salt",1,1]',
                '["salt","_sd",[]]',
                '["salt","...",1]',
                '["salt","a","open',
                '["salt","a","\\',
                r'["salt","a","\ud800"]',
                r'["salt","a","\uDC00\ud800"]',
                r'["salt","a",["\ud83d\ude00",1,null]]',
                r'["salt","a",[1,["\udead"]]]',
                r'["salt","a",{"b":"\ud83d\ude00"}]',
                r'["salt","a",{"\udfff":1}]',
                r'["salt","a",{"b":"\udfff"}]',
                r'["salt","a",{"b":{"c":1},"d":"\\ud800"}]',
            ],
        ),
        *(nested(deep) for deep in (63, 64, 65, 5000)),
        (CONCEALED, []),
        (CONCEALED, [DISCLOSED[0].text]),
        (CONCEALED, [each.text for each in DISCLOSED]),
        (CONCEALED, [each.text for each in reversed(DISCLOSED)]),
        (CONCEALED, [DISCLOSED[0].text] * 2),
        (CONCEALED, [OTHER.text]),
        (CONCEALED, ["?", ""]),
        (CONCEALED, [DISCLOSED[0].text + "="]),
        ({"ocid": "o", "_sd": [OTHER.digest]}, [OTHER.text]),
        ({"ocid": "o", "_sd": [ENTRY.digest]}, [ENTRY.text]),
        ({"ocid": "o", "_sd": [ENTRY.digest, ENTRY.digest]}, []),
        ({"ocid": "o", "_sd": "x"}, []),
        ({"ocid": "o", "_sd": ["x"]}, []),
        ({"ocid": "o", "list": [{"...": ENTRY.digest}, 5]}, [ENTRY.text]),
        ({"ocid": "o", "list": [{"...": ENTRY.digest}]}, []),
        ({"ocid": "o", "list": [{"...": OTHER.digest}]}, [OTHER.text]),
        ({"ocid": "o", "list": [{"...": ENTRY.digest, "b": 1}]}, []),
        ({"ocid": "o", "...": 1}, []),
        ({"ocid": "o", "documents": [{"digest": DIGEST}, {"digest": DIGEST.upper()}, {"digest": "x" * 64}, 5]}, []),
        ({"ocid": "o", "tender": [{"documents": [{"digest": DIGEST}]}], "documents": {"digest": DIGEST}}, []),
        (b'{"ocid":"o","\\u005fsd":["%s"]}' % ENTRY.digest.encode(), []),
        (b'{"ocid":"o","list":[{"\\u002e..":"%s"}]}' % ENTRY.digest.encode(), []),
        (b'{"ocid":"o","documents":[{"\\u0064igest":"%s"}]}' % DIGEST.encode(), []),
        ({"ocid": 5}, []),
        ({}, []),
        ([], []),
        (b'{"ocid":"o', []),
        (b'{"ocid":"o\\', []),
        (b"", []),
        (b"\xef\xbb\xbf{}", []),
        (b"\xff{}", []),
        (b'{"ocid":NaN}', []),
        (b'{"ocid":"o","ocid":"o"}', []),
        (b'{"ocid":"o",}', []),
        (b'{"ocid":"o","n":[1}', []),
        (b'{"ocid":"o","n":[1', []),
        (b'{"ocid":"o"}}', []),
        (b'{"ocid":"o"} 1', []),
        (b'{"ocid":"\\ud800"}', []),
        (b'{"ocid":"a\x01"}', []),
        (b'{"ocid":"o","n":01}', []),
        (b'{"ocid":"o","n":-1.5e400}', []),
        (b'{"ocid":"o","n":' + b"9" * 5000 + b"}", []),
        (b'{"ocid":"o","n":' + b"[" * 63 + b"]" * 63 + b"}", []),
        (b'{"ocid":"o","n":' + b"[" * 64 + b"]" * 64 + b"}", []),
        (b'{"ocid":"o","n":"' + b"[" * 2000 + b'"}', []),
    ],
)
def test_read_release_same_by_both(release: Any, disclosures: list[str]) -> None:
    """What matters of it; or that it cannot be read."""
    data = release if isinstance(release, bytes) else json.dumps(release).encode()
    entry = "".join(f"{each}\n" for each in disclosures).encode() if disclosures else None
    found = disclosed_release(data, entry)
    answer = peer().ask(release=data.hex(), **({"disclosures": entry.hex()} if entry else {}))
    assert (answer["problem"] is None) == (found.problem is None)
    if found.problem is None:
        assert answer["ocid"] == found.ocid
        assert answer["documents"] == [each.hex() for each in found.documents]
        assert answer["concealed"] == len(found.redacted)


@pytest.mark.parametrize(
    ("value", "is_read"),
    [
        ("1e" + "9" * 17, True),
        ("-0.5E-" + "9" * 17, True),
        ("1e" + "9" * 18, False),
        ("0E-" + "0" * 18, False),
        ("1.5e+" + "9" * 18, False),
        ("9" * 4_300, True),
        ("-" + "9" * 4_300, True),
        ("9" * 4_301, False),
        ("-" + "9" * 4_301, False),
        ("1." + "9" * 5_000, True),
        (r'"\ud83d\ude00"', True),
        (r'"\ud800"', False),
        (r'["\ude00\ud83d"]', False),
        (r'{"\udfff":1}', False),
    ],
    ids=lambda value: str(value)[:20],
)
def test_read_number_or_character_at_its_limit_same_in_release_and_disclosure(value: str, is_read: bool) -> None:
    """What one verifier reads the other reads, wherever it stands; all that is read can be shown."""
    release, texts = naming(f'["salt","a",{value}]')
    cases = [(f'{{"ocid":"o","n":{value}}}', b""), (json.dumps(release), texts[0].encode() + b"\n")]
    for data, entry in cases:
        found = disclosed_release(data.encode(), entry or None)
        answer = peer().ask(release=data.encode().hex(), **({"disclosures": entry.hex()} if entry else {}))
        assert (found.problem is None, answer["problem"] is None) == (is_read, is_read)
        if is_read:
            assert shown_release(data.encode(), texts if entry else [])["ocid"] == "o"
