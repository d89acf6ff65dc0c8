"""Verifiers that leave one check out: with it, and only with it, a forgery is told from what it pretends to be.

A check is named ``module.function: Refusal`` and is one statement ``raise Refusal(...)``, ``raise
Refused("Refusal", ...)`` or ``raise self.Refusal(...)``, of ``ledger.evidence.verify``; left out, the function goes on
as if all were well. Where no
single statement decides, ``careless.name`` stands for a whole way of not looking, below.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from types import FunctionType
from typing import Any
from unittest import mock

from ledger.chain.heads import fold, genesis_roles_head
from ledger.chain.keccak import keccak
from ledger.chain.record import act_digest
from ledger.errors import DisclosureUnknown, EntryMissing, EvidenceRefused, MissingProofNode
from ledger.evaluation.criteria import Criteria
from ledger.evaluation.evaluation import read_evaluation
from ledger.evidence.verify import contents, logged, proofs, published, ranked, shown_bid, steps, trie, verifier
from ledger.evidence.verify.checkpoint import Checkpoint, Cosignature, LogTrust, read_checkpoint, read_signature_line
from ledger.evidence.verify.head_proof import verify_slot
from ledger.evidence.verify.policy import Policy
from ledger.evidence.verify.report import Note
from ledger.evidence.verify.series import split_acts
from ledger.evidence.verify.timestamp import verify_timestamp
from ledger.ocds.disclosure import Redaction, redactions
from tests.attacks.actors import authority

_PACKAGE = "ledger.evidence.verify"
_SPEC = re.compile(r"(?P<module>\w+)\.(?P<function>[\w.]+): (?P<refusal>\w+)(?: (?P<number>\d+))?")


@contextmanager
def without(checks: Sequence[str]) -> Iterator[None]:
    """The verifier without these checks, until the end."""
    by_function: dict[tuple[str, str], list[re.Match[str]]] = {}
    with ExitStack() as stack:
        for check in checks:
            if check.startswith("careless."):
                stack.enter_context(_WAYS[check.removeprefix("careless.")]())
                continue
            spec = _SPEC.fullmatch(check)
            assert spec, check
            by_function.setdefault((spec["module"], spec["function"]), []).append(spec)
        for (module, function), specs in by_function.items():
            stack.enter_context(_rewritten(module, function, specs))
        yield


@contextmanager
def _rewritten(module: str, name: str, specs: Sequence[re.Match[str]]) -> Iterator[None]:
    """The function without some of its ``raise`` statements, for all who hold a reference to it."""
    home = importlib.import_module(f"{_PACKAGE}.{module}")
    function: Any = home
    for part in name.split("."):
        function = inspect.getattr_static(function, part)
    if not isinstance(function, FunctionType):
        function = function.fget if isinstance(function, property) else function.__func__
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    (body,) = tree.body
    assert isinstance(body, ast.FunctionDef)
    body.decorator_list = []
    out = set()
    for spec in specs:
        found = [each for each in ast.walk(body) if isinstance(each, ast.Raise) and _raises(each, spec["refusal"])]
        found.sort(key=lambda each: each.lineno)
        assert spec["number"] or len(found) == 1, (spec[0], len(found))
        out.add(found[int(spec["number"] or 1) - 1])
    _Leaving(out).visit(tree)
    made: dict[str, Any] = {}
    exec(compile(ast.fix_missing_locations(tree), f"<{home.__name__} without a check>", "exec"), vars(home), made)
    before = function.__code__
    function.__code__ = made[body.name].__code__
    try:
        yield
    finally:
        function.__code__ = before


class _Leaving(ast.NodeTransformer):
    def __init__(self, out: set[ast.Raise]) -> None:
        self.out = out

    def visit_Raise(self, node: ast.Raise) -> ast.stmt:
        return ast.copy_location(ast.Pass(), node) if node in self.out else node


def _raises(statement: ast.Raise, refusal: str) -> bool:
    call = statement.exc
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
        return call.func.attr == refusal
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        return False
    if call.func.id == "Refused":
        first = call.args[0]
        return isinstance(first, ast.Constant) and first.value == refusal
    return call.func.id == refusal


# Ways of not looking


def _fewer_witnesses() -> Any:
    """Content with as many cosignatures as there are."""

    def cosigned_at(*given: Any, threshold: int, **others: Any) -> int | None:
        return logged.cosigned_at(*given, threshold=min(threshold, len(given[3].cosignatures)), **others)

    return mock.patch.object(steps, "cosigned_at", cosigned_at)


def _any_witness() -> Any:
    """Whoever signed a checkpoint is taken for a witness."""

    def read(note: bytes, trust: LogTrust) -> Checkpoint:
        found = read_checkpoint(note, trust)
        lines = note.partition(b"\n\n")[2].splitlines()[1:]
        told = ((name, int.from_bytes(blob[4:12], "big")) for name, blob in map(read_signature_line, lines))
        return replace(found, cosignatures=tuple(Cosignature(name, time) for name, time in told))

    return mock.patch.object(steps, "read_checkpoint", read)


def _log_if_there() -> Any:
    """The log is looked at only for blocks that the bundle has a place in it for."""

    def check(what: Any, policy: Policy, proven: Any) -> list[Note]:
        headers = {number: header for number, header in proven.headers.items() if number in what.inclusions}
        return steps.check_log(what, policy, replace(proven, headers=headers, logged=proven.logged))

    return _step("log", check)


def _state_if_there() -> Any:
    """The state is looked at only of blocks that the bundle has proofs of."""

    def check(what: Any, policy: Policy, proven: Any) -> list[Note]:
        headers = {number: header for number, header in proven.headers.items() if number in what.proofs}
        return steps.check_state(what, policy, replace(proven, headers=headers))

    return _step("state", check)


def _roles_unproven() -> Any:
    """Roles are taken as they are told where the state says nothing of them."""

    def check(what: Any, policy: Policy, proven: Any) -> list[Note]:
        block, registry = what.manifest.block, policy.registry.account
        told = proofs.prove_state(proven.headers[block], what.proofs[block]).heads
        shown = {series: data for series, data in what.roles.items() if (registry, series) in told}
        notes = steps.check_state(replace(what, roles=shown), policy, proven)
        for series in what.roles.keys() - shown.keys():
            acts = split_acts("", what.roles[series])
            beginning = genesis_roles_head(policy.chain_id, registry, series)
            proven.heads[registry, series] = fold(beginning, map(act_digest, acts))
        return notes

    return _step("state", check)


def _any_root() -> Any:
    """A stamp's authority is asked for its own root."""

    def verify(response: bytes, stamped: bytes, _roots: Sequence[bytes]) -> Any:
        roots = [authority(name)[0].der for name in ("Authority One", "Authority Two", "Authority Three")]
        return verify_timestamp(response, stamped, roots)

    return mock.patch.object(steps, "verify_timestamp", verify)


def _another_slot() -> Any:
    """The head is taken from whichever slot the proof is of."""

    def verify(account: Any, nodes: Sequence[bytes], ledger: bytes, series: bytes, block: int) -> bytes:
        for place in range(64):
            with suppress(EvidenceRefused):
                return verify_slot(account, nodes, ledger, keccak(series + place.to_bytes(32, "big")), block)
        return verify_slot(account, nodes, ledger, keccak(series + bytes(32)), block)

    # The slot asked for becomes the id itself, so that any slot of the series can be looked at.
    return mock.patch.multiple(proofs, verify_slot=verify, head_slot=lambda series: series)


def _missing_is_absent() -> Any:
    """A proof without the nodes that it would need shows that there is nothing."""

    def read(*given: Any) -> bytes | None:
        try:
            return _read(*given)
        except MissingProofNode:
            return None

    _read = trie.read
    return mock.patch.object(trie, "read", read)


def _unknown_disclosures() -> Any:
    """Disclosures that belong nowhere are passed over."""

    def lenient(release: dict[str, Any], disclosures: Sequence[str] = ()) -> list[Redaction]:
        kept = list(disclosures)
        for text in disclosures:
            try:
                redactions(release, [text])
            except DisclosureUnknown:
                kept.remove(text)
        return redactions(release, kept)

    return mock.patch.object(contents, "redactions", lenient)


def _statute_unread() -> Any:
    """The statute is not asked, nor where it leaves the bids."""

    @contextmanager
    def unread() -> Iterator[None]:
        with _step("statute", lambda *_: []), _step("bids", lambda *_: []):
            yield

    return unread()


def _without_release() -> Any:
    """A release that is not there is not missed."""

    def why(record: Any, erased: dict[bytes, int]) -> Note:
        try:
            return _why(record, erased)
        except EntryMissing:
            return Note("erased", {"release": record.release, "act": record.sequence, "by": 0})

    _why = published._why_absent
    return mock.patch.object(published, "_why_absent", why)


def _any_fields() -> Any:
    """Fields of which no bid is made are taken for one."""
    return mock.patch.object(shown_bid, "Bid", lambda fields: fields)


def _any_criteria() -> Any:
    """It is not asked by which criteria was evaluated."""

    def read(data: bytes, criteria: Criteria) -> Any:
        return read_evaluation(
            re.sub(b'"criteria":"[0-9a-f]{64}"', b'"criteria":"%b"' % criteria.digest.hex().encode(), data), criteria
        )

    return mock.patch.object(ranked, "read_evaluation", read)


def _step(name: str, check: Callable[..., list[Note]]) -> Any:
    """The verifier with another function for one step."""
    changed = tuple((step, check if step == name else before, needed) for step, before, needed in verifier._STEPS)
    return mock.patch.object(verifier, "_STEPS", changed)


_WAYS: Mapping[str, Callable[[], Any]] = {
    "fewer_witnesses": _fewer_witnesses,
    "any_witness": _any_witness,
    "log_if_there": _log_if_there,
    "state_if_there": _state_if_there,
    "roles_unproven": _roles_unproven,
    "any_root": _any_root,
    "another_slot": _another_slot,
    "missing_is_absent": _missing_is_absent,
    "unknown_disclosures": _unknown_disclosures,
    "statute_unread": _statute_unread,
    "without_release": _without_release,
    "any_fields": _any_fields,
    "any_criteria": _any_criteria,
}
