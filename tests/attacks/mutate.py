"""Flips of all kinds over a valid bundle: ``python -m tests.attacks.mutate 10000`` counts who refuses them where;
``... 10000 repacked python sealed.qbft`` asks for one kind, one verifier, and another control.

Three kinds. ``file``: a bit or byte of the file is another one, missing or too many, or two entries change places.
``repacked``: the same inside one entry or one field of the manifest, and all around it made to fit, so that the change
reaches the step that is about its content. ``policy``: a flip in the reader's policy, which is no forgery: what both
verifiers make of it must be the same. Which flips there are follows from the kind and a number, and nothing else.
"""

from __future__ import annotations

import hashlib
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from ledger.errors import SiegelError
from ledger.evidence.verify.checkpoint import of_log_alone
from tests.attacks.draft import Draft, control, control_names, take_apart
from tests.attacks.verifiers import VERIFIERS, Pair, Said
from tests.evidence.bundles import entries_of

CONTROL = "notices.qbft"
KINDS = ("file", "repacked", "policy")
_AT_ONCE = 500


@dataclass(frozen=True)
class Mutant:
    """A bundle and a policy, of which one was changed at one place; ``place`` says where, for people."""

    kind: str
    number: int
    place: str
    pair: Pair
    explained: str | None = None
    """Why it may be accepted all the same."""


def mutants(kind: str, count: int, of: str = CONTROL) -> Iterator[Mutant]:
    """So many different mutants of a kind, of a control."""
    bundle, policy = control(of)
    seen = {bundle}
    number = 0
    while len(seen) <= count:
        number += 1
        chance = random.Random(f"{kind} {number}")
        made = _MAKERS[kind](bundle, policy, chance)
        changed = made[0][1 if kind == "policy" else 0]
        if changed not in seen and changed not in (bundle, policy):
            seen.add(changed)
            yield Mutant(kind, number, made[1], made[0], made[2])


def flipped(data: bytes, chance: random.Random) -> bytes:
    """One small change somewhere."""
    at = chance.randrange(len(data))
    match chance.randrange(6):
        case 0 | 1:
            return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]
        case 2:
            return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]
        case 3:
            return data[:at] + data[at + 1 :]
        case 4:
            return data[:at] + bytes([chance.randrange(256)]) + data[at:]
        case _:
            end = min(len(data), at + chance.randrange(1, 65))
            return data[:end] + data[at:end] + data[end:]


_Made = tuple[Pair, str, str | None]


def _file(bundle: bytes, policy: bytes, chance: random.Random) -> _Made:
    if chance.randrange(10) == 0:
        names = list(entries_of(bundle))
        first, second = sorted(chance.sample(range(len(names)), 2))
        parts = _parts(bundle, names)
        parts[first], parts[second] = parts[second], parts[first]
        return (b"".join(parts), policy), f"entries {first} and {second} swapped", None
    forged = flipped(bundle, chance)
    return (forged, policy), f"byte {_first_difference(bundle, forged)}", None


def _repacked(bundle: bytes, policy: bytes, chance: random.Random) -> _Made:
    draft = take_apart(bundle, policy)
    if chance.randrange(8) == 0:
        return (_other_field(draft, chance), policy), "the manifest", None
    name = chance.choice(sorted(draft.entries))
    before, after = draft.entries[name], flipped(draft.entries[name], chance)
    explained = None
    draft.entries[name] = after
    if name.startswith(("criteria/", "documents/", "evaluations/", "releases/")):
        # Under the name that it has now: under the old one nothing but the digest would be asked for.
        salt = draft.salts[name]
        moved = f"{name.partition('/')[0]}/{hashlib.sha256(salt + after).hexdigest()}"
        draft.entries[moved], draft.salts[moved] = draft.entries.pop(name), salt
        if name.startswith("evaluations/"):
            explained = "the evaluation is one that nothing anchors, so the ranking is not provable"
    elif name.startswith("checkpoints/") and "." not in name and _same_for_the_log(before, after):
        explained = "a cosignature became one of nobody whom the policy knows, and enough others are left"
    return (draft.packed(), policy), name, explained


def _other_field(draft: Draft, chance: random.Random) -> bytes:
    """Another block, chain, account, subject or salt in the manifest, or an entry under a neighbouring name."""
    salted = [each for each, salt in draft.salts.items() if salt]
    match chance.randrange(4):
        case 0:
            field = chance.choice(("genesis_hash", "ledger", "registry", "subject_id"))
            draft.manifest[field] = _bit(getattr(draft.original, field), chance)
        case 1:
            field = chance.choice(("block", "chain_id"))
            draft.manifest[field] = getattr(draft.original, field) ^ 1 << chance.randrange(30)
        case 2 if salted:
            name = chance.choice(salted)
            draft.salts[name] = _bit(draft.salts[name], chance)
        case _:
            name = chance.choice([each for each in sorted(draft.entries) if not each.startswith("releases/")])
            digits = [place for place, letter in enumerate(name) if letter.isdigit()]
            at = chance.choice(digits)
            moved = name[:at] + str(chance.randrange(10)) + name[at + 1 :]
            draft.entries[moved] = draft.entries.pop(name)
    return draft.packed()


def _policy(bundle: bytes, policy: bytes, chance: random.Random) -> _Made:
    """Anywhere, the certificates of the roots among it."""
    forged = flipped(policy, chance)
    place = f"byte {_first_difference(policy, forged)}"
    return (bundle, forged), place, "a policy is what the reader trusts, not what is proven"


_MAKERS = {"file": _file, "repacked": _repacked, "policy": _policy}


def _parts(bundle: bytes, names: list[str]) -> list[bytes]:
    """The local headers with their entries, and what follows."""
    starts = [0, *(_start(bundle, name) for name in names[1:])]
    ends = [*starts[1:], bundle.index(b"PK\x01\x02", starts[-1])]
    return [bundle[start:end] for start, end in zip(starts, ends, strict=True)] + [bundle[ends[-1] :]]


def _start(bundle: bytes, name: str) -> int:
    """Where the entry's local header begins: its name stands there, and nowhere else behind a header's mark."""
    at = bundle.index(name.encode(), len(entries_of(bundle)["manifest.json"]))
    while bundle[at - 30 : at - 26] != b"PK\x03\x04":
        at = bundle.index(name.encode(), at + 1)
    return at - 30


def _same_for_the_log(before: bytes, after: bytes) -> bool:
    try:
        return of_log_alone(before) == of_log_alone(after)
    except SiegelError:
        return False


def _bit(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


def _first_difference(before: bytes, after: bytes) -> int:
    return next((at for at, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), len(before))


@dataclass
class Count:
    """What came of a run: mutants, where each verifier refused them, which were not refused, or judged differently."""

    mutants: int
    steps: dict[str, Counter[str]]
    explained: Counter[str]
    survivors: list[Mutant]
    disagreements: list[tuple[Mutant, dict[str, str]]]


def run(kind: str, count: int, of: str = CONTROL, verifiers: Sequence[str] = tuple(VERIFIERS)) -> Count:
    """Ask these verifiers about so many mutants."""
    result = Count(0, {name: Counter() for name in verifiers}, Counter(), [], [])
    waiting: list[Mutant] = []
    for mutant in mutants(kind, count, of):
        waiting.append(mutant)
        if len(waiting) == _AT_ONCE:
            _judge(waiting, result)
            waiting = []
    _judge(waiting, result)
    return result


def _judge(waiting: list[Mutant], result: Count) -> None:
    pairs = [mutant.pair for mutant in waiting]
    said: dict[str, list[Said]] = {name: VERIFIERS[name](pairs) for name in result.steps}
    for place, mutant in enumerate(waiting):
        ends = {name: _end(found[place]) for name, found in said.items()}
        for name, end in ends.items():
            result.steps[name][end] += 1
        if "accepted" in ends.values():
            if mutant.explained:
                result.explained[mutant.explained] += 1
            else:
                result.survivors.append(mutant)
        if len(set(ends.values())) > 1:
            result.disagreements.append((mutant, ends))
    result.mutants += len(waiting)


def _end(said: Said) -> str:
    return "accepted" if said.verified else said.failed or "nothing failed"


def main(arguments: list[str]) -> None:
    """So many mutants of each kind (or of those named), and what came of them."""
    count = int(arguments[0])
    kinds = [name for name in arguments[1:] if name in KINDS] or KINDS
    verifiers = [name for name in arguments[1:] if name in VERIFIERS] or list(VERIFIERS)
    controls = [name for name in arguments[1:] if name in control_names()] or [CONTROL]
    for kind, of in product(kinds, controls):
        start = time.process_time()
        found = run(kind, count, of, verifiers)
        seconds = time.process_time() - start
        print(f"{kind}: {found.mutants} mutants of {of}, {seconds:.0f} s of processor time here", flush=True)
        for name, steps in found.steps.items():
            print(f"  {name}: " + ", ".join(f"{step} {number}" for step, number in steps.most_common()))
        for why, number in found.explained.items():
            print(f"  accepted, explained: {number}, {why}")
        print(f"  survivors {len(found.survivors)}, disagreements {len(found.disagreements)}")
        for mutant in found.survivors[:20]:
            print(f"    survivor {mutant.number} at {mutant.place}")
        for mutant, ends in found.disagreements[:20]:
            print(f"    disagreement {mutant.number} at {mutant.place}: {ends}")


if __name__ == "__main__":
    main(sys.argv[1:])
