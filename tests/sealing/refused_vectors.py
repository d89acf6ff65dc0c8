"""What must be refused, and what must be accepted though one could think otherwise: written by hand, from the text."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from ledger.sealing.context import Context, Group
from ledger.sealing.envelope import Header
from ledger.sealing.sealing import seal_shares
from ledger.sealing.seed import Seed
from tests.sealing.age_file import CHUNK, age_file, chunks_of, recipient_of, stanza
from tests.sealing.peer_actors import CONTEXT, CUSTODIANS, OFFICERS, document, key_set, salt
from tests.sealing.python_peer import PythonPeer, key_set_of
from tests.sealing.reference import WORD, Holder, bid_root, content, decoded, encoded, padme, tag, word
from tests.sealing.vectors import FOLDER, shape

FIXED = WORD * 14
EACH = 128
SECP256K1 = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
FOUR = key_set((*OFFICERS, Holder.named("officer 4", size=20)), CUSTODIANS)
SALT = encoded(salt("x"))
FALSE = "77" * 32


def put(at: int, value: bytes) -> list[Any]:
    """An alteration."""
    return ["put", at, value.hex()]


def flipped(data: bytes, at: int, mask: int = 1) -> list[Any]:
    """One bit of a byte."""
    return put(at, bytes([data[at] ^ mask]))


def text(parts: Any) -> str:
    """A field's text of any JSON."""
    return encoded(json.dumps(parts).encode())


def raw(written: str) -> str:
    """A field's text of JSON as it is written."""
    return encoded(written.encode())


def described(size: str = "0", **changes: Any) -> str:
    """A document's field with its size as it is written; its digest is that of nothing."""
    value = json.dumps({"title": "Plan", "digest": hashlib.sha256(b"").hexdigest(), **changes})
    return raw(f'["{SALT}","documents/0001",{value[:-1]},"size":{size}}}]')


class Judged:
    """The two lists."""

    def __init__(self) -> None:
        self.refused: list[dict[str, Any]] = []
        self.accepted: list[dict[str, Any]] = []

    def judge(self) -> None:
        """All of them."""
        self.headers()
        self.elsewhere()
        self.key_sets()
        self.sealed_shares()
        self.opened_shares()
        self.contributions()
        self.signatures()
        self.age_files()
        self.long_age_files()
        self.fields()
        self.contents()
        self.proofs()

    def refuse(self, name: str, task: str, error: str, values: dict[str, Any] | None = None, **case: Any) -> None:
        """``values`` without ``reason``."""
        self.refused.append(
            {"name": name, "of": "documents", "task": task, **case, "refusal": {"error": error, "values": values or {}}}
        )

    def accept(self, name: str, task: str, answer: dict[str, Any], **case: Any) -> None:
        """What is answered."""
        self.accepted.append({"name": name, "of": "documents", "task": task, **case, "answer": answer})

    # The header

    def headers(self) -> None:
        """Its words at their limits, its shares, its end."""
        words: list[tuple[str, int, bytes]] = [
            ("another version", 0, tag("siegel/2 envelope")),
            ("a tag that is cut off", 0, tag("siegel/1 envelop")),
            ("a tag in capitals", 0, tag("SIEGEL/1 envelope")),
            ("something behind the tag", 0, tag("siegel/1 envelope")[:-1] + b"\1"),
            ("suite 0", 1, word(0)),
            ("suite 2", 1, word(2)),
            ("suite 1 and a bit far before it", 1, word(2**255 + 1)),
            ("a ledger of 21 bytes", 3, word("01" + "11" * 20)),
            ("a ledger at the start of its word", 3, bytes.fromhex("11" * 20) + bytes(12)),
            ("an author of 21 bytes", 6, word("01" + "33" * 20)),
            ("a round of 33 bits", 5, word(2**32)),
            ("a deadline of 65 bits", 8, word(2**64)),
            ("a content of a terabyte", 10, word(2**40)),
            ("a content size beyond all", 10, word(2**256 - 1)),
            ("no officers", 12, word(0)),
            ("one officer of three", 12, word(1 * 256 + 3)),
            ("three officers of three", 12, word(3 * 256 + 3)),
            ("two officers of 33", 12, word(2 * 256 + 33)),
            ("32 officers of 33", 12, word(32 * 256 + 33)),
            ("officers and a bit before them", 12, word(2**16 + 2 * 256 + 3)),
            ("no threshold of custodians", 13, word(3)),
            ("a threshold of no custodians", 13, word(2 * 256)),
            ("one custodian of three", 13, word(1 * 256 + 3)),
            ("two custodians of two", 13, word(2 * 256 + 2)),
            ("two custodians of 33", 13, word(2 * 256 + 33)),
            ("custodians and a bit before them", 13, word(2**16 + 2 * 256 + 3)),
        ]
        for name, at, value in words:
            for task in ("header", "open"):
                self.malformed(f"{name}: {task}", task, WORD * at, [put(WORD * at, value)])
        whole, start = self.envelope("documents"), self.header_size("documents")
        self.malformed("one officer more, so a share is of the content", "open", start, [put(WORD * 12, word(0x204))])
        for name, at in (("first", 113), ("last", 127)):
            self.malformed(f"{name} byte behind the first share", "open", FIXED, [put(FIXED + at, b"\1")])
            last = start - EACH
            self.malformed(f"{name} byte behind the last share", "open", last, [put(last + at, b"\x80")])
        for end in (0, 1, WORD - 1, WORD, FIXED - 1, FIXED, FIXED + 1, FIXED + EACH - 1, FIXED + EACH, start - 1):
            self.malformed(f"cut off at {end}", "header", end, [["cut", end]])
            self.malformed(f"cut off at {end}, opened", "open", end, [["cut", end]])
        for end in (start, start + 1, start + 200, len(whole) - 1):
            self.malformed(f"a content cut off at {end}", "open", end, [["cut", end]])
            self.malformed(f"a content cut off at {end}, read", "read", end, [["cut", end]])
        self.malformed("a byte behind the end", "open", len(whole), [["append", "00"]])
        self.malformed("a second envelope behind the end", "open", len(whole), [["append", whole[:64].hex()]])
        size = len(whole) - start
        self.malformed("a size that is one less", "open", len(whole) - 1, [put(WORD * 10, word(size - 1))])
        self.malformed("a size that is one more", "open", len(whole), [put(WORD * 10, word(size + 1))])
        self.malformed("a size of nothing", "open", start, [put(WORD * 10, word(0))])
        self.malformed(
            "another suite, cut off before word 14", "open", FIXED - 1, [put(WORD, word(2)), ["cut", FIXED - 1]]
        )
        steps = [put(FIXED + 127, b"\1"), ["cut", FIXED + EACH + 1]]
        self.malformed("something behind the first share, cut off in the second", "open", FIXED, steps)
        # The context stands before the size of the content.
        elsewhere = {"context": {**self.context(), "round": "2"}}
        values = {"field": "round", "expected": 2, "got": 1}
        cut = {"envelope": [["cut", len(whole) - 1]]}
        self.refuse("elsewhere and cut off", "open", "EnvelopeForeign", values, altered=cut, given=elsewhere)
        for at in (0, size // 2, size - 1):
            altered = [flipped(whole, start + at)]
            got = hashlib.sha256(self.altered(whole, start + at)[start:]).hexdigest()
            values = {"expected": whole[WORD * 11 : WORD * 12].hex(), "got": got}
            for task in ("open", "read"):
                name = f"byte {at} of the content altered: {task}"
                self.refuse(name, task, "ContentAltered", values, altered={"envelope": altered})
        values = {"expected": FALSE, "got": whole[WORD * 11 : WORD * 12].hex()}
        altered = [put(WORD * 11, bytes.fromhex(FALSE))]
        self.refuse("another digest in the header", "open", "ContentAltered", values, altered={"envelope": altered})

    def malformed(self, name: str, task: str, position: int, steps: list[list[Any]]) -> None:
        """An envelope of another form."""
        values = {"position": position}
        self.refuse(name, task, "EnvelopeMalformed", values, altered={"envelope": steps})

    def elsewhere(self) -> None:
        """Each word of the context."""
        for name, value in CONTEXT.items():
            is_number = isinstance(value, int)
            other: Any = value - 1 if is_number else "55" * (len(value) // 2)
            given = {"context": {**self.context(), name: str(other)}}
            values = {"field": name, "expected": other, "got": value}
            self.refuse(f"expected for another {name}", "open", "EnvelopeForeign", values, given=given)
        given = {"context": {**self.context(), "chainId": str(2**255), "author": "55" * 20}}
        values = {"field": "chainId", "expected": 2**255, "got": CONTEXT["chainId"]}
        self.refuse("another chain and author: the first is named", "open", "EnvelopeForeign", values, given=given)
        large = shape("many-fields").said["context"]
        given = {"context": {**large, "chainId": str(2**256 - 2)}}
        values = {"field": "chainId", "expected": 2**256 - 2, "got": 2**256 - 1}
        self.refuse(
            "a chain that differs in its last bit", "open", "EnvelopeForeign", values, of="many-fields", given=given
        )
        later = {"context": {**self.context(), "notBefore": str(CONTEXT["notBefore"] + 1)}}
        self.accept("a final deadline after the one it was sealed for", "open", self.opened("documents"), given=later)

    def key_sets(self) -> None:
        """Of other sizes, and with keys that are none."""
        both, alone = shape("documents").said["keySet"], shape("officers-alone").said["keySet"]
        own = both["officers"]["recipients"][0]
        x, y = own["key"][2:66], own["key"][66:]
        keys = {
            "a key off the curve": "04" + x + y[:-2] + f"{int(y[-2:], 16) ^ 1:02x}",
            "a compressed key": ("02" if int(y[-1], 16) % 2 == 0 else "03") + x,
            "a hybrid key": ("06" if int(y[-1], 16) % 2 == 0 else "07") + x + y,
            "a key without its first byte": x + y,
            "a key of zeros": "00" * 65,
            "the point at infinity": "00",
            "a key with a coordinate beyond the field": "04" + "ff" * 32 + y,
        }
        sets = {"another number of officers": FOUR, "custodians that the envelope has not": alone}
        for group in ("officers", "custodians"):
            other = copy.deepcopy(FOUR)
            other["custodians"]["recipients"] = FOUR["officers"]["recipients"]
            other[group]["threshold"] = 3
            sets[f"another threshold of {group}"] = other
        for name, key in keys.items():
            sets[name] = copy.deepcopy(both)
            sets[name]["officers"]["recipients"][0]["key"] = key
        sets["a custodian's key off the curve"] = copy.deepcopy(both)
        sets["a custodian's key off the curve"]["custodians"]["recipients"][2]["key"] = keys["a key off the curve"]
        place = {"group": 1, "index": 2, "privateKey": OFFICERS[1].secret}
        for name, changed in sets.items():
            self.refuse(f"{name}: open", "open", "KeySetDiffers", given={"keySet": changed})
        for name in ("another number of officers", "a custodian's key off the curve"):
            given = {"keySet": sets[name]}
            share = {"group": 1, "index": 2, "share": shape("documents").said["shares"][1][2]}
            self.refuse(f"{name}: share", "share", "KeySetDiffers", given=given | place)
            self.refuse(f"{name}: reseal", "reseal", "KeySetDiffers", given=given)
            self.refuse(f"{name}: read", "read", "KeySetDiffers", given=given)
            self.refuse(f"{name}: contribute", "contribute", "KeySetDiffers", given=given | share)
            self.refuse(f"{name}: receive", "receive", "KeySetDiffers", given=given)
        self.refuse(
            "officers alone, custodians given", "open", "KeySetDiffers", of="officers-alone", given={"keySet": both}
        )
        start = self.header_size("officers-alone")
        custodians = [put(WORD * 13, bytes(WORD)), put(WORD * 10, word(len(self.envelope("documents")) - start))]
        self.refuse("custodians taken out of the header", "open", "KeySetDiffers", altered={"envelope": custodians})

    # Shares

    def sealed_shares(self) -> None:
        """Opened by others, in other places, copied from elsewhere, in forms that HPKE does not have."""
        whole, said = self.envelope("documents"), shape("documents").said
        own = {"group": 1, "index": 1, "privateKey": OFFICERS[0].secret}
        at = {"group": "officers", "index": 1}
        renamed = copy.deepcopy(said["keySet"])
        renamed["officers"]["recipients"][0]["holder"] = "00" * 12 + "77" * 20
        x, y = whole[FIXED + 1 : FIXED + 33], whole[FIXED + 33 : FIXED + 65]
        odd = y[-1] % 2
        first, second = whole[FIXED : FIXED + EACH], whole[FIXED + EACH : FIXED + 2 * EACH]
        altered: dict[str, list[list[Any]]] = {
            "a compressed enc": [put(FIXED, bytes([2 + odd]) + x + bytes(32))],
            "a hybrid enc": [put(FIXED, bytes([6 + odd]))],
            "another first byte of enc": [put(FIXED, b"\5")],
            "an enc of zeros": [put(FIXED, bytes(65))],
            "an enc off the curve": [flipped(whole, FIXED + 64)],
            "an enc of the point mirrored": [put(FIXED + 33, (P256 - int.from_bytes(y, "big")).to_bytes(32, "big"))],
            "an enc beyond the field": [put(FIXED + 1, b"\xff" * 32)],
            "a sealed share altered": [flipped(whole, FIXED + 65)],
            "its last bit altered": [flipped(whole, FIXED + 112)],
            "another bidRoot": [flipped(whole, WORD * 9)],
            "another author": [put(WORD * 6, word("34" * 20))],
            "another round": [put(WORD * 5, word(2))],
            "another procedure": [put(WORD * 4, word("23" * 32))],
            "an earlier notBefore": [put(WORD * 8, word(CONTEXT["notBefore"] - 1))],
            "another key set": [put(WORD * 7, word("45" * 32))],
            "the first two shares swapped": [put(FIXED, second + first)],
            "a custodian's share": [put(FIXED, whole[FIXED + 3 * EACH : FIXED + 4 * EACH])],
            "a share of another envelope": [put(FIXED, self.envelope("without-documents")[FIXED : FIXED + EACH])],
        }
        for name, steps in altered.items():
            self.refuse(name, "share", "ShareUnopenable", at, altered={"envelope": steps}, given=own)
        self.refuse(
            "with another officer's key", "share", "ShareUnopenable", at, given=own | {"privateKey": OFFICERS[1].secret}
        )
        self.refuse("as another holder", "share", "ShareUnopenable", at, given=own | {"keySet": renamed})
        custodian = {"group": 2, "index": 1, "privateKey": OFFICERS[0].secret}
        at = {"group": "custodians", "index": 1}
        self.refuse("an officer in a custodian's place", "share", "ShareUnopenable", at, given=custodian)
        for name in ("another first byte of enc", "a sealed share altered"):
            given = {"group": 1, "index": 2, "privateKey": OFFICERS[1].secret}
            answer = {"share": said["shares"][1][2]}
            self.accept(f"{name}: the next one", "share", answer, altered={"envelope": altered[name]}, given=given)
        cut = {"envelope": [["cut", self.header_size("documents")]]}
        self.accept("a share of a header alone", "share", {"share": said["shares"][0][2]}, altered=cut, given=own)
        for name, steps, differ in (
            ("a sealed share altered", altered["a sealed share altered"], [[1, 1]]),
            ("another first byte of enc", altered["another first byte of enc"], [[1, 1]]),
            ("the first two shares swapped", altered["the first two shares swapped"], [[1, 1], [1, 2]]),
            ("the last byte of the last share", [flipped(whole, self.header_size("documents") - 16)], [[2, 3]]),
            ("another round", altered["another round"], EVERYBODY),
        ):
            for task in ("reseal", "read"):
                values = {"shares": differ}
                self.refuse(f"{name}: {task}", task, "SealsDiffer", values, altered={"envelope": steps})
        self.refuse("another seed", "reseal", "SealsDiffer", {"shares": EVERYBODY}, given={"seed": FALSE})
        seed = f"{int(said['seed'][:2], 16) ^ 1:02x}" + said["seed"][2:]
        self.refuse("a seed with one bit altered", "reseal", "SealsDiffer", {"shares": EVERYBODY}, given={"seed": seed})
        seed = shape("without-documents").said["seed"]
        self.refuse("the seed of another bid", "read", "SealsDiffer", {"shares": EVERYBODY}, given={"seed": seed})

    def opened_shares(self) -> None:
        """Too few of them, false ones."""
        all_of_them = shape("documents").said["shares"]
        officers, custodians = all_of_them[:3], all_of_them[3:]
        too_few = [
            ("no shares", [], "officers", 0),
            ("one officer", [officers[0], *custodians], "officers", 1),
            ("no officer", custodians, "officers", 0),
            ("one custodian", [*officers, custodians[2]], "custodians", 1),
            ("no custodian", officers, "custodians", 0),
            ("one of each: officers are named", [officers[1], custodians[1]], "officers", 1),
        ]
        for name, shares, group, count in too_few:
            values: dict[str, Any] = {"group": group, "threshold": 2, "given": count}
            self.refuse(name, "open", "SharesTooFew", values, given={"shares": shares})
        many = shape("many-fields").said["shares"]
        given = {"shares": many[:4] + many[9:]}
        values = {"group": "officers", "threshold": 5, "given": 4}
        self.refuse("four officers of five", "open", "SharesTooFew", values, of="many-fields", given=given)
        given = {"shares": many[:9] + many[9:11]}
        values = {"group": "custodians", "threshold": 3, "given": 2}
        self.refuse("two custodians of three", "open", "SharesTooFew", values, of="many-fields", given=given)
        false = [[1, 1, FALSE], officers[1], *custodians[:2]]
        values = {"shares": EVERYBODY}
        self.refuse("a false share and no other", "open", "SealsDiffer", values, given={"shares": false})
        swapped = [[1, 1, officers[1][2]], [1, 2, officers[0][2]], *custodians[:2]]
        self.refuse("two shares exchanged", "open", "SealsDiffer", values, given={"shares": swapped})
        elsewhere = shape("without-documents").enough()
        self.refuse("shares of another envelope", "open", "SealsDiffer", values, given={"shares": elsewhere})
        alone = shape("officers-alone").said["shares"]
        values = {"shares": EVERYBODY[:3]}
        self.refuse(
            "a false share of officers alone", "open", "SealsDiffer", values,
            of="officers-alone", given={"shares": [alone[0], [1, 3, FALSE]]},
        )  # fmt: skip
        for name, wrong in (
            ("a false share among three", [[1, 1]]),
            ("a false one in each group", [[1, 2], [2, 3]]),
        ):
            shares = [[group, at, FALSE if [group, at] in wrong else share] for group, at, share in all_of_them]
            self.accept(name, "open", self.opened("documents") | {"wrong": wrong}, given={"shares": shares})
        shares = [[group, at, FALSE if [group, at] in ([1, 3], [1, 9], [2, 1]) else share] for group, at, share in many]
        answer = self.opened("many-fields") | {"wrong": [[1, 3], [1, 9], [2, 1]]}
        self.accept("three false ones of fourteen", "open", answer, of="many-fields", given={"shares": shares})

    # Contributions

    def contributions(self) -> None:
        """Their words, their end, their seals."""
        made = bytes.fromhex(shape("documents").said["contributions"][1]["contribution"])
        start, whose = WORD * 13, {"group": "custodians", "index": 3}
        words = [
            ("another tag", 0, tag("siegel/1 envelope")),
            ("something behind its tag", 0, tag("siegel/1 contribution")[:-1] + b"\1"),
            ("the share of group 0", 11, word(1)),
            ("the share of group 3", 11, word(0x301)),
            ("the share of custodian 0", 11, word(0x200)),
            ("the share of custodian 4", 11, word(0x204)),
            ("the share of officer 4", 11, word(0x104)),
            ("the share of custodian 3 and a bit before it", 11, word(2**16 + 0x203)),
            ("no officers in it", 12, word(0)),
            ("two officers in it", 12, word(2)),
            ("four officers in it", 12, word(4)),
            ("three officers in it and a bit before", 12, word(2**64 + 3)),
        ]
        cases: list[tuple[str, int, list[list[Any]]]] = [
            (name, WORD * at, [put(WORD * at, value)]) for name, at, value in words
        ]
        cases += [
            (f"a contribution cut off at {end}", end, [["cut", end]]) for end in (0, 1, start - 1, start, start + 1)
        ]
        end = len(made)
        cases += [
            ("a contribution cut off before its last byte", end - 1, [["cut", end - 1]]),
            ("a contribution with a byte behind it", end, [["append", "00"]]),
            ("a contribution to four officers", WORD * 12, [put(WORD * 12, word(4)), ["append", made[-EACH:].hex()]]),
            ("a contribution to two officers", WORD * 12, [put(WORD * 12, word(2)), ["cut", end - EACH]]),
            ("first byte behind the first share of a contribution", start, [put(start + 113, b"\1")]),
            ("last byte behind the last share of a contribution", end - EACH, [put(end - 1, b"\1")]),
            ("something behind the first share, and cut off", start, [put(start + 127, b"\1"), ["cut", end - 1]]),
            ("a header instead of a contribution", 0, [put(0, self.envelope("documents")[:start])]),
        ]
        given = {"contribution": made.hex()}
        for name, position, steps in cases:
            altered = {"contribution": steps}
            values: dict[str, Any] = {"position": position}
            self.refuse(name, "receive", "ContributionMalformed", values, altered=altered, given=given)
        alone = bytes.fromhex(shape("officers-alone").said["contributions"][0]["contribution"])
        self.refuse(
            "a custodian's contribution where there are none", "receive", "ContributionMalformed",
            {"position": WORD * 11}, of="officers-alone", altered={"contribution": [put(WORD * 11, word(0x201))]},
        )  # fmt: skip
        foreign = [
            ("suite", 1, word(2)), ("chainId", 2, word(1)), ("ledger", 3, word("01" + "11" * 20)),
            ("ledger", 3, word("12" * 20)), ("processId", 4, word("23" * 32)), ("round", 5, word(2)),
            ("author", 6, word("34" * 20)), ("keySet", 7, word("45" * 32)), ("notBefore", 8, word(2**64)),
            ("bidRoot", 9, word(FALSE)), ("restDigest", 10, word(FALSE)),
        ]  # fmt: skip
        for name, at, value in foreign:
            values = {"field": name, "expected": made[WORD * at : WORD * (at + 1)].hex(), "got": value.hex()}
            altered = {"contribution": [put(WORD * at, value)]}
            label = f"a contribution with another {name}" + (" of 21 bytes" if name == "ledger" and value[11] else "")
            self.refuse(label, "receive", "ContributionForeign", values, altered=altered, given=given)
        other = bytes.fromhex(shape("without-documents").said["contributions"][1]["contribution"])
        values = {
            "field": "bidRoot",
            "expected": made[WORD * 9 : WORD * 10].hex(),
            "got": other[WORD * 9 : WORD * 10].hex(),
        }
        self.refuse(
            "a contribution to another bid",
            "receive",
            "ContributionForeign",
            values,
            given={"contribution": other.hex()},
        )
        again = self.sealed_again()
        values = {
            "field": "restDigest",
            "expected": made[WORD * 10 : WORD * 11].hex(),
            "got": again[WORD * 10 : WORD * 11].hex(),
        }
        self.refuse(
            "a contribution to another envelope of the bid", "receive", "ContributionForeign", values,
            given={"contribution": again.hex()},
        )  # fmt: skip
        shares = [made[start + EACH * at : start + EACH * (at + 1)] for at in range(3)]
        unopenable: list[tuple[str, dict[str, Any], list[list[Any]], dict[str, Any]]] = [
            ("said to be another custodian's", {**whose, "index": 2}, [put(WORD * 11, word(0x202))], {}),
            ("said to be an officer's", {"group": "officers", "index": 3}, [put(WORD * 11, word(0x103))], {}),
            ("with another officer's key", whose, [], {"privateKey": OFFICERS[1].secret}),
            ("opened as another officer", whose, [], {"officer": 2}),
            ("with shares exchanged", whose, [put(start, shares[1] + shares[0])], {}),
            ("with enc altered", whose, [flipped(made, start + 10)], {}),
            ("with another first byte of enc", whose, [put(start, b"\5")], {}),
            ("with its seal altered", whose, [flipped(made, start + 112)], {}),
        ]
        for name, values, steps, changed in unopenable:
            self.refuse(
                f"a contribution {name}", "receive", "ShareUnopenable", values,
                altered={"contribution": steps}, given=given | changed,
            )  # fmt: skip
        assert len(alone) == start + 3 * EACH

    def signatures(self) -> None:
        """Of the contribution that was signed, in one form, by one account."""
        first, second = shape("documents").said["contributions"]
        elsewhere, account = shape("without-documents").said["contributions"][0], first["account"]
        signature, data = bytes.fromhex(first["signature"]), bytes.fromhex(first["contribution"])
        r, s, v = signature[:32], int.from_bytes(signature[32:64]), signature[64]
        mirror = (SECP256K1 - s).to_bytes(32)
        signatures: list[tuple[str, bytes]] = [
            ("of the other contribution", bytes.fromhex(second["signature"])),
            ("of another bid's contribution", bytes.fromhex(elsewhere["signature"])),
            ("with s mirrored", r + mirror + bytes([55 - v])),
            ("with s mirrored and the same v", r + mirror + bytes([v])),
            ("with the other v", signature[:64] + bytes([55 - v])),
            ("with v counted from 0", signature[:64] + bytes([v - 27])),
            ("with v of a transaction", signature[:64] + bytes([v + 8])),
            ("with r and s exchanged", signature[32:64] + r + bytes([v])),
            ("with r of 0", bytes(32) + signature[32:]),
            ("with s of 0", r + bytes(32) + bytes([v])),
            ("with r of the order", SECP256K1.to_bytes(32) + signature[32:]),
            ("cut off at 64", signature[:64]),
            ("with a byte behind it", signature + b"\0"),
            ("of nothing", b""),
            ("of zeros", bytes(65)),
        ]
        for name, given in signatures:
            self.unsigned(f"a contribution under a signature {name}", account, signature=given.hex())
        for name, steps in (
            ("with a bit of its tag altered", [flipped(data, 3)]),
            ("with a bit of a seal altered", [flipped(data, WORD * 13 + 112)]),
            ("with its last byte altered", [flipped(data, len(data) - 1)]),
            ("cut off", [["cut", len(data) - 1]]),
            ("with a byte behind it", [["append", "00"]]),
            ("of nothing", [["cut", 0]]),
        ):
            self.unsigned(f"a signed contribution {name}", account, altered={"contribution": steps})
        self.unsigned("a contribution that another account signed", second["account"], account=second["account"])
        self.unsigned("a contribution that nobody signed, of nobody", "00" * 20, account="00" * 20, signature="00" * 65)
        self.unsigned("a contribution of nobody", "00" * 20, account="00" * 20)
        self.accept("a contribution and its signature", "signed", {})
        other = {name: second[name] for name in ("contribution", "signature", "account")}
        self.accept("another contribution and its signature", "signed", {}, given=other)

    def unsigned(self, name: str, whose: str, altered: dict[str, Any] | None = None, **given: str) -> None:
        """Refused, whatever of it is not true."""
        case = {"altered": altered} if altered else {"given": given}
        self.refuse(name, "signed", "ContributionUnsigned", {"account": whose}, **case)

    def sealed_again(self) -> bytes:
        """A contribution to a second envelope of the same bid, with another seed."""
        said, path = shape("without-documents").said, FOLDER / "own" / "sealed-again.siegel"
        documents = shape("documents").said
        context, keys = documents["context"], documents["keySet"]
        names = ("Zeichnung", "leer", "Brief")
        contents = (b"a drawing " * 640, b"", b"Dear")
        python = PythonPeer()
        fields = [each for each in documents["fields"] if not decoded(each)[1].startswith("documents/")]
        given = {"context": context, "keySet": keys, "fields": fields, "seed": "08" * 32, "out": str(path)}
        answer = python.ask(
            "seal", **given, documents=[document(data, name) for data, name in zip(contents, names, strict=True)]
        )
        assert answer["bidRoot"] == documents["bidRoot"] != said["bidRoot"]
        made = python.ask("contribute", envelope=str(path), keySet=keys, group=2, index=3, share=FALSE)
        path.unlink()
        return bytes.fromhex(made["contribution"])

    # Contents that the sealer made: each in a file of its own

    def own(self, name: str, age: bytes, root: str | None = None) -> str:
        """An envelope of officers alone around any age file, with shares that its seed gives."""
        said = shape("officers-alone").said
        numbers = {each: int(CONTEXT[each]) for each in ("chainId", "round", "notBefore")}
        ids = {each: bytes.fromhex(CONTEXT[each]) for each in ("ledger", "processId", "author", "keySet")}
        context = Context(
            numbers["chainId"], ids["ledger"], ids["processId"], numbers["round"], ids["author"], ids["keySet"],
            numbers["notBefore"],
        )  # fmt: skip
        bid, keys = bytes.fromhex(root or said["bidRoot"]), key_set_of(said["keySet"])
        words = context.words(bid)
        officers = tuple(seal_shares(Seed(bytes.fromhex(said["seed"]), words), words, keys, Group.OFFICERS))
        header = Header(context, bid, len(age), hashlib.sha256(age).digest(), (2, 0), officers, ())
        file = f"own/{name.translate(FILE_NAMES)}.siegel"
        assert not (FOLDER / file).exists(), file
        (FOLDER / file).write_bytes(header.encoded() + age)
        return file

    def scalar(self, root: str | None = None) -> bytes:
        """Of the identity to which such a content is encrypted."""
        said = shape("officers-alone").said
        words = bytes.fromhex(said["header"])[WORD : WORD * 9] + bytes.fromhex(root or said["bidRoot"])
        return Seed(bytes.fromhex(said["seed"]), words).scalar()

    def encrypted(self, plain: bytes, root: str | None = None) -> bytes:
        """As the sealer would, but for what is drawn."""
        return age_file([stanza(recipient_of(self.scalar(root)))], chunks_of(plain))

    def content(self) -> bytes:
        """The honest one."""
        return content(shape("officers-alone").said["fields"], PLAN, COVER)

    def unreadable(self, name: str, age: bytes, root: str | None = None) -> None:
        """The age file is refused."""
        self.refuse(name, "read", "ContentUnreadable", of="officers-alone", file=self.own(name, age, root))

    def no_bid(self, name: str, plain: bytes, error: str = "BidMalformed", **values: Any) -> None:
        """The content is refused."""
        file = self.own(name, self.encrypted(plain))
        self.refuse(name, "read", error, values, of="officers-alone", file=file)

    def bid(self, name: str, texts: Sequence[str], *documents: bytes) -> None:
        """The content is a bid, though it does not look like one."""
        root = bid_root(texts)
        file = self.own(name, self.encrypted(content(texts, *documents), root), root)
        told = [{"sha256": hashlib.sha256(each).hexdigest(), "size": len(each)} for each in documents]
        answer = {"fields": list(texts), "documents": told}
        self.accept(name, "read", answer, of="officers-alone", file=file)

    def age_files(self) -> None:
        """What age reads, and what it does not."""
        plain, own = self.content(), recipient_of(self.scalar())
        honest, stranger = stanza(own), stanza(recipient_of(bytes.fromhex(FALSE)))
        chunks = chunks_of(plain)
        passphrase = b"-> scrypt " + b"A" * 22 + b" 10\n" + b"A" * 43 + b"\n"
        file = age_file([honest], chunks)
        mac = file.index(b"\n--- ") + 5
        payload = file.index(b"\n", mac) + 1
        frame = len(age_file([honest], [])) - 16

        def noise(size: int) -> bytes:
            """A stanza of another kind of so many bytes."""
            return b"-> " + b"x" * (size - len(b"-> \n\n")) + b"\n\n"

        files = {
            "an age file of nothing": b"",
            "no age file": b"garbage" * 30,
            "an age file of another version": file.replace(b"/v1", b"/v2", 1),
            "an age file to another identity": age_file([stranger], chunks),
            "an age file to nobody": age_file([], chunks),
            "an age header that has no end": file[: mac - 5] + b"\n" + noise(70_000),
            "an age header of 65,537 bytes": age_file([noise(65_537 - frame), honest], chunks),
            "an age header with another digest": file[:mac] + file[mac : mac + 42].swapcase() + file[mac + 42 :],
            "an age header with lines of CRLF": file[:payload].replace(b"\n", b"\r\n") + file[payload:],
            "an age header with a padded digest": file[: payload - 1] + b"=" + file[payload - 1 :],
            "an age file cut off in its header": file[:100],
            "an age file without a nonce": file[:payload],
            "an age file without a payload": file[: payload + 16],
            "an age file without its last byte": file[:-1],
            "an age file with a byte behind it": file + b"\0",
            "an age file with another nonce": file[:payload] + bytes(16) + file[payload + 16 :],
            "an age file with its payload altered": file[:-20] + bytes([file[-20] ^ 1]) + file[-19:],
            "an age file with a short chunk before the last": age_file([honest], [plain[:10], plain[10:]]),
            "an age file with an empty chunk behind the last": age_file([honest], [plain, b""]),
            "an age file with a passphrase before": age_file([passphrase, honest], chunks),
            "an age file with a passphrase behind": age_file([honest, passphrase], chunks),
            "an age file with a stanza that does not end": age_file([b"-> x\n" + b"A" * 64 + b"\n", honest], chunks),
            "an age file with a stanza of a long line": age_file([b"-> x\n" + b"A" * 68 + b"\n\n", honest], chunks),
            "an age file with a stanza with bits left over": age_file([b"-> x\nAB\n", honest], chunks),
            "an age file with a stanza without a kind": age_file([b"-> \n\n", honest], chunks),
            "an age file with a stanza with an umlaut": age_file(["-> ä\n\n".encode(), honest], chunks),
            "an age file with two spaces": age_file([honest.replace(b" X25519 ", b" X25519  ")], chunks),
            "an age file of another kind": age_file([honest.replace(b"X25519", b"x25519")], chunks),
            "an age file with an argument more": age_file([honest.replace(b"\n", b" x\n", 1)], chunks),
            "an age file with an X25519 stanza too short": age_file([b"-> X25519 AAAA\nAAAA\n", honest], chunks),
            "an age file of an ephemeral share of zeros": age_file([honest[:11] + b"A" * 43 + honest[54:]], chunks),
        }
        for name, each in files.items():
            self.unreadable(name, each)
        self.no_bid("an age file of no content", b"")
        answer = {
            "fields": shape("officers-alone").said["fields"],
            "documents": shape("officers-alone").said["documents"],
        }
        for name, stanzas in {
            "an age file with a recipient more": [stranger, honest],
            "an age file with a recipient behind": [honest, stranger],
            "an age file with a stanza of another kind": [b"-> grease x y\nAAAA\n", honest],
            "an age file with a stanza of a whole line": [b"-> x\n" + b"A" * 64 + b"\n\n", honest],
            "an age file to the same recipient twice": [honest, honest],
            "an age header of 65,536 bytes": [noise(65_536 - frame), honest],
        }.items():
            own_file = self.own(name, age_file(stanzas, chunks))
            self.accept(name, "read", answer, of="officers-alone", file=own_file)

    def long_age_files(self) -> None:
        """What does not decrypt to its end, though its first chunk alone says that it is no bid."""
        texts = [described(str(CHUNK - 10_000))]
        root = bid_root(texts)
        altered = content(texts, b"!" * (CHUNK - 10_000)).ljust(CHUNK, b"\0")
        none = b"siegel-bid/2\n\n".ljust(CHUNK, b"a")
        lines = (b"siegel-bid/1\n" + b"a\n" * 20_000).ljust(CHUNK, b"a")
        ours, other = ([stanza(recipient_of(self.scalar(of)))] for of in (None, root))

        def broken(age: bytes) -> bytes:
            return age[:-1] + bytes([age[-1] ^ 1])

        self.unreadable("a document altered, and the next chunk", broken(age_file(other, [altered, b"!"])), root)
        self.unreadable(
            "20,000 lines without an end, and the next chunk altered", broken(age_file(ours, [lines, b"a"]))
        )
        self.unreadable("no bid, and marked as the last with a chunk behind it", age_file(ours, [none, b"a"], marked=0))
        self.unreadable("no bid, and a full last chunk that is not marked", age_file(ours, [none], marked=1))

    def fields(self) -> None:
        """Texts that are no fields, in a content that is else well made."""
        value = f'["{SALT}","a",'
        texts = {
            "a field of other characters": "§",
            "a field with a space": text([SALT, "a", 1]) + " ",
            "a field padded": encoded(b'["') + "=",
            "a field in base64": raw(value + '"???>>>"]').replace("_", "/").replace("-", "+"),
            "a field with bits left over": text([SALT, "ab", 1])[:-1] + "B",
            "a field of one character": "A",
            "a field that is not UTF-8": encoded(value.encode() + b'"\xff"]'),
            "a field in UTF-8 of surrogates": encoded(value.encode() + b'"\xed\xa0\x80"]'),
            "a field with a byte order mark": encoded(b"\xef\xbb\xbf" + (value + "1]").encode()),
            "a field with a mark inside": raw("[\ufeff" + value[1:] + "1]"),
            "a field that is no JSON": raw("[1,]"),
            "a field with something behind it": raw(value + "1] 1"),
            "a field with other white space": raw(value + "\u00a01]"),
            "a field in single quotes": raw(value.replace('"', "'") + "1]"),
            "a field of an object": text({"a": 1}),
            "a field of an entry": text([SALT, 1]),
            "a field of four parts": text([SALT, "a", 1, 2]),
            "a member twice": raw(value + '{"b":1,"b":1}]'),
            "a member twice, once escaped": raw(value + '{"b":1,"\\u0062":1}]'),
            "half a pair": raw(value + '"\\ud800"]'),
            "the other half of a pair": raw(value + '"\\udc00"]'),
            "a pair the wrong way round": raw(value + '"\\udc00\\ud800"]'),
            "half a pair as a member": raw(value + '[{"\\uD800":1}]]'),
            "a control character": raw(value + '"\x01"]'),
            "not a number": raw(value + "NaN]"),
            "endless": raw(value + "-Infinity]"),
            "a number with zeros before it": raw(value + "01]"),
            "a number with a plus": raw(value + "+1]"),
            "a number that ends in a point": raw(value + "1.]"),
            "an exponent of 18 digits": raw(value + "1e000000000000000001]"),
            "a whole number of 4301 digits": raw(value + "1" * 4301 + "]"),
            "nested 65 deep": raw(value + "[" * 64 + "]" * 64 + "]"),
            "a salt of 31 bytes": text([encoded(bytes(31)), "a", 1]),
            "a salt of 33 bytes": text([encoded(bytes(33)), "a", 1]),
            "a salt of nothing": text(["", "a", 1]),
            "a salt with bits left over": text([SALT[:-1] + "B", "a", 1]),
            "a salt padded": text([SALT + "=", "a", 1]),
            "a salt in base64": text(["+" * 42 + "A", "a", 1]),
            "a salt that is a number": text([1, "a", 1]),
            "a name that is a number": text([SALT, 1, 1]),
            "no name": text([SALT, "", 1]),
            "a name of 257 characters": text([SALT, "a" * 257, 1]),
            "a name with a line": text([SALT, "a\n", 1]),
            "a name with 0x7f": text([SALT, "a\x7f", 1]),
            "a name with 0x1f": text([SALT, "a\x1f", 1]),
            "a name with an umlaut": text([SALT, "ä", 1]),
            "the name _sd": text([SALT, "_sd", 1]),
            "a name of three points": text([SALT, "...", 1]),
            "a document without a value": text([SALT, "documents/0001", None]),
            "a document that is a list": text([SALT, "documents/0001", []]),
            "a document without a title": described(title=None),
            "a size in text": described('"0"'),
            "a size of true": described("true"),
            "a size of 0.0": described("0.0"),
            "a size of 1e2": described("1e2"),
            "a size of -1": described("-1"),
            "a size of 2 to the 53rd": described(str(2**53)),
            "a size of 2 to the 64th": described(str(2**64)),
            "a size of 30 digits": described("9" * 30),
            "a digest in capitals": described(digest="AB" * 32),
            "a digest with 0x": described(digest="0x" + "ab" * 31),
            "a digest of 63 digits": described(digest="a" * 63),
            "a digest with a line": described(digest="a" * 64 + "\n"),
            "a digest that is a number": described(digest=1),
            "documents from 0002": text([SALT, "documents/0002", json.loads(decoded_value(described()))]),
            "documents from 0000": text([SALT, "documents/0000", json.loads(decoded_value(described()))]),
            "a document of three digits": text([SALT, "documents/001", json.loads(decoded_value(described()))]),
            "a document of five digits": text([SALT, "documents/00001", json.loads(decoded_value(described()))]),
            "something below a document": text([SALT, "documents/0001/x", 1]),
            "the folder of documents itself": text([SALT, "documents/", 1]),
            "a document by name": text([SALT, "documents/plan", 1]),
        }
        for name, each in texts.items():
            plain = content(["x"]).replace(b"\nx\n", b"\n" + each.encode() + b"\n")
            whole = plain.rstrip(b"\0")
            self.no_bid(name, whole.ljust(padme(len(whole)), b"\0"))
        self.bid("a size of -0", [described("-0")], b"")
        self.bid("white space around a field", [raw(f' [ "{SALT}" ,\n"a",\t1 ] \r')])
        self.bid("a name of 256 characters", [text([SALT, "n" * 256, 1])])
        self.bid("names beside documents/", [text([SALT, "documents", 1]), text([SALT, "documents0001", 1])])
        self.bid("an exponent of 17 digits", [raw(value + "1e" + "0" * 16 + "1]")])
        self.bid("a whole number of 4300 digits", [raw(value + "1" * 4300 + "]")])
        self.bid("nested 64 deep", [raw(value + "[" * 63 + "]" * 63 + "]")])
        self.bid("a pair, escaped and as it is", [raw(value + '"\\ud83d\\ude00😀"]')])
        self.bid("zeros in a text", [raw(value + '"\\u0000"]')])
        self.bid("members beside title, size and digest", [described(documentType="x_gaebX84", format=None)], b"")

    def contents(self) -> None:
        """Lines, documents, padding."""
        texts, whole = shape("officers-alone").said["fields"], self.content()
        end = len(whole.rstrip(b"\0"))
        head = whole.index(b"\n\n") + 2
        assert len(whole) > end
        step = padme(len(whole) + 1)
        contents = {
            "another first line": whole.replace(b"siegel-bid/1", b"siegel-bid/2", 1),
            "a first line with a mark": b"\xef\xbb\xbf" + whole,
            "a first line with a space": whole.replace(b"siegel-bid/1", b"siegel-bid/1 ", 1),
            "a first line of CRLF": whole.replace(b"siegel-bid/1\n", b"siegel-bid/1\r\n", 1),
            "lines of CRLF": whole[:head].replace(b"\n", b"\r\n") + whole[head:],
            "lines of CR": whole[:head].replace(b"\n", b"\r") + whole[head:],
            "a field of CRLF": whole.replace(texts[0].encode() + b"\n", texts[0].encode() + b"\r\n", 1),
            "no first line": whole.replace(b"siegel-bid/1\n", b"", 1),
            "empty lines alone": b"\n\n",
            "the first line alone": b"siegel-bid/1",
            "the first line and its end alone": b"siegel-bid/1\n",
            "no empty line": whole[: head - 1],
            "zeros instead of the empty line": whole[: head - 1].ljust(len(whole), b"\0"),
            "fields out of order": content([texts[1], texts[0], *texts[2:]], PLAN, COVER),
            "fields backwards": content(texts[::-1], PLAN, COVER),
            "a field twice": content([texts[0], *texts], PLAN, COVER),
            "a name twice with other values": content([text([SALT, "a", 1]), text([SALT, "a", 2])]),
            "names ordered without case": content([text([SALT, "a", 1]), text([SALT, "B", 2])]),
            "a document's field missing": content([texts[1], *texts[2:]], PLAN, COVER),
            "cut off before the documents": whole[:head],
            "cut off in the first document": whole[: head + 1],
            "cut off between documents": whole[: head + len(PLAN)],
            "cut off in the last document": whole[: end - 1],
            "cut off before the padding": whole[:end],
            "cut off in the padding": whole[:-1],
            "padding that ends in a one": whole[:-1] + b"\1",
            "padding that begins with a one": whole[:end] + b"\1" + whole[end + 1 :],
            "a zero behind the padding": whole + b"\0",
            "a padded size one step too large": whole.ljust(step, b"\0"),
            "padded to the next power of two": whole.ljust(1 << len(whole).bit_length(), b"\0"),
            "a document more than fields": content(texts, PLAN, COVER, b"x" * 100),
        }
        for name, plain in contents.items():
            self.no_bid(name, plain)
        bytes_swapped = content(texts, COVER, PLAN)
        got = hashlib.sha256((COVER + PLAN)[: len(PLAN)]).hexdigest()
        expected = hashlib.sha256(PLAN).hexdigest()
        altered = {"document": "documents/0001", "expected": expected, "got": got}
        self.no_bid("documents swapped", bytes_swapped, "DocumentAltered", **altered)
        for name, of, plan, cover in (
            ("a bit of the first document", 1, b"!" + PLAN[1:], COVER),
            ("the last byte of the first document", 1, PLAN[:-1] + b"!", COVER),
            ("the last byte of the last document", 2, PLAN, COVER[:-1] + b"!"),
        ):
            expected, got = (hashlib.sha256(each).hexdigest() for each in ((PLAN, plan) if of == 1 else (COVER, cover)))
            values = {"document": f"documents/000{of}", "expected": expected, "got": got}
            self.no_bid(name, content(texts, plan, cover), "DocumentAltered", **values)
        values = {**altered, "got": hashlib.sha256(PLAN[:-1] + COVER[:1]).hexdigest()}
        self.no_bid(
            "the first document a byte short", content(texts, PLAN[:-1], COVER + b"\0"), "DocumentAltered", **values
        )
        root, other = shape("officers-alone").said["bidRoot"], [text([SALT, "a", 1])]
        for name, plain in {
            "another bid": content(other),
            "a bid without fields": content([]),
            "a field left out": content([*texts[:2]], PLAN, COVER),
            "a field more": content([*texts, text([SALT, "z", 1])], PLAN, COVER),
            "another bid, its document altered": content([described("3")], b"xyz"),
            "another bid, its document cut off": content([described("300")], b"xyz"),
            "another bid, its padding not zero": content(other)[:-1] + b"\1",
            "the same field under another salt": content(
                [text([encoded(salt("y")), *decoded(texts[0])[1:]]), *texts[1:]], PLAN, COVER
            ),
        }.items():
            lines = plain[: plain.index(b"\n\n")].decode().split("\n")[1:]
            self.no_bid(name, plain, "BidRootDiffers", expected=root, got=bid_root(lines))

    # Fields shown alone

    def proofs(self) -> None:
        """Lists that are not the bid's, texts that are not in it."""
        said = shape("documents").said
        shown, root = said["proofs"][0]["text"], said["bidRoot"]
        digests = said["proofs"][0]["digests"]
        own = hashlib.sha256(shown.encode()).hexdigest()
        others = [each for each in digests if each != own]
        changes: dict[str, dict[str, Any]] = {
            "digests backwards": {"digests": digests[::-1]},
            "two digests exchanged": {"digests": [digests[1], digests[0], *digests[2:]]},
            "the first digest twice": {"digests": [digests[0], *digests]},
            "the last digest twice": {"digests": [*digests, digests[-1]]},
            "a digest fewer": {"digests": digests[1:]},
            "a digest more": {"digests": sorted([*digests, FALSE])},
            "no digests": {"digests": []},
            "the field's digest left out": {"digests": others},
            "all digests in one": {"digests": ["".join(digests)]},
            "two digests in one": {"digests": [*digests[:-2], "".join(digests[-2:])]},
            "a digest cut in two": {"digests": [digests[0][:32], digests[0][32:], *digests[1:]]},
            "digests of another bid": {"digests": shape("without-documents").said["proofs"][0]["digests"]},
            "the root of another bid": {"bidRoot": shape("without-documents").said["bidRoot"]},
            "a root of zeros": {"bidRoot": "00" * 32},
            "a text of another value": {"text": text([SALT, *decoded(shown)[1:]])},
            "a text with padding": {"text": shown + "="},
            "a text with a line end": {"text": shown + "\n"},
            "an empty text": {"text": ""},
            "a text that is no field and not in the list": {"text": "§"},
            "a text with a character that is none": {"text": chr(ord(shown[0]) + 256) + shown[1:]},
        }
        for name, given in changes.items():
            self.refuse(name, "checkProof", "FieldUnproven", given=given)
        assert "".join(digests[-2:])[:64] > digests[-3]
        no_fields = {
            "a listed text that is no base64url": "§",
            "a listed text that is empty": "",
            "a listed text that is an entry": text([SALT, 1]),
            "a listed text with a mark": encoded(b"\xef\xbb\xbf" + json.dumps([SALT, "a", 1]).encode()),
            "a listed text with a short salt": text([encoded(bytes(16)), "a", 1]),
            "a listed text with the name _sd": text([SALT, "_sd", 1]),
        }
        for name, each in no_fields.items():
            digest = hashlib.sha256(each.encode()).hexdigest()
            given = {"text": each, "digests": [digest], "bidRoot": bid_root([each])}
            self.refuse(name, "checkProof", "BidMalformed", given=given)
        twice = [own, own]
        root = hashlib.sha256(tag("siegel/1 bid") + bytes.fromhex("".join(twice))).hexdigest()
        given = {"digests": twice, "bidRoot": root}
        self.refuse("a list with one digest twice and its root", "checkProof", "FieldUnproven", given=given)
        joined = sorted([own, "".join(others[:2])])
        root = hashlib.sha256(tag("siegel/1 bid") + bytes.fromhex("".join(joined))).hexdigest()
        given = {"digests": joined, "bidRoot": root}
        self.refuse("an entry of two digests under its root", "checkProof", "FieldUnproven", given=given)

    # Where they come from

    @staticmethod
    def envelope(name: str) -> bytes:
        """A whole one."""
        return shape(name).path.read_bytes()

    @staticmethod
    def header_size(name: str) -> int:
        """Where its age file begins."""
        return len(shape(name).said["header"]) // 2

    @staticmethod
    def context() -> dict[str, Any]:
        """What is expected of most."""
        found: dict[str, Any] = shape("documents").said["context"]
        return found

    @staticmethod
    def altered(data: bytes, at: int) -> bytes:
        """With one bit flipped."""
        return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]

    @staticmethod
    def opened(name: str) -> dict[str, Any]:
        """What an opening tells of it."""
        said = shape(name).said
        return {**{each: said[each] for each in ("fields", "documents", "seed")}, "wrong": []}


P256 = 2**256 - 2**224 + 2**192 + 2**96 - 1
EVERYBODY = [[group, at] for group in (1, 2) for at in (1, 2, 3)]
PLAN = (b"%PDF-1.7 " * 12)[:100]
COVER = b"abc"
FILE_NAMES = str.maketrans({" ": "-", "/": None, ",": None, "'": None, "_": None, ".": None})


def decoded_value(written: str) -> str:
    """The value of a field as JSON."""
    return json.dumps(decoded(written)[2])
