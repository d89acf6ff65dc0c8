"""Every forgery of the corpus is refused at its step by every verifier, and every control accepted."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping

import pytest

from ledger.evidence.verify.report import REQUIRED, Step, Verdict
from ledger.evidence.verify.verifier import _STEPS
from tests.attacks.careless import without
from tests.attacks.container import read_laxly
from tests.attacks.corpus import Forgery, forgeries, kinds_of_changes
from tests.attacks.draft import control, control_names, take_apart
from tests.attacks.table import README, table, written
from tests.attacks.verifiers import VERIFIERS, Pair, Said, in_python

NAMES = {forgery.name: forgery for forgery in forgeries()}
NEEDS = {step: needed for step, _, needed in _STEPS}


@pytest.fixture(scope="module")
def built() -> Mapping[str, Pair]:
    """Each forgery and each control as files."""
    return {name: forgery.built() for name, forgery in NAMES.items()} | {
        name: control(name) for name in control_names()
    }


@pytest.fixture(scope="module")
def said(built: Mapping[str, Pair]) -> Mapping[str, Mapping[str, Said]]:
    """What each verifier says of each of them, asked once."""
    pairs = list(built.values())
    return {name: dict(zip(built, verifier(pairs), strict=True)) for name, verifier in VERIFIERS.items()}


@pytest.mark.parametrize("verifier", VERIFIERS)
@pytest.mark.parametrize("name", control_names())
def test_control_accepted(said: Mapping[str, Mapping[str, Said]], verifier: str, name: str) -> None:
    """What the real contracts accepted and the real writer wrote."""
    found = said[verifier][name]
    assert found.verified
    assert found.failed is None
    assert all(found.verdicts[step] == Verdict.PASSED for step in REQUIRED)


@pytest.mark.parametrize("verifier", VERIFIERS)
@pytest.mark.parametrize("name", NAMES)
def test_forgery_refused_at_its_step(said: Mapping[str, Mapping[str, Said]], verifier: str, name: str) -> None:
    """That step alone fails, by that name; what stands before it ends as in the control, what needs it is not checked,
    and what needs it not ends as in the control, too."""
    forgery, found = NAMES[name], said[verifier][name]
    assert not found.verified
    assert (found.failed, found.refusal) == (forgery.step, forgery.refusal)
    before = said[verifier][forgery.control].verdicts
    unchecked = _resting_on(forgery)
    for step in Step:
        if step in unchecked:
            assert found.verdicts[step] == Verdict.NOT_CHECKED, step
        elif step != forgery.step:
            assert found.verdicts[step] == before[step], step


def _resting_on(forgery: Forgery) -> set[Step]:
    """The steps that need the one that fails, directly or not. Without a file or a policy that can be read there are
    none to check."""
    if forgery.step == Step.FORMAT or forgery.refusal == "PolicyInvalid":
        return set(Step) - {Step(forgery.step)}
    found = {Step(forgery.step)}
    for step, needed in NEEDS.items():
        if needed & found:
            found.add(step)
    return found - {Step(forgery.step)}


@pytest.mark.parametrize("name", [name for name, forgery in NAMES.items() if forgery.disabled])
def test_forgery_accepted_without_its_check(built: Mapping[str, Pair], name: str) -> None:
    """With that check left out it is accepted, so that it is forged in this alone; of several each is needed."""
    checks = NAMES[name].disabled
    with without(checks):
        (found,) = in_python([built[name]])
    assert (found.verified, found.refusal) == (True, None)
    for check in checks if len(checks) > 1 else ():
        with without([other for other in checks if other != check]):
            (found,) = in_python([built[name]])
        assert not found.verified, check


@pytest.mark.parametrize("name", [name for name, forgery in NAMES.items() if not forgery.disabled])
def test_forgery_without_a_single_check_has_a_reader_or_a_reason(built: Mapping[str, Pair], name: str) -> None:
    """Any tool takes the file for the control; or it fills the memory; or it is said why no reader could take it."""
    forgery, (forged, policy) = NAMES[name], built[name]
    assert forgery.reader
    if forgery.reader.startswith("zipfile"):
        assert forged != control(forgery.control)[0]
        taken = read_laxly(forged, take_apart(*control(forgery.control)))
        assert taken == control(forgery.control)[0]
        (found,) = in_python([(taken, policy)])
        assert found.verified
    elif forgery.reader.startswith("inflates"):
        with zipfile.ZipFile(io.BytesIO(forged)) as archive:
            assert sum(entry.file_size for entry in archive.infolist()) > 100 * len(forged)
    else:
        assert forgery.reader.startswith("none: ")


def test_checks_are_whole_again_afterwards(built: Mapping[str, Pair]) -> None:
    """What leaves a check out for a moment leaves nothing behind."""
    pair = built["act-omitted"]
    with without(NAMES["act-omitted"].disabled):
        assert in_python([pair])[0].verified
    assert not in_python([pair])[0].verified


def test_each_kind_of_change_is_used() -> None:
    """The forger has no tool that no forgery needs; all names are different, and no two forgeries are the same file."""
    used = {change["do"] for forgery in forgeries() for change in forgery.changes}
    tools = {"refit.relog", "refit.sign_checkpoint", "refit.cosigned_by", "refit.restamp", "refit.blocks_of",
             "refit.header_of", "refit.validators_of", "container.read_laxly"}  # fmt: skip
    assert kinds_of_changes() - tools == used
    assert len(NAMES) == len(forgeries())


def test_forgeries_are_different_files(built: Mapping[str, Pair]) -> None:
    """No two names for one attack, and none that is its control."""
    assert len(set(built.values())) == len(built)


def test_readme_has_the_table_of_what_was_said(said: Mapping[str, Mapping[str, Said]]) -> None:
    """``python -m tests.attacks.table`` writes it; every name that the README mentions is a forgery or a control."""
    assert written() == table(said)
    asked = README.read_text("utf-8").partition("## Asked for")[2].partition("## What is elsewhere")[0]
    named = set(re.findall(r"`([a-z-]+)`", asked))
    assert named <= NAMES.keys()
    assert len(asked.splitlines()) > 35


def test_readme_names_tests_of_an_audit_that_there_are() -> None:
    """What no bundle can hold is tried there."""
    elsewhere = README.read_text("utf-8").partition("## What is elsewhere")[2].partition("## Results")[0]
    named = re.findall(r"`(test_\w+\.py)`: (.+) \|", elsewhere)
    assert len(named) == 3
    for file, tests in named:
        text = (README.parents[1] / "audit" / file).read_text("utf-8")
        assert all(f"def {test}(" in text for test in re.findall(r"`(\w+)`", tests))


@pytest.mark.parametrize("verifier", VERIFIERS)
def test_policy_with_a_root_in_another_base64_refused(verifier: str) -> None:
    """Bits that no byte is made of are zero: a policy has one form, too."""
    bundle, policy = control("notices.qbft")
    assert policy.count(b'gg="') == 1
    (found,) = VERIFIERS[verifier]([(bundle, policy.replace(b'gg="', b'gh="'))])
    assert (found.verified, found.refusal) == (False, "PolicyInvalid")
